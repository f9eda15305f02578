// A wrong product version of many loans: dry run, restatement, the night after it. usage:
// bench_restate [FOLDER] [loans] [nights] [loans of another product]; prints one line a figure.

#include <fmt/format.h>

#include <algorithm>
#include <filesystem>
#include <random>
#include <string>
#include <thread>
#include <vector>

#include "loanbook/ledger/book.hpp"
#include "loanbook/storage/rocksdb/rocks_store.hpp"
#include "measure.hpp"

namespace {

using namespace loanbook;          // NOLINT(google-build-using-namespace)
using namespace loanbook::ledger;  // NOLINT(google-build-using-namespace)
using bench::must;
using bench::now;

Product product_of(const char* id) {
  Product p;
  p.id = id;
  p.name = id;
  p.currency = must(money::Currency::find("CNY"));
  p.installments_max = 36;
  p.installments_default = 12;
  p.amount_max_minor = 100'000'000'00;
  p.rate_max = money::Rate::of_e12(360'000'000'000);
  p.rate_default = money::Rate::of_e12(180'000'000'000);
  p.penalty_multiplier_e4 = 15'000;
  p.compound = CompoundRate::penalty;
  p.grace_days = 3;
  return p;
}

void import_loans(Book& book, const char* product, std::uint64_t loans, Day day) {
  std::mt19937_64 random(7);
  std::vector<Command> chunk;
  for (std::uint64_t i = 0; i < loans; ++i) {
    Command command;
    command.event = OpenAndDisburse{
        {.product = product, .amount = fmt::format("{}.00", 500 + random() % 50'000)}};
    command.loan = fmt::format("{}-{:08}", product, i);
    command.value_date = day - date::days{random() % 28};
    chunk.push_back(std::move(command));
    if (chunk.size() < 4096 && i + 1 < loans) continue;
    for (const auto& result : book.record_each(chunk)) static_cast<void>(must(result));
    chunk.clear();
  }
}

/// One loan in fifty pays each day.
void repay_some(Book& book, std::uint64_t loans, std::mt19937_64& random) {
  std::vector<Command> chunk;
  for (std::uint64_t i = 0; i < loans / 50; ++i) {
    chunk.push_back({.event = Repay{fmt::format("{}.50", 50 + random() % 900)},
                     .loan = fmt::format("wrong-{:08}", random() % loans)});
  }
  for (const auto& result : book.record_each(chunk)) static_cast<void>(result);
}

}  // namespace

int main(int argc, char** argv) {
  const std::string folder = argc > 1 ? argv[1] : "bench-book";
  const std::uint64_t loans = argc > 2 ? std::stoull(argv[2]) : 50'000;
  const int nights = argc > 3 ? std::stoi(argv[3]) : 60;
  const std::uint64_t others = argc > 4 ? std::stoull(argv[4]) : loans;
  const Day begin = must(money::parse_day("2026-01-01"));
  std::filesystem::remove_all(folder);
  const storage::rocksdb::Options options;
  if (auto made = storage::rocksdb::create_book(folder, options); !made) return 5;
  {
    auto store = must(storage::rocksdb::open_writer(folder, options));
    if (!Book::init(*store, "CNY", begin) || !store->close()) return 5;
  }
  auto book = must(Book::open(must(storage::rocksdb::open_writer(folder, options))));
  static_cast<void>(must(book->record({.event = PublishProduct{product_of("wrong")}})));
  static_cast<void>(must(book->record({.event = PublishProduct{product_of("other")}})));
  import_loans(*book, "wrong", loans, begin);
  import_loans(*book, "other", others, begin);
  std::mt19937_64 random(11);
  for (int i = 0; i < nights; ++i) {
    repay_some(*book, loans, random);
    static_cast<void>(must(book->close_through(begin + date::days{i})));
  }
  Product right = product_of("wrong");
  right.version = 2;
  right.penalty_multiplier_e4 = 12'000;
  right.grace_days = 0;
  static_cast<void>(must(book->record({.event = PublishProduct{right}})));
  RestateRequest request{.product = "wrong", .from = 1, .to = 2, .dry_run = true, .reason = "test"};
  double start = now();
  const RestateReport dry = must(book->restate(request));
  fmt::print("dry run           {:>9} loans {:8.2f} s {:>9.0f} loans/s\n", dry.loans, now() - start,
             static_cast<double>(dry.loans) / (now() - start));
  request.threads = std::max(1U, std::thread::hardware_concurrency());
  start = now();
  static_cast<void>(must(book->restate(request)));
  fmt::print("dry run, {} threads {:>7} loans {:8.2f} s\n", request.threads, dry.loans,
             now() - start);
  request.by_night = true;
  start = now();
  static_cast<void>(must(book->restate(request)));
  fmt::print("dry run, {} nights {:>8} loans {:8.2f} s\n", nights, dry.loans, now() - start);
  request.by_night = false;
  request.dry_run = false;
  request.expect = "";
  start = now();
  const RestateReport done = must(book->restate(request));
  fmt::print("restate           {:>9} loans {:8.2f} s {:>9.0f} loans/s\n", done.loans,
             now() - start, static_cast<double>(done.loans) / (now() - start));
  std::uint64_t changed = 0;
  for (const LoanEffect& loan : done.effect.loans) changed += loan.changes() ? 1 : 0;
  fmt::print("segment           {:>9} bytes, {:.1f} a loan; {} loans change\n", done.bytes,
             static_cast<double>(done.bytes) / static_cast<double>(done.loans), changed);
  for (int i = 0; i < 2; ++i) {
    start = now();
    const auto report = must(book->close_through(begin + date::days{nights + i}));
    fmt::print("night {}           {:>9} visits {:7.2f} s\n", i == 0 ? "after" : "then ",
               report.front().visited, now() - start);
  }
  start = now();
  const VerifyReport verified = must(book->verify(true));
  fmt::print("verify --deep     {:>9} findings {:5.2f} s\n", verified.findings.size(),
             now() - start);
  return book->close() ? 0 : 5;
}
