#include "loanbook/ledger/loan/loan.hpp"

#include <algorithm>

#include "loanbook/ledger/loan/deferred_fee.hpp"
#include "loanbook/ledger/loan/loan_changes.hpp"
#include "loanbook/ledger/loan/loan_parts.hpp"
#include "loanbook/ledger/loan/loan_steps.hpp"
#include "loanbook/ledger/loan/servicing_interest.hpp"
#include "loanbook/ledger/loan/take_over.hpp"
#include "loanbook/money/assert.hpp"
#include "loanbook/money/limits.hpp"
#include "loanbook/schedule/charges.hpp"
#include "loanbook/schedule/due_dates.hpp"

namespace loanbook::ledger {
namespace {

using schedule::AllocatedLine;
using schedule::Component;
using schedule::DueInstallment;

std::int64_t interest_level(const LoanState& state, const Product& product, Day at) {
  if (state.interest.slope == 0 && state.interest.base == 0) return 0;
  return must_fit(schedule::level(state.interest, product.day_count, product.accrual_rounding, at,
                                  line_context(product)));
}

/// Do due dates move while interest stays with the dates of the contract?
bool moves_interest(const Rules& rules) {
  return rules.terms.business_days.roll != schedule::Roll::none &&
         !rules.terms.business_days.interest_follows;
}

/// The interest of the running row is earned; its due date has moved behind that.
void rest_line(LoanState& state, const Product& product, Day day) {
  state.interest = {
      .base = interest_level(state, product, day), .slope = 0, .denominator = 1, .first = day};
}

Role claim_role(const DueInstallment& installment, Component component, Day day) {
  switch (component) {
    case Component::penalty:
      return Role::penalty_receivable;
    case Component::compound:
      return Role::compound_receivable;
    case Component::principal:
      return installment.due < day ? Role::principal_overdue : Role::principal;
    case Component::fee:
      return Role::fee_receivable;
    case Component::interest:
      return Role::interest_receivable;
  }
  return Role::interest_receivable;
}

/// What is due later bears nothing yet, whatever its row asked for before it was moved.
void nothing_late_ahead(LoanState& state, const Product& product, Day day) {
  const schedule::OverdueRules overdue = overdue_rules(product, state.terms.rate);
  for (DueInstallment& due : state.due) {
    if (due.due <= day || (state.servicing->charged_off && due.penalty.slope == 0)) continue;
    const DueInstallment fresh =
        schedule::become_due(due.no, due.due, due.principal, due.interest, 0, overdue);
    due.penalty = fresh.penalty;
    due.compound = fresh.compound;
    due.room = fresh.room;
  }
}

void drop_settled(LoanState& state, const Rules& rules, Day day) {
  std::erase_if(state.due, [&](const DueInstallment& installment) {
    return schedule::settled(installment, rules.overdue, day);
  });
}

/// Pays what is due from `source` (settlement or overpayment); returns what is left.
std::int64_t pay_due(LoanState& state, const Rules& rules, std::int64_t amount_minor, Role source,
                     Day day) {
  if (state.due.empty() || amount_minor == 0) return amount_minor;
  const std::vector<DueInstallment> owed = state.due;
  const auto allocation =
      schedule::pay(state.due, amount_minor, rules.overdue, rules.product.allocation, day);
  if (!allocation) throw LoanFault{"penalty interest of the loan is beyond 64 bits"};
  for (const AllocatedLine& line : allocation->lines) {
    const auto installment = std::find_if(owed.begin(), owed.end(),
                                          [&](const DueInstallment& d) { return d.no == line.no; });
    LOANBOOK_ASSERT(installment != owed.end());
    move(state, source, claim_role(*installment, line.component, day), line.amount);
  }
  drop_settled(state, rules, day);
  return allocation->unallocated;
}

/// The next row of the plan and its accrual line, from `first` on.
void begin_row(LoanState& state, const Rules& rules, Day first) {
  if (state.cursor.rows_done >= schedule::row_count(rules.terms)) {
    stop_plan(state, first);
    return;
  }
  state.next = schedule::next_row(rules.terms, state.cursor);
  state.row_coming = true;
  state.interest =
      rules.product.method == schedule::Method::revolving
          ? schedule::simple_line(state.lent, state.terms.rate, rules.product.day_count, first)
          : planned_line(rules, 0, state.next.interest, first, state.next.due);
}

void close_if_settled(LoanState& state, const Rules& rules, Day day) {
  if (state.status != LoanStatus::active || !state.due.empty()) return;
  if (state.servicing) settle_servicing(state, rules, day);
  if (balance_of(state, Role::principal) != 0 || balance_of(state, Role::interest_accrued) != 0)
    return;
  stop_plan(state, day);
  state.status = LoanStatus::closed;
}

/// The row whose due date is `day`: accrued interest becomes receivable, money held is used, the
/// next row begins.
void become_due(LoanState& state, const Rules& rules, Day day) {
  const bool revolving = rules.product.method == schedule::Method::revolving;
  const std::int64_t interest = balance_of(state, Role::interest_accrued);
  const std::int64_t principal =
      revolving ? balance_of(state, Role::principal) : state.next.principal;
  move(state, Role::interest_receivable, Role::interest_accrued, interest);
  if (interest != 0 || principal != 0) {
    state.due.push_back(
        schedule::become_due(state.next.no, day, principal, interest, 0, rules.overdue));
  }
  begin_row(state, rules, day);
  const std::int64_t held = -balance_of(state, Role::overpayment);
  if (held > 0) pay_due(state, rules, held, Role::overpayment, day);
}

/// Principal of installments due before `day` stands under overdue principal.
void transfer_overdue(LoanState& state, Day day) {
  if (state.servicing && state.servicing->charged_off) return;
  std::int64_t overdue = 0;
  for (const DueInstallment& installment : state.due) {
    if (installment.due >= day) break;
    overdue += installment.principal;
  }
  const std::int64_t moved = overdue - balance_of(state, Role::principal_overdue);
  if (moved != 0) move(state, Role::principal_overdue, Role::principal, moved);
}

/// The first day after `state.day` on which something changes by itself.
Day find_next_change(const LoanState& state, const Rules& rules) {
  // No night visits a loan that was given up: what an event put in before makes it owe stays where
  // it is.
  if (state.status == LoanStatus::written_off) return never;
  Day next = never;
  const auto consider = [&](Day day) {
    if (day > state.day && day < next) next = day;
  };
  if (state.row_coming) consider(state.next.due);
  if (state.row_coming && moves_interest(rules)) consider(interest_date(rules, state.next.due));
  if (state.servicing) {
    consider(next_servicing_change(state, rules));
    consider(next_interest_change(state, rules));
    consider(next_late_change(state, rules));
    consider(next_rate_change(state));
  }
  const date::days one{1};
  const date::days grace{rules.overdue.grace_days};
  const bool compensates = rules.product.joint && rules.product.joint->compensation_days != 0;
  const date::days compensation{compensates ? rules.product.joint->compensation_days : 0};
  for (const DueInstallment& installment : state.due) {
    consider(installment.due + one);
    consider(installment.due + grace);
    consider(installment.due + grace + one);
    if (compensates) consider(installment.due + compensation);
    // Installments stand by due date: nothing happens to the others before the first to come.
    if (installment.due > state.day) break;
    if (rules.overdue.maximum_e4 == 0) continue;
    if (const auto reached = schedule::maximum_reached(installment, rules.overdue, state.day + one))
      consider(*reached);
  }
  const auto oldest =
      std::find_if(state.due.begin(), state.due.end(), [](const DueInstallment& installment) {
        return installment.principal > 0 || installment.interest > 0;
      });
  if (oldest != state.due.end()) {
    for (const std::uint16_t upper : rules.product.buckets.upper) {
      const Day change = oldest->due + date::days{upper} + one;
      if (change <= state.day) continue;
      consider(change);
      break;
    }
    if (rules.product.quality.non_accrual_days != 0)
      consider(oldest->due + date::days{rules.product.quality.non_accrual_days} + one);
  }
  return next;
}

/// Accounts that are functions of the others.
void follow_totals(LoanState& state, const Product& product) {
  if (state.joint) share_out(state, product);
  suspend_income(state, product);
  follow_tax(state, product);
}

void settle_changes(LoanState& state, const Rules& rules) {
  const std::int32_t days = counted_days(state, rules, state.day);
  state.bucket = schedule::classify(rules.product.buckets, days);
  follow_accrual(state, rules.product, days);
  state.next_change = find_next_change(state, rules);
}

void change(LoanState& state, const Rules& rules, Day day) {
  const RowsBefore rows(state, rules.product, false);
  schedule::hold_at_maximum(state.due, rules.overdue, day);
  accrue(state, rules, day);
  state.day = day;
  if (state.servicing) recognise_charges(state, rules, day);
  const bool falls_due = state.row_coming && state.next.due == day;
  if (!falls_due && state.servicing) interest_changes(state, rules, day);
  // Rows of one date fall due together: no later day would find the second.
  while (falls_due && state.row_coming && state.next.due == day)
    state.servicing ? row_due(state, rules, day) : become_due(state, rules, day);
  if (state.row_coming && moves_interest(rules) && interest_date(rules, state.next.due) == day &&
      day < state.next.due)
    rest_line(state, rules.product, day);
  if (state.servicing) charge_late(state, rules, day);
  // What money held has paid may have lowered a level.
  if (state.servicing) accrue(state, rules, day);
  // No night visits a loan that was given up: what an inserted event makes it owe stays where it
  // is.
  if (state.status == LoanStatus::active) transfer_overdue(state, day);
  drop_settled(state, rules, day);
  close_if_settled(state, rules, day);
  if (rules.product.index) reset_rate(state, rules.product, day);
  if (state.joint) compensate(state, rules.product, day);
  settle_changes(state, rules);
  rows.spread_fee(state, rules.product, day, false);
  // Nothing accrues on a loan that money held has settled, but these accounts follow.
  if (state.status != LoanStatus::active) follow_totals(state, rules.product);
}

void disburse(LoanState& state, const Product& product, std::int64_t amount_minor, Day day) {
  if (product.index && state.lent == 0) fix_rate(state, product, day);
  if ((keeps_table(product) || state.servicing) && !is_revolving(product)) {
    if (state.lent == 0) state.disbursed = day;
    pay_out(state, Rules{product, state}, amount_minor, day);
    return;
  }
  move(state, Role::principal, Role::settlement, amount_minor);
  state.lent = must_add(state.lent, amount_minor);
  state.disbursed = day;
  state.status = LoanStatus::active;
  const Rules rules{product, state};
  state.cursor = schedule::begin_plan(rules.terms);
  begin_row(state, rules, day);
  if (state.servicing) begin_drawn_table(state, rules);
  // Money that came first (its opening was reversed and made again) waits as overpayment until
  // something is due.
}

void prepay_revolving(LoanState& state, const Rules& rules, std::int64_t rest, Day day) {
  const std::int64_t accrued = balance_of(state, Role::interest_accrued);
  const std::int64_t interest = std::min(accrued, rest);
  move(state, Role::settlement, Role::interest_accrued, interest);
  rest -= interest;
  const std::int64_t principal = std::min(balance_of(state, Role::principal), rest);
  move(state, Role::settlement, Role::principal, principal);
  rest -= principal;
  if (rest > 0) move(state, Role::settlement, Role::overpayment, rest);
  const auto line = schedule::after_payment(
      state.interest, rules.product.day_count, rules.product.accrual_rounding, day, interest,
      balance_of(state, Role::principal), state.terms.rate, line_context(rules.product));
  if (!line) throw LoanFault{"accrued interest of the loan is beyond 64 bits"};
  state.interest = *line;
}

void prepay_plan(LoanState& state, const Rules& rules, std::int64_t rest, Day day) {
  move(state, Role::settlement, Role::overpayment, rest);
  if (rules.product.prepayment != Prepayment::settle) return;
  const std::int64_t accrued = balance_of(state, Role::interest_accrued);
  const std::int64_t principal = balance_of(state, Role::principal);
  if (-balance_of(state, Role::overpayment) < accrued + principal) return;
  move(state, Role::overpayment, Role::interest_accrued, accrued);
  move(state, Role::overpayment, Role::principal, principal);
  stop_plan(state, day);
}

void repay(LoanState& state, const Rules& rules, std::int64_t amount_minor, Day day) {
  const std::int64_t rest = pay_due(state, rules, amount_minor, Role::settlement, day);
  if (rest == 0) return;
  if (state.status != LoanStatus::active || !state.row_coming) {
    move(state, Role::settlement, Role::overpayment, rest);
  } else if (rules.product.method == schedule::Method::revolving) {
    prepay_revolving(state, rules, rest, day);
  } else {
    prepay_plan(state, rules, rest, day);
  }
}

/// Within a day: the opening, then charges that are owed by then, then money.
unsigned rank(const LoanEvent& event) {
  if (event.kind == Kind::open || event.kind == Kind::apply || event.kind == Kind::take_over)
    return 0;
  // What is charged to each installment needs them.
  const bool owed = event.kind == Kind::charge && event.operated && event.operated->choice <= 2 &&
                    event.operated->from.value_or(event.value_date) <= event.value_date;
  return owed ? 1 : 2;
}

}  // namespace

void move(LoanState& state, Role debit, Role credit, std::int64_t minor) {
  if (minor == 0) return;
  std::int64_t& to = state.balance.at(debit);
  std::int64_t& from = state.balance.at(credit);
  if (!money::add(to, minor, &to) || !money::subtract(from, minor, &from)) {
    throw LoanFault{"an amount of the loan is beyond 64 bits"};
  }
  if (state.joint) track(*state.joint, debit, credit, minor);
}

std::int64_t must_fit(std::optional<std::int64_t> level) {
  if (!level) throw LoanFault{"accrued interest of the loan is beyond 64 bits"};
  return *level;
}

std::int64_t must_add(std::int64_t a, std::int64_t b) {
  std::int64_t sum = 0;
  if (!money::add(a, b, &sum)) throw LoanFault{"an amount of the loan is beyond 64 bits"};
  return sum;
}

void owed_must_fit(const LoanState& state) {
  money::Int128 unpaid = 0;
  for (const Role claim :
       {Role::principal, Role::principal_overdue, Role::interest_accrued, Role::penalty_receivable,
        Role::compound_receivable, Role::overpayment}) {
    const std::int64_t minor = balance_of(state, claim);
    unpaid += minor < 0 ? -money::Int128{minor} : money::Int128{minor};
  }
  for (const DueInstallment& due : state.due)
    unpaid += money::Int128{due.principal} + due.interest + due.fee + due.late_fee;
  std::int64_t fits = 0;
  if (!money::narrow(unpaid, &fits)) throw LoanFault{"what the loan owes is beyond 64 bits"};
}

Day unmoved(const Rules& rules, Day due) {
  if (rules.terms.business_days.roll == schedule::Roll::none) return due;
  const schedule::DueDates dates(rules.terms);
  constexpr date::days longest_move{31};
  for (std::uint32_t k = 0; k <= 2 * money::limits::installments_max; ++k) {
    const Day planned = dates.by_contract(k);
    if (planned > due + longest_move) break;
    if (dates(k) == due) return planned;
  }
  return due;
}

Day interest_date(const Rules& rules, Day due) {
  return moves_interest(rules) ? std::min(due, unmoved(rules, due)) : due;
}

schedule::Line planned_line(const Rules& rules, std::int64_t accrued, std::int64_t interest,
                            Day first, Day due) {
  const schedule::DayCountContext context = line_context(rules.product);
  const schedule::DayCount day_count = rules.product.day_count;
  const Day end = std::max(due, first);
  if (!moves_interest(rules)) {
    schedule::Line line =
        schedule::scheduled_line(interest - accrued, day_count, first, end, context);
    line.base = money::Int128{accrued} * line.denominator;
    return line;
  }
  // From one date of the contract to the next; what passed of it before `first` is in the level.
  const Day earned = interest_date(rules, due);
  if (earned <= first) return {.base = interest, .slope = 0, .denominator = 1, .first = first};
  const Day begin = accrued == 0 ? interest_date(rules, first) : first;
  const std::int64_t passed = schedule::day_index(day_count, begin, first, context);
  const std::int64_t rest = schedule::day_index(day_count, first, earned, context);
  const std::int64_t length = std::max<std::int64_t>(1, passed + rest);
  return {.base = money::Int128{accrued} * length + money::Int128{interest - accrued} * passed,
          .slope = interest - accrued,
          .denominator = length,
          .first = first};
}

void stop_plan(LoanState& state, Day day) {
  state.row_coming = false;
  state.interest = {.base = 0, .slope = 0, .denominator = 1, .first = day};
}

bool stands_first(const LoanEvent& event) { return rank(event) == 1; }

bool before(const LoanEvent& a, const LoanEvent& b) {
  if (a.value_date != b.value_date) return a.value_date < b.value_date;
  if (rank(a) != rank(b)) return rank(a) < rank(b);
  return a.sequence < b.sequence;
}

namespace {

void accrue_claims(LoanState& state, const Product& product, const schedule::OverdueRules& overdue,
                   Day at) {
  const std::int64_t interest =
      interest_level(state, product, at) - balance_of(state, Role::interest_accrued);
  if (interest != 0) move(state, Role::interest_accrued, Role::interest_income, interest);
  if (state.due.empty()) return;
  schedule::RunningCharges charges;
  if (!schedule::running_charges(schedule::due_by(state.due, at), overdue, at, &charges))
    throw LoanFault{"penalty interest of the loan is beyond 64 bits"};
  const std::int64_t penalty = charges.penalty - balance_of(state, Role::penalty_receivable);
  const std::int64_t compound = charges.compound - balance_of(state, Role::compound_receivable);
  if (penalty != 0) move(state, Role::penalty_receivable, Role::penalty_income, penalty);
  if (compound != 0) move(state, Role::compound_receivable, Role::compound_income, compound);
}

void accrue(LoanState& state, const Product& product, const schedule::OverdueRules& overdue,
            Day at) {
  // The nights know active loans only: what an event that was inserted demands of another one bears
  // nothing.
  if (state.status != LoanStatus::active) return;
  accrue_claims(state, product, overdue, at);
  earn_fee(state, product, at);
  if (state.servicing && is_revolving(product)) show_accrued(state);
  follow_totals(state, product);
}

}  // namespace

void accrue(LoanState& state, const Product& product, Day at) {
  accrue(state, product, overdue_rules(product, state.terms.rate), at);
}

void accrue(LoanState& state, const Rules& rules, Day at) {
  accrue(state, rules.product, rules.overdue, at);
}

void advance(LoanState& state, const Product& product, Day to) {
  while (state.next_change <= to) {
    // Until a reset, which gives the loan another rate.
    const Rules rules{product, state};
    const money::Rate rate = state.terms.rate;
    while (state.next_change <= to && state.terms.rate == rate)
      change(state, rules, state.next_change);
  }
  state.day = std::max(state.day, to);
}

namespace {

void begin_event(LoanState& state, const Product& product, const LoanEvent& event) {
  if (product.joint && !state.joint) state.joint.emplace();
  // What events have changed of the contract since does not hold for its beginning.
  if (event.agreed != nullptr) state.terms = event.agreed->terms;
  if (product.index) begin_index(state, product, event);
}

/// Does the event lower the levels by what it pays, and by nothing else? Whole units out of what is
/// rounded leave it rounded as it was, but for ties that go to the even unit.
bool keeps_levels(const LoanState& state, const Rules& rules, const LoanEvent& event) {
  return event.kind == Kind::repay && !computes_again(state, rules) &&
         rules.product.accrual_rounding != money::RoundingMode::half_even;
}

/// Balances stand at the levels of the event's day.
Balances apply_accrued(LoanState& state, const Product& product, const LoanEvent& event) {
  const Balances start = state.balance.all();
  const RowsBefore rows(state, product, is_operation(event.kind));
  give_up_fee(state, product, event);
  take_event(state, product, event);
  const Rules rules{product, state};
  // An operation may hide, waive or move what accrues: the difference is part of its step.
  if (state.servicing && !keeps_levels(state, rules, event)) accrue(state, rules, event.value_date);
  // What is owed again of an installment of the past is overdue at once.
  if (state.servicing && state.status == LoanStatus::active)
    transfer_overdue(state, event.value_date);
  close_if_settled(state, rules, event.value_date);
  settle_changes(state, rules);
  const bool paid_out = event.kind == Kind::disburse || event.kind == Kind::open_disburse;
  rows.spread_fee(state, product, event.value_date, paid_out);
  if (event.kind == Kind::take_over) begin_tax(state, product);
  follow_totals(state, product);
  owed_must_fit(state);
  const Balances step = difference(state.balance.all(), start);
  std::int64_t sum = 0;
  for (const std::int64_t minor : step) sum += minor;
  if (sum != 0) throw LoanFault{"movements of the loan do not balance"};
  return step;
}

}  // namespace

Balances apply(LoanState& state, const Product& product, const LoanEvent& event) {
  begin_event(state, product, event);
  accrue(state, product, event.value_date);
  return apply_accrued(state, product, event);
}

Balances step(LoanState& state, const Product& product, const LoanEvent& event,
              const LoanEvent* before) {
  // An event leaves a loan with a table at the levels of its day.
  const bool accrued =
      state.servicing && before != nullptr && before->value_date == event.value_date;
  advance(state, product, event.value_date);
  if (!accrued) return apply(state, product, event);
  begin_event(state, product, event);
  return apply_accrued(state, product, event);
}

void take_event(LoanState& state, const Product& product, const LoanEvent& event) {
  const Drawn drawn = drawn_of(state);
  const Rules rules{product, state};
  if (state.servicing) interest_before_event(state, rules, event);
  switch (event.kind) {
    case Kind::open:
    case Kind::apply:
      state.status = event.kind == Kind::open ? LoanStatus::approved : LoanStatus::applied;
      if (product.servicing && product.servicing->dates_from_opening) {
        if (!state.servicing) state.servicing.emplace();
        state.servicing->opened = event.value_date;
      }
      break;
    case Kind::disburse:
    case Kind::open_disburse:
      disburse(state, product, event.amount_minor, event.value_date);
      withhold_fee(state, product, event.amount_minor);
      break;
    case Kind::take_over:
      take_over(state, product, *event.taken, event.value_date);
      break;
    case Kind::repay:
      if (state.servicing) {
        receive_payment(state, rules, event);
      } else {
        repay(state, rules, event.amount_minor, event.value_date);
      }
      break;
    default:
      LOANBOOK_ASSERT(is_operation(event.kind));
      operate(state, rules, event);
  }
  if (product.accounting.on_cash()) {
    // Claims taken over were never income here, and those given up never will be.
    if (event.kind == Kind::take_over) suspend_income(state, product, Role::opening_balance);
    if (event.kind == Kind::write_off) suspend_income(state, product, Role::write_off_expense);
  }
  if (state.servicing && is_revolving(product))
    follow_drawn(state, product, drawn, event.value_date);
  if (state.servicing && state.servicing->running)
    interest_after_event(state, Rules{product, state}, event);
  const bool moves_rows = changes_plan(event.kind) || event.kind == Kind::re_age ||
                          event.kind == Kind::reamortize || event.kind == Kind::reschedule;
  if (state.servicing && moves_rows) nothing_late_ahead(state, product, event.value_date);
}

LoanState fold(std::uint32_t product_number, const LoanTerms& terms, const Product& product,
               std::span<const LoanEvent> events, Day through, std::vector<Balances>* steps) {
  LoanState state;
  state.product = product_number;
  state.terms = terms;
  state.day = events.empty() ? through : std::min(through, events.front().value_date);
  if (steps != nullptr) steps->clear();
  fold_on(state, product, events, through, steps);
  return state;
}

void fold_on(LoanState& state, const Product& product, std::span<const LoanEvent> events,
             Day through, std::vector<Balances>* steps) {
  const LoanEvent* before = nullptr;
  for (const LoanEvent& event : events) {
    const Balances moved = step(state, product, event, before);
    if (steps != nullptr) steps->push_back(moved);
    before = &event;
  }
  advance(state, product, through);
  accrue(state, product, through);
}

Balances difference(const Balances& after, const Balances& earlier) {
  Balances result{};
  for (std::size_t i = 0; i < result.size(); ++i) result[i] = after[i] - earlier[i];
  return result;
}

Balances difference(const LoanBalances& after, const LoanBalances& earlier) {
  Balances result{};
  LoanBalances::each_difference(after, earlier, [&result](Role role, std::int64_t minor) {
    result[static_cast<std::size_t>(role)] = minor;
  });
  return result;
}

std::string bucket_name(const Product& product, std::uint8_t bucket) {
  const std::size_t bounds = product.buckets.upper.size();
  return bucket < bounds ? "M" + std::to_string(bucket) : "M" + std::to_string(bounds - 1) + "+";
}

}  // namespace loanbook::ledger
