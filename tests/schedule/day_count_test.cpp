#include "loanbook/schedule/day_count.hpp"

#include "schedule/exact_model.hpp"
#include "schedule/random_terms.hpp"

namespace loanbook::schedule {
namespace {

Day day(const char* text) { return money::parse_day(text).value(); }

const DayCount all[] = {DayCount::act_360,    DayCount::act_365f,      DayCount::act_act_isda,
                        DayCount::thirty_360, DayCount::thirty_360_us, DayCount::thirty_e_360};

TEST_CASE("day counts of published examples", "[day_count]") {
  // ISDA's 30/360 spreadsheet (2008) for the 30-day months; 30/360 US: SIFMA, Standard Securities
  // Calculation Methods.
  struct Row {
    DayCount day_count;
    const char* start;
    const char* end;
    int days;
  };
  const Row rows[] = {
      {DayCount::thirty_360, "2006-08-31", "2007-02-28", 178},
      {DayCount::thirty_360, "2008-02-28", "2008-03-31", 33},
      {DayCount::thirty_360, "2006-01-30", "2006-01-31", 0},
      {DayCount::thirty_e_360, "2007-02-28", "2007-08-31", 182},
      {DayCount::thirty_e_360, "2008-02-29", "2009-02-28", 359},
      {DayCount::thirty_360_us, "2007-02-28", "2008-02-29", 360},
      {DayCount::thirty_360_us, "2007-02-28", "2007-08-31", 180},
      {DayCount::thirty_360_us, "2100-02-28", "2100-03-01", 1},
      {DayCount::act_360, "2024-02-28", "2024-03-01", 2},
      {DayCount::act_act_isda, "2100-02-28", "2100-03-01", 1},
  };
  for (const Row& row : rows) {
    DYNAMIC_SECTION(to_text(row.day_count) << " " << row.start << " to " << row.end) {
      CHECK(days_between(row.day_count, day(row.start), day(row.end)) == row.days);
    }
  }
}

TEST_CASE("ACT/ACT splits the year at its end", "[day_count]") {
  // ISDA memorandum on ACT/ACT (1998): 1 Nov 2003 to 1 May 2004 is 61/365 + 121/366.
  CHECK(year_fraction(DayCount::act_act_isda, day("2003-11-01"), day("2004-05-01")) ==
        reduced(61 * 366 + 121 * 365, 133'590));
  CHECK(year_fraction(DayCount::act_act_isda, day("1900-01-01"), day("2200-01-01")) ==
        Fraction{300, 1});
}

TEST_CASE("30E/360 ISDA leaves the last February of the contract alone", "[day_count]") {
  CHECK(days_between(DayCount::thirty_e_360_isda, day("2011-08-31"), day("2012-02-29"),
                     {.termination = day("2012-02-29")}) == 179);
  CHECK(days_between(DayCount::thirty_e_360_isda, day("2011-08-31"), day("2012-02-29")) == 180);
  CHECK(days_between(DayCount::thirty_e_360_isda, day("2007-01-31"), day("2007-03-31"),
                     {.termination = day("2007-03-31")}) == 60);
}

TEST_CASE("whole months are counted from the anchor and clipped", "[day_count]") {
  CHECK(months_and_days(day("2023-01-31"), day("2023-02-28")) == MonthsAndDays{1, 0});
  CHECK(months_and_days(day("2023-02-28"), day("2023-03-31")) == MonthsAndDays{1, 3});
  CHECK(months_and_days(day("2024-01-10"), day("2024-02-28")) == MonthsAndDays{1, 18});
  CHECK(months_and_days(day("2024-03-15"), day("2024-03-15")) == MonthsAndDays{0, 0});
  CHECK(months_and_days(day("2024-03-31"), day("2024-04-29")) == MonthsAndDays{0, 29});
}

TEST_CASE("names of day counts read back", "[day_count]") {
  for (const DayCount day_count : all)
    CHECK(parse_day_count(to_text(day_count)).value() == day_count);
  CHECK(parse_day_count("ACT/ACT").error().id == "day_count.unknown");
  CHECK(parse_day_count("").error().id == "day_count.unknown");
}

TEST_CASE("the day index is the year fraction, and never goes back", "[day_count][property]") {
  check_property("index / index_per_year == model", 5'000, [] {
    const DayCount day_count = all[*rc::gen::resize(100, rc::gen::inRange(0, 6))];
    const Day first =
        money::day_from_number(*rc::gen::resize(100, rc::gen::inRange(-25'000, 80'000)));
    const Day last = first + date::days{*rc::gen::resize(100, rc::gen::inRange(0, 1'500))};
    const std::int64_t index = day_index(day_count, first, last);
    const model::Rational time = model::Rational(index, index_per_year(day_count));
    const Fraction fraction = year_fraction(day_count, first, last);
    RC_ASSERT(time == model::exact_year_fraction(day_count, first, last));
    RC_ASSERT(time == model::Rational(fraction.numerator, fraction.denominator));
    RC_ASSERT(index >= 0);
    RC_ASSERT(day_index(day_count, first, first) == 0);
    RC_ASSERT(day_index(day_count, first, last + date::days{1}) >= index);
  });
}

}  // namespace
}  // namespace loanbook::schedule
