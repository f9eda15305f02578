// A lender's program with a book of its own: publish a product, quote, disburse, repay twice with
// the same key, and let a virtual calendar play 24 months. usage: embed [FOLDER]; without FOLDER
// the book lives in memory.

#include <iostream>

#include "loanbook/ledger/book.hpp"
#include "loanbook/storage/memory/memory_store.hpp"
#include "loanbook/storage/rocksdb/rocks_store.hpp"

using namespace loanbook;

/// This example has no answer to an error but its sentence.
template <class T>
T must(money::Result<T> result) {
  if (result) return std::move(result).value();
  std::cerr << result.error().id << ": " << result.error().message << "\n";
  std::exit(1);
}

int main(int argc, char** argv) {
  const ledger::Day start = must(money::parse_day("2026-01-15"));
  if (argc > 1) must(storage::rocksdb::create_book(argv[1]));
  auto store = argc > 1 ? must(storage::rocksdb::open_writer(argv[1]))
                        : storage::memory::make_memory_store();
  must(ledger::Book::init(*store, "CNY", start));
  const auto book = must(ledger::Book::open(std::move(store)));

  ledger::Product product{
      .id = "level", .name = "Consumer loan", .currency = must(money::Currency::find("CNY"))};
  product.installments_max = product.installments_default = 24;
  product.amount_max_minor = 20'000'000;
  product.rate_max = product.rate_default = must(money::Rate::parse("18%"));
  must(book->record({.event = ledger::PublishProduct{product}}));

  const ledger::OpenLoan terms{.product = "level", .amount = "12000.00"};
  const auto quote = must(book->quote(terms, start));
  std::cout << "installment " << money::text_of_minor(quote.plan.installment, 2) << ", interest "
            << money::text_of_minor(quote.plan.total_interest, 2) << "\n";
  must(book->record({.event = ledger::OpenAndDisburse{terms}, .loan = "L-1"}));

  for (const auto& row : quote.plan.rows) {
    // The calendar moves: every night until the due date.
    must(book->close_through(row.due - date::days{1}));
    const ledger::Command repay{.event = ledger::Repay{money::text_of_minor(row.payment(), 2)},
                                .loan = "L-1",
                                .source = "app",
                                .key = "installment-" + std::to_string(row.no)};
    const auto first = must(book->record(repay));
    const auto second = must(book->record(repay));  // a retry: nothing is booked twice
    if (!second.replayed || second.receipt.hash != first.receipt.hash) return 1;
  }
  const auto loan = must(book->loan("L-1"));
  std::cout << "after 24 months: owed " << money::text_of_minor(loan.row.owed(), 2) << ", "
            << book->status().head.sequence << " entries\n";
  must(book->close());
  return loan.row.owed() == 0 ? 0 : 1;
}
