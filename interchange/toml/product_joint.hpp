#pragma once

// The table [joint] of a product file. Only sources of this folder include it.

#include <string>

#include "loanbook/ledger/product/product.hpp"

namespace loanbook::interchange::toml_reading {

class Keys;

void read_joint_rules(Keys& root, ledger::Product& product);
/// Nothing for a product without partners.
void write_joint_rules(std::string& out, const ledger::Product& product);

}  // namespace loanbook::interchange::toml_reading
