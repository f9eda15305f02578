#pragma once

// The table [rate] of a product file: a rate that follows an index. Only sources of this folder
// include it.

#include <string>

#include "loanbook/ledger/product/product.hpp"

namespace loanbook::interchange::toml_reading {

class Keys;

void read_index_rules(Keys& root, ledger::Product& product);
/// Nothing where the product's rate follows no index.
void write_index_rules(std::string& out, const ledger::Product& product);

}  // namespace loanbook::interchange::toml_reading
