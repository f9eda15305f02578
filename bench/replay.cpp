// One loan with thousands of events: what it costs to read it and to correct its past. usage:
// bench_replay [FOLDER] [events]     prints one line a figure; leaves the book for a look.
// bench_replay FOLDER again          measures the book that is there.

#include <fmt/format.h>

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <random>
#include <string>
#include <vector>

#include "loanbook/ledger/book.hpp"
#include "loanbook/money/money.hpp"
#include "loanbook/storage/rocksdb/rocks_store.hpp"
#include "measure.hpp"

namespace {

using namespace loanbook;          // NOLINT(google-build-using-namespace)
using namespace loanbook::ledger;  // NOLINT(google-build-using-namespace)
using bench::must;
using bench::now;

constexpr int years = 10;
constexpr int days_told = years * 365;
constexpr const char* loans[] = {"revolving", "installments"};

Product product_of(const std::string& id) {
  Product p;
  p.id = id;
  p.name = id;
  p.currency = must(money::Currency::find("CNY"));
  p.installments_max = 120;
  p.installments_default = 120;
  p.amount_max_minor = 100'000'000'00;
  p.rate_max = money::Rate::of_e12(360'000'000'000);
  p.rate_default = money::Rate::of_e12(60'000'000'000);
  p.penalty_multiplier_e4 = 15'000;
  p.grace_days = 3;
  p.basis = schedule::InterestBasis::daily;
  if (id == "revolving") {
    p.method = schedule::Method::revolving;
  } else {
    p.servicing.emplace();
  }
  return p;
}

std::unique_ptr<Book> open_book(const std::string& folder) {
  return must(Book::open(must(storage::rocksdb::open_writer(folder))));
}

/// A life of ten years: repayments on most days, charges, refunds, goodwill, money taken back,
/// another rate each year.
class Life {
 public:
  Life(Book& book, Day begin, int events) : book_(book), begin_(begin), events_(events) {}

  void play() {
    for (const char* loan : loans) {
      must(book_.record({.event = PublishProduct{product_of(loan)}}));
      must(book_.record(
          {.event = OpenAndDisburse{{.product = loan, .amount = "1000000.00"}}, .loan = loan}));
    }
    for (int day = 1; day < days_told; ++day) {
      must(book_.close_through(begin_ + date::days{day - 1}));
      std::vector<Command> commands;
      const int until = events_ * day / days_told;
      for (; told_ < until; ++told_) {
        for (const char* loan : loans) commands.push_back(event(loan, day));
      }
      for (const auto& result : book_.record_each(commands)) result ? ++taken_ : ++refused_;
    }
    must(book_.checkpoint());
  }
  void print(double took) const {
    fmt::print("a life of {} years     {:>10} events, {} refused, {} nights ({:.1f} s)\n", years,
               taken_, refused_, days_told - 1, took);
  }

 private:
  Command event(const char* loan, int day) {
    const std::string amount = fmt::format("{}.{}", 20 + random_() % 90, 10 + random_() % 90);
    Operation operation{.kind = Kind::charge, .amount = amount};
    if (told_ % (events_ / years) == events_ / years - 1) {
      operation = {.kind = Kind::change_rate, .rate = fmt::format("0.0{}", 4 + day / 365 % 5)};
    } else {
      switch (random_() % 40) {
        case 0:
        case 1:
          break;
        case 2:
          operation.kind = Kind::goodwill;
          break;
        case 3:
          operation.kind = Kind::merchant_refund;
          break;
        case 4:
          operation.kind = Kind::refund;
          break;
        case 5:
          operation = {.kind = Kind::waive_interest, .amount = "1.00"};
          break;
        default:
          return {.event = Repay{amount}, .loan = loan};
      }
    }
    return {.event = operation, .loan = loan};
  }

  Book& book_;
  Day begin_;
  int events_;
  int told_ = 0;
  int taken_ = 0;
  int refused_ = 0;
  std::mt19937_64 random_{17};
};

/// Milliseconds of the fastest of `times` calls.
template <class Call>
double fastest(int times, Call call) {
  double best = 1e9;
  for (int i = 0; i < times; ++i) {
    const double start = now();
    call();
    best = std::min(best, now() - start);
  }
  return best * 1e3;
}

void show(const std::string& what, double milliseconds, const std::string& limit = "") {
  fmt::print("{:<34} {:>9.2f} ms{}\n", what, milliseconds, limit);
}

void measure(const std::string& folder, Day begin, const std::string& loan) {
  double start = now();
  {
    auto book = must(Book::open(must(storage::rocksdb::open_reader(folder))));
    show("open for reading", (now() - start) * 1e3);
    show("show", fastest(1, [&] { must(book->loan(loan)); }), "   goal: 50");
    const Day middle = begin + date::days{days_told / 2};
    show("show as of the middle", fastest(1, [&] { must(book->loan(loan, middle)); }));
    show("installments", fastest(1, [&] { must(book->installments(loan)); }));
    show("explain", fastest(1, [&] { must(book->explain(loan, book->status().business_date)); }));
    show("events", fastest(1, [&] { must(book->loan_events(loan)); }));
    show("entries", fastest(1, [&] { must(book->loan_entries(loan)); }));
  }
  auto book = open_book(folder);
  const auto late = [&](Day day) {
    return Command{.event = Repay{"17.17"}, .loan = loan, .value_date = day};
  };
  const Day first = begin + date::days{1};
  start = now();
  const Recorded recorded = must(book->record(late(first)));
  show("before all, first after opening", (now() - start) * 1e3);
  fmt::print("{:<34} {:>9} entries\n", "  outcomes it changed", recorded.receipt.changed.size());
  show("before all", fastest(5, [&] { must(book->record(late(first))); }), "   goal: 20");
  show("before all, taken back",
       fastest(1, [&] { must(book->record({.event = Reverse{recorded.receipt.sequence}})); }));
  for (const int percent : {50, 90, 99}) {
    const Day day = begin + date::days{days_told * percent / 100};
    show(fmt::format("before the last {} in 100", 100 - percent),
         fastest(5, [&] { must(book->record(late(day))); }));
  }
  show("on the business date",
       fastest(5, [&] { must(book->record(late(begin + date::days{days_told - 1}))); }));
  must(book->close());
}

}  // namespace

int main(int argc, char** argv) {
  const std::string folder = argc > 1 ? argv[1] : "build/bench-replay-book";
  const bool again = argc > 2 && std::string(argv[2]) == "again";
  const int events = argc > 2 ? std::atoi(argv[2]) : 10'000;
  const Day begin = must(money::parse_day("2016-01-15"));
  if (!again) {
    std::filesystem::remove_all(folder);
    must(storage::rocksdb::create_book(folder));
    auto store = must(storage::rocksdb::open_writer(folder));
    must(Book::init(*store, "CNY", begin));
    auto book = must(Book::open(std::move(store)));
    Life life(*book, begin, events);
    const double start = now();
    life.play();
    life.print(now() - start);
    must(book->close());
  }
  for (const char* loan : loans) {
    fmt::print("-- {}\n", loan);
    measure(folder, begin, loan);
  }
  fmt::print(
      "-- peers, as their projects report: reading a loan of many transactions over 20 s (fineract "
      "PR 3997), a loan of 2,394 accruals and 2,053 demands posted again in 350 s (frappe lending "
      "PR 1384)\n");
  return 0;
}
