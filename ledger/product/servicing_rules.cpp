#include "loanbook/ledger/product/servicing_rules.hpp"

#include <array>

#include "loanbook/ledger/codec.hpp"
#include "loanbook/money/limits.hpp"

namespace loanbook::ledger {
namespace {

using schedule::AllocationMode;
using schedule::AllocationStep;
using schedule::Component;
using schedule::TimedOrder;
using schedule::Timing;

constexpr std::size_t steps_max = 15;  // 3 timings x 5 components
constexpr std::int64_t part_denominator_max = 1'000'000'000'000;
constexpr std::int64_t over_approved_max = 100'000;  // ten times as much

bool good_order(const TimedOrder& order) {
  if (order.steps.empty() || order.steps.size() > steps_max) return false;
  std::array<bool, steps_max> seen{};
  for (const AllocationStep& step : order.steps) {
    const std::size_t at = static_cast<std::size_t>(step.timing) * schedule::component_count +
                           static_cast<std::size_t>(step.component);
    if (at >= steps_max || seen[at]) return false;
    seen[at] = true;
  }
  return true;
}

void encode_order(Encoder& out, const TimedOrder& order) {
  out.u8(static_cast<std::uint8_t>(order.mode));
  out.u8(static_cast<std::uint8_t>(order.advance));
  out.varint(order.steps.size());
  for (const AllocationStep& step : order.steps) {
    out.u8(static_cast<std::uint8_t>(step.timing));
    out.u8(static_cast<std::uint8_t>(step.component));
  }
}

TimedOrder decode_order(Decoder& in) {
  TimedOrder order;
  order.mode = in.enumerator(AllocationMode::vertical, AllocationMode::horizontal);
  order.advance = in.enumerator(schedule::Advance::next, schedule::Advance::spread);
  const std::uint64_t size = in.varint();
  for (std::uint64_t i = 0; in.good() && i < size; ++i) {
    const Timing timing = in.enumerator(Timing::past_due, Timing::in_advance);
    order.steps.push_back({timing, in.enumerator(Component::fee, Component::principal)});
  }
  return order;
}

// In the byte of flags: a second block follows.
constexpr unsigned more_follow = 128;

bool has_more(const ServicingRules& rules) {
  return rules.chargebacks_late_from_own_day || rules.dates_from_opening || rules.whole_pauses ||
         rules.late_charge.has_value();
}

void encode_more(Encoder& out, const ServicingRules& rules) {
  out.varint((rules.chargebacks_late_from_own_day ? 1U : 0U) |
             (rules.dates_from_opening ? 2U : 0U) | (rules.whole_pauses ? 4U : 0U) |
             (rules.late_charge ? 8U : 0U));
  if (rules.late_charge) encode(out, *rules.late_charge);
}

void decode_more(Decoder& in, ServicingRules& rules) {
  const std::uint64_t flags = in.varint();
  if (flags == 0 || flags > 15) in.fail();
  rules.chargebacks_late_from_own_day = (flags & 1) != 0;
  rules.dates_from_opening = (flags & 2) != 0;
  rules.whole_pauses = (flags & 4) != 0;
  if ((flags & 8) != 0) rules.late_charge = decode_late_charge(in);
}

}  // namespace

money::Status check(const ServicingRules& rules) {
  const auto bad = [](const char* message) { return money::Error{"product.servicing", message}; };
  for (const std::optional<TimedOrder>& order :
       {std::optional(rules.payment), rules.merchant_refund, rules.payout_refund, rules.goodwill,
        rules.down_payment}) {
    if (order && !good_order(*order))
      return bad("an order of payment names each pair of timing and component once");
  }
  const money::Ratio part = rules.down_payment_part;
  if (part.denominator < 1 || part.denominator > part_denominator_max || part.numerator < 0 ||
      part.numerator >= part.denominator)
    return bad("the down payment is 0 % or more and below 100 % of a pay-out");
  if (rules.down_payment_rounding.multiple < 1 ||
      rules.down_payment_rounding.multiple > money::limits::rounding_multiple_max)
    return bad("the down payment is rounded to a multiple of 1 to 1,000,000,000 minor units");
  if (rules.over_approved_e4 < 0 || rules.over_approved_e4 > over_approved_max)
    return bad("pay-outs exceed what was approved by 0 % to 1,000 %");
  if (rules.installment_of_approved && !rules.interest)
    return bad("the installment of the approved amount needs interest that is computed again");
  if (rules.late_charge) {
    if (money::Status s = check(*rules.late_charge); !s) return s;
  }
  if (rules.interest) return check(*rules.interest);
  return money::ok();
}

void encode(Encoder& out, const std::optional<ServicingRules>& rules) {
  out.u8(rules.has_value() ? 1 : 0);
  if (!rules) return;
  encode_order(out, rules->payment);
  for (const std::optional<TimedOrder>& order :
       {rules->merchant_refund, rules->payout_refund, rules->goodwill, rules->down_payment}) {
    out.u8(order.has_value() ? 1 : 0);
    if (order) encode_order(out, *order);
  }
  out.varint(rules->chargeback.size());
  for (const Component component : rules->chargeback) out.u8(static_cast<std::uint8_t>(component));
  out.varint(static_cast<std::uint64_t>(rules->down_payment_part.numerator));
  out.varint(static_cast<std::uint64_t>(rules->down_payment_part.denominator));
  out.u8(static_cast<std::uint8_t>(rules->down_payment_rounding.mode));
  out.varint(static_cast<std::uint64_t>(rules->down_payment_rounding.multiple));
  out.u8(rules->several_payouts ? 1 : 0);
  out.varint(static_cast<std::uint64_t>(rules->over_approved_e4));
  out.u8(static_cast<std::uint8_t>(rules->fee_income));
  out.u8(static_cast<std::uint8_t>(
      (rules->income_by_run ? 1 : 0) | (rules->days_after_grace ? 2 : 0) |
      (rules->charges_due_by_date ? 4 : 0) | (rules->raise_over_all_rows ? 8 : 0) |
      (rules->round_flat_payment ? 16 : 0) | (has_more(*rules) ? more_follow : 0)));
  if (has_more(*rules)) encode_more(out, *rules);
}

std::optional<ServicingRules> decode_servicing_rules(Decoder& in) {
  const std::uint8_t given = in.u8();
  if (given > 1) in.fail();
  if (given != 1) return std::nullopt;
  ServicingRules rules;
  rules.payment = decode_order(in);
  for (std::optional<TimedOrder>* order :
       {&rules.merchant_refund, &rules.payout_refund, &rules.goodwill, &rules.down_payment}) {
    if (in.u8() == 1) *order = decode_order(in);
  }
  const std::uint64_t size = in.varint();
  for (std::uint64_t i = 0; in.good() && i < size; ++i)
    rules.chargeback.push_back(in.enumerator(Component::fee, Component::principal));
  rules.down_payment_part.numerator = static_cast<std::int64_t>(in.varint());
  rules.down_payment_part.denominator = static_cast<std::int64_t>(in.varint());
  rules.down_payment_rounding.mode =
      in.enumerator(money::RoundingMode::half_even, money::RoundingMode::down);
  rules.down_payment_rounding.multiple = static_cast<std::int64_t>(in.varint());
  rules.several_payouts = in.u8() == 1;
  rules.over_approved_e4 = static_cast<std::int64_t>(in.varint());
  rules.fee_income = in.enumerator(FeeIncome::when_due, FeeIncome::when_assessed);
  const std::uint8_t flags = in.u8();
  if ((flags & ~(31 | more_follow)) != 0) in.fail();
  rules.income_by_run = (flags & 1) != 0;
  rules.days_after_grace = (flags & 2) != 0;
  rules.charges_due_by_date = (flags & 4) != 0;
  rules.raise_over_all_rows = (flags & 8) != 0;
  rules.round_flat_payment = (flags & 16) != 0;
  if ((flags & more_follow) != 0) decode_more(in, rules);
  return rules;
}

bool has_later_rules(const ServicingRules& rules) {
  return rules.interest || rules.installment_of_approved || rules.ahead_again ||
         rules.solve_days != schedule::SolveDays::actual;
}

void encode_later(Encoder& out, const ServicingRules& rules) {
  out.u8(static_cast<std::uint8_t>(rules.solve_days));
  out.u8(static_cast<std::uint8_t>((rules.installment_of_approved ? 1 : 0) |
                                   (rules.ahead_again ? 2 : 0)));
  out.u8(rules.interest.has_value() ? 1 : 0);
  if (rules.interest) encode(out, *rules.interest);
}

void decode_later(Decoder& in, ServicingRules& rules) {
  rules.solve_days = in.enumerator(schedule::SolveDays::actual, schedule::SolveDays::even);
  const std::uint8_t flags = in.u8();
  if (flags > 3) in.fail();
  rules.installment_of_approved = (flags & 1) != 0;
  rules.ahead_again = (flags & 2) != 0;
  if (in.u8() == 1) rules.interest = decode_interest_rules(in);
  if (!has_later_rules(rules)) in.fail();
}

}  // namespace loanbook::ledger
