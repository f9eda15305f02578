#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace loanbook::money {

/// Byte offset of the first byte that is not well-formed UTF-8 (Unicode 15, table 3-7: no overlong
/// forms, no surrogates, at most U+10FFFF); `npos` where all of `text` is well-formed.
[[nodiscard]] std::size_t utf8_invalid_at(std::string_view text);

/// Number of characters (code points) of well-formed UTF-8.
[[nodiscard]] std::size_t utf8_length(std::string_view text);

/// A text from outside, fit for a one-line message: in single quotes, at most 40 bytes (then
/// `...`), control characters and broken UTF-8 as `\xNN`.
[[nodiscard]] std::string quoted(std::string_view text);

}  // namespace loanbook::money
