// What each operation does to a loan. Nothing here refuses: what an operation cannot take any more,
// because an earlier event was inserted or taken out, is clipped or becomes an overpayment.

#include <algorithm>
#include <limits>
#include <span>
#include <utility>

#include "loanbook/ledger/loan/loan_changes.hpp"
#include "loanbook/ledger/loan/servicing_steps.hpp"
#include "loanbook/money/assert.hpp"

namespace loanbook::ledger {
namespace {

using schedule::Component;
using schedule::DueInstallment;

constexpr std::uint8_t no_category = 6;  ///< choice of `classify`

std::size_t index(Component component) { return static_cast<std::size_t>(component); }

/// Money held for the borrower goes first; returns what is left of the amount.
std::int64_t from_held(LoanState& state, Role credit, std::int64_t amount) {
  const std::int64_t held =
      std::clamp<std::int64_t>(-balance_of(state, Role::overpayment), 0, amount);
  if (held > 0) move(state, Role::overpayment, credit, held);
  return amount - held;
}

void reopen(LoanState& state, const Rules& rules, Day day,
            std::span<const schedule::AllocatedLine> paid_back = {}) {
  if (state.status != LoanStatus::closed || state.due.empty()) return;
  state.status = LoanStatus::active;
  go_on(state, rules, day, paid_back);
}

/// What held money covers whole is never owed again.
bool paid_from_held(LoanState& state, std::int64_t amount) {
  if (-balance_of(state, Role::overpayment) < amount) return false;
  move(state, Role::overpayment, Role::settlement, amount);
  return true;
}

void add_charge(LoanState& state, const Rules& rules, ChargeRecord record) {
  demand(state, rules, record.installment, record.component, record.amount);
  const ServicingRules* servicing = rules.product.servicing ? &*rules.product.servicing : nullptr;
  const bool at_once = servicing != nullptr && servicing->fee_income == FeeIncome::when_assessed;
  const bool by_run = servicing != nullptr && servicing->income_by_run;
  if (!by_run && (at_once || record.due < record.assessed)) recognise(state, rules, record);
  state.servicing->charges.push_back(std::move(record));
}

/// The same charge in every installment due on that day or later: an amount, or a part of its
/// principal and interest.
void charge_each(LoanState& state, const Rules& rules, const ChargeRecord& charge,
                 const Operated& op) {
  for (const InstallmentRecord& row : std::vector(state.servicing->installments)) {
    if (row.due < charge.due || row.extra || row.down_payment) continue;
    ChargeRecord own = charge;
    own.installment = row.no;
    own.due = row.due;
    const std::int64_t asked =
        row.demanded[index(Component::principal)] + row.demanded[index(Component::interest)];
    if (op.rate_e12 != 0) {
      own.amount = static_cast<std::int64_t>(money::divide_rounded(
          money::Int128{asked} * op.rate_e12, money::Int128{1'000'000'000'000},
          rules.product.interest_rounding.mode));
    }
    if (own.amount > 0) add_charge(state, rules, std::move(own));
  }
}

void charge(LoanState& state, const Rules& rules, const LoanEvent& event, const Operated& op) {
  const bool each = op.choice > 2;
  ChargeRecord record{.sequence = event.sequence,
                      .component = op.choice % 2 == 0 ? Component::penalty : Component::fee,
                      .code = op.code,
                      .assessed = event.value_date,
                      .due = op.from.value_or(event.value_date),
                      .amount = op.amount_minor};
  if (each) {
    charge_each(state, rules, record, op);
  } else {
    record.installment = installment_at(state, rules, record.due);
    add_charge(state, rules, std::move(record));
  }
  reopen(state, rules, event.value_date);
  use_held(state, rules, event.value_date);
}

/// A run over the income of charges, through the day of the event.
void accrue_charges(LoanState& state, const Rules& rules, const LoanEvent& event,
                    const Operated& op) {
  // What is charged off earns nothing.
  if (state.servicing->charged_off) return;
  const bool assessed =
      op.choice == 2 ||
      (rules.product.servicing && rules.product.servicing->fee_income == FeeIncome::when_assessed);
  for (ChargeRecord& charge : state.servicing->charges) {
    // What was assessed after the run was not known to it.
    if (charge.sequence < event.sequence &&
        (assessed ? charge.assessed : charge.due) <= event.value_date)
      recognise(state, rules, charge);
  }
  state.servicing->interest_reported = -balance_of(state, Role::interest_income);
}

/// Is the charge meant: made by the entry `of`, or by installment `rows` itself as it became late?
bool is_meant(const LoanState& state, const ChargeRecord& charge, const Operated& op) {
  if (op.of != 0) return charge.sequence == op.of;
  const auto& rows = state.servicing->installments;
  return charge.sequence == 0 && !charge.code.empty() && op.rows >= 1 && op.rows <= rows.size() &&
         charge.installment == rows[op.rows - 1].no;
}

/// Lowers what is unpaid of one charge; returns by how much.
std::int64_t waive_part(LoanState& state, const Rules& rules, ChargeRecord& charge,
                        std::int64_t most) {
  const std::int64_t part = std::min(most, charge.unpaid());
  const auto claim =
      std::find_if(state.due.begin(), state.due.end(),
                   [&](const DueInstallment& due) { return due.no == charge.installment; });
  if (part <= 0 || claim == state.due.end()) return 0;
  const bool fee = charge.component == Component::fee;
  (fee ? claim->fee : claim->late_fee) -= part;
  charge.waived += part;
  state.servicing->find(charge.installment)->waived[index(charge.component)] += part;
  if (charge.recognised && !state.servicing->charged_off)
    move(state, charge_income_of(rules.product, charge.component, charge.code),
         fee ? Role::fee_receivable : Role::late_fee_receivable, part);
  return part;
}

void waive_charge(LoanState& state, const Rules& rules, const LoanEvent& event,
                  const Operated& op) {
  std::int64_t rest =
      op.amount_minor == 0 ? std::numeric_limits<std::int64_t>::max() : op.amount_minor;
  for (ChargeRecord& charge : state.servicing->charges) {
    if (is_meant(state, charge, op)) rest -= waive_part(state, rules, charge, rest);
  }
  drop_met(state, rules, event.value_date);
}

void adjust_charge(LoanState& state, const Rules& rules, const LoanEvent& event,
                   const Operated& op) {
  const auto& charges = state.servicing->charges;
  const auto charge = std::find_if(charges.begin(), charges.end(), [&](const ChargeRecord& each) {
    return each.sequence == op.of;
  });
  const Role income = charge == charges.end()
                          ? Role::fee_income
                          : charge_income_of(rules.product, charge->component, charge->code);
  receive(state, rules, event, order_of(rules, Kind::repay), {income, true});
}

/// Money that left again is owed again, in the installment whose period holds the day: its number.
std::uint32_t owe_again(LoanState& state, const Rules& rules, const Parts& parts, Day day,
                        std::span<const schedule::AllocatedLine> paid_back = {}) {
  std::uint32_t owed = 0;
  for (std::size_t i = 0; i < parts.size(); ++i) {
    if (parts[i] == 0) continue;
    const auto component = static_cast<Component>(i);
    const bool charged = component == Component::fee || component == Component::penalty;
    const std::uint32_t no =
        charged ? installment_at(state, rules, day) : claim_at(state, rules, day);
    if (owed == 0 || component == Component::principal) owed = no;
    demand(state, rules, no, component, parts[i]);
    if (component == Component::principal) state.servicing->find(no)->owed_again += parts[i];
    Role role = Role::principal;
    if (component == Component::fee) role = Role::fee_receivable;
    if (component == Component::penalty) role = Role::late_fee_receivable;
    if (component == Component::interest)
      role = is_drawn(state, rules, no) ? Role::interest_accrued : Role::interest_receivable;
    if (state.servicing->charged_off) role = loss_role(*state.servicing, component);
    move(state, role, Role::settlement, parts[i]);
  }
  reopen(state, rules, day, paid_back);
  return owed;
}

void chargeback(LoanState& state, const Rules& rules, const LoanEvent& event, const Operated& op) {
  const bool ordered = rules.product.servicing && !rules.product.servicing->chargeback.empty();
  if (!ordered && paid_from_held(state, op.amount_minor)) return;
  std::int64_t rest = op.amount_minor;
  Parts parts{};
  auto& payments = state.servicing->payments;
  const auto payment = std::find_if(payments.begin(), payments.end(),
                                    [&](const PaymentRecord& p) { return p.sequence == op.of; });
  if (rules.product.servicing && payment != payments.end()) {
    for (const Component component : rules.product.servicing->chargeback) {
      const std::int64_t part = std::min(rest, payment->parts[index(component)]);
      parts[index(component)] += part;
      payment->parts[index(component)] -= part;
      rest -= part;
    }
  }
  parts[index(Component::principal)] += rest;
  const std::uint32_t no = owe_again(state, rules, parts, event.value_date);
  if (rules.product.servicing && rules.product.servicing->chargebacks_late_from_own_day) {
    InstallmentRecord& record = *state.servicing->find(no);
    record.owed_again_since = record.owed_again_since.value_or(event.value_date);
  }
  use_held(state, rules, event.value_date);
}

/// Takes back what was paid, the installment settled last and the component paid last first.
void refund(LoanState& state, const Rules& rules, const LoanEvent& event, const Operated& op) {
  std::int64_t rest = from_held(state, Role::settlement, op.amount_minor);
  Servicing& table = *state.servicing;
  std::vector<schedule::AllocatedLine> paid_back;
  for (std::size_t i = table.installments.size(); i-- > 0 && rest > 0;) {
    for (const Component component :
         {Component::principal, Component::interest, Component::fee, Component::penalty}) {
      InstallmentRecord& record = table.installments[i];
      const auto coming = std::find_if(table.coming.begin(), table.coming.end(),
                                       [&](const auto& row) { return row.no == record.no; });
      std::int64_t paid = record.paid[index(component)];
      // What is met by joining the balance was not paid.
      if (component == Component::interest && coming != table.coming.end())
        paid += std::min<std::int64_t>(coming->principal, 0);
      const std::int64_t part = std::min(rest, paid);
      if (part <= 0) continue;
      record.paid[index(component)] -= part;
      const std::int64_t ahead = std::min(part, record.in_advance);
      record.in_advance -= ahead;
      record.late -= std::min(part - ahead, record.late);
      record.demanded[index(component)] -= part;  // `demand` puts it back
      demand(state, rules, record.no, component, part);
      Role role = Role::principal;
      if (component == Component::fee) role = Role::fee_receivable;
      if (component == Component::penalty) role = Role::late_fee_receivable;
      const bool to_come = record.due > event.value_date && coming != table.coming.end();
      if (component == Component::interest)
        role = to_come ? Role::interest_unearned : Role::interest_receivable;
      if (component == Component::interest && is_drawn(state, rules, record.no))
        role = Role::interest_accrued;
      if (table.charged_off) role = loss_role(table, component);
      move(state, role, Role::settlement, part);
      // On a loan that was settled, though it may be open again, it had been earned.
      const std::int64_t earned = balance_of(state, Role::interest_unearned);
      if (role == Role::interest_unearned && earned > 0) {
        move(state, Role::interest_income, Role::interest_unearned, earned);
        paid_back.push_back({record.no, component, earned});
      }
      rest -= part;
    }
  }
  Parts parts{};
  parts[index(Component::principal)] = rest;
  if (state.status == LoanStatus::active) earn_again(state, rules, paid_back, event.value_date);
  if (rest > 0) owe_again(state, rules, parts, event.value_date, paid_back);
  reopen(state, rules, event.value_date, paid_back);
}

void refund_overpayment(LoanState& state, const Rules& rules, const LoanEvent& event,
                        const Operated& op) {
  if (paid_from_held(state, op.amount_minor)) return;
  Parts parts{};
  parts[index(Component::principal)] = op.amount_minor;
  owe_again(state, rules, parts, event.value_date);
  use_held(state, rules, event.value_date);
}

void waive_interest(LoanState& state, const Rules& rules, const LoanEvent& event,
                    const Operated& op) {
  std::int64_t rest = op.amount_minor;
  for (DueInstallment& due : state.due) {
    const bool drawn = is_drawn(state, rules, due.no);
    if (due.due > event.value_date && !drawn) break;
    const std::int64_t part = std::min(rest, due.interest);
    if (part <= 0) continue;
    const Role claim = drawn ? Role::interest_accrued : Role::interest_receivable;
    if (!state.servicing->charged_off) move(state, Role::interest_income, claim, part);
    state.servicing->find(due.no)->waived[index(Component::interest)] += part;
    const schedule::AllocatedLine line{due.no, Component::interest, part};
    if (!schedule::settle_lines({&due, 1}, {&line, 1}, rules.overdue, event.value_date))
      throw LoanFault{"penalty interest of the loan is beyond 64 bits"};
    rest -= part;
  }
  drop_met(state, rules, event.value_date);
}

/// Takes unpaid principal out of an installment; its penalty stays and grows no more.
std::int64_t take_principal(LoanState& state, const Rules& rules, DueInstallment& due, Day day) {
  const std::int64_t taken = due.principal;
  if (taken == 0) return 0;
  const schedule::AllocatedLine line{due.no, Component::principal, taken};
  if (!schedule::settle_lines({&due, 1}, {&line, 1}, rules.overdue, day))
    throw LoanFault{"penalty interest of the loan is beyond 64 bits"};
  state.servicing->find(due.no)->demanded[index(Component::principal)] -= taken;
  return taken;
}

void overdue_is_normal(LoanState& state) {
  const std::int64_t overdue = balance_of(state, Role::principal_overdue);
  if (overdue != 0) move(state, Role::principal, Role::principal_overdue, overdue);
}

/// Rows to come leave with the interest that they ask for. What was paid of it goes against what
/// has accrued by now; what nobody will earn is held for the borrower.
void take_rows_to_come(LoanState& state) {
  Servicing& table = *state.servicing;
  const std::vector<schedule::PlanRow> gone = std::exchange(table.coming, {});
  if (table.rare) table.rare->joined.clear();
  clear_unearned(state);
  for (const schedule::PlanRow& row : gone) {
    InstallmentRecord& record = *table.find(row.no);
    undo_joining(record, row);
    for (DueInstallment& due : state.due) {
      if (due.no != row.no) continue;
      record.demanded[index(Component::interest)] -= std::exchange(due.interest, 0);
      due.compound = {.base = 0, .slope = 0, .denominator = 1, .first = due.due};
    }
  }
  take_back_unearned(state, gone);
  hold_unearned(state);
}

void re_age(LoanState& state, const Rules& rules, const LoanEvent& event, const Operated& op) {
  Servicing& table = *state.servicing;
  std::int64_t owed = 0;
  for (const DueInstallment& due : state.due) owed += due.principal;
  // What was to join the balance on a row's date is not owed.
  for (const schedule::PlanRow& row : table.coming)
    owed += std::min<std::int64_t>(row.principal, 0);
  if (owed <= 0) return;
  for (DueInstallment& due : state.due) take_principal(state, rules, due, event.value_date);
  take_rows_to_come(state);
  const std::int64_t accrued = balance_of(state, Role::interest_accrued);
  overdue_is_normal(state);
  schedule::Terms terms = rules.terms;
  terms.principal_minor = owed;
  terms.installments = op.rows;
  terms.disbursed = event.value_date;
  terms.first_due = op.from;
  terms.due_day = 0;
  constexpr schedule::Frequency steps[] = {
      {schedule::PeriodUnit::month, 1}, {schedule::PeriodUnit::week, 1},
      {schedule::PeriodUnit::day, 1},   {schedule::PeriodUnit::week, 2},
      {schedule::PeriodUnit::month, 2}, {schedule::PeriodUnit::month, 3},
      {schedule::PeriodUnit::month, 6}, {schedule::PeriodUnit::year, 1}};
  terms.frequency = steps[std::clamp<int>(op.choice, 1, 8) - 1];
  if (terms.frequency.unit != schedule::PeriodUnit::month)
    terms.basis = schedule::InterestBasis::daily;
  terms.principal_free_periods = 0;
  terms.interest_free_periods = 0;
  // What changes the new plan later counts from its first date, not from a day that the product
  // fixes, nor from where a holiday has moved it.
  const bool by_day =
      rules.terms.due_day != 0 || rules.terms.business_days.roll != schedule::Roll::none;
  if (by_day && terms.frequency.unit != schedule::PeriodUnit::week &&
      terms.frequency.unit != schedule::PeriodUnit::day) {
    const date::year_month_day first{*op.from};
    state.terms.due_day = static_cast<std::uint8_t>(static_cast<unsigned>(first.day()));
  }
  if (terms.first_due <= terms.disbursed) terms.disbursed = *terms.first_due - date::days{1};
  if (auto checked = schedule::check(terms); !checked) throw LoanFault{checked.error().message};
  drop_met(state, rules, event.value_date);
  // What has accrued since the last due date is asked for by the first of the new rows.
  std::vector<schedule::PlanRow> rows = schedule::make_plan(terms).rows;
  rows.front().interest += accrued;
  plan_rows(state, rules, rows, event.value_date);
  if (state.row_coming && !table.charged_off)
    state.interest =
        planned_line(rules, accrued, state.next.interest, event.value_date, state.next.due);
}

void reamortize(LoanState& state, const Rules& rules, const LoanEvent& event) {
  Servicing& table = *state.servicing;
  if (table.coming.empty()) return;
  std::int64_t owed = 0;
  for (DueInstallment& due : state.due) {
    if (due.due <= event.value_date) owed += take_principal(state, rules, due, event.value_date);
  }
  if (owed == 0) return;
  overdue_is_normal(state);
  // A row whose interest joins the balance asks for nothing, the last one never does that.
  const auto pays = [](const schedule::PlanRow& row) { return row.principal >= 0; };
  const auto rows = std::ranges::count_if(table.coming, pays);
  const money::Rounding rounding = rules.terms.installment;
  const auto part = static_cast<std::int64_t>(
      money::divide_rounded(owed, money::Int128{rounding.multiple} * rows, rounding.mode) *
      rounding.multiple);
  for (schedule::PlanRow& row : table.coming) {
    if (!pays(row)) continue;
    const std::int64_t share = &row == &table.coming.back() ? owed : std::min(part, owed);
    demand(state, rules, row.no, Component::principal, share);
    row.principal += share;
    owed -= share;
  }
  drop_met(state, rules, event.value_date);
}

/// The rows from the one due on `from` take dates that count from `until`; more rows share their
/// unpaid principal.
void reschedule(LoanState& state, const Rules& rules, const Operated& op) {
  Servicing& table = *state.servicing;
  // Nothing is left to move where an earlier event settled the loan.
  if (state.status != LoanStatus::active) return;
  if (op.rate_e12 != 0) state.terms.rate = money::Rate::of_e12(op.rate_e12);
  const auto first = std::find_if(table.coming.begin(), table.coming.end(),
                                  [&](const schedule::PlanRow& row) { return row.due >= op.from; });
  if (first == table.coming.end()) return;
  schedule::Terms dates = rules.terms;
  dates.disbursed = interest_date(rules, table.find(first->no)->from);
  dates.first_due = op.until.value_or(unmoved(rules, first->due));
  dates.rate = state.terms.rate;
  dates.due_day = 0;
  dates.installments = static_cast<std::uint32_t>(table.coming.end() - first) + op.rows;
  move_rows(state, rules, static_cast<std::size_t>(first - table.coming.begin()), dates);
}

void pause_overdue(LoanState& state, const LoanEvent& event, const Operated& op) {
  state.servicing->pauses.push_back(
      {.from = op.from.value_or(event.value_date), .until = op.until.value_or(event.value_date)});
}

void resume_overdue(LoanState& state, const LoanEvent& event) {
  for (OverduePause& pause : state.servicing->pauses) {
    if (pause.from <= event.value_date && event.value_date < pause.until)
      pause.until = event.value_date;
  }
}

}  // namespace

void operate(LoanState& state, const Rules& rules, const LoanEvent& event) {
  LOANBOOK_ASSERT(event.operated != nullptr);
  const Operated& op = *event.operated;
  const bool applied = state.status == LoanStatus::applied;
  if (event.kind == Kind::cancel) {
    if (applied || state.status == LoanStatus::approved) state.status = LoanStatus::cancelled;
    return;
  }
  if (event.kind == Kind::approve || event.kind == Kind::decline) {
    if (!applied) return;
    const bool approved = event.kind == Kind::approve;
    state.status = approved ? LoanStatus::approved : LoanStatus::declined;
    if (op.amount_minor != 0)
      state.terms.principal_minor = std::min(op.amount_minor, state.terms.principal_minor);
    return;
  }
  if (event.kind == Kind::classify) {
    state.official = op.choice == no_category ? std::uint8_t{0} : op.choice;
    return;
  }
  if (event.kind == Kind::non_accrual) return choose_accrual(state, op.choice);
  if (!state.servicing) {
    if (state.lent != 0) {
      make_table(state, rules);
    } else {
      state.servicing.emplace();
    }
  }
  if (changes_plan(event.kind)) return change_plan(state, rules, event);
  switch (event.kind) {
    case Kind::down_payment:
    case Kind::merchant_refund:
    case Kind::payout_refund:
      return receive(state, rules, event, order_of(rules, event.kind),
                     {Role::settlement, event.kind != Kind::down_payment, event.kind});
    case Kind::goodwill:
      return receive(state, rules, event, order_of(rules, event.kind),
                     {Role::goodwill_expense, false, event.kind});
    case Kind::refund_overpayment:
      return refund_overpayment(state, rules, event, op);
    case Kind::refund:
      return refund(state, rules, event, op);
    case Kind::charge:
      return charge(state, rules, event, op);
    case Kind::waive_charge:
      return waive_charge(state, rules, event, op);
    case Kind::adjust_charge:
      return adjust_charge(state, rules, event, op);
    case Kind::chargeback:
      return chargeback(state, rules, event, op);
    case Kind::charge_off:
      return charge_off(state, rules, event, op);
    case Kind::write_off:
      return write_off(state, rules, event);
    case Kind::recover:
      return move(state, Role::settlement, Role::recovery_income, op.amount_minor);
    case Kind::mark_fraud:
      state.servicing->fraud = op.choice == 1;
      return;
    case Kind::waive_interest:
      return waive_interest(state, rules, event, op);
    case Kind::re_age:
      return re_age(state, rules, event, op);
    case Kind::reamortize:
      return reamortize(state, rules, event);
    case Kind::reschedule:
      return reschedule(state, rules, op);
    case Kind::pause_overdue:
      return pause_overdue(state, event, op);
    case Kind::resume_overdue:
      return resume_overdue(state, event);
    case Kind::coupon:
      return give_coupon(state, event);
    case Kind::coupon_settle:
      return settle_coupon(state, op);
    case Kind::transfer:
      return transfer(state, rules, event, op);
    case Kind::accrue:
      return accrue_charges(state, rules, event, op);
    default:
      LOANBOOK_ASSERT(false && "an operation without a step");
  }
}

}  // namespace loanbook::ledger
