#pragma once

// Garbage behind the last whole record of a write-ahead log or MANIFEST, where an unsynced write
// was torn: RocksDB refuses such a book although nothing acknowledged is lost (about one crash
// point in 300 when torn bytes are garbage).

#include <string>

#include "disk.hpp"
#include "loanbook/storage/records.hpp"

namespace loanbook::storage::rocksdb {

/// A write-ahead log or MANIFEST, by its name.
bool is_log(std::string_view name);

/// Where a fragment's header says its length (u16 little-endian) and type.
inline constexpr std::size_t log_length_at = 4;
inline constexpr std::size_t log_type_at = 6;
/// Types above belong to recycled logs, which a book does not have.
inline constexpr std::uint8_t log_types_last = 4;

/// Where the next header lies behind a fragment of `length` bytes whose header is at `at`. Pure.
std::uint64_t next_log_header(std::uint64_t at, std::size_t length);

/// Bytes up to the end of the last whole record before the first unreadable one, in RocksDB's log
/// format (32 KiB blocks; fragments of masked CRC-32C : u32 little-endian, length : u16
/// little-endian, type : u8 full/first/middle/last). Pure.
std::size_t whole_records(std::string_view file);

/// Cuts MANIFEST and write-ahead logs behind their last whole record, but only if a cut copy opens
/// and holds everything up to `acknowledged`. The files as found are kept in the book's folder
/// `set-aside-<epoch>`. Else `integrity.*`, and nothing changed.
Status cut_torn_tails(const Disk& disk, const std::string& dir, const Head& acknowledged,
                      std::uint64_t epoch);

/// Removes what a crashed trial left.
Status discard_trial(const Disk& disk, const std::string& dir);

}  // namespace loanbook::storage::rocksdb
