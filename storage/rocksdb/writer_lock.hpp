#pragma once

// The file WRITER: held by a lock on its open file description for the writer's life. RocksDB's own
// LOCK is a process lock: any code that opens and closes that file in the writer's process drops
// it. Content: who holds it, sealed; empty after a clean close.

#include <string>

#include "disk.hpp"

namespace loanbook::storage::rocksdb {

class WriterLock {
 public:
  WriterLock() = default;
  WriterLock(WriterLock&& other) noexcept;
  WriterLock& operator=(WriterLock&& other) noexcept;
  /// Releases; the content stays and tells who crashed.
  ~WriterLock();

  /// `busy.writer`, naming the holder. Nothing is locked under fault injection.
  static Result<WriterLock> acquire(const Disk& disk, const std::string& dir,
                                    const Options& options);
  /// Another open file holds the lock now.
  static bool held(const Disk& disk, const std::string& dir);
  /// Empties the file and releases.
  void release_clean();

 private:
  int descriptor_ = -1;
};

}  // namespace loanbook::storage::rocksdb
