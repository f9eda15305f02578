#pragma once

// What the functions of change.hpp share. Not for callers: nothing here is checked.

#include "loanbook/schedule/change.hpp"

namespace loanbook::schedule::change_parts {

/// Exclusive end of the last row done: interest runs from here.
[[nodiscard]] Day accrual_start(const RunningPlan& running);
/// Due date of the next row, moved to a business day.
[[nodiscard]] Day next_due(const RunningPlan& running);
/// `change.day_out_of_range` unless accrual start <= day < next due date.
[[nodiscard]] money::Status check_day(const RunningPlan& running, Day day);

/// The terms of the rest from `start` on, which lies in the running period; nothing else changes.
/// Money drawn in the period by `start` is in the principal. `keep`: the installment in force goes
/// on, where one decides all rows that are left.
[[nodiscard]] Terms rest_from(const RunningPlan& running, Day start, AfterChange after);
/// From the last row done.
[[nodiscard]] Terms rest_of(const RunningPlan& running, AfterChange after = AfterChange::keep);

/// Interest of `amount` from `from` to `to` at the rates of the terms, rounded. Requires from <=
/// to.
[[nodiscard]] std::int64_t interest_between(const Terms& terms, std::int64_t amount, Day from,
                                            Day to);
/// Money drawn after the last row done and by `day`.
[[nodiscard]] std::int64_t drawn_in_period(const RunningPlan& running, Day day);
/// Interest on the whole balance from the last row done, without what was carried.
[[nodiscard]] std::int64_t accrued_in_period(const RunningPlan& running, Day day);

/// Checks and plans the rest.
[[nodiscard]] Result<Change> finish(const RunningPlan& running, Terms rest, PaidNow now);
[[nodiscard]] Result<Change> finish(const RunningPlan& running, Terms rest);

/// The fee for repaying `amount` early on `day`.
[[nodiscard]] std::int64_t prepay_fee(const RunningPlan& running, const PrepayRules& rules,
                                      std::int64_t amount, Day day);
/// Interest on the prepaid part to the day, at least the minimum days.
[[nodiscard]] std::int64_t interest_of_part(const RunningPlan& running, const PrepayRules& rules,
                                            std::int64_t amount, Day day);
/// Terms of the rest after `amount` is gone; the interest of the period runs from `start`.
[[nodiscard]] Result<Terms> prepaid_terms(const RunningPlan& running, const PrepayRules& rules,
                                          Day start, PrepayMode mode, std::int64_t amount);

[[nodiscard]] money::Error refuse(const char* id, std::string message);

}  // namespace loanbook::schedule::change_parts
