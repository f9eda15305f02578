#pragma once

#include <rapidcheck.h>
#include <rapidcheck/catch.h>

#include <cstdlib>
#include <sstream>

#include "loanbook/money/day.hpp"
#include "loanbook/schedule/terms.hpp"

namespace loanbook::schedule {

/// Terms that pass `check`, of every method, basis, rounding and oddity.
inline rc::Gen<Terms> random_terms(std::uint32_t installments_max) {
  return rc::gen::suchThat(
      rc::gen::exec([installments_max] {
        const auto up_to = [](std::int64_t least, std::int64_t most) {
          return *rc::gen::resize(100, rc::gen::inRange<std::int64_t>(least, most + 1));
        };
        Terms terms;
        terms.method =
            static_cast<Method>(up_to(1, 5) == 5 ? up_to(2, 5) : 1);  // level is the hardest
        terms.currency = money::Currency{{'C', 'N', 'Y'}, 2};
        const std::int64_t sizes[] = {
            100, 10'000, 1'000'000, 100'000'000, 1'000'000'000'000, 100'000'000'000'000'000};
        terms.principal_minor = up_to(1, sizes[up_to(0, 5)]);
        const std::int64_t steps[] = {1, 1'000'000, 100'000'000, 10'000'000'000};
        const std::int64_t step = steps[up_to(0, 3)];
        terms.rate = money::Rate::of_e12(
            up_to(0, up_to(0, 9) == 0 ? 10'000'000'000'000 / step : 400'000'000'000 / step) * step);
        terms.installments =
            static_cast<std::uint32_t>(up_to(1, up_to(0, 19) == 0 ? installments_max : 14));
        terms.frequency = {static_cast<PeriodUnit>(up_to(1, 4) == 1 ? up_to(1, 4) : 3),
                           static_cast<std::uint16_t>(up_to(0, 4) == 0 ? up_to(1, 6) : 1)};
        terms.disbursed = money::day_from_number(static_cast<std::int32_t>(up_to(0, 40'000)));
        if (up_to(0, 2) == 0) terms.first_due = terms.disbursed + date::days{up_to(1, 70)};
        const bool months =
            terms.frequency.unit == PeriodUnit::month || terms.frequency.unit == PeriodUnit::year;
        if (months && up_to(0, 3) == 0) terms.due_day = static_cast<std::uint8_t>(up_to(1, 31));
        terms.basis = months && up_to(0, 1) == 0 ? InterestBasis::monthly : InterestBasis::daily;
        terms.day_count = static_cast<DayCount>(up_to(1, 6));
        if (terms.basis == InterestBasis::monthly)
          terms.odd_first = static_cast<OddFirst>(up_to(1, 2));
        const std::int64_t multiples[] = {1, 1, 1, 10, 100, 10'000};
        terms.interest = {static_cast<money::RoundingMode>(up_to(1, 4)), multiples[up_to(0, 3)]};
        terms.installment = {static_cast<money::RoundingMode>(up_to(1, 4)), multiples[up_to(0, 5)]};
        if (up_to(0, 5) == 0)
          terms.principal_free_periods =
              static_cast<std::uint16_t>(up_to(0, terms.installments - 1));
        if (up_to(0, 5) == 0)
          terms.interest_free_periods = static_cast<std::uint16_t>(up_to(0, terms.installments));
        if (up_to(0, 5) == 0) terms.balloon_minor = up_to(0, terms.principal_minor);
        return terms;
      }),
      [](const Terms& terms) { return check(terms).has_value(); });
}

inline void print_provisions(std::ostream& out, const Terms& t) {
  for (const RateChange& change : t.rate_changes)
    out << ", rate " << change.rate.e12() << " from " << money::day_number(change.from);
  out << ", repricing " << static_cast<int>(t.repricing);
  for (const Drawdown& drawdown : t.drawdowns)
    out << ", draws " << drawdown.amount_minor << " on " << money::day_number(drawdown.date);
  out << ", down payment " << t.down_payment_minor << ", carried " << t.carried_interest_minor
      << ", given installment " << t.installment_minor << ", amortised over "
      << t.amortization_installments << ", growth " << t.step_growth_e12 << " every "
      << t.step_every << ", negative " << t.negative_amortization << ", shares";
  for (const std::uint32_t share : t.shares) out << " " << share;
  for (const PaymentHoliday& holiday : t.holidays)
    out << ", holiday " << holiday.first_row << "-" << holiday.last_row << " kind "
        << static_cast<int>(holiday.interest);
  out << ", season " << t.season.months << " kind " << static_cast<int>(t.season.interest)
      << ", remainder " << static_cast<int>(t.remainder) << ", fee " << t.fee.rate.numerator << "/"
      << t.fee.rate.denominator << " + " << t.fee.amount_minor << " mode "
      << static_cast<int>(t.fee.rounding.mode) << " x " << t.fee.rounding.multiple << " total "
      << t.fee.rounded_in_total << " upfront " << t.fee.upfront << ", last due "
      << (t.last_due ? money::day_number(*t.last_due) : 0) << ", calendar "
      << (t.business_days.calendar ? t.business_days.calendar->name() : "none") << " roll "
      << static_cast<int>(t.business_days.roll) << " follows " << t.business_days.interest_follows
      << ", daily digits " << (t.daily_interest_digits ? int{*t.daily_interest_digits} : -1);
}

/// Found by RapidCheck when it prints a counterexample.
inline std::ostream& operator<<(std::ostream& out, const Terms& t) {
  out << "method " << static_cast<int>(t.method) << ", principal " << t.principal_minor
      << ", rate e12 " << t.rate.e12() << ", installments " << t.installments << ", unit "
      << static_cast<int>(t.frequency.unit) << " every " << t.frequency.every << ", disbursed day "
      << money::day_number(t.disbursed) << ", first due "
      << (t.first_due ? money::day_number(*t.first_due) : 0) << ", due day "
      << static_cast<int>(t.due_day) << ", basis " << static_cast<int>(t.basis) << ", day count "
      << static_cast<int>(t.day_count) << ", odd first " << static_cast<int>(t.odd_first)
      << ", interest " << static_cast<int>(t.interest.mode) << " x " << t.interest.multiple
      << ", installment " << static_cast<int>(t.installment.mode) << " x " << t.installment.multiple
      << ", free of principal " << t.principal_free_periods << ", of interest "
      << t.interest_free_periods << ", balloon " << t.balloon_minor;
  if (has_provisions(t)) print_provisions(out, t);
  return out;
}

/// Runs the property on `cases` random inputs; the seed is fixed, unless RC_PARAMS asks for another
/// one.
template <class Testable>
void check_property(const char* name, int cases, Testable&& testable) {
  INFO(name);
  rc::detail::TestParams params = rc::detail::configuration().testParams;
  if (std::getenv("RC_PARAMS") == nullptr) params.seed = 20'260'101;
  params.maxSuccess = cases;
  params.maxDiscardRatio = 100;
  const auto result = rc::detail::checkTestable(std::forward<Testable>(testable),
                                                rc::detail::TestMetadata{}, params);
  std::ostringstream text;
  rc::detail::printResultMessage(result, text);
  INFO(text.str());
  REQUIRE(result.template is<rc::detail::SuccessResult>());
  CHECK(result.template get<rc::detail::SuccessResult>().numSuccess == cases);
}

}  // namespace loanbook::schedule
