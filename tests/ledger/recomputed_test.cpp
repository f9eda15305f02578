// Interest computed again on loans with a table of installments: against the plan over given
// periods, which computes it in another way, and against the general ledger.

#include <random>

#include "ledger/support.hpp"
#include "loanbook/schedule/segmented_plan.hpp"

namespace loanbook::test {
namespace {

using schedule::AllocationStep;
using schedule::Component;
using schedule::SegmentedPlan;
using schedule::Timing;

constexpr const char* began = "2024-01-01";
constexpr std::uint32_t rows = 6;

/// Monthly interest; money pays principal before interest, the last row takes what is saved.
Product last_smaller() {
  Product p = product_of(schedule::Method::level, "p");
  p.installments_default = rows;
  p.rate_default = *money::Rate::from_percent("24");
  p.interest_rounding = {money::RoundingMode::half_even, 1};
  p.installment_rounding = {money::RoundingMode::half_even, 1};
  p.accrual_rounding = money::RoundingMode::half_even;
  p.penalty_multiplier_e4 = 0;
  p.compound = CompoundRate::none;
  p.grace_days = 0;
  ServicingRules& rules = p.servicing.emplace();
  rules.payment.steps.clear();
  for (const Timing timing : {Timing::past_due, Timing::due, Timing::in_advance}) {
    rules.payment.steps.push_back({timing, Component::principal});
    rules.payment.steps.push_back({timing, Component::interest});
  }
  rules.interest.emplace();
  return p;
}

std::unique_ptr<Book> lent(const Product& product) {
  auto book = new_book(began);
  must(book->record(publish(product)));
  must(book->record(lend("L", "p", "1000.00")));
  return book;
}

SegmentedPlan same_plan() {
  schedule::SegmentedTerms terms;
  Day from = day(began);
  for (std::uint32_t k = 1; k <= rows; ++k) {
    const Day due = money::add_months(day(began), static_cast<std::int32_t>(k));
    terms.periods.push_back({from, due});
    from = due;
  }
  terms.rate = *money::Rate::from_percent("24");
  terms.factors = {.days_in_year = 360, .days_in_month = 30};
  terms.interest = {money::RoundingMode::half_even, 1};
  terms.installment = {money::RoundingMode::half_even, 1};
  SegmentedPlan plan = must(SegmentedPlan::make(terms));
  must_ok(plan.lend(day(began), 1000'00));
  return plan;
}

/// What an event paid, row by row, told to the other engine.
void follow(SegmentedPlan& plan, const InstallmentTable& before, const InstallmentTable& after,
            Day on) {
  for (const InstallmentView& row : after.rows) {
    const auto was =
        std::find_if(before.rows.begin(), before.rows.end(),
                     [&](const InstallmentView& other) { return other.due == row.due; });
    const auto index = plan.row_due(row.due);
    REQUIRE(index);
    REQUIRE(was != before.rows.end());
    const std::int64_t principal = row.paid.principal - was->paid.principal;
    const std::int64_t interest = row.paid.interest - was->paid.interest;
    if (principal > 0) must_ok(plan.pay_principal(*index, on, principal));
    if (interest > 0) must_ok(plan.pay_interest(*index, on, interest));
  }
}

void compare(const SegmentedPlan& plan, const InstallmentTable& table) {
  for (const InstallmentView& row : table.rows) {
    INFO("due " << money::to_text(row.due));
    const schedule::SegmentedRow& other = plan.rows()[*plan.row_due(row.due)];
    CHECK(row.demanded.principal == other.principal);
    CHECK(row.demanded.interest == other.interest);
  }
}

TEST_CASE("Whole installments paid early leave the rows that the plan over given periods has") {
  std::mt19937 dice(7);
  for (int story = 0; story < 60; ++story) {
    auto book = lent(last_smaller());
    SegmentedPlan plan = same_plan();
    Day now = day(began);
    INFO("story " << story);
    for (std::uint32_t k = 0; k < rows; ++k) {
      const Day due = money::add_months(day(began), static_cast<std::int32_t>(k + 1));
      now += date::days{static_cast<int>(dice() % 20) + 1};
      if (now > due) now = due;
      must(book->close_through(now - date::days{1}));
      const InstallmentTable before = must(book->installments("L"));
      if (k >= before.rows.size() || before.rows[k].met) break;
      // All that the row asks for if it is paid today.
      const std::int64_t amount = before.rows[k].unpaid.total();
      must(book->record(pay("L", money::text_of_minor(amount, 2))));
      const InstallmentTable after = must(book->installments("L"));
      INFO("row " << k + 1 << " on " << money::to_text(now));
      if (k + 1 == rows) break;
      follow(plan, before, after, now);
      compare(plan, after);
    }
    verified(*book);
  }
}

TEST_CASE("Settling early pays the interest of the nights so far") {
  auto book = lent(last_smaller());
  must(book->close_through(day("2024-01-15")));
  // 15 of 31 nights of 20.00.
  CHECK(must(book->loan("L")).payoff == 1009'68);
  must(book->record(pay("L", "1009.68")));
  const LoanView view = must(book->loan("L"));
  CHECK(view.row.status == LoanStatus::closed);
  CHECK(view.balances[static_cast<std::size_t>(Role::interest_income)] == -9'68);
  CHECK(view.row.overpayment == 0);
  verified(*book);
}

TEST_CASE("Overdue principal bears interest every night, and the books follow") {
  auto book = lent(last_smaller());
  must(book->close_through(day("2024-02-10")));
  // January asks for 178.53 less 20.00 of principal; ten nights of February on all 1000.00.
  const InstallmentTable table = must(book->installments("L"));
  const std::int64_t first = table.rows[0].demanded.principal;
  const std::int64_t rest = 1000'00 - first;
  const auto part = [](std::int64_t balance, int nights) {
    return static_cast<std::int64_t>(money::divide_rounded(
        money::Int128{balance} * 2 * nights, 100 * 29, money::RoundingMode::half_even));
  };
  CHECK(table.rows[1].demanded.interest == part(1000'00, 10) + part(rest, 19));
  LoanView view = must(book->loan("L"));
  CHECK(view.row.interest_accrued == part(1000'00, 10));
  CHECK(view.row.interest_due == 20'00);
  must(book->close_through(day("2024-03-01")));
  view = must(book->loan("L"));
  CHECK(view.row.interest_due == 40'00);
  verified(*book);
}

TEST_CASE("A product's rules of interest survive their bytes") {
  Product product = last_smaller();
  InterestRules& rules = *product.servicing->interest;
  rules = {.overdue = OverdueInterest::at_payment,
           .early = EarlyMoney::fewer,
           .rest = {.unit = schedule::RestUnit::month, .every = 3, .on_day = 15},
           .compounding = Compounding::fees,
           .compounding_on = {.unit = schedule::RestUnit::week},
           .settlement = SettlementInterest::to_the_rest};
  product.servicing->solve_days = schedule::SolveDays::even;
  product.servicing->installment_of_approved = true;
  CHECK(must(decode_product(encode(product))) == product);
  rules.rest.on_day = 32;
  CHECK(check(product).error().id == "product.servicing");
  rules.rest = {};
  product.method = schedule::Method::flat;
  CHECK(check(product).error().id == "product.servicing");
}

}  // namespace
}  // namespace loanbook::test
