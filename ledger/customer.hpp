#pragma once

// The loans of one customer, and what they do to each other's category. Private to ledger/.

#include <map>
#include <string>

#include "loanbook/ledger/state.hpp"

namespace loanbook::ledger {

/// What a customer's active loans are together.
struct CustomerStanding {
  std::uint8_t worst = 0;       ///< category
  money::Int128 principal = 0;  ///< in minor units, whatever the currency
  money::Int128 impaired = 0;   ///< of it substandard or worse
  void add(const LoanState& state, const Product& product, Day opening);
};

/// The official category, or the computed one by days past due.
[[nodiscard]] std::uint8_t category_of(const LoanState& state, const Product& product, Day opening);
/// The same after the product's rule about the customer's other loans.
[[nodiscard]] std::uint8_t category_among(const CustomerStanding& customer, const Product& product,
                                          std::uint8_t own);
/// `normal`, `special mention`, ... `class 7`.
[[nodiscard]] std::string category_name(std::uint8_t category);

}  // namespace loanbook::ledger
