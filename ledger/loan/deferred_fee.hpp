#pragma once

// A fee that was kept back of pay-outs: what of it is not earned yet is a liability and becomes
// income row by row (specs/upfront-fees.md). Private to ledger/.
//
// The line of the running row is made anew whenever a row begins, whenever the rows to come are
// other ones, at each pay-out, and where earning stops or goes on with non-accrual: always from
// what is left. So it is enough to look before and after a step.

#include <optional>
#include <vector>

#include "loanbook/ledger/loan/loan_parts.hpp"

namespace loanbook::ledger {

/// The fee of a pay-out that was just made is kept back of it.
void withhold_fee(LoanState& state, const Product& product, std::int64_t payout_minor);
/// What has been earned by `at` becomes income. Requires an active loan, as `accrue`.
void earn_fee(LoanState& state, const Product& product, Day at);
/// Before a loan is given to expense: what is left lowers the loss.
void give_up_fee(LoanState& state, const Product& product, const LoanEvent& event);

/// How the fee of the running row follows from the effective rate.
struct FeeRate {
  std::int64_t carrying = 0;  ///< principal to come less the fee not earned, as the row began
  std::size_t rows = 0;       ///< to come, the running one among them
  money::Int128 per_day_e18 = 0;
  std::int64_t days = 0;      ///< of the row
  std::int64_t grown = 0;     ///< what `carrying` earns in them at the rate
  std::int64_t interest = 0;  ///< of the row; the fee is the rest
};
/// For people. Nothing where the row did not begin on the day from which its fee runs, or is the
/// last. Requires a deferred fee by effective interest.
[[nodiscard]] std::optional<FeeRate> fee_rate(const LoanState& state, const Product& product);

/// The rows to come before a step, of a loan with a deferred fee.
class RowsBefore {
 public:
  /// `may_get_table`: the step may give the loan a table of installments.
  RowsBefore(const LoanState& state, const Product& product, bool may_get_table);
  /// After the step the line follows, where it must.
  void spread_fee(LoanState& state, const Product& product, Day day, bool paid_out) const;

 private:
  [[nodiscard]] bool same(const LoanState& state) const;

  bool deferred_;
  bool table_ = false;
  bool row_coming_ = false;
  std::uint32_t rows_done_ = 0;
  std::vector<schedule::PlanRow> rows_;
};

}  // namespace loanbook::ledger
