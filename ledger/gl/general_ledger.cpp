// Answers about the general ledger: balances at a place of the chain, the journal by account,
// loans as booked, restated balances, charts, periods, assertions.

#include <fmt/format.h>

#include <algorithm>

#include "loanbook/ledger/book_impl.hpp"
#include "loanbook/ledger/gl/gl_reading.hpp"
#include "loanbook/money/money.hpp"

namespace loanbook::ledger {
namespace {

constexpr date::days one_day{1};

std::uint64_t place(const BookState& state, std::optional<std::uint64_t> through) {
  return std::min(through.value_or(state.head.sequence), state.head.sequence);
}

GlPosting posting_of(const Product& product, Role role, const GlAccount& account,
                     money::Int128 minor) {
  return {.account = account,
          .product = product.id,
          .currency = std::string(product.currency.text()),
          .digits = product.currency.digits,
          .role = role,
          .minor = minor,
          .branch = product.branch};
}

/// The accounts of an entry's movements when it was booked.
std::vector<GlPosting> postings_of(const Entry& entry, const BookState& state,
                                   AccountLookup& accounts) {
  std::vector<GlPosting> postings;
  for (const MovementBlock& block : entry.movements) {
    const Product& product = state.products.at(block.product).product;
    for (const auto& line : block.lines) {
      const std::string channel = line.role == Role::settlement ? entry.channel : std::string{};
      const GlAccount& account =
          accounts.of(block.product, product, line.role, entry.sequence - 1, channel);
      postings.push_back(posting_of(product, line.role, account, line.minor));
      postings.back().consequence = line.consequence;
      postings.back().channel = channel;
    }
  }
  const auto* chart = std::get_if<ChartPublished>(&entry.payload);
  if (chart == nullptr) return postings;
  for (const Reclassified& moved : chart->reclassified) {
    const Product& product = state.products.at(moved.product).product;
    for (const std::uint64_t at : {entry.sequence - 1, entry.sequence}) {
      postings.push_back(posting_of(
          product, moved.role, accounts.of(moved.product, product, moved.role, at, moved.channel),
          at == entry.sequence ? moved.minor : -moved.minor));
      postings.back().reclassified = true;
      postings.back().channel = moved.channel;
    }
  }
  return postings;
}

/// An entry booked after `day`, not after entry `known_at`, counts from `day` or earlier.
Result<bool> corrected_since(const LoanRecord& record, Day day, std::uint64_t known_at,
                             const storage::View& view) {
  for (std::uint64_t sequence = record.last_entry; sequence != 0;) {
    const Result<Entry> entry = entry_of(view, sequence);
    if (!entry) return entry.error();
    if (entry->booking_date <= day) return false;
    if (entry->value_date <= day && sequence <= known_at) return true;
    sequence = entry->previous;
  }
  return false;
}

/// A later entry found the loan under another product version, or isolated.
bool rebound_since(const LoanRecord& record, std::uint64_t booked) {
  return record.earlier && record.earlier->back().until > booked;
}

/// Settlement by channel of what was booked after `day`, up to `known_at`, and counts from `day` or
/// earlier: the part of a restated balance that a loan does not know.
Status add_late_channels(DayTotals& totals, const LoanRecord& record, Day day,
                         std::uint64_t known_at, const storage::View& view) {
  for (std::uint64_t sequence = record.last_entry; sequence != 0;) {
    const Result<Entry> entry = entry_of(view, sequence);
    if (!entry) return entry.error();
    if (entry->booking_date <= day) break;
    if (entry->value_date <= day && sequence <= known_at && !entry->channel.empty()) {
      for (const MovementBlock& block : entry->movements) {
        for (const auto& line : block.lines) {
          if (line.role == Role::settlement)
            totals.add_channel(block.product, entry->channel, line.minor);
        }
      }
    }
    sequence = entry->previous;
  }
  return money::ok();
}

}  // namespace

Error without_loans() {
  return Error{.id = "book.without_loans",
               .message = "this book was opened for its general ledger only; open it with loans"};
}

Result<std::vector<GlBalance>> Book::gl_balances(std::optional<std::uint64_t> through) const {
  const std::shared_lock lock(impl_->state_mutex);
  const BookState& state = *impl_->state;
  const Result<ReadView> view = ReadView::of(impl_->fixed_view.get(), impl_->store.get());
  if (!view) return view.error();
  const std::uint64_t last = place(state, through);
  const Result<DayTotals> totals = totals_at(state, **view, last);
  if (!totals) return totals.error();
  return balances_of(*totals, state.products, state.gl.chart_after(last));
}

Result<std::vector<TrialBalanceRow>> Book::trial_balance(std::optional<Day> as_of) const {
  std::optional<std::uint64_t> through;
  if (as_of) {
    const Result<std::uint64_t> last = known_at(*as_of);
    if (!last) return last.error();
    through = *last;
  }
  const Result<std::vector<GlBalance>> balances = gl_balances(through);
  if (!balances) return balances.error();
  return trial_balance_of(*balances);
}

Result<std::vector<GlBalance>> Book::restated_balances(
    Day day, std::optional<std::uint64_t> known_at) const {
  const Result<std::uint64_t> closing = this->known_at(day);
  if (!closing) return closing.error();
  const std::shared_lock lock(impl_->state_mutex);
  const BookState& state = *impl_->state;
  if (impl_->options.without_loans) return without_loans();
  const Result<ReadView> view = ReadView::of(impl_->fixed_view.get(), impl_->store.get());
  if (!view) return view.error();
  const std::uint64_t last = place(state, known_at);
  const std::uint64_t booked = std::min(*closing, last);
  Result<DayTotals> totals = totals_at(state, **view, booked);
  if (!totals) return totals.error();
  const Day opening = std::min(day, state.closed_through) + one_day;
  for (std::uint64_t number = 1; last > booked && number <= state.loans.size(); ++number) {
    const LoanRecord& record = state.loans.at(number);
    const Result<bool> corrected = corrected_since(record, day, last, **view);
    if (!corrected) return corrected.error();
    if ((!*corrected && !rebound_since(record, booked)) || record.isolated) continue;
    const auto before = loan_booked(state, number, **view, opening, booked);
    if (!before) return before.error();
    const auto after = loan_known(state, record, **view, opening, last, day);
    if (!after) return after.error();
    const auto put = [&](const LoanState& loan, int sign) {
      if (totals->size() <= loan.product) totals->resize(loan.product + 1);
      LoanBalances::each_difference(loan.balance, {}, [&](Role role, std::int64_t minor) {
        (*totals)[loan.product][static_cast<std::size_t>(role)] += sign * money::Int128{minor};
      });
    };
    if (*before) put(**before, -1);
    if (*after) put(**after, 1);
    if (Status s = add_late_channels(*totals, record, day, last, **view); !s) return s.error();
  }
  return balances_of(*totals, state.products, state.gl.chart_after(booked));
}

Status Book::gl_entries(std::uint64_t after, std::optional<std::uint64_t> through,
                        const std::function<bool(const GlEntry&)>& use) const {
  const std::shared_lock lock(impl_->state_mutex);
  const BookState& state = *impl_->state;
  if (impl_->options.without_loans) return without_loans();
  const Result<ReadView> view = ReadView::of(impl_->fixed_view.get(), impl_->store.get());
  if (!view) return view.error();
  AccountLookup accounts(state.gl);
  Status outcome = money::ok();
  const Status scanned =
      (*view)->entries(after + 1, place(state, through), [&](const storage::StoredEntry& stored) {
        const Result<Entry> entry = decode_entry(stored.body);
        if (!entry) {
          outcome = entry.error();
          return false;
        }
        const EntryView shown = view_of(*entry, stored.hash, state);
        return use({.sequence = entry->sequence,
                    .booking_date = entry->booking_date,
                    .value_date = entry->value_date,
                    .kind = entry->kind,
                    .loan = shown.receipt.loan,
                    .text = shown.text,
                    .actor = entry->actor,
                    .reason = entry->reason,
                    .postings = postings_of(*entry, state, accounts)});
      });
  return scanned ? outcome : scanned;
}

Status Book::gl_days(Day from, Day through, YearClose year_close,
                     const std::function<void(const GlDay&)>& use,
                     std::optional<std::uint64_t> known_at) const {
  const std::shared_lock lock(impl_->state_mutex);
  const BookState& state = *impl_->state;
  const std::uint64_t last = place(state, known_at);
  if (last == 0) return money::ok();
  const Result<ReadView> view = ReadView::of(impl_->fixed_view.get(), impl_->store.get());
  if (!view) return view.error();
  const Result<Entry> end = entry_of(**view, last);
  if (!end) return end.error();
  const Day last_day = std::min(through, end->booking_date);
  for (auto at = state.totals.lower_bound(from); at != state.totals.end() && at->first <= last_day;
       ++at) {
    DayTotals totals = at->second;
    if (at->first == end->booking_date && last < state.head.sequence) {
      const Result<DayTotals> part = totals_of_day(**view, at->first, last);
      if (!part) return part.error();
      totals = *part;
    }
    for (const GlFacts::ClosedPeriod& period : state.gl.periods) {
      if (year_close == YearClose::left_out && period.booked == at->first &&
          period.sequence <= last)
        totals.add(period.movements, {}, -1);
    }
    each_total(totals, [&](std::uint32_t number, Role role, const std::string& channel,
                           money::Int128 minor) {
      use({at->first, &state.products[number].product, role, minor, channel});
    });
  }
  return money::ok();
}

Status Book::loan_balances(std::optional<std::uint64_t> through,
                           const std::function<bool(const LoanAmounts&)>& use,
                           std::optional<Day> valued) const {
  const std::shared_lock lock(impl_->state_mutex);
  const BookState& state = *impl_->state;
  if (impl_->options.without_loans) return without_loans();
  const Result<ReadView> view = ReadView::of(impl_->fixed_view.get(), impl_->store.get());
  if (!view) return view.error();
  const std::uint64_t last = place(state, through);
  Result<Day> opening =
      valued ? std::min(*valued, state.closed_through) + one_day : opening_after(**view, last);
  if (!opening) return opening.error();
  for (std::uint64_t number = 1; number <= state.loans.size(); ++number) {
    const LoanRecord& record = state.loans.at(number);
    // As it was booked, or as what counts from `valued` or earlier makes it.
    const auto loan = valued && !record.isolated
                          ? loan_known(state, record, **view, *opening, last, *valued)
                          : loan_booked(state, number, **view, *opening, last);
    if (!loan) return loan.error();
    if (!loan->has_value()) continue;
    const Product& product = state.products[(*loan)->product].product;
    if (!use({record.id, (*loan)->product, product.id, std::string(product.currency.text()),
              product.currency.digits, (*loan)->balance.all(), product.branch}))
      break;
  }
  return money::ok();
}

GlAccount Book::gl_account(const Product& product, Role role, std::optional<std::uint64_t> through,
                           const std::string& channel) const {
  const std::shared_lock lock(impl_->state_mutex);
  return ledger::gl_account(impl_->state->gl.chart_after(place(*impl_->state, through)), product,
                            role, channel);
}

std::vector<ChartInfo> Book::charts() const {
  const std::shared_lock lock(impl_->state_mutex);
  std::vector<ChartInfo> all;
  for (const auto& each : impl_->state->gl.charts) {
    all.push_back(
        {each.published.chart, each.sequence, each.booked, each.published.reclassified.size()});
  }
  return all;
}

std::vector<ClosedPeriodInfo> Book::closed_periods() const {
  const std::shared_lock lock(impl_->state_mutex);
  const BookState& state = *impl_->state;
  std::vector<ClosedPeriodInfo> all;
  for (const auto& each : state.gl.periods) {
    DayTotals totals;
    totals.add(each.movements, {}, 1);
    all.push_back({each.closed, each.sequence, each.booked,
                   balances_of(totals, state.products, state.gl.chart_after(each.sequence))});
  }
  return all;
}

std::vector<AssertionInfo> Book::assertions() const {
  const std::shared_lock lock(impl_->state_mutex);
  const BookState& state = *impl_->state;
  std::vector<AssertionInfo> all;
  for (const auto& each : state.gl.assertions) {
    const auto balances = balances_of(totals_through(state.totals, each.asserted.day),
                                      state.products, state.gl.chart_on(each.asserted.day));
    const auto currency = money::Currency::find(each.asserted.currency);
    all.push_back({each.asserted, each.sequence, currency ? currency->digits : std::uint8_t{2},
                   figure_of(each.asserted, balances)});
  }
  return all;
}

}  // namespace loanbook::ledger
