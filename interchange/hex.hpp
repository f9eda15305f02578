#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "loanbook/storage/records.hpp"

namespace loanbook::interchange {

/// Lower-case hexadecimal digits of some bytes.
[[nodiscard]] std::string hex_of(std::string_view bytes);
[[nodiscard]] std::string hex_of(const storage::Digest& digest);
/// Nothing where the text is not such, in lower case.
[[nodiscard]] std::optional<std::string> bytes_of_hex(std::string_view text);
[[nodiscard]] std::optional<storage::Digest> digest_of_hex(std::string_view text);

}  // namespace loanbook::interchange
