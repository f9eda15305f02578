// A revolving loan (随借随还) with a table: one installment, due at maturity, holds what is drawn
// and the interest that has accrued on it so far; charges stand in installments of their own days.
// Daily interest runs as it does without a table, so an operation changes nothing but what it says.

#include <algorithm>

#include "loanbook/ledger/loan/servicing_steps.hpp"

namespace loanbook::ledger {
namespace {

using schedule::Component;
using schedule::DueInstallment;

std::size_t index(Component component) { return static_cast<std::size_t>(component); }

DueInstallment* find_claim(LoanState& state, std::uint32_t no) {
  const auto found = std::find_if(state.due.begin(), state.due.end(),
                                  [no](const DueInstallment& due) { return due.no == no; });
  return found == state.due.end() ? nullptr : &*found;
}

bool runs(const LoanState& state) {
  return state.row_coming && state.status == LoanStatus::active &&
         !(state.servicing && state.servicing->charged_off);
}

}  // namespace

bool is_drawn(const LoanState& state, const Rules& rules, std::uint32_t no) {
  return is_revolving(rules.product) && state.servicing && !state.servicing->coming.empty() &&
         state.servicing->coming.front().no == no;
}

std::uint32_t claim_at(LoanState& state, const Rules& rules, Day day) {
  const auto& coming = state.servicing->coming;
  if (is_revolving(rules.product) && !coming.empty() && coming.front().due > day)
    return coming.front().no;
  return installment_at(state, rules, day);
}

Drawn drawn_of(const LoanState& state) {
  return {.runs = runs(state),
          .accrued = balance_of(state, Role::interest_accrued),
          .principal = balance_of(state, Role::principal),
          .rate = state.terms.rate};
}

void show_accrued(LoanState& state) {
  if (!runs(state)) return;
  const std::int64_t accrued = balance_of(state, Role::interest_accrued);
  DueInstallment* claim = find_claim(state, state.next.no);
  if (claim == nullptr) {
    if (accrued == 0) return;
    state.due.push_back(
        {.no = state.next.no, .due = state.next.due, .principal = 0, .interest = 0});
    sort_table(state);
    claim = find_claim(state, state.next.no);
  }
  InstallmentRecord& record = *state.servicing->find(state.next.no);
  record.demanded[index(Component::interest)] += accrued - claim->interest;
  claim->interest = accrued;
}

void follow_drawn(LoanState& state, const Product& product, const Drawn& before, Day day) {
  if (!runs(state)) return;
  const DueInstallment* claim = find_claim(state, state.next.no);
  const std::int64_t principal = claim == nullptr ? 0 : claim->principal;
  const std::int64_t accrued = balance_of(state, Role::interest_accrued);
  if (!before.runs) {
    state.interest = schedule::simple_line(principal, state.terms.rate, product.day_count, day);
    state.interest.base = money::Int128{accrued} * state.interest.denominator;
    return;
  }
  if (accrued == before.accrued && principal == before.principal && state.terms.rate == before.rate)
    return;
  const auto line = schedule::after_payment(state.interest, product.day_count,
                                            product.accrual_rounding, day, before.accrued - accrued,
                                            principal, state.terms.rate, line_context(product));
  if (!line) throw LoanFault{"accrued interest of the loan is beyond 64 bits"};
  state.interest = *line;
}

void make_drawn_table(LoanState& state, const Rules& rules,
                      const std::vector<DueInstallment>& unpaid) {
  Servicing& table = *state.servicing;
  schedule::PlanCursor cursor = schedule::begin_plan(rules.terms);
  const schedule::PlanRow row =
      state.row_coming ? state.next : schedule::next_row(rules.terms, cursor);
  const std::int64_t principal =
      balance_of(state, Role::principal) + balance_of(state, Role::principal_overdue);
  const std::int64_t interest =
      balance_of(state, Role::interest_accrued) + balance_of(state, Role::interest_receivable);
  InstallmentRecord record{.no = row.no, .from = state.disbursed, .due = row.due};
  record.demanded[index(Component::principal)] = state.lent;
  // Of a loan that was taken over, some of what accrued was never income here.
  record.demanded[index(Component::interest)] =
      std::max(-balance_of(state, Role::interest_income), interest);
  record.paid = record.demanded;
  record.paid[index(Component::principal)] -= principal;
  record.paid[index(Component::interest)] -= interest;
  if (principal == 0 && interest == 0) record.met = state.interest.first;
  table.installments.push_back(record);
  state.due = unpaid;
  if (state.day >= row.due) return;
  table.coming.push_back(row);
  if (!state.row_coming) return;
  state.due.push_back(schedule::become_due(row.no, row.due, principal, interest, 0, rules.overdue));
}

void begin_drawn_table(LoanState& state, const Rules& rules) {
  state.servicing->installments.clear();
  state.servicing->coming.clear();
  state.due.clear();
  make_drawn_table(state, rules, {});
  place_charges(state, rules);
}

}  // namespace loanbook::ledger
