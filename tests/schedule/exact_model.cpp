#include "schedule/exact_model.hpp"

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

bool end_of_february(Date date) { return date.m == 2 && date.d == (leap(date.y) ? 29 : 28); }

/// Steps one day at a time until the month turned often enough.
Day months_after(Day start, int months) {
  const Date from = split(start);
  const int total = from.y * 12 + (from.m - 1) + months;
  const date::year_month month{date::year{total / 12},
                               date::month{static_cast<unsigned>(total % 12 + 1)}};
  date::year_month_day day = month / from.d;
  while (!day.ok()) day = month / (static_cast<unsigned>(day.day()) - 1);
  return Day{day};
}

Rational rate(const Terms& terms) {
  return Rational(Integer(terms.rate.e12()), Integer("1000000000000"));
}

Rational first_months(const Terms& terms) {
  const Day due = due_date(terms, 1);
  int months = 0;
  while (months_after(terms.disbursed, months + 1) <= due) ++months;
  const Rational days((due - months_after(terms.disbursed, months)).count());
  return Rational(months, 12) + days / 360;
}

Rational step_of_year(const Terms& terms) {
  const int months =
      terms.frequency.unit == PeriodUnit::year ? 12 * terms.frequency.every : terms.frequency.every;
  return Rational(months, 12);
}

}  // namespace

Integer rounded(const Rational& exact, money::Rounding rounding) {
  const Rational steps = abs(exact) / rounding.multiple;
  const Integer whole = numerator(steps) / denominator(steps);
  const Rational rest = steps - whole;
  const Rational half(1, 2);
  bool up = false;
  switch (rounding.mode) {
    case money::RoundingMode::up:
      up = rest > 0;
      break;
    case money::RoundingMode::down:
      break;
    case money::RoundingMode::half_up:
      up = rest >= half;
      break;
    case money::RoundingMode::half_even:
      up = rest > half || (rest == half && whole % 2 == 1);
      break;
  }
  const Integer result = (whole + (up ? 1 : 0)) * rounding.multiple;
  return exact < 0 ? Integer(-result) : result;
}

Rational exact_year_fraction(DayCount day_count, Day start, Day end) {
  const Date a = split(start);
  const Date b = split(end);
  const auto thirty = [&](int d1, int d2) {
    return Rational(360 * (b.y - a.y) + 30 * (b.m - a.m) + d2 - d1, 360);
  };
  switch (day_count) {
    case DayCount::act_360:
      return Rational((end - start).count(), 360);
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
      if (end_of_february(a)) return thirty(30, end_of_february(b) || b.d == 31 ? 30 : b.d);
      const int d1 = std::min(a.d, 30);
      return thirty(d1, b.d == 31 && d1 == 30 ? 30 : b.d);
    }
    case DayCount::thirty_e_360:
      return thirty(std::min(a.d, 30), std::min(b.d, 30));
  }
  return 0;
}

std::vector<Rational> factors(const Terms& terms) {
  if (terms.method == Method::revolving ||
      (terms.method == Method::bullet && terms.basis == InterestBasis::daily)) {
    return {rate(terms) * exact_year_fraction(terms.day_count, terms.disbursed, maturity(terms))};
  }
  std::vector<Rational> result;
  for (std::uint32_t k = 1; k <= terms.installments; ++k) {
    Rational time = step_of_year(terms);
    if (terms.basis == InterestBasis::daily) {
      time = exact_year_fraction(terms.day_count, due_date(terms, k - 1), due_date(terms, k));
    } else if (k == 1 && (terms.first_due || terms.due_day != 0)) {
      time = first_months(terms);
    }
    result.push_back(k <= terms.interest_free_periods ? Rational(0) : Rational(rate(terms) * time));
  }
  if (terms.method == Method::bullet) {
    Rational sum = 0;
    for (const Rational& factor : result) sum += factor;
    return {sum};
  }
  return result;
}

Rational level_payment(const Terms& terms) {
  std::vector<Rational> rates = factors(terms);
  if (terms.odd_first == OddFirst::extra && terms.interest_free_periods == 0)
    rates[0] = rate(terms) * step_of_year(terms);
  Rational discount = 1;
  Rational sum = 0;
  for (std::size_t k = terms.principal_free_periods; k < rates.size(); ++k) {
    discount /= 1 + rates[k];
    sum += discount;
  }
  return (Rational(terms.principal_minor) - discount * terms.balloon_minor) / sum;
}

std::vector<PlanRow> plan(const Terms& terms) {
  const std::vector<Rational> rates = factors(terms);
  const Integer loan = terms.principal_minor;
  Integer x = 0;
  if (terms.method == Method::level) x = rounded(level_payment(terms), terms.installment);
  if (terms.method == Method::equal_principal)
    x = rounded(Rational(loan, Integer(rates.size() - terms.principal_free_periods)),
                terms.installment);
  Integer balance = loan;
  std::vector<PlanRow> rows;
  for (std::size_t k = 1; k <= rates.size(); ++k) {
    const Integer interest = rounded(balance * rates[k - 1], terms.interest);
    Integer principal = 0;
    if (k > terms.principal_free_periods && terms.method == Method::level) {
      const bool extra =
          k == 1 && terms.odd_first == OddFirst::extra && terms.interest_free_periods == 0;
      const Integer usual =
          extra ? rounded(balance * rate(terms) * step_of_year(terms), terms.interest) : interest;
      principal = std::max<Integer>(0, std::min<Integer>(balance, x - usual));
    }
    if (k > terms.principal_free_periods && terms.method == Method::equal_principal)
      principal = std::min(balance, x);
    if (k == rates.size()) principal = balance;
    balance -= principal;
    rows.push_back({.no = static_cast<std::uint32_t>(k),
                    .due = rates.size() == 1 ? maturity(terms)
                                             : due_date(terms, static_cast<std::uint32_t>(k)),
                    .principal = static_cast<std::int64_t>(principal),
                    .interest = static_cast<std::int64_t>(interest),
                    .balance = static_cast<std::int64_t>(balance)});
  }
  return rows;
}

}  // namespace loanbook::schedule::model
