// Draw and repay at any time against a model that adds day by day.

#include "loanbook/schedule/accrual.hpp"

#include "schedule/exact_model.hpp"
#include "schedule/random_terms.hpp"

namespace loanbook::schedule {
namespace {

using model::Rational;

std::int64_t random(std::int64_t least, std::int64_t most) {
  return *rc::gen::resize(100, rc::gen::inRange<std::int64_t>(least, most + 1));
}

struct Naive {
  AccrualRules rules;
  std::int64_t balance = 0;
  Rational accrued = 0;
  money::Rate rate = money::Rate::of_e12(0);

  [[nodiscard]] std::int64_t shown() const {
    return static_cast<std::int64_t>(model::rounded(accrued, {rules.mode, 1}));
  }
  void accrue(Day day) {
    Rational amount = Rational(balance) * Rational(rate.e12(), 1'000'000'000'000) *
                      model::exact_year_fraction(rules.day_count, day, day + date::days{1});
    if (rules.daily_digits) {
      Rational units = 1;
      for (int i = 0; i < *rules.daily_digits; ++i) units *= 10;
      amount = Rational(model::rounded(amount * units, {rules.mode, 1})) / units;
    }
    accrued += amount;
  }
  void pay_interest(std::int64_t part) {
    if (part == shown() && part > 0) {
      accrued = 0;
    } else {
      accrued -= part;
    }
  }
};

void step(Naive& naive, AccrualState& state, Day day) {
  const std::int64_t amount = random(0, random(0, 1) ? 100 : 500'000);
  switch (random(0, 4)) {
    case 0:
      naive.balance += amount;
      state = draw(state, naive.rules, day, amount).value();
      break;
    case 1: {
      const std::int64_t interest = std::min(naive.shown(), amount);
      const std::int64_t principal = std::min(naive.balance, amount - interest);
      const Repayment paid = repay(state, naive.rules, day, amount).value();
      RC_ASSERT(paid.interest == interest);
      RC_ASSERT(paid.principal == principal);
      RC_ASSERT(paid.returned == amount - interest - principal);
      naive.pay_interest(interest);
      naive.balance -= principal;
      state = paid.state;
      break;
    }
    case 2: {
      naive.balance -= std::min(naive.balance, amount);
      state = repay_principal(state, naive.rules, day, amount)->state;
      break;
    }
    case 3: {
      const Repayment paid = pay_off(state, naive.rules, day).value();
      RC_ASSERT(paid.interest == naive.shown());
      RC_ASSERT(paid.returned == 0);
      naive.pay_interest(naive.shown());
      naive.balance = 0;
      state = paid.state;
      break;
    }
    default:
      naive.rate =
          money::Rate::of_e12(random(0, 360) * (random(0, 1) ? 1'000'000'000 : 999'999'937));
      state = change_rate(state, naive.rules, day, naive.rate).value();
  }
}

TEST_CASE("a revolving balance accrues as day-by-day addition does", "[accrual][property]") {
  check_property("random draws and repayments against a naive model", 400, [] {
    Naive naive;
    naive.rules = {.day_count = static_cast<DayCount>(random(1, 3)),
                   .mode = static_cast<money::RoundingMode>(random(1, 4))};
    if (random(0, 2) == 0) naive.rules.daily_digits = static_cast<std::uint8_t>(random(0, 6));
    naive.rate = money::Rate::of_e12(random(0, 400) * 1'000'000'000);
    REQUIRE(check(naive.rules));
    const Day begin = money::day_from_number(static_cast<std::int32_t>(random(19'000, 19'800)));
    AccrualState state = begin_accrual(naive.rules, naive.rate, begin);
    state = draw(state, naive.rules, begin, 1'000'000).value();
    naive.balance = 1'000'000;
    for (Day day = begin; day < begin + date::days{150}; day += date::days{1}) {
      if (random(0, 11) == 0) step(naive, state, day);
      RC_ASSERT(state.balance == naive.balance);
      RC_ASSERT(accrued_at(state, naive.rules, day).value() == naive.shown());
      naive.accrue(day);
    }
  });
}

TEST_CASE("a day rounded to the cent can lose all interest", "[accrual]") {
  // 50.00 at 3 % ACT/360: 0.0042 a day, 0.00 when each day is rounded, 1.52 in a year when it is
  // not.
  AccrualRules rules;
  const Day begin = money::parse_day("2023-01-01").value();
  const money::Rate rate = money::Rate::parse("3%").value();
  const Day end = begin + date::days{365};
  CHECK(accrued_at(*draw(begin_accrual(rules, rate, begin), rules, begin, 5'000), rules, end) ==
        152);
  rules.daily_digits = 0;
  CHECK(accrued_at(*draw(begin_accrual(rules, rate, begin), rules, begin, 5'000), rules, end) == 0);
}

TEST_CASE("rounded days need days", "[accrual]") {
  CHECK(check(AccrualRules{.day_count = DayCount::thirty_e_360, .daily_digits = 2}).error().id ==
        "accrual.daily_rounding_needs_actual_days");
  CHECK(check(AccrualRules{.daily_digits = 13}).error().id == "accrual.daily_digits_out_of_range");
}

}  // namespace
}  // namespace loanbook::schedule
