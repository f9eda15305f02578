#include "loanbook/schedule/due_dates.hpp"

#include <algorithm>

#include "loanbook/money/assert.hpp"

namespace loanbook::schedule {

Step step(Frequency frequency) {
  switch (frequency.unit) {
    case PeriodUnit::day:
      return {0, frequency.every};
    case PeriodUnit::week:
      return {0, std::int64_t{7} * frequency.every};
    case PeriodUnit::month:
      return {frequency.every, 0};
    case PeriodUnit::year:
      return {std::int64_t{12} * frequency.every, 0};
  }
  LOANBOOK_ASSERT(false && "a period unit that is not in the enumeration");
}

bool first_is_odd(const Terms& terms) {
  if (terms.first_due) return true;
  if (terms.due_day == 0) return false;
  const date::year_month_day start{terms.disbursed};
  const date::day last = (start.year() / start.month() / date::last).day();
  return start.day() != std::min(last, date::day{terms.due_day});
}

DueDates::DueDates(const Terms& terms)
    : disbursed_(terms.disbursed),
      anchor_(terms.first_due.value_or(terms.disbursed)),
      anchor_no_(terms.first_due ? 1 : 0),
      last_no_(terms.last_due ? terms.installments : 0),
      last_(terms.last_due.value_or(terms.disbursed)),
      months_(step(terms.frequency).months),
      days_(step(terms.frequency).days),
      calendar_(terms.business_days.calendar.get()),
      roll_(terms.business_days.roll),
      interest_follows_(terms.business_days.interest_follows) {
  const date::year_month_day anchor{anchor_};
  anchor_month_ = std::int64_t{12} * static_cast<int>(anchor.year()) +
                  static_cast<unsigned>(anchor.month()) - 1;
  day_of_month_ = terms.due_day != 0 ? terms.due_day : static_cast<unsigned>(anchor.day());
}

Day DueDates::by_contract(std::uint32_t k) const {
  if (k == 0) return disbursed_;
  if (k == last_no_) return last_;
  // A first due date stands as it was agreed, even where the fixed day is another one (due day 31,
  // first on 30 April).
  if (k == anchor_no_) return anchor_;
  const std::int64_t steps = k - anchor_no_;
  if (months_ == 0) return anchor_ + date::days{days_ * steps};
  const std::int64_t month = anchor_month_ + months_ * steps;
  const date::year_month target{date::year{static_cast<int>(month / 12)},
                                date::month{static_cast<unsigned>(month % 12 + 1)}};
  if (day_of_month_ <= 28) return Day{target / date::day{day_of_month_}};
  const date::day last = (target / date::last).day();
  return Day{target / std::min(last, date::day{day_of_month_})};
}

Day DueDates::operator()(std::uint32_t k) const {
  const Day day = by_contract(k);
  return calendar_ == nullptr || k == 0 ? day : calendar_->rolled(day, roll_);
}

Day DueDates::accrual(std::uint32_t k) const {
  return interest_follows_ ? (*this)(k) : by_contract(k);
}

Day due_date(const Terms& terms, std::uint32_t k) { return DueDates(terms)(k); }

Day accrual_date(const Terms& terms, std::uint32_t k) { return DueDates(terms).accrual(k); }

Day maturity(const Terms& terms) { return due_date(terms, terms.installments); }

}  // namespace loanbook::schedule
