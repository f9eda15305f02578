// What stands around a loan's contract: applications, settlement, refinancing, pay-outs, limits of
// partners, coupons, transfer; and changes whose terms must survive what is learnt late.

#include <atomic>
#include <thread>

#include "ledger/support.hpp"
#include "loanbook/ledger/loan/loan.hpp"

namespace loanbook::test {
namespace {

Command operate(const std::string& loan, Operation op) {
  return {.event = std::move(op), .loan = loan};
}

Command dated(Command command, const char* on) {
  command.value_date = day(on);
  return command;
}

std::unique_ptr<Book> level_book() {
  auto book = new_book();
  must(book->record(publish(level_product())));
  return book;
}

TEST_CASE("An application is the contract: a product version published meanwhile changes nothing",
          "[terms]") {
  auto book = level_book();
  const Apply asked{.terms = {.product = "level", .amount = "12000.00"},
                    .valid_until = day("2026-01-31")};
  must(book->record({.event = asked, .loan = "L"}));
  LoanView view = must(book->loan("L"));
  CHECK(view.row.status == LoanStatus::applied);
  CHECK(view.valid_until == day("2026-01-31"));
  REQUIRE(view.annual_rate_e12);
  CHECK(*view.annual_rate_e12 / 1'000'000'000 == 180);  // 18.0 %: the plan has no other costs
  const Digest offered = view.plan_digest;
  Product dearer = level_product();
  dearer.version = 2;
  dearer.rate_default = money::Rate::of_e12(240'000'000'000);
  must(book->record(publish(dearer)));
  must(book->close_through(day("2026-01-10")));
  must(book->record(operate("L", {.kind = Kind::approve})));
  view = must(book->loan("L"));
  CHECK(view.row.status == LoanStatus::approved);
  CHECK(view.plan_digest == offered);
  CHECK(view.product_version == 1);
  must(book->record({.event = Disburse{"12000.00"}, .loan = "L"}));
  CHECK(must(book->loan("L")).rate == "0.18");
  CHECK(error_id(book->record(operate("L", {.kind = Kind::decline, .code = "late"}))) ==
        "operation.not_in_this_state");
  must(book->close_through(day("2026-03-31")));
  verified(*book);
}

TEST_CASE("A reversed approval leaves an application; a segment knows it by its old states",
          "[terms]") {
  auto book = level_book();
  must(book->record(
      {.event = Apply{.terms = {.product = "level", .amount = "1000.00"}}, .loan = "L"}));
  must(book->record(
      {.event = Apply{.terms = {.product = "level", .amount = "1000.00"}}, .loan = "M"}));
  must(book->record(operate("M", {.kind = Kind::decline, .code = "income"})));
  const auto approved = must(book->record(operate("L", {.kind = Kind::approve})));
  must(book->close_through(day("2026-01-02")));
  must(book->record({.event = Reverse{approved.receipt.sequence}, .loan = "L"}));
  CHECK(must(book->loan("L")).row.status == LoanStatus::applied);
  must(book->close_through(day("2026-01-05")));
  verified(*book);
}

TEST_CASE("Settling pays the payoff of its day; the same key gets the same answer", "[terms]") {
  auto book = level_book();
  must(book->record(lend("L", "level", "12000.00")));
  must(book->close_through(day("2026-02-10")));
  Command settle{.event = Settle{}, .loan = "L"};
  settle.key = "s-1";
  const std::int64_t payoff = must(book->loan("L")).payoff;
  const Recorded first = must(book->record(settle));
  CHECK(first.receipt.kind == "repay");
  std::int64_t cash = 0;
  for (const Movement& movement : first.receipt.movements) {
    if (movement.role == Role::settlement) cash += movement.minor;
  }
  CHECK(cash == payoff);
  CHECK(must(book->loan("L")).row.status == LoanStatus::closed);
  CHECK(must(book->loan("L")).row.overpayment == 0);
  const Recorded again = must(book->record(settle));
  CHECK(again.replayed);
  CHECK(again.receipt.sequence == first.receipt.sequence);
  CHECK(error_id(book->record({.event = Settle{}, .loan = "L"})) == "loan.nothing_to_settle");
  must(book->close_through(day("2026-03-31")));
  verified(*book);
}

TEST_CASE("Settling where early money would be held is an early repayment", "[terms]") {
  auto book = new_book();
  Product product = level_product();
  product.prepayment = Prepayment::hold;
  must(book->record(publish(product)));
  Product table = level_product();
  table.id = "table";
  table.servicing.emplace();
  must(book->record(publish(table)));
  must(book->record(publish(product_of(schedule::Method::revolving, "draw"))));
  for (const char* id : {"level", "table", "draw"}) must(book->record(lend(id, id, "6000.00")));
  must(book->close_through(day("2026-01-20")));
  for (const char* id : {"level", "table", "draw"}) {
    INFO(id);
    const Recorded settled = must(book->record({.event = Settle{}, .loan = id}));
    CHECK(settled.receipt.kind == (std::string(id) == "draw" ? "repay" : "prepay"));
    const LoanView view = must(book->loan(id));
    CHECK(view.row.status == LoanStatus::closed);
    CHECK(view.row.owed() == 0);
    CHECK(view.row.overpayment == 0);
  }
  must(book->close_through(day("2026-02-28")));
  verified(*book);
}

TEST_CASE("Refinancing settles the old loan and links both; undone, both are as before",
          "[terms]") {
  auto book = level_book();
  must(book->record(lend("OLD", "level", "12000.00")));
  must(book->close_through(day("2026-01-20")));
  const LoanView before = must(book->loan("OLD"));
  const Command batch[] = {
      {.event = Settle{}, .loan = "OLD"},
      {.event = OpenAndDisburse{{.product = "level", .amount = "15000.00", .refinances = "OLD"}},
       .loan = "NEW"}};
  const auto previewed = must(book->preview_batch(batch));
  CHECK(previewed.size() == 2);
  CHECK(must(book->loan("OLD")).row.status == LoanStatus::active);
  const auto done = must(book->record_batch(batch));
  CHECK(must(book->loan("OLD")).row.status == LoanStatus::closed);
  CHECK(must(book->loan("OLD")).refinanced_by == "NEW");
  CHECK(must(book->loan("NEW")).refinances == "OLD");
  // Without the settlement there is no new loan either, and nothing is stored.
  const Command alone{
      .event = OpenAndDisburse{{.product = "level", .amount = "1000.00", .refinances = "NEW"}},
      .loan = "NEWER"};
  CHECK(error_id(book->record(alone)) == "refinance.not_settled");
  const Command undo[] = {{.event = Reverse{done[1].receipt.sequence}, .loan = "NEW"},
                          {.event = Reverse{done[0].receipt.sequence}, .loan = "OLD"}};
  must(book->record_batch(undo));
  const LoanView after = must(book->loan("OLD"));
  CHECK(after.row.status == LoanStatus::active);
  CHECK(after.balances == before.balances);
  CHECK(after.refinanced_by.empty());
  CHECK(must(book->loan("NEW")).row.principal == 0);
  must(book->close_through(day("2026-02-28")));
  verified(*book);
}

TEST_CASE("A product says how many pay-outs, how large, until when, how much above", "[terms]") {
  auto book = new_book();
  Product product = level_product();
  product.servicing.emplace().several_payouts = true;
  product.payouts = {.count_max = 3,
                     .amount_min_minor = 100'00,
                     .amount_max_minor = 600'00,
                     .over_minor = 50'00,
                     .days = 30};
  REQUIRE(decode_product(encode(product)));
  CHECK(*decode_product(encode(product)) == product);
  must(book->record(publish(product)));
  must(book->record({.event = OpenLoan{.product = "level", .amount = "1000.00"}, .loan = "L"}));
  const auto draw = [&](const std::string& amount) {
    return book->record({.event = Disburse{amount}, .loan = "L"});
  };
  CHECK(error_id(draw("99.99")) == "payout.amount");
  CHECK(error_id(draw("600.01")) == "payout.amount");
  must(draw("600.00"));
  CHECK(error_id(draw("450.01")) == "loan.amount_over_approved");
  must(draw("150.00"));
  must(book->close_through(day("2026-01-31")));
  // 1 January and 30 days: 31 January is the last one, entered a day later.
  CHECK(error_id(draw("300.00")) == "payout.period_over");
  must(book->record(dated({.event = Disburse{"300.00"}, .loan = "L"}, "2026-01-31")));
  CHECK(error_id(book->record(dated({.event = Disburse{"100.00"}, .loan = "L"}, "2026-01-31"))) ==
        "loan.amount_over_approved");
  must(book->record({.event = OpenLoan{.product = "level", .amount = "1000.00"}, .loan = "M"}));
  for (int i = 0; i < 3; ++i) must(book->record({.event = Disburse{"100.00"}, .loan = "M"}));
  CHECK(error_id(book->record({.event = Disburse{"100.00"}, .loan = "M"})) == "payout.count");
  must(book->close_through(day("2026-02-28")));
  verified(*book);
}

Product joint_product() {
  Product p = product_of(schedule::Method::equal_principal, "joint");
  p.rate_default = money::Rate::of_e12(0);
  p.installments_default = 2;
  JointRules& rules = p.joint.emplace();
  rules.parties.push_back({.id = "lead", .weight = 30});
  rules.parties.push_back({.id = "city-bank", .weight = 70});
  rules.lead = "lead";
  return p;
}

Command limit(std::optional<std::string> amount, std::optional<Day> until = {}) {
  return {.event = LimitPartner{"city-bank", "CNY", std::move(amount), until}};
}

TEST_CASE("A partner funds no more than its limit over all joint loans", "[terms]") {
  auto book = new_book();
  CHECK(error_id(book->record(limit("1000.00"))) == "partner.unknown");
  must(book->record(publish(joint_product())));
  must(book->record(lend("A", "joint", "1000.00")));
  CHECK(error_id(book->record(limit({}))) == "partner.no_limit");
  must(book->record(limit("1000.00")));
  REQUIRE(book->partner_limits().size() == 1);
  CHECK(book->partner_limits()[0].used == 700'00);
  CHECK(error_id(book->record(lend("B", "joint", "500.00"))) == "partner.over_limit");
  must(book->preview(lend("B", "joint", "400.00")));
  CHECK(book->partner_limits()[0].used == 700'00);
  const Recorded paid = must(book->record(lend("B", "joint", "400.00")));
  CHECK(book->partner_limits()[0].used == 980'00);
  must(book->close_through(day("2026-01-31")));
  must(book->record(pay("A", "500.00")));
  CHECK(book->partner_limits()[0].used == 630'00);
  CHECK(book->partner_limits()[0].available() == 370'00);
  must(book->record({.event = Reverse{paid.receipt.sequence}, .loan = "B"}));
  CHECK(book->partner_limits()[0].used == 350'00);
  must(book->record(limit("2000.00", day("2026-01-31"))));
  CHECK(error_id(book->record(lend("C", "joint", "10.00"))) == "partner.limit_expired");
  must_ok(book->rebuild());
  CHECK(book->partner_limits()[0].used == 350'00);
  must(book->record(limit({})));
  CHECK(book->partner_limits().empty());
  must(book->record(lend("C", "joint", "90000.00")));
  must(book->close_through(day("2026-02-28")));
  verified(*book);
}

TEST_CASE("50 threads pay out under one partner's limit: never a cent above it", "[terms]") {
  auto book = new_book();
  must(book->record(publish(joint_product())));
  must(book->record(limit("1000.00")));
  std::atomic<int> paid = 0;
  {
    std::vector<std::jthread> threads;
    for (int t = 0; t < 50; ++t) {
      threads.emplace_back([&, t] {
        const auto recorded = book->record(lend("L" + std::to_string(t), "joint", "100.00"));
        if (recorded) ++paid;
      });
    }
  }
  CHECK(paid == 14);  // 14 x 70.00
  CHECK(book->partner_limits()[0].used == 980'00);
  verified(*book);
}

TEST_CASE("A rate that changed before is not the rate of the first plan", "[terms]") {
  // 9 % from February on, then a payment of January that is learnt late.
  const auto told = [](bool late) {
    auto book = level_book();
    must(book->record(lend("L", "level", "12000.00")));
    must(book->close_through(day("2026-01-31")));
    const Command january = dated(pay("L", "500.00"), "2026-01-20");
    if (!late) must(book->record(january));
    must(book->record(operate("L", {.kind = Kind::change_rate, .rate = "9%"})));
    must(book->close_through(day("2026-02-15")));
    if (late) must(book->record(january));
    verified(*book);
    return must(book->loan("L")).balances;
  };
  CHECK(told(true) == told(false));
}

TEST_CASE("Words of the trade that are no names of events say what to use", "[terms]") {
  for (const char* word :
       {"minimum-payment", "holiday", "skip", "early-settle", "waive-penalty", "refinance"}) {
    INFO(word);
    const auto kind = parse_kind(word);
    REQUIRE_FALSE(kind);
    CHECK(kind.error().message.find(std::string(instead_of(word))) != std::string::npos);
    CHECK_FALSE(instead_of(word).empty());
  }
  CHECK(instead_of("repay").empty());
}

TEST_CASE("The bytes of a state hold coupons, joined principal and a sale", "[terms]") {
  LoanState state;
  state.terms.converted = static_cast<std::uint8_t>(schedule::Method::equal_principal);
  state.status = LoanStatus::closed;
  RareRecords& rare = state.servicing.emplace().rare.emplace();
  rare.coupons.push_back({.sequence = 7,
                          .payer = "shop",
                          .part_e12 = 500'000'000'000,
                          .rows_left = 2,
                          .amount_left = {},
                          .used = 12,
                          .settled = 5});
  rare.joined.push_back({day("2026-02-25"), 12'00});
  rare.joined_suspended = 3;
  rare.transferred = true;
  rare.buyer = "fund-3";
  std::string bytes;
  encode(state, bytes);
  LoanState read;
  std::string_view rest = bytes;
  REQUIRE(decode(rest, read));
  CHECK(rest.empty());
  CHECK(read == state);
  REQUIRE(read.servicing->rare);
  CHECK(read.servicing->rare->coupons[0].rows_left == 2);
  CHECK_FALSE(read.servicing->rare->coupons[0].amount_left);
  CHECK(read.servicing->rare->buyer == "fund-3");
}

}  // namespace
}  // namespace loanbook::test
