#include "plan_rivals.hpp"

#include <algorithm>
#include <bit>
#include <boost/multiprecision/cpp_dec_float.hpp>
#include <numeric>
#include <vector>

#include "loanbook/money/wide.hpp"

namespace loanbook::bench {
namespace {

using Decimal = boost::multiprecision::cpp_dec_float_50;
using money::Uint128;

/// A quotient of decimals may lie beside a tie or an integer, so the remainder decides, which is
/// exact.
std::int64_t half_even(const Decimal& numerator, const Decimal& denominator) {
  auto whole = Decimal(floor(numerator / denominator)).convert_to<std::int64_t>();
  Decimal rest = numerator - denominator * whole;
  if (rest >= denominator) {
    ++whole;
    rest -= denominator;
  }
  const Decimal doubled = rest * 2;
  return doubled > denominator || (doubled == denominator && whole % 2 != 0) ? whole + 1 : whole;
}

std::int64_t naive_payment(const schedule::Terms& terms) {
  const Decimal period = Decimal(terms.rate.e12()) / (12 * Decimal(1'000'000'000'000));
  const Decimal annuity = (1 - pow(1 + period, -static_cast<int>(terms.installments))) / period;
  return half_even(terms.principal_minor, annuity);
}

/// floor(x y / 2^96) of two factors with 96 bits after the point.
Uint128 times(Uint128 x, Uint128 y) {
  const std::uint64_t x0 = static_cast<std::uint64_t>(x);
  const std::uint64_t y0 = static_cast<std::uint64_t>(y);
  const std::uint64_t x1 = static_cast<std::uint64_t>(x >> 64U);
  const std::uint64_t y1 = static_cast<std::uint64_t>(y >> 64U);
  const Uint128 low = Uint128{x0} * y0;
  const Uint128 cross = Uint128{x1} * y0 + (low >> 64U);
  const Uint128 middle = Uint128{x0} * y1 + static_cast<std::uint64_t>(cross);
  return ((Uint128{x1} * y1 + (cross >> 64U) + (middle >> 64U)) << 32U) +
         (static_cast<std::uint64_t>(middle) >> 32U);
}

/// The payment from the growth q = (1 + p)^n in 32 + 96 bits: X = P p (1 + 1 / (q - 1)). What is
/// cut off stays far below 2^-20 minor units for the loans measured here; nearer to a tie than that
/// the decimals decide.
std::int64_t ceiling_payment(const schedule::Terms& terms, std::uint64_t a, std::uint64_t b) {
  constexpr Uint128 one = Uint128{1} << 96U;
  const Uint128 step =
      one + (((Uint128{a} << 64U) / b) << 32U) + ((((Uint128{a} << 64U) % b) << 32U) / b);
  Uint128 growth = step;
  for (int bit = std::bit_width(terms.installments) - 2; bit >= 0; --bit) {
    growth = times(growth, growth);
    if ((terms.installments >> static_cast<unsigned>(bit)) & 1U) growth = times(growth, step);
  }
  const Uint128 gain = growth - one;
  // The top 64 bits of the gain, then 2^152 / gain: its inverse with 56 bits after the point.
  const auto below = static_cast<unsigned>(std::bit_width(static_cast<std::uint64_t>(gain >> 64U)));
  const Uint128 inverse = ~Uint128{0} / static_cast<std::uint64_t>(gain >> below) >> (below - 24U);
  const Uint128 exact = (Uint128{static_cast<std::uint64_t>(terms.principal_minor)} * a) *
                        ((Uint128{1} << 56U) + inverse);
  const auto fixed = static_cast<std::uint64_t>((exact >> 24U) / b);  // 32 bits after the point
  const std::uint64_t rest = fixed & 0xFFFF'FFFFU;
  constexpr std::uint64_t half = std::uint64_t{1} << 31U;
  constexpr std::uint64_t guard = std::uint64_t{1} << 12U;
  if (rest + guard > half && rest < half + guard) return naive_payment(terms);
  return static_cast<std::int64_t>((fixed >> 32U) + (rest > half ? 1 : 0));
}

}  // namespace

std::int64_t naive_interest(const schedule::Terms& terms) {
  const bool monthly = terms.basis == schedule::InterestBasis::monthly;
  const Decimal denominator = (monthly ? 12 : 360) * Decimal(1'000'000'000'000);
  std::vector<Decimal> shares;
  Decimal discount = 1;
  Decimal annuity = 0;
  for (std::uint32_t k = 1; k <= terms.installments; ++k) {
    const auto days = (schedule::due_date(terms, k) - schedule::due_date(terms, k - 1)).count();
    shares.push_back(Decimal(terms.rate.e12()) * (monthly ? 1 : days));
    if (monthly) continue;
    discount /= 1 + shares.back() / denominator;
    annuity += discount;
  }
  const std::int64_t payment =
      monthly ? naive_payment(terms) : half_even(terms.principal_minor, annuity);
  std::int64_t balance = terms.principal_minor;
  std::int64_t total = 0;
  for (const Decimal& share : shares) {
    const std::int64_t interest = half_even(balance * share, denominator);
    balance -= std::min(balance, std::max<std::int64_t>(0, payment - interest));
    total += interest;
  }
  return total;
}

std::int64_t ceiling_interest(const schedule::Terms& terms, std::span<BareRow> rows) {
  const auto yearly = static_cast<std::uint64_t>(terms.rate.e12());
  const std::uint64_t common = std::gcd(yearly, std::uint64_t{12'000'000'000'000});
  const std::uint64_t a = yearly / common;
  const std::uint64_t b = 12'000'000'000'000 / common;
  const std::int64_t payment = ceiling_payment(terms, a, b);
  std::int64_t balance = terms.principal_minor;
  std::int64_t total = 0;
  for (BareRow& row : rows) {
    const std::uint64_t exact = static_cast<std::uint64_t>(balance) * a;
    const std::uint64_t quotient = exact / b;
    const std::uint64_t doubled = 2 * (exact - quotient * b);
    const bool up = doubled > b || (doubled == b && quotient % 2 != 0);
    const auto interest = static_cast<std::int64_t>(quotient) + (up ? 1 : 0);
    const std::int64_t principal =
        &row == &rows.back() ? balance : std::clamp<std::int64_t>(payment - interest, 0, balance);
    balance -= principal;
    total += interest;
    row = {principal, interest, balance};
  }
  return total;
}

}  // namespace loanbook::bench
