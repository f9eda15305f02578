#pragma once

// The effective interest method (IFRS 9, 5.4.1 and appendix A; CAS 22, article 17): what a claim
// earns at the rate that discounts its payments to what it is carried at.

#include <cstdint>
#include <optional>
#include <span>

#include "loanbook/money/rounding.hpp"
#include "loanbook/money/wide.hpp"

namespace loanbook::schedule {

/// A payment that is to come.
struct PaymentToCome {
  std::int64_t amount_minor;  ///< 0 or more
  std::int64_t days;          ///< until it, more than those of the one before
};

/// What `carrying_minor` earns until the first of the payments.
///
/// Formula: round(carrying x ((1 + i)^days - 1)), i the rate of a day with carrying = sum amount x
/// (1 + i)^-days over all payments: the rate a year compounded by days / 365, without its root. i
/// is found to 30 decimals (internal_rate) and rounded half up to 18; the power is exact, or
/// bounded where both bounds round to the same amount. Nothing where there is no such rate:
/// carrying 0 or less, nothing to come, or a rate below 0.
[[nodiscard]] std::optional<std::int64_t> effective_interest(
    std::int64_t carrying_minor, std::span<const PaymentToCome> payments, money::RoundingMode mode);

/// That rate of a day x 10^18.
[[nodiscard]] std::optional<money::Int128> effective_rate_e18(
    std::int64_t carrying_minor, std::span<const PaymentToCome> payments);

}  // namespace loanbook::schedule
