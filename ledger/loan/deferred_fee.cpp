#include "loanbook/ledger/loan/deferred_fee.hpp"

#include <algorithm>

#include "loanbook/ledger/product/upfront_fee.hpp"
#include "loanbook/money/wide.hpp"
#include "loanbook/schedule/effective_interest.hpp"

namespace loanbook::ledger {
namespace {

schedule::Line rest(Day day) { return {.base = 0, .slope = 0, .denominator = 1, .first = day}; }

bool is_charged_off(const LoanState& state) {
  return state.servicing && state.servicing->charged_off;
}

/// Does what is left become income as time passes?
bool earns(const LoanState& state) {
  return state.status == LoanStatus::active && !state.non_accrual && !is_charged_off(state);
}

/// Rows whose due date is ahead, the running one first.
std::vector<schedule::PlanRow> rows_to_come(const LoanState& state, const Product& product) {
  if (!state.row_coming) return {};
  if (state.servicing) return state.servicing->coming;
  std::vector<schedule::PlanRow> rows{state.next};
  if (is_revolving(product)) return rows;
  const schedule::Terms terms = schedule_terms(product, state.terms, state.disbursed);
  schedule::PlanCursor cursor = state.cursor;
  while (cursor.rows_done < schedule::row_count(terms))
    rows.push_back(schedule::next_row(terms, cursor));
  return rows;
}

bool same_row(const schedule::PlanRow& a, const schedule::PlanRow& b) {
  return a.due == b.due && a.principal == b.principal && a.interest == b.interest;
}

std::int64_t days_of(const Product& product, Day from, Day until) {
  if (until <= from) return 1;
  return std::max<std::int64_t>(
      1, schedule::day_index(product.day_count, from, until, line_context(product)));
}

/// What the loan is carried at on `day`, and the payments to come. Nothing beyond 64 bits.
struct Carried {
  std::int64_t minor = 0;
  std::vector<schedule::PaymentToCome> payments;
};
std::optional<Carried> carried_at(const LoanState& state,
                                  const std::vector<schedule::PlanRow>& rows, std::int64_t accrued,
                                  Day day) {
  money::Int128 carrying = money::Int128{accrued} - state.deferred->left;
  Carried carried;
  for (const schedule::PlanRow& row : rows) {
    carrying += row.principal;
    carried.payments.push_back({row.principal + row.interest, (row.due - day).count()});
  }
  if (!money::narrow(carrying, &carried.minor)) return std::nullopt;
  return carried;
}

/// What the fee adds to the interest of the running row at the effective rate, or nothing where the
/// rows have none.
std::optional<std::int64_t> earned_by_rate(const LoanState& state, const Product& product,
                                           const std::vector<schedule::PlanRow>& rows, Day day) {
  const std::int64_t accrued = balance_of(state, Role::interest_accrued);
  const auto carried = carried_at(state, rows, accrued, day);
  if (!carried) return std::nullopt;
  const auto grown = schedule::effective_interest(carried->minor, carried->payments,
                                                  product.interest_rounding.mode);
  if (!grown) return std::nullopt;
  return std::clamp<std::int64_t>(*grown - (rows.front().interest - accrued), 0,
                                  state.deferred->left);
}

/// The line of the row that runs from `day` on. By the rate: the row's part, the last row takes
/// what is left. Straight: the same part of what is left for each day until the last due date.
schedule::Line line_of(const LoanState& state, const Product& product,
                       const std::vector<schedule::PlanRow>& rows, Day day) {
  schedule::Line line = rest(day);
  line.slope = state.deferred->left;
  line.denominator = days_of(product, day, rows.back().due);
  if (product.accounting.upfront_fee != FeeIncomeSpread::effective_interest || rows.size() == 1)
    return line;
  const auto earned = earned_by_rate(state, product, rows, day);
  if (!earned) return line;
  line.slope = *earned;
  line.denominator = days_of(product, day, rows.front().due);
  return line;
}

/// Nothing of it is left to earn.
void release(LoanState& state, Role credit) {
  move(state, Role::fee_deferred, credit, -balance_of(state, Role::fee_deferred));
  state.deferred.reset();
}

Role loss_of(const LoanState& state, bool fraud) {
  if (state.status == LoanStatus::written_off) return Role::write_off_expense;
  return fraud ? Role::fraud_expense : Role::charge_off_expense;
}

/// The line anew, from what is left on `day`.
void spread(LoanState& state, const Product& product, Day day) {
  state.deferred->left = -balance_of(state, Role::fee_deferred);
  if (state.deferred->left == 0) return state.deferred.reset();
  if (state.status == LoanStatus::written_off || is_charged_off(state))
    return release(state, loss_of(state, state.servicing->fraud));
  if (state.status != LoanStatus::active) return release(state, Role::fee_income);
  state.deferred->earned = rest(day);
  if (!earns(state)) return;
  const std::vector<schedule::PlanRow> rows = rows_to_come(state, product);
  if (rows.empty()) return release(state, Role::fee_income);
  state.deferred->earned = line_of(state, product, rows, day);
}

}  // namespace

std::optional<FeeRate> fee_rate(const LoanState& state, const Product& product) {
  const Day day = state.deferred->earned.first;
  const std::vector<schedule::PlanRow> rows = rows_to_come(state, product);
  if (rows.size() < 2 || state.interest.first != day || state.interest.base != 0)
    return std::nullopt;
  const auto carried = carried_at(state, rows, 0, day);
  if (!carried) return std::nullopt;
  const auto rate = schedule::effective_rate_e18(carried->minor, carried->payments);
  const auto grown = schedule::effective_interest(carried->minor, carried->payments,
                                                  product.interest_rounding.mode);
  if (!rate || !grown) return std::nullopt;
  return FeeRate{.carrying = carried->minor,
                 .rows = rows.size(),
                 .per_day_e18 = *rate,
                 .days = carried->payments.front().days,
                 .grown = *grown,
                 .interest = rows.front().interest};
}

void withhold_fee(LoanState& state, const Product& product, std::int64_t payout_minor) {
  const std::int64_t fee = std::min(fee_of(product.payouts.fee, payout_minor), payout_minor);
  if (fee == 0) return;
  if (product.accounting.upfront_fee == FeeIncomeSpread::at_once)
    return move(state, Role::settlement, Role::fee_income, fee);
  move(state, Role::settlement, Role::fee_deferred, fee);
  if (!state.deferred) state.deferred.emplace().earned = rest(state.day);
  state.deferred->left += fee;
}

void earn_fee(LoanState& state, const Product& product, Day at) {
  if (!state.deferred) return;
  const std::int64_t level =
      must_fit(schedule::level(state.deferred->earned, product.day_count, product.accrual_rounding,
                               at, line_context(product)));
  const std::int64_t booked = state.deferred->left + balance_of(state, Role::fee_deferred);
  move(state, Role::fee_deferred, Role::fee_income, level - booked);
}

void give_up_fee(LoanState& state, const Product& product, const LoanEvent& event) {
  const bool charged_off = event.kind == Kind::charge_off;
  if (!state.deferred || (!charged_off && event.kind != Kind::write_off)) return;
  const bool fraud = event.operated->choice == 2 || (state.servicing && state.servicing->fraud);
  release(state, !charged_off ? Role::write_off_expense
                 : fraud      ? Role::fraud_expense
                              : Role::charge_off_expense);
  // What was earned until now is taxed; from here on nothing of the loan is.
  follow_tax(state, product);
}

RowsBefore::RowsBefore(const LoanState& state, const Product& product, bool may_get_table)
    : deferred_(static_cast<bool>(state.deferred)) {
  if (!deferred_) return;
  table_ = static_cast<bool>(state.servicing);
  row_coming_ = state.row_coming;
  rows_done_ = state.cursor.rows_done;
  if (table_ || may_get_table) rows_ = rows_to_come(state, product);
}

bool RowsBefore::same(const LoanState& state) const {
  if (row_coming_ != state.row_coming) return false;
  if (!state.servicing) return rows_done_ == state.cursor.rows_done;
  if (!row_coming_) return true;
  return std::ranges::equal(rows_, state.servicing->coming, same_row);
}

void RowsBefore::spread_fee(LoanState& state, const Product& product, Day day,
                            bool paid_out) const {
  if (!state.deferred) return;
  const schedule::Line& line = state.deferred->earned;
  const bool ran = line.slope != 0 || line.denominator != 1;
  const bool over = state.status != LoanStatus::active || is_charged_off(state);
  if (deferred_ && !paid_out && !over && ran == earns(state) && same(state)) return;
  spread(state, product, day);
}

}  // namespace loanbook::ledger
