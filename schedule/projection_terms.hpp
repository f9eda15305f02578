#pragma once

// Terms of a contract that is described by cycles, and what is observed while it runs: all that
// a projection depends on.

#include <cstdint>
#include <optional>
#include <string_view>
#include <vector>

#include "loanbook/money/result.hpp"
#include "loanbook/money/wide.hpp"
#include "loanbook/schedule/calendar.hpp"
#include "loanbook/schedule/cycle.hpp"
#include "loanbook/schedule/day_count.hpp"
#include "loanbook/schedule/terms.hpp"

namespace loanbook::schedule {

/// Amounts in units of 10^-18 of the major unit; rates (per year), multipliers and index values in
/// units of 10^-18 of one.
using Figure = money::Int128;
inline constexpr Figure figure_one = 1'000'000'000'000'000'000;

/// Whose flows: what one side pays, the other receives.
enum class Side : std::uint8_t { lender = 1, borrower = 2 };

/// How principal comes back; the rest is due at maturity with each of them.
enum class Repayment : std::uint8_t {
  at_maturity = 1,      ///< nothing before
  open_ended = 2,       ///< no maturity: a deposit, a line that runs on; needs a horizon
  fixed_principal = 3,  ///< equal parts of principal, interest besides
  fixed_payment = 4,    ///< a total: interest first, the rest is principal; may raise the balance
  annuity = 5,          ///< the same, solved so that nothing is left at the end
  listed = 6,           ///< `parts`, which raise or lower the principal
};
enum class PaymentAfterReset : std::uint8_t { solved_again = 1, kept = 2 };

enum class Direction : std::uint8_t { lower = 1, raise = 2 };
/// The same amount on each date of a cycle, up to the anchor of the next part.
struct PrincipalPart {
  Cycle cycle{};
  Direction direction = Direction::lower;
  Figure amount = 0;
};
/// A deposit or a withdrawal that happened or is planned.
struct Movement {
  Moment at{};
  Direction direction = Direction::lower;
  Figure amount = 0;
};

/// On what interest is charged.
enum class InterestBase : std::uint8_t {
  balance = 1,               ///< the balance of the moment
  own_cycle = 2,             ///< the balance as of the dates of `base_dates`
  initial = 3,               ///< `base_amount`, for ever
  initial_until_repaid = 4,  ///< `base_amount` until principal first moves, then the balance
};
/// What a date of the interest cycle asks for: payment, or that interest joins the balance and is
/// paid with the maturity only.
enum class InterestDates : std::uint8_t { paid = 1, compounded = 2 };

struct InterestTerms {
  std::optional<Figure> rate{};  ///< per year, may be negative; none: no interest
  DayCount day_count = DayCount::act_365f;
  std::vector<Cycle> dates{};  ///< one after the other; none: all of it at maturity
  InterestDates on_dates = InterestDates::paid;
  std::optional<Moment> capitalised_until{};  ///< interest joins the balance until then
  InterestBase base = InterestBase::balance;
  Figure base_amount = 0;
  std::optional<Cycle> base_dates{};
  std::optional<Figure> accrued{};  ///< at drawdown, or at the status day of a running contract;
                                    ///< none at drawdown: counted from an earlier first anchor
};

/// A reset of the rate: to a rate known today, or to index x multiplier + spread.
struct RateReset {
  Cycle cycle{};
  std::optional<Figure> rate{};
  Figure spread = 0;  ///< besides that of the contract
};
struct FloatingTerms {
  std::vector<RateReset> resets{};
  Figure multiplier = figure_one;
  Figure spread = 0;
  std::optional<Figure> cap{};         ///< over the life
  std::optional<Figure> floor{};       ///< over the life
  std::optional<Figure> change_max{};  ///< at one reset
  std::optional<Figure> change_min{};  ///< at one reset; a fall is negative
  std::optional<Figure> next_rate{};   ///< fixed already: of the first reset after the status day
};

/// Payments that follow an index (rents, inflation): amounts x index / `index_at_signing`.
struct ScalingTerms {
  std::optional<Cycle> dates{};
  bool interest = false;
  bool principal = false;
  Figure index_at_signing = figure_one;
  Figure interest_factor = figure_one;   ///< before the first date
  Figure principal_factor = figure_one;  ///< before the first date
};

enum class FeeBasis : std::uint8_t { amount = 1, balance = 2 };
struct FeeTerms {
  FeeBasis basis = FeeBasis::amount;
  std::optional<Figure> rate{};  ///< an amount for each date, or a rate per year of the balance
  std::optional<Cycle> dates{};
  Figure accrued = 0;
};

/// What an early repayment does to a payment: solved again for the same end, or kept, so that the
/// loan ends earlier.
enum class AfterPrepayment : std::uint8_t { solved_again = 1, kept = 2 };
enum class Penalty : std::uint8_t {
  none = 1,
  amount = 2,            ///< `penalty_rate` is an amount
  rate = 3,              ///< a rate per year on the balance since the date before
  interest_forgone = 4,  ///< the same with what the contract's rate exceeds the index by
};
struct Prepayment {
  Moment at{};
  Figure amount = 0;
};
struct PrepaymentTerms {
  std::vector<Prepayment> payments{};
  AfterPrepayment after = AfterPrepayment::kept;
  Penalty penalty = Penalty::none;
  Figure penalty_rate = 0;
};

/// Interest accrued when a contract changes hands: the price is clean and it comes on top, or the
/// price is ex interest and it is taken off.
enum class AccruedInterest : std::uint8_t { added = 1, taken_off = 2 };
struct Deal {
  Moment at{};
  Figure price = 0;
  AccruedInterest accrued = AccruedInterest::added;
};

/// The lender asks for the money back; it is due after the notice, which bears no interest.
struct Call {
  Moment at{};
  Frequency notice{PeriodUnit::day, 0};
};

/// Does the maturity of a contract move to a business day?
enum class MaturityDay : std::uint8_t { kept = 1, moved = 2 };

/// Plain data; `check` is the door.
struct ProjectionTerms {
  Side side = Side::lender;
  Moment status{};  ///< flows after this moment
  Moment drawdown{};
  Figure principal = 0;
  Figure premium = 0;  ///< paid out besides; a discount is negative
  std::optional<Moment> maturity{};
  Repayment repayment = Repayment::at_maturity;
  std::optional<Cycle> repaid{};            ///< dates of principal
  std::optional<Figure> payment{};          ///< given by the contract; else solved
  std::optional<Moment> amortized_until{};  ///< the annuity is solved to here; after maturity:
                                            ///< the rest is a balloon
  PaymentAfterReset after_reset = PaymentAfterReset::solved_again;
  std::vector<PrincipalPart> parts{};  ///< anchors ascending
  std::vector<Movement> movements{};
  InterestTerms interest{};
  FloatingTerms floating{};
  ScalingTerms scaling{};
  FeeTerms fee{};
  PrepaymentTerms prepayment{};
  std::optional<Deal> purchase{};     ///< flows from here on are the buyer's
  std::optional<Deal> termination{};  ///< nothing after it
  std::optional<Call> call{};
  BusinessDays business_days{};
  MaturityDay maturity_day = MaturityDay::kept;
  MonthEnd month_end = MonthEnd::same_day;
  std::vector<Moment> analysis_days{};  ///< states only
};

/// What a series says between its points.
enum class Between : std::uint8_t {
  last_value = 1,  ///< a published index holds until the next one
  nothing = 2,     ///< only what was observed at the moment itself
};
struct Observation {
  Moment at{};
  Figure value = 0;
};
struct Series {
  std::vector<Observation> points{};  ///< ascending
  Between between = Between::last_value;
};
struct ObservedSeries {
  Series rate_index{};
  Series scaling_index{};
  std::optional<Series> exchange_rate{};  ///< where flows are settled in another currency
};

/// The first thing that makes the terms no contract: `projection.date_out_of_range`,
/// `projection.cycle_out_of_range`, `projection.figure_out_of_range`,
/// `projection.calendar_missing`, `projection.terms_missing`.
[[nodiscard]] money::Status check(const ProjectionTerms& terms);
/// `projection.series_not_ascending`.
[[nodiscard]] money::Status check(const ObservedSeries& observed);

}  // namespace loanbook::schedule
