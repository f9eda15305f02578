#pragma once

// The tables [plan], [business_days] and [cap] of a product file. Only sources of this folder
// include it.

#include <string>

#include "loanbook/ledger/product/product.hpp"

namespace loanbook::interchange::toml_reading {

class Keys;

/// Requires: the currency of `product` was read.
void read_plan_rules(Keys& root, ledger::Product& product);
/// All keys of [plan]; the other two tables where they say something.
void write_plan_rules(std::string& out, const ledger::Product& product);

}  // namespace loanbook::interchange::toml_reading
