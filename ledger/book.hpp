#pragma once

// The one facade: a book of loans, open for writing or for reading.

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "loanbook/ledger/command.hpp"
#include "loanbook/ledger/door/access.hpp"
#include "loanbook/ledger/gl/gl_report.hpp"
#include "loanbook/ledger/proof/proof.hpp"
#include "loanbook/ledger/reading/report.hpp"
#include "loanbook/ledger/reading/statement.hpp"
#include "loanbook/ledger/reconciliation/reconciliation.hpp"
#include "loanbook/ledger/restate/effect.hpp"
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
  /// Readers only: no loans, lines and keys are loaded, so a book of any size is open at once for
  /// its general ledger; calls about loans give `book.without_loans`, or find none.
  bool without_loans = false;
};

/// Whether the entry that closes a year counts among the movements of its day.
enum class YearClose : std::uint8_t { counted, left_out };

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
  /// The same of a batch.
  [[nodiscard]] Result<std::vector<Recorded>> preview_batch(std::span<const Command> commands);
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

  /// Folds loans of a wrong product version again under the right one and books the differences, as
  /// one entry. The same key again changes nothing (`replayed`). A dry run writes nothing and is
  /// answered by a reader too. `restate.*`.
  [[nodiscard]] Result<RestateReport> restate(const RestateRequest& request);
  /// What events would do if they were recorded now, one after the other; nothing is written, a
  /// reader answers.
  [[nodiscard]] Result<WhatIfReport> what_if(std::span<const Command> commands, bool by_night);

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
  /// Every series, in order of publication.
  [[nodiscard]] SeriesBook series() const;
  /// The newest version, or the given one, of the product's variant for a branch.
  [[nodiscard]] Result<Product> product(const std::string& id,
                                        std::optional<std::uint32_t> version = {},
                                        const std::string& branch = {}) const;
  /// State at the opening of `as_of` (default: the business date), from the entries known at
  /// `known_at` (default: all).
  [[nodiscard]] Result<LoanView> loan(const std::string& id, std::optional<Day> as_of = {},
                                      std::optional<std::uint64_t> known_at = {}) const;
  /// Its figures on the business date as they stand, or as they would by another product's rules:
  /// to find out why another system has others. `loan.unknown`, `loan.beyond_limits`.
  [[nodiscard]] Result<LoanFigures> figures(const std::string& id,
                                            const Product* other = nullptr) const;
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
  /// Money in suspense, what is left only or all of it, in order of its entries.
  [[nodiscard]] std::vector<SuspenseView> suspense(bool all = false) const;
  /// Pay-outs in flight, the oldest first.
  [[nodiscard]] std::vector<PayoutView> payouts() const;
  /// The loan and the order that a channel's reference, or the order's sequence number, stands for,
  /// whatever became of it. `payout.unknown`.
  [[nodiscard]] Result<PayoutView> payout_called(const std::string& reference) const;
  /// Open intents, by day.
  [[nodiscard]] std::vector<IntentView> intents() const;
  /// What is due and unpaid at the opening of `day`, a row a loan, the oldest first; debits that
  /// were intended too. `debit.date` where the day is over.
  [[nodiscard]] Result<std::vector<DebitRow>> debit_list(Day day) const;
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
  /// The same from the entries up to `known_at` alone; `valued`: from those of them that count from
  /// that day or earlier, whenever they were booked (restated at its close).
  Status portfolio(Day opening, std::uint64_t known_at,
                   const std::function<bool(const PortfolioRow&)>& use,
                   std::optional<Day> valued = {}) const;
  /// As booked at the close of `as_of` (a booking date; default: everything booked). Rows by
  /// account code.
  [[nodiscard]] Result<std::vector<TrialBalanceRow>> trial_balance(
      std::optional<Day> as_of = {}) const;
  // The general ledger. `through` is a sequence number: with `known_at(D)` an answer is as booked
  // at the close of D; default: everything booked.

  /// Not zero, by product version and role, on the accounts of the chart that holds then.
  [[nodiscard]] Result<std::vector<GlBalance>> gl_balances(
      std::optional<std::uint64_t> through = {}) const;
  /// The same at the close of `day` had everything known at entry `known_at` (default: now) been
  /// booked in time: costs a fold for each loan corrected since.
  [[nodiscard]] Result<std::vector<GlBalance>> restated_balances(
      Day day, std::optional<std::uint64_t> known_at = {}) const;
  /// Entries after `after` up to `through` with the accounts they were posted to.
  Status gl_entries(std::uint64_t after, std::optional<std::uint64_t> through,
                    const std::function<bool(const GlEntry&)>& use) const;
  /// Movements of booking dates `from` to `through` by day, product version and role, of entries
  /// up to `known_at` (default: all).
  Status gl_days(Day from, Day through, YearClose year_close,
                 const std::function<void(const GlDay&)>& use,
                 std::optional<std::uint64_t> known_at = {}) const;
  /// Every loan as booked, in loan order; `valued`: restated at the close of that day.
  Status loan_balances(std::optional<std::uint64_t> through,
                       const std::function<bool(const LoanAmounts&)>& use,
                       std::optional<Day> valued = {}) const;
  [[nodiscard]] GlAccount gl_account(const Product& product, Role role,
                                     std::optional<std::uint64_t> through = {},
                                     const std::string& channel = {}) const;
  [[nodiscard]] std::vector<ChartInfo> charts() const;
  [[nodiscard]] std::vector<ClosedPeriodInfo> closed_periods() const;
  [[nodiscard]] std::vector<AssertionInfo> assertions() const;
  /// What the night of `day` booked line by line, by the segments; `loan` empty: of every loan.
  /// `accruals.day_open` where the day is not closed.
  Status accruals(Day day, const std::string& loan,
                  const std::function<bool(const AccrualRow&)>& use) const;
  /// Sub-ledger against general ledger for every role, product and currency, and nights against
  /// their segments.
  [[nodiscard]] Result<Reconciliation> reconcile_internal(
      std::optional<std::uint64_t> through = {}) const;
  /// Coupons of all loans, in loan order; with `payer`: of that one.
  [[nodiscard]] std::vector<CouponView> coupons(const std::string& payer = {}) const;
  /// By partner and currency.
  [[nodiscard]] std::vector<PartnerLimitView> partner_limits() const;
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
