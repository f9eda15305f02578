// Joint loans: shares of random stories against exact fractions, books and files by hand.

#include "loanbook/ledger/joint.hpp"

#include <rapidcheck.h>

#include <cstdlib>
#include <map>

#include "ledger/support.hpp"

namespace loanbook::test {
namespace {

using schedule::Component;

Product joint_product(const std::vector<std::int64_t>& weights) {
  Product p = level_product();
  p.id = "joint";
  JointRules& rules = p.joint.emplace();
  for (std::size_t i = 0; i < weights.size(); ++i)
    rules.parties.push_back({.id = "bank-" + std::to_string(i), .weight = weights[i]});
  rules.lead = "bank-0";
  return p;
}

std::int64_t role(const LoanView& view, Role role) {
  return view.balances[static_cast<std::size_t>(role)];
}

std::size_t index(Component component) { return static_cast<std::size_t>(component); }

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

// Random stories.

/// Exact share of a total: |share x W - total x w| < W.
void check_share(std::int64_t share, std::int64_t total, std::int64_t weight, std::int64_t sum) {
  const money::Int128 off = money::Int128{share} * sum - money::Int128{total} * weight;
  RC_ASSERT(off < sum);
  RC_ASSERT(off > -sum);
}

struct Story {
  std::vector<std::int64_t> weights;
  std::int64_t sum = 0;
  std::unique_ptr<Book> book;
  std::vector<std::uint64_t> payments;
  std::vector<PartnerTotals> last;
  Day today{};

  explicit Story(std::vector<std::int64_t> w) : weights(std::move(w)) {
    for (const std::int64_t weight : weights) sum += weight;
  }

