// The steps of loans with a table of installments: pay-outs, payments, due dates, charges.

#include "loanbook/ledger/servicing.hpp"

#include <algorithm>
#include <utility>

#include "loanbook/ledger/servicing_steps.hpp"
#include "loanbook/money/assert.hpp"

namespace loanbook::ledger {

using schedule::AllocatedLine;
using schedule::Component;
using schedule::DueInstallment;
using schedule::Timing;

namespace {

std::size_t index(Component component) { return static_cast<std::size_t>(component); }

std::int64_t rounded(std::int64_t amount, money::Ratio part, money::Rounding rounding) {
  const money::Int128 step = money::Int128{part.denominator} * rounding.multiple;
  return static_cast<std::int64_t>(
      money::divide_rounded(money::Int128{amount} * part.numerator, step, rounding.mode) *
      rounding.multiple);
}

/// The accrual line of the running row.
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
  terms.disbursed = state.servicing->find(table.coming.front().no)->from;
  terms.installments = static_cast<std::uint32_t>(table.coming.size());
  terms.first_due = table.coming.front().due;
  terms.principal_free_periods = 0;
  terms.interest_free_periods = 0;
  terms.drawdowns.clear();
  if (day > terms.disbursed) {
    terms.drawdowns.push_back({.date = day, .amount_minor = more});
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
  std::vector<std::uint32_t> open;
  for (const InstallmentRecord& record : table.installments) {
    if (record.down_payment || record.extra) continue;
    const std::int64_t own = record.demanded[index(Component::principal)] - record.owed_again;
    planned += own;
    ++rows;
    if (record.due < day) continue;
    owed += own;
    open.push_back(record.no);
  }
  const std::int64_t part = rounded(planned, {1, rows}, rules.terms.installment);
  for (const std::uint32_t no : open) {
    const std::int64_t share = no == open.back() ? owed : std::min(part, owed);
    const InstallmentRecord& record = *table.find(no);
    const std::int64_t own = record.demanded[index(Component::principal)] - record.owed_again;
    demand(state, rules, no, Component::principal, share - own);
    for (schedule::PlanRow& row : table.coming) {
      if (row.no == no) row.principal = share;
    }
    owed -= share;
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

schedule::Plan first_plan(const Rules& rules, std::int64_t principal, Day day) {
  schedule::Terms terms = rules.terms;
  terms.principal_minor = principal;
  terms.disbursed = day;
  const bool round_flat = rules.product.servicing && rules.product.servicing->round_flat_payment &&
                          terms.method == schedule::Method::flat;
  if (round_flat) terms.installment.multiple = 1;
  if (auto checked = schedule::check(terms); !checked) throw LoanFault{checked.error().message};
  schedule::Plan plan = schedule::make_plan(terms);
  if (round_flat) round_payments(plan.rows, rules.terms.installment);
  return plan;
}

/// Charges assessed before the first pay-out find their installments.
void place_charges(LoanState& state, const Rules& rules) {
  Servicing& table = *state.servicing;
  for (ChargeRecord& charge : table.charges) {
    charge.installment = installment_at(state, charge.due);
    demand(state, rules, charge.installment, charge.component, charge.unpaid());
  }
}

void raise_rows(LoanState& state, const Rules& rules, std::int64_t more, Day day) {
  Servicing& table = *state.servicing;
  const schedule::Plan plan = raised_plan(state, rules, more, day);
  for (std::size_t i = 0; i < table.coming.size(); ++i) {
    schedule::PlanRow& row = table.coming[i];
    const std::int64_t principal = plan.rows[i].principal - row.principal;
    const std::int64_t interest =
        plan.rows[i].interest - table.find(row.no)->demanded[index(Component::interest)];
    demand(state, rules, row.no, Component::principal, principal);
    demand(state, rules, row.no, Component::interest, interest);
    row.principal = plan.rows[i].principal;
    row.interest += interest;
  }
}

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
  const std::int64_t rest = allocate_payment(
      state, rules,
      rules.product.servicing ? rules.product.servicing->payment : ServicingRules::standard_order(),
      held, {Role::overpayment}, day, record);
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

std::uint32_t installment_at(LoanState& state, Day day) {
  Servicing& table = *state.servicing;
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

}  // namespace

std::int64_t allocate_payment(LoanState& state, const Rules& rules,
                              const schedule::TimedOrder& order, std::int64_t amount_minor,
                              Incoming from, Day day, PaymentRecord& record) {
  auto claims = schedule::claims_of(state.due, rules.overdue, day);
  if (!claims) throw LoanFault{"penalty interest of the loan is beyond 64 bits"};
  if (rules.product.servicing && rules.product.servicing->charges_due_by_date)
    claim_charges(*state.servicing, *claims, day);
  const schedule::Allocation allocation = schedule::allocate(amount_minor, *claims, order, day);
  for (const AllocatedLine& line : allocation.lines) book_line(state, line, from, day, record);
  if (!schedule::settle_lines(state.due, allocation.lines, rules.overdue, day))
    throw LoanFault{"penalty interest of the loan is beyond 64 bits"};
  drop_met(state, rules, day);
  return allocation.unallocated;
}

namespace {

/// What the lender pays for the borrower has an account for each component.
Role source_of(Role source, Component component) {
  if (source != Role::goodwill_expense || component == Component::principal) return source;
  if (component == Component::interest) return Role::goodwill_interest;
  return component == Component::fee ? Role::goodwill_fee : Role::goodwill_penalty;
}

}  // namespace

void book_line(LoanState& state, const AllocatedLine& line, Incoming from, Day day,
               PaymentRecord& payment) {
  Servicing& table = *state.servicing;
  InstallmentRecord& record = *table.find(line.no);
  const DueInstallment& claim = *std::find_if(
      state.due.begin(), state.due.end(), [&](const DueInstallment& d) { return d.no == line.no; });
  record.paid[index(line.component)] += line.amount;
  payment.parts[index(line.component)] += line.amount;
  if (day < record.due) record.in_advance += line.amount;
  if (day > record.due) record.late += line.amount;
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

void pay_out(LoanState& state, const Rules& rules, std::int64_t amount_minor, Day day) {
  const ServicingRules& servicing = *rules.product.servicing;
  const std::int64_t held = std::min(-balance_of(state, Role::overpayment), amount_minor);
  move(state, Role::principal, Role::settlement, amount_minor);
  const std::int64_t own_part =
      rounded(amount_minor, servicing.down_payment_part, servicing.down_payment_rounding);
  const std::int64_t planned = amount_minor - own_part;
  const bool first = state.lent == 0;
  state.lent += amount_minor;
  if (!state.servicing) state.servicing.emplace();
  if (state.status == LoanStatus::closed) go_on(state, day);
  state.status = LoanStatus::active;
  Servicing& table = *state.servicing;
  if (first && state.status != LoanStatus::closed && table.payments.empty()) {
    table.installments.clear();
    state.due.clear();
  }
  add_down_payment(state, rules, own_part, day);
  if (first) {
    add_rows(state, rules, first_plan(rules, planned, day).rows, day);
    place_charges(state, rules);
  } else if (raises_over_all(state, rules, day)) {
    raise_over_all(state, rules, planned, day);
  } else if (table.coming.empty()) {
    add_row_after(state, rules, planned, day);
  } else {
    raise_rows(state, rules, planned, day);
  }
  run_row(state, rules, table.coming.empty() ? day : table.find(table.coming.front().no)->from);
  if (held > 0) use_held(state, rules, day);
}

void row_due(LoanState& state, const Rules& rules, Day day) {
  Servicing& table = *state.servicing;
  const schedule::PlanRow row = table.coming.front();
  const auto claim = std::find_if(state.due.begin(), state.due.end(),
                                  [&](const DueInstallment& d) { return d.no == row.no; });
  const std::int64_t unpaid = claim == state.due.end() ? 0 : claim->interest;
  if (!table.charged_off) {
    move(state, Role::interest_receivable, Role::interest_accrued, unpaid);
    move(state, Role::interest_unearned, Role::interest_accrued,
         balance_of(state, Role::interest_accrued));
  }
  table.coming.erase(table.coming.begin());
  run_row(state, rules, day);
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
  stop_plan(state, day);
}

void go_on(LoanState& state, Day day) {
  Servicing& table = *state.servicing;
  std::erase_if(table.coming, [day](const schedule::PlanRow& row) { return row.due <= day; });
  if (table.coming.empty() || state.row_coming) return;
  // The interest of these rows was earned when everything was paid.
  for (schedule::PlanRow& row : table.coming) row.interest = 0;
  state.next = table.coming.front();
  state.row_coming = true;
}

void receive(LoanState& state, const Rules& rules, const LoanEvent& event,
             const schedule::TimedOrder& order, Incoming from) {
  PaymentRecord record{.sequence = event.sequence};
  const std::int64_t rest = state.due.empty()
                                ? event.amount_minor
                                : allocate_payment(state, rules, order, event.amount_minor, from,
                                                   event.value_date, record);
  if (rest > 0) move(state, from.source, Role::overpayment, rest);
  record.overpaid = rest;
  state.servicing->payments.push_back(record);
}

void receive_payment(LoanState& state, const Rules& rules, const LoanEvent& event) {
  receive(state, rules, event, payment_order(rules), {Role::settlement});
}

void make_table(LoanState& state, const Rules& rules) {
  if (state.servicing) return;
  Servicing& table = state.servicing.emplace();
  const std::vector<DueInstallment> unpaid = std::exchange(state.due, {});
  const schedule::Plan plan = schedule::make_plan(rules.terms);
  Day from = state.disbursed;
  for (const schedule::PlanRow& row : plan.rows) {
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
