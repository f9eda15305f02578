#include "loanbook/money/day.hpp"

#include <rapidcheck.h>

#include <catch2/catch.hpp>
#include <type_traits>

#include "loanbook/money/limits.hpp"

namespace {

using namespace loanbook::money;

static_assert(!std::is_convertible_v<ValueDate, BookingDate>);
static_assert(!std::is_convertible_v<Day, ValueDate>);
static_assert(!std::is_invocable_v<std::plus<>, Day, Day>);

Day day(std::string_view text) { return parse_day(text).value(); }

TEST_CASE("ISO dates are read and written", "[day]") {
  struct Row {
    const char* text;
    std::int32_t number;  // days since 1970-01-01: (Julian day number) - 2440588
  };
  const Row rows[] = {{"1970-01-01", 0},     {"1969-12-31", -1},    {"2000-02-29", 11016},
                      {"2026-02-28", 20512}, {"2024-02-29", 19782}, {"1900-01-01", -25567},
                      {"2200-12-31", 84370}, {"2038-01-19", 24855}};
  for (const auto& row : rows) DYNAMIC_SECTION(row.text) {
      const auto read = parse_day(row.text);
      REQUIRE(read);
      CHECK(day_number(*read) == row.number);
      CHECK(to_text(day_from_number(row.number)) == row.text);
    }
}

TEST_CASE("what is not a date is refused at its character", "[day]") {
  struct Row {
    const char* text;
    const char* id;
    unsigned column;
  };
  const Row rows[] = {
      {"", "date.malformed", 1},
      {"2026", "date.malformed", 5},
      {"2026-2-28", "date.malformed", 7},
      {"2026/02/28", "date.malformed", 5},
      {"28.02.2026", "date.malformed", 3},
      {"20260228", "date.malformed", 5},
      {"2026-02-28 ", "date.malformed", 11},
      {" 2026-02-28", "date.malformed", 1},
      {"2026-02-28T00:00", "date.malformed", 11},
      {"+026-02-28", "date.malformed", 1},
      {"-026-02-28", "date.malformed", 1},
      {"2026-02-3", "date.malformed", 10},
      {"2026-00-10", "date.malformed", 6},
      {"2026-13-10", "date.malformed", 6},
      {"2026-02-00", "date.malformed", 9},
      {"2026-02-29", "date.malformed", 9},
      {"2026-02-30", "date.malformed", 9},
      {"2100-02-29", "date.malformed", 9},
      {"2026-04-31", "date.malformed", 9},
      {"1899-12-31", "date.out_of_range", 1},
      {"2201-01-01", "date.out_of_range", 1},
      {"0000-01-01", "date.out_of_range", 1},
      {"２026-01-1", "date.malformed", 1},
  };
  for (const auto& row : rows) DYNAMIC_SECTION("'" << row.text << "'") {
      const auto read = parse_day(row.text);
      REQUIRE_FALSE(read);
      CHECK(read.error().id == row.id);
      CHECK(read.error().column == row.column);
    }
  CHECK(parse_day("2026-02-30").error().message ==
        "'2026-02-30' is not a date: that month has the days 01 to 28; check day and month");
}

TEST_CASE("every day of three centuries goes out and in again, in order", "[day]") {
  const Day last = day("2200-12-31");
  std::string before = "1899-12-31";
  int wrong = 0;
  for (Day at = day("1900-01-01"); at <= last; at += date::days{1}) {
    const std::string text = to_text(at);
    if (text <= before || parse_day(text).value() != at) ++wrong;
    before = text;
  }
  CHECK(wrong == 0);
}

TEST_CASE("month steps go from the anchor", "[day]") {
  struct Row {
    const char* anchor;
    std::int32_t months;
    unsigned day_of_month;
    const char* expected;
  };
  const Row rows[] = {
      {"2024-01-31", 1, 0, "2024-02-29"},  {"2024-01-31", 2, 0, "2024-03-31"},
      {"2026-01-31", 1, 0, "2026-02-28"},  {"2026-01-31", 13, 0, "2027-02-28"},
      {"2024-02-29", 12, 0, "2025-02-28"}, {"2024-02-29", 48, 0, "2028-02-29"},
      {"2026-01-15", 0, 0, "2026-01-15"},  {"2026-01-15", -1, 0, "2025-12-15"},
      {"2026-03-31", -1, 0, "2026-02-28"}, {"2026-12-05", 1, 0, "2027-01-05"},
      {"2026-01-15", 1, 31, "2026-02-28"}, {"2026-01-15", 2, 31, "2026-03-31"},
      {"2026-01-31", 1, 5, "2026-02-05"},  {"2026-01-31", 0, 5, "2026-01-05"},
  };
  for (const auto& row : rows)
    DYNAMIC_SECTION(row.anchor << " + " << row.months << " on " << row.day_of_month) {
      CHECK(to_text(add_months(day(row.anchor), row.months, row.day_of_month)) == row.expected);
    }
}

TEST_CASE("a month step lands in the right month on the anchor's day or the last one", "[day]") {
  CHECK(rc::check([] {
    const Day anchor = day_from_number(*rc::gen::inRange(-25567, 84370));
    const auto months = *rc::gen::inRange(-1200, 1201);
    const date::year_month_day from{anchor};
    const date::year_month_day to{add_months(anchor, months)};
    // The calendar library's own month arithmetic, without its day.
    const date::year_month expected =
        date::year_month{from.year(), from.month()} + date::months{months};
    RC_ASSERT((date::year_month{to.year(), to.month()} == expected));
    const bool clipped = is_last_of_month(Day{to}) && to.day() < from.day();
    RC_ASSERT(to.day() == from.day() || clipped);
  }));
}

TEST_CASE("the last day of a month is known", "[day]") {
  CHECK(is_last_of_month(day("2024-02-29")));
  CHECK_FALSE(is_last_of_month(day("2024-02-28")));
  CHECK(is_last_of_month(day("2026-02-28")));
  CHECK(is_last_of_month(day("2026-12-31")));
  CHECK_FALSE(is_last_of_month(day("2026-12-30")));
}

TEST_CASE("no text crashes the date reader", "[day]") {
  CHECK(rc::check([] {
    auto text = *rc::gen::container<std::string>(
        10, rc::gen::oneOf(rc::gen::elementOf(std::string("0123456789-")),
                           rc::gen::elementOf(std::string("0123-"))));
    const auto read = parse_day(text);
    if (read) RC_ASSERT(to_text(*read) == text);
  }));
}

}  // namespace
