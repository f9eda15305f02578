#include "loanbook/ledger/product/index_rules.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "loanbook/ledger/codec.hpp"
#include "loanbook/money/limits.hpp"

namespace loanbook::ledger {
namespace {

using money::Error;
using money::Rate;
namespace limits = money::limits;

constexpr std::uint16_t lag_days_max = 366;
constexpr std::uint16_t reset_months_max = 600;

Error bad(std::string message) { return Error{"product.index", std::move(message)}; }

bool is_day_of_year(std::uint8_t month, std::uint8_t day) {
  return month >= 1 && month <= 12 && day >= 1 && day <= 31;
}

}  // namespace

money::Status check(const IndexRules& rules) {
  if (rules.index.empty() || rules.index.size() > limits::external_id_max)
    return bad("the name of an index has 1 to 64 bytes, such as index = \"LPR-1Y\"");
  if (std::abs(rules.spread_e12) > limits::rate_e12_max)
    return bad("the spread lies between -1,000 % and 1,000 % a year");
  const bool yearly = rules.reset.month != 0 || rules.reset.day != 0;
  if (yearly && !is_day_of_year(rules.reset.month, rules.reset.day))
    return bad("a yearly reset names a month and a day of it, such as \"yearly on 01-01\"");
  if (rules.reset.every_months < 1 || rules.reset.every_months > reset_months_max)
    return bad(fmt::format("resets are 1 to {} months apart", reset_months_max));
  if (rules.fixing_lag_days > lag_days_max)
    return bad(fmt::format("fixing_lag_days is at most {}", lag_days_max));
  if (rules.floor && rules.cap && *rules.floor > *rules.cap)
    return bad(fmt::format("the floor {} is above the cap {}", rules.floor->percent_text(),
                           rules.cap->percent_text()));
  if (rules.step_e12 < 0 || rules.step_e12 > limits::rate_e12_max)
    return bad("the rate is rounded to a multiple between 0 and 1,000 % a year");
  return money::ok();
}

Rate rate_at(const IndexRules& rules, std::int64_t spread_e12, Rate value) {
  money::Int128 rate = money::Int128{value.e12()} + spread_e12;
  if (rules.step_e12 != 0)
    rate = money::divide_rounded(rate, rules.step_e12, rules.rounding) * rules.step_e12;
  if (rules.cap) rate = std::min(rate, money::Int128{rules.cap->e12()});
  rate = std::max(rate, money::Int128{rules.floor ? rules.floor->e12() : 0});
  return Rate::of_e12(
      static_cast<std::int64_t>(std::min(rate, money::Int128{limits::rate_e12_max})));
}

void encode(Encoder& out, const IndexRules& rules) {
  out.text(rules.index);
  out.zigzag(rules.spread_e12);
  out.u8(rules.reset.month);
  out.u8(rules.reset.day);
  out.varint(rules.reset.every_months);
  out.varint(rules.fixing_lag_days);
  for (const auto& bound : {rules.floor, rules.cap}) {
    out.u8(bound ? 1 : 0);
    if (bound) out.zigzag(bound->e12());
  }
  out.varint(static_cast<std::uint64_t>(rules.step_e12));
  out.u8(static_cast<std::uint8_t>(rules.rounding));
}

IndexRules decode_index_rules(Decoder& in) {
  const auto small = [&in] {
    const std::uint64_t value = in.varint();
    if (value > 0xffff) in.fail();
    return static_cast<std::uint16_t>(value);
  };
  IndexRules rules;
  rules.index = in.text(limits::external_id_max);
  rules.spread_e12 = in.zigzag();
  rules.reset.month = in.u8();
  rules.reset.day = in.u8();
  rules.reset.every_months = small();
  rules.fixing_lag_days = small();
  for (auto* bound : {&rules.floor, &rules.cap}) {
    const std::uint8_t given = in.u8();
    if (given > 1) in.fail();
    if (given == 1) *bound = Rate::of_e12(in.zigzag());
  }
  rules.step_e12 = static_cast<std::int64_t>(in.varint());
  rules.rounding = in.enumerator(money::RoundingMode::half_even, money::RoundingMode::down);
  return rules;
}

}  // namespace loanbook::ledger
