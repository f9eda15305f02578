#include "schedule/exact_time.hpp"

#include <algorithm>

namespace loanbook::schedule::model {
namespace {

struct Date {
  int y;
  int m;
  int d;
};

Date split(Day day) {
  const date::year_month_day ymd{day};
  return {static_cast<int>(ymd.year()), static_cast<int>(static_cast<unsigned>(ymd.month())),
          static_cast<int>(static_cast<unsigned>(ymd.day()))};
}

bool leap(int year) { return year % 4 == 0 && (year % 100 != 0 || year % 400 == 0); }

bool end_of_month(Day day) { return split(day).m != split(day + date::days{1}).m; }

/// `day_of_month` days into the month that lies `months` later, or its last day.
Day months_after(Day start, int months, int day_of_month) {
  const Date from = split(start);
  const int total = from.y * 12 + (from.m - 1) + months;
  const date::year_month month{date::year{total / 12},
                               date::month{static_cast<unsigned>(total % 12 + 1)}};
  date::year_month_day day = month / day_of_month;
  while (!day.ok()) day = month / (static_cast<unsigned>(day.day()) - 1);
  return Day{day};
}

/// Whole months from the start, clipped; the days left over 360.
Rational months_and_odd_days(Day start, Day end) {
  const int anchor = split(start).d;
  int months = 0;
  while (months_after(start, months + 1, anchor) <= end) ++months;
  const Rational days((end - months_after(start, months, anchor)).count());
  return Rational(months, 12) + days / 360;
}

int months_a_step(const Terms& terms) {
  return terms.frequency.unit == PeriodUnit::year ? 12 * terms.frequency.every
                                                  : terms.frequency.every;
}

Day roll(const Calendar& calendar, Day day, Roll convention) {
  const auto walk = [&](int step) {
    Day at = day;
    for (int i = 0; i < 366; ++i, at += date::days{step}) {
      if (calendar.is_business_day(at)) return at;
    }
    return day;
  };
  const auto left_month = [&](Day at) { return split(at).m != split(day).m; };
  switch (convention) {
    case Roll::none:
      return day;
    case Roll::following:
      return walk(1);
    case Roll::preceding:
      return walk(-1);
    case Roll::modified_following:
      return left_month(walk(1)) ? walk(-1) : walk(1);
    case Roll::modified_preceding:
      return left_month(walk(-1)) ? walk(1) : walk(-1);
  }
  return day;
}

/// May a span be cut anywhere without changing the sum?
bool adds_up(DayCount day_count) {
  switch (day_count) {
    case DayCount::act_360:
    case DayCount::act_364:
    case DayCount::act_365f:
    case DayCount::act_act_isda:
    case DayCount::bus_252:
      return true;
    default:
      return false;
  }
}

}  // namespace

Rational exact_year_fraction(DayCount day_count, Day start, Day end, const Calendar* calendar,
                             std::optional<Day> termination) {
  const Date a = split(start);
  const Date b = split(end);
  const auto thirty = [&](int d1, int d2) {
    return Rational(360 * (b.y - a.y) + 30 * (b.m - a.m) + d2 - d1, 360);
  };
  const auto end_of_february = [](Day day) { return split(day).m == 2 && end_of_month(day); };
  switch (day_count) {
    case DayCount::act_360:
      return Rational((end - start).count(), 360);
    case DayCount::act_364:
      return Rational((end - start).count(), 364);
    case DayCount::act_365f:
      return Rational((end - start).count(), 365);
    case DayCount::act_act_isda: {
      int in_leap = 0;
      int in_common = 0;
      for (Day day = start; day < end; day += date::days{1})
        ++(leap(split(day).y) ? in_leap : in_common);
      return Rational(in_leap, 366) + Rational(in_common, 365);
    }
    case DayCount::thirty_360: {
      const int d1 = std::min(a.d, 30);
      return thirty(d1, d1 == 30 ? std::min(b.d, 30) : b.d);
    }
    case DayCount::thirty_360_us: {
      if (end_of_february(start)) return thirty(30, end_of_february(end) || b.d == 31 ? 30 : b.d);
      const int d1 = std::min(a.d, 30);
      return thirty(d1, b.d == 31 && d1 == 30 ? 30 : b.d);
    }
    case DayCount::thirty_e_360:
      return thirty(std::min(a.d, 30), std::min(b.d, 30));
    case DayCount::thirty_e_360_isda: {
      const bool stays = b.m == 2 && end == termination;
      return thirty(end_of_month(start) ? 30 : a.d, end_of_month(end) && !stays ? 30 : b.d);
    }
    case DayCount::bus_252: {
      int open = 0;
      for (Day day = start; day < end; day += date::days{1}) open += calendar->is_business_day(day);
      return Rational(open, 252);
    }
    case DayCount::twenty_eight_336:
      return Rational(336 * (b.y - a.y) + 28 * (b.m - a.m) + std::min(b.d, 28) - std::min(a.d, 28),
                      336);
  }
  return 0;
}

Day contract_date(const Terms& terms, std::uint32_t k) {
  if (k == 0) return terms.disbursed;
  if (k == terms.installments && terms.last_due) return *terms.last_due;
  if (k == 1 && terms.first_due) return *terms.first_due;
  const Day anchor = terms.first_due.value_or(terms.disbursed);
  const int steps = static_cast<int>(k) - (terms.first_due ? 1 : 0);
  switch (terms.frequency.unit) {
    case PeriodUnit::day:
      return anchor + date::days{steps * terms.frequency.every};
    case PeriodUnit::week:
      return anchor + date::days{7 * steps * terms.frequency.every};
    case PeriodUnit::month:
    case PeriodUnit::year:
      break;
  }
  return months_after(anchor, steps * months_a_step(terms),
                      terms.due_day != 0 ? terms.due_day : split(anchor).d);
}

Day rolled_date(const Terms& terms, std::uint32_t k) {
  const Day day = contract_date(terms, k);
  if (k == 0 || terms.business_days.calendar == nullptr) return day;
  return roll(*terms.business_days.calendar, day, terms.business_days.roll);
}

Day interest_date(const Terms& terms, std::uint32_t k) {
  return terms.business_days.interest_follows ? rolled_date(terms, k) : contract_date(terms, k);
}

Rational daily_time(const Terms& terms, Day start, Day end) {
  return exact_year_fraction(terms.day_count, start, end, terms.business_days.calendar.get(),
                             interest_date(terms, terms.installments));
}

Rational time_of_day(const Terms& terms, Day start, Day day) {
  const Day next = day + date::days{1};
  if (adds_up(terms.day_count)) return daily_time(terms, day, next);
  return daily_time(terms, start, next) - daily_time(terms, start, day);
}

Rational step_of_year(const Terms& terms) { return Rational(months_a_step(terms), 12); }

bool goes_by_days(const Terms& terms) {
  return terms.basis == InterestBasis::daily || terms.method == Method::revolving;
}

Rational period_time(const Terms& terms, std::uint32_t k) {
  if (goes_by_days(terms))
    return daily_time(terms, interest_date(terms, k - 1), interest_date(terms, k));
  // Disbursed on the fixed due day, as that month has it: the first step is a whole one.
  const bool on_due_day =
      terms.due_day != 0 &&
      contract_date(terms, 0) == money::add_months(contract_date(terms, 0), 0, terms.due_day);
  const bool odd_first = k == 1 && (terms.first_due || (terms.due_day != 0 && !on_due_day));
  const bool odd_last = k == terms.installments && terms.last_due;
  return odd_first || odd_last
             ? months_and_odd_days(contract_date(terms, k - 1), contract_date(terms, k))
             : step_of_year(terms);
}

Rational life_time(const Terms& terms) {
  if (goes_by_days(terms))
    return daily_time(terms, terms.disbursed, interest_date(terms, terms.installments));
  if (terms.last_due) return months_and_odd_days(terms.disbursed, *terms.last_due);
  Rational sum = 0;
  for (std::uint32_t k = 1; k <= terms.installments; ++k) sum += period_time(terms, k);
  return sum;
}

}  // namespace loanbook::schedule::model
