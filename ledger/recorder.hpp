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
  /// Key and digest are those of `identity`, where another command of the batch stands for it.
  [[nodiscard]] Result<Recorded> record(const Command& command, std::uint32_t batch_index = 0,
                                        std::uint32_t batch_size = 1,
                                        const Command* identity = nullptr);
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
    std::vector<MovementBlock> movements{};  ///< of an entry of the book; a loan's come of its fold
    std::string channel{};
  };
  Result<Accepted> accept(const Command& command) const;
  Result<Accepted> accept_event(const Command& command) const;
  Result<Accepted> accept_open(const OpenLoan& open, const Command& command, Kind kind) const;
  Result<Accepted> accept_disburse(const Disburse& disburse, const Command& command) const;
  Result<Accepted> accept_repay(const Repay& repay, const Command& command) const;
  Result<Accepted> accept_reverse(const Reverse& reverse, const Command& command) const;
  Result<Accepted> accept_operation(const Operation& operation, const Command& command) const;
  Result<Accepted> accept_take_over(const TakeOver& request, const Command& command) const;
  /// The contract that a request to open describes; everything but its line is checked.
  Result<Opened> contract(const OpenLoan& open, const Command& command, Day disbursed) const;
  Result<Accepted> accept_product(const PublishProduct& publish, const Command& command) const;
  Result<Accepted> accept_series(const PublishSeries& publish, const Command& command) const;
  Result<Accepted> accept_chart(const PublishChart& publish) const;
  Result<Accepted> accept_period(const ClosePeriod& close) const;
  Result<Accepted> accept_assertion(const Assert& request) const;
  Result<Accepted> accept_line(const LineRequest& request, const Command& command) const;
  Result<Accepted> accept_reserve(const LineRequest& request, std::uint32_t line) const;
  Result<Accepted> accept_confirm(const LineRequest& request, const Command& command,
                                  std::uint32_t line) const;
  Result<Accepted> accept_break(const BreakRequest& request, const Command& command) const;
  Result<Accepted> accept_risk(const RiskDecision& decision, const Command& command) const;
  Status check_line_date(const Command& command) const;
  Result<std::uint32_t> line_number(const std::string& id) const;
  /// The entry that made a reservation, whatever became of it.
  Result<std::optional<Entry>> reserve_entry(const std::string& line,
                                             const std::string& reservation) const;
  /// Never null.
  Result<const Reservation*> standing_reservation(const LineState& line,
                                                  const std::string& name) const;
  /// Whether a loan (0: one that is being opened) may be on this line at all, with this
  /// reservation.
  Status check_line(std::uint32_t line, const Product& product, const std::string& reservation,
                    std::uint64_t loan) const;
  /// The same, and room for a pay-out of `minor`.
  Status check_draw(std::uint32_t line, const Product& product, std::int64_t minor,
                    const std::string& reservation, std::uint64_t loan) const;
  /// Whether decisions of a risk engine let money out.
  Status check_decisions(const std::string& loan_id, std::uint32_t line,
                         const std::string& reservation, std::uint64_t loan) const;
  void begin_line_event(Entry& entry);
  void index_reservation(const Entry& entry);
  Status check_not_before_opening(const LoanRecord& record, Day day) const;
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
