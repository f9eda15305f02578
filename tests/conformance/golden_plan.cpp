#include "conformance/adapter.hpp"
#include "loanbook/schedule/plan.hpp"
#include "loanbook/schedule/prepay.hpp"

namespace loanbook::conformance {
namespace {

using schedule::Terms;

schedule::Method method_of(const std::string& text) {
  if (text == "level" || text == "step" || text == "seasonal") return schedule::Method::level;
  if (text == "equal_principal" || text == "fee_instalment")
    return schedule::Method::equal_principal;
  if (text == "flat") return schedule::Method::flat;
  if (text == "interest_only") return schedule::Method::interest_first;
  if (text == "bullet") return schedule::Method::bullet;
  throw NotBuilt{"method " + text + " is not built"};
}

schedule::Frequency frequency_of(const Json& object) {
  Fields fields(object);
  schedule::Frequency frequency;
  const std::string unit = fields.text("unit");
  if (unit == "day") {
    frequency.unit = schedule::PeriodUnit::day;
  } else if (unit == "week") {
    frequency.unit = schedule::PeriodUnit::week;
  } else if (unit != "month") {
    throw NotBuilt{"frequency unit " + unit + " is not built"};
  }
  frequency.every = fields.count_or<std::uint16_t>("every", 1);
  fields.done();
  return frequency;
}

void read_rounding(Fields& fields, Terms& terms) {
  const Json& rounding = fields.at("rounding");
  if (rounding.is_string()) {
    terms.interest.mode = rounding_of(rounding.get<std::string>());
    terms.installment.mode = terms.interest.mode;
  } else {
    Fields both(rounding);
    terms.interest.mode = rounding_of(both.text("interest"));
    terms.installment.mode = rounding_of(both.text("instalment"));
    both.done();
  }
  if (fields.has("multiple")) terms.installment.multiple = fields.minor("multiple", terms.currency);
}

void read_dates(Fields& fields, Terms& terms) {
  terms.disbursed = fields.day("disbursed");
  if (fields.has("frequency")) terms.frequency = frequency_of(fields.at("frequency"));
  if (fields.has("first_due")) terms.first_due = fields.day("first_due");
  terms.due_day = fields.count_or<std::uint8_t>("due_day", 0);
  const std::string basis = fields.text("basis");
  if (basis != "MONTHLY/12") {
    terms.basis = schedule::InterestBasis::daily;
    terms.day_count = day_count_of(basis);
  }
  const std::string odd_first = fields.text_or("odd_first", "solve");
  if (odd_first == "extra") {
    terms.odd_first = schedule::OddFirst::extra;
  } else if (odd_first != "solve") {
    throw NotBuilt{"odd_first " + odd_first + " is not built"};
  }
}

/// The terms by which the methods of the suite that have a name of their own differ from the plain
/// ones.
void read_shape(Fields& fields, const std::string& method, Terms& terms) {
  if (method == "step" || method == "seasonal") terms.negative_amortization = true;
  if (method == "step") {
    terms.step_growth_e12 = fields.signed_e12("step_growth");
    terms.step_every = fields.count_or<std::uint16_t>("step_every", 1);
  }
  if (method == "seasonal") {
    for (const Json& month : fields.at("skip_months"))
      terms.season.months |= static_cast<std::uint16_t>(1U << (month.get<unsigned>() - 1));
    terms.season.interest = fields.text_or("skip_interest", "pay") == "capitalise"
                                ? schedule::HolidayInterest::capitalise
                                : schedule::HolidayInterest::pay;
  }
  if (method != "fee_instalment") return;
  terms.fee.rate = fields.ratio("fee_rate");
  terms.fee.rounding = terms.interest;
  terms.fee.rounded_in_total = fields.text_or("fee_rounding", "each") == "total";
  terms.fee.upfront = fields.text_or("fee_timing", "") == "upfront";
  if (terms.fee.upfront) terms.fee.rounded_in_total = true;
}

void read_rate_changes(Fields& fields, Terms& terms) {
  if (!fields.has("rate_changes")) return;
  for (const Json& each : fields.at("rate_changes")) {
    Fields change(each);
    const auto from_period = change.count<std::uint32_t>("from_period");
    terms.rate_changes.push_back(
        {.from = schedule::due_date(terms, from_period - 1), .rate = change.rate("annual_rate")});
    change.done();
  }
}

Terms terms_of(const Json& input) {
  Fields fields(input);
  Terms terms;
  const std::string method = fields.text("method");
  terms.method = method_of(method);
  terms.currency = fields.currency();
  terms.principal_minor = fields.minor("principal", terms.currency);
  terms.rate = fields.rate("annual_rate");
  terms.installments = fields.count<std::uint32_t>("periods");
  read_dates(fields, terms);
  read_rounding(fields, terms);
  terms.principal_free_periods = fields.count_or<std::uint16_t>("principal_free_periods", 0);
  terms.interest_free_periods = fields.count_or<std::uint16_t>("interest_free_periods", 0);
  if (fields.has("balloon")) terms.balloon_minor = fields.minor("balloon", terms.currency);
  if (fields.text_or("remainder", "last") == "first") terms.remainder = schedule::Remainder::first;
  read_shape(fields, method, terms);
  read_rate_changes(fields, terms);
  fields.done();
  value_of(schedule::check(terms));
  return terms;
}

Json row_json(const schedule::PlanRow& row, money::Currency currency) {
  return {{"no", row.no},
          {"due", money::to_text(row.due)},
          {"principal", amount_text(row.principal, currency)},
          {"interest", amount_text(row.interest, currency)},
          {"fee", amount_text(row.fee, currency)},
          {"payment", amount_text(row.payment(), currency)},
          {"balance", amount_text(row.balance, currency)}};
}

Json amounts_of(const schedule::PrepaymentQuote& quote, money::Currency currency) {
  const auto text = [&](std::int64_t minor) { return amount_text(minor, currency); };
  Json actual = {{"outstanding", text(quote.outstanding)},
                 {"prepaid_principal", text(quote.prepaid_principal)},
                 {"interest_days", quote.interest_days},
                 {"accrued_interest", text(quote.accrued_interest)},
                 {"fee", text(quote.fee)},
                 {"payoff", text(quote.cash)},
                 {"cash", text(quote.cash)}};
  if (!quote.rest) return actual;
  actual["instalment"] = text(quote.rest->installment);
  actual["principal_per_period"] = text(quote.rest->installment);
  actual["remaining_periods"] = quote.rest->rows;
  actual["last_payment"] = text(quote.rest->last_payment);
  actual["remaining_interest"] = text(quote.rest->interest);
  actual["interest_saved"] = text(quote.rest->interest_saved);
  return actual;
}

schedule::PrepayRules prepay_rules_of(Fields& fields) {
  schedule::PrepayRules rules;
  if (fields.has("fee_rate")) rules.fee_rate = fields.ratio("fee_rate");
  if (fields.has("fee_free_after_period"))
    rules.fee_free_after = fields.count<std::uint32_t>("fee_free_after_period");
  if (fields.has("fee_cap_interest_days"))
    rules.fee_cap_interest_days = fields.count<std::uint32_t>("fee_cap_interest_days");
  rules.min_interest_days = fields.count_or<std::uint32_t>("min_interest_days", 0);
  if (fields.has("odd_basis")) rules.odd_days = day_count_of(fields.text("odd_basis"));
  return rules;
}

schedule::PrepayMode prepay_mode_of(const std::string& text) {
  if (text == "payoff") return schedule::PrepayMode::pay_off;
  if (text == "reduce") return schedule::PrepayMode::reduce;
  if (text == "shorten") return schedule::PrepayMode::shorten;
  throw NotBuilt{"mode " + text + " is not built"};
}

}  // namespace

Outcome golden_plan(const Json& input, const Json& expect) {
  if (input.at("method") == "tvm") return golden_annuity(input, expect);
  const Terms terms = terms_of(input);
  const schedule::Plan plan = schedule::make_plan(terms);
  const auto text = [&](std::int64_t minor) { return amount_text(minor, terms.currency); };
  const Json totals = {{"principal", text(plan.total_principal)},
                       {"interest", text(plan.total_interest)},
                       {"payment", text(plan.total_payment())},
                       {"fee", text(plan.total_fee)}};
  Json installments = Json::array();
  for (const std::int64_t each : plan.installments) installments.push_back(text(each));
  Comparison comparison;
  for (const auto& [key, value] : expect.items()) {
    if (key == "instalment") {
      comparison.same(key, value, value.is_array() ? installments : Json(text(plan.installment)));
    } else if (key == "totals") {
      comparison.object(key, value, totals);
    } else if (key == "rows") {
      for (const Json& row : value) {
        const auto no = row.at("no").get<std::size_t>();
        if (no < 1 || no > plan.rows.size())
          return failed("the plan has no row " + std::to_string(no));
        comparison.object("rows[" + std::to_string(no) + "]", row,
                          row_json(plan.rows[no - 1], terms.currency));
      }
    } else {
      return skipped("expectation " + key + " is not built");
    }
  }
  return comparison.outcome();
}

Outcome golden_prepay(const Json& input, const Json& expect) {
  Fields fields(input);
  const Terms terms = terms_of(fields.at("loan"));
  const schedule::PrepayRules rules = prepay_rules_of(fields);
  schedule::Prepayment prepayment{.paid_rows = fields.count<std::uint32_t>("paid_periods"),
                                  .date = fields.day("date"),
                                  .mode = prepay_mode_of(fields.text("mode"))};
  if (fields.has("amount")) prepayment.amount_minor = fields.minor("amount", terms.currency);
  fields.done();
  const schedule::PrepaymentQuote quote =
      value_of(schedule::quote_prepayment(terms, rules, prepayment));
  Comparison comparison;
  comparison.object("", expect, amounts_of(quote, terms.currency));
  return comparison.outcome();
}

}  // namespace loanbook::conformance
