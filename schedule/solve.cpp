#include "loanbook/schedule/solve.hpp"

#include <algorithm>
#include <boost/multiprecision/cpp_int.hpp>
#include <numeric>

#include "loanbook/money/assert.hpp"
#include "loanbook/schedule/exact_division.hpp"

namespace loanbook::schedule {
namespace {

namespace mp = boost::multiprecision;
using money::Int128;
using mp::cpp_int;

constexpr std::int64_t e12 = 1'000'000'000'000;

struct Growth {
  std::int64_t numerator;
  std::int64_t denominator;
};

Growth growth_of(std::int64_t growth_e12) {
  const std::int64_t common = std::gcd(e12 + growth_e12, e12);
  return {(e12 + growth_e12) / common, e12 / common};
}

Int128 gcd(Int128 a, Int128 b) {
  while (b != 0) {
    const Int128 rest = a % b;
    a = b;
    b = rest;
  }
  return a < 0 ? -a : a;
}

/// Rows of one denominator share a common factor more often than not (a rate of 18 % has 10 zeros
/// too many); the powers of the fold stay short without it.
SolveRow in_lowest_terms(const SolveRow& row) {
  const Int128 common = gcd(gcd(row.denominator, row.interest), row.added);
  SolveRow reduced = row;
  reduced.interest /= common;
  reduced.added /= common;
  reduced.denominator /= common;
  return reduced;
}

}  // namespace

/// U x 2^bits x growth^e lies in [low, high].
struct Bracket {
  cpp_int low;
  cpp_int high;
};
constexpr unsigned bracket_bits = 256;

struct SolvedUnit::Exact {
  cpp_int numerator;
  cpp_int denominator;
  Growth growth{1, 1};
  std::vector<Bracket> brackets;  // by exponent

  // The weights of a long step plan are fractions of thousands of digits. Brackets of 256 bits
  // decide nearly every rounding; the exact fraction decides the others.
  void prepare_brackets(std::uint32_t exponent_max) {
    const cpp_int low = (numerator << bracket_bits) / denominator;
    brackets.push_back({low, low + 1});
    for (std::uint32_t e = 1; e <= exponent_max; ++e) {
      const Bracket& last = brackets.back();
      brackets.push_back({last.low * growth.numerator / growth.denominator,
                          last.high * growth.numerator / growth.denominator + 1});
    }
  }

  [[nodiscard]] std::int64_t round_exactly(std::uint32_t share, std::uint32_t exponent,
                                           money::Rounding rounding) const {
    return divide_exact(numerator * share * mp::pow(cpp_int(growth.numerator), exponent),
                        denominator * mp::pow(cpp_int(growth.denominator), exponent), rounding);
  }
};

SolvedUnit::SolvedUnit(const SolveTask& task) : exact_(std::make_unique<Exact>()) {
  const Growth growth = growth_of(task.growth_e12);
  // Balance = (a - b U / g^e) / q: q is the product of the row denominators, g^e the power of the
  // growth's denominator at the row in hand, r = q x (growth's numerator)^e. All integers, and
  // every step multiplies by small ones.
  cpp_int a = task.balance;
  cpp_int b = 0;
  cpp_int q = 1;
  cpp_int r = 1;
  std::uint32_t exponent = 0;
  for (const SolveRow& each : task.rows) {
    const SolveRow row = in_lowest_terms(each);
    for (; exponent < row.exponent; ++exponent) {
      b *= growth.denominator;
      r *= growth.numerator;
    }
    if (row.denominator != 1 || row.interest != 0) {
      const cpp_int factor = cpp_int(row.denominator) + row.interest;
      a *= factor;
      b *= factor;
    }
    if (row.added != 0) a += row.added * q;
    if (row.denominator != 1) {
      q *= row.denominator;
      r *= row.denominator;
    }
    if (row.share != 0) b += r * row.share;
  }
  LOANBOOK_ASSERT(b > 0);
  exact_->growth = growth;
  exact_->numerator = a - q * task.balloon;
  if (exact_->numerator < 0) exact_->numerator = 0;  // the balloon outgrew the balance
  exact_->numerator *= mp::pow(cpp_int(growth.denominator), exponent);
  exact_->denominator = std::move(b);
  exact_->prepare_brackets(exponent);
}

SolvedUnit::~SolvedUnit() = default;
SolvedUnit::SolvedUnit(SolvedUnit&&) noexcept = default;
SolvedUnit& SolvedUnit::operator=(SolvedUnit&&) noexcept = default;

std::int64_t SolvedUnit::amount(std::uint32_t share, std::uint32_t exponent,
                                money::Rounding rounding) const {
  const Bracket& bracket = exact_->brackets[exponent];
  const cpp_int scale = cpp_int(1) << bracket_bits;
  const std::int64_t low = divide_exact(bracket.low * share, scale, rounding);
  if (divide_exact(bracket.high * share, scale, rounding) == low) return low;
  return exact_->round_exactly(share, exponent, rounding);
}

Int128 SolvedUnit::amount_e12(std::uint32_t share, std::uint32_t exponent) const {
  return static_cast<Int128>(
      cpp_int((exact_->brackets[exponent].high * share * e12) >> bracket_bits));
}

}  // namespace loanbook::schedule
