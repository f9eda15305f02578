#pragma once

// Verification of what the entries say about the general ledger. Private to ledger/.

#include <functional>
#include <map>
#include <string>
#include <vector>

#include "loanbook/ledger/gl/gl_reading.hpp"
#include "loanbook/ledger/state.hpp"

namespace loanbook::ledger {

/// Follows the log once; reports what a chart, a closed period or an assertion says that the
/// entries before it do not.
class GlVerification {
 public:
  using Find = std::function<void(std::string where, std::string message)>;
  GlVerification(const BookState& state, const storage::View& view, Find find)
      : state_(state), view_(view), find_(std::move(find)) {}

  /// `so_far`: sums of the entries before it.
  void entry(const Entry& entry, const DayTotals& so_far);
  /// After the last entry: assertions, and totals of each day against the derived rows.
  void finish();
  /// What closed years took out of the roles of loans.
  [[nodiscard]] const DayTotals& closed_years() const { return years_; }

 private:
  void chart(const Entry& entry, const ChartPublished& published, const DayTotals& so_far);
  void period(const Entry& entry, const PeriodClosed& closed);

  const BookState& state_;
  const storage::View& view_;
  Find find_;
  GlFacts facts_;
  std::vector<PublishedProduct> products_;
  std::map<Day, DayTotals> days_;
  DayTotals years_;
};

}  // namespace loanbook::ledger
