#pragma once

// What is stored, as plain structs: bytes with a sequence number and a hash. Storage knows no loans. Layouts: docs/format.md.

#include <array>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace loanbook::storage {

/// SHA-256.
using Digest = std::array<std::uint8_t, 32>;
using Bytes = std::string;

/// The end of the chain: the last sequence number (0: none yet) and the hash of that entry (all zero: none yet).
struct Head {
  std::uint64_t sequence = 0;
  Digest hash = {};
  bool operator==(const Head&) const = default;
};

/// One entry of the chain as it is stored: canonical body, and SHA-256 over (hash of the entry before, body).
struct StoredEntry {
  std::uint64_t sequence = 0;
  Bytes body;
  Digest hash = {};
  bool operator==(const StoredEntry&) const = default;
};

/// What the committer writes at once. Entries have consecutive sequence numbers and follow the store's head.
struct Group {
  std::vector<StoredEntry> entries;
  std::int64_t wall_time_ms = 0;  ///< outside the hashed bytes; given by apps/, 0 in tests
};

/// Spaces of derived rows. Values reached a disk: frozen.
enum class Space : std::uint8_t {
  checkpoint = 1,   ///< one row: what the derived rows are complete to
  loan_page = 2,    ///< pages of loan states
  idempotency = 3,  ///< runs of (key hash, sequence)
  ledger_day = 4,   ///< movements by account of one booking date
  credit_line = 5,  ///< one credit line each; row 0: decisions about loans
  reconciliation = 6,  ///< a statement with its breaks each, and runs of matched entries
  in_flight = 7,       ///< items of suspense, pay-outs ordered, intents: one each
};

/// A derived row: rebuilt from the entries when lost.
struct Row {
  Space space;
  Bytes key;
  Bytes value;  ///< empty: delete
};

/// One damage that `Store::check` found, in words: which file, what is wrong.
struct Damage {
  std::string file;     ///< relative to the book
  std::string message;  ///< what was found and what it means
};

}  // namespace loanbook::storage
