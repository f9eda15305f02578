// Risk decisions before money moves, books opened again, and random histories of a line against a
// model that adds up plainly.

#include <map>
#include <random>
#include <stdexcept>

#include "ledger/credit_line_support.hpp"

using namespace loanbook;        // NOLINT
using namespace loanbook::test;  // NOLINT

namespace {

std::unique_ptr<Book> book_that_asks(std::function<RiskAnswer(const RiskQuestion&)> engine,
                                     bool needs_decision = false) {
  auto store = storage::memory::make_memory_store();
  must_ok(Book::init(*store, "CNY", day("2026-01-01")));
  auto book = must(Book::open(std::move(store),
                              {.ask_risk = std::move(engine), .needs_decision = needs_decision}));
  must(book->record(publish(level_product())));
  must(book->record(open_line("C1", "10000.00")));
  return book;
}

std::vector<std::string> kinds_after(const Book& book, std::uint64_t sequence) {
  std::vector<std::string> kinds;
  must_ok(book.entries(sequence, [&](const EntryView& entry) {
    kinds.push_back(entry.receipt.kind);
    return true;
  }));
  return kinds;
}

}  // namespace

TEST_CASE("a hold keeps the reservation until another decision, a block releases it") {
  const auto book = book_with_line();
  must(book->record(reserve("C1", "R1", "4000.00")));
  must(book->record(decide(Verdict::hold, "C1", "R1")));
  CHECK(three(*book) == Three{0, 4'000'00, 6'000'00});
  const auto held = book->record(draw("L1", "C1", "100.00", "R1"));
  CHECK(error_id(held) == "risk.hold");
  CHECK(held.error().message.find("R7") != std::string::npos);
  must(book->record(decide(Verdict::allow, "C1", "R1")));
  must(book->record(draw("L1", "C1", "100.00", "R1")));
  must(book->record(reserve("C1", "R2", "4000.00")));
  must(book->record(decide(Verdict::block, "C1", "R2")));
  CHECK(three(*book) == Three{100'00, 0, 9'900'00});
  CHECK(error_id(book->record(draw("L2", "C1", "100.00", "R2"))) == "line.reservation_gone");
  // About the whole line: nothing is drawn, repayments pass.
  must(book->record(decide(Verdict::block, "C1")));
  CHECK(error_id(book->record(draw("L2", "C1", "100.00"))) == "risk.block");
  must(book->record(pay("L1", "10.00")));
  CHECK(error_id(book->record(decide(Verdict::allow, "", ""))) == "risk.about_nothing");
  verified(*book);
}

TEST_CASE("a line may ask for an allow that stands; it is spent by the pay-out it was for") {
  const auto book = book_with_line();
  must(book->record(
      {.event = LineRequest{.kind = Kind::line_change, .line = "C1", .needs_decision = true}}));
  CHECK(error_id(book->record(draw("L1", "C1", "100.00"))) == "risk.decision_missing");
  Command until = decide(Verdict::allow, "", "", "L1");
  std::get<RiskDecision>(until.event).last_day = day("2026-01-01");
  must(book->record(until));
  must(book->close_through(day("2026-01-01")));
  CHECK(error_id(book->record(draw("L1", "C1", "100.00"))) == "risk.decision_missing");
  const std::vector<Command> batch{decide(Verdict::allow, "", "", "L1"),
                                   draw("L1", "C1", "100.00")};
  must(book->record_batch(batch));
  CHECK(error_id(book->record(draw("L2", "C1", "100.00"))) == "risk.decision_missing");
  // A loan on no line is asked for nothing here.
  must(book->record(lend("L3", "level", "100.00")));
  must(book->record(pay("L1", "100.00")));
  verified(*book);
}

TEST_CASE("the engine is asked once before a pay-out, and its answer stands in the same batch") {
  std::vector<RiskQuestion> asked;
  RiskAnswer answer{.verdict = Verdict::allow, .code = "OK", .rule_set = "v3", .score = "S9"};
  const auto book = book_that_asks(
      [&](const RiskQuestion& question) {
        asked.push_back(question);
        return answer;
      },
      true);
  const std::uint64_t before = book->status().head.sequence;
  Command drawn = draw("L1", "C1", "100.00");
  drawn.key = "k1";
  const Recorded first = must(book->record(drawn));
  CHECK(first.receipt.kind == "open_disburse");
  CHECK(kinds_after(*book, before) == std::vector<std::string>{"risk-decision", "open_disburse"});
  REQUIRE(asked.size() == 1);
  CHECK(asked[0].loan == "L1");
  CHECK(asked[0].line == "C1");
  CHECK(asked[0].product == "level");
  CHECK(asked[0].amount == "100.00");
  // Sent again: the first answer, and the engine is left alone.
  answer.verdict = Verdict::block;
  const Recorded again = must(book->record(drawn));
  CHECK(again.replayed);
  CHECK(again.receipt.hash == first.receipt.hash);
  CHECK(asked.size() == 1);
  Command other = drawn;
  std::get<OpenAndDisburse>(other.event).terms.amount = "101.00";
  CHECK(error_id(book->record(other)) == "idempotency.conflict");
  // A hold is recorded and refused; the same key may come again.
  answer.verdict = Verdict::hold;
  Command second = draw("L2", "C1", "100.00");
  second.key = "k2";
  CHECK(error_id(book->record(second)) == "risk.hold");
  CHECK(kinds_after(*book, first.receipt.sequence) == std::vector<std::string>{"risk-decision"});
  answer.verdict = Verdict::allow;
  must(book->record(second));
  // Repayments are never asked about, and a loan opened earlier is asked about when it is paid.
  must(book->record(pay("L1", "1.00")));
  CHECK(asked.size() == 3);
  must(book->record(
      {.event = OpenLoan{.product = "level", .amount = "50.00", .line = "C1"}, .loan = "L3"}));
  must(book->record({.event = Disburse{"50.00"}, .loan = "L3"}));
  REQUIRE(asked.size() == 4);
  CHECK(asked[3].line == "C1");
  CHECK(asked[3].product == "level");
  verified(*book);
}

TEST_CASE("an engine that fails lets no money out, and repayments in") {
  bool fails = false;
  const auto book = book_that_asks([&](const RiskQuestion&) -> RiskAnswer {
    if (fails) throw std::runtime_error("no route");
    return {.verdict = Verdict::allow};
  });
  must(book->record(draw("L1", "C1", "100.00")));
  fails = true;
  const std::uint64_t before = book->status().head.sequence;
  const auto refused = book->record(draw("L2", "C1", "100.00"));
  CHECK(error_id(refused) == "risk.unavailable");
  CHECK(refused.error().message.find("no route") != std::string::npos);
  CHECK(book->status().head.sequence == before);
  must(book->record(pay("L1", "1.00")));
  const std::vector<Command> rows{draw("L3", "C1", "1.00"), pay("L1", "1.00")};
  const auto results = book->record_each(rows);
  CHECK(error_id(results[0]) == "risk.unavailable");
  CHECK(results[1].has_value());
}

TEST_CASE("a book opened again has the same lines: from its entries, from rows, from both") {
  for (const bool rows : {false, true}) {
    storage::memory::MemoryBook kept;
    std::vector<LineView> before;
    {
      auto store = must(kept.open_writer());
      must_ok(Book::init(*store, "CNY", day("2026-01-01")));
      const auto book = must(Book::open(std::move(store)));
      must(book->record(publish(level_product())));
      must(book->record(open_line("C1", "10000.00")));
      must(book->record(open_line("C2", "500.00")));
      must(book->record(reserve("C1", "R1", "100.00", "2026-01-20")));
      must(book->record(draw("L1", "C1", "2000.00")));
      must(book->record(decide(Verdict::hold, "C1", "R1")));
      must(book->record(decide(Verdict::block, "", "", "L9")));
      must(book->close_through(day("2026-01-05")));
      if (rows) must_ok(book->checkpoint());
      must(book->record(pay("L1", "2000.00")));
      must(book->record(open_line("C3", "7.00")));
      must(book->record(reserve("C3", "R1", "3.00", "2026-01-20")));
      must(book->record(draw("L2", "C3", "4.00")));
      must(book->record(on_line(Kind::line_freeze, "C2")));
      before = book->lines();
    }
    for (int turn = 0; turn < 2; ++turn) {
      const auto book = must(Book::open(must(kept.open_writer())));
      CHECK(book->lines() == before);
      verified(*book);
      CHECK(error_id(book->record(draw("L9", "C1", "1.00"))) == "risk.block");
      CHECK(must(book->record(reserve("C1", "R1", "100.00", "2026-01-20"))).replayed);
      CHECK(error_id(book->record(draw("L3", "C3", "0.01"))) == "line.over_limit");
      must_ok(book->close());
    }
    const auto book = must(Book::open(must(kept.open_writer())));
    must_ok(book->rebuild());
    CHECK(book->lines() == before);
    verified(*book);
  }
}

TEST_CASE("random histories of lines equal a model that adds up plainly") {
  std::mt19937 random(20260101);  // fixed: the same histories in every run
  const auto pick = [&](std::uint32_t below) {
    return static_cast<std::int64_t>(random() % below);
  };
  std::map<std::string, int> refusals;
  for (int round = 0; round < 40; ++round) {
    const auto book = book_with_line("100.00");
    struct Held {
      std::int64_t minor;
      Day last_day;
    };
    std::map<std::string, Held> held;
    std::map<std::string, std::int64_t> owed;
    Day today = day("2026-01-01");
    std::int64_t limit = 100'00;
    bool frozen = false;
    int next = 0;
    const auto text = [](std::int64_t minor) {
      return std::to_string(minor / 100) + "." + (minor % 100 < 10 ? "0" : "") +
             std::to_string(minor % 100);
    };
    for (int step = 0; step < 120; ++step) {
      std::int64_t reserved = 0;
      std::int64_t used = 0;
      for (const auto& [id, r] : held) reserved += r.last_day >= today ? r.minor : 0;
      for (const auto& [id, minor] : owed) used += minor;
      REQUIRE(three(*book) ==
              Three{used, reserved, std::max<std::int64_t>(0, limit - used - reserved)});
      const std::int64_t minor = 1 + pick(40'00);
      const std::string id = std::to_string(++next);
      const bool fits = !frozen && used + reserved + minor <= limit;
      const auto expect = [&](bool accepted, const Result<Recorded>& result) {
        if (!result) ++refusals[result.error().id];
        REQUIRE(result.has_value() == accepted);
      };
      switch (pick(8)) {
        case 0: {
          Command request = reserve("C1", "R" + id, text(minor));
          const Day last = today + date::days{static_cast<int>(pick(4))};
          std::get<LineRequest>(request.event).until = last;
          expect(fits, book->record(request));
          if (fits) held["R" + id] = {minor, last};
          break;
        }
        case 1:
          expect(fits, book->record(draw("L" + id, "C1", text(minor), {}, "daily")));
          if (fits) owed["L" + id] = minor;
          break;
        case 2: {
          if (held.empty()) break;
          const auto [name, r] = *held.begin();
          const bool holds = r.last_day >= today;
          const bool takes = !frozen && holds && used + reserved - r.minor + minor <= limit;
          expect(takes, book->record(draw("L" + id, "C1", text(minor), name, "daily")));
          if (takes) owed["L" + id] = minor;
          if (takes || !holds) held.erase(name);
          break;
        }
        case 3:
        case 4: {
          if (owed.empty()) break;
          const auto [loan, principal] = *owed.begin();
          // Interest of the day first: what the loan says is owed, in whole or with half of it.
          const LoanView view = must(book->loan(loan));
          const std::int64_t interest = view.payoff - view.row.principal;
          const std::int64_t part = pick(2) == 0 ? principal : (principal + 1) / 2;
          expect(true, book->record(pay(loan, text(interest + part))));
          owed[loan] -= part;
          if (owed[loan] == 0) owed.erase(loan);
          break;
        }
        case 5:
          if (pick(3) != 0) break;
          must(book->close_through(today));
          today += date::days{1};
          break;
        case 6: {
          const std::int64_t other = 50'00 + pick(100'00);
          if (other == limit || pick(3) != 0) break;
          must(book->record({.event = LineRequest{
                                 .kind = Kind::line_change, .line = "C1", .limit = text(other)}}));
          limit = other;
          break;
        }
        default:
          if (pick(3) != 0) break;
          frozen = !frozen;
          must(book->record(on_line(frozen ? Kind::line_freeze : Kind::line_unfreeze, "C1")));
      }
    }
    verified(*book);
  }
  CHECK(refusals["line.over_limit"] > 50);
  CHECK(refusals["line.frozen"] > 50);
  CHECK(refusals["line.reservation_gone"] > 5);
}
