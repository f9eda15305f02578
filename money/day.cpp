#include "loanbook/money/day.hpp"

#include "loanbook/money/assert.hpp"
#include "loanbook/money/limits.hpp"
#include "loanbook/money/text.hpp"

namespace loanbook::money {
namespace {

constexpr std::size_t iso_length = 10;

Error malformed(std::string_view text, std::size_t offset) {
  return Error{.id = "date.malformed",
               .message = quoted(text) +
                          " is not a date; write year-month-day with ten characters, "
                          "such as 2026-02-28",
               .column = static_cast<std::uint32_t>(offset + 1)};
}

// Offset of the first character that is not as in 0000-00-00; iso_length where all are.
std::size_t shape_mismatch(std::string_view text) {
  for (std::size_t at = 0; at < iso_length; ++at) {
    if (at >= text.size()) return at;
    const bool separator = at == 4 || at == 7;
    const bool fits = separator ? text[at] == '-' : text[at] >= '0' && text[at] <= '9';
    if (!fits) return at;
  }
  return iso_length;
}

unsigned number_at(std::string_view text, std::size_t begin, std::size_t length) {
  unsigned value = 0;
  for (const char c : text.substr(begin, length))
    value = value * 10 + static_cast<unsigned>(c - '0');
  return value;
}

void append_padded(std::string& out, unsigned value, std::size_t width) {
  const std::string digits = std::to_string(value);
  if (digits.size() < width) out.append(width - digits.size(), '0');
  out += digits;
}

date::day last_day_of(date::year year, date::month month) {
  return date::year_month_day_last{year, date::month_day_last{month}}.day();
}

}  // namespace

Result<Day> parse_day(std::string_view text) {
  const std::size_t mismatch = shape_mismatch(text);
  if (mismatch != iso_length || text.size() != iso_length) return malformed(text, mismatch);
  const unsigned year = number_at(text, 0, 4);
  const unsigned month = number_at(text, 5, 2);
  const unsigned day = number_at(text, 8, 2);
  if (year < limits::year_min || year > limits::year_max) {
    return Error{.id = "date.out_of_range",
                 .message = quoted(text) + " lies outside the years " +
                            std::to_string(limits::year_min) + " to " +
                            std::to_string(limits::year_max) + "; check the year",
                 .column = 1};
  }
  if (month < 1 || month > 12) {
    return Error{.id = "date.malformed",
                 .message = quoted(text) + " is not a date: the month must be 01 to 12; " +
                            "the order is year-month-day",
                 .column = 6};
  }
  const date::year_month_day civil{date::year{static_cast<int>(year)}, date::month{month},
                                   date::day{day}};
  if (!civil.ok()) {
    const auto days = static_cast<unsigned>(last_day_of(civil.year(), civil.month()));
    return Error{.id = "date.malformed",
                 .message = quoted(text) + " is not a date: that month has the days 01 to " +
                            std::to_string(days) + "; check day and month",
                 .column = 9};
  }
  return Day{civil};
}

std::string to_text(Day day) {
  const date::year_month_day civil{day};
  const int year = static_cast<int>(civil.year());
  std::string out = year < 0 ? "-" : "";
  append_padded(out, static_cast<unsigned>(year < 0 ? -year : year), 4);
  out += '-';
  append_padded(out, static_cast<unsigned>(civil.month()), 2);
  out += '-';
  append_padded(out, static_cast<unsigned>(civil.day()), 2);
  return out;
}

Day add_months(Day anchor, std::int32_t months, unsigned day_of_month) {
  LOANBOOK_ASSERT(day_of_month <= 31);
  const date::year_month_day civil{anchor};
  const std::int64_t counted = std::int64_t{static_cast<int>(civil.year())} * 12 +
                               static_cast<unsigned>(civil.month()) - 1 + months;
  const std::int64_t month_index = ((counted % 12) + 12) % 12;
  const std::int64_t year_number = (counted - month_index) / 12;
  LOANBOOK_ASSERT(year_number > -30'000);
  LOANBOOK_ASSERT(year_number < 30'000);
  const date::year year{static_cast<int>(year_number)};
  const date::month month{static_cast<unsigned>(month_index) + 1};
  const date::day wanted = day_of_month == 0 ? civil.day() : date::day{day_of_month};
  const date::day last = last_day_of(year, month);
  return Day{date::year_month_day{year, month, wanted < last ? wanted : last}};
}

bool is_last_of_month(Day day) {
  const date::year_month_day civil{day};
  return civil.day() == last_day_of(civil.year(), civil.month());
}

}  // namespace loanbook::money
