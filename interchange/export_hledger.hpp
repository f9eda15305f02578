#pragma once

#include <functional>
#include <string_view>

#include "loanbook/ledger/book.hpp"

namespace loanbook::interchange {

/// The whole book as a journal for hledger, in the order of the chain (form: hledger_journal.hpp).
/// Balances of its accounts equal `Book::trial_balance`. Fails where the book cannot be read.
[[nodiscard]] money::Status export_hledger(const ledger::Book& book,
                                           const std::function<void(std::string_view)>& sink);

}  // namespace loanbook::interchange
