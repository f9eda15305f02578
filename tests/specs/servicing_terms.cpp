#include "servicing_terms.hpp"

#include <algorithm>
#include <array>
#include <numeric>
#include <string>
#include <utility>
#include <vector>

#include "loanbook/money/decimal.hpp"
#include "loanbook/money/money.hpp"

namespace loanbook::specs {
namespace {

using money::Error;
using money::Status;
using schedule::AllocationStep;
using schedule::Component;
using schedule::TimedOrder;
using schedule::Timing;

constexpr std::int64_t one_e12 = 1'000'000'000'000;
constexpr std::array<Timing, 3> timings = {Timing::past_due, Timing::due, Timing::in_advance};

Status unreadable(std::string_view value, std::string_view wanted) {
  return Error{.id = "spec.terms",
               .message = "'" + std::string(value) + "' cannot be read: " + std::string(wanted)};
}

std::vector<std::string_view> parts_of(std::string_view text, char separator) {
  std::vector<std::string_view> parts;
  for (;;) {
    const auto end = text.find(separator);
    std::string_view part = text.substr(0, end);
    while (part.starts_with(' ')) part.remove_prefix(1);
    while (part.ends_with(' ')) part.remove_suffix(1);
    parts.push_back(part);
    if (end == std::string_view::npos) return parts;
    text.remove_prefix(end + 1);
  }
}

/// `fee`: at all three timings; `past due fee`, `due fee`, `in advance fee`: at one.
Status add_steps(std::string_view word, TimedOrder& order) {
  constexpr std::array<std::string_view, 3> names = {"past due ", "due ", "in advance "};
  for (std::size_t i = 0; i < names.size(); ++i) {
    if (!word.starts_with(names[i])) continue;
    const auto component = schedule::parse_component(word.substr(names[i].size()));
    if (!component) return component.error();
    order.steps.push_back({timings[i], *component});
    return money::ok();
  }
  const auto component = schedule::parse_component(word);
  if (!component) return component.error();
  for (const Timing timing : timings) order.steps.push_back({timing, *component});
  return money::ok();
}

/// `penalty, fee, interest, principal; last; horizontal`: components, which installment ahead
/// takes money first (`next` unless said), how (`vertical` unless said).
Status read_order(std::string_view text, TimedOrder& order) {
  const auto parts = parts_of(text, ';');
  order = {};
  bool plain = true;
  for (const auto word : parts_of(parts[0], ',')) {
    if (Status s = add_steps(word, order); !s) return s;
    plain = plain && word.find(' ') == std::string_view::npos;
  }
  if (plain)
    std::stable_sort(order.steps.begin(), order.steps.end(),
                     [](const auto& a, const auto& b) { return a.timing < b.timing; });
  for (std::size_t i = 1; i < parts.size(); ++i) {
    if (parts[i] == "next") {
      order.advance = schedule::Advance::next;
    } else if (parts[i] == "last") {
      order.advance = schedule::Advance::last;
    } else if (parts[i] == "spread") {
      order.advance = schedule::Advance::spread;
    } else if (parts[i] == "horizontal") {
      order.mode = schedule::AllocationMode::horizontal;
    } else if (parts[i] != "vertical") {
      return unreadable(text, "components; `next`, `last` or `spread`; `vertical` or `horizontal`");
    }
  }
  return money::ok();
}

Status read_part(std::string_view text, money::Ratio& part) {
  const auto rate = money::Rate::parse(text);
  if (!rate) return rate.error();
  const std::int64_t shared = std::gcd(rate->e12(), one_e12);
  part = {rate->e12() / shared, one_e12 / shared};
  return money::ok();
}

Status read_components(std::string_view text, std::vector<Component>& out) {
  for (const auto word : parts_of(text, ',')) {
    const auto component = schedule::parse_component(word);
    if (!component) return component.error();
    out.push_back(*component);
  }
  return money::ok();
}

template <class T, std::size_t count>
Status read_word(std::string_view value, const std::pair<std::string_view, T> (&words)[count],
                 T& out) {
  std::string known;
  for (const auto& [word, meaning] : words) {
    if (word == value) {
      out = meaning;
      return money::ok();
    }
    known += (known.empty() ? "" : ", ") + std::string(word);
  }
  return unreadable(value, known);
}

Status read_rest(std::string_view value, schedule::Rest& out) {
  const auto rest = schedule::parse_rest(value);
  if (!rest) return rest.error();
  out = *rest;
  return money::ok();
}

/// `interest: month on 1`: what compounds, and from which dates on.
Status read_compounding(std::string_view value, ledger::InterestRules& rules) {
  using ledger::Compounding;
  const auto parts = parts_of(value, ':');
  constexpr std::pair<std::string_view, Compounding> words[] = {
      {"none", Compounding::none},
      {"interest", Compounding::interest},
      {"fees", Compounding::fees},
      {"interest and fees", Compounding::interest_and_fees}};
  if (Status s = read_word(parts[0], words, rules.compounding); !s) return s;
  return parts.size() < 2 ? money::ok() : read_rest(parts[1], rules.compounding_on);
}

/// Interest that is computed again; any of these words gives the product the rule.
std::optional<Status> read_interest(std::string_view key, std::string_view value,
                                    ledger::ServicingRules& rules) {
  using ledger::EarlyMoney;
  using ledger::OverdueInterest;
  using ledger::SettlementInterest;
  if (key != "overdue_bears" && key != "early_money" && key != "rest" && key != "compounds" &&
      key != "settles")
    return std::nullopt;
  if (!rules.interest) rules.interest.emplace();
  ledger::InterestRules& interest = *rules.interest;
  if (key == "rest") return read_rest(value, interest.rest);
  if (key == "compounds") return read_compounding(value, interest);
  if (key == "early_money") {
    constexpr std::pair<std::string_view, EarlyMoney> words[] = {
        {"smaller", EarlyMoney::smaller},
        {"fewer", EarlyMoney::fewer},
        {"next-smaller", EarlyMoney::next_smaller},
        {"last-smaller", EarlyMoney::last_smaller}};
    return read_word(value, words, interest.early);
  }
  if (key == "settles") {
    constexpr std::pair<std::string_view, SettlementInterest> words[] = {
        {"to-the-day", SettlementInterest::to_the_day},
        {"to-the-rest", SettlementInterest::to_the_rest}};
    return read_word(value, words, interest.settlement);
  }
  constexpr std::pair<std::string_view, OverdueInterest> words[] = {
      {"daily", OverdueInterest::daily},
      {"at-payment", OverdueInterest::at_payment},
      {"none", OverdueInterest::none}};
  return read_word(value, words, interest.overdue);
}

/// `5.00`, `2 % of principal`, `5.00 every 10 days`.
Status read_late_charge(std::string_view text, money::Currency currency,
                        ledger::LateCharge& charge) {
  const auto every = text.find(" every ");
  if (every != std::string_view::npos) {
    const std::string_view days = text.substr(every + 7, text.find(" days") - every - 7);
    const auto value = money::parse_decimal(days, 0);
    if (!value || *value < 1) return unreadable(text, "such as `5.00 every 10 days`");
    charge.fee.every_days = static_cast<std::uint16_t>(*value);
    text = text.substr(0, every);
  }
  const auto of = text.find(" of ");
  if (of == std::string_view::npos) {
    const auto amount = money::Money::parse(text, currency);
    if (!amount) return amount.error();
    charge.fee.amount_minor = amount->minor();
    return money::ok();
  }
  const std::string_view base = text.substr(of + 4);
  charge.base = base == "principal"  ? ledger::LateBase::principal
                : base == "interest" ? ledger::LateBase::interest
                                     : ledger::LateBase::principal_and_interest;
  return read_part(text.substr(0, of), charge.fee.of_overdue);
}

Status read(std::string_view key, std::string_view value, money::Currency currency,
            ledger::ServicingRules& rules) {
  if (auto status = read_interest(key, value, rules)) return *status;
  if (key == "solve_days") {
    constexpr std::pair<std::string_view, schedule::SolveDays> words[] = {
        {"actual", schedule::SolveDays::actual}, {"even-months", schedule::SolveDays::even}};
    return read_word(value, words, rules.solve_days);
  }
  if (key == "money_ahead") rules.ahead_again = value == "allocated-again";
  if (key == "installment_of") rules.installment_of_approved = value == "approved";
  if (key == "money_ahead") rules.ahead_again = value == "allocated-again";
  if (key == "pays") return read_order(value, rules.payment);
  if (key == "merchant_refund") return read_order(value, rules.merchant_refund.emplace());
  if (key == "payout_refund") return read_order(value, rules.payout_refund.emplace());
  if (key == "goodwill") return read_order(value, rules.goodwill.emplace());
  if (key == "own_part_pays") return read_order(value, rules.down_payment.emplace());
  if (key == "own_part") return read_part(value, rules.down_payment_part);
  if (key == "chargeback") return read_components(value, rules.chargeback);
  if (key == "over_approved") {
    const auto rate = money::Rate::parse(value);
    if (!rate) return rate.error();
    constexpr std::int64_t e4_in_e12 = 100'000'000;
    rules.over_approved_e4 = rate->e12() / e4_in_e12;
    return money::ok();
  }
  if (key == "fee_income" && value != "when-due" && value != "when-assessed")
    return unreadable(value, "when-due or when-assessed");
  if (key == "fee_income" && value == "when-assessed")
    rules.fee_income = ledger::FeeIncome::when_assessed;
  if (key == "several_payouts") rules.several_payouts = value == "yes";
  if (key == "late_charge") return read_late_charge(value, currency, rules.late_charge.emplace());
  if (key == "chargeback_late") rules.chargebacks_late_from_own_day = value == "own-day";
  if (key == "due_dates") rules.dates_from_opening = value == "opening";
  if (key == "pauses") rules.whole_pauses = value == "whole";
  return money::ok();
}

}  // namespace

std::optional<Status> read_servicing_term(std::string_view key, std::string_view value,
                                          ledger::Product& product) {
  constexpr std::string_view keys[] = {
      "servicing",       "pays",          "merchant_refund", "payout_refund", "goodwill",
      "own_part",        "own_part_pays", "chargeback",      "over_approved", "fee_income",
      "several_payouts", "overdue_bears", "early_money",     "rest",          "compounds",
      "settles",         "solve_days",    "installment_of",  "money_ahead",   "late_charge",
      "chargeback_late", "due_dates",     "pauses"};
  if (std::find(std::begin(keys), std::end(keys), key) == std::end(keys)) return std::nullopt;
  if (!product.servicing) product.servicing.emplace();
  return read(key, value, product.currency, *product.servicing);
}

}  // namespace loanbook::specs
