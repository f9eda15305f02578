#pragma once

// Installments that are due and not fully paid, with the penalty and compound interest that runs on
// them. Rules: golden README section 5.

#include <cstdint>
#include <optional>
#include <span>
#include <string_view>
#include <vector>

#include "loanbook/money/rate.hpp"
#include "loanbook/money/rounding.hpp"
#include "loanbook/money/split.hpp"
#include "loanbook/schedule/allocation.hpp"
#include "loanbook/schedule/line.hpp"

namespace loanbook::schedule {

/// Values reached a disk: frozen.
enum class GraceMode : std::uint8_t {
  waive_if_paid = 1,  ///< through due + grace the charges run hidden; paid by then: cancelled;
                      ///< afterwards they count in full from `due`
  shift = 2,          ///< the charges start at due + grace
};

/// What counts under a maximum. Values reached a disk: frozen.
enum class MaximumOf : std::uint8_t { penalty = 1, penalty_and_compound = 2 };

struct OverdueRules {
  money::Rate penalty_rate =
      money::Rate::of_e12(0);  ///< on unpaid principal, after any multiplier; 0: none
  money::Rate compound_rate = money::Rate::of_e12(0);  ///< on unpaid interest; 0: none
  DayCount day_count = DayCount::act_360;
  money::RoundingMode mode = money::RoundingMode::half_up;
  std::uint16_t grace_days = 0;
  GraceMode grace_mode = GraceMode::waive_if_paid;
  const Calendar* calendar = nullptr;  ///< BUS/252; not owned
  /// Penalty interest on an installment, what was paid of it included, is at most so many
  /// ten-thousandths of the principal that its due date left unpaid; 0: no maximum.
  std::int64_t maximum_e4 = 0;
  /// Or penalty and compound interest together are at most that.
  MaximumOf maximum_of = MaximumOf::penalty;
};

/// contract rate x multiplier (1.3 to 1.5 by PBoC notice 251 of 2003), exactly; nothing where that
/// needs more than 12 decimals or leaves the range of rates. Requires multiplier >= 0.
[[nodiscard]] std::optional<money::Rate> penalty_rate(money::Rate contract,
                                                      money::Ratio multiplier);

/// One due installment. Amounts are unpaid minor units.
struct DueInstallment {
  std::uint32_t no;
  Day due;
  std::int64_t principal;
  std::int64_t interest;
  std::int64_t fee = 0;
  Line penalty{};
  Line compound{};
  std::int64_t late_fee = 0;  ///< penalties of a fixed amount; paid before the line's level
  /// Under a maximum: the most that the penalty line (or both lines together) may still stand at,
  /// which is the maximum less what was paid of it; else 0.
  std::int64_t room = 0;
};

/// Those of `installments` (ascending by due) that are due by `day`: nothing runs on the others.
[[nodiscard]] std::span<const DueInstallment> due_by(std::span<const DueInstallment> installments,
                                                     Day day);

/// Opens the penalty and compound lines (from `due`, or due + grace with `shift`).
[[nodiscard]] DueInstallment become_due(std::uint32_t no, Day due, std::int64_t principal,
                                        std::int64_t interest, std::int64_t fee,
                                        const OverdueRules& rules);
/// The maximum of penalty interest on `principal` minor units, rounded down; 0 without one.
[[nodiscard]] std::int64_t penalty_maximum(std::int64_t principal, const OverdueRules& rules);
/// The first day from `from` on at whose opening what counts under the maximum stands at the room
/// or above, while it still rises; nothing without a maximum.
[[nodiscard]] std::optional<Day> maximum_reached(const DueInstallment& installment,
                                                 const OverdueRules& rules, Day from);
/// At the opening of `day`: what has become overdue just now gets its room, and a line that has
/// reached its room stays there. Nothing happens without a maximum.
void hold_at_maximum(std::span<DueInstallment> installments, const OverdueRules& rules, Day day);
/// Are its penalty and compound payable and shown at the opening of `day`?
[[nodiscard]] bool charges_visible(const DueInstallment& installment, const OverdueRules& rules,
                                   Day day);
/// Rounded penalty / compound at the opening of `day`; 0 before it is due and while hidden; what
/// counts under a maximum never above its room. Nothing on overflow.
[[nodiscard]] std::optional<std::int64_t> penalty_at(const DueInstallment& installment,
                                                     const OverdueRules& rules, Day day);
[[nodiscard]] std::optional<std::int64_t> compound_at(const DueInstallment& installment,
                                                      const OverdueRules& rules, Day day);

/// Nothing is owed on it any more at the opening of `day`, so it can leave the list.
[[nodiscard]] bool settled(const DueInstallment& installment, const OverdueRules& rules, Day day);

/// What each installment demands at the opening of `day`, for an allocation. Nothing on overflow.
[[nodiscard]] std::optional<std::vector<Claim>> claims_of(
    std::span<const DueInstallment> installments, const OverdueRules& rules, Day day);
/// Lowers the installments by allocated lines and re-bases their accrual lines. False on overflow.
[[nodiscard]] bool settle_lines(std::span<DueInstallment> installments,
                                std::span<const AllocatedLine> lines, const OverdueRules& rules,
                                Day day);

/// A payment on `day`: allocates over the installments (ascending by due), lowers what they owe,
/// re-bases their lines (paying the whole of a visible rounded charge drops its residue), cancels
/// hidden charges where principal and interest are paid within grace. Settled installments stay in
/// the vector for the caller to drop. Nothing on overflow.
[[nodiscard]] std::optional<Allocation> pay(std::vector<DueInstallment>& installments,
                                            std::int64_t amount_minor, const OverdueRules& rules,
                                            const AllocationRule& order, Day day);

/// Days since the oldest due date before `day` with unpaid principal or interest; 0 if none.
[[nodiscard]] std::int32_t days_past_due(std::span<const DueInstallment> installments, Day day);
/// The same where it exceeds the grace of that installment, else 0.
[[nodiscard]] std::int32_t reported_days_past_due(std::span<const DueInstallment> installments,
                                                  const OverdueRules& rules, Day day);

/// What is overdue at the opening of `day`: unpaid principal and interest due before it, and all
/// visible rounded charges. Nothing on overflow.
struct OverdueTotals {
  std::int64_t principal = 0;
  std::int64_t interest = 0;
  std::int64_t penalty = 0;
  std::int64_t compound = 0;
};
[[nodiscard]] std::optional<OverdueTotals> overdue_totals(
    std::span<const DueInstallment> installments, const OverdueRules& rules, Day day);

/// Upper bounds of days past due, ascending: bucket k holds bounds[k-1] < dpd <= bounds[k]; beyond
/// the last: one more. Bounds start with 0 (M0).
struct Thresholds {
  std::vector<std::uint16_t> upper;
  bool operator==(const Thresholds&) const = default;
};
/// M0 .. M6, M6+: 0, 30, 60, ... 180.
[[nodiscard]] Thresholds standard_buckets();
/// normal, special mention, substandard, doubtful, loss (五级分类, order 2023 no. 1): 0, 90, 270,
/// 360.
[[nodiscard]] Thresholds standard_categories();
[[nodiscard]] std::uint8_t classify(const Thresholds& thresholds, std::int32_t dpd);

}  // namespace loanbook::schedule
