// Money paid in advance that is allocated again when a later pay-out raises the installments.

#include <algorithm>
#include <utility>

#include "loanbook/ledger/loan/servicing_steps.hpp"

namespace loanbook::ledger {

using schedule::Component;

const schedule::TimedOrder& order_of(const Rules& rules, Kind kind) {
  static const schedule::TimedOrder standard = ServicingRules::standard_order();
  if (!rules.product.servicing) return standard;
  const ServicingRules& servicing = *rules.product.servicing;
  const auto own =
      [&](const std::optional<schedule::TimedOrder>& order) -> const schedule::TimedOrder& {
    return order ? *order : servicing.payment;
  };
  switch (kind) {
    case Kind::merchant_refund:
      return own(servicing.merchant_refund);
    case Kind::payout_refund:
      return own(servicing.payout_refund);
    case Kind::goodwill:
      return own(servicing.goodwill);
    case Kind::down_payment:
      return own(servicing.down_payment);
    default:
      return servicing.payment;
  }
}

namespace {

std::size_t index(Component component) { return static_cast<std::size_t>(component); }

bool is_coming(const Servicing& table, std::uint32_t no) {
  return std::any_of(table.coming.begin(), table.coming.end(),
                     [no](const schedule::PlanRow& row) { return row.no == no; });
}

PaymentRecord* payment_of(Servicing& table, std::uint64_t sequence) {
  const auto found =
      std::find_if(table.payments.begin(), table.payments.end(),
                   [sequence](const PaymentRecord& p) { return p.sequence == sequence; });
  return found == table.payments.end() ? nullptr : &*found;
}

/// The installment owes it again, the money is held; returns how much.
std::int64_t take_back(LoanState& state, const Rules& rules, const MoneyAhead& line,
                       PaymentRecord& payment) {
  InstallmentRecord& record = *state.servicing->find(line.no);
  const std::int64_t part = std::min(line.amount, record.paid[index(line.component)]);
  if (part <= 0) return 0;
  record.paid[index(line.component)] -= part;
  record.in_advance -= std::min(part, record.in_advance);
  record.demanded[index(line.component)] -= part;  // `demand` puts it back
  demand(state, rules, line.no, line.component, part);
  payment.parts[index(line.component)] -= part;
  move(state, line.component == Component::interest ? Role::interest_unearned : Role::principal,
       Role::overpayment, part);
  return part;
}

}  // namespace

void allocate_ahead_again(LoanState& state, const Rules& rules) {
  Servicing& table = *state.servicing;
  if (!rules.product.servicing || !rules.product.servicing->ahead_again || table.ahead.empty())
    return;
  // On a claim that was given to expense it was a recovery.
  if (table.charged_off) return;
  const std::vector<MoneyAhead> lines = std::exchange(table.ahead, {});
  std::int64_t held = std::max<std::int64_t>(-balance_of(state, Role::overpayment), 0);
  struct Again {
    MoneyAhead from;
    std::int64_t amount;
  };
  std::vector<Again> payments;
  for (const MoneyAhead& line : lines) {
    PaymentRecord* payment = payment_of(table, line.sequence);
    if (payment == nullptr) continue;
    std::int64_t part = 0;
    if (line.no == 0) {
      part = std::min(line.amount, held);
      held -= part;
      payment->overpaid = 0;
    } else if (is_coming(table, line.no)) {
      part = take_back(state, rules, line, *payment);
    }
    if (part <= 0) continue;
    if (payments.empty() || payments.back().from.sequence != line.sequence)
      payments.push_back({line, 0});
    payments.back().amount += part;
  }
  for (const Again& again : payments) {
    const auto kind = static_cast<Kind>(again.from.kind);
    PaymentRecord* payment = payment_of(table, again.from.sequence);
    PaymentRecord record = *payment;
    const std::int64_t rest =
        allocate_payment(state, rules, order_of(rules, kind), again.amount,
                         {Role::overpayment, false, kind}, again.from.day, record);
    record.overpaid = rest;
    *payment_of(table, again.from.sequence) = record;
    if (rest > 0)
      table.ahead.push_back({record.sequence, again.from.kind, again.from.day, 0, {}, rest});
  }
}

}  // namespace loanbook::ledger
