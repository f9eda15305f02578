#pragma once

// From a command to an entry: idempotency, every rule at the door, the fold, the movements. Works
// on the state in memory, which includes the earlier members of the same group. Private to ledger/.

#include <functional>
#include <optional>
#include <set>
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
  /// Nobody else uses the state meanwhile: long histories are kept in it.
  void keep_histories() { keep_histories_ = true; }
  void undo();
  /// From now on series are taken that change booked days. The caller folds the loans again.
  void take_late_series() { takes_late_series_ = true; }
  /// Loans that stand by what was known before, by number.
  [[nodiscard]] const std::set<std::uint64_t>& late_loans() const { return late_loans_; }

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
    std::vector<std::pair<std::uint64_t, LoanState>> moved{};  ///< loans that a series touches
    std::vector<std::uint64_t> late{};  ///< loans whose booked days it changes
    std::string channel{};
  };
  Result<Accepted> accept(const Command& command) const;
  Result<Accepted> accept_event(const Command& command) const;
  /// By which the money of an item in suspense came, where it goes on or back; else empty.
  Result<std::string> channel_of_item(const Accepted& accepted) const;
  Result<Accepted> accept_open(const OpenLoan& open, const Command& command, Kind kind) const;
  Result<Accepted> accept_disburse(const Disburse& disburse, const Command& command) const;
  Result<Accepted> accept_repay(const Repay& repay, const Command& command) const;
  Result<Accepted> accept_reverse(const Reverse& reverse, const Command& command) const;
  Result<Accepted> accept_operation(const Operation& operation, const Command& command) const;
  Result<Accepted> accept_take_over(const TakeOver& request, const Command& command) const;
  Result<Accepted> accept_apply(const Apply& request, const Command& command) const;
  Result<Accepted> accept_settle(const Command& command) const;
  Result<Accepted> accept_partner_limit(const LimitPartner& request) const;
  /// Whether the partners of a joint loan fund a pay-out that brings it from `lent` to
  /// `lent + minor`.
  Status check_partner_limits(const Product& product, money::Rate rate, std::int64_t lent,
                              std::int64_t minor, Day day) const;
  /// Whether the product takes another pay-out of `minor`.
  Status check_payout(const Product& product, std::int64_t minor, const LoanHistory* before,
                      Day day) const;
  /// The number of the loan that a new one replaces; 0: none.
  Result<std::uint64_t> refinanced(const OpenLoan& open, const Command& command, Kind kind,
                                   Day day) const;
  /// The contract that a request to open describes; everything but its line is checked.
  /// A loan that is taken over runs on `day` already.
  Result<Opened> contract(const OpenLoan& open, const Command& command, Day disbursed,
                          std::optional<Day> day = {}) const;
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
  Result<Accepted> accept_suspense(const SuspenseRequest& request, const Command& command) const;
  /// The item in suspense, with `amount` of it (empty: all that is left).
  Result<std::pair<const SuspenseItem*, std::int64_t>> take_of_suspense(
      std::uint64_t item, const std::string& amount) const;
  /// Orders of pay-outs and what became of them, intents, failed debits.
  Result<Accepted> accept_in_flight(const Operation& operation, const Command& command,
                                    std::uint64_t loan, Operated operated) const;
  Result<Accepted> accept_confirmed(const Operation& operation, const Command& command,
                                    std::uint64_t loan, Operated operated) const;
  Status check_payout_order(std::uint64_t loan, const std::string& amount,
                            const std::string& reference, std::string_view loan_id) const;
  /// `payout.in_flight` where a pay-out of the loan is.
  Status check_not_in_flight(std::uint64_t loan) const;
  /// The amount of a pay-out that the loan's contract allows on `day`.
  Result<std::int64_t> check_pay_out(std::uint64_t loan, const std::string& amount, Day day) const;
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
  void take_moved(std::vector<std::pair<std::uint64_t, LoanState>> moved);
  void begin_line_event(Entry& entry);
  /// The key index knows the entry under another hash too, a reservation's or a pay-out's.
  void index(std::uint64_t hash, std::uint64_t sequence);
  /// What an entry of a loan moves beside it: money taken out of suspense, or put back.
  Status move_suspense(Entry& entry) const;
  Status check_not_before_opening(const LoanRecord& record, Day day) const;
  Result<Day> value_date(const Command& command) const;
  Result<std::uint64_t> loan_number(const Command& command) const;

  /// The events of a loan. Valid until the next call of `record`.
  [[nodiscard]] Result<std::shared_ptr<MarkedHistory>> history_of(const LoanRecord& record) const;

  Status step(Entry& entry, LoanRecord& record, bool is_new);
  Status step_in_the_past(Entry& entry, LoanRecord& record);

  BookState& state_;
  StoredSource written_;
  std::vector<storage::StoredEntry> pending_;
  bool keep_undo_ = false;
  bool keep_histories_ = false;
  bool takes_late_series_ = false;
  std::set<std::uint64_t> late_loans_;
  std::vector<std::function<void()>> undo_;
};

/// The receipt of an entry as it stands in the chain; a function of its bytes (and of the names of
/// its loan and currency).
[[nodiscard]] Receipt receipt_of(const Entry& entry, const Digest& hash, const BookState& state);

}  // namespace loanbook::ledger
