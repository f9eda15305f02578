#pragma once

// Daily simple interest on a balance that is drawn and repaid at any time (随借随还). Rules: golden
// README section 4. Within a date: its events in their order, then a reading; the day itself
// accrues after both. So the day of a draw counts, the day of a repayment does not (算头不算尾).

#include <cstdint>
#include <optional>

#include "loanbook/money/rate.hpp"
#include "loanbook/money/result.hpp"
#include "loanbook/money/rounding.hpp"
#include "loanbook/schedule/line.hpp"

namespace loanbook::schedule {

struct AccrualRules {
  DayCount day_count = DayCount::act_360;
  money::RoundingMode mode =
      money::RoundingMode::half_up;  ///< of interest shown and paid, and of a day's amount
  /// Each day's amount is rounded to this many digits beyond the minor unit before it is added (by
  /// contract); nothing: it is never rounded.
  std::optional<std::uint8_t> daily_digits{};
  bool operator==(const AccrualRules&) const = default;
};
/// `accrual.daily_digits_out_of_range` (more than 12), `accrual.daily_rounding_needs_actual_days`
/// (30-day months have no day's amount).
[[nodiscard]] money::Status check(const AccrualRules& rules);

/// What the next event needs. Amounts in minor units.
struct AccrualState {
  money::Rate rate;
  Line line;  ///< accrued and unpaid interest, before rounding
  std::int64_t balance = 0;
  std::int64_t interest_paid = 0;
  std::int64_t principal_paid = 0;
};

struct Repayment {
  AccrualState state;
  std::int64_t interest;
  std::int64_t principal;
  std::int64_t returned;  ///< beyond all that was owed
};

/// Nothing drawn yet. Requires of all below: check(rules) passed, days do not go back; nothing on
/// overflow.
[[nodiscard]] AccrualState begin_accrual(const AccrualRules& rules, money::Rate rate, Day day);
/// Interest that a repayment at `day` could pay, rounded.
[[nodiscard]] std::optional<std::int64_t> accrued_at(const AccrualState& state,
                                                     const AccrualRules& rules, Day day);
[[nodiscard]] std::optional<AccrualState> draw(const AccrualState& state, const AccrualRules& rules,
                                               Day day, std::int64_t amount_minor);
/// Interest first, then principal, the rest is returned.
[[nodiscard]] std::optional<Repayment> repay(const AccrualState& state, const AccrualRules& rules,
                                             Day day, std::int64_t amount_minor);
/// Principal only; interest stays accrued.
[[nodiscard]] std::optional<Repayment> repay_principal(const AccrualState& state,
                                                       const AccrualRules& rules, Day day,
                                                       std::int64_t amount_minor);
/// All rounded interest and all principal.
[[nodiscard]] std::optional<Repayment> pay_off(const AccrualState& state, const AccrualRules& rules,
                                               Day day);
/// The new rate applies from the accrual of `day` on.
[[nodiscard]] std::optional<AccrualState> change_rate(const AccrualState& state,
                                                      const AccrualRules& rules, Day day,
                                                      money::Rate rate);

}  // namespace loanbook::schedule
