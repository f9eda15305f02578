#pragma once

// Arithmetic of a projection: fixed point with 18 decimals, wide in between, one division last.

#include <cstdint>
#include <optional>
#include <span>

#include "loanbook/schedule/day_count.hpp"
#include "loanbook/schedule/projection_terms.hpp"

namespace loanbook::schedule {

/// Every result is rounded half up (away from zero) to 10^-18. A result beyond 128 bits, or a
/// division by zero, is remembered: `overflowed` says so after any number of steps, and the results
/// since then mean nothing.
class Figures {
 public:
  [[nodiscard]] Figure sum(Figure a, Figure b);
  [[nodiscard]] Figure difference(Figure a, Figure b);
  [[nodiscard]] Figure product(Figure a, Figure b);
  [[nodiscard]] Figure ratio(Figure a, Figure b);
  /// base x rate x time.
  [[nodiscard]] Figure interest(Figure base, Figure rate, Fraction time);
  [[nodiscard]] bool overflowed() const { return overflowed_; }
  void overflow() { overflowed_ = true; }

 private:
  bool overflowed_ = false;
};

/// What an annuity has to repay from some moment on.
struct AnnuityDebt {
  Figure principal = 0;  ///< positive: a debt
  Figure accrued = 0;
  Figure rate = 0;
  Fraction first{};                   ///< from the moment to the first payment
  std::span<const Fraction> later{};  ///< from each payment to the next
};
/// The equal payment that leaves nothing after the last one:
/// (principal + accrued + principal x rate x first) / (1 + d2 + d2 d3 + ...), dk = 1 / (1 + rate x
/// timek) with 192 binary places, so the sum of 20,000 terms is exact to far less than 10^-18.
/// None: overflow, or a rate so far below zero that a period turns the balance around.
[[nodiscard]] std::optional<Figure> annuity_payment(const AnnuityDebt& debt);

/// Payments until a principal is repaid: ceil(principal / (payment - principal x rate x time)).
/// None: never, or more than `payments_max`.
[[nodiscard]] std::optional<std::uint32_t> payments_until_repaid(Figure principal, Figure payment,
                                                                 Figure rate, Fraction time);
inline constexpr std::uint32_t payments_max = 120'000;  // days of three centuries

}  // namespace loanbook::schedule
