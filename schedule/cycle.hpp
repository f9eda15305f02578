#pragma once

// Dates that come back at a regular step: interest days, repayment days, resets of a rate.

#include <compare>
#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include "loanbook/money/day.hpp"
#include "loanbook/schedule/terms.hpp"

namespace loanbook::schedule {

/// The opening of a day, or its close. The close counts interest as the opening of the next day
/// does, yet lies before it: a payment at the close of 31 December belongs to the old year.
enum class DayPart : std::uint8_t { opening = 0, close = 1 };
struct Moment {
  Day day{};
  DayPart part = DayPart::opening;
  auto operator<=>(const Moment&) const = default;
};
/// The day whose opening `moment` is for counting interest.
[[nodiscard]] constexpr Day counted_day(Moment moment) {
  return moment.part == DayPart::close ? moment.day + date::days{1} : moment.day;
}

/// What the last period does where the end is not on the grid: it stays shorter than a step, or the
/// last date before the end is left out and it becomes longer.
enum class Stub : std::uint8_t { shorter = 1, longer = 2 };

/// An anchor and a step from it; without a step the anchor alone.
struct Cycle {
  Moment anchor{};
  std::optional<Frequency> step{};
  Stub stub = Stub::shorter;
};

/// Does the end itself belong to the dates?
enum class CycleEnd : std::uint8_t { excluded = 0, included = 1 };

/// Steps of months from the last day of a month: the same day of the month (28 Feb, 28 Mar), or
/// again the last one (28 Feb, 31 Mar).
enum class MonthEnd : std::uint8_t { same_day = 1, last_day = 2 };

/// Where the dates of a cycle stop, and how.
struct CycleSpan {
  Moment end{};
  CycleEnd at_end = CycleEnd::excluded;
  MonthEnd month_end = MonthEnd::same_day;
};

/// Date k of the cycle: anchor + k steps, clipped to the length of the month, never chained.
/// Requires a step, and a result before the year 9999.
[[nodiscard]] Moment cycle_date(const Cycle& cycle, std::uint32_t k, MonthEnd month_end);

/// All dates from the anchor up to the end, ascending. A longer stub leaves out a date only where
/// more than two are there, the end counted if it belongs to them. Requires steps above 0.
[[nodiscard]] std::vector<Moment> cycle_dates(const Cycle& cycle, CycleSpan span);

/// Cycles one after the other, each up to the anchor of the next, the last one up to the end;
/// `at_end` holds for each of them. Ascending, every date once.
[[nodiscard]] std::vector<Moment> cycle_dates(std::span<const Cycle> cycles, CycleSpan span);

}  // namespace loanbook::schedule
