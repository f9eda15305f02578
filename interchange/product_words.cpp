#include "loanbook/interchange/product_words.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <string_view>

#include "loanbook/interchange/payout_words.hpp"
#include "loanbook/interchange/product_toml.hpp"
#include "loanbook/interchange/toml/product_accounting.hpp"
#include "loanbook/money/decimal.hpp"
#include "loanbook/schedule/plan.hpp"

namespace loanbook::interchange {
namespace {

using ledger::PlanRules;
using ledger::Product;
using ledger::ServicingRules;
using schedule::Method;
using schedule::TimedOrder;

// 10,000.00 in most currencies: a loan that people can picture.
constexpr std::int64_t example_minor = 1'000'000;
constexpr std::int32_t example_day = 20'468;  // 2026-01-15

std::string amount_text(const Product& product, std::int64_t minor) {
  return fmt::format("{} {}", money::text_of_minor(minor, product.currency.digits),
                     product.currency.text());
}

/// `principal, interest and fee`.
template <class Range>
std::string listed(const Range& words) {
  std::string out;
  for (auto word = std::begin(words); word != std::end(words); ++word) {
    if (word != std::begin(words)) out += std::next(word) == std::end(words) ? " and " : ", ";
    out += *word;
  }
  return out;
}

std::string range_text(const Product& product, std::string_view one, std::string_view many) {
  const auto usual = product.installments_default;
  std::string out = fmt::format("{} {}", usual, usual == 1 ? one : many);
  if (product.installments_min != product.installments_max)
    out += fmt::format(" unless the loan says otherwise ({} to {})", product.installments_min,
                       product.installments_max);
  return out;
}

/// `1.5` for 15,000 ten-thousandths.
std::string factor_text(std::int64_t e4) {
  std::string text = money::text_of_minor(e4, 4);
  text.erase(text.find_last_not_of('0') + 1);
  if (text.ends_with('.')) text.pop_back();
  return text;
}

std::string method_sentence(const Product& product) {
  switch (product.method) {
    case Method::level:
      return "Every installment is the same amount: interest on what is outstanding, and "
             "principal.";
    case Method::equal_principal:
      return "Every installment repays the same part of the principal, and interest on what was "
             "outstanding.";
    case Method::interest_first:
      return "Every installment is the interest alone; the last one repays the principal too.";
    case Method::bullet:
      return "Principal and interest are repaid together on the last day.";
    case Method::revolving:
      return "Interest runs by the day on what is outstanding; any part can be repaid on any day, "
             "the rest at maturity.";
    case Method::flat:
      return "Interest is counted on the original principal and spread evenly over all "
             "installments.";
    case Method::principal_shares:
      break;
  }
  return "Principal comes back by shares.";
}

std::string index_sentence(const Product& product) {
  const ledger::IndexRules& rules = *product.index;
  const auto percent = [](std::int64_t e12) {
    return money::Rate::of_e12(std::abs(e12)).percent_text();
  };
  std::string out = fmt::format(
      "The rate is the index '{}' {} {} a year, unless the loan says otherwise, fixed at the "
      "pay-out and again {}{}",
      rules.index, rules.spread_e12 < 0 ? "less" : "plus", percent(rules.spread_e12),
      to_text(rules.reset),
      rules.fixing_lag_days == 0
          ? std::string{}
          : fmt::format(", from the value in force {} days before", rules.fixing_lag_days));
  if (rules.step_e12 != 0)
    out += fmt::format(", rounded ({}) to a multiple of {}", money::to_text(rules.rounding),
                       percent(rules.step_e12));
  if (rules.floor) out += fmt::format(", at least {}", rules.floor->percent_text());
  if (rules.cap) out += fmt::format(", at most {}", rules.cap->percent_text());
  const bool keeps = product.plan.repricing == schedule::Repricing::keep;
  return out + (keeps ? "; installments stay as they are."
                      : "; each reset solves the installments to come anew.");
}

std::string rate_sentence(const Product& product) {
  if (product.index) return index_sentence(product);
  if (product.rate_max.e12() == 0) return "It bears no interest.";
  const std::string usual = product.rate_default.percent_text();
  std::string out = fmt::format("The rate is {} a year", usual);
  if (product.rate_min != product.rate_max) {
    out += fmt::format(" unless the loan says otherwise ({} to {})",
                       product.rate_min.percent_text(), product.rate_max.percent_text());
  }
  return out +
         (product.basis == schedule::InterestBasis::monthly
              ? "; a month bears a twelfth of it, other spans count days by "
              : "; interest counts days by ") +
         std::string(schedule::to_text(product.day_count)) + ".";
}

void add_plan(const Product& product, std::vector<std::string>& out) {
  const PlanRules& plan = product.plan;
  if (plan.fee_rate.e12() != 0 || plan.fee_minor != 0) {
    std::vector<std::string> parts;
    if (plan.fee_rate.e12() != 0)
      parts.push_back(plan.fee_rate.percent_text() + " of the original principal");
    if (plan.fee_minor != 0) parts.push_back(amount_text(product, plan.fee_minor));
    out.push_back(fmt::format("A fee of {} is charged for every installment{}.", listed(parts),
                              plan.fee_upfront ? ", all of it with the first one" : ""));
  }
  if (plan.principal_free_rows != 0)
    out.push_back(
        fmt::format("The first {} installments repay no principal.", plan.principal_free_rows));
  if (plan.interest_free_rows != 0)
    out.push_back(
        fmt::format("The first {} installments bear no interest.", plan.interest_free_rows));
  if (plan.balloon_part.e12() != 0 || plan.balloon_minor != 0) {
    out.push_back(fmt::format("{} is left for the last installment.",
                              plan.balloon_part.e12() != 0
                                  ? plan.balloon_part.percent_text() + " of the principal"
                                  : amount_text(product, plan.balloon_minor)));
  }
  if (plan.amortization_installments != 0)
    out.push_back(
        fmt::format("Installments are solved over {} of them; the last one repays what "
                    "is left.",
                    plan.amortization_installments));
  if (plan.step_growth_e12 != 0)
    out.push_back(fmt::format(
        "Installments {} by {} every {} of them.", plan.step_growth_e12 > 0 ? "grow" : "fall",
        money::Rate::of_e12(std::abs(plan.step_growth_e12)).percent_text(), plan.step_every));
  if (plan.season.months != 0) {
    std::vector<std::string> months;
    constexpr std::array<const char*, 12> names = {"January",   "February", "March",    "April",
                                                   "May",       "June",     "July",     "August",
                                                   "September", "October",  "November", "December"};
    for (std::size_t i = 0; i < names.size(); ++i) {
      if (((plan.season.months >> i) & 1U) != 0) months.emplace_back(names[i]);
    }
    out.push_back("Installments due in " + listed(months) + " repay no principal.");
  }
  if (!plan.holidays.empty())
    out.push_back("Some installments are payment holidays; see `holidays`.");
  if (!plan.calendar.empty())
    out.push_back(fmt::format("Due dates that are no business days of the calendar '{}' move: {}.",
                              plan.calendar, schedule::to_text(plan.roll)));
  if (plan.cap) {
    out.push_back(fmt::format(
        "The annual rate of all its costs may not exceed {}{}.",
        plan.cap->multiplier == 1 ? std::string{} : fmt::format("{} times ", plan.cap->multiplier),
        plan.cap->limit.percent_text()));
  }
}

void add_overdue(const Product& product, std::vector<std::string>& out) {
  std::string penalty;
  if (product.penalty_rate)
    penalty = fmt::format("penalty interest of {} a year", product.penalty_rate->percent_text());
  if (product.penalty_multiplier_e4 != 0)
    penalty = fmt::format("penalty interest of {} times the rate",
                          factor_text(product.penalty_multiplier_e4));
  if (penalty.empty()) {
    out.push_back("Principal past due bears no penalty interest.");
  } else {
    const bool waived = product.grace_mode == schedule::GraceMode::waive_if_paid;
    std::string since = "from the due date on";
    if (product.grace_days != 0) {
      since = waived ? fmt::format(
                           "from the due date on, and nothing where it is paid within {} "
                           "days",
                           product.grace_days)
                     : fmt::format("from {} days after the due date on", product.grace_days);
    }
    out.push_back(fmt::format("Principal past due bears {} {}.", penalty, since));
  }
  if (product.penalty_maximum_e4 != 0) {
    const bool both = product.maximum_of == schedule::MaximumOf::penalty_and_compound;
    out.push_back(
        fmt::format("Penalty interest on an installment{} {} at most {} of its principal.",
                    both ? " and interest on its interest past due, together and with"
                         : ", what was paid of it",
                    both ? "what was paid of them, are" : "included, is",
                    money::Rate::of_e12(product.penalty_maximum_e4 * 100'000'000).percent_text()));
  }
  if (product.compound != ledger::CompoundRate::none) {
    out.push_back(
        fmt::format("Interest past due bears interest too, at the {} rate.",
                    product.compound == ledger::CompoundRate::contract ? "contract" : "penalty"));
  }
}

std::string order_words(const schedule::AllocationOrder& order) {
  std::vector<std::string> words;
  for (std::size_t i = 0; i < order.count; ++i)
    words.emplace_back(schedule::to_text(order.order[i]));
  return fmt::format("{} ({})", fmt::join(words, ", then "),
                     order.mode == schedule::AllocationMode::vertical
                         ? "the oldest installment first"
                         : "one after the other over all installments");
}

/// The components of an order that goes through past due, due and in advance alike.
std::optional<std::vector<std::string>> plain_words(const TimedOrder& order) {
  constexpr std::size_t timings = 3;
  const std::size_t count = order.steps.size() / timings;
  std::vector<std::string> words;
  for (std::size_t i = 0; i < order.steps.size(); ++i) {
    const schedule::AllocationStep& step = order.steps[i];
    const std::string word{schedule::to_text(step.component)};
    if (i < count) words.push_back(word);
    if (count * timings != order.steps.size() || word != words[i % count] ||
        static_cast<std::size_t>(step.timing) != i / count)
      return std::nullopt;
  }
  return words;
}

std::string order_words(const TimedOrder& order) {
  constexpr std::array<std::string_view, 3> first_ahead = {
      "the next one first", "the last one first", "all of them in equal parts"};
  const std::string_view ahead_first = first_ahead.at(static_cast<std::size_t>(order.advance) - 1);
  const std::string_view how = order.mode == schedule::AllocationMode::vertical
                                   ? "installment by installment"
                                   : "each over all installments";
  if (const auto words = plain_words(order)) {
    return fmt::format(
        "{}, {}: first what is past due, then what is due that day, then "
        "installments to come, {}",
        fmt::join(*words, ", "), how, ahead_first);
  }
  std::string out;
  std::optional<schedule::Timing> timing;
  for (const schedule::AllocationStep& step : order.steps) {
    if (timing != step.timing) {
      if (timing) out += "; ";
      out += step.timing == schedule::Timing::past_due ? "of what is past due "
             : step.timing == schedule::Timing::due    ? "of what is due that day "
                                                       : "of installments to come ";
    } else {
      out += ", ";
    }
    timing = step.timing;
    out += schedule::to_text(step.component);
  }
  const bool ahead = std::any_of(order.steps.begin(), order.steps.end(), [](const auto& step) {
    return step.timing == schedule::Timing::in_advance;
  });
  out += fmt::format(", {}", how);
  if (ahead) out += fmt::format("; of those to come {}", ahead_first);
  return out;
}

void add_payments(const Product& product, std::vector<std::string>& out) {
  if (product.servicing) {
    const ServicingRules& rules = *product.servicing;
    out.push_back("A payment pays " + order_words(rules.payment) + ".");
    const auto own = [&](std::string_view what, const std::optional<TimedOrder>& order) {
      if (order) out.push_back(fmt::format("{} pays {}.", what, order_words(*order)));
    };
    own("A merchant's refund", rules.merchant_refund);
    own("A pay-out that comes back", rules.payout_refund);
    own("A goodwill credit", rules.goodwill);
    own("A down payment", rules.down_payment);
    return;
  }
  out.push_back("A payment pays what is due: " + order_words(product.allocation.ordinary) + ".");
  if (const auto& late = product.allocation.when_late)
    out.push_back(fmt::format("More than {} days past due it pays {}.", late->dpd_over,
                              order_words(late->order)));
  if (product.method == Method::revolving) return;
  out.push_back(product.prepayment == ledger::Prepayment::settle
                    ? "Money beyond what is due settles the loan where it covers everything owed "
                      "that day; else it is held for the next due date."
                    : "Money beyond what is due is held for the next due date.");
}

void add_interest(const ledger::InterestRules& rules, std::vector<std::string>& out) {
  using ledger::EarlyMoney;
  using ledger::OverdueInterest;
  std::string early = "Money that comes early bears no interest from its day on; ";
  switch (rules.early) {
    case EarlyMoney::smaller:
      early += "beyond the installment it makes all later ones smaller.";
      break;
    case EarlyMoney::fewer:
      early += "beyond the installment it leaves out installments at the end.";
      break;
    case EarlyMoney::next_smaller:
      early += "beyond the installment it is taken off the next ones.";
      break;
    case EarlyMoney::last_smaller:
      early =
          "Money that comes early pays interest to the day and the principal of the next "
          "installments; the interest saved makes the last unpaid one smaller.";
      break;
  }
  out.push_back(std::move(early));
  if (rules.overdue != OverdueInterest::none) {
    out.push_back(fmt::format(
        "Overdue principal bears the contract's interest {}.",
        rules.overdue == OverdueInterest::daily
            ? "on every day of a period"
            : "from the beginning of the period in which it is paid, on the day of payment"));
  }
  if (rules.rest != schedule::Rest{})
    out.push_back(fmt::format("What is owed counts for interest from the next rest date on: {}.",
                              schedule::to_text(rules.rest)));
  if (rules.compounding != ledger::Compounding::none) {
    const bool both = rules.compounding == ledger::Compounding::interest_and_fees;
    out.push_back(fmt::format("Overdue {} {} interest too, from the next of these dates on: {}.",
                              both ? "interest and fees"
                              : rules.compounding == ledger::Compounding::interest ? "interest"
                                                                                   : "fees",
                              rules.compounding == ledger::Compounding::interest ? "bears" : "bear",
                              schedule::to_text(rules.compounding_on)));
  }
  if (rules.settlement == ledger::SettlementInterest::to_the_rest)
    out.push_back("Settling early pays interest to the next rest date.");
}

std::string late_charge_words(const ledger::LateCharge& charge, money::Currency currency) {
  const schedule::LateFeeRules& fee = charge.fee;
  const auto amount = [&](std::int64_t minor) {
    return money::text_of_minor(minor, currency.digits);
  };
  const auto percent = [](money::Ratio part) {
    const auto [e12, rest] =
        money::divide(money::Int128{part.numerator} * 1'000'000'000'000, part.denominator);
    return rest == 0 ? money::Rate::of_e12(static_cast<std::int64_t>(e12)).percent_text()
                     : fmt::format("{}/{}", part.numerator, part.denominator);
  };
  std::vector<std::string> words;
  if (fee.amount_minor != 0) words.push_back(amount(fee.amount_minor));
  if (fee.of_overdue.numerator != 0)
    words.push_back(fmt::format("{} of its unpaid {}", percent(fee.of_overdue),
                                charge.base == ledger::LateBase::principal  ? "principal"
                                : charge.base == ledger::LateBase::interest ? "interest"
                                                                            : "principal and "
                                                                              "interest"));
  if (fee.of_installment.numerator != 0)
    words.push_back(fmt::format("{} of what it asked for", percent(fee.of_installment)));
  std::string out =
      fmt::format("An installment that is {} late makes a {} of {}",
                  fee.grace_days == 0 ? "a day" : fmt::format("{} days", fee.grace_days + 1),
                  charge.is_fee ? "fee" : "penalty", listed(words));
  if (fee.min_minor != 0) out += fmt::format(", at least {}", amount(fee.min_minor));
  if (fee.max_minor) out += fmt::format(", at most {}", amount(*fee.max_minor));
  if (fee.every_days != 0) out += fmt::format(", again every {} days", fee.every_days);
  if (fee.total_max_minor) out += fmt::format(", {} in all", amount(*fee.total_max_minor));
  return out + fmt::format(" ({}).", charge.code);
}

void add_servicing(const Product& product, std::vector<std::string>& out) {
  if (!product.servicing) return;
  const ServicingRules& rules = *product.servicing;
  const money::Ratio part = rules.down_payment_part;
  if (part.numerator != 0) {
    const auto [e12, rest] =
        money::divide(money::Int128{part.numerator} * 1'000'000'000'000, part.denominator);
    out.push_back(
        fmt::format("{} of each pay-out is due on its own day, as the borrower's down payment.",
                    rest == 0 ? money::Rate::of_e12(static_cast<std::int64_t>(e12)).percent_text()
                              : fmt::format("{}/{}", part.numerator, part.denominator)));
  }
  if (rules.several_payouts) {
    std::string sentence = "It may be paid out in several parts";
    if (rules.over_approved_e4 != 0)
      sentence +=
          fmt::format(", {} above what was approved at most",
                      money::Rate::of_e12(rules.over_approved_e4 * 100'000'000).percent_text());
    out.push_back(sentence + ".");
  }
  if (!rules.chargeback.empty()) {
    std::vector<std::string> words;
    for (const auto component : rules.chargeback) words.emplace_back(schedule::to_text(component));
    out.push_back("A chargeback takes back the payment's " + listed(words) +
                  " first, the rest is principal.");
  }
  if (rules.interest) add_interest(*rules.interest, out);
  if (rules.dates_from_opening)
    out.push_back("Due dates are counted from the day on which the loan was opened.");
  if (rules.late_charge) out.push_back(late_charge_words(*rules.late_charge, product.currency));
  out.push_back(rules.income_by_run ? "A charge is income when the operation `accrue` books it."
                : rules.fee_income == ledger::FeeIncome::when_due
                    ? "A charge is income on the night of its due date."
                    : "A charge is income when it is made.");
}

void add_joint(const Product& product, std::vector<std::string>& out) {
  if (!product.joint) return;
  const ledger::JointRules& rules = *product.joint;
  std::vector<std::string> parties;
  std::int64_t sum = 0;
  for (const ledger::Party& party : rules.parties) sum += party.weight;
  for (const ledger::Party& party : rules.parties) {
    std::string text = fmt::format("{} {}/{}", party.id, party.weight, sum);
    if (party.funding_rate)
      text += fmt::format(" (earning {} a year on it)", party.funding_rate->percent_text());
    parties.push_back(std::move(text));
  }
  out.push_back(fmt::format(
      "Every loan is funded by {}; {} leads and keeps these books{}.", listed(parties), rules.lead,
      rules.books == ledger::JointBooks::full ? ", in which the whole loan stands"
                                              : ", in which its own share stands"));
  if (rules.interest == ledger::InterestShare::service_fee) {
    out.push_back(
        fmt::format("The lead takes {} of all interest as a service fee first.",
                    money::Rate::of_e12(rules.service_fee_e6 * 1'000'000).percent_text()));
  }
  if (rules.penalty == ledger::Bearer::lead) out.push_back("Penalty interest is the lead's.");
  if (rules.fees == ledger::Bearer::lead) out.push_back("Fees are the lead's.");
  if (rules.compensation_days != 0) {
    out.push_back(
        fmt::format("The lead pays the partners their part of an installment that is {} "
                    "days past due and takes their place.",
                    rules.compensation_days));
  }
}

void add_example(const Product& product, std::vector<std::string>& out) {
  const ledger::LoanTerms loan{
      .principal_minor =
          std::clamp(example_minor, product.amount_min_minor, product.amount_max_minor),
      .rate = product.rate_default,
      .installments = product.installments_default};
  if (!product.plan.calendar.empty()) return;
  schedule::Terms terms =
      ledger::schedule_terms(product, loan, money::day_from_number(example_day));
  std::int64_t at_once = 0;
  if (product.servicing) {
    const money::Ratio part = product.servicing->down_payment_part;
    const money::Rounding rounding = product.servicing->down_payment_rounding;
    at_once = static_cast<std::int64_t>(
        money::divide_rounded(money::Int128{loan.principal_minor} * part.numerator,
                              money::Int128{part.denominator} * rounding.multiple, rounding.mode) *
        rounding.multiple);
    terms.principal_minor -= at_once;
  }
  if (!schedule::check(terms)) return;
  const schedule::Plan plan = schedule::make_plan(terms);
  if (plan.rows.empty()) return;
  std::string sentence = fmt::format("For example {} paid out on 2026-01-15: ",
                                     amount_text(product, loan.principal_minor));
  if (at_once != 0) sentence += amount_text(product, at_once) + " at once, then ";
  const auto& first = plan.rows.front();
  if (plan.rows.size() == 1 || product.method == Method::revolving) {
    sentence += fmt::format("{} on {}, if nothing is repaid before",
                            amount_text(product, plan.total_payment()),
                            money::to_text(plan.rows.back().due));
  } else {
    sentence += fmt::format("{} on {}, the last of {} is {} on {}",
                            amount_text(product, first.payment()), money::to_text(first.due),
                            plan.rows.size(), amount_text(product, plan.rows.back().payment()),
                            money::to_text(plan.rows.back().due));
  }
  out.push_back(fmt::format(
      "{}; interest {}{}.", sentence, amount_text(product, plan.total_interest),
      plan.total_fee == 0 ? std::string{} : ", fees " + amount_text(product, plan.total_fee)));
}

/// The keys of a file that `write_product` made: dotted name and value as it stands there.
using Keys = std::vector<std::pair<std::string, std::string>>;

/// Splits `a = 1, b = { c = 2 }` at the commas of its own level.
std::vector<std::string_view> members_of(std::string_view table) {
  std::vector<std::string_view> out;
  std::size_t begin = 0;
  int depth = 0;
  bool quoted = false;
  for (std::size_t i = 0; i < table.size(); ++i) {
    const char c = table[i];
    if (c == '"' && (i == 0 || table[i - 1] != '\\')) quoted = !quoted;
    if (quoted) continue;
    if (c == '{' || c == '[') ++depth;
    if (c == '}' || c == ']') --depth;
    if (c != ',' || depth != 0) continue;
    out.push_back(table.substr(begin, i - begin));
    begin = i + 1;
  }
  out.push_back(table.substr(begin));
  return out;
}

std::string_view trimmed(std::string_view text) {
  while (text.starts_with(' ')) text.remove_prefix(1);
  while (text.ends_with(' ')) text.remove_suffix(1);
  return text;
}

void add_key(const std::string& prefix, std::string_view member, Keys& out) {
  const std::size_t equals = member.find('=');
  if (equals == std::string_view::npos) return;
  const std::string key = prefix + std::string(trimmed(member.substr(0, equals)));
  const std::string_view value = trimmed(member.substr(equals + 1));
  if (!value.starts_with('{') || !value.ends_with('}')) {
    out.emplace_back(key, value);
    return;
  }
  for (const std::string_view inner : members_of(value.substr(1, value.size() - 2)))
    add_key(key + ".", inner, out);
}

Keys keys_of(const Product& product) {
  const std::string file = write_product(product, Defaults::written);
  Keys out;
  std::string prefix;
  std::string_view rest = file;
  while (!rest.empty()) {
    const std::size_t end = std::min(rest.find('\n'), rest.size());
    const std::string_view line = rest.substr(0, end);
    rest.remove_prefix(std::min(end + 1, rest.size()));
    if (line.starts_with('[')) {
      prefix = std::string(line.substr(1, line.find(']') - 1)) + ".";
    } else {
      add_key(prefix, line, out);
    }
  }
  return out;
}

const std::string* value_of(const Keys& keys, const std::string& key) {
  const auto found =
      std::find_if(keys.begin(), keys.end(), [&](const auto& each) { return each.first == key; });
  return found == keys.end() ? nullptr : &found->second;
}

}  // namespace

std::vector<std::string> product_sentences(const Product& product) {
  std::vector<std::string> out;
  std::string every = to_text(product.frequency);
  if (every.starts_with("1 ")) every = every.substr(2);
  const bool by_day = product.method == Method::revolving || product.method == Method::bullet;
  const std::string how_long =
      by_day ? "for " + range_text(product, every,
                                   product.frequency.every == 1 ? every + "s" : "times " + every)
             : "repaid in " + range_text(product, "installment", "installments") + ", one every " +
                   every;
  out.push_back(fmt::format("Lends {} to {}, {}{}.",
                            money::text_of_minor(product.amount_min_minor, product.currency.digits),
                            amount_text(product, product.amount_max_minor), how_long,
                            product.due_day != 0
                                ? fmt::format(", due on day {} of the month", product.due_day)
                                : std::string{}));
  out.push_back(method_sentence(product));
  out.push_back(rate_sentence(product));
  add_plan(product, out);
  add_example(product, out);
  add_payments(product, out);
  add_servicing(product, out);
  add_payout_words(product, out);
  add_quality_words(product, out);
  toml_reading::say_accounting(product, out);
  add_joint(product, out);
  add_overdue(product, out);
  if (const money::Status bookable = ledger::check_bookable(product); !bookable)
    out.push_back("It can be quoted, and not lent yet: " + bookable.error().message + ".");
  return out;
}

std::vector<KeyDifference> product_differences(const Product& first, const Product& second) {
  const Keys left = keys_of(first);
  const Keys right = keys_of(second);
  std::vector<KeyDifference> out;
  for (const auto& [key, value] : left) {
    const std::string* other = value_of(right, key);
    if (other == nullptr || *other != value)
      out.push_back({key, value, other == nullptr ? "none" : *other});
  }
  for (const auto& [key, value] : right) {
    if (value_of(left, key) == nullptr) out.push_back({key, "none", value});
  }
  return out;
}

}  // namespace loanbook::interchange
