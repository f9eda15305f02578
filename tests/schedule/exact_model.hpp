#pragma once

// The slow, obvious answer to everything the plan engine computes: rationals of any size, formulas
// as the textbooks have them.

#include <boost/multiprecision/cpp_int.hpp>
#include <vector>

#include "loanbook/schedule/plan.hpp"

namespace loanbook::schedule::model {

using Rational = boost::multiprecision::cpp_rational;
using Integer = boost::multiprecision::cpp_int;

/// To a multiple of the rule's step, of any sign.
Integer rounded(const Rational& exact, money::Rounding rounding);

/// Year fraction by counting every single day (ACT) or by the printed formula (30-day months).
Rational exact_year_fraction(DayCount day_count, Day start, Day end);

/// Rate x time of every row.
std::vector<Rational> factors(const Terms& terms);

/// The exact level payment.
Rational level_payment(const Terms& terms);

std::vector<PlanRow> plan(const Terms& terms);

}  // namespace loanbook::schedule::model
