// The steps of loans with a table of installments: pay-outs, payments, due dates, charges.

#include "loanbook/ledger/servicing.hpp"

#include <algorithm>
#include <utility>

#include "loanbook/ledger/servicing_interest.hpp"
#include "loanbook/ledger/servicing_steps.hpp"
#include "loanbook/money/assert.hpp"

namespace loanbook::ledger {

using schedule::AllocatedLine;
using schedule::Component;
using schedule::DueInstallment;
using schedule::Timing;

namespace {

std::size_t index(Component component) { return static_cast<std::size_t>(component); }

}  // namespace

schedule::TimedOrder payment_order(const Rules& rules) {
  return rules.product.servicing ? rules.product.servicing->payment
                                 : ServicingRules::standard_order();
}

void clear_unearned(LoanState& state) {
  const std::int64_t part = std::min(-balance_of(state, Role::interest_unearned),
                                     balance_of(state, Role::interest_accrued));
  if (part > 0) move(state, Role::interest_unearned, Role::interest_accrued, part);
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
  std::sort(state.servicing->installments.begin(), state.servicing->installments.end(), by_due);
  std::sort(state.due.begin(), state.due.end(), by_due);
  std::sort(state.servicing->coming.begin(), state.servicing->coming.end(), by_due);
}

void demand(LoanState& state, const Rules& rules, std::uint32_t no, Component component,
            std::int64_t minor) {
  if (minor == 0) return;
  InstallmentRecord& record = *state.servicing->find(no);
  record.demanded[index(component)] += minor;
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
      claim->fee += minor;
      return;
    case Component::penalty:
      claim->late_fee += minor;
      return;
    case Component::interest:
      claim->interest += minor;
      break;
    case Component::principal:
      claim->principal += minor;
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

std::vector<schedule::Claim> claims_on(const LoanState& state, const Rules& rules, Day day) {
  auto claims = schedule::claims_of(state.due, rules.overdue, day);
  if (!claims) throw LoanFault{"penalty interest of the loan is beyond 64 bits"};
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

}  // namespace

std::int64_t allocate_payment(LoanState& state, const Rules& rules,
                              const schedule::TimedOrder& order, std::int64_t amount_minor,
                              Incoming from, Day day, PaymentRecord& record) {
  auto claims = claims_on(state, rules, day);
  if (rules.product.servicing && rules.product.servicing->charges_due_by_date)
    claim_charges(*state.servicing, claims, day);
  return take(state, rules, schedule::allocate(amount_minor, claims, order, day), from, day,
              record);
}

std::int64_t pay_by_rule(LoanState& state, const Rules& rules, std::int64_t amount_minor,
                         Incoming from, Day day, PaymentRecord& record) {
  if (state.due.empty()) return amount_minor;
  if (rules.product.servicing) {
    return allocate_payment(state, rules, rules.product.servicing->payment, amount_minor, from, day,
                            record);
  }
  const std::int64_t rest = take(
      state, rules,
      schedule::allocate(amount_minor, claims_on(state, rules, day), rules.product.allocation, day),
      from, day, record);
  if (rest == 0 || !is_revolving(rules.product)) return rest;
  schedule::TimedOrder drawn;
  for (const Component component : {Component::fee, Component::interest, Component::principal})
    drawn.steps.push_back({Timing::in_advance, component});
  return allocate_payment(state, rules, drawn, rest, from, day, record);
}

namespace {

/// Is money of this payment noted where it lies ahead, to be allocated again?
bool keeps_ahead(const Rules& rules, std::uint64_t sequence) {
  return sequence != 0 && rules.product.servicing && rules.product.servicing->ahead_again;
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
  const bool ahead = std::any_of(table.coming.begin(), table.coming.end(),
                                 [&](const schedule::PlanRow& row) { return row.no == line.no; });
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
      return credit(ahead ? Role::interest_unearned : Role::interest_receivable, line.amount);
    case Component::principal:
      return credit(claim.due < day ? Role::principal_overdue : Role::principal, line.amount);
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
    if (!schedule::settled(installment, rules.overdue, day)) return false;
    // A penalty line that is still hidden may come to life.
    InstallmentRecord& record = *state.servicing->find(installment.no);
    if (!record.met) record.met = day;
    return true;
  });
}

void row_due(LoanState& state, const Rules& rules, Day day) {
  Servicing& table = *state.servicing;
  interest_before_due(state, rules, day);
  const schedule::PlanRow row = table.coming.front();
  const auto running = table.running;
  const auto claim = std::find_if(state.due.begin(), state.due.end(),
                                  [&](const DueInstallment& d) { return d.no == row.no; });
  const std::int64_t unpaid = claim == state.due.end() ? 0 : claim->interest;
  if (is_revolving(rules.product) && claim != state.due.end()) {
    const DueInstallment fresh =
        schedule::become_due(row.no, row.due, claim->principal, claim->interest, 0, rules.overdue);
    claim->penalty = fresh.penalty;
    claim->compound = fresh.compound;
  }
  if (!table.charged_off) {
    move(state, Role::interest_receivable, Role::interest_accrued, unpaid);
    move(state, Role::interest_unearned, Role::interest_accrued,
         balance_of(state, Role::interest_accrued));
  }
  table.coming.erase(table.coming.begin());
  run_row(state, rules, day);
  if (computes_again(state, rules)) interest_after_due(state, rules, row, *running, day);
  use_held(state, rules, day);
}

void recognise(LoanState& state, ChargeRecord& charge) {
  if (charge.recognised || state.servicing->charged_off) return;
  const bool fee = charge.component == Component::fee;
  move(state, fee ? Role::fee_receivable : Role::late_fee_receivable,
       fee ? Role::fee_income : Role::late_fee_income, charge.amount - charge.waived);
  charge.recognised = true;
}

void recognise_charges(LoanState& state, const Rules& rules, Day day) {
  if (rules.product.servicing && rules.product.servicing->income_by_run) return;
  for (ChargeRecord& charge : state.servicing->charges) {
    if (charge.due < day) recognise(state, charge);
  }
}

Day next_servicing_change(const LoanState& state) {
  Day next = never;
  const auto consider = [&](Day day) {
    if (day > state.day && day < next) next = day;
  };
  for (const ChargeRecord& charge : state.servicing->charges) {
    if (!charge.recognised) consider(charge.due + date::days{1});
  }
  // While days are paused, and after them, buckets change on other days than due dates say.
  if (!state.servicing->pauses.empty() && !state.due.empty()) consider(state.day + date::days{1});
  return next;
}

void settle_servicing(LoanState& state, Day day) {
  Servicing& table = *state.servicing;
  for (ChargeRecord& charge : table.charges) recognise(state, charge);
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
  return must_fit(
      schedule::level(schedule::simple_line(principal, state.terms.rate, day_count, from),
                      day_count, rules.product.interest_rounding.mode, until));
}

}  // namespace

