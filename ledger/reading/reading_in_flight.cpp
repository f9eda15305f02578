// Answers about money that is on its way or nobody's yet, and what is to be collected.

#include "loanbook/ledger/reading/reading_in_flight.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>

#include "loanbook/ledger/book_impl.hpp"
#include "loanbook/ledger/loan/loan_parts.hpp"
#include "loanbook/ledger/product/upfront_fee.hpp"

namespace loanbook::ledger {
namespace {

std::int32_t days_since(Day day, const BookState& state) {
  return static_cast<std::int32_t>((state.business_date - day).count());
}

SuspenseView view_of(const SuspenseItem& item, const BookState& state) {
  const money::Currency currency = state.products.at(item.product).product.currency;
  SuspenseView view{.item = item.sequence,
                    .currency = std::string(currency.text()),
                    .digits = currency.digits,
                    .received = item.received,
                    .open = item.open(),
                    .valued = item.valued,
                    .booked = item.booked,
                    .age = days_since(item.booked, state),
                    .payer = item.payer,
                    .reference = item.reference,
                    .text = item.text};
  for (const SuspenseItem::Taken& taken : item.taken) {
    view.taken.push_back({taken.sequence, taken.minor,
                          taken.loan == 0 ? std::string{} : state.loans.at(taken.loan).id});
  }
  return view;
}

PayoutView view_of(const PayoutOrder& order, const BookState& state) {
  const LoanRecord& record = state.loans.at(order.loan);
  const money::Currency currency = state.product_of(record).currency;
  return {.sequence = order.sequence,
          .loan = record.id,
          .currency = std::string(currency.text()),
          .digits = currency.digits,
          // What the channel pays.
          .amount = order.minor - fee_of(state.product_of(record).payouts.fee, order.minor),
          .ordered = order.ordered,
          .age = days_since(order.ordered, state),
          .channel = order.channel,
          .reference = order.reference.empty() ? std::to_string(order.sequence) : order.reference,
          .unknown = order.unknown,
          .code = order.code};
}

/// Unpaid of what is due by `day`, and since when.
void add_due(DebitRow& row, const LoanState& state, const Product& product, Day day) {
  const schedule::OverdueRules overdue = overdue_rules(product, state.terms.rate);
  for (const schedule::DueInstallment& due : state.due) {
    if (due.due > day) continue;
    std::int64_t unpaid = due.principal + due.interest + due.fee + due.late_fee;
    unpaid = must_add(unpaid, must_fit(schedule::penalty_at(due, overdue, day)));
    unpaid = must_add(unpaid, must_fit(schedule::compound_at(due, overdue, day)));
    if (unpaid <= 0) continue;
    if (row.installments == 0 || due.due < row.oldest) row.oldest = due.due;
    row.due = must_add(row.due, unpaid);
    ++row.installments;
  }
}

}  // namespace

IntentView view_of(const Intent& intent, const BookState& state) {
  const LoanRecord& record = state.loans.at(intent.loan);
  const money::Currency currency = state.product_of(record).currency;
  return {.sequence = intent.sequence,
          .loan = record.id,
          .currency = std::string(currency.text()),
          .digits = currency.digits,
          .amount = intent.minor,
          .on = intent.on,
          .ends = intent.ends(),
          .debit = intent.debit,
          .code = intent.code};
}

std::string to_text(const DebitReference& reference) {
  std::string day = money::to_text(reference.day);
  std::erase(day, '-');
  return fmt::format("{}-{}-{}", day, reference.run, reference.loan);
}

Result<DebitReference> parse_debit_reference(std::string_view text) {
  const Error malformed{
      .id = "debit.reference",
      .message = fmt::format("'{}' is no reference of a debit list; they are called like "
                             "20260301-1-L-1001",
                             text.substr(0, 80))};
  DebitReference reference;
  if (text.size() < 11 || text[8] != '-') return malformed;
  const auto day = money::parse_day(
      fmt::format("{}-{}-{}", text.substr(0, 4), text.substr(4, 2), text.substr(6, 2)));
  if (!day) return malformed;
  reference.day = *day;
  const char* end = text.data() + text.size();
  const auto run = std::from_chars(text.data() + 9, end, reference.run);
  if (run.ec != std::errc{} || run.ptr == end || *run.ptr != '-' || run.ptr + 1 == end)
    return malformed;
  reference.loan = std::string_view(run.ptr + 1, static_cast<std::size_t>(end - run.ptr - 1));
  return reference;
}

std::vector<SuspenseView> Book::suspense(bool all) const {
  const std::shared_lock lock(impl_->state_mutex);
  std::vector<SuspenseView> views;
  for (const auto& [sequence, item] : impl_->state->flights.items()) {
    if (all || item.open() != 0) views.push_back(view_of(item, *impl_->state));
  }
  return views;
}

std::vector<PayoutView> Book::payouts() const {
  const std::shared_lock lock(impl_->state_mutex);
  std::vector<PayoutView> views;
  for (const auto& [loan, order] : impl_->state->flights.orders())
    views.push_back(view_of(order, *impl_->state));
  std::sort(views.begin(), views.end(),
            [](const PayoutView& a, const PayoutView& b) { return a.sequence < b.sequence; });
  return views;
}

Result<PayoutView> Book::payout_called(const std::string& reference) const {
  const std::shared_lock lock(impl_->state_mutex);
  const BookState& state = *impl_->state;
  const Result<ReadView> view = ReadView::of(impl_->fixed_view.get(), impl_->store.get());
  if (!view) return view.error();
  std::optional<Entry> order;
  const auto take = [&](std::uint64_t sequence, bool by_number) {
    if (sequence == 0 || sequence > state.head.sequence) return false;
    Result<Entry> entry = entry_of(**view, sequence);
    if (!entry || entry->kind != Kind::order_payout) return false;
    const std::string& code = std::get<Operated>(entry->payload).code;
    if (by_number ? !code.empty() : code != reference) return false;
    order = std::move(*entry);
    return true;
  };
  const bool by_reference = state.by_key.find(payout_hash(reference),
                                              [&](std::uint64_t s) { return take(s, false); }) != 0;
  std::uint64_t number = 0;
  const char* end = reference.data() + reference.size();
  const auto read = std::from_chars(reference.data(), end, number);
  if (!by_reference && (read.ec != std::errc{} || read.ptr != end || !take(number, true)))
    return Error{.id = "payout.unknown",
                 .message = fmt::format("no pay-out was ordered as '{}'; `payouts` lists those in "
                                        "flight with their references",
                                        reference)};
  const auto& told = std::get<Operated>(order->payload);
  return view_of(PayoutOrder{.sequence = order->sequence,
                             .loan = order->loan,
                             .minor = told.amount_minor,
                             .ordered = order->booking_date,
                             .channel = told.channel,
                             .reference = told.code},
                 state);
}

std::vector<IntentView> Book::intents() const {
  const std::shared_lock lock(impl_->state_mutex);
  std::vector<IntentView> views;
  for (const auto& [sequence, intent] : impl_->state->flights.intents())
    views.push_back(view_of(intent, *impl_->state));
  std::stable_sort(views.begin(), views.end(),
                   [](const IntentView& a, const IntentView& b) { return a.on < b.on; });
  return views;
}

Result<std::vector<DebitRow>> Book::debit_list(Day day) const {
  const std::shared_lock lock(impl_->state_mutex);
  const BookState& state = *impl_->state;
  if (day < state.business_date)
    return Error{.id = "debit.date",
                 .message = fmt::format("{} is over; what is unpaid of it is due on {} too",
                                        money::to_text(day), money::to_text(state.business_date))};
  // The oldest debit intent of a loan that is in force; the others come after it.
  std::map<std::uint64_t, const Intent*> intended;
  for (const auto& [sequence, intent] : state.flights.intents()) {
    if (intent.debit && intent.on <= day && *intent.ends() >= day)
      intended.try_emplace(intent.loan, &intent);
  }
  std::vector<DebitRow> rows;
  for (std::uint64_t number = 1; number <= state.loans.size(); ++number) {
    const LoanRecord& record = state.loans.at(number);
    if (record.state.status != LoanStatus::active || record.isolated) continue;
    const auto asked = intended.find(number);
    if (record.state.due.empty() && record.state.next_change > day && asked == intended.end())
      continue;
    const Product& product = state.product_of(record);
    DebitRow row{.loan = record.id,
                 .currency = std::string(product.currency.text()),
                 .digits = product.currency.digits};
    try {
      LoanState at = record.state;
      advance(at, product, day);
      accrue(at, product, day);
      add_due(row, at, product, day);
      row.days_past_due = schedule::days_past_due(at.due, day);
    } catch (const LoanFault& fault) {
      return Error{
          .id = "loan.beyond_limits",
          .message = fmt::format("loan '{}' cannot be computed: {}", record.id, fault.reason)};
    }
    row.amount = row.due;
    if (asked != intended.end()) {
      row.intent = asked->second->sequence;
      row.amount = std::max(row.amount, asked->second->minor);
      if (row.installments == 0) row.oldest = asked->second->on;
    }
    if (row.amount == 0) continue;
    if (record.party) row.party = *record.party;
    rows.push_back(std::move(row));
  }
  std::stable_sort(rows.begin(), rows.end(),
                   [](const DebitRow& a, const DebitRow& b) { return a.oldest < b.oldest; });
  return rows;
}

}  // namespace loanbook::ledger
