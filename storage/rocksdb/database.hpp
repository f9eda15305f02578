#pragma once

// RocksDB as this book uses it: every option with its reason, and the questions asked of the log.

#include <rocksdb/db.h>

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "disk.hpp"
#include "guarded_env.hpp"
#include "loanbook/storage/records.hpp"
#include "log_record.hpp"

namespace loanbook::storage::rocksdb {

/// An open database; every open refuses a table that `GuardedEnv` does, with
/// `integrity.file_damaged` and its name, where a secondary would go on without it. Closes itself
/// without flushing, as a crash would.
class Database {
 public:
  ~Database();
  Database(const Database&) = delete;
  Database& operator=(const Database&) = delete;

  /// A new empty database in the folder `path`.
  static Result<std::shared_ptr<Database>> create(const Disk& disk, const std::string& path);
  static Result<std::shared_ptr<Database>> open(const Disk& disk, const std::string& path,
                                                rdb::WALRecoveryMode mode);
  /// Reads beside a writer; RocksDB's own files go to the folder `secondary`.
  static Result<std::shared_ptr<Database>> open_secondary(const Disk& disk, const std::string& path,
                                                          const std::string& secondary);
  /// Opens every table that the database names, and fails where a secondary leaves one out in
  /// silence. Writes nothing; only where no writer holds the book.
  static Status open_strictly(const Disk& disk, const std::string& path);

  [[nodiscard]] rdb::DB& db() const { return *db_; }
  [[nodiscard]] rdb::ColumnFamilyHandle* log() const { return families_[1]; }
  [[nodiscard]] rdb::ColumnFamilyHandle* derived() const { return families_[2]; }

  /// Both column families into tables; the write-ahead log is empty afterwards.
  Status flush_all() const;
  /// Gives every file back; the object must not be used afterwards.
  Status close();

 private:
  explicit Database(const Disk& disk) : env_(std::make_unique<GuardedEnv>(disk.env())) {}
  /// Takes what RocksDB opened, and says what the open came to.
  Status accept(const rdb::Status& status, rdb::DB* db, const std::string& what);

  /// First, because the database uses it to its end.
  std::unique_ptr<GuardedEnv> env_;
  std::unique_ptr<rdb::DB> db_;
  std::vector<rdb::ColumnFamilyHandle*> families_;
};

/// The names of RocksDB's column families; reached a disk: frozen.
inline constexpr const char* log_family = "log";
inline constexpr const char* derived_family = "derived";

/// Walks over the records of the log from the one that holds `from` on, checking each checksum and
/// that no entry is missing, until `use` returns false. `integrity.record_damaged`,
/// `integrity.entry_missing`.
Status scan_records(const Database& database, const rdb::Snapshot* snapshot, std::uint64_t from,
                    const std::function<bool(RecordReader&)>& use);

/// All entries of the stored record that holds `sequence`; empty where there is none.
Result<std::vector<StoredEntry>> find_record(const Database& database,
                                             const rdb::Snapshot* snapshot, std::uint64_t sequence);

/// The entry with this sequence number; nothing if the log ends before it.
Result<std::optional<StoredEntry>> find_entry(const Database& database,
                                              const rdb::Snapshot* snapshot,
                                              std::uint64_t sequence);

struct Tail {
  Head head;
  std::uint64_t epoch = 0;  ///< of the last record
};

/// The end of the log. What is not in tables yet came through the write-ahead log, which RocksDB
/// may cut short in silence: these records are checked for gaps and whole groups. Errors as
/// `scan_records`.
Result<Tail> read_tail(const Database& database);

/// The log holds everything that HEAD acknowledged: `integrity.entries_missing`,
/// `integrity.head_mismatch`.
Status check_acknowledged(const Database& database, const Tail& tail, const Head& acknowledged);

}  // namespace loanbook::storage::rocksdb
