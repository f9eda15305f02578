// Interest that was paid for days to come, on rows that leave before those days: nobody owes it any
// more.

#include <algorithm>

#include "loanbook/ledger/loan/loan_changes.hpp"
#include "loanbook/ledger/loan/servicing_interest.hpp"
#include "loanbook/ledger/loan/servicing_steps.hpp"

namespace loanbook::ledger {

using schedule::Component;
using schedule::DueInstallment;

namespace {

std::size_t index(Component component) { return static_cast<std::size_t>(component); }

std::int64_t unearned_of(const LoanState& state) {
  return std::max<std::int64_t>(-balance_of(state, Role::interest_unearned), 0);
}

void hold(LoanState& state, std::int64_t minor) {
  move(state, Role::interest_unearned, Role::overpayment, minor);
}

}  // namespace

void undo_joining(InstallmentRecord& record, const schedule::PlanRow& row) {
  if (row.principal >= 0) return;
  for (Parts* parts : {&record.demanded, &record.paid}) {
    (*parts)[index(Component::principal)] -= row.principal;
    (*parts)[index(Component::interest)] += row.principal;
  }
}

std::int64_t take_back_unearned(LoanState& state, std::span<const schedule::PlanRow> gone) {
  const std::int64_t all = unearned_of(state);
  std::int64_t rest = all;
  for (auto row = gone.rbegin(); row != gone.rend(); ++row) {
    InstallmentRecord& record = *state.servicing->find(row->no);
    const std::int64_t part =
        std::clamp<std::int64_t>(record.paid[index(Component::interest)], 0, rest);
    record.paid[index(Component::interest)] -= part;
    record.demanded[index(Component::interest)] -= part;
    record.in_advance -= std::min(part, record.in_advance);
    rest -= part;
  }
  return all - rest;
}

std::int64_t take_back_excess(LoanState& state, std::span<const schedule::PlanRow> rows,
                              std::span<const schedule::PlanRow> planned) {
  const std::int64_t all = unearned_of(state);
  std::int64_t rest = all;
  for (std::size_t i = 0; i < rows.size(); ++i) {
    InstallmentRecord& record = *state.servicing->find(rows[i].no);
    const std::int64_t excess = record.paid[index(Component::interest)] - planned[i].interest;
    const std::int64_t part = std::clamp<std::int64_t>(excess, 0, rest);
    record.paid[index(Component::interest)] -= part;
    record.demanded[index(Component::interest)] -= part;
    record.in_advance -= std::min(part, record.in_advance);
    rest -= part;
  }
  return all - rest;
}

void hold_unearned(LoanState& state) { hold(state, unearned_of(state)); }

void earn_again(LoanState& state, const Rules& rules,
                std::span<const schedule::AllocatedLine> paid_back, Day day) {
  for (const schedule::AllocatedLine& line : paid_back) {
    for (schedule::PlanRow& row : state.servicing->coming)
      row.interest += row.no == line.no ? line.amount : 0;
    // Where interest is computed again, its own rules make the line.
    if (!state.row_coming || state.next.no != line.no || state.servicing->running) continue;
    state.next.interest += line.amount;
    state.interest = planned_line(rules, balance_of(state, Role::interest_accrued),
                                  state.next.interest, day, state.next.due);
  }
}

void pay_ahead_again(LoanState& state, const Rules& rules, Day day) {
  pay_ahead_again(state, rules, unearned_of(state), day);
}

void pay_ahead_again(LoanState& state, const Rules& rules, std::int64_t minor, Day day) {
  if (minor == 0) return;
  std::int64_t rest = minor;
  for (const schedule::PlanRow& row : state.servicing->coming) {
    const auto claim = std::find_if(state.due.begin(), state.due.end(),
                                    [&](const DueInstallment& due) { return due.no == row.no; });
    const std::int64_t part = claim == state.due.end() ? 0 : std::min(rest, claim->interest);
    if (part <= 0) continue;
    InstallmentRecord& record = *state.servicing->find(row.no);
    record.paid[index(Component::interest)] += part;
    record.in_advance += part;
    const schedule::AllocatedLine line{row.no, Component::interest, part};
    if (!schedule::settle_lines({&*claim, 1}, {&line, 1}, rules.overdue, day))
      throw LoanFault{"penalty interest of the loan is beyond 64 bits"};
    rest -= part;
  }
  hold(state, rest);
  // Where interest is computed again, the rows are planned anew first.
  if (!computes_again(state, rules)) drop_met(state, rules, day);
}

}  // namespace loanbook::ledger
