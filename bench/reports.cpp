// The trial balance of a book with many entries, cold: opened for its general ledger only, its
// files dropped from the page cache; and beside it hledger on the export of a smaller book, in the
// same run, its balances compared. usage: bench_reports [entries] [entries for hledger] [FOLDER]

#include <fcntl.h>
#include <fmt/format.h>
#include <unistd.h>

#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <map>
#include <sstream>
#include <string>
#include <vector>

#include "loanbook/interchange/text_journal.hpp"
#include "loanbook/ledger/book.hpp"
#include "loanbook/money/money.hpp"
#include "loanbook/storage/rocksdb/rocks_store.hpp"
#include "measure.hpp"

namespace {

using namespace loanbook;          // NOLINT(google-build-using-namespace)
using namespace loanbook::ledger;  // NOLINT(google-build-using-namespace)
using bench::must;
using bench::now;
namespace fs = std::filesystem;

constexpr std::uint64_t loans_per_book = 10'000;
constexpr std::uint64_t entries_a_night = 500'000;

Product product() {
  Product p;
  p.id = "daily";
  p.name = "Daily";
  p.currency = must(money::Currency::find("CNY"));
  p.method = schedule::Method::revolving;
  p.basis = schedule::InterestBasis::daily;
  p.installments_max = 36;
  p.installments_default = 12;
  p.amount_max_minor = 100'000'000'00;
  p.rate_max = money::Rate::of_e12(360'000'000'000);
  p.rate_default = money::Rate::of_e12(180'000'000'000);
  return p;
}

/// Many commands, each an entry of its own.
void record(Book& book, const std::vector<Command>& commands) {
  for (auto& result : book.record_each(commands)) must(std::move(result));
}

void make_book(const std::string& folder, std::uint64_t entries) {
  must(storage::rocksdb::create_book(folder));
  auto store = must(storage::rocksdb::open_writer(folder));
  Day day = must(money::parse_day("2026-01-01"));
  must(Book::init(*store, "CNY", day));
  auto book = must(Book::open(std::move(store)));
  must(book->record({.event = PublishProduct{product()}}));
  const std::uint64_t loans = std::min(loans_per_book, entries / 2);
  std::vector<Command> commands;
  const auto send = [&](bool all) {
    if (!all && commands.size() < 4096) return;
    record(*book, commands);
    commands.clear();
  };
  for (std::uint64_t i = 0; i < loans; ++i) {
    commands.push_back({.event = OpenAndDisburse{{.product = "daily", .amount = "1000000.00"}},
                        .loan = fmt::format("L{}", i)});
    send(false);
  }
  send(true);
  for (std::uint64_t i = loans; i < entries; ++i) {
    commands.push_back({.event = Repay{"1.23"}, .loan = fmt::format("L{}", i % loans)});
    send(false);
    if (i % entries_a_night != 0) continue;
    send(true);
    must(book->close_through(day));
    day += date::days{1};
  }
  send(true);
  must(book->close_through(day));
  must(book->checkpoint());
  must(book->close());
}

/// Clean pages of all its files leave the page cache.
void drop_from_cache(const std::string& folder) {
  ::sync();
  for (const auto& file : fs::recursive_directory_iterator(folder)) {
    if (!file.is_regular_file()) continue;
    const int handle = ::open(file.path().c_str(), O_RDONLY);  // NOLINT
    if (handle < 0) continue;
    ::posix_fadvise(handle, 0, 0, POSIX_FADV_DONTNEED);
    ::close(handle);
  }
}

struct Answer {
  double seconds;
  std::vector<TrialBalanceRow> rows;
};

Answer trial_balance(const std::string& folder, bool cold) {
  if (cold) drop_from_cache(folder);
  const double begin = now();
  auto view = must(storage::rocksdb::open_reader(folder));
  const auto book = must(Book::open(std::move(view), {.without_loans = true}));
  auto rows = must(book->trial_balance());
  return {now() - begin, std::move(rows)};
}

/// Balances by account as hledger prints them, "1310 Loans, principal" -> "CNY 12.34".
std::map<std::string, std::string> balances_of_hledger(const std::string& file) {
  std::ifstream in(file);
  std::map<std::string, std::string> found;
  for (std::string line; std::getline(in, line);) {
    if (!line.starts_with("\"") || line.starts_with("\"account\"")) continue;
    const std::size_t split = line.find("\",\"");
    std::string code = line.substr(1, 4);
    std::string amount = line.substr(split + 3);
    amount.pop_back();
    found[code] = amount;
  }
  return found;
}

void beside_hledger(const std::string& folder, std::uint64_t entries) {
  if (std::system("command -v hledger >/dev/null 2>&1") != 0) {  // NOLINT
    fmt::print("hledger: not installed, nothing to compare with\n");
    return;
  }
  const std::string book = folder + "/small";
  make_book(book, entries);
  const std::string journal = folder + "/small.journal";
  {
    std::ofstream out(journal, std::ios::binary);
    auto view = must(storage::rocksdb::open_reader(book));
    const auto reader = must(Book::open(std::move(view)));
    must(interchange::export_journal(*reader, interchange::JournalForm::hledger,
                                     [&](std::string_view part) { out << part; }));
  }
  const Answer ours = trial_balance(book, true);
  const std::string answer = folder + "/hledger.csv";
  const double begin = now();
  const std::string command =
      "hledger -f " + journal + " balance --flat --no-total -O csv >" + answer;
  if (std::system(command.c_str()) != 0) std::exit(5);  // NOLINT
  const double theirs = now() - begin;
  auto found = balances_of_hledger(answer);
  std::size_t equal = 0;
  for (const TrialBalanceRow& row : ours.rows) {
    const std::string amount =
        row.currency + " " + money::text_of_minor(row.debit - row.credit, row.digits);
    const bool same = found[row.account] == amount;
    if (!same) fmt::print("DIFFERS: {} {} hledger {}\n", row.account, amount, found[row.account]);
    equal += same ? 1 : 0;
  }
  fmt::print("trial balance, {} entries: loanbook {:.3f} s\n", entries, ours.seconds);
  fmt::print("hledger (same balances: {} of {} accounts): {:.2f} s, {:.0f} x\n", equal,
             ours.rows.size(), theirs, theirs / ours.seconds);
}

}  // namespace

int main(int argc, char** argv) {
  const std::uint64_t entries = argc > 1 ? std::strtoull(argv[1], nullptr, 10) : 500'000;
  const std::uint64_t for_hledger = argc > 2 ? std::strtoull(argv[2], nullptr, 10) : 50'000;
  const std::string folder =
      argc > 3 ? argv[3] : (fs::temp_directory_path() / "loanbook-bench-reports").string();
  fs::remove_all(folder);
  fs::create_directories(folder);
  const std::string book = folder + "/large";
  const double begin = now();
  make_book(book, entries);
  fmt::print("made {} entries in {:.1f} s\n", entries, now() - begin);
  const Answer cold = trial_balance(book, true);
  const Answer warm = trial_balance(book, false);
  fmt::print("trial balance of {} entries, {} accounts: cold {:.3f} s, warm {:.3f} s\n", entries,
             cold.rows.size(), cold.seconds, warm.seconds);
  beside_hledger(folder, for_hledger);
  if (argc <= 3) fs::remove_all(folder);
  return 0;
}
