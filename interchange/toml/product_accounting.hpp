#pragma once

// [accounting], [tax] and the branch of a product. Only sources of this folder include it.

#include <string>
#include <vector>

#include "loanbook/ledger/product/product.hpp"

namespace loanbook::interchange::toml_reading {

class Keys;

void read_accounting(Keys& root, ledger::Product& product);
/// Nothing where the product says nothing of it.
void write_accounting(std::string& out, const ledger::Product& product);
/// The same as sentences for people.
void say_accounting(const ledger::Product& product, std::vector<std::string>& out);

}  // namespace loanbook::interchange::toml_reading
