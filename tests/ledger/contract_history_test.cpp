// Changes of the plan, coupons and sales: known in time or learnt late, the loan ends the same.

#include <cstdlib>
#include <map>

#include "ledger/random_story.hpp"

namespace loanbook::test {
namespace {

constexpr int days_told = 100;

Product product_for_changes(Dice& dice) {
  Product p = product_of(dice.pick({schedule::Method::level, schedule::Method::equal_principal,
                                    schedule::Method::revolving}),
                         "p");
  p.basis = schedule::InterestBasis::daily;
  p.frequency = {schedule::PeriodUnit::day, static_cast<std::uint16_t>(dice.roll(10, 35))};
  p.installments_default = static_cast<std::uint32_t>(dice.roll(1, 6));
  p.rate_default = money::Rate::of_e12(dice.roll(0, 2) == 0 ? 0 : 240'000'000'000);
  p.grace_days = static_cast<std::uint16_t>(dice.roll(0, 3));
  if (dice.roll(0, 1) == 0) p.penalty_multiplier_e4 = 0;
  p.quality.non_accrual_days = dice.pick<std::uint16_t>({0, 5, 20});
  if (p.quality.non_accrual_days != 0 && dice.roll(0, 2) == 0)
    p.quality.accrual_return = AccrualReturn::by_event;
  if (dice.roll(0, 2) == 0) p.quality.materiality_minor = dice.roll(1'00, 300'00);
  if (p.method == schedule::Method::revolving || dice.roll(0, 3) == 0) {
    if (dice.roll(0, 1) == 0) p.prepayment = Prepayment::hold;
    return p;
  }
  ServicingRules& rules = p.servicing.emplace();
  rules.payment.mode =
      dice.pick({schedule::AllocationMode::vertical, schedule::AllocationMode::horizontal});
  rules.payment.advance =
      dice.pick({schedule::Advance::next, schedule::Advance::last, schedule::Advance::spread});
  if (dice.roll(0, 2) == 0) rules.down_payment_part = {1, 4};
  rules.fee_income = dice.pick({FeeIncome::when_due, FeeIncome::when_assessed});
  if (dice.roll(0, 1) == 0) rules.interest = random_interest(dice);
  return p;
}

/// Of dice of its own: what is late bears more, under a maximum or not.
void random_overdue(Dice dice, Product& p) {
  p.compound = dice.pick({CompoundRate::none, CompoundRate::contract, CompoundRate::penalty});
  random_maximum(dice, p);
}

std::optional<Operation> random_change(Dice& dice, int kind) {
  switch (kind) {
    case 16:
      return Operation{.kind = Kind::change_rate, .rate = dice.pick<const char*>({"12%", "30%"})};
    case 17:
      return Operation{.kind = Kind::extend, .rows = static_cast<std::uint32_t>(dice.roll(1, 2))};
    case 18:
      return Operation{.kind = Kind::prepay,
                       .amount = random_amount(dice),
                       .choice = dice.pick<const char*>({"reduce", "shorten"})};
    case 19:
    case 20:
      return Operation{
          .kind = Kind::convert,
          .choice = dice.pick<const char*>({"level", "equal-principal", "interest-first"})};
    case 21:
    case 22:
      return Operation{.kind = Kind::capitalise,
                       .choice = dice.pick<const char*>({"due", "accrued", "fees"})};
    case 23:
      return Operation{.kind = Kind::coupon,
                       .rows = static_cast<std::uint32_t>(dice.roll(1, 3)),
                       .code = "shop",
                       .rate = dice.pick<const char*>({"50%", "100%"})};
    case 24:
      return Operation{.kind = Kind::coupon_settle, .amount = "0.50"};
    case 25:
      if (dice.roll(0, 2) != 0) return std::nullopt;
      return Operation{.kind = Kind::transfer, .amount = random_amount(dice), .code = "fund"};
    default:
      return std::nullopt;
  }
}

/// What changes the plan or the creditor, and other events.
std::vector<Told> story_of_changes(Dice& dice) {
  std::vector<Told> story;
  int day = 0;
  while (story.size() < 8) {
    day += dice.roll(1, 14);
    if (day >= days_told) break;
    Told told{.day = day};
    const int kind = dice.roll(0, 25);
    int payment = -1;
    int charge = -1;
    for (std::size_t i = 0; i < story.size(); ++i) {
      if (!story[i].operation) payment = static_cast<int>(i);
      if (story[i].operation && story[i].operation->kind == Kind::charge)
        charge = static_cast<int>(i);
    }
    if (kind <= 3) {
      told.repaid = random_amount(dice);
    } else if (kind == 4) {
      told.operation = Operation{.kind = Kind::charge,
                                 .amount = random_amount(dice),
                                 .choice = dice.pick<const char*>({"fee", "penalty"})};
    } else if (kind == 5) {
      told.operation =
          Operation{.kind = dice.pick({Kind::merchant_refund, Kind::goodwill, Kind::payout_refund}),
                    .amount = random_amount(dice)};
    } else if (kind == 6 && payment >= 0) {
      told.operation = Operation{.kind = Kind::chargeback, .amount = "1.11"};
      told.of = payment;
    } else if (kind == 7 && charge >= 0) {
      told.operation = Operation{.kind = Kind::waive_charge};
      told.of = charge;
    } else if (kind == 8) {
      told.operation = Operation{.kind = Kind::reamortize};
    } else if (kind == 9) {
      told.operation =
          Operation{.kind = Kind::classify,
                    .choice = dice.pick<const char*>({"normal", "substandard", "loss", "none"})};
    } else if (kind == 10) {
      told.operation = Operation{.kind = Kind::non_accrual,
                                 .choice = dice.pick<const char*>({"yes", "no", "rule"})};
    } else if (kind == 11) {
      told.operation = Operation{.kind = Kind::waive_interest, .amount = random_amount(dice)};
    } else if (kind == 12) {
      told.operation = Operation{.kind = Kind::refund, .amount = random_amount(dice)};
    } else if (kind == 13 && dice.roll(0, 2) == 0) {
      told.operation = Operation{.kind = dice.pick({Kind::charge_off, Kind::write_off})};
    } else if (kind == 14) {
      told.operation = Operation{.kind = Kind::mark_fraud, .choice = "no"};
    } else {
      told.operation = random_change(dice, kind);
      if (!told.operation) continue;
    }
    story.push_back(std::move(told));
  }
  return story;
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

/// Tells the story; event `late` is recorded on the last day only. Nothing where the book refuses
/// an event; with `refused` the places of those are noted, and the story goes on.
std::optional<End> tell(const Product& product, const std::vector<Told>& story, int late,
                        std::vector<std::size_t>* refused = nullptr) {
  auto book = new_book("2026-01-01");
  must(book->record(publish(product)));
  must(book->record(lend("L", "p", "1000.00")));
  const Day start = day("2026-01-01");
  std::map<int, std::uint64_t> sequences;
  const auto record = [&](int index) {
    const Told& told = story[static_cast<std::size_t>(index)];
    Command command{.event = Repay{told.repaid}, .loan = "L"};
    command.value_date = start + date::days{told.day};
    if (told.operation) {
      Operation operation = *told.operation;
      if (told.of >= 0) operation.of = sequences[told.of];
      command.event = std::move(operation);
    }
    const auto recorded = book->record(command);
    if (recorded) sequences[index] = recorded->receipt.sequence;
    return recorded.has_value();
  };
  for (std::size_t i = 0; i < story.size(); ++i) {
    const int index = static_cast<int>(i);
    if (index == late) continue;
    if (story[i].of == late && late >= 0) return std::nullopt;
    must(book->close_through(start + date::days{story[i].day - 1}));
    if (record(index)) continue;
    if (refused == nullptr) return std::nullopt;
    refused->push_back(i);
  }
  must(book->close_through(start + date::days{days_told}));
  if (late >= 0 && !record(late)) return std::nullopt;
  verified(*book);
  End end;
  const LoanView view = must(book->loan("L"));
  end.balances = view.balances;
  end.status = view.row.status;
  end.standing = view.row.bucket + " " + view.row.category + " " + view.row.official +
                 (view.row.non_accrual ? " non-accrual" : "");
  for (const DueView& due : view.due) {
    end.due.push_back(money::to_text(due.due) + " " + std::to_string(due.principal) + " " +
                      std::to_string(due.interest) + " " + std::to_string(due.penalty) + " " +
                      std::to_string(due.compound));
  }
  for (const TrialBalanceRow& row : must(book->trial_balance())) {
    const auto minor = static_cast<std::int64_t>(row.debit - row.credit);
    if (minor != 0) end.accounts[row.account] = std::to_string(minor);
  }
  return end;
}

/// The story without what the book refuses when it is told in time.
std::vector<Told> accepted(const Product& product, std::vector<Told> story) {
  std::vector<std::size_t> refused;
  for (Told& event : story) {
    if (event.of >= 0) event = {.day = event.day, .repaid = "1.00"};
  }
  static_cast<void>(tell(product, story, -1, &refused));
  for (std::size_t i = refused.size(); i-- > 0;)
    story.erase(story.begin() + static_cast<std::ptrdiff_t>(refused[i]));
  return story;
}

TEST_CASE("Changes of the plan, coupons and sales learnt late end as if known in time") {
  const int stories = std::getenv("LOANBOOK_TEST_ALL") != nullptr ? 3'000 : 200;
  int told = 0;
  for (int seed = 1; seed <= stories; ++seed) {
    INFO("seed " << seed);
    Dice dice(static_cast<std::uint32_t>(seed));
    Product product = product_for_changes(dice);
    if (product.servicing) product.servicing->interest.reset();
    random_overdue(Dice(static_cast<std::uint32_t>(seed + 2'000'000)), product);
    const std::vector<Told> story = accepted(product, story_of_changes(dice));
    if (story.empty()) continue;
    INFO(words(product, story));
    const auto in_time = tell(product, story, -1);
    REQUIRE(in_time);
    const auto late = tell(product, story, dice.roll(0, static_cast<int>(story.size()) - 1));
    if (!late) continue;
    ++told;
    CHECK(*late == *in_time);
  }
  CHECK(told > stories / 4);
}

}  // namespace
}  // namespace loanbook::test
