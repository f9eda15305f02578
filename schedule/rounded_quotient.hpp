#pragma once

// One division, rounded once, for integers of any kind. Private to schedule/.

#include <cstdint>

#include "loanbook/money/rounding.hpp"

namespace loanbook::schedule {

/// exact / step in units of the multiple: `step` has the multiple in it, the result too. Requires
/// exact >= 0, step > 0, and a result below 2^63.
template <class Number>
[[nodiscard]] std::int64_t rounded_quotient(const Number& exact, const Number& step,
                                            money::Rounding rounding) {
  const Number quotient = exact / step;
  const Number rest = exact - quotient * step;
  if (rest == 0) return static_cast<std::int64_t>(quotient) * rounding.multiple;
  bool up = false;
  switch (rounding.mode) {
    case money::RoundingMode::down:
      break;
    case money::RoundingMode::up:
      up = true;
      break;
    case money::RoundingMode::half_up:
      up = rest >= step - rest;
      break;
    case money::RoundingMode::half_even:
      up = rest > step - rest || (rest == step - rest && quotient % 2 != 0);
      break;
  }
  return (static_cast<std::int64_t>(quotient) + (up ? 1 : 0)) * rounding.multiple;
}

}  // namespace loanbook::schedule
