// The rows of a plan as installments to come, and the accrual line of the one that runs.

#include <algorithm>

#include "loanbook/ledger/servicing_steps.hpp"

namespace loanbook::ledger {

using schedule::Component;
using schedule::DueInstallment;

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
  state.interest = schedule::scheduled_line(state.next.interest, rules.product.day_count, first,
                                            std::max(state.next.due, first));
}

void add_rows(LoanState& state, const Rules& rules, const std::vector<schedule::PlanRow>& rows,
              Day from) {
  Servicing& table = *state.servicing;
  for (const schedule::PlanRow& row : rows) {
    InstallmentRecord& record = add_record(state, from, row.due);
    record.demanded[index(Component::principal)] = row.principal;
    record.demanded[index(Component::interest)] = row.interest;
    record.demanded[index(Component::fee)] = row.fee;
    if (row.fee != 0) {
      table.charges.push_back({.component = Component::fee,
                               .installment = record.no,
                               .due = row.due,
                               .amount = row.fee});
    }
    schedule::PlanRow numbered = row;
    numbered.no = record.no;
    table.coming.push_back(numbered);
    state.due.push_back(schedule::become_due(record.no, row.due, row.principal, row.interest,
                                             row.fee, rules.overdue));
    from = row.due;
  }
  sort_table(state);
}

void plan_rows(LoanState& state, const Rules& rules, const std::vector<schedule::PlanRow>& rows,
               Day from) {
  add_rows(state, rules, rows, from);
  run_row(state, rules, from);
}

void move_rows(LoanState& state, const Rules& rules, std::size_t first,
               const schedule::Terms& dates, std::uint32_t more) {
  Servicing& table = *state.servicing;
  std::int64_t principal = 0;
  for (std::size_t i = first; i < table.coming.size(); ++i) principal += table.coming[i].principal;
  schedule::Terms terms = dates;
  terms.principal_minor = principal;
  terms.principal_free_periods = 0;
  terms.interest_free_periods = 0;
  if (principal == 0) return;
  if (auto checked = schedule::check(terms); !checked) throw LoanFault{checked.error().message};
  const schedule::Plan plan = schedule::make_plan(terms);
  Day from = terms.disbursed;
  for (std::size_t i = first; i < table.coming.size(); ++i) {
    schedule::PlanRow& row = table.coming[i];
    const schedule::PlanRow& planned = plan.rows[i - first];
    InstallmentRecord& record = *table.find(row.no);
    record.from = from;
    record.due = planned.due;
    for (DueInstallment& due : state.due) {
      if (due.no == row.no) due.due = planned.due;
    }
    demand(state, rules, row.no, Component::principal, planned.principal - row.principal);
    demand(state, rules, row.no, Component::interest, planned.interest - row.interest);
    row.due = planned.due;
    row.principal = planned.principal;
    row.interest = planned.interest;
    from = planned.due;
  }
  if (more > 0) {
    const auto tail = plan.rows.end() - static_cast<std::ptrdiff_t>(more);
    add_rows(state, rules, {tail, plan.rows.end()}, from);
  }
  sort_table(state);
  if (first == 0 && state.row_coming) run_row(state, rules, dates.disbursed);
}

}  // namespace loanbook::ledger
