// Interest that is computed again: what bears it, through which day, and the rows that are left.

#include "loanbook/ledger/loan/servicing_interest_steps.hpp"

#include <algorithm>

namespace loanbook::ledger::interest_steps {

using schedule::Component;
using schedule::DueInstallment;
using schedule::GivenPeriod;
using schedule::RestUnit;

const InterestRules& rule_of(const Rules& rules) { return *rules.product.servicing->interest; }

bool counts_daily(const Rules& rules) { return rule_of(rules).overdue == OverdueInterest::daily; }

bool counts_whole(const Rules& rules) { return rule_of(rules).early != EarlyMoney::last_smaller; }

bool is_row(const InstallmentRecord& record) { return !record.down_payment && !record.extra; }

bool is_coming(const Servicing& table, std::uint32_t no) {
  return std::any_of(table.coming.begin(), table.coming.end(),
                     [no](const schedule::PlanRow& row) { return row.no == no; });
}

const InstallmentRecord& running_record(const LoanState& state) {
  return *state.servicing->find(state.servicing->coming.front().no);
}

/// Principal not yet due that bears interest.
std::int64_t ahead_of(const LoanState& state, const Rules& rules) {
  std::int64_t sum = 0;
  for (const schedule::PlanRow& row : state.servicing->coming) {
    const InstallmentRecord& record = *state.servicing->find(row.no);
    sum += record.demanded[principal_at] - record.paid[principal_at];
    if (counts_whole(rules)) sum -= record.paid[interest_at];
  }
  return std::max<std::int64_t>(sum, 0);
}

namespace {

/// The day from which unpaid interest of an installment bears interest.
Day compounds_on(const Rules& rules, const LoanState& state, Day due) {
  const schedule::Rest& rest = rule_of(rules).compounding_on;
  if (rest.unit == RestUnit::installment) return due;
  return schedule::next_rest(rest, std::min(state.disbursed, due), due);
}

std::int64_t compounding_part(const Rules& rules, const DueInstallment& claim) {
  const Compounding what = rule_of(rules).compounding;
  const bool interest = what == Compounding::interest || what == Compounding::interest_and_fees;
  const bool fees = what == Compounding::fees || what == Compounding::interest_and_fees;
  return (interest ? claim.interest : 0) + (fees ? claim.fee : 0);
}

}  // namespace

/// What is overdue on `day` and bears interest.
std::int64_t overdue_of(const LoanState& state, const Rules& rules, Day day) {
  if (rule_of(rules).overdue == OverdueInterest::none) return 0;
  std::int64_t sum = 0;
  for (const DueInstallment& claim : state.due) {
    if (claim.due > day || is_coming(*state.servicing, claim.no)) continue;
    sum += claim.principal;
    const std::int64_t more = compounding_part(rules, claim);
    if (more != 0 && compounds_on(rules, state, claim.due) <= day) sum += more;
  }
  return sum;
}

namespace {

/// The next day on which more of what is overdue bears interest.
std::optional<Day> next_compounding(const LoanState& state, const Rules& rules, Day day) {
  std::optional<Day> next;
  if (rule_of(rules).compounding == Compounding::none) return next;
  for (const DueInstallment& claim : state.due) {
    if (is_coming(*state.servicing, claim.no) || compounding_part(rules, claim) == 0) continue;
    const Day on = compounds_on(rules, state, claim.due);
    if (on > day && (!next || on < *next)) next = on;
  }
  return next;
}

}  // namespace

/// The first day on or after `day` from which what is owed counts.
Day rest_after(const LoanState& state, const Rules& rules, Day day) {
  const schedule::Rest& rest = rule_of(rules).rest;
  if (rest.unit != RestUnit::installment) return schedule::next_rest(rest, state.disbursed, day);
  for (const InstallmentRecord& record : state.servicing->installments) {
    if (!is_row(record)) continue;
    if (record.from >= day) return record.from;
    if (record.due >= day) return record.due;
  }
  return day;
}

namespace {

/// The period that holds `day`.
GivenPeriod period_at(const Servicing& table, Day day) {
  GivenPeriod last{day, day + date::days{1}};
  for (const InstallmentRecord& record : table.installments) {
    if (!is_row(record) || record.due <= record.from) continue;
    last = {record.from, record.due};
    if (day < record.due) break;
  }
  if (day < last.from) last.from = day;
  if (day >= last.due) last.due = day + date::days{1};
  return last;
}

}  // namespace

/// Rounded interest of `balance`, each period by itself.
std::int64_t interest_of(const LoanState& state, const Rules& rules, schedule::GivenPeriod span,
                         std::int64_t balance) {
  std::int64_t sum = 0;
  while (balance > 0 && span.from < span.due) {
    const GivenPeriod period = period_at(*state.servicing, span.from);
    const Day end = std::min(span.due, period.due);
    sum += schedule::stretch_interest(rules.terms, period, {span.from, end}, balance);
    span.from = end;
  }
  return sum;
}

namespace {

struct Balance {
  std::int64_t ahead;
  std::int64_t overdue;
};

std::int64_t interest_with_overdue(const LoanState& state, const Rules& rules,
                                   schedule::GivenPeriod span, Balance balance, Day overdue_until) {
  const Day cut = balance.overdue == 0 ? span.from : std::clamp(overdue_until, span.from, span.due);
  return interest_of(state, rules, {span.from, cut}, balance.ahead + balance.overdue) +
         interest_of(state, rules, {cut, span.due}, balance.ahead);
}

}  // namespace

/// Interest of the running row through the opening of `to`, what is overdue counted through
/// `overdue_until`; `early`: money that is about to be paid early.
std::int64_t interest_through(const LoanState& state, const Rules& rules, Day to, Day overdue_until,
                              std::int64_t early) {
  const RunningInterest& run = *state.servicing->running;
  if (to <= run.since) return run.earned;
  const Day cut = run.changes ? std::clamp(*run.changes, run.since, to) : to;
  std::int64_t sum = run.earned + interest_with_overdue(state, rules, {run.since, cut},
                                                        {run.ahead, run.overdue}, overdue_until);
  if (cut < to) {
    sum += interest_with_overdue(
        state, rules, {cut, to},
        {std::max<std::int64_t>(ahead_of(state, rules) - early, 0), overdue_of(state, rules, cut)},
        overdue_until);
  }
  return sum;
}

/// The open stretch ends.
void end_stretch(LoanState& state, const Rules& rules, Day day) {
  RunningInterest& run = *state.servicing->running;
  if (day <= run.since) return;
  run.earned = interest_through(state, rules, day, counts_daily(rules) ? day : run.overdue_until);
  run.since = day;
}

/// Another begins, with what is owed now.
void begin_stretch(LoanState& state, const Rules& rules, Day day) {
  RunningInterest& run = *state.servicing->running;
  run.ahead = ahead_of(state, rules);
  run.overdue = overdue_of(state, rules, day);
  run.overdue_until = day;
  run.changes = next_compounding(state, rules, day);
}

/// A rest date has come.
void reach_rest(LoanState& state, const Rules& rules, Day day) {
  while (state.servicing->running->changes && *state.servicing->running->changes <= day) {
    const Day on = *state.servicing->running->changes;
    end_stretch(state, rules, on);
    begin_stretch(state, rules, on);
  }
}

std::vector<schedule::RestRow> rest_rows(const LoanState& state, const Rules& rules) {
  std::vector<schedule::RestRow> rows;
  for (const schedule::PlanRow& row : state.servicing->coming) {
    const InstallmentRecord& record = *state.servicing->find(row.no);
    // What the first row asks for at least says what was paid early in full.
    const bool first_of_whole = rows.empty() && counts_whole(rules);
    rows.push_back({.period = {record.from, record.due},
                    .paid = first_of_whole ? 0 : record.paid[principal_at],
                    .added = record.owed_again});
  }
  return rows;
}

std::int64_t own_principal(const LoanState& state) {
  std::int64_t sum = 0;
  for (const schedule::PlanRow& row : state.servicing->coming) {
    const InstallmentRecord& record = *state.servicing->find(row.no);
    sum += record.demanded[principal_at] - record.owed_again;
  }
  return sum;
}

namespace {

/// Interest paid on a row that does not ask for it any more has paid its principal.
void shift_paid(LoanState& state, std::uint32_t no, std::int64_t more) {
  InstallmentRecord& record = *state.servicing->find(no);
  record.paid[interest_at] -= more;
  record.paid[principal_at] += more;
  const auto claim = std::find_if(state.due.begin(), state.due.end(),
                                  [no](const DueInstallment& due) { return due.no == no; });
  // A row on which nothing is owed asks for as much principal more as interest less.
  if (claim == state.due.end()) {
    record.demanded[interest_at] -= more;
    record.demanded[principal_at] += more;
  } else {
    claim->interest += more;
    claim->principal -= more;
  }
  move(state, Role::interest_unearned, Role::principal, more);
}

/// Principal and interest paid on rows to come.
std::int64_t paid_ahead(const LoanState& state) {
  std::int64_t sum = 0;
  for (const schedule::PlanRow& row : state.servicing->coming) {
    const InstallmentRecord& record = *state.servicing->find(row.no);
    sum += record.paid[principal_at] + record.paid[interest_at];
  }
  return sum;
}

/// The table follows the rows of a new plan.
void follow(LoanState& state, const Rules& rules, const std::vector<schedule::RestRow>& rows) {
  Servicing& table = *state.servicing;
  for (std::size_t i = 0; i < rows.size(); ++i) {
    const std::uint32_t no = table.coming[i].no;
    const Parts demanded = table.find(no)->demanded;
    const std::int64_t principal = rows[i].principal - demanded[principal_at];
    const std::int64_t interest = rows[i].interest - demanded[interest_at];
    // What nothing is owed on stays met.
    demand(state, rules, no, Component::principal, principal);
    demand(state, rules, no, Component::interest, interest);
    table.coming[i].principal = rows[i].principal - rows[i].added;
    table.coming[i].interest = rows[i].interest;
  }
  std::vector<std::uint32_t> gone;
  for (std::size_t i = 1; i < table.coming.size(); ++i) {
    const InstallmentRecord& record = *table.find(table.coming[i].no);
    if (record.demanded == Parts{} && record.paid == Parts{}) gone.push_back(record.no);
  }
  for (const std::uint32_t no : gone) {
    std::erase_if(table.coming, [no](const auto& row) { return row.no == no; });
    std::erase_if(table.installments, [no](const auto& record) { return record.no == no; });
    std::erase_if(state.due, [no](const auto& claim) { return claim.no == no; });
  }
}

/// Moves interest paid in excess of a row's to its principal; false where there is none. As far as
/// all principal is paid, the interest stays.
bool shift_excess(LoanState& state, std::vector<schedule::RestRow>& rows, std::int64_t balance) {
  Servicing& table = *state.servicing;
  std::int64_t room = balance;
  for (const schedule::PlanRow& row : table.coming) {
    const InstallmentRecord& record = *table.find(row.no);
    room -= record.paid[principal_at] - record.owed_again;
  }
  for (std::size_t i = 0; i < rows.size(); ++i) {
    const std::uint32_t no = table.coming[i].no;
    const std::int64_t paid = table.find(no)->paid[interest_at];
    const std::int64_t more = std::min(paid - rows[i].interest, room);
    if (more > 0) {
      shift_paid(state, no, more);
      return true;
    }
    rows[i].interest = std::max(rows[i].interest, paid);
  }
  return false;
}

}  // namespace

/// The rows to come are planned again from what the running one owes.
void plan_again(LoanState& state, const Rules& rules, const Again& again) {
  Servicing& table = *state.servicing;
  if (table.coming.empty()) return;
  RunningInterest& run = *table.running;
  if (counts_daily(rules) && again.day > run.since)
    run.overdue_until = std::max(run.overdue_until, rest_after(state, rules, again.day));
  const std::int64_t interest = again.interest.value_or(
      interest_through(state, rules, running_record(state).due, run.overdue_until, again.early));
  schedule::Terms terms = rules.terms;
  if (again.interest) terms.rate = money::Rate::of_e12(0);
  const std::int64_t later = run.later_installment;
  // Interest that turns out to have paid principal makes the rows ask for no more in all.
  const std::int64_t balance = own_principal(state) + again.more;
  for (;;) {
    const InstallmentRecord& first = running_record(state);
    std::vector<schedule::RestRow> rows = rest_rows(state, rules);
    run.later_installment = schedule::plan_rest(
        terms,
        {.balance = balance,
         .first_interest = interest,
         .first_installment = run.installment,
         .later_installment = later,
         .first_least =
             counts_whole(rules) ? paid_ahead(state) + again.early - first.owed_again : 0,
         .take_off = run.take_off,
         .solve_again = rule_of(rules).early == EarlyMoney::smaller,
         .take_off_again = rule_of(rules).early == EarlyMoney::next_smaller,
         .days = rules.product.servicing->solve_days},
        rows);
    if (!shift_excess(state, rows, balance)) return follow(state, rules, rows);
  }
}

/// The accrual line of the running row: from its level to what it will have earned where its rate
/// of growth changes next.
void run_line(LoanState& state, const Rules& rules, Day day) {
  Servicing& table = *state.servicing;
  if (table.coming.empty()) return stop_plan(state, day);
  const RunningInterest& run = *table.running;
  const InstallmentRecord& first = running_record(state);
  const Day end = std::max(day, day < first.from ? first.from : first.due);
  const bool daily = counts_daily(rules);
  const std::int64_t level = interest_through(state, rules, day, daily ? day : run.overdue_until);
  const std::int64_t target = interest_through(state, rules, end, daily ? end : run.overdue_until);
  schedule::Line line = schedule::scheduled_line(target - level, rules.product.day_count, day, end);
  line.base = money::Int128{level} * line.denominator;
  state.interest = line;
  state.next = table.coming.front();
  state.row_coming = true;
}

/// Rows that were paid before their day leave those to come; the next one bears interest from now.
void leave_met(LoanState& state, const Rules& rules, Day day) {
  Servicing& table = *state.servicing;
  const auto met = [&](const schedule::PlanRow& row) {
    return table.find(row.no)->met.has_value() &&
           std::none_of(state.due.begin(), state.due.end(),
                        [&](const DueInstallment& claim) { return claim.no == row.no; });
  };
  while (!table.coming.empty() && met(table.coming.front())) {
    const std::int64_t interest = running_record(state).demanded[interest_at];
    state.interest = {.base = interest, .slope = 0, .denominator = 1, .first = day};
    accrue(state, rules.product, day);
    move(state, Role::interest_unearned, Role::interest_accrued, interest);
    state.interest.base = 0;
    table.coming.erase(table.coming.begin());
    RunningInterest& run = *table.running;
    run.earned = 0;
    run.since = day;
    run.changes.reset();
    run.installment = run.later_installment;
  }
  std::erase_if(table.coming, met);
}

/// What is owed changed on `day`: it counts from the next rest date on.
void count_from_rest(LoanState& state, const Rules& rules, Day day) {
  RunningInterest& run = *state.servicing->running;
  const Day rest = rest_after(state, rules, day);
  if (rest <= day) {
    end_stretch(state, rules, day);
    begin_stretch(state, rules, day);
  } else {
    run.changes = run.changes ? std::min(*run.changes, rest) : rest;
  }
}

}  // namespace loanbook::ledger::interest_steps
