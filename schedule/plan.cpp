#include "loanbook/schedule/plan.hpp"

#include <algorithm>
#include <array>

#include "loanbook/money/assert.hpp"
#include "loanbook/money/limits.hpp"
#include "loanbook/schedule/due_dates.hpp"
#include "loanbook/schedule/general_plan.hpp"
#include "loanbook/schedule/level_installment.hpp"
#include "loanbook/schedule/periods.hpp"
#include "loanbook/schedule/rounded_quotient.hpp"

namespace loanbook::schedule {
namespace {

using money::Int128;
using money::Rounding;
using money::Uint128;

constexpr std::int64_t e12 = 1'000'000'000'000;

/// Interest of a period for one unit of principal: rate x time, not reduced.
struct Factor {
  Int128 numerator;
  std::int64_t denominator;
};

std::int64_t months_a_step(const Terms& terms) {
  return std::int64_t{terms.frequency.every} * (terms.frequency.unit == PeriodUnit::year ? 12 : 1);
}

/// The yearly rate in lowest terms: 18 % is 9/50, so that most products of a row fit 64 bits.
Fraction yearly_rate(const Terms& terms) { return reduced(terms.rate.e12(), e12); }

// Where the first period may be no whole step, months count as 30 days of 360, and all periods
// share that denominator.
Factor whole_step(const Terms& terms, Fraction rate) {
  const Int128 yearly = Int128{rate.numerator} * months_a_step(terms);
  if (first_is_odd(terms)) return {yearly * 30, 360 * rate.denominator};
  return {yearly, 12 * rate.denominator};
}

/// Rate x time of period k, which lasts from `start` to `due`.
Factor factor(const Terms& terms, Fraction rate, std::uint32_t k, Day start, Day due) {
  if (terms.basis == InterestBasis::daily) {
    const Int128 time =
        k <= terms.interest_free_periods ? 0 : day_index(terms.day_count, start, due);
    return {rate.numerator * time, rate.denominator * index_per_year(terms.day_count)};
  }
  Factor whole = whole_step(terms, rate);
  if (k <= terms.interest_free_periods) {
    whole.numerator = 0;
  } else if (k == 1 && first_is_odd(terms)) {
    whole.numerator = Int128{rate.numerator} * months_and_days(start, due).days_of_360();
  }
  return whole;
}

/// Rate x time of a loan with one row.
Factor whole_life(const Terms& terms) {
  const Day end = maturity(terms);
  const Fraction rate = yearly_rate(terms);
  if (terms.basis == InterestBasis::daily || terms.method == Method::revolving) {
    return {Int128{rate.numerator} * day_index(terms.day_count, terms.disbursed, end),
            rate.denominator * index_per_year(terms.day_count)};
  }
  Factor first = factor(terms, rate, 1, terms.disbursed, due_date(terms, 1));
  first.numerator += whole_step(terms, rate).numerator * (terms.installments - 1);
  return first;
}

/// principal x factor, rounded once. One division where money::divide_rounded takes two, of 64 bits
/// where both sides fit; limits of `check` keep it below 2^127 and the result below 2^62.
std::int64_t interest_of(std::int64_t principal_minor, const Factor& factor, Rounding rounding) {
  const auto exact = static_cast<Uint128>(principal_minor * factor.numerator);
  const Uint128 step =
      static_cast<Uint128>(factor.denominator) * static_cast<std::uint64_t>(rounding.multiple);
  if ((exact | step) >> 64U == 0) {
    return rounded_quotient(static_cast<std::uint64_t>(exact), static_cast<std::uint64_t>(step),
                            rounding);
  }
  return rounded_quotient(exact, step, rounding);
}

/// Do all periods that repay principal have one length and one rate?
bool equal_periods(const Terms& terms) {
  if (terms.basis == InterestBasis::daily) return false;
  if (terms.interest_free_periods > terms.principal_free_periods) return false;
  return !first_is_odd(terms) || terms.odd_first == OddFirst::extra ||
         terms.principal_free_periods > 0;
}

std::int64_t level_of(const Terms& terms, Fraction rate) {
  const std::uint32_t free = terms.principal_free_periods;
  const std::uint32_t periods = terms.installments - free;
  if (equal_periods(terms)) {
    const Factor whole = whole_step(terms, rate);
    return level_installment(EqualPeriods{.principal_minor = terms.principal_minor,
                                          .balloon_minor = terms.balloon_minor,
                                          .numerator = static_cast<std::int64_t>(whole.numerator),
                                          .denominator = whole.denominator,
                                          .periods = periods},
                             terms.installment);
  }
  std::array<Int128, money::limits::installments_max>
      numerators;  // filled below as far as it is read
  std::int64_t denominator = 1;
  const DueDates due_dates(terms);
  Day start = due_dates(free);
  for (std::uint32_t i = 0; i < periods; ++i) {
    const Day due = due_dates(free + i + 1);
    const bool extra = terms.odd_first == OddFirst::extra && terms.basis == InterestBasis::monthly;
    const Factor period = extra && free + i + 1 > terms.interest_free_periods
                              ? whole_step(terms, rate)
                              : factor(terms, rate, free + i + 1, start, due);
    numerators[i] = period.numerator;
    denominator = period.denominator;
    start = due;
  }
  return level_installment(UnequalPeriods{.principal_minor = terms.principal_minor,
                                          .balloon_minor = terms.balloon_minor,
                                          .numerators = {numerators.data(), periods},
                                          .denominator = denominator},
                           terms.installment);
}

std::int64_t equal_part(const Terms& terms) {
  const Int128 step =
      Int128{terms.installment.multiple} * (terms.installments - terms.principal_free_periods);
  return static_cast<std::int64_t>(
      money::divide_rounded(terms.principal_minor, step, terms.installment.mode) *
      terms.installment.multiple);
}

/// Interest that the installment of row k is charged with before the rest of it repays principal.
std::int64_t interest_in_installment(const Terms& terms, std::uint32_t k, std::int64_t balance,
                                     std::int64_t interest) {
  const bool extra = k == 1 && terms.odd_first == OddFirst::extra && first_is_odd(terms) &&
                     terms.interest_free_periods == 0;
  return extra ? interest_of(balance, whole_step(terms, yearly_rate(terms)), terms.interest)
               : interest;
}

std::int64_t principal_of(const Terms& terms, const PlanCursor& cursor, std::uint32_t k,
                          std::uint32_t count, std::int64_t interest) {
  if (k == count) return cursor.balance;
  if (k <= terms.principal_free_periods) return 0;
  if (terms.method == Method::level) {
    const std::int64_t part =
        cursor.installment - interest_in_installment(terms, k, cursor.balance, interest);
    return std::clamp<std::int64_t>(part, 0, cursor.balance);
  }
  if (terms.method == Method::equal_principal) return std::min(cursor.installment, cursor.balance);
  return 0;
}

struct Amounts {
  std::int64_t principal;
  std::int64_t interest;
};

/// The next of `count` rows; moves the cursor.
Amounts amounts(const Terms& terms, PlanCursor& cursor, std::uint32_t count, const Factor& factor) {
  const std::uint32_t k = ++cursor.rows_done;
  const std::int64_t interest = interest_of(cursor.balance, factor, terms.interest);
  const std::int64_t principal = principal_of(terms, cursor, k, count, interest);
  cursor.balance -= principal;
  return {principal, interest};
}

}  // namespace

namespace {

PlanCursor begin_plain_plan(const Terms& terms, Fraction rate) {
  PlanCursor cursor{.rows_done = 0, .balance = terms.principal_minor, .installment = 0};
  if (terms.method == Method::level) cursor.installment = level_of(terms, rate);
  if (terms.method == Method::equal_principal) cursor.installment = equal_part(terms);
  return cursor;
}

}  // namespace

PlanCursor begin_plan(const Terms& terms) {
  if (!has_provisions(terms)) return begin_plain_plan(terms, yearly_rate(terms));
  return {.rows_done = 0,
          .balance = terms.principal_minor - terms.down_payment_minor,
          .installment = general_plan(terms, nullptr).installment};
}

std::uint32_t row_count(const Terms& terms) {
  if (has_one_row(terms)) return 1;
  // Only a given installment ends a plan early.
  if (terms.installment_minor == 0) return terms.installments;
  return general_plan(terms, nullptr).rows.back().no;
}

namespace {

PlanRow next_plain_row(const Terms& terms, PlanCursor& cursor) {
  const std::uint32_t count = row_count(terms);
  const bool one_row = has_one_row(terms);
  const std::uint32_t k = cursor.rows_done + 1;
  const Day due = one_row ? maturity(terms) : due_date(terms, k);
  const bool needs_start = terms.basis == InterestBasis::daily || k == 1;
  const Day start = needs_start ? due_date(terms, k - 1) : terms.disbursed;
  const Factor period =
      one_row ? whole_life(terms) : factor(terms, yearly_rate(terms), k, start, due);
  const auto [principal, interest] = amounts(terms, cursor, count, period);
  return {
      .no = k, .due = due, .principal = principal, .interest = interest, .balance = cursor.balance};
}

}  // namespace

PlanRow next_row(const Terms& terms, PlanCursor& cursor) {
  if (!has_provisions(terms)) {
    LOANBOOK_ASSERT(cursor.rows_done < row_count(terms));
    return next_plain_row(terms, cursor);
  }
  const Plan plan = general_plan(terms, nullptr);
  const std::size_t at = cursor.rows_done + (terms.down_payment_minor != 0 ? 1U : 0U);
  LOANBOOK_ASSERT(at < plan.rows.size());
  const PlanRow& row = plan.rows[at];
  cursor.rows_done = row.no;
  cursor.balance = row.balance;
  return row;
}

Plan make_plan(const Terms& terms) {
  if (has_provisions(terms)) return general_plan(terms, nullptr);
  const Fraction rate = yearly_rate(terms);
  PlanCursor cursor = begin_plain_plan(terms, rate);
  Plan plan{.installment = cursor.installment,
            .installments = {},
            .rows = {},
            .total_interest = 0,
            .total_principal = 0};
  const std::uint32_t count = row_count(terms);
  const bool one_row = has_one_row(terms);
  const DueDates due_dates(terms);
  // By the month all rows but the first ones are alike.
  const bool by_month = !one_row && terms.basis == InterestBasis::monthly;
  const std::uint32_t alike_after = std::max<std::uint32_t>(1, terms.interest_free_periods);
  const Factor alike = by_month ? whole_step(terms, rate) : Factor{0, 1};
  Day start = terms.disbursed;
  plan.rows.reserve(count);
  for (std::uint32_t k = 1; k <= count; ++k) {
    const Day due = one_row ? due_dates(terms.installments) : due_dates(k);
    const Factor period = by_month && k > alike_after ? alike
                          : one_row                   ? whole_life(terms)
                                                      : factor(terms, rate, k, start, due);
    const auto [principal, interest] = amounts(terms, cursor, count, period);
    // Built in place: a row that is copied, or read again at once, waits for its own stores.
    plan.rows.emplace_back(k, due, principal, interest, cursor.balance);
    plan.total_interest += interest;
    plan.total_principal += principal;
    start = due;
  }
  return plan;
}

}  // namespace loanbook::schedule
