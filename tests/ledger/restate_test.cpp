// Loans folded again under the right version of their product: known in time or restated, the book
// is the same; what was booked before stays known; what is isolated comes back.

#include <algorithm>
#include <map>

#include "ledger/dying.hpp"
#include "ledger/scenario.hpp"
#include "loanbook/ledger/proof/digest.hpp"
#include "loanbook/ledger/restate/restated.hpp"
#include "loanbook/money/limits.hpp"
#include "loanbook/storage/rocksdb/rocks_store.hpp"

using namespace loanbook;        // NOLINT
using namespace loanbook::test;  // NOLINT

namespace {

Product version_2(Product product) {
  product.version = 2;
  return product;
}

RestateRequest request_of(const std::string& product) {
  return {.product = product, .from = 1, .to = 2, .source = "test", .reason = "wrong terms"};
}

/// Everything about loans and accounts that people see, but the version of the product.
std::vector<std::string> seen(const Book& book) {
  std::vector<std::string> all;
  must_ok(book.portfolio({}, [&](const PortfolioRow& r) {
    const LoanView view = must(book.loan(r.loan));
    std::string row = r.loan + " " + std::string(to_text(r.status)) + " dpd " +
                      std::to_string(r.dpd) + " " + r.bucket + " " + r.category;
    for (std::size_t i = 0; i < view.balances.size(); ++i) {
      if (view.balances[i] != 0)
        row += " " + std::string(to_text(static_cast<Role>(i))) + " " +
               std::to_string(view.balances[i]);
    }
    for (const DueView& due : view.due)
      row += " due " + money::to_text(due.due) + " " + std::to_string(due.principal) + "/" +
             std::to_string(due.interest) + "/" + std::to_string(due.penalty) + "/" +
             std::to_string(due.compound);
    all.push_back(row);
    return true;
  }));
  for (const TrialBalanceRow& row : must(book.trial_balance())) {
    if (row.debit != row.credit)
      all.push_back(row.account + " " + money::text_of_minor(row.debit - row.credit, 2));
  }
  return all;
}

/// A loan of 1,200.00 in 12 rows that pays nothing; penalty at 1.5 times the rate, which is wrong.
std::unique_ptr<Book> late_book(const char* until) {
  auto book = new_book();
  must(book->record(publish(level_product())));
  must(book->record(lend("L", "level", "1200.00")));
  must(book->record(lend("M", "level", "2400.00")));
  must(book->close_through(day(until)));
  return book;
}

Product right_product() {
  Product right = version_2(level_product());
  right.penalty_multiplier_e4 = 12'000;
  return right;
}

void check_ties(const Book& book) {
  verified(book);
  const Reconciliation ties = must(book.reconcile_internal());
  for (const auto& difference : ties.differences) UNSCOPED_INFO(difference.first);
  CHECK(ties.differences.empty());
}

}  // namespace

TEST_CASE("restated or known in time, a random portfolio is the same", "[restate]") {
  const Scenario scenario(GENERATE(21, 22, 23, 24), 120, 110);
  std::mt19937_64 random(scenario.size());
  const auto wrong = new_book("2023-11-20");
  const auto right = new_book("2023-11-20");
  std::vector<Product> products;
  int days = 0;
  const auto restate_all = [&] {
    for (const Product& product : products) {
      must(wrong->record(publish(version_2(product))));
      RestateRequest request = request_of(product.id);
      request.ended = true;
      RestateRequest looked_at = request;
      looked_at.dry_run = true;
      const RestateReport one = must(wrong->restate(looked_at));
      looked_at.threads = 3;
      const RestateReport three = must(wrong->restate(looked_at));
      CHECK(three.digest == one.digest);
      CHECK(three.effect.loans.size() == one.effect.loans.size());
      const auto done = wrong->restate(request);
      if (!done) REQUIRE(done.error().id == "restate.nothing");
    }
  };
  for (const auto& today : scenario.days()) {
    for (const Command& command : today.commands) {
      if (const auto* published = std::get_if<PublishProduct>(&command.event)) {
        Product bad = published->product;
        bad.penalty_multiplier_e4 = random() % 2 == 0 ? 0 : 20'000;
        bad.grace_days = static_cast<std::uint16_t>(random() % 6);
        bad.compound = static_cast<CompoundRate>(random() % 3);
        if (random() % 3 == 0) bad.accrual_rounding = money::RoundingMode::down;
        if (random() % 3 == 0) bad.day_count = schedule::DayCount::act_365f;
        if (random() % 2 == 0) bad.prepayment = Prepayment::hold;
        products.push_back(published->product);
        must(wrong->record(publish(bad)));
        must(right->record(command));
        continue;
      }
      // What either book refuses was not told.
      if (wrong->check(command) && right->check(command)) {
        must(wrong->record(command));
        must(right->record(command));
      }
    }
    must(wrong->close_through(today.day));
    must(right->close_through(today.day));
    // Entries go in step until then, so that a reversal means the same in both.
    if (++days == 90) break;
  }
  const std::vector<std::string> before = seen(*wrong);
  restate_all();
  CHECK(seen(*wrong) == seen(*right));
  CHECK(seen(*wrong) != before);
  check_ties(*wrong);
  for (int i = 0; i < 20; ++i) {
    must(wrong->close_through(wrong->status().business_date));
    must(right->close_through(right->status().business_date));
    if (i % 7 == 0) CHECK(seen(*wrong) == seen(*right));
  }
  CHECK(seen(*wrong) == seen(*right));
  check_ties(*wrong);
  must_ok(wrong->rebuild());
  CHECK(seen(*wrong) == seen(*right));
  check_ties(*wrong);
}

