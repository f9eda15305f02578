#pragma once

// The quick way to an internal rate where every payment is a whole number of periods after the
// first.

#include <optional>
#include <span>

#include "loanbook/schedule/apr.hpp"

namespace loanbook::schedule {

/// The internal rate by Newton's method in fixed point, proven like every found rate by opposite
/// signs a unit below and above, each with its error bound. Powers of the lengths of the steps
/// between payments are found once for each different length.
///
/// Nothing where it cannot be proven with 128 bits (rates beyond a factor of 4,096, more than
/// 21,960 periods, flows that do not pass from one sign to the other exactly once): the caller
/// takes the slow way. Requires: flows in the order of time, times whole (denominator 1) and not
/// negative.
[[nodiscard]] std::optional<FoundRate> whole_period_rate(std::span<const CashFlow> flows);

}  // namespace loanbook::schedule
