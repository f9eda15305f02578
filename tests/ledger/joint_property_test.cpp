// Random joint loans: the shares of 2 to 7 parties against exact fractions, the accounts of the
// partners against their shares.

#include <cstdlib>
#include <map>

#include "ledger/events.hpp"
#include "ledger/joint_support.hpp"
#include "support/random_cases.hpp"

namespace loanbook::test {
namespace {

using schedule::Component;

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
    const std::int64_t interest = -role(view, Role::interest_income) -
                                  role(view, Role::interest_accrued) -
                                  role(view, Role::interest_receivable);
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
  CHECK(check_cases(stories, random_story));
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
  // The parties share what was paid for days to come once it is earned: the accounts do not say
  // their parts of it.
  if (role(view, Role::interest_unearned) != 0) return;
  const std::int64_t claims =
      role(view, Role::interest_accrued) + role(view, Role::interest_receivable) +
      role(view, Role::penalty_receivable) + role(view, Role::compound_receivable) +
      role(view, Role::agency_receivable) + role(view, Role::partner_accrued);
  RC_ASSERT(memo == std::max<std::int64_t>(claims, 0));
}

/// Of a loan that the lead books on a cash basis, or whose income is taxed: what is suspended is
/// the lead's own part of what has not come in, and tax is in the lead's own income as its accounts
/// show it.
void check_own_income(const LoanView& view, const Product& product, bool charged_off) {
  const Accounting& accounting = product.accounting;
  std::int64_t income = -role(view, Role::partner_income) - role(view, Role::service_fee_income);
  std::int64_t claims = role(view, Role::interest_unearned);
  for (const Role each : {Role::interest_income, Role::penalty_income, Role::compound_income,
                          Role::fee_income, Role::late_fee_income})
    income -= role(view, each);
  bool nothing_owed = claims == 0;
  for (const Role each :
       {Role::interest_accrued, Role::interest_receivable, Role::penalty_receivable,
        Role::compound_receivable, Role::fee_receivable, Role::late_fee_receivable}) {
    claims += role(view, each);
    nothing_owed = nothing_owed && role(view, each) == 0;
  }
  const std::int64_t suspended = -role(view, Role::interest_suspended);
  const bool whole = !charged_off && view.row.status != LoanStatus::written_off;
  if (accounting.on_cash()) {
    RC_ASSERT(role(view, Role::memo_interest) == -role(view, Role::memo_contra));
    if (nothing_owed) RC_ASSERT(suspended == 0);
    if (whole) RC_ASSERT(suspended == role(view, Role::income_suspended));
    // Where nobody stood in for the borrower and nothing was lost, the partners' accounts say it.
    if (whole && product.joint->compensation_days == 0 && role(view, Role::interest_unearned) == 0)
      RC_ASSERT(suspended ==
                claims + role(view, Role::agency_receivable) + role(view, Role::partner_accrued));
  }
  RC_ASSERT(role(view, Role::income_tax) == -role(view, Role::tax_payable));
  const bool all = accounting.tax.of == (tax_on_interest | tax_on_fee | tax_on_penalty);
  if (!accounting.taxed() || !all || !whole) return;
  if (product.joint->books == JointBooks::full) income += role(view, Role::service_fee_income);
  const bool own = product.joint->books == JointBooks::own_share;
  const std::int64_t tax = role(view, Role::income_tax);
  if (accounting.on_cash() && own)
    RC_ASSERT(tax == contained_tax(income - suspended, accounting.tax.rate_e12));
  if (nothing_owed) RC_ASSERT(tax == contained_tax(income, accounting.tax.rate_e12));
}

/// What must hold whatever happened: the accounts of the partners are what they have by the table,
/// and nothing is left of a loan that was paid.
void check_accounts(const Book& book, const Product& product) {
  const LoanView view = must(book.loan("L"));
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
  RC_ASSERT(role(view, Role::interest_unearned) <= 0);
  if (product.accounting.on_cash() || product.accounting.taxed())
    check_own_income(view, product, must(book.standing("L")).charged_off);
  if (!product.accounting.on_cash()) check_suspended(view);
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
  if (*rc::gen::inRange(0, 3) == 0) product.accounting.basis = AccountingBasis::cash;
  if (*rc::gen::inRange(0, 2) == 0)
    product.accounting.tax = {60'000'000'000, *rc::gen::element<std::uint8_t>(7, 7, 1, 2, 4)};
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
    check_accounts(*book, product);
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
    check_accounts(*book, product);
  }
  must(book->close_through(today + date::days{40}));
  check_accounts(*book, product);
  const VerifyReport report = must(book->verify(true));
  for (const auto& finding : report.findings)
    RC_LOG() << finding.where << ": " << finding.message << "\n";
  RC_ASSERT(report.findings.empty());
}

TEST_CASE(
    "Whatever is recorded, the accounts of the partners are their shares, and verify is clean",
    "[joint][property]") {
  const int lives = std::getenv("LOANBOOK_TEST_ALL") != nullptr ? 10'000 : 300;
  CHECK(check_cases(lives, random_life));
}

// A whole life against the loan's own totals.

constexpr Component components[] = {Component::principal, Component::interest, Component::fee,
                                    Component::penalty, Component::compound};
constexpr Day begins{date::sys_days{date::year{2026} / 1 / 1}};

/// The loan as its entries fold it: what its totals are, component by component.
LoanState state_of(const Book& book, const Product& product) {
  const std::vector<LoanEvent> events = events_of(book);
  // A charge of the day of the pay-out stands before it.
  const auto opening =
      std::ranges::find_if(events, [](const LoanEvent& event) { return event.agreed != nullptr; });
  return fold(0, opening->agreed->terms, product, events, book.status().business_date);
}

/// The totals say what the accounts of the loan say, so a share of one is a share of the other.
void check_totals(const LoanView& view, const JointTotals& totals) {
  const auto balance = [&](std::initializer_list<Role> roles) {
    std::int64_t sum = 0;
    for (const Role each : roles) sum += role(view, each);
    return sum;
  };
  const auto owed = [&](Component component) {
    const auto i = index(component);
    return totals.earned[i] - totals.received[i] - totals.lost[i];
  };
  RC_ASSERT(owed(Component::principal) == balance({Role::principal, Role::principal_overdue}));
  RC_ASSERT(owed(Component::interest) ==
            balance({Role::interest_accrued, Role::interest_receivable}));
  RC_ASSERT(owed(Component::penalty) ==
            balance({Role::penalty_receivable, Role::late_fee_receivable}));
  RC_ASSERT(owed(Component::compound) == balance({Role::compound_receivable}));
  RC_ASSERT(owed(Component::fee) == balance({Role::fee_receivable}));
  RC_ASSERT(totals.earned[index(Component::interest)] == -balance({Role::interest_income}));
  RC_ASSERT(totals.earned[index(Component::penalty)] ==
            -balance({Role::penalty_income, Role::late_fee_income}));
  RC_ASSERT(totals.earned[index(Component::fee)] == -balance({Role::fee_income}));
  std::int64_t lost = -totals.recovered;
  std::int64_t came = totals.recovered;
  for (const Component component : components) {
    lost += totals.lost[index(component)];
    came += totals.received[index(component)];
  }
  RC_ASSERT(lost ==
            balance({Role::charge_off_expense, Role::fraud_expense, Role::charge_off_interest,
                     Role::charge_off_fee, Role::charge_off_penalty, Role::write_off_expense,
                     Role::recovery_income}));
  RC_ASSERT(came == balance({Role::settlement, Role::overpayment, Role::interest_unearned,
                             Role::goodwill_expense, Role::goodwill_interest, Role::goodwill_fee,
                             Role::goodwill_penalty}));
}

struct Shared {
  JointTotals totals{};
  std::vector<PartnerTotals> partners;
};

/// Every total of every party, the lead's too, within one unit of its exact part, all of them
/// together the total itself; a total that did not fall fell for nobody.
void check_shares(const Shared& now, const Shared& last, std::int64_t lent,
                  const std::vector<std::int64_t>& weights) {
  std::int64_t sum = 0;
  for (const std::int64_t weight : weights) sum += weight;
  const auto each = [&](std::int64_t total, std::int64_t total_last, auto part) {
    std::int64_t of_partners = 0;
    for (std::size_t i = 0; i < now.partners.size(); ++i) {
      const std::int64_t share = part(now.partners[i]);
      check_share(share, total, weights[i + 1], sum);
      of_partners += share;
      if (!last.partners.empty() && total >= total_last) RC_ASSERT(share >= part(last.partners[i]));
    }
    check_share(total - of_partners, total, weights[0], sum);
  };
  each(lent, lent, [](const PartnerTotals& p) { return p.lent; });
  each(now.totals.recovered, last.totals.recovered,
       [](const PartnerTotals& p) { return p.recovered; });
  for (const Component component : components) {
    const auto i = index(component);
    const std::int64_t paid_out = component == Component::principal ? lent : 0;
    each(now.totals.received[i] + paid_out, last.totals.received[i] + paid_out,
         [i](const PartnerTotals& p) { return p.received[i]; });
    each(now.totals.received[i] + now.totals.lost[i] + paid_out,
         last.totals.received[i] + last.totals.lost[i] + paid_out,
         [i](const PartnerTotals& p) { return p.received[i] + p.lost[i]; });
    if (component != Component::principal)
      each(now.totals.earned[i], last.totals.earned[i],
           [i](const PartnerTotals& p) { return p.earned[i]; });
  }
}

/// Or stands before the money of its own day, as a charge does, and takes its share of it.
bool takes_back(const Command& command) {
  const auto* operation = std::get_if<Operation>(&command.event);
  return std::holds_alternative<Reverse>(command.event) ||
         (operation != nullptr &&
          (operation->kind == Kind::refund || operation->kind == Kind::refund_overpayment ||
           operation->kind == Kind::charge));
}

Command random_step(std::int64_t amount, const std::vector<std::uint64_t>& done) {
  const auto kind = *rc::gen::inRange(0, 24);
  const std::string some =
      money::text_of_minor(*rc::gen::inRange<std::int64_t>(1, amount / 6 + 2), 2);
  if (kind < 3 && !done.empty())
    return {.event = Reverse{done[*rc::gen::inRange<std::size_t>(0, done.size())]}};
  if (kind < 6)
    return {.event = Operation{.kind = Kind::prepay,
                               .amount = some,
                               .choice = *rc::gen::element<std::string>("reduce", "shorten")},
            .loan = "L"};
  if (kind < 18) return random_operation(amount);
  return pay("L", some);
}

void random_whole_life() {
  auto book = new_book("2026-01-01");
  const auto weights = random_weights();
  Product product = joint_product(weights);
  product.installments_default = 36;
  product.frequency = {schedule::PeriodUnit::day, 5};
  product.basis = schedule::InterestBasis::daily;
  if (*rc::gen::inRange(0, 2) == 1) product.servicing.emplace();
  if (*rc::gen::inRange(0, 2) == 1) product.joint->books = JointBooks::full;
  must(book->record(publish(product)));
  product = must(book->product("joint"));
  const auto amount = *rc::gen::inRange<std::int64_t>(1'00, 2'000'00);
  must(book->record(lend("L", "joint", money::text_of_minor(amount, 2))));
  RC_LOG() << money::text_of_minor(amount, 2) << (product.servicing ? " with a table" : "") << "\n";
  Day today = begins;
  std::vector<std::uint64_t> done;
  Shared last;
  const auto check = [&](bool may_fall) {
    const LoanView view = must(book->loan("L"));
    check_accounts(*book, product);
    const LoanState state = state_of(*book, product);
    check_totals(view, *state.joint);
    Shared now{.totals = *state.joint, .partners = {}};
    for (const auto& partner : view.partners) now.partners.push_back(partner.totals);
    check_shares(now, last, state.lent, weights);
    if (!may_fall && !last.partners.empty()) {
      for (const Component component : components)
        RC_ASSERT(now.totals.received[index(component)] >= last.totals.received[index(component)]);
    }
    last = std::move(now);
  };
  const auto steps = *rc::gen::inRange(5, 45);
  for (int i = 0; i < steps; ++i) {
    const auto pause = *rc::gen::inRange(0, 9);
    today += date::days{pause};
    if (pause > 0) {
      must(book->close_through(today - date::days{1}));
      check(false);
    }
    Command command = random_step(amount, done);
    const bool late = *rc::gen::inRange(0, 5) == 0 && !command.loan.empty();
    if (late) command.value_date = std::max(begins, today - date::days{*rc::gen::inRange(1, 40)});
    const auto recorded = book->record(command);
    if (!recorded) continue;
    const auto* operation = std::get_if<Operation>(&command.event);
    const auto* repaid = std::get_if<Repay>(&command.event);
    const auto* reversed = std::get_if<Reverse>(&command.event);
    RC_LOG() << money::to_text(today) << " " << recorded->receipt.kind << " "
             << money::to_text(recorded->receipt.value_date) << " "
             << (operation != nullptr ? operation->amount.value_or("") + " " + operation->choice
                 : repaid != nullptr  ? repaid->amount
                                      : std::to_string(reversed->sequence))
             << ", entry " << recorded->receipt.sequence << "\n";
    if (command.loan == "L") done.push_back(recorded->receipt.sequence);
    check(late || takes_back(command));
  }
  must(book->close_through(today + date::days{30}));
  check(false);
  RC_ASSERT(must(book->verify(true)).findings.empty());
}

TEST_CASE(
    "36 installments, prepaid, charged off, refunded, reversed: every party within one unit of its "
    "exact share",
    "[joint][property]") {
  const int lives = std::getenv("LOANBOOK_TEST_ALL") != nullptr ? 20'000 : 200;
  CHECK(check_cases(lives, random_whole_life));
}

}  // namespace
}  // namespace loanbook::test