void go_on(LoanState& state, const Rules& rules, Day day) {
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
      from = row.due;
      for (const DueInstallment& due : state.due) {
        if (due.no == row.no) owed -= due.principal;
      }
    }
  }
  state.next = table.coming.front();
  state.row_coming = true;
  if (!is_revolving(rules.product) && state.next.interest != 0)
    state.interest =
        schedule::scheduled_line(state.next.interest, rules.product.day_count, day, state.next.due);
}

void receive(LoanState& state, const Rules& rules, const LoanEvent& event,
             const schedule::TimedOrder& agreed, Incoming from) {
  PaymentRecord record{.sequence = event.sequence};
  const schedule::TimedOrder order = order_ahead(state, rules, agreed);
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
    return receive(state, rules, event, payment_order(rules), {Role::settlement});
  PaymentRecord record{.sequence = event.sequence};
  const std::int64_t rest =
      pay_by_rule(state, rules, event.amount_minor, {Role::settlement}, event.value_date, record);
  move(state, Role::settlement, Role::overpayment, rest);
  record.overpaid = rest;
  state.servicing->payments.push_back(record);
  if (rest > 0) settle_early(state, rules, event.value_date);
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

std::int32_t unpaused(const LoanState& state, std::int32_t days, Day day) {
  if (days == 0) return 0;
  const Day since = day - date::days{days};
  std::int64_t paused = 0;
  for (const OverduePause& pause : state.servicing->pauses) {
    const Day from = std::max(pause.from, since);
    const Day until = std::min(pause.until, day);
    if (from < until) paused += (until - from).count();
  }
  return static_cast<std::int32_t>(std::max<std::int64_t>(0, days - paused));
}

}  // namespace loanbook::ledger
