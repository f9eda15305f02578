#pragma once

// The installment of any shape of plan between two bounds, in fixed point: decides nearly every
// rounding without the integers of thousands of digits that the exact answer takes. Private to
// schedule/: for sources only, it includes Boost.

#include <boost/multiprecision/cpp_int.hpp>
#include <optional>

#include "loanbook/schedule/solve.hpp"

namespace loanbook::schedule {

/// U x growth^(exponent of the first row) x 2^256 lies in [low, high].
struct UnitBounds {
  boost::multiprecision::cpp_int low;
  boost::multiprecision::cpp_int high;
};
/// Formula: from the last row back, with v = 1 / (1 + interest) of each row, S = v (share + g S),
/// A = v (A + added), F = v F from the balloon; U = (balance + A - F) / S. `growth`: numerator and
/// denominator of g. Nothing where a number does not fit.
[[nodiscard]] std::optional<UnitBounds> unit_bounds(const SolveTask& task,
                                                    std::uint64_t growth_numerator,
                                                    std::uint64_t growth_denominator);

}  // namespace loanbook::schedule
