#pragma once

// Cash flows of any contract that is described by cycles, unrounded: for valuation, and for what a
// floating loan may pay. What a customer owes is a plan (plan.hpp), rounded by its contract.

#include <cstdint>
#include <optional>
#include <vector>

#include "loanbook/money/result.hpp"
#include "loanbook/schedule/cycle.hpp"
#include "loanbook/schedule/projection_terms.hpp"

namespace loanbook::schedule {

/// What happens on a date. Those of one moment happen in the order of this list, the ones in one
/// line in the order of their dates before a move to a business day.
enum class FlowKind : std::uint8_t {
  drawdown,
  principal_down,
  principal_up,
  prepayment_penalty,
  prepayment,
  interest,
  interest_capitalised,
  fee,
  rate_fixed,
  rate_reset,
  payment_solved,
  scaling,
  interest_base,
  purchase,
  termination,
  maturity,
  call,
  interest_claimed,  ///< accrued until a call, due after the notice
  settlement,        ///< principal of a call
  analysis,
};

/// Signed from the side of the terms: positive is received, and a debt is a negative balance.
struct ProjectedFlow {
  Moment at{};  ///< after the move to a business day
  FlowKind kind = FlowKind::analysis;
  Figure amount = 0;
  Figure balance = 0;  ///< after it, as are the next two
  Figure rate = 0;
  Figure accrued = 0;
};

/// The flows after `terms.status` and up to `horizon` (included; none: to maturity), ascending.
///
/// Rules: specs/projections.md. After each flow the state is rounded to 18 decimals, products are
/// exact until then and divided once, so n flows are exact to about n x 10^-18 of what is paid.
/// Errors: those of `check`; `projection.maturity_missing`, `projection.never_repaid` where the
/// end follows from payments that never repay, `projection.horizon_missing`,
/// `projection.observation_missing`, `projection.series_not_ascending`,
/// `projection.too_many_dates`, `projection.overflow` where a figure leaves 128 bits.
[[nodiscard]] money::Result<std::vector<ProjectedFlow>> project(const ProjectionTerms& terms,
                                                                const ObservedSeries& observed,
                                                                std::optional<Moment> horizon = {});

}  // namespace loanbook::schedule
