#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

#include "loanbook/money/day.hpp"
#include "loanbook/money/result.hpp"

namespace loanbook::schedule {

using money::Day;
using money::Result;

/// Rules that turn two dates into a fraction of a year. Values reached a disk: frozen.
enum class DayCount : std::uint8_t {
  act_360 = 1,            ///< ISDA 2006 4.16(e)
  act_365f = 2,           ///< ISDA 2006 4.16(d)
  act_act_isda = 3,       ///< ISDA 2006 4.16(b): days in leap years / 366 + other days / 365
  thirty_360 = 4,         ///< ISDA 2006 4.16(f)
  thirty_360_us = 5,      ///< SIFMA: 30/360 with the end-of-February rule
  thirty_e_360 = 6,       ///< ISDA 2006 4.16(g)
  act_364 = 7,            ///< actual days / 364: years of 52 whole weeks
  thirty_e_360_isda = 8,  ///< ISDA 2006 4.16(h); needs the end of the contract
  bus_252 = 9,            ///< business days / 252 (Brazil); needs a calendar
  twenty_eight_336 = 10,  ///< months of 28 days, years of 336
};

class Calendar;

/// What two of the day counts need besides the dates.
struct DayCountContext {
  const Calendar* calendar = nullptr;  ///< BUS/252; not owned
  std::optional<Day> termination{};    ///< 30E/360 ISDA: leaves the end of February alone there
};
/// Does it need nothing of the context? (Only these run on accrual lines.)
[[nodiscard]] constexpr bool is_self_contained(DayCount day_count) {
  return day_count != DayCount::thirty_e_360_isda && day_count != DayCount::bus_252;
}

/// `ACT/360`, `ACT/365F`, `ACT/ACT-ISDA`, `30/360`, `30/360-US`, `30E/360`, `ACT/364`,
/// `30E/360-ISDA`, `BUS/252`, `28/336`; anything else is `day_count.unknown`.
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

/// Days of the convention from `start` (included) to `end` (excluded). Requires start <= end, and a
/// calendar for BUS/252.
[[nodiscard]] std::int32_t days_between(DayCount day_count, Day start, Day end,
                                        const DayCountContext& context = {});
/// The exact part of a year. Requires as days_between.
[[nodiscard]] Fraction year_fraction(DayCount day_count, Day start, Day end,
                                     const DayCountContext& context = {});

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
/// `first` (day 1-29, 30-31, last of February); BUS/252: 1 on a business day. Never decreasing in
/// `day`. Requires as days_between.
/// For all conventions index(first, day) / index_per_year == year_fraction(first, day).
[[nodiscard]] std::int64_t day_index(DayCount day_count, Day first, Day day,
                                     const DayCountContext& context = {});
[[nodiscard]] std::int64_t index_per_year(DayCount day_count);

}  // namespace loanbook::schedule
