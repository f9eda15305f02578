#include "loanbook/schedule/whole_period_rate.hpp"

#include <algorithm>
#include <boost/multiprecision/cpp_int.hpp>
#include <vector>

namespace loanbook::schedule {
namespace {

namespace mp = boost::multiprecision;
using money::Int128;
using money::Uint128;
using Uint256 =
    mp::number<mp::cpp_int_backend<256, 256, mp::unsigned_magnitude, mp::unchecked, void>>;

constexpr std::int64_t periods_max = 60 * 366;  // days of 60 years
constexpr unsigned smallest_bits = 116;         // x >= 2^-12
constexpr int steps_max = 64;
constexpr unsigned close_bits = 48;  // a step below 2^-80 is the last: the next is below its square

Int128 power_of_ten(int exponent) { return exponent == 0 ? 1 : 10 * power_of_ten(exponent - 1); }
const Int128 unit_rate = power_of_ten(30);

struct Product {
  Uint128 high;
  Uint128 low;
};
Product multiply_wide(Uint128 x, Uint128 y) {
  const auto x0 = static_cast<std::uint64_t>(x);
  const auto y0 = static_cast<std::uint64_t>(y);
  const auto x1 = static_cast<std::uint64_t>(x >> 64);
  const auto y1 = static_cast<std::uint64_t>(y >> 64);
  const Uint128 low = Uint128{x0} * y0;
  const Uint128 across = Uint128{x1} * y0;
  const Uint128 other = Uint128{x0} * y1;
  const Uint128 middle =
      (low >> 64) + static_cast<std::uint64_t>(across) + static_cast<std::uint64_t>(other);
  return {Uint128{x1} * y1 + (across >> 64) + (other >> 64) + (middle >> 64),
          (middle << 64) + static_cast<std::uint64_t>(low)};
}

/// A signed number, whole + fraction / 2^128.
struct Fixed {
  Uint128 whole = 0;
  Uint128 fraction = 0;
  bool negative = false;

  /// By x / 2^128, cut off towards zero.
  void multiply(Uint128 x) {
    const Product from_whole = multiply_wide(whole, x);
    const Uint128 from_fraction = multiply_wide(fraction, x).high;
    fraction = from_whole.low + from_fraction;
    whole = from_whole.high + (fraction < from_fraction ? 1 : 0);
  }
  void add(const Fixed& other) {
    if (other.negative == negative) {
      fraction += other.fraction;
      whole += other.whole + (fraction < other.fraction ? 1 : 0);
      return;
    }
    const bool larger = other.whole > whole || (other.whole == whole && other.fraction > fraction);
    const Fixed& a = larger ? other : *this;
    const Fixed& b = larger ? *this : other;
    const Fixed difference{a.whole - b.whole - (a.fraction < b.fraction ? 1 : 0),
                           a.fraction - b.fraction, a.negative};
    *this = difference;
  }
  /// By a number of periods.
  void repeat(std::int64_t times) {
    const auto count = static_cast<Uint128>(times);
    const Product parts = multiply_wide(fraction, count);
    whole = whole * count + parts.high;
    fraction = parts.low;
  }
  void add(std::int64_t amount) {
    const bool below = amount < 0;
    add(Fixed{static_cast<Uint128>(below ? -Int128{amount} : Int128{amount}), 0, below});
  }
};

/// x^exponent, each product cut off: by induction it is off by less than 2 x exponent units of
/// 2^-128, because x is off by less than one and x <= 1 enlarges no error. Requires exponent >= 1.
Uint128 power_of(Uint128 x, std::int64_t exponent) {
  Uint128 power = x;
  for (int bit = 62 - __builtin_clzll(static_cast<unsigned long long>(exponent)); bit >= 0; --bit) {
    power = multiply_wide(power, power).high;
    if (((exponent >> bit) & 1) != 0) power = multiply_wide(power, x).high;
  }
  return power;
}

/// sum amount x^power, powers falling from the back of the list to 0 at its front.
struct Term {
  std::int64_t amount;
  std::int64_t power;
  std::size_t step;  ///< to the power of the term before: which of the different ones
};
struct Polynomial {
  std::vector<Term> terms;
  std::vector<std::int64_t> steps;  ///< different ones: installments have few lengths
  Int128 amounts = 0;               ///< sum of all magnitudes

  void find_steps() {
    for (std::size_t i = 1; i < terms.size(); ++i) {
      const std::int64_t length = terms[i].power - terms[i - 1].power;
      const auto known = std::find(steps.begin(), steps.end(), length);
      terms[i].step = static_cast<std::size_t>(known - steps.begin());
      if (known == steps.end()) steps.push_back(length);
    }
  }

