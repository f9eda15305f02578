#include <catch2/catch.hpp>
#include <string>

#include "loanbook/interchange/calendar_toml.hpp"
#include "loanbook/interchange/file.hpp"

namespace {

using namespace loanbook;
using namespace loanbook::interchange;

money::Day day(const char* text) { return money::parse_day(text).value(); }

schedule::Calendar example(const std::string& name) {
  const auto path = LOANBOOK_SOURCE_DIR "/examples/calendars/" + name;
  const auto calendar = read_calendar(read_file(path).value(), name);
  if (!calendar) FAIL(calendar.error().message);
  return *calendar;
}

TEST_CASE("China's statutory holidays, with the working days that make up for them", "[calendar]") {
  const auto calendar = example("cn-2024-2025.toml");
  CHECK(calendar.name() == "cn");
  CHECK_FALSE(calendar.is_business_day(day("2025-01-28")));
  CHECK_FALSE(calendar.is_business_day(day("2025-02-04")));
  CHECK(calendar.is_business_day(day("2025-02-05")));
  CHECK(calendar.is_business_day(day("2025-01-26")));  // a Sunday that is worked
  CHECK(calendar.rolled(day("2025-10-01"), schedule::Roll::following) == day("2025-10-09"));
  CHECK(calendar.rolled(day("2024-02-10"), schedule::Roll::following) == day("2024-02-18"));
  // Counted apart: weekdays without the holidays on them, and the weekends that are worked.
  CHECK(calendar.business_days(day("2024-01-01"), day("2025-01-01")) == 251);
  CHECK(calendar.business_days(day("2025-01-01"), day("2026-01-01")) == 248);
  CHECK(example("weekends.toml").business_days(day("2025-01-06"), day("2025-01-13")) == 5);
}

TEST_CASE("a bad calendar file is refused at line and column", "[calendar]") {
  struct Row {
    const char* text;
    const char* id;
    unsigned line;
  };
  const Row rows[] = {
      {"name = ", "calendar.malformed", 1},
      {"name = \"x\"\n", "calendar.missing_key", 1},
      {"name = \"x\"\nfree_weekdays = [\"sun\"]\n", "calendar.bad_value", 2},
      {"name = \"x\"\nfree_weekdays = []\nholiday = []\n", "calendar.unknown_key", 3},
      {"name = \"x\"\nfree_weekdays = []\nholidays = [2025-02-30]\n", "calendar.malformed", 3},
      {"name = \"x\"\nfree_weekdays = []\nholidays = [\"2025-02-30\"]\n", "calendar.bad_value", 3},
      {"name = \"x\"\nfree_weekdays = []\nholidays = [[2025-02-03, 2025-02-01]]\n",
       "calendar.bad_value", 3},
      {"name = \"x\"\nfree_weekdays = []\nholidays = 3\n", "calendar.wrong_type", 3},
      {"name = \"x\"\nfree_weekdays = []\nholidays = [2025-01-01]\nworking_days = [2025-01-01]\n",
       "calendar.contradiction", 1},
  };
  for (const auto& row : rows) DYNAMIC_SECTION(row.text) {
      const auto calendar = read_calendar(row.text, "c.toml");
      REQUIRE_FALSE(calendar);
      CHECK(calendar.error().id == row.id);
      CHECK(calendar.error().file == "c.toml");
      CHECK(calendar.error().line == row.line);
    }
}

}  // namespace
