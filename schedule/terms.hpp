#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

#include "loanbook/money/currency.hpp"
#include "loanbook/money/day.hpp"
#include "loanbook/money/rate.hpp"
#include "loanbook/money/result.hpp"
#include "loanbook/money/rounding.hpp"
#include "loanbook/schedule/day_count.hpp"

namespace loanbook::schedule {

/// How principal comes back. Values reached a disk: frozen.
enum class Method : std::uint8_t {
  level = 1,            ///< equal installments (等额本息)
  equal_principal = 2,  ///< equal principal (等额本金)
  interest_first = 3,   ///< interest each period, principal at the end (先息后本)
  bullet = 4,           ///< principal and interest at the end (一次性还本付息)
  revolving = 5,        ///< daily interest, repayable on any day, rest at maturity (随借随还)
};
[[nodiscard]] Result<Method> parse_method(
    std::string_view text);  // `level`, `equal-principal`, `interest-first`, `bullet`, `revolving`
[[nodiscard]] std::string_view to_text(Method method);

/// Step between due dates. Values reached a disk: frozen.
enum class PeriodUnit : std::uint8_t { day = 1, week = 2, month = 3, year = 4 };
struct Frequency {
  PeriodUnit unit = PeriodUnit::month;
  std::uint16_t every = 1;
  bool operator==(const Frequency&) const = default;
};

/// Interest of a period: rate x every/12 for whole months (对月), or by the day count from due date
/// to due date. Frozen.
enum class InterestBasis : std::uint8_t { monthly = 1, daily = 2 };

/// What an odd first period does: solved into the equal installment, or its extra interest paid
/// with the first row. Frozen.
enum class OddFirst : std::uint8_t { solve = 1, extra = 2 };

/// Everything a plan depends on. Plain data; `check` holds the limits at the door, behind it all
/// functions of the room are total.
struct Terms {
  Method method = Method::level;
  money::Currency currency{};
  std::int64_t principal_minor = 0;
  money::Rate rate = money::Rate::of_e12(0);
  std::uint32_t installments = 1;
  Frequency frequency{};
  Day disbursed{};
  std::optional<Day> first_due{};  ///< default: one step after `disbursed`
  std::uint8_t due_day = 0;        ///< fixed day of the month 1-31; 0: that of the anchor
  InterestBasis basis = InterestBasis::monthly;
  DayCount day_count = DayCount::act_360;  ///< of daily interest, of broken days (days/360 of
                                           ///< MONTH/12+DAY/360 apart), of accrual lines
  OddFirst odd_first = OddFirst::solve;
  money::Rounding interest{};     ///< of each period's interest
  money::Rounding installment{};  ///< of the level installment or the equal principal part;
                                  ///< `multiple` in minor units
  std::uint16_t principal_free_periods =
      0;  ///< level, equal principal: the first rows pay interest only; counted in `installments`
  std::uint16_t interest_free_periods =
      0;  ///< rows with rate 0 from the first on (免息期); not for bullet and revolving
  std::int64_t balloon_minor = 0;  ///< level: what the equal payments leave for the last row
};

/// The first limit that `terms` breaks, in the order of the fields: `terms.principal_out_of_range`,
/// `terms.rate_out_of_range`, ...
[[nodiscard]] money::Status check(const Terms& terms);

/// Due date k = 1..installments, from the anchor: disbursed + k steps, or first_due + (k-1) steps;
/// day of month clipped, never chained. k = 0 is the disbursement.
[[nodiscard]] Day due_date(const Terms& terms, std::uint32_t k);
/// The last due date.
[[nodiscard]] Day maturity(const Terms& terms);

}  // namespace loanbook::schedule
