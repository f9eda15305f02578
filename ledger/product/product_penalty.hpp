#pragma once

// Private to ledger/.

#include "loanbook/ledger/product/product.hpp"

namespace loanbook::ledger {

/// `product.penalty_rate` where the multiplier of the product takes `rate` out of range.
[[nodiscard]] Status check_penalty(const Product& product, money::Rate rate);

}  // namespace loanbook::ledger
