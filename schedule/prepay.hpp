#pragma once

// What an early repayment of a plan costs, and the plan that is left (提前还款). Rules: golden
// README section 6.

#include <cstdint>
#include <optional>

#include "loanbook/money/result.hpp"
#include "loanbook/money/split.hpp"
#include "loanbook/schedule/plan.hpp"

namespace loanbook::schedule {

/// Values reached a disk: frozen.
enum class PrepayMode : std::uint8_t {
  pay_off = 1,  ///< everything
  reduce = 2,   ///< the rows left stay as many, the installment falls
  shorten = 3,  ///< the installment goes on, the last rows fall away
};

struct PrepayRules {
  money::Ratio fee_rate{0, 1};                    ///< of the principal repaid early
  std::optional<std::uint32_t> fee_free_after{};  ///< no fee once this many rows are paid
  std::optional<std::uint32_t>
      fee_cap_interest_days{};  ///< the fee is at most the interest of so many days
  std::uint32_t min_interest_days = 0;
  DayCount odd_days =
      DayCount::act_360;  ///< ACT/360 or ACT/365F, of the days since the last due date
};

struct Prepayment {
  std::uint32_t paid_rows;  ///< the first rows, paid on time
  Day date;
  PrepayMode mode;
  std::int64_t amount_minor = 0;  ///< principal repaid early; not read with pay_off
};

struct RemainingPlan {
  std::int64_t installment;  ///< level: x; equal principal: the principal of a row
  std::uint32_t rows;
  std::int64_t last_payment;
  std::int64_t interest;
  std::int64_t interest_saved;  ///< against the original rows
};

struct PrepaymentQuote {
  std::int64_t outstanding;  ///< before it
  std::int64_t prepaid_principal;
  std::uint32_t interest_days;
  std::int64_t accrued_interest;
  std::int64_t fee;
  std::int64_t cash;                  ///< all that the borrower pays
  std::optional<RemainingPlan> rest;  ///< nothing with pay_off
};

/// Formula: interest = round(amount x rate x days / 360 or 365); the balance left runs on for whole
/// periods from the last due date.
///
/// Requires: check(terms) passed. Errors: `prepay.terms_unsupported` (only level and equal
/// principal by the month, without balloon or free periods), `prepay.rows_out_of_range`,
/// `prepay.date_out_of_range`, `prepay.amount_out_of_range`, `prepay.rules_out_of_range`.
[[nodiscard]] Result<PrepaymentQuote> quote_prepayment(const Terms& terms, const PrepayRules& rules,
                                                       const Prepayment& prepayment);

}  // namespace loanbook::schedule
