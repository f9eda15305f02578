#include "loanbook/schedule/calendar.hpp"

#include <algorithm>
#include <utility>

#include "loanbook/money/assert.hpp"
#include "loanbook/money/text.hpp"

namespace loanbook::schedule {
namespace {

constexpr std::array<std::pair<Roll, std::string_view>, 5> roll_names{
    {{Roll::none, "none"},
     {Roll::following, "following"},
     {Roll::modified_following, "modified-following"},
     {Roll::preceding, "preceding"},
     {Roll::modified_preceding, "modified-preceding"}}};

constexpr int longest_closure = 366;  // days

bool contains(const std::vector<Day>& sorted, Day day) {
  return std::binary_search(sorted.begin(), sorted.end(), day);
}

void sort_unique(std::vector<Day>& days) {
  std::sort(days.begin(), days.end());
  days.erase(std::unique(days.begin(), days.end()), days.end());
}

std::size_t weekday_index(Day day) { return date::weekday{day}.iso_encoding() - 1; }

bool same_month(Day left, Day right) {
  const date::year_month_day a{left};
  const date::year_month_day b{right};
  return a.year() == b.year() && a.month() == b.month();
}

Day nearest(const Calendar& calendar, Day day, date::days step) {
  Day at = day;
  for (int i = 0; i < longest_closure; ++i, at += step) {
    if (calendar.is_business_day(at)) return at;
  }
  return day;
}

}  // namespace

Result<Roll> parse_roll(std::string_view text) {
  for (const auto& [roll, name] : roll_names) {
    if (name == text) return roll;
  }
  return money::Error{"calendar.roll_unknown",
                      "unknown business-day convention '" + std::string(text.substr(0, 40)) +
                          "'; use none, following, modified-following, preceding or "
                          "modified-preceding"};
}

std::string_view to_text(Roll roll) {
  for (const auto& [known, name] : roll_names) {
    if (known == roll) return name;
  }
  LOANBOOK_ASSERT(false && "a roll that is not in the table");
}

Result<Calendar> Calendar::make(Days days) {
  if (std::all_of(days.free_weekdays.begin(), days.free_weekdays.end(), [](bool f) { return f; })) {
    return money::Error{"calendar.no_business_day",
                        "calendar '" + days.name + "' has no working weekday; leave one open"};
  }
  sort_unique(days.holidays);
  sort_unique(days.working_days);
  for (const Day day : days.holidays) {
    if (contains(days.working_days, day)) {
      return money::Error{"calendar.contradiction",
                          "calendar '" + days.name + "' has " + money::to_text(day) +
                              " as a holiday and as a working day; remove one of them"};
    }
  }
  return Calendar(std::move(days));
}

Calendar Calendar::weekends() {
  return Calendar({.name = "weekends",
                   .free_weekdays = {false, false, false, false, false, true, true},
                   .holidays = {},
                   .working_days = {}});
}

bool Calendar::is_business_day(Day day) const {
  if (contains(days_.working_days, day)) return true;
  return !days_.free_weekdays[weekday_index(day)] && !contains(days_.holidays, day);
}

Day Calendar::rolled(Day day, Roll roll) const {
  constexpr date::days one{1};
  const bool modified = roll == Roll::modified_following || roll == Roll::modified_preceding;
  if (roll == Roll::none) return day;
  const bool forward = roll == Roll::following || roll == Roll::modified_following;
  const Day moved = nearest(*this, day, forward ? one : -one);
  if (!modified || same_month(moved, day)) return moved;
  return nearest(*this, day, forward ? -one : one);
}

std::int32_t Calendar::business_days(Day start, Day end) const {
  LOANBOOK_ASSERT(start <= end);
  // Whole weeks by arithmetic, so that a plan of decades costs no walk over its days.
  const auto open_weekdays = static_cast<std::int32_t>(
      std::count(days_.free_weekdays.begin(), days_.free_weekdays.end(), false));
  const std::int64_t length = (end - start).count();
  auto open = static_cast<std::int32_t>(length / 7) * open_weekdays;
  for (Day day = start + date::days{length / 7 * 7}; day < end; day += date::days{1}) {
    if (!days_.free_weekdays[weekday_index(day)]) ++open;
  }
  const auto on_open_weekday = [&](Day day) { return !days_.free_weekdays[weekday_index(day)]; };
  const auto part = [&](const std::vector<Day>& days) {
    return std::pair{std::lower_bound(days.begin(), days.end(), start),
                     std::lower_bound(days.begin(), days.end(), end)};
  };
  const auto [holiday, holidays_end] = part(days_.holidays);
  open -= static_cast<std::int32_t>(std::count_if(holiday, holidays_end, on_open_weekday));
  const auto [working, working_end] = part(days_.working_days);
  open += static_cast<std::int32_t>(
      std::count_if(working, working_end, [&](Day day) { return !on_open_weekday(day); }));
  return open;
}

}  // namespace loanbook::schedule
