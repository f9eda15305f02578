#pragma once

// Accrual is a level on a straight line: level(t) = round((base + slope x t) / denominator), t =
// day index from the line's first day.

#include <cstdint>
#include <optional>

#include "loanbook/money/day.hpp"
#include "loanbook/money/rate.hpp"
#include "loanbook/money/rounding.hpp"
#include "loanbook/money/wide.hpp"
#include "loanbook/schedule/day_count.hpp"

namespace loanbook::schedule {

/// Between two change dates every accruing quantity of a loan is one of these. `slope` 0 and `base`
/// 0: nothing accrues.
struct Line {
  money::Int128 base = 0;        ///< exact level at `first`, times the denominator
  money::Int128 slope = 0;       ///< per step of the day index
  std::int64_t denominator = 1;  ///< > 0
  Day first{};                   ///< t counts from the opening of this day
  bool operator==(const Line&) const = default;
};

/// Numerator of the exact level at the opening of `day` (denominator: the line's). Nothing on
/// overflow. Requires first <= day, and a calendar for BUS/252, as all functions here.
[[nodiscard]] std::optional<money::Int128> exact_level(const Line& line, DayCount day_count,
                                                       Day day,
                                                       const DayCountContext& context = {});
/// The level in minor units; nothing where it does not fit 64 bits.
[[nodiscard]] std::optional<std::int64_t> level(const Line& line, DayCount day_count,
                                                money::RoundingMode mode, Day day,
                                                const DayCountContext& context = {});

/// Scheduled interest of a period: slope = its rounded interest, denominator = the period's length
/// in the day index (at least 1).
[[nodiscard]] Line scheduled_line(std::int64_t interest_minor, DayCount day_count, Day first,
                                  Day due, const DayCountContext& context = {});
/// Daily simple interest on `principal_minor` at `rate`: slope / denominator = principal x rate /
/// (10^12 x index_per_year), with the rate's fraction in lowest terms so that the denominator
/// depends on rate and day count alone.
[[nodiscard]] Line simple_line(std::int64_t principal_minor, money::Rate rate, DayCount day_count,
                               Day first);

/// The line from the opening of `day` on, after `paid_minor` of its level was paid and with a new
/// accruing amount. Source of the rule (golden README section 4): paying the whole rounded level (>
/// 0) drops the residue, else the exact level falls by what was paid. The slope is that of
/// simple_line on the new principal; the denominator stays, unless the rate is another one than the
/// line's: then it becomes the common one (see with_slope). Nothing on overflow.
[[nodiscard]] std::optional<Line> after_payment(const Line& line, DayCount day_count,
                                                money::RoundingMode mode, Day day,
                                                std::int64_t paid_minor,
                                                std::int64_t new_principal_minor, money::Rate rate,
                                                const DayCountContext& context = {});

/// The same for a line whose slope goes on as it was.
[[nodiscard]] std::optional<Line> after_payment(const Line& line, DayCount day_count,
                                                money::RoundingMode mode, Day day,
                                                std::int64_t paid_minor,
                                                const DayCountContext& context = {});

/// `line` at its level, going on with the slope of `slope` over the least common denominator of
/// both. Nothing on overflow.
[[nodiscard]] std::optional<Line> with_slope(const Line& line, const Line& slope);

}  // namespace loanbook::schedule
