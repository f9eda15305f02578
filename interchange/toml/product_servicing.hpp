#pragma once

// The table [servicing] of a product file. Only sources of this folder include it.

#include <string>

#include "loanbook/ledger/product/product.hpp"

namespace loanbook::interchange::toml_reading {

class Keys;

/// Requires: the currency of `product` was read.
void read_servicing_rules(Keys& root, ledger::Product& product);
/// Its table [servicing.interest]: interest that is computed again.
void read_interest_rules(Keys& servicing, ledger::ServicingRules& rules);
void write_interest_rules(std::string& out, const ledger::ServicingRules& rules);
/// Nothing for a product without them.
void write_servicing_rules(std::string& out, const ledger::Product& product);

}  // namespace loanbook::interchange::toml_reading
