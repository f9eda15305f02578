// One book of many loans of all five methods: bulk import, nights with events, visits, durable
// repayments of waiting clients. usage: bench_night [FOLDER] [loans] [nights] [threads]     prints
// one line a figure; leaves the book for a look.

#include <fmt/format.h>
#include <sys/resource.h>

#include <chrono>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <random>
#include <string>
#include <thread>
#include <vector>

#include "loanbook/ledger/book.hpp"
#include "loanbook/ledger/loan/loan.hpp"
#include "loanbook/money/money.hpp"
#include "loanbook/storage/rocksdb/rocks_store.hpp"
#include "measure.hpp"

namespace {

using namespace loanbook;          // NOLINT(google-build-using-namespace)
using namespace loanbook::ledger;  // NOLINT(google-build-using-namespace)
using bench::must;
using bench::now;

Product product_of(schedule::Method method) {
  Product p;
  p.id = schedule::to_text(method);
  p.name = p.id;
  p.currency = must(money::Currency::find("CNY"));
  p.method = method;
  p.installments_max = 36;
  p.installments_default = 12;
  p.amount_max_minor = 100'000'000'00;
  p.rate_max = money::Rate::of_e12(360'000'000'000);
  p.rate_default = money::Rate::of_e12(180'000'000'000);
  p.penalty_multiplier_e4 = 15'000;
  p.grace_days = 3;
  if (method == schedule::Method::bullet || method == schedule::Method::revolving)
    p.basis = schedule::InterestBasis::daily;
  return p;
}

std::uint64_t bytes_written() {
  std::ifstream io("/proc/self/io");
  std::string key;
  std::uint64_t value = 0;
  while (io >> key >> value) {
    if (key == "wchar:") return value;
  }
  return 0;
}

constexpr schedule::Method methods[] = {schedule::Method::level, schedule::Method::equal_principal,
                                        schedule::Method::interest_first, schedule::Method::bullet,
                                        schedule::Method::revolving};

std::string loan_id(std::uint64_t i) { return fmt::format("L{:08}", i); }

void import_loans(Book& book, std::uint64_t loans, Day day) {
  std::mt19937_64 random(7);
  const double start = now();
  std::vector<Command> chunk;
  for (std::uint64_t i = 0; i < loans; ++i) {
    Command command;
    // 95 % due on some day of the coming month, 5 % long overdue already.
    const bool late = random() % 20 == 0;
    const Day lent = day - date::days{late ? 40 + random() % 20 : random() % 28};
    command.event = OpenAndDisburse{{.product = std::string(schedule::to_text(methods[i % 5])),
                                     .amount = fmt::format("{}.00", 500 + random() % 50'000),
                                     .rate = fmt::format("0.{}", 10 + random() % 26)}};
    command.loan = loan_id(i);
    command.value_date = lent;
    command.source = "import";
    command.scope = "bench";
    command.key = fmt::format("row-{}", i);
    chunk.push_back(std::move(command));
    if (chunk.size() == 4000 || i + 1 == loans) {
      for (const auto& result : book.record_each(chunk)) {
        if (!result) must<Recorded>(result.error());
      }
      chunk.clear();
    }
  }
  const double took = now() - start;
  fmt::print("import                {:>12.0f} loans/s   ({:.2f} s)\n",
             static_cast<double>(loans) / took, took);
}

void events_of_day(Book& book, std::uint64_t loans, std::mt19937_64& random, std::uint64_t count) {
  std::vector<Command> chunk;
  for (std::uint64_t i = 0; i < count; ++i) {
    Command command{.event = Repay{fmt::format("{}.00", 10 + random() % 90)},
                    .loan = loan_id(random() % loans)};
    chunk.push_back(std::move(command));
    if (chunk.size() == 4000) {
      (void)book.record_each(chunk);
      chunk.clear();
    }
  }
  (void)book.record_each(chunk);
}

void nights(Book& book, std::uint64_t loans, int count, unsigned threads) {
  std::mt19937_64 random(9);
  double best = 1e9;
  for (int n = 0; n < count; ++n) {
    events_of_day(book, loans, random, loans * 3 / 100);
    const Day day = book.status().business_date;
    const std::uint64_t before = bytes_written();
    const double start = now();
    const auto report = must(book.close_through(day, {.threads = threads}));
    const double took = now() - start;
    const double bytes = static_cast<double>(bytes_written() - before) / static_cast<double>(loans);
    best = std::min(best, took);
    fmt::print(
        "night {}      {:>12.0f} loans/s   ({:.1f} ms, {} visits, {:.2f} bytes a loan written)\n",
        money::to_text(day), static_cast<double>(report.front().loans) / took, took * 1e3,
        report.front().visited, bytes);
  }
  fmt::print("night, best           {:>12.0f} loans/s\n", static_cast<double>(loans) / best);
}

void visits(std::uint64_t count) {
  const Product product = product_of(schedule::Method::level);
  const LoanTerms terms{.principal_minor = 1'000'000,
                        .rate = money::Rate::of_e12(180'000'000'000),
                        .installments = 36};
  const Day lent = must(money::parse_day("2026-01-15"));
  LoanState state = fold(0, terms, product,
                         std::vector<LoanEvent>{{Kind::open_disburse, lent, 1, 1'000'000}}, lent);
  const double start = now();
  std::uint64_t done = 0;
  while (done < count) {
    LoanState one = state;
    for (int i = 0; i < 12; ++i, ++done) {
      advance(one, product, one.next_change);
      accrue(one, product, one.day);
    }
  }
  fmt::print("advance               {:>12.2f} us a visit (line ends, overdue since the first)\n",
             (now() - start) * 1e6 / static_cast<double>(done));
}

void durable(Book& book, std::uint64_t loans, int clients, double seconds) {
  std::vector<std::jthread> threads;
  std::atomic<std::uint64_t> done{0};
  const double end = now() + seconds;
  for (int c = 0; c < clients; ++c) {
    threads.emplace_back([&, c] {
      std::mt19937_64 random(static_cast<std::uint64_t>(c));
      std::uint64_t mine = 0;
      while (now() < end) {
        Command command{.event = Repay{"0.05"}, .loan = loan_id(random() % loans)};
        command.source = "app";
        command.scope = std::to_string(c);
        command.key = std::to_string(mine);
        (void)book.record(command);
        ++mine;
      }
      done += mine;
    });
  }
  threads.clear();
  fmt::print("durable repayments    {:>12.0f} a second, {} waiting clients\n",
             static_cast<double>(done) / seconds, clients);
}

}  // namespace

int main(int argc, char** argv) {
  const std::string folder = argc > 1 ? argv[1] : "build/bench-night-book";
  const std::uint64_t loans = argc > 2 ? std::strtoull(argv[2], nullptr, 10) : 100'000;
  const int count = argc > 3 ? std::atoi(argv[3]) : 5;
  const unsigned threads = argc > 4 ? static_cast<unsigned>(std::atoi(argv[4])) : 2;
  std::filesystem::remove_all(folder);
  must(storage::rocksdb::create_book(folder));
  const Day day = must(money::parse_day("2026-03-01"));
  {
    auto store = must(storage::rocksdb::open_writer(folder));
    must(Book::init(*store, "CNY", day));
    auto book = must(Book::open(std::move(store)));
    for (const schedule::Method method : methods)
      must(book->record({.event = PublishProduct{product_of(method)}}));
    import_loans(*book, loans, day);
    if (count == 0) return 0;
    if (count < 0) {
      durable(*book, loans, 64, 2);
      return 0;
    }
    nights(*book, loans, count, threads);
    visits(2'000'000);
    // Else one falls due in the middle of what is measured next: it pauses recording for this long,
    // once in 200,000 entries.
    const double checkpoint = now();
    must(book->checkpoint());
    fmt::print("checkpoint            {:>12.2f} s\n", now() - checkpoint);
    for (const int clients : {1, 8, 64}) durable(*book, loans, clients, 2);
    const double closing = now();
    must(book->close());
    fmt::print("close with checkpoint {:>12.2f} s\n", now() - closing);
  }
  const double start = now();
  auto book = must(Book::open(must(storage::rocksdb::open_reader(folder))));
  fmt::print("open for reading      {:>12.2f} s\n", now() - start);
  rusage usage{};
  getrusage(RUSAGE_SELF, &usage);
  fmt::print("peak memory           {:>12.0f} bytes a loan\n",
             static_cast<double>(usage.ru_maxrss) * 1024 / static_cast<double>(loans));
  return 0;
}
