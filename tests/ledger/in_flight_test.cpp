// Pay-outs in flight, intents, debit lists: one disbursement whatever is sent again in whatever
// order, one repayment on the day that was meant.

#include <algorithm>

#include "ledger/credit_line_support.hpp"
#include "ledger/dice.hpp"
#include "loanbook/storage/memory/memory_store.hpp"

using namespace loanbook;        // NOLINT
using namespace loanbook::test;  // NOLINT

namespace {

Command open_loan(const std::string& loan, const std::string& amount = "1200.00",
                  const std::string& line = {}) {
  return {.event = OpenLoan{.product = "level", .amount = amount, .line = line}, .loan = loan};
}
Command told(Kind kind, const std::string& loan) {
  return {.event = Operation{.kind = kind}, .loan = loan};
}
Command order(const std::string& loan, const std::string& amount = "1200.00",
              const std::string& reference = {}) {
  return {
      .event =
          Operation{
              .kind = Kind::order_payout, .amount = amount, .code = reference, .channel = "bank-a"},
      .loan = loan};
}
Command intend(const std::string& loan, const std::string& amount, const char* on,
               const char* until = nullptr, const std::string& kind = {}) {
  Operation operation{.kind = Kind::intend, .amount = amount, .from = day(on), .choice = kind};
  if (until != nullptr) operation.until = day(until);
  return {.event = operation, .loan = loan};
}

std::unique_ptr<Book> book_with_products(std::unique_ptr<storage::Store> store = nullptr,
                                         BookOptions options = {}) {
  if (store == nullptr) store = storage::memory::make_memory_store();
  must_ok(Book::init(*store, "CNY", day("2026-01-01")));
  auto book = must(Book::open(std::move(store), std::move(options)));
  must(book->record(publish(level_product())));
  Product several = level_product();
  several.id = "several";
  several.servicing.emplace().several_payouts = true;
  must(book->record(publish(several)));
  return book;
}

std::size_t count_of(const Book& book, const std::string& loan, const std::string& kind) {
  std::size_t count = 0;
  for (const EntryView& entry : must(book.loan_entries(loan)))
    count += entry.receipt.kind == kind ? 1 : 0;
  return count;
}

}  // namespace

TEST_CASE("a pay-out that was ordered moves nothing until its channel confirms it") {
  const auto book = book_with_products();
  must(book->record(open_loan("L")));
  const auto ordered = must(book->record(order("L", "1200.00", "BA-1")));
  CHECK(ordered.receipt.movements.empty());
  CHECK(must(book->trial_balance()).empty());
  const auto second = book->record(order("L"));
  CHECK(error_id(second) == "payout.in_flight");
  CHECK(second.error().message.find("entry " + std::to_string(ordered.receipt.sequence)) !=
        std::string::npos);
  CHECK(error_id(book->record({.event = Disburse{"1200.00"}, .loan = "L"})) == "payout.in_flight");
  CHECK(error_id(book->record(told(Kind::cancel, "L"))) == "payout.in_flight");
  CHECK(error_id(book->record({.event = Reverse{ordered.receipt.sequence}})) ==
        "entry.not_reversible");
  CHECK(error_id(book->record({.event = Reverse{ordered.receipt.sequence - 1}})) ==
        "payout.in_flight");
  must(book->close_through(day("2026-01-03")));
  Command unknown = told(Kind::unknown_payout, "L");
  std::get<Operation>(unknown.event).code = "timeout";
  must(book->record(unknown));
  REQUIRE(book->payouts().size() == 1);
  CHECK(book->payouts()[0].unknown);
  CHECK(book->payouts()[0].age == 3);
  CHECK(book->payouts()[0].code == "timeout");
  CHECK(error_id(book->record(order("L"))) == "payout.in_flight");

  Command confirm = told(Kind::confirm_payout, "L");
  std::get<Operation>(confirm.event).amount = "1199.00";
  CHECK(error_id(book->record(confirm)) == "payout.amount_differs");
  std::get<Operation>(confirm.event).amount.reset();
  confirm.value_date = day("2026-01-02");
  const Recorded paid = must(book->record(confirm));
  CHECK(paid.receipt.kind == "disburse");
  CHECK(paid.receipt.value_date == day("2026-01-02"));
  CHECK(must(book->loan("L")).disbursed == day("2026-01-02"));
  CHECK(book->payouts().empty());
  CHECK(error_id(book->record(told(Kind::confirm_payout, "L"))) == "payout.not_in_flight");
  CHECK(must(book->payout_called("BA-1")).loan == "L");
  verified(*book);
  must_ok(book->rebuild());
  verified(*book);
}