  /// Every figure of every partner against the loan's totals, which the movements of the loan's
  /// own accounts give.
  void check(bool may_fall) {
    const LoanView view = must(book->loan("L"));
    const std::int64_t principal =
        view.row.lent - role(view, Role::principal) - role(view, Role::principal_overdue);
    const std::int64_t interest =
        -role(view, Role::interest_income) - role(view, Role::interest_accrued) -
        role(view, Role::interest_unearned) - role(view, Role::interest_receivable);
    const std::int64_t penalty =
        -role(view, Role::penalty_income) - role(view, Role::penalty_receivable);
    const std::int64_t compound =
        -role(view, Role::compound_income) - role(view, Role::compound_receivable);
    std::int64_t net = 0;
    for (std::size_t i = 0; i < view.partners.size(); ++i) {
      const PartnerTotals& totals = view.partners[i].totals;
      const std::int64_t weight = weights[i + 1];
      check_share(totals.lent, view.row.lent, weight, sum);
      check_share(totals.received[index(Component::principal)], principal, weight, sum);
      check_share(totals.received[index(Component::interest)], interest, weight, sum);
      check_share(totals.received[index(Component::penalty)], penalty, weight, sum);
      check_share(totals.received[index(Component::compound)], compound, weight, sum);
      RC_ASSERT(totals.outstanding >= 0);
      if (!last.empty() && !may_fall) {
        for (const Component component :
             {Component::principal, Component::interest, Component::penalty, Component::compound})
          RC_ASSERT(totals.received[index(component)] >= last[i].received[index(component)]);
      }
      net += totals.net();
    }
    RC_ASSERT(net == -role(view, Role::partner_payable));
    if (view.row.status == LoanStatus::closed) {
      RC_ASSERT(role(view, Role::agency_principal) == 0);
      RC_ASSERT(role(view, Role::agency_receivable) == 0);
      for (const auto& partner : view.partners) RC_ASSERT(partner.totals.outstanding == 0);
    }
    // The lead has the rest: shares of all parties sum to the total, and none is negative.
    last.clear();
    std::int64_t of_partners = 0;
    for (const auto& partner : view.partners) {
      last.push_back(partner.totals);
      of_partners += partner.totals.received[index(Component::principal)];
    }
    check_share(principal - of_partners, principal, weights[0], sum);
  }
};

std::vector<std::int64_t> random_weights() {
  const auto parties = *rc::gen::inRange<std::size_t>(2, 8);
  std::vector<std::int64_t> weights;
  for (std::size_t i = 0; i < parties; ++i) {
    weights.push_back(
        *rc::gen::inRange<std::int64_t>(1, 10'000 / static_cast<std::int64_t>(parties) + 1));
  }
  return weights;
}

Product random_product(const std::vector<std::int64_t>& weights) {
  Product product = joint_product(weights);
  product.installments_default = 36;
  product.frequency = {schedule::PeriodUnit::day, 5};
  product.basis = schedule::InterestBasis::daily;
  const auto kind = *rc::gen::inRange(0, 3);
  if (kind == 1) product.prepayment = Prepayment::hold;
  if (kind == 2) product.servicing.emplace();
  if (*rc::gen::inRange(0, 2) == 1) product.joint->books = JointBooks::full;
  return product;
}

/// 36 installments, a step of a few days each: payments of any size, on time, early, late or of the
/// past, some taken back.
void random_story() {
  Story story(random_weights());
  story.book = new_book("2026-01-01");
  story.today = day("2026-01-01");
  must(story.book->record(publish(random_product(story.weights))));
  const auto amount = *rc::gen::inRange<std::int64_t>(1'00, 2'000'00);
  must(story.book->record(lend("L", "joint", money::text_of_minor(amount, 2))));
  story.check(false);
  const auto steps = *rc::gen::inRange(5, 40);
  std::map<std::string, std::int64_t> files;
  for (int i = 0; i < steps; ++i) {
    const auto pause = *rc::gen::inRange(0, 9);
    if (pause > 0) {
      story.today += date::days{pause};
      must(story.book->close_through(story.today - date::days{1}));
      story.check(false);
    }
    const auto what = *rc::gen::inRange(0, 8);
    if (what == 0 && !story.payments.empty()) {
      const auto which = *rc::gen::inRange<std::size_t>(0, story.payments.size());
      const auto entry = story.payments[which];
      story.payments.erase(story.payments.begin() + static_cast<std::ptrdiff_t>(which));
      must(story.book->record({.event = Reverse{entry}}));
      story.check(true);
      continue;
    }
    const auto minor = *rc::gen::inRange<std::int64_t>(1, what == 1 ? amount + 1 : amount / 12 + 2);
    Command command = pay("L", money::text_of_minor(minor, 2));
    if (what == 2) {
      command.value_date =
          std::max(day("2026-01-01"), story.today - date::days{*rc::gen::inRange(1, 20)});
    }
    const auto recorded = story.book->record(command);
    if (!recorded) {  // closed
      RC_ASSERT(recorded.error().id.starts_with("loan."));
      continue;
    }
    story.payments.push_back(recorded->receipt.sequence);
    // Money of the past may be a penalty less.
    story.check(what == 2);
  }
  must(story.book->close_through(story.today));
  // The files of all days add up to what each partner is owed.
  const LoanView view = must(story.book->loan("L"));
  for (const auto& partner : view.partners) {
    std::int64_t sum = 0;
    for (Day d = day("2026-01-01"); d <= story.today; d += date::days{1}) {
      for (const auto& row : must(story.book->partner_settlement(partner.id, d)).rows)
        sum += row.net();
    }
    RC_ASSERT(sum == partner.totals.net());
  }
  RC_ASSERT(must(story.book->verify(true)).findings.empty());
}

TEST_CASE(
    "Random joint loans: every partner within one unit at every date, sums exact, no fall "
    "without a reversal",
    "[joint][property]") {
  const int stories = std::getenv("LOANBOOK_TEST_ALL") != nullptr ? 20'000 : 300;
  int left = stories;
  while (left > 0) {
    REQUIRE(rc::check([&] { random_story(); }));
    left -= 100;
  }
}

// Any rules, any operations.

JointRules random_rules(JointRules rules) {
  rules.interest = *rc::gen::element(InterestShare::pro_rata, InterestShare::service_fee,
                                     InterestShare::funding_rate);
  if (rules.interest == InterestShare::service_fee)
    rules.service_fee_e6 = *rc::gen::inRange<std::int64_t>(1, 1'000'000);
  if (rules.interest == InterestShare::funding_rate) {
    const auto rate = *rc::gen::inRange<std::int64_t>(1, 181);
    for (std::size_t i = 1; i < rules.parties.size(); ++i)
      rules.parties[i].funding_rate = money::Rate::of_e12(rate * 1'000'000'000);
  }
  rules.penalty = *rc::gen::element(Bearer::shared, Bearer::lead);
  rules.fees = *rc::gen::element(Bearer::shared, Bearer::lead);
  rules.books = *rc::gen::element(JointBooks::own_share, JointBooks::full);
  rules.compensation_days = *rc::gen::element<std::uint16_t>(0, 1, 7, 30);
  return rules;
}

Command random_operation(std::int64_t amount) {
  const std::string some =
      money::text_of_minor(*rc::gen::inRange<std::int64_t>(1, amount / 4 + 2), 2);
  switch (*rc::gen::inRange(0, 14)) {
    case 0:
      return {.event = Operation{.kind = Kind::charge, .amount = some, .code = "fee"}, .loan = "L"};
    case 1:
      return {.event = Operation{.kind = Kind::goodwill, .amount = some}, .loan = "L"};
    case 2:
      return {.event = Operation{.kind = Kind::waive_interest, .amount = some}, .loan = "L"};
    case 3:
      return {.event = Operation{.kind = Kind::reamortize}, .loan = "L"};
    case 4:
      return {.event = Operation{.kind = Kind::write_off, .code = "late"}, .loan = "L"};
    case 5:
      return {.event = Operation{.kind = Kind::recover, .amount = some}, .loan = "L"};
    case 6:
      return {.event = Operation{.kind = Kind::refund, .amount = some}, .loan = "L"};
    case 7:
      return {.event = Operation{.kind = Kind::charge_off, .code = "late"}, .loan = "L"};
    case 8:
      return {.event = Operation{.kind = Kind::merchant_refund, .amount = some}, .loan = "L"};
    case 9:
      return {.event = Operation{.kind = Kind::refund_overpayment, .amount = some}, .loan = "L"};
    case 10:
      return {.event = Operation{.kind = Kind::non_accrual,
                                 .choice = *rc::gen::element<std::string>("yes", "no", "rule")},
              .loan = "L"};
    default:
      return pay("L", some);
  }
}

/// While a loan does not accrue, its income that has not come in is out of the lead's own books:
/// what is left of receivables after the partners' part, but fees.
void check_suspended(const LoanView& view) {
  const std::int64_t memo = role(view, Role::memo_interest);
  RC_ASSERT(role(view, Role::memo_contra) == -memo);
  RC_ASSERT(role(view, Role::interest_suspended) == -memo);
  RC_ASSERT(role(view, Role::income_suspended) == memo);
  if (!view.row.non_accrual) RC_ASSERT(memo == 0);
  if (!view.row.non_accrual || role(view, Role::fee_receivable) != 0) return;
  const std::int64_t claims =
      role(view, Role::interest_accrued) + role(view, Role::interest_receivable) +
      role(view, Role::interest_unearned) + role(view, Role::penalty_receivable) +
      role(view, Role::compound_receivable) + role(view, Role::agency_receivable) +
      role(view, Role::partner_accrued);
  RC_ASSERT(memo == std::max<std::int64_t>(claims, 0));
}

/// What must hold whatever happened: the accounts of the partners are what they have by the table,
/// and nothing is left of a loan that was paid.
void check_accounts(const LoanView& view) {
  std::int64_t net = 0;
  std::int64_t outstanding = 0;
  std::int64_t recovered_less_lost = 0;
  for (const auto& partner : view.partners) {
    net += partner.totals.net();
    outstanding += partner.totals.outstanding;
    recovered_less_lost += partner.totals.recovered;
    for (const std::int64_t minor : partner.totals.lost) recovered_less_lost -= minor;
  }
  RC_ASSERT(role(view, Role::partner_payable) == -net);
  RC_ASSERT(role(view, Role::agency_principal) + role(view, Role::partner_funding) == -outstanding);
  RC_ASSERT(role(view, Role::partner_loss) == recovered_less_lost);
  std::int64_t sum = 0;
  for (const Role each : {Role::partner_payable, Role::agency_principal, Role::agency_receivable,
                          Role::partner_income, Role::partner_funding, Role::partner_accrued,
                          Role::partner_expense, Role::partner_loss, Role::service_fee_income})
    sum += role(view, each);
  RC_ASSERT(sum == 0);
  check_suspended(view);
  const bool gone =
      role(view, Role::principal) == 0 && role(view, Role::principal_overdue) == 0 &&
      role(view, Role::interest_accrued) == 0 && role(view, Role::interest_receivable) == 0 &&
      role(view, Role::interest_unearned) == 0 && role(view, Role::penalty_receivable) == 0 &&
      role(view, Role::compound_receivable) == 0 && role(view, Role::fee_receivable) == 0;
  if (!gone) return;
  RC_ASSERT(role(view, Role::agency_receivable) + role(view, Role::partner_accrued) == 0);
  RC_ASSERT(outstanding == 0);
}

void random_life() {
  auto book = new_book("2026-01-01");
  const auto weights = random_weights();
  Product product = joint_product(weights);
  product.rate_min = product.rate_default;
  product.installments_default = *rc::gen::inRange<std::uint32_t>(1, 12);
  product.frequency = {schedule::PeriodUnit::day, 7};
  product.basis = schedule::InterestBasis::daily;
  product.servicing.emplace();
  product.joint = random_rules(*product.joint);
  product.quality.non_accrual_days = *rc::gen::element<std::uint16_t>(0, 10, 30);
  RC_PRE(check(product).has_value());
  must(book->record(publish(product)));
  const auto amount = *rc::gen::inRange<std::int64_t>(1'00, 2'000'00);
  must(book->record(lend("L", "joint", money::text_of_minor(amount, 2))));
  Day today = day("2026-01-01");
  std::vector<std::uint64_t> done;
  const auto steps = *rc::gen::inRange(3, 25);
  for (int i = 0; i < steps; ++i) {
    today += date::days{*rc::gen::inRange(0, 9)};
    if (today > day("2026-01-01")) must(book->close_through(today - date::days{1}));
    check_accounts(must(book->loan("L")));
    Command command = random_operation(amount);
    if (*rc::gen::inRange(0, 6) == 0 && !done.empty()) {
      command = {.event = Reverse{done[*rc::gen::inRange<std::size_t>(0, done.size())]}};
    } else if (*rc::gen::inRange(0, 4) == 0) {
      command.value_date =
          std::max(day("2026-01-01"), today - date::days{*rc::gen::inRange(1, 30)});
    }
    const auto recorded = book->record(command);
    if (recorded)
      RC_LOG() << money::to_text(today) << " " << recorded->receipt.kind << " "
               << money::to_text(recorded->receipt.value_date) << " status "
               << to_text(must(book->loan("L")).row.status) << "\n";
    if (recorded && command.loan == "L") done.push_back(recorded->receipt.sequence);
    check_accounts(must(book->loan("L")));
  }
  must(book->close_through(today + date::days{40}));
  check_accounts(must(book->loan("L")));
  const VerifyReport report = must(book->verify(true));
  for (const auto& finding : report.findings)
    RC_LOG() << finding.where << ": " << finding.message << "\n";
  RC_ASSERT(report.findings.empty());
}

TEST_CASE(
    "Whatever is recorded, the accounts of the partners are their shares, and verify is clean",
    "[joint][property]") {
  const int lives = std::getenv("LOANBOOK_TEST_ALL") != nullptr ? 10'000 : 300;
  for (int left = lives; left > 0; left -= 100) REQUIRE(rc::check([&] { random_life(); }));
}

}  // namespace
}  // namespace loanbook::test
