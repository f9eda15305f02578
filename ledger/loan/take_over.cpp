#include "loanbook/ledger/loan/take_over.hpp"

#include <algorithm>
#include <numeric>

#include "loanbook/ledger/loan/servicing_interest.hpp"
#include "loanbook/ledger/loan/servicing_steps.hpp"
#include "loanbook/money/assert.hpp"
#include "loanbook/money/limits.hpp"

namespace loanbook::ledger {
namespace {

using money::Int128;
using schedule::Component;
using schedule::DueInstallment;
using schedule::Line;

constexpr std::size_t principal_at = static_cast<std::size_t>(Component::principal);
constexpr std::size_t interest_at = static_cast<std::size_t>(Component::interest);
constexpr std::size_t fee_at = static_cast<std::size_t>(Component::fee);
constexpr std::size_t penalty_at = static_cast<std::size_t>(Component::penalty);

enum TakenBit : std::uint8_t {
  bit_interest = 1,
  bit_interest_from = 2,
  bit_replanned = 4,
  bit_standing = 8
};
enum RowBit : std::uint8_t {
  bit_penalty = 1,
  bit_compound = 2,
  bit_penalty_from = 4,
  bit_compound_from = 8,
  bit_maximum_left = 16
};
enum StandingBit : std::uint8_t {
  bit_charged_off = 1,
  bit_fraud = 2,
  bit_suspended = 4,
  bit_shared = 8,
  bit_written_off = 16
};

/// numerator x factor / denominator, rounded half up, without leaving 128 bits on the way.
Int128 rescaled(Int128 numerator, std::int64_t factor, std::int64_t denominator) {
  const money::Quotient whole = money::divide(numerator, denominator);
  Int128 result = 0;
  if (!money::multiply(whole.quotient, Int128{factor}, &result))
    throw LoanFault{"accrued interest of the loan is beyond 64 bits"};
  return result + money::divide_rounded(whole.remainder * factor, Int128{denominator},
                                        money::RoundingMode::half_up);
}

std::int64_t level_of(const Line& line, const Product& product, Day day) {
  return must_fit(schedule::level(line, product.day_count, product.accrual_rounding, day,
                                  line_context(product)));
}

/// Does the line stand at the figure of the old books, whose last digits may be rounded away?
bool stands_at(const Line& line, const Product& product, Day day, Int128 accrued_e12) {
  if (accrued_e12 == Int128{level_of(line, product, day)} * accrued_digits_e) return true;
  const auto exact = schedule::exact_level(line, product.day_count, day, line_context(product));
  if (!exact) throw LoanFault{"accrued interest of the loan is beyond 64 bits"};
  return rescaled(*exact, accrued_digits_e, line.denominator) == accrued_e12;
}

/// Daily interest: the line is shifted so that it stands at the given figure on `day`.
void begin_at(Line& line, const Product& product, Day day, const std::optional<Int128>& accrued) {
  if (!accrued || day < line.first || stands_at(line, product, day, *accrued)) return;
  const auto exact = schedule::exact_level(line, product.day_count, day, line_context(product));
  const Int128 wanted = rescaled(*accrued, line.denominator, accrued_digits_e);
  if (!exact || !money::add(line.base, wanted - *exact, &line.base))
    throw LoanFault{"accrued interest of the loan is beyond 64 bits"};
}

/// Interest of a planned row: from the given figure straight to the row's interest.
void begin_row_at(Line& line, const Rules& rules, Day day, const std::optional<Int128>& accrued,
                  const schedule::PlanRow& row) {
  const Product& product = rules.product;
  if (!accrued || stands_at(line, product, day, *accrued)) return;
  const Day end = std::max(day, interest_date(rules, row.due));
  const std::int64_t rest = std::max<std::int64_t>(
      1, schedule::day_index(product.day_count, day, end, line_context(product)));
  const auto fraction = static_cast<std::int64_t>(*accrued % accrued_digits_e);
  const std::int64_t scale =
      accrued_digits_e / std::gcd(accrued_digits_e, fraction == 0 ? accrued_digits_e : fraction);
  const Int128 now = rescaled(*accrued, scale, accrued_digits_e);
  std::int64_t denominator = 0;
  if (!money::multiply(scale, rest, &denominator))
    throw LoanFault{"accrued interest of the loan has too many digits for so long a period"};
  line = {.base = now * rest,
          .slope = Int128{row.interest} * scale - now,
          .denominator = denominator,
          .first = day};
}

/// The maximum counts from the principal of the row as the old books have it, where they do not say
/// what is left of it; what they have charged beyond it stays, and grows no more.
void keep_room(DueInstallment& claim, const TakenRow& row, const Rules& rules, Day day) {
  if (rules.overdue.maximum_e4 == 0) return;
  const bool both = rules.overdue.maximum_of == schedule::MaximumOf::penalty_and_compound;
  claim.room = row.maximum_left.value_or(
      schedule::penalty_maximum(row.unpaid[principal_at] + row.paid[principal_at], rules.overdue));
  std::int64_t charged = 0;
  for (const Line* line : {&claim.penalty, &claim.compound}) {
    if (day < line->first || (line == &claim.compound && !both)) continue;
    charged = must_add(charged, level_of(*line, rules.product, day));
  }
  claim.room = std::max(claim.room, charged);
}

DueInstallment claim_of(const TakenRow& row, const Rules& rules, Day day) {
  DueInstallment claim =
      schedule::become_due(row.no, row.due, row.unpaid[principal_at], row.unpaid[interest_at],
                           row.unpaid[fee_at], rules.overdue);
  claim.late_fee = row.unpaid[penalty_at];
  if (row.due <= day) {
    claim.penalty.first = row.penalty_from.value_or(claim.penalty.first);
    claim.compound.first = row.compound_from.value_or(claim.compound.first);
    begin_at(claim.penalty, rules.product, day, row.penalty_e12);
    begin_at(claim.compound, rules.product, day, row.compound_e12);
    keep_room(claim, row, rules, day);
  }
  return claim;
}

/// A loan that goes by its contract: the rows to come are those of its plan.
void take_plan(LoanState& state, const Rules& rules, const TakenOver& taken, Day day) {
  const bool revolving = rules.product.method == schedule::Method::revolving;
  std::int64_t due = 0;
  for (const TakenRow& row : taken.rows) {
    state.due.push_back(claim_of(row, rules, day));
    due += row.unpaid[principal_at];
  }
  state.cursor = schedule::begin_plan(rules.terms);
  Day from = state.disbursed;
  for (std::uint32_t i = 0; i < taken.rows_done; ++i)
    from = schedule::next_row(rules.terms, state.cursor).due;
  if (taken.rows_done == schedule::row_count(rules.terms)) return stop_plan(state, day);
  const std::int64_t running = revolving ? taken.principal - due : state.cursor.balance;
  state.next = schedule::next_row(rules.terms, state.cursor);
  state.row_coming = true;
  move(state, Role::principal, Role::opening_balance, running);
  if (revolving) {
    state.interest = schedule::simple_line(running, state.terms.rate, rules.product.day_count,
                                           taken.interest_from.value_or(from));
    begin_at(state.interest, rules.product, day, taken.interest_e12);
  } else {
    state.interest = planned_line(rules, 0, state.next.interest, from, state.next.due);
    begin_row_at(state.interest, rules, day, taken.interest_e12, state.next);
  }
}

/// The contract's rows with what the old books say of them.
std::vector<TakenRow> rows_of(const Rules& rules, const TakenOver& taken) {
  if (taken.replanned) return taken.rows;
  std::vector<TakenRow> rows;
  std::uint32_t last = 0;
  const std::int64_t principal = taken.opened.terms.principal_minor;
  const schedule::Plan plan =
      first_plan(rules, principal, principal, taken.disbursed, taken.disbursed);
  for (const schedule::PlanRow& row : plan.rows) {
    last = std::max(last, row.no);
    const auto given = std::find_if(taken.rows.begin(), taken.rows.end(),
                                    [&](const TakenRow& t) { return t.no == row.no; });
    TakenRow& each = rows.emplace_back(
        given != taken.rows.end() ? *given : TakenRow{.no = row.no, .due = row.due});
    if (given != taken.rows.end()) continue;
    Parts& parts = row.no <= taken.rows_done ? each.paid : each.unpaid;
    parts[principal_at] = row.principal;
    parts[interest_at] = row.interest;
    parts[fee_at] = row.fee;
  }
  // Charges after the last one stand in installments of their own.
  std::ranges::copy_if(taken.rows, std::back_inserter(rows),
                       [&](const TakenRow& row) { return row.no > last; });
  return rows;
}

void take_charge(LoanState& state, const TakenRow& row, Component component, Day day,
                 bool on_books) {
  const auto at = static_cast<std::size_t>(component);
  const std::int64_t amount = row.unpaid[at] + row.paid[at];
  if (amount == 0) return;
  const bool recognised = !on_books || row.due < day;
  state.servicing->charges.push_back({.component = component,
                                      .installment = row.no,
                                      .assessed = day,
                                      .due = row.due,
                                      .amount = amount,
                                      .paid = row.paid[at],
                                      .recognised = recognised});
  if (!on_books) return;
  move(state, component == Component::fee ? Role::fee_receivable : Role::late_fee_receivable,
       Role::opening_balance, recognised ? row.unpaid[at] : -row.paid[at]);
}

/// What was given to expense or given up is no claim in the books.
bool is_off_books(const TakenOver& taken) {
  return taken.standing && (taken.standing->charged_off || taken.standing->written_off);
}

/// Charges have places in a table only.
bool needs_table(const TakenOver& taken, const Rules& rules) {
  return std::ranges::any_of(taken.rows, [&](const TakenRow& row) {
    return row.no > schedule::row_count(rules.terms) || row.unpaid[fee_at] != 0 ||
           row.paid[fee_at] != 0 || row.unpaid[penalty_at] != 0 || row.paid[penalty_at] != 0;
  });
}

/// Installments of a loan that earns nothing any more, or is owed no more.
void leave_books(LoanState& state, const TakenStanding& standing, Day day) {
  Servicing& table = *state.servicing;
  table.charged_off = standing.charged_off.has_value();
  table.charged_off_on = standing.charged_off;
  table.fraud = standing.fraud;
  for (DueInstallment& due : state.due) {
    due.penalty = {.base = 0, .slope = 0, .denominator = 1, .first = day};
    due.compound = due.penalty;
  }
  if (!standing.written_off) return;
  state.due.clear();
  table.coming.clear();
  for (ChargeRecord& each : table.charges) each.recognised = true;
  state.status = LoanStatus::written_off;
}

/// Of a revolving loan: charges that stand in installments of their own days.
void take_charges_of_days(LoanState& state, const TakenOver& taken, std::uint32_t drawn, Day day,
                          bool on_books) {
  for (const TakenRow& row : taken.rows) {
    if (row.no != drawn) {
      state.servicing->installments.push_back({.no = row.no, .from = row.due, .due = row.due});
      state.servicing->installments.back().extra = true;
    }
    InstallmentRecord& record = *state.servicing->find(row.no);
    for (const std::size_t at : {fee_at, penalty_at}) {
      record.demanded[at] += row.unpaid[at] + row.paid[at];
      record.paid[at] += row.paid[at];
    }
    take_charge(state, row, Component::fee, day, on_books);
    take_charge(state, row, Component::penalty, day, on_books);
  }
  sort_table(state);
}

/// What has accrued on a revolving loan until it was charged off.
std::int64_t accrued_drawn(const Rules& rules, const TakenOver& taken, std::int64_t principal,
                           Day from, Day until) {
  Line line = schedule::simple_line(principal, rules.terms.rate, rules.product.day_count,
                                    taken.interest_from.value_or(from));
  begin_at(line, rules.product, std::max(until, line.first), taken.interest_e12);
  return level_of(line, rules.product, std::max(until, line.first));
}

/// A revolving loan that is off the books: what was drawn and is owed is one installment.
void take_drawn(LoanState& state, const Rules& rules, const TakenOver& taken, Day day) {
  Servicing& table = state.servicing ? *state.servicing : state.servicing.emplace();
  const TakenStanding& standing = *taken.standing;
  const Day stopped = standing.charged_off ? *standing.charged_off : *standing.written_off;
  schedule::PlanCursor cursor = schedule::begin_plan(rules.terms);
  const schedule::PlanRow row = schedule::next_row(rules.terms, cursor);
  const bool matured = taken.rows_done == schedule::row_count(rules.terms);
  std::int64_t principal = taken.principal;
  std::int64_t interest =
      matured ? 0 : accrued_drawn(rules, taken, principal, state.disbursed, stopped);
  for (const TakenRow& given : taken.rows) {
    const DueInstallment claim = claim_of(given, rules, day);
    if (given.no == row.no) {
      principal = claim.principal;
      interest = claim.interest;
    }
    state.due.push_back(claim);
  }
  InstallmentRecord record{.no = row.no, .from = state.disbursed, .due = row.due};
  record.demanded[principal_at] = state.lent;
  record.demanded[interest_at] = interest;
  record.paid[principal_at] = state.lent - principal;
  table.installments.push_back(record);
  if (!matured) {
    table.coming.push_back(row);
    state.due.push_back(
        {.no = row.no, .due = row.due, .principal = principal, .interest = interest});
  }
  take_charges_of_days(state, taken, row.no, day, false);
  leave_books(state, standing, day);
  run_row(state, rules, day);
}

/// A loan with a table of installments.
void take_table(LoanState& state, const Rules& rules, const TakenOver& taken, Day day) {
  if (!state.servicing) state.servicing.emplace();
  Servicing& table = *state.servicing;
  // What was given to expense is owed all the same, and no claim in the books.
  const bool on_books = !is_off_books(taken);
  Day from = state.disbursed;
  Day running_from = from;
  for (const TakenRow& row : rows_of(rules, taken)) {
    InstallmentRecord record{.no = row.no, .from = from, .due = row.due, .paid = row.paid};
    record.extra = !taken.replanned && row.no > schedule::row_count(rules.terms);
    std::int64_t unpaid = 0;
    for (std::size_t i = 0; i < record.demanded.size(); ++i) {
      record.demanded[i] = row.unpaid[i] + row.paid[i];
      unpaid += row.unpaid[i];
    }
    if (row.due > day) {
      if (table.coming.empty()) running_from = from;
      table.coming.push_back({.no = row.no,
                              .due = row.due,
                              .principal = record.demanded[principal_at],
                              .interest = record.demanded[interest_at],
                              .balance = 0,
                              .fee = record.demanded[fee_at]});
      if (on_books) {
        move(state, Role::opening_balance, Role::interest_unearned, row.paid[interest_at]);
        move(state, Role::principal, Role::opening_balance, row.unpaid[principal_at]);
      }
    }
    const DueInstallment claim = claim_of(row, rules, day);
    if (unpaid > 0 || !schedule::settled(claim, rules.overdue, day)) state.due.push_back(claim);
    table.installments.push_back(record);
    take_charge(state, row, Component::fee, day, on_books);
    take_charge(state, row, Component::penalty, day, on_books);
    from = row.due;
  }
  sort_table(state);
  if (!on_books) leave_books(state, *taken.standing, day);
  run_row(state, rules, taken.interest_from.value_or(running_from));
  if (state.row_coming && on_books)
    begin_row_at(state.interest, rules, day, taken.interest_e12, state.next);
  begin_interest(state, rules, day,
                 level_of(state.interest, rules.product, std::max(day, state.interest.first)));
}

/// The parties' totals: what came in follows from what was earned or lent and what is left of it.
void take_shares(JointTotals& totals, const TakenStanding& standing) {
  for (std::size_t i = 0; i < totals.received.size(); ++i) {
    totals.received[i] +=
        standing.earned[i] - standing.compensated[i] + standing.subrogated[i] - standing.lost[i];
  }
  totals.earned = standing.earned;
  totals.compensated = standing.compensated;
  totals.subrogated = standing.subrogated;
  totals.lost = standing.lost;
  totals.lost_subrogated = standing.lost_subrogated;
  totals.recovered = standing.recovered;
}

/// Where the old books say nothing: what is owed was earned, and the interest of the rows before.
void earned_by_contract(LoanState& state, const Rules& rules, const TakenOver& taken) {
  TakenStanding standing;
  for (std::size_t i = 0; i < standing.earned.size(); ++i) {
    if (i != principal_at) standing.earned[i] = -state.joint->received[i];
  }
  schedule::PlanCursor cursor = schedule::begin_plan(rules.terms);
  for (std::uint32_t i = 0; i < taken.rows_done && i < schedule::row_count(rules.terms); ++i) {
    const schedule::PlanRow row = schedule::next_row(rules.terms, cursor);
    const auto given = std::find_if(taken.rows.begin(), taken.rows.end(),
                                    [&](const TakenRow& t) { return t.no == row.no; });
    standing.earned[interest_at] +=
        row.interest - (given == taken.rows.end() ? 0 : given->unpaid[interest_at]);
  }
  take_shares(*state.joint, standing);
}

void encode_standing(Encoder& out, const TakenStanding& standing) {
  out.u8(static_cast<std::uint8_t>(
      (standing.charged_off ? bit_charged_off : 0) | (standing.fraud ? bit_fraud : 0) |
      (standing.non_accrual ? bit_suspended : 0) | (standing.shared ? bit_shared : 0) |
      (standing.written_off ? bit_written_off : 0)));
  out.u8(standing.accrual);
  out.u8(standing.official);
  if (standing.charged_off) out.day(*standing.charged_off);
  if (standing.written_off) out.day(*standing.written_off);
  if (!standing.shared) return;
  for (const Parts* parts :
       {&standing.earned, &standing.compensated, &standing.subrogated, &standing.lost}) {
    for (const std::int64_t minor : *parts) out.zigzag(minor);
  }
  out.zigzag(standing.lost_subrogated);
  out.zigzag(standing.recovered);
}

TakenStanding decode_standing(Decoder& in) {
  TakenStanding standing;
  const std::uint8_t bits = in.u8();
  standing.accrual = in.u8();
  standing.official = in.u8();
  if (bits >= 32 || standing.accrual > 2 || standing.official > 5) in.fail();
  standing.fraud = (bits & bit_fraud) != 0;
  standing.non_accrual = (bits & bit_suspended) != 0;
  standing.shared = (bits & bit_shared) != 0;
  if ((bits & bit_charged_off) != 0) standing.charged_off = in.day();
  if ((bits & bit_written_off) != 0) standing.written_off = in.day();
  if (!standing.shared) return standing;
  for (Parts* parts :
       {&standing.earned, &standing.compensated, &standing.subrogated, &standing.lost}) {
    for (std::int64_t& minor : *parts) minor = in.zigzag();
  }
  standing.lost_subrogated = in.zigzag();
  standing.recovered = in.zigzag();
  return standing;
}

}  // namespace

void encode(Encoder& out, const TakenOver& taken) {
  out.day(taken.disbursed);
  out.varint(taken.rows_done);
  out.u8(static_cast<std::uint8_t>(
      (taken.interest_e12 ? bit_interest : 0) | (taken.interest_from ? bit_interest_from : 0) |
      (taken.replanned ? bit_replanned : 0) | (taken.standing ? bit_standing : 0)));
  out.zigzag(taken.principal);
  out.zigzag(taken.overpayment);
  if (taken.interest_e12) out.wide(*taken.interest_e12);
  if (taken.interest_from) out.day(*taken.interest_from);
  out.varint(taken.rows.size());
  for (const TakenRow& row : taken.rows) {
    out.varint(row.no);
    out.day(row.due);
    for (const std::int64_t minor : row.unpaid) out.zigzag(minor);
    for (const std::int64_t minor : row.paid) out.zigzag(minor);
    out.u8(static_cast<std::uint8_t>(
        (row.penalty_e12 ? bit_penalty : 0) | (row.compound_e12 ? bit_compound : 0) |
        (row.penalty_from ? bit_penalty_from : 0) | (row.compound_from ? bit_compound_from : 0) |
        (row.maximum_left ? bit_maximum_left : 0)));
    if (row.penalty_e12) out.wide(*row.penalty_e12);
    if (row.compound_e12) out.wide(*row.compound_e12);
    if (row.penalty_from) out.day(*row.penalty_from);
    if (row.compound_from) out.day(*row.compound_from);
    if (row.maximum_left) out.zigzag(*row.maximum_left);
  }
  if (taken.standing) encode_standing(out, *taken.standing);
}

void decode(Decoder& in, TakenOver& taken) {
  taken.disbursed = in.day();
  taken.rows_done = static_cast<std::uint32_t>(in.varint());
  const std::uint8_t bits = in.u8();
  if (bits >= 16) in.fail();
  taken.replanned = (bits & bit_replanned) != 0;
  taken.principal = in.zigzag();
  taken.overpayment = in.zigzag();
  if ((bits & bit_interest) != 0) taken.interest_e12 = in.wide();
  if ((bits & bit_interest_from) != 0) taken.interest_from = in.day();
  const std::uint64_t size = in.varint();
  for (std::uint64_t i = 0; in.good() && i < size; ++i) {
    TakenRow& row = taken.rows.emplace_back();
    row.no = static_cast<std::uint32_t>(in.varint());
    row.due = in.day();
    for (std::int64_t& minor : row.unpaid) minor = in.zigzag();
    for (std::int64_t& minor : row.paid) minor = in.zigzag();
    const std::uint8_t row_bits = in.u8();
    if (row_bits >= 32) in.fail();
    if ((row_bits & bit_penalty) != 0) row.penalty_e12 = in.wide();
    if ((row_bits & bit_compound) != 0) row.compound_e12 = in.wide();
    if ((row_bits & bit_penalty_from) != 0) row.penalty_from = in.day();
    if ((row_bits & bit_compound_from) != 0) row.compound_from = in.day();
    if ((row_bits & bit_maximum_left) != 0) row.maximum_left = in.zigzag();
  }
  if ((bits & bit_standing) != 0) taken.standing = decode_standing(in);
}

void take_over(LoanState& state, const Product& product, const TakenOver& taken, Day day) {
  LOANBOOK_ASSERT(taken.rows_done <= money::limits::installments_max);
  state.status = LoanStatus::active;
  state.lent = taken.opened.terms.principal_minor;
  state.disbursed = taken.disbursed;
  if (taken.standing) {
    state.non_accrual = taken.standing->non_accrual;
    state.accrual = static_cast<AccrualChoice>(taken.standing->accrual);
    state.official = taken.standing->official;
  }
  const bool on_books = !is_off_books(taken);
  const Rules rules{product, state};
  const bool revolving = is_revolving(product);
  const bool charged = needs_table(taken, rules);
  // What was given up stands as on the day on which it was.
  const Day as_of = taken.standing ? taken.standing->written_off.value_or(day) : day;
  if (revolving && !on_books) {
    take_drawn(state, rules, taken, as_of);
  } else if (!revolving && (keeps_table(product) || taken.replanned || !on_books || charged)) {
    take_table(state, rules, taken, as_of);
  } else {
    take_plan(state, rules, taken, day);
  }
  std::int64_t penalty = 0;
  std::int64_t compound = 0;
  for (const DueInstallment& claim : state.due) {
    if (claim.due > day || !on_books) continue;
    move(state, claim.due < day ? Role::principal_overdue : Role::principal, Role::opening_balance,
         claim.principal);
    move(state, Role::interest_receivable, Role::opening_balance, claim.interest);
    penalty = must_add(penalty, must_fit(schedule::penalty_at(claim, rules.overdue, day)));
    compound = must_add(compound, must_fit(schedule::compound_at(claim, rules.overdue, day)));
  }
  move(state, Role::penalty_receivable, Role::opening_balance, penalty);
  move(state, Role::compound_receivable, Role::opening_balance, compound);
  move(state, Role::interest_accrued, Role::opening_balance,
       level_of(state.interest, product, std::max(day, state.interest.first)));
  move(state, Role::opening_balance, Role::overpayment, taken.overpayment);
  if (revolving && on_books && (state.servicing || charged)) {
    if (!state.servicing) state.servicing.emplace();
    make_drawn_table(state, rules, std::exchange(state.due, {}));
    take_charges_of_days(state, taken, state.servicing->installments.front().no, day, true);
  }
  if (!state.joint) return;
  if (taken.standing && taken.standing->shared) {
    take_shares(*state.joint, *taken.standing);
  } else {
    earned_by_contract(state, rules, taken);
  }
}

}  // namespace loanbook::ledger
