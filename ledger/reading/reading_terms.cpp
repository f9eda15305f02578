// Answers about what stands around a loan's contract: its application, what it replaced and was
// replaced by, coupons, limits of partners.

#include "loanbook/ledger/reading/reading_terms.hpp"

#include <algorithm>

#include "loanbook/ledger/book_impl.hpp"
#include "loanbook/ledger/loan/loan_parts.hpp"

namespace loanbook::ledger {
namespace {

/// Finding the first entry of a loan is a walk over all of them.
constexpr std::uint64_t entries_walked_max = 1'000;

}  // namespace

Status show_contract(LoanView& view, const LoanRecord& record, const LoanState& state,
                     const BookState& book, const storage::View& reader) {
  if (state.servicing && state.servicing->transferred()) view.buyer = state.servicing->rare->buyer;
  if (record.version > entries_walked_max) return money::ok();
  const Result<LoanHistory> all = history_known_at(record, view.known_at, reader);
  if (!all) return all.error();
  const Opened& opened = all->opened;
  view.valid_until = opened.valid_until;
  view.annual_rate_e12 = opened.annual_rate_e12;
  const bool offered = opened.annual_rate_e12 || opened.valid_until;
  const bool as_offered = all->contract.principal_minor == state.terms.principal_minor;
  if (offered && !view.disbursed && as_offered) view.plan_digest = opened.plan;
  if (opened.refinances != 0) view.refinances = book.loans.at(opened.refinances).id;
  if (state.status != LoanStatus::closed) return money::ok();
  for (auto event = all->events.rbegin(); event != all->events.rend(); ++event) {
    if (event->kind != Kind::repay && event->kind != Kind::prepay) continue;
    if (event->sequence >= view.known_at) break;
    const Result<Entry> next = entry_of(reader, event->sequence + 1);
    if (!next) return next.error();
    const Opened* other = opened_of(*next);
    if (other == nullptr || other->refinances == 0) break;
    const LoanRecord& by = book.loans.at(next->loan);
    if (book.loans.at(other->refinances).id == record.id &&
        by.state.status != LoanStatus::cancelled)
      view.refinanced_by = by.id;
    break;
  }
  return money::ok();
}

std::vector<CouponView> Book::coupons(const std::string& payer) const {
  const std::shared_lock lock(impl_->state_mutex);
  const BookState& book = *impl_->state;
  std::vector<CouponView> views;
  for (std::uint64_t number = 1; number <= book.loans.size(); ++number) {
    const LoanRecord& record = book.loans.at(number);
    if (!record.state.servicing || !record.state.servicing->rare) continue;
    const Product& product = book.product_of(record);
    const LoanState state = canonical(record, book);
    for (const CouponRecord& coupon : state.servicing->rare->coupons) {
      if (!payer.empty() && coupon.payer != payer) continue;
      const bool over = (coupon.rows_left && *coupon.rows_left == 0) ||
                        (coupon.amount_left && *coupon.amount_left == 0);
      views.push_back({.loan = record.id,
                       .currency = std::string(product.currency.text()),
                       .digits = product.currency.digits,
                       .sequence = coupon.sequence,
                       .payer = coupon.payer,
                       .used = coupon.used,
                       .settled = coupon.settled,
                       .rows_left = coupon.rows_left,
                       .amount_left = coupon.amount_left,
                       .running = !over && state.status == LoanStatus::active &&
                                  !state.servicing->charged_off});
    }
  }
  return views;
}

std::vector<PartnerLimitView> Book::partner_limits() const {
  const std::shared_lock lock(impl_->state_mutex);
  std::vector<PartnerLimitView> views;
  for (const PartnerLimit& limit : impl_->state->partners.limits()) {
    const auto currency = money::Currency::find(limit.terms.currency);
    views.push_back({.partner = limit.terms.partner,
                     .currency = limit.terms.currency,
                     .digits = currency ? currency->digits : std::uint8_t{2},
                     .limit = limit.terms.amount_minor,
                     .used = limit.used,
                     .until = limit.terms.until});
  }
  return views;
}

}  // namespace loanbook::ledger
