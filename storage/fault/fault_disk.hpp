#pragma once

// A disk in memory that loses power, for tests. It keeps for every file what was written and what
// was synced, and for every folder which names were synced; a power loss falls back to the synced
// state, or to something between the two.

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "loanbook/storage/rocksdb/rocks_store.hpp"

namespace loanbook::storage::fault {

/// What is left of unsynced bytes.
enum class Loss {
  process,  ///< everything: only the process died
  dropped,  ///< nothing; names that were not synced vanish
  torn,     ///< of each file a random part of the bytes behind the synced ones
  garbage,  ///< as `torn`, and the last byte of that part is another one
};

/// How a single call fails.
enum class Failure {
  io_error,  ///< EIO; an append has written half of its bytes, a sync has synced
  no_space,  ///< ENOSPC; an append has written half of its bytes
};

/// Counts the calls that change something: create, append, write, truncate, sync, rename, link,
/// remove, make folder. (Dying in a read is dying before the next change.) Any thread may use it.
/// Equal seeds give equal losses.
class FaultDisk {
 public:
  explicit FaultDisk(std::uint64_t seed = 1);
  ~FaultDisk();
  FaultDisk(const FaultDisk&) = delete;
  FaultDisk& operator=(const FaultDisk&) = delete;

  /// For create_book, open_writer, open_reader, check on this disk. Locks are not taken.
  [[nodiscard]] rocksdb::Options options() const;

  [[nodiscard]] std::uint64_t calls() const;
  /// Call number `call` (the first is 1) and all after it fail and change nothing. 0: none.
  void die_at(std::uint64_t call);
  /// Call number `call` fails once. 0: none.
  void fail_at(std::uint64_t call, Failure failure);
  [[nodiscard]] bool died() const;

  /// The machine starts again: handles of before are void, counter at 0, no fault set.
  void power_loss(Loss loss);

  /// Copies of everything that is on the disk now, for many trials from one state.
  [[nodiscard]] std::unique_ptr<FaultDisk> copy(std::uint64_t seed) const;

  /// Full paths of all files, ordered.
  [[nodiscard]] std::vector<std::string> files() const;
  /// Content by full path.
  [[nodiscard]] std::string read(const std::string& path) const;
  void write(const std::string& path, const std::string& content);

  struct State;

 private:
  std::shared_ptr<State> state_;
  std::shared_ptr<void> env_;
};

}  // namespace loanbook::storage::fault
