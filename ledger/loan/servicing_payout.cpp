// Pay-outs on loans with a table of installments: the first makes the table, later ones raise it.

#include <algorithm>

#include "loanbook/ledger/loan/loan_changes.hpp"
#include "loanbook/ledger/loan/servicing_interest.hpp"
#include "loanbook/ledger/loan/servicing_steps.hpp"
#include "loanbook/money/limits.hpp"
#include "loanbook/schedule/due_dates.hpp"

namespace loanbook::ledger {

using schedule::Component;

namespace {

std::size_t index(Component component) { return static_cast<std::size_t>(component); }

std::int64_t rounded(std::int64_t amount, money::Ratio part, money::Rounding rounding) {
  const money::Int128 step = money::Int128{part.denominator} * rounding.multiple;
  return static_cast<std::int64_t>(
      money::divide_rounded(money::Int128{amount} * part.numerator, step, rounding.mode) *
      rounding.multiple);
}

/// A part of the pay-out that its borrower owes at once.
void add_down_payment(LoanState& state, const Rules& rules, std::int64_t amount, Day day) {
  if (amount == 0) return;
  InstallmentRecord& record = add_record(state, day, day);
  record.demanded[index(Component::principal)] = amount;
  record.down_payment = true;
  record.leads = rules.product.servicing && rules.product.servicing->raise_over_all_rows;
  state.due.push_back(schedule::become_due(record.no, day, amount, 0, 0, rules.overdue));
  sort_table(state);
}

/// The plan of what is not due yet, with more money from `day` on; the rows keep their dates.
schedule::Plan raised_plan(const LoanState& state, const Rules& rules, std::int64_t more, Day day) {
  const Servicing& table = *state.servicing;
  schedule::Terms terms = rules.terms;
  terms.principal_minor = 0;
  for (const schedule::PlanRow& row : table.coming) terms.principal_minor += row.principal;
  terms.disbursed =
      std::max(interest_date(rules, table.find(table.coming.front().no)->from), state.disbursed);
  terms.installments = static_cast<std::uint32_t>(table.coming.size());
  terms.first_due = unmoved(rules, table.coming.front().due);
  terms.principal_free_periods = 0;
  terms.interest_free_periods = 0;
  begin_with_joined(table, terms);
  if (day > terms.disbursed) {
    if (terms.drawdowns.empty() || terms.drawdowns.back().date != day)
      terms.drawdowns.push_back({.date = day, .amount_minor = 0});
    terms.drawdowns.back().amount_minor += more;
  } else {
    terms.principal_minor += more;
  }
  if (auto checked = schedule::check(terms); !checked) throw LoanFault{checked.error().message};
  return schedule::make_plan(terms);
}

/// Equal parts as if all had been paid out at once: only the rows due on `day` or later can take
/// them.
void raise_over_all(LoanState& state, const Rules& rules, std::int64_t more, Day day) {
  Servicing& table = *state.servicing;
  std::int64_t owed = more;
  std::int64_t planned = more;
  std::int64_t rows = 0;
  std::vector<schedule::PlanRow> open;
  for (const InstallmentRecord& record : table.installments) {
    if (record.down_payment || record.extra) continue;
    const std::int64_t own = record.demanded[index(Component::principal)] - record.owed_again;
    planned += own;
    ++rows;
    if (record.due < day) continue;
    owed += own;
    open.push_back({.no = record.no});
  }
  const std::int64_t part = rounded(planned, {1, rows}, rules.terms.installment);
  for (schedule::PlanRow& row : open) {
    row.principal = &row == &open.back() ? owed : std::min(part, owed);
    owed -= row.principal;
  }
  keep_paid(open, table, open);
  for (const schedule::PlanRow& row : open) {
    const InstallmentRecord& record = *table.find(row.no);
    const std::int64_t own = record.demanded[index(Component::principal)] - record.owed_again;
    demand(state, rules, row.no, Component::principal, row.principal - own);
    for (schedule::PlanRow& coming : table.coming) {
      if (coming.no == row.no) coming.principal = row.principal;
    }
  }
}

bool raises_over_all(const LoanState& state, const Rules& rules, Day day) {
  if (!rules.product.servicing || !rules.product.servicing->raise_over_all_rows ||
      rules.product.method != schedule::Method::equal_principal)
    return false;
  const auto& rows = state.servicing->installments;
  return std::any_of(rows.begin(), rows.end(), [day](const InstallmentRecord& record) {
    return !record.down_payment && !record.extra && record.due >= day;
  });
}

/// After the last row: one more, on the next date that the plan would have had.
void add_row_after(LoanState& state, const Rules& rules, std::int64_t principal, Day day) {
  schedule::Terms terms = rules.terms;
  Day from = state.disbursed;
  for (const InstallmentRecord& record : state.servicing->installments) {
    if (!record.down_payment && !record.extra) from = std::max(from, record.due);
  }
  while (schedule::due_date(terms, terms.installments) <= day) ++terms.installments;
  add_rows(state, rules,
           {{.no = 0,
             .due = schedule::due_date(terms, terms.installments),
             .principal = principal,
             .interest = 0,
             .balance = 0}},
           from);
}

/// Flat rows whose whole payments are round; the last row takes the difference.
void round_payments(std::vector<schedule::PlanRow>& rows, money::Rounding rounding) {
  std::int64_t owed = 0;
  for (const schedule::PlanRow& row : rows) owed += row.principal;
  for (schedule::PlanRow& row : rows) {
    const std::int64_t payment = rounded(row.principal + row.interest, {1, 1}, rounding);
    row.principal = &row == &rows.back() ? owed : std::min(payment - row.interest, owed);
    owed -= row.principal;
  }
}

/// The beginning of the period of a plan from `opened` that holds `day`.
Day period_begin(schedule::Terms terms, Day opened, Day day) {
  terms.disbursed = opened;
  std::uint32_t row = 0;
  while (row < money::limits::installments_max && schedule::due_date(terms, row + 1) <= day) ++row;
  return schedule::due_date(terms, row);
}

}  // namespace

schedule::Plan first_plan(const Rules& rules, std::int64_t principal, std::int64_t approved,
                          Day begin, Day day) {
  schedule::Terms terms = rules.terms;
  terms.principal_minor = principal;
  if (begin != day && !terms.first_due) {
    terms.disbursed = begin;
    terms.first_due = schedule::DueDates(terms).by_contract(1);
  }
  terms.disbursed = day;
  if (rules.product.servicing)
    terms.installment_minor = agreed_installment(rules, terms, principal, approved);
  const bool round_flat = rules.product.servicing && rules.product.servicing->round_flat_payment &&
                          terms.method == schedule::Method::flat;
  if (round_flat) terms.installment.multiple = 1;
  if (auto checked = schedule::check(terms); !checked) throw LoanFault{checked.error().message};
  schedule::Plan plan = schedule::make_plan(terms);
  if (round_flat) round_payments(plan.rows, rules.terms.installment);
  return plan;
}

void place_charges(LoanState& state, const Rules& rules) {
  Servicing& table = *state.servicing;
  for (ChargeRecord& charge : table.charges) {
    if (charge.sequence == 0) continue;  // the fee of a row of the plan
    charge.installment = installment_at(state, rules, charge.due);
    demand(state, rules, charge.installment, charge.component, charge.unpaid());
  }
}

namespace {

/// Interest that was to join the balance on a row's date does not any more.
void join_no_more(LoanState& state, const Rules& rules) {
  if (computes_again(state, rules)) return;
  for (schedule::PlanRow& row : state.servicing->coming) {
    if (row.principal >= 0) continue;
    undo_joining(*state.servicing->find(row.no), row);
    row.interest += row.principal;
    row.principal = 0;
  }
}

void raise_rows(LoanState& state, const Rules& rules, std::int64_t more, Day day) {
  Servicing& table = *state.servicing;
  std::vector<schedule::PlanRow> planned = raised_plan(state, rules, more, day).rows;
  // A bullet asks for everything in its last row, whatever rows a change had made before.
  while (planned.size() < table.coming.size()) {
    planned.insert(planned.begin(), planned.front());
    planned.front().principal = 0;
    planned.front().interest = 0;
  }
  join_no_more(state, rules);
  // What a row will still earn is what it asks for, less what was earned when the loan was settled.
  for (schedule::PlanRow& row : table.coming)
    row.interest -= table.find(row.no)->demanded[index(Component::interest)];
  // Where interest is computed again, the rows are planned anew from what was paid.
  const bool again = computes_again(state, rules);
  std::int64_t ahead = 0;
  if (!again) {
    // Rows that a change made unequal become equal: one that was paid ahead may ask for less.
    keep_paid(planned, table, table.coming);
    ahead = take_back_excess(state, table.coming, planned);
  }
  for (std::size_t i = 0; i < table.coming.size(); ++i) {
    schedule::PlanRow& row = table.coming[i];
    const InstallmentRecord& record = *table.find(row.no);
    // What was earned when the loan was settled stays earned.
    const std::int64_t earned =
        std::max(planned[i].interest, again ? 0 : record.paid[index(Component::interest)]);
    const std::int64_t interest = earned - record.demanded[index(Component::interest)];
    demand(state, rules, row.no, Component::principal, planned[i].principal - row.principal);
    demand(state, rules, row.no, Component::interest, interest);
    row.principal = planned[i].principal;
    row.interest += earned;
  }
  pay_ahead_again(state, rules, ahead, day);
  if (!again) drop_met(state, rules, day);
}

}  // namespace

void pay_out(LoanState& state, const Rules& rules, std::int64_t amount_minor, Day day) {
  static const ServicingRules none{};
  const ServicingRules& servicing = rules.product.servicing ? *rules.product.servicing : none;
  const std::int64_t held = std::min(-balance_of(state, Role::overpayment), amount_minor);
  move(state, Role::principal, Role::settlement, amount_minor);
  const std::int64_t own_part =
      rounded(amount_minor, servicing.down_payment_part, servicing.down_payment_rounding);
  const std::int64_t planned = amount_minor - own_part;
  const bool first = state.lent == 0;
  state.lent = must_add(state.lent, amount_minor);
  if (!state.servicing) state.servicing.emplace();
  if (state.status == LoanStatus::closed) go_on(state, rules, day);
  state.status = LoanStatus::active;
  Servicing& table = *state.servicing;
  if (first && state.status != LoanStatus::closed && table.payments.empty()) {
    table.installments.clear();
    state.due.clear();
  }
  add_down_payment(state, rules, own_part, day);
  if (first) {
    const std::int64_t approved = std::max(state.terms.principal_minor, amount_minor);
    const std::int64_t later =
        rounded(approved, servicing.down_payment_part, servicing.down_payment_rounding);
    const Day begin = table.opened ? period_begin(rules.terms, *table.opened, day) : day;
    add_rows(state, rules, first_plan(rules, planned, approved - later, begin, day).rows, begin);
    place_charges(state, rules);
  } else if (servicing.installment_of_approved && computes_again(state, rules)) {
    extend_rows(state, rules, planned, day);
  } else if (raises_over_all(state, rules, day)) {
    raise_over_all(state, rules, planned, day);
  } else if (table.coming.empty()) {
    add_row_after(state, rules, planned, day);
  } else {
    raise_rows(state, rules, planned, day);
  }
  // Nothing bears interest before it was paid out.
  const Day running = table.coming.empty() ? day : table.find(table.coming.front().no)->from;
  run_row(state, rules, std::max(running, state.disbursed));
  if (first) {
    begin_interest(state, rules, day);
  } else {
    raise_interest(state, rules, planned, day);
  }
  if (!first) allocate_ahead_again(state, rules);
  if (held > 0) use_held(state, rules, day);
}

}  // namespace loanbook::ledger
