// The late life of loans that keep no table of installments from the start: revolving ones and
// plain plans. The first operation makes the table, and changes nothing but what it says.

#include <random>

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

/// Daily interest of 12,000.00 at 18 % by ACT/360: 6.00 a day; due 12 months later.
std::unique_ptr<Book> drawn_book() {
  auto book = new_book("2026-01-01");
  must(book->record(publish(product_of(schedule::Method::revolving, "draw"))));
  must(book->record(lend("L", "draw", "12000.00")));
  return book;
}

struct Figures {
  Balances balances{};
  LoanStatus status{};
  std::int32_t dpd = 0;
  std::string bucket;
  std::int64_t payoff = 0;
  bool operator==(const Figures&) const = default;
};

std::ostream& operator<<(std::ostream& out, const Figures& figures) {
  out << to_text(figures.status) << " dpd " << figures.dpd << " " << figures.bucket << " payoff "
      << figures.payoff << ":";
  for (std::size_t i = 0; i < figures.balances.size(); ++i) {
    if (figures.balances[i] != 0)
      out << " " << to_text(static_cast<Role>(i)) << " " << figures.balances[i];
  }
  return out;
}

Figures figures_of(const Book& book) {
  const LoanView view = must(book.loan("L"));
  return {view.balances, view.row.status, view.row.reported_dpd, view.row.bucket, view.payoff};
}

/// Random payments, some of the past, some taken back; with an operation that says nothing of money
/// before them, or without.
std::vector<Figures> payments(std::uint32_t seed, bool with_table) {
  std::mt19937 dice(seed);
  const auto roll = [&dice](int least, int most) {
    return least + static_cast<int>(dice() % static_cast<unsigned>(most - least + 1));
  };
  Product product = product_of(
      roll(0, 1) == 0 ? schedule::Method::revolving : schedule::Method::equal_principal, "p");
  product.basis = schedule::InterestBasis::daily;
  product.frequency = {schedule::PeriodUnit::day, static_cast<std::uint16_t>(roll(10, 30))};
  product.installments_default = static_cast<std::uint32_t>(roll(1, 5));
  if (roll(0, 2) == 0) product.prepayment = Prepayment::hold;
  if (roll(0, 2) == 0) product.allocation.when_late = {20, {}};
  const int table_on = roll(0, 60);
  auto book = new_book("2026-01-01");
  must(book->record(publish(product)));
  must(book->record(lend("L", "p", "1000.00")));
  const Day start = day("2026-01-01");
  std::vector<Figures> figures;
  std::vector<std::uint64_t> done;
  bool marked = false;
  for (int at = 0; at < 130; at += roll(1, 12)) {
    if (at > 0) must(book->close_through(start + date::days{at - 1}));
    if (with_table && !marked && at >= table_on) {
      marked = true;
      REQUIRE(book->record(operate(Kind::mark_fraud, {.choice = "no"})));
    }
    // A closed loan with a table holds what comes in; without one it refuses it.
    if (must(book->loan("L")).row.status == LoanStatus::closed) break;
    Command command = pay("L", std::to_string(roll(1, 500)) + ".37");
    const int what = roll(0, 9);
    if (what == 0 && !done.empty()) {
      command = {.event = Reverse{done.back()}};
      done.pop_back();
    } else if (what == 1) {
      command.value_date = start + date::days{roll(0, at)};
    }
    const auto recorded = book->record(command);
    if (recorded && what != 0) done.push_back(recorded->receipt.sequence);
    figures.push_back(figures_of(*book));
  }
  must(book->close_through(start + date::days{160}));
  figures.push_back(figures_of(*book));
  verified(*book);
  return figures;
}

TEST_CASE("The first operation on a loan changes nothing but what it says", "[late]") {
  for (std::uint32_t seed = 1; seed <= 120; ++seed) {
    INFO("seed " << seed);
    // Marked as no fraud or never marked: not one figure differs.
    const std::vector<Figures> plain = payments(seed, false);
    const std::vector<Figures> table = payments(seed, true);
    REQUIRE(table.size() == plain.size());
    for (std::size_t i = 0; i < plain.size(); ++i) {
      INFO("step " << i);
      REQUIRE(table[i] == plain[i]);
    }
  }
}

