#pragma once

// From a command to an entry: idempotency, every rule at the door, the fold, the movements. Works
// on the state in memory, which includes the earlier members of the same group. Private to ledger/.

#include <functional>
#include <optional>
#include <vector>

#include "loanbook/ledger/state.hpp"

namespace loanbook::ledger {

/// Reads stored entries that are written already.
using StoredSource = std::function<Result<storage::StoredEntry>(std::uint64_t sequence)>;

class Recorder {
 public:
  Recorder(BookState& state, StoredSource written) : state_(state), written_(std::move(written)) {}

  /// Where the command was recorded before, its receipts (`replayed`); nothing where it is new.
  /// `idempotency.conflict` otherwise.
  [[nodiscard]] Result<std::optional<std::vector<Recorded>>> replayed(
      const Command& command, std::uint32_t batch_size) const;

  /// Checks, folds, appends one entry to `pending` and changes the state. An error changes nothing.
  [[nodiscard]] Result<Recorded> record(const Command& command, std::uint32_t batch_index = 0,
                                        std::uint32_t batch_size = 1);
  /// An entry of the book itself (cut-over, day closed).
  void append(Entry entry);
  /// Same checks as `record`, without the entry.
  [[nodiscard]] Status check(const Command& command) const;

  /// Takes back the entries recorded since `mark` (an atomic batch that failed, a preview). Only
  /// with `keep_undo`.
  void keep_undo(bool keep) { keep_undo_ = keep; }
  void undo();

  [[nodiscard]] std::vector<storage::StoredEntry>& pending() { return pending_; }
  [[nodiscard]] Result<storage::StoredEntry> stored(std::uint64_t sequence) const;
  [[nodiscard]] Result<Entry> entry(std::uint64_t sequence) const;

 private:
  struct Accepted {
    std::uint64_t loan = 0;  ///< 0: a new one, or none
    Day value_date{};
    Payload payload;
    Kind kind = Kind::book_opened;
  };
  Result<Accepted> accept(const Command& command) const;
  Result<Accepted> accept_open(const OpenLoan& open, const Command& command, Kind kind) const;
  Result<Accepted> accept_disburse(const Disburse& disburse, const Command& command) const;
  Result<Accepted> accept_repay(const Repay& repay, const Command& command) const;
  Result<Accepted> accept_reverse(const Reverse& reverse, const Command& command) const;
  Result<Accepted> accept_operation(const Operation& operation, const Command& command) const;
  Result<Accepted> accept_product(const PublishProduct& publish, const Command& command) const;
  Result<Accepted> accept_series(const PublishSeries& publish, const Command& command) const;
  Result<Day> value_date(const Command& command) const;
  Result<std::uint64_t> loan_number(const Command& command) const;

  Status step(Entry& entry, LoanRecord& record, bool is_new);
  Status step_in_the_past(Entry& entry, LoanRecord& record, bool is_new);

  BookState& state_;
  StoredSource written_;
  std::vector<storage::StoredEntry> pending_;
  bool keep_undo_ = false;
  std::vector<std::function<void()>> undo_;
};

/// The receipt of an entry as it stands in the chain; a function of its bytes (and of the names of
/// its loan and currency).
[[nodiscard]] Receipt receipt_of(const Entry& entry, const Digest& hash, const BookState& state);

}  // namespace loanbook::ledger
