// Interest-free coupons (免息券): a payer bears the interest of installments as they fall due. What
// it has borne is a claim on it until it pays. What is repaid before its due date bears its
// interest to the day itself, and what a coupon has left for it lapses.

#include <algorithm>

#include "loanbook/ledger/loan/servicing_steps.hpp"

namespace loanbook::ledger {
namespace {

constexpr std::int64_t whole_e12 = 1'000'000'000'000;

std::size_t index(schedule::Component component) { return static_cast<std::size_t>(component); }

bool is_over(const CouponRecord& coupon) {
  return (coupon.rows_left && *coupon.rows_left == 0) ||
         (coupon.amount_left && *coupon.amount_left == 0);
}

}  // namespace

void give_coupon(LoanState& state, const LoanEvent& event) {
  const Operated& op = *event.operated;
  CouponRecord coupon{.sequence = event.sequence,
                      .payer = op.code,
                      .part_e12 = op.rate_e12 == 0 ? whole_e12 : op.rate_e12};
  if (op.rows != 0) coupon.rows_left = op.rows;
  if (op.amount_minor != 0) coupon.amount_left = op.amount_minor;
  rare_of(*state.servicing).coupons.push_back(std::move(coupon));
}

void use_coupons(LoanState& state, const Rules& rules, std::uint32_t no, Day day) {
  Servicing& table = *state.servicing;
  if (!table.rare || table.charged_off) return;
  bool used = false;
  for (CouponRecord& coupon : table.rare->coupons) {
    if (is_over(coupon)) continue;
    if (coupon.rows_left) --*coupon.rows_left;
    const auto claim =
        std::find_if(state.due.begin(), state.due.end(),
                     [&](const schedule::DueInstallment& due) { return due.no == no; });
    if (claim == state.due.end()) continue;
    auto part = static_cast<std::int64_t>(
        money::divide_rounded(money::Int128{claim->interest} * coupon.part_e12,
                              money::Int128{whole_e12}, rules.product.interest_rounding.mode));
    if (coupon.amount_left) part = std::min(part, *coupon.amount_left);
    if (part <= 0) continue;
    if (coupon.amount_left) *coupon.amount_left -= part;
    coupon.used += part;
    move(state, Role::coupon_receivable, Role::interest_receivable, part);
    table.find(no)->paid[index(schedule::Component::interest)] += part;
    const schedule::AllocatedLine line{no, schedule::Component::interest, part};
    if (!schedule::settle_lines(state.due, {&line, 1}, rules.overdue, day))
      throw LoanFault{"penalty interest of the loan is beyond 64 bits"};
    used = true;
  }
  if (used) drop_met(state, rules, day);
}

void settle_coupon(LoanState& state, const Operated& op) {
  move(state, Role::settlement, Role::coupon_receivable, op.amount_minor);
  if (!state.servicing->rare) return;
  std::int64_t rest = op.amount_minor;
  for (CouponRecord& coupon : state.servicing->rare->coupons) {
    if (!op.code.empty() && coupon.payer != op.code) continue;
    const std::int64_t part = std::clamp<std::int64_t>(coupon.used - coupon.settled, 0, rest);
    coupon.settled += part;
    rest -= part;
  }
}

}  // namespace loanbook::ledger
