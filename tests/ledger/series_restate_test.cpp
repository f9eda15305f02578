// Series that came late: published and restated, loans and accounts are those of a book that knew
// them in time; what was booked before stays known.

#include "ledger/dice.hpp"
#include "ledger/dying.hpp"
#include "ledger/support.hpp"
#include "loanbook/storage/memory/memory_store.hpp"
#include "loanbook/storage/rocksdb/rocks_store.hpp"

namespace loanbook::test {
namespace {

PublishSeries values(std::vector<SeriesPoint> points, const std::string& name = "LPR") {
  return {name, std::move(points)};
}

RestateRequest late(std::vector<PublishSeries> series) {
  return {.series = std::move(series), .source = "test", .reason = "came late"};
}

Product floating(schedule::Method method) {
  Product p = product_of(method, "floating");
  p.basis = schedule::InterestBasis::daily;
  p.index = IndexRules{.index = "LPR", .spread_e12 = 15'000'000'000};
  p.index->reset.every_months = 3;
  return p;
}

/// Balances, states and accounts.
std::vector<std::string> seen(const Book& book) {
  std::vector<std::string> all;
  must_ok(book.portfolio({}, [&](const PortfolioRow& r) {
    const LoanView view = must(book.loan(r.loan));
    std::string row = r.loan + " " + std::string(to_text(r.status)) + " dpd " +
                      std::to_string(r.dpd) + " rate " + view.rate + " next " +
                      std::to_string(view.row.next_amount);
    for (std::size_t i = 0; i < view.balances.size(); ++i) {
      if (view.balances[i] != 0)
        row += " " + std::string(to_text(static_cast<Role>(i))) + " " +
               std::to_string(view.balances[i]);
    }
    all.push_back(row);
    return true;
  }));
  for (const TrialBalanceRow& row : must(book.trial_balance())) {
    if (row.debit != row.credit)
      all.push_back(row.account + " " + money::text_of_minor(row.debit - row.credit, 2));
  }
  return all;
}

void check_ties(const Book& book) {
  verified(book);
  const Reconciliation ties = must(book.reconcile_internal());
  for (const auto& difference : ties.differences) UNSCOPED_INFO(difference.first);
  CHECK(ties.differences.empty());
}

/// 10,000.00 at 4.5 % since 15 January, asked again on 15 April; the business date is 17 April.
std::unique_ptr<Book> booked(std::unique_ptr<storage::Store> store, int loans = 1) {
  must_ok(Book::init(*store, "CNY", day("2026-01-15")));
  auto book = must(Book::open(std::move(store)));
  must(book->record({.event = values({{day("2025-12-20"), "3%"}})}));
  must(book->record(publish(floating(schedule::Method::interest_first))));
  for (int i = 1; i <= loans; ++i)
    must(book->record(lend("L" + std::to_string(i), "floating", "10000.00")));
  must(book->close_through(day("2026-04-16")));
  return book;
}

std::vector<PublishSeries> april() { return {values({{day("2026-04-15"), "3.6%"}})}; }

TEST_CASE("a value that came late: two entries, the difference booked today", "[series][restate]") {
  const auto book = booked(storage::memory::make_memory_store());
  const auto before = seen(*book);
  const std::uint64_t head = book->status().head.sequence;
  RestateRequest request = late(april());
  request.dry_run = true;
  request.by_night = true;
  const RestateReport dry = must(book->restate(request));
  CHECK(dry.loans == 1);
  // The plan that was agreed has the rate of the pay-out.
  REQUIRE(dry.effect.loans.size() == 1);
  CHECK_FALSE(dry.effect.loans.front().plan_differs);
  CHECK(dry.effect.complete_to == head);
  REQUIRE(dry.effect.nights.size() == 2);
  CHECK(seen(*book) == before);
  CHECK(book->series().at("LPR").size() == 1);
  CHECK(error_id(book->record({.event = april().front()})) == "series.late");

  request.dry_run = false;
  request.key = "r-1";
  const RestateReport done = must(book->restate(request));
  CHECK(done.digest == dry.digest);
  CHECK(done.sequence == head + 2);
  CHECK(must(book->restate(request)).replayed);
  CHECK(book->status().head.sequence == head + 2);
  // Two days: 10,000.00 x 5.1 % / 12 x 2 / 30 = 2.83 for 2.50.
  CHECK(must(book->loan("L1")).balances[static_cast<std::size_t>(Role::interest_accrued)] == 2'83);
  CHECK(must(book->loan("L1")).rate == "0.051");
  CHECK(must(book->loan("L1", day("2026-04-17"), head)).rate == "0.045");
  std::string text;
  must_ok(book->entries(head + 1, [&](const EntryView& entry) {
    text = entry.text;
    return false;
  }));
  CHECK(text == "restated by the series of entry " + std::to_string(head + 1) + ": 1 loans");
  check_ties(*book);
  must(book->close_through(day("2026-04-20")));
  check_ties(*book);
  const auto later = seen(*book);
  must_ok(book->rebuild());
  CHECK(seen(*book) == later);
  check_ties(*book);
}

TEST_CASE("what a restatement by series refuses", "[series][restate]") {
  const auto book = booked(storage::memory::make_memory_store());
  const auto before = seen(*book);
  const std::uint64_t head = book->status().head.sequence;
  // Timely: nothing to restate, and nothing is published.
  CHECK(error_id(book->restate(late({values({{day("2026-04-16"), "3.6%"}})}))) ==
        "restate.nothing");
  CHECK(error_id(book->restate(late({values({{day("2026-04-15"), "high"}})}))) == "series.value");
  RestateRequest request = late(april());
  request.reason.clear();
  CHECK(error_id(book->restate(request)) == "restate.reason_missing");
  request = late(april());
  request.loans = {"L1"};
  CHECK(error_id(book->restate(request)) == "restate.series");
  request = late(april());
  request.expect = "00000000";
  CHECK(error_id(book->restate(request)) == "restate.expected");
  CHECK(book->status().head.sequence == head);
  CHECK(book->series().at("LPR").size() == 1);
  CHECK(seen(*book) == before);
  check_ties(*book);
}

TEST_CASE("restated by series, a book is the same after a restart", "[series][restate]") {
  storage::memory::MemoryBook kept;
  std::vector<std::string> then;
  {
    const auto book = booked(must(kept.open_writer()), 300);
    must_ok(book->checkpoint());
    must(book->restate(late(april())));
    must(book->record(pay("L17", "50.00")));
    then = seen(*book);
  }  // as after a crash
  const auto book = must(Book::open(must(kept.open_writer())));
  CHECK(seen(*book) == then);
  must_ok(book->checkpoint());
  must(book->close_through(day("2026-04-20")));
  check_ties(*book);
}

TEST_CASE("a restatement by series that dies at any disk call is done or not",
          "[series][restate]") {
  using storage::fault::FaultDisk;
  constexpr const char* folder = "/book";
  FaultDisk base(1);
  must_ok(storage::rocksdb::create_book(folder, base.options()));
  must_ok(booked(must(storage::rocksdb::open_writer(folder, base.options())), 10)->close());
  RestateRequest request = late(april());
  request.key = "once";
  const auto send = [&](FaultDisk& disk) -> std::optional<storage::Head> {
    auto store = storage::rocksdb::open_writer(folder, disk.options());
    if (!store) return std::nullopt;
    auto book = Book::open(std::move(*store));
    if (!book || !(*book)->restate(request)) return std::nullopt;
    if (!(*book)->close_through(day("2026-04-17"))) return std::nullopt;
    const storage::Head head = (*book)->status().head;
    if (!(*book)->close()) return std::nullopt;
    return head;
  };
  dies_at_any_call(base, send);
}

struct Story {
  Product product{};
  PublishSeries known{};  ///< at the start
  std::vector<SeriesPoint> points{};
  std::vector<int> told{};  ///< days after the start on which the late book learns them
  std::vector<std::pair<int, std::string>> loans{};  ///< by day
  struct Payment {
    int at;
    std::string loan, amount;
  };
  std::vector<Payment> payments{};
};

constexpr int story_days = 240;
const char* const story_start = "2026-01-15";

Story random_story(Dice& dice) {
  using schedule::Method;
  Story story;
  const Day start = day(story_start);
  const bool indexed = dice.roll(0, 1) == 0;
  Product& p = story.product;
  p = product_of(dice.pick({Method::level, Method::equal_principal, Method::interest_first,
                            Method::revolving}),
                 "random");
  p.basis = p.method == Method::revolving || dice.roll(0, 1) == 0
                ? schedule::InterestBasis::daily
                : schedule::InterestBasis::monthly;
  p.installments_default = static_cast<std::uint32_t>(dice.roll(4, 14));
  if (indexed) {
    p.index = IndexRules{.index = "LPR", .spread_e12 = 15'000'000'000};
    p.index->reset.every_months = static_cast<std::uint16_t>(dice.roll(1, 4));
    p.index->fixing_lag_days = static_cast<std::uint16_t>(dice.roll(0, 3));
    if (dice.roll(0, 2) == 0) p.index->floor = money::Rate::of_e12(50'000'000'000);
    if (dice.roll(0, 1) == 0) p.plan.repricing = schedule::Repricing::keep;
    story.known = values({{day("2025-12-20"), "4%"}});
    for (int at = dice.roll(5, 40); at < story_days; at += dice.roll(5, 50))
      story.points.push_back(
          {start + date::days{at}, "0.0" + std::to_string(dice.roll(1000, 9999))});
  } else {
    p.plan.calendar = "cn";
    p.plan.roll = dice.pick(
        {schedule::Roll::following, schedule::Roll::modified_following, schedule::Roll::preceding});
    p.plan.interest_follows = dice.roll(0, 1) == 0;
    if (dice.roll(0, 2) == 0 && p.basis == schedule::InterestBasis::daily)
      p.day_count = schedule::DayCount::bus_252;
    story.known = values({{day("2026-01-01"), "weekend saturday sunday"}}, "cn");
    for (int at = dice.roll(2, 20); at < story_days; at += dice.roll(1, 25))
      story.points.push_back({start + date::days{at}, dice.roll(0, 3) == 0 ? "worked" : "free"});
  }
  if (p.method != Method::revolving && dice.roll(0, 1) == 0) p.servicing.emplace();
  for (const SeriesPoint& point : story.points) {
    const int at = static_cast<int>((point.day - start).count());
    story.told.push_back(std::max(0, at + dice.pick({-20, -1, 0, 1, 3, 10, 35, 70, 120})));
  }
  for (int i = 0; i < 4; ++i) story.loans.emplace_back(dice.roll(0, 60), "L" + std::to_string(i));
  for (int at = dice.roll(20, 40); at < story_days; at += dice.roll(2, 30))
    story.payments.push_back(
        {at, "L" + std::to_string(dice.roll(0, 3)), std::to_string(dice.roll(10, 1200)) + ".37"});
  return story;
}

/// Day by day; nothing where an event is refused.
struct Told {
  std::unique_ptr<Book> book;
  std::vector<bool> taken{};
  int restated = 0;
};
Told tell(const Story& story, bool in_time) {
  Told told{.book = new_book(story_start)};
  Book& book = *told.book;
  const Day start = day(story_start);
  must(book.record({.event = story.known}));
  if (in_time && !story.points.empty())
    must(book.record({.event = PublishSeries{story.known.name, story.points}}));
  must(book.record(publish(story.product)));
  for (int at = 0; at < story_days; ++at) {
    std::vector<SeriesPoint> news;
    for (std::size_t i = 0; !in_time && i < story.points.size(); ++i) {
      if (story.told[i] == at) news.push_back(story.points[i]);
    }
    if (!news.empty()) {
      const PublishSeries series{story.known.name, news};
      const auto recorded = book.record({.event = series});
      if (!recorded) {
        INFO(recorded.error().message);
        REQUIRE(recorded.error().id == "series.late");
        must(book.restate(late({series})));
        ++told.restated;
      }
    }
    for (const auto& [on, loan] : story.loans) {
      if (on == at) must(book.record(lend(loan, story.product.id, "10000.00")));
    }
    for (const Story::Payment& payment : story.payments) {
      if (payment.at == at)
        told.taken.push_back(book.record(pay(payment.loan, payment.amount)).has_value());
    }
    must(book.close_through(start + date::days{at}));
  }
  // What is told last.
  std::vector<SeriesPoint> rest;
  for (std::size_t i = 0; !in_time && i < story.points.size(); ++i) {
    if (story.told[i] >= story_days) rest.push_back(story.points[i]);
  }
  if (rest.empty()) return told;
  const PublishSeries series{story.known.name, rest};
  if (!book.record({.event = series})) {
    must(book.restate(late({series})));
    ++told.restated;
  }
  return told;
}

TEST_CASE("restated or known in time, a series leaves the same loans and accounts",
          "[series][restate]") {
  const int stories = std::getenv("LOANBOOK_TEST_ALL") != nullptr ? 400 : 40;
  int restated = 0;
  int compared = 0;
  for (int seed = 1; seed <= stories; ++seed) {
    Dice dice(static_cast<std::uint32_t>(seed) + 5000);
    const Story story = random_story(dice);
    CAPTURE(seed, static_cast<int>(story.product.method), story.product.index.has_value(),
            story.product.servicing.has_value(), static_cast<int>(story.product.day_count));
    const Told known = tell(story, true);
    const Told learnt = tell(story, false);
    // A loan that one of the books had closed by then took no more money there.
    if (known.taken != learnt.taken) continue;
    ++compared;
    restated += learnt.restated;
    REQUIRE(seen(*known.book) == seen(*learnt.book));
    check_ties(*learnt.book);
    const auto later = seen(*learnt.book);
    must_ok(learnt.book->rebuild());
    REQUIRE(seen(*learnt.book) == later);
    must(known.book->close_through(day("2026-10-20")));
    must(learnt.book->close_through(day("2026-10-20")));
    REQUIRE(seen(*known.book) == seen(*learnt.book));
    check_ties(*learnt.book);
  }
  CHECK(compared > stories * 3 / 4);
  CHECK(restated > stories);
}

}  // namespace
}  // namespace loanbook::test
