#pragma once

// The fee that a product keeps back of each pay-out ([payouts] fee) and how it becomes income
// ([accounting] upfront_fee). What becomes of it on a loan: loan/deferred_fee.hpp.

#include <cstdint>

#include "loanbook/ledger/product/product.hpp"
#include "loanbook/schedule/disclosure.hpp"

namespace loanbook::ledger {

/// What is kept back of a pay-out: its part, rounded, and the amount. Requires payout_minor >= 0.
[[nodiscard]] std::int64_t fee_of(const UpfrontFee& fee, std::int64_t payout_minor);

/// What a disclosure of the plan counts of it: all pay-outs of the plan keep theirs back.
[[nodiscard]] schedule::UpfrontFees fees_of(const Product& product, const schedule::Terms& terms);

/// `product.payouts` where the fee is out of range or of a joint product, `product.upfront_fee`
/// where its income cannot be spread so.
[[nodiscard]] Status check_upfront_fee(const Product& product);
/// `payout.fee` where the fee would leave nothing of the pay-out.
[[nodiscard]] Status check_payout_fee(const Product& product, std::int64_t payout_minor);

/// Canonical bytes within those of a product (docs/format.md), and back. Requires a fee.
void encode_upfront_fee(Encoder& out, const Product& product);
void decode_upfront_fee(Decoder& in, Product& product);

}  // namespace loanbook::ledger
