#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "loanbook/money/rounding.hpp"

namespace loanbook::money {

/// An exact ratio of integers, both > 0 after Terms are checked (a zero numerator is allowed).
struct Ratio {
  std::int64_t numerator;
  std::int64_t denominator;
  bool operator==(const Ratio&) const = default;
};

/// Parts rounded down, the units left go one each to the largest discarded fractions, ties to the
/// party listed first. Sums exactly to `amount_minor`. Requires: ratios sum to 1, amount of any
/// sign (a negative one is split as its mirror image).
[[nodiscard]] std::vector<std::int64_t> split_largest_remainder(std::int64_t amount_minor,
                                                                std::span<const Ratio> ratios);

/// Every party but the last gets its rounded share, the last the rest (may be negative).
[[nodiscard]] std::vector<std::int64_t> split_last_takes_rest(std::int64_t amount_minor,
                                                              std::span<const Ratio> ratios,
                                                              RoundingMode mode);

}  // namespace loanbook::money
