// Series: index values and calendars; publish, list, show.

#include <fmt/format.h>

#include <algorithm>
#include <optional>

#include "commands.hpp"
#include "loanbook/interchange/calendar_toml.hpp"
#include "loanbook/interchange/csv.hpp"
#include "loanbook/interchange/file.hpp"
#include "output.hpp"
#include "requests.hpp"

namespace loanbook::apps {
namespace {

struct SeriesColumns {
  std::size_t name, day, value;
};

Result<SeriesColumns> series_columns(const interchange::CsvReader& csv) {
  auto name = csv.require("name");
  if (!name) return name.error();
  auto day = csv.require("day");
  if (!day) return day.error();
  auto value = csv.require("value");
  if (!value) return value.error();
  return SeriesColumns{*name, *day, *value};
}

Result<std::vector<ledger::PublishSeries>> read_series_file(const std::string& file) {
  auto text = interchange::read_file(file);
  if (!text) return text.error();
  auto csv = interchange::CsvReader::open(*text, file);
  if (!csv) return csv.error();
  auto columns = series_columns(*csv);
  if (!columns) return columns.error();
  std::vector<ledger::PublishSeries> all;
  for (;;) {
    auto more = csv->next();
    if (!more) return more.error();
    if (!*more) return all;
    auto day = money::parse_day(csv->field(columns->day));
    if (!day) return csv->place(day.error(), columns->day);
    const std::string name(csv->field(columns->name));
    auto at = std::find_if(all.begin(), all.end(), [&](const auto& s) { return s.name == name; });
    if (at == all.end()) at = all.insert(all.end(), {name, {}});
    at->points.push_back({*day, std::string(csv->field(columns->value))});
  }
}

Result<std::vector<ledger::PublishSeries>> read_calendar_file(const std::string& file,
                                                              const ledger::SeriesBook& known) {
  auto text = interchange::read_file(file);
  if (!text) return text.error();
  auto calendar = interchange::read_calendar(*text, file);
  if (!calendar) return calendar.error();
  auto points = ledger::points_of(*calendar, known);
  std::vector<ledger::PublishSeries> all;
  if (!points.empty()) all.push_back({calendar->name(), std::move(points)});
  return all;
}

}  // namespace

Result<std::vector<ledger::PublishSeries>> read_series(const std::string& file,
                                                       const ledger::SeriesBook& known) {
  return file.ends_with(".toml") ? read_calendar_file(file, known) : read_series_file(file);
}

int run_series_add(const Context& context, const PublishArguments& arguments) {
  for (const auto& file : arguments.files) {
    if (auto all = read_series(file, {}); !all) return fail(all.error());
  }
  return publish(context, arguments.writing, [&](const Book& book) {
    std::vector<std::optional<ledger::Command>> commands;
    const ledger::SeriesBook known = book.series();
    for (const auto& file : arguments.files) {
      auto all = read_series(file, known);
      if (!all) continue;  // it was read well a moment ago
      if (all->empty()) say(fmt::format("{}: says what is published already", file));
      for (auto& series : *all)
        commands.emplace_back(command_of(std::move(series), "", arguments.writing));
    }
    return commands;
  });
}

int run_series_list(const Context& context) {
  return with_reader(context, [&](const Book& book) {
    Report report;
    report.columns = {{"series", "Series"},
                      {"kind", "Kind"},
                      {"values", "Values", ColumnKind::integer},
                      {"last_day", "Last day", ColumnKind::date},
                      {"last_value", "Last value"},
                      {"entry", "Entry", ColumnKind::integer}};
    for (const auto& [name, points] : book.series()) {
      const auto& last =
          *std::max_element(points.begin(), points.end(), [](const auto& a, const auto& b) {
            return std::pair{a.day, a.entry} < std::pair{b.day, b.entry};
          });
      report.rows.push_back({{name, ledger::is_calendar_value(last.value) ? "calendar" : "index",
                              std::to_string(points.size()), money::to_text(last.day), last.value,
                              std::to_string(points.back().entry)}});
    }
    print(report, context.format);
    print_completeness(book);
    return exit_code::done;
  });
}

int run_series_show(const Context& context, const std::string& name) {
  return with_reader(context, [&](const Book& book) {
    const ledger::SeriesBook all = book.series();
    const auto found = all.find(name);
    if (found == all.end())
      return fail({"series.unknown",
                   fmt::format("there is no series '{}' in this book; `series list` shows what is, "
                               "`series add FILE` publishes",
                               name)});
    auto points = found->second;
    std::stable_sort(points.begin(), points.end(),
                     [](const auto& a, const auto& b) { return a.day < b.day; });
    Report report;
    report.columns = {{"day", "Day", ColumnKind::date},
                      {"value", "Value"},
                      {"entry", "Entry", ColumnKind::integer},
                      {"stands", "Stands"}};
    for (std::size_t i = 0; i < points.size(); ++i) {
      const bool replaced = i + 1 < points.size() && points[i + 1].day == points[i].day;
      report.rows.push_back({{money::to_text(points[i].day), points[i].value,
                              std::to_string(points[i].entry), replaced ? "replaced" : "yes"}});
    }
    print(report, context.format);
    print_completeness(book);
    return exit_code::done;
  });
}

}  // namespace loanbook::apps
