#include "loanbook/schedule/effective_interest.hpp"

#include <catch2/catch.hpp>

using namespace loanbook;            // NOLINT
using namespace loanbook::schedule;  // NOLINT

namespace {

constexpr auto half_up = money::RoundingMode::half_up;

std::optional<std::int64_t> earned(std::int64_t carrying, std::vector<PaymentToCome> payments) {
  return effective_interest(carrying, payments, half_up);
}

}  // namespace

TEST_CASE("two payments: the positive root of a quadratic") {
  // 6090 v^2 + 6180 v = 11760, v = (-6180 + sqrt(6180^2 + 4 x 6090 x 11760)) / 12180; 11,760.00 x
  // (1 / v - 1) = 339.2497.
  CHECK(earned(11'760'00, {{6'180'00, 30}, {6'090'00, 60}}) == 339'25);
}

TEST_CASE("one payment: what it is above the claim, whatever the days") {
  for (const std::int64_t days : {1, 30, 365, 3'650})
    CHECK(earned(1'000'00, {{1'050'00, days}}) == 50'00);
}

TEST_CASE("a claim that is paid as it is carried earns nothing") {
  CHECK(earned(900'00, {{300'00, 10}, {300'00, 20}, {300'00, 30}}) == 0);
}

TEST_CASE("payments of nothing shift no day") {
  CHECK(earned(1'000'00, {{0, 30}, {1'050'00, 60}}) ==
        earned(1'000'00, {{0, 30}, {0, 40}, {1'050'00, 60}}));
  // sqrt(1.05) - 1 = 0.0246951.
  CHECK(earned(1'000'00, {{0, 30}, {1'050'00, 60}}) == 24'70);
}

TEST_CASE("no rate: nothing is carried, nothing is to come, or less than is carried") {
  CHECK(!earned(0, {{100, 30}}));
  CHECK(!earned(-5, {{100, 30}}));
  CHECK(!earned(100, {}));
  CHECK(!earned(100, {{0, 30}}));
  CHECK(!earned(100, {{40, 30}, {40, 60}}));
}
