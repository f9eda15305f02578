#pragma once

// A book in memory: for tests, examples and what-if runs. Obeys the same conformance suite as the
// store on disk.

#include <memory>

#include "loanbook/storage/store.hpp"

namespace loanbook::storage::memory {

/// A book that survives the stores opened on it, so that tests can close, crash and open again.
class MemoryBook {
 public:
  MemoryBook();
  ~MemoryBook();
  MemoryBook(const MemoryBook&) = delete;
  MemoryBook& operator=(const MemoryBook&) = delete;

  /// One writer's hold; raises the epoch. Rows that were put and not flushed by an earlier store
  /// are gone, as after a crash. `busy.writer` while another store of this book lives.
  Result<std::unique_ptr<Store>> open_writer();

  struct State;

 private:
  std::shared_ptr<State> state_;
};

/// A store on a fresh book that lives as long as the store.
std::unique_ptr<Store> make_memory_store();

}  // namespace loanbook::storage::memory
