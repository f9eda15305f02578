// Answers about loans with a table of installments: the table, the events, charges, where the loan
// stands in time.

#include <fmt/format.h>

#include <algorithm>

#include "loanbook/ledger/book_impl.hpp"
#include "loanbook/ledger/loan/loan_parts.hpp"

namespace loanbook::ledger {
namespace {

using schedule::Component;

std::size_t index(Component component) { return static_cast<std::size_t>(component); }

PartsView view_of(const Parts& parts) {
  return {.principal = parts[index(Component::principal)],
          .interest = parts[index(Component::interest)] + parts[index(Component::compound)],
          .fee = parts[index(Component::fee)],
          .penalty = parts[index(Component::penalty)]};
}

PartsView minus(const PartsView& a, const PartsView& b) {
  return {a.principal - b.principal, a.interest - b.interest, a.fee - b.fee, a.penalty - b.penalty};
}
PartsView plus(const PartsView& a, const PartsView& b) {
  return {a.principal + b.principal, a.interest + b.interest, a.fee + b.fee, a.penalty + b.penalty};
}

struct PaidOut {
  Day day;
  std::int64_t amount;
  bool before_due = false;  ///< stands before the row that is due on its day
};

/// What was asked of an installment: its row, charges, and interest of days late, which no row asks
/// for, as far as it was paid.
Parts asked_of(const LoanState& state, const InstallmentRecord& record) {
  Parts asked = record.demanded;
  const auto at = index(Component::penalty);
  std::int64_t fixed = record.demanded[at] - record.waived[at];
  for (const schedule::DueInstallment& due : state.due) {
    if (due.no == record.no) fixed -= due.late_fee;
  }
  asked[at] += std::max<std::int64_t>(0, record.paid[at] - fixed);
  asked[index(Component::compound)] += record.paid[index(Component::compound)];
  return asked;
}

InstallmentTable table_of(const LoanState& state, const std::vector<PaidOut>& paid_out) {
  InstallmentTable table;
  if (!state.servicing) return table;
  for (const InstallmentRecord& record : state.servicing->installments) {
    InstallmentView row{.no = record.no,
                        .from = record.from,
                        .due = record.due,
                        .demanded = view_of(asked_of(state, record)),
                        .paid = view_of(record.paid),
                        .waived = view_of(record.waived),
                        .unpaid = {},
                        .in_advance = record.in_advance,
                        .late = record.late,
                        .met = record.met,
                        .balance = 0,
                        .down_payment = record.down_payment,
                        .extra = record.extra,
                        .owed_again = record.owed_again};
    row.unpaid = minus(minus(row.demanded, row.paid), row.waived);
    table.rows.push_back(row);
  }
  // Periods follow each other.
  std::optional<Day> last;
  for (std::size_t i = 0; i < table.rows.size(); ++i) {
    InstallmentView& row = table.rows[i];
    row.no = static_cast<std::uint32_t>(i + 1);
    if (row.down_payment) {
      if (!last && !state.servicing->opened) last = row.due;
      continue;
    }
    if (last) row.from = *last;
    last = row.due;
  }
  // What a row leaves: the principal of the rows after it, less what is paid out only later.
  std::int64_t later = 0;
  for (std::size_t i = table.rows.size(); i-- > 0;) {
    InstallmentView& row = table.rows[i];
    row.balance = later;
    for (const PaidOut& out : paid_out) {
      const bool leads =
          i > 0 && state.servicing->installments[i - 1].leads && table.rows[i - 1].due == row.due;
      const bool after_row = !row.down_payment && !leads && !out.before_due && i > 0;
      if (out.day > row.due || (out.day == row.due && after_row)) row.balance -= out.amount;
    }
    later += row.demanded.principal - row.owed_again;
  }
  for (const InstallmentView& row : table.rows) {
    table.total.demanded = plus(table.total.demanded, row.demanded);
    table.total.paid = plus(table.total.paid, row.paid);
    table.total.waived = plus(table.total.waived, row.waived);
    table.total.unpaid = plus(table.total.unpaid, row.unpaid);
    table.total.in_advance += row.in_advance;
    table.total.late += row.late;
  }
  return table;
}

/// A loan on its way through its events.
using Watch = std::function<void(const LoanEvent& event, const LoanState& before,
                                 const LoanState& after, const Balances& step)>;

/// `before` becomes what `state` is, without its payments unless asked: only pay-outs are told
/// against them, and a long life has thousands.
enum class WithPayments : std::uint8_t { no, yes };
void remember(LoanState& before, LoanState& state, WithPayments with) {
  std::vector<PaymentRecord> payments;
  const bool without = with == WithPayments::no && state.servicing;
  if (without) payments.swap(state.servicing->payments);
  before = state;
  if (without) payments.swap(state.servicing->payments);
}

LoanState watch(std::uint32_t number, const LoanHistory& all, const Product& product,
                const Watch& use) {
  const std::vector<LoanEvent>& events = all.events;
  LoanState state;
  state.product = number;
  state.terms = all.contract;
  if (!events.empty()) state.day = events.front().value_date;
  LoanState before;
  for (const LoanEvent& event : events) {
    advance(state, product, event.value_date);
    accrue(state, product, event.value_date);
    remember(before, state, event.kind == Kind::disburse ? WithPayments::yes : WithPayments::no);
    const Balances step = apply(state, product, event);
    // The first operation on a loan that went without a table is told against its table too.
    if (state.servicing && !before.servicing && before.lent != 0 && is_operation(event.kind))
      make_table(before, Rules{product, before});
    use(event, before, state, step);
  }
  return state;
}

std::int64_t owed_principal(const LoanState& state) {
  std::int64_t sum = 0;
  for (const schedule::DueInstallment& due : state.due) sum += due.principal;
  return sum;
}

PartsView unpaid_of(const LoanState& state) { return table_of(state, {}).total.unpaid; }

/// What moved between installments.
PartsView moved(const LoanState& before, const LoanState& after) {
  PartsView parts;
  for (const InstallmentRecord& record : before.servicing->installments) {
    const InstallmentRecord* now = after.servicing->find(record.no);
    const std::size_t at = index(Component::principal);
    parts.principal += std::max<std::int64_t>(0, record.demanded[at] - now->demanded[at]);
  }
  return parts;
}

/// Of a waiver: what had been income.
PartsView income_given_up(const LoanEvent& event, const LoanState& before, const LoanState& after) {
  for (const ChargeRecord& charge : before.servicing->charges) {
    if (charge.sequence == event.operated->of && charge.recognised)
      return minus(table_of(after, {}).total.waived, table_of(before, {}).total.waived);
  }
  return {};
}

PartsView parts_of(const LoanEvent& event, const LoanState& before, const LoanState& after) {
  if (!after.servicing) return {};
  switch (event.kind) {
    case Kind::charge_off:
    case Kind::write_off:
      return unpaid_of(before);
    case Kind::re_age:
    case Kind::reamortize:
      return before.servicing ? moved(before, after) : PartsView{};
    case Kind::refund_overpayment:
      return minus(minus(table_of(after, {}).total.demanded, table_of(before, {}).total.demanded),
                   minus(table_of(after, {}).total.paid, table_of(before, {}).total.paid));
    case Kind::waive_charge:
      return income_given_up(event, before, after);
    case Kind::chargeback:
      return minus(table_of(after, {}).total.demanded, table_of(before, {}).total.demanded);
    case Kind::refund:
      return minus(table_of(before, {}).total.paid, table_of(after, {}).total.paid);
    case Kind::waive_interest:
      return minus(table_of(after, {}).total.waived, table_of(before, {}).total.waived);
    default:
      break;
  }
  const auto& payments = after.servicing->payments;
  // What the event paid stands last.
  auto own = payments.end();
  while (own != payments.begin() && std::prev(own)->sequence == event.sequence) --own;
  return own == payments.end() ? PartsView{} : view_of(own->parts);
}

/// Was the charge income before? (One of the plan or of a late installment has no entry.)
/// `place`: where it stands now, and mostly stood.
bool was_recognised(const Servicing& before, const ChargeRecord& charge, std::size_t place) {
  const auto was = [&](const ChargeRecord& old) {
    return old.recognised && old.sequence == charge.sequence &&
           old.installment == charge.installment && old.code == charge.code &&
           old.assessed == charge.assessed;
  };
  if (place < before.charges.size() && was(before.charges[place])) return true;
  return std::any_of(before.charges.begin(), before.charges.end(), was);
}

/// Income that became ours with the event, and its movements taken out of `step`.
PartsView recognised_of(const Product& product, const LoanEvent& event, const LoanState& before,
                        const LoanState& after, Balances& step) {
  PartsView income;
  if (!after.servicing) return income;
  const auto take_out = [&](Role asset, Role revenue, std::int64_t minor) {
    step[static_cast<std::size_t>(asset)] -= minor;
    step[static_cast<std::size_t>(revenue)] += minor;
  };
  const std::vector<ChargeRecord>& charges = after.servicing->charges;
  for (std::size_t i = 0; i < charges.size(); ++i) {
    const ChargeRecord& charge = charges[i];
    if (!charge.recognised || (before.servicing && was_recognised(*before.servicing, charge, i)))
      continue;
    const std::int64_t minor = charge.amount - charge.waived;
    const bool fee = charge.component == Component::fee;
    (fee ? income.fee : income.penalty) += minor;
    take_out(fee ? Role::fee_receivable : Role::late_fee_receivable,
             charge_income_of(product, charge.component, charge.code), minor);
  }
  const std::int64_t settled =
      balance_of(before, Role::interest_income) - balance_of(after, Role::interest_income);
  if (settled != 0 && step[static_cast<std::size_t>(Role::interest_income)] == -settled)
    take_out(Role::interest_unearned, Role::interest_income, settled);
  // A charge-off gives up at once what it books.
  if (event.kind == Kind::charge_off || event.kind == Kind::write_off) return {};
  income.interest = after.servicing->interest_reported -
                    (before.servicing ? before.servicing->interest_reported : 0);
  return income;
}

std::vector<LoanEventView::Line> lines_of(const Product& product, const Balances& step) {
  std::vector<LoanEventView::Line> lines;
  for (std::size_t role = 0; role < role_count; ++role) {
    if (step[role] == 0) continue;
    const AccountCode account = account_of(product, static_cast<Role>(role));
    const auto known = std::find_if(lines.begin(), lines.end(),
                                    [&](const auto& line) { return line.code == account.code; });
    if (known != lines.end()) {
      known->minor += step[role];
    } else {
      lines.push_back({account.code, account.name, step[role]});
    }
  }
  std::erase_if(lines, [](const auto& line) { return line.minor == 0; });
  return lines;
}

LoanEventView event_view(const Product& product, const LoanEvent& event, const LoanState& before,
                         const LoanState& after, Balances step) {
  LoanEventView view{.sequence = event.sequence,
                     .kind = event.kind,
                     .value_date = event.value_date,
                     .amount = event.amount_minor,
                     .parts = parts_of(event, before, after),
                     .overpaid = 0,
                     .principal = after.servicing ? owed_principal(after)
                                                  : balance_of(after, Role::principal) +
                                                        balance_of(after, Role::principal_overdue),
                     .recognised = recognised_of(product, event, before, after, step),
                     .of = event.operated ? event.operated->of : 0,
                     .reversed_by = 0,
                     .lines = {}};
  if (event.amount_minor == 0) view.amount = view.parts.total();
  if (event.kind == Kind::waive_charge)
    view.amount = table_of(after, {}).total.waived.total() -
                  (before.servicing ? table_of(before, {}).total.waived.total() : 0);
  if (event.operated) {
    view.from = event.operated->from;
    view.until = event.operated->until;
  }
  view.overpaid = balance_of(before, Role::overpayment) - balance_of(after, Role::overpayment);
  if (view.overpaid < 0) view.overpaid = -view.overpaid;
  view.lines = lines_of(product, step);
  return view;
}

}  // namespace

namespace {

/// The record, product and events of one loan, for the reads below.
struct Found {
  const LoanRecord* record = nullptr;
  const Product* product = nullptr;
};
Result<Found> find_loan(const BookState& book, const std::string& id) {
  const std::uint64_t number = book.loan_number(id);
  if (number == 0)
    return Error{"loan.unknown", fmt::format("there is no loan '{}' in this book", id)};
  const LoanRecord& record = book.loans.at(number);
  return Found{&record, &book.product_of(record)};
}

/// A pay-out may allocate earlier payments again: what they pay by now.
void show_allocated_again(const LoanState& before, const LoanState& after,
                          std::vector<LoanEventView>& views) {
  if (!before.servicing) return;
  for (std::size_t i = 0; i < before.servicing->payments.size(); ++i) {
    const PaymentRecord& was = before.servicing->payments[i];
    const PaymentRecord& now = after.servicing->payments[i];
    for (LoanEventView& view : views) {
      if (view.sequence != was.sequence) continue;
      view.parts = plus(view.parts, minus(view_of(now.parts), view_of(was.parts)));
      view.overpaid += now.overpaid - was.overpaid;
    }
  }
}

/// An approved loan as if it were paid out on `day`.
LoanState paid_out_state(LoanState state, const Product& product, std::int64_t amount, Day day) {
  state.status = LoanStatus::approved;
  state.day = day;
  const money::Rate agreed = state.terms.rate;
  if (product.index && !state.servicing) {
    // Quoted at another rate: the spread is its own.
    const auto fixed = fixed_rate(product, product.index->spread_e12, day);
    IndexedRate& indexed = state.servicing.emplace().indexed.emplace();
    indexed.spread_e12 = product.index->spread_e12 + agreed.e12() - fixed.value_or(agreed).e12();
  }
  apply(state, product,
        {.kind = Kind::disburse, .value_date = day, .sequence = 0, .amount_minor = amount});
  return state;
}

Error beyond(const LoanFault& fault) { return Error{"loan.beyond_limits", fault.reason}; }

}  // namespace

Result<InstallmentTable> Book::installments(const std::string& id) const {
  const std::shared_lock lock(impl_->state_mutex);
  const Result<Found> found = find_loan(*impl_->state, id);
  if (!found) return found.error();
  const Result<ReadView> view = ReadView::of(impl_->fixed_view.get(), impl_->store.get());
  if (!view) return view.error();
  const Result<LoanHistory> all =
      history(found->record->last_entry, [&](std::uint64_t s) { return entry_of(**view, s); });
  if (!all) return all.error();
  LoanState state = canonical(*found->record, *impl_->state);
  std::vector<PaidOut> paid_out;
  for (const LoanEvent& event : all->events) {
    if (event.kind == Kind::disburse || event.kind == Kind::open_disburse)
      paid_out.push_back(
          {event.value_date, event.amount_minor,
           found->product->servicing && found->product->servicing->installment_of_approved});
    if (event.taken) paid_out.push_back({event.taken->disbursed, event.amount_minor});
  }
  if (paid_out.empty() && state.status == LoanStatus::approved) {
    const Day day = impl_->state->business_date;
    try {
      state = paid_out_state(state, *found->product, state.terms.principal_minor, day);
    } catch (const LoanFault& fault) {
      return beyond(fault);
    }
    paid_out.push_back({day, state.terms.principal_minor});
  }
  return table_of(state, paid_out);
}

Result<InstallmentTable> Book::installments_of(const OpenLoan& open, Day day) const {
  const Result<Quote> quoted = quote(open, day);
  if (!quoted) return quoted.error();
  LoanState state;
  state.terms = quoted->terms;
  const std::int64_t amount = quoted->terms.principal_minor;
  try {
    return table_of(paid_out_state(state, quoted->product, amount, day), {{day, amount}});
  } catch (const LoanFault& fault) {
    return beyond(fault);
  }
}

Result<std::vector<LoanEventView>> Book::loan_events(const std::string& id) const {
  const std::shared_lock lock(impl_->state_mutex);
  const Result<Found> found = find_loan(*impl_->state, id);
  if (!found) return found.error();
  const Result<ReadView> view = ReadView::of(impl_->fixed_view.get(), impl_->store.get());
  if (!view) return view.error();
  const EntrySource source = [&](std::uint64_t s) { return entry_of(**view, s); };
  const Result<LoanHistory> all = history(found->record->last_entry, source);
  if (!all) return all.error();
  const Product& product = *found->product;
  std::vector<LoanEventView> views;
  try {
    watch(found->record->state.product, *all, product,
          [&](const LoanEvent& event, const LoanState& before, const LoanState& after,
              const Balances& step) {
            if (event.kind == Kind::disburse) show_allocated_again(before, after, views);
            views.push_back(event_view(product, event, before, after, step));
          });
    // What was reversed: as it stood when its reversal came.
    for (const auto& [sequence, reversal] : all->reversed_by) {
      const Result<Entry> entry = source(reversal);
      if (!entry) return entry.error();
      const Result<LoanHistory> then = history(entry->previous, source);
      if (!then) return then.error();
      watch(found->record->state.product, *then, product,
            [&, reversed = sequence, by = reversal](const LoanEvent& event, const LoanState& before,
                                                    const LoanState& after, const Balances& step) {
              if (event.sequence != reversed) return;
              views.push_back(event_view(product, event, before, after, step));
              views.back().reversed_by = by;
            });
    }
  } catch (const LoanFault& fault) {
    return beyond(fault);
  }
  std::stable_sort(views.begin(), views.end(), [](const LoanEventView& a, const LoanEventView& b) {
    return before({a.kind, a.value_date, a.sequence, 0}, {b.kind, b.value_date, b.sequence, 0});
  });
  return views;
}

Result<std::vector<ChargeView>> Book::charges(const std::string& id) const {
  const std::shared_lock lock(impl_->state_mutex);
  const Result<Found> found = find_loan(*impl_->state, id);
  if (!found) return found.error();
  const LoanState state = canonical(*found->record, *impl_->state);
  std::vector<ChargeView> views;
  if (!state.servicing) return views;
  const auto& rows = state.servicing->installments;
  for (const ChargeRecord& charge : state.servicing->charges) {
    // What one entry charged each installment is one charge.
    const auto known = std::find_if(views.begin(), views.end(), [&](const ChargeView& view) {
      return charge.sequence != 0 && view.sequence == charge.sequence;
    });
    if (known != views.end()) {
      known->amount += charge.amount;
      known->paid += charge.paid;
      known->waived += charge.waived;
      known->unpaid += charge.unpaid();
      continue;
    }
    const auto row = std::find_if(rows.begin(), rows.end(), [&](const InstallmentRecord& record) {
      return record.no == charge.installment;
    });
    views.push_back({.sequence = charge.sequence,
                     .penalty = charge.component == Component::penalty,
                     .code = charge.code,
                     .installment = static_cast<std::uint32_t>(row - rows.begin()) + 1,
                     .due = charge.due,
                     .amount = charge.amount,
                     .paid = charge.paid,
                     .waived = charge.waived,
                     .unpaid = charge.unpaid()});
  }
  return views;
}

Result<StandingView> Book::standing(const std::string& id, std::optional<Day> as_of,
                                    std::optional<std::uint64_t> known_at) const {
  const std::shared_lock lock(impl_->state_mutex);
  const Result<Found> found = find_loan(*impl_->state, id);
  if (!found) return found.error();
  const Day day = as_of.value_or(impl_->state->business_date);
  const Binding bound = binding_at(*found->record, known_at.value_or(impl_->state->head.sequence));
  const Product& product = impl_->state->products[bound.product].product;
  LoanState state = canonical(*found->record, *impl_->state);
  if (as_of || known_at) {
    const Result<ReadView> reader = ReadView::of(impl_->fixed_view.get(), impl_->store.get());
    if (!reader) return reader.error();
    const EntrySource source = [&](std::uint64_t s) { return entry_of(**reader, s); };
    std::uint64_t last = found->record->last_entry;
    while (known_at && last > *known_at) {
      const Result<Entry> entry = source(last);
      if (!entry) return entry.error();
      last = entry->previous;
    }
    Result<LoanHistory> all = history(last, source);
    if (!all) return all.error();
    std::erase_if(all->events, [&](const LoanEvent& event) { return event.value_date > day; });
    try {
      const ProductKnownAt known(*impl_->state, product,
                                 known_at.value_or(impl_->state->head.sequence));
      state = fold(bound.product, all->contract, *known, all->events, day);
    } catch (const LoanFault& fault) {
      return beyond(fault);
    }
  }
  StandingView view;
  view.held = -balance_of(state, Role::overpayment);
  if (!state.servicing) return view;
  const Servicing& table = *state.servicing;
  view.charged_off = table.charged_off;
  view.charged_off_on = table.charged_off_on;
  view.fraud = table.fraud;
  view.owed = unpaid_of(state).total();
  if (!table.installments.empty()) view.maturity = table.installments.back().due;
  if (state.status == LoanStatus::closed) {
    for (const InstallmentRecord& record : table.installments) {
      if (record.met && (!view.settled_on || *view.settled_on < *record.met))
        view.settled_on = record.met;
    }
  }
  for (const InstallmentView& row : table_of(state, {}).rows) {
    if (row.due >= day || row.unpaid.total() == 0) continue;
    const Day since = table.installments[row.no - 1].owed_again_since.value_or(row.due);
    const auto days = static_cast<std::int32_t>((day - since).count());
    view.overdue += row.unpaid.total();
    view.days_past_due = std::max(view.days_past_due, days);
    view.late.push_back({row.no, since, unpaused(state, product, days, day), row.unpaid.total()});
  }
  std::optional<std::uint8_t> bucket;
  for (auto late = view.late.rbegin(); late != view.late.rend(); ++late) {
    const std::uint8_t its = schedule::classify(product.buckets, late->days);
    if (its == 0) continue;
    if (bucket != its) view.ranges.emplace_back();
    bucket = its;
    view.ranges.back().days = late->days;
    view.ranges.back().amount += late->amount;
  }
  if (!view.late.empty()) {
    const std::int32_t grace =
        product.servicing && product.servicing->days_after_grace ? product.grace_days : 0;
    view.late_since = view.late.front().due + date::days{grace};
    view.counted_days = std::max(0, unpaused(state, product, view.days_past_due, day) - grace);
    if (below_materiality(state, product, day)) view.counted_days = 0;
  }
  if (view.counted_days == 0) view.ranges.clear();
  for (const OverduePause& pause : table.pauses)
    view.pauses.push_back({pause.from, pause.until, pause.from <= day && day <= pause.until});
  return view;
}

}  // namespace loanbook::ledger
