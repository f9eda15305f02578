#include "loanbook/schedule/exact_division.hpp"

namespace loanbook::schedule {

using boost::multiprecision::cpp_int;

std::int64_t divide_exact(const cpp_int& numerator, const cpp_int& denominator,
                          money::Rounding rounding) {
  const cpp_int step = denominator * rounding.multiple;
  cpp_int quotient;
  cpp_int rest;
  boost::multiprecision::divide_qr(numerator, step, quotient, rest);
  bool up = false;
  if (rest != 0) {
    const int against_half = cpp_int(rest * 2).compare(step);
    switch (rounding.mode) {
      case money::RoundingMode::down:
        break;
      case money::RoundingMode::up:
        up = true;
        break;
      case money::RoundingMode::half_up:
        up = against_half >= 0;
        break;
      case money::RoundingMode::half_even:
        up = against_half > 0 || (against_half == 0 && quotient % 2 != 0);
        break;
    }
  }
  if (up) ++quotient;
  return static_cast<std::int64_t>(quotient * rounding.multiple);
}

}  // namespace loanbook::schedule
