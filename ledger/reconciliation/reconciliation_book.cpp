#include "loanbook/ledger/reconciliation/reconciliation_book.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>

namespace loanbook::ledger {
namespace {

constexpr std::size_t words_per_row = EntrySet::entries_per_row / 64;

}  // namespace

std::string_view to_text(BreakStatus status) {
  switch (status) {
    case BreakStatus::open:
      return "open";
    case BreakStatus::accepted:
      return "accepted";
    case BreakStatus::corrected:
      return "corrected";
    case BreakStatus::matched:
      return "matched";
  }
  return "?";
}

std::string to_text(const BreakId& id) { return fmt::format("{}-{}", id.statement, id.number); }

Result<BreakId> parse_break_id(std::string_view text) {
  BreakId id;
  const char* end = text.data() + text.size();
  const auto statement = std::from_chars(text.data(), end, id.statement);
  if (statement.ec == std::errc{} && statement.ptr != end && *statement.ptr == '-') {
    const auto number = std::from_chars(statement.ptr + 1, end, id.number);
    if (number.ec == std::errc{} && number.ptr == end) return id;
  }
  return Error{.id = "break.bad_id",
               .message = fmt::format("'{}' is no break; they are called like 17-3, `reconcile "
                                      "breaks` lists them",
                                      text)};
}

bool EntrySet::contains(std::uint64_t entry) const {
  const std::uint64_t row = entry / entries_per_row;
  if (row >= rows_.size() || rows_[row].empty()) return false;
  const std::uint64_t bit = entry % entries_per_row;
  return (rows_[row][bit / 64] >> (bit % 64) & 1) != 0;
}

bool EntrySet::insert(std::uint64_t entry) {
  if (contains(entry)) return false;
  const std::uint64_t row = entry / entries_per_row;
  if (row >= rows_.size()) rows_.resize(row + 1);
  if (rows_[row].empty()) rows_[row].assign(words_per_row, 0);
  const std::uint64_t bit = entry % entries_per_row;
  rows_[row][bit / 64] |= std::uint64_t{1} << (bit % 64);
  dirty_.insert(row);
  return true;
}

void EntrySet::erase(std::uint64_t entry) {
  if (!contains(entry)) return;
  const std::uint64_t row = entry / entries_per_row;
  const std::uint64_t bit = entry % entries_per_row;
  rows_[row][bit / 64] &= ~(std::uint64_t{1} << (bit % 64));
  dirty_.insert(row);
}

bool EntrySet::operator==(const EntrySet& other) const {
  const auto is_empty = [](const std::vector<std::uint64_t>& row) {
    return std::all_of(row.begin(), row.end(), [](std::uint64_t word) { return word == 0; });
  };
  const std::size_t rows = std::max(rows_.size(), other.rows_.size());
  for (std::size_t row = 0; row < rows; ++row) {
    const std::vector<std::uint64_t> none;
    const auto& a = row < rows_.size() ? rows_[row] : none;
    const auto& b = row < other.rows_.size() ? other.rows_[row] : none;
    if (a != b && !(is_empty(a) && is_empty(b))) return false;
  }
  return true;
}

std::string EntrySet::row_of(std::uint64_t row) const {
  std::string bytes;
  bytes.reserve(entries_per_row / 8);
  for (std::uint64_t word : rows_[row]) {
    for (int i = 0; i < 8; ++i, word >>= 8) bytes += static_cast<char>(word & 0xff);
  }
  return bytes;
}

bool EntrySet::load_row(std::uint64_t row, std::string_view bytes) {
  // A chain of 2^40 entries is longer than any book.
  if (bytes.size() != entries_per_row / 8 || row > (std::uint64_t{1} << 24)) return false;
  if (row >= rows_.size()) rows_.resize(row + 1);
  rows_[row].assign(words_per_row, 0);
  for (std::size_t i = 0; i < bytes.size(); ++i)
    rows_[row][i / 8] |= std::uint64_t{static_cast<std::uint8_t>(bytes[i])} << (i % 8 * 8);
  return true;
}

const Break* ReconciliationBook::find(const BreakId& id) const {
  const auto found = breaks_.find(id);
  return found == breaks_.end() ? nullptr : &found->second;
}

const StatementRecord* ReconciliationBook::of_file(const storage::Digest& file,
                                                   std::string_view account) const {
  for (const auto& [sequence, statement] : statements_) {
    if (statement.fact.file == file && statement.fact.account == account) return &statement;
  }
  return nullptr;
}

void ReconciliationBook::settle(Break& record, BreakStatus status, std::uint64_t by) {
  record.status = status;
  record.closed_by = by;
  dirty_.insert(record.id.statement);
}

void ReconciliationBook::apply(const StatementReconciled& fact,
                               const ReconciliationSegment& segment, std::uint64_t sequence,
                               Day booked) {
  statements_.insert_or_assign(sequence, StatementRecord{sequence, booked, fact});
  dirty_.insert(sequence);
  for (const auto& pair : segment.pairs) matched_.insert(pair.entry);
  std::uint32_t number = 0;
  for (const auto& found : segment.found) {
    if (settles(found.outcome)) {
      for (const std::uint64_t entry : found.entries) matched_.insert(entry);
    }
    if (!needs_decision(found.outcome)) continue;
    const BreakId id{sequence, ++number};
    breaks_.insert_or_assign(id, Break{.id = id,
                                       .outcome = found.outcome,
                                       .by = found.by,
                                       .lines = found.texts,
                                       .entries = found.entries,
                                       .difference = found.difference,
                                       .opened = booked});
  }
  for (const BreakId& id : segment.healed) {
    const auto healed = breaks_.find(id);
    if (healed != breaks_.end()) settle(healed->second, BreakStatus::matched, sequence);
  }
}

bool ReconciliationBook::apply(const BreakChanged& fact, std::uint64_t sequence) {
  const auto found = breaks_.find(fact.id);
  if (found == breaks_.end()) return false;
  Break& record = found->second;
  dirty_.insert(record.id.statement);
  if (fact.status == BreakStatus::open) {
    record.owner = fact.owner;
    return true;
  }
  settle(record, fact.status, sequence);
  for (const std::uint64_t entry : fact.entries) matched_.insert(entry);
  return true;
}

ReconciliationBook::Kept ReconciliationBook::keep(const BreakChanged& fact) const {
  Kept kept;
  if (const Break* record = find(fact.id)) kept.record = *record;
  for (const std::uint64_t entry : fact.entries) {
    if (!matched_.contains(entry)) kept.unmatched.push_back(entry);
  }
  return kept;
}

void ReconciliationBook::restore(const Kept& kept) {
  if (kept.record) breaks_.insert_or_assign(kept.record->id, *kept.record);
  for (const std::uint64_t entry : kept.unmatched) matched_.erase(entry);
}

}  // namespace loanbook::ledger
