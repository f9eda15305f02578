#pragma once

// What the hottest loops of the fold ask of lines and installments: the same figures as level() and
// penalty_at(), without an optional for each of them.

#include <cstdint>
#include <span>

#include "loanbook/schedule/arrears.hpp"
#include "loanbook/schedule/line.hpp"

namespace loanbook::schedule {

/// level() into `*minor`; false where it does not fit 64 bits.
[[nodiscard]] bool level_into(const Line& line, DayCount day_count, money::RoundingMode mode,
                              Day day, const DayCountContext& context, std::int64_t* minor);

/// Penalty and compound interest of installments together.
struct RunningCharges {
  std::int64_t penalty = 0;
  std::int64_t compound = 0;
};
/// The sums of penalty_at() and compound_at() over `installments`; false on overflow.
[[nodiscard]] bool running_charges(std::span<const DueInstallment> installments,
                                   const OverdueRules& rules, Day day, RunningCharges* charges);

}  // namespace loanbook::schedule
