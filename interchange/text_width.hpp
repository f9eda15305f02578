#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace loanbook::interchange {

/// Columns of a terminal that `text` takes: East Asian wide and full-width characters and emoji two
/// (UAX 11), combining marks none, everything else one.
[[nodiscard]] std::size_t display_width(std::string_view text);

/// `text` as one safe line of a terminal: control characters become U+FFFD.
[[nodiscard]] std::string printable(std::string_view text);

}  // namespace loanbook::interchange
