#pragma once

#include <cstdint>

namespace loanbook::money {

/// Two's complement 128 bits. A compiler type and not Boost's: `boost::multiprecision::int128_t`
/// takes 32 bytes and would be in every header.
__extension__ using Int128 = __int128;
__extension__ using Uint128 = unsigned __int128;

/// Checked arithmetic: false where the exact result does not fit (then `*out` is unspecified).
[[nodiscard]] constexpr bool add(std::int64_t a, std::int64_t b, std::int64_t* out) {
  return !__builtin_add_overflow(a, b, out);
}
[[nodiscard]] constexpr bool subtract(std::int64_t a, std::int64_t b, std::int64_t* out) {
  return !__builtin_sub_overflow(a, b, out);
}
[[nodiscard]] constexpr bool multiply(std::int64_t a, std::int64_t b, std::int64_t* out) {
  return !__builtin_mul_overflow(a, b, out);
}
[[nodiscard]] constexpr bool add(Int128 a, Int128 b, Int128* out) {
  return !__builtin_add_overflow(a, b, out);
}
[[nodiscard]] constexpr bool subtract(Int128 a, Int128 b, Int128* out) {
  return !__builtin_sub_overflow(a, b, out);
}
[[nodiscard]] constexpr bool multiply(Int128 a, Int128 b, Int128* out) {
  return !__builtin_mul_overflow(a, b, out);
}
[[nodiscard]] constexpr bool narrow(Int128 wide, std::int64_t* out) {
  *out = static_cast<std::int64_t>(wide);
  return wide == *out;
}

struct Quotient {
  Int128 quotient;
  Int128 remainder;
};
/// Truncating division. Most numerators fit 64 bits, where the machine's own division is several
/// times faster than the library call for 128. Requires denominator > 0.
[[nodiscard]] constexpr Quotient divide(Int128 numerator, Int128 denominator) {
  const auto narrow_numerator = static_cast<std::int64_t>(numerator);
  const auto narrow_denominator = static_cast<std::int64_t>(denominator);
  if (narrow_numerator == numerator && narrow_denominator == denominator) {
    return {narrow_numerator / narrow_denominator, narrow_numerator % narrow_denominator};
  }
  return {numerator / denominator, numerator % denominator};
}

}  // namespace loanbook::money
