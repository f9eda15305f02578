#pragma once

// The fold event by event, for those who walk long histories. Private to ledger/.

#include "loanbook/ledger/loan/loan.hpp"

namespace loanbook::ledger {

/// The loan comes to the day of `event`, which happens; returns its movements. `before`: the event
/// before it, where there is one. Throws LoanFault.
Balances step(LoanState& state, const Product& product, const LoanEvent& event,
              const LoanEvent* before);

}  // namespace loanbook::ledger
