#include "loanbook/schedule/effective_interest.hpp"

#include <array>
#include <boost/multiprecision/cpp_int.hpp>
#include <catch2/catch.hpp>
#include <cstdlib>
#include <random>

#include "loanbook/schedule/apr.hpp"
#include "loanbook/schedule/rounded_quotient.hpp"

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

namespace {

/// By internal_rate's other way, of a hundred digits, which times in halves of two take, and the
/// exact power.
std::optional<std::int64_t> earned_slowly(std::int64_t carrying,
                                          const std::vector<PaymentToCome>& payments,
                                          money::RoundingMode mode) {
  using boost::multiprecision::cpp_int;
  if (carrying <= 0) return std::nullopt;
  std::vector<CashFlow> flows{{carrying, {0, 2}}};
  std::vector<CashFlow> whole{{carrying, {0, 1}}};
  for (const PaymentToCome& payment : payments) {
    if (payment.amount_minor == 0) continue;
    flows.push_back({-payment.amount_minor, {2 * payment.days, 2}});
    whole.push_back({-payment.amount_minor, {payment.days, 1}});
  }
  const auto rate = internal_rate(flows);
  const auto quick = internal_rate(whole);
  CHECK(rate.has_value() == quick.has_value());
  if (!rate) return std::nullopt;
  CHECK(rounded(*rate, 18) == rounded(*quick, 18));
  if (rate->centre_e30 < 0) return std::nullopt;
  const auto days = static_cast<unsigned>(payments.front().days);
  const cpp_int one = boost::multiprecision::pow(cpp_int(10), 18);
  const cpp_int unit = boost::multiprecision::pow(one, days);
  const cpp_int growth =
      boost::multiprecision::pow(cpp_int(one + cpp_int(rounded(*rate, 18))), days) - unit;
  return rounded_quotient<cpp_int>(carrying * growth, unit, {mode, 1});
}

}  // namespace

TEST_CASE("effective interest: the quick way finds the figures of the slow one") {
  std::mt19937_64 random(20'261'129);
  const auto below = [&](std::uint64_t end) { return static_cast<std::int64_t>(random() % end); };
  const char* all = std::getenv("LOANBOOK_TEST_ALL");
  const int stories = all != nullptr ? 20'000 : 300;
  int found = 0;
  for (int story = 0; story < stories; ++story) {
    std::vector<PaymentToCome> payments;
    std::int64_t day = 0;
    std::int64_t principal = 0;
    const std::int64_t size = std::int64_t{1} << (4 + below(46));
    const std::int64_t lengths = below(5);
    for (std::int64_t rows = 1 + below(24); rows > 0; --rows) {
      day += lengths == 0 ? 1 : lengths == 1 ? 14 : lengths == 2 ? 28 + below(4) : 1 + below(400);
      const std::int64_t part = below(11) == 0 ? 0 : size + below(static_cast<std::uint64_t>(size));
      principal += part;
      payments.push_back({part + part / 1'000 * below(100), day});
    }
    const std::int64_t carrying = principal - principal / 1'000 * below(990);
    const auto mode = std::array{money::RoundingMode::half_even, money::RoundingMode::half_up,
                                 money::RoundingMode::up, money::RoundingMode::down}
                          .at(static_cast<std::size_t>(below(4)));
    INFO("story " << story << ", carried at " << carrying << ", " << payments.size() << " rows");
    const auto quick = effective_interest(carrying, payments, mode);
    CHECK(quick == earned_slowly(carrying, payments, mode));
    found += quick ? 1 : 0;
  }
  CHECK(found > stories * 9 / 10);
}
