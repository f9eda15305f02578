// Changes of a running plan, through the book. Figures by the closed form of the annuity, worked in
// fractions by hand.

#include "ledger/support.hpp"

namespace loanbook::test {
namespace {

std::unique_ptr<Book> level_book() {
  auto book = new_book();
  Product product = level_product();
  product.rate_default = money::Rate::of_e12(120'000'000'000);  // 1 % a month
  must(book->record(publish(product)));
  must(book->record(lend("L", "level", "12000.00")));  // 12 x 1,066.19
  return book;
}

Command change(Operation op) { return {.event = std::move(op), .loan = "L"}; }

/// The plan after the first installment was paid on its day: balance 11,053.81.
std::unique_ptr<Book> book_after_first_row() {
  auto book = level_book();
  must(book->close_through(day("2026-01-31")));
  must(book->record(pay("L", "1066.19")));
  return book;
}

TEST_CASE("Early repayment with smaller installments on a due date") {
  auto book = book_after_first_row();
  must(book->record(change({.kind = Kind::prepay, .amount = "5053.81", .choice = "reduce"})));
  const LoanView view = must(book->loan("L"));
  CHECK(view.row.principal == 6'000'00);
  REQUIRE(view.due.size() == 11);
  // 6,000 x 0.01 / (1 - 1.01^-11) = 578.72...
  CHECK(view.due[0].interest == 60'00);
  CHECK(view.due[0].principal + view.due[0].interest == 578'72);
  CHECK(money::to_text(view.due[0].due) == "2026-03-01");
  must(book->close_through(day("2026-04-30")));
  verified(*book);
}

TEST_CASE("Early repayment with a shorter term keeps the installment") {
  auto book = book_after_first_row();
  must(book->record(change({.kind = Kind::prepay, .amount = "5053.81", .choice = "shorten"})));
  const LoanView view = must(book->loan("L"));
  // 6,000 at 1 % a month repaid by 1,066.19 takes 6 rows.
  REQUIRE(view.due.size() == 6);
  CHECK(view.due[0].principal + view.due[0].interest == 1'066'19);
  CHECK(view.row.principal == 6'000'00);
  verified(*book);
}

TEST_CASE("Early repayment within a period settles the interest to the day") {
  auto book = level_book();
  must(book->close_through(day("2026-01-10")));
  // 10 of 31 days of 120.00: 38.71.
  must(book->record(change({.kind = Kind::prepay, .amount = "6038.71"})));
  LoanView view = must(book->loan("L"));
  CHECK(view.row.principal == 6'000'00);
  CHECK(view.row.interest_accrued == 0);
  must(book->close_through(day("2026-02-28")));
  verified(*book);
}

TEST_CASE("Another rate, more rows, another due day, a deferral") {
  auto book = book_after_first_row();
  must(book->record(change({.kind = Kind::change_rate, .rate = "6%"})));
  LoanView view = must(book->loan("L"));
  // 11,053.81 x 0.5 %.
  CHECK(view.due[0].interest == 55'27);
  must(book->record(change({.kind = Kind::extend, .rows = 4})));
  view = must(book->loan("L"));
  CHECK(view.due.size() == 15);
  must(book->record(change({.kind = Kind::defer, .rows = 2, .choice = "pay"})));
  view = must(book->loan("L"));
  CHECK(view.due.size() == 17);
  CHECK(view.due[0].principal == 0);
  CHECK(view.due[0].interest == 55'27);
  must(book->record(change({.kind = Kind::move_due_date, .rows = 15})));
  view = must(book->loan("L"));
  CHECK(money::to_text(view.due[0].due).substr(8) == "15");
  CHECK(view.row.principal == 11'053'81);
  must(book->close_through(day("2026-06-30")));
  verified(*book);
}

TEST_CASE("A repayment dated before a change leaves the change in place") {
  auto book = book_after_first_row();
  must(book->record(change({.kind = Kind::prepay, .amount = "5053.81", .choice = "reduce"})));
  must(book->close_through(day("2026-02-10")));
  const Recorded late =
      must(book->record({.event = Repay{"100.00"}, .loan = "L", .value_date = day("2026-01-20")}));
  CHECK(late.receipt.movements.size() >= 2);
  must(book->record({.event = Reverse{late.receipt.sequence}, .loan = "L"}));
  const LoanView view = must(book->loan("L"));
  CHECK(view.row.principal == 6'000'00);
  verified(*book);
}

}  // namespace
}  // namespace loanbook::test
