#include "loanbook/schedule/projection_terms.hpp"

#include <algorithm>
#include <string>

#include "loanbook/money/limits.hpp"

namespace loanbook::schedule {
namespace {

using money::Error;

/// Collects the first thing that is wrong.
class Door {
 public:
  void day(std::string_view field, std::optional<Moment> moment) {
    if (!moment) return;
    const date::year_month_day ymd{moment->day};
    const int year = static_cast<int>(ymd.year());
    if (year < money::limits::year_min || year > money::limits::year_max)
      refuse("projection.date_out_of_range", std::string(field) + " lies in the year " +
                                                 std::to_string(year) + "; use 1900 to 2200");
  }
  void cycle(std::string_view field, const std::optional<Cycle>& cycle) {
    if (!cycle) return;
    day(field, cycle->anchor);
    if (cycle->step) step(field, *cycle->step, 1);
  }
  void step(std::string_view field, Frequency step, unsigned least) {
    constexpr unsigned years_max = 300;
    const bool months = step.unit == PeriodUnit::month && step.every > 12 * years_max;
    const bool years = step.unit == PeriodUnit::year && step.every > years_max;
    if (step.every < least || months || years)
      refuse("projection.cycle_out_of_range", std::string(field) + " steps by " +
                                                  std::to_string(step.every) +
                                                  " units; use 1 or more, up to 300 years");
  }
  void not_negative(std::string_view field, std::optional<Figure> figure) {
    if (figure && *figure < 0)
      refuse("projection.figure_out_of_range",
             std::string(field) + " is negative; the side of the terms gives the sign");
  }
  /// Up to 10^17 major units, as any amount that comes in.
  void amount(std::string_view field, std::optional<Figure> figure) {
    constexpr Figure end = money::limits::amount_minor_max * figure_one;
    if (figure && (*figure > end || *figure < -end))
      refuse("projection.figure_out_of_range", std::string(field) + " is beyond 10^17 units");
  }
  void present(bool given, std::string_view what) {
    if (!given)
      refuse("projection.terms_missing", "the terms need " + std::string(what) + " for this");
  }
  void refuse(const char* id, std::string message) {
    if (!error_) error_ = Error{id, std::move(message)};
  }
  [[nodiscard]] money::Status status() const {
    if (error_) return *error_;
    return money::ok();
  }

 private:
  std::optional<Error> error_;
};

void check_dates(const ProjectionTerms& terms, Door& door) {
  door.day("status", terms.status);
  door.day("drawdown", terms.drawdown);
  door.day("maturity", terms.maturity);
  door.day("amortized_until", terms.amortized_until);
  door.day("interest.capitalised_until", terms.interest.capitalised_until);
  if (terms.purchase) door.day("purchase", terms.purchase->at);
  if (terms.termination) door.day("termination", terms.termination->at);
  if (terms.call) {
    door.day("call", terms.call->at);
    door.step("call.notice", terms.call->notice, 0);
  }
  for (const Movement& movement : terms.movements) door.day("movements", movement.at);
  for (const Prepayment& payment : terms.prepayment.payments) door.day("prepayment", payment.at);
  for (const Moment day : terms.analysis_days) door.day("analysis_days", day);
}

void check_cycles(const ProjectionTerms& terms, Door& door) {
  door.cycle("repaid", terms.repaid);
  for (const Cycle& cycle : terms.interest.dates) door.cycle("interest.dates", cycle);
  door.cycle("interest.base_dates", terms.interest.base_dates);
  for (const PrincipalPart& part : terms.parts) door.cycle("parts", part.cycle);
  for (const RateReset& reset : terms.floating.resets) door.cycle("floating.resets", reset.cycle);
  door.cycle("scaling.dates", terms.scaling.dates);
  door.cycle("fee.dates", terms.fee.dates);
}

void check_figures(const ProjectionTerms& terms, Door& door) {
  door.not_negative("principal", terms.principal);
  door.not_negative("payment", terms.payment);
  door.not_negative("interest.base_amount", terms.interest.base_amount);
  for (const PrincipalPart& part : terms.parts) door.not_negative("parts", part.amount);
  for (const Movement& movement : terms.movements) door.not_negative("movements", movement.amount);
  for (const Prepayment& payment : terms.prepayment.payments)
    door.not_negative("prepayment", payment.amount);
  door.amount("principal", terms.principal);
  door.amount("premium", terms.premium);
  door.amount("payment", terms.payment);
  door.amount("interest.base_amount", terms.interest.base_amount);
  door.amount("interest.accrued", terms.interest.accrued);
  door.amount("fee.rate", terms.fee.rate);
  door.amount("fee.accrued", terms.fee.accrued);
  door.amount("prepayment.penalty_rate", terms.prepayment.penalty_rate);
  for (const PrincipalPart& part : terms.parts) door.amount("parts", part.amount);
  for (const Movement& movement : terms.movements) door.amount("movements", movement.amount);
  if (terms.purchase) door.amount("purchase", terms.purchase->price);
  if (terms.termination) door.amount("termination", terms.termination->price);
  if (terms.scaling.index_at_signing == 0)
    door.refuse("projection.figure_out_of_range",
                "scaling.index_at_signing is 0; no payment is a multiple of it");
}

money::Status check_order(const Series& series, std::string_view name) {
  const bool sorted =
      std::is_sorted(series.points.begin(), series.points.end(),
                     [](const Observation& a, const Observation& b) { return a.at < b.at; });
  if (sorted) return money::ok();
  return Error{"projection.series_not_ascending",
               "the " + std::string(name) + " is not in the order of its dates; sort it"};
}

}  // namespace

money::Status check(const ProjectionTerms& terms) {
  Door door;
  check_dates(terms, door);
  check_cycles(terms, door);
  check_figures(terms, door);
  if (terms.interest.day_count == DayCount::bus_252 && !terms.business_days.calendar)
    door.refuse("projection.calendar_missing", "BUS/252 counts business days; give a calendar");
  switch (terms.repayment) {
    case Repayment::at_maturity:
    case Repayment::open_ended:
      break;
    case Repayment::fixed_payment:
      door.present(terms.payment.has_value(), "a payment");
      [[fallthrough]];
    case Repayment::fixed_principal:
    case Repayment::annuity:
      door.present(terms.repaid && terms.repaid->step, "the dates of principal, with a step");
      break;
    case Repayment::listed:
      door.present(!terms.parts.empty(), "parts of principal");
      break;
  }
  return door.status();
}

money::Status check(const ObservedSeries& observed) {
  money::Status index = check_order(observed.rate_index, "rate index");
  if (!index) return index;
  money::Status scaling = check_order(observed.scaling_index, "scaling index");
  if (!scaling || !observed.exchange_rate) return scaling;
  return check_order(*observed.exchange_rate, "exchange rate");
}

}  // namespace loanbook::schedule
