#include <algorithm>
#include <array>

#include "conformance/adapter.hpp"
#include "loanbook/money/money.hpp"
#include "loanbook/schedule/arrears.hpp"

namespace loanbook::conformance {
namespace {

using schedule::DueInstallment;
using schedule::OverdueRules;

constexpr std::array<const char*, 8> bucket_names{"M0", "M1", "M2", "M3", "M4", "M5", "M6", "M6+"};
constexpr std::array<const char*, 5> category_names{"normal", "special_mention", "substandard",
                                                    "doubtful", "loss"};

money::Rate compound_rate_of(const std::string& text, money::Rate contract, money::Rate penalty) {
  if (text == "penalty") return penalty;
  if (text == "contract") return contract;
  if (text == "none") return money::Rate::of_e12(0);
  throw NotBuilt{"compound_rate " + text + " is not built"};
}

OverdueRules rules_of(Fields& fields) {
  const money::Rate contract = fields.rate("annual_rate");
  const auto penalty = schedule::penalty_rate(contract, fields.ratio("penalty_multiplier"));
  if (!penalty) throw Refused{"annual_rate x penalty_multiplier has more than 12 decimals"};
  OverdueRules rules{
      .penalty_rate = *penalty,
      .compound_rate = compound_rate_of(fields.text("compound_rate"), contract, *penalty),
      .day_count = day_count_of(fields.text("basis")),
      .mode = rounding_of(fields.text("rounding")),
      .grace_days = fields.count<std::uint16_t>("grace_days")};
  const std::string grace_mode = fields.text("grace_mode");
  if (grace_mode == "shift") {
    rules.grace_mode = schedule::GraceMode::shift;
  } else if (grace_mode != "waive_if_paid") {
    throw NotBuilt{"grace_mode " + grace_mode + " is not built"};
  }
  return rules;
}

schedule::AllocationOrder order_of(const Json& components, const std::string& mode) {
  schedule::AllocationOrder order;
  if (components.size() > order.order.size()) throw Refused{"order has too many components"};
  order.count = static_cast<std::uint8_t>(components.size());
  for (std::size_t i = 0; i < components.size(); ++i)
    order.order[i] = value_of(schedule::parse_component(components[i].get<std::string>()));
  if (mode == "horizontal") {
    order.mode = schedule::AllocationMode::horizontal;
  } else if (mode != "vertical") {
    throw NotBuilt{"mode " + mode + " is not built"};
  }
  return order;
}

Json reading_of(const std::vector<DueInstallment>& installments, const OverdueRules& rules,
                const std::string& date, money::Currency currency) {
  const money::Day day = day_of(date);
  const std::int32_t reported = schedule::reported_days_past_due(installments, rules, day);
  const schedule::OverdueTotals totals =
      value_of(schedule::overdue_totals(installments, rules, day));
  return {{"date", date},
          {"dpd", schedule::days_past_due(installments, day)},
          {"reported_dpd", reported},
          {"bucket", bucket_names.at(schedule::classify(schedule::standard_buckets(), reported))},
          {"category",
           category_names.at(schedule::classify(schedule::standard_categories(), reported))},
          {"overdue_principal", amount_text(totals.principal, currency)},
          {"overdue_interest", amount_text(totals.interest, currency)},
          {"penalty", amount_text(totals.penalty, currency)},
          {"compound", amount_text(totals.compound, currency)}};
}

std::vector<DueInstallment> installments_of(const Json& list, const OverdueRules& rules,
                                            money::Currency currency) {
  std::vector<DueInstallment> installments;
  for (const Json& element : list) {
    Fields fields(element);
    const auto no = static_cast<std::uint32_t>(installments.size() + 1);
    installments.push_back(schedule::become_due(no, fields.day("due"),
                                                fields.minor("principal", currency),
                                                fields.minor("interest", currency), 0, rules));
    fields.done();
  }
  return installments;
}

/// Pays and appends what got money to `allocations`; the rest goes to `unallocated`.
void pay_one(std::vector<DueInstallment>& installments, const Json& payment,
             const OverdueRules& rules, const schedule::AllocationRule& order, Json& allocations,
             money::Total& unallocated) {
  const money::Currency currency = unallocated.currency();
  Fields fields(payment);
  const std::string date = fields.text("date");
  const std::int64_t amount = fields.minor("amount", currency);
  fields.done();
  const schedule::Allocation result =
      value_of(schedule::pay(installments, amount, rules, order, day_of(date)));
  for (const schedule::AllocatedLine& line : result.lines) {
    allocations.push_back({{"date", date},
                           {"no", line.no},
                           {"component", schedule::to_text(line.component)},
                           {"amount", amount_text(line.amount, currency)}});
  }
  unallocated += money::Money::of_minor(result.unallocated, currency);
}

}  // namespace

Outcome golden_overdue(const Json& input, const Json& expect) {
  Fields fields(input);
  const money::Currency currency = fields.currency();
  const OverdueRules rules = rules_of(fields);
  const schedule::AllocationRule order{.ordinary = order_of(fields.at("order"), "vertical")};
  std::vector<DueInstallment> installments =
      installments_of(fields.at("instalments"), rules, currency);
  const Json& payments = fields.at("payments");
  const Json& as_of = fields.at("as_of");
  fields.done();

  Json allocations = Json::array();
  Json readings = Json::array();
  money::Total unallocated(currency);
  std::size_t next = 0;
  for (const Json& reading : as_of) {
    const std::string date = reading.get<std::string>();
    while (next < payments.size() &&
           day_of(payments[next].at("date").get<std::string>()) <= day_of(date)) {
      pay_one(installments, payments[next++], rules, order, allocations, unallocated);
    }
    readings.push_back(reading_of(installments, rules, date, currency));
  }
  while (next < payments.size())
    pay_one(installments, payments[next++], rules, order, allocations, unallocated);

  Comparison comparison;
  comparison.object(
      "", expect,
      {{"allocations", allocations}, {"as_of", readings}, {"unallocated", unallocated.text()}});
  return comparison.outcome();
}

Outcome golden_allocate(const Json& input, const Json& expect) {
  Fields fields(input);
  const money::Currency currency = fields.currency();
  schedule::AllocationRule rule{.ordinary = order_of(fields.at("order"), fields.text("mode"))};
  if (fields.has("include_future")) rule.include_future = fields.at("include_future").get<bool>();
  if (fields.has("switch")) {
    Fields late(fields.at("switch"));
    rule.when_late = {.dpd_over = late.count<std::uint32_t>("dpd_over"),
                      .order = order_of(late.at("order"), late.text("mode"))};
    late.done();
  }
  std::vector<schedule::Claim> claims;
  for (const Json& element : fields.at("instalments")) {
    Fields claim(element);
    claims.push_back({claim.count<std::uint32_t>("no"),
                      claim.day("due"),
                      {claim.minor("fee", currency), claim.minor("penalty", currency),
                       claim.minor("compound", currency), claim.minor("interest", currency),
                       claim.minor("principal", currency)}});
    claim.done();
  }
  const std::int64_t amount = fields.minor("amount", currency);
  const money::Day date = fields.day("date");
  fields.done();

  const schedule::Allocation result = schedule::allocate(amount, claims, rule, date);
  Json lines = Json::array();
  for (const schedule::AllocatedLine& line : result.lines) {
    lines.push_back({{"no", line.no},
                     {"component", schedule::to_text(line.component)},
                     {"amount", amount_text(line.amount, currency)}});
  }
  Comparison comparison;
  comparison.object(
      "", expect,
      {{"dpd", result.dpd},
       {"order_used", result.switched ? input.at("switch").at("order") : input.at("order")},
       {"lines", lines},
       {"unallocated", amount_text(result.unallocated, currency)}});
  return comparison.outcome();
}

}  // namespace loanbook::conformance
