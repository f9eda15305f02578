#pragma once

// What a borrower must be told about a plan: what it costs, and the rate a year that this is by the
// rules of each jurisdiction. Rules differ, so every rate has its own name.

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "loanbook/schedule/apr.hpp"
#include "loanbook/schedule/plan.hpp"

namespace loanbook::schedule {

/// Fees on the day of the first disbursement that stand in no row of the plan.
struct UpfrontFees {
  std::int64_t deducted_minor =
      0;  ///< kept back: the borrower receives so much less (砍头息, 预扣)
  std::int64_t paid_minor = 0;  ///< paid by the borrower besides
  [[nodiscard]] std::int64_t total() const { return deducted_minor + paid_minor; }
};

/// Paid to the borrower (> 0) or by the borrower (< 0) on a day.
struct DatedFlow {
  Day date{};
  std::int64_t amount_minor = 0;
  bool operator==(const DatedFlow&) const = default;
};

/// All that moves under a plan, in the order of days, one flow a day, none of 0: disbursement and
/// drawdowns, up-front fees, the down payment (row 0), the payments with their fees.
/// Requires: check(terms) passed, plan == make_plan(terms), 0 <= fees.
[[nodiscard]] std::vector<DatedFlow> dated_flows(const Terms& terms, const Plan& plan,
                                                 const UpfrontFees& fees);
/// The same in periods: row k lies k periods after the disbursement whatever its date (the
/// announcement's example counts so), a drawdown between two due dates at its part of the days.
[[nodiscard]] std::vector<CashFlow> period_flows(const Terms& terms, const Plan& plan,
                                                 const UpfrontFees& fees);

/// Periods of a year: 12, 52 or 365 over `every`, exact; 1 / `every` for years.
[[nodiscard]] Fraction periods_per_year(Frequency frequency);

/// Years from `first` to `date` by 2008/48/EC annex I, (EU) 2014/17 and 2023/2225: whole years,
/// equal months of 1/12 or weeks of 1/52 as the frequency has them, counted back from `date`; the
/// days that are left over the 365 or 366 days of the year that ends where the whole periods begin.
/// Whole months from the anchor count as whole where the end of a month clips them.
[[nodiscard]] Fraction eu_years(Frequency frequency, Day first, Day date);

/// Regulation Z, appendix J (b)(4)-(5): the unit-period of a plan and how many of them pass.
struct UnitPeriod {
  Frequency length{};       ///< at most a year
  Fraction per_year{1, 1};  ///< months over 12, weeks over 52, days over 365
};
/// The common period of the rows; the term itself, up to a year, where there is one row.
[[nodiscard]] UnitPeriod us_unit_period(const Terms& terms, const Plan& plan);
/// Whole unit-periods counted back from `date`, the rest as a part of one: days over 30 in a month,
/// 30 for each whole month of a longer one, actual days in weeks and days.
/// The result has amount 0.
[[nodiscard]] UnitPeriodFlow us_time(const UnitPeriod& unit, Day first, Day date);

/// A rate is absent where the flows have no single one (drawdowns after payments) or it is out of
/// range.
struct Disclosure {
  std::int64_t received = 0;  ///< paid out, less what was kept back and the down payment
  std::int64_t interest = 0;
  std::int64_t fees = 0;           ///< of the rows and up front
  std::int64_t total_cost = 0;     ///< interest and fees: total cost of credit, finance charge
  std::int64_t total_payable = 0;  ///< all payments and fees paid, the down payment included
  Fraction periods_a_year{12, 1};
  std::optional<FoundRate> period{};    ///< internal rate of a period
  std::optional<FoundRate> simple{};    ///< x periods a year: PBoC 2021 no. 3, simple (单利)
  std::optional<FoundRate> compound{};  ///< compounded: the same, compound (复利, IRR)
  std::optional<FoundRate> eu{};        ///< APRC
  std::optional<FoundRate> us{};        ///< actuarial APR
  std::optional<FoundRate> xirr{};      ///< days / 365, on the days of payment as rolled
};
/// Requires as dated_flows.
[[nodiscard]] Disclosure disclose(const Terms& terms, const Plan& plan, const UpfrontFees& fees);

/// Which of the two annual rates of PBoC 2021 no. 3 a cap is held against. Values reached a disk:
/// frozen.
enum class CapBasis : std::uint8_t { simple = 1, compound = 2 };

/// An upper limit for what a loan may cost a year (利率上限): 24 %, 36 %, 4 x LPR.
struct RateCap {
  money::Rate limit = money::Rate::of_e12(0);  ///< of the index, where `multiplier` is not 1
  std::uint16_t multiplier = 1;                ///< 4 in 4 x LPR (SPC 2020)
  CapBasis basis = CapBasis::simple;
  bool operator==(const RateCap&) const = default;
};
/// What a cap is held against and no more: amounts, the internal rate of a period, and of the
/// annual rates that of the cap. Requires as disclose.
[[nodiscard]] Disclosure disclose_for_cap(const Terms& terms, const Plan& plan,
                                          const UpfrontFees& fees, CapBasis basis);
/// `disclosure.above_cap` where the rate of the plan is above the cap, not as displayed but as
/// proven: a rate within 10^-28 of the cap counts as the cap and passes. `disclosure.no_rate` where
/// the plan has none.
[[nodiscard]] money::Status check_cap(const Disclosure& disclosure, const RateCap& cap);

/// A found rate in percent, half up: `13.58` with 2 decimals.
[[nodiscard]] std::string percent_text(FoundRate rate, unsigned decimals);

}  // namespace loanbook::schedule
