#pragma once

// The independent model: exact rationals of Boost, floor and ceiling, nothing of ours but plain
// integers.

#include <rapidcheck.h>

#include <boost/multiprecision/cpp_int.hpp>
#include <string>

#include "loanbook/money/rounding.hpp"
#include "loanbook/money/wide.hpp"

namespace model {

using boost::multiprecision::cpp_int;
using boost::multiprecision::cpp_rational;
using loanbook::money::Int128;
using loanbook::money::RoundingMode;
using loanbook::money::Uint128;

inline cpp_int big(Int128 value) {
  // Built from halves, so that the conversion under test elsewhere is not used here.
  const bool negative = value < 0;
  const Uint128 bits =
      negative ? Uint128{0} - static_cast<Uint128>(value) : static_cast<Uint128>(value);
  cpp_int result = static_cast<std::uint64_t>(bits >> 64U);
  result <<= 64;
  result += static_cast<std::uint64_t>(bits);
  if (negative) result = -result;
  return result;
}

inline cpp_int floor_of(const cpp_rational& exact) {
  const cpp_int above = numerator(exact);
  const cpp_int below = denominator(exact);
  cpp_int quotient = above / below;
  if (quotient * below > above) --quotient;
  return quotient;
}

inline cpp_int rounded(const cpp_rational& exact, RoundingMode mode) {
  const cpp_int low = floor_of(exact);
  if (cpp_rational{low} == exact) return low;
  const cpp_int high = low + 1;
  const cpp_int toward_zero = exact > 0 ? low : high;
  const cpp_int away = exact > 0 ? high : low;
  if (mode == RoundingMode::down) return toward_zero;
  if (mode == RoundingMode::up) return away;
  const cpp_rational to_low = exact - cpp_rational{low};
  const cpp_rational half{1, 2};
  if (to_low < half) return low;
  if (to_low > half) return high;
  if (mode == RoundingMode::half_up) return away;
  return low % 2 == 0 ? low : high;
}

inline constexpr RoundingMode modes[] = {RoundingMode::half_even, RoundingMode::half_up,
                                         RoundingMode::up, RoundingMode::down};

inline cpp_int power_of_ten(unsigned digits) {
  return boost::multiprecision::pow(cpp_int{10}, digits);
}

/// Every magnitude is as likely as any other, so that edges of 64 and 128 bits are met.
inline Int128 arbitrary_wide() {
  const auto high = *rc::gen::resize(rc::kNominalSize, rc::gen::arbitrary<std::uint64_t>());
  const auto low = *rc::gen::resize(rc::kNominalSize, rc::gen::arbitrary<std::uint64_t>());
  const auto shift = *rc::gen::inRange(0, 128);
  const auto bits = (Uint128{high} << 64U | low) >> static_cast<unsigned>(shift);
  const bool ones = *rc::gen::inRange(0, 8) == 0;
  const Uint128 value = ones ? (~Uint128{0} >> static_cast<unsigned>(shift)) : bits;
  return static_cast<Int128>(*rc::gen::arbitrary<bool>() ? Uint128{0} - value : value);
}

inline std::int64_t arbitrary_narrow() { return static_cast<std::int64_t>(arbitrary_wide()); }

}  // namespace model
