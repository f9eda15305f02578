#pragma once

// The files as RocksDB may see them: what it would fall over is refused or made harmless first.
// RocksDB reads every file of a database through here, our own code does not.

#include <rocksdb/env.h>

#include <memory>
#include <string>

namespace loanbook::storage::rocksdb {

class GuardedFiles;

/// An environment for one database. Tables are refused on opening unless `check_table_ends` finds
/// them whole: exactly those that the MANIFEST names or RocksDB just wrote, never what a crash
/// left. In MANIFEST and write-ahead logs, types of recycled records (which our options never
/// write) are shown as a type that does not exist: RocksDB 7.8.3 reads one as the end of the file,
/// in silence, and a secondary reads it again for ever.
class GuardedEnv final : public ::rocksdb::EnvWrapper {
 public:
  /// `base` must outlive it.
  explicit GuardedEnv(::rocksdb::Env* base);
  const char* Name() const override { return "loanbook.GuardedEnv"; }

  /// Name of the first table that was refused, and why; empty: none. Any thread may ask.
  struct Refused {
    std::string name;
    std::string why;
  };
  [[nodiscard]] Refused refused() const;

 private:
  std::shared_ptr<GuardedFiles> files_;
};

}  // namespace loanbook::storage::rocksdb
