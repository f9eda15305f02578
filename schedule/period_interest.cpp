#include "loanbook/schedule/period_interest.hpp"

#include <algorithm>

#include "loanbook/money/rounding.hpp"
#include "loanbook/schedule/due_dates.hpp"

namespace loanbook::schedule {
namespace {

using money::Int128;

constexpr std::int64_t e12 = 1'000'000'000'000;

std::int64_t rounded(Int128 numerator, Int128 denominator, money::Rounding rounding) {
  return static_cast<std::int64_t>(
      money::divide_rounded(numerator, denominator * rounding.multiple, rounding.mode) *
      rounding.multiple);
}

std::int64_t power_of_ten(int exponent) {
  std::int64_t power = 1;
  for (; exponent > 0; --exponent) power *= 10;
  return power;
}

/// One day's interest in units of 10^-digits of the major unit.
class DailyInterest {
 public:
  explicit DailyInterest(const Terms& terms)
      : terms_(terms),
        finer_(power_of_ten(*terms.daily_interest_digits - terms.currency.digits)),
        coarser_(power_of_ten(terms.currency.digits - *terms.daily_interest_digits)) {}

  [[nodiscard]] Int128 of(Day day, std::int64_t balance, money::Rate rate) const {
    const Int128 exact =
        Int128{balance} * rate.e12() * day_index(terms_.day_count, day, day + date::days{1});
    const Int128 step = Int128{e12} * index_per_year(terms_.day_count) * coarser_;
    // The whole part is kept aside, without its last bit for half-even: with all digits more the
    // product would not fit.
    const auto [whole, rest] = money::divide(exact, step);
    const Int128 even = whole * finer_ / 2 * 2;
    return even + money::divide_rounded(rest * finer_ + (whole * finer_ - even) * step, step,
                                        terms_.interest.mode);
  }

  [[nodiscard]] Interest in_minor_units(Int128 units) const {
    const Int128 numerator = units * coarser_;
    return {.rounded = rounded(numerator, finer_, terms_.interest),
            .numerator = numerator,
            .denominator = finer_};
  }

 private:
  const Terms& terms_;
  std::int64_t finer_;
  std::int64_t coarser_;
};

Interest day_by_day(const Terms& terms, const Period& period, std::int64_t balance) {
  const DailyInterest daily(terms);
  Int128 units = 0;
  for (const Stretch& stretch : period.stretches) {
    balance += stretch.drawn;
    for (Day day = stretch.from; day < stretch.to; day += date::days{1})
      units += daily.of(day, balance, stretch.rate);
  }
  return daily.in_minor_units(units);
}

}  // namespace

Interest period_interest(const Terms& terms, const Period& period, std::int64_t balance) {
  if (terms.daily_interest_digits) return day_by_day(terms, period, balance);
  Interest interest{.denominator = e12 * period.time_denominator};
  for (const Stretch& stretch : period.stretches) {
    balance += stretch.drawn;
    interest.numerator += Int128{balance} * stretch.rate.e12() * stretch.time;
  }
  interest.rounded = rounded(interest.numerator, interest.denominator, terms.interest);
  return interest;
}

UnitInterest unit_interest(const Period& period, std::optional<money::Rate> held) {
  UnitInterest unit{.denominator = e12 * period.time_denominator};
  for (auto stretch = period.stretches.rbegin(); stretch != period.stretches.rend(); ++stretch) {
    unit.of_balance += held.value_or(stretch->rate).e12() * stretch->time;
    unit.of_drawn += stretch->drawn * (unit.denominator + unit.of_balance);
  }
  return unit;
}

std::int64_t whole_step_interest(const Terms& terms, const Period& first, std::int64_t balance) {
  const Int128 yearly = Int128{first.stretches.front().rate.e12()} * step(terms.frequency).months;
  return rounded(balance * yearly, Int128{12} * e12, terms.interest);
}

SolveRow whole_step_row(const Terms& terms, const Period& first, SolveRow row) {
  row.interest = Int128{first.stretches.front().rate.e12()} * step(terms.frequency).months;
  row.denominator = Int128{12} * e12;
  return row;
}

std::int64_t flat_interest(const Terms& terms) {
  const Period life = life_of(terms);
  const std::int64_t principal = terms.principal_minor - terms.down_payment_minor;
  return rounded(Int128{principal} * terms.rate.e12() * life.stretches.front().time,
                 e12 * life.time_denominator, terms.interest);
}

InterestPiece piece_of(const Terms& terms, const Period& period, const Stretch& stretch,
                       std::int64_t balance) {
  InterestPiece piece{
      .from = stretch.from, .to = stretch.to, .balance = balance, .rate = stretch.rate};
  piece.time = reduced(static_cast<std::int64_t>(stretch.time),
                       static_cast<std::int64_t>(period.time_denominator));
  const bool by_days = terms.basis == InterestBasis::daily || terms.method == Method::revolving;
  if (by_days) {
    const DayCountContext context{.calendar = terms.business_days.calendar.get(),
                                  .termination = accrual_date(terms, terms.installments)};
    piece.days = days_between(terms.day_count, period.start, stretch.to, context) -
                 days_between(terms.day_count, period.start, stretch.from, context);
  } else if (period.stretches.size() == 1 && period.months > 0) {
    piece.months = period.months;
  } else {
    piece.days = (stretch.to - stretch.from).count();
  }
  return piece;
}

}  // namespace loanbook::schedule
