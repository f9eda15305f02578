#include "conformance/adapter.hpp"
#include "loanbook/money/decimal.hpp"
#include "loanbook/money/money.hpp"
#include "loanbook/schedule/apr.hpp"

namespace loanbook::conformance {
namespace {

using schedule::CashFlow;
using schedule::Fraction;

/// The rate does not depend on the unit of the amounts; these cases have no currency.
constexpr money::Currency unit{{'X', 'X', 'X'}, 4};

Fraction time_of(Fields& fields, const char* key) {
  const money::Ratio ratio = fields.ratio(key);
  return schedule::reduced(ratio.numerator, ratio.denominator);
}

std::vector<CashFlow> flows_by_time(const Json& list) {
  std::vector<CashFlow> flows;
  for (const Json& element : list) {
    Fields fields(element);
    flows.push_back({fields.minor("amount", unit), time_of(fields, "t")});
    fields.done();
  }
  return flows;
}

std::vector<CashFlow> flows_by_date(const Json& list) {
  std::vector<CashFlow> flows;
  const money::Day first = day_of(list.at(0).at("date").get<std::string>());
  for (const Json& element : list) {
    Fields fields(element);
    flows.push_back(
        {fields.minor("amount", unit),
         schedule::year_fraction(schedule::DayCount::act_365f, first, fields.day("date"))});
    fields.done();
  }
  return flows;
}

std::vector<schedule::UnitPeriodFlow> unit_period_flows(const Json& list) {
  std::vector<schedule::UnitPeriodFlow> flows;
  for (const Json& element : list) {
    Fields fields(element);
    const Fraction periods = time_of(fields, "t");
    if (periods.denominator != 1) throw Refused{"t is not whole"};
    flows.push_back({fields.minor("amount", unit), periods.numerator,
                     fields.has("f") ? time_of(fields, "f") : Fraction{0, 1}});
    fields.done();
  }
  return flows;
}

std::string rate_text(schedule::FoundRate rate, unsigned digits) {
  // text_of_minor writes at most 12 digits, more than any of the cases asks for.
  return money::text_of_minor(schedule::rounded(rate, digits), digits);
}

}  // namespace

Outcome golden_apr(const Json& input, const Json& expect) {
  Fields fields(input);
  const std::string method = fields.text("method");
  const auto places = static_cast<unsigned>(fields.integer("places"));
  if (fields.has("dates")) fields.text("dates");  // only explains t and f
  const auto per_year = fields.count_or<std::uint32_t>("periods_per_year", 1);
  std::optional<schedule::FoundRate> rate;
  if (method == "irr" || method == "eu") {
    rate = value_of(schedule::internal_rate(flows_by_time(fields.at("flows"))));
  } else if (method == "xirr") {
    rate = value_of(schedule::internal_rate(flows_by_date(fields.at("flows"))));
  } else if (method == "us_actuarial") {
    rate = value_of(schedule::us_actuarial_rate(unit_period_flows(fields.at("advances")),
                                                unit_period_flows(fields.at("payments"))));
  } else {
    throw NotBuilt{"method " + method + " is not built"};
  }
  fields.done();
  const Json actual = {
      {"period_rate", rate_text(*rate, 10)},
      {"period_rate_rounded", rate_text(*rate, places)},
      {"nominal", rate_text(value_of(schedule::nominal_rate(*rate, per_year)), places)},
      {"effective", rate_text(value_of(schedule::effective_rate(*rate, per_year)), places)}};
  Comparison comparison;
  comparison.object("", expect, actual);
  return comparison.outcome();
}

}  // namespace loanbook::conformance
