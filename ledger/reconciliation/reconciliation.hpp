#pragma once

// Reconciliation with the outside as facts of the book: which statements were held against it, what
// was matched, and the breaks that somebody has to decide. How matching works: matching.hpp.

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "loanbook/ledger/loan/operation.hpp"
#include "loanbook/ledger/reconciliation/matching.hpp"
#include "loanbook/money/wide.hpp"
#include "loanbook/storage/records.hpp"

namespace loanbook::ledger {

using money::Error;

/// Whose file it is. Values reached a disk: frozen.
enum class StatementSource : std::uint8_t { bank = 1, partner = 2 };

/// A line as a break keeps it.
struct BreakLine {
  std::uint64_t place = 0;  ///< line of the file
  Day booked{}, valued{};
  std::int64_t minor = 0;
  std::string reference{}, bank_reference{}, text{};
  bool operator==(const BreakLine&) const = default;
};

/// Values reached a disk: frozen.
enum class BreakStatus : std::uint8_t {
  open = 1,
  accepted = 2,   ///< it stays as it is, for a reason
  corrected = 3,  ///< by events that were recorded for it
  matched = 4,    ///< a later statement or entry explained it
};
[[nodiscard]] std::string_view to_text(BreakStatus status);

/// `17-3`: the third break of the statement in entry 17.
struct BreakId {
  std::uint64_t statement = 0;
  std::uint32_t number = 0;
  auto operator<=>(const BreakId&) const = default;
};
[[nodiscard]] std::string to_text(const BreakId& id);
/// `break.bad_id`.
[[nodiscard]] Result<BreakId> parse_break_id(std::string_view text);

struct Break {
  BreakId id{};
  Outcome outcome = Outcome::missing_here;
  MatchBy by = MatchBy::reference;
  std::vector<BreakLine> lines{};
  std::vector<std::uint64_t> entries{};
  std::int64_t difference = 0;
  Day opened{};
  BreakStatus status = BreakStatus::open;
  std::string owner{};
  std::uint64_t closed_by = 0;  ///< entry that closed it
  bool operator==(const Break&) const = default;
};

// What is stored, by kind.

struct StatementReconciled {
  StatementSource source = StatementSource::bank;
  std::string account{}, statement{}, currency{};
  Day from{}, to{};
  std::optional<std::int64_t> opening{}, closing{};
  storage::Digest file{}, rules{};
  std::optional<storage::Digest> segment{};  ///< pairs, findings, breaks: docs/format.md
  std::uint64_t lines = 0;
  std::uint64_t seen = 0;  ///< of them reconciled with an earlier file
  money::Int128 in = 0, out = 0, fees = 0;
  struct Count {
    Outcome outcome = Outcome::matched;
    std::uint64_t findings = 0, lines = 0, entries = 0;
    money::Int128 minor = 0;  ///< of the lines; of the entries where there are none
    bool operator==(const Count&) const = default;
  };
  std::vector<Count> counts{};  ///< by outcome, ascending
  std::uint64_t breaks = 0;
  bool operator==(const StatementReconciled&) const = default;
};
struct BreakChanged {
  BreakId id{};
  BreakStatus status = BreakStatus::open;
  std::string owner{};
  std::vector<std::uint64_t> entries{};  ///< that explain or correct it
};
using ReconciliationFact = std::variant<StatementReconciled, BreakChanged>;

/// What callers send about a break. A reason is required, but for the owner alone.
struct BreakRequest {
  Kind kind = Kind::break_closed;  ///< or break_updated
  std::string id;
  std::string owner{};                         ///< of break_updated; empty: nobody's
  BreakStatus status = BreakStatus::accepted;  ///< of break_closed: or corrected
  std::vector<std::uint64_t> entries{};        ///< accepted: which one it is; corrected: by these
  std::uint32_t corrections = 0;  ///< corrected: also by so many events before it in its batch
};

// What a book answers.

/// What a partner's file should say: a part of what it is owed for a loan.
struct ExpectedItem {
  std::string reference;  ///< as the line about it has
  std::string loan;
  std::int64_t minor = 0;
};

struct ReconcileInput {
  StatementSource source = StatementSource::bank;
  std::string account{}, statement{}, currency{};
  Day from{}, to{};
  std::optional<std::int64_t> opening{}, closing{};
  storage::Digest file{}, rules_digest{};
  std::span<const BankLine> lines{};
  const MatchRules* rules = nullptr;  ///< required
  /// Of a partner's file, in place of the book's settlement.
  std::span<const ExpectedItem> expected{};
  std::string actor{}, reason{};
  bool dry_run = false;
};

struct ReconcileRow {
  struct Entry {
    std::uint64_t sequence = 0;
    std::string loan{};
    std::int64_t minor = 0;
    Day valued{};
    std::string reference{};
  };
  Outcome outcome = Outcome::matched;
  MatchBy by = MatchBy::reference;
  std::vector<BreakLine> lines{};
  std::vector<Entry> entries{};
  std::int64_t difference = 0;
  std::string id{};  ///< of its break; empty: nobody has to decide
};
struct ReconcileReport {
  StatementReconciled statement{};
  std::uint64_t sequence = 0;         ///< of its entry; 0: nothing was written
  bool replayed = false;              ///< this file was reconciled before: `sequence` says where
  std::vector<ReconcileRow> rows{};   ///< all but plain matches, in order of lines
  std::vector<std::string> healed{};  ///< earlier breaks that this statement explains
  std::uint64_t entries = 0;          ///< that could belong to it
  std::optional<std::int64_t> last_closing{};  ///< of the statement before, where it differs
};

struct BreakView {
  Break record{};
  std::string id{}, account{}, currency{}, statement{};
  std::uint8_t digits = 2;
  std::int32_t age = 0;  ///< days since it was opened; 0 once closed
  std::vector<ReconcileRow::Entry> entries{};
  std::string loan{};  ///< of its entries, or named by its line; empty: unknown
};

}  // namespace loanbook::ledger
