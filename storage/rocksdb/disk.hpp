#pragma once

// Our own files, written through RocksDB's file system so that fault injection covers them as it
// covers the database.

#include <rocksdb/env.h>
#include <rocksdb/file_system.h>

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "loanbook/money/result.hpp"
#include "rocks_store.hpp"

namespace loanbook::storage::rocksdb {

namespace rdb = ::rocksdb;

/// A RocksDB status as our error: `corruption_id` where it says that bytes are damaged or missing,
/// else `store.no_space` or `store.io`.
Error to_error(const rdb::Status& status, const std::string& what,
               const std::string& corruption_id = "integrity.log_damaged");

class Disk {
 public:
  explicit Disk(const Options& options);

  [[nodiscard]] rdb::Env* env() const { return env_; }
  /// False under fault injection, where locks and temporary folders of the system have no meaning.
  [[nodiscard]] bool real() const { return owned_ == nullptr; }

  [[nodiscard]] bool exists(const std::string& path) const;
  Result<std::uint64_t> size(const std::string& path) const;
  Result<std::string> read(const std::string& path) const;
  /// CRC-32C of a whole file, with bounded memory.
  Result<std::uint32_t> checksum(const std::string& path) const;
  /// Names in a folder, ordered, without `.` and `..`. A missing folder has none.
  Result<std::vector<std::string>> list(const std::string& dir) const;

  /// The file has either its old content or all of `content`, synced; the folder is not synced.
  Status replace(const std::string& path, std::string_view content) const;
  /// Copies the first `bytes` bytes, synced.
  Status copy(const std::string& from, const std::string& to, std::uint64_t bytes) const;
  Status truncate(const std::string& path, std::uint64_t bytes) const;
  /// Missing is no error.
  Status remove(const std::string& path) const;
  Status make_dir(const std::string& dir) const;
  Status sync_dir(const std::string& dir) const;
  /// Removes a folder of plain files. Missing is no error.
  Status remove_dir(const std::string& dir) const;

  [[nodiscard]] rdb::FileSystem& files() const { return *files_; }

 private:
  Status write_synced(const std::string& path, std::string_view content) const;

  std::shared_ptr<rdb::Env> owned_;
  rdb::Env* env_;
  std::shared_ptr<rdb::FileSystem> files_;
};

}  // namespace loanbook::storage::rocksdb
