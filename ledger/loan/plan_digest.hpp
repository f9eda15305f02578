#pragma once

#include "loanbook/schedule/plan.hpp"
#include "loanbook/storage/records.hpp"

namespace loanbook::ledger {

/// What the customer agreed to: SHA-256 over the plan's rows (number, due date, principal,
/// interest; docs/format.md).
[[nodiscard]] storage::Digest plan_digest(const schedule::Terms& terms);

}  // namespace loanbook::ledger
