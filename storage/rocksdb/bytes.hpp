#pragma once

// Integers, checksums and sealed texts of our files. All integers are big-endian, so that keys sort
// by value.

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "loanbook/storage/records.hpp"

namespace rocksdb {
class FileChecksumGenerator;
}

namespace loanbook::storage::rocksdb {

void append_u32(std::string& out, std::uint32_t value);
void append_u64(std::string& out, std::uint64_t value);
/// Requires: four and eight bytes at `at`.
std::uint32_t read_u32(const char* at);
std::uint64_t read_u64(const char* at);
/// RocksDB's order of bytes. Requires: four bytes at `at`.
std::uint32_t read_u32_little(const char* at);

/// CRC-32C (Castagnoli), by RocksDB's processor-specific code.
class Crc32c {
 public:
  Crc32c();
  ~Crc32c();
  void add(std::string_view bytes);
  /// Ends the sum; call once.
  std::uint32_t finish();

 private:
  std::unique_ptr<::rocksdb::FileChecksumGenerator> generator_;
};

std::uint32_t crc32c(std::string_view bytes);
/// RocksDB stores rotated sums, so that a sum over bytes that contain sums stays a good one.
std::uint32_t masked(std::uint32_t sum);

std::string hex(std::string_view bytes);
std::string hex_u32(std::uint32_t value);
std::string_view view_of(const Digest& digest);
/// 64 lower-case hexadecimal digits, nothing else.
std::optional<Digest> digest_from_hex(std::string_view text);

/// `text` and a last line "checksum <CRC-32C of text, 8 hexadecimal digits>".
std::string sealed(std::string text);
/// The text; nothing unless the last line is exactly what `sealed` writes, so that no bit can
/// change unnoticed.
std::optional<std::string> unsealed(const std::string& file);

}  // namespace loanbook::storage::rocksdb
