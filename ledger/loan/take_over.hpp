#pragma once

// Take-over (接管): a running loan enters in mid-life as its old books left it. Private to ledger/.
// Rules: specs/take-over.md; bytes: docs/format.md.

#include "loanbook/ledger/codec.hpp"
#include "loanbook/ledger/loan/loan.hpp"

namespace loanbook::ledger {

/// A tenth of this is the last digit of an accrued figure of the old books.
inline constexpr std::int64_t accrued_digits_e = 1'000'000'000'000;

/// The fields of a take-over that follow its contract.
void encode(Encoder& out, const TakenOver& taken);
void decode(Decoder& in, TakenOver& taken);

/// The loan stands as it was taken over, at the opening of `day`; everything comes from
/// Role::opening_balance. Requires: a new loan. Throws LoanFault.
void take_over(LoanState& state, const Product& product, const TakenOver& taken, Day day);

}  // namespace loanbook::ledger
