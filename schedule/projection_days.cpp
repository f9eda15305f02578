#include "loanbook/schedule/projection_days.hpp"

#include <algorithm>
#include <string>

#include "loanbook/money/assert.hpp"
#include "loanbook/money/limits.hpp"
#include "loanbook/schedule/projection_figures.hpp"

namespace loanbook::schedule {
namespace {

using money::Error;
using money::Result;

Moment rolled(const BusinessDays& rule, Moment moment) {
  if (!rule.calendar) return moment;
  return {rule.calendar->rolled(moment.day, rule.roll), moment.part};
}

Error never_repaid() {
  return {
      "projection.never_repaid",
      "the payments do not repay the principal before 2200; give a maturity or a larger payment"};
}

/// The last date of principal before the status day, else nothing.
std::optional<Moment> last_payment_before_status(const ProjectionTerms& terms) {
  Cycle cycle = *terms.repaid;
  cycle.stub = Stub::shorter;
  const std::vector<Moment> past = cycle_dates(
      cycle, {.end = terms.status, .at_end = CycleEnd::excluded, .month_end = terms.month_end});
  if (past.empty()) return std::nullopt;
  return past.back();
}

/// `steps` steps of the repayment cycle after `from`.
Result<ContractEnd> end_after(const ProjectionTerms& terms, Moment from, std::int64_t steps) {
  constexpr std::int64_t days_max = 120'000;
  constexpr std::int64_t unit_days[] = {1, 7, 28, 365};
  const Frequency step = *terms.repaid->step;
  const auto unit = static_cast<std::size_t>(step.unit) - 1;
  if (steps * step.every * unit_days[unit] > days_max) return never_repaid();
  const Cycle cycle{from, step, Stub::shorter};
  return ContractEnd{cycle_date(cycle, static_cast<std::uint32_t>(steps), terms.month_end), true};
}

Result<ContractEnd> end_of_fixed_principal(const ProjectionTerms& terms) {
  const auto count = payments_until_repaid(terms.principal, *terms.payment, 0, {0, 1});
  if (!count) return never_repaid();
  const Moment first = terms.repaid->anchor;
  if (first >= terms.status) return end_after(terms, first, std::max<std::int64_t>(*count, 1) - 1);
  return end_after(terms, *last_payment_before_status(terms), *count);
}

/// The interest of one period at the rate of today decides how many payments it takes.
Result<ContractEnd> end_of_fixed_payment(const ProjectionTerms& terms) {
  Moment from = terms.repaid->anchor;
  if (from < terms.status) {
    const Cycle first{terms.drawdown, terms.repaid->step, Stub::shorter};
    const Moment one_step = cycle_date(first, 1, MonthEnd::same_day);
    from = one_step >= terms.status ? one_step : *last_payment_before_status(terms);
  }
  const Cycle cycle{from, terms.repaid->step, Stub::shorter};
  const ProjectionDays days(terms, {from, true});
  const Fraction time = days.time(from, cycle_date(cycle, 1, MonthEnd::same_day));
  const auto count =
      payments_until_repaid(terms.principal, *terms.payment, terms.interest.rate.value_or(0), time);
  if (!count) return never_repaid();
  auto end = end_after(terms, from, std::max<std::int64_t>(*count, 1) - 1);
  if (end && terms.repayment == Repayment::annuity) end->at = rolled(terms.business_days, end->at);
  return end;
}

/// Walks through the parts until the principal is gone; the last part runs on.
Result<ContractEnd> end_of_parts(const ProjectionTerms& terms) {
  const Moment latest{Day{date::year{money::limits::year_max} / date::December / 31}};
  const bool in_steps =
      std::any_of(terms.parts.begin(), terms.parts.end(),
                  [](const PrincipalPart& part) { return bool(part.cycle.step); });
  if (!in_steps)
    return ContractEnd{rolled(terms.business_days, terms.parts.back().cycle.anchor), true};
  Figures figures;
  Figure left = terms.principal;
  for (std::size_t i = 0; i < terms.parts.size(); ++i) {
    const PrincipalPart& part = terms.parts[i];
    const Moment end = i + 1 < terms.parts.size() ? terms.parts[i + 1].cycle.anchor : latest;
    for (const Moment date : cycle_dates(part.cycle, {end, CycleEnd::excluded, terms.month_end})) {
      if (date <= terms.status) continue;
      left = part.direction == Direction::raise ? figures.sum(left, part.amount)
                                                : figures.difference(left, part.amount);
      if (figures.overflowed()) return never_repaid();
      if (left <= 0) return ContractEnd{rolled(terms.business_days, date), true};
    }
  }
  return never_repaid();
}

}  // namespace

Moment ProjectionDays::moved(Moment moment) const { return rolled(terms_.business_days, moment); }

Moment ProjectionDays::maturity_day() const {
  return terms_.maturity_day == MaturityDay::moved ? moved(end_.at) : end_.at;
}

Fraction ProjectionDays::time(Moment from, Moment to) const {
  if (!terms_.business_days.interest_follows) return time_unmoved(from, to);
  return time_unmoved(moved(from), moved(to));
}

Fraction ProjectionDays::time_unmoved(Moment from, Moment to) const {
  const Day start = counted_day(from);
  const Day end = counted_day(to);
  if (start >= end) return {0, 1};
  const DayCountContext context{terms_.business_days.calendar.get(), counted_day(end_.at)};
  return year_fraction(terms_.interest.day_count, start, end, context);
}

std::vector<Moment> ProjectionDays::dates(const Cycle& cycle, CycleEnd at_end) const {
  return cycle_dates(cycle, {.end = end_.at, .at_end = at_end, .month_end = terms_.month_end});
}

std::vector<Moment> ProjectionDays::amortization_dates() const {
  if (!terms_.repaid) return {};
  return cycle_dates(*terms_.repaid, {.end = terms_.amortized_until.value_or(end_.at),
                                      .at_end = CycleEnd::included,
                                      .month_end = terms_.month_end});
}

Result<ContractEnd> contract_end(const ProjectionTerms& terms, std::optional<Moment> horizon) {
  if (terms.call && (!terms.maturity || terms.call->at < *terms.maturity)) {
    const Cycle notice{terms.call->at, terms.call->notice, Stub::shorter};
    return ContractEnd{cycle_date(notice, 1, MonthEnd::same_day), false};
  }
  if (terms.maturity) return ContractEnd{*terms.maturity, true};
  if (terms.repayment == Repayment::annuity && terms.amortized_until)
    return ContractEnd{*terms.amortized_until, true};
  const Error missing{"projection.maturity_missing",
                      "the end of the contract does not follow from its terms; give a maturity"};
  switch (terms.repayment) {
    case Repayment::at_maturity:
      return missing;
    case Repayment::open_ended:
      if (horizon) return ContractEnd{*horizon, false};
      if (terms.termination) return ContractEnd{terms.termination->at, false};
      return Error{"projection.horizon_missing",
                   "a contract without maturity runs for ever; give a horizon"};
    case Repayment::fixed_principal:
      return terms.payment ? end_of_fixed_principal(terms) : missing;
    case Repayment::fixed_payment:
    case Repayment::annuity:
      return terms.payment ? end_of_fixed_payment(terms) : missing;
    case Repayment::listed:
      return end_of_parts(terms);
  }
  LOANBOOK_ASSERT(false && "a repayment that is not in the list");
}

}  // namespace loanbook::schedule
