#pragma once

// A plan over given periods whose balance and rate may change on any day: each period falls into
// segments of one balance and one rate, each with interest of its own.

#include <cstddef>
#include <cstdint>
#include <optional>
#include <vector>

#include "loanbook/money/result.hpp"
#include "loanbook/schedule/rate_factor.hpp"

namespace loanbook::schedule {

struct SegmentedTerms {
  std::vector<GivenPeriod> periods{};  ///< ascending and apart; gaps between them bear no interest
  money::Rate rate = money::Rate::of_e12(0);
  RateFactorRule factors{};
  money::Rounding interest{};     ///< of each segment
  money::Rounding installment{};  ///< of the equal installment
  bool level_last = false;  ///< where the last installment differs from the others by more minor
                            ///< units than half the rows, the difference is spread once over all,
                            ///< and kept if it shrinks
};

/// A stretch of a period with one balance and one rate.
struct PlanSegment {
  Day from{};
  Day to{};
  std::int64_t balance = 0;  ///< owed through the segment
  money::Rate rate = money::Rate::of_e12(0);
  RateFactor factor{};
  std::int64_t interest = 0;
};

/// A row of the plan, minor units. `principal` and `interest` are what the row asks for, whether
/// paid or not.
struct SegmentedRow {
  GivenPeriod period{};
  std::int64_t principal = 0;
  std::int64_t interest = 0;
  std::int64_t balance = 0;  ///< after the row, with what is lent on its due date
  std::int64_t principal_paid = 0;
  std::int64_t interest_paid = 0;
  std::vector<PlanSegment> segments{};
  [[nodiscard]] std::int64_t installment() const { return principal + interest; }
};

/// What settles a row on a day.
struct RowPayable {
  std::int64_t outstanding = 0;  ///< principal owed on that day
  std::int64_t principal = 0;
  std::int64_t interest = 0;  ///< of the period, through that day
};

/// The plan as changes on dated events make it. A value: copy it to try something.
///
/// What is lent, and a new rate, solve the installment again from the period they fall into (the
/// next one, on a due date). Anything else leaves installments as they are: it moves interest, and
/// the last row that is not yet paid takes the difference, so that all rows together repay what was
/// lent with its interest. A change of the past gives what it would have given in its time.
/// Principal that a row asks for counts as repaid on its due date; paid
/// earlier, it lowers the balance from that day on; unpaid, it bears interest only by
/// `correct_balance`. Interest beyond an installment waits for the next row, without interest.
class SegmentedPlan {
 public:
  /// `terms.periods_out_of_order`, `terms.installments_out_of_range`, `terms.rate_out_of_range`,
  /// `terms.frequency_out_of_range`, `terms.rounding_out_of_range`, `terms.digits_out_of_range`.
  [[nodiscard]] static money::Result<SegmentedPlan> make(SegmentedTerms terms);

  /// Money paid out. `terms.day_outside_periods` before the first period or from the last due date
  /// on; `terms.principal_out_of_range`, `terms.interest_out_of_range`.
  [[nodiscard]] money::Status lend(Day on, std::int64_t amount_minor);
  /// The rate from that day on, which counts at the new one.
  [[nodiscard]] money::Status change_rate(Day from, money::Rate rate);
  /// Raises (amount > 0) or lowers the balance that bears interest, from that day on, without
  /// moving any installment: overdue principal, for one.
  [[nodiscard]] money::Status correct_balance(Day on, std::int64_t amount_minor);
  /// Principal of a row (from 0), paid on that day; after the due date it counts from there.
  /// `terms.row_unknown`, `terms.principal_out_of_range` below 0.
  [[nodiscard]] money::Status pay_principal(std::size_t row, Day on, std::int64_t amount_minor);
  [[nodiscard]] money::Status pay_interest(std::size_t row, Day on, std::int64_t amount_minor);

  [[nodiscard]] const std::vector<SegmentedRow>& rows() const { return rows_; }
  /// The row whose period ends on that day.
  [[nodiscard]] std::optional<std::size_t> row_due(Day due) const;
  /// What the row asks for if no interest counts after that day. Requires row < rows().size().
  [[nodiscard]] RowPayable payable(std::size_t row, Day on) const;

 private:
  enum class ActKind : std::uint8_t { lend, rate, correct, pay_principal, pay_interest };
  struct Act {
    Day on;
    ActKind kind;
    std::int64_t amount_minor = 0;
    std::size_t row = 0;
    money::Rate rate = money::Rate::of_e12(0);
  };
  struct Move {
    Day on;
    std::int64_t amount_minor;
    bool lent;
  };
  struct Rated {
    Day from;
    money::Rate rate;
  };
  explicit SegmentedPlan(SegmentedTerms terms);

  [[nodiscard]] money::Status within_limits(std::int64_t more_minor, money::Rate rate) const;
  [[nodiscard]] money::Status may_pay(std::size_t row, Day on, std::int64_t amount_minor) const;
  [[nodiscard]] bool covers(Day day) const;
  void record(const Act& act);
  void perform(const Act& act);
  [[nodiscard]] std::size_t row_on(Day day) const;
  [[nodiscard]] money::Rate rate_on(Day day) const;
  [[nodiscard]] std::vector<PlanSegment> segments_of(std::size_t row) const;
  [[nodiscard]] std::int64_t moved(std::size_t row, Day after, Day until) const;
  void fold();
  void solve(Day day);
  void level(std::size_t first);
  void fit_last();
  [[nodiscard]] std::int64_t paid(std::size_t row) const;

  SegmentedTerms terms_;
  std::vector<Act> acts_;               ///< ascending by day
  std::vector<Move> moves_;             ///< of the acts
  std::vector<Rated> rates_;            ///< ascending by day
  std::vector<std::int64_t> promised_;  ///< the installment of each row
  std::vector<SegmentedRow> rows_;
  money::Rate highest_rate_;
  std::int64_t lent_minor_ = 0;
  std::int64_t raised_minor_ = 0;        ///< all that raised the balance
  std::optional<Day> interest_until_{};  ///< of `payable`: none counts after it
};

}  // namespace loanbook::schedule
