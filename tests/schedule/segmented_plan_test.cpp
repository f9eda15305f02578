// Plans over given periods against rationals of any size: the formulas as the header has them.

#include "loanbook/schedule/segmented_plan.hpp"

#include <catch2/catch.hpp>
#include <numeric>

#include "loanbook/money/limits.hpp"
#include "schedule/exact_model.hpp"
#include "schedule/random_terms.hpp"

namespace loanbook::schedule {
namespace {

using model::Integer;
using model::Rational;
using money::Rate;

Day day(const char* text) { return *money::parse_day(text); }

Rational value_of(const RateFactor& factor) {
  return {Integer(factor.numerator), Integer(factor.denominator)};
}

/// Night by night: each counts the same part of its year, of its month or of its step.
Rational slow_factor(const RateFactorRule& rule, Rate rate, const GivenPeriod& period,
                     const GivenPeriod& stretch) {
  const Rational a_year(Integer(rate.e12()), Integer(1'000'000'000'000));
  const auto year_of = [&](Day night) {
    return date::year_month_day{night + date::days{rule.counted == CountedDay::last ? 1 : 0}}
        .year();
  };
  bool several = false;
  Rational years = 0;
  for (Day night = stretch.from; night < stretch.due; night += date::days{1}) {
    several = several || year_of(night) != year_of(stretch.from);
    years += Rational(1, year_of(night).is_leap() ? 366 : 365);
  }
  if (stretch.from == stretch.due) return 0;
  if (rule.days_in_year == 0 && several) return a_year * years;
  const int year = rule.days_in_year != 0            ? rule.days_in_year
                   : year_of(stretch.from).is_leap() ? 366
                                                     : 365;
  const date::year_month_day from{stretch.from};
  Integer unit = 1;
  if (rule.every.unit == PeriodUnit::week) unit = 7;
  if (rule.every.unit == PeriodUnit::year) unit = year;
  if (rule.every.unit == PeriodUnit::month) {
    unit = rule.days_in_month;
    if (unit == 0) unit = unsigned{(from.year() / from.month() / date::last).day()};
  }
  return a_year * Rational(unit * rule.every.every, year) *
         Rational((stretch.due - stretch.from).count(), (period.due - period.from).count());
}

SegmentedTerms random_segmented() {
  SegmentedTerms terms;
  const int rows = *rc::gen::inRange(1, 14);
  Day from = day("2023-06-01") + date::days{*rc::gen::inRange(0, 900)};
  for (int k = 0; k < rows; ++k) {
    const Day due = from + date::days{*rc::gen::inRange(1, 45)};
    terms.periods.push_back({from, due});
    from = due + date::days{*rc::gen::inRange(0, 8) == 0 ? *rc::gen::inRange(1, 12) : 0};
  }
  terms.rate = Rate::of_e12(*rc::gen::inRange<std::int64_t>(0, 400) * 1'000'000'000);
  terms.factors.every.unit =
      *rc::gen::element(PeriodUnit::day, PeriodUnit::week, PeriodUnit::month, PeriodUnit::year);
  terms.factors.every.every = *rc::gen::inRange<std::uint16_t>(1, 5);
  terms.factors.days_in_year = *rc::gen::element<std::uint16_t>(0, 360, 364, 365);
  terms.factors.days_in_month = *rc::gen::element<std::uint16_t>(0, 30);
  terms.factors.counted = *rc::gen::element(CountedDay::first, CountedDay::last);
  terms.interest.mode =
      *rc::gen::element(money::RoundingMode::half_even, money::RoundingMode::half_up);
  terms.installment = {terms.interest.mode, *rc::gen::element<std::int64_t>(1, 1, 100)};
  return terms;
}

Day random_day(const SegmentedTerms& terms) {
  const auto length = (terms.periods.back().due - terms.periods.front().from).count();
  return terms.periods.front().from +
         date::days{*rc::gen::inRange<int>(0, static_cast<int>(length))};
}

/// Interest and balances again from the segments; everything that must hold between the rows.
void check_rows(const SegmentedTerms& terms, const SegmentedPlan& plan, std::int64_t lent) {
  std::int64_t principal = 0;
  std::int64_t segment_interest = 0;
  std::int64_t interest = 0;
  for (const SegmentedRow& row : plan.rows()) {
    RC_ASSERT(row.segments.front().from == row.period.from);
    RC_ASSERT(row.segments.back().to == row.period.due);
    for (std::size_t i = 0; i < row.segments.size(); ++i) {
      const PlanSegment& segment = row.segments[i];
      if (i > 0) RC_ASSERT(segment.from == row.segments[i - 1].to);
      const Rational factor =
          slow_factor(terms.factors, segment.rate, row.period, {segment.from, segment.to});
      RC_ASSERT(value_of(segment.factor) == factor);
      const std::int64_t owed = std::max<std::int64_t>(segment.balance, 0);
      RC_ASSERT(Integer(segment.interest) == model::rounded(factor * owed, terms.interest));
      segment_interest += segment.interest;
    }
    principal += row.principal;
    interest += row.interest;
  }
  RC_ASSERT(principal == lent);
  RC_ASSERT(interest == segment_interest);
  RC_ASSERT(plan.rows().back().balance == 0);
}

TEST_CASE("segments, factors and interest are the exact model's", "[segmented_plan][property]") {
  check_property("pay-outs and rates on any day", 400, [] {
    const SegmentedTerms terms = random_segmented();
    auto plan = *SegmentedPlan::make(terms);
    std::int64_t lent = 0;
    const int moves = *rc::gen::inRange(1, 5);
    for (int i = 0; i < moves; ++i) {
      const Day on = i == 0 ? terms.periods.front().from : random_day(terms);
      const Day counted = on + date::days{terms.factors.counted == CountedDay::last ? 1 : 0};
      if (i > 0 && *rc::gen::inRange(0, 2) == 0) {
        const Rate rate = Rate::of_e12(*rc::gen::inRange<std::int64_t>(0, 300) * 1'000'000'000);
        RC_ASSERT(plan.change_rate(counted, rate).has_value());
      } else {
        const std::int64_t amount = *rc::gen::inRange<std::int64_t>(1, 5'000'000);
        RC_ASSERT(plan.lend(on, amount).has_value());
        lent += amount;
      }
      check_rows(terms, plan, lent);
    }
  });
}

TEST_CASE("the installment is the exact one, rounded once", "[segmented_plan][property]") {
  check_property("installment of one pay-out", 400, [] {
    const SegmentedTerms terms = random_segmented();
    auto plan = *SegmentedPlan::make(terms);
    const std::int64_t lent = *rc::gen::inRange<std::int64_t>(1, 50'000'000);
    RC_ASSERT(plan.lend(terms.periods.front().from, lent).has_value());
    Rational discount = 1;
    Rational present = 0;
    for (const SegmentedRow& row : plan.rows()) {
      discount /= 1 + slow_factor(terms.factors, terms.rate, row.period, row.period);
      present += discount;
    }
    const Integer x = model::rounded(Rational(lent) / present, terms.installment);
    for (std::size_t k = 0; k + 1 < plan.rows().size(); ++k)
      RC_ASSERT(Integer(plan.rows()[k].installment()) == x);
  });
}

TEST_CASE("what is known late gives what it would have given in its time",
          "[segmented_plan][property]") {
  check_property("order of recording", 200, [] {
    const SegmentedTerms terms = random_segmented();
    auto forwards = *SegmentedPlan::make(terms);
    auto backwards = forwards;
    const Day later = random_day(terms);
    RC_ASSERT(forwards.lend(terms.periods.front().from, 1'000'000).has_value());
    RC_ASSERT(forwards.lend(later, 300'000).has_value());
    RC_ASSERT(backwards.lend(later, 300'000).has_value());
    RC_ASSERT(backwards.lend(terms.periods.front().from, 1'000'000).has_value());
    for (std::size_t k = 0; k < terms.periods.size(); ++k) {
      RC_ASSERT(forwards.rows()[k].principal == backwards.rows()[k].principal);
      RC_ASSERT(forwards.rows()[k].interest == backwards.rows()[k].interest);
    }
  });
}

SegmentedPlan half_year(std::uint8_t digits = 0) {
  SegmentedTerms terms;
  const char* days[] = {"2024-01-01", "2024-02-01", "2024-03-01", "2024-04-01",
                        "2024-05-01", "2024-06-01", "2024-07-01"};
  for (int k = 0; k < 6; ++k) terms.periods.push_back({day(days[k]), day(days[k + 1])});
  terms.rate = *Rate::from_percent("7");
  terms.factors.days_in_year = 360;
  terms.factors.days_in_month = 30;
  terms.factors.intermediate_digits = digits;
  terms.interest = terms.installment = {money::RoundingMode::half_even, 1};
  return *SegmentedPlan::make(terms);
}

TEST_CASE("principal paid early saves interest, and the last row takes it", "[segmented_plan]") {
  SegmentedPlan plan = half_year();
  REQUIRE(plan.lend(day("2024-01-01"), 10'000));
  const std::int64_t last = plan.rows().back().installment();
  REQUIRE(plan.pay_principal(3, day("2024-01-11"), 1'500));
  // Row 1: 100.00 x 7 % / 12 x 10/31 = 0.1881..., 85.00 x 7 % / 12 x 21/31 = 0.3358...
  CHECK(plan.rows()[3].installment() == 1'701);
  CHECK(plan.rows()[1].segments.front().balance == 10'000 - 1'500 - (1'701 - 53));
  CHECK(plan.rows().back().installment() < last);
  CHECK(plan.rows().back().balance == 0);
}

TEST_CASE("paid from its row, principal counts from the due date at the latest",
          "[segmented_plan]") {
  SegmentedPlan in_time = half_year();
  REQUIRE(in_time.lend(day("2024-01-01"), 10'000));
  SegmentedPlan late = in_time;
  REQUIRE(in_time.pay_principal(0, day("2024-02-01"), 1'643));
  REQUIRE(late.pay_principal(0, day("2024-02-20"), 1'643));
  for (std::size_t k = 0; k < 6; ++k) CHECK(in_time.rows()[k].interest == late.rows()[k].interest);
}

TEST_CASE("overdue principal bears interest while the balance is corrected", "[segmented_plan]") {
  SegmentedPlan plan = half_year();
  REQUIRE(plan.lend(day("2024-01-01"), 10'000));
  REQUIRE(plan.correct_balance(day("2024-02-01"), 1'643));
  REQUIRE(plan.correct_balance(day("2024-02-15"), -1'643));
  const SegmentedRow& row = plan.rows()[1];
  // 100.00 x 7 % / 12 x 14/29 = 0.2816..., 83.57 x 7 % / 12 x 15/29 = 0.2521...
  REQUIRE(row.segments.size() == 2);
  CHECK(row.segments[0].interest == 28);
  CHECK(row.segments[1].interest == 25);
}

TEST_CASE("so many significant digits change a plan only where they show", "[segmented_plan]") {
  SegmentedPlan exact = half_year();
  SegmentedPlan twelve = half_year(12);
  SegmentedPlan three = half_year(3);
  for (SegmentedPlan* plan : {&exact, &twelve, &three})
    REQUIRE(plan->lend(day("2024-01-01"), 10'000'000));
  CHECK(exact.rows()[0].installment() == twelve.rows()[0].installment());
  CHECK(rounded(twelve.rows()[0].segments[0].factor, 12) == 5'833'333'333);
  CHECK(rounded(three.rows()[0].segments[0].factor, 12) == 6'000'000'000);
  CHECK(exact.rows()[0].installment() != three.rows()[0].installment());
}

TEST_CASE("terms and moves that make no plan are refused", "[segmented_plan]") {
  SegmentedTerms good;
  good.periods = {{day("2024-01-01"), day("2024-02-01")}, {day("2024-02-01"), day("2024-03-01")}};
  const auto refused = [&](auto change) {
    SegmentedTerms terms = good;
    change(terms);
    const auto made = SegmentedPlan::make(terms);
    return made ? std::string("none") : made.error().id;
  };
  CHECK(refused([](auto&) {}) == "none");
  CHECK(refused([](auto& t) { t.periods.clear(); }) == "terms.installments_out_of_range");
  CHECK(refused([](auto& t) { t.periods[1].from = t.periods[0].from; }) ==
        "terms.periods_out_of_order");
  CHECK(refused([](auto& t) { t.rate = Rate::of_e12(money::limits::rate_e12_max + 1); }) ==
        "terms.rate_out_of_range");
  CHECK(refused([](auto& t) { t.factors.every.every = 0; }) == "terms.frequency_out_of_range");
  CHECK(refused([](auto& t) { t.interest.multiple = 0; }) == "terms.rounding_out_of_range");
  CHECK(refused([](auto& t) { t.factors.intermediate_digits = 19; }) ==
        "terms.digits_out_of_range");

  auto plan = *SegmentedPlan::make(good);
  const auto id = [](const money::Status& status) {
    return status ? std::string("none") : status.error().id;
  };
  CHECK(id(plan.lend(day("2023-12-31"), 1)) == "terms.day_outside_periods");
  CHECK(id(plan.lend(day("2024-03-01"), 1)) == "terms.day_outside_periods");
  CHECK(id(plan.lend(day("2024-01-01"), 0)) == "terms.principal_out_of_range");
  CHECK(id(plan.lend(day("2024-01-01"), money::limits::principal_minor_max + 1)) ==
        "terms.principal_out_of_range");
  CHECK(id(plan.pay_principal(2, day("2024-01-01"), 1)) == "terms.row_unknown");
  CHECK(id(plan.pay_interest(0, day("2024-01-01"), -1)) == "terms.principal_out_of_range");
  CHECK(id(plan.change_rate(day("2024-01-15"), Rate::of_e12(-1))) == "terms.rate_out_of_range");
  CHECK(id(plan.lend(day("2024-01-01"), money::limits::principal_minor_max)) == "none");
  good.factors.every.every = 60'000;
  good.rate = Rate::of_e12(money::limits::rate_e12_max);
  auto heavy = *SegmentedPlan::make(good);
  CHECK(id(heavy.lend(day("2024-01-01"), money::limits::principal_minor_max)) ==
        "terms.interest_out_of_range");
}

}  // namespace
}  // namespace loanbook::schedule
