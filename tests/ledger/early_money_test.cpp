// Early money has one rule, the product's (docs/decisions/0008): a plan over given periods and a
// running loan whose early money saves interest are two computations of the same rows.

#include <cstdlib>

#include "ledger/dice.hpp"
#include "ledger/support.hpp"
#include "loanbook/ledger/loan/loan.hpp"
#include "loanbook/schedule/segmented_plan.hpp"

namespace loanbook::test {
namespace {

using schedule::Component;

std::size_t index(Component component) { return static_cast<std::size_t>(component); }

TEST_CASE("A plan over given periods and a running loan give early money the same rows") {
  const int cases = std::getenv("LOANBOOK_TEST_ALL") != nullptr ? 20'000 : 1'000;
  const Day start = day("2026-01-01");
  int compared = 0;
  for (int seed = 1; seed <= cases; ++seed) {
    Dice dice(static_cast<std::uint32_t>(seed));
    const auto every = static_cast<std::uint16_t>(dice.roll(7, 40));
    const int count = dice.roll(2, 12);
    const std::int64_t lent = dice.roll(1'000'00, 90'000'00);
    const money::Rate rate = money::Rate::of_e12(std::int64_t{dice.roll(10, 300)} * 1'000'000'000);
    Product product = product_of(schedule::Method::level, "p");
    product.basis = schedule::InterestBasis::daily;
    product.day_count = schedule::DayCount::act_365f;
    product.frequency = {schedule::PeriodUnit::day, every};
    product.servicing.emplace().interest = InterestRules{.early = EarlyMoney::smaller};
    schedule::SegmentedTerms terms;
    for (int k = 0; k < count; ++k)
      terms.periods.push_back({start + date::days{every * k}, start + date::days{every * (k + 1)}});
    terms.rate = rate;
    terms.factors = {.every = product.frequency, .days_in_year = 365};
    auto plan = must(schedule::SegmentedPlan::make(terms));
    must_ok(plan.lend(start, lent));
    LoanState state;
    state.terms = {
        .principal_minor = lent, .rate = rate, .installments = static_cast<std::uint32_t>(count)};
    state.day = start;
    apply(state, product, {Kind::open_disburse, start, 1, lent});

    // One payment within each of the first rows: early, less than the row's principal. The rest of
    // the row comes on its day.
    const int early_rows = dice.roll(1, count - 1);
    for (int k = 0; k < early_rows; ++k) {
      const auto row = static_cast<std::size_t>(k);
      const Day due = terms.periods[row].due;
      const Day on = due - date::days{dice.roll(1, every - 1)};
      const std::int64_t early = plan.rows()[row].principal * dice.roll(5, 60) / 100;
      INFO("seed " << seed << ", row " << k + 1 << " of " << count << ", " << early << " of "
                   << lent << " on " << money::to_text(on));
      must_ok(plan.pay_principal(row, on, early));
      advance(state, product, on);
      apply(state, product, {Kind::repay, on, static_cast<std::uint64_t>(2 * k + 2), early});
      for (std::size_t i = 0; i < plan.rows().size(); ++i) {
        const InstallmentRecord& record = state.servicing->installments.at(i);
        INFO("row " << i + 1);
        CHECK(record.demanded[index(Component::principal)] == plan.rows()[i].principal);
        CHECK(record.demanded[index(Component::interest)] == plan.rows()[i].interest);
      }
      must_ok(plan.pay_principal(row, due, plan.rows()[row].principal - early));
      must_ok(plan.pay_interest(row, due, plan.rows()[row].interest));
      advance(state, product, due);
      apply(state, product,
            {Kind::repay, due, static_cast<std::uint64_t>(2 * k + 3),
             plan.rows()[row].installment() - early});
      ++compared;
    }
  }
  CHECK(compared > cases);
}

}  // namespace
}  // namespace loanbook::test
