// Cash basis, tax contained in income, payment channels, branches. Amounts are by hand; the sums
// stand in specs/accounting.md.

#include "loanbook/ledger/product/accounting.hpp"

#include "ledger/support.hpp"
#include "loanbook/ledger/entry.hpp"

namespace loanbook::test {
namespace {

std::int64_t role(const LoanView& view, Role role) {
  return view.balances[static_cast<std::size_t>(role)];
}

/// 12,000.00 in two equal parts at 18 % by ACT/360, due on 31 January and 2 March 2026: interest
/// 180.00 and 90.00, 6.00 a day before 31 January.
Product two_rows() {
  Product product = product_of(schedule::Method::equal_principal, "p");
  product.basis = schedule::InterestBasis::daily;
  product.frequency = {schedule::PeriodUnit::day, 30};
  product.installments_default = 2;
  product.penalty_multiplier_e4 = 0;
  product.compound = CompoundRate::none;
  product.grace_days = 0;
  return product;
}

std::unique_ptr<Book> book_of(const Product& product) {
  auto book = new_book("2026-01-01");
  must(book->record(publish(product)));
  must(book->record(lend("L", "p", "12000.00")));
  return book;
}

Command operate(Kind kind, Operation operation = {}) {
  operation.kind = kind;
  return {.event = std::move(operation), .loan = "L"};
}

Chart chart_of(const std::string& id) {
  Chart chart{.id = id, .name = id, .accounts = {}, .mappings = {}};
  for (std::size_t i = 0; i < role_count; ++i) {
    const auto role = static_cast<Role>(i);
    const Account account = default_account(role);
    chart.mappings.push_back({.role = role, .account = static_cast<std::uint32_t>(i)});
    chart.accounts.push_back({std::string(account.code), std::string(account.name), class_of(role),
                              normal_side(class_of(role))});
  }
  return chart;
}

void map(Chart& chart, ChartMapping mapping, const std::string& code) {
  mapping.account = static_cast<std::uint32_t>(chart.accounts.size());
  chart.mappings.push_back(std::move(mapping));
  chart.accounts.push_back({code, "Account " + code, AccountClass::asset, NormalSide::debit});
}

std::int64_t on(const Book& book, const std::string& code) {
  for (const TrialBalanceRow& row : must(book.trial_balance())) {
    if (row.account == code) return static_cast<std::int64_t>(row.debit - row.credit);
  }
  return 0;
}

TEST_CASE("On a cash basis interest is income as it comes in", "[accounting]") {
  Product product = two_rows();
  product.accounting.basis = AccountingBasis::cash;
  auto book = book_of(product);
  const auto income = [&] {
    const LoanView view = must(book->loan("L"));
    CHECK(role(view, Role::memo_interest) == -role(view, Role::interest_suspended));
    CHECK(role(view, Role::memo_interest) == role(view, Role::income_suspended));
    CHECK(role(view, Role::memo_interest) == -role(view, Role::memo_contra));
    return -role(view, Role::interest_income) - role(view, Role::income_suspended);
  };
  must(book->close_through(day("2026-01-10")));
  CHECK(role(must(book->loan("L")), Role::memo_interest) == 60'00);
  CHECK(income() == 0);
  verified(*book);
  must(book->close_through(day("2026-01-30")));
  must(book->record(pay("L", "100.00")));
  CHECK(income() == 100'00);
  CHECK(role(must(book->loan("L")), Role::memo_interest) == 80'00);
  must(book->close_through(day("2026-02-09")));
  CHECK(role(must(book->loan("L")), Role::memo_interest) == 110'00);
  CHECK(income() == 100'00);
  verified(*book);

  SECTION("given up, it never was income") {
    must(book->record(operate(Kind::write_off)));
    const LoanView view = must(book->loan("L"));
    CHECK(-role(view, Role::interest_income) - role(view, Role::income_suspended) == 100'00);
    CHECK(role(view, Role::write_off_expense) == 12'000'00);
    CHECK(role(view, Role::interest_suspended) == 0);
    CHECK(role(view, Role::memo_interest) == 0);
    verified(*book);
  }
  SECTION("given up while it does not accrue either, it is the same") {
    must(book->record(operate(Kind::non_accrual, {.choice = "yes"})));
    must(book->record(operate(Kind::write_off)));
    const LoanView view = must(book->loan("L"));
    CHECK(-role(view, Role::interest_income) - role(view, Role::income_suspended) == 100'00);
    CHECK(role(view, Role::write_off_expense) == 12'000'00);
    CHECK(role(view, Role::interest_suspended) == 0);
    verified(*book);
  }
  SECTION("paid in full, all of it is") {
    must(book->close_through(day("2026-03-01")));
    must(book->record(pay("L", "12170.00")));
    CHECK(income() == 270'00);
    CHECK(must(book->loan("L")).row.status == LoanStatus::closed);
    verified(*book);
  }
}

TEST_CASE("Claims taken over on a cash basis are income when they come in", "[accounting]") {
  Product product = two_rows();
  product.accounting.basis = AccountingBasis::cash;
  auto book = new_book("2026-01-11");
  must(book->record(publish(product)));
  TakeOver take{.terms = {.product = "p", .amount = "12000.00"},
                .disbursed = day("2026-01-01"),
                .principal = "12000.00"};
  must(book->record({.event = take, .loan = "L"}));
  LoanView view = must(book->loan("L"));
  CHECK(role(view, Role::interest_accrued) == 60'00);
  CHECK(role(view, Role::interest_suspended) == -60'00);
  CHECK(role(view, Role::opening_balance) == -12'000'00);  // the claim was no asset there either
  CHECK(role(view, Role::income_suspended) == 0);
  must(book->close_through(day("2026-01-30")));
  must(book->record(pay("L", "6180.00")));
  view = must(book->loan("L"));
  CHECK(-role(view, Role::interest_income) - role(view, Role::income_suspended) == 180'00);
  verified(*book);
}

TEST_CASE("Tax in income follows what is due, rounded once on the total", "[accounting]") {
  Product product = two_rows();
  product.accounting.tax = {60'000'000'000, tax_on_interest};
  const auto tax = [](const Book& book) {
    const LoanView view = must(book.loan("L"));
    CHECK(role(view, Role::income_tax) == -role(view, Role::tax_payable));
    return role(view, Role::income_tax);
  };
  auto book = book_of(product);
  must(book->close_through(day("2026-01-29")));
  CHECK(tax(*book) == 0);  // accrued, not due
  must(book->close_through(day("2026-01-30")));
  CHECK(tax(*book) == 10'19);  // 180.00 x 6 / 106 = 10.1887
  verified(*book);
  must(book->close_through(day("2026-03-01")));
  CHECK(tax(*book) == 15'28);  // 270.00 x 6 / 106 = 15.2830
  must(book->record(operate(Kind::waive_interest, {.amount = "30.00"})));
  CHECK(tax(*book) == 13'58);  // 240.00 x 6 / 106 = 13.5849
  verified(*book);

  SECTION("on a cash basis once it is received") {
    product.accounting.basis = AccountingBasis::cash;
    auto cash = book_of(product);
    must(cash->close_through(day("2026-01-31")));
    CHECK(tax(*cash) == 0);
    must(cash->record(pay("L", "100.00")));
    CHECK(tax(*cash) == 5'66);  // 100.00 x 6 / 106 = 5.6604
    verified(*cash);
  }
}

TEST_CASE("What was taxed in the old books is not taxed again", "[accounting]") {
  Product product = two_rows();
  product.accounting.tax = {60'000'000'000, tax_on_interest};
  const auto taken = [&](const char* on, const char* unpaid) {
    auto book = new_book(on);
    must(book->record(publish(product)));
    TakeOver take{.terms = {.product = "p", .amount = "12000.00"},
                  .disbursed = day("2026-01-01"),
                  .principal = "12000.00"};
    if (unpaid != nullptr)
      take.rows.push_back({.no = 1, .principal = "6000.00", .interest = unpaid});
    must(book->record({.event = take, .loan = "L"}));
    CHECK(role(must(book->loan("L")), Role::tax_payable) == 0);
    verified(*book);
    return book;
  };
  const auto tax = [](const Book& book) { return role(must(book.loan("L")), Role::income_tax); };
  SECTION("accrued and not due: it is taxed here, all of it") {
    auto book = taken("2026-01-11", nullptr);
    must(book->close_through(day("2026-01-29")));
    CHECK(tax(*book) == 0);
    must(book->close_through(day("2026-01-30")));
    CHECK(tax(*book) == 10'19);  // 180.00 x 6 / 106
    must(book->record(pay("L", "6180.00")));
    must(book->close_through(day("2026-03-01")));
    CHECK(tax(*book) == 15'28);
    verified(*book);
  }
  SECTION("due and unpaid: it was taxed there") {
    auto book = taken("2026-02-10", "180.00");
    must(book->record(pay("L", "6180.00")));
    CHECK(tax(*book) == 0);
    must(book->close_through(day("2026-03-01")));
    CHECK(tax(*book) == 5'09);  // 90.00 x 6 / 106 = 5.0943
    verified(*book);
    must_ok(book->rebuild());
    CHECK(tax(*book) == 5'09);
    verified(*book);
  }
  SECTION("on a cash basis it is taxed once it comes in") {
    product.accounting.basis = AccountingBasis::cash;
    auto book = taken("2026-02-10", "180.00");
    must(book->record(pay("L", "100.00")));
    CHECK(tax(*book) == 5'66);  // 100.00 x 6 / 106
    verified(*book);
  }
}

TEST_CASE("contained tax is odd and rounds half away from zero") {
  CHECK(contained_tax(106'00, 60'000'000'000) == 6'00);
  CHECK(contained_tax(-106'00, 60'000'000'000) == -6'00);
  CHECK(contained_tax(1, 1'000'000'000'000) == 1);    // 0.5
  CHECK(contained_tax(-1, 1'000'000'000'000) == -1);  // -0.5
  CHECK(contained_tax(0, 60'000'000'000) == 0);
}

TEST_CASE("Settlement stands on the account of its channel", "[accounting]") {
  auto book = book_of(two_rows());
  Command by = pay("L", "100.00");
  by.channel = "wallet";
  const Recorded paid = must(book->record(by));
  CHECK(paid.receipt.channel == "wallet");
  CHECK(on(*book, "1010") == -11'900'00);

  Chart chart = chart_of("c");
  map(chart, {.role = Role::settlement, .channel = "wallet"}, "1012");
  must(book->record({.event = PublishChart{chart}}));
  CHECK(on(*book, "1010") == -12'000'00);  // what stood there moved over
  CHECK(on(*book, "1012") == 100'00);
  must(book->record(pay("L", "50.00")));
  by.value_date = day("2026-01-01");
  must(book->record(by));
  CHECK(on(*book, "1010") == -11'950'00);
  CHECK(on(*book, "1012") == 200'00);
  must(book->close_through(day("2026-01-05")));

  // A reversal goes back by the way on which the money came.
  Command back{.event = Reverse{paid.receipt.sequence}, .loan = "L"};
  back.channel = "card";
  CHECK(error_id(book->record(back)) == "channel.of_reversal");
  back.channel.clear();
  CHECK(must(book->record(back)).receipt.channel == "wallet");
  CHECK(on(*book, "1012") == 100'00);

  Command charge = operate(Kind::charge, {.amount = "1.00"});
  charge.channel = "wallet";
  CHECK(error_id(book->record(charge)) == "channel.no_money");
  charge = pay("L", "1.00");
  charge.channel = "no spaces";
  CHECK(error_id(book->record(charge)) == "id.short");
  verified(*book);
  CHECK(must(book->reconcile_internal()).differences.empty());
  std::map<std::string, money::Int128> posted;
  must_ok(book->gl_entries(0, {}, [&](const GlEntry& entry) {
    for (const GlPosting& posting : entry.postings) posted[posting.account.code] += posting.minor;
    return true;
  }));
  CHECK(posted["1012"] == 100'00);
  // By value date the second payment by wallet stood on the first day.
  for (const GlBalance& balance : must(book->restated_balances(day("2026-01-01")))) {
    if (balance.channel == "wallet") CHECK(balance.minor == 100'00);
  }

  SECTION("the same key with another channel is another request") {
    Command keyed = pay("L", "1.00");
    keyed.key = "k";
    keyed.channel = "wallet";
    must(book->record(keyed));
    CHECK(must(book->record(keyed)).replayed);
    keyed.channel = "card";
    CHECK(error_id(book->record(keyed)) == "idempotency.conflict");
  }
  SECTION("derived rows keep it") {
    must_ok(book->rebuild());
    CHECK(on(*book, "1012") == 100'00);
    verified(*book);
  }
  SECTION("only settlement has channels") {
    Chart wrong = chart_of("w");
    map(wrong, {.role = Role::principal, .channel = "wallet"}, "1312");
    CHECK(error_id(book->record({.event = PublishChart{wrong}})) == "chart.channel_role");
  }
}

TEST_CASE("The price of a sold claim and the money of coupons name a channel", "[accounting]") {
  auto book = book_of(two_rows());
  must(book->record(operate(Kind::coupon, {.rows = 1, .code = "shop"})));
  must(book->close_through(day("2026-01-31")));
  const auto by = [&](const char* channel) {
    std::int64_t sum = 0;
    for (const GlBalance& balance : must(book->gl_balances())) {
      if (balance.role == Role::settlement && balance.channel == channel)
        sum += static_cast<std::int64_t>(balance.minor);
    }
    return sum;
  };
  Command settled = operate(Kind::coupon_settle, {.amount = "180.00", .code = "shop"});
  settled.channel = "alipay";
  CHECK(must(book->record(settled)).receipt.channel == "alipay");
  CHECK(by("alipay") == 180'00);
  Command sold = operate(Kind::transfer, {.amount = "9000.00", .code = "buyer"});
  sold.channel = "bank";
  const Recorded transferred = must(book->record(sold));
  CHECK(by("bank") == 9'000'00);
  must(book->record({.event = Reverse{transferred.receipt.sequence}, .loan = "L"}));
  CHECK(by("bank") == 0);
  verified(*book);
  CHECK(must(book->reconcile_internal()).differences.empty());
}

TEST_CASE("A book with channels opens again as it was", "[accounting]") {
  storage::memory::MemoryBook stored;
  {
    auto store = must(stored.open_writer());
    must_ok(Book::init(*store, "CNY", day("2026-01-01")));
    auto book = must(Book::open(std::move(store)));
    must(book->record(publish(two_rows())));
    must(book->record(lend("L", "p", "12000.00")));
    Command by = pay("L", "100.00");
    by.channel = "wallet";
    must(book->record(by));
    must_ok(book->close());
  }
  const auto book = must(Book::open(must(stored.open_writer())));
  Chart chart = chart_of("c");
  map(chart, {.role = Role::settlement, .channel = "wallet"}, "1012");
  must(book->record({.event = PublishChart{chart}}));
  CHECK(on(*book, "1012") == 100'00);
  verified(*book);
}

TEST_CASE("A branch takes its own variant of a product", "[accounting]") {
  auto book = book_of(two_rows());
  Command there = lend("SH-1", "p", "6000.00");
  auto& terms = std::get<OpenAndDisburse>(there.event).terms;
  terms.branch = "SH";
  CHECK(error_id(book->record(there)) == "product.branch_unknown");
  Product variant = two_rows();
  variant.branch = "SH";
  must(book->record(publish(variant)));
  CHECK(error_id(book->record(publish(variant))) == "product.version");
  must(book->record(there));
  variant.version = 4;  // a branch may leave versions out
  must(book->record(publish(variant)));
  CHECK(must(book->product("p", {}, "SH")).version == 4);
  CHECK(must(book->product("p")).branch.empty());

  Chart chart = chart_of("c");
  map(chart, {.role = Role::principal, .branch = "SH"}, "1310.SH");
  must(book->record({.event = PublishChart{chart}}));
  CHECK(on(*book, "1310") == 12'000'00);
  CHECK(on(*book, "1310.SH") == 6'000'00);
  std::int64_t of_branch = 0;
  for (const GlBalance& balance : must(book->gl_balances())) {
    if (balance.branch == "SH") of_branch += static_cast<std::int64_t>(balance.minor);
  }
  CHECK(of_branch == 0);  // each branch balances
  must(book->close_through(day("2026-02-10")));
  verified(*book);
  CHECK(must(book->reconcile_internal()).differences.empty());
}

TEST_CASE("mappings: channel before product, product before branch, branch before currency") {
  Product product = two_rows();
  product.branch = "SH";
  Chart chart = chart_of("c");
  const auto code = [&](std::string_view channel) {
    return gl_account(&chart, product, Role::settlement, channel).code;
  };
  CHECK(code("w") == "1010");
  map(chart, {.role = Role::settlement, .currency = "CNY"}, "currency");
  CHECK(code("w") == "currency");
  map(chart, {.role = Role::settlement, .branch = "SH"}, "branch");
  CHECK(code("w") == "branch");
  map(chart, {.role = Role::settlement, .product = "p"}, "product");
  CHECK(code("w") == "product");
  map(chart, {.role = Role::settlement, .channel = "w"}, "channel");
  CHECK(code("w") == "channel");
  CHECK(code("") == "product");
  product.accounts[static_cast<std::size_t>(Role::settlement)] = AccountCode{"own", "Own"};
  CHECK(code("w") == "channel");
  CHECK(code("x") == "own");
  must_ok(check(chart));
  std::string bytes;
  encode(ChartPublished{chart, {{0, Role::settlement, 1, "w"}}}, bytes);
  ChartPublished again;
  std::string_view rest = bytes;
  REQUIRE(decode(rest, again));
  CHECK(rest.empty());
  CHECK(again.chart == chart);
  CHECK(again.reclassified.front().channel == "w");
}

TEST_CASE("accounting of a product comes back from its bytes; impossible ones are refused") {
  Product product = two_rows();
  const std::string plain = encode(product);
  CHECK(plain[0] == 1);
  product.accounting.basis = AccountingBasis::cash;
  product.accounting.tax = {60'000'000'000, tax_on_interest | tax_on_fee};
  product.branch = "SH";
  const std::string bytes = encode(product);
  CHECK(bytes[0] == 2);
  CHECK(must(decode_product(bytes)) == product);
  // Part 6: bits 7, rate 6 % as varint of 10^-12, of 3, text SH.
  CHECK(bytes.ends_with(std::string("\x06\x07\x80\xb0\x9d\xc2\xdf\x01\x03\x02SH", 12)));
  product.accounting.tax.of = 0;
  CHECK(check(product).error().id == "product.tax");
  product.accounting.tax.of = 8;
  CHECK(check(product).error().id == "product.tax");
  product.accounting.tax = {};
  product.branch = "no spaces";
  CHECK(check(product).error().id == "id.short");
}

}  // namespace
}  // namespace loanbook::test
