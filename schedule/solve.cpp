#include "loanbook/schedule/solve.hpp"

#include <algorithm>
#include <boost/multiprecision/cpp_int.hpp>
#include <numeric>

#include "loanbook/money/assert.hpp"
#include "loanbook/schedule/fixed_solve.hpp"
#include "loanbook/schedule/rounded_quotient.hpp"

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

constexpr unsigned bracket_bits = 256;
constexpr unsigned limb_bits = 64;

/// U x growth^exponent x 2^256 lies in [low, high].
struct UnitBounds {
  cpp_int low;
  cpp_int high;
};

/// In units of the last place.
cpp_int integer(const FixedLimbs& limbs) {
  return (cpp_int(limbs[2]) << 2 * limb_bits) + (cpp_int(limbs[1]) << limb_bits) + limbs[0];
}

UnitBounds bounds_of(const PresentValues& values, std::int64_t balance) {
  const cpp_int worth =
      (cpp_int(balance) << 2 * limb_bits) + integer(values.added) - integer(values.balloon);
  cpp_int least = worth - values.lost;
  cpp_int most = worth + values.lost;
  if (least < 0) least = 0;
  if (most < 0) most = 0;
  return {(least << bracket_bits) / integer(values.shares_high),
          (most << bracket_bits) / integer(values.shares_low) + 1};
}

/// numerator / denominator, to a multiple.
std::int64_t divide_exact(const cpp_int& numerator, const cpp_int& denominator,
                          money::Rounding rounding) {
  return rounded_quotient(numerator, cpp_int(denominator * rounding.multiple), rounding);
}

}  // namespace

struct SolvedUnit::Exact {
  SolveTask task;
  Growth growth{1, 1};
  std::vector<UnitBounds> brackets{};  // by exponent, from that of the first row

  // The weights of a long step plan are fractions of thousands of digits, and so is U. Brackets
  // decide nearly every rounding; the exact fraction decides the others.
  [[nodiscard]] const UnitBounds& bracket(std::uint32_t exponent) {
    const std::uint32_t first = task.rows.front().exponent;
    LOANBOOK_ASSERT(exponent >= first);
    while (brackets.size() <= exponent - first) {
      const UnitBounds& last = brackets.back();
      brackets.push_back({last.low * growth.numerator / growth.denominator,
                          last.high * growth.numerator / growth.denominator + 1});
    }
    return brackets[exponent - first];
  }
};

namespace {

/// U x growth^exponent, of any width.
struct ExactUnit {
  cpp_int numerator;
  cpp_int denominator;
};

ExactUnit exact_unit(const SolveTask& task, Growth growth, std::uint32_t at_exponent) {
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
  ExactUnit unit{a - q * task.balloon, std::move(b)};
  if (unit.numerator < 0) unit.numerator = 0;  // the balloon outgrew the balance
  unit.numerator *= mp::pow(cpp_int(growth.denominator), exponent) *
                    mp::pow(cpp_int(growth.numerator), at_exponent);
  unit.denominator *= mp::pow(cpp_int(growth.denominator), at_exponent);
  return unit;
}

}  // namespace

SolvedUnit::SolvedUnit(SolveTask task) : exact_(std::make_unique<Exact>()) {
  exact_->task = std::move(task);
  const Growth growth = growth_of(exact_->task.growth_e12);
  exact_->growth = growth;
  if (const auto values = present_values(exact_->task, static_cast<std::uint64_t>(growth.numerator),
                                         static_cast<std::uint64_t>(growth.denominator))) {
    exact_->brackets.push_back(bounds_of(*values, exact_->task.balance));
    return;
  }
  const ExactUnit unit = exact_unit(exact_->task, growth, exact_->task.rows.front().exponent);
  const cpp_int low = (unit.numerator << bracket_bits) / unit.denominator;
  exact_->brackets.push_back({low, low + 1});
}

SolvedUnit::~SolvedUnit() = default;
SolvedUnit::SolvedUnit(SolvedUnit&&) noexcept = default;
SolvedUnit& SolvedUnit::operator=(SolvedUnit&&) noexcept = default;

std::int64_t SolvedUnit::amount(std::uint32_t share, std::uint32_t exponent,
                                money::Rounding rounding) {
  const UnitBounds& bracket = exact_->bracket(exponent);
  const cpp_int scale = cpp_int(1) << bracket_bits;
  const std::int64_t low = divide_exact(bracket.low * share, scale, rounding);
  if (divide_exact(bracket.high * share, scale, rounding) == low) return low;
  const ExactUnit unit = exact_unit(exact_->task, exact_->growth, exponent);
  return divide_exact(unit.numerator * share, unit.denominator, rounding);
}

Int128 SolvedUnit::amount_e12(std::uint32_t share, std::uint32_t exponent) {
  return static_cast<Int128>(
      cpp_int((exact_->bracket(exponent).high * share * e12) >> bracket_bits));
}

}  // namespace loanbook::schedule
