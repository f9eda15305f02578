// Statements: the fold of a loan walked through a period, step by step.

#include "loanbook/ledger/reading/statement.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "loanbook/ledger/book_impl.hpp"
#include "loanbook/ledger/loan/loan_parts.hpp"
#include "loanbook/ledger/product/upfront_fee.hpp"

namespace loanbook::ledger {
namespace {

/// What the lender thinks of a loan is no business of its borrower's statement.
bool is_internal(Kind kind) {
  return kind == Kind::classify || kind == Kind::non_accrual || kind == Kind::mark_fraud ||
         kind == Kind::coupon_settle;
}

OwedParts owed_parts(const LoanState& state) {
  const auto at = [&](Role role) { return balance_of(state, role); };
  return {.principal = at(Role::principal) + at(Role::principal_overdue),
          .interest = at(Role::interest_accrued) + at(Role::interest_receivable) +
                      at(Role::interest_unearned),
          .fees = at(Role::fee_receivable),
          .penalty = must_add(must_add(at(Role::penalty_receivable), at(Role::compound_receivable)),
                              at(Role::late_fee_receivable)),
          .held = -at(Role::overpayment)};
}

OwedParts minus(const OwedParts& a, const OwedParts& b) {
  return {a.principal - b.principal, a.interest - b.interest, a.fees - b.fees,
          a.penalty - b.penalty, a.held - b.held};
}

/// Of a revolving loan at its maturity, if nobody draws or pays before: what its plan said once was
/// of another balance.
std::int64_t drawn_interest(const LoanState& state, const Product& product) {
  if (state.interest.slope == 0 && state.interest.base == 0) return 0;
  return must_fit(schedule::level(state.interest, product.day_count, product.accrual_rounding,
                                  state.next.due, line_context(product)));
}

/// A loan on its way through the days of a statement.
class Walk {
 public:
  Walk(LoanState state, const Product& product, Statement& statement)
      : state_(std::move(state)), product_(product), statement_(statement), since_(state_.day) {
    parts_ = owed_parts(state_);
  }

  /// To the opening of `day`; what accrues on the way is a line for each stretch between due dates.
  void go_to(Day day) {
    while (state_.next_change < day) step_to(state_.next_change);
    step_to(day);
  }

  void take(const LoanEvent& event, const Entry& entry) {
    const Balances step = apply(state_, product_, event);
    const std::int64_t cash = step[static_cast<std::size_t>(Role::settlement)];
    const bool own = !is_pay_out(event.kind) && event.kind != Kind::coupon_settle &&
                     event.kind != Kind::transfer;
    if (own) statement_.paid = must_add(statement_.paid, cash);
    StatementLine line{.what = StatementLine::What::event,
                       .from = event.value_date,
                       .day = event.value_date,
                       .change = {},
                       .balance = 0,
                       .no = 0,
                       .kind = event.kind,
                       .sequence = event.sequence,
                       .amount = event.amount_minor,
                       .booked = {},
                       .reason = entry.reason};
    if (const auto* paid = std::get_if<Paid>(&entry.payload)) line.payer = paid->payer;
    if (line.amount == 0) line.amount = cash < 0 ? -cash : cash;
    if (is_pay_out(event.kind)) line.kept_back = fee_of(product_.payouts.fee, event.amount_minor);
    if (entry.booking_date != entry.value_date) line.booked = entry.booking_date;
    if (is_internal(event.kind)) return;
    since_ = event.value_date;
    add(std::move(line));
  }

  [[nodiscard]] const LoanState& state() const { return state_; }
  [[nodiscard]] const OwedParts& parts() const { return parts_; }

 private:
  void step_to(Day day) {
    if (state_.day == day) return;
    accrue(state_, product_, std::min(day, state_.next_change));
    if (owed_parts(state_) != parts_) accrued(day);
    const std::optional<schedule::PlanRow> running =
        state_.row_coming ? std::optional{state_.next} : std::nullopt;
    const std::int64_t borne = balance_of(state_, Role::coupon_receivable);
    advance(state_, product_, day);
    accrue(state_, product_, day);
    if (owed_parts(state_).held != parts_.held) {
      add({.what = StatementLine::What::held, .from = day, .day = day});
    } else if (balance_of(state_, Role::coupon_receivable) != borne) {
      add({.what = StatementLine::What::coupon, .from = day, .day = day});
    } else if (owed_parts(state_) != parts_) {
      accrued(day);
    }
    if (running && running->due == day && (!state_.row_coming || state_.next.no != running->no))
      fallen_due(*running, day);
  }

  /// Stretches that a bucket or the end of grace divides are one line.
  void accrued(Day day) {
    auto& lines = statement_.lines;
    const bool goes_on = !lines.empty() && lines.back().what == StatementLine::What::accrued &&
                         (lines.back().day == since_ || lines.back().day == day);
    StatementLine line{.what = StatementLine::What::accrued, .from = since_, .day = day};
    if (goes_on) {
      line.from = lines.back().from;
      parts_ = minus(parts_, lines.back().change);
      lines.pop_back();
    }
    since_ = day;
    add(std::move(line));
  }

