#pragma once

// Canonical bytes: one value, one encoding. Layout words used in docs/format.md.
//
//   varint    unsigned, 7 bits a byte, least first, shortest form only
//   zigzag    signed as varint of (n << 1) ^ (n >> 63)
//   wide      signed 128 bit: zigzag as varint of up to 19 bytes
//   day       zigzag of days since 1970-01-01
//   text      varint length, then UTF-8 bytes
//   digest    32 bytes

#include <cstdint>
#include <string>
#include <string_view>

#include "loanbook/money/day.hpp"
#include "loanbook/money/wide.hpp"
#include "loanbook/storage/records.hpp"

namespace loanbook::ledger {

using money::Int128;
using money::Uint128;
using storage::Digest;

/// Appends to a string.
class Encoder {
 public:
  explicit Encoder(std::string& out) : out_(out) {}
  void u8(std::uint8_t value) { out_.push_back(static_cast<char>(value)); }
  void varint(std::uint64_t value) {
    if (value < 0x80) {
      out_.push_back(static_cast<char>(value));
      return;
    }
    char buffer[10];
    std::size_t size = 0;
    while (value >= 0x80) {
      buffer[size++] = static_cast<char>(value | 0x80);
      value >>= 7;
    }
    buffer[size++] = static_cast<char>(value);
    out_.append(buffer, size);
  }
  void zigzag(std::int64_t value) {
    varint((static_cast<std::uint64_t>(value) << 1) ^ static_cast<std::uint64_t>(value >> 63));
  }
  void wide(Int128 value) {
    Uint128 bits = (static_cast<Uint128>(value) << 1) ^ static_cast<Uint128>(value >> 127);
    while (bits >= 0x80) {
      out_.push_back(static_cast<char>(static_cast<std::uint8_t>(bits) | 0x80));
      bits >>= 7;
    }
    out_.push_back(static_cast<char>(bits));
  }
  void day(money::Day value) { zigzag(money::day_number(value)); }
  void text(std::string_view value) {
    varint(value.size());
    out_.append(value);
  }
  void digest(const Digest& value) {
    out_.append(reinterpret_cast<const char*>(value.data()), value.size());
  }

 private:
  std::string& out_;
};

/// Reads what Encoder wrote. After the first malformed byte every further read gives zeros and
/// `good()` is false.
class Decoder {
 public:
  explicit Decoder(std::string_view bytes) : bytes_(bytes) {}
  [[nodiscard]] bool good() const { return good_; }
  [[nodiscard]] bool done() const { return good_ && bytes_.empty(); }
  [[nodiscard]] std::string_view rest() const { return bytes_; }

  std::uint8_t u8() {
    if (bytes_.empty()) return fail();
    const auto value = static_cast<std::uint8_t>(bytes_.front());
    bytes_.remove_prefix(1);
    return value;
  }
  std::uint64_t varint() {
    std::uint64_t value = 0;
    for (unsigned shift = 0; shift < 64; shift += 7) {
      const std::uint8_t byte = u8();
      if (!good_ || (shift == 63 && byte > 1)) return fail();
      value |= static_cast<std::uint64_t>(byte & 0x7f) << shift;
      if (byte < 0x80) return byte == 0 && shift > 0 ? fail() : value;
    }
    return fail();
  }
  std::int64_t zigzag() {
    const std::uint64_t bits = varint();
    return static_cast<std::int64_t>(bits >> 1) ^ -static_cast<std::int64_t>(bits & 1);
  }
  Int128 wide() {
    Uint128 value = 0;
    for (unsigned shift = 0; shift < 128; shift += 7) {
      const std::uint8_t byte = u8();
      if (!good_ || (shift == 126 && byte > 3)) return fail();
      value |= static_cast<Uint128>(byte & 0x7f) << shift;
      if (byte < 0x80) {
        if (byte == 0 && shift > 0) return fail();
        return static_cast<Int128>(value >> 1) ^ -static_cast<Int128>(value & 1);
      }
    }
    return fail();
  }
  money::Day day() {
    const std::int64_t number = zigzag();
    if (number < -30'000 || number > 100'000) {
      fail();
      return {};
    }
    return money::day_from_number(static_cast<std::int32_t>(number));
  }
  std::string_view text(std::size_t max = 1 << 20) {
    const std::uint64_t size = varint();
    if (!good_ || size > max || size > bytes_.size()) {
      fail();
      return {};
    }
    const std::string_view value = bytes_.substr(0, size);
    bytes_.remove_prefix(size);
    return value;
  }
  Digest digest() {
    Digest value{};
    if (bytes_.size() < value.size()) {
      fail();
      return value;
    }
    for (std::size_t i = 0; i < value.size(); ++i) value[i] = static_cast<std::uint8_t>(bytes_[i]);
    bytes_.remove_prefix(value.size());
    return value;
  }
  /// A value of an enum with enumerators first..last.
  template <class Enum>
  Enum enumerator(Enum first, Enum last) {
    const std::uint8_t value = u8();
    if (value < static_cast<std::uint8_t>(first) || value > static_cast<std::uint8_t>(last)) {
      fail();
      return first;
    }
    return static_cast<Enum>(value);
  }
  std::uint8_t fail() {
    good_ = false;
    bytes_ = {};
    return 0;
  }

 private:
  std::string_view bytes_;
  bool good_ = true;
};

}  // namespace loanbook::ledger
