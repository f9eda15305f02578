// Statements: what was owed before, plus every line, is what is owed at the end, part by part, and
// one period begins where the one before it ended.

#include <random>

#include "ledger/support.hpp"

namespace loanbook::test {
namespace {

OwedParts plus(const OwedParts& a, const OwedParts& b) {
  return {a.principal + b.principal, a.interest + b.interest, a.fees + b.fees,
          a.penalty + b.penalty, a.held + b.held};
}

void adds_up(const Statement& statement) {
  OwedParts sum = statement.opening;
  for (const StatementLine& line : statement.lines) {
    sum = plus(sum, line.change);
    CHECK(line.balance == sum.owed());
    CHECK(line.day >= statement.from);
  }
  CHECK(sum == statement.closing);
}

}  // namespace

TEST_CASE("a statement of a plain loan reads as the contract does", "[statement]") {
  auto book = new_book();
  Product product = level_product();
  product.grace_days = 0;
  must(book->record(publish(product)));
  must(book->record(lend("L", "level", "12000")));
  must(book->close_through(day("2026-02-09")));
  Command late = pay("L", "1100.16");
  late.value_date = day("2026-02-01");
  late.reason = "bank file";
  const Recorded paid = must(book->record(late));
  const Statement statement = must(book->statement("L", day("2026-01-01"), day("2026-02-09")));
  adds_up(statement);
  REQUIRE(statement.lines.size() == 5);
  // 12,000.00 x 18% / 12 = 180.00 for January; 11,079.84 x 18% / 12 x 9/28 = 53.42 for nine days.
  CHECK(statement.lines[1].change.interest == 180'00);
  CHECK(statement.lines[2].what == StatementLine::What::due);
  CHECK(statement.lines[2].amount == 1100'16);
  CHECK(statement.lines[3].booked == day("2026-02-10"));
  CHECK(statement.lines[3].reason == "bank file");
  CHECK(statement.lines[3].change.principal == -920'16);
  CHECK(statement.lines[4].change.interest == 53'42);
  CHECK(statement.paid == 1100'16);
  CHECK(statement.closing.owed() == must(book->loan("L")).payoff);

  // As it was known before the payment came, and after it was taken out again.
  const auto before =
      must(book->statement("L", day("2026-01-01"), day("2026-02-09"), paid.receipt.sequence - 1));
  CHECK(before.paid == 0);
  CHECK(before.days_past_due == 9);
  must(book->record({.event = Reverse{paid.receipt.sequence}, .loan = "L"}));
  const auto after = must(book->statement("L", day("2026-01-01"), day("2026-02-09")));
  CHECK(after.closing == before.closing);
  REQUIRE(after.reversed.size() == 1);
  CHECK(after.reversed[0].amount == 1100'16);

  CHECK(error_id(book->statement("L", day("2026-02-02"), day("2026-02-01"))) == "statement.period");
  CHECK(error_id(book->statement("L", {}, day("2026-02-11"))) == "statement.future");
  CHECK(error_id(book->statement("M")) == "loan.unknown");
}

TEST_CASE("statements of random loans add up and follow each other", "[statement]") {
  std::mt19937 dice(20260215);
  const auto roll = [&](unsigned most) { return dice() % most; };
  for (int loan = 0; loan < 30; ++loan) {
    auto book = new_book();
    const schedule::Method methods[] = {schedule::Method::level, schedule::Method::revolving,
                                        schedule::Method::interest_first,
                                        schedule::Method::equal_principal};
    Product product = product_of(methods[loan % 4], "p");
    must(book->record(publish(product)));
    must(book->record(lend("L", "p", "5000")));
    const Day begin = day("2026-01-01");
    for (int night = 0; night < 120; night += 1 + static_cast<int>(roll(9))) {
      must(book->close_through(begin + date::days{night}));
      if (roll(3) != 0) continue;
      Command command = pay("L", std::to_string(1 + roll(900)));
      command.value_date = begin + date::days{static_cast<int>(roll(unsigned(night) + 1))};
      const auto recorded = book->record(command);
      if (!recorded) CHECK(recorded.error().id == "loan.closed");
    }
    const Day end = book->status().business_date;
    const auto length = static_cast<unsigned>((end - begin).count());
    for (int i = 0; i < 20; ++i) {
      const Day middle = begin + date::days{static_cast<int>(1 + roll(length - 1))};
      const Statement first = must(book->statement("L", begin, middle - date::days{1}));
      const Statement second = must(book->statement("L", middle, end - date::days{1}));
      adds_up(first);
      adds_up(second);
      CHECK(first.closing == second.opening);
      CHECK(first.opening == OwedParts{});
      CHECK(second.closing.owed() == must(book->statement("L")).closing.owed());
    }
    const LoanView now = must(book->loan("L"));
    const Statement whole = must(book->statement("L", begin, end));
    CHECK(whole.closing.owed() == now.payoff);
    CHECK(whole.days_past_due == now.row.dpd);
  }
}

}  // namespace loanbook::test
