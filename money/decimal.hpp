#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "loanbook/money/result.hpp"
#include "loanbook/money/wide.hpp"

namespace loanbook::money {

/// Exact decimal text -> an integer scaled by 10^digits. Grammar: `-? [0-9]+ ( '.' [0-9]+ )?`, at
/// most 40 characters, no sign
/// `+`, no exponent, no grouping, no spaces. Errors: `decimal.malformed`, `decimal.too_many_digits`
/// (more decimals than `digits`), `decimal.out_of_range`; the message names the text (shortened)
/// and `column` the character, from 1.
[[nodiscard]] Result<Int128> parse_decimal(std::string_view text, unsigned digits);

}  // namespace loanbook::money
