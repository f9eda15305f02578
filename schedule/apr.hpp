#pragma once

// Rates that a series of payments amounts to (年化利率). PBoC announcement no. 3 of 2021 asks for
// the internal rate; Directive 2008/48/EC annex I and 12 CFR 1026 appendix J for their own. The
// rate is found to 30 decimals between two values of opposite sign.

#include <cstdint>
#include <optional>
#include <span>

#include "loanbook/money/result.hpp"
#include "loanbook/money/wide.hpp"
#include "loanbook/schedule/day_count.hpp"
#include "loanbook/schedule/plan.hpp"

namespace loanbook::schedule {

/// Paid to the borrower (> 0) or by the borrower (< 0), minor units; `time` from the first flow, in
/// periods or years.
struct CashFlow {
  std::int64_t amount_minor;
  Fraction time;
};

/// A rate in units of 10^-30. What internal_rate and us_actuarial_rate find is proven to within one
/// unit.
struct FoundRate {
  money::Int128 centre_e30;
};

/// The i > -1 with sum amount x (1 + i)^-time = 0 (irr: time in periods; EU and XIRR: in years).
///
/// `apr.no_single_rate` unless the flows, in the order of time, change their sign exactly once
/// (then there is one root, by Descartes' rule), or their running sums do (then there is one root
/// above zero, by Norstrom's, and it is the rate); `apr.rate_out_of_range` beyond -99.9999 % and
/// 10^6.
[[nodiscard]] Result<FoundRate> internal_rate(std::span<const CashFlow> flows);

/// A payment t whole unit-periods and the fraction f of one after the first advance.
struct UnitPeriodFlow {
  std::int64_t amount_minor;  ///< > 0
  std::int64_t periods;
  Fraction part;
};
/// The i per unit-period with sum advances / ((1 + f i)(1 + i)^t) = sum payments / ((1 + f i)(1 +
/// i)^t) (12 CFR 1026 appendix J (b)(8)). Errors as internal_rate; all advances must come before
/// the payments.
[[nodiscard]] Result<FoundRate> us_actuarial_rate(std::span<const UnitPeriodFlow> advances,
                                                  std::span<const UnitPeriodFlow> payments);

/// i x periods_per_year (名义, simple annual rate). The error grows by the same factor. Nothing on
/// overflow.
[[nodiscard]] std::optional<FoundRate> nominal_rate(FoundRate period,
                                                    std::uint32_t periods_per_year);
/// (1 + i)^periods_per_year - 1 (实际, compound). Nothing on overflow.
[[nodiscard]] std::optional<FoundRate> effective_rate(FoundRate period,
                                                      std::uint32_t periods_per_year);

/// The same for a year that is no whole number of periods.
[[nodiscard]] std::optional<FoundRate> nominal_rate(FoundRate period, Fraction periods_per_year);
[[nodiscard]] std::optional<FoundRate> effective_rate(FoundRate period, Fraction periods_per_year);

/// Half up to `digits` (0 to 18) decimals, times 10^digits. A rate within 10^-30 of a tie counts as
/// the tie.
[[nodiscard]] money::Int128 rounded(FoundRate rate, unsigned digits);

/// Flows of a plan in periods: the principal at 0, less `fee_upfront_minor` that the borrower does
/// not receive, then the payments.
[[nodiscard]] std::vector<CashFlow> flows_of(const Terms& terms, const Plan& plan,
                                             std::int64_t fee_upfront_minor);

}  // namespace loanbook::schedule
