#pragma once

#include <cstdint>
#include <vector>

#include "loanbook/schedule/terms.hpp"

namespace loanbook::schedule {

/// One line of a plan, whole minor units.
struct PlanRow {
  std::uint32_t no;  ///< from 1; 0: the down payment
  Day due;
  std::int64_t principal;  ///< < 0: interest that joined the balance
  std::int64_t interest;  ///< charged, whether paid or capitalised; deferred interest stands in the
                          ///< row that pays it
  std::int64_t balance;   ///< outstanding principal after this row
  std::int64_t fee = 0;
  [[nodiscard]] std::int64_t payment() const { return principal + interest + fee; }
};

/// Where a plan stands after some rows: what the next row needs, and no more (a loan keeps this and
/// not its table).
struct PlanCursor {
  std::uint32_t rows_done = 0;
  std::int64_t balance = 0;      ///< outstanding principal by plan
  std::int64_t installment = 0;  ///< level: x; equal principal: q; else 0; the one in force
};

/// The cursor before row 1: solves the installment. Level: x = R(X), X exact (closed form, decided
/// with at least 50 digits and a guard near ties); rules of every method: golden README section 1 /
/// specs. Requires: check(terms) passed.
[[nodiscard]] PlanCursor begin_plan(const Terms& terms);
/// Rows of the plan, the down payment not counted: 1 for bullet and revolving (due at maturity),
/// else `installments`, less those that a given installment does not need.
[[nodiscard]] std::uint32_t row_count(const Terms& terms);
/// The next row; moves the cursor. Constant time without provisions, else that of the plan.
/// Requires: rows_done < row_count(terms). Never fails; the last row repays the balance.
[[nodiscard]] PlanRow next_row(const Terms& terms, PlanCursor& cursor);

struct Plan {
  std::int64_t installment;                ///< as in PlanCursor, of the first row that has one
  std::vector<std::int64_t> installments;  ///< all that were solved or given, in order; empty
                                           ///< without provisions, where `installment` is the only
                                           ///< one
  std::vector<PlanRow> rows;
  std::int64_t total_interest;
  std::int64_t total_principal;  ///< all that was paid out
  std::int64_t total_fee = 0;
  [[nodiscard]] std::int64_t total_payment() const {
    return total_principal + total_interest + total_fee;
  }
};
/// All rows. The rules of the second block of Terms: specs/plans-*.md. Requires: check(terms)
/// passed.
[[nodiscard]] Plan make_plan(const Terms& terms);

}  // namespace loanbook::schedule
