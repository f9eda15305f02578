// Interest computed again on loans with a table of installments: against sums by hand, night by
// night, and against the general ledger.

#include <random>

#include "ledger/support.hpp"

namespace loanbook::test {
namespace {

using schedule::AllocationStep;
using schedule::Component;
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

std::int64_t part(std::int64_t balance, Day from, Day to, Day due) {
  const Day begin = money::add_months(due, -1);
  return static_cast<std::int64_t>(money::divide_rounded(
      money::Int128{balance} * 2 * (to - from).count(), money::Int128{100} * (due - begin).count(),
      money::RoundingMode::half_even));
}

/// 2 % a month on `balance` from one day to a due date, each month rounded by itself.
std::int64_t interest_by_hand(std::int64_t balance, Day from, std::uint32_t row) {
  std::int64_t sum = 0;
  for (std::uint32_t k = 1; k <= row; ++k) {
    const Day due = money::add_months(day(began), static_cast<std::int32_t>(k));
    if (due <= from) continue;
    sum += part(balance, from, due, due);
    from = due;
  }
  return sum;
}

/// The rows after the first `paid`, the last of which was paid on `now`.
void compare(const InstallmentTable& table, std::uint32_t paid, Day now) {
  std::int64_t balance = 1000'00;
  for (std::uint32_t k = 0; k < paid; ++k) balance -= table.rows[k].demanded.principal;
  Day from = now;
  for (std::uint32_t k = paid; k < rows; ++k) {
    INFO("row " << k + 1);
    REQUIRE(k < table.rows.size());
    const std::int64_t interest = interest_by_hand(balance, from, k + 1);
    const std::int64_t principal = k + 1 == rows ? balance : 178'53 - interest;
    CHECK(table.rows[k].demanded.interest == interest);
    CHECK(table.rows[k].demanded.principal == principal);
    balance -= principal;
    from = table.rows[k].due;
  }
}

TEST_CASE("An installment paid early is done, the next one bears interest from that day") {
  std::mt19937 dice(7);
  for (int story = 0; story < 60; ++story) {
    auto book = lent(last_smaller());
    Day now = day(began);
    INFO("story " << story);
    for (std::uint32_t k = 0; k + 1 < rows; ++k) {
      const Day due = money::add_months(day(began), static_cast<std::int32_t>(k + 1));
      now = std::min(due, now + date::days{static_cast<int>(dice() % 20) + 1});
      must(book->close_through(now - date::days{1}));
      // 178.53, the installment, whatever of it is interest.
      must(book->record(pay("L", "178.53")));
      INFO("row " << k + 1 << " on " << money::to_text(now));
      const InstallmentTable table = must(book->installments("L"));
      REQUIRE(table.rows[k].met == now);
      compare(table, k + 1, now);
    }
    verified(*book);
  }
}

TEST_CASE("Money given back of an installment that was paid early is to come again") {
  for (const Kind kind : {Kind::refund, Kind::chargeback}) {
    auto book = lent(last_smaller());
    must(book->close_through(day("2024-01-15")));
    const auto paid = must(book->record(pay("L", "178.53")));
    must(book->close_through(day("2024-01-19")));
    Operation back{.kind = kind, .amount = "100.00"};
    if (kind == Kind::chargeback) back.of = paid.receipt.sequence;
    must(book->record({.event = back, .loan = "L"}));
    must(book->close_through(day("2024-02-20")));
    const LoanView view = must(book->loan("L"));
    // 178.53 asked for on 1 February, 78.53 of it paid.
    CHECK(view.row.principal_overdue + view.row.interest_due == 100'00);
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
  const auto nights_of_february = [](std::int64_t balance, int nights) {
    const Day from = day("2024-02-01");
    return part(balance, from, from + date::days{nights}, day("2024-03-01"));
  };
  CHECK(table.rows[1].demanded.interest ==
        nights_of_february(1000'00, 10) + nights_of_february(rest, 19));
  LoanView view = must(book->loan("L"));
  CHECK(view.row.interest_accrued == nights_of_february(1000'00, 10));
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
