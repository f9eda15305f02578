#pragma once

#include <cstdint>

#include "loanbook/schedule/terms.hpp"

namespace loanbook::schedule {

/// The due dates of one loan, any number of them: takes the anchor apart once (due_date does so at
/// every call).
class DueDates {
 public:
  /// Requires: check(terms) passed, or the maturity is known to lie in the calendar.
  explicit DueDates(const Terms& terms);
  /// Due date k, 0 <= k <= installments; 0 is the disbursement.
  [[nodiscard]] Day operator()(std::uint32_t k) const;

 private:
  Day disbursed_;
  Day anchor_;
  std::uint32_t anchor_no_;    // the row that the anchor stands for
  std::int64_t months_;        // of a step; 0: steps of days
  std::int64_t days_;          // of a step
  std::int64_t anchor_month_;  // months since year 0
  unsigned day_of_month_;
};

}  // namespace loanbook::schedule
