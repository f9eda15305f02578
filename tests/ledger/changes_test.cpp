// Changes of a running plan, through the book. Figures by the closed form of the annuity, worked in
// fractions by hand.

#include "ledger/support.hpp"
#include "loanbook/money/limits.hpp"

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
  std::string explained;
  for (const ExplainLine& line : must(book->explain("L", day("2026-02-01"))))
    explained += line.figure + ": " + line.amount + " " + line.formula + "\n";
  INFO(explained);
  CHECK(explained.find("installment 2 by plan: 578.72 CNY planned anew by entry") !=
        std::string::npos);
  CHECK(explained.find("repays 6000.00 over 11 rows") != std::string::npos);
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

/// A purchase in 12 parts of 1,000.00 with a fee of 72.00 each, that may be paid in advance.
std::unique_ptr<Book> card_book() {
  auto book = new_book();
  Product product = product_of(schedule::Method::equal_principal, "card");
  product.rate_default = money::Rate::of_e12(0);
  product.penalty_multiplier_e4 = 0;
  product.grace_days = 0;
  product.plan.fee_rate = money::Rate::of_e12(6'000'000'000);  // 0.6 %
  product.servicing.emplace();
  must(book->record(publish(product)));
  must(book->record(lend("L", "card", "12000.00")));
  return book;
}

/// What the rows ask for and was not paid is what the loan owes, fee by fee.
void table_is_whole(const Book& book, std::int64_t principal, std::int64_t fee) {
  const InstallmentTable table = must(book.installments("L"));
  CHECK(table.total.unpaid.principal == principal);
  CHECK(table.total.unpaid.fee == fee);
  CHECK(must(book.loan("L")).row.principal == principal);
}

TEST_CASE("Fees of the rows go on once after an early repayment") {
  auto book = card_book();
  must(book->close_through(day("2026-01-31")));
  must(book->record(pay("L", "1072.00")));
  must(book->record(change({.kind = Kind::prepay, .amount = "5500.00", .choice = "reduce"})));
  // 11 rows of 500.00, each with its 72.00.
  table_is_whole(*book, 5'500'00, 11 * 72'00);
  CHECK(must(book->installments("L")).rows.back().demanded.total() == 572'00);
  must(book->close_through(day("2026-04-30")));
  verified(*book);

  // Fewer rows, fewer fees: those of rows that fall away are not asked for.
  book = card_book();
  must(book->close_through(day("2026-01-31")));
  must(book->record(pay("L", "1072.00")));
  must(book->record(change({.kind = Kind::prepay, .amount = "5500.00", .choice = "shorten"})));
  table_is_whole(*book, 5'500'00, 6 * 72'00);

  book = card_book();
  must(book->close_through(day("2026-01-31")));
  must(book->record(pay("L", "1072.00")));
  must(book->record(change({.kind = Kind::extend, .rows = 11})));
  table_is_whole(*book, 11'000'00, 22 * 72'00);
  must(book->close_through(day("2026-05-31")));
  verified(*book);
}

TEST_CASE("What was paid in advance is not asked for again after a change") {
  auto book = card_book();
  must(book->close_through(day("2026-01-10")));
  // 1,072.00 of the first row, and the second's fee with 428.00 of its principal.
  must(book->record(pay("L", "1572.00")));
  table_is_whole(*book, 10'572'00, 10 * 72'00);
  must(book->record(change({.kind = Kind::prepay, .amount = "5000.00", .choice = "reduce"})));
  table_is_whole(*book, 5'572'00, 10 * 72'00);
  must(book->close_through(day("2026-05-31")));
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

TEST_CASE("Another rate counts from its day only, also when an earlier day changes later") {
  for (const bool table : {true, false}) {
    auto book = new_book();
    Product product =
        product_of(table ? schedule::Method::level : schedule::Method::revolving, "level");
    product.rate_default = money::Rate::of_e12(120'000'000'000);
    product.day_count = schedule::DayCount::thirty_360;
    must(book->record(publish(product)));
    must(book->record(lend("L", "level", "12000.00")));
    must(book->close_through(day("2026-01-31")));
    must(book->record(change({.kind = Kind::change_rate, .rate = "24%"})));
    must(book->close_through(day("2026-02-10")));
    must(book->record({.event = Repay{"0.01"}, .loan = "L", .value_date = day("2026-01-01")}));
    // A month of 12,000.00 at 12 %; the hundredth paid on the first day bears none of it.
    const LoanView then = must(book->loan("L", day("2026-02-01")));
    CHECK(then.balances[static_cast<std::size_t>(Role::interest_income)] == -120'00);
    CHECK(then.rate == "0.24");
    CHECK(must(book->loan("L", day("2026-01-31"))).rate == "0.12");
    verified(*book);
  }
}

TEST_CASE("A loan of hundreds of events is corrected like any other") {
  auto book = new_book();
  Product product = product_of(schedule::Method::revolving, "level");
  must(book->record(publish(product)));
  must(book->record(lend("L", "level", "12000.00")));
  std::vector<std::uint64_t> recorded;
  for (int day = 1; day < 300; ++day) {
    must(book->close_through(test::day("2026-01-01") + date::days{day - 1}));
    for (int i = 0; i < 2; ++i)
      recorded.push_back(must(book->record(pay("L", "1.01"))).receipt.sequence);
    Command late = pay("L", "0.50");
    late.value_date = test::day("2026-01-01") + date::days{day * (day % 7) / 7};
    if (day % 3 == 0) recorded.push_back(must(book->record(late)).receipt.sequence);
    // A preview, a batch that fails and a reversal leave nothing behind that a later one meets.
    if (day % 5 == 0) must(book->preview(late));
    if (day % 11 == 0) {
      const std::vector<Command> batch{late, late, pay("nobody", "1.00")};
      CHECK(error_id(book->record_batch(batch)) == "loan.unknown");
    }
    if (day % 13 == 0) {
      must(book->record({.event = Reverse{recorded.at(recorded.size() * 2 / 3)}}));
      recorded.erase(recorded.begin() + static_cast<std::ptrdiff_t>(recorded.size() * 2 / 3));
    }
  }
  CHECK(must(book->loan("L")).version > money::limits::long_history_entries * 2);
  verified(*book);
  const LoanView before = must(book->loan("L"));
  must_ok(book->rebuild());
  CHECK(must(book->loan("L")).balances == before.balances);
  verified(*book);
}

}  // namespace
}  // namespace loanbook::test
