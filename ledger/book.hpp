#pragma once

// The one facade: a book of loans, open for writing or for reading.

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "loanbook/ledger/access.hpp"
#include "loanbook/ledger/command.hpp"
#include "loanbook/ledger/proof.hpp"
#include "loanbook/ledger/reconciliation.hpp"
#include "loanbook/ledger/report.hpp"
#include "loanbook/ledger/statement.hpp"
#include "loanbook/schedule/plan.hpp"
#include "loanbook/storage/store.hpp"

namespace loanbook::ledger {

/// Where a book stands.
struct BookStatus {
  Day began;
  Day business_date;
  Day closed_through;  ///< the day before `began` when no day is closed yet
  storage::Head head;
  std::uint64_t loans = 0;
  std::uint64_t active = 0;
  std::uint64_t isolated = 0;
  std::uint64_t tail_entries = 0;  ///< entries after the last checkpoint
  std::string currency;            ///< reporting currency
};

/// What a quote answers.
struct Quote {
  Product product;
  LoanTerms terms;
  Day disbursed;
  schedule::Plan plan;
};

struct NightOptions {
  unsigned threads = 1;
  /// Called now and then with day, loans done and loans in all; for a progress line.
  std::function<void(Day day, std::uint64_t done, std::uint64_t total)> progress{};
};

struct BookOptions {
  std::int64_t (*wall_time_ms)() = nullptr;  ///< for group headers, outside hashed bytes; null: 0
  bool checkpoint_on_close = true;
  /// Asked before every pay-out, outside the book's locks, from any thread; its answer is recorded
  /// in the same batch as the pay-out, or alone where it is not `allow`. May throw: nothing is paid
  /// out then. Not asked by `preview` and `check`, nor for a batch that brings decisions along.
  std::function<RiskAnswer(const RiskQuestion&)> ask_risk{};
  bool needs_decision = false;   ///< every pay-out needs an `allow` that stands
  Access access = Access::full;  ///< what the caller may do; else `book.role`
  /// Text that obviously names a person is taken too; else `personal_data.*` (personal_data.hpp).
  bool allow_personal_data = false;
};

class Book {
 public:
  /// Makes the first entry of an empty store.
  static Status init(storage::Store& store, const std::string& currency, Day first_business_date);
  /// Opens for writing: loads the checkpoint, replays the tail, finishes a day that was cut over
  /// but not closed.
  static Result<std::unique_ptr<Book>> open(std::unique_ptr<storage::Store> store,
                                            BookOptions options = {});
  /// Opens for reading: every writing call gives `book.read_only`. `integrity.*` where the chain of
  /// the view does not link.
  static Result<std::unique_ptr<Book>> open(std::unique_ptr<storage::View> view,
                                            BookOptions options = {});
  ~Book();
  Book(const Book&) = delete;
  Book& operator=(const Book&) = delete;

  // Writing. Any thread; calls queue, the committer serves them in order and shares the sync. An
  // error with id `store.*` means *unknown*: open again and re-send with the same key. Every other
  // error means: refused, nothing stored.

  [[nodiscard]] Result<Recorded> record(const Command& command);
  /// All or nothing.
  [[nodiscard]] Result<std::vector<Recorded>> record_batch(std::span<const Command> commands);
  /// Independent commands, many to a group: for imports. One result each, in order.
  [[nodiscard]] std::vector<Result<Recorded>> record_each(std::span<const Command> commands);
  /// What `record` would answer now; writes nothing (receipt hash and sequence are those it would
  /// get).
  [[nodiscard]] Result<Recorded> preview(const Command& command);
  /// Checks one command as `record` does, against the state plus nothing else; cheaper than preview
  /// for open-and-disburse rows of an import.
  [[nodiscard]] Status check(const Command& command);

  /// Closes every day up to `through` (DESIGN: cut-over, accrue, due, overdue, segments,
  /// day_closed). Already closed: an empty list.
  [[nodiscard]] Result<std::vector<NightReport>> close_through(Day through,
                                                               const NightOptions& options = {});

  /// Holds a statement against the settlement of the book and records what was matched and what was
  /// not; differences within tolerance are booked. The same file again changes nothing
  /// (`replayed`). A dry run writes nothing and is answered by a reader too. `reconcile.*`.
  [[nodiscard]] Result<ReconcileReport> reconcile(const ReconcileInput& input);

  /// Writes derived rows so that a reader replays less.
  Status checkpoint();
  /// Drops everything derived and makes it again from the entries; `integrity.*` where they do not
  /// fold.
  Status rebuild();
  Status backup(const std::string& target);
  /// Checkpoint and clean-shutdown mark. Destroying without it is like a crash.
  Status close();

  // Reading. Any thread.

