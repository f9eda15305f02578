#pragma once

// The terms of an example as a product and a loan: what a `Terms:` paragraph may say, and no key
// besides.

#include <optional>
#include <string>

#include "loanbook/ledger/product.hpp"
#include "page.hpp"

namespace loanbook::specs {

struct ExampleTerms {
  ledger::Product product;
  ledger::LoanTerms loan;
  std::optional<money::Day> disbursed{};
};

/// Keys: specs/README.md. `spec.terms` with file and line for an unknown key or a value that cannot
/// be read.
[[nodiscard]] Result<ExampleTerms> read_terms(const Example& example, const std::string& file);

/// `CNY 1200.00` -> currency and amount; `1200.00` in `currency`.
[[nodiscard]] Result<money::Money> parse_amount(std::string_view text, money::Currency currency);

}  // namespace loanbook::specs
