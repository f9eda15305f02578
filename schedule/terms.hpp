#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string_view>
#include <vector>

#include "loanbook/money/currency.hpp"
#include "loanbook/money/day.hpp"
#include "loanbook/money/rate.hpp"
#include "loanbook/money/result.hpp"
#include "loanbook/money/rounding.hpp"
#include "loanbook/money/split.hpp"
#include "loanbook/schedule/calendar.hpp"
#include "loanbook/schedule/day_count.hpp"

namespace loanbook::schedule {

/// How principal comes back. Values reached a disk: frozen.
enum class Method : std::uint8_t {
  level = 1,             ///< equal installments (等额本息)
  equal_principal = 2,   ///< equal principal (等额本金)
  interest_first = 3,    ///< interest each period, principal at the end (先息后本)
  bullet = 4,            ///< principal and interest at the end (一次性还本付息)
  revolving = 5,         ///< daily interest, repayable on any day, rest at maturity (随借随还)
  flat = 6,              ///< interest on the original principal, spread evenly (平息)
  principal_shares = 7,  ///< principal by the weights of `Terms::shares` (自定义)
};
/// `level`, `equal-principal`, `interest-first`, `bullet`, `revolving`, `flat`, `principal-shares`.
[[nodiscard]] Result<Method> parse_method(std::string_view text);
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

/// The rate from the opening of a day on. In the middle of a period the days before it count at the
/// old rate, the days from it on at the new one.
struct RateChange {
  Day from{};
  money::Rate rate = money::Rate::of_e12(0);
  bool operator==(const RateChange&) const = default;
};

/// What a change of the rate does to the equal installment (重定价). Frozen.
enum class Repricing : std::uint8_t {
  ahead = 1,      ///< solved with all changes known, again at each of them (rounding apart, one x)
  at_change = 2,  ///< solved at each change as if its rate held to the end (LPR loans)
  keep = 3,       ///< solved once with the first rate; the last row takes the difference
};

/// Money paid out after the first disbursement, on its day; it bears interest from then on.
struct Drawdown {
  Day date{};
  std::int64_t amount_minor = 0;
  bool operator==(const Drawdown&) const = default;
};

/// What happens to the interest of a row that asks for no principal. Frozen.
enum class HolidayInterest : std::uint8_t {
  pay = 1,         ///< the row asks for its interest only
  capitalise = 2,  ///< nothing is paid, the rounded interest joins the balance
  defer = 3,       ///< nothing is paid, the interest waits without interest for the next paying row
  waive = 4,       ///< no interest is charged
};

/// Rows without principal: an interest-only phase, a deferral, a payment holiday (还本宽限,
/// 延期还款).
struct PaymentHoliday {
  std::uint16_t first_row = 1;  ///< from 1
  std::uint16_t last_row = 1;   ///< included
  HolidayInterest interest = HolidayInterest::pay;
  bool operator==(const PaymentHoliday&) const = default;
};

/// Rows due in certain months are holidays (跳期: harvest, low season).
struct Season {
  std::uint16_t months = 0;  ///< bit m - 1: month m is skipped; 0: none
  HolidayInterest interest = HolidayInterest::pay;
  bool operator==(const Season&) const = default;
};

/// Who takes what rounding leaves over of equal parts: principal parts, flat interest, fees.
/// Frozen.
enum class Remainder : std::uint8_t { last = 1, first = 2, spread = 3 };

/// A fee of every row, on the original principal (分期手续费). The rows' fees are no interest and
/// bear none.
struct InstallmentFee {
  money::Ratio rate{0, 1};        ///< of the original principal, for each row
  std::int64_t amount_minor = 0;  ///< and/or an amount for each row
  money::Rounding rounding{};
  bool rounded_in_total = false;  ///< the sum of all rows is rounded and split into equal parts;
                                  ///< else the fee of each row is rounded
  bool upfront = false;           ///< all of it with the first row
  bool operator==(const InstallmentFee&) const = default;
};

/// Due dates on days when banks are closed.
struct BusinessDays {
  std::shared_ptr<const Calendar> calendar{};  ///< none: every day is a business day
  Roll roll = Roll::none;
  bool interest_follows = false;  ///< interest runs to the moved date; else to the date before the
                                  ///< move
};

/// Everything a plan depends on. Plain data; `check` holds the limits at the door, behind it all
/// functions of the room are total.
///
/// The first block is every loan. The second is what a contract may add; all of it combines, except
/// where `check` says why not. Left alone, none of it costs anything.
struct Terms {
  Method method = Method::level;
  money::Currency currency{};
  std::int64_t principal_minor = 0;  ///< of the first disbursement
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
      0;  ///< the first rows pay interest only; counted in `installments`
  std::uint16_t interest_free_periods =
      0;  ///< rows with rate 0 from the first on (免息期); not for bullet and revolving
  std::int64_t balloon_minor = 0;  ///< what the installments leave for the last row (气球贷)

  // Rates
  std::vector<RateChange> rate_changes{};  ///< ascending, after `disbursed`
  Repricing repricing = Repricing::ahead;
  // Amounts
  std::vector<Drawdown> drawdowns{};        ///< ascending, after `disbursed`, before the last row
  std::int64_t down_payment_minor = 0;      ///< row 0 on the day of disbursement (首付)
  std::int64_t carried_interest_minor = 0;  ///< accrued before `disbursed`, paid with the first
                                            ///< paying row, bears no interest
  std::int64_t installment_minor =
      0;  ///< given by the contract, not solved: equal payment or equal
          ///< principal part; as many rows as it takes, at most
          ///< `installments`, the last of them pays the rest; 0: solved
  std::uint32_t amortization_installments = 0;  ///< solved over so many rows, the last row of
                                                ///< `installments` repays the rest; 0: the same
  // Shape
  std::int64_t step_growth_e12 = 0;     ///< row k is (1 + growth)^floor((k-1)/step_every) as large
  std::uint16_t step_every = 1;         ///< rows
  bool negative_amortization = false;   ///< an installment below its interest raises the balance;
                                        ///< else the row pays no principal
  std::vector<std::uint32_t> shares{};  ///< principal_shares: a weight for each row, the sum is all
  std::vector<PaymentHoliday> holidays{};  ///< ascending, apart
  Season season{};
  Remainder remainder = Remainder::last;
  InstallmentFee fee{};
  // Time
  std::optional<Day> last_due{};  ///< maturity by contract; default: a whole step after the row
                                  ///< before. It makes the last period longer or shorter.
  BusinessDays business_days{};   ///< its calendar also counts for BUS/252
  std::optional<std::uint8_t> daily_interest_digits{};  ///< interest of each day rounded to so many
                                                        ///< decimals of the major unit (mode of
                                                        ///< `interest`) before it is summed
};

/// Does `terms` use anything of its second block?
[[nodiscard]] bool has_provisions(const Terms& terms);

/// The first limit that `terms` breaks, in the order of the fields: `terms.principal_out_of_range`,
/// `terms.rate_out_of_range`, ...
[[nodiscard]] money::Status check(const Terms& terms);

/// Due date k = 1..installments, from the anchor: disbursed + k steps, or first_due + (k-1) steps;
/// day of month clipped, never chained; then rolled to a business day. k = 0 is the disbursement.
[[nodiscard]] Day due_date(const Terms& terms, std::uint32_t k);
/// The day through which the interest of row k runs (excluded): due date k, before the roll unless
/// interest follows it.
[[nodiscard]] Day accrual_date(const Terms& terms, std::uint32_t k);
/// The last due date.
[[nodiscard]] Day maturity(const Terms& terms);

}  // namespace loanbook::schedule
