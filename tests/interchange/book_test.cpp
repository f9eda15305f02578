#include "loanbook/ledger/book.hpp"

#include <array>
#include <catch2/catch.hpp>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <map>

#include "loanbook/interchange/file.hpp"
#include "loanbook/interchange/import.hpp"
#include "loanbook/interchange/product_toml.hpp"
#include "loanbook/interchange/text_journal.hpp"
#include "loanbook/storage/memory/memory_store.hpp"

namespace {

using namespace loanbook;
using namespace loanbook::interchange;

template <class T>
T must(Result<T> result) {
  if (!result) FAIL(result.error().id + ": " + to_text(result.error()));
  return *std::move(result);
}

money::Day day(const char* text) { return must(money::parse_day(text)); }

std::unique_ptr<ledger::Book> book_with_samples() {
  auto store = storage::memory::make_memory_store();
  must(ledger::Book::init(*store, "CNY", day("2026-01-01")));
  auto book = must(ledger::Book::open(std::move(store)));
  for (const auto& each :
       std::filesystem::directory_iterator(LOANBOOK_SOURCE_DIR "/examples/products")) {
    const std::string path = each.path().string();
    const auto product = must(read_product(must(read_file(path)), path));
    must(book->record({.event = ledger::PublishProduct{product}}));
  }
  return book;
}

std::size_t record_all(ledger::Book& book, ImportFile& file) {
  ImportBatch batch;
  std::size_t recorded = 0;
  while (file.next(batch, 2)) {
    for (const RejectedRow& row : batch.rejected) FAIL(to_text(row.error));
    const auto results = book.record_each(batch.commands);
    for (std::size_t i = 0; i < results.size(); ++i) {
      if (!results[i]) FAIL(to_text(file.place(results[i].error(), batch.places[i])));
      ++recorded;
    }
  }
  return recorded;
}

// Every method, two currencies, a backdated repayment and a reversal.
std::unique_ptr<ledger::Book> lively_book() {
  auto book = book_with_samples();
  auto loans =
      must(ImportFile::open_loans("loan_id,product,amount,date\n"
                                  "L1,consumer-level,12000.00,2026-01-01\n"
                                  "L2,consumer-equal-principal,24000.00,2026-01-01\n"
                                  "L3,working-capital-interest-first,50000,2026-01-01\n"
                                  "L4,payday-bullet,1000,2026-01-01\n"
                                  "L5,daily-revolving,3000.00,2026-01-01\n"
                                  "L6,lending-club,28000,2026-01-01\n",
                                  "loans.csv", {}, nullptr));
  CHECK(record_all(*book, loans) == 6);
  must(book->close_through(day("2026-02-10")));
  auto events =
      must(ImportFile::open_events("loan_id,event,amount,value_date\n"
                                   "L1,repay,500.00,2026-02-05\n"
                                   "L6,repay,900.00,2026-01-20\n"
                                   "L5,repay,1000.00,2026-02-11\n",
                                   "events.csv", {}, nullptr));
  CHECK(record_all(*book, events) == 3);
  const std::uint64_t last = book->status().head.sequence;
  auto reversal = must(ImportFile::open_commands(
      "{\"event\":\"reverse\",\"sequence\":" + std::to_string(last) + ",\"loan_id\":\"L5\"}\n",
      "r.ndjson", nullptr));
  CHECK(record_all(*book, reversal) == 1);
  must(book->close_through(day("2026-03-31")));
  return book;
}

std::map<std::string, std::string> hledger_balances(const std::string& path) {
  std::map<std::string, std::string> balances;
  FILE* pipe = popen(("hledger balance -N --flat -E -O csv --layout=bare -f " + path).c_str(), "r");
  REQUIRE(pipe != nullptr);
  std::array<char, 512> line{};
  while (std::fgets(line.data(), line.size(), pipe) != nullptr) {
    const std::string text = "account,commodity,balance\n" + std::string(line.data());
    auto row = must(CsvReader::open(text, "hledger"));
    REQUIRE(must(row.next()));
    balances[std::string(row.field(0)) + " " + std::string(row.field(1))] = row.field(2);
  }
  pclose(pipe);
  balances.erase("account commodity");
  return balances;
}

TEST_CASE("a file of loans sent twice repeats nothing", "[book]") {
  auto book = book_with_samples();
  const std::string text = "loan_id,product,amount,date\nL1,consumer-level,1200.00,2026-01-01\n";
  auto first = must(ImportFile::open_loans(text, "a.csv", {}, nullptr));
  CHECK(record_all(*book, first) == 1);
  const auto head = book->status().head;
  auto second = must(ImportFile::open_loans(text, "b.csv", {}, nullptr));
  CHECK(record_all(*book, second) == 1);
  CHECK(book->status().head == head);
}

TEST_CASE("what only the book knows is refused at its field", "[book]") {
  auto book = book_with_samples();
  auto loans = must(ImportFile::open_loans(
      "loan_id,product,amount,date\nL1,consumer-level,1200.00,2026-01-01\n", "l.csv", {}, nullptr));
  record_all(*book, loans);
  struct Row {
    const char* row;
    unsigned column;
  };
  const Row rows[] = {{"L2,repay,1.00,2026-01-01", 1},
                      {"L1,repay,1.005,2026-01-01", 10},
                      {"L1,repay,1.00,2025-12-31", 15},
                      {"L1,repay,1.00,2026-01-02", 15}};
  for (const auto& row : rows) DYNAMIC_SECTION(row.row) {
      auto events = must(ImportFile::open_events(
          "loan_id,event,amount,value_date\n" + std::string(row.row) + "\n", "e.csv", {}, nullptr));
      ImportBatch batch;
      REQUIRE(events.next(batch, 10));
      REQUIRE(batch.commands.size() == 1);
      const auto result = book->record(batch.commands[0]);
      REQUIRE_FALSE(result);
      const Error error = events.place(result.error(), batch.places[0]);
      CAPTURE(error.id, error.message);
      CHECK(error.line == 2);
      CHECK(error.column == row.column);
    }
}

TEST_CASE("hledger accepts a whole book, and its balances are the trial balance", "[book]") {
  if (std::system("hledger --version > /dev/null 2>&1") != 0) {
    WARN("hledger is not installed: skipped");
    return;
  }
  const auto book = lively_book();
  const std::string path = (std::filesystem::temp_directory_path() /
                            ("loanbook-book-" + std::to_string(std::rand()) + ".journal"))
                               .string();
  {
    std::ofstream out{path};
    must(export_journal(*book, JournalForm::hledger, [&](std::string_view part) { out << part; }));
  }
  CHECK(std::system(("hledger check -f " + path).c_str()) == 0);
  CHECK(std::system(("hledger check accounts commodities -f " + path).c_str()) == 0);
  std::map<std::string, std::string> expected;
  std::map<std::string, money::Int128> sums;
  for (const auto& row : must(book->trial_balance())) {
    const money::Int128 minor = row.debit - row.credit;
    sums[row.currency] += minor;
    if (minor == 0) continue;
    expected[row.account + " " + row.name + " " + row.currency] =
        money::text_of_minor(minor, row.digits);
  }
  for (const auto& [currency, sum] : sums) CHECK(sum == 0);
  auto balances = hledger_balances(path);
  std::erase_if(balances, [](const auto& each) {
    return each.second.find_first_not_of("0.") == std::string::npos;
  });
  CHECK(balances == expected);
  CHECK(expected.size() > 10);
  std::filesystem::remove(path);
}

}  // namespace
