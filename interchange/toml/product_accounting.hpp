#pragma once

// [accounting], [tax], the branch of a product and its fee up front. Only sources of this folder
// include it.

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "loanbook/interchange/toml/keys.hpp"
#include "loanbook/ledger/product/product.hpp"

namespace loanbook::interchange::toml_reading {

void read_accounting(Keys& root, ledger::Product& product);
/// The charges of an account for a group of them.
void read_charges(Keys& account, const toml::table& given, std::uint8_t group,
                  ledger::Product& product);
/// Only groups name charges: true where the account of another role does, and is refused.
bool refuse_charges(const toml::table& given, std::string_view role, Problems& problems);
/// Nothing where the product says nothing of it.
void write_accounting(std::string& out, const ledger::Product& product);
/// `fee` of [payouts]: kept back of each pay-out.
void read_upfront_fee(Keys& payouts, ledger::Product& product);
void write_upfront_fee(std::string& out, const ledger::Product& product);
/// The same as sentences for people.
void say_accounting(const ledger::Product& product, std::vector<std::string>& out);

}  // namespace loanbook::interchange::toml_reading
