// Quality of loans: non-accrual, materiality, categories given and computed, the customer's other
// loans.

#include <map>

#include "ledger/support.hpp"

namespace loanbook::test {
namespace {

std::int64_t role(const LoanView& view, Role role) {
  return view.balances[static_cast<std::size_t>(role)];
}

Command operate(Kind kind, Operation operation = {}) {
  operation.kind = kind;
  return {.event = std::move(operation), .loan = "L"};
}

/// 12,000.00 in two equal parts at 18 % by ACT/360, due on 31 January and 2 March 2026 (30 days
/// each): interest 180.00 and 90.00. No penalty, so what accrues is seen at a glance.
Product two_rows() {
  Product product = product_of(schedule::Method::equal_principal, "p");
  product.basis = schedule::InterestBasis::daily;
  product.frequency = {schedule::PeriodUnit::day, 30};
  product.installments_default = 2;
  product.penalty_multiplier_e4 = 0;
  product.compound = CompoundRate::none;
  product.grace_days = 0;
  product.quality.non_accrual_days = 90;
  return product;
}

std::unique_ptr<Book> book_of(const Product& product) {
  auto book = new_book("2026-01-01");
  must(book->record(publish(product)));
  must(book->record(lend("L", "p", "12000.00")));
  return book;
}

void check_suspended(const LoanView& view, std::int64_t minor) {
  CHECK(view.row.non_accrual == (minor != 0));
  CHECK(role(view, Role::memo_interest) == minor);
  CHECK(role(view, Role::memo_contra) == -minor);
  CHECK(role(view, Role::interest_suspended) == -minor);
  CHECK(role(view, Role::income_suspended) == minor);
}

TEST_CASE("On the 91st day past due interest leaves income for the memorandum", "[quality]") {
  auto book = book_of(two_rows());
  // Due on 31 January: 1 May is day 90, 2 May is day 91.
  must(book->close_through(day("2026-04-30")));
  check_suspended(must(book->loan("L")), 0);
  must(book->close_through(day("2026-05-01")));
  LoanView view = must(book->loan("L"));
  CHECK(view.row.dpd == 91);
  check_suspended(view, 270'00);
  CHECK(role(view, Role::interest_receivable) == 270'00);  // the borrower owes it as before
  CHECK(role(view, Role::interest_income) == -270'00);
  verified(*book);

  // What comes in is income as it comes: fees, interest and principal of the first row.
  must(book->record(pay("L", "100.00")));
  check_suspended(must(book->loan("L")), 170'00);
  must(book->record(pay("L", "6080.00")));
  view = must(book->loan("L"));
  CHECK(view.row.dpd == 61);
  check_suspended(view, 90'00);  // still: something is past due
  must(book->record(pay("L", "90.00")));
  // Interest of the second row has come in; its principal has not.
  view = must(book->loan("L"));
  CHECK(view.row.non_accrual);
  CHECK(role(view, Role::memo_interest) == 0);
  must(book->record(pay("L", "6000.00")));
  CHECK_FALSE(must(book->loan("L")).row.non_accrual);
  verified(*book);
}

TEST_CASE("Learnt late, a payment takes the whole of non-accrual back", "[quality]") {
  Product product = two_rows();
  product.penalty_multiplier_e4 = 15'000;
  auto late = book_of(product);
  must(late->close_through(day("2026-05-20")));
  CHECK(role(must(late->loan("L")), Role::memo_interest) > 0);
  Command command = pay("L", "6180.00");
  command.value_date = day("2026-01-31");
  must(late->record(command));
  auto in_time = book_of(product);
  must(in_time->close_through(day("2026-01-30")));
  must(in_time->record(pay("L", "6180.00")));
  must(in_time->close_through(day("2026-05-20")));
  CHECK(must(late->loan("L")).balances == must(in_time->loan("L")).balances);
  check_suspended(must(late->loan("L")), 0);
  verified(*late);
}

TEST_CASE("What runs on while interest is suspended is memorandum from the first day",
          "[quality]") {
  Product product = product_of(schedule::Method::revolving, "p");
  product.grace_days = 0;
  product.quality.non_accrual_days = 90;
  auto book = book_of(product);
  must(book->record(operate(Kind::non_accrual, {.choice = "yes", .code = "bankrupt"})));
  must(book->close_through(day("2026-01-10")));
  check_suspended(must(book->loan("L")), 60'00);
  must(book->close_through(day("2026-01-20")));
  check_suspended(must(book->loan("L")), 120'00);
  verified(*book);
  must(book->record(operate(Kind::non_accrual, {.choice = "rule"})));
  check_suspended(must(book->loan("L")), 0);
  must(book->close_through(day("2026-01-30")));
  CHECK(role(must(book->loan("L")), Role::interest_accrued) == 180'00);
  verified(*book);
}

TEST_CASE("Charged off while suspended: interest leaves income, no expense", "[quality]") {
  auto book = book_of(two_rows());
  must(book->close_through(day("2026-05-10")));
  must(book->record(operate(Kind::charge_off)));
  const LoanView view = must(book->loan("L"));
  CHECK(role(view, Role::interest_income) == 0);
  CHECK(role(view, Role::charge_off_interest) == 0);
  CHECK(role(view, Role::charge_off_expense) == 12'000'00);
  CHECK(role(view, Role::income_suspended) == 0);
  must(book->close_through(day("2026-06-10")));
  verified(*book);
}

TEST_CASE("Returned by event only, where the product says so", "[quality]") {
  Product product = two_rows();
  product.quality.accrual_return = AccrualReturn::by_event;
  product.installments_default = 5;  // the last falls due on 31 May
  auto book = book_of(product);
  must(book->close_through(day("2026-05-10")));
  // Four rows of 2,400.00 with 180.00, 144.00, 108.00 and 72.00: nothing is past due any more.
  must(book->record(pay("L", "10104.00")));
  CHECK(must(book->loan("L")).row.non_accrual);
  CHECK(must(book->loan("L")).row.dpd == 0);
  CHECK(role(must(book->loan("L")), Role::memo_interest) == 12'00);  // 10 of 30 days of 36.00
  must(book->record(operate(Kind::non_accrual, {.choice = "rule"})));
  CHECK_FALSE(must(book->loan("L")).row.non_accrual);
  verified(*book);
}

TEST_CASE("What is immaterial does not count as days past due", "[quality]") {
  Product product = two_rows();
  product.quality.materiality_minor = 100'00;
  auto book = book_of(product);
  must(book->close_through(day("2026-01-30")));
  must(book->record(pay("L", "6080.01")));
  must(book->close_through(day("2026-02-20")));
  LoanView view = must(book->loan("L"));
  CHECK(view.row.dpd == 21);
  CHECK(view.row.reported_dpd == 0);
  CHECK(view.row.bucket == "M0");
  // The second row adds to it: all days count.
  must(book->close_through(day("2026-03-02")));
  view = must(book->loan("L"));
  CHECK(view.row.reported_dpd == 31);
  CHECK(view.row.bucket == "M2");
  CHECK(must(book->standing("L")).counted_days == 0);  // it keeps no table
  verified(*book);
}

TEST_CASE("The official category is a fact beside the computed one", "[quality]") {
  auto book = book_of(two_rows());
  const auto given = must(book->record(operate(Kind::classify, {.choice = "doubtful"})));
  must(book->close_through(day("2026-02-05")));
  LoanView view = must(book->loan("L"));
  CHECK(view.row.official == "doubtful");
  CHECK(view.row.category == "special mention");
  CHECK(view.row.among == "doubtful");
  must(book->record(operate(Kind::classify, {.choice = "none"})));
  CHECK(must(book->loan("L")).row.official.empty());
  CHECK(must(book->loan("L", day("2026-02-01"))).row.official == "doubtful");
  must(book->record({.event = Reverse{given.receipt.sequence}}));
  CHECK(must(book->loan("L", day("2026-02-01"))).row.official.empty());
  verified(*book);
}

TEST_CASE("Loans of one customer share a category as their product says", "[quality]") {
  Product own = two_rows();
  own.id = "own";
  Product worst = two_rows();
  worst.id = "worst";
  worst.quality.customer = CustomerRule::worst;
  Product part = two_rows();
  part.id = "part";
  part.quality.customer = CustomerRule::part;
  part.quality.customer_part_e6 = 100'000;
  auto store = storage::memory::make_memory_store();
  must_ok(Book::init(*store, "CNY", day("2026-01-01")));
  auto book = must(Book::open(std::move(store)));
  for (const Product& product : {own, worst, part}) must(book->record(publish(product)));
  const auto open = [&](const char* loan, const char* product, const char* amount,
                        const char* party) {
    must(book->record(
        {.event = OpenAndDisburse{{.product = product, .amount = amount, .party = party}},
         .loan = loan}));
  };
  open("A", "own", "1000.00", "c-1");
  open("B", "worst", "5000.00", "c-1");
  open("C", "part", "4000.00", "c-1");
  open("D", "worst", "5000.00", "c-2");
  open("E", "worst", "5000.00", "");
  must(book->record(
      {.event = Operation{.kind = Kind::classify, .choice = "doubtful"}, .loan = "A"}));
  const auto among = [&](const char* loan) { return must(book->loan(loan)).row.among; };
  CHECK(among("A") == "doubtful");
  CHECK(among("B") == "doubtful");
  CHECK(among("C") == "normal");  // 1,000.00 of 10,000.00: not more than 10 %
  CHECK(among("D") == "normal");
  CHECK(among("E") == "normal");
  must(book->record({.event = Repay{"0.01"}, .loan = "C"}));  // held: no principal less
  CHECK(among("C") == "normal");
  must(book->close_through(day("2026-01-30")));
  must(book->record({.event = Repay{"2060.00"}, .loan = "C"}));
  CHECK(among("C") == "substandard");  // of 8,000.00
  std::map<std::string, std::string> rows;
  must_ok(book->portfolio(std::nullopt, [&](const PortfolioRow& row) {
    rows[row.loan] = row.among + " " + row.party;
    return true;
  }));
  CHECK(rows["B"] == "doubtful c-1");
  CHECK(rows["C"] == "substandard c-1");
  CHECK(rows["E"] == "normal ");
  must(book->close_through(day("2026-01-31")));
  must_ok(book->close());
}

TEST_CASE("A product's rules of quality have one encoding, and others keep theirs", "[quality]") {
  Product product = two_rows();
  product.quality = {.materiality_minor = 500,
                     .non_accrual_days = 60,
                     .accrual_return = AccrualReturn::by_event,
                     .customer = CustomerRule::part,
                     .customer_part_e6 = 100'000};
  const std::string bytes = encode(product);
  CHECK(must(decode_product(bytes)) == product);
  for (std::size_t size = 0; size < bytes.size(); ++size)
    CHECK_FALSE(decode_product(std::string_view(bytes).substr(0, size)).has_value());
  product.quality.customer = CustomerRule::own;
  CHECK(error_id(Result<int>{check(product).error()}) == "product.customer");
  product.quality = {.non_accrual_days = 5'000};
  CHECK(error_id(Result<int>{check(product).error()}) == "product.non_accrual");
  product.quality = {.materiality_minor = -1};
  CHECK(error_id(Result<int>{check(product).error()}) == "product.materiality");
}

}  // namespace
}  // namespace loanbook::test
