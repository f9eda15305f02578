#pragma once

// Interest of one period: balance x rate x time over its stretches, exact, then rounded once.
// Private to schedule/.

#include <cstdint>
#include <optional>

#include "loanbook/schedule/explain.hpp"
#include "loanbook/schedule/periods.hpp"
#include "loanbook/schedule/solve.hpp"

namespace loanbook::schedule {

/// `rounded` minor units, and the exact amount before.
struct Interest {
  std::int64_t rounded = 0;
  money::Int128 numerator = 0;
  money::Int128 denominator = 1;
};

/// `balance` is that before the period; what is paid out within it bears interest from its day on.
[[nodiscard]] Interest period_interest(const Terms& terms, const Period& period,
                                       std::int64_t balance);

/// Interest on one unit of balance, and on all that is paid out within the period with its
/// principal. `held`: a rate that counts in place of the period's own.
struct UnitInterest {
  money::Int128 of_balance = 0;
  money::Int128 of_drawn = 0;  ///< principal included
  money::Int128 denominator = 1;
};
[[nodiscard]] UnitInterest unit_interest(const Period& period, std::optional<money::Rate> held);

/// The first period as if it were a whole step (OddFirst::extra).
[[nodiscard]] std::int64_t whole_step_interest(const Terms& terms, const Period& first,
                                               std::int64_t balance);
[[nodiscard]] SolveRow whole_step_row(const Terms& terms, const Period& first, SolveRow row);

/// Flat: on the original principal over the whole life, rounded by the interest rule.
[[nodiscard]] std::int64_t flat_interest(const Terms& terms);

/// A stretch in the words of an explanation.
[[nodiscard]] InterestPiece piece_of(const Terms& terms, const Period& period,
                                     const Stretch& stretch, std::int64_t balance);

}  // namespace loanbook::schedule
