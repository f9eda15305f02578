#pragma once

// What repaying before time costs (提前还款、提前结清): interest to the day, the fee, and the quote
// that the golden README section 6 describes. The plan that is left: change.hpp.

#include <cstdint>
#include <optional>
#include <vector>

#include "loanbook/money/result.hpp"
#include "loanbook/money/split.hpp"
#include "loanbook/schedule/plan.hpp"

namespace loanbook::schedule {

/// Values reached a disk: frozen.
enum class PrepayMode : std::uint8_t {
  pay_off = 1,         ///< everything
  reduce = 2,          ///< the rows left stay as many, the installment falls (减额)
  shorten = 3,         ///< the installment goes on, the last rows fall away (缩期)
  keep_principal = 4,  ///< the rows go on with their principal, the last ones lose theirs; interest
                       ///< falls
};

/// What happens to the interest that has accrued in the running period.
enum class PrepayInterest : std::uint8_t {
  of_part = 1,   ///< that of the prepaid part is paid at once; the rest runs its whole period
  all = 2,       ///< all of it is paid at once; the next period's interest starts that day
  next_row = 3,  ///< that of the prepaid part is paid with the next row
};

/// A fee that falls with time (3 %, 2 %, 1 %, then nothing): the first step above the count.
struct PrepayFeeStep {
  std::uint32_t below = 0;  ///< completed months or rows
  money::Ratio rate{0, 1};  ///< of the principal repaid early
};
enum class PrepayFeeCount : std::uint8_t { rows = 1, months = 2 };

/// Installment fees of the rows that an early settlement cancels.
enum class RestOfFees : std::uint8_t { none = 1, current = 2, all = 3 };

struct PrepayRules {
  // Fee
  money::Ratio fee_rate{0, 1};  ///< of the principal repaid early
  std::vector<PrepayFeeStep>
      fee_steps{};  ///< in place of `fee_rate`, ascending; beyond the last: 0
  PrepayFeeCount fee_count = PrepayFeeCount::months;  ///< what the steps count
  std::optional<std::uint32_t> fee_free_after{};      ///< no fee once this many rows are paid
  std::optional<std::uint32_t> fee_interest_days{};   ///< and the interest of so many days
  std::optional<std::uint32_t>
      fee_cap_interest_days{};             ///< the fee is at most the interest of so many days
  std::int64_t fee_free_amount_minor = 0;  ///< bears no fee
  std::int64_t fee_min_minor = 0;          ///< where a fee is due at all
  std::optional<std::int64_t> fee_max_minor{};
  RestOfFees rest_of_fees = RestOfFees::current;
  // Interest
  std::uint32_t min_interest_days = 0;  ///< of the running period (最少计息天数)
  std::int64_t min_interest_minor = 0;
  PrepayInterest interest = PrepayInterest::of_part;
  std::optional<DayCount> odd_days{};  ///< of the days since the last due date; default: the terms'
  // Plan
  std::int64_t min_last_minor = 0;  ///< `shorten`: a last installment below this joins the one
                                    ///< before
};
/// `prepay.rules_out_of_range`: a fee above 100 %, more than 366 days, negative amounts, steps that
/// do not ascend.
[[nodiscard]] money::Status check(const PrepayRules& rules);

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

/// The quote of golden README section 6: rows paid on time, interest on the amount alone, the
/// balance left runs on for whole periods from the last due date. A view of change.hpp.
///
/// Requires: check(terms) passed. Errors: `prepay.terms_unsupported` (only level and equal
/// principal by the month, without balloon or free periods), `prepay.rows_out_of_range`,
/// `prepay.date_out_of_range`, `prepay.amount_out_of_range`, `prepay.rules_out_of_range`.
[[nodiscard]] Result<PrepaymentQuote> quote_prepayment(const Terms& terms, const PrepayRules& rules,
                                                       const Prepayment& prepayment);

}  // namespace loanbook::schedule
