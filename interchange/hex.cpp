#include "loanbook/interchange/hex.hpp"

#include <algorithm>

namespace loanbook::interchange {
namespace {

constexpr std::string_view digits = "0123456789abcdef";

}  // namespace

std::string hex_of(std::string_view bytes) {
  std::string text;
  text.reserve(bytes.size() * 2);
  for (const char c : bytes) {
    const auto byte = static_cast<unsigned char>(c);
    text += digits[byte >> 4];
    text += digits[byte & 15];
  }
  return text;
}

std::string hex_of(const storage::Digest& digest) {
  return hex_of({reinterpret_cast<const char*>(digest.data()), digest.size()});
}

std::optional<std::string> bytes_of_hex(std::string_view text) {
  if (text.size() % 2 != 0) return std::nullopt;
  std::string bytes;
  bytes.reserve(text.size() / 2);
  for (std::size_t i = 0; i < text.size(); i += 2) {
    const std::size_t high = digits.find(text[i]);
    const std::size_t low = digits.find(text[i + 1]);
    if (high == std::string_view::npos || low == std::string_view::npos) return std::nullopt;
    bytes += static_cast<char>(high << 4 | low);
  }
  return bytes;
}

std::optional<storage::Digest> digest_of_hex(std::string_view text) {
  const std::optional<std::string> bytes = bytes_of_hex(text);
  storage::Digest digest{};
  if (!bytes || bytes->size() != digest.size()) return std::nullopt;
  std::transform(bytes->begin(), bytes->end(), digest.begin(),
                 [](char c) { return static_cast<std::uint8_t>(c); });
  return digest;
}

}  // namespace loanbook::interchange
