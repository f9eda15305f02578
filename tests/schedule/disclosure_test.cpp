#include "loanbook/schedule/disclosure.hpp"

#include <catch2/catch.hpp>

namespace loanbook::schedule {
namespace {

Day day(const char* text) { return money::parse_day(text).value(); }
money::Rate rate(const char* text) { return money::Rate::parse(text).value(); }

Terms loan(std::int64_t principal, const char* yearly, std::uint32_t installments) {
  Terms terms;
  terms.currency = money::Currency::find("CNY").value();
  terms.principal_minor = principal;
  terms.rate = rate(yearly);
  terms.installments = installments;
  terms.disbursed = day("2026-01-15");
  return terms;
}

/// One row a payment, all interest: for examples that give payments and no terms.
Plan plan_of(const Terms& terms, std::int64_t payment) {
  Plan plan{};
  plan.total_principal = terms.principal_minor;
  for (std::uint32_t k = 1; k <= terms.installments; ++k)
    plan.rows.push_back({k, due_date(terms, k), 0, payment, 0});
  plan.total_interest = payment * terms.installments - terms.principal_minor;
  return plan;
}

TEST_CASE("the example of PBoC announcement 2021 no. 3", "[disclosure]") {
  const Terms terms = loan(10'000'000, "0%", 12);
  const Disclosure told = disclose(terms, plan_of(terms, 883'330), {.deducted_minor = 100'000});
  CHECK(percent_text(*told.simple, 2) == "12.80");
  CHECK(percent_text(*told.compound, 2) == "13.58");
  CHECK(told.received == 9'900'000);
  CHECK(told.fees == 100'000);
  // A fee paid on the day of disbursement costs the same, but the whole principal is received.
  const Disclosure paid = disclose(terms, plan_of(terms, 883'330), {.paid_minor = 100'000});
  CHECK(paid.simple->centre_e30 == told.simple->centre_e30);
  CHECK(paid.received == 10'000'000);
}

TEST_CASE("98/7/EC, annex II: 1,000 for 1,200 after a year and a half", "[disclosure]") {
  Terms terms = loan(100'000, "0%", 1);
  terms.disbursed = day("1994-01-01");
  terms.frequency = {PeriodUnit::day, 546};  // 1 July 1995
  Disclosure told = disclose(terms, plan_of(terms, 120'000), {});
  CHECK(percent_text(*told.eu, 2) == "12.96");
  CHECK(percent_text(*told.xirr, 2) == "12.96");
  terms.frequency = {PeriodUnit::month, 18};  // equal months: 1.2 ^ (12/18) - 1 = 0.12924
  told = disclose(terms, plan_of(terms, 120'000), {});
  CHECK(percent_text(*told.eu, 2) == "12.92");
}

TEST_CASE("years of the European equation", "[disclosure]") {
  const Frequency month{PeriodUnit::month, 1};
  struct Row {
    Frequency frequency;
    const char* first;
    const char* date;
    Fraction years;
  };
  const Row rows[] = {
      {month, "2023-01-15", "2023-02-15", {1, 12}},
      {month, "2023-01-31", "2023-02-28", {1, 12}},  // clipped, whole all the same
      {month, "2023-01-15", "2023-01-15", {0, 1}},
      // Back from 10 March: one month to 10 February, 26 days from 15 January; the year that ends
      // on 10 February 2023 has 365 days.
      {month, "2023-01-15", "2023-03-10", reduced(365 + 12 * 26, 12 * 365)},
      // The year that ends on 10 March 2024 holds 29 February.
      {month, "2024-02-20", "2024-04-10", reduced(366 + 12 * 19, 12 * 366)},
      {{PeriodUnit::week, 1}, "2024-01-01", "2024-02-05", reduced(5, 52)},
      {{PeriodUnit::day, 30}, "2023-01-01", "2024-01-31", reduced(365 + 30, 365)},
      {{PeriodUnit::year, 1}, "2023-01-15", "2026-01-15", {3, 1}},
  };
  for (const auto& row : rows) DYNAMIC_SECTION(row.first << " to " << row.date) {
      const Fraction years = eu_years(row.frequency, day(row.first), day(row.date));
      CHECK(years.numerator == row.years.numerator);
      CHECK(years.denominator == row.years.denominator);
    }
}

TEST_CASE("unit-periods of the examples of Regulation Z, appendix J (c)", "[disclosure]") {
  struct Row {
    const char* paragraph;
    Frequency unit;
    const char* first;
    const char* date;
    std::int64_t periods;
    Fraction part;
  };
  const Row rows[] = {
      {"(1)(i)", {PeriodUnit::month, 1}, "1978-01-10", "1978-02-10", 1, {0, 1}},
      {"(1)(v)", {PeriodUnit::week, 1}, "1978-03-20", "1978-04-21", 4, {4, 7}},
      {"(2)(ii)", {PeriodUnit::week, 4}, "1978-03-18", "1978-04-20", 1, {5, 28}},
      {"(3)(ii)", {PeriodUnit::week, 2}, "1978-04-03", "1978-04-11", 0, {8, 14}},
      {"(4)(ii)", {PeriodUnit::month, 2}, "1978-01-10", "1978-03-01", 0, {52, 60}},
      {"(5)(ii)", {PeriodUnit::month, 6}, "1978-07-15", "1979-01-15", 1, {0, 1}},
  };
  for (const auto& row : rows) DYNAMIC_SECTION(row.paragraph) {
      const UnitPeriod unit{row.unit, periods_per_year(row.unit)};
      const UnitPeriodFlow time = us_time(unit, day(row.first), day(row.date));
      CHECK(time.periods == row.periods);
      CHECK(time.part == reduced(row.part.numerator, row.part.denominator));
    }
}

TEST_CASE("Regulation Z, appendix J (c), from the dates of a plan", "[disclosure]") {
  Terms terms = loan(500'000, "0%", 24);  // (1)(i): 9.69 %
  terms.disbursed = day("1978-01-10");
  CHECK(percent_text(*disclose(terms, plan_of(terms, 23'000), {}).us, 2) == "9.69");

  terms = loan(50'000, "0%", 30);  // (1)(v): 14.96 %
  terms.disbursed = day("1978-03-20");
  terms.frequency = {PeriodUnit::week, 1};
  terms.first_due = day("1978-04-21");
  CHECK(percent_text(*disclose(terms, plan_of(terms, 1'760), {}).us, 2) == "14.96");

  terms = loan(40'000, "0%", 12);  // (2)(ii): 28.50 %
  terms.disbursed = day("1978-03-18");
  terms.frequency = {PeriodUnit::week, 4};
  terms.first_due = day("1978-04-20");
  Plan plan = plan_of(terms, 3'831);
  plan.rows[0].interest = 3'950;
  CHECK(percent_text(*disclose(terms, plan, {}).us, 2) == "28.50");

  terms = loan(20'000, "0%", 20);  // (3)(ii): 12.22 %
  terms.disbursed = day("1978-04-03");
  terms.frequency = {PeriodUnit::week, 2};
  terms.first_due = day("1978-04-11");
  plan = plan_of(terms, 950);
  plan.rows[19].interest = 3'000;
  CHECK(percent_text(*disclose(terms, plan, {}).us, 2) == "12.22");

  terms = loan(800'000, "0%", 20);  // (4)(ii): 7.30 %
  terms.disbursed = day("1978-01-10");
  terms.frequency = {PeriodUnit::month, 2};
  terms.first_due = day("1978-03-01");
  plan = plan_of(terms, 46'500);
  plan.rows[0].interest = 44'936;
  plan.rows[19].interest = 20'000;
  CHECK(percent_text(*disclose(terms, plan, {}).us, 2) == "7.30");

  terms = loan(100'000, "0%", 1);  // (5)(ii): 8.80 %
  terms.disbursed = day("1978-07-15");
  terms.frequency = {PeriodUnit::month, 6};
  CHECK(percent_text(*disclose(terms, plan_of(terms, 104'400), {}).us, 2) == "8.80");
}

TEST_CASE("the flows of a plan are all that moves, netted", "[disclosure]") {
  Terms terms = loan(120'000, "12%", 3);
  terms.drawdowns = {{day("2026-01-31"), 30'000}, {day("2026-03-15"), 10'000}};
  Plan plan{};
  plan.rows = {{0, day("2026-01-15"), 20'000, 0, 0},
               {1, day("2026-02-15"), 40'000, 1'000, 0, 500},
               {2, day("2026-03-15"), 40'000, 900, 0, 500},
               {3, day("2026-04-15"), 60'000, 500, 0, 500}};
  const UpfrontFees fees{.deducted_minor = 3'000, .paid_minor = 2'000};
  CHECK(dated_flows(terms, plan, fees) == std::vector<DatedFlow>{{day("2026-01-15"), 95'000},
                                                                 {day("2026-01-31"), 30'000},
                                                                 {day("2026-02-15"), -41'500},
                                                                 {day("2026-03-15"), -31'400},
                                                                 {day("2026-04-15"), -61'000}});
  const auto flows = period_flows(terms, plan, fees);
  REQUIRE(flows.size() == 5);
  CHECK(flows[0].amount_minor == 95'000);
  CHECK(flows[1].time == Fraction{16, 31});
  CHECK(flows[3].amount_minor == -31'400);
  CHECK(flows[3].time == Fraction{2, 1});
}

TEST_CASE("the rates of a plan made of its own terms", "[disclosure]") {
  const Terms terms = loan(120'000'000, "12%", 12);
  const Disclosure told = disclose(terms, make_plan(terms), {});
  CHECK(percent_text(*told.simple, 2) == "12.00");
  CHECK(percent_text(*told.compound, 2) == "12.68");  // 1.01^12 - 1 = 12.6825 %
  CHECK(percent_text(*told.eu, 2) == "12.68");
  CHECK(percent_text(*told.us, 2) == "12.00");
  CHECK(told.total_cost == told.interest);
  CHECK(told.total_payable == 120'000'000 + told.interest);
  Terms bullet = loan(120'000'000, "12%", 12);
  bullet.method = Method::bullet;
  const Disclosure once = disclose(bullet, make_plan(bullet), {});
  CHECK(percent_text(*once.compound, 2) == "12.00");
  CHECK(percent_text(*once.eu, 2) == "12.00");
}

TEST_CASE("moves to business days change only what counts days", "[disclosure]") {
  Terms terms = loan(120'000'000, "12%", 12);
  const Disclosure plain = disclose(terms, make_plan(terms), {});
  terms.business_days = {std::make_shared<const Calendar>(Calendar::weekends()), Roll::following};
  const Disclosure moved = disclose(terms, make_plan(terms), {});
  CHECK(moved.eu->centre_e30 == plain.eu->centre_e30);
  CHECK(moved.us->centre_e30 == plain.us->centre_e30);
  CHECK(moved.xirr->centre_e30 != plain.xirr->centre_e30);
}

TEST_CASE("a loan without interest costs exactly nothing", "[disclosure]") {
  const Terms terms = loan(120'000, "0%", 12);
  const Disclosure told = disclose(terms, make_plan(terms), {});
  CHECK(told.simple->centre_e30 == 0);
  CHECK(percent_text(*told.eu, 1) == "0.0");
}

TEST_CASE("a cap is held against the exact rate", "[disclosure]") {
  const auto told = [](const char* yearly) {
    Terms terms = loan(12'000'000'000'000, yearly, 12);
    terms.method = Method::interest_first;  // its rate is the contract's, to the last digit
    return disclose(terms, make_plan(terms), {});
  };
  const RateCap cap{.limit = rate("24%")};
  CHECK(check_cap(told("24%"), cap));
  const auto above = check_cap(told("24.000001%"), cap);
  REQUIRE_FALSE(above);
  CHECK(above.error().id == "disclosure.above_cap");
  CHECK(above.error().message.find("24.000001%") != std::string::npos);
  CHECK(above.error().message.find("cap of 24.00%") != std::string::npos);
  CHECK_FALSE(check_cap(told("24%"), {.limit = rate("24%"), .basis = CapBasis::compound}));
  CHECK(check_cap(told("36%"), {.limit = rate("36%")}));
  // Four times an LPR of 3.10 %: 12.40 %.
  const RateCap lpr{.limit = rate("3.1%"), .multiplier = 4};
  CHECK(check_cap(told("12.4%"), lpr));
  CHECK(check_cap(told("12.41%"), lpr).error().message.find("12.40% (4 x 3.1%)") !=
        std::string::npos);
  CHECK(check_cap(Disclosure{}, cap).error().id == "disclosure.no_rate");
}

}  // namespace
}  // namespace loanbook::schedule
