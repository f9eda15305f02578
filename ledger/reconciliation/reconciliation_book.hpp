#pragma once

// What follows from reconciliation facts: which entries are matched, which breaks are open.
// Derived: made again from the entries and their segments. Private to ledger/.

#include <map>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "loanbook/ledger/codec.hpp"
#include "loanbook/ledger/reconciliation/reconciliation.hpp"
#include "loanbook/storage/store.hpp"

namespace loanbook::ledger {

using money::Status;

/// What a statement's entry names by digest. Lines are places in the file, from 0; those that are
/// carried over from earlier breaks follow.
struct ReconciliationSegment {
  struct Carried {
    BreakId id{};
    std::uint32_t line = 0;
  };
  struct Pair {
    std::uint64_t line = 0;
    std::uint64_t entry = 0;
  };
  struct Found {
    Outcome outcome = Outcome::matched;
    MatchBy by = MatchBy::reference;
    std::vector<std::uint64_t> lines{};
    std::vector<std::uint64_t> entries{};
    std::int64_t difference = 0;
    std::vector<BreakLine> texts{};  ///< of the lines, where somebody has to decide
  };
  std::vector<std::uint64_t> fingerprints{};  ///< of the file's lines
  std::vector<Carried> carried{};
  std::vector<Pair> pairs{};  ///< by line
  std::vector<Found> found{};
  std::vector<BreakId> healed{};
};
[[nodiscard]] std::string encode(const ReconciliationSegment& segment);
/// `integrity.segment_damaged`.
[[nodiscard]] Result<ReconciliationSegment> decode_reconciliation(std::string_view bytes);
/// `integrity.segment_missing`, `integrity.segment_damaged`.
[[nodiscard]] Result<ReconciliationSegment> read_reconciliation(const storage::View& view,
                                                                const storage::Digest& digest);

/// The payload's bytes; docs/format.md, section "Reconciliation".
void encode(Encoder& out, const ReconciliationFact& fact);
/// Requires is_reconciliation_event(kind). The decoder is failed where the bytes are not canonical.
[[nodiscard]] ReconciliationFact decode_reconciliation_fact(Decoder& in, Kind kind);
/// One line for people.
[[nodiscard]] std::string text_of(const ReconciliationFact& fact);

/// Entries by a bit each.
class EntrySet {
 public:
  static constexpr std::uint64_t entries_per_row = 65'536;

  [[nodiscard]] bool contains(std::uint64_t entry) const;
  /// False where it is there already.
  bool insert(std::uint64_t entry);
  void erase(std::uint64_t entry);
  bool operator==(const EntrySet& other) const;

  [[nodiscard]] std::set<std::uint64_t> take_dirty() { return std::exchange(dirty_, {}); }
  [[nodiscard]] std::string row_of(std::uint64_t row) const;
  [[nodiscard]] bool load_row(std::uint64_t row, std::string_view bytes);

 private:
  std::vector<std::vector<std::uint64_t>> rows_;
  std::set<std::uint64_t> dirty_;
};

struct StatementRecord {
  std::uint64_t sequence = 0;
  Day booked{};
  StatementReconciled fact{};
  bool operator==(const StatementRecord&) const = default;
};

class ReconciliationBook {
 public:
  [[nodiscard]] const std::map<std::uint64_t, StatementRecord>& statements() const {
    return statements_;
  }
  [[nodiscard]] const std::map<BreakId, Break>& breaks() const { return breaks_; }
  [[nodiscard]] const Break* find(const BreakId& id) const;
  /// The statement made from this file, or null.
  [[nodiscard]] const StatementRecord* of_file(const storage::Digest& file,
                                               std::string_view account) const;
  [[nodiscard]] bool matched(std::uint64_t entry) const { return matched_.contains(entry); }

  void apply(const StatementReconciled& fact, const ReconciliationSegment& segment,
             std::uint64_t sequence, Day booked);
  /// False where there is no such break.
  bool apply(const BreakChanged& fact, std::uint64_t sequence);

  // Undo of a BreakChanged.
  struct Kept {
    std::optional<Break> record{};
    std::vector<std::uint64_t> unmatched{};
  };
  [[nodiscard]] Kept keep(const BreakChanged& fact) const;
  void restore(const Kept& kept);

  // Derived rows: a statement with its breaks each, and runs of matched entries.
  [[nodiscard]] std::vector<storage::Row> take_dirty_rows();
  [[nodiscard]] bool load_row(std::string_view key, std::string_view value);
  [[nodiscard]] bool same_content(const ReconciliationBook& other) const {
    return statements_ == other.statements_ && breaks_ == other.breaks_ &&
           matched_ == other.matched_;
  }

 private:
  void settle(Break& record, BreakStatus status, std::uint64_t by);

  std::map<std::uint64_t, StatementRecord> statements_;
  std::map<BreakId, Break> breaks_;
  EntrySet matched_;
  std::set<std::uint64_t> dirty_;  ///< statements
};

}  // namespace loanbook::ledger
