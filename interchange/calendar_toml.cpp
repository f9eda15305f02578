#include "loanbook/interchange/calendar_toml.hpp"

#include "loanbook/interchange/toml/keys.hpp"
#include "loanbook/money/limits.hpp"

namespace loanbook::interchange {
namespace {

using money::Day;
using toml_reading::Error;
using toml_reading::Keys;
using toml_reading::Problems;
using toml_reading::Result;
using toml_reading::Word;

constexpr Word<std::size_t> weekdays[] = {{"monday", 0},   {"tuesday", 1}, {"wednesday", 2},
                                          {"thursday", 3}, {"friday", 4},  {"saturday", 5},
                                          {"sunday", 6}};

void read_weekdays(Keys& root, std::array<bool, 7>& out) {
  const toml::array* list = root.list("free_weekdays");
  if (list == nullptr) return;
  for (const toml::node& node : *list) {
    const auto text = node.value_exact<std::string>();
    const auto* word =
        text ? std::ranges::find(weekdays, *text, &Word<std::size_t>::text) : nullptr;
    if (!text || word == std::end(weekdays)) {
      return root.problems().add(
          {.id = "calendar.bad_value",
           .message = "a weekday is written in full and small, such as \"saturday\""},
          node.source());
    }
    out.at(word->value) = true;
  }
}

/// A TOML date, or a text with the same digits.
std::optional<Day> day_of(const toml::node& node) {
  if (const auto date = node.value_exact<toml::date>()) {
    const auto two = [](unsigned value) { return (value < 10 ? "0" : "") + std::to_string(value); };
    const auto day = money::parse_day(std::to_string(date->year) + "-" + two(date->month) + "-" +
                                      two(date->day));
    return day ? std::optional(*day) : std::nullopt;
  }
  const auto text = node.value_exact<std::string>();
  if (!text) return std::nullopt;
  const auto day = money::parse_day(*text);
  return day ? std::optional(*day) : std::nullopt;
}

/// Single dates, and `["2025-01-28", "2025-02-04"]` for all days from the first to the last.
void read_days(Keys& root, std::string_view key, std::vector<Day>& out) {
  const toml::array* list = root.list(key);
  if (list == nullptr) return;
  const auto refuse = [&](const toml::node& node) {
    root.problems().add(
        {.id = "calendar.bad_value",
         .message = "'" + std::string(key) +
                    "' holds dates such as 2025-01-01, and pairs such as "
                    "[2025-01-28, 2025-02-04] for all days between, at most a year"},
        node.source());
  };
  for (const toml::node& node : *list) {
    const toml::array* pair = node.as_array();
    if (pair != nullptr && pair->size() != 2) return refuse(node);
    const auto first = day_of(pair == nullptr ? node : (*pair)[0]);
    const auto last = day_of(pair == nullptr ? node : (*pair)[1]);
    if (!first || !last || *last < *first || *last - *first > date::days{366}) return refuse(node);
    for (Day day = *first; day <= *last; day += date::days{1}) out.push_back(day);
  }
}

}  // namespace

Result<schedule::Calendar> read_calendar(std::string_view text, std::string_view file_name) {
  Problems problems{file_name, "calendar"};
  if (text.size() > money::limits::product_file_max) {
    problems.add({.id = "calendar.too_large",
                  .message = "a calendar file has at most " +
                             std::to_string(money::limits::product_file_max) + " bytes"},
                 {});
    return *problems.first();
  }
  const toml::parse_result parsed = toml::parse(text);
  if (!parsed) {
    const toml::parse_error& error = parsed.error();
    problems.add({.id = "calendar.malformed",
                  .message = "this is not TOML: " + std::string(error.description())},
                 error.source());
    return *problems.first();
  }
  schedule::Calendar::Days days;
  Keys root{&parsed.table(), "", problems, {"name", "free_weekdays", "holidays", "working_days"}};
  root.require({"name", "free_weekdays"});
  root.text("name", days.name);
  read_weekdays(root, days.free_weekdays);
  read_days(root, "holidays", days.holidays);
  read_days(root, "working_days", days.working_days);
  if (problems.first()) return *problems.first();
  auto calendar = schedule::Calendar::make(std::move(days));
  if (calendar) return calendar;
  problems.add(calendar.error(), {});
  return *problems.first();
}

}  // namespace loanbook::interchange
