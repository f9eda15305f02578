#include "loanbook/schedule/periods.hpp"

#include <algorithm>

#include "loanbook/money/assert.hpp"
#include "loanbook/schedule/due_dates.hpp"

namespace loanbook::schedule {
namespace {

using money::Int128;

/// Time of one period in years, as a whole.
struct Time {
  Int128 numerator;
  std::int64_t denominator;
  std::int64_t months;  // whole steps of months; 0 where days count
};

bool in_months(const Terms& terms) {
  return terms.basis == InterestBasis::monthly && terms.method != Method::revolving;
}

/// A period may be no whole step at either end; months count as 30 days of 360 there.
bool is_odd(const Terms& terms, std::uint32_t k) {
  return (k == 1 && first_is_odd(terms)) || (k == terms.installments && terms.last_due);
}

Time months_of(const Terms& terms, std::uint32_t k, Day start, Day end) {
  if (is_odd(terms, k)) {
    const MonthsAndDays odd = months_and_days(start, end);
    return {odd.days_of_360(), 360, odd.days == 0 ? odd.months : 0};
  }
  const std::int64_t months = step(terms.frequency).months;
  return {months, 12, months};
}

/// The whole life of a loan with one row.
Time whole_months(const Terms& terms, const DueDates& dates, Day end) {
  if (terms.last_due) return months_of(terms, terms.installments, terms.disbursed, end);
  const std::int64_t months = step(terms.frequency).months;
  const Time first = months_of(terms, 1, terms.disbursed, dates.by_contract(1));
  const std::int64_t rest = months * (terms.installments - 1);
  if (first.denominator == 12) return {first.numerator + rest, 12, first.months + rest};
  return {first.numerator + 30 * rest, 360, first.months == 0 ? 0 : first.months + rest};
}

class Builder {
 public:
  explicit Builder(const Terms& terms)
      : terms_(terms),
        dates_(terms),
        context_{.calendar = terms.business_days.calendar.get(),
                 .termination = dates_.accrual(terms.installments)} {}

  Period row(std::uint32_t k) {
    Period period;
    period.no = k;
    period.start = dates_.accrual(k - 1);
    period.end = dates_.accrual(k);
    period.due = dates_(k);
    period.ask = ask_of(terms_, k, dates_.by_contract(k));
    period.share = share_of(terms_, k, dates_.by_contract(k));
    if (terms_.step_growth_e12 != 0) period.exponent = (k - 1) / terms_.step_every;
    fill(period, in_months(terms_)
                     ? months_of(terms_, k, dates_.by_contract(k - 1), dates_.by_contract(k))
                     : Time{0, 1, 0});
    return period;
  }

  Period whole_life() {
    Period period;
    period.no = 1;
    period.start = terms_.disbursed;
    period.end = dates_.accrual(terms_.installments);
    period.due = dates_(terms_.installments);
    period.share = 1;
    fill(period, in_months(terms_)
                     ? whole_months(terms_, dates_, dates_.by_contract(terms_.installments))
                     : Time{0, 1, 0});
    return period;
  }

 private:
  void fill(Period& period, const Time& whole) {
    cut(period);
    period.months = whole.months;
    period.rate_at_end = rate_;
    const bool free = period.no <= terms_.interest_free_periods;
    if (in_months(terms_)) {
      spread(period, whole);
    } else {
      count_days(period);
    }
    if (free) {
      for (Stretch& stretch : period.stretches) stretch.rate = money::Rate::of_e12(0);
    }
  }

