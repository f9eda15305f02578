// The steps of loans with a table of installments: pay-outs, payments, due dates, charges.

#include "loanbook/ledger/loan/servicing.hpp"

#include <algorithm>
#include <utility>

#include "loanbook/ledger/loan/loan_changes.hpp"
#include "loanbook/ledger/loan/servicing_interest.hpp"
#include "loanbook/ledger/loan/servicing_steps.hpp"
#include "loanbook/money/assert.hpp"

namespace loanbook::ledger {

using schedule::AllocatedLine;
using schedule::Component;
using schedule::DueInstallment;
using schedule::Timing;

namespace {

std::size_t index(Component component) { return static_cast<std::size_t>(component); }

}  // namespace

void run_row(LoanState& state, const Rules& rules, Day first) {
  Servicing& table = *state.servicing;
  if (table.coming.empty() || table.charged_off) {
    stop_plan(state, first);
    if (!table.coming.empty()) {
      state.next = table.coming.front();
      state.row_coming = true;
    }
    return;
  }
  state.next = table.coming.front();
  state.row_coming = true;
  begin_rates(state, first);
  state.interest = planned_line(rules, 0, state.next.interest, first, state.next.due);
}

void add_rows(LoanState& state, const Rules& rules, const std::vector<schedule::PlanRow>& rows,
              Day from) {
  Servicing& table = *state.servicing;
  for (const schedule::PlanRow& row : rows) {
    InstallmentRecord& record = add_record(state, from, row.due);
    record.demanded[index(Component::principal)] = row.principal;
    record.demanded[index(Component::interest)] = row.interest;
    record.demanded[index(Component::fee)] = row.fee;
    // Interest that joins the balance is met by that. Where interest is computed again, the rows
    // are planned anew: nothing of them is paid.
    const std::int64_t joins =
        computes_again(state, rules) ? 0 : std::max<std::int64_t>(-row.principal, 0);
    record.paid[index(Component::principal)] = -joins;
    record.paid[index(Component::interest)] = joins;
    const bool asks = row.principal > 0 || row.interest != joins || row.fee != 0;
    if (!asks) record.met = from;
    if (row.fee != 0) {
      table.charges.push_back({.component = Component::fee,
                               .installment = record.no,
                               .due = row.due,
                               .amount = row.fee});
    }
    schedule::PlanRow numbered = row;
    numbered.no = record.no;
    table.coming.push_back(numbered);
    if (asks)
      state.due.push_back(schedule::become_due(record.no, row.due, row.principal + joins,
                                               row.interest - joins, row.fee, rules.overdue));
    from = row.due;
  }
  sort_table(state);
}

schedule::TimedOrder payment_order(const Rules& rules) {
  return rules.product.servicing ? rules.product.servicing->payment
                                 : ServicingRules::standard_order();
}

void clear_unearned(LoanState& state) {
  const std::int64_t part = std::min(-balance_of(state, Role::interest_unearned),
                                     balance_of(state, Role::interest_accrued));
  if (part > 0) move(state, Role::interest_unearned, Role::interest_accrued, part);
}

void plan_rows(LoanState& state, const Rules& rules, const std::vector<schedule::PlanRow>& rows,
               Day from) {
  add_rows(state, rules, rows, from);
  run_row(state, rules, from);
}

namespace {

std::int64_t planned_principal(const Servicing& table) {
  std::int64_t sum = 0;
  for (const InstallmentRecord& record : table.installments) {
    if (!record.down_payment)
      sum += record.demanded[index(Component::principal)] - record.owed_again;
  }
  return sum;
}

/// Flat interest is a part of what was planned first, not of the rows that are left.
void charge_original(schedule::Plan& plan, schedule::Terms terms, std::int64_t original) {
  terms.principal_minor = original;
  if (auto checked = schedule::check(terms); !checked) throw LoanFault{checked.error().message};
  const schedule::Plan whole = schedule::make_plan(terms);
  for (std::size_t i = 0; i < plan.rows.size(); ++i) plan.rows[i].interest = whole.rows[i].interest;
}

/// A bullet asks for everything in its last row, whatever rows there were before.
void fit_rows(std::vector<schedule::PlanRow>& planned, const schedule::Terms& terms,
              std::size_t rows) {
  for (auto k = static_cast<std::uint32_t>(rows); planned.size() < rows;) {
    schedule::PlanRow empty = planned.front();
    empty.due = schedule::due_date(terms, --k);
    empty.principal = 0;
    empty.interest = 0;
    planned.insert(planned.begin(), empty);
  }
}

}  // namespace

void keep_paid(std::vector<schedule::PlanRow>& planned, const Servicing& table,
               std::span<const schedule::PlanRow> rows) {
  const auto paid = [&](std::size_t i) {
    if (i >= rows.size()) return std::int64_t{0};
    const InstallmentRecord& record = *table.find(rows[i].no);
    return std::max<std::int64_t>(record.paid[index(Component::principal)] - record.owed_again, 0);
  };
  std::int64_t over = 0;
  for (std::size_t i = 0; i < rows.size(); ++i) {
    const std::int64_t more = std::max<std::int64_t>(paid(i) - planned[i].principal, 0);
    planned[i].principal += more;
    over += more;
  }
  for (std::size_t i = planned.size(); i-- > 0 && over > 0;) {
    const std::int64_t less = std::min(over, planned[i].principal - paid(i));
    planned[i].principal -= less;
    over -= less;
  }
}

void move_rows(LoanState& state, const Rules& rules, std::size_t first,
               const schedule::Terms& dates) {
  Servicing& table = *state.servicing;
  std::int64_t principal = 0;
  for (std::size_t i = first; i < table.coming.size(); ++i) principal += table.coming[i].principal;
  schedule::Terms terms = dates;
  terms.principal_minor = principal;
  if (first == 0) begin_with_joined(table, terms);
  terms.principal_free_periods = 0;
  terms.interest_free_periods = 0;
  if (principal == 0) return;
  if (auto checked = schedule::check(terms); !checked) throw LoanFault{checked.error().message};
  schedule::Plan plan = schedule::make_plan(terms);
  if (terms.method == schedule::Method::flat)
    charge_original(plan, terms, planned_principal(table));
  const std::span<schedule::PlanRow> rows = std::span(table.coming).subspan(first);
  const bool again = computes_again(state, rules);
  // Of a loan that was settled and goes on, the interest of these rows was earned then.
  std::vector<std::int64_t> earned;
  for (const schedule::PlanRow& row : rows) {
    const InstallmentRecord& record = *table.find(row.no);
    earned.push_back(again ? 0 : record.demanded[index(Component::interest)] - row.interest);
  }
  for (const schedule::PlanRow& row : rows) undo_joining(*table.find(row.no), row);
  const std::int64_t ahead = take_back_unearned(state, rows);
  fit_rows(plan.rows, terms, rows.size());
  keep_paid(plan.rows, table, rows);
  Day from = terms.disbursed;
  for (std::size_t i = 0; i < rows.size(); ++i) {
    InstallmentRecord& record = *table.find(rows[i].no);
    record.from = from;
    record.due = plan.rows[i].due;
    rows[i].due = record.due;
    for (DueInstallment& due : state.due) {
      if (due.no == record.no) due.due = record.due;
    }
    from = record.due;
  }
  // All dates first: a row that asked for nothing is sorted in as it asks for more.
  const std::vector<schedule::PlanRow> moved(rows.begin(), rows.end());
  for (std::size_t i = 0; i < moved.size(); ++i) {
    const schedule::PlanRow& planned = plan.rows[i];
    const InstallmentRecord& record = *table.find(moved[i].no);
    const std::int64_t more =
        planned.principal + record.owed_again - record.demanded[index(Component::principal)];
    const std::int64_t asked =
        std::max(planned.interest, again ? 0 : record.paid[index(Component::interest)]);
    const std::int64_t interest = asked - record.demanded[index(Component::interest)];
    demand(state, rules, moved[i].no, Component::principal, more);
    demand(state, rules, moved[i].no, Component::interest, interest);
    for (schedule::PlanRow& row : table.coming) {
      if (row.no != moved[i].no) continue;
      row.principal = planned.principal;
      row.interest = asked - earned[i];
    }
  }
  const auto tail = plan.rows.begin() + static_cast<std::ptrdiff_t>(moved.size());
  if (tail != plan.rows.end()) add_rows(state, rules, {tail, plan.rows.end()}, from);
  sort_table(state);
  pay_ahead_again(state, rules, ahead, state.day);
  if (first == 0 && state.row_coming) run_row(state, rules, dates.disbursed);
}

schedule::TimedOrder ServicingRules::standard_order() {
  schedule::TimedOrder order;
  for (const Timing timing : {Timing::past_due, Timing::due, Timing::in_advance}) {
    for (const Component component : {Component::penalty, Component::compound, Component::fee,
                                      Component::interest, Component::principal})
      order.steps.push_back({timing, component});
  }
  return order;
}

InstallmentRecord* Servicing::find(std::uint32_t no) {
  // Numbers rise with due dates but for few rows: most stand where their number says.
  if (no - 1 < installments.size() && installments[no - 1].no == no) return &installments[no - 1];
  if (!installments.empty() && installments.back().no == no) return &installments.back();
  const auto found = std::find_if(installments.begin(), installments.end(),
                                  [no](const InstallmentRecord& r) { return r.no == no; });
  return found == installments.end() ? nullptr : &*found;
}
const InstallmentRecord* Servicing::find(std::uint32_t no) const {
  return const_cast<Servicing*>(this)->find(no);
}

InstallmentRecord& add_record(LoanState& state, Day from, Day due) {
  Servicing& table = *state.servicing;
  std::uint32_t no = 0;
  for (const InstallmentRecord& record : table.installments) no = std::max(no, record.no);
  table.installments.push_back({.no = no + 1, .from = from, .due = due});
  return table.installments.back();
}

namespace {

/// Most rows stand in their places: only the others move.
template <class Rows, class Before>
void sort_rows(Rows& rows, Before before) {
  for (auto row = rows.begin(); row != rows.end(); ++row) {
    if (row == rows.begin() || !before(*row, *std::prev(row))) continue;
    std::rotate(std::upper_bound(rows.begin(), row, *row, before), row, std::next(row));
  }
}

}  // namespace

void sort_table(LoanState& state) {
  std::vector<std::uint32_t> leading;
  for (const InstallmentRecord& record : state.servicing->installments) {
    if (record.leads) leading.push_back(record.no);
  }
  const auto leads = [&](std::uint32_t no) {
    return std::find(leading.begin(), leading.end(), no) != leading.end();
  };
  const auto by_due = [&](const auto& a, const auto& b) {
    if (a.due != b.due) return a.due < b.due;
    if (leads(a.no) != leads(b.no)) return leads(a.no);
    return a.no < b.no;
  };
  sort_rows(state.servicing->installments, by_due);
  sort_rows(state.due, by_due);
  sort_rows(state.servicing->coming, by_due);
}

void demand(LoanState& state, const Rules& rules, std::uint32_t no, Component component,
            std::int64_t minor) {
  if (minor == 0) return;
  InstallmentRecord& record = *state.servicing->find(no);
  record.demanded[index(component)] = must_add(record.demanded[index(component)], minor);
  auto claim = std::find_if(state.due.begin(), state.due.end(),
                            [no](const DueInstallment& due) { return due.no == no; });
  if (claim == state.due.end()) {
    state.due.push_back(schedule::become_due(no, record.due, 0, 0, 0, rules.overdue));
    sort_table(state);
    claim = std::find_if(state.due.begin(), state.due.end(),
                         [no](const DueInstallment& due) { return due.no == no; });
  }
  if (minor > 0) record.met.reset();
  switch (component) {
    case Component::fee:
      claim->fee = must_add(claim->fee, minor);
      return;
    case Component::penalty:
      claim->late_fee = must_add(claim->late_fee, minor);
      return;
    case Component::interest:
      claim->interest = must_add(claim->interest, minor);
      break;
    case Component::principal:
      claim->principal = must_add(claim->principal, minor);
      break;
    case Component::compound:
      LOANBOOK_ASSERT(false && "compound interest accrues, nobody demands it");
  }
  // What is owed from now on accrues as if it had become due on the row's date.
  const DueInstallment fresh =
      schedule::become_due(no, record.due, claim->principal, claim->interest, 0, rules.overdue);
  if (state.day <= record.due) {
    claim->penalty = fresh.penalty;
    claim->compound = fresh.compound;
    claim->room = fresh.room;
  } else if (component == Component::principal) {
    claim->room += schedule::penalty_maximum(minor, rules.overdue);  // it has fallen due by now
  }
}

void use_held(LoanState& state, const Rules& rules, Day day) {
  const std::int64_t held = -balance_of(state, Role::overpayment);
  if (held <= 0) return;
  PaymentRecord record;
  const std::int64_t rest = pay_by_rule(state, rules, held, {Role::overpayment}, day, record);
  LOANBOOK_ASSERT(rest <= held);
}

namespace {

bool has_lines(const LoanState& state, std::uint32_t no) {
  return std::any_of(state.due.begin(), state.due.end(), [no](const DueInstallment& due) {
    return due.no == no && (due.penalty.base != 0 || due.penalty.slope != 0 ||
                            due.compound.base != 0 || due.compound.slope != 0);
  });
}

}  // namespace

std::uint32_t installment_at(LoanState& state, const Rules& rules, Day day) {
  Servicing& table = *state.servicing;
  if (is_revolving(rules.product)) {
    for (const InstallmentRecord& record : table.installments) {
      if (record.extra && record.due == day) return record.no;
    }
    InstallmentRecord& own = add_record(state, day, day);
    own.extra = true;
    const std::uint32_t no = own.no;
    sort_table(state);
    return no;
  }
  for (const InstallmentRecord& record : table.installments) {
    if (!record.down_payment && day <= record.due) return record.no;
  }
  for (InstallmentRecord& record : table.installments) {
    // What runs on a late installment stays with its date.
    if (!record.extra || has_lines(state, record.no)) continue;
    record.due = day;
    const std::uint32_t no = record.no;
    for (DueInstallment& due : state.due) {
      if (due.no == no) due.due = day;
    }
    sort_table(state);
    return no;
  }
  InstallmentRecord& extra =
      add_record(state, table.installments.empty() ? day : table.installments.back().due, day);
  extra.extra = true;
  const std::uint32_t no = extra.no;
  sort_table(state);
  return no;
}

namespace {

/// Accrued interest becomes principal, but for what of it was paid before.
void join(LoanState& state, std::int64_t interest) {
  move(state, Role::principal, Role::interest_accrued, interest);
  std::int64_t beyond =
      balance_of(state, Role::principal) + balance_of(state, Role::principal_overdue);
  for (const DueInstallment& due : state.due) beyond -= due.principal;
  for (std::size_t i = 1; i < state.servicing->coming.size(); ++i)
    beyond += std::max<std::int64_t>(-state.servicing->coming[i].principal, 0);
  const std::int64_t paid =
      std::min({beyond, -balance_of(state, Role::interest_unearned), interest});
  if (paid > 0) move(state, Role::interest_unearned, Role::principal, paid);
}

}  // namespace

void row_due(LoanState& state, const Rules& rules, Day day) {
  Servicing& table = *state.servicing;
  interest_before_due(state, rules, day);
  const schedule::PlanRow row = table.coming.front();
  const auto running = table.running;
  const auto claim = std::find_if(state.due.begin(), state.due.end(),
                                  [&](const DueInstallment& d) { return d.no == row.no; });
  const std::int64_t unpaid = claim == state.due.end() ? 0 : claim->interest;
  // What is charged off bears nothing, at its maturity neither.
  if (is_revolving(rules.product) && claim != state.due.end() && !table.charged_off) {
    const DueInstallment fresh =
        schedule::become_due(row.no, row.due, claim->principal, claim->interest, 0, rules.overdue);
    claim->penalty = fresh.penalty;
    claim->compound = fresh.compound;
    claim->room = fresh.room;
  }
  if (!table.charged_off) {
    if (row.principal < 0) join(state, -row.principal);
    move(state, Role::interest_receivable, Role::interest_accrued, unpaid);
    move(state, Role::interest_unearned, Role::interest_accrued,
         balance_of(state, Role::interest_accrued));
  }
  table.coming.erase(table.coming.begin());
  if (table.rare) table.rare->joined.clear();
  run_row(state, rules, day);
  if (computes_again(state, rules)) interest_after_due(state, rules, row, *running, day);
  use_coupons(state, rules, row.no, day);
  use_held(state, rules, day);
}

void recognise(LoanState& state, const Rules& rules, ChargeRecord& charge) {
  if (charge.recognised || state.servicing->charged_off) return;
  const bool fee = charge.component == Component::fee;
  move(state, fee ? Role::fee_receivable : Role::late_fee_receivable,
       charge_income_of(rules.product, charge.component, charge.code),
       charge.amount - charge.waived);
  charge.recognised = true;
}

void recognise_charges(LoanState& state, const Rules& rules, Day day) {
  if (rules.product.servicing && rules.product.servicing->income_by_run) return;
  Servicing& table = *state.servicing;
  table.count_leading_income();
  for (ChargeRecord& charge : std::span(table.charges).subspan(table.leading_income)) {
    if (charge.due < day) recognise(state, rules, charge);
  }
}

Day next_servicing_change(const LoanState& state, const Rules& rules) {
  Day next = never;
  const auto consider = [&](Day day) {
    if (day > state.day && day < next) next = day;
  };
  const Servicing& table = *state.servicing;
  for (const ChargeRecord& charge : std::span(table.charges).subspan(table.leading_income)) {
    if (!charge.recognised) consider(charge.due + date::days{1});
  }
  // While days are paused, and after them, buckets change on other days than due dates say.
  const auto& rows = state.servicing->installments;
  const bool from_own_day =
      rules.product.servicing && rules.product.servicing->chargebacks_late_from_own_day;
  const bool again =
      from_own_day && std::any_of(rows.begin(), rows.end(), [](const InstallmentRecord& record) {
        return record.owed_again_since.has_value();
      });
  if ((again || !state.servicing->pauses.empty()) && !state.due.empty())
    consider(state.day + date::days{1});
  return next;
}

void settle_servicing(LoanState& state, const Rules& rules, Day day) {
  Servicing& table = *state.servicing;
  for (ChargeRecord& charge : table.charges) recognise(state, rules, charge);
  // Whatever was paid for days to come is earned now: nobody gets it back.
  move(state, Role::interest_unearned, Role::interest_accrued,
       balance_of(state, Role::interest_accrued));
  move(state, Role::interest_unearned, Role::interest_income,
       -balance_of(state, Role::interest_unearned));
  if (!table.charged_off) table.interest_reported = -balance_of(state, Role::interest_income);
  if (table.running) {
    // What is owed again later begins anew.
    table.coming.clear();
    table.running->earned = 0;
    table.running->since = day;
    table.running->changes.reset();
  }
  stop_plan(state, day);
}

namespace {

/// Rounded daily interest at the loan's rate.
std::int64_t interest_for(const LoanState& state, const Rules& rules, std::int64_t principal,
                          Day from, Day until) {
  const schedule::DayCount day_count = rules.product.day_count;
  return must_fit(schedule::level(
      schedule::simple_line(principal, state.terms.rate, day_count, from), day_count,
      rules.product.interest_rounding.mode, until, line_context(rules.product)));
}

}  // namespace

void go_on(LoanState& state, const Rules& rules, Day day,
           std::span<const AllocatedLine> paid_back) {
  Servicing& table = *state.servicing;
  std::erase_if(table.coming, [day](const schedule::PlanRow& row) { return row.due <= day; });
  if (table.coming.empty() || state.row_coming) return;
  // The interest of these rows was earned when everything was paid; what is owed again bears its
  // own.
  for (schedule::PlanRow& row : table.coming) row.interest = 0;
  if (!is_revolving(rules.product) && !table.charged_off) {
    std::int64_t owed = 0;
    for (const DueInstallment& due : state.due) {
      if (due.due > day) owed += due.principal;
    }
    Day from = day;
    for (schedule::PlanRow& row : table.coming) {
      row.interest = interest_for(state, rules, owed, from, row.due);
      demand(state, rules, row.no, Component::interest, row.interest);
      for (const AllocatedLine& line : paid_back)
        row.interest += line.no == row.no ? line.amount : 0;
      from = row.due;
      for (const DueInstallment& due : state.due) {
        if (due.no == row.no) owed -= due.principal;
      }
    }
  }
  state.next = table.coming.front();
  state.row_coming = true;
  if (!is_revolving(rules.product) && state.next.interest != 0)
    state.interest = planned_line(rules, 0, state.next.interest, day, state.next.due);
}

void make_table(LoanState& state, const Rules& rules) {
  if (state.servicing) return;
  Servicing& table = state.servicing.emplace();
  const std::vector<DueInstallment> unpaid = std::exchange(state.due, {});
  if (is_revolving(rules.product)) return make_drawn_table(state, rules, unpaid);
  const schedule::Plan plan = schedule::make_plan(rules.terms);
  Day from = state.disbursed;
  // A plan that was settled early ends with what was paid on that day.
  const Day settled = state.row_coming ? never : state.interest.first;
  std::int64_t interest = -balance_of(state, Role::interest_income);
  for (const schedule::PlanRow& row : plan.rows) {
    if (row.due > settled) {
      InstallmentRecord rest{.no = row.no, .from = from, .due = settled};
      rest.demanded[index(Component::principal)] = row.principal + row.balance;
      rest.demanded[index(Component::interest)] = interest;
      rest.paid = rest.demanded;
      rest.met = settled;
      table.installments.push_back(rest);
      break;
    }
    interest -= row.interest;
    InstallmentRecord record{.no = row.no, .from = from, .due = row.due};
    record.demanded[index(Component::principal)] = row.principal;
    record.demanded[index(Component::interest)] = row.interest;
    record.paid = record.demanded;
    const auto claim = std::find_if(unpaid.begin(), unpaid.end(),
                                    [&](const DueInstallment& d) { return d.no == row.no; });
    if (state.row_coming && row.no >= state.next.no) {
      record.paid = {};
      table.coming.push_back(row);
      state.due.push_back(
          schedule::become_due(row.no, row.due, row.principal, row.interest, 0, rules.overdue));
    } else if (claim != unpaid.end()) {
      record.paid[index(Component::principal)] -= claim->principal;
      record.paid[index(Component::interest)] -= claim->interest;
      state.due.push_back(*claim);
    }
    table.installments.push_back(record);
    from = row.due;
  }
  sort_table(state);
}

}  // namespace loanbook::ledger
