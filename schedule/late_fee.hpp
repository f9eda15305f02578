#pragma once

// Late fees of an installment, and the caps that hold all charges of a loan together. Penalty and
// compound interest run in arrears.hpp; here nothing runs, everything is asked for a day.

#include <cstdint>
#include <optional>

#include "loanbook/money/day.hpp"
#include "loanbook/money/rate.hpp"
#include "loanbook/money/result.hpp"
#include "loanbook/money/rounding.hpp"
#include "loanbook/money/split.hpp"

namespace loanbook::schedule {

using money::Day;

struct LateFeeRules {
  // One fee: the sum of these
  std::int64_t amount_minor = 0;
  money::Ratio of_overdue{0, 1};      ///< of principal and interest due and unpaid
  money::Ratio of_installment{0, 1};  ///< of the installment as planned
  money::Rounding rounding{};         ///< of that sum
  std::int64_t min_minor = 0;         ///< where a fee is due at all
  std::optional<std::int64_t> max_minor{};
  // When
  std::uint16_t grace_days = 0;  ///< nothing through due + grace
  std::uint16_t every_days = 0;  ///< again after so many days; 0: once per installment
  // All fees of one installment
  std::optional<std::int64_t> total_max_minor{};
  bool operator==(const LateFeeRules&) const = default;
};
/// `late_fee.rules_out_of_range`.
[[nodiscard]] money::Status check(const LateFeeRules& rules);

/// An installment that is late. Amounts in minor units, 0 to the limit of amounts.
struct LateInstallment {
  Day due{};
  std::int64_t planned = 0;  ///< what it asked for
  std::int64_t overdue = 0;  ///< principal and interest of it that is unpaid
};

/// Fees that have fallen due by the opening of `day`: the first on due + grace + 1. Requires of all
/// below: check(rules) passed.
[[nodiscard]] std::uint32_t late_fee_count(const LateFeeRules& rules, Day due, Day day);
/// The fee that falls due on `day`; 0 on other days, where nothing is overdue, and beyond the
/// maximum of all fees of the installment (`charged`: those before).
[[nodiscard]] std::int64_t late_fee_on(const LateFeeRules& rules,
                                       const LateInstallment& installment, std::int64_t charged,
                                       Day day);
/// All fees by the opening of `day` where the overdue amount was the same on all days.
[[nodiscard]] std::int64_t late_fees_through(const LateFeeRules& rules,
                                             const LateInstallment& installment, Day day);

/// What a loan may cost at most beyond its principal (24 %, 36 %, 4 x LPR; 综合成本上限).
struct ChargeCap {
  std::optional<money::Rate> rate{};           ///< running: principal x rate x days / days_a_year
  std::uint16_t days_a_year = 365;             ///< 360 or 365
  std::optional<std::int64_t> amount_minor{};  ///< absolute
};
/// `late_fee.rules_out_of_range`.
[[nodiscard]] money::Status check(const ChargeCap& cap);

struct Charges {
  std::int64_t penalty = 0;
  std::int64_t compound = 0;
  std::int64_t fees = 0;
  [[nodiscard]] std::int64_t total() const { return penalty + compound + fees; }
  bool operator==(const Charges&) const = default;
};
struct CappedCharges {
  Charges allowed;
  Charges waived;
};

/// The most that all charges together may have come to: the lower of both caps, rounded down so
/// that it is never exceeded; nothing where there is no cap.
///
/// Formula: principal x rate x days / days_a_year (SPC on private lending 2020, art. 25 and 29: all
/// charges together). Requires: principal 0 to the limit of amounts.
[[nodiscard]] std::optional<std::int64_t> charges_max(const ChargeCap& cap,
                                                      std::int64_t principal_minor,
                                                      std::uint32_t days);
/// Splits charges to date into what may be asked for and what is waived: fees give way first, then
/// compound interest, then penalty. Requires: amounts 0 to the limit of amounts.
[[nodiscard]] CappedCharges cap_charges(const ChargeCap& cap, std::int64_t principal_minor,
                                        std::uint32_t days, const Charges& to_date);

}  // namespace loanbook::schedule
