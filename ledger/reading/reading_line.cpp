// What a book answers about credit lines.

#include <fmt/format.h>

#include "loanbook/ledger/book_impl.hpp"

namespace loanbook::ledger {
namespace {

LineView view_of(const LineState& line, Day today) {
  LineView view{.id = line.id,
                .currency = std::string(line.currency.text()),
                .digits = line.currency.digits,
                .terms = line.terms,
                .limit = line.terms.limit_on(today),
                .used = line.used(),
                .reserved = line.reserved(today),
                .available = line.available(today),
                .frozen = line.frozen,
                .freeze_code = line.freeze_code,
                .expired = line.terms.last_day && today > *line.terms.last_day,
                .version = line.version};
  if (line.decision && line.decision->stands_on(today)) view.decision = line.decision;
  std::map<std::string, LineView::Product> products;
  for (const SubLimit& sub : line.terms.sub_limits)
    products[sub.product] = {.id = sub.product, .limit = sub.minor};
  for (const auto& [product, use] : line.uses) products[product].id = product;
  for (const Reservation& r : line.reservations) {
    if (r.last_day < today) continue;
    view.reservations.push_back(r);
    if (!r.product.empty()) products[r.product].id = r.product;
  }
  for (auto& [id, product] : products) {
    product.used = line.used_by(id);
    product.reserved = line.reserved_for(id, today);
    view.products.push_back(product);
  }
  return view;
}

}  // namespace

Result<LineView> Book::line(const std::string& id, bool with_loans) const {
  const std::shared_lock lock(impl_->state_mutex);
  const BookState& state = *impl_->state;
  const std::uint32_t number = state.lines.number_of(id);
  if (number == 0) {
    return Error{.id = "line.unknown",
                 .message = fmt::format("there is no credit line '{}' in this book; `line list` "
                                        "shows what is",
                                        id)};
  }
  LineView view = view_of(state.lines.at(number), state.business_date);
  for (std::uint64_t loan = 1; with_loans && loan <= state.loans.size(); ++loan) {
    const LoanRecord& record = state.loans.at(loan);
    if (record.on_line && record.on_line->line == number) view.loans.push_back(record.id);
  }
  return view;
}

std::vector<LineView> Book::lines() const {
  const std::shared_lock lock(impl_->state_mutex);
  const BookState& state = *impl_->state;
  std::vector<LineView> views;
  views.reserve(state.lines.size());
  for (std::uint32_t number = 1; number <= state.lines.size(); ++number)
    views.push_back(view_of(state.lines.at(number), state.business_date));
  return views;
}

}  // namespace loanbook::ledger
