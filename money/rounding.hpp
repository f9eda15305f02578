#pragma once

#include <cstdint>
#include <string_view>

#include "loanbook/money/result.hpp"
#include "loanbook/money/wide.hpp"

namespace loanbook::money {

/// Values reached a disk: frozen.
enum class RoundingMode : std::uint8_t {
  half_even = 1,  ///< ties to the even multiple
  half_up = 2,    ///< ties away from zero (四舍五入)
  up = 3,         ///< away from zero (进位)
  down = 4,       ///< toward zero (抹零)
};

/// A rounding rule as data: to a whole number of `multiple` minor units.
struct Rounding {
  RoundingMode mode = RoundingMode::half_up;
  std::int64_t multiple = 1;
  bool operator==(const Rounding&) const = default;
};

/// `half-even`, `half-up`, `up`, `down`; anything else is `rounding.unknown`.
[[nodiscard]] Result<RoundingMode> parse_rounding_mode(std::string_view text);
[[nodiscard]] std::string_view to_text(RoundingMode mode);

/// numerator / denominator, rounded once to an integer. Requires denominator > 0; total.
[[nodiscard]] constexpr Int128 divide_rounded(Int128 numerator, Int128 denominator,
                                              RoundingMode mode) {
  auto [quotient, remainder] = divide(numerator, denominator);
  if (remainder == 0) return quotient;
  const Int128 away = numerator < 0 ? -1 : 1;
  const Int128 rest = remainder < 0 ? -remainder : remainder;
  const Int128 gap =
      denominator - rest;  // compare 2 x rest with the denominator without doubling it
  switch (mode) {
    case RoundingMode::down:
      return quotient;
    case RoundingMode::up:
      return quotient + away;
    case RoundingMode::half_up:
      return rest >= gap ? quotient + away : quotient;
    case RoundingMode::half_even:
      if (rest > gap || (rest == gap && quotient % 2 != 0)) quotient += away;
      return quotient;
  }
  return quotient;
}

}  // namespace loanbook::money
