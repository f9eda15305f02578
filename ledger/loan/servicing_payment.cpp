// Money that comes in on a loan with a table of installments: what it pays, and what is left.

#include <algorithm>
#include <span>
#include <utility>

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

namespace {

/// Charges that are due by `day` in installments that are not: claims of their own.
void claim_charges(const Servicing& table, std::vector<schedule::Claim>& claims, Day day) {
  std::vector<schedule::Claim> own;
  for (const ChargeRecord& charge : table.charges) {
    if (charge.due > day || charge.unpaid() <= 0) continue;
    for (schedule::Claim& claim : claims) {
      if (claim.no != charge.installment || claim.due <= day) continue;
      const std::size_t at = index(charge.component);
      const std::int64_t part = std::min(charge.unpaid(), claim.amount[at]);
      claim.amount[at] -= part;
      schedule::Claim single{.no = claim.no, .due = charge.due};
      single.amount[at] = part;
      own.push_back(single);
    }
  }
  claims.insert(claims.end(), own.begin(), own.end());
}

std::vector<schedule::Claim> claims_on(const LoanState& state, const Rules& rules,
                                       std::span<const DueInstallment> installments, Day day) {
  auto claims = schedule::claims_of(installments, rules.overdue, day);
  if (!claims) throw LoanFault{"penalty interest of the loan is beyond 64 bits"};
  // Nothing accrues on a loan that was given up, so nothing of it can be paid.
  for (std::size_t i = 0; i < claims->size() && state.status == LoanStatus::written_off; ++i) {
    (*claims)[i].amount[index(Component::penalty)] = installments[i].late_fee;
    (*claims)[i].amount[index(Component::compound)] = 0;
  }
  return std::move(*claims);
}

std::int64_t take(LoanState& state, const Rules& rules, const schedule::Allocation& allocation,
                  Incoming from, Day day, PaymentRecord& record) {
  for (const AllocatedLine& line : allocation.lines)
    book_line(state, rules, line, from, day, record);
  if (!schedule::settle_lines(state.due, allocation.lines, rules.overdue, day))
    throw LoanFault{"penalty interest of the loan is beyond 64 bits"};
  drop_met(state, rules, day);
  return allocation.unallocated;
}

/// Most payments end at the first rows: what the others claim is not asked.
schedule::Allocation allocate_row_by_row(const LoanState& state, const Rules& rules,
                                         const schedule::TimedOrder& order,
                                         std::int64_t amount_minor, Day day) {
  schedule::Allocation all;
  all.unallocated = amount_minor;
  for (const DueInstallment& due : state.due) {
    if (all.unallocated == 0) break;
    const schedule::Allocation row =
        schedule::allocate(all.unallocated, claims_on(state, rules, {&due, 1}, day), order, day);
    all.lines.insert(all.lines.end(), row.lines.begin(), row.lines.end());
    all.unallocated = row.unallocated;
  }
  return all;
}

}  // namespace

std::int64_t allocate_payment(LoanState& state, const Rules& rules,
                              const schedule::TimedOrder& order, std::int64_t amount_minor,
                              Incoming from, Day day, PaymentRecord& record) {
  const bool by_date = rules.product.servicing && rules.product.servicing->charges_due_by_date;
  if (schedule::goes_row_by_row(order) && !by_date)
    return take(state, rules, allocate_row_by_row(state, rules, order, amount_minor, day), from,
                day, record);
  auto claims = claims_on(state, rules, state.due, day);
  if (by_date) claim_charges(*state.servicing, claims, day);
  return take(state, rules, schedule::allocate(amount_minor, std::move(claims), order, day), from,
              day, record);
}

std::int64_t pay_by_rule(LoanState& state, const Rules& rules, std::int64_t amount_minor,
                         Incoming from, Day day, PaymentRecord& record) {
  if (state.due.empty()) return amount_minor;
  if (rules.product.servicing) {
    return allocate_payment(state, rules, rules.product.servicing->payment, amount_minor, from, day,
                            record);
  }
  const schedule::AllocationRule& rule = rules.product.allocation;
  std::span<const DueInstallment> payable = state.due;
  if (!rule.include_future) payable = schedule::due_by(state.due, day);
  const std::int64_t rest =
      take(state, rules,
           schedule::allocate(amount_minor, claims_on(state, rules, payable, day), rule, day), from,
           day, record);
  if (rest == 0 || !is_revolving(rules.product)) return rest;
  static const schedule::TimedOrder drawn{.steps = {{Timing::in_advance, Component::fee},
                                                    {Timing::in_advance, Component::interest},
                                                    {Timing::in_advance, Component::principal}}};
  return allocate_payment(state, rules, drawn, rest, from, day, record);
}

namespace {

/// Is money of this payment noted where it lies ahead, to be allocated again?
bool keeps_ahead(const Rules& rules, std::uint64_t sequence) {
  return sequence != 0 && rules.product.servicing && rules.product.servicing->ahead_again;
}

/// Interest that is to join the balance.
std::int64_t joins_later(const Servicing& table) {
  std::int64_t sum = 0;
  for (const schedule::PlanRow& row : table.coming)
    sum += std::max<std::int64_t>(-row.principal, 0);
  return sum;
}

/// What the lender pays for the borrower has an account for each component.
Role source_of(Role source, Component component) {
  if (source != Role::goodwill_expense || component == Component::principal) return source;
  if (component == Component::interest) return Role::goodwill_interest;
  return component == Component::fee ? Role::goodwill_fee : Role::goodwill_penalty;
}

}  // namespace

