#pragma once

// The limits of the second block of Terms. Private to schedule/.

#include "loanbook/schedule/terms.hpp"

namespace loanbook::schedule {

/// The first limit or contradiction. Requires: the first block passed its own checks, and the due
/// dates lie in the calendar.
[[nodiscard]] money::Status check_provisions(const Terms& terms);

}  // namespace loanbook::schedule
