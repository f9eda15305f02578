#pragma once

#include <date/date.h>

#include <cstdint>
#include <string>
#include <string_view>

#include "loanbook/money/result.hpp"

namespace loanbook::money {

/// A civil date without a time zone; everything that is stored, compared or subtracted is one of
/// these.
using Day = date::sys_days;

/// The day from which an event counts economically.
struct ValueDate {
  Day day;
  auto operator<=>(const ValueDate&) const = default;
};
/// The business date in whose books an entry stands.
struct BookingDate {
  Day day;
  auto operator<=>(const BookingDate&) const = default;
};

/// Days since 1970-01-01, the stored form.
[[nodiscard]] constexpr std::int32_t day_number(Day day) {
  return static_cast<std::int32_t>(day.time_since_epoch().count());
}
[[nodiscard]] constexpr Day day_from_number(std::int32_t number) { return Day{date::days{number}}; }

/// `2026-02-28`. Exactly ten characters, years 1900 to 2200 (limits.hpp); anything else is
/// `date.malformed` or `date.out_of_range` with what to do.
[[nodiscard]] Result<Day> parse_day(std::string_view text);
[[nodiscard]] std::string to_text(Day day);

/// `anchor` plus whole months, clipped to the end of the month; always from the anchor, never
/// chained (31 Jan, 28 Feb, 31 Mar). `day_of_month` 0: the anchor's own; 1-31: a fixed due day.
[[nodiscard]] Day add_months(Day anchor, std::int32_t months, unsigned day_of_month = 0);

[[nodiscard]] bool is_last_of_month(Day day);

}  // namespace loanbook::money