TEST_CASE("a pay-out that failed may be ordered again, under another name") {
  const auto book = book_with_products();
  must(book->record(open_loan("L")));
  must(book->record(order("L", "1200.00", "BA-1")));
  must(book->record(told(Kind::fail_payout, "L")));
  CHECK(must(book->loan("L")).row.status == LoanStatus::approved);
  CHECK(error_id(book->record(order("L", "1200.00", "BA-1"))) == "payout.reference_used");
  CHECK(error_id(book->record(order("L", "1199.00", "BA-2"))) == "loan.amount_differs");
  must(book->preview(order("L", "1200.00", "BA-2")));
  CHECK(book->payouts().empty());
  must(book->record(order("L", "1200.00", "BA-2")));
  must(book->record(told(Kind::confirm_payout, "L")));
  // The disbursement never happened: it may be ordered once more.
  must(book->record({.event = Reverse{book->status().head.sequence}}));
  const auto third = must(book->record(order("L")));
  CHECK(must(book->payout_called(std::to_string(third.receipt.sequence))).loan == "L");
  CHECK(error_id(book->payout_called("BA-9")) == "payout.unknown");
  verified(*book);
}

TEST_CASE("several pay-outs of one loan are ordered one after the other") {
  const auto book = book_with_products();
  must(book->record({.event = OpenLoan{.product = "several", .amount = "1200.00"}, .loan = "S"}));
  must(book->record(order("S", "500.00")));
  CHECK(error_id(book->record(order("S", "500.00"))) == "payout.in_flight");
  must(book->record(told(Kind::confirm_payout, "S")));
  must(book->close_through(day("2026-01-04")));
  CHECK(error_id(book->record(order("S", "700.01"))) == "loan.amount_over_approved");
  must(book->record(order("S", "700.00")));
  must(book->record(told(Kind::confirm_payout, "S")));
  CHECK(must(book->loan("S")).row.lent == 1'200'00);
  verified(*book);
}

