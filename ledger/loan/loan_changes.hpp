#pragma once

// Operations that change the plan of a loan. Private to ledger/.

#include <optional>

#include "loanbook/ledger/loan/loan_parts.hpp"

namespace loanbook::ledger {

/// Does the operation change the rows to come?
[[nodiscard]] bool changes_plan(Kind kind);
/// A row leaves before its interest has joined the balance.
void undo_joining(InstallmentRecord& record, const schedule::PlanRow& row);
/// Principal that joined within the running period bears interest from its day.
void begin_with_joined(const Servicing& table, schedule::Terms& terms);
/// Why the schedule room refuses the change now: `change.*`, `operation.plan_not_changeable`,
/// `operation.no_rows_to_come`.
[[nodiscard]] Status check_change(const LoanState& state, const Product& product,
                                  const Operated& operated, Kind kind, Day day);
/// The step of the fold; does nothing where nothing is left to change. Requires changes_plan.
void change_plan(LoanState& state, const Rules& rules, const LoanEvent& event);
/// The terms by which the rest was planned when the event came; nothing where it planned nothing.
/// Requires changes_plan. Throws LoanFault.
[[nodiscard]] std::optional<schedule::Terms> terms_of_rest(const LoanState& before,
                                                           const Product& product,
                                                           const LoanEvent& event);

// Claims that leave the books (loan_losses.cpp).

/// The claim is given to expense; the borrower owes it as before.
void charge_off(LoanState& state, const Rules& rules, const LoanEvent& event, const Operated& op);
/// It is given up.
void write_off(LoanState& state, const Rules& rules, const LoanEvent& event);
/// The claim is sold: it leaves the books against its price; the difference is a loss, or a gain as
/// of a recovery. What comes in from then on is held for the buyer.
void transfer(LoanState& state, const Rules& rules, const LoanEvent& event, const Operated& op);

}  // namespace loanbook::ledger
