#include "loanbook/ledger/product/interest_rules.hpp"

#include "loanbook/ledger/codec.hpp"

namespace loanbook::ledger {
namespace {

using schedule::Rest;
using schedule::RestUnit;

constexpr std::uint16_t every_max = 366;
constexpr std::uint8_t day_max = 31;

bool in_range(const Rest& rest) {
  if (rest.every < 1 || rest.every > every_max || rest.on_day > day_max) return false;
  if (rest.unit == RestUnit::installment) return rest.every == 1 && rest.on_day == 0;
  return rest.unit == RestUnit::month || rest.on_day == 0;
}

void encode_rest(Encoder& out, const Rest& rest) {
  out.u8(static_cast<std::uint8_t>(rest.unit));
  out.varint(rest.every);
  out.u8(rest.on_day);
}

Rest decode_rest(Decoder& in) {
  Rest rest;
  rest.unit = in.enumerator(RestUnit::day, RestUnit::installment);
  rest.every = static_cast<std::uint16_t>(in.varint());
  rest.on_day = in.u8();
  return rest;
}

}  // namespace

money::Status check(const InterestRules& rules) {
  if (!in_range(rules.rest) || !in_range(rules.compounding_on)) {
    return money::Error{"product.servicing",
                        "a rest is 'installment' or 1 to 366 days, weeks or months, in months on a "
                        "day from 1 to 31"};
  }
  return money::ok();
}

void encode(Encoder& out, const InterestRules& rules) {
  out.u8(static_cast<std::uint8_t>(rules.overdue));
  out.u8(static_cast<std::uint8_t>(rules.early));
  encode_rest(out, rules.rest);
  out.u8(static_cast<std::uint8_t>(rules.compounding));
  encode_rest(out, rules.compounding_on);
  out.u8(static_cast<std::uint8_t>(rules.settlement));
}

InterestRules decode_interest_rules(Decoder& in) {
  InterestRules rules;
  rules.overdue = in.enumerator(OverdueInterest::daily, OverdueInterest::none);
  rules.early = in.enumerator(EarlyMoney::smaller, EarlyMoney::last_smaller);
  rules.rest = decode_rest(in);
  rules.compounding = in.enumerator(Compounding::none, Compounding::interest_and_fees);
  rules.compounding_on = decode_rest(in);
  rules.settlement = in.enumerator(SettlementInterest::to_the_day, SettlementInterest::to_the_rest);
  return rules;
}

}  // namespace loanbook::ledger
