#pragma once

// What the door and the reader of breaks share. Private to ledger/.

#include <string>

#include "loanbook/money/result.hpp"

namespace loanbook::ledger {

[[nodiscard]] money::Error unknown_break(const std::string& id);

}  // namespace loanbook::ledger
