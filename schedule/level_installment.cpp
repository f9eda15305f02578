#include "loanbook/schedule/level_installment.hpp"

#include <boost/multiprecision/cpp_int.hpp>
#include <optional>
#include <vector>

#include "loanbook/money/assert.hpp"
#include "loanbook/schedule/rounded_quotient.hpp"

namespace loanbook::schedule {
namespace {

namespace mp = boost::multiprecision;
using money::Int128;
using money::Rounding;
using money::RoundingMode;
using money::Uint128;
using Uint256 =
    mp::number<mp::cpp_int_backend<256, 256, mp::unsigned_magnitude, mp::unchecked, void>>;

constexpr unsigned fraction_bits = 96;  // of factors and annuities
constexpr unsigned result_bits = 32;    // of X before it is rounded
constexpr Uint128 one = Uint128{1} << fraction_bits;
constexpr Int128 factor_end = Int128{1} << 63;  // denominator + numerator must stay below this

/// X x 2^32 lies in [low, high].
struct Bracket {
  Int128 low;
  Int128 high;
};

/// The rounded X, if both ends of the bracket round to the same; rounding never decreases, so what
/// lies between does too.
std::optional<std::int64_t> decide(const Bracket& bracket, Rounding rounding) {
  const Int128 step = Int128{rounding.multiple} << result_bits;
  const Int128 low = money::divide_rounded(bracket.low, step, rounding.mode);
  if (money::divide_rounded(bracket.high, step, rounding.mode) != low) return std::nullopt;
  return static_cast<std::int64_t>(low * rounding.multiple);
}

/// floor(x y / 2^96) for x, y <= 2^96.
Uint128 multiply_fixed(Uint128 x, Uint128 y) {
  const Uint128 x_low = static_cast<std::uint64_t>(x);
  const Uint128 y_low = static_cast<std::uint64_t>(y);
  const Uint128 x_high = x >> 64;
  const Uint128 y_high = y >> 64;
  const Uint128 middle = x_high * y_low + x_low * y_high + ((x_low * y_low) >> 64);
  return ((x_high * y_high) << 32) + (middle >> 32);
}

/// floor(2^96 numerator / denominator) for numerator < denominator < 2^64.
Uint128 divide_fixed(std::uint64_t numerator, std::uint64_t denominator) {
  const Uint128 shifted = Uint128{numerator} << 64;
  const Uint128 high = shifted / denominator;
  const Uint128 rest = shifted - high * denominator;
  return (high << 32) + (rest << 32) / denominator;
}

/// v^n cut off below. Error: e(v) < 1 unit of 2^-96, and a product of two such values has e <= e(x)
/// + e(y) + 1 because both are at most one; by induction e(v^m) <= 2m - 1 units, and the result is
/// never too large.
Uint128 power_fixed(Uint128 v, std::uint32_t n) {
  Uint128 result = v;
  for (int bit = 30 - __builtin_clz(n); bit >= 0; --bit) {
    result = multiply_fixed(result, result);
    if ((n >> bit) & 1U) result = multiply_fixed(result, v);
  }
  return result;
}

Uint128 narrow(const Uint256& wide) { return static_cast<Uint128>(wide); }

/// X = P a / (b D), D = 1 - v^n. The computed D is too large by less than 2n units, so the computed
/// X is too small by a factor of at most D / (D - 2n).
std::optional<Bracket> bracket(const EqualPeriods& loan) {
  const std::int64_t a = loan.numerator;
  const std::int64_t b = loan.denominator;
  if (Int128{a} + b >= factor_end) return std::nullopt;
  const Uint128 v = divide_fixed(static_cast<std::uint64_t>(b), static_cast<std::uint64_t>(a + b));
  const Uint128 discounted = one - power_fixed(v, loan.periods);
  const Uint128 error = Uint128{2} * loan.periods;
  if (discounted <= (error << 20)) return std::nullopt;  // a rate too small for 96 bits

  const Uint256 numerator = Uint256(Uint128{static_cast<std::uint64_t>(loan.principal_minor)} *
                                    static_cast<std::uint64_t>(a))
                            << (fraction_bits + result_bits);
  const Uint128 x = narrow(numerator / (Uint256(discounted) * static_cast<std::uint64_t>(b)));
  const Uint128 slack = (x + 1) * error / (discounted - error) + 2;
  return Bracket{static_cast<Int128>(x), static_cast<Int128>(x + slack)};
}

/// floor(s b / g) for s < 2^108 and b < g < 2^63: three limbs by one.
Uint128 scale(Uint128 s, std::uint64_t b, std::uint64_t g) {
  const Uint128 low = Uint128{static_cast<std::uint64_t>(s)} * b;
  const Uint128 high = (s >> 64) * b + (low >> 64);
  const Uint128 top = high / g;
  const Uint128 rest = ((high - top * g) << 64) + static_cast<std::uint64_t>(low);
  return (top << 64) + rest / g;
}

/// X = P / S, S = v_1 (1 + v_2 (1 + ...)) from the inside out. Each step cuts off less than one
/// unit of 2^-96 and no step enlarges an error (v <= 1), so S is too small by less than n units and
/// X too large by a factor of at most (S + n) / S.
std::optional<Bracket> bracket(const UnequalPeriods& loan) {
  const std::int64_t b = loan.denominator;
  Uint128 annuity = 0;
  for (std::size_t k = loan.numerators.size(); k-- > 0;) {
    const Int128 g = loan.numerators[k] + b;
    if (g >= factor_end) return std::nullopt;
    annuity = scale(one + annuity, static_cast<std::uint64_t>(b), static_cast<std::uint64_t>(g));
  }
  const Uint128 error = loan.numerators.size();
  if (annuity <= (error << 20)) return std::nullopt;  // a rate too large for 96 bits

  const Uint256 numerator = Uint256(static_cast<std::uint64_t>(loan.principal_minor))
                            << (fraction_bits + result_bits);
  const Uint128 x = narrow(numerator / Uint256(annuity));
  const Uint128 slack = (x + 1) * error / annuity + 2;
  return Bracket{static_cast<Int128>(x) - static_cast<Int128>(slack), static_cast<Int128>(x + 1)};
}

std::int64_t without_interest(std::int64_t amount_minor, std::size_t periods, Rounding rounding) {
  const Int128 step = Int128{rounding.multiple} * static_cast<std::int64_t>(periods);
  return static_cast<std::int64_t>(money::divide_rounded(amount_minor, step, rounding.mode) *
                                   rounding.multiple);
}

}  // namespace

std::int64_t level_installment(const EqualPeriods& loan, Rounding rounding) {
  LOANBOOK_ASSERT(loan.periods > 0);
  if (loan.numerator == 0)
    return without_interest(loan.principal_minor - loan.balloon_minor, loan.periods, rounding);
  if (loan.balloon_minor == 0 && loan.periods > 1) {
    if (const auto range = bracket(loan)) {
      if (const auto x = decide(*range, rounding)) return *x;
    }
  }
  const std::vector<Int128> numerators(loan.periods, loan.numerator);
  return level_installment_exact(
      {loan.principal_minor, loan.balloon_minor, numerators, loan.denominator}, rounding);
}

std::int64_t level_installment(const UnequalPeriods& loan, Rounding rounding) {
  LOANBOOK_ASSERT(!loan.numerators.empty());
  if (loan.balloon_minor == 0 && loan.numerators.size() > 1) {
    if (const auto range = bracket(loan)) {
      if (const auto x = decide(*range, rounding)) return *x;
    }
  }
  return level_installment_exact(loan, rounding);
}

std::int64_t level_installment_exact(const UnequalPeriods& loan, Rounding rounding) {
  LOANBOOK_ASSERT(!loan.numerators.empty());
  // All over powers of the denominator b: growth = (b + a_1)...(b + a_n), payments = b^(n-1) times
  // the sum of the growths after each.
  mp::cpp_int growth = 1;
  mp::cpp_int payments = 0;
  mp::cpp_int power = 1;  // b^(k-1)
  for (const Int128 numerator : loan.numerators) {
    const mp::cpp_int factor = mp::cpp_int(numerator) + loan.denominator;
    growth *= factor;
    payments *= factor;
    payments += power;
    power *= loan.denominator;
  }
  return rounded_quotient(mp::cpp_int(growth * loan.principal_minor - power * loan.balloon_minor),
                          mp::cpp_int(payments * loan.denominator * rounding.multiple), rounding);
}

}  // namespace loanbook::schedule
