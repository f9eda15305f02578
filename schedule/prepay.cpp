#include "loanbook/schedule/prepay.hpp"

#include <algorithm>
#include <string>

#include "loanbook/money/limits.hpp"
#include "loanbook/schedule/change_parts.hpp"

namespace loanbook::schedule {
namespace {

constexpr std::uint32_t days_max = 366;  // with the limits of terms, keeps all amounts below 2^62

bool is_share(money::Ratio ratio) {
  return ratio.numerator >= 0 && ratio.denominator > 0 && ratio.numerator <= ratio.denominator;
}

bool is_amount(std::int64_t minor) {
  return minor >= 0 && minor <= money::limits::amount_minor_max;
}

bool fee_in_range(const PrepayRules& rules) {
  const bool steps = std::all_of(rules.fee_steps.begin(), rules.fee_steps.end(),
                                 [](const PrepayFeeStep& step) { return is_share(step.rate); });
  const bool ascend = std::is_sorted(
      rules.fee_steps.begin(), rules.fee_steps.end(),
      [](const PrepayFeeStep& a, const PrepayFeeStep& b) { return a.below <= b.below; });
  return is_share(rules.fee_rate) && steps && ascend &&
         rules.fee_interest_days.value_or(0) <= days_max &&
         rules.fee_cap_interest_days.value_or(0) <= days_max &&
         is_amount(rules.fee_free_amount_minor) && is_amount(rules.fee_min_minor) &&
         is_amount(rules.fee_max_minor.value_or(0));
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
  return check(rules);
}

}  // namespace

money::Status check(const PrepayRules& rules) {
  const auto interest = static_cast<unsigned>(rules.interest);
  const auto fees = static_cast<unsigned>(rules.rest_of_fees);
  const bool days_known = !rules.odd_days || is_self_contained(*rules.odd_days);
  if (days_known && fee_in_range(rules) && rules.min_interest_days <= days_max &&
      is_amount(rules.min_interest_minor) && is_amount(rules.min_last_minor) && interest >= 1 &&
      interest <= 3 && fees >= 1 && fees <= 3) {
    return money::ok();
  }
  return money::Error{"prepay.rules_out_of_range",
                      "fees must be 0 to 100 % in steps that ascend, days at most 366, amounts 0 "
                      "or more, the day count one that needs no calendar"};
}

Result<PrepaymentQuote> quote_prepayment(const Terms& terms, const PrepayRules& rules,
                                         const Prepayment& prepayment) {
  if (auto status = check_request(terms, rules, prepayment); !status) return status.error();
  const auto running = run_plan(terms, prepayment.paid_rows);
  if (!running) return running.error();
  const std::int64_t outstanding = running->balance;
  const bool all = prepayment.mode == PrepayMode::pay_off;
  const std::int64_t amount = all ? outstanding : prepayment.amount_minor;
  if (!all && (amount < 1 || amount >= outstanding)) {
    return money::Error{"prepay.amount_out_of_range",
                        "the amount must be above zero and below the outstanding principal; pay "
                        "off repays all of it"};
  }
  const Day start = change_parts::accrual_start(*running);
  const auto passed = static_cast<std::uint32_t>((prepayment.date - start).count());
  const std::int64_t interest =
      change_parts::interest_of_part(*running, rules, amount, prepayment.date);
  const std::int64_t fee = change_parts::prepay_fee(*running, rules, amount, prepayment.date);
  PrepaymentQuote quote{.outstanding = outstanding,
                        .prepaid_principal = amount,
                        .interest_days = std::max(passed, rules.min_interest_days),
                        .accrued_interest = interest,
                        .fee = fee,
                        .cash = amount + interest + fee,
                        .rest = std::nullopt};
  if (all) return quote;
  const auto rest = change_parts::prepaid_terms(*running, rules, start, prepayment.mode, amount);
  if (!rest) return rest.error();
  const auto change = change_parts::finish(*running, *rest, {});
  if (!change) return change.error();
  quote.rest = RemainingPlan{.installment = change->running.installment,
                             .rows = static_cast<std::uint32_t>(change->plan.rows.size()),
                             .last_payment = change->plan.rows.back().payment(),
                             .interest = change->plan.total_interest,
                             .interest_saved = change->interest_saved()};
  return quote;
}

}  // namespace loanbook::schedule
