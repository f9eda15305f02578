#pragma once

// What the checks of commands share. Private to ledger/.

#include <cstdint>
#include <string>
#include <string_view>

#include "loanbook/money/currency.hpp"
#include "loanbook/money/result.hpp"

namespace loanbook::ledger {

/// `command.text_too_long`, `command.control_character`.
[[nodiscard]] money::Status check_text(std::string_view text, std::string_view field,
                                       std::size_t max);
/// In minor units. `amount.not_positive`, `amount.out_of_range`, and those of money::Money::parse.
[[nodiscard]] money::Result<std::int64_t> positive_amount(std::string_view text,
                                                          money::Currency currency);

}  // namespace loanbook::ledger
