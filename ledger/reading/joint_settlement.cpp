// What partners of joint loans are owed for a day.

#include <fmt/format.h>

#include <algorithm>
#include <vector>

#include "loanbook/ledger/book_impl.hpp"
#include "loanbook/ledger/gl/gl_reading.hpp"
#include "loanbook/ledger/loan/joint.hpp"

namespace loanbook::ledger {
namespace {

constexpr date::days one_day{1};

/// By product number: the partner's place among the parties, or nothing.
using Places = std::vector<std::optional<std::size_t>>;

Places places_of(const BookState& book, std::string_view partner) {
  Places places;
  for (const PublishedProduct& published : book.products) {
    auto& place = places.emplace_back();
    const auto& joint = published.product.joint;
    if (!joint || joint->lead == partner) continue;
    const std::size_t found = joint->find(partner);
    if (found < joint->parties.size()) place = found;
  }
  return places;
}

/// The loan as it was booked at the close of `day`: entries up to `known_at`, the night included.
Result<LoanState> booked_at_close(const LoanRecord& record, const BookState& book,
                                  const storage::View& view, Day day, std::uint64_t known_at) {
  Result<std::optional<LoanState>> known = loan_known(book, record, view, day + one_day, known_at);
  if (!known) return known.error();
  if (known->has_value()) return std::move(**known);
  const Binding bound = binding_at(record, known_at);
  // What the parties of a loan that was taken over had before is settled in the old books.
  Result<LoanHistory> all =
      history(record.last_entry, [&](std::uint64_t s) { return entry_of(view, s); });
  if (!all) return all.error();
  const bool taken = !all->events.empty() && all->events.front().kind == Kind::take_over;
  if (taken) {
    all->events.resize(1);
    try {
      const ProductKnownAt product(book, book.products[bound.product].product, known_at);
      return fold(bound.product, all->contract, *product, all->events,
                  all->events.front().value_date);
    } catch (const LoanFault& fault) {
      return Error{
          .id = "loan.beyond_limits",
          .message = fmt::format("loan '{}' cannot be computed: {}", record.id, fault.reason)};
    }
  }
  LoanState none;
  none.product = bound.product;
  none.terms = record.state.terms;
  return none;
}

/// Can nothing have happened between the partners on `day`? Cash moves by entries alone, and the
/// lead pays in the borrower's place only where the product says so.
Result<bool> rested(const LoanRecord& record, const Product& product, const storage::View& view,
                    Day day) {
  if (product.joint->compensation_days != 0) return false;
  const std::uint64_t restated = record.earlier ? record.earlier->back().until : 0;
  const Result<Entry> last = entry_of(view, std::max(record.last_entry, restated));
  if (!last) return last.error();
  return last->booking_date < day;
}

PartnerSettlementRow difference_of(const PartnerTotals& now, const PartnerTotals& before) {
  PartnerSettlementRow row;
  const auto rise = [&](schedule::Component component) {
    const auto i = static_cast<std::size_t>(component);
    return now.received[i] - before.received[i];
  };
  row.disbursed = now.lent - before.lent;
  row.principal = rise(schedule::Component::principal);
  row.interest = rise(schedule::Component::interest);
  row.penalty = rise(schedule::Component::penalty) + rise(schedule::Component::compound);
  row.fee = rise(schedule::Component::fee);
  row.service_fee = now.service_fee - before.service_fee;
  row.compensation = now.compensation - before.compensation;
  row.recovered = now.recovered - before.recovered;
  return row;
}

bool is_empty(const PartnerSettlementRow& row) {
  return row.disbursed == 0 && row.principal == 0 && row.interest == 0 && row.penalty == 0 &&
         row.fee == 0 && row.service_fee == 0 && row.compensation == 0 && row.recovered == 0;
}

}  // namespace

Result<PartnerSettlement> Book::partner_settlement(const std::string& partner, Day day) const {
  const std::shared_lock lock(impl_->state_mutex);
  const BookState& book = *impl_->state;
  const Places places = places_of(book, partner);
  if (std::ranges::none_of(places, [](const auto& place) { return place.has_value(); })) {
    return Error{.id = "partner.unknown",
                 .message = fmt::format("no product of this book has a partner '{}'; `product show "
                                        "ID` lists the parties of one",
                                        partner)};
  }
  if (day > book.closed_through) {
    return Error{.id = "partner.day_open",
                 .message = fmt::format("{} is not closed yet (closed through {}): what the "
                                        "partner is owed may still change; run `night` first",
                                        money::to_text(day), money::to_text(book.closed_through))};
  }
  const Result<ReadView> view = ReadView::of(impl_->fixed_view.get(), impl_->store.get());
  if (!view) return view.error();
  const Result<std::uint64_t> known = known_at(day);
  if (!known) return known.error();
  const Result<std::uint64_t> known_before = known_at(day - one_day);
  if (!known_before) return known_before.error();
  PartnerSettlement answer{.partner = partner, .day = day, .complete_to = *known, .rows = {}};
  for (std::uint64_t number = 1; number <= book.loans.size(); ++number) {
    const LoanRecord& record = book.loans.at(number);
    const auto& place = places[record.state.product];
    if (!place) continue;
    const Product& product = book.product_of(record);
    const Result<bool> resting = rested(record, product, **view, day);
    if (!resting) return resting.error();
    if (*resting) continue;
    const Result<LoanState> now = booked_at_close(record, book, **view, day, *known);
    if (!now) return now.error();
    const Result<LoanState> before =
        booked_at_close(record, book, **view, day - one_day, *known_before);
    if (!before) return before.error();
    // Versions that a loan may go over between name the same parties at the same places.
    const auto totals = [&](const LoanState& loan) {
      return partner_totals(loan, *book.products[loan.product].product.joint, *place);
    };
    PartnerSettlementRow row = difference_of(totals(*now), totals(*before));
    if (is_empty(row)) continue;
    row.loan = record.id;
    row.product = product.id;
    row.currency = product.currency.text();
    row.digits = product.currency.digits;
    answer.rows.push_back(std::move(row));
  }
  return answer;
}

}  // namespace loanbook::ledger
