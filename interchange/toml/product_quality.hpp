#pragma once

// Keys of [overdue] about the quality of loans. Only sources of this folder include it.

#include <string>

#include "loanbook/ledger/product/product.hpp"

namespace loanbook::interchange::toml_reading {

class Keys;

void read_asset_quality(Keys& overdue, ledger::Product& product);
/// Nothing where the product says nothing of it.
void write_asset_quality(std::string& out, const ledger::Product& product);

}  // namespace loanbook::interchange::toml_reading
