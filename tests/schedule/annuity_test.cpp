#include "loanbook/schedule/annuity.hpp"

#include <rapidcheck.h>

#include <boost/multiprecision/cpp_int.hpp>
#include <catch2/catch.hpp>

namespace loanbook::schedule {
namespace {

using money::Int128;
using Rational = boost::multiprecision::cpp_rational;
using Integer = boost::multiprecision::cpp_int;

Rational rational(const Quantity& quantity) {
  return Rational(Integer(quantity.numerator), Integer(quantity.denominator));
}

Int128 half_up(const Rational& value, unsigned places) {
  const Rational scaled =
      boost::multiprecision::abs(value) * Rational(boost::multiprecision::pow(Integer(10), places));
  const Integer magnitude =
      (numerator(scaled) * 2 + denominator(scaled)) / (denominator(scaled) * 2);
  const auto narrow = magnitude.convert_to<Int128>();
  return value < 0 ? -narrow : narrow;
}

/// The slow model: the balance walks from payment to payment; the payment is found from two trial
/// walks, because the balance at the end is linear in it.
struct Walk {
  Rational end;
  std::vector<Rational> interest;
};
Walk walk(const Annuity& annuity, const Rational& payment) {
  const Rational rate = rational(annuity.rate);
  Walk result;
  Rational balance = -rational(annuity.present);
  for (std::uint32_t k = 0; k < annuity.periods; ++k) {
    if (annuity.payable == Payable::at_start) {
      // The interest that grew in the period before is what this payment pays.
      result.interest.push_back(k == 0 ? Rational(0) : balance - balance / (1 + rate));
      balance = (balance - payment) * (1 + rate);
    } else {
      result.interest.push_back(balance * rate);
      balance = balance * (1 + rate) - payment;
    }
  }
  result.end = balance;
  return result;
}
Rational payment_of(const Annuity& annuity) {
  const Rational none = walk(annuity, 0).end;
  const Rational slope = walk(annuity, 1).end - none;
  return (rational(annuity.future) - none) / slope;
}

std::int64_t random(std::int64_t least, std::int64_t most) {
  return *rc::gen::resize(100, rc::gen::inRange<std::int64_t>(least, most + 1));
}

Annuity random_annuity() {
  Annuity annuity;
  annuity.rate = {random(-300, 2'000), random(1'001, 40'000)};
  annuity.periods = static_cast<std::uint32_t>(random(1, 30));
  annuity.present = {random(-10'000'000, 10'000'000), 100};
  annuity.future = {random(-10'000'000, 10'000'000), 100};
  annuity.payable = random(0, 1) == 1 ? Payable::at_start : Payable::at_end;
  return annuity;
}

TEST_CASE("figures that the documentation of spreadsheets prints", "[annuity]") {
  const auto at_end = [](Quantity rate, std::uint32_t periods, std::int64_t present,
                         std::int64_t future) {
    return Annuity{
        .rate = rate, .periods = periods, .present = {present, 1}, .future = {future, 1}};
  };
  CHECK(*annuity_payment(at_end({2, 300}, 10, 10'000, 0), 2) == -103'703);
  CHECK(*annuity_payment(at_end({5, 1'000}, 216, 0, 50'000), 2) == -12'908);
  CHECK(*annuity_interest(at_end({1, 10}, 3, 8'000, 0), 3, 2) == -29'245);
  CHECK(*annuity_principal(at_end({8, 100}, 10, 200'000, 0), 10, 2) == -2'759'805);
  const Annuity house = at_end({75, 10'000}, 360, 125'000, 0);
  CHECK(*annuity_interest(house, PeriodRange{13, 24}, 5) == -1'113'523'213);
  CHECK(*annuity_principal(house, PeriodRange{13, 24}, 7) == -9'341'071'234);
  // PMT(0.08/12, 10, 10000, 0, 1) = -1030.16; PV(0.08/12, 240, 500) = -59777.15;
  // FV(0.06/12, 10, -200, -500, 1) = 2581.40; NPER(0.01, -100, -1000, 10000, 1) = 59.6738657.
  Annuity start = at_end({2, 300}, 10, 10'000, 0);
  start.payable = Payable::at_start;
  CHECK(*annuity_payment(start, 2) == -103'016);
  CHECK(*annuity_present(at_end({2, 300}, 240, 0, 0), {500, 1}, 2) == -5'977'715);
  Annuity saving = at_end({5, 1'000}, 10, -500, 0);
  saving.payable = Payable::at_start;
  CHECK(*annuity_future(saving, {-200, 1}, 2) == 258'140);
  Annuity goal = at_end({1, 100}, 1, -1'000, 10'000);
  goal.payable = Payable::at_start;
  CHECK(*annuity_periods(goal, {-100, 1}, 7) == 596'738'657);
}

TEST_CASE("annuity functions agree with a balance that walks", "[annuity][property]") {
  CHECK(rc::check([] {
    const Annuity annuity = random_annuity();
    const Rational payment = payment_of(annuity);
    const Walk exact = walk(annuity, payment);
    RC_ASSERT(*annuity_payment(annuity, 6) == half_up(payment, 6));
    const auto period = static_cast<std::uint32_t>(random(1, annuity.periods));
    const Rational interest = exact.interest[period - 1];
    RC_ASSERT(*annuity_interest(annuity, period, 6) == half_up(interest, 6));
    RC_ASSERT(*annuity_principal(annuity, period, 6) == half_up(payment - interest, 6));
    const auto last = static_cast<std::uint32_t>(random(period, annuity.periods));
    Rational sum = 0;
    for (std::uint32_t k = period; k <= last; ++k) sum += exact.interest[k - 1];
    RC_ASSERT(*annuity_interest(annuity, PeriodRange{period, last}, 6) == half_up(sum, 6));
    RC_ASSERT(*annuity_principal(annuity, PeriodRange{period, last}, 6) ==
              half_up(payment * (last - period + 1) - sum, 6));
  }));
}

TEST_CASE("each annuity function undoes the others", "[annuity][property]") {
  CHECK(rc::check([] {
    Annuity annuity = random_annuity();
    const Quantity payment{random(-1'000'000, 1'000'000), 100};
    const Rational end = walk(annuity, rational(payment)).end;
    RC_ASSERT(*annuity_future(annuity, payment, 4) == half_up(end, 4));
    annuity.future = {random(-1'000'000, 1'000'000), 100};
    annuity.present = {};
    const Rational growth = rational(annuity.future) - walk(annuity, rational(payment)).end;
    annuity.present = {1, 1};
    const Rational slope =
        walk(annuity, rational(payment)).end - (rational(annuity.future) - growth);
    RC_ASSERT(*annuity_present(annuity, payment, 4) == half_up(growth / slope, 4));
  }));
}

TEST_CASE("whole numbers of periods come back whole", "[annuity]") {
  for (const std::uint32_t periods : {1U, 2U, 12U, 360U}) {
    const Annuity annuity{.rate = {1, 100}, .periods = periods, .present = {100'000, 1}};
    // An exact payment of a two-period loan only; else to 12 places, and the rest is seen at 9.
    const Int128 payment = *annuity_payment(annuity, 12);
    CHECK(*annuity_periods(annuity, {payment, 1'000'000'000'000}, 6) ==
          Int128{periods} * 1'000'000);
  }
  // 1210 in two periods at 10 %: (1.1)^2 exactly.
  CHECK(*annuity_periods({.rate = {1, 10}, .present = {-1'000, 1}, .future = {1'210, 1}}, {}, 12) ==
        Int128{2'000'000'000'000});
  CHECK(*annuity_periods({.present = {1'000, 1}}, {-80, 1}, 1) == 125);
}

TEST_CASE("annuities out of range are refused", "[annuity]") {
  const Annuity sound{.rate = {1, 100}, .periods = 12, .present = {1'000, 1}};
  Annuity annuity = sound;
  annuity.rate = {-1, 1};
  CHECK(annuity_payment(annuity, 2).error().id == "annuity.rate_out_of_range");
  annuity = sound;
  annuity.periods = 0;
  CHECK(annuity_payment(annuity, 2).error().id == "annuity.periods_out_of_range");
  CHECK(annuity_interest(sound, 13, 2).error().id == "annuity.period_out_of_range");
  CHECK(annuity_interest(sound, PeriodRange{3, 2}, 2).error().id == "annuity.period_out_of_range");
  CHECK(annuity_payment(sound, 13).error().id == "annuity.places_out_of_range");
  CHECK(annuity_periods(sound, {-10, 1}, 2).error().id == "annuity.never");
  CHECK(annuity_periods({.present = {1'000, 1}}, {}, 2).error().id == "annuity.never");
  annuity = {.rate = {1'000'000, 1}, .periods = 1'200, .present = {1, 1}};
  CHECK(annuity_future(annuity, {}, 2).error().id == "annuity.overflow");
}

}  // namespace
}  // namespace loanbook::schedule
