#pragma once

// Everything derived from the entries that a running book keeps in memory, and how an entry changes
// it. Private to ledger/.

#include <array>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "loanbook/ledger/credit_line/credit_line.hpp"
#include "loanbook/ledger/door/history.hpp"
#include "loanbook/ledger/entry.hpp"
#include "loanbook/ledger/gl/gl_facts.hpp"
#include "loanbook/ledger/hash_index.hpp"
#include "loanbook/ledger/in_flight/in_flight.hpp"
#include "loanbook/ledger/loan/loan.hpp"
#include "loanbook/ledger/partner_limit.hpp"
#include "loanbook/ledger/reconciliation/reconciliation_book.hpp"
#include "loanbook/money/limits.hpp"
#include "loanbook/storage/store.hpp"

namespace loanbook::ledger {

/// What a loan was for the entries before `until`: that entry restated it, or took it out of
/// isolation.
struct Earlier {
  std::uint64_t until = 0;
  std::uint32_t product = 0;   ///< number of its product version
  std::optional<Day> stood{};  ///< isolated, booked through the day before
  bool operator==(const Earlier&) const = default;
};

/// A loan and what the book knows of it beside its state.
struct LoanRecord {
  std::string id;
  LoanState state;
  std::uint64_t last_entry = 0;
  std::uint64_t version = 0;
  std::uint8_t bucket_closed = 0;  ///< at the last closed day
  bool touched = false;            ///< an event since the last closed day
  bool isolated = false;  ///< left out of the nights; booked through the day before `state.day`
  Boxed<LineShare> on_line{};             ///< where it was opened on a credit line
  Boxed<std::string> party{};             ///< reference of its customer, where it was given
  Boxed<std::vector<Earlier>> earlier{};  ///< where it was restated or isolated, oldest first
};

struct LoanPage {
  std::array<LoanRecord, money::limits::page_loans> loans;
  std::uint64_t sequence = 0;  ///< complete to this entry (as loaded)
  bool dirty = false;
};

/// Loans by number from 1, in pages.
class LoanTable {
 public:
  [[nodiscard]] std::uint64_t size() const { return size_; }
  [[nodiscard]] LoanRecord& at(std::uint64_t number) {
    return pages_[(number - 1) / per_page]->loans[(number - 1) % per_page];
  }
  [[nodiscard]] const LoanRecord& at(std::uint64_t number) const {
    return pages_[(number - 1) / per_page]->loans[(number - 1) % per_page];
  }
  [[nodiscard]] LoanPage& page_of(std::uint64_t number) { return *pages_[(number - 1) / per_page]; }
  [[nodiscard]] const LoanPage& page_of(std::uint64_t number) const {
    return *pages_[(number - 1) / per_page];
  }
  [[nodiscard]] std::vector<std::unique_ptr<LoanPage>>& pages() { return pages_; }
  LoanRecord& append() {
    if (size_ % per_page == 0) pages_.push_back(std::make_unique<LoanPage>());
    return at(++size_);
  }
  void remove_last() {
    at(size_) = LoanRecord{};
    if (--size_ % per_page == 0) pages_.pop_back();
  }

 private:
  static constexpr std::uint64_t per_page = money::limits::page_loans;
  std::vector<std::unique_ptr<LoanPage>> pages_;
  std::uint64_t size_ = 0;
};

struct PublishedProduct {
  Product product;
  Digest digest;
  std::uint64_t sequence;
};

/// Movements of one booking date: by product number, then role. Settlement is kept by payment
/// channel too: what is in `channels` is a part of it.
class DayTotals {
 public:
  using Roles = std::array<money::Int128, role_count>;
  DayTotals() = default;
  explicit DayTotals(std::size_t products) : roles_(products) {}
  [[nodiscard]] std::size_t size() const { return roles_.size(); }
  void resize(std::size_t products) { roles_.resize(products); }
  [[nodiscard]] Roles& operator[](std::size_t number) { return roles_[number]; }
  [[nodiscard]] const Roles& operator[](std::size_t number) const { return roles_[number]; }
  [[nodiscard]] auto begin() const { return roles_.begin(); }
  [[nodiscard]] auto end() const { return roles_.end(); }

  /// By product number and channel, none of them 0.
  using Channels = std::map<std::pair<std::uint32_t, std::string>, money::Int128>;
  [[nodiscard]] const Channels& channels() const { return channels_; }
  void add_channel(std::uint32_t number, const std::string& channel, money::Int128 minor);
  /// What entries of a channel move, times `sign`; nothing where `channel` is empty.
  void add(const std::vector<MovementBlock>& movements, const std::string& channel, int sign);
  void add(const DayTotals& part);

 private:
  std::vector<Roles> roles_;
  Channels channels_;
};

struct BookState {
  storage::Head head;
  std::string currency;
  Day began{};
  Day business_date{};
  Day closed_through{};
  std::vector<PublishedProduct> products;  ///< by number
  SeriesBook series;
  GlFacts gl;
  std::vector<std::uint64_t>
      book_entries;  ///< sequences of series, charts, periods, assertions, for the checkpoint
  LoanTable loans;
  LineBook lines;
  PartnerBook partners;
  ReconciliationBook reconciliation;
  FlightBook flights;
  bool needs_decision = false;  ///< of the options, not of the chain: every pay-out needs an allow
  bool allow_personal_data = false;  ///< of the options too
  HashIndex by_id;
  HashIndex by_key;
  HashIndex by_party;  ///< loans by the customer's reference
  std::map<Day, DayTotals> totals;
  DayTotals balances;  ///< the sum of all totals
  std::uint64_t isolated = 0;
  std::uint64_t checkpoint_sequence = 0;
  std::uint64_t nights_since_checkpoint = 0;
  std::vector<std::uint64_t> touched;  ///< loans with an event since the last closed day
  LongHistories histories;             ///< for whoever writes, alone