  void fallen_due(const schedule::PlanRow& row, Day day) {
    statement_.lines.push_back({.what = StatementLine::What::due,
                                .from = day,
                                .day = day,
                                .change = {},
                                .balance = parts_.owed(),
                                .no = row.no,
                                .amount = row.payment()});
  }

  void add(StatementLine line) {
    const OwedParts now = owed_parts(state_);
    line.change = minus(now, parts_);
    line.balance = now.owed();
    parts_ = now;
    statement_.lines.push_back(std::move(line));
  }

  LoanState state_;
  const Product& product_;
  Statement& statement_;
  OwedParts parts_;
  Day since_;
};

Status set_period(Statement& statement, const LoanHistory& all, std::optional<Day> from,
                  std::optional<Day> until, Day business_date) {
  // The business date's own accrual belongs to its night.
  statement.until = until.value_or(business_date - date::days{1});
  const Day begin = all.events.empty() ? statement.until : all.events.front().value_date;
  if (!until) statement.until = std::max(statement.until, begin);
  statement.from = from.value_or(std::min(begin, statement.until));
  if (statement.from > statement.until)
    return Error{"statement.period",
                 fmt::format("a statement from {} to {} has no day; give --from before --to",
                             money::to_text(statement.from), money::to_text(statement.until))};
  if (statement.until > business_date)
    return Error{"statement.future",
                 fmt::format("{} has not come yet in this book, whose business date is {}; give an "
                             "earlier --to",
                             money::to_text(statement.until), money::to_text(business_date))};
  return money::ok();
}

Status list_reversed(Statement& statement, const LoanHistory& all, const storage::View& view) {
  for (const auto& [sequence, reversal] : all.reversed_by) {
    const Result<Entry> entry = entry_of(view, sequence);
    if (!entry) return entry.error();
    if (entry->value_date < statement.from || entry->value_date > statement.until) continue;
    if (is_internal(entry->kind)) continue;
    const Result<Entry> by = entry_of(view, reversal);
    if (!by) return by.error();
    statement.reversed.push_back({.sequence = sequence,
                                  .by = reversal,
                                  .kind = entry->kind,
                                  .value_date = entry->value_date,
                                  .booked = by->booking_date,
                                  .amount = event_of(*entry).amount_minor});
  }
  return money::ok();
}

}  // namespace

Result<Statement> Book::statement(const std::string& id, std::optional<Day> from,
                                  std::optional<Day> until,
                                  std::optional<std::uint64_t> known_at) const {
  const std::shared_lock lock(impl_->state_mutex);
  const BookState& book = *impl_->state;
  const std::uint64_t number = book.loan_number(id);
  if (number == 0)
    return Error{"loan.unknown", fmt::format("there is no loan '{}' in this book", id)};
  const LoanRecord& record = book.loans.at(number);
  const std::uint64_t through = std::min(known_at.value_or(book.head.sequence), book.head.sequence);
  const std::uint32_t bound = binding_at(record, through).product;
  const ProductKnownAt known(book, book.products[bound].product, through);
  const Product& product = *known;
  const Result<ReadView> view = ReadView::of(impl_->fixed_view.get(), impl_->store.get());
  if (!view) return view.error();
  Statement statement{.loan = record.id,
                      .product = product.id,
                      .currency = std::string(product.currency.text()),
                      .digits = product.currency.digits};
  statement.known_at = through;
  const Result<LoanHistory> all = history_known_at(record, statement.known_at, **view);
  if (!all) return all.error();
  if (Status s = set_period(statement, *all, from, until, book.business_date); !s) return s.error();
  std::vector<LoanEvent> before_it;
  std::vector<LoanEvent> in_it;
  for (const LoanEvent& event : all->events) {
    if (event.value_date < statement.from) {
      before_it.push_back(event);
    } else if (event.value_date <= statement.until) {
      in_it.push_back(event);
    }
  }
  try {
    LoanState state = fold(bound, all->contract, product, before_it, statement.from);
    accrue(state, product, statement.from);
    Walk walk(std::move(state), product, statement);
    statement.opening = walk.parts();
    for (const LoanEvent& event : in_it) {
      const Result<Entry> entry = entry_of(**view, event.sequence);
      if (!entry) return entry.error();
      walk.go_to(event.value_date);
      walk.take(event, *entry);
    }
    // The business date has seen its events and not its night.
    walk.go_to(std::min(statement.until + date::days{1}, book.business_date));
    statement.closing = walk.parts();
    const LoanState& last = walk.state();
    statement.status = last.status;
    statement.days_past_due = schedule::days_past_due(last.due, last.day);
    if (last.row_coming) {
      statement.next_due = last.next.due;
      statement.next_amount =
          product.method == schedule::Method::revolving
              ? must_add(statement.closing.principal, drawn_interest(last, product))
              : last.next.payment();
    }
  } catch (const LoanFault& fault) {
    return Error{"loan.beyond_limits",
                 fmt::format("loan '{}' cannot be computed: {}", id, fault.reason)};
  }
  if (Status s = list_reversed(statement, *all, **view); !s) return s.error();
  return statement;
}

}  // namespace loanbook::ledger
