#pragma once

#include <cstdint>
#include <span>

#include "loanbook/money/rounding.hpp"
#include "loanbook/money/wide.hpp"

namespace loanbook::schedule {

/// A loan repaid by equal payments over periods of one length: p = numerator / denominator a
/// period. Requires: 0 <= balloon <= principal, numerator >= 0, denominator > 0, periods > 0, and
/// an installment below 2^62.
struct EqualPeriods {
  std::int64_t principal_minor;
  std::int64_t balloon_minor;  ///< still owed after the last of the payments
  std::int64_t numerator;
  std::int64_t denominator;
  std::uint32_t periods;
};

/// The same with periods of different length: p_k = numerators[k] / denominator.
struct UnequalPeriods {
  std::int64_t principal_minor;
  std::int64_t balloon_minor;
  std::span<const money::Int128> numerators;
  std::int64_t denominator;
};

/// The installment round(X) with the exact X of the annuity.
///
/// Formula: X = (P - F x v^n) x p / (1 - v^n), v = 1 / (1 + p); (P - F) / n for p = 0. Any period
/// lengths: X = (P - F x v_1...v_n) / (v_1 + v_1 v_2 + ... + v_1...v_n). Source: the present value
/// of the payments is the loan. Total. Fixed point with a proven error; where that cannot decide
/// the rounding, the exact integers do.
[[nodiscard]] std::int64_t level_installment(const EqualPeriods& loan, money::Rounding rounding);
[[nodiscard]] std::int64_t level_installment(const UnequalPeriods& loan, money::Rounding rounding);

/// The same by exact integers alone: slow, the definition that the fast ways are held to.
[[nodiscard]] std::int64_t level_installment_exact(const UnequalPeriods& loan,
                                                   money::Rounding rounding);

}  // namespace loanbook::schedule
