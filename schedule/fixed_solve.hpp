#pragma once

// What bounds the installment of any shape of plan, in fixed point: decides nearly every rounding
// without the integers of thousands of digits that the exact answer takes. Private to schedule/.

#include <array>
#include <cstdint>
#include <optional>

#include "loanbook/schedule/solve.hpp"

namespace loanbook::schedule {

/// 64 bits before the point, 128 after it, lowest first.
using FixedLimbs = std::array<std::uint64_t, 3>;

/// Formula: from the last row back, with v = 1 / (1 + interest) of each row, S = v (share + g S),
/// A = v (A + added), F = v F from the balloon; U x g^(exponent of the first row) = (balance + A -
/// F) / S. S lies in [shares_low, shares_high]; A and F are cut off, each by less than `lost` units
/// of the last place.
struct PresentValues {
  FixedLimbs shares_low;
  FixedLimbs shares_high;
  FixedLimbs added;
  FixedLimbs balloon;
  std::uint64_t lost;
};
/// `growth`: numerator and denominator of g. Nothing where a number does not fit.
[[nodiscard]] std::optional<PresentValues> present_values(const SolveTask& task,
                                                          std::uint64_t growth_numerator,
                                                          std::uint64_t growth_denominator);

}  // namespace loanbook::schedule
