// Random terms against the slow exact model.

#include "schedule/exact_model.hpp"
#include "schedule/random_terms.hpp"

namespace loanbook::schedule {
namespace {

bool same(const PlanRow& a, const PlanRow& b) {
  return a.no == b.no && a.due == b.due && a.principal == b.principal && a.interest == b.interest &&
         a.balance == b.balance;
}

TEST_CASE("every row of a plan is the exact model's", "[plan][property]") {
  check_property("plan equals model", 10'000, [] {
    const Terms terms = *random_terms(40);
    const Plan plan = make_plan(terms);
    const std::vector<PlanRow> expected = model::plan(terms);
    RC_ASSERT(plan.rows.size() == expected.size());
    std::int64_t principal = 0;
    std::int64_t interest = 0;
    for (std::size_t k = 0; k < expected.size(); ++k) {
      const PlanRow& row = plan.rows[k];
      if (!same(row, expected[k])) {
        RC_LOG() << "row " << row.no << ": principal " << row.principal << " for "
                 << expected[k].principal << ", interest " << row.interest << " for "
                 << expected[k].interest << ", due " << money::day_number(row.due) << " for "
                 << money::day_number(expected[k].due) << "\n";
      }
      RC_ASSERT(same(row, expected[k]));
      RC_ASSERT(row.principal >= 0);
      principal += row.principal;
      interest += row.interest;
    }
    RC_ASSERT(principal == terms.principal_minor);
    RC_ASSERT(plan.rows.back().balance == 0);
    RC_ASSERT(plan.total_principal == principal);
    RC_ASSERT(plan.total_interest == interest);
    if (terms.method == Method::level)
      RC_ASSERT(plan.installment == model::rounded(model::level_payment(terms), terms.installment));
  });
}

TEST_CASE("a plan may be taken row by row from its cursor", "[plan][property]") {
  check_property("next_row equals make_plan", 1'000, [] {
    const Terms terms = *random_terms(60);
    const Plan plan = make_plan(terms);
    PlanCursor cursor = begin_plan(terms);
    RC_ASSERT(cursor.installment == plan.installment);
    for (const PlanRow& row : plan.rows) {
      const PlanCursor stored = cursor;
      PlanCursor again = stored;
      RC_ASSERT(same(next_row(terms, cursor), row));
      RC_ASSERT(same(next_row(terms, again), row));
    }
    RC_ASSERT(cursor.rows_done == row_count(terms));
    RC_ASSERT(cursor.balance == 0);
  });
}

}  // namespace
}  // namespace loanbook::schedule
