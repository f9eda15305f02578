// Interest computed again: rest dates, stretches, the rows that are left.

#include "loanbook/schedule/recomputed.hpp"

#include <catch2/catch.hpp>
#include <numeric>

namespace loanbook::schedule {
namespace {

Day day(const char* text) { return *money::parse_day(text); }

Rest rest(const char* text) {
  const auto parsed = parse_rest(text);
  REQUIRE(parsed);
  return *parsed;
}

TEST_CASE("A rest is read and written in words") {
  for (const char* text : {"day", "7 days", "week", "2 weeks", "month", "3 months", "month on 15",
                           "3 months on 31", "installment"}) {
    INFO(text);
    CHECK(to_text(rest(text)) == text);
  }
  for (const char* text : {"", "days", "0 days", "2 week", "367 days", "day on 3", "month on 32",
                           "2 installments", "every day", "month on "}) {
    INFO(text);
    REQUIRE(!parse_rest(text));
    CHECK(parse_rest(text).error().id == "rest.unknown");
  }
}

TEST_CASE("Rest dates count from the anchor") {
  struct Row {
    const char* rest;
    const char* anchor;
    const char* from;
    const char* next;
  };
  const Row rows[] = {{"day", "2024-01-31", "2024-02-29", "2024-02-29"},
                      {"7 days", "2024-01-01", "2024-01-08", "2024-01-08"},
                      {"7 days", "2024-01-01", "2024-01-09", "2024-01-15"},
                      {"2 weeks", "2024-01-01", "2024-01-02", "2024-01-15"},
                      {"month", "2024-01-31", "2024-02-01", "2024-02-29"},
                      {"month", "2024-01-31", "2024-03-01", "2024-03-31"},
                      {"3 months", "2024-01-31", "2024-02-01", "2024-04-30"},
                      {"month on 1", "2024-01-15", "2024-01-16", "2024-02-01"},
                      {"month on 20", "2024-01-15", "2024-01-16", "2024-01-20"},
                      {"month on 20", "2024-01-15", "2024-01-20", "2024-01-20"}};
  for (const Row& row : rows) {
    INFO(row.rest << " after " << row.from);
    CHECK(money::to_text(next_rest(rest(row.rest), day(row.anchor), day(row.from))) == row.next);
  }
}

Terms monthly(const char* rate) {
  Terms terms;
  terms.currency = *money::Currency::find("USD");
  terms.rate = *money::Rate::from_percent(rate);
  terms.interest = {money::RoundingMode::half_even, 1};
  terms.installment = {money::RoundingMode::half_even, 1};
  return terms;
}

TEST_CASE("A month is told apart by its days") {
  // 83.57 x 7 % / 12 = 0.4875: 14 and 15 of 29 days are 0.2353 and 0.2521.
  const Terms terms = monthly("7");
  const GivenPeriod february{day("2024-02-01"), day("2024-03-01")};
  const Day middle = day("2024-02-15");
  CHECK(stretch_interest(terms, february, february, 83'57) == 49);
  CHECK(stretch_interest(terms, february, {february.from, middle}, 83'57) == 24);
  CHECK(stretch_interest(terms, february, {middle, february.due}, 83'57) == 25);
  CHECK(stretch_interest(terms, february, {middle, middle}, 83'57) == 0);
}

std::vector<RestRow> half_year() {
  std::vector<RestRow> rows;
  Day from = day("2022-11-01");
  for (const char* due :
       {"2022-12-01", "2023-01-01", "2023-02-01", "2023-03-01", "2023-04-01", "2023-05-01"}) {
    rows.push_back({.period = {from, day(due)}});
    from = day(due);
  }
  return rows;
}

Terms by_days() {
  Terms terms = monthly("12");
  terms.basis = InterestBasis::daily;
  terms.day_count = DayCount::act_365f;
  terms.installment.multiple = 100;
  return terms;
}

TEST_CASE("The equal installment may be solved as if months were even") {
  std::vector<GivenPeriod> periods;
  for (const RestRow& row : half_year()) periods.push_back(row.period);
  // 862.336 as if each month had 30 days of 365, 862.569 by its own days.
  CHECK(solve_rest(by_days(), SolveDays::even, periods, 5000'00) == 862'00);
  CHECK(solve_rest(by_days(), SolveDays::actual, periods, 5000'00) == 863'00);
  Terms parts = by_days();
  parts.method = Method::equal_principal;
  CHECK(solve_rest(parts, SolveDays::actual, periods, 5000'00) == 833'00);
}

RestOfPlan first_row(std::int64_t interest, std::int64_t least) {
  return {.balance = 5000'00,
          .first_interest = interest,
          .first_installment = 862'00,
          .later_installment = 862'00,
          .first_least = least,
          .days = SolveDays::even};
}

TEST_CASE("What the first row asks for more makes the others smaller or fewer") {
  RestOfPlan rest = first_row(48'18, 863'00);
  auto rows = half_year();
  rest.solve_again = true;
  CHECK(plan_rest(by_days(), rest, rows) == 852'00);
  CHECK(rows[0].principal == 863'00);
  CHECK(rows[1].principal == 809'84);
  CHECK(rows[5].principal + rows[5].interest == 853'63);

  rest.solve_again = false;
  rest.first_least = 1863'00;
  rows = half_year();
  CHECK(plan_rest(by_days(), rest, rows) == 862'00);
  CHECK(rows[4].principal < 862'00);
  CHECK(rows[5].principal == 0);

  rest.take_off_again = true;
  rows = half_year();
  (void)plan_rest(by_days(), rest, rows);
  CHECK(rows[1].principal == 0);
  CHECK(rows[5].principal > 0);
}

TEST_CASE("Whatever the first row asks for, the rows repay the balance") {
  for (std::int64_t least = 0; least <= 6000'00; least += 137'31) {
    for (const bool solve : {false, true}) {
      auto rows = half_year();
      RestOfPlan rest = first_row(49'32, least);
      rest.solve_again = solve;
      rest.take_off_again = !solve;
      (void)plan_rest(by_days(), rest, rows);
      std::int64_t sum = 0;
      for (const RestRow& row : rows) {
        CHECK(row.principal >= 0);
        CHECK(row.interest >= 0);
        sum += row.principal;
      }
      CHECK(sum == 5000'00);
    }
  }
}

}  // namespace
}  // namespace loanbook::schedule