void book_line(LoanState& state, const Rules& rules, const AllocatedLine& line, Incoming from,
               Day day, PaymentRecord& payment) {
  Servicing& table = *state.servicing;
  InstallmentRecord& record = *table.find(line.no);
  const DueInstallment& claim = *std::find_if(
      state.due.begin(), state.due.end(), [&](const DueInstallment& d) { return d.no == line.no; });
  record.paid[index(line.component)] += line.amount;
  payment.parts[index(line.component)] += line.amount;
  if (day < record.due) record.in_advance += line.amount;
  if (day > record.due) record.late += line.amount;
  const bool plain =
      line.component == Component::principal || line.component == Component::interest;
  if (day < record.due && plain && keeps_ahead(rules, payment.sequence))
    table.ahead.push_back({payment.sequence, static_cast<std::uint8_t>(from.kind), day, line.no,
                           line.component, line.amount});
  const auto ahead = [&] {
    return std::any_of(table.coming.begin(), table.coming.end(),
                       [&](const schedule::PlanRow& row) { return row.no == line.no; });
  };
  const auto credit = [&](Role role, std::int64_t minor) {
    if (minor == 0) return;
    const Role gone = from.lowers_loss ? loss_role(table, line.component) : Role::recovery_income;
    move(state, source_of(from.source, line.component), table.charged_off ? gone : role, minor);
  };
  switch (line.component) {
    case Component::fee:
      credit(Role::fee_receivable, line.amount);
      pay_charges(table, line);
      return;
    case Component::penalty: {
      const std::int64_t fixed = std::min(claim.late_fee, line.amount);
      credit(Role::late_fee_receivable, fixed);
      credit(Role::penalty_receivable, line.amount - fixed);
      pay_charges(table, {line.no, line.component, fixed});
      return;
    }
    case Component::compound:
      return credit(Role::compound_receivable, line.amount);
    case Component::interest:
      if (is_drawn(state, rules, line.no)) return credit(Role::interest_accrued, line.amount);
      return credit(ahead() ? Role::interest_unearned : Role::interest_receivable, line.amount);
    case Component::principal: {
      // What is owed again of a loan that was given up is not overdue: nobody counts its days.
      if (claim.due < day && state.status != LoanStatus::written_off)
        return credit(Role::principal_overdue, line.amount);
      // What joins the balance only on a date to come is paid for days to come.
      const std::int64_t beyond =
          line.amount - std::max<std::int64_t>(balance_of(state, Role::principal), 0);
      const std::int64_t early = beyond <= 0 ? 0 : std::min(beyond, joins_later(table));
      credit(Role::principal, line.amount - early);
      return credit(Role::interest_unearned, early);
    }
  }
}

Role loss_role(const Servicing& table, Component component) {
  switch (component) {
    case Component::fee:
      return Role::charge_off_fee;
    case Component::penalty:
    case Component::compound:
      return Role::charge_off_penalty;
    case Component::interest:
      return Role::charge_off_interest;
    case Component::principal:
      return table.fraud ? Role::fraud_expense : Role::charge_off_expense;
  }
  return Role::charge_off_expense;
}

void pay_charges(Servicing& table, const AllocatedLine& line) {
  if (line.amount == 0) return;
  std::vector<ChargeRecord*> charges;
  for (ChargeRecord& charge : table.charges) {
    if (charge.installment == line.no && charge.component == line.component)
      charges.push_back(&charge);
  }
  std::stable_sort(charges.begin(), charges.end(),
                   [](const auto* a, const auto* b) { return a->due < b->due; });
  std::int64_t rest = line.amount;
  for (ChargeRecord* charge : charges) {
    const std::int64_t part = std::min(rest, charge->unpaid());
    charge->paid += part;
    rest -= part;
  }
}

void drop_met(LoanState& state, const Rules& rules, Day day) {
  std::erase_if(state.due, [&](const DueInstallment& installment) {
    if (installment.principal > 0 || installment.interest > 0 ||
        !schedule::settled(installment, rules.overdue, day))
      return false;
    // A penalty line that is still hidden may come to life.
    InstallmentRecord& record = *state.servicing->find(installment.no);
    if (!record.met) record.met = day;
    return true;
  });
}

void receive(LoanState& state, const Rules& rules, const LoanEvent& event,
             const schedule::TimedOrder& agreed, Incoming from) {
  PaymentRecord record{.sequence = event.sequence};
  schedule::TimedOrder own;
  if (computes_again(state, rules)) own = order_ahead(state, rules, agreed);
  const schedule::TimedOrder& order = computes_again(state, rules) ? own : agreed;
  interest_before_payment(state, rules, order, event.amount_minor, event.value_date);
  const std::int64_t rest = state.due.empty()
                                ? event.amount_minor
                                : allocate_payment(state, rules, order, event.amount_minor, from,
                                                   event.value_date, record);
  if (rest > 0) move(state, from.source, Role::overpayment, rest);
  if (rest > 0 && keeps_ahead(rules, event.sequence))
    state.servicing->ahead.push_back(
        {event.sequence, static_cast<std::uint8_t>(from.kind), event.value_date, 0, {}, rest});
  record.overpaid = rest;
  state.servicing->payments.push_back(record);
  interest_after_payment(state, rules, event.value_date);
}

void receive_payment(LoanState& state, const Rules& rules, const LoanEvent& event) {
  if (rules.product.servicing)
    return receive(state, rules, event, rules.product.servicing->payment, {Role::settlement});
  PaymentRecord record{.sequence = event.sequence};
  const std::int64_t rest =
      pay_by_rule(state, rules, event.amount_minor, {Role::settlement}, event.value_date, record);
  move(state, Role::settlement, Role::overpayment, rest);
  record.overpaid = rest;
  state.servicing->payments.push_back(record);
  if (rest > 0) settle_early(state, rules, event.value_date);
}

}  // namespace loanbook::ledger
