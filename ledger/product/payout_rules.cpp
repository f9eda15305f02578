#include "loanbook/ledger/product/payout_rules.hpp"

#include "loanbook/ledger/codec.hpp"
#include "loanbook/money/limits.hpp"

namespace loanbook::ledger {
namespace {

constexpr std::uint16_t days_max = 3'660;

}  // namespace

money::Status check(const PayoutRules& rules, bool several, bool over_part) {
  const auto bad = [](const char* message) { return money::Error{"product.payouts", message}; };
  for (const std::int64_t minor :
       {rules.amount_min_minor, rules.amount_max_minor, rules.over_minor}) {
    if (minor < 0 || minor > money::limits::amount_minor_max)
      return bad("[payouts]: an amount is 0 or more and within the limit of amounts");
  }
  if (rules.amount_max_minor != 0 && rules.amount_min_minor > rules.amount_max_minor)
    return bad("[payouts]: min must not be above max");
  if (rules.days > days_max) return bad("[payouts]: days must be 1 to 3,660, or left out");
  if (!several && (rules.count_max > 1 || rules.over_minor != 0))
    return bad(
        "[payouts]: count above 1 and over need several_payouts = true in [servicing]; add it, or "
        "take them out");
  if (rules.over_minor != 0 && over_part)
    return bad("[payouts]: over is an amount and over_approved in [servicing] a part; give one");
  return money::ok();
}

void encode(Encoder& out, const PayoutRules& rules) {
  out.varint(rules.count_max);
  out.varint(static_cast<std::uint64_t>(rules.amount_min_minor));
  out.varint(static_cast<std::uint64_t>(rules.amount_max_minor));
  out.varint(static_cast<std::uint64_t>(rules.over_minor));
  out.varint(rules.days);
}

PayoutRules decode_payout_rules(Decoder& in) {
  PayoutRules rules;
  rules.count_max = static_cast<std::uint32_t>(in.varint());
  rules.amount_min_minor = static_cast<std::int64_t>(in.varint());
  rules.amount_max_minor = static_cast<std::int64_t>(in.varint());
  rules.over_minor = static_cast<std::int64_t>(in.varint());
  const std::uint64_t days = in.varint();
  if (days > days_max) in.fail();
  rules.days = static_cast<std::uint16_t>(days);
  return rules;
}

}  // namespace loanbook::ledger