  [[nodiscard]] Fixed value(Uint128 x) const {
    std::vector<Uint128> powers;
    powers.reserve(steps.size());
    for (const std::int64_t length : steps) powers.push_back(length == 0 ? 0 : power_of(x, length));
    Fixed sum;
    for (std::size_t i = terms.size(); i-- > 0;) {
      sum.add(terms[i].amount);
      if (i != 0 && steps[terms[i].step] != 0) sum.multiply(powers[terms[i].step]);
    }
    return sum;
  }

  struct WithSlope {
    Fixed value;
    Fixed slope;
  };
  [[nodiscard]] WithSlope value_and_slope(Uint128 x) const {
    // x^(length - 1), from which the slope of a step comes; none for one period.
    std::vector<Uint128> before;
    std::vector<Uint128> powers;
    before.reserve(steps.size());
    powers.reserve(steps.size());
    for (const std::int64_t length : steps) {
      before.push_back(length <= 1 ? 0 : power_of(x, length - 1));
      powers.push_back(length <= 1 ? x : multiply_wide(before.back(), x).high);
    }
    WithSlope sums;
    for (std::size_t i = terms.size(); i-- > 0;) {
      sums.value.add(terms[i].amount);
      if (i == 0) break;
      const std::size_t step = terms[i].step;
      const std::int64_t length = steps[step];
      if (length == 0) continue;
      Fixed grows = sums.value;
      if (length != 1) {
        grows.repeat(length);
        grows.multiply(before[step]);
      }
      sums.slope.multiply(powers[step]);
      sums.slope.add(grows);
      sums.value.multiply(powers[step]);
    }
    return sums;
  }

