// Terms at their limits: a plan that satisfies the invariants, or a clear refusal; never an endless
// loop and never an assertion.

#include "loanbook/money/limits.hpp"

#include <catch2/catch.hpp>
#include <random>

#include "loanbook/schedule/explain.hpp"
#include "schedule/exact_model.hpp"
#include "schedule/random_provisions.hpp"

namespace loanbook::schedule {
namespace {

namespace limits = money::limits;

Day day(const char* text) { return money::parse_day(text).value(); }

Terms loan() {
  Terms terms;
  terms.currency = money::Currency::find("CNY").value();
  terms.principal_minor = 1'000'000;
  terms.rate = money::Rate::parse("12%").value();
  terms.installments = 12;
  terms.disbursed = day("2024-01-31");
  return terms;
}

/// A plan with everything in place, or a refusal in words. Returns whether there is a plan.
bool plan_or_refusal(const Terms& terms) {
  const auto status = check(terms);
  if (!status) {
    CHECK(std::string_view(status.error().id).substr(0, 6) == "terms.");
    CHECK(status.error().message.size() > 20);
    return false;
  }
  const Plan plan = make_plan(terms);
  std::int64_t principal = 0;
  std::int64_t interest = 0;
  std::int64_t lent = terms.principal_minor;
  for (const Drawdown& drawdown : terms.drawdowns) lent += drawdown.amount_minor;
  bool sound = plan.rows.size() <= terms.installments + 1;
  Day last = terms.disbursed;
  for (const PlanRow& row : plan.rows) {
    sound = sound && row.interest >= 0 && row.balance >= 0 && row.fee >= 0 && row.due >= last;
    last = row.due;
    principal += row.principal;
    interest += row.interest;
  }
  CHECK(sound);
  CHECK(principal == lent);
  CHECK(interest == plan.total_interest);
  CHECK(plan.rows.back().balance == 0);
  CHECK(explain(terms).rows.size() == plan.rows.size());
  return true;
}

bool is_the_models(const Terms& terms) {
  const std::vector<PlanRow> rows = make_plan(terms).rows;
  const std::vector<PlanRow> expected = model::plan(terms);
  if (rows.size() != expected.size()) return false;
  for (std::size_t i = 0; i < rows.size(); ++i) {
    if (rows[i].principal != expected[i].principal || rows[i].interest != expected[i].interest ||
        rows[i].balance != expected[i].balance || rows[i].due != expected[i].due ||
        rows[i].fee != expected[i].fee)
      return false;
  }
  return true;
}

std::string refusal(const Terms& terms) {
  const auto status = check(terms);
  return status ? "accepted" : std::string(status.error().id);
}

TEST_CASE("as many installments, as much principal as the limits allow", "[limits]") {
  for (const Method method : {Method::level, Method::equal_principal, Method::interest_first,
                              Method::bullet, Method::revolving, Method::flat}) {
    for (const char* rate : {"0", "0.000000000001", "4.9%", "36%", "1000%"}) {
      for (const std::int64_t principal :
           {std::int64_t{1}, std::int64_t{1'199}, limits::principal_minor_max}) {
        for (const bool daily : {false, true}) {
          Terms terms = loan();
          terms.method = method;
          terms.rate = money::Rate::parse(rate).value();
          terms.principal_minor = principal;
          terms.installments = limits::installments_max;
          if (daily) terms.basis = InterestBasis::daily;
          CAPTURE(static_cast<int>(method), rate, principal, daily);
          plan_or_refusal(terms);
        }
      }
    }
  }
}

TEST_CASE("1,200 rows of 10^15 yuan at a mortgage's rate are a plan", "[limits]") {
  Terms terms = loan();
  terms.principal_minor = limits::principal_minor_max;
  terms.rate = money::Rate::parse("4.9%").value();
  terms.installments = limits::installments_max;
  CHECK(plan_or_refusal(terms));
  CHECK(is_the_models(terms));
  terms.basis = InterestBasis::daily;
  CHECK(plan_or_refusal(terms));
  CHECK(is_the_models(terms));
}

TEST_CASE("1,000 % is a plan while its interest fits, and refused by name beyond", "[limits]") {
  Terms terms = loan();
  terms.rate = money::Rate::parse("1000%").value();
  CHECK(plan_or_refusal(terms));
  CHECK(is_the_models(terms));
  terms.principal_minor = limits::principal_minor_max;
  terms.installments = limits::installments_max;
  CHECK(refusal(terms) == "terms.interest_out_of_range");
  terms.rate = money::Rate::of_e12(limits::rate_e12_max + 1);
  CHECK(refusal(terms) == "terms.rate_out_of_range");
}

TEST_CASE("no installments, no principal, no days are refused by name", "[limits]") {
  Terms none = loan();
  none.installments = 0;
  CHECK(refusal(none) == "terms.installments_out_of_range");
  none = loan();
  none.principal_minor = 0;
  CHECK(refusal(none) == "terms.principal_out_of_range");
  none = loan();
  none.first_due = none.disbursed;
  CHECK(refusal(none) == "terms.first_due_out_of_range");
  none = loan();
  none.frequency.every = 0;
  CHECK(refusal(none) == "terms.frequency_out_of_range");
  none = loan();
  none.installments = limits::installments_max + 1;
  CHECK(refusal(none) == "terms.installments_out_of_range");
  none = loan();
  none.disbursed = day("2190-01-01");
  none.installments = 200;
  CHECK(refusal(none) == "terms.maturity_out_of_range");
}

TEST_CASE("ends of months, leap days and a loan of one day", "[limits]") {
  for (const char* disbursed :
       {"2024-02-29", "2023-12-31", "2100-01-31", "2099-08-31", "1900-01-31"}) {
    for (const std::uint8_t due_day : {0, 29, 30, 31}) {
      for (int day_count = 1; day_count <= 10; ++day_count) {
        for (const bool daily : {false, true}) {
          Terms terms = loan();
          terms.disbursed = day(disbursed);
          terms.due_day = due_day;
          terms.day_count = static_cast<DayCount>(day_count);
          terms.business_days.calendar = test_calendar(0);
          if (daily) terms.basis = InterestBasis::daily;
          CAPTURE(disbursed, static_cast<int>(due_day), day_count, daily);
          CHECK(plan_or_refusal(terms));
          CHECK(is_the_models(terms));
        }
      }
    }
  }
  Terms one_day = loan();
  one_day.basis = InterestBasis::daily;
  one_day.frequency = {PeriodUnit::day, 1};
  one_day.installments = 1;
  CHECK(plan_or_refusal(one_day));
  CHECK(make_plan(one_day).total_interest == 333);  // 10,000.00 x 12 % / 360 = 3.3333
  one_day.method = Method::revolving;
  CHECK(make_plan(one_day).total_interest == 333);
}

TEST_CASE("less principal than installments leaves rows of nothing", "[limits]") {
  for (const Method method : {Method::level, Method::equal_principal, Method::flat}) {
    for (const money::RoundingMode mode :
         {money::RoundingMode::up, money::RoundingMode::down, money::RoundingMode::half_up,
          money::RoundingMode::half_even}) {
      for (const Remainder remainder : {Remainder::last, Remainder::first, Remainder::spread}) {
        Terms terms = loan();
        terms.method = method;
        terms.principal_minor = 7;
        terms.installment.mode = mode;
        if (method != Method::level) terms.remainder = remainder;
        CAPTURE(static_cast<int>(method), static_cast<int>(mode), static_cast<int>(remainder));
        CHECK(plan_or_refusal(terms));
        CHECK(is_the_models(terms));
      }
    }
  }
}

TEST_CASE("negative amortization grows up to the bound of a balance, then is refused", "[limits]") {
  Terms terms = loan();
  terms.negative_amortization = true;
  terms.rate = money::Rate::parse("100%").value();
  terms.installment_minor = 1;
  terms.installments = 120;
  CHECK(plan_or_refusal(terms));
  CHECK(is_the_models(terms));
  CHECK(make_plan(terms).rows[118].balance > 1'000 * terms.principal_minor);
  for (std::uint32_t rows = 120; rows <= limits::installments_max; rows += 60) {
    terms.installments = rows;
    if (!plan_or_refusal(terms)) break;
    CHECK(rows < 1'000);
  }
  CHECK(refusal(terms) == "terms.interest_out_of_range");
}

TEST_CASE("an installment that never repays is refused", "[limits]") {
  Terms terms = loan();
  terms.installment_minor = 10'000;  // the first interest
  CHECK(refusal(terms) == "terms.installment_too_small");
  terms.installment_minor = 10'001;
  CHECK(plan_or_refusal(terms));
  CHECK(make_plan(terms).rows.size() == 12);
  terms.installment_minor = limits::amount_minor_max;
  CHECK(plan_or_refusal(terms));
  CHECK(make_plan(terms).rows.size() == 1);
}

TEST_CASE("holidays everywhere are refused, one row that repays is enough", "[limits]") {
  for (const HolidayInterest interest : {HolidayInterest::pay, HolidayInterest::capitalise,
                                         HolidayInterest::defer, HolidayInterest::waive}) {
    for (const Method method : {Method::level, Method::equal_principal, Method::interest_first}) {
      CAPTURE(static_cast<int>(interest), static_cast<int>(method));
      Terms terms = loan();
      terms.method = method;
      terms.holidays = {{1, 12, interest}};
      CHECK(refusal(terms) == "terms.no_row_repays");
      terms.holidays = {{1, 11, interest}};
      CHECK(plan_or_refusal(terms));
      CHECK(is_the_models(terms));
      terms.holidays.clear();
      terms.season = {0xFFF, interest};
      CHECK(refusal(terms) == "terms.no_row_repays");
    }
  }
}

TEST_CASE("steps at their bounds are plans or refused", "[limits]") {
  for (const std::int64_t growth : std::initializer_list<std::int64_t>{
           -1'000'000'000'000, -999'999'999'999, -500'000'000'000, -1, 1, 500'000'000'000,
           1'000'000'000'000, 1'000'000'000'001}) {
    for (const std::uint16_t every : {0, 1, 2, 600, 65'535}) {
      for (const std::uint32_t installments : {1U, 2U, 20U, 1'200U}) {
        Terms terms = loan();
        terms.step_growth_e12 = growth;
        terms.step_every = every;
        terms.installments = installments;
        CAPTURE(growth, every, installments);
        if (plan_or_refusal(terms)) CHECK(is_the_models(terms));
      }
    }
  }
}

TEST_CASE("a due date that a roll moves before the disbursement is refused", "[limits]") {
  Terms terms = loan();
  terms.disbursed = day("2024-06-14");  // a Friday
  terms.basis = InterestBasis::daily;
  terms.frequency = {PeriodUnit::day, 1};
  terms.business_days = {
      .calendar = test_calendar(0), .roll = Roll::preceding, .interest_follows = true};
  CHECK(refusal(terms) == "terms.first_due_out_of_range");
  terms.business_days.roll = Roll::following;  // three rows on one Monday
  CHECK(plan_or_refusal(terms));
  CHECK(is_the_models(terms));
  Calendar::Days closed{.name = "closed for two years", .free_weekdays = {true, true}};
  for (int i = 0; i < 731; ++i) closed.holidays.push_back(terms.disbursed + date::days{i});
  terms.business_days.calendar = std::make_shared<const Calendar>(Calendar::make(closed).value());
  plan_or_refusal(terms);
}

TEST_CASE("any numbers in the fields end in a plan or a refusal", "[limits]") {
  std::mt19937_64 random(20'260'101);
  const auto pick = [&](std::initializer_list<std::int64_t> values) {
    return *(values.begin() + random() % values.size());
  };
  const Draw draw = [&](std::int64_t least, std::int64_t most) {
    return least +
           static_cast<std::int64_t>(random() % static_cast<std::uint64_t>(most - least + 1));
  };
  int plans = 0;
  for (int i = 0; i < 20'000; ++i) {
    Terms terms = loan();
    terms.method = static_cast<Method>(draw(1, 8));
    terms.principal_minor =
        pick({0, 11, 1'000'000, 1'000'000, 77'777'777, limits::principal_minor_max});
    terms.rate = money::Rate::of_e12(pick({0, 1, 120'000'000'000, 10'000'000'000'000}));
    terms.installments = static_cast<std::uint32_t>(pick({1, 2, 12, 12, 60, 1'201}));
    terms.frequency = {static_cast<PeriodUnit>(draw(1, 4)),
                       static_cast<std::uint16_t>(pick({0, 1, 1, 1, 6, 65'535}))};
    terms.basis = static_cast<InterestBasis>(draw(1, 2));
    terms.day_count = static_cast<DayCount>(draw(1, 10));
    if (draw(0, 11) == 0) terms.last_due = terms.disbursed + date::days{draw(-10, 900)};
    if (draw(0, 11) == 0) terms.first_due = terms.disbursed + date::days{draw(0, 60)};
    if (draw(0, 7) == 0)
      terms.drawdowns = {
          {terms.disbursed + date::days{draw(-1, 900)}, pick({0, 1, 1'000'000, INT64_MAX})}};
    if (draw(0, 7) == 0)
      terms.rate_changes = {{terms.disbursed + date::days{draw(-1, 900)},
                             money::Rate::of_e12(pick({-1, 0, 10'000'000'000'000}))}};
    terms.repricing = static_cast<Repricing>(draw(1, 3));
    if (draw(0, 11) == 0) terms.down_payment_minor = pick({-1, 1, 999'999, 1'000'000});
    if (draw(0, 11) == 0)
      terms.carried_interest_minor = pick({-1, 1, limits::amount_minor_max, INT64_MAX});
    if (draw(0, 11) == 0) terms.installment_minor = pick({-1, 1, 100'000, INT64_MAX});
    if (draw(0, 11) == 0)
      terms.amortization_installments =
          static_cast<std::uint32_t>(pick({1, 12, 1'200, 1'201, UINT32_MAX}));
    if (draw(0, 11) == 0) terms.balloon_minor = pick({-1, 1, 1'000'000, INT64_MAX});
    if (draw(0, 11) == 0)
      terms.step_growth_e12 = pick({INT64_MIN, -1'000'000'000'000, 100'000'000'000, INT64_MAX});
    terms.negative_amortization = draw(0, 1) == 1;
    if (draw(0, 11) == 0)
      terms.holidays = {{static_cast<std::uint16_t>(draw(0, 3)),
                         static_cast<std::uint16_t>(draw(0, 13)),
                         static_cast<HolidayInterest>(draw(0, 5))}};
    if (draw(0, 11) == 0)
      terms.season = {static_cast<std::uint16_t>(draw(0, 65'535)),
                      static_cast<HolidayInterest>(draw(0, 5))};
    if (draw(0, 11) == 0) terms.shares.assign(static_cast<std::size_t>(draw(0, 13)), UINT32_MAX);
    terms.remainder = static_cast<Remainder>(draw(0, 7) == 0 ? draw(0, 4) : 1);
    if (draw(0, 11) == 0)
      terms.fee = {.rate = {pick({-1, 0, 1, INT64_MAX}), pick({0, 1, 100, INT64_MAX})},
                   .amount_minor = pick({-1, 0, INT64_MAX})};
    if (draw(0, 11) == 0)
      terms.daily_interest_digits = static_cast<std::uint8_t>(pick({0, 12, 13, 255}));
    if (draw(0, 1) == 0)
      terms.business_days = {test_calendar(static_cast<std::size_t>(draw(0, 2))),
                             static_cast<Roll>(draw(0, 5)), draw(0, 1) == 1};
    plans += plan_or_refusal(terms) ? 1 : 0;
  }
  CHECK(plans > 20);
}

}  // namespace
}  // namespace loanbook::schedule
