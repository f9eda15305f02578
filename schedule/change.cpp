#include "loanbook/schedule/change.hpp"

#include <algorithm>
#include <string>

#include "loanbook/money/assert.hpp"
#include "loanbook/schedule/change_parts.hpp"
#include "loanbook/schedule/due_dates.hpp"
#include "loanbook/schedule/explain.hpp"
#include "loanbook/schedule/periods.hpp"

namespace loanbook::schedule {
namespace change_parts {

using money::Int128;

namespace {

std::int64_t rounded(Int128 numerator, Int128 denominator, money::Rounding rounding) {
  return static_cast<std::int64_t>(
      money::divide_rounded(numerator, denominator * rounding.multiple, rounding.mode) *
      rounding.multiple);
}

/// The day of the month that the due dates of `terms` fall on; 0: they step by days.
std::uint8_t contract_day(const Terms& terms) {
  if (step(terms.frequency).months == 0) return 0;
  if (terms.due_day != 0) return terms.due_day;
  const date::year_month_day anchor{terms.first_due.value_or(terms.disbursed)};
  return static_cast<std::uint8_t>(static_cast<unsigned>(anchor.day()));
}

/// Interest not rounded yet: numerator over 10^12 x index_per_year.
Int128 exact_interest(const Terms& terms, std::int64_t amount, Day from, Day to) {
  const DayCountContext context{.calendar = terms.business_days.calendar.get(),
                                .termination = maturity(terms)};
  money::Rate rate = terms.rate;
  Int128 sum = 0;
  std::int64_t passed = 0;
  const auto run_to = [&](Day day) {
    const std::int64_t index = day_index(terms.day_count, from, day, context);
    sum += Int128{amount} * rate.e12() * (index - passed);
    passed = index;
  };
  for (const RateChange& change : terms.rate_changes) {
    if (change.from > from && change.from < to) run_to(change.from);
    if (change.from < to) rate = change.rate;
  }
  run_to(to);
  return sum;
}

Int128 interest_denominator(const Terms& terms) {
  return Int128{index_per_year(terms.day_count)} * 1'000'000'000'000;
}

/// Is the running period free of interest, by its number or by a holiday?
bool interest_waived(const RunningPlan& running) {
  const std::uint32_t row = running.rows_done + 1;
  if (row <= running.terms.interest_free_periods) return true;
  const auto& holidays = running.terms.holidays;
  return std::any_of(holidays.begin(), holidays.end(), [row](const PaymentHoliday& holiday) {
    return holiday.interest == HolidayInterest::waive && row >= holiday.first_row &&
           row <= holiday.last_row;
  });
}

/// A fee is promised on the original principal, which the rest no longer knows.
void fix_fee(const RunningPlan& running, Terms& rest) {
  if (running.terms.fee == InstallmentFee{}) return;
  const Plan plan = make_plan(running.terms);
  const auto left = std::find_if(plan.rows.begin(), plan.rows.end(), [&](const PlanRow& row) {
    return row.no == running.rows_done + 1;
  });
  rest.fee = {};
  if (left != plan.rows.end()) rest.fee.amount_minor = left->fee;
  // Of fees that are all due with the first row none is left, or that row is the rest's first.
  if (running.terms.fee.upfront && running.rows_done == 0) rest.fee = running.terms.fee;
}

void shift_rows(Terms& rest, std::uint32_t done) {
  const auto less = [done](std::uint32_t rows) { return rows > done ? rows - done : 0; };
  rest.installments = less(rest.installments);
  rest.principal_free_periods = static_cast<std::uint16_t>(less(rest.principal_free_periods));
  rest.interest_free_periods = static_cast<std::uint16_t>(less(rest.interest_free_periods));
  rest.amortization_installments = less(rest.amortization_installments);
  if (!rest.shares.empty()) rest.shares.erase(rest.shares.begin(), rest.shares.begin() + done);
  std::vector<PaymentHoliday> holidays;
  for (PaymentHoliday holiday : rest.holidays) {
    if (holiday.last_row <= done) continue;
    holiday.first_row =
        static_cast<std::uint16_t>(std::max<std::uint32_t>(less(holiday.first_row), 1));
    holiday.last_row = static_cast<std::uint16_t>(less(holiday.last_row));
    holidays.push_back(holiday);
  }
  rest.holidays = std::move(holidays);
}

/// Dates of the rest from the first row that is left; `start` is where its interest begins.
void shift_dates(const RunningPlan& running, Terms& rest, Day start) {
  const DueDates dates(running.terms);
  const std::uint32_t done = running.rows_done;
  if (has_one_row(running.terms)) {
    if (start != running.terms.disbursed) {
      rest.first_due = dates.by_contract(running.terms.installments);
      rest.due_day = contract_day(running.terms);
      rest.last_due.reset();
      rest.installments = 1;
    }
  } else if (done > 0 && start == dates.by_contract(done)) {
    rest.first_due.reset();
    rest.due_day = contract_day(running.terms);
  } else if (start != running.terms.disbursed) {
    rest.first_due = dates.by_contract(done + 1);
    rest.due_day = contract_day(running.terms);
  }
  rest.disbursed = start;
}

void shift_rates(const RunningPlan& running, Terms& rest, Day start) {
  rest.rate_changes.clear();
  for (const RateChange& change : running.terms.rate_changes) {
    if (change.from <= start) {
      rest.rate = change.rate;
    } else {
      rest.rate_changes.push_back(change);
    }
  }
  std::erase_if(rest.drawdowns,
                [start](const Drawdown& drawdown) { return drawdown.date <= start; });
}

/// Lets the installment in force go on, where it decides all rows that are left.
void go_on(const RunningPlan& running, Terms& rest) {
  const bool amortises = rest.method == Method::level || rest.method == Method::equal_principal;
  const bool repriced = !rest.rate_changes.empty() && rest.repricing != Repricing::keep;
  if (!amortises || running.installment == 0 || rest.step_growth_e12 != 0 || repriced ||
      rest.remainder == Remainder::spread) {
    return;
  }
  Terms kept = rest;
  kept.installment_minor = running.installment;
  kept.amortization_installments = 0;
  // The first row has taken the remainder.
  if (running.rows_done > 0) kept.remainder = Remainder::last;
  // An installment that does not cover its interest is refused as a given one.
  if (check(kept)) rest = std::move(kept);
}

}  // namespace

money::Error refuse(const char* id, std::string message) {
  return money::Error{id, std::move(message)};
}

Day accrual_start(const RunningPlan& running) {
  return accrual_date(running.terms, running.rows_done);
}

Day next_due(const RunningPlan& running) {
  const bool one_row = has_one_row(running.terms);
  return due_date(running.terms, one_row ? running.terms.installments : running.rows_done + 1);
}

money::Status check_day(const RunningPlan& running, Day day) {
  if (day >= accrual_start(running) && day < next_due(running)) return money::ok();
  return refuse("change.day_out_of_range",
                "the day of change must lie in the running period, from " +
                    money::to_text(accrual_start(running)) + " to the day before " +
                    money::to_text(next_due(running)) + "; pay the rows due before it first");
}

Terms rest_from(const RunningPlan& running, Day start, AfterChange after) {
  Terms rest = running.terms;
  rest.principal_minor = running.balance + drawn_in_period(running, start);
  rest.down_payment_minor = 0;
  rest.carried_interest_minor = running.carried_interest;
  shift_rows(rest, running.rows_done);
  shift_dates(running, rest, start);
  shift_rates(running, rest, start);
  fix_fee(running, rest);
  rest.balloon_minor = std::min(rest.balloon_minor, rest.principal_minor);
  rest.installment_minor = 0;
  if (after == AfterChange::keep) go_on(running, rest);
  return rest;
}

Terms rest_of(const RunningPlan& running, AfterChange after) {
  return rest_from(running, accrual_start(running), after);
}

std::int64_t interest_between(const Terms& terms, std::int64_t amount, Day from, Day to) {
  LOANBOOK_ASSERT(from <= to);
  return rounded(exact_interest(terms, amount, from, to), interest_denominator(terms),
                 terms.interest);
}

std::int64_t drawn_in_period(const RunningPlan& running, Day day) {
  const Day start = accrual_start(running);
  std::int64_t drawn = 0;
  for (const Drawdown& drawdown : running.terms.drawdowns) {
    if (drawdown.date > start && drawdown.date <= day) drawn += drawdown.amount_minor;
  }
  return drawn;
}

std::int64_t accrued_in_period(const RunningPlan& running, Day day) {
  const Terms& terms = running.terms;
  const Day start = accrual_start(running);
  if (day <= start || interest_waived(running)) return 0;
  if (terms.method == Method::flat) {
    const Plan plan = make_plan(terms);
    for (const PlanRow& row : plan.rows) {
      if (row.no != running.rows_done + 1) continue;
      const Day end = accrual_date(terms, row.no);
      return rounded(Int128{row.interest} * (std::min(day, end) - start).count(),
                     (end - start).count(), terms.interest);
    }
  }
  Int128 exact = exact_interest(terms, running.balance, start, day);
  for (const Drawdown& drawdown : terms.drawdowns) {
    if (drawdown.date > start && drawdown.date < day)
      exact += exact_interest(terms, drawdown.amount_minor, drawdown.date, day);
  }
  return rounded(exact, interest_denominator(terms), terms.interest);
}

Result<Change> finish(const RunningPlan& running, Terms rest, PaidNow now) {
  // Extra interest of an odd first period knows one rate and one disbursement only.
  if (!rest.rate_changes.empty() || !rest.drawdowns.empty() || rest.last_due)
    rest.odd_first = OddFirst::solve;
  if (auto status = check(rest); !status) return status.error();
  if (rest.last_due &&
      accrual_date(rest, rest.installments) <= accrual_date(rest, rest.installments - 1)) {
    return refuse("change.maturity_out_of_range",
                  "the business-day convention moves the maturity to the due date before it, or "
                  "further; choose another maturity");
  }
  const std::uint32_t before = running.rows_before + running.rows_done;
  Change change{.running = run_plan(rest, 0).value(),
                .plan = make_plan(rest),
                .first_row = before + 1,
                .now = now};
  change.running.rows_before = before;
  change.running.opened = running.opened;
  for (PlanRow& row : change.plan.rows) row.no += before;
  for (const PlanRow& row : make_plan(running.terms).rows) {
    if (row.no > running.rows_done) change.interest_before += row.interest;
  }
  return change;
}

Result<Change> finish(const RunningPlan& running, Terms rest) {
  return finish(running, std::move(rest), {});
}

}  // namespace change_parts

namespace {

/// Interest of the first rows that was not paid by them.
std::int64_t carried_after(const Terms& terms, std::uint32_t rows_done) {
  if (terms.carried_interest_minor == 0 && terms.holidays.empty() && terms.season.months == 0)
    return 0;
  std::int64_t carried = terms.carried_interest_minor;
  for (const ExplainedRow& row : explain(terms).rows) {
    if (row.row.no > 0 && row.row.no <= rows_done)
      carried += row.interest_deferred - row.interest_carried;
  }
  return carried;
}

std::int64_t installment_in_force(const Terms& terms, const Plan& plan, std::uint32_t rows_done) {
  if (terms.method != Method::level && terms.method != Method::equal_principal) return 0;
  if (terms.installment_minor != 0) return terms.installment_minor;
  if (!has_provisions(terms)) return plan.installment;
  std::int64_t installment = plan.installment;
  for (const SolvedInstallment& solved : explain(terms).installments) {
    if (solved.from_row <= rows_done + 1) installment = solved.rounded;
  }
  return installment;
}

}  // namespace

Result<RunningPlan> run_plan(const Terms& terms, std::uint32_t rows_done) {
  if (auto status = check(terms); !status) return status.error();
  const Plan plan = make_plan(terms);
  const std::uint32_t rows = row_count(terms);
  if (rows_done >= rows) {
    return change_parts::refuse("change.rows_out_of_range",
                                std::to_string(rows_done) + " rows are done of " +
                                    std::to_string(rows) + "; at least one must be left");
  }
  RunningPlan running{.terms = terms,
                      .rows_done = rows_done,
                      .balance = terms.principal_minor - terms.down_payment_minor,
                      .carried_interest = carried_after(terms, rows_done),
                      .installment = installment_in_force(terms, plan, rows_done),
                      .opened = terms.disbursed};
  for (const PlanRow& row : plan.rows) {
    if (row.no == rows_done && rows_done > 0) running.balance = row.balance;
  }
  return running;
}

Result<RunningPlan> run_plan(const RunningPlan& running, std::uint32_t more_rows) {
  auto later = run_plan(running.terms, running.rows_done + more_rows);
  if (!later) return later.error();
  later->rows_before = running.rows_before;
  later->opened = running.opened;
  return later;
}

Result<std::int64_t> accrued_interest(const RunningPlan& running, Day day) {
  if (day < change_parts::accrual_start(running) || day > maturity(running.terms)) {
    return change_parts::refuse("change.day_out_of_range",
                                "interest accrues from the last row done, " +
                                    money::to_text(change_parts::accrual_start(running)) +
                                    ", to the maturity, " +
                                    money::to_text(maturity(running.terms)));
  }
  return change_parts::accrued_in_period(running, day) + running.carried_interest;
}

}  // namespace loanbook::schedule
