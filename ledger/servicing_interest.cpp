// Interest that is computed again from what is really owed: where the running row stands, what rows
// are left, what a payment finds and leaves.

#include "loanbook/ledger/servicing_interest.hpp"

#include <algorithm>

#include "loanbook/ledger/loan_changes.hpp"
#include "loanbook/money/assert.hpp"

namespace loanbook::ledger {
namespace {

using schedule::Component;
using schedule::DueInstallment;
using schedule::GivenPeriod;
using schedule::RestUnit;

constexpr auto principal_at = static_cast<std::size_t>(Component::principal);
constexpr auto interest_at = static_cast<std::size_t>(Component::interest);

const InterestRules& rule_of(const Rules& rules) { return *rules.product.servicing->interest; }
bool counts_daily(const Rules& rules) { return rule_of(rules).overdue == OverdueInterest::daily; }
/// Does early money bear no interest from its day on, whatever it pays by the order?
bool counts_whole(const Rules& rules) { return rule_of(rules).early != EarlyMoney::last_smaller; }

bool is_row(const InstallmentRecord& record) { return !record.down_payment && !record.extra; }

bool is_coming(const Servicing& table, std::uint32_t no) {
  return std::any_of(table.coming.begin(), table.coming.end(),
                     [no](const schedule::PlanRow& row) { return row.no == no; });
}

const InstallmentRecord& front(const LoanState& state) {
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

/// Interest of the running row through the opening of `to`, what is overdue counted through
/// `overdue_until`; `early`: money that is about to be paid early.
std::int64_t interest_through(const LoanState& state, const Rules& rules, Day to, Day overdue_until,
                              std::int64_t early = 0) {
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
void close(LoanState& state, const Rules& rules, Day day) {
  RunningInterest& run = *state.servicing->running;
  if (day <= run.since) return;
  run.earned = interest_through(state, rules, day, counts_daily(rules) ? day : run.overdue_until);
  run.since = day;
}

/// Another begins, with what is owed now.
void refresh(LoanState& state, const Rules& rules, Day day) {
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
    close(state, rules, on);
    refresh(state, rules, on);
  }
}

/// Interest paid that is not owed any more has paid principal.
void shift_paid(LoanState& state, std::int64_t interest) {
  const std::uint32_t no = state.servicing->coming.front().no;
  InstallmentRecord& record = *state.servicing->find(no);
  const std::int64_t more = record.paid[interest_at] - interest;
  if (more <= 0) return;
  record.paid[interest_at] -= more;
  record.paid[principal_at] += more;
  for (DueInstallment& claim : state.due) {
    if (claim.no != no) continue;
    claim.interest += more;
    claim.principal -= more;
  }
  move(state, Role::interest_unearned, Role::principal, more);
}

std::vector<schedule::RestRow> rest_rows(const LoanState& state, const Rules& rules) {
  std::vector<schedule::RestRow> rows;
  for (const schedule::PlanRow& row : state.servicing->coming) {
    const InstallmentRecord& record = *state.servicing->find(row.no);
    rows.push_back({.period = {record.from, record.due},
                    .paid = counts_whole(rules) ? 0 : record.paid[principal_at],
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

/// The table follows the rows of a new plan.
void take(LoanState& state, const Rules& rules, const std::vector<schedule::RestRow>& rows) {
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

struct Again {
  Day day{};
  std::int64_t early = 0;                  ///< money that is about to be paid early
  std::int64_t more = 0;                   ///< principal that joins the rows, or leaves them (< 0)
  std::optional<std::int64_t> interest{};  ///< of the running row; the others begin to bear none
};

/// The rows to come are planned again from what the running one owes.
void plan_again(LoanState& state, const Rules& rules, const Again& again) {
  Servicing& table = *state.servicing;
  if (table.coming.empty()) return;
  RunningInterest& run = *table.running;
  if (counts_daily(rules) && again.day > run.since)
    run.overdue_until = std::max(run.overdue_until, rest_after(state, rules, again.day));
  const InstallmentRecord& first = front(state);
  const std::int64_t interest = again.interest.value_or(
      interest_through(state, rules, first.due, run.overdue_until, again.early));
  shift_paid(state, interest);
  const bool whole = counts_whole(rules);
  const std::int64_t paid = first.paid[principal_at] + first.paid[interest_at] + again.early;
  std::vector<schedule::RestRow> rows = rest_rows(state, rules);
  schedule::Terms terms = rules.terms;
  if (again.interest) terms.rate = money::Rate::of_e12(0);
  run.later_installment =
      schedule::plan_rest(terms,
                          {.balance = own_principal(state) + again.more,
                           .first_interest = std::max(interest, first.paid[interest_at]),
                           .first_installment = run.installment,
                           .later_installment = run.later_installment,
                           .first_least = whole ? paid - first.owed_again : 0,
                           .take_off = run.take_off,
                           .solve_again = rule_of(rules).early == EarlyMoney::smaller,
                           .take_off_again = rule_of(rules).early == EarlyMoney::next_smaller,
                           .days = rules.product.servicing->solve_days},
                          rows);
  take(state, rules, rows);
}

/// The accrual line of the running row: from its level to what it will have earned where its rate
/// of growth changes next.
void run_line(LoanState& state, const Rules& rules, Day day) {
  Servicing& table = *state.servicing;
  if (table.coming.empty()) return stop_plan(state, day);
  const RunningInterest& run = *table.running;
  const InstallmentRecord& first = front(state);
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
    const std::int64_t interest = front(state).demanded[interest_at];
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
    close(state, rules, day);
    refresh(state, rules, day);
  } else {
    run.changes = run.changes ? std::min(*run.changes, rest) : rest;
  }
}

/// The row that falls due on `day`, which money of that day still finds.
InstallmentRecord* row_of_day(LoanState& state, Day day) {
  for (InstallmentRecord& record : state.servicing->installments) {
    if (is_row(record) && record.due == day && !is_coming(*state.servicing, record.no))
      return &record;
  }
  return nullptr;
}

/// Does the money pay exactly what the table still asks for, whose last row is running? That is the
/// installment as agreed, wherever early money counts in full against principal.
bool pays_as_planned(const LoanState& state, const Rules& rules, std::int64_t amount_minor,
                     Day day) {
  if (!counts_whole(rules) || state.servicing->coming.size() != 1) return false;
  const auto claims = schedule::claims_of(state.due, rules.overdue, day);
  if (!claims) throw LoanFault{"penalty interest of the loan is beyond 64 bits"};
  for (const schedule::Claim& claim : *claims) {
    for (const std::int64_t minor : claim.amount) amount_minor -= minor;
  }
  return amount_minor == 0;
}

/// Money on a due date: interest on what was overdue in the period that ends there.
void charge_fallen(LoanState& state, const Rules& rules, Day day) {
  Servicing& table = *state.servicing;
  if (!table.fallen) return;
  const FallenRow fallen = *table.fallen;
  table.fallen.reset();
  if (fallen.due != day) return;
  const RunningInterest& was = fallen.interest;
  const std::int64_t all =
      was.earned + interest_of(state, rules, {was.since, day}, was.ahead + was.overdue);
  const std::int64_t extra = all - table.find(fallen.no)->demanded[interest_at];
  if (extra <= 0) return;
  demand(state, rules, fallen.no, Component::interest, extra);
  move(state, Role::interest_receivable, Role::interest_income, extra);
  if (rules.product.method != schedule::Method::level || table.coming.empty()) return;
  const auto claim = std::find_if(state.due.begin(), state.due.end(),
                                  [&](const DueInstallment& due) { return due.no == fallen.no; });
  const std::int64_t later = std::min(extra, claim->principal);
  demand(state, rules, fallen.no, Component::principal, -later);
  table.running->ahead += later;
  plan_again(state, rules, {.day = day, .more = later});
}

/// Money beyond what is due by now.
std::int64_t beyond_due(const LoanState& state, const Rules& rules,
                        const schedule::TimedOrder& order, std::int64_t amount_minor, Day day) {
  const bool any = std::any_of(order.steps.begin(), order.steps.end(), [](const auto& step) {
    return step.timing == schedule::Timing::in_advance && step.component == Component::principal;
  });
  if (!any) return 0;
  const auto claims = schedule::claims_of(state.due, rules.overdue, day);
  if (!claims) throw LoanFault{"penalty interest of the loan is beyond 64 bits"};
  const schedule::Allocation tried = schedule::allocate(amount_minor, *claims, order, day);
  std::int64_t sum = tried.unallocated;
  for (const schedule::AllocatedLine& line : tried.lines) {
    const bool counts =
        line.component == Component::principal || line.component == Component::interest;
    if (counts && is_coming(*state.servicing, line.no)) sum += line.amount;
  }
  return sum;
}

/// Early money on a due date: the row of that day asks for it, the rows after it for less.
void raise_fallen(LoanState& state, const Rules& rules, InstallmentRecord& row, std::int64_t early,
                  Day day) {
  RunningInterest& run = *state.servicing->running;
  const std::int64_t part = std::min(early, own_principal(state));
  if (part <= 0) return;
  demand(state, rules, row.no, Component::principal, part);
  run.ahead -= std::min(part, run.ahead);
  if (rule_of(rules).early == EarlyMoney::next_smaller) run.take_off += part;
  if (rule_of(rules).early == EarlyMoney::smaller) {
    std::vector<GivenPeriod> periods;
    for (const schedule::RestRow& each : rest_rows(state, rules)) periods.push_back(each.period);
    run.installment = schedule::solve_rest(rules.terms, rules.product.servicing->solve_days,
                                           periods, own_principal(state) - part);
    run.later_installment = run.installment;
  }
  plan_again(state, rules, {.day = day, .more = -part});
  Servicing& table = *state.servicing;
  if (front(state).demanded != Parts{}) return;
  const std::uint32_t no = table.coming.front().no;
  table.coming.clear();
  std::erase_if(table.installments, [no](const auto& record) { return record.no == no; });
  std::erase_if(state.due, [no](const auto& claim) { return claim.no == no; });
  stop_plan(state, day);
}

std::int64_t installment_in_force(const LoanState& state, const Rules& rules) {
  const schedule::PlanRow& row = state.servicing->coming.front();
  return rules.product.method == schedule::Method::level ? row.principal + row.interest
                                                         : row.principal;
}

void set_installment(LoanState& state, const Rules& rules) {
  RunningInterest& run = *state.servicing->running;
  const bool has_one = rules.product.method == schedule::Method::level ||
                       rules.product.method == schedule::Method::equal_principal;
  run.installment = has_one ? installment_in_force(state, rules) : 0;
  run.later_installment = run.installment;
  run.take_off = 0;
}

}  // namespace

bool computes_again(const LoanState& state, const Rules& rules) {
  return rules.product.servicing && rules.product.servicing->interest && state.servicing &&
         state.servicing->running && !state.servicing->charged_off;
}

std::int64_t agreed_installment(const Rules& rules, const schedule::Terms& terms,
                                std::int64_t planned, std::int64_t approved) {
  const ServicingRules& servicing = *rules.product.servicing;
  if (terms.method != schedule::Method::level && terms.method != schedule::Method::equal_principal)
    return 0;
  if (!servicing.installment_of_approved && servicing.solve_days == schedule::SolveDays::actual)
    return 0;
  std::vector<GivenPeriod> periods;
  Day from = terms.disbursed;
  for (std::uint32_t k = 1; k <= terms.installments; ++k) {
    periods.push_back({from, schedule::due_date(terms, k)});
    from = periods.back().due;
  }
  return schedule::solve_rest(terms, servicing.solve_days, periods,
                              servicing.installment_of_approved ? approved : planned);
}

void begin_interest(LoanState& state, const Rules& rules, Day day) {
  Servicing& table = *state.servicing;
  if (!rules.product.servicing || !rules.product.servicing->interest || table.coming.empty())
    return;
  table.running.emplace().since = day;
  set_installment(state, rules);
  refresh(state, rules, day);
  run_line(state, rules, day);
}

void raise_interest(LoanState& state, const Rules& rules, std::int64_t more, Day day) {
  if (!computes_again(state, rules) || state.servicing->coming.empty()) return;
  RunningInterest& run = *state.servicing->running;
  set_installment(state, rules);
  if (day <= front(state).from) run.earned = 0;
  run.since = day;
  run.ahead += more;
  plan_again(state, rules, {.day = day});
  refresh(state, rules, day);
  run_line(state, rules, day);
}

void extend_rows(LoanState& state, const Rules& rules, std::int64_t more, Day day) {
  Servicing& table = *state.servicing;
  std::uint32_t rows = 0;
  Day from = state.disbursed;
  for (const InstallmentRecord& record : table.installments) {
    if (!is_row(record)) continue;
    ++rows;
    from = std::max(from, record.due);
  }
  std::vector<schedule::PlanRow> added;
  const std::uint32_t last =
      std::max(rules.terms.installments, table.coming.empty() ? rows + 1 : 0);
  for (std::uint32_t k = rows + 1; k <= last; ++k) {
    added.push_back({.no = 0,
                     .due = schedule::due_date(rules.terms, k),
                     .principal = 0,
                     .interest = 0,
                     .balance = 0});
  }
  add_rows(state, rules, added, from);
  RunningInterest& run = *table.running;
  if (day <= front(state).from) run.earned = 0;
  run.since = day;
  run.ahead += more;
  plan_again(state, rules, {.day = day, .more = more});
  refresh(state, rules, day);
  run_line(state, rules, day);
}

void interest_changes(LoanState& state, const Rules& rules, Day day) {
  if (!computes_again(state, rules) || state.servicing->coming.empty()) return;
  reach_rest(state, rules, day);
  plan_again(state, rules, {.day = day});
  // The line goes on unless its rate of growth changed today.
  const bool period_begins = front(state).from == day;
  if (period_begins || state.servicing->running->since == day) run_line(state, rules, day);
}

void interest_before_due(LoanState& state, const Rules& rules, Day day) {
  if (!computes_again(state, rules)) return;
  reach_rest(state, rules, day);
  plan_again(state, rules, {.day = day});
}

void interest_after_due(LoanState& state, const Rules& rules, const schedule::PlanRow& row,
                        const RunningInterest& was, Day day) {
  Servicing& table = *state.servicing;
  table.fallen.reset();
  if (rule_of(rules).overdue == OverdueInterest::at_payment && was.overdue != 0 &&
      was.overdue_until < day)
    table.fallen = FallenRow{row.no, row.due, was};
  RunningInterest& run = *table.running;
  run.earned = 0;
  run.since = day;
  const std::int64_t own = rules.product.method == schedule::Method::level
                               ? run.installment - row.interest
                               : run.installment;
  run.take_off -= std::clamp<std::int64_t>(own, 0, run.take_off);
  run.installment = run.later_installment;
  refresh(state, rules, day);
  plan_again(state, rules, {.day = day});
  run_line(state, rules, day);
}

Day next_interest_change(const LoanState& state, const Rules& rules) {
  if (!computes_again(state, rules) || state.servicing->coming.empty()) return never;
  const RunningInterest& run = *state.servicing->running;
  Day next = never;
  const auto consider = [&](Day day) {
    if (day > state.day && day < next) next = day;
  };
  const InstallmentRecord& first = front(state);
  consider(first.from);
  if (run.changes) consider(*run.changes);
  if (counts_daily(rules) && run.overdue != 0 && run.overdue_until < first.due)
    consider(std::max(state.day, run.overdue_until) + date::days{1});
  return next;
}

void interest_before_payment(LoanState& state, const Rules& rules,
                             const schedule::TimedOrder& order, std::int64_t amount_minor,
                             Day day) {
  if (!computes_again(state, rules)) return;
  if (pays_as_planned(state, rules, amount_minor, day)) return;
  if (rule_of(rules).overdue == OverdueInterest::at_payment) charge_fallen(state, rules, day);
  if (state.servicing->coming.empty()) return;
  RunningInterest& run = *state.servicing->running;
  const Day rest = rest_after(state, rules, day);
  if (rule_of(rules).overdue == OverdueInterest::at_payment && day > run.since)
    run.overdue_until = std::max(run.overdue_until, rest);
  if (rest == day) close(state, rules, day);
  plan_again(state, rules, {.day = day});
  const std::int64_t early = beyond_due(state, rules, order, amount_minor, day);
  if (early <= 0) return;
  const bool to_the_rest = rule_of(rules).settlement == SettlementInterest::to_the_rest;
  if (!counts_whole(rules)) {
    const Day through = to_the_rest ? std::min(rest, front(state).due) : day;
    plan_again(state, rules,
               {.day = day,
                .interest =
                    interest_through(state, rules, through, std::max(run.overdue_until, through))});
    return;
  }
  if (InstallmentRecord* row = row_of_day(state, day))
    return raise_fallen(state, rules, *row, early, day);
  const bool settles = early >= ahead_of(state, rules);
  if (rest == day || (settles && !to_the_rest)) {
    close(state, rules, day);
    run.ahead = std::max<std::int64_t>(ahead_of(state, rules) - early, 0);
    run.overdue_until = day;
    run.changes.reset();
  } else {
    run.changes = run.changes ? std::min(*run.changes, rest) : rest;
  }
  plan_again(state, rules, {.day = day, .early = early});
}

void interest_after_payment(LoanState& state, const Rules& rules, Day day) {
  if (!computes_again(state, rules) || state.due.empty()) return;
  if (state.servicing->coming.empty()) return stop_plan(state, day);
  if (!counts_whole(rules)) leave_met(state, rules, day);
  if (state.servicing->coming.empty()) return stop_plan(state, day);
  count_from_rest(state, rules, day);
  plan_again(state, rules, {.day = day});
  drop_met(state, rules, day);
  run_line(state, rules, day);
}

void interest_before_event(LoanState& state, const Rules& rules, const LoanEvent& event) {
  if (!computes_again(state, rules) || state.servicing->coming.empty()) return;
  const bool plans = changes_plan(event.kind) || event.kind == Kind::re_age ||
                     event.kind == Kind::reamortize || event.kind == Kind::reschedule ||
                     event.kind == Kind::disburse;
  if (plans) close(state, rules, event.value_date);
}

void interest_after_event(LoanState& state, const Rules& rules, const LoanEvent& event) {
  if (!computes_again(state, rules) || state.servicing->coming.empty() || state.due.empty()) return;
  if (state.status != LoanStatus::active) return;
  const Day day = event.value_date;
  RunningInterest& run = *state.servicing->running;
  const bool plans = (changes_plan(event.kind) && event.kind != Kind::prepay) ||
                     event.kind == Kind::re_age || event.kind == Kind::reamortize ||
                     event.kind == Kind::reschedule;
  if (plans) {
    if (event.kind == Kind::re_age || day <= front(state).from) run.earned = 0;
    run.since = day;
    set_installment(state, rules);
    refresh(state, rules, day);
  } else {
    const bool same =
        run.ahead == ahead_of(state, rules) && run.overdue == overdue_of(state, rules, day);
    if (same || run.changes) return;
    count_from_rest(state, rules, day);
  }
  plan_again(state, rules, {.day = day});
  drop_met(state, rules, day);
  run_line(state, rules, day);
}

std::int64_t interest_to_settle(const LoanState& state, const Rules& rules, Day day) {
  if (!computes_again(state, rules) || state.servicing->coming.empty()) return 0;
  const bool to_the_rest = rule_of(rules).settlement == SettlementInterest::to_the_rest;
  const Day through = to_the_rest ? std::min(rest_after(state, rules, day), front(state).due) : day;
  return interest_through(state, rules, through, through) - front(state).paid[interest_at];
}

}  // namespace loanbook::ledger
