// Cases of the Fineract suite that give the periods themselves: a plan of schedule/, no book.

#include "conformance/fineract.hpp"
#include "loanbook/money/text.hpp"
#include "loanbook/schedule/segmented_plan.hpp"

namespace loanbook::conformance {
namespace {

using money::Day;
using schedule::SegmentedPlan;
using schedule::SegmentedRow;

constexpr unsigned factor_digits = 12;

std::uint16_t days_or_actual(const Json& terms, const char* key) {
  if (!terms.contains(key) || terms.at(key) == "actual") return 0;
  return static_cast<std::uint16_t>(std::stoi(terms.at(key).get<std::string>()));
}

struct Calculation {
  money::Currency currency;
  SegmentedPlan plan;

  [[nodiscard]] std::int64_t minor(const Json& amount) const {
    return minor_of(amount.get<std::string>(), currency);
  }
  [[nodiscard]] std::string text(std::int64_t amount) const {
    return amount_text(amount, currency);
  }
  [[nodiscard]] std::size_t row(const Json& due) const {
    return value_of(plan.row_due(day_of(due.get<std::string>())));
  }
};

Calculation begin(const Json& terms) {
  const auto currency = *money::Currency::find(terms.at("currency").get<std::string>());
  const std::string unit = terms.at("repay_unit");
  schedule::SegmentedTerms ours;
  for (const Json& period : terms.at("periods"))
    ours.periods.push_back({day_of(period.at("from")), day_of(period.at("due_date"))});
  ours.rate = value_of(money::Rate::from_percent(terms.at("annual_rate_pct").get<std::string>()));
  ours.factors.every = {unit == "days"    ? schedule::PeriodUnit::day
                        : unit == "weeks" ? schedule::PeriodUnit::week
                                          : schedule::PeriodUnit::month,
                        terms.at("repay_every").get<std::uint16_t>()};
  ours.factors.days_in_year = days_or_actual(terms, "days_in_year");
  ours.factors.days_in_month = days_or_actual(terms, "days_in_month");
  ours.factors.counted = schedule::CountedDay::last;
  ours.factors.intermediate_digits = terms.value("math_context_digits", std::uint8_t{0});
  ours.interest = {money::RoundingMode::half_even, 1};
  ours.installment = ours.interest;
  if (terms.at("installment_multiple_of").is_string())
    ours.installment.multiple = minor_of(terms.at("installment_multiple_of"), currency);
  ours.level_last = true;
  return {currency, value_of(SegmentedPlan::make(std::move(ours)))};
}

void change(Calculation& now, const std::string& op, const Json& step) {
  const Day date = day_of(step.at("date"));
  if (op == "disburse") {
    value_of(now.plan.lend(date, now.minor(step.at("amount"))));
  } else if (op == "change_rate") {
    value_of(now.plan.change_rate(
        date, value_of(money::Rate::from_percent(step.at("annual_rate_pct").get<std::string>()))));
  } else if (op == "balance_correction") {
    value_of(now.plan.correct_balance(date, now.minor(step.at("amount"))));
  } else if (op == "pay_principal") {
    value_of(
        now.plan.pay_principal(now.row(step.at("period_due")), date, now.minor(step.at("amount"))));
  } else if (op == "pay_interest") {
    value_of(
        now.plan.pay_interest(now.row(step.at("period_due")), date, now.minor(step.at("amount"))));
  } else {
    throw NotBuilt{"step " + op};
  }
}

/// Their list begins with a segment of no days where money moves on the first day of all; some
/// cases leave it out.
bool lists_empty_segment(const Json& rows) {
  for (const Json& row : rows) {
    if (row.at("period") == 1 && row.at("segment") == 1) return row.at("rate_factor") == "0.0";
  }
  return true;
}

void expect_plan(const Calculation& now, const Json& step, const std::string& where,
                 Comparison& comparison) {
  const std::size_t empty = lists_empty_segment(step.at("rows")) ? 1 : 0;
  for (const Json& expected : step.at("rows")) {
    const std::size_t period = expected.at("period");
    std::size_t segment = expected.at("segment");
    if (period > now.plan.rows().size()) throw Refused{"there is no such period"};
    const SegmentedRow& row = now.plan.rows()[period - 1];
    schedule::PlanSegment none;
    const schedule::PlanSegment* found = &none;
    if (period == 1) segment -= empty;
    if (segment > row.segments.size()) throw Refused{where + ": there is no such segment"};
    if (segment > 0) found = &row.segments[segment - 1];
    const std::string place = where + " period " + std::to_string(period) + " segment " +
                              std::to_string(expected.at("segment").get<int>());
    const auto same = [&](const char* key, const std::string& actual) {
      if (!expected.contains(key) || expected.at(key).is_null()) return;
      comparison.same(place + "." + key, expected.at(key), actual);
    };
    const std::int64_t factor = schedule::rounded(found->factor, factor_digits);
    same("rate_factor", factor == 0 ? "0.0" : money::text_of_minor(factor, factor_digits));
    same("segment_interest", now.text(found->interest));
    same("interest", now.text(row.interest));
    same("emi", now.text(row.installment()));
    same("principal", now.text(row.principal));
    same("balance", now.text(row.balance));
  }
}

void expect_payable(const Calculation& now, const Json& step, const std::string& where,
                    Comparison& comparison) {
  const auto payable = now.plan.payable(now.row(step.at("period_due")), day_of(step.at("date")));
  const Json actual = {{"outstanding", now.text(payable.outstanding)},
                       {"principal", now.text(payable.principal)},
                       {"interest", now.text(payable.interest)}};
  for (const auto& [key, value] : actual.items()) {
    if (step.contains(key) && !step.at(key).is_null())
      comparison.same(where + " payable." + key, step.at(key), value);
  }
}

}  // namespace

Outcome fineract_periods(const Json& content) {
  Calculation now = begin(content.at("terms"));
  Comparison comparison;
  std::size_t number = 0;
  for (const Json& step : content.at("steps")) {
    const std::string op = step.at("op");
    const std::string where = "step " + std::to_string(number++);
    if (op == "expect_emi_schedule") {
      expect_plan(now, step, where, comparison);
    } else if (op == "expect_payable") {
      expect_payable(now, step, where, comparison);
    } else {
      change(now, op, step);
    }
  }
  return comparison.outcome();
}

}  // namespace loanbook::conformance
