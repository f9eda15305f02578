#pragma once

#include <string>
#include <vector>

#include "loanbook/ledger/product/product.hpp"

namespace loanbook::interchange {

/// What a product says of pay-outs, a sentence a rule.
void add_payout_words(const ledger::Product& product, std::vector<std::string>& out);

/// What it says of the quality of loans.
void add_quality_words(const ledger::Product& product, std::vector<std::string>& out);

}  // namespace loanbook::interchange
