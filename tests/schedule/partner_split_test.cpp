#include "loanbook/schedule/partner_split.hpp"

#include <catch2/catch.hpp>
#include <numeric>

namespace loanbook::schedule {
namespace {

using Parts = std::vector<std::int64_t>;

TEST_CASE("a sequence ends at the drawdown parts by both methods", "[partner_split]") {
  const money::Ratio thirds[] = {{1, 3}, {1, 3}, {1, 3}};
  const Parts amounts{1, 1, 1, 1, 1, 1};
  const SplitSequence cumulative = split_cumulative(amounts, thirds).value();
  const SplitSequence independent = split_independent(amounts, thirds).value();
  CHECK(cumulative.drawdown == Parts{2, 2, 2});
  CHECK(cumulative.parts[1] == Parts{0, 1, 0});
  CHECK(independent.parts[5] == Parts{-3, 2, 2});  // the first party got all five units before
  for (const SplitSequence& sequence : {cumulative, independent}) {
    Parts sum(3, 0);
    for (std::size_t k = 0; k < amounts.size(); ++k) {
      CHECK(std::accumulate(sequence.parts[k].begin(), sequence.parts[k].end(), std::int64_t{0}) ==
            amounts[k]);
      for (std::size_t party = 0; party < 3; ++party) sum[party] += sequence.parts[k][party];
    }
    CHECK(sum == sequence.drawdown);
  }
}

TEST_CASE("the fee is carved out first, and nothing is lost", "[partner_split]") {
  const money::Ratio ratios[] = {{7, 10}, {3, 10}};
  // 150.33 x 25 % = 37.5825.
  const CarvedOut carved = carve_out(15'033, {1, 4}, ratios, money::RoundingMode::half_up);
  CHECK(carved.service_fee == 3'758);
  CHECK(carved.service_fee + carved.parts[0] + carved.parts[1] == 15'033);
}

TEST_CASE("the partner without a funding rate takes the rest, and there is exactly one",
          "[partner_split]") {
  const money::Rate six = money::Rate::parse("6%").value();
  const money::Rate customer = money::Rate::parse("18%").value();
  const FundingPartner partners[] = {{{7, 10}, six}, {{3, 10}, std::nullopt}};
  const FundedSplit split =
      split_by_funding_rate(1'000'000, customer, 30, partners, money::RoundingMode::half_up)
          .value();
  CHECK(split.interest_total == 15'000);          // 10,000.00 x 18 % / 12
  CHECK(split.interest == Parts{3'500, 11'500});  // 7,000.00 x 6 % / 12 and the rest
  const FundingPartner nobody[] = {{{1, 1}, six}};
  CHECK_FALSE(split_by_funding_rate(1'000'000, customer, 30, nobody, money::RoundingMode::half_up));
}

}  // namespace
}  // namespace loanbook::schedule
