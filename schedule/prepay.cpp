#include "loanbook/schedule/prepay.hpp"

#include <algorithm>
#include <string>

#include "loanbook/money/assert.hpp"

namespace loanbook::schedule {
namespace {

using money::Int128;

constexpr std::uint32_t days_max = 366;  // with the limits of terms, keeps all amounts below 2^62

std::int64_t rounded(Int128 numerator, Int128 denominator, money::Rounding rounding) {
  return static_cast<std::int64_t>(
      money::divide_rounded(numerator, denominator * rounding.multiple, rounding.mode) *
      rounding.multiple);
}

std::int64_t interest_of_days(const Terms& terms, const PrepayRules& rules, std::int64_t amount,
                              std::uint32_t days) {
  const Int128 yearly = Int128{amount} * terms.rate.e12();
  return rounded(yearly * days, Int128{index_per_year(rules.odd_days)} * 1'000'000'000'000,
                 terms.interest);
}

std::int64_t fee_of(const Terms& terms, const PrepayRules& rules, std::int64_t amount,
                    std::uint32_t paid_rows) {
  if (rules.fee_free_after && paid_rows >= *rules.fee_free_after) return 0;
  const std::int64_t fee = rounded(Int128{amount} * rules.fee_rate.numerator,
                                   rules.fee_rate.denominator, terms.interest);
  if (!rules.fee_cap_interest_days) return fee;
  return std::min(fee, interest_of_days(terms, rules, amount, *rules.fee_cap_interest_days));
}

money::Status check_request(const Terms& terms, const PrepayRules& rules,
                            const Prepayment& prepayment) {
  const bool amortises = terms.method == Method::level || terms.method == Method::equal_principal;
  if (!amortises || terms.basis != InterestBasis::monthly || terms.balloon_minor != 0 ||
      terms.principal_free_periods != 0 || terms.interest_free_periods != 0) {
    return money::Error{"prepay.terms_unsupported",
                        "early repayment is computed for level and equal-principal plans by the "
                        "month, without balloon or free periods"};
  }
  if (prepayment.paid_rows >= terms.installments) {
    return money::Error{"prepay.rows_out_of_range",
                        std::to_string(prepayment.paid_rows) + " rows are paid of " +
                            std::to_string(terms.installments) + "; at least one must be left"};
  }
  const Day from = due_date(terms, prepayment.paid_rows);
  if (prepayment.date < from || prepayment.date > maturity(terms)) {
    return money::Error{"prepay.date_out_of_range",
                        "the date must lie between the last paid due date, " +
                            money::to_text(from) + ", and the maturity, " +
                            money::to_text(maturity(terms))};
  }
  const bool days_known =
      rules.odd_days == DayCount::act_360 || rules.odd_days == DayCount::act_365f;
  if (!days_known || rules.min_interest_days > days_max ||
      rules.fee_cap_interest_days.value_or(0) > days_max || rules.fee_rate.numerator < 0 ||
      rules.fee_rate.denominator <= 0 || rules.fee_rate.numerator > rules.fee_rate.denominator) {
    return money::Error{
        "prepay.rules_out_of_range",
        "the fee must be 0 to 100 %, days at most 366, odd days ACT/360 or ACT/365F"};
  }
  return money::ok();
}

/// The balance runs on for whole periods from the last paid due date, whose day of month no longer
/// matters.
RemainingPlan remaining_plan(const Terms& terms, const Prepayment& prepayment, std::int64_t balance,
                             const Plan& original) {
  Terms left = terms;
  left.principal_minor = balance;
  left.installments = terms.installments - prepayment.paid_rows;
  left.disbursed = due_date(terms, prepayment.paid_rows);
  left.first_due.reset();
  left.due_day = 0;
  PlanCursor cursor = begin_plan(left);
  const bool shorten = prepayment.mode == PrepayMode::shorten;
  if (shorten)
    cursor.installment =
        terms.method == Method::level ? original.rows[0].payment() : original.rows[0].principal;

  RemainingPlan rest{.installment = cursor.installment,
                     .rows = 0,
                     .last_payment = 0,
                     .interest = 0,
                     .interest_saved = 0};
  for (const PlanRow& row : original.rows) {
    if (row.no > prepayment.paid_rows) rest.interest_saved += row.interest;
  }
  while (cursor.rows_done < left.installments) {
    const PlanRow row = next_row(left, cursor);
    rest.rows = row.no;
    rest.interest += row.interest;
    rest.interest_saved -= row.interest;
    rest.last_payment = row.payment();
    // A row never repays more than the balance, so the first that leaves none is the one whose
    // installment covers balance and interest.
    if (shorten && row.balance == 0) break;
  }
  return rest;
}

}  // namespace

Result<PrepaymentQuote> quote_prepayment(const Terms& terms, const PrepayRules& rules,
                                         const Prepayment& prepayment) {
  if (auto status = check_request(terms, rules, prepayment); !status) return status.error();
  const Plan original = make_plan(terms);
  const std::int64_t outstanding = prepayment.paid_rows == 0
                                       ? terms.principal_minor
                                       : original.rows[prepayment.paid_rows - 1].balance;
  const bool all = prepayment.mode == PrepayMode::pay_off;
  const std::int64_t amount = all ? outstanding : prepayment.amount_minor;
  if (!all && (amount < 1 || amount >= outstanding)) {
    return money::Error{"prepay.amount_out_of_range",
                        "the amount must be above zero and below the outstanding principal; pay "
                        "off repays all of it"};
  }
  const auto passed =
      static_cast<std::uint32_t>((prepayment.date - due_date(terms, prepayment.paid_rows)).count());
  const std::uint32_t days = std::max(passed, rules.min_interest_days);
  const std::int64_t interest = interest_of_days(terms, rules, amount, days);
  const std::int64_t fee = fee_of(terms, rules, amount, prepayment.paid_rows);
  PrepaymentQuote quote{.outstanding = outstanding,
                        .prepaid_principal = amount,
                        .interest_days = days,
                        .accrued_interest = interest,
                        .fee = fee,
                        .cash = amount + interest + fee,
                        .rest = std::nullopt};
  if (!all) quote.rest = remaining_plan(terms, prepayment, outstanding - amount, original);
  return quote;
}

}  // namespace loanbook::schedule
