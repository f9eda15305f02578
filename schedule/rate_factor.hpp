#pragma once

// The interest of a stretch of a period for each unit of its balance, and the equal installment
// over periods with any such factors.

#include <cstdint>
#include <optional>
#include <span>

#include "loanbook/money/rate.hpp"
#include "loanbook/money/rounding.hpp"
#include "loanbook/money/wide.hpp"
#include "loanbook/schedule/terms.hpp"

namespace loanbook::schedule {

/// Interest counts from `from` to `due`.
struct GivenPeriod {
  Day from{};
  Day due{};
  bool operator==(const GivenPeriod&) const = default;
};

/// Which of its two ends counts as a day of a stretch (算头不算尾, 算尾不算头). It decides in which
/// year the night of 31 December lies and what a rate "from 15 February on" means; money moves
/// count the same nights either way. Frozen.
enum class CountedDay : std::uint8_t { first = 1, last = 2 };

/// How a rate a year becomes a factor.
struct RateFactorRule {
  Frequency every{};
  std::uint16_t days_in_year = 0;   ///< 0: those of the calendar year
  std::uint16_t days_in_month = 0;  ///< 0: those of the month in which the stretch begins
  CountedDay counted = CountedDay::first;
  std::uint8_t intermediate_digits = 0;  ///< 0: exact; else every product, quotient and sum on the
                                         ///< way is rounded half-even to so many significant
                                         ///< digits, a factor to so many decimals; at most 18
  bool operator==(const RateFactorRule&) const = default;
};

/// An exact fraction in lowest terms, not negative.
struct RateFactor {
  money::Int128 numerator = 0;
  money::Int128 denominator = 1;
  bool operator==(const RateFactor&) const = default;
};
/// Requires: a sum that fits 128 bits (parts of one period do).
[[nodiscard]] RateFactor operator+(const RateFactor& a, const RateFactor& b);
/// Decimals of the factor, half-even; `digits` 0 to 12.
[[nodiscard]] std::int64_t rounded(const RateFactor& factor, unsigned digits);

/// The factor of the part `stretch` of `period`.
///
/// Formula: rate x (U x every / D) x days of the stretch / days of the period; U = the days of a
/// month, 7 or 1, D = the days of the year. Where D is that of the calendar year and the counted
/// days lie in several of them: rate x sum over the years of days / D. Requires period.from <=
/// stretch.from <= stretch.due <= period.due, and period.from < period.due.
[[nodiscard]] RateFactor rate_factor(const RateFactorRule& rule, money::Rate rate,
                                     const GivenPeriod& period, const GivenPeriod& stretch);

/// round(balance x factor). Requires balance >= 0 and a result below 2^63.
[[nodiscard]] std::int64_t interest_of(std::int64_t balance_minor, const RateFactor& factor,
                                       std::uint8_t intermediate_digits, money::Rounding rounding);

/// The equal installment that repays `balance_minor` over periods with these factors.
///
/// Formula: round(balance x R / F), R = (1 + r_1)...(1 + r_n), F_1 = 1, F_k = 1 + F_(k-1) (1 +
/// r_k). Source: the present value of the payments is the balance. Requires balance >= 0, a factor
/// at least; nothing where the result is beyond 2^62.
[[nodiscard]] std::optional<std::int64_t> equal_installment(std::int64_t balance_minor,
                                                            std::span<const RateFactor> factors,
                                                            std::uint8_t intermediate_digits,
                                                            money::Rounding rounding);

}  // namespace loanbook::schedule
