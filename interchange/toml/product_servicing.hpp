#pragma once

// The table [servicing] of a product file. Only sources of this folder include it.

#include <string>

#include "loanbook/ledger/product.hpp"

namespace loanbook::interchange::toml_reading {

class Keys;

/// Requires: the currency of `product` was read.
void read_servicing_rules(Keys& root, ledger::Product& product);
/// Nothing for a product without them.
void write_servicing_rules(std::string& out, const ledger::Product& product);

}  // namespace loanbook::interchange::toml_reading
