#pragma once

// The narrow interface between the ledger and what keeps its bytes. One conformance suite (tests/storage) holds every implementation to it.

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "loanbook/money/result.hpp"
#include "loanbook/storage/records.hpp"

namespace loanbook::storage {

using money::Error;
using money::Result;
using money::Status;

/// A consistent snapshot. It stays valid while the store lives; any thread may use it, one at a time.
class View {
 public:
  virtual ~View() = default;
  /// The last entry of this view.
  [[nodiscard]] virtual Head head() const = 0;
  /// Nothing beyond the head. `integrity.entry_missing`, `integrity.record_damaged` where the bytes are not what was written.
  virtual Result<std::optional<StoredEntry>> entry(std::uint64_t sequence) const = 0;
  /// Calls `use` for the entries `from`..`to` (inclusive, cut at the head) in order, until it returns false. Same errors. Streams:
  /// memory is bounded by one stored record.
  virtual Status entries(std::uint64_t from, std::uint64_t to, const std::function<bool(const StoredEntry&)>& use) const = 0;
  virtual Result<std::optional<Bytes>> row(Space space, std::string_view key) const = 0;
  /// Rows of a space in key order (bytes, unsigned), from `from` on, until `use` returns false.
  virtual Status rows(Space space, std::string_view from, const std::function<bool(std::string_view key, std::string_view value)>& use) const = 0;
  /// The content whose SHA-256 is `digest`; nothing where there is no such segment. The caller checks the digest.
  virtual Result<std::optional<Bytes>> segment(const Digest& digest) const = 0;
  /// Digests of all segments that are there, named by an entry or not, ordered.
  virtual Result<std::vector<Digest>> segments() const = 0;
};

/// One writer's hold on a book.
///
/// After any error of `commit`, `put_segment` or `flush_rows` the store is dead: every later write gives `store.dead` until the book is
/// opened again, and what was being written is unknown (re-send with the same key).
class Store {
 public:
  virtual ~Store() = default;

  /// All or nothing, durable on return: log synced first, then the head file, then this returns.
  /// Requires: entries follow the head without a gap (asserted).
  virtual Status commit(const Group& group) = 0;

  /// Durable on return, invisible until an entry names its digest. Writing the same digest again is no error.
  virtual Status put_segment(const Digest& digest, std::string_view content) = 0;
  /// For segments that no entry names. Missing is no error.
  virtual Status drop_segment(const Digest& digest) = 0;

  /// Derived rows: visible to views at once, durable only after `flush_rows`. Rows become durable in the order they were put:
  /// after a crash the rows there are those of a prefix of the calls, each call whole.
  virtual Status put_rows(std::span<const Row> rows) = 0;
  virtual Status flush_rows() = 0;
  /// Drops all derived rows (before `rebuild`).
  virtual Status drop_rows() = 0;

  virtual Result<std::unique_ptr<View>> view() const = 0;
  [[nodiscard]] virtual Head head() const = 0;
  /// Raised at each writer open; stands in every group header.
  [[nodiscard]] virtual std::uint64_t epoch() const = 0;

  /// A copy of the book as of now into the empty or missing folder `target`, openable by itself; checked and synced before success.
  virtual Status backup(const std::string& target) = 0;

  /// Flushes everything and leaves the clean-shutdown mark. The store can only be destroyed after it. Destroying without it is a crash.
  virtual Status close() = 0;
};

}  // namespace loanbook::storage
