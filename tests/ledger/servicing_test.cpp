// Loans with a table of installments: figures of the examples were worked by hand.

#include "ledger/support.hpp"

namespace loanbook::test {
namespace {

using schedule::Component;

/// Three parts of 15 days without interest, a quarter paid down.
Product purchase_product() {
  Product p = product_of(schedule::Method::equal_principal, "purchase");
  p.basis = schedule::InterestBasis::daily;
  p.frequency = {schedule::PeriodUnit::day, 15};
  p.installments_default = 3;
  p.rate_default = money::Rate::of_e12(0);
  p.penalty_multiplier_e4 = 0;
  p.compound = CompoundRate::none;
  p.grace_days = 0;
  p.servicing.emplace();
  p.servicing->down_payment_part = {1, 4};
  p.servicing->several_payouts = true;
  return p;
}

Command operation(const std::string& loan, Operation op) {
  return {.event = std::move(op), .loan = loan};
}

std::int64_t role(const LoanView& view, Role role) {
  return view.balances[static_cast<std::size_t>(role)];
}

std::unique_ptr<Book> purchase_book(const std::string& amount) {
  auto book = new_book("2023-01-01");
  must(book->record(publish(purchase_product())));
  must(book->record(lend("L", "purchase", amount)));
  return book;
}

void close_to(Book& book, const char* last) { must(book.close_through(day(last))); }

TEST_CASE("A down payment is due at once, the rest in equal parts") {
  auto book = purchase_book("500.00");
  must(book->record(operation("L", {.kind = Kind::down_payment, .amount = "125.00"})));
  LoanView view = must(book->loan("L"));
  CHECK(view.row.principal == 375'00);
  REQUIRE(view.due.size() == 3);
  CHECK(view.due[0].principal == 125'00);
  CHECK(money::to_text(view.due[0].due) == "2023-01-16");
  close_to(*book, "2023-01-15");
  must(book->record(pay("L", "125.00")));
  close_to(*book, "2023-01-20");
  view = must(book->loan("L"));
  CHECK(view.row.principal == 250'00);
  CHECK(view.row.dpd == 0);
  verified(*book);
}

TEST_CASE("Money beyond what is due pays installments ahead, in the order of the product") {
  Product product = purchase_product();
  product.servicing->merchant_refund = ServicingRules::standard_order();
  product.servicing->merchant_refund->advance = schedule::Advance::spread;
  auto book = new_book("2023-01-01");
  must(book->record(publish(product)));
  must(book->record(lend("L", "purchase", "500.00")));
  close_to(*book, "2023-01-01");
  // 125 down payment past due, 275 over three installments: 91.67, 91.67, 91.66.
  must(book->record(operation("L", {.kind = Kind::merchant_refund, .amount = "400.00"})));
  const LoanView view = must(book->loan("L"));
  REQUIRE(view.due.size() == 3);
  CHECK(view.due[0].principal == 33'33);
  CHECK(view.due[1].principal == 33'33);
  CHECK(view.due[2].principal == 33'34);
  verified(*book);
}

TEST_CASE("A fee is income when it is due, and is owed again when its payment is reversed") {
  auto book = purchase_book("500.00");
  must(book->record(operation(
      "L",
      {.kind = Kind::charge, .amount = "10.00", .from = day("2023-01-10"), .code = "snooze"})));
  CHECK(role(must(book->loan("L")), Role::fee_income) == 0);
  close_to(*book, "2023-01-10");
  CHECK(role(must(book->loan("L")), Role::fee_income) == -10'00);
  const Recorded paid = must(book->record(pay("L", "260.00")));
  // 125 down payment; then the fee and 125 of the first installment.
  CHECK(role(must(book->loan("L")), Role::fee_receivable) == 0);
  CHECK(must(book->loan("L")).row.principal == 250'00);
  must(book->record({.event = Reverse{paid.receipt.sequence}, .loan = "L"}));
  CHECK(role(must(book->loan("L")), Role::fee_receivable) == 10'00);
  CHECK(must(book->loan("L")).row.principal == 500'00);
  verified(*book);
}

TEST_CASE("A chargeback takes money held first and is owed again beyond that") {
  auto book = purchase_book("100.00");
  const Recorded paid = must(book->record(pay("L", "150.00")));
  CHECK(must(book->loan("L")).row.status == LoanStatus::closed);
  CHECK(must(book->loan("L")).row.overpayment == 50'00);
  must(book->record(
      operation("L", {.kind = Kind::chargeback, .amount = "80.00", .of = paid.receipt.sequence})));
  const LoanView view = must(book->loan("L"));
  CHECK(view.row.status == LoanStatus::active);
  CHECK(view.row.overpayment == 0);
  CHECK(view.row.principal == 30'00);
  verified(*book);
}

TEST_CASE("A charge-off takes the claim off the books, the borrower owes it as before") {
  auto book = purchase_book("100.00");
  must(book->record(pay("L", "40.00")));
  must(book->record(operation("L", {.kind = Kind::charge_off})));
  LoanView view = must(book->loan("L"));
  CHECK(role(view, Role::charge_off_expense) == 60'00);
  CHECK(role(view, Role::principal) == 0);
  must(book->record(pay("L", "20.00")));
  view = must(book->loan("L"));
  CHECK(role(view, Role::recovery_income) == -20'00);
  close_to(*book, "2023-02-28");
  verified(*book);
}

TEST_CASE("A second pay-out raises the installments that are not due yet") {
  Product product = purchase_product();
  product.servicing->down_payment_part = {0, 1};
  product.servicing->over_approved_e4 = 5'000;
  auto book = new_book("2023-01-01");
  must(book->record(publish(product)));
  must(book->record({.event = OpenLoan{.product = "purchase", .amount = "300.00"}, .loan = "L"}));
  must(book->record({.event = Disburse{"300.00"}, .loan = "L"}));
  close_to(*book, "2023-01-16");
  must(book->record({.event = Disburse{"100.00"}, .loan = "L"}));
  const LoanView view = must(book->loan("L"));
  REQUIRE(view.due.size() == 3);
  CHECK(view.due[0].principal == 100'00);
  CHECK(view.due[1].principal == 150'00);
  CHECK(view.due[2].principal == 150'00);
  CHECK(error_id(book->record({.event = Disburse{"100.00"}, .loan = "L"})) ==
        "loan.amount_over_approved");
  verified(*book);
}

TEST_CASE("Re-ageing and re-amortization move principal between installments") {
  auto book = purchase_book("400.00");
  close_to(*book, "2023-01-20");
  must(book->record(operation("L", {.kind = Kind::reamortize})));
  // 100 down payment and 100 of the first installment go to the two that are left.
  LoanView view = must(book->loan("L"));
  REQUIRE(view.due.size() == 2);
  CHECK(view.due[0].principal == 200'00);
  CHECK(view.row.dpd == 0);
  must(book->record(operation(
      "L", {.kind = Kind::re_age, .rows = 4, .from = day("2023-02-01"), .choice = "month"})));
  view = must(book->loan("L"));
  REQUIRE(view.due.size() == 4);
  CHECK(view.due[3].principal == 100'00);
  CHECK(money::to_text(view.due[3].due) == "2023-05-01");
  close_to(*book, "2023-03-31");
  verified(*book);
}

TEST_CASE("A loan with interest pays ahead, and its night books the same in total") {
  Product product = level_product();
  product.servicing.emplace();
  auto book = new_book();
  must(book->record(publish(product)));
  must(book->record(lend("L", "level", "12000.00")));
  close_to(*book, "2026-01-10");
  must(book->record(pay("L", "3000.00")));
  close_to(*book, "2026-04-30");
  LoanView view = must(book->loan("L"));
  std::int64_t sum = 0;
  for (const std::int64_t minor : view.balances) sum += minor;
  CHECK(sum == 0);
  // 12 installments of 1,100.16, all with their interest: 13,201.92 and a cent or two.
  for (int i = 0; i < 10; ++i) must(book->record(pay("L", "1000.00")));
  must(book->record(pay("L", "300.00")));
  view = must(book->loan("L"));
  CHECK(view.row.status == LoanStatus::closed);
  CHECK(role(view, Role::interest_accrued) == 0);
  verified(*book);
}

/// Three monthly rows of flat interest at 12 %.
Product flat_product() {
  Product p = product_of(schedule::Method::flat, "flat");
  p.installments_default = 3;
  p.rate_default = *money::Rate::parse("12%");
  p.rate_min = money::Rate::of_e12(0);
  p.penalty_multiplier_e4 = 0;
  p.compound = CompoundRate::none;
  p.grace_days = 0;
  p.servicing.emplace();
  return p;
}

TEST_CASE("Rescheduled at another rate, the rows to come bear it on what was planned first") {
  auto book = new_book("2023-07-01");
  must(book->record(publish(flat_product())));
  must(book->record(lend("L", "flat", "3000.00")));
  close_to(*book, "2023-07-04");
  must(book->record(
      operation("L", {.kind = Kind::reschedule, .from = day("2023-09-01"), .rate = "6%"})));
  const InstallmentTable table = must(book->installments("L"));
  REQUIRE(table.rows.size() == 3);
  CHECK(table.rows[0].demanded.interest == 30'00);
  CHECK(table.rows[1].demanded.interest == 15'00);
  CHECK(table.rows[2].demanded.interest == 15'00);
  CHECK(table.rows[2].demanded.principal == 1000'00);
  close_to(*book, "2023-10-05");
  verified(*book);
}

TEST_CASE("Due dates may count from the opening, interest from the pay-out") {
  Product product = flat_product();
  product.servicing->dates_from_opening = true;
  auto book = new_book("2023-01-01");
  must(book->record(publish(product)));
  must(book->record({.event = OpenLoan{.product = "flat", .amount = "3000.00"}, .loan = "L"}));
  close_to(*book, "2023-01-10");
  must(book->record({.event = Disburse{"3000.00"}, .loan = "L"}));
  const InstallmentTable table = must(book->installments("L"));
  REQUIRE(table.rows.size() == 3);
  CHECK(money::to_text(table.rows[0].from) == "2023-01-01");
  CHECK(money::to_text(table.rows[0].due) == "2023-02-01");
  CHECK(money::to_text(table.rows[2].due) == "2023-04-01");
  CHECK(role(must(book->loan("L")), Role::interest_accrued) == 0);
  close_to(*book, "2023-05-01");
  verified(*book);
}

TEST_CASE("A chargeback may be late from its own day once its installment is") {
  for (const bool own_day : {false, true}) {
    Product product = purchase_product();
    product.servicing->down_payment_part = {0, 1};
    product.servicing->chargebacks_late_from_own_day = own_day;
    auto book = new_book("2023-01-01");
    must(book->record(publish(product)));
    must(book->record(lend("L", "purchase", "300.00")));
    close_to(*book, "2023-01-15");
    const auto paid = must(book->record(pay("L", "100.00")));
    close_to(*book, "2023-01-20");
    must(book->record(operation(
        "L", {.kind = Kind::chargeback, .amount = "100.00", .of = paid.receipt.sequence})));
    close_to(*book, "2023-01-31");
    CHECK(must(book->standing("L")).days_past_due == (own_day ? 11 : 1));
    close_to(*book, "2023-02-10");
    // Due on the 31st, taken back on the 21st.
    CHECK(must(book->standing("L")).days_past_due == (own_day ? 21 : 11));
    verified(*book);
  }
}

TEST_CASE("A pause takes off the days it shares with an installment, or all of its days") {
  for (const bool whole : {false, true}) {
    Product product = purchase_product();
    product.servicing->down_payment_part = {0, 1};
    product.servicing->whole_pauses = whole;
    auto book = new_book("2023-01-01");
    must(book->record(publish(product)));
    must(book->record(lend("L", "purchase", "300.00")));
    close_to(*book, "2023-01-09");
    must(book->record(operation(
        "L",
        {.kind = Kind::pause_overdue, .from = day("2023-01-10"), .until = day("2023-01-20")})));
    close_to(*book, "2023-01-29");
    // Due on the 16th: 14 days, of which 4 were paused; the pause has 10.
    CHECK(must(book->standing("L")).counted_days == (whole ? 4 : 10));
    verified(*book);
  }
}

TEST_CASE("Operations are refused where the table of states says so") {
  auto book = purchase_book("100.00");
  CHECK(error_id(book->record(operation("L", {.kind = Kind::recover, .amount = "1.00"}))) ==
        "operation.not_in_this_state");
  CHECK(error_id(book->record(operation("L", {.kind = Kind::goodwill}))) ==
        "operation.field_missing");
  CHECK(error_id(book->record(operation("L", {.kind = Kind::charge}))) == "charge.amount");
  CHECK(error_id(book->record(operation("L", {.kind = Kind::charge_off, .amount = "1.00"}))) ==
        "operation.field_unexpected");
  CHECK(error_id(
            book->record(operation("L", {.kind = Kind::chargeback, .amount = "1.00", .of = 2}))) ==
        "operation.target_unknown");
  must(book->record(operation("L", {.kind = Kind::write_off, .code = "uncollectable"})));
  CHECK(must(book->loan("L")).row.status == LoanStatus::written_off);
  must(book->record(operation("L", {.kind = Kind::recover, .amount = "1.00"})));
  close_to(*book, "2023-01-31");
  verified(*book);
}

TEST_CASE("An installment that was paid with its penalty interest is paid, to the cent") {
  auto book = new_book("2026-01-01");
  Product product = level_product();
  product.servicing.emplace();
  must(book->record(publish(product)));
  must(book->record(lend("L", "level", "1200.00")));
  must(book->close_through(day("2026-02-20")));
  const LoanView late = must(book->loan("L"));
  std::int64_t due = 0;
  for (const DueView& one : late.due)
    due += one.due <= day("2026-02-21") ? one.principal + one.interest + one.penalty + one.compound
                                        : 0;
  CHECK(late.row.penalty > 0);
  must(book->record(pay("L", money::text_of_minor(due, 2))));
  const InstallmentTable table = must(book->installments("L"));
  CHECK(table.rows.front().unpaid.total() == 0);
  CHECK(table.rows.front().paid.total() == due);
  CHECK(must(book->standing("L")).owed == table.total.unpaid.total());
  CHECK(table.total.unpaid.principal == must(book->loan("L")).row.principal);
}

}  // namespace
}  // namespace loanbook::test
