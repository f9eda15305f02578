// Bytes that reached a disk are frozen: golden layouts, written out by hand from
// docs/format-storage.md.

#include <catch2/catch.hpp>

#include "loanbook/storage/rocksdb/bytes.hpp"
#include "loanbook/storage/rocksdb/log_record.hpp"
#include "loanbook/storage/rocksdb/recovery.hpp"
#include "support.hpp"

namespace loanbook::storage::test {

using namespace rocksdb;

TEST_CASE("checksums are CRC-32C", "[layout]") {
  // RFC 3720, appendix B.4, and the check value of the CRC catalogue.
  CHECK(crc32c("123456789") == 0xe3069283U);
  CHECK(crc32c(std::string(32, '\0')) == 0x8a9136aaU);
  CHECK(crc32c(std::string(32, '\xff')) == 0x62a8ab43U);
  CHECK(crc32c("") == 0);
}

TEST_CASE("a sealed text shows any change", "[layout]") {
  const std::string file = sealed("loanbook book\nformat 1\n");
  CHECK(unsealed(file) == "loanbook book\nformat 1\n");
  for (std::size_t byte = 0; byte < file.size(); ++byte) {
    for (int bit = 0; bit < 8; ++bit) {
      std::string other = file;
      other[byte] = static_cast<char>(other[byte] ^ (1 << bit));
      CHECK_FALSE(unsealed(other).has_value());
    }
  }
}

TEST_CASE("a log record has the documented bytes", "[layout]") {
  Group group;
  group.wall_time_ms = 0x0102030405060708;
  group.entries.push_back({258, "ab", Digest{0xaa}});
  std::string key;
  std::string record;
  encode_group(group, 7, [&](std::string_view k, std::string_view r) {
    key = k;
    record = r;
  });
  CHECK(hex(key) == "0000000000000102");
  const std::string rest =
      "01"
      "00000001"
      "0000000000000007"
      "0102030405060708"
      "0000000000000102"
      "0000000000000102"
      "00000002"
      "6162"
      "aa" +
      std::string(62, '0');
  CHECK(hex(record).substr(8) == rest);
  CHECK(read_u32(record.data()) == crc32c(key + record.substr(4)));
}

TEST_CASE("no flipped bit of a record goes unnoticed", "[layout]") {
  std::string key;
  std::string record;
  encode_group(group_of(5, 3), 1, [&](std::string_view k, std::string_view r) {
    key = k;
    record = r;
  });
  REQUIRE(RecordReader::open(key, record).has_value());
  for (std::size_t byte = 0; byte < record.size(); ++byte) {
    std::string other = record;
    other[byte] = static_cast<char>(other[byte] ^ (1 << byte % 8));
    CHECK_FALSE(RecordReader::open(key, other).has_value());
  }
  CHECK_FALSE(RecordReader::open(log_key(6), record).has_value());
  for (std::size_t cut = 0; cut < record.size(); ++cut) {
    CHECK_FALSE(RecordReader::open(key, std::string_view(record).substr(0, cut)).has_value());
  }
}

TEST_CASE("records of a group are about 64 KiB and say which group they belong to", "[layout]") {
  std::uint64_t next = 1;
  std::size_t records = 0;
  encode_group(group_of(1, 1'000, 1'000), 3, [&](std::string_view key, std::string_view bytes) {
    auto record = RecordReader::open(key, bytes);
    REQUIRE(record.has_value());
    CHECK(record->header().first == next);
    CHECK(record->header().group_first == 1);
    CHECK(record->header().group_last == 1'000);
    CHECK(bytes.size() < 68 * 1024);
    next = record->header().last() + 1;
    ++records;
  });
  CHECK(next == 1'001);
  CHECK(records == 16);
}

TEST_CASE("an unreadable tail of a RocksDB log is cut behind the last whole record", "[layout]") {
  const auto fragment = [](char type, const std::string& data) {
    const auto sum = crc32c(type + data);
    const std::uint32_t masked = (sum >> 15 | sum << 17) + 0xa282ead8U;
    std::string bytes;
    for (int i = 0; i < 4; ++i) bytes.push_back(static_cast<char>(masked >> 8 * i));
    bytes.push_back(static_cast<char>(data.size()));
    bytes.push_back(static_cast<char>(data.size() >> 8));
    return bytes + type + data;
  };
  const std::string whole = fragment(1, "first") + fragment(1, std::string(300, 'x'));
  CHECK(whole_records("") == 0);
  CHECK(whole_records(whole) == whole.size());
  CHECK(whole_records(whole + fragment(2, "begun, never ended")) == whole.size());
  CHECK(whole_records(whole + fragment(2, "begun ") + fragment(4, "and ended")) > whole.size());
  CHECK(whole_records(whole + std::string(100, '\0')) == whole.size());
  std::string torn = whole + fragment(1, "torn");
  torn.back() ^= 1;
  CHECK(whole_records(torn) == whole.size());
  // Where six bytes or fewer are left in a block, the next fragment begins in the next one.
  const std::string block = fragment(1, std::string(32 * 1024 - 7 - 3, 'b'));
  const std::string padded = block + std::string(3, '\0') + fragment(1, "next block");
  CHECK(whole_records(block) == block.size());
  CHECK(whole_records(padded) == padded.size());
}

}  // namespace loanbook::storage::test
