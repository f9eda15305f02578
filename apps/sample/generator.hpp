#pragma once

// A portfolio that looks like real micro-lending, the same for the same seed on every machine.

#include <cstdint>
#include <string>
#include <vector>

#include "loanbook/ledger/product/product.hpp"

namespace loanbook::sample {

struct Settings {
  std::uint64_t seed = 7;
  std::uint32_t loans = 2000;
  money::Day from{};        ///< first business date
  std::uint32_t days = 90;  ///< business dates in the sample
};

struct LoanRow {
  money::Day date;
  std::string product;
  std::string amount;
  std::string rate;
  std::uint32_t installments;
  std::uint32_t number;
};

/// A repayment: when it happened and when the book hears of it (mostly the same day).
struct PaymentRow {
  money::Day value_date;
  money::Day arrives;
  std::uint32_t loan;
  std::string amount;
};

struct Portfolio {
  std::vector<LoanRow> loans;        ///< by date
  std::vector<PaymentRow> payments;  ///< by arrival
};

/// Loans are paid out on the first days more than later, so that most see a due date. Of those who
/// owe: some pay early, some settle, some late, some stop, some payments are heard of days later.
[[nodiscard]] Portfolio generate(const Settings& settings,
                                 const std::vector<ledger::Product>& products);

}  // namespace loanbook::sample