  /// One stretch for each change of rate or balance within the period.
  void cut(Period& period) {
    period.stretches.push_back({.from = period.start, .to = period.end, .rate = rate_});
    while (next_rate_ < terms_.rate_changes.size() || next_draw_ < terms_.drawdowns.size()) {
      const Day rate_day = next_rate_ < terms_.rate_changes.size()
                               ? terms_.rate_changes[next_rate_].from
                               : Day::max();
      const Day draw_day =
          next_draw_ < terms_.drawdowns.size() ? terms_.drawdowns[next_draw_].date : Day::max();
      const Day day = std::max(std::min(rate_day, draw_day), period.start);
      if (day >= period.end) return;
      if (day > period.stretches.back().from) {
        period.stretches.back().to = day;
        period.stretches.push_back({.from = day, .to = period.end, .rate = rate_});
      }
      if (rate_day <= draw_day) {
        rate_ = terms_.rate_changes[next_rate_++].rate;
        period.stretches.back().rate = rate_;
      } else {
        period.stretches.back().drawn += terms_.drawdowns[next_draw_++].amount_minor;
      }
    }
  }

  /// Months are whole whatever days they have, so what lies within one is told apart by days.
  static void spread(Period& period, const Time& whole) {
    if (period.stretches.size() == 1) {
      period.time_denominator = whole.denominator;
      period.stretches.front().time = whole.numerator;
      return;
    }
    const std::int64_t days = (period.end - period.start).count();
    period.time_denominator = Int128{whole.denominator} * days;
    for (Stretch& stretch : period.stretches)
      stretch.time = whole.numerator * (stretch.to - stretch.from).count();
  }

  /// By differences from the start of the period: 30/360 is not additive.
  void count_days(Period& period) const {
    period.time_denominator = index_per_year(terms_.day_count);
    std::int64_t before = 0;
    for (Stretch& stretch : period.stretches) {
      const std::int64_t index = day_index(terms_.day_count, period.start, stretch.to, context_);
      stretch.time = index - before;
      before = index;
    }
  }

  const Terms& terms_;
  DueDates dates_;
  DayCountContext context_;
  money::Rate rate_ = terms_.rate;
  std::size_t next_rate_ = 0;
  std::size_t next_draw_ = 0;
};

}  // namespace

bool has_one_row(const Terms& terms) {
  return terms.method == Method::bullet || terms.method == Method::revolving;
}

Ask ask_of(const Terms& terms, std::uint32_t k, Day due) {
  std::optional<HolidayInterest> holiday;
  if (k <= terms.principal_free_periods) holiday = HolidayInterest::pay;
  const unsigned month = static_cast<unsigned>(date::year_month_day{due}.month());
  if ((terms.season.months >> (month - 1) & 1U) != 0) holiday = terms.season.interest;
  for (const PaymentHoliday& each : terms.holidays) {
    if (each.first_row <= k && k <= each.last_row) holiday = each.interest;
  }
  if (!holiday) return Ask::principal;
  switch (*holiday) {
    case HolidayInterest::pay:
      return Ask::interest;
    case HolidayInterest::capitalise:
      return Ask::nothing_capitalise;
    case HolidayInterest::defer:
      return Ask::nothing_defer;
    case HolidayInterest::waive:
      return Ask::waive;
  }
  LOANBOOK_ASSERT(false && "a holiday interest that is not in the enumeration");
}

std::uint32_t share_of(const Terms& terms, std::uint32_t k, Day due) {
  if (ask_of(terms, k, due) != Ask::principal) return 0;
  if (terms.method == Method::interest_first) return k == terms.installments ? 1 : 0;
  if (terms.method == Method::principal_shares) return terms.shares[k - 1];
  return 1;
}

Period life_of(const Terms& terms) { return Builder(terms).whole_life(); }

std::vector<Period> periods_of(const Terms& terms) {
  if (has_one_row(terms)) return {life_of(terms)};
  Builder builder(terms);
  const std::uint32_t rows = std::max(terms.installments, terms.amortization_installments);
  std::vector<Period> periods;
  periods.reserve(rows);
  for (std::uint32_t k = 1; k <= rows; ++k) periods.push_back(builder.row(k));
  return periods;
}

std::size_t final_row(const Terms& terms, const std::vector<Period>& periods) {
  std::size_t at = has_one_row(terms) ? 1 : terms.installments;
  while (at > 1 && periods[at - 1].share == 0) --at;
  return at - 1;
}

}  // namespace loanbook::schedule
