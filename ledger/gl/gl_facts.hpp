#pragma once

// What the entries say about the general ledger beside movements: charts, closed periods,
// assertions. Part of the state of a book. Private to ledger/.

#include <cstdint>
#include <map>
#include <vector>

#include "loanbook/ledger/entry.hpp"
#include "loanbook/ledger/gl/chart.hpp"
#include "loanbook/ledger/gl/period.hpp"

namespace loanbook::ledger {

struct GlFacts {
  struct PublishedChart {
    ChartPublished published;
    std::uint64_t sequence;
    Day booked;
  };
  struct ClosedPeriod {
    PeriodClosed closed;
    std::uint64_t sequence;
    Day booked;
    std::vector<MovementBlock> movements;
  };
  struct Assertion {
    Asserted asserted;
    std::uint64_t sequence;
  };
  std::vector<PublishedChart> charts;
  std::vector<ClosedPeriod> periods;
  std::vector<Assertion> assertions;

  /// True where the entry was one of these facts.
  bool apply(const Entry& entry);
  /// Takes back the last fact, where the entry was one.
  void undo(const Entry& entry);
  /// The chart that holds for entries after `sequence`; null: none.
  [[nodiscard]] const Chart* chart_after(std::uint64_t sequence) const;
  /// The chart at the close of a booking date; null: none.
  [[nodiscard]] const Chart* chart_on(Day day) const;
  /// The last closed period of that length, or null.
  [[nodiscard]] const ClosedPeriod* last_closed(PeriodLength length) const;
};

/// Accounts by product and role, looked up once for each chart.
class AccountLookup {
 public:
  explicit AccountLookup(const GlFacts& facts) : facts_(facts) {}
  /// Under the chart that holds after entry `sequence`.
  const GlAccount& of(std::uint32_t number, const Product& product, Role role,
                      std::uint64_t sequence, const std::string& channel = {});

 private:
  const GlFacts& facts_;
  std::map<std::tuple<const Chart*, std::uint32_t, Role, std::string>, GlAccount> known_;
};

}  // namespace loanbook::ledger
