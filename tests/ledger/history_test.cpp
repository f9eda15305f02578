// Histories of any loan and any operation: known in time or learnt late, folded at once or in two
// halves through stored bytes, the loan ends the same, its entries add up to the same, nothing is
// negative that may not be, and the sub-ledger is the general ledger.

#include <cstdlib>
#include <map>
#include <utility>

#include "ledger/events.hpp"
#include "ledger/random_story.hpp"
#include "loanbook/ledger/product/charge_income.hpp"
#include "loanbook/ledger/product/upfront_fee.hpp"

namespace loanbook::test {
namespace {

constexpr int days_told = 100;
constexpr const char* begins = "2026-01-01";

/// Of dice of its own: the stories stay those that were told before accounting had rules.
void random_accounting(Dice dice, Product& p) {
  if (dice.roll(0, 2) == 0) p.accounting.basis = AccountingBasis::cash;
  if (dice.roll(0, 1) == 0) return;
  p.accounting.tax.rate_e12 = dice.pick<std::int64_t>({60'000'000'000, 130'000'000'000});
  p.accounting.tax.of = static_cast<std::uint8_t>(dice.roll(1, 7));
}

/// Of dice of its own: some charges have accounts of their own, by code.
void random_groups(Dice dice, Product& p, std::vector<Told>& told) {
  if (dice.roll(0, 2) != 0) return;
  const auto group = [&](std::uint8_t number, const char* code) {
    p.accounts.at(static_cast<std::size_t>(charge_group_role(number))) =
        AccountCode{"604" + std::to_string(number), "Group"};
    p.charge_income[code] = number;
  };
  group(1, "a");
  group(4, "b");
  p.penalty_groups = 8;
  for (Told& each : told) {
    if (each.operation && each.operation->kind == Kind::charge)
      each.operation->code = dice.pick<const char*>({"a", "b", "c"});
  }
}

/// Of dice of its own: the stories stay those that were told before pay-outs had a fee.
void random_fee(Dice dice, Product& p) {
  if (p.joint || dice.roll(0, 1) == 0) return;
  UpfrontFee& fee = p.payouts.fee;
  fee.part_e12 = dice.pick<std::int64_t>({0, 20'000'000'000, 333'333'333'333, 900'000'000'000});
  fee.minor = fee.part_e12 == 0 ? dice.roll(1, 2'00) : dice.pick<std::int64_t>({0, 0, 77});
  fee.rounding.mode = dice.pick({money::RoundingMode::half_up, money::RoundingMode::down});
  const bool by_rate = p.method != schedule::Method::revolving && dice.roll(0, 1) == 0;
  if (p.accounting.on_cash()) return;
  p.accounting.upfront_fee = by_rate                ? FeeIncomeSpread::effective_interest
                             : dice.roll(0, 5) == 0 ? FeeIncomeSpread::at_once
                                                    : FeeIncomeSpread::straight_line;
}

/// The default accounts, and one of its own for what goes through the wallet.
Chart chart_with_wallet() {
  Chart chart{.id = "wallet", .name = "With a wallet", .accounts = {}, .mappings = {}};
  for (std::size_t i = 0; i < role_count; ++i) {
    const auto role = static_cast<Role>(i);
    const Account account = default_account(role);
    chart.mappings.push_back({.role = role, .account = static_cast<std::uint32_t>(i)});
    chart.accounts.push_back({std::string(account.code), std::string(account.name), class_of(role),
                              normal_side(class_of(role))});
  }
  chart.mappings.push_back({.role = Role::settlement,
                            .account = static_cast<std::uint32_t>(role_count),
                            .channel = "wallet"});
  chart.accounts.push_back({"1012", "Wallet", AccountClass::asset, NormalSide::debit});
  return chart;
}

/// The end of a story, without what depends on the order of recording.
struct End {
  Balances balances{};
  std::vector<std::string> due;
  LoanStatus status{};
  std::string standing;  ///< bucket, categories, accrual
  std::map<std::string, std::string> accounts;
  bool operator==(const End&) const = default;
};

std::ostream& operator<<(std::ostream& out, const End& end) {
  out << to_text(end.status) << "; " << end.standing << "; ";
  for (std::size_t i = 0; i < end.balances.size(); ++i) {
    if (end.balances[i] != 0)
      out << to_text(static_cast<Role>(i)) << " " << end.balances[i] << "; ";
  }
  for (const auto& due : end.due) out << due << "; ";
  for (const auto& [account, minor] : end.accounts) out << account << " " << minor << "; ";
  return out;
}

/// The first claim below zero.
std::string claim_below_zero(const LoanView& view) {
  const auto balance = [&](Role role) { return view.balances[static_cast<std::size_t>(role)]; };
  for (const Role role :
       {Role::principal, Role::principal_overdue, Role::interest_accrued, Role::interest_receivable,
        Role::penalty_receivable, Role::compound_receivable}) {
    if (balance(role) < 0) return std::string(to_text(role));
  }
  for (const DueView& due : view.due) {
    if (std::min({due.principal, due.interest, due.penalty, due.compound, due.fee, due.late_fee}) <
        0)
      return "an installment";
  }
  return balance(Role::interest_unearned) > 0 ? "interest_unearned" : "";
}

/// What no history may do: owe the borrower's own money, or earn more of a fee than was kept back.
void nothing_negative(const LoanView& view) {
  CHECK(view.balances[static_cast<std::size_t>(Role::overpayment)] <= 0);
  const std::int64_t deferred = view.balances[static_cast<std::size_t>(Role::fee_deferred)];
  CHECK(deferred <= 0);
  if (view.row.status != LoanStatus::active) CHECK(deferred == 0);
}

/// As a loan of our own, or one that another book has served for 40 days.
Command opening(Book& book, const Product& product, bool taken_over) {
  Command command = lend("L", "p", "1000.00");
  command.value_date = day(begins);
  if (!taken_over) return command;
  TakeOver running;
  running.terms = {.product = "p", .amount = "1000.00"};
  running.disbursed = day(begins) - date::days{40};
  std::int64_t principal = 1000'00;
  if (product.method != schedule::Method::revolving) {
    for (const schedule::PlanRow& row :
         must(book.quote(running.terms, running.disbursed)).plan.rows)
      principal -= row.due <= day(begins) ? row.principal : 0;
  }
  running.principal = money::text_of_minor(principal, 2);
  Command takes{.event = std::move(running), .loan = "L", .value_date = day(begins)};
  return book.check(takes) ? takes : command;
}

struct Story {
  Product product;
  std::vector<Told> told;
  bool taken_over = false;
};

/// Tells the story; event `late` (after the last: the opening) is recorded late. No book where it
/// refuses an event.
std::unique_ptr<Book> tell(const Story& story, int late) {
  auto book = new_book(begins);
  const Day start = day(begins);
  must(book->record(publish(story.product)));
  must(book->record({.event = PublishChart{chart_with_wallet()}}));
  const bool opened_late = late == static_cast<int>(story.told.size());
  if (opened_late) must(book->close_through(start + date::days{story.told.front().day - 1}));
  if (!book->record(opening(*book, story.product, story.taken_over))) return nullptr;
  std::map<int, std::uint64_t> sequences;
  const auto record = [&](int index) {
    const Told& told = story.told[static_cast<std::size_t>(index)];
    Command command{.event = Repay{told.repaid}, .loan = "L"};
    command.value_date = start + date::days{told.day};
    if (!told.paid_out.empty()) command.event = Disburse{told.paid_out};
    if (told.operation) {
      Operation operation = *told.operation;
      if (told.of >= 0) operation.of = sequences[told.of];
      command.event = std::move(operation);
    }
    const Kind kind = told.operation          ? told.operation->kind
                      : told.paid_out.empty() ? Kind::repay
                                              : Kind::disburse;
    if (moves_money(kind) && index % 2 == 0) command.channel = "wallet";
    if (told.reverses) command = {.event = Reverse{sequences[told.of]}};
    const auto recorded = book->record(command);
    if (recorded) sequences[index] = recorded->receipt.sequence;
    return recorded.has_value();
  };
  for (std::size_t i = 0; i < story.told.size(); ++i) {
    const int index = static_cast<int>(i);
    if (index == late) continue;
    if (late >= 0 && story.told[i].of == late) return nullptr;
    must(book->close_through(start + date::days{story.told[i].day - 1}));
    if (!record(index)) return nullptr;
    nothing_negative(must(book->loan("L")));
  }
  must(book->close_through(start + date::days{days_told}));
  if (late >= 0 && !opened_late && !record(late)) return nullptr;
  return book;
}

End end_of(const Book& book) {
  End end;
  const LoanView view = must(book.loan("L"));
  nothing_negative(view);
  end.balances = view.balances;
  end.status = view.row.status;
  end.standing = view.row.bucket + " " + view.row.category + " " + view.row.official +
                 (view.row.non_accrual ? " non-accrual" : "");
  for (const DueView& due : view.due) {
    end.due.push_back(money::to_text(due.due) + " " + std::to_string(due.principal) + " " +
                      std::to_string(due.interest) + " " + std::to_string(due.penalty) + " " +
                      std::to_string(due.compound));
  }
  money::Int128 sum = 0;
  for (const TrialBalanceRow& row : must(book.trial_balance())) {
    const auto minor = static_cast<std::int64_t>(row.debit - row.credit);
    if (minor != 0) end.accounts[row.account] = std::to_string(minor);
    sum += minor;
  }
  CHECK(sum == 0);
  return end;
}

/// The first events through some day, their state as stored bytes, and the rest from there.
void folds_in_halves(const Book& book, const Product& product, Dice& dice) {
  const std::vector<LoanEvent> events = events_of(book);
  const Day through = book.status().business_date;
  const LoanTerms terms = events.front().agreed->terms;
  const LoanState whole = fold(0, terms, product, events, through);
  CHECK(std::is_sorted(whole.due.begin(), whole.due.end(),
                       [](const auto& a, const auto& b) { return a.due < b.due; }));
  const Day cut =
      std::min(through, events.front().value_date + date::days{dice.roll(0, days_told)});
  const auto rest = std::find_if(events.begin(), events.end(),
                                 [&](const LoanEvent& event) { return event.value_date > cut; });
  const LoanState half = fold(0, terms, product, {events.begin(), rest}, cut);
  std::string bytes;
  encode(half, bytes);
  std::string_view left = bytes;
  LoanState state;
  REQUIRE(decode(left, state));
  CHECK(left.empty());
  for (auto event = rest; event != events.end(); ++event) {
    advance(state, product, event->value_date);
    apply(state, product, *event);
    // An event leaves a loan with a table at the levels of its day.
    LoanState accrued = state;
    accrue(accrued, product, event->value_date);
    if (state.servicing) CHECK(accrued == state);
  }
  advance(state, product, through);
  accrue(state, product, through);
  CHECK(state == whole);
}

/// What is to be earned of a fee runs to the next change of the loan at the longest, which a row's
/// due date is, and never above what is left: nights follow the line until then.
void fee_line_ends(const LoanState& state, const Product& product) {
  if (!state.deferred) return;
  CHECK(state.deferred->left > 0);
  const schedule::Line& line = state.deferred->earned;
  if (line.slope == 0) return;
  REQUIRE(state.row_coming);
  CHECK(state.next.due > state.day);
  CHECK(state.next_change <= state.next.due);
  CHECK(schedule::level(line, product.day_count, product.accrual_rounding, state.next.due,
                        line_context(product))
            .value() <= state.deferred->left);
}

/// The loan with its fee and without: what differs is cash, what is left of the fee, and what
/// became of the rest. Was some of it income over time?
bool fee_changes_nothing_else(const Book& book, const Product& product) {
  Product without = product;
  without.payouts.fee = {};
  without.accounting.upfront_fee = FeeIncomeSpread::at_once;
  const std::vector<LoanEvent> events = events_of(book);
  const LoanTerms terms = events.front().agreed->terms;
  std::int64_t kept = 0;
  for (const LoanEvent& event : events) {
    const bool pays_out = event.kind == Kind::disburse || event.kind == Kind::open_disburse;
    if (pays_out) kept += fee_of(product.payouts.fee, event.amount_minor);
  }
  bool spread = false;
  std::int64_t left = kept;
  for (Day on = events.front().value_date; on <= book.status().business_date;
       on += date::days{11}) {
    const auto last = std::find_if(events.begin(), events.end(),
                                   [&](const LoanEvent& event) { return event.value_date > on; });
    LoanState with = fold(0, terms, product, {events.begin(), last}, on);
    const LoanState bare = fold(0, terms, without, {events.begin(), last}, on);
    Balances differs = difference(with.balance, bare.balance);
    const auto take = [&](Role role) {
      return std::exchange(differs[static_cast<std::size_t>(role)], 0);
    };
    const std::int64_t deferred = take(Role::fee_deferred);
    const std::int64_t cash = take(Role::settlement);
    CHECK(deferred <= 0);
    CHECK(-deferred <= kept);
    fee_line_ends(with, product);
    CHECK(cash <= kept);
    std::int64_t became = 0;
    for (const Role role :
         {Role::fee_income, Role::charge_off_expense, Role::fraud_expense, Role::write_off_expense})
      became += take(role);
    CHECK(cash + deferred + became == 0);
    CHECK(take(Role::income_tax) + take(Role::tax_payable) == 0);
    CHECK(differs == Balances{});
    CHECK(with.status == bare.status);
    spread = spread || (deferred != 0 && became != 0);
    left = -deferred;
    with.deferred.reset();
    CHECK(with.due.size() == bare.due.size());
    CHECK(with.interest == bare.interest);
  }
  CHECK(left <= kept);
  return spread;
}

/// On no day is penalty interest above what is left of its maximum. Was one reached?
bool stays_below_maximum(const Book& book, const Product& product) {
  const std::vector<LoanEvent> events = events_of(book);
  const LoanTerms terms = events.front().agreed->terms;
  LoanState state =
      fold(0, terms, product, {events.begin(), events.begin() + 1}, events.front().value_date);
  auto next = events.begin() + 1;
  bool held = false;
  for (Day on = events.front().value_date; on <= book.status().business_date; on += date::days{1}) {
    advance(state, product, on);
    for (; next != events.end() && next->value_date == on; ++next) apply(state, product, *next);
    accrue(state, product, on);
    const auto rules = overdue_rules(product, state.terms.rate);
    std::int64_t most = 0;
    for (const schedule::DueInstallment& due : state.due) {
      CHECK(due.room >= 0);
      const bool both = rules.maximum_of == schedule::MaximumOf::penalty_and_compound;
      CHECK(schedule::penalty_at(due, rules, on).value() +
                (both ? schedule::compound_at(due, rules, on).value() : 0) <=
            due.room);
      // What runs to the next visit is a line, which no room holds back.
      const bool shown = due.due < on && schedule::charges_visible(due, rules, on);
      if (shown && on + date::days{1} < state.next_change && due.penalty.first <= on)
        CHECK(schedule::level(due.penalty, rules.day_count, rules.mode, on + date::days{1},
                              line_context(product))
                  .value() <= due.room);
      most += due.room;
      const bool flat = due.penalty.slope == 0 && (!both || due.compound.slope == 0);
      const money::Int128 base = due.penalty.base + (both ? due.compound.base : 0);
      held = held || (due.room > 0 && flat && base == due.room);
    }
    if (state.status == LoanStatus::active && !state.due.empty())
      CHECK(state.balance.get(Role::penalty_receivable) +
                (rules.maximum_of == schedule::MaximumOf::penalty_and_compound
                     ? state.balance.get(Role::compound_receivable)
                     : 0) <=
            most);
  }
  return held;
}

TEST_CASE("What is learnt late ends as if it had been known in time, and halves as the whole") {
  const int stories = std::getenv("LOANBOOK_TEST_ALL") != nullptr ? 100'000 : 2'000;
  const char* first = std::getenv("LOANBOOK_TEST_SEED");
  int told = 0;
  int held = 0;
  int spread = 0;
  const int begin = first != nullptr ? std::atoi(first) : 1;
  for (int seed = begin; seed < begin + stories; ++seed) {
    INFO("seed " << seed);
    Dice dice(static_cast<std::uint32_t>(seed));
    Story story{.product = random_product(dice), .told = {}};
    random_accounting(Dice(static_cast<std::uint32_t>(seed + 1'000'000)), story.product);
    random_maximum(Dice(static_cast<std::uint32_t>(seed + 2'000'000)), story.product);
    random_fee(Dice(static_cast<std::uint32_t>(seed + 3'000'000)), story.product);
    story.told = random_story(dice, day(begins), days_told);
    story.taken_over = dice.roll(0, 5) == 0;
    random_groups(Dice(static_cast<std::uint32_t>(seed + 4'000'000)), story.product, story.told);
    INFO(words(story.product, story.told) << (story.taken_over ? "; taken over" : ""));
    if (story.told.empty() || !check(story.product)) continue;
    const auto in_time = tell(story, -1);
    if (in_time == nullptr) continue;
    verified(*in_time);
    folds_in_halves(*in_time, must(in_time->product("p")), dice);
    if (story.product.penalty_maximum_e4 != 0)
      held += stays_below_maximum(*in_time, must(in_time->product("p"))) ? 1 : 0;
    if (!story.product.payouts.fee.none())
      spread += fee_changes_nothing_else(*in_time, must(in_time->product("p"))) ? 1 : 0;
    const auto late = tell(story, dice.roll(0, static_cast<int>(story.told.size())));
    if (late == nullptr) continue;
    verified(*late);
    ++told;
    CHECK(end_of(*late) == end_of(*in_time));
    CHECK(claim_below_zero(must(late->loan("L"))) == "");
  }
  INFO(told << " stories");
  CHECK(told > stories / 8);
  CHECK(held > stories / 100);
  CHECK(spread > stories / 40);
}

}  // namespace
}  // namespace loanbook::test
