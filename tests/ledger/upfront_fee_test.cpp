// A fee kept back of pay-outs: what the door refuses, the bytes of products and segments, nights of
// many loans in columns. Figures by hand; specs/upfront-fees.md has the rules.

#include "loanbook/ledger/product/upfront_fee.hpp"

#include "ledger/support.hpp"
#include "loanbook/ledger/night/segment.hpp"
#include "loanbook/money/money.hpp"
#include "loanbook/storage/memory/memory_store.hpp"

namespace loanbook::test {
namespace {

std::int64_t role(const LoanView& view, Role role) {
  return view.balances[static_cast<std::size_t>(role)];
}

/// 2 % of 12,000.00 over sixty days: 4.00 a day.
Product two_rows(FeeIncomeSpread spread = FeeIncomeSpread::straight_line) {
  Product product = product_of(schedule::Method::equal_principal, "p");
  product.basis = schedule::InterestBasis::daily;
  product.frequency = {schedule::PeriodUnit::day, 30};
  product.installments_default = 2;
  product.penalty_multiplier_e4 = 0;
  product.compound = CompoundRate::none;
  product.grace_days = 0;
  product.payouts.fee.part_e12 = 20'000'000'000;
  product.accounting.upfront_fee = spread;
  return product;
}

std::string refused(const Product& product) {
  const Status status = check(product);
  return status ? "none" : status.error().id;
}

std::vector<Segment> segments(const Book& book) {
  std::vector<Segment> all;
  must_ok(book.stored(0, [&](const storage::StoredEntry& stored) {
    const Entry entry = must(decode_entry(stored.body));
    if (const auto* closed = std::get_if<DayClosed>(&entry.payload)) {
      for (const Digest& digest : closed->segments)
        all.push_back(must(decode_segment(must(book.segment(digest)))));
    }
    return true;
  }));
  return all;
}

TEST_CASE("a fee kept back is a part of the pay-out, rounded, and an amount") {
  struct Row {
    std::int64_t part_e12, minor;
    money::Rounding rounding;
    std::int64_t paid_out, fee;
  };
  using money::RoundingMode;
  const Row rows[] = {{20'000'000'000, 0, {}, 1'200'000, 24'000},
                      {20'000'000'000, 1'000, {}, 1'200'000, 25'000},
                      {0, 1'000, {}, 1, 1'000},
                      {15'000'000'000, 0, {}, 12'345'67, 185'19},
                      {15'000'000'000, 0, {RoundingMode::down, 1}, 12'345'67, 185'18},
                      {15'000'000'000, 7, {RoundingMode::up, 100}, 12'345'67, 186'07}};
  for (const Row& row : rows) {
    INFO(row.paid_out << " " << row.part_e12);
    CHECK(fee_of({row.part_e12, row.minor, row.rounding}, row.paid_out) == row.fee);
  }
}

TEST_CASE("what does not go with a fee kept back is refused with what to write instead") {
  CHECK(refused(two_rows()) == "none");
  Product product = two_rows();
  product.payouts.fee.part_e12 = 1'000'000'000'000;
  CHECK(refused(product) == "product.payouts");
  product = two_rows();
  product.payouts.fee = {};
  CHECK(refused(product) == "product.upfront_fee");
  product = two_rows();
  product.accounting.basis = AccountingBasis::cash;
  CHECK(refused(product) == "product.upfront_fee");
  product.accounting.upfront_fee = FeeIncomeSpread::at_once;
  CHECK(refused(product) == "none");
  product = two_rows(FeeIncomeSpread::effective_interest);
  product.method = schedule::Method::revolving;
  CHECK(refused(product) == "product.upfront_fee");
  product.accounting.upfront_fee = FeeIncomeSpread::straight_line;
  CHECK(refused(product) == "none");
  product = two_rows(FeeIncomeSpread::at_once);
  product.joint.emplace();
  product.joint->parties = {{.id = "a"}, {.id = "b"}};
  product.joint->lead = "a";
  CHECK(refused(product) == "product.payouts");
}

TEST_CASE("a product with a fee kept back is read from its bytes, and no other has more of them") {
  for (const FeeIncomeSpread spread : {FeeIncomeSpread::at_once, FeeIncomeSpread::straight_line,
                                       FeeIncomeSpread::effective_interest}) {
    Product product = two_rows(spread);
    product.payouts.fee.minor = 10'00;
    product.payouts.fee.rounding = {money::RoundingMode::up, 10};
    CHECK(must(decode_product(encode(product))) == product);
    product.payouts.count_max = 1;
    product.branch = "SH";
    CHECK(must(decode_product(encode(product))) == product);
  }
  Product plain = two_rows(FeeIncomeSpread::at_once);
  plain.payouts.fee = {};
  CHECK(encode(plain)[0] == 1);
}

TEST_CASE("a pay-out that the fee would take whole is refused, one above it reaches the borrower") {
  Product product = two_rows();
  product.payouts.fee = {.part_e12 = 0, .minor = 10'00};
  const auto book = new_book();
  must(book->record(publish(product)));
  CHECK(error_id(book->record(lend("A", "p", "10.00"))) == "payout.fee");
  must(book->record({.event = OpenLoan{.product = "p", .amount = "9.00"}, .loan = "B"}));
  CHECK(error_id(book->record({.event = Disburse{"9.00"}, .loan = "B"})) == "payout.fee");
  must(book->record(lend("C", "p", "10.01")));
  const LoanView view = must(book->loan("C"));
  CHECK(role(view, Role::settlement) == -1);
  CHECK(role(view, Role::fee_deferred) == -10'00);
  CHECK(view.payoff == 10'01);
}

TEST_CASE("a channel pays, and confirms, what the fee leaves") {
  const auto book = new_book();
  must(book->record(publish(two_rows())));
  must(book->record({.event = OpenLoan{.product = "p", .amount = "12000.00"}, .loan = "L"}));
  must(book->record({.event = Operation{.kind = Kind::order_payout,
                                        .amount = "12000.00",
                                        .code = "R-1",
                                        .channel = "bank-a"},
                     .loan = "L"}));
  REQUIRE(book->payouts().size() == 1);
  CHECK(book->payouts().front().amount == 11'760'00);
  const auto confirm = [&](const char* amount) {
    return book->record(
        {.event = Operation{.kind = Kind::confirm_payout, .amount = amount}, .loan = "L"});
  };
  CHECK(error_id(confirm("12000.00")) == "payout.amount_differs");
  must(confirm("11760.00"));
  CHECK(role(must(book->loan("L")), Role::settlement) == -11'760'00);
  CHECK(role(must(book->loan("L")), Role::fee_deferred) == -240'00);
  verified(*book);
}

TEST_CASE("a restatement spreads a fee another way, and puts no other fee in: that was cash") {
  const auto book = new_book();
  must(book->record(publish(two_rows())));
  must(book->record(lend("L", "p", "12000.00")));
  Product second = two_rows(FeeIncomeSpread::effective_interest);
  second.version = 2;
  must(book->record(publish(second)));
  Product third = second;
  third.version = 3;
  third.payouts.fee.part_e12 = 10'000'000'000;
  must(book->record(publish(third)));
  must(book->close_through(day("2026-01-15")));
  CHECK(role(must(book->loan("L")), Role::fee_deferred) == -180'00);
  RestateRequest request{.product = "p", .from = 1, .to = 3};
  request.reason = "the contract";
  request.dry_run = request.skip_refused = true;
  CHECK(must(book->restate(request)).effect.refused.size() == 1);
  request.to = 2;
  request.dry_run = request.skip_refused = false;
  CHECK(must(book->restate(request)).effect.refused.empty());
  must(book->close_through(day("2026-01-31")));
  // As if it had been spread by the rate all the time.
  CHECK(role(must(book->loan("L")), Role::fee_deferred) < -76'00);
  verified(*book);
}

TEST_CASE("a segment holds the line of a deferred fee, and only then has its new layout") {
  const auto book = new_book();
  must(book->record(publish(two_rows())));
  must(book->record(lend("L", "p", "12000.00")));
  must(book->close_through(day("2026-01-01")));
  const auto nights = segments(*book);
  REQUIRE(nights.size() == 1);
  const Visit& visit = nights.front().products.front().visits.front();
  CHECK(visit.fee_booked == 236'00);
  REQUIRE(visit.lines.size() == 2);
  CHECK(visit.lines[1].role == Role::fee_deferred);
  CHECK(visit.lines[1].line.slope == 240'00);
  CHECK(visit.lines[1].line.denominator == 60);

  std::string bytes;
  encode_visit(visit, bytes);
  Visit bare = visit;
  bare.lines.pop_back();
  bare.fee_booked = 0;
  std::string bare_bytes;
  encode_visit(bare, bare_bytes);
  CHECK(static_cast<unsigned char>(bytes[0]) == 0x82);
  CHECK(bare_bytes[0] == 2);

  EncodedProduct part{.product = 0, .loans = 1, .visits = 1, .fees = false};
  part.visit_bytes = std::string(1, '\1') + bare_bytes;
  CHECK(encode_segment(day("2026-01-01"), {part}, {}).starts_with("LBSEG001"));
  part.fees = true;
  part.visit_bytes = std::string(1, '\1') + bytes;
  const std::string third = encode_segment(day("2026-01-01"), {part}, {});
  CHECK(third.starts_with("LBSEG003"));
  CHECK(must(decode_segment(third)).products.front().visits.front().fee_booked == 236'00);
  // The older layouts know no such visit.
  std::string second = third;
  second[7] = '2';
  CHECK(!decode_segment(second));
}

TEST_CASE("nights of many loans with deferred fees: columns, visits and general ledger agree") {
  const auto book = new_book();
  std::vector<std::string> products;
  for (const auto rounding : {money::RoundingMode::half_up, money::RoundingMode::half_even,
                              money::RoundingMode::up, money::RoundingMode::down}) {
    for (const auto day_count :
         {schedule::DayCount::act_360, schedule::DayCount::act_act_isda,
          schedule::DayCount::thirty_e_360, schedule::DayCount::thirty_360}) {
      const bool by_rate = products.size() % 2 == 0;
      Product product =
          two_rows(by_rate ? FeeIncomeSpread::effective_interest : FeeIncomeSpread::straight_line);
      product.id = "p" + std::to_string(products.size());
      product.accrual_rounding = rounding;
      product.day_count = day_count;
      product.payouts.fee.minor = static_cast<std::int64_t>(products.size()) * 37;
      product.installments_default = 3;
      product.frequency = {schedule::PeriodUnit::day, 17};
      if (products.size() % 3 == 0)
        product.accounting.tax = {.rate_e12 = 60'000'000'000, .of = tax_on_fee};
      must(book->record(publish(product)));
      products.push_back(product.id);
    }
  }
  int loans = 0;
  std::int64_t kept = 0;
  for (int batch = 0; batch < 10; ++batch) {
    for (const std::string& product : products) {
      const std::int64_t amount = 1'000'00 + loans * 91'37;
      const std::string id = "L" + std::to_string(loans++);
      must(book->record(lend(id, product, money::text_of_minor(amount, 2))));
      kept += fee_of(must(book->product(product)).payouts.fee, amount);
    }
    must(book->close_through(day("2026-01-01") + date::days{batch}));
  }
  must(book->record(pay("L3", "5000.00")));
  must(book->close_through(day("2026-02-10")));
  must(book->record({.event = Reverse{must(book->loan_entries("L3")).back().receipt.sequence}}));
  must(book->close_through(day("2026-03-31")));
  verified(*book);
  CHECK(must(book->reconcile_internal()).differences.empty());
  std::int64_t income = 0;
  for (int i = 0; i < loans; ++i) {
    const LoanView view = must(book->loan("L" + std::to_string(i)));
    CHECK(role(view, Role::fee_deferred) == 0);
    income -= role(view, Role::fee_income);
  }
  CHECK(income == kept);
}

TEST_CASE("a night of a loan on which nothing has moved yet is verified") {
  const auto book = new_book();
  must(book->record(publish(two_rows())));
  must(book->record({.event = OpenLoan{.product = "p", .amount = "12000.00"}, .loan = "L"}));
  must(book->close_through(day("2026-01-02")));
  verified(*book);
}

TEST_CASE("a fee ends with its rows where one paid early is owed again after an extension") {
  Product product = two_rows(FeeIncomeSpread::effective_interest);
  product.method = schedule::Method::interest_first;
  product.frequency = {schedule::PeriodUnit::day, 14};
  product.installments_default = 6;
  product.payouts.fee.part_e12 = 900'000'000'000;
  product.servicing.emplace().interest.emplace().early = EarlyMoney::next_smaller;
  const auto book = new_book();
  must(book->record(publish(product)));
  must(book->record(lend("L", "p", "1000.00")));
  const auto through = [&](int days) {
    must(book->close_through(day("2026-01-01") + date::days{days - 1}));
  };
  through(17);
  must(book->record(pay("L", "800.00")));
  through(18);
  const auto early = must(book->record(pay("L", "150.00"))).receipt.sequence;
  through(28);
  must(book->record({.event = Operation{.kind = Kind::extend, .rows = 2}, .loan = "L"}));
  through(31);
  must(book->record({.event = Reverse{early}}));
  for (int days = 31; days < 160; days += 3) {
    through(days);
    const LoanView view = must(book->loan("L"));
    CHECK(role(view, Role::fee_deferred) <= 0);
    if (days > 14 * 8) CHECK(role(view, Role::principal) == 0);
  }
  CHECK(role(must(book->loan("L")), Role::fee_deferred) == 0);
  verified(*book);
}

TEST_CASE("the report of accruals says what a night earned of a fee") {
  const auto book = new_book();
  must(book->record(publish(two_rows())));
  must(book->record(lend("L", "p", "12000.00")));
  must(book->close_through(day("2026-01-10")));
  for (const char* night : {"2026-01-01", "2026-01-02", "2026-01-10"}) {
    std::vector<AccrualRow> rows;
    must_ok(book->accruals(day(night), "L", [&](const AccrualRow& row) {
      if (row.role == Role::fee_deferred) rows.push_back(row);
      return true;
    }));
    REQUIRE(rows.size() == 1);
    CHECK(rows.front().booked == 4'00);
  }
}

}  // namespace
}  // namespace loanbook::test
