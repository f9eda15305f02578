#pragma once

// A picture of a plan: principal and interest of each installment, as text and as SVG.

#include <cstdint>
#include <string>
#include <vector>

#include "loanbook/money/currency.hpp"
#include "loanbook/schedule/plan.hpp"

namespace loanbook::interchange {

/// One bar: a row of the plan, or the sum of several in a row.
struct PlanBar {
  std::uint32_t first = 0;
  std::uint32_t last = 0;
  std::int64_t principal = 0;  ///< never below 0: interest that joins the balance is no payment
  std::int64_t cost = 0;       ///< interest and fee that are paid
};
/// At most `bars_max` bars of equally many rows; the last may have fewer.
[[nodiscard]] std::vector<PlanBar> bars_of(const schedule::Plan& plan, std::size_t bars_max);

/// Lines of at most `width` columns (at least 40): label, bar, amount. Full blocks are principal,
/// light ones interest and fees.
[[nodiscard]] std::vector<std::string> bars_text(const std::vector<PlanBar>& bars,
                                                 money::Currency currency, std::size_t width);

/// An SVG element with labelled axes and a legend; colours differ in lightness too.
[[nodiscard]] std::string bars_svg(const std::vector<PlanBar>& bars, money::Currency currency);

}  // namespace loanbook::interchange
