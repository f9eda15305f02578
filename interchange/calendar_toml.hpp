#pragma once

#include <string_view>

#include "loanbook/money/result.hpp"
#include "loanbook/schedule/calendar.hpp"

namespace loanbook::interchange {

/// Reads a calendar file (TOML; keys: docs/products.md, "Calendars").
///
/// Errors carry line and column: `calendar.too_large`, `calendar.malformed`,
/// `calendar.unknown_key`, `calendar.missing_key`, `calendar.wrong_type`, `calendar.bad_value`, and
/// those of schedule::Calendar.
[[nodiscard]] money::Result<schedule::Calendar> read_calendar(std::string_view text,
                                                              std::string_view file_name);

}  // namespace loanbook::interchange
