#pragma once

// A product for people: what it does in plain sentences, and what two of them do differently.

#include <string>
#include <vector>

#include "loanbook/ledger/product/product.hpp"

namespace loanbook::interchange {

/// Sentences from the amount lent to what happens when a loan is late, with one worked example.
/// Requires: ledger::check(product) passed.
[[nodiscard]] std::vector<std::string> product_sentences(const ledger::Product& product);

struct KeyDifference {
  std::string key;            ///< as in the file: `terms.rate.max`
  std::string first, second;  ///< values as a file holds them; `none`: no such key
};
/// Key by key of the files that `write_product` makes, in their order.
[[nodiscard]] std::vector<KeyDifference> product_differences(const ledger::Product& first,
                                                             const ledger::Product& second);

}  // namespace loanbook::interchange
