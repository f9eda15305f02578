#pragma once

// Money in flight as people read it. Private to ledger/.

#include "loanbook/ledger/state.hpp"

namespace loanbook::ledger {

[[nodiscard]] IntentView view_of(const Intent& intent, const BookState& state);

}  // namespace loanbook::ledger
