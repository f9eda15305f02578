// Repaying before time: what it costs, and the plan that is left.

#include <algorithm>
#include <string>

#include "loanbook/money/limits.hpp"
#include "loanbook/schedule/change_parts.hpp"

namespace loanbook::schedule {
namespace change_parts {
namespace {

using money::Int128;

constexpr std::int64_t share_max = 1'000'000'000;  // of Terms::shares

/// The contract may count broken days by a day count of its own.
Terms counted(const Terms& terms, const PrepayRules& rules) {
  Terms same = terms;
  same.day_count = rules.odd_days.value_or(terms.day_count);
  return same;
}

money::Ratio fee_rate(const RunningPlan& running, const PrepayRules& rules, Day day) {
  if (rules.fee_steps.empty()) return rules.fee_rate;
  const std::int64_t completed = rules.fee_count == PrepayFeeCount::rows
                                     ? running.rows_before + running.rows_done
                                     : months_and_days(running.opened, day).months;
  for (const PrepayFeeStep& step : rules.fee_steps) {
    if (completed < step.below) return step.rate;
  }
  return {0, 1};
}

/// Takes `amount` off the last principal parts of the rows left.
Result<std::vector<std::uint32_t>> shares_without(const RunningPlan& running, std::int64_t amount) {
  std::vector<std::int64_t> parts;
  for (const PlanRow& row : make_plan(running.terms).rows) {
    if (row.no > running.rows_done) parts.push_back(row.principal);
  }
  std::int64_t left = amount;
  while (!parts.empty() && left > 0) {
    const std::int64_t taken = std::min(left, std::max<std::int64_t>(parts.back(), 0));
    parts.back() -= taken;
    left -= taken;
    if (parts.back() == 0)
      parts.pop_back();
    else
      break;
  }
  std::vector<std::uint32_t> shares;
  for (const std::int64_t part : parts) {
    if (part < 0 || part > share_max) {
      return refuse(
          "change.terms_unsupported",
          "rows can keep their principal where each repays 0 to 1,000,000,000 minor units; "
          "use reduce or shorten");
    }
    shares.push_back(static_cast<std::uint32_t>(part));
  }
  return shares;
}

Result<Terms> shortened(const PrepayRules& rules, Terms rest) {
  if (rest.installment_minor == 0) {
    return refuse("change.terms_unsupported",
                  "a plan without a constant installment cannot be shortened by it; use reduce");
  }
  rest.balloon_minor = 0;
  rest.amortization_installments = 0;
  if (auto status = check(rest); !status) return status.error();
  const Plan plan = make_plan(rest);
  rest.installments = static_cast<std::uint32_t>(plan.rows.size());
  if (rest.installments > 1 && plan.rows.back().payment() < rules.min_last_minor)
    rest.installments -= 1;
  return rest;
}

Result<Terms> with_kept_principal(const RunningPlan& running, Terms rest, std::int64_t amount) {
  if (rest.method == Method::interest_first || rest.method == Method::bullet ||
      rest.method == Method::revolving) {
    return rest;  // all principal stands in the last row
  }
  auto shares = shares_without(running, amount);
  if (!shares) return shares.error();
  rest.method = Method::principal_shares;
  rest.installments = static_cast<std::uint32_t>(shares->size());
  rest.shares = *shares;
  rest.installment_minor = 0;
  rest.balloon_minor = 0;
  rest.amortization_installments = 0;
  rest.principal_free_periods = 0;
  rest.interest_free_periods = static_cast<std::uint16_t>(
      std::min<std::uint32_t>(rest.interest_free_periods, rest.installments));
  return rest;
}

}  // namespace

std::int64_t interest_of_part(const RunningPlan& running, const PrepayRules& rules,
                              std::int64_t amount, Day day) {
  const Day start = accrual_start(running);
  const Day end = std::max(day, start + date::days{rules.min_interest_days});
  return std::max(interest_between(counted(running.terms, rules), amount, start, end),
                  amount > 0 ? rules.min_interest_minor : 0);
}

std::int64_t prepay_fee(const RunningPlan& running, const PrepayRules& rules, std::int64_t amount,
                        Day day) {
  const std::int64_t base = std::max<std::int64_t>(amount - rules.fee_free_amount_minor, 0);
  if (base == 0) return 0;
  if (rules.fee_free_after && running.rows_before + running.rows_done >= *rules.fee_free_after)
    return 0;
  const auto interest_of_days = [&](std::uint32_t days) {
    return interest_between(counted(running.terms, rules), base, day, day + date::days{days});
  };
  const money::Ratio rate = fee_rate(running, rules, day);
  const money::Rounding& rounding = running.terms.interest;
  auto fee = static_cast<std::int64_t>(
      money::divide_rounded(Int128{base} * rate.numerator,
                            Int128{rate.denominator} * rounding.multiple, rounding.mode) *
      rounding.multiple);
  if (rules.fee_interest_days) fee += interest_of_days(*rules.fee_interest_days);
  if (rules.fee_cap_interest_days)
    fee = std::min(fee, interest_of_days(*rules.fee_cap_interest_days));
  if (fee == 0) return 0;
  fee = std::max(fee, rules.fee_min_minor);
  return rules.fee_max_minor ? std::min(fee, *rules.fee_max_minor) : fee;
}

Result<Terms> prepaid_terms(const RunningPlan& running, const PrepayRules& rules, Day start,
                            PrepayMode mode, std::int64_t amount) {
  if (running.terms.method == Method::flat) {
    return refuse("change.terms_unsupported",
                  "flat interest is on the original principal: part of it cannot be repaid early; "
                  "settle all of it");
  }
  Terms rest =
      rest_from(running, start,
                mode == PrepayMode::reduce && amount > 0 ? AfterChange::solve : AfterChange::keep);
  rest.principal_minor -= amount;
  rest.balloon_minor = std::min(rest.balloon_minor, rest.principal_minor);
  if (amount == 0) return rest;
  if (mode == PrepayMode::shorten) return shortened(rules, std::move(rest));
  if (mode == PrepayMode::keep_principal)
    return with_kept_principal(running, std::move(rest), amount);
  // Solved from a balance that rounding moved, it can come out a unit above the old one.
  if (running.installment > 0 && check(rest) &&
      begin_plan(rest).installment > running.installment) {
    Terms kept = rest_from(running, start, AfterChange::keep);
    kept.principal_minor = rest.principal_minor;
    return kept;
  }
  return rest;
}

}  // namespace change_parts

using namespace change_parts;

namespace {

money::Status check_prepayment(const RunningPlan& running, const PrepayRules& rules, Day day,
                               std::int64_t amount) {
  if (auto status = check(rules); !status) return status;
  if (auto status = check_day(running, day); !status) return status;
  const std::int64_t outstanding = running.balance + drawn_in_period(running, day);
  if (amount < 0 || amount >= outstanding) {
    return refuse("change.amount_out_of_range",
                  "the amount must be 0 or more and below the outstanding principal of " +
                      std::to_string(outstanding) + " minor units; to repay all of it, settle");
  }
  return money::ok();
}

/// Installment fees of later rows that an early settlement still asks for.
std::int64_t fees_left(const Plan& plan, std::uint32_t rows_done, RestOfFees which) {
  std::int64_t fees = 0;
  if (which == RestOfFees::none) return fees;
  for (const PlanRow& row : plan.rows) {
    if (row.no <= rows_done) continue;
    fees += row.fee;
    if (which == RestOfFees::current) break;
  }
  return fees;
}

}  // namespace

Result<PayoffQuote> quote_payoff(const RunningPlan& running, const PrepayRules& rules, Day day) {
  if (auto status = check(rules); !status) return status.error();
  if (day < accrual_start(running) || day > Day{date::year{money::limits::year_max} / 12 / 31}) {
    return refuse("change.day_out_of_range", "the day must not be before the last row done, " +
                                                 money::to_text(accrual_start(running)) +
                                                 ", and not after 2200");
  }
  const Plan plan = make_plan(running.terms);
  PayoffQuote quote{.day = day};
  for (const PlanRow& row : plan.rows) {
    if (row.no <= running.rows_done) continue;
    if (row.due > day) {
      quote.interest_saved += row.interest;
      continue;
    }
    quote.rows_due += 1;
    quote.due_principal += row.principal;
    quote.due_interest += row.interest;
    quote.due_fee += row.fee;
  }
  quote.principal = running.balance +
                    drawn_in_period(running, std::min(day, maturity(running.terms))) -
                    quote.due_principal;
  if (running.rows_done + quote.rows_due >= row_count(running.terms)) return quote;

  RunningPlan then = running;
  if (quote.rows_due > 0) {
    then = run_plan(running, quote.rows_due).value();
    then.balance += quote.principal - (then.balance + drawn_in_period(then, day));
  }
  const Day start = accrual_start(then);
  const Day end = std::max(day, start + date::days{rules.min_interest_days});
  quote.interest_days = static_cast<std::uint32_t>((end - start).count());
  then.terms.day_count = rules.odd_days.value_or(then.terms.day_count);
  quote.interest = std::max(accrued_in_period(then, end), rules.min_interest_minor);
  quote.interest += then.carried_interest;
  quote.rest_fees = fees_left(plan, then.rows_done, rules.rest_of_fees);
  quote.fee = prepay_fee(then, rules, quote.principal, day);
  quote.interest_saved -= quote.interest;
  return quote;
}

Result<Change> prepay(const RunningPlan& running, const PrepayRules& rules, Day day,
                      PrepayMode mode, std::int64_t amount_minor) {
  if (auto status = check_prepayment(running, rules, day, amount_minor); !status)
    return status.error();
  if (mode == PrepayMode::pay_off) {
    return refuse("change.terms_unsupported",
                  "paying off leaves no plan; ask for the quote of a settlement");
  }
  PaidNow now{.principal = amount_minor,
              .interest = 0,
              .fee = prepay_fee(running, rules, amount_minor, day)};
  const bool settles = rules.interest == PrepayInterest::all && amount_minor > 0;
  auto rest =
      prepaid_terms(running, rules, settles ? day : accrual_start(running), mode, amount_minor);
  if (!rest) return rest.error();
  if (settles) {
    now.interest = std::max(accrued_in_period(running, day), rules.min_interest_minor) +
                   running.carried_interest;
    rest->carried_interest_minor = 0;
  } else if (amount_minor > 0) {
    const std::int64_t interest = interest_of_part(running, rules, amount_minor, day);
    (rules.interest == PrepayInterest::of_part ? now.interest : rest->carried_interest_minor) +=
        interest;
  }
  return finish(running, *rest, now);
}

Result<Change> pay_ahead(const RunningPlan& running, const PrepayRules& rules, Day day,
                         std::uint32_t rows, AheadInterest interest) {
  if (auto status = check_prepayment(running, rules, day, 0); !status) return status.error();
  if (rows > row_count(running.terms) || running.rows_done + rows >= row_count(running.terms)) {
    return refuse("change.rows_out_of_range",
                  "at least one row must be left after the rows paid ahead; settle instead");
  }
  PaidNow now;
  for (const PlanRow& row : make_plan(running.terms).rows) {
    if (row.no <= running.rows_done || row.no > running.rows_done + rows) continue;
    now.principal += row.principal;
    now.interest += row.interest;
    now.fee += row.fee;
  }
  if (interest == AheadInterest::as_planned) {
    const auto later = run_plan(running, rows);
    if (!later) return later.error();
    auto change = finish(*later, rest_of(*later), now);
    if (change) change->interest_before += now.interest;
    return change;
  }
  const auto rest = prepaid_terms(running, rules, day, PrepayMode::shorten, 0);
  if (!rest) return rest.error();
  Terms left = *rest;
  left.principal_minor -= now.principal;
  left.carried_interest_minor = 0;
  if (left.principal_minor < 1 || now.principal < 0) {
    return refuse("change.terms_unsupported",
                  "these rows repay no principal that could be paid ahead");
  }
  for (PaymentHoliday& holiday : left.holidays)
    holiday.first_row =
        static_cast<std::uint16_t>(std::max<std::uint32_t>(holiday.first_row, rows + 1));
  std::erase_if(left.holidays,
                [](const PaymentHoliday& holiday) { return holiday.first_row > holiday.last_row; });
  left.holidays.insert(left.holidays.begin(),
                       {1, static_cast<std::uint16_t>(rows), HolidayInterest::pay});
  now.interest = accrued_in_period(running, day) + running.carried_interest;
  now.fee = prepay_fee(running, rules, now.principal, day);
  return finish(running, left, now);
}

}  // namespace loanbook::schedule
