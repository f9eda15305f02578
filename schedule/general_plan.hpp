#pragma once

// Plans of any terms, by one fold over periods. Private to schedule/: make_plan chooses it where
// the fast way of plan.cpp does not reach.

#include "loanbook/schedule/explain.hpp"
#include "loanbook/schedule/plan.hpp"

namespace loanbook::schedule {

/// The plan; what made each figure goes to `trace` if there is one. Requires: check(terms) passed.
/// Equal to make_plan for all terms.
[[nodiscard]] Plan general_plan(const Terms& terms, Explanation* trace);

}  // namespace loanbook::schedule
