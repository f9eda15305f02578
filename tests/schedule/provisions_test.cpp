// Random terms with everything a contract may add, against the slow exact model; what must hold of
// any plan; the general engine against the fast one; explanations against plans.

#include <cstdlib>

#include "loanbook/schedule/explain.hpp"
#include "loanbook/schedule/general_plan.hpp"
#include "schedule/exact_model.hpp"
#include "schedule/random_provisions.hpp"

namespace loanbook::schedule {
namespace {

/// LOANBOOK_TEST_ALL=1 asks for the long run.
int cases(int usual, int all) { return std::getenv("LOANBOOK_TEST_ALL") != nullptr ? all : usual; }

std::string text(const PlanRow& row) {
  std::ostringstream out;
  out << "row " << row.no << " due " << money::to_text(row.due) << ": principal " << row.principal
      << ", interest " << row.interest << ", balance " << row.balance << ", fee " << row.fee;
  return out.str();
}

std::string difference(const std::vector<PlanRow>& rows, const std::vector<PlanRow>& expected) {
  for (std::size_t i = 0; i < std::min(rows.size(), expected.size()); ++i) {
    const std::string one = text(rows[i]);
    const std::string other = text(expected[i]);
    if (one != other) return one + "\n   model: " + other;
  }
  if (rows.size() == expected.size()) return "";
  return std::to_string(rows.size()) + " rows, model: " + std::to_string(expected.size());
}

std::int64_t paid_out(const Terms& terms) {
  std::int64_t sum = terms.principal_minor;
  for (const Drawdown& drawdown : terms.drawdowns) sum += drawdown.amount_minor;
  return sum;
}

void require_invariants(const Terms& terms, const Plan& plan) {
  std::int64_t principal = 0;
  std::int64_t interest = 0;
  std::int64_t fee = 0;
  for (const PlanRow& row : plan.rows) {
    RC_ASSERT(row.interest >= 0);
    RC_ASSERT(row.fee >= 0);
    RC_ASSERT(row.balance >= 0);
    principal += row.principal;
    interest += row.interest;
    fee += row.fee;
  }
  RC_ASSERT(plan.rows.back().balance == 0);
  RC_ASSERT(principal == paid_out(terms));
  RC_ASSERT(plan.total_principal == principal);
  RC_ASSERT(plan.total_interest == interest);
  RC_ASSERT(plan.total_fee == fee);
}

TEST_CASE("every row of a plan with provisions is the exact model's", "[plan][property]") {
  check_property("plan equals model", cases(10'000, 100'000), [] {
    const Terms terms = *random_provisions(30);
    const Plan plan = make_plan(terms);
    const model::Worked expected = model::work_out(terms);
    const std::string differs = difference(plan.rows, expected.rows);
    if (!differs.empty()) RC_LOG() << differs << "\n";
    RC_ASSERT(differs.empty());
    require_invariants(terms, plan);
  });
}

std::vector<std::int64_t> narrow(const std::vector<model::Integer>& values) {
  std::vector<std::int64_t> result;
  for (const model::Integer& value : values) result.push_back(static_cast<std::int64_t>(value));
  return result;
}

TEST_CASE("installments are those that the model solves, at the rows where it does",
          "[plan][property]") {
  check_property("solved installments", cases(2'000, 20'000), [] {
    const Terms terms = *random_provisions(30);
    if (terms.method != Method::level || !has_provisions(terms)) return;
    const Plan plan = make_plan(terms);
    RC_ASSERT(plan.installments == narrow(model::work_out(terms).installments));
    RC_ASSERT(plan.installment == plan.installments.front());
  });
}

TEST_CASE("plain terms through the general engine give the fast plan", "[plan][property]") {
  check_property("general equals fast", cases(10'000, 100'000), [] {
    const Terms terms = *random_terms(40);
    const Plan fast = make_plan(terms);
    const Plan general = general_plan(terms, nullptr);
    RC_ASSERT(difference(general.rows, fast.rows).empty());
    RC_ASSERT(general.total_interest == fast.total_interest);
    if (terms.method == Method::level || terms.method == Method::equal_principal)
      RC_ASSERT(general.installment == fast.installment);
  });
}

TEST_CASE("an explanation holds the rows of the plan, and its pieces their interest",
          "[plan][explain][property]") {
  check_property("explain equals plan", cases(3'000, 30'000), [] {
    const Terms terms = *random_provisions(30);
    const Plan plan = make_plan(terms);
    const Explanation explained = explain(terms);
    std::vector<PlanRow> rows;
    for (const ExplainedRow& row : explained.rows) rows.push_back(row.row);
    RC_ASSERT(difference(rows, plan.rows).empty());
    std::vector<model::Rational> exact = model::work_out(terms).exact_interest;
    std::size_t period = 0;
    std::int64_t waiting = terms.carried_interest_minor;
    for (const ExplainedRow& row : explained.rows) {
      RC_ASSERT(row.balance_before + row.drawn - row.row.principal == row.row.balance);
      if (row.row.no == 0) continue;
      const model::Rational said(model::Integer(row.exact_numerator),
                                 model::Integer(row.exact_denominator));
      RC_ASSERT(said == exact.at(period++));
      if (terms.method != Method::flat && !terms.daily_interest_digits) {
        model::Rational sum = 0;
        for (const InterestPiece& piece : row.pieces)
          sum += model::Rational(piece.balance) *
                 model::Rational(piece.rate.e12(), 1'000'000'000'000) *
                 model::Rational(piece.time.numerator, piece.time.denominator);
        RC_ASSERT(sum == said);
      }
      RC_ASSERT(row.row.interest == 0 || row.row.principal == -row.row.interest ||
                row.row.interest == row.interest_of_period + row.interest_carried);
      RC_ASSERT(row.interest_carried == 0 || row.interest_carried == waiting);
      waiting += row.interest_deferred - row.interest_carried;
    }
    RC_ASSERT(waiting == 0);
  });
}

TEST_CASE("plans with provisions may be taken row by row from their cursor", "[plan][property]") {
  check_property("next_row equals make_plan", 300, [] {
    const Terms terms = *random_provisions(12);
    const Plan plan = make_plan(terms);
    PlanCursor cursor = begin_plan(terms);
    for (const PlanRow& row : plan.rows) {
      if (row.no == 0) continue;
      RC_ASSERT(text(next_row(terms, cursor)) == text(row));
    }
    RC_ASSERT(cursor.rows_done == row_count(terms));
    RC_ASSERT(cursor.balance == 0);
  });
}

// Closed forms, each written out on its own: no fold, no model.

model::Rational power(const model::Rational& base, std::uint32_t exponent) {
  model::Rational result = 1;
  for (std::uint32_t i = 0; i < exponent; ++i) result *= base;
  return result;
}

TEST_CASE("a level installment is P p / (1 - v^n) in exact fractions", "[plan][property]") {
  check_property("annuity", cases(1'000, 10'000), [] {
    const Draw draw = rapidcheck_draw();
    Terms terms = *random_terms(60);
    terms.method = Method::level;
    terms.basis = InterestBasis::monthly;
    terms.frequency = {PeriodUnit::month, static_cast<std::uint16_t>(draw(1, 4))};
    terms.first_due.reset();
    terms.due_day = 0;
    terms.interest_free_periods = 0;
    if (!check(terms)) return;
    const model::Rational p =
        model::Rational(terms.rate.e12(), 12'000'000'000'000) * terms.frequency.every;
    const std::uint32_t n = terms.installments - terms.principal_free_periods;
    const model::Rational v = power(1 / (1 + p), n);
    const model::Rational x = p == 0
                                  ? model::Rational(terms.principal_minor - terms.balloon_minor) / n
                                  : (terms.principal_minor - v * terms.balloon_minor) * p / (1 - v);
    RC_ASSERT(make_plan(terms).installment == model::rounded(x, terms.installment));
    RC_ASSERT(general_plan(terms, nullptr).installment == model::rounded(x, terms.installment));
  });
}

TEST_CASE("a stepped installment is P / sum of w v^k in exact fractions", "[plan][property]") {
  check_property("steps", cases(1'000, 10'000), [] {
    const Draw draw = rapidcheck_draw();
    Terms terms = *random_terms(14);
    terms.method = Method::level;
    terms.basis = InterestBasis::monthly;
    terms.frequency = {};
    terms.first_due.reset();
    terms.due_day = 0;
    terms.interest_free_periods = terms.principal_free_periods = 0;
    terms.balloon_minor = 0;
    terms.step_growth_e12 = draw(-30, 30) * 10'000'000'000;
    terms.step_every = static_cast<std::uint16_t>(draw(1, 12));
    if (!check(terms)) return;
    const model::Rational p(terms.rate.e12(), 12'000'000'000'000);
    const model::Rational growth = 1 + model::Rational(terms.step_growth_e12, 1'000'000'000'000);
    model::Rational sum = 0;
    for (std::uint32_t k = 1; k <= terms.installments; ++k)
      sum += power(growth, (k - 1) / terms.step_every) / power(1 + p, k);
    RC_ASSERT(make_plan(terms).installment ==
              model::rounded(terms.principal_minor / sum, terms.installment));
  });
}

TEST_CASE("equal principal is P / n, and its interest the sum of an arithmetic series",
          "[plan][property]") {
  check_property("equal principal", cases(1'000, 10'000), [] {
    const Draw draw = rapidcheck_draw();
    Terms terms;
    terms.method = Method::equal_principal;
    terms.currency = money::Currency{{'C', 'N', 'Y'}, 2};
    terms.installments = static_cast<std::uint32_t>(draw(1, 120));
    const std::int64_t part = draw(1, 1'000'000);
    terms.principal_minor = 1'200 * part * terms.installments;
    terms.rate = money::Rate::of_e12(draw(0, 40) * 10'000'000'000);  // so that nothing is rounded
    terms.disbursed = money::day_from_number(static_cast<std::int32_t>(draw(0, 30'000)));
    if (draw(0, 1) == 1) terms.remainder = Remainder::spread;
    const Plan plan = make_plan(terms);
    for (const PlanRow& row : plan.rows) RC_ASSERT(row.principal == 1'200 * part);
    // part x rate / 12 x (n + ... + 1)
    const std::int64_t percent = terms.rate.e12() / 10'000'000'000;
    RC_ASSERT(plan.total_interest ==
              part * percent * terms.installments * (terms.installments + 1) / 2);
  });
}

TEST_CASE("shares of principal that are all one are equal principal", "[plan][property]") {
  check_property("shares", 1'000, [] {
    const Draw draw = rapidcheck_draw();
    Terms equal = *random_terms(20);
    equal.method = Method::equal_principal;
    equal.odd_first = OddFirst::solve;
    equal.balloon_minor = 0;
    equal.principal_free_periods = 0;
    Terms shares = equal;
    shares.method = Method::principal_shares;
    shares.shares.assign(equal.installments, static_cast<std::uint32_t>(draw(1, 1'000)));
    if (!check(equal) || !check(shares)) return;
    RC_ASSERT(difference(make_plan(shares).rows, make_plan(equal).rows).empty());
  });
}

}  // namespace
}  // namespace loanbook::schedule
