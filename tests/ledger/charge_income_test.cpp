// Income of charges on accounts of its own, by code. Amounts are by hand.

#include "loanbook/ledger/product/charge_income.hpp"

#include "ledger/joint_support.hpp"
#include "ledger/support.hpp"

namespace loanbook::test {
namespace {

using schedule::Component;

void group(Product& product, std::uint8_t number, std::initializer_list<const char*> codes,
           Component component = Component::fee) {
  const auto at = static_cast<std::size_t>(charge_group_role(number));
  product.accounts.at(at) = AccountCode{"604" + std::to_string(number), "Group"};
  for (const char* code : codes) product.charge_income[code] = number;
  if (component == Component::penalty)
    product.penalty_groups = static_cast<std::uint8_t>(product.penalty_groups | 1U << (number - 1));
}

/// 300.00 in three parts of 15 days without interest; fees `service`, penalties `late`.
Product grouped() {
  Product p = product_of(schedule::Method::equal_principal, "p");
  p.basis = schedule::InterestBasis::daily;
  p.frequency = {schedule::PeriodUnit::day, 15};
  p.installments_default = 3;
  p.rate_default = money::Rate::of_e12(0);
  p.penalty_multiplier_e4 = 0;
  p.compound = CompoundRate::none;
  p.grace_days = 0;
  p.servicing.emplace();
  p.servicing->fee_income = FeeIncome::when_assessed;
  group(p, 1, {"service", "origination"});
  group(p, 3, {"late"}, Component::penalty);
  return p;
}

std::unique_ptr<Book> book_of(const Product& product) {
  auto book = new_book("2026-01-01");
  must(book->record(publish(product)));
  must(book->record(lend("L", product.id, "300.00")));
  return book;
}

std::uint64_t charge(Book& book, const char* amount, const char* code, const char* kind = "fee") {
  return must(book.record(
                  {.event =
                       Operation{
                           .kind = Kind::charge, .amount = amount, .choice = kind, .code = code},
                   .loan = "L"}))
      .receipt.sequence;
}

/// Credit of a role.
std::int64_t income(const Book& book, Role of) { return -role(must(book.loan("L")), of); }

TEST_CASE("the income of a charge stands on the account of its code, and leaves it again",
          "[charge_income]") {
  auto book = book_of(grouped());
  const auto service = charge(*book, "10.00", "service");
  const auto origination = charge(*book, "4.00", "origination");
  charge(*book, "3.00", "other");
  charge(*book, "5.00", "late", "penalty");
  charge(*book, "2.00", "late");                // a fee of that code: the group holds penalties
  charge(*book, "1.00", "service", "penalty");  // and the other way round
  CHECK(income(*book, Role::charge_income_1) == 14'00);
  CHECK(income(*book, Role::charge_income_3) == 5'00);
  CHECK(income(*book, Role::fee_income) == 5'00);
  CHECK(income(*book, Role::late_fee_income) == 1'00);
  verified(*book);

  must(
      book->record({.event = Operation{.kind = Kind::waive_charge, .amount = "4.00", .of = service},
                    .loan = "L"}));
  CHECK(income(*book, Role::charge_income_1) == 10'00);
  must(book->record({.event = Reverse{origination}, .loan = "L"}));
  CHECK(income(*book, Role::charge_income_1) == 6'00);
  CHECK(income(*book, Role::fee_income) == 5'00);
  must(book->close_through(day("2026-01-20")));
  must(book->record(pay("L", "117.00")));
  must(book->record(
      {.event = Operation{.kind = Kind::adjust_charge, .amount = "1.50", .of = service},
       .loan = "L"}));
  CHECK(income(*book, Role::charge_income_1) == 4'50);
  verified(*book);
  CHECK(must(book->reconcile_internal()).differences.empty());

  bool found = false;
  for (const TrialBalanceRow& row : must(book->trial_balance())) {
    if (row.account != "6041") continue;
    found = true;
    CHECK(row.credit - row.debit == 4'50);
  }
  CHECK(found);
}

TEST_CASE("a late charge has the account of its code", "[charge_income]") {
  Product product = grouped();
  LateCharge& late = product.servicing->late_charge.emplace();
  late.code = "late";
  late.fee.amount_minor = 7'00;
  auto book = book_of(product);
  must(book->close_through(day("2026-01-17")));
  CHECK(income(*book, Role::charge_income_3) == 7'00);
  CHECK(income(*book, Role::late_fee_income) == 0);
  // Told late, the payment of the due date takes the charge out of its account.
  Command paid = pay("L", "100.00");
  paid.value_date = day("2026-01-16");
  must(book->record(paid));
  CHECK(income(*book, Role::charge_income_3) == 0);
  verified(*book);

  product.servicing->late_charge->is_fee = true;
  CHECK(check(product).error().id == "product.charge_income");
  CHECK(check(product).error().message.find("name it under `charges`") != std::string::npos);
}

TEST_CASE("tax on fees or on penalties takes the groups of the one and not of the other",
          "[charge_income]") {
  const auto taxed = [](std::uint8_t of) {
    Product product = grouped();
    product.accounting.tax = {60'000'000'000, of};
    auto book = book_of(product);
    charge(*book, "106.00", "service");
    charge(*book, "53.00", "late", "penalty");
    const std::int64_t owed = role(must(book->loan("L")), Role::income_tax);
    must(book->close_through(day("2026-01-20")));
    must(book->record(pay("L", "300.00")));
    verified(*book);
    return std::pair(owed, role(must(book->loan("L")), Role::income_tax));
  };
  // A fee is taxed as it is owed, a penalty once it came in.
  CHECK(taxed(tax_on_fee) == std::pair<std::int64_t, std::int64_t>(6'00, 6'00));
  CHECK(taxed(tax_on_penalty) == std::pair<std::int64_t, std::int64_t>(0, 3'00));
  CHECK(taxed(tax_on_fee | tax_on_penalty) == std::pair<std::int64_t, std::int64_t>(6'00, 9'00));
}

TEST_CASE("on a cash basis groups of charges are income as they come in", "[charge_income]") {
  Product product = grouped();
  product.accounting.basis = AccountingBasis::cash;
  auto book = book_of(product);
  charge(*book, "10.00", "service");
  LoanView view = must(book->loan("L"));
  CHECK(role(view, Role::income_suspended) == 10'00);
  CHECK(role(view, Role::memo_interest) == 10'00);
  must(book->close_through(day("2026-01-20")));
  must(book->record(pay("L", "110.00")));
  view = must(book->loan("L"));
  CHECK(role(view, Role::income_suspended) == 0);
  CHECK(-role(view, Role::charge_income_1) == 10'00);
  verified(*book);
}

TEST_CASE("a charge-off takes the claim to its expense, the income of the group stays",
          "[charge_income]") {
  auto book = book_of(grouped());
  charge(*book, "10.00", "service");
  must(book->record({.event = Operation{.kind = Kind::charge_off, .code = "late"}, .loan = "L"}));
  const LoanView view = must(book->loan("L"));
  CHECK(-role(view, Role::charge_income_1) == 10'00);
  CHECK(role(view, Role::charge_off_fee) == 10'00);
  CHECK(role(view, Role::fee_receivable) == 0);
  verified(*book);
}

TEST_CASE("parties share fees and penalties of groups as they share others", "[charge_income]") {
  Product product = joint_product({3, 7});
  product.joint->penalty = Bearer::lead;
  product.servicing.emplace();
  product.servicing->fee_income = FeeIncome::when_assessed;
  group(product, 1, {"service"});
  group(product, 2, {"late"}, Component::penalty);
  auto book = book_of(product);
  charge(*book, "10.00", "service");
  charge(*book, "10.00", "late", "penalty");
  const LoanView view = must(book->loan("L"));
  CHECK(-role(view, Role::charge_income_1) == 10'00);
  CHECK(-role(view, Role::charge_income_2) == 10'00);
  CHECK(role(view, Role::partner_income) == 7'00);  // of the fee alone
  verified(*book);
}

TEST_CASE("groups of charges come back from a product's bytes; impossible ones are refused",
          "[charge_income]") {
  Product product = grouped();
  const std::string bytes = encode(product);
  CHECK(must(decode_product(bytes)) == product);
  // Part 10: bits of penalties, three codes in order, each with its group.
  const std::string part("\x0a\x04\x03\x04late\x03\x0borigination\x01\x07service\x01", 31);
  CHECK(bytes.ends_with(part));

  const auto refused = [](auto change) {
    Product p = grouped();
    change(p);
    const Status s = check(p);
    return s ? std::string("none") : s.error().id;
  };
  CHECK(refused([](Product&) {}) == "none");
  CHECK(refused([](Product& p) { p.charge_income.erase("late"); }) == "product.charge_income");
  CHECK(refused([](Product& p) { p.charge_income["x"] = 2; }) == "product.charge_income");
  CHECK(refused([](Product& p) { p.charge_income["x"] = 5; }) == "product.charge_income");
  CHECK(refused([](Product& p) { p.charge_income[""] = 1; }) == "product.charge_income");
  CHECK(refused([](Product& p) { p.penalty_groups = 0x10; }) == "product.charge_income");
  CHECK(refused([](Product& p) { group(p, 2, {}); }) == "product.charge_income");
}

TEST_CASE("a chart needs an account for the groups that a product uses", "[charge_income]") {
  auto book = book_of(grouped());
  const auto chart = [](bool with_groups) {
    Chart made{.id = with_groups ? "all" : "few", .name = "c", .accounts = {}, .mappings = {}};
    for (std::size_t i = 0; i < role_count; ++i) {
      const auto role = static_cast<Role>(i);
      if (!with_groups && charge_group_of(role)) continue;
      const Account account = default_account(role);
      made.mappings.push_back(
          {.role = role, .account = static_cast<std::uint32_t>(made.accounts.size())});
      made.accounts.push_back({std::string(account.code), std::string(account.name), class_of(role),
                               normal_side(class_of(role))});
    }
    return made;
  };
  // The product's own accounts stand for it.
  must(book->record({.event = PublishChart{chart(false)}}));
  must(book->record({.event = PublishChart{chart(true)}}));
  charge(*book, "10.00", "service");
  for (const GlBalance& balance : must(book->gl_balances())) {
    if (balance.role == Role::charge_income_1) CHECK(balance.account.code == "6041");
  }
}

}  // namespace
}  // namespace loanbook::test
