#include "loanbook/schedule/partner_split.hpp"

#include <algorithm>

#include "loanbook/money/assert.hpp"
#include "loanbook/money/wide.hpp"

namespace loanbook::schedule {
namespace {

using money::Int128;
using Parts = std::vector<std::int64_t>;

std::optional<std::int64_t> sum_of(std::span<const std::int64_t> amounts) {
  std::int64_t sum = 0;
  for (const std::int64_t amount : amounts) {
    if (!money::add(sum, amount, &sum)) return std::nullopt;
  }
  return sum;
}

Parts difference(const Parts& a, const Parts& b) {
  Parts result(a.size());
  for (std::size_t i = 0; i < a.size(); ++i) result[i] = a[i] - b[i];
  return result;
}

std::optional<std::int64_t> interest_of_days(std::int64_t principal, money::Rate rate,
                                             std::uint32_t days, money::RoundingMode mode) {
  Int128 exact = 0;
  if (!money::multiply(Int128{principal} * rate.e12(), Int128{days}, &exact)) return std::nullopt;
  std::int64_t interest = 0;
  if (!money::narrow(money::divide_rounded(exact, Int128{360} * 1'000'000'000'000, mode),
                     &interest))
    return std::nullopt;
  return interest;
}

}  // namespace

CarvedOut carve_out(std::int64_t amount_minor, money::Ratio service_rate,
                    std::span<const money::Ratio> ratios, money::RoundingMode mode) {
  LOANBOOK_ASSERT(service_rate.numerator >= 0);
  LOANBOOK_ASSERT(service_rate.numerator <= service_rate.denominator);
  const Int128 exact = Int128{amount_minor} * service_rate.numerator;
  const auto fee =
      static_cast<std::int64_t>(money::divide_rounded(exact, service_rate.denominator, mode));
  return {fee, money::split_largest_remainder(amount_minor - fee, ratios)};
}

std::optional<SplitSequence> split_cumulative(std::span<const std::int64_t> amounts,
                                              std::span<const money::Ratio> ratios) {
  const auto sum = sum_of(amounts);
  if (!sum) return std::nullopt;
  SplitSequence result{.drawdown = money::split_largest_remainder(*sum, ratios), .parts = {}};
  Parts before(ratios.size(), 0);
  for (std::size_t k = 1; k <= amounts.size(); ++k) {
    const auto running = sum_of(amounts.first(k));
    if (!running) return std::nullopt;
    Parts now = money::split_largest_remainder(*running, ratios);
    result.parts.push_back(difference(now, before));
    before = std::move(now);
  }
  return result;
}

std::optional<SplitSequence> split_independent(std::span<const std::int64_t> amounts,
                                               std::span<const money::Ratio> ratios) {
  LOANBOOK_ASSERT(!amounts.empty());
  const auto sum = sum_of(amounts);
  if (!sum) return std::nullopt;
  SplitSequence result{.drawdown = money::split_largest_remainder(*sum, ratios), .parts = {}};
  Parts rest = result.drawdown;
  for (const std::int64_t amount : amounts.first(amounts.size() - 1)) {
    result.parts.push_back(money::split_largest_remainder(amount, ratios));
    rest = difference(rest, result.parts.back());
  }
  result.parts.push_back(std::move(rest));
  return result;
}

std::optional<FundedSplit> split_by_funding_rate(std::int64_t principal_minor,
                                                 money::Rate customer_rate, std::uint32_t days,
                                                 std::span<const FundingPartner> partners,
                                                 money::RoundingMode mode) {
  const auto without = std::ranges::find_if(
      partners, [](const FundingPartner& partner) { return !partner.funding_rate; });
  const auto others = std::ranges::count_if(
      partners, [](const FundingPartner& partner) { return !partner.funding_rate; });
  const auto total = interest_of_days(principal_minor, customer_rate, days, mode);
  if (others != 1 || !total) return std::nullopt;
  std::vector<money::Ratio> ratios;
  for (const FundingPartner& partner : partners) ratios.push_back(partner.ratio);
  FundedSplit result{.principal = money::split_largest_remainder(principal_minor, ratios),
                     .interest = Parts(partners.size(), 0),
                     .interest_total = *total};
  std::int64_t rest = *total;
  for (std::size_t i = 0; i < partners.size(); ++i) {
    if (!partners[i].funding_rate) continue;
    const auto part = interest_of_days(result.principal[i], *partners[i].funding_rate, days, mode);
    if (!part || !money::subtract(rest, *part, &rest)) return std::nullopt;
    result.interest[i] = *part;
  }
  result.interest[static_cast<std::size_t>(without - partners.begin())] = rest;
  return result;
}

}  // namespace loanbook::schedule
