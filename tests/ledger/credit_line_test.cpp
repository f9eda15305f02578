// Credit lines: the rules of specs/credit-lines.md, held against figures worked out by hand and
// against a model of a few lines.

#include <atomic>
#include <thread>

#include "ledger/credit_line_support.hpp"

using namespace loanbook;        // NOLINT
using namespace loanbook::test;  // NOLINT

TEST_CASE(
    "100 threads draw on one line of 10,000.00: never a cent above it, every refusal says why") {
  const auto book = book_with_line();
  std::atomic<int> paid = 0;
  std::atomic<int> explained = 0;
  std::atomic<bool> over = false;
  std::vector<std::jthread> threads;
  threads.reserve(100);
  for (int t = 0; t < 100; ++t) {
    threads.emplace_back([&, t] {
      for (int i = 0; i < 5; ++i) {
        const std::string loan = "L" + std::to_string(t) + "-" + std::to_string(i);
        const auto drawn = book->record(draw(loan, "C1", "333.00"));
        if (drawn) {
          ++paid;
        } else if (drawn.error().id == "line.over_limit" &&
                   drawn.error().message.find("333.00 CNY is more") != std::string::npos) {
          ++explained;
        }
        if (must(book->line("C1")).used > 10'000'00) over = true;
      }
    });
  }
  threads.clear();
  CHECK(paid == 30);  // 30 x 333.00 = 9,990.00
  CHECK(explained == 470);
  CHECK_FALSE(over);
  CHECK(three(*book) == Three{9'990'00, 0, 10'00});
  verified(*book);
}

TEST_CASE("the worked table of specs/credit-lines.md") {
  const auto book = book_with_line();
  CHECK(three(*book) == Three{0, 0, 10'000'00});
  must(book->record(reserve("C1", "R1", "4000.00")));
  CHECK(three(*book) == Three{0, 4'000'00, 6'000'00});
  CHECK(error_id(book->record(draw("L0", "C1", "6000.01"))) == "line.over_limit");
  must(book->record(draw("L1", "C1", "3600.00", "R1", "daily")));
  CHECK(three(*book) == Three{3'600'00, 0, 6'400'00});
  CHECK(must(book->line("C1", true)).loans == std::vector<std::string>{"L1"});
  CHECK(error_id(book->record(draw("L2", "C1", "100.00", "R1"))) == "line.reservation_gone");
  must(book->record(pay("L1", "600.00")));
  CHECK(three(*book) == Three{3'000'00, 0, 7'000'00});
  must(book->record(
      {.event = LineRequest{.kind = Kind::line_change, .line = "C1", .limit = "2000.00"}}));
  CHECK(three(*book) == Three{3'000'00, 0, 0});
  must(book->record(pay("L1", "1500.00")));
  CHECK(three(*book) == Three{1'500'00, 0, 500'00});
  must(book->record({.event = LineRequest{.kind = Kind::line_change,
                                          .line = "C1",
                                          .temporary = "5000.00",
                                          .temporary_until = day("2026-01-02")}}));
  CHECK(three(*book) == Three{1'500'00, 0, 3'500'00});
  must(book->close_through(day("2026-01-02")));
  CHECK(three(*book) == Three{1'500'00, 0, 500'00});
  must(book->record(on_line(Kind::line_freeze, "C1")));
  CHECK(error_id(book->record(draw("L3", "C1", "1.00"))) == "line.frozen");
  CHECK(error_id(book->record(reserve("C1", "R2", "1.00"))) == "line.frozen");
  must(book->record(pay("L1", "2.00")));
  must(book->record(on_line(Kind::line_unfreeze, "C1")));
  must(book->record(draw("L3", "C1", "1.00")));
  verified(*book);
}

TEST_CASE("a line that does not revolve counts all that was paid out") {
  const auto book = book_with_line();
  must(book->record(
      {.event = LineRequest{.kind = Kind::line_change, .line = "C1", .revolving = false}}));
  must(book->record(draw("L1", "C1", "8000.00", {}, "daily")));
  must(book->record(pay("L1", "8000.00")));
  CHECK(three(*book) == Three{8'000'00, 0, 2'000'00});
  CHECK(error_id(book->record(draw("L2", "C1", "2000.01"))) == "line.over_limit");
  must(book->record(
      {.event = LineRequest{.kind = Kind::line_change, .line = "C1", .revolving = true}}));
  CHECK(three(*book) == Three{0, 0, 10'000'00});
  verified(*book);
}

TEST_CASE(
    "reservations expire after their last day, are released, and their ids are never new again") {
  const auto book = book_with_line();
  must(book->record(reserve("C1", "R1", "4000.00", "2026-01-02")));
  must(book->record(reserve("C1", "R2", "6000.00", "2026-01-05")));
  CHECK(error_id(book->record(reserve("C1", "R3", "0.01"))) == "line.over_limit");
  must(book->close_through(day("2026-01-01")));
  CHECK(three(*book) == Three{0, 10'000'00, 0});
  must(book->close_through(day("2026-01-02")));
  CHECK(three(*book) == Three{0, 6'000'00, 4'000'00});
  CHECK(error_id(book->record(draw("L1", "C1", "1.00", "R1"))) == "line.reservation_gone");
  CHECK(error_id(book->record(draw("L1", "C1", "1.00", "R9"))) == "line.reservation_unknown");
  must(book->record(on_line(Kind::line_release, "C1", "R2")));
  CHECK(three(*book) == Three{0, 0, 10'000'00});
  CHECK(error_id(book->record(on_line(Kind::line_release, "C1", "R2"))) == "line.reservation_gone");
  // The same request again is answered, another under its id is not taken.
  const Recorded first = must(book->record(reserve("C1", "R4", "10.00")));
  const Recorded again = must(book->record(reserve("C1", "R4", "10.00")));
  CHECK(again.replayed);
  CHECK(again.receipt.hash == first.receipt.hash);
  CHECK(again.receipt.line == "C1");
  CHECK(error_id(book->record(reserve("C1", "R4", "11.00"))) == "idempotency.conflict");
  Command keyed = reserve("C1", "R4", "10.00");
  keyed.key = "other";
  CHECK(must(book->record(keyed)).receipt.hash == first.receipt.hash);
  std::get<LineRequest>(keyed.event).amount = "12.00";
  CHECK(error_id(book->record(keyed)) == "line.reservation_exists");
  CHECK(three(*book) == Three{0, 10'00, 9'990'00});
  verified(*book);
}

TEST_CASE("a reservation becomes a drawdown: by the loan's opening, or confirmed in one batch") {
  const auto book = book_with_line();
  must(book->record(reserve("C1", "R1", "9000.00")));
  must(book->record(
      {.event =
           OpenLoan{.product = "level", .amount = "9000.00", .line = "C1", .reservation = "R1"},
       .loan = "L1"}));
  CHECK(three(*book) == Three{0, 9'000'00, 1'000'00});
  // It is bound now: no other loan gets it.
  CHECK(error_id(book->record(draw("L2", "C1", "9000.00", "R1"))) == "line.reservation_taken");
  must(book->record({.event = Disburse{"9000.00"}, .loan = "L1"}));
  CHECK(three(*book) == Three{9'000'00, 0, 1'000'00});

  must(book->record(
      {.event = OpenLoan{.product = "level", .amount = "800.00", .line = "C1"}, .loan = "L3"}));
  must(book->record(reserve("C1", "R2", "800.00")));
  Command confirm = on_line(Kind::line_confirm, "C1", "R2");
  confirm.loan = "L3";
  const std::vector<Command> too_much{confirm, {.event = Disburse{"801.00"}, .loan = "L3"}};
  CHECK_FALSE(book->record_batch(too_much));
  CHECK(must(book->line("C1")).reservations.at(0).loan == 0);
  const std::vector<Command> batch{confirm, {.event = Disburse{"800.00"}, .loan = "L3"}};
  must(book->record_batch(batch));
  CHECK(three(*book) == Three{9'800'00, 0, 200'00});
  // Given up before it is paid out: what was reserved for it is free.
  must(book->record(reserve("C1", "R5", "200.00")));
  must(book->record(
      {.event = OpenLoan{.product = "level", .amount = "200.00", .line = "C1", .reservation = "R5"},
       .loan = "L5"}));
  must(book->record({.event = Operation{.kind = Kind::cancel}, .loan = "L5"}));
  CHECK(three(*book) == Three{9'800'00, 0, 200'00});
  verified(*book);
}

TEST_CASE("members of a batch see each other on a line, and a batch that fails leaves nothing") {
  const auto book = book_with_line();
  const LineView before = must(book->line("C1"));
  const std::vector<Command> too_much{draw("L1", "C1", "6000.00"), draw("L2", "C1", "4000.01")};
  const auto refused = book->record_batch(too_much);
  CHECK(error_id(refused) == "line.over_limit");
  CHECK(must(book->line("C1")) == before);
  const std::vector<Command> opened_in_vain{open_line("C2", "5.00"), reserve("C2", "R1", "3.00"),
                                            decide(Verdict::hold, "", "", "L9"),
                                            draw("L3", "C2", "4.00")};
  CHECK(error_id(book->record_batch(opened_in_vain)) == "line.over_limit");
  CHECK(error_id(book->line("C2")) == "line.unknown");
  must(book->record(open_line("C2", "5.00")));
  must(book->record(reserve("C2", "R1", "3.00")));  // its id was not used
  const std::vector<Command> fits{draw("L1", "C1", "6000.00"), draw("L2", "C1", "4000.00")};
  must(book->record_batch(fits));
  CHECK(three(*book) == Three{10'000'00, 0, 0});
  must(book->preview(reserve("C2", "R2", "1.00")));
  CHECK(three(*book, "C2") == Three{0, 3'00, 2'00});
  verified(*book);
}

TEST_CASE("reversal of a drawdown gives the line back; of a repayment it takes again") {
  const auto book = book_with_line();
  const Recorded drawn = must(book->record(draw("L1", "C1", "9000.00", {}, "daily")));
  const Recorded paid = must(book->record(pay("L1", "1000.00")));
  must(book->record(draw("L2", "C1", "2000.00", {}, "daily")));
  CHECK(three(*book) == Three{10'000'00, 0, 0});
  // A fact that goes over the limit is taken all the same.
  must(book->record({.event = Reverse{paid.receipt.sequence}}));
  CHECK(three(*book) == Three{11'000'00, 0, 0});
  must(book->record({.event = Reverse{drawn.receipt.sequence}}));
  CHECK(three(*book) == Three{2'000'00, 0, 8'000'00});
  verified(*book);
}

TEST_CASE("a backdated repayment moves the use of a line as the loan's principal moves") {
  const auto book = book_with_line();
  must(book->record(draw("L1", "C1", "9000.00", {}, "daily")));
  must(book->close_through(day("2026-01-20")));
  Command back = pay("L1", "1000.00");
  back.value_date = day("2026-01-01");
  must(book->record(back));
  CHECK(three(*book) == Three{8'000'00, 0, 2'000'00});
  verified(*book);
}

TEST_CASE("nights in which money held settles installments restore a line") {
  const auto book = book_with_line();
  must(book->record(draw("L1", "C1", "10000.00")));
  must(book->record(pay("L1", "2000.00")));  // held until something is due
  CHECK(three(*book) == Three{10'000'00, 0, 0});
  must(book->close_through(day("2026-03-05")));
  const std::int64_t principal = must(book->loan("L1")).row.principal;
  CHECK(principal < 10'000'00);
  CHECK(three(*book) == Three{principal, 0, 10'000'00 - principal});
  verified(*book);
}

TEST_CASE(
    "a write-off does not give a line back unless the line says so; a charge-off never does") {
  const auto book = book_with_line();
  must(book->record(draw("L1", "C1", "6000.00")));
  must(book->close_through(day("2026-02-03")));
  must(book->record(pay("L1", "1000.00")));
  const std::int64_t principal = must(book->loan("L1")).row.principal;
  CHECK(three(*book).used == principal);
  must(book->record({.event = Operation{.kind = Kind::charge_off}, .loan = "L1"}));
  CHECK(three(*book).used == principal);
  must(book->record({.event = Operation{.kind = Kind::write_off}, .loan = "L1"}));
  CHECK(three(*book).used == principal);
  verified(*book);
  must(book->record(
      {.event = LineRequest{.kind = Kind::line_change, .line = "C1", .write_off_restores = true}}));
  CHECK(three(*book).used == 0);
  verified(*book);
}

TEST_CASE("sub-limits, currency, last day and texts of a line are checked at the door") {
  const auto book = book_with_line();
  Product dollars = level_product();
  dollars.id = "usd";
  dollars.currency = *money::Currency::find("USD");
  must(book->record(publish(dollars)));
  must(book->record({.event = LineRequest{.kind = Kind::line_change,
                                          .line = "C1",
                                          .last_day = day("2026-01-03"),
                                          .sub_limits = {{"daily", "1000.00"}}}}));
  CHECK(error_id(book->record(draw("L1", "C1", "1000.01", {}, "daily"))) == "line.over_sub_limit");
  must(book->record(draw("L1", "C1", "600.00", {}, "daily")));
  Command of_product = reserve("C1", "R1", "400.01");
  std::get<LineRequest>(of_product.event).product = "daily";
  CHECK(error_id(book->record(of_product)) == "line.over_sub_limit");
  std::get<LineRequest>(of_product.event).amount = "400.00";
  must(book->record(of_product));
  CHECK(error_id(book->record(draw("L2", "C1", "0.01", {}, "daily"))) == "line.over_sub_limit");
  CHECK(error_id(book->record(draw("L2", "C1", "1.00", "R1"))) == "line.reservation_taken");
  must(book->record(draw("L2", "C1", "400.00", "R1", "daily")));
  CHECK(error_id(book->record(draw("L3", "C1", "1.00", {}, "usd"))) == "line.currency");
  CHECK(error_id(book->record(draw("L3", "C9", "1.00"))) == "line.unknown");
  CHECK(error_id(book->record(open_line("C1", "1.00"))) == "line.exists");
  CHECK(error_id(book->record(open_line(std::string(65, 'x'), "1.00"))) == "command.text_too_long");
  CHECK(error_id(book->record(open_line("C3", "-1.00"))) == "amount.out_of_range");
  CHECK(error_id(book->record(open_line("", "1.00"))) == "line.field_missing");
  Command wrong = on_line(Kind::line_freeze, "C1", "R1");
  CHECK(error_id(book->record(wrong)) == "line.field_unexpected");
  Command backdated = on_line(Kind::line_freeze, "C1");
  backdated.value_date = day("2025-12-31");
  CHECK(error_id(book->record(backdated)) == "line.date");
  Command stale = on_line(Kind::line_freeze, "C1");
  stale.expect_version = 1;
  CHECK(error_id(book->record(stale)) == "line.version_conflict");
  must(book->close_through(day("2026-01-03")));
  CHECK(error_id(book->record(draw("L3", "C1", "1.00"))) == "line.expired");
  must(book->record(pay("L1", "10.00")));
  const auto entry = must(book->record(on_line(Kind::line_freeze, "C1")));
  CHECK(error_id(book->record({.event = Reverse{entry.receipt.sequence}})) ==
        "entry.not_reversible");
  verified(*book);
}
