#pragma once

// The terms of an example that speak about a table of installments (ledger/servicing_rules.hpp).

#include <optional>
#include <string_view>

#include "loanbook/ledger/product/product.hpp"

namespace loanbook::specs {

/// Nothing where `key` is another kind of term. Any of them gives the product a table.
[[nodiscard]] std::optional<money::Status> read_servicing_term(std::string_view key,
                                                               std::string_view value,
                                                               ledger::Product& product);

}  // namespace loanbook::specs
