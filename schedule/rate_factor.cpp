#include "loanbook/schedule/rate_factor.hpp"

#include <algorithm>
#include <boost/multiprecision/cpp_int.hpp>

#include "loanbook/money/assert.hpp"
#include "loanbook/schedule/rounded_quotient.hpp"

namespace loanbook::schedule {
namespace {

namespace mp = boost::multiprecision;
using money::Int128;

constexpr money::Rounding half_even{money::RoundingMode::half_even, 1};
constexpr std::int64_t rate_unit = 1'000'000'000'000;

/// Of any size, denominator > 0, numerator >= 0, not in lowest terms.
struct Exact {
  mp::cpp_int numerator;
  mp::cpp_int denominator = 1;
};

mp::cpp_int power_of_ten(unsigned exponent) { return mp::pow(mp::cpp_int(10), exponent); }

/// Rounded to so many significant digits; 0 leaves it.
Exact significant(Exact value, std::uint8_t digits) {
  if (digits == 0 || value.numerator == 0) return value;
  const mp::cpp_int low = power_of_ten(digits - 1U);
  const mp::cpp_int high = low * 10;
  mp::cpp_int up = value.numerator;
  mp::cpp_int down = value.denominator;
  unsigned shifted_up = 0;
  unsigned shifted_down = 0;
  for (; up < low * down; ++shifted_up) up *= 10;
  for (; up >= high * down; ++shifted_down) down *= 10;
  return {rounded_quotient(up, down, half_even) * power_of_ten(shifted_down),
          power_of_ten(shifted_up)};
}

Exact times(const Exact& a, const Exact& b, std::uint8_t digits) {
  return significant({a.numerator * b.numerator, a.denominator * b.denominator}, digits);
}

Exact plus(const Exact& a, const Exact& b, std::uint8_t digits) {
  return significant(
      {a.numerator * b.denominator + b.numerator * a.denominator, a.denominator * b.denominator},
      digits);
}

Exact exact(const RateFactor& factor) {
  return {mp::cpp_int(factor.numerator), mp::cpp_int(factor.denominator)};
}

RateFactor lowest_terms(const Exact& value) {
  const mp::cpp_int divisor = mp::gcd(value.numerator, value.denominator);
  return {static_cast<Int128>(value.numerator / divisor),
          static_cast<Int128>(value.denominator / divisor)};
}

date::year year_of(Day day) { return date::year_month_day{day}.year(); }

std::int64_t length_of(date::year year) { return year.is_leap() ? 366 : 365; }

std::int64_t month_length(Day day) {
  const date::year_month_day date{day};
  return unsigned{(date.year() / date.month() / date::last).day()};
}

/// Days of the unit that U x every counts, for a stretch that begins on `from`.
std::int64_t unit_days(const RateFactorRule& rule, Day from, std::int64_t year_days) {
  switch (rule.every.unit) {
    case PeriodUnit::day:
      return 1;
    case PeriodUnit::week:
      return 7;
    case PeriodUnit::month:
      return rule.days_in_month == 0 ? month_length(from) : rule.days_in_month;
    case PeriodUnit::year:
      return year_days;
  }
  return 1;
}

/// The sum over calendar years of counted days / days of the year.
Exact years_of(const RateFactorRule& rule, const GivenPeriod& stretch) {
  const date::days shift{rule.counted == CountedDay::last ? 1 : 0};
  const Day end = stretch.due + shift;
  Exact years{0, 1};
  for (Day day = stretch.from + shift; day < end;) {
    const date::year year = year_of(day);
    const Day next = std::min(end, Day{(year + date::years{1}) / date::January / 1});
    const Exact part =
        significant({(next - day).count(), length_of(year)}, rule.intermediate_digits);
    years = plus(years, part, rule.intermediate_digits);
    day = next;
  }
  return years;
}

}  // namespace

RateFactor operator+(const RateFactor& a, const RateFactor& b) {
  if (a.denominator == b.denominator)
    return lowest_terms({mp::cpp_int(a.numerator) + b.numerator, mp::cpp_int(a.denominator)});
  return lowest_terms(plus(exact(a), exact(b), 0));
}

std::int64_t rounded(const RateFactor& factor, unsigned digits) {
  return rounded_quotient(mp::cpp_int(mp::cpp_int(factor.numerator) * power_of_ten(digits)),
                          mp::cpp_int(factor.denominator), half_even);
}

RateFactor rate_factor(const RateFactorRule& rule, money::Rate rate, const GivenPeriod& period,
                       const GivenPeriod& stretch) {
  LOANBOOK_ASSERT(period.from < period.due);
  LOANBOOK_ASSERT(period.from <= stretch.from && stretch.from <= stretch.due);
  LOANBOOK_ASSERT(stretch.due <= period.due);
  if (stretch.from == stretch.due || rate.e12() == 0) return {};
  const std::uint8_t digits = rule.intermediate_digits;
  const Exact a_year = significant({rate.e12(), rate_unit}, digits);
  const date::days shift{rule.counted == CountedDay::last ? 1 : 0};
  const date::year first_year = year_of(stretch.from + shift);
  const date::year last_year = year_of(stretch.due + shift - date::days{1});
  Exact factor;
  if (rule.days_in_year == 0 && first_year != last_year) {
    factor = times(a_year, years_of(rule, stretch), digits);
  } else {
    const std::int64_t year = rule.days_in_year == 0 ? length_of(first_year) : rule.days_in_year;
    const std::int64_t unit = unit_days(rule, stretch.from, year) * rule.every.every;
    factor = times(a_year, significant({unit, year}, digits), digits);
    factor = times(factor, {(stretch.due - stretch.from).count(), 1}, digits);
    factor = times(factor, {1, (period.due - period.from).count()}, digits);
  }
  if (digits == 0) return lowest_terms(factor);
  const mp::cpp_int scale = power_of_ten(digits);
  return lowest_terms(
      {rounded_quotient(mp::cpp_int(factor.numerator * scale), factor.denominator, half_even),
       scale});
}

std::int64_t interest_of(std::int64_t balance_minor, const RateFactor& factor,
                         std::uint8_t intermediate_digits, money::Rounding rounding) {
  LOANBOOK_ASSERT(balance_minor >= 0);
  Int128 numerator = 0;
  if (intermediate_digits == 0 && money::multiply(factor.numerator, balance_minor, &numerator)) {
    return static_cast<std::int64_t>(
        money::divide_rounded(numerator, factor.denominator * rounding.multiple, rounding.mode) *
        rounding.multiple);
  }
  const Exact interest = times(exact(factor), {balance_minor, 1}, intermediate_digits);
  return rounded_quotient(interest.numerator, mp::cpp_int(interest.denominator * rounding.multiple),
                          rounding);
}

std::optional<std::int64_t> equal_installment(std::int64_t balance_minor,
                                              std::span<const RateFactor> factors,
                                              std::uint8_t intermediate_digits,
                                              money::Rounding rounding) {
  LOANBOOK_ASSERT(balance_minor >= 0);
  LOANBOOK_ASSERT(!factors.empty());
  const Exact one{1, 1};
  Exact growth = one;
  Exact payments{0, 1};
  for (const RateFactor& factor : factors) {
    const Exact step = plus(one, exact(factor), intermediate_digits);
    growth = times(growth, step, intermediate_digits);
    payments = plus(one, times(payments, step, intermediate_digits), intermediate_digits);
  }
  growth = times(growth, {balance_minor, 1}, intermediate_digits);
  const Exact x = times(growth, {payments.denominator, payments.numerator}, intermediate_digits);
  if (x.numerator > x.denominator * (mp::cpp_int(1) << 61)) return std::nullopt;
  return rounded_quotient(x.numerator, mp::cpp_int(x.denominator * rounding.multiple), rounding);
}

}  // namespace loanbook::schedule
