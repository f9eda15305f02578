#include "conformance/adapter.hpp"
#include "loanbook/schedule/accrual.hpp"

namespace loanbook::conformance {
namespace {

using schedule::AccrualRules;
using schedule::AccrualState;

AccrualRules rules_of(Fields& fields, money::Currency currency) {
  AccrualRules rules;
  rules.day_count = day_count_of(fields.text("basis"));
  rules.mode = rounding_of(fields.text("rounding"));
  if (fields.has("daily_scale")) {
    const std::int64_t scale = fields.integer("daily_scale");
    if (scale < currency.digits) throw NotBuilt{"daily_scale below the minor unit is not built"};
    if (scale > 18) throw Refused{"daily_scale is out of range"};
    rules.daily_digits = static_cast<std::uint8_t>(scale - currency.digits);
  }
  value_of(schedule::check(rules));
  return rules;
}

/// Applies one event; a repayment adds its line to `payments`.
AccrualState apply(const AccrualState& state, const AccrualRules& rules, const Json& event,
                   money::Currency currency, Json& payments) {
  Fields fields(event);
  const std::string type = fields.text("type");
  const std::string date = fields.text("date");
  const money::Day day = day_of(date);
  const auto repaid = [&](const std::optional<schedule::Repayment>& result) {
    const schedule::Repayment repayment = value_of(result);
    fields.done();
    payments.push_back({{"date", date},
                        {"interest", amount_text(repayment.interest, currency)},
                        {"principal", amount_text(repayment.principal, currency)}});
    return repayment.state;
  };
  if (type == "repay")
    return repaid(schedule::repay(state, rules, day, fields.minor("amount", currency)));
  if (type == "repay_principal")
    return repaid(schedule::repay_principal(state, rules, day, fields.minor("amount", currency)));
  if (type == "payoff") return repaid(schedule::pay_off(state, rules, day));
  std::optional<AccrualState> next;
  if (type == "drawdown") {
    next = schedule::draw(state, rules, day, fields.minor("amount", currency));
  } else if (type == "rate") {
    next = schedule::change_rate(state, rules, day, fields.rate("annual_rate"));
  } else {
    throw NotBuilt{"event " + type + " is not built"};
  }
  fields.done();
  return value_of(next);
}

}  // namespace

Outcome golden_accrual(const Json& input, const Json& expect) {
  Fields fields(input);
  const money::Currency currency = fields.currency();
  const AccrualRules rules = rules_of(fields, currency);
  const money::Rate rate = fields.rate("annual_rate");
  const Json& events = fields.at("events");
  const Json& as_of = fields.at("as_of");
  fields.done();

  AccrualState state =
      schedule::begin_accrual(rules, rate, day_of(events.at(0).at("date").get<std::string>()));
  Json payments = Json::array();
  Json readings = Json::array();
  std::size_t next = 0;
  for (const Json& reading : as_of) {
    const std::string date = reading.get<std::string>();
    while (next < events.size() &&
           day_of(events[next].at("date").get<std::string>()) <= day_of(date)) {
      state = apply(state, rules, events[next++], currency, payments);
    }
    readings.push_back(
        {{"date", date},
         {"principal", amount_text(state.balance, currency)},
         {"accrued",
          amount_text(value_of(schedule::accrued_at(state, rules, day_of(date))), currency)}});
  }
  while (next < events.size()) state = apply(state, rules, events[next++], currency, payments);

  Comparison comparison;
  comparison.object("", expect,
                    {{"payments", payments},
                     {"as_of", readings},
                     {"totals",
                      {{"interest_paid", amount_text(state.interest_paid, currency)},
                       {"principal_paid", amount_text(state.principal_paid, currency)}}}});
  return comparison.outcome();
}

}  // namespace loanbook::conformance
