#include "loanbook/schedule/quota.hpp"

#include <rapidcheck.h>

#include <catch2/catch.hpp>
#include <limits>
#include <numeric>
#include <vector>

namespace loanbook::schedule {
namespace {

using Weights = std::vector<std::int64_t>;

QuotaTable table_of(const Weights& weights) {
  auto table = QuotaTable::make(weights);
  REQUIRE(table);
  return *table;
}

std::vector<int> order_of(const Weights& weights) {
  const QuotaTable table = table_of(weights);
  return {table.order().begin(), table.order().end()};
}

/// 2 to 7 parties with a sum of at most `sum_max`.
Weights random_weights(std::int64_t sum_max) {
  const auto parties = *rc::gen::inRange<std::size_t>(2, 8);
  Weights weights;
  for (std::size_t i = 0; i < parties; ++i) {
    weights.push_back(
        *rc::gen::inRange<std::int64_t>(1, sum_max / static_cast<std::int64_t>(parties) + 1));
  }
  return weights;
}

TEST_CASE("the order of units, worked by hand", "[quota]") {
  // 3 : 7. Quotients w / (a + 1): second party 7, 3.5, 2.33, 1.75, 1.4, 1.17, 1; first 3, 1.5, 1.
  // In falling order, the tie at 1 to the first.
  CHECK(order_of({30, 70}) == std::vector<int>{1, 1, 0, 1, 1, 0, 1, 1, 0, 1});
  // 6 : 6 : 2 is 3 : 3 : 1. Quotients 3, 1.5, 1 twice and 1: all three tie at the end.
  CHECK(order_of({6, 6, 2}) == std::vector<int>{0, 1, 0, 1, 0, 1, 2});
  CHECK(order_of({1, 1, 1}) == std::vector<int>{0, 1, 2});
}

TEST_CASE("a partner's part of what comes later is never negative", "[quota]") {
  // The case that largest remainder on the running sum fails: 3 units -> 1, 1, 1; 4 -> 2, 2, 0.
  const QuotaTable table = table_of({6, 6, 2});
  for (std::int64_t total = 0; total < 100; ++total) {
    for (std::size_t party = 0; party < 3; ++party)
      CHECK(table.share(party, total + 1) >= table.share(party, total));
  }
  // The case that independent splits fail: six times one unit over thirds.
  const QuotaTable thirds = table_of({1, 1, 1});
  CHECK(thirds.share(0, 5) == 2);
  CHECK(thirds.share(1, 5) == 2);
  CHECK(thirds.share(2, 5) == 1);
  CHECK(thirds.share(2, 6) == 2);
}

TEST_CASE("weights that make no table", "[quota]") {
  CHECK_FALSE(QuotaTable::make({}));
  CHECK_FALSE(QuotaTable::make(Weights{1, 0}));
  CHECK_FALSE(QuotaTable::make(Weights{1, -1}));
  CHECK_FALSE(QuotaTable::make(Weights{1, 10'000}));
  CHECK_FALSE(QuotaTable::make(Weights(17, 1)));
  CHECK_FALSE(QuotaTable::make(Weights{std::numeric_limits<std::int64_t>::max(), 1}));
  CHECK(table_of({1, 9'999}).period() == 10'000);
  CHECK(table_of({300'000'000, 700'000'000}).period() == 10);  // after division
  CHECK(table_of({5}).share(0, -17) == -17);
}

TEST_CASE("the largest amounts have shares", "[quota]") {
  const QuotaTable table = table_of({3, 7});
  const std::int64_t most = std::numeric_limits<std::int64_t>::max();
  CHECK(table.share(0, most) + table.share(1, most) == most);
  CHECK(table.share(0, -most) + table.share(1, -most) == -most);
}

/// Every prefix: sum exact, within one unit (rounded down <= share <= rounded up), one more unit to
/// one party alone, exact after the period.
void check_prefixes(const QuotaTable& table) {
  const std::int64_t period = table.period();
  for (std::int64_t total = 0; total <= period; ++total) {
    std::int64_t sum = 0;
    std::int64_t rises = 0;
    for (std::size_t i = 0; i < table.parties(); ++i) {
      const std::int64_t share = table.share(i, total);
      const std::int64_t exact = total * table.weight(i);  // times the period
      RC_ASSERT(share * period > exact - period);
      RC_ASSERT(share * period < exact + period);
      const std::int64_t rise = table.share(i, total + 1) - share;
      RC_ASSERT(rise >= 0);
      sum += share;
      rises += rise;
    }
    RC_ASSERT(sum == total);
    RC_ASSERT(rises == 1);
  }
  for (std::size_t i = 0; i < table.parties(); ++i)
    RC_ASSERT(table.share(i, period) == table.weight(i));
}

TEST_CASE("every prefix of random ratios keeps its quota", "[quota]") {
  CHECK(rc::check([] { check_prefixes(table_of(random_weights(300))); }));
  CHECK(rc::check([] { check_prefixes(table_of(random_weights(10'000))); }));
}

TEST_CASE("shares of any total: exact sum, mirror image, multiples of the weights do not matter",
          "[quota]") {
  CHECK(rc::check([] {
    const Weights weights = random_weights(10'000);
    const auto times = *rc::gen::inRange<std::int64_t>(1, 1'000);
    Weights more = weights;
    for (std::int64_t& weight : more) weight *= times;
    const QuotaTable table = table_of(weights);
    const QuotaTable same = table_of(more);
    const auto total = *rc::gen::inRange<std::int64_t>(0, std::int64_t{1} << 60);
    std::int64_t sum = 0;
    for (std::size_t i = 0; i < weights.size(); ++i) {
      RC_ASSERT(table.share(i, total) == same.share(i, total));
      RC_ASSERT(table.share(i, -total) == -table.share(i, total));
      sum += table.share(i, total);
    }
    RC_ASSERT(sum == total);
  }));
}

TEST_CASE("two parties of equal weight differ by the tie alone: the first one is ahead",
          "[quota]") {
  CHECK(rc::check([] {
    const auto weight = *rc::gen::inRange<std::int64_t>(1, 3'000);
    const auto other = *rc::gen::inRange<std::int64_t>(1, 3'000);
    const QuotaTable table = table_of({weight, weight, other});
    for (std::int64_t total = 0; total < table.period(); ++total) {
      const std::int64_t ahead = table.share(0, total) - table.share(1, total);
      RC_ASSERT(ahead == 0 || ahead == 1);
    }
  }));
}

}  // namespace
}  // namespace loanbook::schedule
