#include "log_record.hpp"

#include <algorithm>
#include <limits>

#include "bytes.hpp"
#include "loanbook/money/assert.hpp"
#include "loanbook/money/limits.hpp"

namespace loanbook::storage::rocksdb {

namespace {

constexpr char version = 1;
constexpr std::size_t header_bytes = 4 + 1 + 4 + 8 + 8 + 8 + 8;
constexpr std::size_t count_at = 5;
constexpr std::size_t entry_overhead = 4 + sizeof(Digest);

std::uint32_t record_checksum(std::string_view key, std::string_view record) {
  Crc32c sum;
  sum.add(key);
  sum.add(record.substr(4));
  return sum.finish();
}

std::string encode_record(std::string_view key, std::span<const StoredEntry> entries,
                          const Group& group, std::uint64_t epoch, std::size_t bytes) {
  std::string record;
  record.reserve(header_bytes + bytes);
  append_u32(record, 0);
  record.push_back(version);
  append_u32(record, static_cast<std::uint32_t>(entries.size()));
  append_u64(record, epoch);
  append_u64(record, static_cast<std::uint64_t>(group.wall_time_ms));
  append_u64(record, group.entries.front().sequence);
  append_u64(record, group.entries.back().sequence);
  for (const auto& entry : entries) {
    append_u32(record, static_cast<std::uint32_t>(entry.body.size()));
    record.append(entry.body);
    record.append(view_of(entry.hash));
  }
  std::string sum;
  append_u32(sum, record_checksum(key, record));
  record.replace(0, 4, sum);
  return record;
}

/// Lengths inside a record whose checksum is right can only be wrong if our own code wrote them
/// wrong; a reader checks all the same.
bool lengths_fit(std::string_view rest, std::uint32_t count) {
  for (std::uint32_t i = 0; i < count; ++i) {
    if (rest.size() < entry_overhead) return false;
    const std::size_t length = std::size_t{read_u32(rest.data())} + entry_overhead;
    if (rest.size() < length) return false;
    rest.remove_prefix(length);
  }
  return rest.empty();
}

}  // namespace

std::string log_key(std::uint64_t sequence) {
  std::string key;
  append_u64(key, sequence);
  return key;
}

void encode_group(const Group& group, std::uint64_t epoch,
                  const std::function<void(std::string_view, std::string_view)>& use) {
  LOANBOOK_ASSERT(!group.entries.empty());
  const std::span<const StoredEntry> all(group.entries);
  std::size_t begin = 0;
  while (begin < all.size()) {
    std::size_t bytes = 0;
    std::size_t end = begin;
    while (end < all.size() && bytes < money::limits::record_bytes_target) {
      LOANBOOK_ASSERT(all[end].body.size() < std::numeric_limits<std::uint32_t>::max());
      bytes += all[end].body.size() + entry_overhead;
      ++end;
    }
    const std::string key = log_key(all[begin].sequence);
    use(key, encode_record(key, all.subspan(begin, end - begin), group, epoch, bytes));
    begin = end;
  }
}

std::optional<RecordReader> RecordReader::open(std::string_view key, std::string_view record) {
  if (key.size() != 8 || record.size() < header_bytes) return std::nullopt;
  if (read_u32(record.data()) != record_checksum(key, record)) return std::nullopt;
  if (record[4] != version) return std::nullopt;
  RecordReader reader;
  const char* at = record.data() + count_at;
  reader.header_.first = read_u64(key.data());
  reader.header_.count = read_u32(at);
  reader.header_.epoch = read_u64(at + 4);
  reader.header_.wall_time_ms = static_cast<std::int64_t>(read_u64(at + 12));
  reader.header_.group_first = read_u64(at + 20);
  reader.header_.group_last = read_u64(at + 28);
  reader.rest_ = record.substr(header_bytes);
  reader.sequence_ = reader.header_.first;
  if (reader.header_.count == 0 || !lengths_fit(reader.rest_, reader.header_.count)) {
    return std::nullopt;
  }
  return reader;
}

bool RecordReader::next(StoredEntry& entry) {
  if (rest_.empty()) return false;
  const std::size_t length = read_u32(rest_.data());
  entry.sequence = sequence_++;
  entry.body.assign(rest_.substr(4, length));
  std::copy_n(rest_.data() + 4 + length, entry.hash.size(),
              reinterpret_cast<char*>(entry.hash.data()));
  rest_.remove_prefix(length + entry_overhead);
  return true;
}

void RecordReader::skip(std::uint64_t entries) {
  for (; entries > 0 && !rest_.empty(); --entries) {
    rest_.remove_prefix(read_u32(rest_.data()) + entry_overhead);
    ++sequence_;
  }
}

}  // namespace loanbook::storage::rocksdb
