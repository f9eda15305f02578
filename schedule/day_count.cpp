#include "loanbook/schedule/day_count.hpp"

#include <algorithm>
#include <array>
#include <numeric>
#include <string>

#include "loanbook/money/assert.hpp"
#include "loanbook/schedule/calendar.hpp"

namespace loanbook::schedule {
namespace {

struct Name {
  DayCount day_count;
  std::string_view text;
};
constexpr std::array<Name, 10> names{{{DayCount::act_360, "ACT/360"},
                                      {DayCount::act_365f, "ACT/365F"},
                                      {DayCount::act_act_isda, "ACT/ACT-ISDA"},
                                      {DayCount::thirty_360, "30/360"},
                                      {DayCount::thirty_360_us, "30/360-US"},
                                      {DayCount::thirty_e_360, "30E/360"},
                                      {DayCount::act_364, "ACT/364"},
                                      {DayCount::thirty_e_360_isda, "30E/360-ISDA"},
                                      {DayCount::bus_252, "BUS/252"},
                                      {DayCount::twenty_eight_336, "28/336"}}};

struct Civil {
  int year;
  int month;
  int day;
  bool leap;
};

Civil civil(Day day) {
  const date::year_month_day ymd{day};
  return {static_cast<int>(ymd.year()), static_cast<int>(static_cast<unsigned>(ymd.month())),
          static_cast<int>(static_cast<unsigned>(ymd.day())), ymd.year().is_leap()};
}

bool is_last_of_february(const Civil& date) {
  return date.month == 2 && date.day == (date.leap ? 29 : 28);
}

int thirty(const Civil& start, int start_day, const Civil& end, int end_day) {
  return 360 * (end.year - start.year) + 30 * (end.month - start.month) + (end_day - start_day);
}

int days_thirty_360(const Civil& start, const Civil& end) {
  const int start_day = start.day == 31 ? 30 : start.day;
  const int end_day = end.day == 31 && start_day > 29 ? 30 : end.day;
  return thirty(start, start_day, end, end_day);
}

// The four adjustments are applied in the order in which the SIFMA text lists them.
int days_thirty_360_us(const Civil& start, const Civil& end) {
  int start_day = start.day;
  int end_day = end.day;
  if (is_last_of_february(start) && is_last_of_february(end)) end_day = 30;
  if (is_last_of_february(start)) start_day = 30;
  if (end_day == 31 && start_day >= 30) end_day = 30;
  if (start_day == 31) start_day = 30;
  return thirty(start, start_day, end, end_day);
}

int days_thirty_e_360(const Civil& start, const Civil& end) {
  return thirty(start, start.day == 31 ? 30 : start.day, end, end.day == 31 ? 30 : end.day);
}

int days_thirty_e_360_isda(Day start, Day end, bool terminates) {
  // The end of February is day 30 as a start and its own day as the termination.
  if (start == end) return 0;
  const Civil from = civil(start);
  const Civil to = civil(end);
  const int start_day = money::is_last_of_month(start) ? 30 : from.day;
  const bool kept = terminates && to.month == 2;
  const int end_day = money::is_last_of_month(end) && !kept ? 30 : to.day;
  return thirty(from, start_day, to, end_day);
}

int days_twenty_eight_336(const Civil& start, const Civil& end) {
  return 336 * (end.year - start.year) + 28 * (end.month - start.month) +
         (std::min(end.day, 28) - std::min(start.day, 28));
}

std::int64_t actual_days(Day start, Day end) { return (end - start).count(); }

/// Days in leap years from 1 January 1600 up to (not including) `day`; differences are right for
/// any two days after 1600.
std::int64_t leap_year_days_before(Day day) {
  const date::year_month_day ymd{day};
  const int year = static_cast<int>(ymd.year());
  const int past = year - 1 - 1599;  // whole years from 1600 on
  const std::int64_t leap_years = (past + 3) / 4 - (past + 99) / 100 + (past + 399) / 400;
  const std::int64_t within =
      ymd.year().is_leap() ? actual_days(Day{ymd.year() / date::January / 1}, day) : 0;
  return leap_years * 366 + within;
}

/// Largest m such that the anchor plus m months is not after `end`; the clipped day of a month
/// counts as reached.
std::int32_t whole_months(Day start, Day end) {
  const Civil from = civil(start);
  const Civil to = civil(end);
  const std::int32_t months = 12 * (to.year - from.year) + (to.month - from.month);
  return money::add_months(start, months) <= end ? months : months - 1;
}

}  // namespace

Result<DayCount> parse_day_count(std::string_view text) {
  for (const Name& name : names) {
    if (name.text == text) return name.day_count;
  }
  return money::Error{"day_count.unknown", "unknown day count '" + std::string(text.substr(0, 40)) +
                                               "'; use ACT/360, ACT/365F, ACT/ACT-ISDA, 30/360, "
                                               "30/360-US, 30E/360, ACT/364, 30E/360-ISDA, "
                                               "BUS/252 or 28/336"};
}

std::string_view to_text(DayCount day_count) {
  for (const Name& name : names) {
    if (name.day_count == day_count) return name.text;
  }
  LOANBOOK_ASSERT(false && "a day count that is not in the table");
}

std::int32_t days_between(DayCount day_count, Day start, Day end, const DayCountContext& context) {
  LOANBOOK_ASSERT(start <= end);
  switch (day_count) {
    case DayCount::act_360:
    case DayCount::act_364:
    case DayCount::act_365f:
    case DayCount::act_act_isda:
      return static_cast<std::int32_t>(actual_days(start, end));
    case DayCount::thirty_360:
      return days_thirty_360(civil(start), civil(end));
    case DayCount::thirty_360_us:
      return days_thirty_360_us(civil(start), civil(end));
    case DayCount::thirty_e_360:
      return days_thirty_e_360(civil(start), civil(end));
    case DayCount::thirty_e_360_isda:
      return days_thirty_e_360_isda(start, end, end == context.termination);
    case DayCount::bus_252:
      LOANBOOK_ASSERT(context.calendar != nullptr);
      return context.calendar->business_days(start, end);
    case DayCount::twenty_eight_336:
      return days_twenty_eight_336(civil(start), civil(end));
  }
  LOANBOOK_ASSERT(false && "a day count that is not in the table");
}

MonthsAndDays months_and_days(Day start, Day end) {
  LOANBOOK_ASSERT(start <= end);
  const std::int32_t months = whole_months(start, end);
  const std::int64_t days = actual_days(money::add_months(start, months), end);
  return {months, static_cast<std::int32_t>(days)};
}

Fraction year_fraction(DayCount day_count, Day start, Day end, const DayCountContext& context) {
  return reduced(day_index(day_count, start, end, context), index_per_year(day_count));
}

Fraction reduced(std::int64_t numerator, std::int64_t denominator) {
  LOANBOOK_ASSERT(numerator >= 0);
  LOANBOOK_ASSERT(denominator > 0);
  const std::int64_t common = std::gcd(numerator, denominator);
  return {numerator / common, denominator / common};
}

std::int64_t day_index(DayCount day_count, Day first, Day day, const DayCountContext& context) {
  if (day_count != DayCount::act_act_isda) return days_between(day_count, first, day, context);
  LOANBOOK_ASSERT(first <= day);
  return 366 * actual_days(first, day) -
         (leap_year_days_before(day) - leap_year_days_before(first));
}

std::int64_t index_per_year(DayCount day_count) {
  switch (day_count) {
    case DayCount::act_364:
      return 364;
    case DayCount::act_365f:
      return 365;
    case DayCount::bus_252:
      return 252;
    case DayCount::twenty_eight_336:
      return 336;
    case DayCount::act_act_isda:
      return 133'590;  // 365 x 366
    case DayCount::act_360:
    case DayCount::thirty_360:
    case DayCount::thirty_360_us:
    case DayCount::thirty_e_360:
    case DayCount::thirty_e_360_isda:
      return 360;
  }
  LOANBOOK_ASSERT(false && "a day count that is not in the table");
}

}  // namespace loanbook::schedule
