// Statements against a book: what is recorded, what stays open, what a second file explains.

#include "loanbook/ledger/reconciliation/reconciliation.hpp"

#include <cstdlib>
#include <deque>
#include <map>

#include "ledger/support.hpp"
#include "loanbook/ledger/proof/digest.hpp"
#include "loanbook/ledger/reconciliation/reconciliation_book.hpp"
#include "support/statement_month.hpp"

namespace loanbook::test {
namespace {

/// A book whose loans take any money that comes: what is not due yet is held.
struct World {
  std::unique_ptr<Book> book;
  MatchRules rules = month_rules();
  std::uint8_t files = 0;

  explicit World(const char* begins = "2026-10-01", int loans = 4) : book(new_book(begins)) {
    Product product = product_of(schedule::Method::level, "held");
    product.prepayment = Prepayment::hold;
    must(book->record(publish(product)));
    for (int i = 1; i <= loans; ++i)
      must(book->record(lend("L-" + std::to_string(i), "held", "50000.00")));
    // What was paid out is of another account.
    rules.sources = {"channel"};
  }
  std::uint64_t pay(const char* loan, const char* amount, const char* reference,
                    const char* value_date = nullptr) {
    Command command = loanbook::test::pay(loan, amount);
    command.source = "channel";
    command.key = reference;
    if (value_date != nullptr) command.value_date = day(value_date);
    return must(book->record(command)).receipt.sequence;
  }
  ReconcileInput input(std::span<const BankLine> lines, const char* from, const char* to) {
    ReconcileInput in{.account = "A-1",
                      .currency = "CNY",
                      .from = day(from),
                      .to = day(to),
                      .lines = lines,
                      .rules = &rules,
                      .actor = "ann"};
    in.file[0] = ++files;
    return in;
  }
  Result<Recorded> close(const std::string& id, BreakStatus status, const char* reason,
                         std::vector<std::uint64_t> entries = {}) {
    return book->record({.event = BreakRequest{.id = id, .status = status, .entries = entries},
                         .actor = "ann",
                         .reason = reason});
  }
};

BankLine line(const char* date, std::int64_t minor, const char* reference, const char* text = "") {
  return {.place = 1,
          .booked = day(date),
          .valued = day(date),
          .minor = minor,
          .reference = reference,
          .text = text};
}

std::string outcomes(const ReconcileReport& report) {
  std::string all;
  for (const auto& row : report.rows) {
    if (!all.empty()) all += ", ";
    all += std::string(to_text(row.outcome)) + (row.id.empty() ? "" : " " + row.id);
  }
  return all;
}
std::uint64_t matched(const ReconcileReport& report) {
  for (const auto& count : report.statement.counts)
    if (count.outcome == Outcome::matched) return count.findings;
  return 0;
}

TEST_CASE("a second run of the same file changes nothing and says so", "[reconciliation]") {
  World world;
  world.pay("L-1", "100.00", "P1");
  world.pay("L-2", "200.00", "P2");
  const BankLine lines[] = {line("2026-10-01", 100'00, "P1"), line("2026-10-01", 50'00, "X9")};
  const ReconcileInput input = world.input(lines, "2026-10-01", "2026-10-01");
  ReconcileInput dry = input;
  dry.dry_run = true;
  const auto before = world.book->status().head;
  CHECK(outcomes(must(world.book->reconcile(dry))) == "missing here, in transit");
  CHECK(world.book->status().head == before);
  const ReconcileReport first = must(world.book->reconcile(input));
  CHECK(first.sequence == before.sequence + 1);
  CHECK(matched(first) == 1);
  CHECK(outcomes(first) == "missing here " + std::to_string(first.sequence) + "-1, in transit");
  const auto after = world.book->status().head;
  const ReconcileReport again = must(world.book->reconcile(input));
  CHECK(again.replayed);
  CHECK(again.sequence == first.sequence);
  CHECK(world.book->status().head == after);
  verified(*world.book);
}

TEST_CASE("a refinancing is one line of the bank: its net", "[reconciliation]") {
  World world;
  world.rules.sources.clear();
  world.rules.kinds = {"repay", "prepay", "open_disburse"};
  // Of the month before: what was lent first is not asked for.
  must(world.book->close_through(day("2026-11-14")));
  std::vector<Command> commands{
      {.event = Settle{}, .loan = "L-1"},
      {.event = OpenAndDisburse{{.product = "held", .amount = "60000.00", .refinances = "L-1"}},
       .loan = "L-9"}};
  commands.front().source = "channel";
  commands.front().key = "RF-1";
  const auto recorded = must(world.book->record_batch(commands));
  std::int64_t net = 0;
  for (const Recorded& one : recorded) {
    for (const Movement& movement : one.receipt.movements)
      net += movement.role == Role::settlement && !movement.consequence ? movement.minor : 0;
  }
  REQUIRE(net < 0);
  must(world.book->close_through(day("2026-11-20")));
  const BankLine lines[] = {line("2026-11-15", net, "RF-1")};
  const ReconcileReport report =
      must(world.book->reconcile(world.input(lines, "2026-11-15", "2026-11-20")));
  CHECK(outcomes(report) == "batch");
  verified(*world.book);
}

TEST_CASE("what was young or unknown is explained by the next statement", "[reconciliation]") {
  World world;
  const auto young = world.pay("L-1", "100.00", "P1");
  const BankLine october[] = {line("2026-10-01", 75'00, "P2"), line("2026-10-01", 9'99, "ZZ")};
  const ReconcileReport first =
      must(world.book->reconcile(world.input(october, "2026-10-01", "2026-10-01")));
  REQUIRE(must(world.book->breaks()).size() == 2);
  must(world.book->close_through(day("2026-10-05")));
  CHECK(must(world.book->breaks())[0].age == 5);
  // P2 is recorded late and dated back; P1 reaches the bank; a line of the first file comes again.
  world.pay("L-2", "75.00", "P2", "2026-10-01");
  const BankLine next[] = {line("2026-10-01", 9'99, "ZZ"), line("2026-10-03", 100'00, "P1")};
  const ReconcileReport second =
      must(world.book->reconcile(world.input(next, "2026-10-01", "2026-10-05")));
  CHECK(second.statement.seen == 1);
  CHECK(matched(second) == 2);
  CHECK(second.rows.empty());
  CHECK(second.healed == std::vector<std::string>{std::to_string(first.sequence) + "-1"});
  const auto open = must(world.book->breaks());
  REQUIRE(open.size() == 1);
  CHECK(open[0].record.lines[0].reference == "ZZ");
  // A doubled line in a third file meets an entry that is matched already.
  const BankLine third[] = {line("2026-10-04", 100'00, "P1")};
  const ReconcileReport doubled =
      must(world.book->reconcile(world.input(third, "2026-10-04", "2026-10-05")));
  REQUIRE(doubled.rows.size() == 1);
  CHECK(doubled.rows[0].outcome == Outcome::doubled);
  CHECK(doubled.rows[0].entries[0].sequence == young);
  verified(*world.book);
}

TEST_CASE("a missing entry is asked for once, and its late line closes the break",
          "[reconciliation]") {
  World world;
  world.pay("L-1", "100.00", "P1");
  must(world.book->close_through(day("2026-10-10")));
  const ReconcileReport first =
      must(world.book->reconcile(world.input({}, "2026-10-01", "2026-10-10")));
  CHECK(outcomes(first) == "missing there " + std::to_string(first.sequence) + "-1");
  must(world.book->close_through(day("2026-10-12")));
  const ReconcileReport second =
      must(world.book->reconcile(world.input({}, "2026-10-11", "2026-10-11")));
  CHECK(second.rows.empty());
  const BankLine late[] = {line("2026-10-12", 100'00, "P1")};
  const ReconcileReport third =
      must(world.book->reconcile(world.input(late, "2026-10-12", "2026-10-12")));
  REQUIRE(third.rows.size() == 1);
  CHECK(third.rows[0].outcome == Outcome::late);
  CHECK(third.healed == std::vector<std::string>{std::to_string(first.sequence) + "-1"});
  verified(*world.book);
}

TEST_CASE("breaks are assigned, accepted and corrected by events with a reason",
          "[reconciliation]") {
  World world;
  const auto wrong = world.pay("L-1", "100.00", "P1");
  const BankLine lines[] = {line("2026-10-01", 90'00, "P1"), line("2026-10-01", 5'00, "")};
  const ReconcileReport report =
      must(world.book->reconcile(world.input(lines, "2026-10-01", "2026-10-01")));
  REQUIRE(report.rows.size() == 2);
  const std::string amount = report.rows[0].id;
  const std::string unknown = report.rows[1].id;
  CHECK(report.rows[0].difference == -10'00);
  must(world.book->record(
      {.event = BreakRequest{.kind = Kind::break_updated, .id = amount, .owner = "bo"}}));
  CHECK(must(world.book->break_of(amount)).record.owner == "bo");
  CHECK(error_id(world.close(unknown, BreakStatus::accepted, "")) == "break.reason_missing");
  CHECK(error_id(world.close(unknown, BreakStatus::corrected, "why")) == "break.no_correction");
  CHECK(error_id(world.close("99-1", BreakStatus::accepted, "why")) == "break.unknown");
  CHECK(error_id(world.close("x", BreakStatus::accepted, "why")) == "break.bad_id");
  must(world.close(unknown, BreakStatus::accepted, "the bank takes it back"));
  CHECK(error_id(world.close(unknown, BreakStatus::accepted, "again")) == "break.closed");
  // The payment was 90.00: out with the one of 100.00, in with the other, all or nothing.
  Command out{.event = Reverse{wrong}, .reason = "the bank had 90.00"};
  Command in = pay("L-1", "90.00");
  in.source = "channel";
  in.key = "P1/90";
  const Command decide{
      .event = BreakRequest{.id = amount, .status = BreakStatus::corrected, .corrections = 2},
      .reason = "the bank had 90.00"};
  const Command batch[] = {out, in, decide};
  const auto recorded = must(world.book->record_batch(batch));
  CHECK(must(world.book->break_of(amount)).record.status == BreakStatus::corrected);
  CHECK(must(world.book->breaks()).empty());
  // All of it is done with: nothing is missing afterwards.
  must(world.book->close_through(day("2026-10-31")));
  const ReconcileReport next =
      must(world.book->reconcile(world.input({}, "2026-10-02", "2026-10-31")));
  CHECK(next.rows.empty());
  CHECK(recorded.back().receipt.kind == "break-closed");
  verified(*world.book);
}

TEST_CASE("a batch that fails leaves its break open", "[reconciliation]") {
  World world;
  const BankLine lines[] = {line("2026-10-01", 90'00, "P1")};
  const ReconcileReport report =
      must(world.book->reconcile(world.input(lines, "2026-10-01", "2026-10-01")));
  const std::string id = report.rows[0].id;
  const Command decide{
      .event = BreakRequest{.id = id, .status = BreakStatus::corrected, .corrections = 1},
      .reason = "found"};
  const Command batch[] = {pay("L-1", "90.00"), decide, pay("nobody", "1.00")};
  CHECK(error_id(world.book->record_batch(batch)) == "loan.unknown");
  CHECK(must(world.book->break_of(id)).record.status == BreakStatus::open);
  must(world.book->preview(
      {.event = BreakRequest{.id = id, .status = BreakStatus::accepted}, .reason = "try"}));
  CHECK(must(world.book->break_of(id)).record.status == BreakStatus::open);
  verified(*world.book);
}

TEST_CASE("a difference within tolerance is booked to its own account", "[reconciliation]") {
  World world;
  for (MatchRule& rule : world.rules.rules) rule.tolerance_minor = 5;
  world.rules.tolerance_total_minor = 100;
  world.pay("L-1", "100.00", "P1");
  world.pay("L-2", "50.00", "P2");
  const BankLine lines[] = {line("2026-10-01", 99'97, "P1"), line("2026-10-01", 50'01, "P2")};
  const ReconcileReport report =
      must(world.book->reconcile(world.input(lines, "2026-10-01", "2026-10-01")));
  CHECK(outcomes(report) == "within tolerance, within tolerance");
  bool found = false;
  for (const auto& row : must(world.book->trial_balance())) {
    if (row.account != "6790") continue;
    found = true;
    CHECK(row.debit - row.credit == 2);
  }
  CHECK(found);
  must(world.book->close_through(day("2026-10-03")));
  verified(*world.book);
}

/// What settlement that went by the channel stands at.
std::int64_t settled_by(const Book& book, const std::string& channel) {
  std::int64_t sum = 0;
  for (const GlBalance& balance : must(book.gl_balances())) {
    if (balance.role == Role::settlement && balance.channel == channel)
      sum += static_cast<std::int64_t>(balance.minor);
  }
  return sum;
}

TEST_CASE("a statement of a channel is about what went by it, and its differences stand there",
          "[reconciliation]") {
  World world;
  const auto by = [&](const char* loan, const char* amount, const char* reference,
                      const char* channel) {
    Command command = loanbook::test::pay(loan, amount);
    command.source = "channel";
    command.key = reference;
    command.channel = channel;
    return must(world.book->record(command)).receipt.sequence;
  };
  by("L-1", "100.00", "P1", "alipay");
  by("L-2", "100.00", "P2", "wechat");
  world.pay("L-3", "100.00", "P3");
  const auto taken_back = by("L-4", "30.00", "P4", "alipay");
  must(world.book->record({.event = Reverse{taken_back}, .loan = "L-4", .source = "channel"}));
  const std::int64_t general = settled_by(*world.book, "");
  world.rules.channel = "alipay";
  for (MatchRule& rule : world.rules.rules) rule.tolerance_minor = 5;
  world.rules.tolerance_total_minor = 100;
  // P2 and P3 are of other accounts, whatever their references say; 0.03 is booked.
  const BankLine lines[] = {line("2026-10-01", 99'97, "P1")};
  ReconcileInput input = world.input(lines, "2026-10-01", "2026-10-01");
  input.opening = 0;
  input.closing = 99'97;
  const ReconcileReport report = must(world.book->reconcile(input));
  CHECK(report.entries == 3);
  CHECK(report.statement.breaks == 0);
  must_ok(world.book->entries(report.sequence - 1, [](const EntryView& entry) {
    CHECK(entry.receipt.channel == "alipay");
    return false;
  }));
  CHECK(settled_by(*world.book, "alipay") == *input.closing);
  CHECK(settled_by(*world.book, "wechat") == 100'00);
  CHECK(settled_by(*world.book, "") == general);
  must(world.book->close_through(day("2026-10-03")));
  verified(*world.book);
  CHECK(must(world.book->reconcile_internal()).differences.empty());

  SECTION("nothing of another channel is taken, and nothing of none") {
    const BankLine next[] = {line("2026-10-02", 100'00, "P2"), line("2026-10-02", 100'00, "P3")};
    const ReconcileReport second =
        must(world.book->reconcile(world.input(next, "2026-10-02", "2026-10-02")));
    CHECK(second.entries == 3);
    CHECK(second.statement.breaks == 2);
    verified(*world.book);
  }
  SECTION("a statement without a channel takes what is left, of any channel") {
    world.rules.channel.clear();
    const BankLine next[] = {line("2026-10-02", 100'00, "P2"), line("2026-10-02", 100'00, "P3")};
    const ReconcileReport second =
        must(world.book->reconcile(world.input(next, "2026-10-01", "2026-10-02")));
    CHECK(matched(second) == 2);
  }
  SECTION("a channel is a short id") {
    world.rules.channel = "no spaces";
    CHECK(error_id(world.book->reconcile(world.input(lines, "2026-10-01", "2026-10-01"))) ==
          "id.short");
  }
}

TEST_CASE("the next page of a statement goes on from the one before", "[reconciliation]") {
  World world;
  world.pay("L-1", "100.00", "P1");
  world.pay("L-2", "50.00", "P2");
  const auto page = [&](std::span<const BankLine> lines, std::int64_t opening,
                        std::int64_t closing) {
    ReconcileInput input = world.input(lines, "2026-10-01", "2026-10-01");
    input.statement = "S-1";
    input.opening = opening;
    input.closing = closing;
    return input;
  };
  const BankLine first[] = {line("2026-10-01", 100'00, "P1")};
  const ReconcileInput one = page(first, 0, 100'00);
  must(world.book->reconcile(one));
  // The second page has a line of the first again, and the rest.
  const BankLine rest[] = {line("2026-10-01", 100'00, "P1"), line("2026-10-01", 50'00, "P2")};
  const ReconcileReport second = must(world.book->reconcile(page(rest, 100'00, 150'00)));
  CHECK(second.statement.seen == 1);
  CHECK(matched(second) == 1);
  CHECK_FALSE(second.last_closing);
  CHECK(must(world.book->reconcile(one)).replayed);
  const ReconcileReport third = must(world.book->reconcile(page(first, 160'00, 160'00)));
  CHECK(third.last_closing == 150'00);
  verified(*world.book);
}

TEST_CASE("one of several entries is chosen when a break is accepted", "[reconciliation]") {
  World world;
  const auto first = world.pay("L-1", "100.00", "P1");
  const auto second = world.pay("L-2", "100.00", "P2");
  const BankLine lines[] = {line("2026-10-01", 100'00, "")};
  const ReconcileReport report =
      must(world.book->reconcile(world.input(lines, "2026-10-01", "2026-10-01")));
  REQUIRE(report.rows.size() == 1);
  const std::string id = report.rows[0].id;
  CHECK(error_id(world.close(id, BreakStatus::accepted, "why")) == "break.entry_missing");
  CHECK(error_id(world.close(id, BreakStatus::accepted, "why", {1})) == "break.entry_unknown");
  must(world.close(id, BreakStatus::accepted, "the payer called", {second}));
  must(world.book->close_through(day("2026-10-09")));
  const ReconcileReport next =
      must(world.book->reconcile(world.input({}, "2026-10-02", "2026-10-09")));
  REQUIRE(next.rows.size() == 1);
  CHECK(next.rows[0].outcome == Outcome::missing_there);
  CHECK(next.rows[0].entries[0].sequence == first);
}

TEST_CASE("reconciliation survives checkpoint, reopening and rebuild", "[reconciliation]") {
  World world;
  world.pay("L-1", "100.00", "P1");
  const BankLine lines[] = {line("2026-10-01", 100'00, "P1"), line("2026-10-01", 1'00, "X")};
  const ReconcileReport report =
      must(world.book->reconcile(world.input(lines, "2026-10-01", "2026-10-01")));
  must_ok(world.book->checkpoint());
  verified(*world.book);
  must(world.close(report.rows[0].id, BreakStatus::accepted, "small"));
  const auto all = must(world.book->breaks(true));
  must_ok(world.book->rebuild());
  verified(*world.book);
  CHECK(must(world.book->breaks(true)).front().record == all.front().record);
  CHECK(world.book->statements().front() == report.statement);
}

std::string bytes_of(std::string_view hex) {
  std::string bytes;
  for (std::size_t i = 0; i + 1 < hex.size(); i += 2) {
    while (hex[i] == ' ') ++i;
    bytes += static_cast<char>(std::stoi(std::string(hex.substr(i, 2)), nullptr, 16));
  }
  return bytes;
}

// Written down by hand from docs/format.md.
TEST_CASE("the bytes of a reconciliation are those of the format", "[reconciliation]") {
  const Day booked = money::day_from_number(20'000);
  ReconciliationSegment segment;
  segment.fingerprints = {0x0102030405060708};
  segment.pairs = {{0, 5}};
  segment.found.push_back(
      {.outcome = Outcome::missing_here,
       .by = MatchBy::reference,
       .lines = {1},
       .difference = 100,
       .texts = {
           {.place = 7, .booked = booked, .valued = booked, .minor = 100, .reference = "A"}}});
  segment.healed = {{3, 2}};
  const std::string golden = bytes_of(
      "4c42524543303031 01 0807060504030201 00 01 00 0a 01 0a 01 01 01 00 c801 07 c0b802 c0b802 "
      "c801 0141 00 00 01 03 02");
  CHECK(encode(segment) == golden);
  const auto again = must(decode_reconciliation(golden));
  CHECK(encode(again) == golden);
  for (std::size_t size = 0; size < golden.size(); ++size)
    CHECK(error_id(decode_reconciliation(golden.substr(0, size))) == "integrity.segment_damaged");
  std::string bytes;
  Encoder out{bytes};
  encode(out,
         ReconciliationFact{BreakChanged{
             .id = {17, 3}, .status = BreakStatus::corrected, .owner = "bo", .entries = {300}}});
  CHECK(bytes == bytes_of("11 03 03 02 62 6f 01 ac 02"));
  Decoder in{bytes};
  const auto fact = decode_reconciliation_fact(in, Kind::break_closed);
  CHECK(in.done());
  CHECK(std::get<BreakChanged>(fact).entries == std::vector<std::uint64_t>{300});
}

TEST_CASE("what cannot be reconciled is refused", "[reconciliation]") {
  World world;
  world.pay("L-1", "100.00", "P1");
  const BankLine lines[] = {line("2026-10-01", 100'00, "P1"), line("2026-10-01", 1'00, "X")};
  ReconcileInput other = world.input(lines, "2026-10-01", "2026-10-01");
  MatchRules none = world.rules;
  none.rules.clear();
  other.rules = &none;
  CHECK(error_id(world.book->reconcile(other)) == "reconcile.no_rules");
  MatchRules elsewhere = world.rules;
  elsewhere.account = "B-2";
  other.rules = &elsewhere;
  CHECK(error_id(world.book->reconcile(other)) == "reconcile.other_account");
  other.rules = &world.rules;
  other.from = day("2026-11-01");
  CHECK(error_id(world.book->reconcile(other)) == "reconcile.period");
}

TEST_CASE("a month in a book: planted breaks are found, and nothing else", "[reconciliation]") {
  const std::uint32_t size = std::getenv("LOANBOOK_TEST_ALL") != nullptr ? 100'000 : 2'000;
  const StatementMonth month{7, size, 200};
  const std::string begins = money::to_text(month.first());
  World world{begins.c_str(), 0};
  for (int i = 0; i < 200; ++i) {
    const std::string number = std::to_string(i);
    must(world.book->record(
        lend("LN-" + std::string(8 - number.size(), '0') + number, "held", "50000.00")));
  }
  std::map<std::uint64_t, std::uint32_t> payment_of;
  std::size_t next = 0;
  for (Day today = month.first(); today <= month.last(); today += date::days{1}) {
    std::vector<Command> commands;
    const std::size_t first = next;
    for (; next < month.payments().size() && month.payments()[next].day == today; ++next) {
      const MonthPayment& payment = month.payments()[next];
      Command& command =
          commands.emplace_back(pay(payment.loan, money::text_of_minor(payment.minor, 2)));
      command.source = "channel";
      command.key = payment.reference;
    }
    const auto recorded = world.book->record_each(commands);
    for (std::size_t i = 0; i < recorded.size(); ++i) {
      REQUIRE(recorded[i]);
      payment_of[recorded[i]->receipt.sequence] = static_cast<std::uint32_t>(first + i);
    }
    must(world.book->close_through(today));
  }
  std::vector<BankLine> lines;
  for (const MonthLine& each : month.lines())
    lines.push_back({.place = lines.size(),
                     .booked = each.day,
                     .valued = each.day,
                     .minor = each.minor,
                     .reference = each.reference,
                     .bank_reference = each.bank_reference,
                     .text = each.text,
                     .count = each.count});
  const std::string ends = money::to_text(month.last());
  const ReconcileReport report =
      must(world.book->reconcile(world.input(lines, begins.c_str(), ends.c_str())));
  std::vector<Planted> found;
  for (const ReconcileRow& row : report.rows) {
    Planted& each = found.emplace_back(Planted{row.outcome, {}, {}});
    for (const BreakLine& one : row.lines)
      each.lines.push_back(static_cast<std::uint32_t>(one.place));
    for (const auto& entry : row.entries) each.payments.push_back(payment_of.at(entry.sequence));
    std::sort(each.lines.begin(), each.lines.end());
    std::sort(each.payments.begin(), each.payments.end());
  }
  std::sort(found.begin(), found.end());
  CHECK(found == month.planted());
  verified(*world.book);
}

}  // namespace
}  // namespace loanbook::test
