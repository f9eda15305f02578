#pragma once

// Interest that is computed again from what is really owed (specs/interest-recomputed.md). Private
// to ledger/. Every function does nothing on a loan whose product has no such rule.

#include "loanbook/ledger/loan/servicing_steps.hpp"

namespace loanbook::ledger {

/// Is interest of the loan computed again?
[[nodiscard]] bool computes_again(const LoanState& state, const Rules& rules);

/// The rows of the first pay-out, or of a take-over, stand in the table; `earned` of the running
/// one by now.
void begin_interest(LoanState& state, const Rules& rules, Day day, std::int64_t earned = 0);
/// The installment that decides the rows of a first pay-out; 0: solved by the plan.
[[nodiscard]] std::int64_t agreed_installment(const Rules& rules, const schedule::Terms& terms,
                                              std::int64_t planned, std::int64_t approved);
/// More money was paid out; `raised`: the rows hold it already.
void raise_interest(LoanState& state, const Rules& rules, std::int64_t more, Day day);
/// The installment of the approved amount goes on over more rows.
void extend_rows(LoanState& state, const Rules& rules, std::int64_t more, Day day);

/// A change date that is no due date: rows and claims as they stand at its opening.
void interest_changes(LoanState& state, const Rules& rules, Day day);
/// The running row is about to fall due, and has fallen due.
void interest_before_due(LoanState& state, const Rules& rules, Day day);
void interest_after_due(LoanState& state, const Rules& rules, const schedule::PlanRow& row,
                        const RunningInterest& was, Day day);
/// The next day on which it changes by itself; `never` if none.
[[nodiscard]] Day next_interest_change(const LoanState& state, const Rules& rules);

/// The order of a payment, by which early money pays the running row first where all of it lowers
/// what bears interest.
[[nodiscard]] schedule::TimedOrder order_ahead(const LoanState& state, const Rules& rules,
                                               const schedule::TimedOrder& order);
/// Claims as a payment of `amount_minor` on `day` finds them.
void interest_before_payment(LoanState& state, const Rules& rules,
                             const schedule::TimedOrder& order, std::int64_t amount_minor, Day day);
/// What was paid lowers what bears interest.
void interest_after_payment(LoanState& state, const Rules& rules, Day day);
/// Any other event.
void interest_before_event(LoanState& state, const Rules& rules, const LoanEvent& event);
void interest_after_event(LoanState& state, const Rules& rules, const LoanEvent& event);

/// Interest of the running row, unpaid, if everything is paid on `day`.
[[nodiscard]] std::int64_t interest_to_settle(const LoanState& state, const Rules& rules, Day day);

}  // namespace loanbook::ledger
