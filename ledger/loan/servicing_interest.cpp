// Interest that is computed again from what is really owed: what each event does to it.

#include "loanbook/ledger/loan/servicing_interest.hpp"

#include <algorithm>

#include "loanbook/ledger/loan/loan_changes.hpp"
#include "loanbook/ledger/loan/servicing_interest_steps.hpp"

namespace loanbook::ledger {

using namespace interest_steps;  // NOLINT(google-build-using-namespace)
using schedule::Component;
using schedule::DueInstallment;
using schedule::GivenPeriod;

namespace {

/// Do rows of another plan stand in its period by now?
bool is_replaced(const Servicing& table, const InstallmentRecord& record) {
  return std::any_of(table.coming.begin(), table.coming.end(), [&](const schedule::PlanRow& row) {
    const InstallmentRecord& other = *table.find(row.no);
    return other.from < record.due && record.from < other.due;
  });
}

/// The row that falls due on `day`, which money of that day still finds.
InstallmentRecord* row_of_day(LoanState& state, Day day) {
  for (InstallmentRecord& record : state.servicing->installments) {
    if (is_row(record) && record.due == day && !is_coming(*state.servicing, record.no) &&
        !is_replaced(*state.servicing, record))
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

/// Principal of the plan that no money has come for yet, be it as interest of its rows.
std::int64_t own_unpaid(const LoanState& state) {
  std::int64_t sum = own_principal(state);
  for (const schedule::PlanRow& row : state.servicing->coming) {
    const InstallmentRecord& record = *state.servicing->find(row.no);
    sum -= record.paid[principal_at] + record.paid[interest_at];
  }
  return sum;
}

/// Early money on a due date: the row of that day asks for it, the rows after it for less.
void raise_fallen(LoanState& state, const Rules& rules, InstallmentRecord& row, std::int64_t early,
                  Day day) {
  RunningInterest& run = *state.servicing->running;
  const std::int64_t part = std::min(early, own_unpaid(state));
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
  if (running_record(state).demanded != Parts{}) return;
  const std::uint32_t no = table.coming.front().no;
  table.coming.clear();
  std::erase_if(table.installments, [no](const auto& record) { return record.no == no; });
  std::erase_if(state.due, [no](const auto& claim) { return claim.no == no; });
  stop_plan(state, day);
}

/// Rows that were paid before their day and left, on which something is owed again: they are to
/// come again, their interest as if it had not been earned yet. Were there any?
bool come_back(LoanState& state, const Rules& rules, Day day) {
  Servicing& table = *state.servicing;
  std::vector<std::uint32_t> owed;
  for (const InstallmentRecord& record : table.installments) {
    if (!is_row(record) || record.due <= day || is_coming(table, record.no) ||
        is_replaced(table, record))
      continue;
    const bool claimed =
        std::any_of(state.due.begin(), state.due.end(),
                    [&](const DueInstallment& claim) { return claim.no == record.no; });
    if (claimed) owed.push_back(record.no);
  }
  if (owed.empty()) return false;
  RunningInterest& run = *table.running;
  if (!table.coming.empty()) end_stretch(state, rules, day);
  run.since = day;
  for (const std::uint32_t no : owed) {
    const InstallmentRecord& record = *table.find(no);
    const std::int64_t interest = record.demanded[interest_at];
    run.earned += interest;
    move(state, Role::interest_accrued, Role::interest_unearned, interest);
    // What is owed again of it counted as due: it is to come.
    for (const DueInstallment& claim : state.due) {
      if (claim.no == no)
        move(state, Role::interest_unearned, Role::interest_receivable, claim.interest);
    }
    table.coming.push_back({.no = no,
                            .due = record.due,
                            .principal = record.demanded[principal_at] - record.owed_again,
                            .interest = interest,
                            .balance = 0,
                            .fee = record.demanded[static_cast<std::size_t>(Component::fee)]});
  }
  sort_table(state);
  return true;
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

void begin_interest(LoanState& state, const Rules& rules, Day day, std::int64_t earned) {
  Servicing& table = *state.servicing;
  if (!rules.product.servicing || !rules.product.servicing->interest || table.coming.empty())
    return;
  table.running.emplace().since = day;
  table.running->earned = earned;
  set_installment(state, rules);
  begin_stretch(state, rules, day);
  run_line(state, rules, day);
}

void raise_interest(LoanState& state, const Rules& rules, std::int64_t more, Day day) {
  if (!computes_again(state, rules) || state.servicing->coming.empty()) return;
  RunningInterest& run = *state.servicing->running;
  set_installment(state, rules);
  if (day <= running_record(state).from) run.earned = 0;
  run.since = day;
  run.ahead += more;
  plan_again(state, rules, {.day = day});
  begin_stretch(state, rules, day);
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
  if (day <= running_record(state).from) run.earned = 0;
  run.since = day;
  run.ahead += more;
  plan_again(state, rules, {.day = day, .more = more});
  begin_stretch(state, rules, day);
  run_line(state, rules, day);
}

void interest_changes(LoanState& state, const Rules& rules, Day day) {
  if (!computes_again(state, rules) || state.servicing->coming.empty()) return;
  reach_rest(state, rules, day);
  plan_again(state, rules, {.day = day});
  // The line goes on unless its rate of growth changed today.
  const bool period_begins = running_record(state).from == day;
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
  const std::int64_t planned = std::max<std::int64_t>(
      0, rules.product.method == schedule::Method::level ? run.installment - row.interest
                                                         : run.installment);
  const std::int64_t used = std::min(planned, run.take_off);
  run.take_off -= used;
  // What the row asked for more than that makes the next ones smaller.
  if (rule_of(rules).early == EarlyMoney::next_smaller)
    run.take_off += std::max<std::int64_t>(0, row.principal - (planned - used));
  run.installment = run.later_installment;
  begin_stretch(state, rules, day);
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
  const InstallmentRecord& first = running_record(state);
  consider(first.from);
  if (run.changes) consider(*run.changes);
  if (counts_daily(rules) && run.overdue != 0 && run.overdue_until < first.due)
    consider(std::max(state.day, run.overdue_until) + date::days{1});
  return next;
}

schedule::TimedOrder order_ahead(const LoanState& state, const Rules& rules,
                                 const schedule::TimedOrder& order) {
  schedule::TimedOrder own = order;
  if (computes_again(state, rules) && counts_whole(rules)) own.advance = schedule::Advance::next;
  return own;
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
  if (rest == day) end_stretch(state, rules, day);
  plan_again(state, rules, {.day = day});
  const std::int64_t early = beyond_due(state, rules, order, amount_minor, day);
  if (early <= 0) return;
  const bool to_the_rest = rule_of(rules).settlement == SettlementInterest::to_the_rest;
  if (!counts_whole(rules)) {
    const Day through = to_the_rest ? std::min(rest, running_record(state).due) : day;
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
    end_stretch(state, rules, day);
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
  if (plans) end_stretch(state, rules, event.value_date);
}

void interest_after_event(LoanState& state, const Rules& rules, const LoanEvent& event) {
  if (!computes_again(state, rules) || state.due.empty() || state.status != LoanStatus::active)
    return;
  const Day day = event.value_date;
  const bool back = come_back(state, rules, day);
  if (state.servicing->coming.empty()) return;
  RunningInterest& run = *state.servicing->running;
  const bool plans = (changes_plan(event.kind) && event.kind != Kind::prepay) ||
                     event.kind == Kind::re_age || event.kind == Kind::reamortize ||
                     event.kind == Kind::reschedule;
  if (plans) {
    if (event.kind == Kind::re_age) {
      run.earned = balance_of(state, Role::interest_accrued);
    } else if (day <= running_record(state).from) {
      run.earned = 0;
    }
    run.since = day;
    set_installment(state, rules);
    begin_stretch(state, rules, day);
  } else if (back) {
    begin_stretch(state, rules, day);
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
  const Day through =
      to_the_rest ? std::min(rest_after(state, rules, day), running_record(state).due) : day;
  return interest_through(state, rules, through, through) - running_record(state).paid[interest_at];
}

}  // namespace loanbook::ledger
