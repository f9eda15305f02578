#pragma once

// Operations that change the plan of a loan. Private to ledger/.

#include "loanbook/ledger/loan_parts.hpp"

namespace loanbook::ledger {

/// Does the operation change the rows to come?
[[nodiscard]] bool changes_plan(Kind kind);
/// Why the schedule room refuses the change now: `change.*`, `operation.plan_not_changeable`,
/// `operation.no_rows_to_come`.
[[nodiscard]] Status check_change(const LoanState& state, const Product& product,
                                  const Operated& operated, Kind kind, Day day);
/// The step of the fold; does nothing where nothing is left to change. Requires changes_plan.
void change_plan(LoanState& state, const Rules& rules, const LoanEvent& event);

}  // namespace loanbook::ledger
