#include "loanbook/schedule/cycle.hpp"

#include <algorithm>

#include "loanbook/money/assert.hpp"

namespace loanbook::schedule {
namespace {

Day last_of_month(Day day) {
  const date::year_month_day ymd{day};
  return Day{ymd.year() / ymd.month() / date::last};
}

void sort_unique(std::vector<Moment>& dates) {
  std::sort(dates.begin(), dates.end());
  dates.erase(std::unique(dates.begin(), dates.end()), dates.end());
}

}  // namespace

Moment cycle_date(const Cycle& cycle, std::uint32_t k, MonthEnd month_end) {
  LOANBOOK_ASSERT(cycle.step.has_value());
  const auto count = static_cast<std::int32_t>(k * cycle.step->every);
  const Moment anchor = cycle.anchor;
  switch (cycle.step->unit) {
    case PeriodUnit::day:
      return {anchor.day + date::days{count}, anchor.part};
    case PeriodUnit::week:
      return {anchor.day + date::days{7 * count}, anchor.part};
    case PeriodUnit::month:
    case PeriodUnit::year:
      break;
  }
  const std::int32_t months = cycle.step->unit == PeriodUnit::year ? 12 * count : count;
  const Day day = money::add_months(anchor.day, months);
  // The anchor itself is never moved: it is on the last day already.
  if (month_end == MonthEnd::last_day && money::is_last_of_month(anchor.day))
    return {last_of_month(day), anchor.part};
  return {day, anchor.part};
}

std::vector<Moment> cycle_dates(const Cycle& cycle, CycleSpan span) {
  const bool with_end = span.at_end == CycleEnd::included;
  std::vector<Moment> dates;
  if (!cycle.step) {
    if (with_end || cycle.anchor != span.end) dates.push_back(cycle.anchor);
    if (with_end) dates.push_back(span.end);
    sort_unique(dates);
    return dates;
  }
  LOANBOOK_ASSERT(cycle.step->every > 0);
  Moment next = cycle.anchor;
  for (std::uint32_t k = 1; next < span.end; ++k) {
    dates.push_back(next);
    next = cycle_date(cycle, k, span.month_end);
  }
  const std::size_t count = dates.size() + (with_end ? 1 : 0);
  if (cycle.stub == Stub::longer && count > 2 && next != span.end) dates.pop_back();
  if (with_end) dates.push_back(span.end);
  return dates;
}

std::vector<Moment> cycle_dates(std::span<const Cycle> cycles, CycleSpan span) {
  std::vector<Moment> dates;
  for (std::size_t i = 0; i < cycles.size(); ++i) {
    CycleSpan part = span;
    if (i + 1 < cycles.size()) part.end = cycles[i + 1].anchor;
    const std::vector<Moment> more = cycle_dates(cycles[i], part);
    dates.insert(dates.end(), more.begin(), more.end());
  }
  sort_unique(dates);
  return dates;
}

}  // namespace loanbook::schedule
