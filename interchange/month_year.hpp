#pragma once

#include <string_view>

#include "loanbook/money/day.hpp"
#include "loanbook/money/result.hpp"

namespace loanbook::interchange {

/// The first day of `Jan-18` or `Jan-2018`. `date.malformed`.
[[nodiscard]] money::Result<money::Day> parse_month_year(std::string_view text);

}  // namespace loanbook::interchange
