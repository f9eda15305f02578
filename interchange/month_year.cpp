#include "loanbook/interchange/month_year.hpp"

#include <string>

#include "loanbook/money/decimal.hpp"
#include "loanbook/money/text.hpp"

namespace loanbook::interchange {

using money::Error;
using money::quoted;
using money::Result;

namespace {

// Two digits as POSIX reads them: 69-99 are of the last century.
int full_year(std::int64_t year) { return static_cast<int>(year < 69 ? 2000 + year : 1900 + year); }

}  // namespace

Result<money::Day> parse_month_year(std::string_view text) {
  constexpr std::string_view months = "JanFebMarAprMayJunJulAugSepOctNovDec";
  const bool shaped = (text.size() == 6 || text.size() == 8) && text[3] == '-';
  const std::size_t month = shaped ? months.find(text.substr(0, 3)) : std::string_view::npos;
  const Result<money::Int128> year =
      money::parse_decimal(shaped ? text.substr(4) : std::string_view{}, 0);
  if (month == std::string_view::npos || month % 3 != 0 || !year || *year < 0) {
    return Error{.id = "date.malformed",
                 .message = quoted(text) + " is not a month; write it as Jan-18 or Jan-2018"};
  }
  const auto number = static_cast<std::int64_t>(*year);
  std::string iso = std::to_string(text.size() == 6 ? full_year(number) : number) + "-";
  const std::size_t month_number = month / 3 + 1;
  iso += (month_number < 10 ? "0" : "") + std::to_string(month_number) + "-01";
  return money::parse_day(iso);
}

}  // namespace loanbook::interchange
