#pragma once

#include <string>
#include <vector>

#include "context.hpp"

namespace loanbook::apps {

/// Holds receipts or a signed head of an earlier day against the book: what was altered or taken
/// out since. `key`: the public key that must have signed; empty: that in the file.
/// `receipt.malformed`, `head.malformed`, `head.signature`, and what reading gives.
[[nodiscard]] Result<std::vector<ledger::VerifyReport::Finding>> check_receipt(
    const Book& book, const std::string& path, const std::string& key);

}  // namespace loanbook::apps