TEST_CASE("a line keeps what is in flight, whatever its reservation does") {
  const auto book = book_with_line("2000.00");
  must(book->record(reserve("C1", "R1", "1200.00", "2026-01-02")));
  Command opened = open_loan("L", "1200.00", "C1");
  std::get<OpenLoan>(opened.event).reservation = "R1";
  must(book->record(opened));
  must(book->record(order("L")));
  CHECK(three(*book) == Three{0, 1'200'00, 800'00});
  must(book->close_through(day("2026-01-05")));  // the reservation has expired
  CHECK(three(*book) == Three{0, 1'200'00, 800'00});
  must(book->record(open_loan("M", "900.00", "C1")));
  CHECK(error_id(book->record(order("M", "900.00"))) == "line.over_limit");
  must(book->checkpoint());
  must_ok(book->rebuild());
  CHECK(three(*book) == Three{0, 1'200'00, 800'00});
  must(book->record(told(Kind::confirm_payout, "L")));
  CHECK(three(*book) == Three{1'200'00, 0, 800'00});
  must(book->record(open_loan("N", "800.00", "C1")));
  must(book->record(order("N", "800.00")));
  CHECK(three(*book) == Three{1'200'00, 800'00, 0});
  must(book->record(told(Kind::fail_payout, "N")));
  CHECK(three(*book) == Three{1'200'00, 0, 800'00});
  verified(*book);
}

TEST_CASE("pay-outs in flight count against a partner's limit, a confirmed one has happened") {
  const auto book = book_with_products();
  Product joint = level_product();
  joint.id = "joint";
  joint.joint.emplace();
  joint.joint->lead = "us";
  joint.joint->parties = {{.id = "us", .weight = 30}, {.id = "city-bank", .weight = 70}};
  must(book->record(publish(joint)));
  const auto limit = [&](const char* amount) {
    must(book->record({.event = LimitPartner{"city-bank", "CNY", amount, {}}}));
  };
  limit("1000.00");
  for (const char* loan : {"A", "B"})
    must(book->record({.event = OpenLoan{.product = "joint", .amount = "1000.00"}, .loan = loan}));
  must(book->record(order("A", "1000.00")));
  CHECK(error_id(book->record(order("B", "1000.00"))) == "partner.over_limit");
  limit("100.00");  // lowered while the money is on its way
  must(book->record(told(Kind::confirm_payout, "A")));
  CHECK(book->partner_limits()[0].used == 700'00);
  verified(*book);
}

TEST_CASE("the risk engine is asked when a pay-out is ordered, not when it has happened") {
  int asked = 0;
  Verdict verdict = Verdict::allow;
  BookOptions options;
  options.needs_decision = true;
  options.ask_risk = [&](const RiskQuestion& question) {
    ++asked;
    CHECK(question.amount == "1200.00");
    return RiskAnswer{.verdict = verdict, .code = "R1"};
  };
  const auto book = book_with_products(nullptr, options);
  must(book->record(open_loan("L")));
  verdict = Verdict::block;
  CHECK(error_id(book->record(order("L"))) == "risk.block");
  CHECK(book->payouts().empty());
  verdict = Verdict::allow;
  must(book->record(order("L")));
  must(book->record(told(Kind::confirm_payout, "L")));
  CHECK(asked == 2);
  verified(*book);
}

TEST_CASE("whatever is sent again in whatever order, across crashes: one disbursement") {
  const bool all = std::getenv("LOANBOOK_TEST_ALL") != nullptr;
  for (std::uint32_t seed = 1; seed <= (all ? 400U : 60U); ++seed) {
    INFO("seed " << seed);
    Dice dice(seed);
    storage::memory::MemoryBook disk;
    {
      auto store = must(disk.open_writer());
      must_ok(Book::init(*store, "CNY", day("2026-01-01")));
    }
    auto book = must(Book::open(must(disk.open_writer())));
    must(book->record(publish(level_product())));
    must(book->record(open_loan("L")));
    // What the world knows: the channel pays each reference that reached it at most once, and
    // answers by its name; a sender that hears nothing sends again.
    std::vector<Command> sent;
    int orders = 0;
    bool paid = false;
    std::vector<int> state;  // of each order: 0 with the channel, 1 paid, 2 rejected
    for (int step = 0; step < 60; ++step) {
      const int what = dice.roll(0, 9);
      if (what < 3) {
        Command command = order("L", "1200.00", "X" + std::to_string(orders + 1));
        command.source = "app";
        command.key = "order-" + std::to_string(orders + 1);
        const auto done = book->record(command);
        if (done && !done->replayed) {
          sent.push_back(command);
          state.push_back(0);
          ++orders;
        }
      } else if (what < 6 && orders > 0) {
        const int at = dice.roll(1, orders);
        if (state[at - 1] == 0) state[at - 1] = dice.roll(0, 2) == 0 ? 2 : 1;
        paid = paid || state[at - 1] == 1;
        Command command = told(state[at - 1] == 1 ? Kind::confirm_payout : Kind::fail_payout, "L");
        std::get<Operation>(command.event).of =
            must(book->payout_called("X" + std::to_string(at))).sequence;
        command.source = "payouts";
        command.key = "X" + std::to_string(at);
        must(book->record(command));
        sent.push_back(command);
      } else if (what == 6) {
        (void)book->record(told(Kind::unknown_payout, "L"));
      } else if (what == 7 && !sent.empty()) {
        // All of it once more, in any order.
        std::vector<Command> again = sent;
        for (std::size_t i = again.size(); i > 1; --i)
          std::swap(again[i - 1],
                    again[static_cast<std::size_t>(dice.roll(0, static_cast<int>(i) - 1))]);
        for (const auto& result : book->record_each(again)) {
          REQUIRE(result);
          CHECK(result->replayed);
        }
      } else if (what == 8) {
        if (dice.roll(0, 1) == 0) must_ok(book->close());
        book.reset();  // without a close: a crash
        book = must(Book::open(must(disk.open_writer())));
      } else {
        must(book->close_through(book->status().business_date));
      }
      CHECK(count_of(*book, "L", "disburse") == (paid ? 1 : 0));
      CHECK(must(book->loan("L")).row.lent == (paid ? 1'200'00 : 0));
      const auto standing = std::count(state.begin(), state.end(), 0);
      CHECK(book->payouts().size() == static_cast<std::size_t>(standing));
      CHECK(standing <= 1);
    }
    verified(*book);
  }
}

TEST_CASE("an intent becomes a repayment on its day, once, and a loan without one is not visited") {
  const auto book = book_with_products();
  must(book->record(lend("L", "level", "1200.00")));
  must(book->record(lend("M", "level", "1200.00")));
  CHECK(error_id(book->record(intend("L", "50.00", "2026-01-01"))) == "intent.date");
  CHECK(error_id(book->record(intend("L", "50.00", "2026-01-09", "2026-01-08"))) ==
        "intent.expires");
  const auto first = must(book->record(intend("L", "50.00", "2026-01-09"))).receipt;
  CHECK(first.movements.empty());
  const auto off = must(book->record(intend("L", "60.00", "2026-01-09"))).receipt;
  Command cancel = told(Kind::cancel_intent, "M");
  std::get<Operation>(cancel.event).of = off.sequence;
  CHECK(error_id(book->record(cancel)) == "intent.unknown");
  cancel.loan = "L";
  must(book->record(cancel));
  CHECK(error_id(book->record(cancel)) == "intent.unknown");
  CHECK(book->intents().size() == 1);
  CHECK(must(book->close_through(day("2026-01-07"))).back().intents.empty());
  CHECK(count_of(*book, "L", "repay") == 0);
  const auto night = must(book->close_through(day("2026-01-08"))).back();
  REQUIRE(night.intents.size() == 1);
  CHECK(night.intents[0].outcome == NightReport::Intended::Outcome::repaid);
  CHECK(night.intents[0].intent.loan == "L");
  const auto entries = must(book->loan_entries("L"));
  CHECK(entries.back().receipt.sequence == night.intents[0].sequence);
  CHECK(entries.back().receipt.value_date == day("2026-01-09"));
  CHECK(entries.back().receipt.booking_date == day("2026-01-09"));
  CHECK(entries.back().key == std::to_string(first.sequence));
  CHECK(book->intents().empty());
  CHECK(must(book->close_through(day("2026-01-20"))).back().intents.empty());
  CHECK(count_of(*book, "L", "repay") == 1);
  verified(*book);
}

TEST_CASE(
    "an intent for a loan that is settled lapses, one that has expired ends; both are named") {
  using Outcome = NightReport::Intended::Outcome;
  const auto book = book_with_products();
  must(book->record(lend("L", "level", "1200.00")));
  must(book->record(open_loan("W")));
  must(book->record(intend("L", "50.00", "2026-01-05")));
  must(book->record(intend("W", "50.00", "2026-01-05", "2026-01-06")));
  must(book->record(intend("L", "70.00", "2026-01-05", nullptr, "debit")));
  must(book->record(pay("L", "1200.00")));
  REQUIRE(must(book->loan("L")).row.status == LoanStatus::closed);
  auto night = must(book->close_through(day("2026-01-04"))).back();
  REQUIRE(night.intents.size() == 2);
  CHECK(night.intents[0].outcome == Outcome::lapsed);
  CHECK(night.intents[0].why == "the loan is closed");
  CHECK(night.intents[1].outcome == Outcome::waits);
  night = must(book->close_through(day("2026-01-05"))).back();
  REQUIRE(night.intents.size() == 2);
  CHECK(night.intents[0].outcome == Outcome::lapsed);   // its last day, still nothing paid out
  CHECK(night.intents[1].outcome == Outcome::expired);  // the debit was for its day
  CHECK(book->intents().empty());
  verified(*book);
}

TEST_CASE("a night that dies at any write carries every intent out once") {
  for (int nights = 1; nights <= 3; ++nights) {
    storage::memory::MemoryBook disk;
    {
      auto store = must(disk.open_writer());
      must_ok(Book::init(*store, "CNY", day("2026-01-01")));
    }
    auto book = must(Book::open(must(disk.open_writer())));
    must(book->record(publish(level_product())));
    must(book->record(lend("L", "level", "1200.00")));
    must(book->record(intend("L", "50.00", "2026-01-03")));
    must(book->close_through(day("2026-01-01") + date::days{nights - 1}));
    for (int again = 0; again < 3; ++again) {
      book.reset();
      book = must(Book::open(must(disk.open_writer())));
      CHECK(count_of(*book, "L", "repay") == (nights >= 2 ? 1 : 0));
    }
    verified(*book);
  }
}

TEST_CASE(
    "the debit list is what is due and unpaid, the oldest first, and the same when asked twice") {
  const auto book = book_with_products();
  must(book->record(lend("A", "level", "1200.00")));
  must(book->close_through(day("2026-01-10")));
  must(book->record(lend("B", "level", "2400.00")));
  must(book->record(lend("C", "level", "2400.00")));
  must(book->record(intend("C", "33.00", "2026-02-01", "2026-02-03", "debit")));
  must(book->close_through(day("2026-01-31")));
  CHECK(error_id(book->debit_list(day("2026-01-31"))) == "debit.date");
  const auto rows = must(book->debit_list(day("2026-02-01")));
  REQUIRE(rows.size() == 2);
  CHECK(rows[0].loan == "A");
  CHECK(rows[0].amount == must(book->schedule("A"))[0].payment);
  CHECK(rows[0].oldest == day("2026-02-01"));
  CHECK(rows[0].installments == 1);
  CHECK(rows[1].loan == "C");
  CHECK(rows[1].amount == 33'00);
  CHECK(rows[1].due == 0);
  CHECK(rows[1].intent != 0);
  // A day ahead, projected; paid in part, only the rest is asked for.
  CHECK(must(book->debit_list(day("2026-02-11"))).size() == 3);
  must(book->record(pay("A", "10.00")));
  CHECK(must(book->debit_list(day("2026-02-01")))[0].amount == rows[0].amount - 10'00);
  Command failed = told(Kind::debit_failed, "A");
  std::get<Operation>(failed.event).code = "51";
  failed.value_date = day("2026-01-31");
  const auto before = must(book->loan("A")).balances;
  CHECK(must(book->record(failed)).receipt.movements.empty());
  CHECK(must(book->loan("A")).balances == before);
  CHECK(must(book->loan_entries("A")).back().text == "debit-failed 51");
  verified(*book);
}

TEST_CASE("references of debit lists say day, run and loan, and are read back") {
  const DebitReference reference{.day = day("2026-03-01"), .run = 2, .loan = "L-1001-7"};
  CHECK(to_text(reference) == "20260301-2-L-1001-7");
  const auto read = must(parse_debit_reference("20260301-2-L-1001-7"));
  CHECK(read.day == reference.day);
  CHECK(read.run == 2);
  CHECK(read.loan == "L-1001-7");
  for (const char* wrong : {"", "x", "20260301", "20261301-1-L", "20260301-x-L", "20260301-1-"})
    CHECK(error_id(parse_debit_reference(wrong)) == "debit.reference");
}
