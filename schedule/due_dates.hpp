#pragma once

#include <cstdint>

#include "loanbook/schedule/terms.hpp"

namespace loanbook::schedule {

/// One period: months, or days.
struct Step {
  std::int64_t months;
  std::int64_t days;
};
[[nodiscard]] Step step(Frequency frequency);

/// May the first period be no whole step? A first due date that was agreed, or a fixed due day on
/// which (cut to the month) the loan was not disbursed.
[[nodiscard]] bool first_is_odd(const Terms& terms);

/// The due dates of one loan, any number of them: takes the anchor apart once (due_date does so at
/// every call).
class DueDates {
 public:
  /// Requires: check(terms) passed, or the maturity is known to lie in the calendar.
  explicit DueDates(const Terms& terms);
  /// Due date k, rolled to a business day; 0 is the disbursement. Beyond the last row the steps go
  /// on.
  [[nodiscard]] Day operator()(std::uint32_t k) const;
  /// As schedule::accrual_date.
  [[nodiscard]] Day accrual(std::uint32_t k) const;
  /// Before the roll.
  [[nodiscard]] Day by_contract(std::uint32_t k) const;

 private:
  Day disbursed_;
  Day anchor_;
  std::uint32_t anchor_no_;  // the row that the anchor stands for
  std::uint32_t last_no_;    // the row on the maturity by contract; 0: none
  Day last_;
  std::int64_t months_;  // of a step; 0: steps of days
  std::int64_t days_;    // of a step
  const Calendar* calendar_;
  Roll roll_;
  bool interest_follows_;
  std::int64_t anchor_month_;  // months since year 0
  unsigned day_of_month_;
};

}  // namespace loanbook::schedule
