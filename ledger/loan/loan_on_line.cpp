// What a loan takes of its credit line, and what its entries do to the line.

#include <algorithm>

#include "loanbook/ledger/state.hpp"

namespace loanbook::ledger {
namespace {

constexpr auto principal_part = static_cast<std::size_t>(schedule::Component::principal);

std::int64_t principal_owed(const LoanState& state) {
  if (state.servicing && state.servicing->charged_off) {
    // Off the lender's books, but the borrower owes it as before.
    std::int64_t owed = 0;
    for (const schedule::DueInstallment& installment : state.due) owed += installment.principal;
    return owed;
  }
  return state.balance.get(Role::principal) + state.balance.get(Role::principal_overdue);
}

std::int64_t principal_given_up(const LoanState& state) {
  if (state.status != LoanStatus::written_off || !state.servicing) return 0;
  std::int64_t open = 0;
  for (const InstallmentRecord& record : state.servicing->installments) {
    open += record.demanded[principal_part] - record.paid[principal_part] -
            record.waived[principal_part];
  }
  return std::max<std::int64_t>(0, open);
}

}  // namespace

LineUse use_of(const LoanState& state) {
  return {.outstanding = principal_owed(state),
          .written_off = principal_given_up(state),
          .lent = state.lent};
}

void recount(BookState& state, std::uint64_t number) {
  recount_partners(state, number);
  LoanRecord& record = state.loans.at(number);
  if (!record.on_line) return;
  const LineUse now = use_of(record.state);
  if (now == record.on_line->use) return;
  state.lines.count(record.on_line->line, state.product_of(record).id, record.on_line->use, now);
  record.on_line->use = now;
}

bool recount_all(BookState& state) {
  state.lines.clear_uses();
  for (std::uint64_t number = 1; number <= state.loans.size(); ++number) {
    LoanRecord& record = state.loans.at(number);
    if (!record.on_line) continue;
    if (record.on_line->line == 0 || record.on_line->line > state.lines.size()) return false;
    record.on_line->use = {};
    recount(state, number);
  }
  recount_partners(state);
  for (const auto& [loan, order] : state.flights.orders()) {
    const LoanRecord& record = state.loans.at(loan);
    if (record.on_line)
      state.lines.order(record.on_line->line, loan, {}, state.product_of(record).id, order.minor);
  }
  return true;
}

bool is_pay_out(Kind kind) { return kind == Kind::disburse || kind == Kind::open_disburse; }

std::int64_t paid_out_by(const Entry& entry) {
  if (entry.kind == Kind::disburse) return std::get<Paid>(entry.payload).amount_minor;
  if (entry.kind == Kind::open_disburse)
    return std::get<Opened>(entry.payload).terms.principal_minor;
  return 0;
}

void settle_on_line(LineBook& lines, const Entry& entry, std::uint32_t line, const std::string& id,
                    const Product& product) {
  if (const auto* opened = opened_of(entry); opened != nullptr && !opened->reservation.empty()) {
    lines.bind(line, opened->reservation, entry.loan);
  }
  if (entry.kind == Kind::order_payout)
    lines.order(line, entry.loan, id, product.id, std::get<Operated>(entry.payload).amount_minor);
  if (entry.kind == Kind::fail_payout || is_pay_out(entry.kind)) lines.land(line, entry.loan);
  if (is_pay_out(entry.kind)) {
    const bool more_to_come = product.servicing && product.servicing->several_payouts;
    lines.paid_out(line, entry.loan, id, paid_out_by(entry), more_to_come, entry.booking_date);
  }
  if ((entry.kind == Kind::cancel || entry.kind == Kind::decline) && line != 0)
    lines.cancelled(line, entry.loan);
}

}  // namespace loanbook::ledger
