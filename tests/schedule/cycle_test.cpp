#include "loanbook/schedule/cycle.hpp"

#include <catch2/catch.hpp>
#include <sstream>

namespace loanbook::schedule {
namespace {

Moment at(const char* text) { return {*money::parse_day(text)}; }

std::string text_of(const std::vector<Moment>& dates) {
  std::string text;
  for (const Moment date : dates) {
    if (!text.empty()) text += ' ';
    text += money::to_text(date.day).substr(2) + (date.part == DayPart::close ? "!" : "");
  }
  return text;
}

constexpr Frequency monthly{PeriodUnit::month, 1};

TEST_CASE("dates of a cycle are counted from its anchor", "[cycle]") {
  struct Row {
    const char* name;
    Cycle cycle;
    CycleSpan span;
    const char* dates;
  };
  const CycleEnd in = CycleEnd::included;
  const CycleEnd out = CycleEnd::excluded;
  const MonthEnd same = MonthEnd::same_day;
  const MonthEnd last = MonthEnd::last_day;
  const Row rows[] = {
      {"the 31st clips, and comes back",
       {at("2013-01-31"), monthly},
       {at("2013-05-31"), in, same},
       "13-01-31 13-02-28 13-03-31 13-04-30 13-05-31"},
      {"28 February stays the 28th",
       {at("2013-02-28"), monthly},
       {at("2013-05-28"), out, same},
       "13-02-28 13-03-28 13-04-28"},
      {"28 February as the last day",
       {at("2013-02-28"), monthly},
       {at("2013-05-31"), out, last},
       "13-02-28 13-03-31 13-04-30"},
      {"weeks know no end of month",
       {at("2013-02-28"), Frequency{PeriodUnit::week, 2}},
       {at("2013-03-29"), out, last},
       "13-02-28 13-03-14 13-03-28"},
      {"years step over 29 February",
       {at("2012-02-29"), Frequency{PeriodUnit::year, 1}},
       {at("2016-02-29"), in, same},
       "12-02-29 13-02-28 14-02-28 15-02-28 16-02-29"},
      {"a short last period",
       {at("2013-01-01"), monthly},
       {at("2013-03-15"), in, same},
       "13-01-01 13-02-01 13-03-01 13-03-15"},
      {"a long last period",
       {at("2013-01-01"), monthly, Stub::longer},
       {at("2013-03-15"), in, same},
       "13-01-01 13-02-01 13-03-15"},
      {"a long last period without its end",
       {at("2013-01-01"), monthly, Stub::longer},
       {at("2013-03-15"), out, same},
       "13-01-01 13-02-01"},
      {"nothing is left out on the grid",
       {at("2013-01-01"), monthly, Stub::longer},
       {at("2013-03-01"), in, same},
       "13-01-01 13-02-01 13-03-01"},
      {"two dates are too few for a long period",
       {at("2013-01-01"), monthly, Stub::longer},
       {at("2013-01-15"), in, same},
       "13-01-01 13-01-15"},
      {"an anchor alone",
       {at("2013-01-01"), std::nullopt},
       {at("2013-03-01"), out, same},
       "13-01-01"},
      {"an anchor alone, and the end",
       {at("2013-01-01"), std::nullopt},
       {at("2013-03-01"), in, same},
       "13-01-01 13-03-01"},
      {"an anchor at the end", {at("2013-01-01"), monthly}, {at("2013-01-01"), out, same}, ""},
      // The worked case of a maturity at the close of 31 December.
      {"the close of a day is not its opening",
       {at("2013-10-31"), monthly},
       {{at("2013-12-31").day, DayPart::close}, in, same},
       "13-10-31 13-11-30 13-12-31 13-12-31!"}};
  for (const Row& row : rows) DYNAMIC_SECTION(row.name) {
      CHECK(text_of(cycle_dates(row.cycle, row.span)) == row.dates);
    }
}

TEST_CASE("cycles follow each other up to the next anchor", "[cycle]") {
  const std::vector<Cycle> cycles = {{at("2021-01-01"), Frequency{PeriodUnit::month, 3}},
                                     {at("2021-08-01"), Frequency{PeriodUnit::month, 6}}};
  CHECK(text_of(cycle_dates(cycles, {at("2022-08-01"), CycleEnd::excluded})) ==
        "21-01-01 21-04-01 21-07-01 21-08-01 22-02-01");
  CHECK(text_of(cycle_dates(cycles, {at("2022-08-01"), CycleEnd::included})) ==
        "21-01-01 21-04-01 21-07-01 21-08-01 22-02-01 22-08-01");
}

TEST_CASE("the close of a day counts interest as the next opening, and lies before it", "[cycle]") {
  const Moment close{at("2013-12-31").day, DayPart::close};
  CHECK(counted_day(close) == at("2014-01-01").day);
  CHECK(at("2013-12-31") < close);
  CHECK(close < at("2014-01-01"));
}

}  // namespace
}  // namespace loanbook::schedule
