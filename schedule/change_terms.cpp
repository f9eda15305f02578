// Changes that move dates, rates or amounts of the rest.

#include <algorithm>
#include <string>

#include "loanbook/money/limits.hpp"
#include "loanbook/schedule/change_parts.hpp"
#include "loanbook/schedule/due_dates.hpp"
#include "loanbook/schedule/periods.hpp"

namespace loanbook::schedule {

using namespace change_parts;

namespace {

namespace limits = money::limits;

money::Error bad_amount(const char* what) {
  return refuse("change.amount_out_of_range", std::string(what) + " must be 0 to " +
                                                  std::to_string(limits::amount_minor_max) +
                                                  " minor units");
}

bool in_range(std::int64_t amount) { return amount >= 0 && amount <= limits::amount_minor_max; }

money::Status check_rows(std::uint32_t rows) {
  if (rows <= limits::installments_max) return money::ok();
  return refuse("change.rows_out_of_range",
                "at most " + std::to_string(limits::installments_max) + " rows");
}

money::Status check_not_flat(const RunningPlan& running) {
  if (running.terms.method != Method::flat) return money::ok();
  return refuse("change.terms_unsupported",
                "flat interest is on the original principal, which the rest of the plan no longer "
                "knows; settle it and open a new plan");
}

/// `rows` new ones before those left, without a place of their own in what is counted by rows.
void insert_rows(Terms& rest, std::uint32_t rows) {
  rest.installments += rows;
  const auto later = [rows](std::uint16_t from) { return static_cast<std::uint16_t>(from + rows); };
  for (PaymentHoliday& holiday : rest.holidays) {
    holiday.first_row = later(holiday.first_row);
    holiday.last_row = later(holiday.last_row);
  }
  if (rest.principal_free_periods > 0)
    rest.principal_free_periods = later(rest.principal_free_periods);
  if (rest.interest_free_periods > 0)
    rest.interest_free_periods = later(rest.interest_free_periods);
  if (rest.amortization_installments > 0) rest.amortization_installments += rows;
  if (!rest.shares.empty()) rest.shares.insert(rest.shares.begin(), rows, 0);
}

/// The largest number of rows whose dates stay in the calendar.
std::uint32_t rows_in_calendar(Terms terms) {
  std::uint32_t least = terms.installments, most = limits::installments_max;
  while (least < most) {
    terms.installments = least + (most - least + 1) / 2;
    (check(terms) ? least : most) = check(terms) ? terms.installments : terms.installments - 1;
  }
  return least;
}

Day first_due_after_move(const Terms& rest, Day day, DueDateMove move) {
  const Day next = DueDates(rest).by_contract(1);
  if (move.due_day == 0) return next + date::days{move.shift_days};
  const date::year_month_day civil{next};
  const Day month{civil.year() / civil.month() / 1};
  const Day same_month = money::add_months(month, 0, move.due_day);
  const Day floor = std::max(day, rest.disbursed);
  return same_month > floor ? same_month : money::add_months(month, 1, move.due_day);
}

/// Interest and charges in arrears, sorted by what becomes of them.
struct Arrears {
  std::int64_t capitalised = 0;
  std::int64_t deferred = 0;
  std::int64_t waived = 0;
  void put(std::int64_t amount, ArrearsInterest how) {
    (how == ArrearsInterest::capitalise ? capitalised
     : how == ArrearsInterest::defer    ? deferred
                                        : waived) += amount;
  }
};

}  // namespace

Result<Change> extend(const RunningPlan& running, std::uint32_t rows) {
  if (auto status = check_not_flat(running); !status) return status.error();
  if (auto status = check_rows(rows); !status) return status.error();
  if (rows == 0) return finish(running, rest_of(running));
  Terms rest = rest_of(running, AfterChange::solve);
  if (rest.last_due || !rest.shares.empty()) {
    return refuse("change.terms_unsupported",
                  "a plan with a maturity of its own or with shares is extended to a maturity, or "
                  "by deferring rows");
  }
  rest.installments += rows;
  if (rest.amortization_installments > 0) rest.amortization_installments += rows;
  return finish(running, rest);
}

Result<Change> extend(const RunningPlan& running, Day new_maturity) {
  if (auto status = check_not_flat(running); !status) return status.error();
  const Day old = DueDates(running.terms).by_contract(running.terms.installments);
  if (new_maturity < old || new_maturity > Day{date::year{limits::year_max} / 12 / 31}) {
    return refuse("change.maturity_out_of_range",
                  "the new maturity must not be before the present one, " + money::to_text(old) +
                      ", and not after 2200");
  }
  if (new_maturity == old) return finish(running, rest_of(running));
  Terms rest = rest_of(running, AfterChange::solve);
  if (!rest.shares.empty()) {
    return refuse("change.terms_unsupported",
                  "a plan with shares has as many rows as shares; defer rows instead");
  }
  if (has_one_row(rest)) {
    rest.first_due = new_maturity;
    rest.due_day = 0;
    rest.last_due.reset();
    rest.installments = 1;
    return finish(running, rest);
  }
  rest.last_due.reset();
  const std::uint32_t before = rest.installments;
  const DueDates dates(rest);
  std::uint32_t rows = 1;
  while (rows <= limits::installments_max && dates.by_contract(rows) < new_maturity) ++rows;
  if (auto status = check_rows(rows); !status) return status.error();
  rest.installments = rows;
  if (dates.by_contract(rows) != new_maturity) rest.last_due = new_maturity;
  if (rest.amortization_installments > 0 && rows > before)
    rest.amortization_installments += rows - before;
  return finish(running, rest);
}

Day latest_extension(Day opened, Day maturity) {
  const MonthsAndDays term = months_and_days(opened, maturity);
  if (term.months < 12 || (term.months == 12 && term.days == 0)) {
    return money::add_months(maturity, term.months) + date::days{term.days};
  }
  if (term.months < 60 || (term.months == 60 && term.days == 0)) {
    // Half a month counts as half of its days, rounded down; 15 for a whole one.
    return money::add_months(maturity, term.months / 2) +
           date::days{((term.months % 2) * 30 + term.days) / 2};
  }
  return money::add_months(maturity, 36);
}

Result<Change> move_due_date(const RunningPlan& running, Day day, DueDateMove move,
                             AfterChange after) {
  if (auto status = check_not_flat(running); !status) return status.error();
  if (auto status = check_day(running, day); !status) return status.error();
  Terms rest = rest_of(running, after);
  const bool months = step(rest.frequency).months != 0;
  if (move.due_day > 31 || (move.due_day != 0 && !months) || move.shift_days < -366 ||
      move.shift_days > 366) {
    return refuse("change.due_day_out_of_range",
                  "the new due day must be 1 to 31 with steps of months, or the shift at most 366 "
                  "days");
  }
  if (move.due_day == 0 && move.shift_days == 0) return finish(running, rest_of(running));
  const Day first = first_due_after_move(rest, day, move);
  if (first <= day || first <= rest.disbursed) {
    return refuse("change.due_day_out_of_range", "the next installment would be due on " +
                                                     money::to_text(first) +
                                                     ", not after the day of change");
  }
  rest.first_due = first;
  rest.due_day = 0;
  if (months) {
    const auto own = static_cast<unsigned>(date::year_month_day{first}.day());
    rest.due_day = move.due_day != 0 ? move.due_day : static_cast<std::uint8_t>(own);
  }
  rest.last_due.reset();
  return finish(running, rest);
}

Result<Change> change_rate(const RunningPlan& running, Day day, money::Rate rate,
                           Repricing repricing) {
  if (auto status = check_not_flat(running); !status) return status.error();
  if (auto status = check_day(running, day); !status) return status.error();
  Terms rest = rest_of(running, AfterChange::solve);
  std::erase_if(rest.rate_changes, [day](const RateChange& change) { return change.from >= day; });
  if (day == rest.disbursed) {
    rest.rate = rate;
  } else {
    rest.rate_changes.push_back({day, rate});
  }
  rest.repricing = repricing;
  if (repricing == Repricing::keep) {
    rest.installment_minor = running.installment;
    if (running.installment > 0) rest.amortization_installments = 0;
  }
  return finish(running, rest);
}

Result<Change> reamortize(const RunningPlan& running) {
  if (auto status = check_not_flat(running); !status) return status.error();
  return finish(running, rest_of(running, AfterChange::solve));
}

Result<Change> re_age(const RunningPlan& running, const ReAge& terms) {
  if (auto status = check_not_flat(running); !status) return status.error();
  if (auto status = check_rows(terms.rows); !status) return status.error();
  if (!in_range(terms.interest_minor) || !in_range(terms.charges_minor))
    return bad_amount("interest and charges in arrears");
  const auto accrued = accrued_interest(running, terms.day);
  if (!accrued) return accrued.error();
  Arrears arrears;
  arrears.put(terms.interest_minor + *accrued, terms.interest);
  arrears.put(terms.charges_minor, terms.charges);

  Terms rest = running.terms;
  for (const RateChange& change : running.terms.rate_changes) {
    if (change.from <= terms.day) rest.rate = change.rate;
  }
  std::erase_if(rest.rate_changes,
                [&](const RateChange& change) { return change.from <= terms.day; });
  rest.principal_minor =
      running.balance + drawn_in_period(running, terms.day) + arrears.capitalised;
  rest.carried_interest_minor = arrears.deferred;
  rest.installments = terms.rows;
  rest.disbursed = terms.day;
  rest.first_due = terms.first_due;
  // What was counted by rows or dates of the old plan does not carry over.
  rest.due_day = 0;
  rest.last_due.reset();
  rest.drawdowns.clear();
  rest.holidays.clear();
  rest.shares.clear();
  rest.fee = {};
  rest.down_payment_minor = 0;
  rest.installment_minor = 0;
  rest.balloon_minor = 0;
  rest.amortization_installments = 0;
  rest.principal_free_periods = 0;
  rest.interest_free_periods = 0;
  if (rest.method == Method::principal_shares) rest.method = Method::equal_principal;
  auto change = finish(running, rest);
  if (change) change->waived = arrears.waived;
  return change;
}

Result<Change> add_disbursement(const RunningPlan& running, Day day, std::int64_t amount_minor,
                                AfterChange after) {
  if (auto status = check_not_flat(running); !status) return status.error();
  if (auto status = check_day(running, day); !status) return status.error();
  if (!in_range(amount_minor)) return bad_amount("the amount paid out");
  if (amount_minor == 0) return finish(running, rest_of(running));
  Terms rest = rest_of(running, after);
  if (day == rest.disbursed) {
    rest.principal_minor += amount_minor;
  } else {
    const auto place = std::find_if(rest.drawdowns.begin(), rest.drawdowns.end(),
                                    [day](const Drawdown& drawn) { return drawn.date >= day; });
    if (place != rest.drawdowns.end() && place->date == day) {
      place->amount_minor += amount_minor;
    } else {
      rest.drawdowns.insert(place, {day, amount_minor});
    }
  }
  if (rest.installment_minor == 0) return finish(running, rest);
  rest.balloon_minor = 0;
  rest.amortization_installments = 0;
  rest.last_due.reset();
  rest.installments = rows_in_calendar(rest);
  if (auto status = check(rest); !status) return status.error();
  const Plan plan = make_plan(rest);
  const std::int64_t most = rest.method == Method::level
                                ? rest.installment_minor
                                : rest.installment_minor + plan.rows.back().interest;
  if (plan.rows.back().payment() - plan.rows.back().fee > most) {
    return refuse("change.installment_too_small",
                  "the installment in force does not repay the new balance; let it be solved anew");
  }
  rest.installments = static_cast<std::uint32_t>(plan.rows.size());
  return finish(running, rest);
}

Result<Change> defer_rows(const RunningPlan& running, const Deferral& deferral, AfterChange after) {
  if (auto status = check_not_flat(running); !status) return status.error();
  if (auto status = check_rows(deferral.rows); !status) return status.error();
  if (deferral.rows == 0) return finish(running, rest_of(running));
  Terms rest = rest_of(running, deferral.maturity_moves ? after : AfterChange::solve);
  if (has_one_row(rest)) {
    return refuse("change.terms_unsupported",
                  "a plan of one row has no rows to defer; extend it instead");
  }
  if (!deferral.maturity_moves && deferral.rows >= rest.installments) {
    return refuse("change.rows_out_of_range",
                  "at least one row must be left after those deferred; let the maturity move");
  }
  const auto rows = static_cast<std::uint16_t>(deferral.rows);
  if (deferral.maturity_moves) {
    if (rest.last_due) {
      return refuse("change.terms_unsupported",
                    "the plan has a maturity of its own: extend it to the new one first");
    }
    insert_rows(rest, rows);
  } else {
    std::erase_if(rest.holidays,
                  [rows](const PaymentHoliday& old) { return old.last_row <= rows; });
    for (PaymentHoliday& old : rest.holidays)
      old.first_row = std::max<std::uint16_t>(old.first_row, static_cast<std::uint16_t>(rows + 1));
  }
  rest.holidays.insert(rest.holidays.begin(), {1, rows, deferral.interest});
  return finish(running, rest);
}

}  // namespace loanbook::schedule
