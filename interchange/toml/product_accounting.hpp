#pragma once

// [accounting], [tax], the branch of a product and its fee up front. Only sources of this folder
// include it.

#include <string>
#include <vector>

#include "loanbook/ledger/product/product.hpp"

namespace loanbook::interchange::toml_reading {

class Keys;

void read_accounting(Keys& root, ledger::Product& product);
/// Nothing where the product says nothing of it.
void write_accounting(std::string& out, const ledger::Product& product);
/// `fee` of [payouts]: kept back of each pay-out.
void read_upfront_fee(Keys& payouts, ledger::Product& product);
void write_upfront_fee(std::string& out, const ledger::Product& product);
/// The same as sentences for people.
void say_accounting(const ledger::Product& product, std::vector<std::string>& out);

}  // namespace loanbook::interchange::toml_reading
