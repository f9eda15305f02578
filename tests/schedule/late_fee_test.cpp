#include "loanbook/schedule/late_fee.hpp"

#include <boost/multiprecision/cpp_int.hpp>

#include "loanbook/schedule/classification.hpp"
#include "schedule/random_terms.hpp"

namespace loanbook::schedule {
namespace {

using boost::multiprecision::cpp_rational;

Day day(const char* text) { return money::parse_day(text).value(); }

const LateInstallment late{
    .due = money::parse_day("2024-01-31").value(), .planned = 105'000, .overdue = 50'010};

TEST_CASE("a late fee falls due once, on the day after grace", "[late_fee]") {
  const LateFeeRules rules{.amount_minor = 2'000, .grace_days = 3};
  struct Row {
    const char* on;
    std::int64_t fee;
    std::uint32_t count;
  };
  const Row rows[] = {{"2024-01-31", 0, 0},     {"2024-02-01", 0, 0}, {"2024-02-03", 0, 0},
                      {"2024-02-04", 2'000, 1}, {"2024-02-05", 0, 1}, {"2025-01-31", 0, 1}};
  for (const auto& row : rows) DYNAMIC_SECTION(row.on) {
      CHECK(late_fee_on(rules, late, 0, day(row.on)) == row.fee);
      CHECK(late_fee_count(rules, late.due, day(row.on)) == row.count);
    }
  CHECK(late_fee_on(rules, {.due = late.due, .planned = 105'000, .overdue = 0}, 0,
                    day("2024-02-04")) == 0);
}

TEST_CASE("a percentage has a least and a most, and all fees together one too", "[late_fee]") {
  LateFeeRules rules{.of_overdue = {5, 100}, .every_days = 30};
  // 500.10 x 5 % = 25.005, a tie.
  CHECK(late_fee_on(rules, late, 0, day("2024-02-01")) == 2'501);
  rules.rounding.mode = money::RoundingMode::half_even;
  CHECK(late_fee_on(rules, late, 0, day("2024-02-01")) == 2'500);
  rules.rounding = {money::RoundingMode::half_even, 1'000};  // 25.005 -> 30.00? no: 2.5 tens up
  CHECK(late_fee_on(rules, late, 0, day("2024-02-01")) == 3'000);
  rules.rounding = {};
  CHECK(late_fee_on(rules, late, 0, day("2024-03-01")) == 0);
  CHECK(late_fee_on(rules, late, 0, day("2024-03-02")) == 2'501);
  CHECK(late_fees_through(rules, late, day("2024-04-01")) == 3 * 2'501);
  rules.min_minor = 4'000;
  CHECK(late_fee_on(rules, late, 0, day("2024-02-01")) == 4'000);
  rules.max_minor = 3'000;
  CHECK(late_fee_on(rules, late, 0, day("2024-02-01")) == 3'000);
  rules.total_max_minor = 5'000;
  CHECK(late_fee_on(rules, late, 3'000, day("2024-03-02")) == 2'000);
  CHECK(late_fees_through(rules, late, day("2034-03-02")) == 5'000);
  // 1,050.00 x 1 % + 500.10 x 5 % + 2.00 = 37.505.
  CHECK(late_fee_on({.amount_minor = 200, .of_overdue = {5, 100}, .of_installment = {1, 100}}, late,
                    0, day("2024-02-01")) == 3'751);
}

TEST_CASE("charges beyond the cap are waived, fees first", "[late_fee]") {
  const ChargeCap cap{.rate = money::Rate::parse("24%").value()};
  // 10,000.00 x 24 % x 73 / 365 = 480.00.
  CHECK(charges_max(cap, 1'000'000, 73) == 48'000);
  const CappedCharges capped =
      cap_charges(cap, 1'000'000, 73, {.penalty = 40'000, .compound = 9'000, .fees = 5'000});
  CHECK(capped.allowed == Charges{40'000, 8'000, 0});
  CHECK(capped.waived == Charges{0, 1'000, 5'000});
  const ChargeCap both{.rate = cap.rate, .amount_minor = 30'000};
  CHECK(charges_max(both, 1'000'000, 73) == 30'000);
  CHECK_FALSE(charges_max({}, 1'000'000, 73));
  CHECK(cap_charges({}, 1, 1, {7, 8, 9}).allowed == Charges{7, 8, 9});
}

TEST_CASE("late fees agree with exact fractions at all sizes", "[late_fee][property]") {
  check_property("random fees", 3'000, [] {
    const auto random = [](std::int64_t least, std::int64_t most) {
      return *rc::gen::resize(100, rc::gen::inRange<std::int64_t>(least, most + 1));
    };
    const std::int64_t sizes[] = {100, 1'000'000, 100'000'000'000'000'000};
    const std::int64_t size = sizes[random(0, 2)];
    const std::int64_t bases[] = {1, 7, 1'000, 1'000'000'000'000};
    const std::int64_t a = bases[random(0, 3)], b = bases[random(0, 3)];
    LateFeeRules rules{.amount_minor = random(0, size),
                       .of_overdue = {random(0, a), a},
                       .of_installment = {random(0, b), b},
                       .rounding = {static_cast<money::RoundingMode>(random(1, 4)),
                                    random(0, 1) == 0 ? 1 : random(1, 1'000'000'000)}};
    const LateInstallment one{.due = Day{}, .planned = random(0, size), .overdue = random(1, size)};
    RC_ASSERT(check(rules));
    const cpp_rational exact = (cpp_rational(rules.amount_minor) +
                                cpp_rational(one.overdue) * rules.of_overdue.numerator / a +
                                cpp_rational(one.planned) * rules.of_installment.numerator / b) /
                               rules.rounding.multiple;
    const cpp_rational fee =
        cpp_rational(late_fee_on(rules, one, 0, Day{} + date::days{1})) / rules.rounding.multiple;
    const cpp_rational off = fee - exact;
    const cpp_rational half(1, 2);
    switch (rules.rounding.mode) {
      case money::RoundingMode::down:
        RC_ASSERT((off <= 0 && off > -1));
        break;
      case money::RoundingMode::up:
        RC_ASSERT((off >= 0 && off < 1));
        break;
      case money::RoundingMode::half_up:
        RC_ASSERT((off > -half && off <= half));
        break;
      case money::RoundingMode::half_even:
        RC_ASSERT((off >= -half && off <= half));
        if (off == half || off == -half) RC_ASSERT(numerator(fee) % 2 == 0);
        break;
    }
    RC_ASSERT(denominator(fee) == 1);
  });
}

TEST_CASE("rules out of range are refused", "[late_fee]") {
  CHECK(check(LateFeeRules{.of_overdue = {2, 1}}).error().id == "late_fee.rules_out_of_range");
  CHECK(check(LateFeeRules{.amount_minor = -1}).error().id == "late_fee.rules_out_of_range");
  CHECK(check(ChargeCap{.days_a_year = 0}).error().id == "late_fee.rules_out_of_range");
  CHECK(check(LateFeeRules{}));
  CHECK(check(ChargeCap{}));
}

TEST_CASE("technical lateness is none for seven days, a restructured loan has a floor",
          "[classification]") {
  struct Row {
    std::int32_t dpd;
    Lateness lateness;
    std::uint8_t floor;
    std::uint8_t category;
  };
  const Row rows[] = {
      {0, Lateness::ordinary, 0, 0},   {1, Lateness::ordinary, 0, 1},
      {7, Lateness::technical, 0, 0},  {8, Lateness::technical, 0, 1},
      {90, Lateness::ordinary, 0, 1},  {91, Lateness::ordinary, 0, 2},
      {270, Lateness::ordinary, 0, 2}, {271, Lateness::ordinary, 0, 3},
      {361, Lateness::ordinary, 0, 4}, {0, Lateness::ordinary, 1, 1},
      {3, Lateness::technical, 2, 2},  {400, Lateness::ordinary, 2, 4},
  };
  for (const Row& row : rows) CHECK(category({}, row.dpd, row.lateness, row.floor) == row.category);
}

}  // namespace
}  // namespace loanbook::schedule
