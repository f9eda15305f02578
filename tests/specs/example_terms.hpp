#pragma once

// The terms of an example as a product and a loan: what a `Terms:` paragraph may say, and no key
// besides.

#include <optional>
#include <string>

#include "loanbook/ledger/product/product.hpp"
#include "loanbook/schedule/late_fee.hpp"
#include "loanbook/schedule/prepay.hpp"
#include "loanbook/schedule/segmented_plan.hpp"
#include "page.hpp"
#include "provision_terms.hpp"

namespace loanbook::specs {

struct ExampleTerms {
  ledger::Product product;
  ledger::LoanTerms loan;
  std::optional<money::Day> disbursed{};
  schedule::PrepayRules prepay{};
  schedule::LateFeeRules late_fee{};
  ExampleProvisions provisions{};              ///< of plans, day counts, rolls and floating rates
  schedule::SegmentedTerms segmented{};        ///< of a plan over given periods
  std::optional<std::uint8_t> daily_digits{};  ///< daily interest is rounded each day, by contract
};

/// Keys: specs/README.md. `spec.terms` with file and line for an unknown key or a value that cannot
/// be read.
[[nodiscard]] Result<ExampleTerms> read_terms(const Example& example, const std::string& file);

/// `CNY 1200.00` -> currency and amount; `1200.00` in `currency`.
[[nodiscard]] Result<money::Money> parse_amount(std::string_view text, money::Currency currency);

}  // namespace loanbook::specs
