#include "loanbook/ledger/product/series.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "loanbook/money/text.hpp"

namespace loanbook::ledger {
namespace {

using money::Day;
using money::Error;
using money::Rate;
using schedule::Calendar;

constexpr std::array<std::string_view, 7> weekdays{"monday", "tuesday",  "wednesday", "thursday",
                                                   "friday", "saturday", "sunday"};
constexpr std::string_view free_day = "free";
constexpr std::string_view worked_day = "worked";
constexpr std::string_view ordinary_day = "ordinary";
constexpr std::string_view weekend = "weekend";

/// The free weekdays of `weekend saturday sunday`; nothing where it says something else.
std::optional<std::array<bool, 7>> weekend_of(std::string_view value) {
  if (!value.starts_with(weekend)) return std::nullopt;
  value.remove_prefix(weekend.size());
  std::array<bool, 7> free{};
  while (!value.empty()) {
    if (value.front() != ' ') return std::nullopt;
    value.remove_prefix(1);
    const auto word = value.substr(0, std::min(value.find(' '), value.size()));
    const auto* at = std::ranges::find(weekdays, word);
    if (at == weekdays.end()) return std::nullopt;
    free.at(static_cast<std::size_t>(at - weekdays.begin())) = true;
    value.remove_prefix(word.size());
  }
  if (std::ranges::all_of(free, [](bool f) { return f; })) return std::nullopt;
  return free;
}

std::string text_of(const std::array<bool, 7>& free) {
  std::string text{weekend};
  for (std::size_t i = 0; i < free.size(); ++i) {
    if (free.at(i)) text += " " + std::string(weekdays.at(i));
  }
  return text;
}

/// A calendar as its points say; nothing where none is a word of a calendar.
std::optional<Calendar::Days> days_of(const std::string& name,
                                      const std::vector<PublishedPoint>& points,
                                      std::uint64_t known_at) {
  Calendar::Days days{.name = name};
  std::map<Day, std::string_view> by_day;
  bool any = false;
  for (const PublishedPoint& point : points) {
    if (point.entry > known_at || !is_calendar_value(point.value)) continue;
    any = true;
    if (const auto free = weekend_of(point.value))
      days.free_weekdays = *free;
    else
      by_day[point.day] = point.value;
  }
  if (!any) return std::nullopt;
  for (const auto& [day, value] : by_day) {
    if (value == free_day) days.holidays.push_back(day);
    if (value == worked_day) days.working_days.push_back(day);
  }
  return days;
}

}  // namespace

const IndexValue* BoundSeries::at(Day day) const {
  const auto after =
      std::upper_bound(index.begin(), index.end(), day,
                       [](Day wanted, const IndexValue& value) { return wanted < value.day; });
  return after == index.begin() ? nullptr : &*std::prev(after);
}

std::shared_ptr<const BoundSeries> bind(const SeriesBook& book, const std::string& calendar,
                                        const std::string& index, std::uint64_t known_at) {
  auto bound = std::make_shared<BoundSeries>();
  if (const auto found = book.find(calendar); !calendar.empty() && found != book.end()) {
    if (auto days = days_of(calendar, found->second, known_at)) {
      if (auto made = Calendar::make(std::move(*days)))
        bound->calendar = std::make_shared<const Calendar>(std::move(*made));
    }
  }
  if (const auto found = book.find(index); !index.empty() && found != book.end()) {
    std::map<Day, IndexValue> by_day;
    for (const PublishedPoint& point : found->second) {
      const auto value = Rate::parse(point.value);
      if (point.entry > known_at || !value) continue;
      by_day.insert_or_assign(point.day, IndexValue{point.day, *value, point.entry});
    }
    for (const auto& [day, value] : by_day) bound->index.push_back(value);
  }
  return bound;
}

bool is_calendar_value(std::string_view value) {
  return value == free_day || value == worked_day || value == ordinary_day || weekend_of(value);
}

money::Status check_values(const std::string& name, const std::vector<SeriesPoint>& points,
                           const SeriesBook& book) {
  const bool calendar = !points.empty() && is_calendar_value(points.front().value);
  for (const SeriesPoint& point : points) {
    if (is_calendar_value(point.value) == calendar && (calendar || Rate::parse(point.value)))
      continue;
    return Error{"series.value",
                 fmt::format("series '{}', {}: {} is no rate such as 3.45%, and no word of a "
                             "calendar (free, worked, ordinary, weekend saturday sunday); a series "
                             "holds one or the other",
                             name, money::to_text(point.day), money::quoted(point.value))};
  }
  const auto known = book.find(name);
  if (known == book.end()) return money::ok();
  for (const PublishedPoint& point : known->second) {
    if (is_calendar_value(point.value) == calendar) return money::ok();
  }
  return Error{
      "series.value",
      fmt::format("series '{}' was published as {}: choose another name", name,
                  calendar ? "dated rates, not as a calendar" : "a calendar, not as dated rates")};
}

std::vector<SeriesPoint> points_of(const Calendar& calendar, const SeriesBook& book) {
  const Calendar::Days& wanted = calendar.days();
  std::map<Day, std::string> values;
  bool same_weekend = false;
  if (const auto known = book.find(wanted.name); known != book.end()) {
    if (const auto days = days_of(wanted.name, known->second, UINT64_MAX)) {
      same_weekend = days->free_weekdays == wanted.free_weekdays;
      for (const Day day : days->holidays) values[day] = ordinary_day;
      for (const Day day : days->working_days) values[day] = ordinary_day;
      for (const Day day : wanted.holidays) {
        if (std::ranges::binary_search(days->holidays, day))
          values.erase(day);
        else
          values[day] = free_day;
      }
      for (const Day day : wanted.working_days) {
        if (std::ranges::binary_search(days->working_days, day))
          values.erase(day);
        else
          values[day] = worked_day;
      }
    }
  }
  if (values.empty() && !same_weekend) {
    for (const Day day : wanted.holidays) values[day] = free_day;
    for (const Day day : wanted.working_days) values[day] = worked_day;
  }
  std::vector<SeriesPoint> points;
  // The weekend holds for every day: it stands before all others.
  if (!same_weekend) {
    const Day first = values.empty() ? Day{} : std::min(Day{}, values.begin()->first);
    points.push_back(
        {first - date::days{values.contains(first) ? 1 : 0}, text_of(wanted.free_weekdays)});
  }
  for (auto& [day, value] : values) points.push_back({day, std::move(value)});
  return points;
}

}  // namespace loanbook::ledger
