#pragma once

// How the figures of a plan came about: the chain of every amount, as data. The figures are those
// of make_plan, taken down on the way, not computed a second time.

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "loanbook/money/wide.hpp"
#include "loanbook/schedule/plan.hpp"

namespace loanbook::schedule {

/// Interest of one stretch of a period: constant balance and rate. Its exact amount is balance x
/// rate x time.
struct InterestPiece {
  Day from{};
  Day to{};  ///< excluded
  std::int64_t balance = 0;
  money::Rate rate = money::Rate::of_e12(0);
  std::int64_t days = 0;    ///< by the day count; 0 where whole months count
  std::int64_t months = 0;  ///< whole months; 0 where days count
  Fraction time{0, 1};      ///< of a year
};

/// What decided the principal of a row.
enum class PrincipalRule : std::uint8_t {
  installment_less_interest = 1,
  equal_part = 2,
  share = 3,
  none = 4,           ///< interest-only, holiday, bullet before its end
  rest = 5,           ///< the last row: all that is left
  capitalised = 6,    ///< minus the interest
  whole_balance = 7,  ///< the installment would have been more than the balance
  down_payment = 8,
};

struct ExplainedRow {
  PlanRow row{};
  std::int64_t balance_before = 0;
  std::int64_t drawn = 0;  ///< paid out within the period
  std::vector<InterestPiece> pieces;
  money::Int128 exact_numerator = 0;  ///< interest of the period before it is rounded, minor units
  money::Int128 exact_denominator = 1;
  std::int64_t interest_of_period = 0;  ///< rounded
  std::int64_t interest_carried = 0;    ///< of earlier periods, paid here
  std::int64_t interest_deferred = 0;   ///< of this period, paid later
  std::int64_t target = 0;  ///< what the row was to pay (installment) or repay (principal), rounded
  PrincipalRule principal_rule = PrincipalRule::none;
};

/// The exact installment before rounding, to 12 decimals of the minor unit cut off, and where it
/// was solved.
struct SolvedInstallment {
  std::uint32_t from_row = 1;
  std::int64_t rounded = 0;
  money::Int128 exact_e12 = 0;
  std::int64_t balance = 0;
  std::uint32_t rows = 0;  ///< over which it was solved
};

struct Explanation {
  std::vector<SolvedInstallment> installments;
  std::vector<ExplainedRow> rows;
};
/// Requires: check(terms) passed. rows[i].row == make_plan(terms).rows[i].
[[nodiscard]] Explanation explain(const Terms& terms);

/// The chain of one row as sentences, one a line, amounts in major units: for people.
[[nodiscard]] std::string to_text(const ExplainedRow& row, const Terms& terms);
/// The chain of the installments the same way.
[[nodiscard]] std::string to_text(const SolvedInstallment& solved, const Terms& terms);

}  // namespace loanbook::schedule
