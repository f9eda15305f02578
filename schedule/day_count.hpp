#pragma once

#include <cstdint>
#include <string_view>

#include "loanbook/money/day.hpp"
#include "loanbook/money/result.hpp"

namespace loanbook::schedule {

using money::Day;
using money::Result;

/// Rules that turn two dates into a fraction of a year. Values reached a disk: frozen.
enum class DayCount : std::uint8_t {
  act_360 = 1,        ///< ISDA 2006 4.16(e)
  act_365f = 2,       ///< ISDA 2006 4.16(d)
  act_act_isda = 3,   ///< ISDA 2006 4.16(b): days in leap years / 366 + other days / 365
  thirty_360 = 4,     ///< ISDA 2006 4.16(f)
  thirty_360_us = 5,  ///< SIFMA: 30/360 with the end-of-February rule
  thirty_e_360 = 6,   ///< ISDA 2006 4.16(g)
};

/// `ACT/360`, `ACT/365F`, `ACT/ACT-ISDA`, `30/360`, `30/360-US`, `30E/360`; anything else is
/// `day_count.unknown`.
[[nodiscard]] Result<DayCount> parse_day_count(std::string_view text);
[[nodiscard]] std::string_view to_text(DayCount day_count);

/// An exact non-negative fraction in lowest terms.
struct Fraction {
  std::int64_t numerator;
  std::int64_t denominator;
  bool operator==(const Fraction&) const = default;
};

/// `numerator` / `denominator` in lowest terms. Requires numerator >= 0, denominator > 0.
[[nodiscard]] Fraction reduced(std::int64_t numerator, std::int64_t denominator);

/// Days of the convention from `start` (included) to `end` (excluded). Requires start <= end.
[[nodiscard]] std::int32_t days_between(DayCount day_count, Day start, Day end);
/// The exact part of a year. Requires start <= end.
[[nodiscard]] Fraction year_fraction(DayCount day_count, Day start, Day end);

/// Whether a period ends on the last day of the contract; 30E/360 ISDA leaves the end of February
/// alone then.
enum class EndDate : std::uint8_t { ordinary, termination };
/// 30E/360 ISDA (ISDA 2006 4.16(h)) days; the year has 360. It needs to know the end of the
/// contract, so it is no accrual day count. Requires start <= end.
[[nodiscard]] std::int32_t days_thirty_e_360_isda(Day start, Day end, EndDate end_date);

/// Whole months and the days left (对年对月对日, 零头天数).
struct MonthsAndDays {
  std::int32_t months;
  std::int32_t days;
  bool operator==(const MonthsAndDays&) const = default;
  /// MONTH/12+DAY/360 as days of a 360-day year.
  [[nodiscard]] std::int32_t days_of_360() const { return 30 * months + days; }
};
/// The largest number of months with `start` + months <= `end` (from the anchor, clipped), and the
/// days after that. Requires start <= end.
[[nodiscard]] MonthsAndDays months_and_days(Day start, Day end);

/// The day index: whole steps t that pass from `first` to `day`, so that time is t /
/// `index_per_year` of a year, exactly.
///
/// ACT: 1 a day; 30E/360: 0 to 3; ACT/ACT: 366 a day in a common year and 365 in a leap year, over
/// 133,590 = 365 x 366; 30/360 and 30/360 US are not additive: the table is that of the class of
/// `first` (day 1-29, 30-31, last of February). Never decreasing in `day`. Requires first <= day.
/// For all conventions index(first, day) / index_per_year == year_fraction(first, day).
[[nodiscard]] std::int64_t day_index(DayCount day_count, Day first, Day day);
[[nodiscard]] std::int64_t index_per_year(DayCount day_count);

}  // namespace loanbook::schedule
