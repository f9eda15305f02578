#include "database.hpp"

#include <rocksdb/cache.h>
#include <rocksdb/file_checksum.h>
#include <rocksdb/filter_policy.h>
#include <rocksdb/table.h>

#include <algorithm>

#include "bytes.hpp"
#include "table_ends.hpp"

namespace loanbook::storage::rocksdb {

namespace {

/// RocksDB writes a file of messages otherwise, which no checksum covers and nobody reads.
class NoMessages final : public rdb::Logger {
 public:
  using rdb::Logger::Logv;
  void Logv(const char*, va_list) override {}
};

rdb::DBOptions db_options(GuardedEnv& env, rdb::WALRecoveryMode mode) {
  rdb::DBOptions options;
  options.env = &env;
  options.info_log = std::make_shared<NoMessages>();
  // The default mode drops acknowledged entries in silence after one flipped bit (RocksDB 7.8.3:
  // 100 % of flips); see RELIABILITY in docs/format-storage.md. Reused log files would make a torn
  // tail look like damage.
  options.wal_recovery_mode = mode;
  options.recycle_log_file_num = 0;
  // Tables carry the name of the machine that wrote them otherwise, into every backup of the book.
  options.db_host_id = "";
  // Otherwise an open rewrites what it could read and deletes the log it read it from: the
  // evidence.
  options.avoid_flush_during_recovery = true;
  // Destroying a store without close() must be a crash, also for derived rows.
  options.avoid_flush_during_shutdown = true;
  // After an I/O error what reached the disk is unknown: the store is dead until it is opened
  // again.
  options.max_bgerror_resume_count = 0;
  options.paranoid_checks = true;
  // Checks bytes that no read ever touches, and saves reading tables for the clean-shutdown mark.
  options.file_checksum_gen_factory = rdb::GetFileChecksumGenCrc32cFactory();
  // RocksDB 7.8.3 leaks a column family, and asserts, where it fails to write OPTIONS while
  // creating one. Nothing of ours reads OPTIONS, and close removes a half-written one.
  options.fail_if_options_file_error = false;
  // Log and derived rows become durable apart from each other on purpose: rows are checkpoints.
  options.atomic_flush = false;
  // One flush and one compaction: the night's own threads need the processors.
  options.max_background_jobs = 2;
  // Unflushed derived rows keep old log files alive; this bounds what an open must replay.
  options.max_total_wal_size = std::uint64_t{256} << 20;
  // Timers of our own process are enough.
  options.stats_dump_period_sec = 0;
  options.stats_persist_period_sec = 0;
  // Opening must not read every table for statistics that nothing uses.
  options.skip_stats_update_on_db_open = true;
  // Sixteen threads for each open of a handful of tables cost more than the opens (RocksDB's
  // default).
  options.max_file_opening_threads = 1;
  // A reader keeps files that the writer has removed only if it opened them at once.
  options.max_open_files = -1;
  return options;
}

rdb::ColumnFamilyOptions family_options(std::size_t write_buffer_bytes) {
  rdb::ColumnFamilyOptions options;
  options.write_buffer_size = write_buffer_bytes;
  // One more buffer fills while one is flushed.
  options.max_write_buffer_number = 3;
  options.paranoid_file_checks = true;
  options.compression = rdb::kLZ4Compression;
  rdb::BlockBasedTableOptions table;
  table.block_cache = rdb::NewLRUCache(std::size_t{32} << 20);
  table.filter_policy.reset(rdb::NewBloomFilterPolicy(10));
  // Finds a flip inside a block and at its end alike; the same sum as our own files.
  table.checksum = rdb::kCRC32c;
  // The default of RocksDB 7.8; what `check_table_ends` knows.
  table.format_version = table_format_version;
  options.table_factory.reset(rdb::NewBlockBasedTableFactory(table));
  return options;
}

std::vector<rdb::ColumnFamilyDescriptor> families() {
  // Own families: inserts alternating between log and rows would defeat the memtable's fast path
  // for ordered keys (PERFORMANCE.md section 3). The log's buffer bounds what a start and every
  // reader replays; rows profit from being rewritten in memory.
  return {{rdb::kDefaultColumnFamilyName, family_options(std::size_t{1} << 20)},
          {log_family, family_options(std::size_t{16} << 20)},
          {derived_family, family_options(std::size_t{64} << 20)}};
}

Error damaged(std::string_view key) {
  const std::string where = key.size() == 8 ? std::to_string(read_u64(key.data())) : "?";
  return Error{"integrity.record_damaged", "the log record that begins with entry " + where +
                                               " is not what was written; restore from a backup"};
}

Error missing(std::uint64_t first, std::uint64_t last) {
  return Error{"integrity.entry_missing", "entries " + std::to_string(first) + " to " +
                                              std::to_string(last) +
                                              " are missing in the log; restore from a backup"};
}

rdb::ReadOptions scan_options(const rdb::Snapshot* snapshot) {
  rdb::ReadOptions options;
  options.snapshot = snapshot;
  options.readahead_size = std::size_t{2} << 20;
  options.fill_cache = false;
  options.total_order_seek = true;
  return options;
}

}  // namespace

Database::~Database() {
  if (!db_) return;
  for (auto* family : families_) db_->DestroyColumnFamilyHandle(family).PermitUncheckedError();
}

Status Database::accept(const rdb::Status& status, rdb::DB* db, const std::string& what) {
  db_.reset(db);
  const auto refused = env_->refused();
  if (!refused.name.empty()) {
    return Error{"integrity.file_damaged",
                 what + ": " + refused.why + "; see verify, and restore from a backup",
                 "db/" + refused.name};
  }
  if (!status.ok()) return to_error(status, what);
  return money::ok();
}

Result<std::shared_ptr<Database>> Database::create(const Disk& disk, const std::string& path) {
  std::shared_ptr<Database> database(new Database(disk));
  rdb::DBOptions options = db_options(*database->env_, rdb::WALRecoveryMode::kAbsoluteConsistency);
  options.create_if_missing = true;
  options.create_missing_column_families = true;
  options.error_if_exists = true;
  rdb::DB* opened = nullptr;
  const auto status = rdb::DB::Open(options, path, families(), &database->families_, &opened);
  if (auto whole = database->accept(status, opened, "create the database"); !whole) {
    return whole.error();
  }
  return database;
}

Result<std::shared_ptr<Database>> Database::open(const Disk& disk, const std::string& path,
                                                 rdb::WALRecoveryMode mode) {
  std::shared_ptr<Database> database(new Database(disk));
  rdb::DB* opened = nullptr;
  const auto status = rdb::DB::Open(db_options(*database->env_, mode), path, families(),
                                    &database->families_, &opened);
  if (auto whole = database->accept(status, opened, "open the database"); !whole) {
    return whole.error();
  }
  return database;
}

Result<std::shared_ptr<Database>> Database::open_secondary(const Disk& disk,
                                                           const std::string& path,
                                                           const std::string& secondary) {
  std::shared_ptr<Database> database(new Database(disk));
  rdb::DB* opened = nullptr;
  const auto status = rdb::DB::OpenAsSecondary(
      db_options(*database->env_, rdb::WALRecoveryMode::kTolerateCorruptedTailRecords), path,
      secondary, families(), &database->families_, &opened);
  if (auto whole = database->accept(status, opened, "open the database for reading"); !whole) {
    return whole.error();
  }
  return database;
}

Status Database::open_strictly(const Disk& disk, const std::string& path) {
  const std::unique_ptr<Database> database(new Database(disk));
  rdb::DB* opened = nullptr;
  const auto status = rdb::DB::OpenForReadOnly(
      db_options(*database->env_, rdb::WALRecoveryMode::kTolerateCorruptedTailRecords), path,
      families(), &database->families_, &opened);
  return database->accept(status, opened, "open every table");
}

Status Database::flush_all() const {
  rdb::FlushOptions options;
  const auto status = db_->Flush(options, families_);
  if (!status.ok()) return to_error(status, "flush");
  return money::ok();
}

Status Database::close() {
  for (auto* family : families_) db_->DestroyColumnFamilyHandle(family).PermitUncheckedError();
  families_.clear();
  const auto status = db_->Close();
  db_.reset();
  if (!status.ok()) return to_error(status, "close the database");
  return money::ok();
}

Status scan_records(const Database& database, const rdb::Snapshot* snapshot, std::uint64_t from,
                    const std::function<bool(RecordReader&)>& use) {
  const std::unique_ptr<rdb::Iterator> it(
      database.db().NewIterator(scan_options(snapshot), database.log()));
  it->SeekForPrev(log_key(std::max<std::uint64_t>(from, 1)));
  if (!it->Valid() && it->status().ok()) it->SeekToFirst();
  std::uint64_t expected = 0;
  for (; it->Valid(); it->Next()) {
    auto record = RecordReader::open(it->key().ToStringView(), it->value().ToStringView());
    if (!record) return damaged(it->key().ToStringView());
    const auto& header = record->header();
    if (expected == 0) expected = from <= 1 ? 1 : header.first;
    if (header.first != expected) return missing(expected, header.first - 1);
    expected = header.last() + 1;
    if (!use(*record)) return money::ok();
  }
  if (!it->status().ok()) {
    return to_error(it->status(), "read the log after entry " + std::to_string(expected),
                    "integrity.record_damaged");
  }
  return money::ok();
}

Result<std::vector<StoredEntry>> find_record(const Database& database,
                                             const rdb::Snapshot* snapshot,
                                             std::uint64_t sequence) {
  rdb::ReadOptions options;
  options.snapshot = snapshot;
  const std::unique_ptr<rdb::Iterator> it(database.db().NewIterator(options, database.log()));
  it->SeekForPrev(log_key(sequence));
  if (!it->status().ok()) {
    return to_error(it->status(), "read entry " + std::to_string(sequence),
                    "integrity.record_damaged");
  }
  std::vector<StoredEntry> entries;
  if (!it->Valid()) return entries;
  auto record = RecordReader::open(it->key().ToStringView(), it->value().ToStringView());
  if (!record) return damaged(it->key().ToStringView());
  if (sequence > record->header().last()) return entries;
  entries.reserve(record->header().last() - record->header().first + 1);
  StoredEntry entry;
  while (record->next(entry)) entries.push_back(entry);
  return entries;
}

Result<std::optional<StoredEntry>> find_entry(const Database& database,
                                              const rdb::Snapshot* snapshot,
                                              std::uint64_t sequence) {
  auto record = find_record(database, snapshot, sequence);
  if (!record) return record.error();
  if (record->empty()) return std::optional<StoredEntry>{};
  return std::optional<StoredEntry>{std::move((*record)[sequence - record->front().sequence])};
}

Result<Tail> read_tail(const Database& database) {
  std::vector<rdb::LiveFileMetaData> tables;
  database.db().GetLiveFilesMetaData(&tables);
  std::uint64_t from = 1;
  for (const auto& table : tables) {
    if (table.column_family_name != log_family || table.largestkey.size() != 8) continue;
    from = std::max(from, read_u64(table.largestkey.data()));
  }
  Tail tail;
  std::uint64_t group_last = 0;
  const auto scanned = scan_records(database, nullptr, from, [&](RecordReader& record) {
    StoredEntry entry;
    record.skip(record.header().count - 1);
    LOANBOOK_ASSERT(record.next(entry));
    tail = {{entry.sequence, entry.hash}, record.header().epoch};
    group_last = record.header().group_last;
    return true;
  });
  if (!scanned) return scanned.error();
  if (group_last != tail.head.sequence) return missing(tail.head.sequence + 1, group_last);
  return tail;
}

Status check_acknowledged(const Database& database, const Tail& tail, const Head& acknowledged) {
  if (tail.head.sequence < acknowledged.sequence) {
    return Error{"integrity.entries_missing",
                 "acknowledged entries " + std::to_string(tail.head.sequence + 1) + " to " +
                     std::to_string(acknowledged.sequence) +
                     " are missing; the book takes no more writes: restore from a backup"};
  }
  Digest hash = {};
  if (acknowledged.sequence > 0) {
    const auto entry = find_entry(database, nullptr, acknowledged.sequence);
    if (!entry) return entry.error();
    if (!entry.value()) return missing(acknowledged.sequence, acknowledged.sequence);
    hash = entry.value()->hash;
  }
  if (hash != acknowledged.hash) {
    return Error{"integrity.head_mismatch",
                 "entry " + std::to_string(acknowledged.sequence) +
                     " is not the one that the head file "
                     "acknowledged; restore from a backup",
                 "HEAD"};
  }
  return money::ok();
}

}  // namespace loanbook::storage::rocksdb
