// Joint loans: books and files by hand. Random ones: joint_property_test.

#include "ledger/joint_support.hpp"

namespace loanbook::test {
namespace {

using schedule::Component;

/// 12 monthly installments of 12,000.00 at 18 %: 1,100.16 each; the first has 180.00 interest.
std::unique_ptr<Book> joint_book(Product product) {
  auto book = new_book("2026-01-15");
  must(book->record(publish(std::move(product))));
  must(book->record(lend("L", "joint", "12000.00")));
  return book;
}

TEST_CASE("Own share: the partners' part is out of every account of the lead", "[joint]") {
  auto book = joint_book(joint_product({30, 70}));
  LoanView view = must(book->loan("L"));
  CHECK(role(view, Role::settlement) == -12'000'00);
  CHECK(role(view, Role::partner_payable) == 8'400'00);  // the partner owes its part
  CHECK(role(view, Role::agency_principal) == -8'400'00);
  must(book->close_through(day("2026-02-14")));
  view = must(book->loan("L"));
  CHECK(role(view, Role::interest_income) == -180'00);
  CHECK(role(view, Role::partner_income) == 126'00);
  CHECK(role(view, Role::agency_receivable) == -126'00);
  must(book->record(pay("L", "1100.16")));
  view = must(book->loan("L"));
  // 70 % of 920.16 principal is 644.112 and of 180.00 interest 126.00.
  CHECK(role(view, Role::agency_receivable) == 0);
  CHECK(role(view, Role::agency_principal) == -(8'400'00 - 644'11));
  CHECK(role(view, Role::partner_payable) == 8'400'00 - 644'11 - 126'00);
  REQUIRE(view.partners.size() == 1);
  CHECK(view.partners[0].id == "bank-1");
  CHECK(view.partners[0].totals.outstanding == 8'400'00 - 644'11);
  CHECK(view.partners[0].totals.received[index(Component::interest)] == 126'00);
  CHECK(view.partners[0].totals.net() == -role(view, Role::partner_payable));
  must(book->close_through(day("2026-05-31")));
  verified(*book);
}

TEST_CASE("Full books: the same amounts as a liability", "[joint]") {
  Product product = joint_product({30, 70});
  product.joint->books = JointBooks::full;
  auto book = joint_book(product);
  must(book->close_through(day("2026-02-14")));
  const LoanView view = must(book->loan("L"));
  CHECK(role(view, Role::partner_funding) == -8'400'00);
  CHECK(role(view, Role::partner_expense) == 126'00);
  CHECK(role(view, Role::partner_accrued) == -126'00);
  CHECK(role(view, Role::agency_principal) == 0);
  verified(*book);
}

TEST_CASE("A service fee comes out of the interest first", "[joint]") {
  Product product = joint_product({30, 70});
  product.joint->interest = InterestShare::service_fee;
  product.joint->service_fee_e6 = 200'000;
  auto book = joint_book(product);
  must(book->close_through(day("2026-02-14")));
  must(book->record(pay("L", "1100.16")));
  const LoanView view = must(book->loan("L"));
  // Fee 36.00 of 180.00; of 144.00 the partner has 100.80: of the 126.00 it gave up 25.20.
  CHECK(role(view, Role::service_fee_income) == -36'00);
  CHECK(role(view, Role::partner_income) == 136'80);
  const PartnerTotals& partner = view.partners.at(0).totals;
  CHECK(partner.received[index(Component::interest)] == 126'00);
  CHECK(partner.service_fee == 25'20);
  CHECK(partner.net() == 100'80 + 644'11 - 8'400'00);
  verified(*book);
}

TEST_CASE("A partner with a funding rate earns it on its principal", "[joint]") {
  Product product = joint_product({30, 70});
  product.rate_min = money::Rate::of_e12(180'000'000'000);
  product.joint->interest = InterestShare::funding_rate;
  product.joint->parties[1].funding_rate = money::Rate::of_e12(60'000'000'000);
  auto book = joint_book(product);
  must(book->close_through(day("2026-02-14")));
  must(book->record(pay("L", "1100.16")));
  // 8,400.00 x 6 % / 12 = 42.00 of the 180.00.
  CHECK(must(book->loan("L")).partners.at(0).totals.received[index(Component::interest)] == 42'00);
  must(book->close_through(day("2026-04-30")));
  verified(*book);
}

TEST_CASE("After so many days late the lead pays the partner and takes its place", "[joint]") {
  Product product = joint_product({30, 70});
  product.joint->compensation_days = 60;
  product.joint->penalty = Bearer::lead;
  auto book = joint_book(product);
  // Due on 15 February; 60 days later is 16 April, whose opening the night of the 15th makes.
  must(book->close_through(day("2026-04-14")));
  CHECK(must(book->loan("L")).partners[0].totals.compensation == 0);
  must(book->close_through(day("2026-04-15")));
  LoanView view = must(book->loan("L"));
  CHECK(view.partners[0].totals.compensation == 644'11 + 126'00);
  CHECK(role(view, Role::partner_payable) == 8'400'00 - 644'11 - 126'00);
  const PartnerSettlement file = must(book->partner_settlement("bank-1", day("2026-04-15")));
  REQUIRE(file.rows.size() == 1);
  CHECK(file.rows[0].compensation == 644'11 + 126'00);
  CHECK(file.rows[0].net() == 644'11 + 126'00);

  // What the borrower pays for that installment is the lead's; penalty interest is anyway.
  must(book->record(pay("L", "1100.16")));
  view = must(book->loan("L"));
  CHECK(view.partners[0].totals.net() == -(8'400'00 - 644'11 - 126'00));
  // The next installment is shared again.
  must(book->record(pay("L", "1200.00")));
  CHECK(must(book->loan("L")).partners[0].totals.net() > -(8'400'00 - 644'11 - 126'00));
  verified(*book);
}

TEST_CASE("Losses and recoveries are shared, but those of claims that the lead took over",
          "[joint]") {
  Product product = joint_product({30, 70});
  product.servicing.emplace();
  auto book = joint_book(product);
  must(book->record({.event = Operation{.kind = Kind::write_off, .code = "fraud"}, .loan = "L"}));
  LoanView view = must(book->loan("L"));
  CHECK(role(view, Role::write_off_expense) == 12'000'00);
  CHECK(role(view, Role::partner_loss) == -8'400'00);
  CHECK(role(view, Role::agency_principal) == 0);
  must(book->record({.event = Operation{.kind = Kind::recover, .amount = "100.00"}, .loan = "L"}));
  view = must(book->loan("L"));
  CHECK(view.partners[0].totals.recovered == 70'00);
  CHECK(role(view, Role::partner_loss) == -8'330'00);
  verified(*book);
}

TEST_CASE("A day's file: the difference of two days, and only of closed ones", "[joint]") {
  auto book = joint_book(joint_product({30, 70}));
  CHECK(error_id(book->partner_settlement("bank-1", day("2026-01-15"))) == "partner.day_open");
  must(book->close_through(day("2026-02-14")));
  must(book->record(pay("L", "1100.16")));
  must(book->close_through(day("2026-02-20")));
  CHECK(error_id(book->partner_settlement("bank-0", day("2026-01-15"))) == "partner.unknown");
  CHECK(error_id(book->partner_settlement("bank-9", day("2026-01-15"))) == "partner.unknown");
  const PartnerSettlement lent = must(book->partner_settlement("bank-1", day("2026-01-15")));
  REQUIRE(lent.rows.size() == 1);
  CHECK(lent.rows[0].disbursed == 8'400'00);
  CHECK(lent.rows[0].net() == -8'400'00);
  const PartnerSettlement paid = must(book->partner_settlement("bank-1", day("2026-02-15")));
  REQUIRE(paid.rows.size() == 1);
  CHECK(paid.rows[0].principal == 644'11);
  CHECK(paid.rows[0].interest == 126'00);
  CHECK(must(book->partner_settlement("bank-1", day("2026-02-16"))).rows.empty());
}

TEST_CASE("Products that share nothing, or not exactly, are refused", "[joint]") {
  const auto refused = [](auto change) {
    Product product = joint_product({30, 70});
    change(product);
    const Status status = check(product);
    return status ? std::string("none") : status.error().id;
  };
  CHECK(refused([](Product&) {}) == "none");
  CHECK(refused([](Product& p) { p.joint->lead = "nobody"; }) == "product.joint");
  CHECK(refused([](Product& p) { p.joint->parties.pop_back(); }) == "product.parties");
  CHECK(refused([](Product& p) { p.joint->parties[1].id = "bank-0"; }) == "product.parties");
  CHECK(refused([](Product& p) { p.joint->parties[1].id = "Bank 1"; }) == "product.parties");
  CHECK(refused([](Product& p) { p.joint->parties[1].weight = 0; }) == "product.parties");
  CHECK(refused([](Product& p) { p.joint->parties[1].weight = 10'007; }) == "product.parties");
  CHECK(refused([](Product& p) { p.joint->service_fee_e6 = 1; }) == "product.joint");
  CHECK(refused([](Product& p) { p.joint->interest = InterestShare::service_fee; }) ==
        "product.joint");
  CHECK(refused([](Product& p) { p.joint->interest = InterestShare::funding_rate; }) ==
        "product.parties");
  CHECK(refused([](Product& p) { p.joint->partner_min_e6 = 710'000; }) == "product.parties");
  CHECK(refused([](Product& p) { p.joint->partner_max_e6 = 690'000; }) == "product.parties");
  CHECK(refused([](Product& p) { p.joint->compensation_days = 4'000; }) == "product.joint");
}

TEST_CASE("A joint product has one encoding, and products without partners keep theirs",
          "[joint]") {
  Product product = joint_product({6, 6, 2});
  product.joint->compensation_days = 80;
  product.joint->books = JointBooks::full;
  const std::string bytes = encode(product);
  const Product again = must(decode_product(bytes));
  CHECK(again == product);
  CHECK(encode(again) == bytes);
  CHECK(again.joint->tables != nullptr);
  for (std::size_t size = 0; size < bytes.size(); ++size) {
    const auto cut = decode_product(std::string_view(bytes).substr(0, size));
    CHECK_FALSE(cut.has_value());
  }
}

}  // namespace
}  // namespace loanbook::test
