#pragma once

// What happens in a projection, and in which order, before any amount is known.

#include <optional>
#include <vector>

#include "loanbook/schedule/projection.hpp"
#include "loanbook/schedule/projection_days.hpp"

namespace loanbook::schedule {

struct Step {
  Moment scheduled{};  ///< before the move to a business day: interest and observations
  Moment at{};         ///< after it: the order, the status day and the horizon
  FlowKind kind = FlowKind::analysis;
  std::optional<Figure>
      value{};  ///< amount of principal or of a prepayment; rate; spread of a reset
};

/// All steps after the status day and up to the horizon, in the order in which they happen; nothing
/// after a termination. `projection.too_many_dates` above 20,000.
[[nodiscard]] money::Result<std::vector<Step>> projection_steps(const ProjectionTerms& terms,
                                                                const ProjectionDays& days,
                                                                std::optional<Moment> horizon);

/// Does `left` happen before `right`?
[[nodiscard]] bool happens_before(const Step& left, const Step& right);

/// When an annuity without a given payment is solved for the first time: the day before the first
/// payment (of a step), or at drawdown where that is the first payment itself.
[[nodiscard]] Moment first_solved(const ProjectionTerms& terms);

}  // namespace loanbook::schedule
