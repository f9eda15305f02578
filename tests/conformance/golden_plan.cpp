#include "conformance/adapter.hpp"
#include "loanbook/schedule/plan.hpp"

namespace loanbook::conformance {
namespace {

using schedule::Terms;

schedule::Method method_of(const std::string& text) {
  if (text == "level") return schedule::Method::level;
  if (text == "equal_principal") return schedule::Method::equal_principal;
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
  frequency.every = static_cast<std::uint16_t>(fields.integer_or("every", 1));
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
  terms.due_day = static_cast<std::uint8_t>(fields.integer_or("due_day", 0));
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

Terms terms_of(const Json& input) {
  Fields fields(input);
  Terms terms;
  terms.method = method_of(fields.text("method"));
  terms.currency = fields.currency();
  terms.principal_minor = fields.minor("principal", terms.currency);
  terms.rate = fields.rate("annual_rate");
  terms.installments = static_cast<std::uint32_t>(fields.integer("periods"));
  read_dates(fields, terms);
  read_rounding(fields, terms);
  terms.principal_free_periods =
      static_cast<std::uint16_t>(fields.integer_or("principal_free_periods", 0));
  terms.interest_free_periods =
      static_cast<std::uint16_t>(fields.integer_or("interest_free_periods", 0));
  if (fields.has("balloon")) terms.balloon_minor = fields.minor("balloon", terms.currency);
  fields.done();
  value_of(schedule::check(terms));
  return terms;
}

Json row_json(const schedule::PlanRow& row, money::Currency currency) {
  return {{"no", row.no},
          {"due", money::to_text(row.due)},
          {"principal", amount_text(row.principal, currency)},
          {"interest", amount_text(row.interest, currency)},
          {"payment", amount_text(row.payment(), currency)},
          {"balance", amount_text(row.balance, currency)}};
}

}  // namespace

Outcome golden_plan(const Json& input, const Json& expect) {
  const Terms terms = terms_of(input);
  const schedule::Plan plan = schedule::make_plan(terms);
  const auto text = [&](std::int64_t minor) { return amount_text(minor, terms.currency); };
  const Json totals = {{"principal", text(plan.total_principal)},
                       {"interest", text(plan.total_interest)},
                       {"payment", text(plan.total_payment())},
                       {"fee", text(0)}};  // none of the methods built has fees
  Comparison comparison;
  for (const auto& [key, value] : expect.items()) {
    if (key == "instalment") {
      comparison.same(key, value, text(plan.installment));
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

Outcome golden_prepay(const Json&, const Json&) {
  return skipped("early repayment of a plan is not built");
}

}  // namespace loanbook::conformance
