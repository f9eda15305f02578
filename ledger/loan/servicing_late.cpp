// Installments that are late: the charges that they make by themselves, and from when they count.

#include <algorithm>

#include "loanbook/ledger/loan/servicing_steps.hpp"

namespace loanbook::ledger {
namespace {

using schedule::Component;
using schedule::DueInstallment;

std::int64_t base_of(const DueInstallment& due, LateBase base) {
  switch (base) {
    case LateBase::principal_and_interest:
      return due.principal + due.interest;
    case LateBase::principal:
      return due.principal;
    case LateBase::interest:
      return due.interest;
  }
  return 0;
}

bool made_by(const ChargeRecord& charge, const LateCharge& rule) {
  return charge.sequence == 0 && charge.code == rule.code;
}

const LateCharge* rule_of(const LoanState& state, const Rules& rules) {
  if (!rules.product.servicing || !rules.product.servicing->late_charge) return nullptr;
  const bool runs = state.status == LoanStatus::active && !state.servicing->charged_off;
  return runs ? &*rules.product.servicing->late_charge : nullptr;
}

/// What the installment is charged on `day`.
std::int64_t charge_on(const Servicing& table, const LateCharge& rule, const DueInstallment& due,
                       Day day) {
  const std::int64_t overdue = base_of(due, rule.base);
  if (due.due >= day || overdue <= 0) return 0;
  std::int64_t charged = 0;
  for (const ChargeRecord& charge : table.charges) {
    if (charge.installment == due.no && made_by(charge, rule)) charged += charge.amount;
  }
  const InstallmentRecord& record = *table.find(due.no);
  const std::int64_t planned = record.demanded[static_cast<std::size_t>(Component::principal)] +
                               record.demanded[static_cast<std::size_t>(Component::interest)];
  return schedule::late_fee_on(rule.fee, {.due = due.due, .planned = planned, .overdue = overdue},
                               charged, day);
}

}  // namespace

void charge_late(LoanState& state, const Rules& rules, Day day) {
  const LateCharge* rule = rule_of(state, rules);
  if (rule == nullptr) return;
  Servicing& table = *state.servicing;
  const Component component = rule->is_fee ? Component::fee : Component::penalty;
  bool charged = false;
  for (const DueInstallment& due : std::vector<DueInstallment>(state.due)) {
    const std::int64_t amount = charge_on(table, *rule, due, day);
    if (amount == 0) continue;
    charged = true;
    table.charges.push_back({.component = component,
                             .code = rule->code,
                             .installment = due.no,
                             .assessed = day,
                             .due = due.due,
                             .amount = amount});
    demand(state, rules, due.no, component, amount);
    if (!rules.product.servicing->income_by_run) recognise(state, rules, table.charges.back());
  }
  if (charged) use_held(state, rules, day);
}

Day next_late_change(const LoanState& state, const Rules& rules) {
  Day next = never;
  const auto consider = [&](Day day) {
    if (day > state.day && day < next) next = day;
  };
  if (const LateCharge* rule = rule_of(state, rules)) {
    const date::days grace{rule->fee.grace_days};
    for (const DueInstallment& due : state.due) {
      const Day first = due.due + grace + date::days{1};
      consider(first);
      // Rows stand by due date: those after the first to come are late after it.
      if (due.due > state.day) break;
      if (rule->fee.every_days == 0 || base_of(due, rule->base) <= 0 || state.day < first) continue;
      const auto times = (state.day - first).count() / rule->fee.every_days + 1;
      consider(first + date::days{times * rule->fee.every_days});
    }
  }
  return next;
}

Day late_since(const Servicing& table, std::uint32_t no, Day due) {
  const InstallmentRecord* record = table.find(no);
  return record == nullptr ? due : record->owed_again_since.value_or(due);
}

std::int32_t days_late(const LoanState& state, const Product& product, std::int32_t reported,
                       Day day) {
  if (reported == 0) return 0;
  std::int32_t days = reported;
  for (const DueInstallment& due : state.due) {
    if (due.due >= day) break;
    const Day since = late_since(*state.servicing, due.no, due.due);
    days = std::max(days, static_cast<std::int32_t>((day - since).count()));
  }
  return unpaused(state, product, days, day);
}

std::int32_t unpaused(const LoanState& state, const Product& product, std::int32_t days, Day day) {
  if (days == 0) return 0;
  const bool whole = product.servicing && product.servicing->whole_pauses;
  const Day since = whole ? Day::min() : day - date::days{days};
  std::int64_t paused = 0;
  for (const OverduePause& pause : state.servicing->pauses) {
    const Day from = std::max(pause.from, since);
    const Day until = std::min(pause.until, day);
    if (from < until) paused += (until - from).count();
  }
  return static_cast<std::int32_t>(std::max<std::int64_t>(0, days - paused));
}

}  // namespace loanbook::ledger
