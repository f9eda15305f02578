#include "loanbook/schedule/late_fee.hpp"

#include <algorithm>
#include <limits>

#include "loanbook/money/assert.hpp"
#include "loanbook/money/limits.hpp"

namespace loanbook::schedule {
namespace {

using money::Int128;

constexpr std::int64_t e12 = 1'000'000'000'000;

bool is_share(money::Ratio ratio) {
  return ratio.numerator >= 0 && ratio.denominator > 0 && ratio.denominator <= e12 &&
         ratio.numerator <= ratio.denominator;
}

bool is_amount(std::int64_t minor) {
  return minor >= 0 && minor <= money::limits::amount_minor_max;
}

/// One fee, before the maximum of all.
std::int64_t one_fee(const LateFeeRules& rules, const LateInstallment& installment) {
  if (installment.overdue <= 0) return 0;
  // Whole units apart from what is left of both shares, so that one rounding decides: the parts
  // stay below 10^24 and 10^17, with a multiple of up to 10^9 below 2^127.
  const auto share = [](std::int64_t amount, money::Ratio ratio) {
    return money::divide(Int128{amount} * ratio.numerator, ratio.denominator);
  };
  const money::Ratio a = rules.of_overdue, b = rules.of_installment;
  const auto first = share(installment.overdue, a), second = share(installment.planned, b);
  const Int128 whole = rules.amount_minor + first.quotient + second.quotient;
  const Int128 common = Int128{a.denominator} * b.denominator;
  const Int128 part = first.remainder * b.denominator + second.remainder * a.denominator;
  const std::int64_t multiple = rules.rounding.multiple;
  // An odd number of steps stays odd, for ties to even.
  const Int128 steps = whole / multiple, odd = steps % 2;
  const Int128 rest = (odd * multiple + whole % multiple) * common + part;
  const Int128 rounded = money::divide_rounded(rest, multiple * common, rules.rounding.mode);
  const auto fee = static_cast<std::int64_t>((steps - odd + rounded) * multiple);
  if (fee == 0) return 0;
  const std::int64_t at_least = std::max(fee, rules.min_minor);
  return rules.max_minor ? std::min(at_least, *rules.max_minor) : at_least;
}

std::int64_t room(const LateFeeRules& rules, std::int64_t charged) {
  if (!rules.total_max_minor) return std::numeric_limits<std::int64_t>::max();
  return std::max<std::int64_t>(*rules.total_max_minor - charged, 0);
}

}  // namespace

money::Status check(const LateFeeRules& rules) {
  const auto mode = static_cast<unsigned>(rules.rounding.mode);
  if (is_amount(rules.amount_minor) && is_share(rules.of_overdue) &&
      is_share(rules.of_installment) && mode >= 1 && mode <= 4 && rules.rounding.multiple >= 1 &&
      rules.rounding.multiple <= money::limits::rounding_multiple_max &&
      is_amount(rules.min_minor) && is_amount(rules.max_minor.value_or(0)) &&
      is_amount(rules.total_max_minor.value_or(0)) &&
      rules.grace_days <= money::limits::grace_days_max) {
    return money::ok();
  }
  return money::Error{"late_fee.rules_out_of_range",
                      "a late fee must be an amount of 0 or more, 0 to 100 %, grace at most 366 "
                      "days, with a known rounding"};
}

std::uint32_t late_fee_count(const LateFeeRules& rules, Day due, Day day) {
  const auto late = (day - due).count();
  if (late <= rules.grace_days) return 0;
  if (rules.every_days == 0) return 1;
  return 1 + static_cast<std::uint32_t>((late - rules.grace_days - 1) / rules.every_days);
}

std::int64_t late_fee_on(const LateFeeRules& rules, const LateInstallment& installment,
                         std::int64_t charged, Day day) {
  LOANBOOK_ASSERT(is_amount(installment.planned) && is_amount(installment.overdue));
  const std::uint32_t by_day = late_fee_count(rules, installment.due, day);
  if (by_day == late_fee_count(rules, installment.due, day - date::days{1})) return 0;
  return std::min(one_fee(rules, installment), room(rules, charged));
}

std::int64_t late_fees_through(const LateFeeRules& rules, const LateInstallment& installment,
                               Day day) {
  LOANBOOK_ASSERT(is_amount(installment.planned) && is_amount(installment.overdue));
  const Int128 all =
      Int128{one_fee(rules, installment)} * late_fee_count(rules, installment.due, day);
  return static_cast<std::int64_t>(std::min<Int128>(all, room(rules, 0)));
}

money::Status check(const ChargeCap& cap) {
  const std::int64_t rate = cap.rate ? cap.rate->e12() : 0;
  const bool days = cap.days_a_year == 360 || cap.days_a_year == 365;
  if (rate >= 0 && rate <= money::limits::rate_e12_max && days &&
      is_amount(cap.amount_minor.value_or(0))) {
    return money::ok();
  }
  return money::Error{"late_fee.rules_out_of_range",
                      "a cap must be a rate of 0 to 1,000 % over 360 or 365 days, or an amount"};
}

std::optional<std::int64_t> charges_max(const ChargeCap& cap, std::int64_t principal_minor,
                                        std::uint32_t days) {
  LOANBOOK_ASSERT(is_amount(principal_minor));
  if (!cap.rate) return cap.amount_minor;
  // 10^17 x 10^13 x 2^32 is below 2^127 only to some 10^8 days; more than the calendar has.
  const std::int64_t passed = std::min<std::uint32_t>(days, 200'000);
  const Int128 exact =
      Int128{principal_minor} * cap.rate->e12() * passed / (Int128{cap.days_a_year} * e12);
  constexpr Int128 most = std::numeric_limits<std::int64_t>::max();
  const auto by_rate = static_cast<std::int64_t>(std::min(exact, most));
  return cap.amount_minor ? std::min(by_rate, *cap.amount_minor) : by_rate;
}

CappedCharges cap_charges(const ChargeCap& cap, std::int64_t principal_minor, std::uint32_t days,
                          const Charges& to_date) {
  LOANBOOK_ASSERT(is_amount(to_date.penalty) && is_amount(to_date.compound) &&
                  is_amount(to_date.fees));
  const auto most = charges_max(cap, principal_minor, days);
  CappedCharges capped{.allowed = to_date, .waived = {}};
  if (!most) return capped;
  std::int64_t left = *most;
  const auto allow = [&left](std::int64_t& allowed, std::int64_t& waived) {
    const std::int64_t kept = std::min(allowed, left);
    waived = allowed - kept;
    allowed = kept;
    left -= kept;
  };
  allow(capped.allowed.penalty, capped.waived.penalty);
  allow(capped.allowed.compound, capped.waived.compound);
  allow(capped.allowed.fees, capped.waived.fees);
  return capped;
}

}  // namespace loanbook::schedule
