#include "loanbook/schedule/terms.hpp"

#include <catch2/catch.hpp>
#include <functional>

#include "loanbook/money/limits.hpp"

namespace loanbook::schedule {
namespace {

Day day(const char* text) { return money::parse_day(text).value(); }

Terms ordinary() {
  Terms terms;
  terms.currency = money::Currency::find("CNY").value();
  terms.principal_minor = 1'000'000;
  terms.rate = money::Rate::of_e12(180'000'000'000);
  terms.installments = 12;
  terms.disbursed = day("2024-01-31");
  return terms;
}

TEST_CASE("due dates come from the anchor and are clipped, never chained", "[terms]") {
  struct Row {
    const char* name;
    std::function<void(Terms&)> change;
    std::uint32_t k;
    const char* due;
  };
  const Row rows[] = {
      {"disbursement", [](Terms&) {}, 0, "2024-01-31"},
      {"31 January and a month is 29 February", [](Terms&) {}, 1, "2024-02-29"},
      {"and two are 31 March", [](Terms&) {}, 2, "2024-03-31"},
      {"every three months", [](Terms& t) { t.frequency.every = 3; }, 1, "2024-04-30"},
      {"a year is twelve months", [](Terms& t) { t.frequency.unit = PeriodUnit::year; }, 2,
       "2026-01-31"},
      {"a week is seven days",
       [](Terms& t) {
         t.frequency = {PeriodUnit::week, 2};
         t.basis = InterestBasis::daily;
       },
       3, "2024-03-13"},
      {"days",
       [](Terms& t) {
         t.frequency = {PeriodUnit::day, 10};
         t.basis = InterestBasis::daily;
       },
       1, "2024-02-10"},
      {"a first due date is taken as it is", [](Terms& t) { t.first_due = day("2024-03-05"); }, 1,
       "2024-03-05"},
      {"and is the anchor", [](Terms& t) { t.first_due = day("2024-03-05"); }, 2, "2024-04-05"},
      {"a fixed day 31 after a first due date in February",
       [](Terms& t) {
         t.first_due = day("2024-02-29");
         t.due_day = 31;
       },
       2, "2024-03-31"},
      {"a fixed day without a first due date", [](Terms& t) { t.due_day = 15; }, 1, "2024-02-15"},
  };
  for (const Row& row : rows) {
    DYNAMIC_SECTION(row.name) {
      Terms terms = ordinary();
      row.change(terms);
      REQUIRE(check(terms));
      CHECK(money::to_text(due_date(terms, row.k)) == row.due);
    }
  }
  CHECK(money::to_text(maturity(ordinary())) == "2025-01-31");
}

TEST_CASE("terms beyond a limit are refused by name", "[terms]") {
  struct Row {
    const char* id;
    std::function<void(Terms&)> change;
  };
  const Row rows[] = {
      {"terms.method_unknown", [](Terms& t) { t.method = static_cast<Method>(9); }},
      {"terms.principal_out_of_range", [](Terms& t) { t.principal_minor = 0; }},
      {"terms.principal_out_of_range",
       [](Terms& t) { t.principal_minor = money::limits::principal_minor_max + 1; }},
      {"terms.rate_out_of_range", [](Terms& t) { t.rate = money::Rate::of_e12(-1); }},
      {"terms.rate_out_of_range",
       [](Terms& t) { t.rate = money::Rate::of_e12(money::limits::rate_e12_max + 1); }},
      {"terms.installments_out_of_range", [](Terms& t) { t.installments = 0; }},
      {"terms.installments_out_of_range", [](Terms& t) { t.installments = 1'201; }},
      {"terms.frequency_out_of_range", [](Terms& t) { t.frequency.every = 0; }},
      {"terms.disbursed_out_of_range",
       [](Terms& t) { t.disbursed = money::day_from_number(-30'000); }},
      {"terms.first_due_out_of_range", [](Terms& t) { t.first_due = t.disbursed; }},
      {"terms.due_day_out_of_range", [](Terms& t) { t.due_day = 32; }},
      {"terms.basis_needs_months", [](Terms& t) { t.frequency.unit = PeriodUnit::week; }},
      {"terms.odd_first_needs_monthly",
       [](Terms& t) {
         t.basis = InterestBasis::daily;
         t.odd_first = OddFirst::extra;
       }},
      {"terms.rounding_out_of_range", [](Terms& t) { t.interest.multiple = 0; }},
      {"terms.principal_free_out_of_range", [](Terms& t) { t.principal_free_periods = 12; }},
      {"terms.interest_free_out_of_range", [](Terms& t) { t.interest_free_periods = 13; }},
      {"terms.balloon_out_of_range", [](Terms& t) { t.balloon_minor = t.principal_minor + 1; }},
      {"terms.maturity_out_of_range", [](Terms& t) { t.frequency.every = 65'535; }},
      {"terms.maturity_out_of_range",
       [](Terms& t) {
         t.frequency = {PeriodUnit::month, 177};
       }},
      {"terms.interest_out_of_range",
       [](Terms& t) {
         t.principal_minor = money::limits::principal_minor_max;
         t.rate = money::Rate::of_e12(money::limits::rate_e12_max);
         t.installments = 36;
       }},
  };
  for (const Row& row : rows) {
    DYNAMIC_SECTION(row.id) {
      Terms terms = ordinary();
      REQUIRE(check(terms));
      row.change(terms);
      REQUIRE_FALSE(check(terms));
      CHECK(check(terms).error().id == row.id);
    }
  }
}

TEST_CASE("names of methods read back", "[terms]") {
  for (const Method method : {Method::level, Method::equal_principal, Method::interest_first,
                              Method::bullet, Method::revolving}) {
    CHECK(parse_method(to_text(method)).value() == method);
  }
  CHECK(parse_method("Level").error().id == "method.unknown");
}

}  // namespace
}  // namespace loanbook::schedule
