#pragma once

// What a product says of its accounting: when income counts, and what of it is tax.

#include <cstdint>

#include "loanbook/money/result.hpp"

namespace loanbook::ledger {

/// When interest, fees and penalties are income. Values reached a disk: frozen.
enum class AccountingBasis : std::uint8_t {
  accrual = 0,  ///< as they are earned
  cash = 1,     ///< as they come in; until then memorandum accounts show them
};

/// What of income holds tax (增值税), as bits. Frozen.
enum TaxedIncome : std::uint8_t { tax_on_interest = 1, tax_on_fee = 2, tax_on_penalty = 4 };

/// Tax contained in income, not added to it: income x rate / (1 + rate).
struct IncomeTax {
  std::int64_t rate_e12 = 0;  ///< 0: none
  std::uint8_t of = 0;        ///< bits of TaxedIncome
  bool operator==(const IncomeTax&) const = default;
};

/// How a fee withheld from the pay-out becomes income. Frozen.
enum class FeeIncomeSpread : std::uint8_t {
  at_once = 0,
  straight_line = 1,       ///< by days over the life
  effective_interest = 2,  ///< by the rate that discounts what is to come to what was paid out
};

struct Accounting {
  AccountingBasis basis = AccountingBasis::accrual;
  IncomeTax tax{};
  FeeIncomeSpread upfront_fee = FeeIncomeSpread::at_once;
  [[nodiscard]] bool on_cash() const { return basis == AccountingBasis::cash; }
  [[nodiscard]] bool taxed() const { return tax.rate_e12 != 0; }
  bool operator==(const Accounting&) const = default;
};

struct Product;
/// `product.tax`, `product.accounting`, `id.short` where accounting or branch of the product are
/// out of range, or its other rules do not go with them.
[[nodiscard]] money::Status check_accounting(const Product& product);
/// Anything beyond accrual, no tax and no branch.
[[nodiscard]] bool says_accounting(const Product& product);

class Encoder;
class Decoder;
/// Canonical bytes within those of a product (docs/format.md), and back.
void encode_accounting(Encoder& out, const Product& product);
void decode_accounting(Decoder& in, Product& product);

/// Tax in `income` minor units, rounded half away from zero: once, on the total.
[[nodiscard]] std::int64_t contained_tax(std::int64_t income_minor, std::int64_t rate_e12);

}  // namespace loanbook::ledger
