#include "loanbook/ledger/product/plan_rules.hpp"

#include <fmt/format.h>

#include "loanbook/ledger/codec.hpp"
#include "loanbook/money/limits.hpp"

namespace loanbook::ledger {
namespace {

using money::Error;
using money::Int128;
using money::Rate;
using money::Status;
namespace limits = money::limits;

constexpr std::int64_t one_e12 = 1'000'000'000'000;
constexpr std::size_t holidays_max = limits::installments_max;
constexpr std::size_t calendar_name_max = 64;

Status check_fee(const PlanRules& rules) {
  if (rules.fee_minor < 0 || rules.fee_minor > limits::amount_minor_max ||
      rules.fee_rate.e12() < 0 || rules.fee_rate.e12() > limits::rate_e12_max ||
      rules.fee_rounding.multiple < 1 ||
      rules.fee_rounding.multiple > limits::rounding_multiple_max) {
    return Error{"product.fee",
                 "the fee of an installment must be 0 or more, and its rounding to "
                 "a multiple of 1 to 1,000,000,000 minor units"};
  }
  return money::ok();
}

Status check_balloon(const PlanRules& rules) {
  const bool both = rules.balloon_part.e12() != 0 && rules.balloon_minor != 0;
  if (both || rules.balloon_part.e12() > one_e12 || rules.balloon_part.e12() < 0 ||
      rules.balloon_minor < 0) {
    return Error{"product.balloon",
                 "a balloon is a part of the principal of at most 100 %, or an amount"};
  }
  return money::ok();
}

Status check_cap(const schedule::RateCap& cap) {
  const Int128 limit = Int128{cap.limit.e12()} * cap.multiplier;
  if (cap.limit.e12() <= 0 || cap.multiplier < 1 || limit > limits::rate_e12_max) {
    return Error{"product.cap",
                 "a cap must be above 0 and, with its multiplier, at most 1,000 % a year"};
  }
  return money::ok();
}

}  // namespace

Status check(const PlanRules& rules) {
  if (Status s = check_fee(rules); !s) return s;
  if (Status s = check_balloon(rules); !s) return s;
  if (rules.holidays.size() > holidays_max)
    return Error{"product.holidays", "there are more payment holidays than installments"};
  if (rules.calendar.size() > calendar_name_max)
    return Error{"product.calendar", "the name of a calendar has at most 64 bytes"};
  if (rules.roll != schedule::Roll::none && rules.calendar.empty()) {
    return Error{"product.calendar",
                 "due dates move by a calendar: name it, such as calendar = \"weekends\""};
  }
  return rules.cap ? check_cap(*rules.cap) : money::ok();
}

void encode(Encoder& out, const PlanRules& rules) {
  out.zigzag(rules.fee_rate.e12());
  out.varint(static_cast<std::uint64_t>(rules.fee_minor));
  out.u8(static_cast<std::uint8_t>(rules.fee_rounding.mode));
  out.varint(static_cast<std::uint64_t>(rules.fee_rounding.multiple));
  out.u8(rules.fee_rounded_in_total ? 1 : 0);
  out.u8(rules.fee_upfront ? 1 : 0);
  out.varint(rules.principal_free_rows);
  out.varint(rules.interest_free_rows);
  out.zigzag(rules.balloon_part.e12());
  out.varint(static_cast<std::uint64_t>(rules.balloon_minor));
  out.varint(rules.amortization_installments);
  out.zigzag(rules.step_growth_e12);
  out.varint(rules.step_every);
  out.varint(rules.season.months);
  out.u8(static_cast<std::uint8_t>(rules.season.interest));
  out.varint(rules.holidays.size());
  for (const auto& holiday : rules.holidays) {
    out.varint(holiday.first_row);
    out.varint(holiday.last_row);
    out.u8(static_cast<std::uint8_t>(holiday.interest));
  }
  out.u8(static_cast<std::uint8_t>(rules.remainder));
  out.u8(static_cast<std::uint8_t>(rules.repricing));
  out.u8(rules.negative_amortization ? 1 : 0);
  out.text(rules.calendar);
  out.u8(static_cast<std::uint8_t>(rules.roll));
  out.u8(rules.interest_follows ? 1 : 0);
  out.u8(rules.daily_interest_digits ? 1 : 0);
  if (rules.daily_interest_digits) out.u8(*rules.daily_interest_digits);
  out.u8(rules.cap ? 1 : 0);
  if (!rules.cap) return;
  out.zigzag(rules.cap->limit.e12());
  out.varint(rules.cap->multiplier);
  out.u8(static_cast<std::uint8_t>(rules.cap->basis));
}

PlanRules decode_plan_rules(Decoder& in) {
  using schedule::HolidayInterest;
  const auto small = [&in] {
    const std::uint64_t value = in.varint();
    if (value > 0xffff) in.fail();
    return static_cast<std::uint16_t>(value);
  };
  const auto flag = [&in] {
    const std::uint8_t value = in.u8();
    if (value > 1) in.fail();
    return value == 1;
  };
  PlanRules rules;
  rules.fee_rate = Rate::of_e12(in.zigzag());
  rules.fee_minor = static_cast<std::int64_t>(in.varint());
  rules.fee_rounding.mode =
      in.enumerator(money::RoundingMode::half_even, money::RoundingMode::down);
  rules.fee_rounding.multiple = static_cast<std::int64_t>(in.varint());
  rules.fee_rounded_in_total = flag();
  rules.fee_upfront = flag();
  rules.principal_free_rows = small();
  rules.interest_free_rows = small();
  rules.balloon_part = Rate::of_e12(in.zigzag());
  rules.balloon_minor = static_cast<std::int64_t>(in.varint());
  rules.amortization_installments = static_cast<std::uint32_t>(in.varint());
  rules.step_growth_e12 = in.zigzag();
  rules.step_every = small();
  rules.season.months = small();
  rules.season.interest = in.enumerator(HolidayInterest::pay, HolidayInterest::waive);
  const std::uint64_t holidays = in.varint();
  if (holidays > holidays_max) in.fail();
  for (std::uint64_t i = 0; in.good() && i < holidays; ++i) {
    const std::uint16_t first = small();
    const std::uint16_t last = small();
    rules.holidays.push_back(
        {first, last, in.enumerator(HolidayInterest::pay, HolidayInterest::waive)});
  }
  rules.remainder = in.enumerator(schedule::Remainder::last, schedule::Remainder::spread);
  rules.repricing = in.enumerator(schedule::Repricing::ahead, schedule::Repricing::keep);
  rules.negative_amortization = flag();
  rules.calendar = in.text();
  rules.roll = in.enumerator(schedule::Roll::none, schedule::Roll::modified_preceding);
  rules.interest_follows = flag();
  if (flag()) rules.daily_interest_digits = in.u8();
  if (!flag()) return rules;
  auto& cap = rules.cap.emplace();
  cap.limit = Rate::of_e12(in.zigzag());
  cap.multiplier = small();
  cap.basis = in.enumerator(schedule::CapBasis::simple, schedule::CapBasis::compound);
  return rules;
}

void apply(const PlanRules& rules, const std::shared_ptr<const schedule::Calendar>& calendar,
           schedule::Terms& terms) {
  terms.principal_free_periods = rules.principal_free_rows;
  terms.interest_free_periods = rules.interest_free_rows;
  terms.balloon_minor = rules.balloon_minor;
  if (rules.balloon_part.e12() != 0) {
    terms.balloon_minor = static_cast<std::int64_t>(
        money::divide_rounded(Int128{terms.principal_minor} * rules.balloon_part.e12(), one_e12,
                              money::RoundingMode::half_up));
  }
  terms.repricing = rules.repricing;
  terms.amortization_installments = rules.amortization_installments;
  terms.step_growth_e12 = rules.step_growth_e12;
  terms.step_every = rules.step_every;
  terms.negative_amortization = rules.negative_amortization;
  terms.holidays = rules.holidays;
  terms.season = rules.season;
  terms.remainder = rules.remainder;
  terms.fee.amount_minor = rules.fee_minor;
  if (rules.fee_rate.e12() != 0) terms.fee.rate = {rules.fee_rate.e12(), one_e12};
  terms.fee.rounding = rules.fee_rounding;
  terms.fee.rounded_in_total = rules.fee_rounded_in_total;
  terms.fee.upfront = rules.fee_upfront;
  terms.business_days.calendar = calendar;
  terms.business_days.roll = rules.roll;
  terms.business_days.interest_follows = rules.interest_follows;
  terms.daily_interest_digits = rules.daily_interest_digits;
}

}  // namespace loanbook::ledger
