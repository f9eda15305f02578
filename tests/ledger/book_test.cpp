#include <thread>

#include "ledger/support.hpp"

using namespace loanbook;        // NOLINT
using namespace loanbook::test;  // NOLINT

TEST_CASE(
    "a loan lives from pay-out to its first installments, and the books balance every night") {
  const auto book = new_book();
  must(book->record(publish(level_product())));
  must(book->record(lend("L1", "level", "12000.00")));
  const auto nights = must(book->close_through(day("2026-02-05")));
  CHECK(nights.size() == 36);
  verified(*book);
  // Golden-style figures: 12000 at 1.5 % a month; the first installment is 1100.16 of which 180.00
  // interest.
  const LoanView late = must(book->loan("L1"));
  CHECK(late.row.interest_due == 180'00);
  CHECK(late.row.principal_overdue == 920'16);
  CHECK(late.row.dpd == 5);
  CHECK(late.row.reported_dpd == 5);
  CHECK(late.row.bucket == "M1");
  // Penalty from the due date in full after grace: 5 days of 0.27 / 360 on 920.16 = 3.4506.
  CHECK(late.balances[static_cast<std::size_t>(Role::penalty_receivable)] == 345);
  must(book->record(pay("L1", "1104.29")));
  verified(*book);
  must(book->close_through(day("2026-12-31")));
  verified(*book);
}

TEST_CASE("the same key twice gives the same receipt; another request under it is a conflict") {
  const auto book = new_book();
  must(book->record(publish(level_product())));
  must(book->record(lend("L1", "level", "12000.00")));
  Command repay = pay("L1", "100.00");
  repay.key = "k1";
  const Recorded first = must(book->record(repay));
  const Recorded again = must(book->record(repay));
  CHECK_FALSE(first.replayed);
  CHECK(again.replayed);
  CHECK(first.receipt.hash == again.receipt.hash);
  CHECK(first.receipt.sequence == again.receipt.sequence);
  repay.event = Repay{"101.00"};
  CHECK(error_id(book->record(repay)) == "idempotency.conflict");
  CHECK(book->status().head.sequence == again.receipt.sequence);
}

TEST_CASE(
    "a backdated repayment books its own step and the consequences, and equals having known it all "
    "along") {
  const auto on_time = new_book();
  const auto late = new_book();
  for (Book* book : {on_time.get(), late.get()}) {
    must(book->record(publish(level_product())));
    must(book->record(lend("L1", "level", "12000.00")));
    must(book->close_through(day("2026-01-31")));
  }
  must(on_time->record(pay("L1", "1100.16")));
  must(on_time->close_through(day("2026-03-20")));
  must(late->close_through(day("2026-03-20")));
  Command repay = pay("L1", "1100.16");
  repay.value_date = day("2026-02-01");
  const Recorded recorded = must(late->record(repay));
  bool consequences = false;
  for (const Movement& m : recorded.receipt.movements) {
    consequences = consequences || m.consequence;
    if (m.consequence) CHECK(m.role != Role::settlement);
  }
  CHECK(consequences);
  const LoanView a = must(on_time->loan("L1"));
  const LoanView b = must(late->loan("L1"));
  CHECK(a.balances == b.balances);
  CHECK(a.row.dpd == b.row.dpd);
  verified(*late);
  // And its reversal restores what was there before.
  const auto untouched = new_book();
  must(untouched->record(publish(level_product())));
  must(untouched->record(lend("L1", "level", "12000.00")));
  must(untouched->close_through(day("2026-03-20")));
  must(late->record({.event = Reverse{recorded.receipt.sequence}}));
  CHECK(must(late->loan("L1")).balances == must(untouched->loan("L1")).balances);
  CHECK(error_id(late->record({.event = Reverse{recorded.receipt.sequence}})) ==
        "entry.already_reversed");
  verified(*late);
}

TEST_CASE("refused commands store nothing and say why") {
  const auto book = new_book();
  must(book->record(publish(level_product())));
  must(book->record(lend("L1", "level", "12000.00")));
  const auto head = book->status().head;
  CHECK(error_id(book->record(lend("L1", "level", "12000.00"))) == "loan.exists");
  CHECK(error_id(book->record(lend("L2", "nothing", "12000.00"))) == "product.unknown");
  CHECK(error_id(book->record(lend("L2", "level", "-5.00"))) == "amount.not_positive");
  CHECK(error_id(book->record(lend("L2", "level", "5.001"))) == "decimal.too_many_digits");
  CHECK(error_id(book->record(pay("L9", "1.00"))) == "loan.unknown");
  Command early = pay("L1", "1.00");
  early.value_date = day("2025-12-31");
  CHECK(error_id(book->record(early)) == "date.before_disbursement");
  early.value_date = day("2026-01-02");
  CHECK(error_id(book->record(early)) == "date.after_business_date");
  Command stale = pay("L1", "1.00");
  stale.expect_version = 7;
  CHECK(error_id(book->record(stale)) == "loan.version_conflict");
  CHECK(book->status().head == head);
}

TEST_CASE("an atomic batch is all or nothing, and a preview leaves no trace") {
  const auto book = new_book();
  must(book->record(publish(level_product())));
  const auto head = book->status().head;
  const std::vector<Command> bad = {lend("A", "level", "100.00"), pay("A", "10.00"),
                                    pay("B", "10.00")};
  CHECK(error_id(book->record_batch(bad)) == "loan.unknown");
  CHECK(book->status().head == head);
  CHECK(error_id(book->loan("A")) == "loan.unknown");
  const Recorded would = must(book->preview(lend("A", "level", "100.00")));
  CHECK(book->status().head == head);
  const Recorded did = must(book->record(lend("A", "level", "100.00")));
  CHECK(would.receipt.hash == did.receipt.hash);
  std::vector<Command> good = {pay("A", "10.00"), pay("A", "20.00")};
  for (auto& c : good) c.key = "batch";
  CHECK(must(book->record_batch(good)).size() == 2);
  const auto again = must(book->record_batch(good));
  CHECK(again[1].replayed);
  verified(*book);
}

TEST_CASE("many clients at once: every key is recorded once, every answer is the same receipt") {
  const auto book = new_book();
  must(book->record(publish(level_product())));
  must(book->record(lend("L1", "level", "12000.00")));
  constexpr int clients = 16;
  constexpr int keys = 25;
  std::vector<std::vector<Recorded>> answers(clients);
  {
    std::vector<std::jthread> threads;
    for (int c = 0; c < clients; ++c) {
      threads.emplace_back([&, c] {
        for (int k = 0; k < keys; ++k) {
          Command command = pay("L1", "1.00");
          command.key = std::to_string(k);
          auto recorded = book->record(command);
          if (recorded) answers[static_cast<std::size_t>(c)].push_back(std::move(*recorded));
        }
      });
    }
  }
  int fresh = 0;
  for (const auto& of_client : answers) {
    REQUIRE(of_client.size() == keys);
    for (int k = 0; k < keys; ++k) {
      const auto i = static_cast<std::size_t>(k);
      CHECK(of_client[i].receipt.hash == answers.front()[i].receipt.hash);
      fresh += of_client[i].replayed ? 0 : 1;
    }
  }
  CHECK(fresh == keys);
  CHECK(must(book->loan("L1")).row.overpayment == keys * 100);
  verified(*book);
}
