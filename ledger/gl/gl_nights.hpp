#pragma once

// Nights read back from their segments: which lines run, and what each booked. Private to ledger/.

#include <functional>
#include <map>
#include <optional>
#include <vector>

#include "loanbook/ledger/night/segment.hpp"
#include "loanbook/ledger/state.hpp"

namespace loanbook::ledger {

using AccruedLevels = std::array<std::int64_t, accruing_roles.size()>;

/// The day_closed entry of `day`; nothing where the day is not closed.
[[nodiscard]] Result<std::optional<Entry>> night_of(const storage::View& view, Day day);

/// Lines in force, night by night from the first one on.
class RunningLines {
 public:
  struct Loan {
    std::uint32_t product = 0;
    std::vector<SegmentLine> lines;
    std::optional<Day> isolated_at;  ///< booked through the day before
    Day visited{};                   ///< the opening at which `fee_deferred` was its balance
    std::int64_t fee_deferred = 0;
  };

  explicit RunningLines(const BookState& state) : state_(state) {}
  /// Calendars are those that were known at entry `sequence`; without it, those of today.
  void know(std::uint64_t sequence);
  /// Takes the visits of a night; `integrity.*` where a segment cannot be read.
  Status take(const std::vector<Segment>& segments);
  [[nodiscard]] const std::map<std::uint64_t, Loan>& loans() const { return loans_; }
  /// What stands on the accruing roles of a loan at an opening, by the frozen formula.
  [[nodiscard]] AccruedLevels levels(const Loan& loan, Day opening) const;

 private:
  const BookState& state_;
  std::map<std::uint64_t, Loan> loans_;
  std::map<std::uint32_t, Product> known_;  ///< by number, where a product names series
};

[[nodiscard]] Result<std::vector<Segment>> segments_of(const storage::View& view,
                                                       const Entry& night);

}  // namespace loanbook::ledger
