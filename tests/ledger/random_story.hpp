#pragma once

// Random loans and what happens to them: any product, any operation, told by a seed.

#include <optional>
#include <string>
#include <vector>

#include "ledger/dice.hpp"
#include "ledger/support.hpp"

namespace loanbook::test {

struct Told {
  int day;  ///< after the loan was paid out
  std::optional<Operation> operation{};
  std::string repaid{};    ///< where it is a repayment
  std::string paid_out{};  ///< where it is another pay-out
  int of = -1;             ///< the event it refers to
  bool reverses = false;   ///< takes it out
};

inline std::string random_amount(Dice& dice) {
  return std::to_string(dice.roll(1, 400)) + "." + std::to_string(dice.roll(10, 99));
}

inline InterestRules random_interest(Dice& dice) {
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

inline JointRules random_parties(Dice& dice) {
  JointRules rules;
  const int parties = dice.roll(2, 7);
  for (int i = 0; i < parties; ++i)
    rules.parties.push_back(
        {.id = "bank-" + std::to_string(i), .weight = dice.roll(1, 10'000 / parties)});
  rules.lead = "bank-0";
  rules.books = dice.pick({JointBooks::own_share, JointBooks::full});
  rules.compensation_days = dice.pick<std::uint16_t>({0, 0, 7, 30});
  rules.penalty = dice.pick({Bearer::shared, Bearer::lead});
  rules.fees = dice.pick({Bearer::shared, Bearer::lead});
  return rules;
}

inline ServicingRules random_servicing(Dice& dice) {
  ServicingRules rules;
  rules.payment.mode =
      dice.pick({schedule::AllocationMode::vertical, schedule::AllocationMode::horizontal});
  rules.payment.advance =
      dice.pick({schedule::Advance::next, schedule::Advance::last, schedule::Advance::spread});
  if (dice.roll(0, 3) == 0) rules.down_payment_part = {1, 4};
  rules.fee_income = dice.pick({FeeIncome::when_due, FeeIncome::when_assessed});
  if (dice.roll(0, 1) == 0) rules.interest = random_interest(dice);
  rules.charges_due_by_date = dice.roll(0, 3) == 0;
  rules.days_after_grace = dice.roll(0, 3) == 0;
  rules.chargebacks_late_from_own_day = dice.roll(0, 3) == 0;
  rules.whole_pauses = dice.roll(0, 1) == 0;
  rules.several_payouts = dice.roll(0, 3) == 0;
  if (rules.several_payouts) rules.over_approved_e4 = 10'000;
  rules.ahead_again = rules.several_payouts && dice.roll(0, 1) == 0;
  return rules;
}

inline Product random_product(Dice& dice) {
  using schedule::DayCount;
  using schedule::Method;
  Product p = product_of(
      dice.pick({Method::level, Method::level, Method::equal_principal, Method::interest_first,
                 Method::bullet, Method::flat, Method::revolving, Method::revolving}),
      "p");
  p.basis = schedule::InterestBasis::daily;
  p.day_count = dice.pick({DayCount::act_360, DayCount::act_365f, DayCount::act_act_isda,
                           DayCount::thirty_e_360, DayCount::thirty_360});
  if (dice.roll(0, 2) != 0)
    p.frequency = {schedule::PeriodUnit::day, static_cast<std::uint16_t>(dice.roll(10, 35))};
  p.installments_default = static_cast<std::uint32_t>(dice.roll(1, 6));
  p.rate_default = money::Rate::of_e12(
      dice.pick<std::int64_t>({0, 240'000'000'000, 240'000'000'000, 123'456'789'012}));
  p.rate_min = dice.roll(0, 1) == 0 ? money::Rate::of_e12(0) : p.rate_default;
  p.accrual_rounding = dice.pick({money::RoundingMode::half_up, money::RoundingMode::half_even,
                                  money::RoundingMode::up, money::RoundingMode::down});
  p.grace_days = static_cast<std::uint16_t>(dice.roll(0, 3));
  p.grace_mode = dice.pick({schedule::GraceMode::shift, schedule::GraceMode::waive_if_paid});
  p.compound = dice.pick({CompoundRate::none, CompoundRate::contract, CompoundRate::penalty});
  if (dice.roll(0, 1) == 0) p.penalty_multiplier_e4 = 0;
  p.prepayment = dice.pick({Prepayment::hold, Prepayment::settle});
  if (dice.roll(0, 2) == 0) p.allocation.ordinary.mode = schedule::AllocationMode::horizontal;
  p.quality.non_accrual_days = dice.pick<std::uint16_t>({0, 5, 20});
  if (p.quality.non_accrual_days != 0 && dice.roll(0, 2) == 0)
    p.quality.accrual_return = AccrualReturn::by_event;
  if (dice.roll(0, 2) == 0) p.quality.materiality_minor = dice.roll(1'00, 300'00);
  if (dice.roll(0, 4) == 0) p.joint = random_parties(dice);
  if (p.method != Method::revolving && dice.roll(0, 3) != 0) p.servicing = random_servicing(dice);
  return p;
}

/// Of dice of its own: the stories stay those that were told before penalty had a maximum.
inline void random_maximum(Dice dice, Product& p) {
  if (p.penalty_multiplier_e4 != 0 && dice.roll(0, 1) == 0)
    p.penalty_maximum_e4 = dice.pick<std::int64_t>({10, 60, 150, 10'000});
  if (p.penalty_maximum_e4 != 0 && p.compound != CompoundRate::none &&
      p.method != schedule::Method::interest_first && dice.roll(0, 1) == 0)
    p.maximum_of = schedule::MaximumOf::penalty_and_compound;
}

inline std::optional<Operation> random_operation(Dice& dice) {
  const auto with_amount = [&](Kind kind) {
    return Operation{.kind = kind, .amount = random_amount(dice)};
  };
  switch (dice.roll(0, 17)) {
    case 0:
    case 1: {
      Operation charge = with_amount(Kind::charge);
      charge.choice = dice.pick<const char*>({"fee", "penalty", "fee-of-each"});
      return charge;
    }
    case 2:
    case 3:
      return with_amount(dice.pick({Kind::merchant_refund, Kind::goodwill, Kind::payout_refund}));
    case 4:
      return Operation{.kind = Kind::reamortize};
    case 5:
      return Operation{.kind = Kind::classify,
                       .choice = dice.pick<const char*>({"normal", "substandard", "loss", "none"})};
    case 6:
      return Operation{.kind = Kind::non_accrual,
                       .choice = dice.pick<const char*>({"yes", "no", "rule"})};
    case 7:
      return with_amount(Kind::waive_interest);
    case 8:
      return with_amount(dice.pick({Kind::refund, Kind::refund_overpayment}));
    case 9:
      if (dice.roll(0, 1) == 0) return with_amount(Kind::recover);
      return Operation{.kind = dice.pick({Kind::charge_off, Kind::charge_off, Kind::write_off})};
    case 10:
      return Operation{.kind = Kind::mark_fraud, .choice = dice.pick<const char*>({"yes", "no"})};
    case 11:
    case 12: {
      Operation early = with_amount(Kind::prepay);
      early.choice = dice.pick<const char*>({"reduce", "shorten", "keep"});
      return early;
    }
    case 13:
      return Operation{.kind = Kind::change_rate,
                       .choice = dice.pick<const char*>({"solve", "keep"}),
                       .rate = dice.pick<const char*>({"6%", "30%"})};
    case 14:
      return Operation{.kind = Kind::extend, .rows = static_cast<std::uint32_t>(dice.roll(1, 3))};
    case 15:
      return Operation{.kind = Kind::defer,
                       .rows = static_cast<std::uint32_t>(dice.roll(1, 2)),
                       .choice = dice.pick<const char*>({"pay", "capitalise", "defer", "waive"})};
    case 16:
      return Operation{.kind = Kind::resume_overdue};
    default:
      return std::nullopt;
  }
}

/// An operation whose dates count from the day on which it is told.
inline Operation random_dated(Dice& dice, Day day) {
  switch (dice.roll(0, 2)) {
    case 0:
      return {.kind = Kind::pause_overdue,
              .from = day + date::days{dice.roll(0, 5)},
              .until = day + date::days{dice.roll(6, 30)}};
    case 1:
      return {.kind = Kind::re_age,
              .rows = static_cast<std::uint32_t>(dice.roll(1, 5)),
              .from = day + date::days{dice.roll(1, 30)},
              .choice = dice.pick<const char*>({"month", "week"})};
    default:
      return {.kind = Kind::move_due_date, .rows = static_cast<std::uint32_t>(dice.roll(1, 28))};
  }
}

/// Up to `most` events within `days` days of `start`, no two of one day.
inline std::vector<Told> random_story(Dice& dice, Day start, int days, std::size_t most = 8) {
  std::vector<Told> story;
  int day = 0;
  while (story.size() < most) {
    day += dice.roll(1, 14);
    if (day >= days) break;
    Told told{.day = day};
    int payment = -1;
    int charge = -1;
    for (std::size_t i = 0; i < story.size(); ++i) {
      if (!story[i].repaid.empty()) payment = static_cast<int>(i);
      if (story[i].operation && story[i].operation->kind == Kind::charge)
        charge = static_cast<int>(i);
    }
    const int kind = dice.roll(0, 19);
    if (kind <= 5) {
      told.repaid = random_amount(dice);
    } else if (kind == 6 && payment >= 0) {
      told.operation = Operation{.kind = Kind::chargeback, .amount = "1.11"};
      told.of = payment;
    } else if (kind == 7 && charge >= 0) {
      told.operation = Operation{.kind = Kind::waive_charge};
      told.of = charge;
    } else if (kind == 8 && charge >= 0) {
      told.operation = Operation{.kind = Kind::adjust_charge, .amount = "1.01"};
      told.of = charge;
    } else if ((kind == 9 || kind == 10) && !story.empty()) {
      told.of = dice.roll(0, static_cast<int>(story.size()) - 1);
      told.reverses = true;
    } else if (kind == 11) {
      told.paid_out = random_amount(dice);
    } else if (kind == 12) {
      told.operation = random_dated(dice, start + date::days{day});
    } else if (kind > 12) {
      told.operation = random_operation(dice);
      if (!told.operation) continue;
    } else {
      continue;
    }
    story.push_back(std::move(told));
  }
  return story;
}

inline std::string words(const Product& product, const std::vector<Told>& story) {
  std::string text = std::string(schedule::to_text(product.method)) + " every " +
                     std::to_string(product.frequency.every) + " days, " +
                     std::to_string(product.installments_default) + " rows, grace " +
                     std::to_string(product.grace_days) + ", rate " + product.rate_default.text();
  if (product.servicing) text += ", table";
  if (product.joint) text += ", joint";
  if (product.accounting.on_cash()) text += ", on cash";
  if (product.accounting.taxed())
    text += ", taxed " + std::to_string(static_cast<int>(product.accounting.tax.of));
  if (!product.payouts.fee.none())
    text += ", fee " + std::to_string(product.payouts.fee.part_e12) + " + " +
            std::to_string(product.payouts.fee.minor) + " spread " +
            std::to_string(static_cast<int>(product.accounting.upfront_fee));
  if (product.servicing && product.servicing->interest) {
    const InterestRules& rules = *product.servicing->interest;
    text += ", overdue " + std::to_string(static_cast<int>(rules.overdue)) + ", early " +
            std::to_string(static_cast<int>(rules.early)) + ", rest " +
            schedule::to_text(rules.rest) + ", compounding " +
            std::to_string(static_cast<int>(rules.compounding)) + " " +
            schedule::to_text(rules.compounding_on);
  }
  for (const Told& told : story) {
    text += "; day " + std::to_string(told.day) + " ";
    if (told.reverses) text += "reverse " + std::to_string(told.of);
    if (!told.repaid.empty()) text += "repay " + told.repaid;
    if (!told.paid_out.empty()) text += "disburse " + told.paid_out;
    if (told.operation)
      text += std::string(to_text(told.operation->kind)) + " " +
              told.operation->amount.value_or("") + " " + told.operation->choice;
  }
  return text;
}

}  // namespace loanbook::test