TEST_CASE("A revolving loan is charged off, and earns nothing any more", "[late]") {
  auto book = drawn_book();
  must(book->close_through(day("2026-01-30")));
  const auto off = must(book->record(operate(Kind::charge_off, {.code = "lost"})));
  LoanView view = must(book->loan("L"));
  CHECK(role(view, Role::charge_off_expense) == 12'000'00);
  CHECK(role(view, Role::charge_off_interest) == 180'00);
  CHECK(role(view, Role::principal) == 0);
  must(book->close_through(day("2026-03-01")));
  view = must(book->loan("L"));
  CHECK(role(view, Role::interest_income) == -180'00);
  must(book->record(pay("L", "1000.00")));
  CHECK(role(must(book->loan("L")), Role::recovery_income) == -1'000'00);
  CHECK(must(book->standing("L")).owed == 11'180'00);
  verified(*book);

  // Undone: as if it had never been; the payment of 2 March lowers interest, then principal.
  must(book->record({.event = Reverse{off.receipt.sequence}}));
  view = must(book->loan("L"));
  CHECK(role(view, Role::recovery_income) == 0);
  CHECK(role(view, Role::interest_accrued) == 0);
  CHECK(role(view, Role::principal) == 12'000'00 - (1'000'00 - 60 * 6'00));
  verified(*book);
}

TEST_CASE("A revolving loan is written off, and money on it is a recovery", "[late]") {
  auto book = drawn_book();
  must(book->close_through(day("2026-01-10")));
  must(book->record(operate(Kind::write_off)));
  CHECK(role(must(book->loan("L")), Role::write_off_expense) == 12'060'00);
  must(book->record(operate(Kind::recover, {.amount = "50.00"})));
  const LoanView view = must(book->loan("L"));
  CHECK(role(view, Role::recovery_income) == -50'00);
  CHECK(view.row.status == LoanStatus::written_off);
  must(book->close_through(day("2026-02-10")));
  verified(*book);
}

TEST_CASE("A payment on a revolving loan that is taken back is drawn again", "[late]") {
  auto book = drawn_book();
  must(book->close_through(day("2026-01-10")));
  const auto paid = must(book->record(pay("L", "6060.00")));  // 60.00 interest, half the principal
  CHECK(role(must(book->loan("L")), Role::principal) == 6'000'00);
  must(book->close_through(day("2026-01-20")));  // 3.00 a day
  CHECK(error_id(book->record(
            operate(Kind::chargeback, {.amount = "6060.01", .of = paid.receipt.sequence}))) ==
        "payment.too_much");
  must(book->record(operate(Kind::chargeback, {.amount = "6000.00", .of = paid.receipt.sequence})));
  CHECK(role(must(book->loan("L")), Role::interest_accrued) == 30'00);
  must(book->close_through(day("2026-01-30")));  // 6.00 a day again
  const LoanView view = must(book->loan("L"));
  CHECK(role(view, Role::principal) == 12'000'00);
  CHECK(role(view, Role::interest_accrued) == 90'00);
  verified(*book);
}

TEST_CASE("A settled revolving loan runs on when its payment is taken back", "[late]") {
  auto book = drawn_book();
  must(book->close_through(day("2026-01-10")));
  const auto paid = must(book->record(pay("L", "12060.00")));
  CHECK(must(book->loan("L")).row.status == LoanStatus::closed);
  must(book->close_through(day("2026-01-20")));
  must(
      book->record(operate(Kind::chargeback, {.amount = "12060.00", .of = paid.receipt.sequence})));
  LoanView view = must(book->loan("L"));
  CHECK(view.row.status == LoanStatus::active);
  CHECK(role(view, Role::principal) == 12'060'00);
  must(book->close_through(day("2026-01-30")));
  view = must(book->loan("L"));
  CHECK(role(view, Role::interest_accrued) == 60'30);  // 12,060.00 x 18 % / 360 x 10
  CHECK(view.row.next_due == day("2027-01-01"));
  verified(*book);
}

TEST_CASE("What a revolving loan takes besides: fee, waiver, refund, rate, maturity", "[late]") {
  auto book = drawn_book();
  must(book->close_through(day("2026-01-10")));
  must(book->record(operate(Kind::charge, {.amount = "15.00", .code = "late"})));
  must(book->record(operate(Kind::waive_interest, {.amount = "10.00"})));
  LoanView view = must(book->loan("L"));
  CHECK(role(view, Role::interest_accrued) == 50'00);
  CHECK(view.payoff == 12'065'00);
  must(book->record(operate(Kind::change_rate, {.rate = "9%"})));  // 3.00 a day
  must(book->close_through(day("2026-01-20")));
  view = must(book->loan("L"));
  CHECK(role(view, Role::interest_accrued) == 80'00);
  CHECK(role(view, Role::fee_receivable) == 15'00);
  must(book->record(pay("L", "115.00")));  // the fee, the interest, 20.00 of principal
  view = must(book->loan("L"));
  CHECK(role(view, Role::fee_receivable) == 0);
  CHECK(role(view, Role::principal) == 11'980'00);
  must(book->record(operate(Kind::goodwill, {.amount = "80.00"})));
  must(book->record(operate(Kind::refund, {.amount = "100.00"})));
  view = must(book->loan("L"));
  CHECK(role(view, Role::principal) == 12'000'00);
  must(book->record(operate(Kind::extend, {.rows = 2})));
  CHECK(must(book->loan("L")).row.next_due == day("2027-03-01"));
  CHECK(error_id(book->record(operate(Kind::reamortize))) == "operation.needs_installments");
  CHECK(error_id(book->record(operate(Kind::change_rate, {.rate = "200%"}))) ==
        "terms.rate_outside_product");
  must(book->close_through(day("2027-04-10")));
  view = must(book->loan("L"));
  CHECK(view.row.dpd == 41);
  CHECK(role(view, Role::principal_overdue) == 12'000'00);
  verified(*book);
  CHECK(error_id(book->record(operate(Kind::extend, {.rows = 2}))) == "operation.no_rows_to_come");
}

TEST_CASE("A charge before the pay-out waits for it, whatever the product", "[late]") {
  for (const auto method : {schedule::Method::revolving, schedule::Method::level}) {
    auto book = new_book("2026-01-01");
    must(book->record(publish(product_of(method, "p"))));
    must(book->record({.event = OpenLoan{.product = "p", .amount = "1000.00"}, .loan = "L"}));
    must(book->record(operate(Kind::charge, {.amount = "5.00"})));
    must(book->record({.event = Disburse{"1000.00"}, .loan = "L"}));
    must(book->close_through(day("2026-02-10")));
    CHECK(must(book->loan("L")).balances[static_cast<std::size_t>(Role::principal)] > 0);
    CHECK(must(book->charges("L")).at(0).unpaid == 5'00);
    verified(*book);
  }
}

TEST_CASE("A settled plan whose payment is taken back bears interest on what is owed again",
          "[late]") {
  Product product = product_of(schedule::Method::equal_principal, "p");
  product.basis = schedule::InterestBasis::daily;
  product.installments_default = 2;
  product.servicing.emplace();
  auto book = new_book("2026-01-01");
  must(book->record(publish(product)));
  must(book->record(lend("L", "p", "1200.00")));
  // Interest by plan: 31 days on 1,200.00 and 28 on 600.00 at 18 %: 18.60 and 8.40.
  const auto paid = must(book->record(pay("L", "1227.00")));
  CHECK(must(book->loan("L")).row.status == LoanStatus::closed);
  must(book->close_through(day("2026-01-11")));
  must(book->record(operate(Kind::chargeback, {.amount = "600.00", .of = paid.receipt.sequence})));
  // Owed again with the row of 1 February: 20 days on 600.00 are 6.00 more.
  must(book->close_through(day("2026-01-31")));
  LoanView view = must(book->loan("L"));
  CHECK(role(view, Role::interest_income) == -33'00);
  CHECK(role(view, Role::interest_receivable) == 6'00);
  must(book->record(pay("L", "606.00")));
  view = must(book->loan("L"));
  CHECK(view.row.status == LoanStatus::closed);
  verified(*book);
}

}  // namespace
}  // namespace loanbook::test