TEST_CASE("a wrong penalty rate is restated: one entry, whole balances go over", "[restate]") {
  const auto book = late_book("2026-03-31");
  const LoanView before = must(book->loan("L"));
  const auto trial_before = must(book->trial_balance());
  must(book->record(publish(right_product())));
  const std::uint64_t known = book->status().head.sequence;

  RestateRequest request = request_of("level");
  request.dry_run = true;
  const RestateReport dry = must(book->restate(request));
  CHECK(book->status().head.sequence == known);
  CHECK(dry.loans == 2);
  REQUIRE(dry.effect.loans.size() == 2);
  const LoanEffect& effect = dry.effect.loans.front();
  CHECK(effect.after.penalty < effect.before.penalty);
  CHECK(effect.after.principal == effect.before.principal);
  CHECK_FALSE(effect.plan_differs);

  request.dry_run = false;
  request.key = "k1";
  request.actor = "anna";
  request.expect = hex(dry.digest).substr(0, 12);
  const RestateReport done = must(book->restate(request));
  CHECK(done.digest == dry.digest);
  CHECK(done.sequence == known + 1);
  CHECK(done.effect.accounts == dry.effect.accounts);
  const LoanView after = must(book->loan("L"));
  CHECK(after.product_version == 2);
  CHECK(after.row.penalty == effect.after.penalty);
  CHECK(after.version == before.version);
  check_ties(*book);

  SECTION("the entry balances by product, and settlement nets out") {
    std::map<std::string, std::int64_t> settlement;
    std::int64_t sum = 0;
    int entries = 0;
    must_ok(book->entries(known, [&](const EntryView& entry) {
      ++entries;
      CHECK(entry.text == "product level version 1 restated as version 2: 2 loans");
      for (const auto& total : entry.totals) {
        sum += total.minor;
        if (total.role == Role::settlement) settlement["all"] += total.minor;
      }
      return true;
    }));
    CHECK(entries == 1);
    CHECK(sum == 0);
    CHECK(settlement["all"] == 0);
  }
  SECTION("what was known before stays known") {
    const LoanView then = must(book->loan("L", {}, known));
    CHECK(then.product_version == 1);
    CHECK(then.row.penalty == before.row.penalty);
    const auto booked = must(book->trial_balance(day("2026-03-31")));
    REQUIRE(booked.size() == trial_before.size());
    for (std::size_t i = 0; i < booked.size(); ++i) CHECK(booked[i].debit == trial_before[i].debit);
    const auto entries = must(book->loan_entries("L"));
    CHECK(entries.back().receipt.kind == "restated");
    CHECK_FALSE(entries.back().receipt.movements.empty());
  }
  SECTION("the same key again changes nothing, another request under it is a conflict") {
    const RestateReport again = must(book->restate(request));
    CHECK(again.replayed);
    CHECK(again.sequence == done.sequence);
    CHECK(again.effect.accounts == done.effect.accounts);
    RestateRequest other = request;
    other.reason = "another one";
    CHECK(error_id(book->restate(other)) == "idempotency.conflict");
    RestateRequest fresh = request;
    fresh.key = "k2";
    CHECK(error_id(book->restate(fresh)) == "restate.nothing");
    Command clash = pay("L", "1.00");
    clash.source = "test";
    clash.key = "k1";
    CHECK(error_id(book->record(clash)) == "idempotency.conflict");
  }
  SECTION("nights go on, and the lines are those of the new version") {
    must(book->close_through(day("2026-04-20")));
    check_ties(*book);
    std::int64_t before_it = 0;
    std::int64_t events = 0;
    must_ok(book->accruals(day("2026-04-01"), "L", [&](const AccrualRow& row) {
      if (row.role == Role::penalty_receivable) {
        before_it = row.before;
        events = row.events;
      }
      return true;
    }));
    CHECK(before_it > 0);
    CHECK(events < 0);
    // And back again: a restatement is itself restated.
    RestateRequest back = request_of("level");
    std::swap(back.from, back.to);
    must(book->restate(back));
    check_ties(*book);
    const auto never = late_book("2026-04-20");
    CHECK(seen(*book) == seen(*never));
  }
  SECTION("a restatement cannot be reversed, only restated") {
    CHECK(error_id(book->record({.event = Reverse{done.sequence}})) == "entry.not_reversible");
  }
}