  /// The sign, where the error leaves no doubt, else 0. Over a step of n periods a product is off
  /// by less than (|sum| + 1) x 2n units of 2^-128, because the power (`power_of`) and the product
  /// are cut off and x <= 1 enlarges no error; |sum| <= `amounts`.
  [[nodiscard]] int proven_sign(Uint128 x) const {
    const Fixed sum = value(x);
    const Uint128 error =
        static_cast<Uint128>(amounts + 1) * static_cast<Uint128>(2 * (terms.back().power + 1));
    if (sum.whole == 0 && sum.fraction <= error) return 0;
    return sum.negative ? -1 : 1;
  }
};

unsigned bits_of(Uint128 value) {
  const auto high = static_cast<std::uint64_t>(value >> 64);
  if (high != 0) return 128U - static_cast<unsigned>(__builtin_clzll(high));
  const auto low = static_cast<std::uint64_t>(value);
  return low == 0 ? 0 : 64U - static_cast<unsigned>(__builtin_clzll(low));
}

/// The `bits` leading bits and what was cut off to get there: value = leading x 2^shift.
struct Leading {
  Uint128 bits;
  int shift;
};
Leading leading(const Fixed& value, unsigned count) {
  const unsigned whole = bits_of(value.whole);
  const unsigned length = whole != 0 ? 128 + whole : bits_of(value.fraction);
  if (length <= count) return {value.fraction, 0};
  const unsigned cut = length - count;
  if (cut >= 128) return {value.whole >> (cut - 128), static_cast<int>(cut)};
  const Uint128 high = cut == 0 || whole == 0 ? 0 : value.whole << (128 - cut);
  return {high | (value.fraction >> cut), static_cast<int>(cut)};
}

/// |value / slope| in units of 2^-128, right to 60 bits; nothing where it is 1 or more.
std::optional<Uint128> quotient(const Fixed& value, const Fixed& slope) {
  const Leading top = leading(value, 127);
  const Leading bottom = leading(slope, 63);
  if (bottom.bits == 0) return std::nullopt;
  // top / bottom x 2^128 with an up to 127-bit numerator.
  const int grown = 127 - static_cast<int>(bits_of(top.bits));
  if (top.bits == 0) return Uint128{0};
  const Uint128 ratio = (top.bits << grown) / bottom.bits;
  const int shift = 128 + top.shift - bottom.shift - grown;
  if (shift <= -128) return Uint128{0};
  if (shift < 0) return ratio >> -shift;
  if (shift + static_cast<int>(bits_of(ratio)) > 127) return std::nullopt;
  return ratio << shift;
}

/// The root in (0, 1) where the polynomial passes from above to below zero, or nothing.
std::optional<Uint128> root_of(const Polynomial& polynomial) {
  // Newton's first step, from x = 1, is one of integers.
  Fixed value;
  Fixed slope;
  for (const Term& term : polynomial.terms) {
    value.add(term.amount);
    const Int128 weighted = Int128{term.amount} * term.power;
    slope.add(Fixed{static_cast<Uint128>(weighted < 0 ? -weighted : weighted), 0, weighted < 0});
  }
  if (!value.negative || !slope.negative) return std::nullopt;
  auto step = quotient(value, slope);
  if (!step || *step == 0) return std::nullopt;
  Uint128 x = -*step;
  for (int i = 0; i < steps_max; ++i) {
    const auto sums = polynomial.value_and_slope(x);
    if (!sums.slope.negative) return std::nullopt;
    step = quotient(sums.value, sums.slope);
    if (!step) return std::nullopt;
    const Uint128 next = sums.value.negative ? x - *step : x + *step;
    const bool wrapped = sums.value.negative ? next > x : next < x;
    if (wrapped || (next >> smallest_bits) == 0) return std::nullopt;
    x = next;
    if ((*step >> close_bits) == 0) return x;
  }
  return std::nullopt;
}

/// Is x the discount factor 1 / (1 + i) of a rate above zero, or the growth 1 + i of one below?
enum class Side { discount, growth };

std::optional<Int128> rate_of(Uint128 x, Side side) {
  const Uint256 gap = Uint256(-x);  // 1 - x
  const Uint256 scaled = gap * Uint256(unit_rate);
  if (side == Side::growth)
    return -static_cast<Int128>(Uint256(scaled >> 128).convert_to<Uint128>());
  const Uint256 rate = (scaled + Uint256(x) / 2) / Uint256(x);
  return static_cast<Int128>(rate.convert_to<Uint128>());
}

/// x of a rate, cut off. Requires a rate on its side of zero.
Uint128 point_of(Int128 rate, Side side) {
  const Uint256 whole = Uint256(unit_rate + rate);
  const Uint256 unit = Uint256(unit_rate);
  const Uint256 x = side == Side::discount ? (unit << 128) / whole : (whole << 128) / unit;
  return x.convert_to<Uint128>();
}

struct Problem {
  Polynomial polynomial;
  Side side;
};

/// Brings the flows into the form of `root_of`: first amount above zero, sum below, powers from 0.
std::optional<Problem> problem_of(std::span<const CashFlow> flows) {
  Problem problem{{}, Side::discount};
  auto& terms = problem.polynomial.terms;
  terms.reserve(flows.size());
  Int128 sum = 0;
  int changes = 0;
  int sum_changes = 0;
  bool sum_below = false;
  for (const CashFlow& flow : flows) {
    if (flow.amount_minor == 0) continue;
    if (flow.time.numerator > periods_max || flow.amount_minor == INT64_MIN) return std::nullopt;
    if (!terms.empty() && (terms.back().amount < 0) != (flow.amount_minor < 0)) ++changes;
    sum += flow.amount_minor;
    if (!terms.empty() && sum != 0 && (sum < 0) != sum_below) ++sum_changes;
    if (sum != 0) sum_below = sum < 0;
    terms.push_back({flow.amount_minor, flow.time.numerator, 0});
  }
  // One root by Descartes' rule, or one above zero by Norstrom's (`internal_rate`).
  if ((changes != 1 && sum_changes != 1) || sum == 0) return std::nullopt;
  const bool first_above = terms.front().amount > 0;
  if ((sum < 0) != first_above) {
    // Below zero: the same in powers of 1 + i, counted from the end.
    problem.side = Side::growth;
    std::reverse(terms.begin(), terms.end());
  }
  const bool mirrored = terms.front().amount < 0;
  const std::int64_t origin = terms.front().power;
  for (Term& term : terms) {
    term.power = term.power < origin ? origin - term.power : term.power - origin;
    if (mirrored) term.amount = -term.amount;
    problem.polynomial.amounts += term.amount < 0 ? -term.amount : term.amount;
  }
  problem.polynomial.find_steps();
  return problem;
}

}  // namespace

std::optional<FoundRate> whole_period_rate(std::span<const CashFlow> flows) {
  const auto problem = problem_of(flows);
  if (!problem) return std::nullopt;
  const auto root = root_of(problem->polynomial);
  if (!root) return std::nullopt;
  const auto rate = rate_of(*root, problem->side);
  if (!rate) return std::nullopt;
  const bool touches_zero = *rate >= -1 && *rate <= 1;
  if (touches_zero) return std::nullopt;
  const int below = problem->polynomial.proven_sign(point_of(*rate - 1, problem->side));
  const int above = problem->polynomial.proven_sign(point_of(*rate + 1, problem->side));
  if (below * above >= 0) return std::nullopt;
  return FoundRate{*rate};
}

}  // namespace loanbook::schedule
