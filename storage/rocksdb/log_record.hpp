#pragma once

// One value of the column family `log`. Reached a disk: frozen. Integers big-endian.
//
//   key    = first sequence of the record : u64
//   record = checksum : u32        CRC-32C over key, then everything after this field
//            version : u8          1
//            count : u32           entries of this record, at least 1
//            epoch : u64           of the writer
//            wall_time_ms : i64    of the commit, outside the hashed bytes
//            group_first : u64     the commit group this record is part of
//            group_last : u64
//            entry * count
//   entry  = body_length : u32  body  hash : 32 bytes

#include <cstdint>
#include <functional>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "loanbook/storage/records.hpp"

namespace loanbook::storage::rocksdb {

struct RecordHeader {
  std::uint64_t first = 0;
  std::uint32_t count = 0;
  std::uint64_t epoch = 0;
  std::int64_t wall_time_ms = 0;
  std::uint64_t group_first = 0;
  std::uint64_t group_last = 0;
  [[nodiscard]] std::uint64_t last() const { return first + count - 1; }
};

std::string log_key(std::uint64_t sequence);

/// Splits a group into records of about limits::record_bytes_target and hands each over with its
/// key. Requires: at least one entry.
void encode_group(const Group& group, std::uint64_t epoch,
                  const std::function<void(std::string_view key, std::string_view record)>& use);

/// Walks over the entries of one record whose checksum was found right. The bytes must outlive it.
class RecordReader {
 public:
  /// Nothing where checksum, version or a length do not fit.
  static std::optional<RecordReader> open(std::string_view key, std::string_view record);

  [[nodiscard]] const RecordHeader& header() const { return header_; }
  /// The next entry into `entry` (its capacity is used again); false after the last one.
  bool next(StoredEntry& entry);
  /// Passes over `entries` entries.
  void skip(std::uint64_t entries);

 private:
  RecordHeader header_;
  std::string_view rest_;
  std::uint64_t sequence_ = 0;
};

}  // namespace loanbook::storage::rocksdb
