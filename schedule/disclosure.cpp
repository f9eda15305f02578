#include "loanbook/schedule/disclosure.hpp"

#include <algorithm>
#include <tuple>

#include "loanbook/money/assert.hpp"
#include "loanbook/money/money.hpp"

namespace loanbook::schedule {
namespace {

using money::Error;
using money::Int128;

constexpr std::int64_t months_a_year = 12;
constexpr std::int64_t weeks_a_year = 52;
constexpr std::int64_t days_a_year = 365;

/// Dates without the move to a business day: what whole months and weeks are counted by.
Terms without_rolls(Terms terms) {
  terms.business_days = {};
  return terms;
}

/// The last period that a row stands for: a bullet's one row closes them all.
std::uint32_t period_of(const Terms& terms, const PlanRow& row) {
  const bool whole_life = terms.method == Method::bullet || terms.method == Method::revolving;
  return row.no == 0 ? 0 : whole_life ? terms.installments : row.no;
}

std::int64_t first_amount(const Terms& terms, const UpfrontFees& fees) {
  return terms.principal_minor - fees.total();
}

std::int64_t actual_days(Day first, Day last) { return (last - first).count(); }

/// Whole months from `first` counted back from `date`, and the days before them. A date that the
/// anchor reaches by whole months, clipped, is whole.
struct CountedBack {
  std::int32_t months;
  Day begin;  ///< of the whole months
};
CountedBack months_back(Day first, Day date) {
  const MonthsAndDays forward = months_and_days(first, date);
  if (forward.days == 0) return {forward.months, first};
  std::int32_t months = forward.months + 1;
  while (months > 0 && money::add_months(date, -months) < first) --months;
  return {months, money::add_months(date, -months)};
}

/// 366 where the year that ends on `day` holds a 29 February.
std::int64_t days_of_year_before(Day day) { return actual_days(money::add_months(day, -12), day); }

Fraction sum(Fraction a, Fraction b) {
  return reduced(a.numerator * b.denominator + b.numerator * a.denominator,
                 a.denominator * b.denominator);
}

std::vector<DatedFlow> netted(std::vector<DatedFlow> flows) {
  std::stable_sort(flows.begin(), flows.end(),
                   [](const DatedFlow& a, const DatedFlow& b) { return a.date < b.date; });
  std::vector<DatedFlow> result;
  for (const DatedFlow& flow : flows) {
    if (!result.empty() && result.back().date == flow.date) {
      result.back().amount_minor += flow.amount_minor;
    } else {
      result.push_back(flow);
    }
  }
  std::erase_if(result, [](const DatedFlow& flow) { return flow.amount_minor == 0; });
  return result;
}

std::vector<DatedFlow> flows_on(const Terms& dates, const Plan& plan, const UpfrontFees& fees) {
  std::vector<DatedFlow> flows{{dates.disbursed, first_amount(dates, fees)}};
  for (const Drawdown& drawdown : dates.drawdowns)
    flows.push_back({drawdown.date, drawdown.amount_minor});
  for (const PlanRow& row : plan.rows)
    flows.push_back({due_date(dates, period_of(dates, row)), -row.payment()});
  return netted(std::move(flows));
}

/// Requires first <= date. Time in periods of a drawdown.
Fraction periods_until(const Terms& dates, Day date) {
  std::uint32_t k = 1;
  while (k < dates.installments && due_date(dates, k) <= date) ++k;
  const Day begin = due_date(dates, k - 1);
  const std::int64_t length = std::max<std::int64_t>(actual_days(begin, due_date(dates, k)), 1);
  return reduced((k - 1) * length + actual_days(begin, date), length);
}

bool before(Fraction a, Fraction b) {
  return Int128{a.numerator} * b.denominator < Int128{b.numerator} * a.denominator;
}

std::optional<FoundRate> rate_by_years(const std::vector<DatedFlow>& flows, const auto& years) {
  std::vector<CashFlow> timed;
  for (const DatedFlow& flow : flows)
    timed.push_back({flow.amount_minor, years(flows.front().date, flow.date)});
  const auto rate = internal_rate(timed);
  if (!rate) return std::nullopt;
  return *rate;
}

std::optional<FoundRate> us_rate(const Terms& terms, const Plan& plan,
                                 const std::vector<DatedFlow>& flows) {
  const UnitPeriod unit = us_unit_period(terms, plan);
  std::vector<UnitPeriodFlow> advances;
  std::vector<UnitPeriodFlow> payments;
  for (const DatedFlow& flow : flows) {
    UnitPeriodFlow timed = us_time(unit, flows.front().date, flow.date);
    const bool advance = flow.amount_minor > 0;
    timed.amount_minor = advance ? flow.amount_minor : -flow.amount_minor;
    (advance ? advances : payments).push_back(timed);
  }
  const auto rate = us_actuarial_rate(advances, payments);
  if (!rate) return std::nullopt;
  return nominal_rate(*rate, unit.per_year);
}

std::string trimmed_percent(FoundRate rate, Int128 limit_e30) {
  unsigned decimals = 2;
  // As many decimals as tell the two apart.
  while (decimals < 12 &&
         rounded(rate, decimals + 2) == rounded(FoundRate{limit_e30}, decimals + 2))
    ++decimals;
  return percent_text(rate, decimals);
}

}  // namespace

std::vector<DatedFlow> dated_flows(const Terms& terms, const Plan& plan, const UpfrontFees& fees) {
  LOANBOOK_ASSERT(fees.deducted_minor >= 0);
  LOANBOOK_ASSERT(fees.paid_minor >= 0);
  std::vector<DatedFlow> flows{{terms.disbursed, first_amount(terms, fees)}};
  for (const Drawdown& drawdown : terms.drawdowns)
    flows.push_back({drawdown.date, drawdown.amount_minor});
  for (const PlanRow& row : plan.rows) flows.push_back({row.due, -row.payment()});
  return netted(std::move(flows));
}

std::vector<CashFlow> period_flows(const Terms& terms, const Plan& plan, const UpfrontFees& fees) {
  const Terms dates = without_rolls(terms);
  std::vector<CashFlow> flows{{first_amount(terms, fees), {0, 1}}};
  for (const PlanRow& row : plan.rows)
    flows.push_back({-row.payment(), {period_of(terms, row), 1}});
  for (const Drawdown& drawdown : terms.drawdowns)
    flows.push_back({drawdown.amount_minor, periods_until(dates, drawdown.date)});
  std::stable_sort(flows.begin(), flows.end(),
                   [](const CashFlow& a, const CashFlow& b) { return before(a.time, b.time); });
  std::vector<CashFlow> result;
  for (const CashFlow& flow : flows) {
    if (!result.empty() && result.back().time == flow.time) {
      result.back().amount_minor += flow.amount_minor;
    } else {
      result.push_back(flow);
    }
  }
  std::erase_if(result, [](const CashFlow& flow) { return flow.amount_minor == 0; });
  return result;
}

Fraction periods_per_year(Frequency frequency) {
  LOANBOOK_ASSERT(frequency.every > 0);
  switch (frequency.unit) {
    case PeriodUnit::day:
      return reduced(days_a_year, frequency.every);
    case PeriodUnit::week:
      return reduced(weeks_a_year, frequency.every);
    case PeriodUnit::month:
      return reduced(months_a_year, frequency.every);
    case PeriodUnit::year:
      return reduced(1, frequency.every);
  }
  LOANBOOK_ASSERT(false && "a period unit that is not in the enumeration");
}

Fraction eu_years(Frequency frequency, Day first, Day date) {
  LOANBOOK_ASSERT(first <= date);
  if (frequency.unit == PeriodUnit::week) {
    const std::int64_t days = actual_days(first, date);
    const Fraction weeks = reduced(days / 7, weeks_a_year);
    if (days % 7 == 0) return weeks;
    const Day end = first + date::days{days % 7};
    return sum(weeks, reduced(days % 7, days_of_year_before(end)));
  }
  auto [months, begin] = months_back(first, date);
  if (frequency.unit == PeriodUnit::day && months % 12 != 0) {
    months -= months % 12;
    begin = money::add_months(date, -months);
  }
  const Fraction whole = reduced(months, months_a_year);
  if (begin == first) return whole;
  return sum(whole, reduced(actual_days(first, begin), days_of_year_before(begin)));
}

UnitPeriod us_unit_period(const Terms& terms, const Plan& plan) {
  const auto paying = std::count_if(plan.rows.begin(), plan.rows.end(),
                                    [](const PlanRow& row) { return row.payment() > 0; });
  const auto months = [](std::int64_t count) {
    const std::int64_t length = std::clamp<std::int64_t>(count, 1, months_a_year);
    return UnitPeriod{{PeriodUnit::month, static_cast<std::uint16_t>(length)},
                      reduced(months_a_year, length)};
  };
  const auto days = [&](std::int64_t count) {
    if (count >= days_a_year) return months(months_a_year);
    if (count % 7 == 0)
      return UnitPeriod{{PeriodUnit::week, static_cast<std::uint16_t>(count / 7)},
                        reduced(weeks_a_year, count / 7)};
    return UnitPeriod{{PeriodUnit::day, static_cast<std::uint16_t>(count)},
                      reduced(days_a_year, count)};
  };
  if (paying <= 1) {
    const Day end = due_date(without_rolls(terms), terms.installments);
    const MonthsAndDays term = months_and_days(terms.disbursed, end);
    if (term.days == 0 || term.months >= months_a_year) return months(term.months);
    // Appendix J (b)(5)(vi): a term of no whole months counts in days, N = 365 / days.
    const std::int64_t count = actual_days(terms.disbursed, end);
    return UnitPeriod{{PeriodUnit::day, static_cast<std::uint16_t>(count)},
                      reduced(days_a_year, count)};
  }
  switch (terms.frequency.unit) {
    case PeriodUnit::month:
      return months(terms.frequency.every);
    case PeriodUnit::year:
      return months(months_a_year);
    case PeriodUnit::week:
      return days(std::int64_t{7} * terms.frequency.every);
    case PeriodUnit::day:
      return days(terms.frequency.every);
  }
  LOANBOOK_ASSERT(false && "a period unit that is not in the enumeration");
}

UnitPeriodFlow us_time(const UnitPeriod& unit, Day first, Day date) {
  LOANBOOK_ASSERT(first <= date);
  if (unit.length.unit == PeriodUnit::month) {
    const auto [months, begin] = months_back(first, date);
    const std::int64_t length = unit.length.every;
    const std::int64_t rest = 30 * (months % length) + actual_days(first, begin);
    return {0, months / length, reduced(rest, 30 * length)};
  }
  const std::int64_t length =
      std::int64_t{unit.length.every} * (unit.length.unit == PeriodUnit::week ? 7 : 1);
  const std::int64_t days = actual_days(first, date);
  return {0, days / length, reduced(days % length, length)};
}

namespace {

Disclosure amounts_of(const Terms& terms, const Plan& plan, const UpfrontFees& fees) {
  LOANBOOK_ASSERT(fees.deducted_minor >= 0);
  LOANBOOK_ASSERT(fees.paid_minor >= 0);
  Disclosure result;
  result.interest = plan.total_interest;
  result.fees = plan.total_fee + fees.total();
  result.total_cost = result.interest + result.fees;
  result.received = plan.total_principal - fees.deducted_minor - terms.down_payment_minor;
  result.total_payable = plan.total_payment() + fees.paid_minor;
  result.periods_a_year = periods_per_year(terms.frequency);
  if (const auto rate = internal_rate(period_flows(terms, plan, fees))) result.period = *rate;
  return result;
}

}  // namespace

Disclosure disclose_for_cap(const Terms& terms, const Plan& plan, const UpfrontFees& fees,
                            CapBasis basis) {
  Disclosure result = amounts_of(terms, plan, fees);
  if (!result.period) return result;
  if (basis == CapBasis::simple)
    result.simple = nominal_rate(*result.period, result.periods_a_year);
  else
    result.compound = effective_rate(*result.period, result.periods_a_year);
  return result;
}

Disclosure disclose(const Terms& terms, const Plan& plan, const UpfrontFees& fees) {
  Disclosure result = amounts_of(terms, plan, fees);
  if (result.period) {
    result.simple = nominal_rate(*result.period, result.periods_a_year);
    result.compound = effective_rate(*result.period, result.periods_a_year);
  }
  const std::vector<DatedFlow> by_contract = flows_on(without_rolls(terms), plan, fees);
  if (by_contract.empty()) return result;
  result.eu = rate_by_years(
      by_contract, [&](Day first, Day date) { return eu_years(terms.frequency, first, date); });
  result.us = us_rate(terms, plan, by_contract);
  result.xirr = rate_by_years(dated_flows(terms, plan, fees), [](Day first, Day date) {
    return reduced(actual_days(first, date), days_a_year);
  });
  return result;
}

std::string percent_text(FoundRate rate, unsigned decimals) {
  LOANBOOK_ASSERT(decimals <= 12);
  return money::text_of_minor(rounded(rate, decimals + 2), decimals);
}

money::Status check_cap(const Disclosure& disclosure, const RateCap& cap) {
  const bool simple = cap.basis == CapBasis::simple;
  const auto& rate = simple ? disclosure.simple : disclosure.compound;
  if (!rate) {
    return Error{"disclosure.no_rate",
                 "the payments have no single annual rate, so that the cap cannot be checked"};
  }
  constexpr Int128 from_e12 = 1'000'000'000'000'000'000;
  constexpr Int128 slack =
      100;  // 10^-28: a found rate is within 10^-30, times the periods of a year
  const Int128 limit = Int128{cap.limit.e12()} * cap.multiplier * from_e12;
  if (rate->centre_e30 <= limit + slack) return money::ok();
  std::string source = percent_text(FoundRate{limit}, 2) + "%";
  if (cap.multiplier != 1)
    source += " (" + std::to_string(cap.multiplier) + " x " + cap.limit.percent_text() + ")";
  return Error{"disclosure.above_cap",
               "the annual rate of all costs is " + trimmed_percent(*rate, limit) + "% " +
                   (simple ? "simple" : "compound") + ", above the cap of " + source +
                   ": lower the rate or the fees" +
                   (disclosure.fees != 0 ? ", which count in full" : "")};
}

}  // namespace loanbook::schedule