TEST_CASE("what a restatement refuses", "[restate]") {
  const auto book = late_book("2026-02-28");
  Product right = right_product();
  right.amount_max_minor = 2'000'00;
  must(book->record(publish(right)));
  const storage::Head head = book->status().head;
  RestateRequest request = request_of("level");

  CHECK(error_id(book->restate(request)) == "restate.refused");
  request.dry_run = true;
  const RestateReport dry = must(book->restate(request));
  REQUIRE(dry.effect.refused.size() == 1);
  CHECK(dry.effect.refused.front().loan == "M");
  CHECK(dry.effect.refused.front().why.id == "restate.terms");
  request.dry_run = false;

  RestateRequest wrong = request;
  wrong.reason.clear();
  CHECK(error_id(book->restate(wrong)) == "restate.reason_missing");
  wrong = request;
  wrong.to = 1;
  CHECK(error_id(book->restate(wrong)) == "restate.same_version");
  wrong = request;
  wrong.to = 3;
  CHECK(error_id(book->restate(wrong)) == "product.unknown");
  wrong = request;
  wrong.loans = {"N"};
  CHECK(error_id(book->restate(wrong)) == "loan.unknown");
  wrong = request;
  wrong.unpublished = right;
  CHECK(error_id(book->restate(wrong)) == "restate.not_published");
  wrong = request;
  wrong.skip_refused = true;
  wrong.expect = "00000000";
  CHECK(error_id(book->restate(wrong)) == "restate.expected");
  Product other = version_2(level_product());
  other.version = 3;
  other.method = schedule::Method::bullet;
  other.basis = schedule::InterestBasis::daily;
  must(book->record(publish(other)));
  wrong = request;
  wrong.to = 3;
  CHECK(error_id(book->restate(wrong)) == "restate.other_contract");
  CHECK(book->status().head.sequence == head.sequence + 1);

  request.skip_refused = true;
  CHECK(must(book->restate(request)).loans == 1);
  CHECK(must(book->loan("L")).product_version == 2);
  CHECK(must(book->loan("M")).product_version == 1);
  wrong = request_of("level");
  wrong.loans = {"L"};
  CHECK(error_id(book->restate(wrong)) == "restate.refused");
  check_ties(*book);
  must(book->close_through(day("2026-03-20")));
  check_ties(*book);
}

TEST_CASE("a restated book is the same after a restart, and after one that lost its rows",
          "[restate]") {
  storage::memory::MemoryBook kept;
  std::vector<std::string> then;
  {
    auto store = must(kept.open_writer());
    must_ok(Book::init(*store, "CNY", day("2026-01-01")));
    const auto book = must(Book::open(std::move(store)));
    must(book->record(publish(level_product())));
    for (int i = 0; i < 600; ++i)
      must(book->record(lend("L" + std::to_string(i), "level", "1200.00")));
    must(book->close_through(day("2026-03-10")));
    must_ok(book->checkpoint());
    must(book->record(publish(right_product())));
    RestateRequest request = request_of("level");
    request.key = "again";
    must(book->restate(request));
    must(book->record(pay("L17", "50.00")));
    then = seen(*book);
  }  // as after a crash
  const auto book = must(Book::open(must(kept.open_writer())));
  CHECK(seen(*book) == then);
  check_ties(*book);
  RestateRequest request = request_of("level");
  request.key = "again";
  CHECK(must(book->restate(request)).replayed);
  must(book->close_through(day("2026-03-20")));
  const auto later = seen(*book);
  must_ok(book->rebuild());
  CHECK(seen(*book) == later);
  check_ties(*book);
}

