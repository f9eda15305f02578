// Every product of examples/products: a loan is lent, paid on time and late, and closed night by
// night for ninety days.

#include <catch2/catch.hpp>
#include <filesystem>

#include "loanbook/interchange/file.hpp"
#include "loanbook/interchange/product_toml.hpp"
#include "loanbook/ledger/book.hpp"
#include "loanbook/storage/memory/memory_store.hpp"

namespace {

using namespace loanbook;
using namespace loanbook::interchange;

template <class T>
T must(Result<T> result) {
  if (!result) FAIL(to_text(result.error()));
  return *std::move(result);
}

money::Day day(const char* text) { return must(money::parse_day(text)); }

std::vector<ledger::Product> samples() {
  std::vector<ledger::Product> products;
  for (const auto& each :
       std::filesystem::directory_iterator(LOANBOOK_SOURCE_DIR "/examples/products")) {
    const std::string path = each.path().string();
    products.push_back(must(read_product(must(read_file(path)), path)));
  }
  return products;
}

std::unique_ptr<ledger::Book> book_with(const ledger::Product& product) {
  auto store = storage::memory::make_memory_store();
  must(ledger::Book::init(*store, "CNY", day("2026-01-10")));
  auto book = must(ledger::Book::open(std::move(store)));
  if (product.index)
    must(book->record(
        {.event = ledger::PublishSeries{product.index->index, {{day("2025-05-20"), "3.5%"}}}}));
  if (!product.plan.calendar.empty())
    must(book->record(
        {.event = ledger::PublishSeries{product.plan.calendar,
                                        {{day("2025-01-01"), "weekend saturday sunday"}}}}));
  must(book->record({.event = ledger::PublishProduct{product}}));
  return book;
}

void lend(ledger::Book& book, const ledger::Product& product, const std::string& loan) {
  const std::int64_t minor =
      std::clamp<std::int64_t>(1'000'000, product.amount_min_minor, product.amount_max_minor);
  const ledger::OpenLoan terms{.product = product.id,
                               .amount = money::text_of_minor(minor, product.currency.digits)};
  must(book.record({.event = ledger::OpenAndDisburse{terms}, .loan = loan}));
}

void check_isolated(const std::vector<ledger::NightReport>& nights) {
  for (const auto& night : nights) {
    for (const auto& loan : night.isolated) FAIL(loan.loan << ": " << loan.reason);
  }
}

TEST_CASE("every sample product lends, and ninety nights close", "[product][book]") {
  const auto products = samples();
  CHECK(products.size() >= 12);
  for (const auto& product : products) DYNAMIC_SECTION(product.id) {
      auto book = book_with(product);
      for (const char* loan : {"PAYS", "LATE", "NEVER"}) lend(*book, product, loan);
      const money::Day last = day("2026-04-09");
      for (money::Day today = day("2026-01-10"); today <= last; today += date::days{1}) {
        // What the plan asks for on the day, or a fortnight after it.
        for (const auto& row : must(book->schedule("PAYS"))) {
          const std::string amount = money::text_of_minor(row.payment, product.currency.digits);
          if (row.payment <= 0) continue;
          if (row.due == today)
            must(book->record({.event = ledger::Repay{amount}, .loan = "PAYS"}));
          if (row.due + date::days{14} == today)
            must(book->record({.event = ledger::Repay{amount}, .loan = "LATE"}));
        }
        check_isolated(must(book->close_through(today)));
      }
      for (const char* loan : {"PAYS", "LATE", "NEVER"}) {
        CAPTURE(loan);
        std::int64_t sum = 0;
        const auto view = must(book->loan(loan));
        for (const std::int64_t minor : view.balances) sum += minor;
        CHECK(sum == 0);
        // Fees that are owed are never owed to the borrower.
        CHECK(view.row.fees >= 0);
      }
      if (!product.servicing || product.servicing->down_payment_part.numerator == 0)
        CHECK(must(book->loan("PAYS")).row.dpd == 0);
      CHECK(must(book->loan("NEVER")).row.owed() >= must(book->loan("PAYS")).row.owed());
      const auto report = must(book->verify(true));
      for (const auto& finding : report.findings) FAIL(finding.where << ": " << finding.message);
    }
}

TEST_CASE("the fee of a card installment is income on its due date", "[product][book]") {
  for (const auto& product : samples()) {
    if (product.id != "card-installment") continue;
    auto book = book_with(product);
    lend(*book, product, "C");
    const auto role = [&](ledger::Role wanted) {
      return must(book->loan("C")).balances[static_cast<std::size_t>(wanted)];
    };
    // 10,000.00 over 12 months: 0.6 % of it with every installment, 60.00.
    check_isolated(must(book->close_through(day("2026-02-09"))));
    CHECK(role(ledger::Role::fee_income) == 0);
    check_isolated(must(book->close_through(day("2026-02-10"))));
    CHECK(role(ledger::Role::fee_income) == -60'00);
    CHECK(role(ledger::Role::fee_receivable) == 60'00);
    must(book->record({.event = ledger::Repay{"893.33"}, .loan = "C"}));
    CHECK(role(ledger::Role::fee_receivable) == 0);
    check_isolated(must(book->close_through(day("2027-01-31"))));
    CHECK(role(ledger::Role::fee_income) == -720'00);
  }
}

}  // namespace
