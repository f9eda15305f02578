#pragma once

// What matching a statement, the door and the reader of breaks share. Private to ledger/.

#include <cstdint>
#include <string>
#include <string_view>

#include "loanbook/money/result.hpp"

namespace loanbook::ledger {

struct BookState;
struct Entry;

[[nodiscard]] money::Error unknown_break(const std::string& id);
/// What a bank's line about the entry says.
[[nodiscard]] std::string_view reference_of(const Entry& entry);
/// What it moved over settlement, of all its blocks: what one loan takes out of suspense is none.
[[nodiscard]] std::int64_t settled_by(const Entry& entry);
/// Empty where the money is of no loan.
[[nodiscard]] std::string loan_id(const BookState& state, std::uint64_t loan);

}  // namespace loanbook::ledger
