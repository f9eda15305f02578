#pragma once

// Suspense (暂收款) as facts of the book: money that came in and belongs to no loan yet, and its
// way back to whoever paid it. What is assigned to a loan is a repayment that says where its money
// comes from (`Paid`); which items are open: in_flight.hpp.

#include <cstdint>
#include <string>
#include <variant>

#include "loanbook/ledger/codec.hpp"
#include "loanbook/ledger/loan/operation.hpp"

namespace loanbook::ledger {

/// The product, and with it the currency, is that of the entry's movements.
struct SuspenseReceived {
  std::int64_t minor = 0;
  std::string payer{};      ///< opaque reference
  std::string reference{};  ///< of the payment
  std::string text{};
};
struct SuspenseReturned {
  std::uint64_t item = 0;  ///< the entry that received it
  std::int64_t minor = 0;
  std::string reference{};
};
using SuspenseFact = std::variant<SuspenseReceived, SuspenseReturned>;

/// The payload's bytes; docs/format.md, section "Suspense".
void encode(Encoder& out, const SuspenseFact& fact);
/// Requires is_suspense_event(kind). The decoder is failed where the bytes are not canonical.
[[nodiscard]] SuspenseFact decode_suspense_fact(Decoder& in, Kind kind);

}  // namespace loanbook::ledger
