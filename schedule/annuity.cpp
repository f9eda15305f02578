#include "loanbook/schedule/annuity.hpp"

#include <boost/multiprecision/cpp_dec_float.hpp>
#include <boost/multiprecision/cpp_int.hpp>
#include <string>

#include "loanbook/money/assert.hpp"
#include "loanbook/money/limits.hpp"

namespace loanbook::schedule {
namespace {

namespace mp = boost::multiprecision;
using money::Error;
using money::Int128;
using money::Status;
using Integer = mp::cpp_int;
using Decimal = mp::cpp_dec_float_100;

constexpr unsigned places_max = 12;
constexpr std::int64_t rate_max = 1'000'000;

/// numerator / denominator, denominator > 0; not reduced, because reducing costs more than it
/// saves.
struct Exact {
  Integer numerator;
  Integer denominator = 1;
};
Exact exact(const Quantity& quantity) {
  return {Integer(quantity.numerator), Integer(quantity.denominator)};
}
Exact operator*(const Exact& a, const Exact& b) {
  return {a.numerator * b.numerator, a.denominator * b.denominator};
}
Exact operator+(const Exact& a, const Exact& b) {
  return {a.numerator * b.denominator + b.numerator * a.denominator, a.denominator * b.denominator};
}
Exact operator-(const Exact& a) { return {-a.numerator, a.denominator}; }
Exact operator-(const Exact& a, const Exact& b) { return a + -b; }
/// Requires b != 0.
Exact operator/(const Exact& a, const Exact& b) {
  Exact quotient{a.numerator * b.denominator, a.denominator * b.numerator};
  if (quotient.denominator < 0) {
    quotient.numerator = -quotient.numerator;
    quotient.denominator = -quotient.denominator;
  }
  return quotient;
}
const Exact one{1, 1};

Exact power(const Exact& base, std::uint32_t exponent) {
  return {mp::pow(base.numerator, exponent), mp::pow(base.denominator, exponent)};
}

/// What the equation of the header is made of: pv growth + payment annuity + fv = 0.
struct Factors {
  Exact growth;
  Exact annuity;
};
Factors factors(const Annuity& annuity, std::uint32_t periods) {
  const Exact rate = exact(annuity.rate);
  if (rate.numerator == 0) return {one, {periods, 1}};
  const Exact growth = power(one + rate, periods);
  Exact sum = (growth - one) / rate;
  if (annuity.payable == Payable::at_start) sum = sum * (one + rate);
  return {growth, sum};
}

Exact payment_of(const Annuity& annuity) {
  const Factors all = factors(annuity, annuity.periods);
  return -(exact(annuity.present) * all.growth + exact(annuity.future)) / all.annuity;
}

Exact future_after(const Annuity& annuity, const Exact& payment, std::uint32_t periods) {
  const Factors all = factors(annuity, periods);
  return -(exact(annuity.present) * all.growth + payment * all.annuity);
}

AnnuityResult overflow() {
  return Error{"annuity.overflow", "the result does not fit 127 bits at these decimals"};
}

AnnuityResult rounded(const Exact& value, unsigned places) {
  const Integer scale = mp::pow(Integer(10), places);
  const Integer twice = mp::abs(value.numerator) * scale * 2 + value.denominator;
  const Integer magnitude = twice / (value.denominator * 2);
  if (magnitude != 0 && mp::msb(magnitude) >= 126) return overflow();
  const auto narrow = magnitude.convert_to<Int128>();
  return value.numerator < 0 ? -narrow : narrow;
}

bool sound(const Quantity& quantity) { return quantity.denominator > 0; }

Status check_rate(const Annuity& annuity, unsigned places) {
  if (places > places_max) {
    return Error{"annuity.places_out_of_range",
                 "results have at most " + std::to_string(places_max) + " decimals"};
  }
  LOANBOOK_ASSERT(sound(annuity.rate));
  LOANBOOK_ASSERT(sound(annuity.present));
  LOANBOOK_ASSERT(sound(annuity.future));
  const Exact rate = exact(annuity.rate);
  if (rate.numerator <= -rate.denominator || rate.numerator > rate.denominator * rate_max) {
    return Error{"annuity.rate_out_of_range",
                 "the rate of a period must be above -1 and at most " + std::to_string(rate_max)};
  }
  return money::ok();
}

Status check(const Annuity& annuity, unsigned places) {
  if (Status status = check_rate(annuity, places); !status) return status;
  if (annuity.periods < 1 || annuity.periods > money::limits::installments_max) {
    return Error{
        "annuity.periods_out_of_range",
        "there must be 1 to " + std::to_string(money::limits::installments_max) + " periods"};
  }
  return money::ok();
}

Status check(const Annuity& annuity, PeriodRange periods, unsigned places) {
  if (Status status = check(annuity, places); !status) return status;
  if (periods.first < 1 || periods.first > periods.last || periods.last > annuity.periods) {
    return Error{"annuity.period_out_of_range", "periods count from 1 to " +
                                                    std::to_string(annuity.periods) +
                                                    ", the first not after the last"};
  }
  return money::ok();
}

/// The interest of payments first..last is all that was paid in them less what they took off the
/// balance: two powers instead of one a payment. With payments at the start the balance is that
/// right after a payment, and the first payment bears no interest.
Exact interest_in(const Annuity& annuity, PeriodRange periods) {
  const bool at_start = annuity.payable == Payable::at_start;
  if (at_start && periods.first == 1) ++periods.first;
  if (periods.first > periods.last) return {0, 1};
  const Exact payment = payment_of(annuity);
  Exact repaid = future_after(annuity, payment, periods.first - 1) -
                 future_after(annuity, payment, periods.last);
  if (at_start) repaid = repaid / (one + exact(annuity.rate));
  return payment * Exact{periods.last - periods.first + 1, 1} - repaid;
}

Exact paid_in(const Annuity& annuity, PeriodRange periods) {
  return payment_of(annuity) * Exact{periods.last - periods.first + 1, 1};
}

Decimal decimal(const Exact& value) {
  return Decimal(value.numerator) / Decimal(value.denominator);
}

}  // namespace

AnnuityResult annuity_payment(const Annuity& annuity, unsigned places) {
  if (const Status status = check(annuity, places); !status) return status.error();
  return rounded(payment_of(annuity), places);
}

AnnuityResult annuity_interest(const Annuity& annuity, PeriodRange periods, unsigned places) {
  if (const Status status = check(annuity, periods, places); !status) return status.error();
  return rounded(interest_in(annuity, periods), places);
}

AnnuityResult annuity_principal(const Annuity& annuity, PeriodRange periods, unsigned places) {
  if (const Status status = check(annuity, periods, places); !status) return status.error();
  return rounded(paid_in(annuity, periods) - interest_in(annuity, periods), places);
}

AnnuityResult annuity_interest(const Annuity& annuity, std::uint32_t period, unsigned places) {
  return annuity_interest(annuity, PeriodRange{period, period}, places);
}

AnnuityResult annuity_principal(const Annuity& annuity, std::uint32_t period, unsigned places) {
  return annuity_principal(annuity, PeriodRange{period, period}, places);
}

AnnuityResult annuity_present(const Annuity& annuity, const Quantity& payment, unsigned places) {
  if (const Status status = check(annuity, places); !status) return status.error();
  const Factors all = factors(annuity, annuity.periods);
  return rounded(-(exact(payment) * all.annuity + exact(annuity.future)) / all.growth, places);
}

AnnuityResult annuity_future(const Annuity& annuity, const Quantity& payment, unsigned places) {
  if (const Status status = check(annuity, places); !status) return status.error();
  return rounded(future_after(annuity, exact(payment), annuity.periods), places);
}

AnnuityResult annuity_periods(const Annuity& annuity, const Quantity& payment, unsigned places) {
  if (const Status status = check_rate(annuity, places); !status) return status.error();
  const Error never{"annuity.never",
                    "this payment never leads from the present to the future value; check the "
                    "signs: money received is positive, money paid negative"};
  const Exact rate = exact(annuity.rate);
  const Exact paid = exact(payment);
  if (rate.numerator == 0) {
    const Exact total = -(exact(annuity.present) + exact(annuity.future));
    if (paid.numerator == 0) return never;
    return rounded(total / paid, places);
  }
  // (1 + r)^n = (payment (1 + r type) - fv r) / (payment (1 + r type) + pv r)
  const Exact level = annuity.payable == Payable::at_start ? paid * (one + rate) : paid;
  const Exact above = level - exact(annuity.future) * rate;
  const Exact below = level + exact(annuity.present) * rate;
  if (below.numerator == 0) return never;
  const Exact growth = above / below;
  if (growth.numerator <= 0) return never;
  const Decimal periods = mp::log(decimal(growth)) / mp::log(decimal(one + rate));
  const Decimal scaled = mp::abs(periods) * Decimal(mp::pow(Integer(10), places));
  if (scaled > Decimal("1e36")) return overflow();
  const Decimal nearest = floor(scaled + Decimal("0.5") + Decimal("1e-60"));
  const auto magnitude = nearest.convert_to<Integer>().convert_to<Int128>();
  return periods < 0 ? -magnitude : magnitude;
}

}  // namespace loanbook::schedule