  // Since the last checkpoint
  std::vector<std::pair<std::uint64_t, std::uint64_t>> new_keys;  ///< (hash, sequence)
  std::vector<Day> dirty_days;

  [[nodiscard]] std::uint64_t loan_number(std::string_view id) const;  ///< 0: unknown
  [[nodiscard]] const Product& product_of(const LoanRecord& record) const {
    return products.at(record.state.product).product;
  }
  /// Sequence of the entry with this idempotency key, or 0; `same_key` compares an entry's key.
  [[nodiscard]] std::uint64_t find_key(const std::string& source, const std::string& scope,
                                       const std::string& key,
                                       const std::function<bool(std::uint64_t)>& same_key) const;
};

/// The customer of a new loan; nothing where `party` is empty.
void name_party(BookState& state, std::uint64_t loan, std::string_view party);

[[nodiscard]] std::uint64_t key_hash(const std::string& source, const std::string& scope,
                                     const std::string& key);

[[nodiscard]] Result<Entry> entry_of(const storage::View& view, std::uint64_t sequence);

/// How entry `known_at` finds a loan bound.
struct Binding {
  std::uint32_t product = 0;
  std::optional<Day> stood{};  ///< isolated, booked through the day before
};
[[nodiscard]] Binding binding_at(const LoanRecord& record, std::uint64_t known_at);
/// Entry `sequence` leaves what the loan is now behind: it goes on under the product of `next`, no
/// longer isolated.
void rebind(BookState& state, std::uint64_t loan, std::uint64_t sequence, LoanState next);
/// Adds an entry's movements to the totals of its booking date (`sign` 1 or -1).
void add_movements(BookState& state, const Entry& entry, int sign);

/// What `entry` does to everything but loan states, keys and head: dates, products, series, lines.
void apply_book_event(BookState& state, const Entry& entry);

/// What a series does to loans beside what it says of days to come.
struct SeriesEffect {
  std::vector<std::uint64_t> late{};  ///< loans whose books it would change, by number
  std::vector<std::pair<std::uint64_t, LoanState>> moved{};  ///< loans with other days to come
};
/// Of `published` as entry `sequence` on the book before it, entry by entry of the loans it may
/// touch; pages that were written after that entry stay out.
[[nodiscard]] Result<SeriesEffect> effect_of(const BookState& state,
                                             const SeriesPublished& published,
                                             std::uint64_t sequence, const EntrySource& source);
/// Binds the products that name the series anew.
void follow_series(BookState& state, const std::string& series);
/// The product of a loan with its series as known at an entry: a copy only where that is another.
class ProductKnownAt {
 public:
  ProductKnownAt(const BookState& state, const Product& product, std::uint64_t known_at);
  [[nodiscard]] const Product& operator*() const { return copy_ ? *copy_ : product_; }
  [[nodiscard]] const Product* operator->() const { return &**this; }

 private:
  const Product& product_;
  std::optional<Product> copy_{};
};

/// What a loan takes of its line, from its state alone.
[[nodiscard]] LineUse use_of(const LoanState& state);
/// Counts a loan anew after its state changed: on its credit line, against its partners' limits.
void recount(BookState& state, std::uint64_t number);
/// The same, but for its line; of all loans.
void recount_partners(BookState& state, std::uint64_t number);
void recount_partners(BookState& state);
/// Every loan, from nothing; false where a loan stands on a line that is not there.
[[nodiscard]] bool recount_all(BookState& state);
[[nodiscard]] bool is_pay_out(Kind kind);
/// What a loan's entry does to its line (0: none) and to decisions about the loan.
void settle_on_line(LineBook& lines, const Entry& entry, std::uint32_t line, const std::string& id,
                    const Product& product);
/// Hash under which the key index knows a pay-out's reference.
[[nodiscard]] std::uint64_t payout_hash(std::string_view reference);
/// Hash under which the key index knows a reservation: its id is its key too.
[[nodiscard]] std::uint64_t reservation_hash(std::uint32_t line, std::string_view reservation);

/// Brings `state` from the entry before to `entry`, as the writer did when it recorded it.
[[nodiscard]] Status replay(BookState& state, const storage::StoredEntry& stored,
                            const storage::View& view);

/// The state in canonical form: at the opening of the business date, accrued to it (an isolated
/// loan: as it stands).
[[nodiscard]] LoanState canonical(const LoanRecord& record, const BookState& state);

/// Derived rows: everything dirty, then the checkpoint row. Requires: no day is cut over and not
/// closed.
[[nodiscard]] Status save_checkpoint(BookState& state, storage::Store& store);
/// The newest checkpoint and the tail behind it; from the first entry where rows are missing or
/// damaged. Checks the chain of what it replays.
[[nodiscard]] Result<std::unique_ptr<BookState>> load_state(const storage::View& view,
                                                            bool use_rows = true);
/// The same without loans, credit lines and keys: dates, products, facts and totals of the general
/// ledger.
[[nodiscard]] Result<std::unique_ptr<BookState>> load_general_ledger(const storage::View& view);

}  // namespace loanbook::ledger
