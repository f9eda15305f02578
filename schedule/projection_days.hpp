#pragma once

// Dates of one projection: where it ends, where its days move to, what time lies between them.

#include <optional>
#include <vector>

#include "loanbook/money/result.hpp"
#include "loanbook/schedule/projection_terms.hpp"

namespace loanbook::schedule {

/// The end of the cycles of a contract, and whether principal falls due there.
struct ContractEnd {
  Moment at{};
  bool principal_due = true;
};

class ProjectionDays {
 public:
  /// Requires checked terms, which must outlive the days.
  ProjectionDays(const ProjectionTerms& terms, ContractEnd end) : terms_(terms), end_(end) {}
  [[nodiscard]] const ContractEnd& end() const { return end_; }
  /// The business day where a date of a cycle takes place.
  [[nodiscard]] Moment moved(Moment moment) const;
  /// The day where maturity takes place.
  [[nodiscard]] Moment maturity_day() const;
  /// Time that bears interest from one date (before its move) to another; 0 where they are not in
  /// this order.
  [[nodiscard]] Fraction time(Moment from, Moment to) const;
  /// The same as if no date ever moved: an annuity is solved on these.
  [[nodiscard]] Fraction time_unmoved(Moment from, Moment to) const;
  [[nodiscard]] std::vector<Moment> dates(const Cycle& cycle, CycleEnd at_end) const;
  /// Dates of principal to the end of the amortization, which belongs to them.
  [[nodiscard]] std::vector<Moment> amortization_dates() const;

 private:
  const ProjectionTerms& terms_;
  ContractEnd end_;
};

/// Maturity by contract, by call, or where the payments have repaid the principal.
/// `projection.maturity_missing`, `projection.never_repaid`, `projection.horizon_missing`.
[[nodiscard]] money::Result<ContractEnd> contract_end(const ProjectionTerms& terms,
                                                      std::optional<Moment> horizon);

}  // namespace loanbook::schedule
