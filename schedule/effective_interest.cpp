#include "loanbook/schedule/effective_interest.hpp"

#include <boost/multiprecision/cpp_int.hpp>
#include <vector>

#include "loanbook/schedule/apr.hpp"
#include "loanbook/schedule/rounded_quotient.hpp"

namespace loanbook::schedule {
namespace {

using boost::multiprecision::cpp_int;

constexpr unsigned rate_decimals = 18;
// A life of 60 years; the rate is the same however small its share of a unit.
constexpr std::int64_t days_max = 60 * 366;

std::optional<std::int64_t> grown(std::int64_t carrying, const cpp_int& rate, std::int64_t days,
                                  money::RoundingMode mode) {
  const cpp_int one = boost::multiprecision::pow(cpp_int(10), rate_decimals);
  const auto exponent = static_cast<unsigned>(days);
  const cpp_int unit = boost::multiprecision::pow(one, exponent);
  const cpp_int earned =
      carrying * (boost::multiprecision::pow(cpp_int(one + rate), exponent) - unit);
  if (earned >= (unit << 62)) return std::nullopt;
  return rounded_quotient(earned, unit, {mode, 1});
}

}  // namespace

std::optional<std::int64_t> effective_interest(std::int64_t carrying_minor,
                                               std::span<const PaymentToCome> payments,
                                               money::RoundingMode mode) {
  if (carrying_minor <= 0 || payments.empty()) return std::nullopt;
  std::vector<CashFlow> flows{{carrying_minor, {0, 1}}};
  for (const PaymentToCome& payment : payments) {
    if (payment.days < 0 || payment.days > days_max) return std::nullopt;
    if (payment.amount_minor != 0) flows.push_back({-payment.amount_minor, {payment.days, 1}});
  }
  const auto rate = internal_rate(flows);
  if (!rate || rate->centre_e30 < 0) return std::nullopt;
  const money::Int128 per_day = rounded(*rate, rate_decimals);
  return grown(carrying_minor, cpp_int(per_day), payments.front().days, mode);
}

}  // namespace loanbook::schedule