TEST_CASE("a loan that its version isolates comes back by a restatement", "[restate]") {
  const auto book = new_book();
  Product greedy = level_product();
  greedy.id = "greedy";
  greedy.method = schedule::Method::bullet;
  greedy.basis = schedule::InterestBasis::daily;
  greedy.amount_max_minor = money::limits::principal_minor_max;
  greedy.penalty_multiplier_e4 = 0;
  greedy.penalty_rate = money::Rate::of_e12(10'000'000'000'000);
  greedy.installments_default = 1;
  must(book->record(publish(greedy)));
  must(book->record(lend("huge", "greedy", "1000000000000000.00")));
  must(book->record(lend("small", "greedy", "1200.00")));
  for (int year = 2027; year <= 2037; ++year)
    must(book->close_through(day((std::to_string(year) + "-01-01").c_str())));
  REQUIRE(book->status().isolated == 1);
  const std::uint64_t isolated_at = book->status().head.sequence;
  CHECK(error_id(book->record(pay("huge", "1.00"))) == "loan.isolated");
  Product modest = version_2(greedy);
  modest.penalty_rate = money::Rate::of_e12(100'000'000'000);
  must(book->record(publish(modest)));
  must(book->restate(request_of("greedy")));
  CHECK(book->status().isolated == 0);
  check_ties(*book);
  const auto penalty = [&](std::optional<std::uint64_t> known) {
    return must(book->loan("huge", {}, known))
        .balances.at(static_cast<std::size_t>(Role::penalty_receivable));
  };
  CHECK(penalty(isolated_at) > penalty({}));
  must(book->close_through(day("2037-01-20")));
  CHECK(book->status().isolated == 0);
  check_ties(*book);
  must_ok(book->rebuild());
  check_ties(*book);
  CHECK(must(book->reconcile_internal(isolated_at)).differences.empty());
}

TEST_CASE("a loan that its amount isolates comes back when its pay-out is reversed", "[restate]") {
  const auto book = new_book();
  Product greedy = level_product();
  greedy.id = "greedy";
  greedy.method = schedule::Method::bullet;
  greedy.basis = schedule::InterestBasis::daily;
  greedy.amount_max_minor = money::limits::principal_minor_max;
  greedy.penalty_multiplier_e4 = 0;
  greedy.penalty_rate = money::Rate::of_e12(10'000'000'000'000);
  greedy.installments_default = 1;
  must(book->record(publish(greedy)));
  const auto paid_out =
      must(book->record(lend("L", "greedy", "1000000000000000.00"))).receipt.sequence;
  must(book->record(lend("M", "greedy", "1200.00")));
  for (int year = 2027; year <= 2037; ++year)
    must(book->close_through(day((std::to_string(year) + "-01-01").c_str())));
  REQUIRE(book->status().isolated == 1);
  CHECK(error_id(book->record(pay("L", "1.00"))) == "loan.isolated");
  const Recorded back = must(book->record({.event = Reverse{paid_out}, .loan = "L"}));
  CHECK(back.receipt.value_date == day("2026-01-01"));
  CHECK(book->status().isolated == 0);
  check_ties(*book);
  must(book->close_through(day("2037-02-03")));
  CHECK(book->status().isolated == 0);
  check_ties(*book);
  must_ok(book->rebuild());
  CHECK(book->status().isolated == 0);
  check_ties(*book);
}

TEST_CASE("what-if says what recording would do, and does nothing", "[restate]") {
  const auto book = late_book("2026-03-31");
  std::vector<Command> commands;
  for (const char* loan : {"L", "M"}) {
    Command command = pay(loan, "110.02");
    command.value_date = day("2026-02-01");
    commands.push_back(command);
  }
  commands.push_back(pay("nobody", "1.00"));
  const storage::Head head = book->status().head;
  const auto before = seen(*book);
  const WhatIfReport what = must(book->what_if(commands, true));
  CHECK(book->status().head == head);
  CHECK(seen(*book) == before);
  CHECK(what.events == 2);
  REQUIRE(what.refused.size() == 1);
  CHECK(what.refused.front().index == 2);
  REQUIRE(what.effect.loans.size() == 2);
  CHECK_FALSE(what.effect.nights.empty());
  CHECK(what.effect.nights.front().day == day("2026-02-01"));

  std::map<std::string, money::Int128> trial;
  for (const TrialBalanceRow& row : must(book->trial_balance()))
    trial[row.account] = row.debit - row.credit;
  commands.pop_back();
  for (const Command& command : commands) must(book->record(command));
  std::map<std::string, money::Int128> moved;
  for (const TrialBalanceRow& row : must(book->trial_balance()))
    moved[row.account] = row.debit - row.credit;
  for (const auto& [account, minor] : trial) moved[account] -= minor;
  for (const AccountEffect& effect : what.effect.accounts) {
    CHECK(moved[effect.account] == effect.minor);
    moved.erase(effect.account);
  }
  for (const auto& [account, minor] : moved) CHECK(minor == 0);
  for (const LoanEffect& effect : what.effect.loans) {
    const PortfolioRow row = must(book->loan(effect.loan)).row;
    CHECK(row.principal == effect.after.principal);
    CHECK(row.interest_accrued + row.interest_due == effect.after.interest);
    CHECK(row.penalty == effect.after.penalty);
    CHECK(row.dpd == effect.after.dpd);
  }
}

TEST_CASE("an unpublished version shows exactly what adopting it does", "[restate]") {
  const auto book = late_book("2026-03-31");
  RestateRequest request = request_of("level");
  request.unpublished = right_product();
  request.dry_run = true;
  request.by_night = true;
  const RestateReport what = must(book->restate(request));
  CHECK(book->products().size() == 1);
  must(book->record(publish(right_product())));
  RestateRequest adopt = request_of("level");
  adopt.expect = hex(what.digest);
  const RestateReport done = must(book->restate(adopt));
  CHECK(done.effect.accounts == what.effect.accounts);
  // The last closed day, had the right terms been known: the difference that was booked.
  REQUIRE_FALSE(what.effect.nights.empty());
  CHECK(what.effect.nights.back().day == day("2026-03-31"));
  CHECK(what.effect.nights.back().accounts == done.effect.accounts);
}

TEST_CASE("a restatement that dies at any disk call is done or not, and can be sent again",
          "[restate]") {
  using storage::fault::FaultDisk;
  constexpr const char* folder = "/book";
  FaultDisk base(1);
  must_ok(storage::rocksdb::create_book(folder, base.options()));
  {
    auto store = must(storage::rocksdb::open_writer(folder, base.options()));
    must_ok(Book::init(*store, "CNY", day("2026-01-01")));
    auto book = must(Book::open(std::move(store)));
    must(book->record(publish(level_product())));
    for (int i = 0; i < 30; ++i)
      must(book->record(lend("L" + std::to_string(i), "level", "1200.00")));
    must(book->close_through(day("2026-02-20")));
    must(book->record(publish(right_product())));
    must_ok(book->close());
  }
  RestateRequest request = request_of("level");
  request.key = "once";
  const auto send = [&](FaultDisk& disk) -> std::optional<storage::Head> {
    auto store = storage::rocksdb::open_writer(folder, disk.options());
    if (!store) return std::nullopt;
    auto book = Book::open(std::move(*store));
    if (!book || !(*book)->restate(request)) return std::nullopt;
    if (!(*book)->close_through(day("2026-02-21"))) return std::nullopt;
    const storage::Head head = (*book)->status().head;
    if (!(*book)->close()) return std::nullopt;
    return head;
  };
  const auto quiet = dies_at_any_call(base, send);
  auto book = must(Book::open(must(storage::rocksdb::open_writer(folder, quiet->options()))));
  check_ties(*book);
}

TEST_CASE("rebuild takes away a segment that no entry names", "[restate]") {
  storage::memory::MemoryBook kept;
  const std::string bytes = "LBRST001 and no more";
  {
    auto store = must(kept.open_writer());
    must_ok(Book::init(*store, "CNY", day("2026-01-01")));
    must_ok(store->put_segment(sha256(bytes), bytes));
    must_ok(store->close());
  }
  auto book = must(Book::open(must(kept.open_writer())));
  CHECK(book->segment(sha256(bytes)));
  must_ok(book->rebuild());
  CHECK(error_id(book->segment(sha256(bytes))) == "integrity.segment_missing");
}
