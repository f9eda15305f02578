#include "loanbook/money/money.hpp"

#include <algorithm>
#include <boost/multiprecision/cpp_int.hpp>
#include <limits>
#include <numeric>

#include "loanbook/money/assert.hpp"
#include "loanbook/money/decimal.hpp"
#include "loanbook/money/limits.hpp"
#include "loanbook/money/text.hpp"

namespace loanbook::money {
namespace {

using boost::multiprecision::cpp_int;

constexpr unsigned decimals_shown_max = 30;

Uint128 magnitude(Int128 value) {
  return value < 0 ? Uint128{0} - static_cast<Uint128>(value) : static_cast<Uint128>(value);
}

// std::gcd refuses 128 bits in strict mode. Once both fit 64 bits, hardware division is far faster.
Uint128 greatest_common_divisor(Uint128 a, Uint128 b) {
  constexpr Uint128 narrow_max = std::numeric_limits<std::uint64_t>::max();
  while (b > narrow_max) {
    const Uint128 rest = a % b;
    a = b;
    b = rest;
  }
  if (b == 0) return a;
  return std::gcd(static_cast<std::uint64_t>(a % b), static_cast<std::uint64_t>(b));
}

std::string text_of(Uint128 value) {
  // Nearly every amount; a 128-bit division a digit costs more than all the rest.
  if (value <= std::numeric_limits<std::uint64_t>::max()) {
    return std::to_string(static_cast<std::uint64_t>(value));
  }
  std::string reversed;
  do {
    reversed += static_cast<char>('0' + static_cast<int>(value % 10));
    value /= 10;
  } while (value != 0);
  return {reversed.rbegin(), reversed.rend()};
}

// `digits` of the plain digits go behind the point.
std::string with_point(std::string plain, unsigned digits) {
  if (digits == 0) return plain;
  if (plain.size() <= digits) plain.insert(0, digits + 1 - plain.size(), '0');
  plain.insert(plain.size() - digits, 1, '.');
  return plain;
}

// How many times `factor` divides *value; *value is left without it.
unsigned take_out(Uint128* value, unsigned factor) {
  unsigned times = 0;
  for (; *value % factor == 0; *value /= factor) ++times;
  return times;
}

// numerator / (denominator x multiple), rounded, where that divisor is wider than 128 bits.
cpp_int divide_rounded_wide(Int128 numerator, const cpp_int& divisor, RoundingMode mode) {
  const cpp_int dividend{magnitude(numerator)};
  cpp_int quotient;
  cpp_int rest;
  boost::multiprecision::divide_qr(dividend, divisor, quotient, rest);
  const int against_half = cpp_int{rest * 2}.compare(divisor);
  const bool tie_goes_away = mode == RoundingMode::half_up || quotient % 2 != 0;
  bool away = false;
  switch (mode) {
    case RoundingMode::down:
      break;
    case RoundingMode::up:
      away = rest != 0;
      break;
    case RoundingMode::half_up:
    case RoundingMode::half_even:
      away = against_half > 0 || (against_half == 0 && tie_goes_away);
      break;
  }
  if (away) ++quotient;
  return numerator < 0 ? cpp_int{-quotient} : quotient;
}

Error overflow(const Unrounded& exact) {
  return Error{.id = "money.overflow",
               .message = "the amount " + exact.text() + " " +
                          std::string{exact.currency().text()} +
                          " is larger than an amount can be; check principal, rate and dates"};
}

}  // namespace

Result<Money> Money::parse(std::string_view text, Currency currency) {
  Result<Int128> minor = parse_decimal(text, currency.digits);
  if (!minor) {
    Error error = minor.error();
    if (error.id == "decimal.too_many_digits") {
      error.message = quoted(text) + " has more decimals than " + std::string{currency.text()} +
                      " has (" + std::to_string(unsigned{currency.digits}) +
                      "); round it before it comes in";
    }
    return error;
  }
  if (magnitude(*minor) > static_cast<Uint128>(limits::amount_minor_max)) {
    return Error{.id = "decimal.out_of_range",
                 .message = "the amount " + quoted(text) + " is too large; at most " +
                            text_of_minor(limits::amount_minor_max, currency.digits) + " " +
                            std::string{currency.text()} + " is accepted",
                 .column = 1};
  }
  return of_minor(static_cast<std::int64_t>(*minor), currency);
}

std::string Money::text() const { return text_of_minor(minor_, currency_.digits); }

Money operator+(Money a, Money b) {
  LOANBOOK_ASSERT(a.currency_ == b.currency_);
  std::int64_t sum = 0;
  LOANBOOK_ASSERT(add(a.minor_, b.minor_, &sum));
  return Money{sum, a.currency_};
}

Money operator-(Money a, Money b) {
  LOANBOOK_ASSERT(a.currency_ == b.currency_);
  std::int64_t difference = 0;
  LOANBOOK_ASSERT(subtract(a.minor_, b.minor_, &difference));
  return Money{difference, a.currency_};
}

std::strong_ordering operator<=>(const Money& a, const Money& b) {
  LOANBOOK_ASSERT(a.currency_ == b.currency_);
  return a.minor_ <=> b.minor_;
}

std::string Total::text() const { return text_of_minor(minor_, currency_.digits); }

Total& Total::operator+=(Money money) { return *this += Total{money.minor(), money.currency()}; }

Total& Total::operator+=(const Total& other) {
  LOANBOOK_ASSERT(currency_ == other.currency_);
  LOANBOOK_ASSERT(add(minor_, other.minor_, &minor_));
  return *this;
}

std::optional<Unrounded> Unrounded::make(Int128 numerator, Int128 denominator, Currency currency) {
  LOANBOOK_ASSERT(denominator != 0);
  const bool negative = (numerator < 0) != (denominator < 0);
  Uint128 above = magnitude(numerator);
  Uint128 below = magnitude(denominator);
  const Uint128 common = greatest_common_divisor(above, below);
  above /= common;
  below /= common;
  const Uint128 largest = ~Uint128{0} >> 1U;
  if (below > largest) return std::nullopt;
  if (above > largest + (negative ? 1 : 0)) return std::nullopt;
  const auto reduced = static_cast<Int128>(negative ? Uint128{0} - above : above);
  return Unrounded{reduced, static_cast<Int128>(below), currency};
}

std::string Unrounded::text() const {
  const std::string sign = numerator_ < 0 ? "-" : "";
  const Uint128 above = magnitude(numerator_);
  Uint128 rest = magnitude(denominator_);
  const unsigned twos = take_out(&rest, 2);
  const unsigned fives = take_out(&rest, 5);
  const unsigned decimals = std::max(twos, fives);
  if (rest == 1 && decimals + currency_.digits <= decimals_shown_max) {
    const cpp_int plain = cpp_int{above} * pow(cpp_int{10}, decimals) / cpp_int{denominator_};
    return sign + with_point(plain.str(), decimals + currency_.digits);
  }
  const Uint128 below = magnitude(denominator_);
  const std::string whole = above < below ? "" : text_of(above / below) + " ";
  return sign + whole + text_of(above % below) + "/" + text_of(below) + " minor units";
}

Result<Money> round(const Unrounded& exact, Rounding rounding) {
  LOANBOOK_ASSERT(rounding.multiple > 0);
  Int128 multiples = 0;
  Int128 divisor = 0;
  if (multiply(exact.denominator(), Int128{rounding.multiple}, &divisor)) {
    multiples = divide_rounded(exact.numerator(), divisor, rounding.mode);
  } else {
    const cpp_int wide_divisor = cpp_int{exact.denominator()} * rounding.multiple;
    const cpp_int wide = divide_rounded_wide(exact.numerator(), wide_divisor, rounding.mode);
    multiples = wide.convert_to<Int128>();  // at most |numerator| / denominator + 1: it fits
  }
  Int128 rounded = 0;
  std::int64_t minor = 0;
  const bool fits =
      multiply(multiples, Int128{rounding.multiple}, &rounded) && narrow(rounded, &minor);
  if (!fits) return overflow(exact);
  return Money::of_minor(minor, exact.currency());
}

std::string text_of_minor(Int128 minor, unsigned digits) {
  LOANBOOK_ASSERT(digits <= 12);
  return (minor < 0 ? "-" : "") + with_point(text_of(magnitude(minor)), digits);
}

}  // namespace loanbook::money
