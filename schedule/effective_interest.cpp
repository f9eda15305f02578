#include "loanbook/schedule/effective_interest.hpp"

#include <boost/multiprecision/cpp_int.hpp>
#include <vector>

#include "loanbook/schedule/apr.hpp"
#include "loanbook/schedule/rounded_quotient.hpp"

namespace loanbook::schedule {
namespace {

using boost::multiprecision::cpp_int;
using money::Uint128;

constexpr unsigned rate_decimals = 18;
constexpr std::int64_t one_e18 = 1'000'000'000'000'000'000;
// A life of 60 years; the rate is the same however small its share of a unit.
constexpr std::int64_t days_max = 60 * 366;

std::optional<std::int64_t> grown_exactly(std::int64_t carrying, const cpp_int& rate,
                                          std::int64_t days, money::RoundingMode mode) {
  const cpp_int one = boost::multiprecision::pow(cpp_int(10), rate_decimals);
  const auto exponent = static_cast<unsigned>(days);
  const cpp_int unit = boost::multiprecision::pow(one, exponent);
  const cpp_int earned =
      carrying * (boost::multiprecision::pow(cpp_int(one + rate), exponent) - unit);
  if (earned >= (unit << 62)) return std::nullopt;
  return rounded_quotient(earned, unit, {mode, 1});
}

/// A number between two of units of 2^-62.
struct Between {
  Uint128 low;
  Uint128 high;
};
constexpr unsigned fraction_bits = 62;
constexpr Uint128 unit_62 = Uint128{1} << fraction_bits;

/// Requires both below 4, so that nothing overflows.
Between operator*(const Between& a, const Between& b) {
  return {(a.low * b.low) >> fraction_bits, ((a.high * b.high) >> fraction_bits) + 1};
}

/// The same where bounds of the power leave no doubt about the rounding: the power itself has more
/// than a thousand digits.
std::optional<std::int64_t> grown_within(std::int64_t carrying, std::int64_t rate,
                                         std::int64_t days, money::RoundingMode mode) {
  if (rate == 0 || days == 0) return 0;
  if (rate >= one_e18 / 4 || carrying >> 62 != 0) return std::nullopt;
  const Uint128 low = (static_cast<Uint128>(one_e18 + rate) << fraction_bits) / one_e18;
  const Between daily{low, low + 1};
  Between power = daily;
  for (int bit = 62 - __builtin_clzll(static_cast<unsigned long long>(days)); bit >= 0; --bit) {
    power = power * power;
    if (((days >> bit) & 1) != 0) power = power * daily;
    // Below 2 its square is below 4, and times a day below 8.
    if (power.high >= 2 * unit_62) return std::nullopt;
  }
  const Uint128 whole = unit_62;
  const auto amount = static_cast<Uint128>(carrying);
  const auto least = rounded_quotient(amount * (power.low - unit_62), whole, {mode, 1});
  const auto most = rounded_quotient(amount * (power.high - unit_62), whole, {mode, 1});
  if (least != most) return std::nullopt;
  return least;
}

}  // namespace

std::optional<money::Int128> effective_rate_e18(std::int64_t carrying_minor,
                                                std::span<const PaymentToCome> payments) {
  if (carrying_minor <= 0 || payments.empty()) return std::nullopt;
  std::vector<CashFlow> flows{{carrying_minor, {0, 1}}};
  for (const PaymentToCome& payment : payments) {
    if (payment.days < 0 || payment.days > days_max) return std::nullopt;
    if (payment.amount_minor != 0) flows.push_back({-payment.amount_minor, {payment.days, 1}});
  }
  const auto rate = internal_rate(flows);
  if (!rate || rate->centre_e30 < 0) return std::nullopt;
  return rounded(*rate, rate_decimals);
}

std::optional<std::int64_t> effective_interest(std::int64_t carrying_minor,
                                               std::span<const PaymentToCome> payments,
                                               money::RoundingMode mode) {
  const auto rate = effective_rate_e18(carrying_minor, payments);
  if (!rate) return std::nullopt;
  const money::Int128 per_day = *rate;
  const std::int64_t days = payments.front().days;
  std::int64_t narrow = 0;
  if (money::narrow(per_day, &narrow)) {
    if (const auto minor = grown_within(carrying_minor, narrow, days, mode)) return minor;
  }
  return grown_exactly(carrying_minor, cpp_int(per_day), days, mode);
}

}  // namespace loanbook::schedule
