#pragma once

// The slow, obvious answer to everything the plan engine computes: rationals of any size, formulas
// as the textbooks and the comments of terms.hpp have them.

#include <vector>

#include "loanbook/schedule/plan.hpp"
#include "schedule/exact_time.hpp"

namespace loanbook::schedule::model {

/// To a multiple of the rule's step, of any sign.
Integer rounded(const Rational& exact, money::Rounding rounding);

/// An exact installment, not in lowest terms.
struct Quotient {
  Integer numerator;
  Integer denominator;
};
Integer rounded(const Quotient& exact, money::Rounding rounding);

struct Worked {
  std::vector<PlanRow> rows;
  std::vector<Integer> installments;     ///< all that were solved or given, rounded
  std::vector<Rational> exact_interest;  ///< of each period, the down payment left out
};
/// Requires: check(terms) passed.
Worked work_out(const Terms& terms);

/// The exact installment of the first row that has one.
Rational level_payment(const Terms& terms);

std::vector<PlanRow> plan(const Terms& terms);

}  // namespace loanbook::schedule::model
