// Changes of the plan of a loan with a table of installments: early repayment, another rate, more
// rows, other due dates, a deferral. The schedule room plans the rest; here the table follows it.

#include "loanbook/ledger/loan/loan_changes.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <limits>
#include <utility>

#include "loanbook/ledger/loan/servicing_interest.hpp"
#include "loanbook/ledger/loan/servicing_steps.hpp"
#include "loanbook/money/money.hpp"
#include "loanbook/schedule/change.hpp"
#include "loanbook/schedule/due_dates.hpp"

namespace loanbook::ledger {
namespace {

using schedule::Component;
using schedule::DueInstallment;

std::size_t index(Component component) { return static_cast<std::size_t>(component); }

/// Principal of the rows to come that nobody paid in advance.
std::int64_t ahead_of(const LoanState& state) {
  std::int64_t ahead = 0;
  for (const schedule::PlanRow& row : state.servicing->coming) {
    ahead += std::min<std::int64_t>(row.principal, 0);  // interest that is to join the balance
    for (const DueInstallment& due : state.due) {
      if (due.no == row.no) ahead += due.principal;
    }
  }
  return ahead;
}

constexpr int longest_life_days = 60 * 366;

/// The maturity `rows` steps of the plan after `due`.
Day drawn_until(schedule::Terms terms, Day due, std::uint32_t rows) {
  while (schedule::due_date(terms, terms.installments) < due) ++terms.installments;
  return schedule::due_date(terms, terms.installments + rows);
}

/// Of dates by the month that may have been cut to it; 0: they step by days.
std::uint8_t day_of_month(const schedule::Terms& terms) {
  if (schedule::step(terms.frequency).months == 0) return 0;
  const date::year_month_day first{*terms.first_due};
  return static_cast<std::uint8_t>(static_cast<unsigned>(first.day()));
}

/// The rates of the running period, from its beginning on.
void take_rates(const IndexedRate& indexed, schedule::Terms& terms) {
  for (const schedule::RateChange& change : indexed.rates) {
    const bool stood = change.from <= terms.disbursed || &change == &indexed.rates.front();
    if (stood)
      terms.rate = change.rate;
    else
      terms.rate_changes.push_back(change);
  }
}

/// The rows to come as a plan of their own, from the beginning of the running period.
Result<schedule::RunningPlan> running_plan(const LoanState& state, const Rules& rules) {
  const Servicing& table = *state.servicing;
  if (table.coming.empty())
    return Error{"operation.no_rows_to_come", "no installment of the loan is still to come"};
  schedule::Terms terms = rules.terms;
  terms.rate = state.terms.rate;
  terms.disbursed = interest_date(rules, table.find(table.coming.front().no)->from);
  terms.first_due = unmoved(rules, table.coming.front().due);
  if (terms.business_days.roll != schedule::Roll::none && terms.due_day == 0)
    terms.due_day = day_of_month(terms);
  terms.installments = static_cast<std::uint32_t>(table.coming.size());
  if (table.indexed) take_rates(*table.indexed, terms);
  terms.principal_free_periods = 0;
  terms.interest_free_periods = 0;
  // Fees stay with their rows: `keep_fees`.
  terms.fee = {};
  terms.principal_minor = ahead_of(state);
  begin_with_joined(table, terms);
  // A period that is a whole step of the plan counts as one.
  const Day step = schedule::due_date(
      [&] {
        schedule::Terms whole = terms;
        whole.first_due.reset();
        return whole;
      }(),
      1);
  if (step == *terms.first_due) terms.first_due.reset();
  auto running = schedule::run_plan(terms, 0);
  if (!running) return running.error();
  // What the customer pays goes on, also where solving anew would give another cent.
  if (terms.installments > 1 && terms.method == schedule::Method::level)
    running->installment = table.coming.front().principal + table.coming.front().interest;
  return running;
}

schedule::PrepayMode mode_of(std::uint8_t choice) {
  switch (choice) {
    case 2:
      return schedule::PrepayMode::shorten;
    case 3:
      return schedule::PrepayMode::keep_principal;
    default:
      return schedule::PrepayMode::reduce;
  }
}

/// What the borrower may repay early on this day, beyond what is due: interest to the day first.
struct Early {
  std::int64_t due = 0;
  std::int64_t interest = 0;
  std::int64_t principal = 0;
};

Early early_of(const LoanState& state, const Rules& rules, std::int64_t amount, Day day) {
  Early early;
  const auto claims = schedule::claims_of(state.due, rules.overdue, day);
  if (!claims) throw LoanFault{"penalty interest of the loan is beyond 64 bits"};
  for (const schedule::Claim& claim : *claims) {
    if (claim.due > day) continue;
    for (const std::int64_t minor : claim.amount) early.due = must_add(early.due, minor);
  }
  early.due = std::min(early.due, amount);
  const std::int64_t accrued =
      balance_of(state, Role::interest_accrued) + balance_of(state, Role::interest_unearned);
  early.interest = std::clamp<std::int64_t>(accrued, 0, amount - early.due);
  early.principal = amount - early.due - early.interest;
  return early;
}

/// What of interest or charges joins the principal.
struct Joining {
  std::vector<schedule::AllocatedLine> interest;              ///< due, by installment
  std::vector<std::pair<std::size_t, std::int64_t>> charges;  ///< place in the table, amount
  std::int64_t accrued = 0;
  [[nodiscard]] std::int64_t total() const {
    std::int64_t sum = accrued;
    for (const schedule::AllocatedLine& line : interest) sum += line.amount;
    for (const auto& [place, minor] : charges) sum += minor;
    return sum;
  }
};

enum CapitaliseChoice : std::uint8_t { join_due = 1, join_accrued = 2, join_fees = 3 };

/// The oldest first, up to the amount of the operation.
Joining joining_of(const LoanState& state, const Operated& op, Day day) {
  Joining joining;
  std::int64_t rest =
      op.amount_minor == 0 ? std::numeric_limits<std::int64_t>::max() : op.amount_minor;
  const Servicing& table = *state.servicing;
  if (op.choice == join_fees) {
    for (std::size_t i = 0; i < table.charges.size(); ++i) {
      const ChargeRecord& charge = table.charges[i];
      if (charge.due > day) continue;
      const std::int64_t part = std::min(rest, charge.unpaid());
      if (part > 0) joining.charges.emplace_back(i, part);
      rest -= std::max<std::int64_t>(part, 0);
    }
    return joining;
  }
  for (const DueInstallment& due : state.due) {
    if (due.due > day) continue;
    const std::int64_t part = std::min(rest, due.interest);
    if (part > 0) joining.interest.push_back({due.no, Component::interest, part});
    rest -= std::max<std::int64_t>(part, 0);
  }
  if (op.choice == join_accrued) {
    const std::int64_t accrued =
        balance_of(state, Role::interest_accrued) + balance_of(state, Role::interest_unearned);
    joining.accrued = std::clamp<std::int64_t>(accrued, 0, rest);
  }
  return joining;
}

/// The rest by another method.
Result<schedule::Change> converted(schedule::RunningPlan running, const Operated& op) {
  constexpr schedule::Method methods[] = {
      schedule::Method::level, schedule::Method::equal_principal, schedule::Method::interest_first};
  schedule::Terms terms = running.terms;
  terms.method = methods[std::clamp<int>(op.choice, 1, 3) - 1];
  if (op.rows != 0) terms.installments = op.rows;
  const auto other = schedule::run_plan(terms, 0);
  if (!other) return other.error();
  return schedule::reamortize(*other);
}

/// The rest with more principal from `day` on; where the interest of the running period joins too,
/// the rest begins on that day.
Result<schedule::Change> raised(const schedule::RunningPlan& running, const Operated& op,
                                std::int64_t more, Day day) {
  if (op.choice != join_accrued)
    return schedule::add_disbursement(running, day, more, schedule::AfterChange::solve);
  schedule::Terms terms = running.terms;
  terms.principal_minor += more;
  for (const schedule::Drawdown& drawn : terms.drawdowns)
    terms.principal_minor += drawn.amount_minor;
  terms.drawdowns.clear();
  terms.installment_minor = 0;
  if (day > terms.disbursed) {
    terms.first_due = schedule::due_date(running.terms, 1);
    terms.disbursed = day;
  }
  const auto other = schedule::run_plan(terms, 0);
  if (!other) return other.error();
  return schedule::reamortize(*other);
}

Result<schedule::Change> change_of(const LoanState& state, const Rules& rules, const Operated& op,
                                   Kind kind, Day day) {
  auto running = running_plan(state, rules);
  if (!running) return running.error();
  switch (kind) {
    case Kind::prepay: {
      const schedule::PrepayRules all{.interest = schedule::PrepayInterest::all};
      const std::int64_t principal = early_of(state, rules, op.amount_minor, day).principal;
      return schedule::prepay(*running, all, day, mode_of(op.choice),
                              std::min(principal, ahead_of(state) - 1));
    }
    case Kind::change_rate:
      return schedule::change_rate(
          *running, day, money::Rate::of_e12(op.rate_e12),
          op.choice == 2 ? schedule::Repricing::keep : schedule::Repricing::at_change);
    case Kind::extend:
      return schedule::extend(*running, op.rows);
    case Kind::move_due_date:
      return schedule::move_due_date(
          *running, day, {.due_day = static_cast<std::uint8_t>(op.rows), .shift_days = 0},
          schedule::AfterChange::solve);
    case Kind::defer:
      return schedule::defer_rows(
          *running,
          {.rows = op.rows, .interest = static_cast<schedule::HolidayInterest>(op.choice)},
          schedule::AfterChange::keep);
    case Kind::convert:
      return converted(*running, op);
    case Kind::capitalise:
      return raised(*running, op, joining_of(state, op, day).total(), day);
    default:
      return Error{"operation.unknown", "this operation changes no plan"};
  }
}

/// Takes back what is unpaid of the fee of a row to come. Returns it.
std::int64_t take_back_fee(LoanState& state, const Rules& rules, InstallmentRecord& record,
                           DueInstallment& claim) {
  auto& charges = state.servicing->charges;
  const auto fee = std::find_if(charges.begin(), charges.end(), [&](const ChargeRecord& charge) {
    return charge.sequence == 0 && charge.installment == record.no;
  });
  if (fee == charges.end()) return 0;
  const std::int64_t unpaid = fee->unpaid();
  if (fee->recognised)
    move(state, charge_income_of(rules.product, fee->component, fee->code), Role::fee_receivable,
         unpaid);
  record.demanded[index(Component::fee)] -= unpaid;
  claim.fee -= unpaid;
  fee->amount -= unpaid;
  if (fee->amount == 0) state.servicing->erase(fee);
  return unpaid;
}

/// The rows to come leave the table; what was paid on them stays. Returns the fees that nobody
/// paid, row by row.
std::vector<std::int64_t> clear_rows(LoanState& state, const Rules& rules) {
  Servicing& table = *state.servicing;
  std::vector<std::int64_t> fees;
  if (table.rare) table.rare->joined.clear();
  const std::vector<schedule::PlanRow> gone = std::exchange(table.coming, {});
  for (const schedule::PlanRow& row : gone) {
    InstallmentRecord& record = *table.find(row.no);
    fees.push_back(0);
    undo_joining(record, row);
    const auto claim = std::find_if(state.due.begin(), state.due.end(),
                                    [&](const DueInstallment& due) { return due.no == row.no; });
    if (claim == state.due.end()) continue;
    record.demanded[index(Component::principal)] -= std::exchange(claim->principal, 0);
    record.demanded[index(Component::interest)] -= std::exchange(claim->interest, 0);
    fees.back() = take_back_fee(state, rules, record, *claim);
    if (claim->fee == 0 && claim->late_fee == 0) state.due.erase(claim);
  }
  take_back_unearned(state, gone);
  std::erase_if(table.installments, [&](const InstallmentRecord& record) {
    const bool claimed =
        std::any_of(state.due.begin(), state.due.end(),
                    [&](const DueInstallment& due) { return due.no == record.no; });
    return record.demanded == Parts{} && !record.extra && !claimed;
  });
  return fees;
}

/// A row keeps its fee through a change; those that are added have the fee of the last one.
void keep_fees(std::vector<schedule::PlanRow>& rows, const std::vector<std::int64_t>& fees) {
  for (std::size_t i = 0; i < rows.size() && !fees.empty(); ++i)
    rows[i].fee = fees[std::min(i, fees.size() - 1)];
}

/// The new rows, the first of them with the interest that has accrued so far.
void take_rows(LoanState& state, const Rules& rules, const schedule::Change& change, Day day,
               std::int64_t accrued) {
  const Day from = change.running.terms.disbursed;
  std::vector<schedule::PlanRow> rows = change.plan.rows;
  keep_fees(rows, clear_rows(state, rules));
  plan_rows(state, rules, rows, from);
  pay_ahead_again(state, rules, day);
  for (const schedule::Drawdown& drawn : change.running.terms.drawdowns)
    rare_of(*state.servicing).joined.push_back({drawn.date, drawn.amount_minor});
  if (!state.row_coming || day <= from || state.servicing->charged_off) return;
  // The level goes on from where it stands, in a straight line to the row's interest.
  state.interest = planned_line(rules, accrued, state.next.interest, day, state.next.due);
}

void prepay(LoanState& state, const Rules& rules, const LoanEvent& event) {
  // Interest is computed again from every payment: none needs to say so.
  if (computes_again(state, rules)) return receive_payment(state, rules, event);
  // Of a loan that was given up, as an earlier day says by now, there is no plan to change.
  if (state.status == LoanStatus::written_off || state.servicing->charged_off)
    return receive_payment(state, rules, event);
  const Early early = early_of(state, rules, event.amount_minor, event.value_date);
  const std::int64_t ahead = ahead_of(state);
  const auto change = early.principal > 0 && early.principal < ahead
                          ? change_of(state, rules, *event.operated, event.kind, event.value_date)
                          : Result<schedule::Change>{Error{"operation.unknown", ""}};
  schedule::TimedOrder due_only = payment_order(rules);
  std::erase_if(due_only.steps, [](const schedule::AllocationStep& step) {
    return step.timing == schedule::Timing::in_advance;
  });
  LoanEvent part = event;
  if (!change && early.principal < ahead) return receive_payment(state, rules, event);
  part.amount_minor = early.due;
  if (early.due > 0) receive(state, rules, part, due_only, {Role::settlement});
  // The interest to the day and the principal stand as an installment of their own, paid at once.
  clear_unearned(state);
  const std::int64_t principal = std::min(early.principal, ahead);
  move(state, Role::settlement, Role::interest_accrued, early.interest);
  move(state, Role::settlement, Role::principal, principal);
  Servicing& table = *state.servicing;
  const Day from =
      table.coming.empty() ? event.value_date : table.find(table.coming.front().no)->from;
  if (change) {
    take_rows(state, rules, *change, event.value_date, 0);
  } else {
    clear_rows(state, rules);
    hold_unearned(state);
    stop_plan(state, event.value_date);
  }
  InstallmentRecord& record = add_record(state, from, event.value_date);
  record.demanded[index(Component::principal)] = principal;
  record.demanded[index(Component::interest)] = early.interest;
  record.paid = record.demanded;
  record.met = event.value_date;
  PaymentRecord payment{.sequence = event.sequence, .parts = record.paid};
  payment.overpaid = early.principal - principal;
  sort_table(state);
  if (payment.overpaid > 0) move(state, Role::settlement, Role::overpayment, payment.overpaid);
  table.payments.push_back(payment);
}

/// Another rate; on a loan that follows an index, by an event, another spread.
void take_rate(LoanState& state, const LoanEvent& event) {
  const auto rate = money::Rate::of_e12(event.operated->rate_e12);
  if (state.servicing->indexed) {
    IndexedRate& indexed = *state.servicing->indexed;
    if (event.sequence != 0) indexed.spread_e12 += rate.e12() - state.terms.rate.e12();
    indexed.rates.push_back({.from = event.value_date, .rate = rate});
  }
  state.terms.rate = rate;
}

/// Interest and charges leave their places; the rows to come are for the caller.
void take_joining(LoanState& state, const Rules& rules, const Joining& joining, Day day) {
  Servicing& table = *state.servicing;
  for (const schedule::AllocatedLine& line : joining.interest) {
    move(state, Role::principal, Role::interest_receivable, line.amount);
    table.find(line.no)->demanded[index(Component::interest)] -= line.amount;
    if (!schedule::settle_lines(state.due, {&line, 1}, rules.overdue, day))
      throw LoanFault{"penalty interest of the loan is beyond 64 bits"};
  }
  for (const auto& [place, minor] : joining.charges) {
    ChargeRecord& charge = table.charges[place];
    recognise(state, rules, charge);
    const bool fee = charge.component == Component::fee;
    move(state, Role::principal, fee ? Role::fee_receivable : Role::late_fee_receivable, minor);
    charge.amount -= minor;
    table.find(charge.installment)->demanded[index(charge.component)] -= minor;
    for (DueInstallment& due : state.due) {
      if (due.no == charge.installment) (fee ? due.fee : due.late_fee) -= minor;
    }
  }
  if (joining.accrued > 0) clear_unearned(state);
  move(state, Role::principal, Role::interest_accrued, joining.accrued);
  // What was no income does not become it by joining; on a cash basis charges are none either.
  const bool cash = rules.product.accounting.on_cash();
  std::int64_t unreceived = joining.total();
  for (const auto& [place, minor] : joining.charges) unreceived -= cash ? 0 : minor;
  if ((cash || state.non_accrual) && unreceived > 0) rare_of(table).joined_suspended += unreceived;
}

void capitalise(LoanState& state, const Rules& rules, const LoanEvent& event) {
  const Day day = event.value_date;
  if (state.servicing->coming.empty() || state.servicing->charged_off) return;
  const Joining joining = joining_of(state, *event.operated, day);
  if (joining.total() == 0) return;
  const auto change = change_of(state, rules, *event.operated, event.kind, day);
  if (!change) return;
  take_joining(state, rules, joining, day);
  // A row all of which joined is over before the new ones come.
  drop_met(state, rules, day);
  take_rows(state, rules, *change, day, balance_of(state, Role::interest_accrued));
  drop_met(state, rules, day);
}

/// What accrued on a revolving loan, or its charges, becomes principal that is due at its maturity.
void capitalise_drawn(LoanState& state, const Rules& rules, const LoanEvent& event) {
  Servicing& table = *state.servicing;
  if (!state.row_coming || table.coming.empty() || table.charged_off) return;
  const Joining joining = joining_of(state, *event.operated, event.value_date);
  const std::int64_t total = joining.total();
  if (total == 0) return;
  take_joining(state, rules, joining, event.value_date);
  const std::uint32_t no = table.coming.front().no;
  for (DueInstallment& due : state.due) {
    if (due.no == no) due.interest -= joining.accrued;
  }
  table.find(no)->demanded[index(Component::interest)] -= joining.accrued;
  demand(state, rules, no, Component::principal, total);
  drop_met(state, rules, event.value_date);
}

/// More steps until the maturity of a revolving loan.
void extend_drawn(LoanState& state, const Rules& rules, std::uint32_t rows) {
  Servicing& table = *state.servicing;
  if (!state.row_coming || table.coming.empty()) return;
  schedule::PlanRow& row = table.coming.front();
  const Day maturity = drawn_until(rules.terms, row.due, rows);
  for (DueInstallment& due : state.due) {
    if (due.no == row.no) due.due = maturity;
  }
  table.find(row.no)->due = maturity;
  row.due = maturity;
  state.next.due = maturity;
  sort_table(state);
}

void change_drawn(LoanState& state, const Rules& rules, const LoanEvent& event) {
  if (event.kind == Kind::change_rate && state.row_coming) take_rate(state, event);
  if (event.kind == Kind::extend) extend_drawn(state, rules, event.operated->rows);
  if (event.kind == Kind::capitalise) capitalise_drawn(state, rules, event);
}

/// `operation.nothing_to_capitalise`, `operation.amount_left`, `operation.joint`. Requires a table.
Status check_joining(const LoanState& at, const Product& product, const Operated& operated,
                     Day day) {
  if (at.joint && (at.non_accrual || product.accounting.on_cash()))
    return Error{
        "operation.joint",
        "interest of a joint loan that is no income yet cannot join the principal: return it "
        "to accrual first"};
  Operated all = operated;
  all.amount_minor = 0;
  const std::int64_t most = joining_of(at, all, day).total();
  const auto text = [&](std::int64_t minor) {
    return money::text_of_minor(minor, product.currency.digits);
  };
  if (most == 0)
    return Error{"operation.nothing_to_capitalise",
                 "nothing of that choice is owed on this day; `loan show` says what is: choose "
                 "due, accrued or fees"};
  if (operated.amount_minor > most)
    return Error{"operation.amount_left", fmt::format("{} can join the principal, not {}",
                                                      text(most), text(operated.amount_minor))};
  return money::ok();
}

/// `operation.no_rows_to_come` after the maturity of a revolving loan.
Status check_drawn(const LoanState& state, const Product& product, const Operated& operated,
                   Kind kind, Day day) {
  LoanState at = state;
  advance(at, product, day);
  if (!at.row_coming)
    return Error{"operation.no_rows_to_come", "the loan has reached its maturity"};
  if (kind == Kind::capitalise) {
    accrue(at, product, day);
    make_table(at, Rules{product, at});
    return check_joining(at, product, operated, day);
  }
  if (kind != Kind::extend) return money::ok();
  schedule::Terms terms = schedule_terms(product, at.terms, at.disbursed);
  const Day maturity = drawn_until(terms, at.next.due, operated.rows);
  return (maturity - at.disbursed).count() > longest_life_days
             ? Status{Error{"operation.rows", "the loan would run for more than 60 years"}}
             : money::ok();
}

}  // namespace

void settle_early(LoanState& state, const Rules& rules, Day day) {
  if (rules.product.prepayment != Prepayment::settle || is_revolving(rules.product) ||
      !state.row_coming || state.status != LoanStatus::active || state.servicing->charged_off)
    return;
  Servicing& table = *state.servicing;
  std::int64_t principal = 0;
  for (const DueInstallment& due : state.due) {
    if (due.due > day) principal += due.principal;
  }
  // What has not joined the balance is not owed.
  for (const schedule::PlanRow& row : table.coming)
    principal -= std::max<std::int64_t>(-row.principal, 0);
  const std::int64_t interest = std::max<std::int64_t>(
      balance_of(state, Role::interest_accrued) + balance_of(state, Role::interest_unearned), 0);
  if (-balance_of(state, Role::overpayment) < interest + principal) return;
  clear_unearned(state);
  move(state, Role::overpayment, Role::interest_accrued, interest);
  move(state, Role::overpayment, Role::principal, principal);
  const Day from = table.find(table.coming.front().no)->from;
  clear_rows(state, rules);
  hold_unearned(state);
  stop_plan(state, day);
  InstallmentRecord& record = add_record(state, from, day);
  record.demanded[index(Component::principal)] = principal;
  record.demanded[index(Component::interest)] = interest;
  record.paid = record.demanded;
  record.met = day;
  sort_table(state);
}

bool changes_plan(Kind kind) {
  return (kind >= Kind::prepay && kind <= Kind::defer) || kind == Kind::convert ||
         kind == Kind::capitalise;
}

Status check_change(const LoanState& state, const Product& product, const Operated& operated,
                    Kind kind, Day day) {
  if (is_revolving(product)) return check_drawn(state, product, operated, kind, day);
  const PlanRules& plan = product.plan;
  const bool numbered = !plan.holidays.empty() || plan.step_growth_e12 != 0 ||
                        plan.amortization_installments != 0 || plan.balloon_minor != 0 ||
                        plan.balloon_part.e12() != 0 || capitalises(product);
  if (numbered || product.method == schedule::Method::bullet) {
    return Error{
        "operation.plan_not_changeable",
        "plans of this product are bound to the numbers of their rows; settle the loan and "
        "open another"};
  }
  LoanState at = state;
  try {
    advance(at, product, day);
    accrue(at, product, day);
    const Rules rules{product, at};
    make_table(at, rules);
    if (kind == Kind::prepay) return money::ok();  // whatever the amount, it is a payment
    const bool own_rules = kind == Kind::convert || kind == Kind::capitalise;
    if (own_rules && computes_again(at, rules))
      return Error{"operation.plan_not_changeable",
                   "interest of this product is computed again from every payment, which binds its "
                   "method and principal: use re-age, or settle the loan and open another"};
    if (kind == Kind::capitalise) {
      if (Status s = check_joining(at, product, operated, day); !s) return s;
    }
    const auto change = change_of(at, rules, operated, kind, day);
    if (!change) return change.error();
  } catch (const LoanFault& fault) {
    return Error{"loan.beyond_limits", fault.reason};
  }
  return money::ok();
}

void change_plan(LoanState& state, const Rules& rules, const LoanEvent& event) {
  if (is_revolving(rules.product)) return change_drawn(state, rules, event);
  if (event.kind == Kind::prepay) return prepay(state, rules, event);
  if (event.kind == Kind::capitalise) return capitalise(state, rules, event);
  const auto change = change_of(state, rules, *event.operated, event.kind, event.value_date);
  // Nothing is left to change where an earlier event settled the loan.
  if (!change) return;
  if (event.kind == Kind::convert)
    state.terms.converted = static_cast<std::uint8_t>(change->running.terms.method);
  const std::int64_t accrued = balance_of(state, Role::interest_accrued);
  if (event.kind == Kind::move_due_date && rules.terms.business_days.roll != schedule::Roll::none)
    state.terms.due_day = static_cast<std::uint8_t>(event.operated->rows);
  if (event.kind != Kind::change_rate)
    return take_rows(state, rules, *change, event.value_date, accrued);
  take_rate(state, event);
  take_rows(state, Rules{rules.product, state}, *change, event.value_date, accrued);
}

std::optional<schedule::Terms> terms_of_rest(const LoanState& before, const Product& product,
                                             const LoanEvent& event) {
  LoanState at = before;
  advance(at, product, event.value_date);
  accrue(at, product, event.value_date);
  const Rules rules{product, at};
  make_table(at, rules);
  const auto change = change_of(at, rules, *event.operated, event.kind, event.value_date);
  return change ? std::optional{change->running.terms} : std::nullopt;
}

}  // namespace loanbook::ledger
