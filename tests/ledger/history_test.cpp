// Histories of operations: known in time or learnt late, the loan ends the same, and its entries
// add up to the same. Loans with and without interest, with a table or without, revolving ones,
// with every operation that pays, charges, gives up, classifies or takes back, and with non-accrual
// and immaterial arrears.

#include <cstdlib>
#include <map>

#include "ledger/dice.hpp"
#include "ledger/support.hpp"

namespace loanbook::test {
namespace {

constexpr int days_told = 100;

struct Told {
  int day;  ///< after the loan was paid out
  std::optional<Operation> operation;
  std::string repaid;  ///< where it is a repayment
  int of = -1;         ///< the event it refers to
};

std::string amount(Dice& dice) {
  return std::to_string(dice.roll(1, 400)) + "." + std::to_string(dice.roll(10, 99));
}

InterestRules random_interest(Dice& dice) {
  InterestRules rules;
  rules.overdue =
      dice.pick({OverdueInterest::daily, OverdueInterest::at_payment, OverdueInterest::none});
  rules.early = dice.pick(
      {EarlyMoney::smaller, EarlyMoney::fewer, EarlyMoney::next_smaller, EarlyMoney::last_smaller});
  rules.rest = dice.pick({schedule::Rest{}, schedule::Rest{.unit = schedule::RestUnit::installment},
                          schedule::Rest{.unit = schedule::RestUnit::week},
                          schedule::Rest{.unit = schedule::RestUnit::month, .on_day = 5}});
  rules.compounding =
      dice.pick({Compounding::none, Compounding::interest, Compounding::interest_and_fees});
  rules.compounding_on =
      dice.pick({schedule::Rest{.unit = schedule::RestUnit::installment},
                 schedule::Rest{.unit = schedule::RestUnit::month, .on_day = 1}});
  rules.settlement = dice.pick({SettlementInterest::to_the_day, SettlementInterest::to_the_rest});
  return rules;
}

Product random_product(Dice& dice) {
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

/// Of dice of its own: the stories stay those that were told before accounting had rules.
void random_accounting(Dice dice, Product& p) {
  if (dice.roll(0, 2) == 0) p.accounting.basis = AccountingBasis::cash;
  if (dice.roll(0, 1) == 0) return;
  p.accounting.tax.rate_e12 = dice.pick<std::int64_t>({60'000'000'000, 130'000'000'000});
  p.accounting.tax.of = static_cast<std::uint8_t>(dice.roll(1, 7));
}

std::vector<Told> random_story(Dice& dice) {
  std::vector<Told> story;
  int day = 0;
  while (story.size() < 8) {
    day += dice.roll(1, 14);
    if (day >= days_told) break;
    Told told{.day = day};
    const int kind = dice.roll(0, 15);
    int payment = -1;
    int charge = -1;
    for (std::size_t i = 0; i < story.size(); ++i) {
      if (!story[i].operation) payment = static_cast<int>(i);
      if (story[i].operation && story[i].operation->kind == Kind::charge)
        charge = static_cast<int>(i);
    }
    if (kind <= 3) {
      told.repaid = amount(dice);
    } else if (kind == 4) {
      told.operation = Operation{.kind = Kind::charge,
                                 .amount = amount(dice),
                                 .choice = dice.pick<const char*>({"fee", "penalty"})};
    } else if (kind == 5) {
      told.operation =
          Operation{.kind = dice.pick({Kind::merchant_refund, Kind::goodwill, Kind::payout_refund}),
                    .amount = amount(dice)};
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
      told.operation = Operation{.kind = Kind::waive_interest, .amount = amount(dice)};
    } else if (kind == 12) {
      told.operation = Operation{.kind = Kind::refund, .amount = amount(dice)};
    } else if (kind == 13 && dice.roll(0, 2) == 0) {
      told.operation = Operation{.kind = dice.pick({Kind::charge_off, Kind::write_off})};
    } else if (kind == 14) {
      told.operation = Operation{.kind = Kind::mark_fraud, .choice = "no"};
    } else {
      continue;
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

/// Tells the story; event `late` is recorded on the last day only. Nothing where the book refuses
/// an event.
std::optional<End> tell(const Product& product, const std::vector<Told>& story, int late) {
  auto book = new_book("2026-01-01");
  must(book->record(publish(product)));
  must(book->record({.event = PublishChart{chart_with_wallet()}}));
  must(book->record(lend("L", "p", "1000.00")));
  const Day start = day("2026-01-01");
  std::map<int, std::uint64_t> sequences;
  const auto record = [&](int index) {
    const Told& told = story[static_cast<std::size_t>(index)];
    Command command{.event = Repay{told.repaid}, .loan = "L"};
    command.value_date = start + date::days{told.day};
    const Kind kind = told.operation ? told.operation->kind : Kind::repay;
    if (moves_money(kind) && index % 2 == 0) command.channel = "wallet";
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
    if (!record(index)) return std::nullopt;
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

std::string words(const Product& product, const std::vector<Told>& story) {
  std::string text = std::string(schedule::to_text(product.method)) + " every " +
                     std::to_string(product.frequency.every) + " days, " +
                     std::to_string(product.installments_default) + " rows, grace " +
                     std::to_string(product.grace_days) + ", rate " + product.rate_default.text();
  if (product.accounting.on_cash()) text += ", on cash";
  if (product.accounting.taxed())
    text += ", taxed " + std::to_string(static_cast<int>(product.accounting.tax.of));
  if (product.servicing && product.servicing->interest) {
    const InterestRules& rules = *product.servicing->interest;
    text += ", overdue " + std::to_string(static_cast<int>(rules.overdue)) + ", early " +
            std::to_string(static_cast<int>(rules.early)) + ", rest " +
            schedule::to_text(rules.rest) + ", compounding " +
            std::to_string(static_cast<int>(rules.compounding)) + " " +
            schedule::to_text(rules.compounding_on);
  }
  for (const Told& told : story) {
    text += "; day " + std::to_string(told.day) + " " +
            (told.operation ? std::string(to_text(told.operation->kind)) + " " +
                                  told.operation->amount.value_or("")
                            : "repay " + told.repaid);
  }
  return text;
}

TEST_CASE("What is learnt late ends as if it had been known in time") {
  const int stories = std::getenv("LOANBOOK_TEST_ALL") != nullptr ? 3'000 : 150;
  int told = 0;
  for (int seed = 1; seed <= stories; ++seed) {
    INFO("seed " << seed);
    Dice dice(static_cast<std::uint32_t>(seed));
    Product product = random_product(dice);
    random_accounting(Dice(static_cast<std::uint32_t>(seed + 1'000'000)), product);
    const std::vector<Told> story = random_story(dice);
    INFO(words(product, story));
    const auto in_time = tell(product, story, -1);
    if (!in_time || story.empty()) continue;
    const auto late = tell(product, story, dice.roll(0, static_cast<int>(story.size()) - 1));
    if (!late) continue;
    ++told;
    CHECK(*late == *in_time);
  }
  CHECK(told > stories / 4);
}

}  // namespace
}  // namespace loanbook::test