  [[nodiscard]] BookStatus status() const;
  [[nodiscard]] Result<Quote> quote(const OpenLoan& terms, Day disbursed) const;
  [[nodiscard]] std::vector<ProductInfo> products() const;
  [[nodiscard]] Result<Product> product(const std::string& id,
                                        std::optional<std::uint32_t> version = {}) const;
  /// State at the opening of `as_of` (default: the business date), from the entries known at
  /// `known_at` (default: all).
  [[nodiscard]] Result<LoanView> loan(const std::string& id, std::optional<Day> as_of = {},
                                      std::optional<std::uint64_t> known_at = {}) const;
  /// Sequence number of the last entry booked on or before `day`.
  [[nodiscard]] Result<std::uint64_t> known_at(Day day) const;
  /// A credit line on the business date. The list of its loans costs a walk over all loans.
  /// `line.unknown`.
  [[nodiscard]] Result<LineView> line(const std::string& id, bool with_loans = false) const;
  /// All lines in order of opening, without the list of their loans.
  [[nodiscard]] std::vector<LineView> lines() const;
  [[nodiscard]] Result<std::vector<ScheduleRow>> schedule(const std::string& id) const;
  /// Installments of a loan that keeps a table, as they stand; before its pay-out as they would.
  [[nodiscard]] Result<InstallmentTable> installments(const std::string& id) const;
  /// The same of a loan that could be opened and paid out on that day.
  [[nodiscard]] Result<InstallmentTable> installments_of(const OpenLoan& open, Day day) const;
  /// Breaks of all statements, open ones only or all, in order of their statements.
  [[nodiscard]] Result<std::vector<BreakView>> breaks(bool all = false) const;
  /// `break.bad_id`, `break.unknown`.
  [[nodiscard]] Result<BreakView> break_of(const std::string& id) const;
  /// Statements that were reconciled, in order of their entries.
  [[nodiscard]] std::vector<StatementReconciled> statements() const;
  /// Its events in the order they count.
  [[nodiscard]] Result<std::vector<LoanEventView>> loan_events(const std::string& id) const;
  [[nodiscard]] Result<std::vector<ChargeView>> charges(const std::string& id) const;
  [[nodiscard]] Result<StandingView> standing(const std::string& id, std::optional<Day> as_of = {},
                                              std::optional<std::uint64_t> known_at = {}) const;
  /// What changed what the loan owes from `from` (default: its first event) to `until` (default:
  /// the day before the business date), both included. `statement.period`, `statement.future`.
  [[nodiscard]] Result<Statement> statement(const std::string& id, std::optional<Day> from = {},
                                            std::optional<Day> until = {},
                                            std::optional<std::uint64_t> known_at = {}) const;
  [[nodiscard]] Result<std::vector<EntryView>> loan_entries(const std::string& id) const;
  [[nodiscard]] Result<std::vector<ExplainLine>> explain(const std::string& id, Day date) const;
  /// Entries after `after` in order until `use` returns false: the ordered, gap-free change feed.
  Status entries(std::uint64_t after, const std::function<bool(const EntryView&)>& use) const;
  /// The account behind a posting of an entry.
  [[nodiscard]] PostingAccount posting_account(std::uint32_t product, Role role) const;
  /// Entries after `after` as they are hashed, in order, until `use` returns false.
  Status stored(std::uint64_t after,
                const std::function<bool(const storage::StoredEntry&)>& use) const;
  /// The bytes of a segment (segment.hpp), held against their digest. `integrity.segment_missing`,
  /// `integrity.segment_damaged`.
  [[nodiscard]] Result<storage::Bytes> segment(const Digest& digest) const;
  /// What a signature of the book covers: roots over its first `sequence` entries (default: all)
  /// and their loans. Reads all of them once. `entry.unknown`.
  [[nodiscard]] Result<ProofHead> proof_head(std::optional<std::uint64_t> sequence = {}) const;
  /// One loan's entries and nights up to entry `sequence` (default: the last), with their paths to
  /// the roots. `loan.unknown`, `entry.unknown`.
  [[nodiscard]] Result<LoanProof> prove(const std::string& id,
                                        std::optional<std::uint64_t> sequence = {}) const;
  /// One row a loan, in loan order, at the opening of `as_of` (default: the business date).
  Status portfolio(std::optional<Day> as_of,
                   const std::function<bool(const PortfolioRow&)>& use) const;
  /// As booked at the close of `as_of` (a booking date; default: everything booked). Rows by
  /// account code.
  [[nodiscard]] Result<std::vector<TrialBalanceRow>> trial_balance(
      std::optional<Day> as_of = {}) const;
  /// What the lead owes the partner for the booking date `day`, loan by loan. `partner.unknown`,
  /// `partner.day_open` where the day is not closed yet.
  [[nodiscard]] Result<PartnerSettlement> partner_settlement(const std::string& partner,
                                                             Day day) const;
  /// Chain, folds, totals and segments against each other; what storage can check of its files is
  /// `storage::rocksdb::check`.
  [[nodiscard]] Result<VerifyReport> verify(bool deep = false) const;

 private:
  struct Impl;
  explicit Book(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl_;
};

}  // namespace loanbook::ledger
