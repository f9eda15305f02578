#pragma once

// The history of a loan: its events as the fold wants them, and what an event of the past makes of
// it. Of loans with many entries a writer keeps the events in mind, and states along their way,
// each about twice as far back as the one after it: an event costs what comes after its date.
// Derived, bounded (limits::long_history_*), nothing for other loans. Private to ledger/.

#include <cstdint>
#include <functional>
#include <list>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "loanbook/ledger/entry.hpp"
#include "loanbook/ledger/loan/loan.hpp"

namespace loanbook::ledger {

/// Reads entries by sequence: of a view, or of a view and a group that is not written yet.
using EntrySource = std::function<Result<Entry>(std::uint64_t sequence)>;

/// The entry of a loan as the fold wants it.
[[nodiscard]] LoanEvent event_of(const Entry& entry);

/// The events of a loan as the fold wants them (reversed ones left out, ordered), from its chain of
/// entries beginning at `last`.
struct LoanHistory {
  LoanTerms contract{};  ///< as opened: changes begin from here
  Opened opened{};       ///< its opening, whatever became of it
  std::vector<LoanEvent> events;
  std::map<std::uint64_t, std::uint64_t> reversed_by;  ///< sequence of event -> of its reversal
};
[[nodiscard]] Result<LoanHistory> history(std::uint64_t last, const EntrySource& source);

/// A history with states on its way.
struct MarkedHistory : LoanHistory {
  struct Mark {
    std::size_t events = 0;  ///< so many of them have happened, and nothing after them
    LoanState state;
  };
  /// What the first events move, one after the other; those after them were not folded yet.
  struct Steps {
    std::string bytes;
    std::vector<std::uint32_t> ends;
  };
  std::uint64_t last_entry = 0;
  std::uint32_t product = 0;  ///< whose rules made what follows
  std::vector<Mark> marks;    ///< by events, rising; none beyond `steps`
  Steps steps;
};

class LongHistories {
 public:
  /// The history of loan `number` with `entries` entries, the last of them `last_entry`. Where they
  /// are many it is kept, and goes on from where it stood.
  [[nodiscard]] Result<std::shared_ptr<MarkedHistory>> of(std::uint64_t number,
                                                          std::uint64_t last_entry,
                                                          std::uint64_t entries,
                                                          const EntrySource& source);
  /// Entries after `sequence` were taken back.
  void forget_beyond(std::uint64_t sequence);
  /// What folds read beside events is another now.
  void forget_all() { kept_.clear(); }

 private:
  struct Kept {
    std::uint64_t loan;
    std::shared_ptr<MarkedHistory> history;
  };
  std::list<Kept> kept_;  ///< the one used last first
};

/// What an event of the past does.
struct PastChange {
  LoanState after;                     ///< at the opening of `through`
  Balances own{};                      ///< movements of the event itself; of a reversal none
  Balances all{};                      ///< the difference to the balances before it
  std::vector<std::uint64_t> changed;  ///< earlier events that move something else by it
};
/// `entry`, a new event or the reversal of one, becomes part of `history`. The fold begins at the
/// last mark before it; where the steps after it are not known, a second one goes beside it. What
/// was booked stands at the opening of `booked`, `after` at that of `through`. `now`: the loan as
/// it stands. Throws LoanFault, and has changed nothing then.
[[nodiscard]] PastChange change_past(MarkedHistory& history, const Entry& entry,
                                     const LoanState& now, const Product& product, Day booked,
                                     Day through);
/// The fold of a history through the opening of `through`, from its last mark on. Throws LoanFault.
[[nodiscard]] LoanState fold(MarkedHistory& history, const LoanState& now, const Product& product,
                             Day through);

}  // namespace loanbook::ledger
