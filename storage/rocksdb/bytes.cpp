#include "bytes.hpp"

#include <rocksdb/file_checksum.h>

#include <algorithm>

#include "loanbook/money/assert.hpp"

namespace loanbook::storage::rocksdb {

namespace {

constexpr std::string_view digits = "0123456789abcdef";
constexpr std::size_t seal_bytes = sizeof("checksum 01234567\n") - 1;

}  // namespace

void append_u32(std::string& out, std::uint32_t value) {
  for (int shift = 24; shift >= 0; shift -= 8) out.push_back(static_cast<char>(value >> shift));
}

void append_u64(std::string& out, std::uint64_t value) {
  append_u32(out, static_cast<std::uint32_t>(value >> 32));
  append_u32(out, static_cast<std::uint32_t>(value));
}

std::uint32_t read_u32(const char* at) {
  std::uint32_t value = 0;
  for (int i = 0; i < 4; ++i) value = value << 8 | static_cast<std::uint8_t>(at[i]);
  return value;
}

std::uint64_t read_u64(const char* at) {
  return std::uint64_t{read_u32(at)} << 32 | read_u32(at + 4);
}

std::uint32_t read_u32_little(const char* at) {
  std::uint32_t value = 0;
  for (int i = 3; i >= 0; --i) value = value << 8 | static_cast<std::uint8_t>(at[i]);
  return value;
}

Crc32c::Crc32c()
    : generator_(::rocksdb::GetFileChecksumGenCrc32cFactory()->CreateFileChecksumGenerator({})) {}
Crc32c::~Crc32c() = default;

void Crc32c::add(std::string_view bytes) { generator_->Update(bytes.data(), bytes.size()); }

std::uint32_t Crc32c::finish() {
  generator_->Finalize();
  const std::string bytes = generator_->GetChecksum();
  LOANBOOK_ASSERT(bytes.size() == 4);
  return read_u32(bytes.data());
}

std::uint32_t crc32c(std::string_view bytes) {
  Crc32c sum;
  sum.add(bytes);
  return sum.finish();
}

std::uint32_t masked(std::uint32_t sum) { return (sum >> 15 | sum << 17) + 0xa282ead8U; }

std::string hex(std::string_view bytes) {
  std::string text;
  text.reserve(bytes.size() * 2);
  for (const char c : bytes) {
    const auto byte = static_cast<std::uint8_t>(c);
    text.push_back(digits[byte >> 4]);
    text.push_back(digits[byte & 15]);
  }
  return text;
}

std::string hex_u32(std::uint32_t value) {
  std::string bytes;
  append_u32(bytes, value);
  return hex(bytes);
}

std::string_view view_of(const Digest& digest) {
  return {reinterpret_cast<const char*>(digest.data()), digest.size()};
}

std::optional<Digest> digest_from_hex(std::string_view text) {
  Digest digest;
  if (text.size() != digest.size() * 2) return std::nullopt;
  for (std::size_t i = 0; i < digest.size(); ++i) {
    const auto high = digits.find(text[2 * i]);
    const auto low = digits.find(text[2 * i + 1]);
    if (high == std::string_view::npos || low == std::string_view::npos) return std::nullopt;
    digest[i] = static_cast<std::uint8_t>(high << 4 | low);
  }
  return digest;
}

std::string sealed(std::string text) {
  const auto sum = crc32c(text);
  return std::move(text) + "checksum " + hex_u32(sum) + "\n";
}

std::optional<std::string> unsealed(const std::string& file) {
  if (file.size() < seal_bytes) return std::nullopt;
  std::string text = file.substr(0, file.size() - seal_bytes);
  if (sealed(text) != file) return std::nullopt;
  return text;
}

}  // namespace loanbook::storage::rocksdb
