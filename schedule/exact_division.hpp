#pragma once

// Division of integers of any width, rounded once. Private to schedule/: for sources only, it
// includes Boost.

#include <boost/multiprecision/cpp_int.hpp>
#include <cstdint>

#include "loanbook/money/rounding.hpp"

namespace loanbook::schedule {

/// numerator / denominator, both >= 0 and of any width, to a multiple. Requires a result below
/// 2^63.
[[nodiscard]] std::int64_t divide_exact(const boost::multiprecision::cpp_int& numerator,
                                        const boost::multiprecision::cpp_int& denominator,
                                        money::Rounding rounding);

}  // namespace loanbook::schedule
