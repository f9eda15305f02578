// Claims that leave the books of the lender: charged off, written off, sold.

#include <algorithm>

#include "loanbook/ledger/loan/loan_changes.hpp"
#include "loanbook/ledger/loan/servicing_steps.hpp"

namespace loanbook::ledger {

using schedule::DueInstallment;

namespace {

/// What becomes of claims that do not accrue. They never were income: they leave income itself, not
/// an expense. On a cash basis nothing that is owed was income, and what was suspended of all of it
/// stands against the expense of a write-off: there they are given to expense as the others are.
enum class NotAccrued : std::uint8_t { leaves_income, to_expense };

/// Everything that stands as a claim on the borrower leaves the books of the lender.
void take_off_books(LoanState& state, NotAccrued not_accrued, Role principal, Role interest,
                    Role fee, Role penalty) {
  const bool suspended = state.non_accrual && not_accrued == NotAccrued::leaves_income;
  // The same for what joined the principal while it was no income.
  if (suspended && state.servicing->rare) {
    std::int64_t& joined = state.servicing->rare->joined_suspended;
    for (const Role owed : {Role::principal, Role::principal_overdue}) {
      const std::int64_t part = std::clamp<std::int64_t>(balance_of(state, owed), 0, joined);
      move(state, Role::interest_income, owed, part);
      joined -= part;
    }
  }
  const auto clear = [&](Role asset, Role expense) {
    const std::int64_t minor = balance_of(state, asset);
    if (minor != 0) move(state, expense, asset, minor);
  };
  clear(Role::principal, principal);
  clear(Role::principal_overdue, principal);
  const Role earned = suspended ? Role::interest_income : interest;
  clear(Role::interest_accrued, earned);
  clear(Role::interest_unearned, earned);
  clear(Role::interest_receivable, earned);
  clear(Role::fee_receivable, fee);
  clear(Role::late_fee_receivable, penalty);
  clear(Role::penalty_receivable, suspended ? Role::penalty_income : penalty);
  clear(Role::compound_receivable, suspended ? Role::compound_income : penalty);
}

void stop_charges(LoanState& state, Day day) {
  for (DueInstallment& due : state.due) {
    due.penalty = {.base = 0, .slope = 0, .denominator = 1, .first = day};
    due.compound = due.penalty;
  }
}

}  // namespace

void charge_off(LoanState& state, const Rules& rules, const LoanEvent& event, const Operated& op) {
  Servicing& table = *state.servicing;
  for (ChargeRecord& each : table.charges) recognise(state, rules, each);
  table.charged_off = true;
  table.charged_off_on = event.value_date;
  if (op.choice == 2) table.fraud = true;
  take_off_books(state, NotAccrued::leaves_income,
                 table.fraud ? Role::fraud_expense : Role::charge_off_expense,
                 Role::charge_off_interest, Role::charge_off_fee, Role::charge_off_penalty);
  stop_charges(state, event.value_date);
  state.interest = {.base = 0, .slope = 0, .denominator = 1, .first = event.value_date};
}

void write_off(LoanState& state, const Rules& rules, const LoanEvent& event) {
  const bool cash = rules.product.accounting.on_cash();
  take_off_books(state, cash ? NotAccrued::to_expense : NotAccrued::leaves_income,
                 Role::write_off_expense, Role::write_off_expense, Role::write_off_expense,
                 Role::write_off_expense);
  state.due.clear();
  state.servicing->coming.clear();
  for (ChargeRecord& each : state.servicing->charges) each.recognised = true;
  stop_plan(state, event.value_date);
  state.status = LoanStatus::written_off;
}

void transfer(LoanState& state, const Rules& rules, const LoanEvent& event, const Operated& op) {
  Servicing& table = *state.servicing;
  for (ChargeRecord& each : table.charges) {
    recognise(state, rules, each);
    each.recognised = true;
  }
  const std::int64_t before = balance_of(state, Role::settlement);
  take_off_books(state, NotAccrued::leaves_income, Role::settlement, Role::settlement,
                 Role::settlement, Role::settlement);
  const std::int64_t gain = op.amount_minor - (balance_of(state, Role::settlement) - before);
  if (gain < 0) move(state, Role::write_off_expense, Role::settlement, -gain);
  if (gain > 0) move(state, Role::settlement, Role::recovery_income, gain);
  state.due.clear();
  table.coming.clear();
  table.charged_off = false;
  table.charged_off_on.reset();
  rare_of(table).transferred = true;
  rare_of(table).buyer = op.code;
  stop_plan(state, event.value_date);
  state.status = LoanStatus::closed;
}

}  // namespace loanbook::ledger
