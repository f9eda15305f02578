// Random portfolios: what must not depend on how a book was fed, and what must always tie.

#include "ledger/scenario.hpp"

#include "loanbook/money/limits.hpp"

using namespace loanbook;        // NOLINT
using namespace loanbook::test;  // NOLINT

namespace {

std::unique_ptr<Book> scenario_book() { return new_book("2023-11-20"); }

std::vector<std::string> rows(const Book& book) {
  std::vector<std::string> all;
  must_ok(book.portfolio({}, [&](const PortfolioRow& r) {
    all.push_back(r.loan + " " + std::to_string(r.owed()) + " " + std::to_string(r.dpd) + " " +
                  r.bucket + " " + std::to_string(r.penalty) + " " + std::to_string(r.overpayment));
    return true;
  }));
  return all;
}

}  // namespace

TEST_CASE("every night of a random portfolio ties: chain, folds, general ledger, lines") {
  const Scenario scenario(GENERATE(1, 2, 3), 300, 140);
  const auto book = scenario_book();
  for (const auto& today : scenario.days()) play(*book, today, 7, 1);
  CHECK(book->status().isolated == 0);
  CHECK(book->status().loans > 250);
  verified(*book);
}

TEST_CASE("equal commands give equal head hashes, whatever the groups, threads and restarts") {
  const Scenario scenario(11, 400, 100);
  storage::memory::MemoryBook restarted;
  {
    auto store = must(restarted.open_writer());
    must_ok(Book::init(*store, "CNY", day("2023-11-20")));
    must_ok(store->close());
  }
  const auto one = scenario_book();
  const auto many = scenario_book();
  int days = 0;
  for (const auto& today : scenario.days()) {
    play(*one, today, 1, 1);
    play(*many, today, 50, 3);
    auto again = must(Book::open(must(restarted.open_writer())));
    play(*again, today, 9, 2);
    if (++days % 3 != 0) must_ok(again->close());  // else: as after a crash
  }
  CHECK(one->status().head == many->status().head);
  const auto last = must(Book::open(must(restarted.open_writer())));
  CHECK(one->status().head == last->status().head);
  CHECK(rows(*one) == rows(*many));
  CHECK(rows(*one) == rows(*last));
  verified(*last);

  SECTION("rebuild gives equal content") {
    must_ok(last->rebuild());
    CHECK(rows(*one) == rows(*last));
    verified(*last);
  }
  SECTION("what was accepted, sent again, changes nothing") {
    std::vector<std::string> accepted;
    must_ok(one->entries(0, [&](const EntryView& entry) {
      accepted.push_back(entry.key);
      return true;
    }));
    for (const auto& today : scenario.days()) {
      for (const Command& command : today.commands) {
        if (std::find(accepted.begin(), accepted.end(), command.key) == accepted.end()) continue;
        CHECK(must(one->record(command)).replayed);
      }
      CHECK(must(one->close_through(today.day)).empty());
    }
    CHECK(one->status().head == many->status().head);
  }
}

TEST_CASE("a loan as of a past day is what it was that day") {
  const Scenario scenario(5, 60, 60);
  const auto book = scenario_book();
  std::vector<std::vector<std::string>> seen;
  std::vector<std::uint64_t> known;
  for (const auto& today : scenario.days()) {
    play(*book, today, 20, 1);
    seen.push_back(rows(*book));
    known.push_back(book->status().head.sequence);
  }
  const Day begin = day("2023-11-20");
  for (std::size_t d = 0; d < seen.size(); d += 7) {
    for (std::size_t i = 0; i < seen[d].size(); i += 3) {
      const std::string id = seen[d][i].substr(0, seen[d][i].find(' '));
      const LoanView view = must(book->loan(id, begin + date::days{d + 1}, known[d]));
      const PortfolioRow& r = view.row;
      CHECK(seen[d][i] == r.loan + " " + std::to_string(r.owed()) + " " + std::to_string(r.dpd) +
                              " " + r.bucket + " " + std::to_string(r.penalty) + " " +
                              std::to_string(r.overpayment));
    }
  }
}

TEST_CASE("a loan whose penalty outgrows 64 bits is isolated, and the others go on") {
  const auto book = new_book();
  Product greedy = level_product();
  greedy.id = "greedy";
  greedy.method = schedule::Method::bullet;
  greedy.amount_max_minor = money::limits::principal_minor_max;
  greedy.penalty_multiplier_e4 = 0;
  greedy.penalty_rate = money::Rate::of_e12(10'000'000'000'000);
  greedy.installments_default = 1;
  must(book->record(publish(greedy)));
  must(book->record(publish(level_product())));
  must(book->record(lend("huge", "greedy", "1000000000000000.00")));
  must(book->record(lend("small", "level", "1200.00")));
  std::vector<NightReport> nights;
  for (int year = 2027; year <= 2037; ++year) {
    auto more = must(book->close_through(day((std::to_string(year) + "-01-01").c_str())));
    for (auto& night : more) nights.push_back(std::move(night));
  }
  CHECK(book->status().isolated == 1);
  std::size_t named = 0;
  for (const auto& night : nights) named += night.isolated.size();
  CHECK(named == 1);
  CHECK(must(book->loan("small")).row.dpd > 3000);
  CHECK(error_id(book->record(pay("huge", "1.00"))) == "loan.isolated");
  verified(*book);
}
