#include "loanbook/money/text.hpp"

namespace loanbook::money {
namespace {

constexpr std::size_t quoted_bytes_max = 40;

unsigned char byte_at(std::string_view text, std::size_t at) {
  return at < text.size() ? static_cast<unsigned char>(text[at]) : 0;
}

bool is_continuation(unsigned char byte) { return (byte & 0xC0U) == 0x80U; }

// Bytes of the well-formed character at `at`, 0 where there is none.
std::size_t character_bytes(std::string_view text, std::size_t at) {
  const unsigned char first = byte_at(text, at);
  const unsigned char second = byte_at(text, at + 1);
  if (first < 0x80) return 1;
  if (first < 0xC2) return 0;
  if (first < 0xE0) return is_continuation(second) ? 2 : 0;
  if (first < 0xF0) {
    const unsigned char low = first == 0xE0 ? 0xA0 : 0x80;   // below: an overlong form
    const unsigned char high = first == 0xED ? 0x9F : 0xBF;  // above: a surrogate
    if (second < low || second > high) return 0;
    return is_continuation(byte_at(text, at + 2)) ? 3 : 0;
  }
  if (first > 0xF4) return 0;
  const unsigned char low = first == 0xF0 ? 0x90 : 0x80;
  const unsigned char high = first == 0xF4 ? 0x8F : 0xBF;
  if (second < low || second > high) return 0;
  return is_continuation(byte_at(text, at + 2)) && is_continuation(byte_at(text, at + 3)) ? 4 : 0;
}

void append_hex(std::string& out, unsigned char byte) {
  constexpr std::string_view digits = "0123456789abcdef";
  out += "\\x";
  out += digits[byte >> 4U];
  out += digits[byte & 15U];
}

}  // namespace

std::size_t utf8_invalid_at(std::string_view text) {
  std::size_t at = 0;
  while (at < text.size()) {
    const std::size_t bytes = character_bytes(text, at);
    if (bytes == 0) return at;
    at += bytes;
  }
  return std::string_view::npos;
}

std::size_t utf8_length(std::string_view text) {
  std::size_t characters = 0;
  for (const char c : text) characters += is_continuation(static_cast<unsigned char>(c)) ? 0 : 1;
  return characters;
}

std::string quoted(std::string_view text) {
  std::string out = "'";
  std::size_t at = 0;
  while (at < text.size()) {
    const std::size_t bytes = character_bytes(text, at);
    const unsigned char first = byte_at(text, at);
    if (at + bytes > quoted_bytes_max || at >= quoted_bytes_max) break;
    if (bytes == 0 || first < 0x20 || first == 0x7F) {
      append_hex(out, first);
      ++at;
    } else {
      out += text.substr(at, bytes);
      at += bytes;
    }
  }
  if (at < text.size()) out += "...";
  out += "'";
  return out;
}

}  // namespace loanbook::money
