#pragma once

// The annuity functions of spreadsheets (time value of money), exact: whole payments, no table.
//
// Convention of OpenDocument 1.2 part 2, 6.12 and of Excel: money received is positive, money paid
// negative, and pv (1 + r)^n + payment (1 + r type) ((1 + r)^n - 1) / r + fv = 0; with r = 0: pv +
// n payment + fv = 0.

#include <cstdint>

#include "loanbook/money/result.hpp"
#include "loanbook/money/wide.hpp"

namespace loanbook::schedule {

/// An exact number. `denominator` must be positive.
struct Quantity {
  money::Int128 numerator = 0;
  money::Int128 denominator = 1;
};

/// When a payment is made (期末, 期初): the spreadsheets' type 0 and 1.
enum class Payable : std::uint8_t { at_end = 0, at_start = 1 };

struct Annuity {
  Quantity rate{};  ///< of one period, above -1
  std::uint32_t periods = 1;
  Quantity present{};  ///< PV: received (> 0) or paid (< 0) at the start
  Quantity future{};   ///< FV: the same at the end
  Payable payable = Payable::at_end;
};

/// All results are rounded once, half up, to `places` (at most 12) decimals, times 10^places.
///
/// Errors: `annuity.rate_out_of_range` (not above -1, or beyond 10^6),
/// `annuity.periods_out_of_range` (0, or more than limits::installments_max),
/// `annuity.period_out_of_range` (not 1 <= first <= last
/// <= periods), `annuity.places_out_of_range`, `annuity.overflow` (a result beyond 127 bits).
using AnnuityResult = money::Result<money::Int128>;

/// PMT: the equal payment.
[[nodiscard]] AnnuityResult annuity_payment(const Annuity& annuity, unsigned places);
/// IPMT, PPMT: the interest and the principal in payment `period`, from 1. With payments at the
/// start, the first bears no interest.
[[nodiscard]] AnnuityResult annuity_interest(const Annuity& annuity, std::uint32_t period,
                                             unsigned places);
[[nodiscard]] AnnuityResult annuity_principal(const Annuity& annuity, std::uint32_t period,
                                              unsigned places);
/// CUMIPMT, CUMPRINC: the sums of both from `first` to `last`, unrounded terms.
struct PeriodRange {
  std::uint32_t first = 1;
  std::uint32_t last = 1;
};
[[nodiscard]] AnnuityResult annuity_interest(const Annuity& annuity, PeriodRange periods,
                                             unsigned places);
[[nodiscard]] AnnuityResult annuity_principal(const Annuity& annuity, PeriodRange periods,
                                              unsigned places);
/// PV, FV: what a given payment makes of the other end. The field that is asked for is not read.
[[nodiscard]] AnnuityResult annuity_present(const Annuity& annuity, const Quantity& payment,
                                            unsigned places);
[[nodiscard]] AnnuityResult annuity_future(const Annuity& annuity, const Quantity& payment,
                                           unsigned places);
/// NPER: the number of periods, whole or not; `annuity.periods` is not read. Computed with 100
/// digits: a number within 10^-60 of a tie counts as the tie. `annuity.never` where the payment
/// does not lead from one end to the other.
[[nodiscard]] AnnuityResult annuity_periods(const Annuity& annuity, const Quantity& payment,
                                            unsigned places);

}  // namespace loanbook::schedule
