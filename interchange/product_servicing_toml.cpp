#include <algorithm>
#include <numeric>

#include "loanbook/interchange/json.hpp"
#include "loanbook/interchange/toml/keys.hpp"
#include "loanbook/interchange/toml/product_servicing.hpp"
#include "loanbook/money/decimal.hpp"
#include "loanbook/money/money.hpp"

namespace loanbook::interchange::toml_reading {
namespace {

using ledger::FeeIncome;
using ledger::LateBase;
using ledger::LateCharge;
using ledger::ServicingRules;
using schedule::Advance;
using schedule::AllocationMode;
using schedule::AllocationStep;
using schedule::Component;
using schedule::TimedOrder;
using schedule::Timing;

constexpr Word<Advance> advances[] = {
    {"next", Advance::next}, {"last", Advance::last}, {"spread", Advance::spread}};
constexpr Word<AllocationMode> modes[] = {{"vertical", AllocationMode::vertical},
                                          {"horizontal", AllocationMode::horizontal}};
constexpr Word<FeeIncome> fee_incomes[] = {{"when-due", FeeIncome::when_due},
                                           {"when-assessed", FeeIncome::when_assessed}};
constexpr Word<Timing> timings[] = {
    {"past-due", Timing::past_due}, {"due", Timing::due}, {"in-advance", Timing::in_advance}};

constexpr Word<bool> later_payouts[] = {{"rows-to-come", false}, {"all-rows", true}};
constexpr Word<bool> charge_dates[] = {{"with-installment", false}, {"own-date", true}};
constexpr Word<bool> flat_roundings[] = {{"principal", false}, {"payment", true}};
constexpr Word<bool> due_dates[] = {{"payout", false}, {"opening", true}};
constexpr Word<bool> chargeback_days[] = {{"due-date", false}, {"own-day", true}};
constexpr Word<bool> pauses[] = {{"shared-days", false}, {"whole", true}};
constexpr Word<bool> charge_kinds[] = {{"penalty", false}, {"fee", true}};
constexpr Word<LateBase> late_bases[] = {
    {"principal-and-interest", LateBase::principal_and_interest},
    {"principal", LateBase::principal},
    {"interest", LateBase::interest}};
constexpr Word<bool> days_past_due[] = {{"from-due-date", false}, {"after-grace", true}};

constexpr std::int64_t one_e12 = 1'000'000'000'000;
constexpr std::int64_t e4_in_e12 = 100'000'000;

std::string in_quotes(std::string_view text) {
  std::string out;
  append_json_string(out, text);
  return out;
}

/// `25%`, `0.25` or `1/3`.
Result<money::Ratio> parse_part(std::string_view text) {
  const std::size_t slash = text.find('/');
  if (slash == std::string_view::npos) {
    const auto rate = money::Rate::parse(text);
    if (!rate) return rate.error();
    const std::int64_t shared = std::gcd(rate->e12(), one_e12);
    return money::Ratio{rate->e12() / shared, one_e12 / shared};
  }
  const auto numerator = money::parse_decimal(text.substr(0, slash), 0);
  const auto denominator = money::parse_decimal(text.substr(slash + 1), 0);
  const bool good = numerator && denominator && *numerator >= 0 && *denominator >= 1 &&
                    *numerator <= one_e12 && *denominator <= one_e12;
  if (!good) {
    return Error{.id = "product.bad_value",
                 .message = quoted(text) + " is no part; write '25%' or '1/3'"};
  }
  const auto upper = static_cast<std::int64_t>(*numerator);
  const auto lower = static_cast<std::int64_t>(*denominator);
  const std::int64_t shared = std::gcd(upper, lower);
  return money::Ratio{upper / shared, lower / shared};
}

std::string part_text(money::Ratio part) {
  const auto [e12, rest] = money::divide(money::Int128{part.numerator} * one_e12, part.denominator);
  if (rest == 0) return money::Rate::of_e12(static_cast<std::int64_t>(e12)).percent_text();
  return std::to_string(part.numerator) + "/" + std::to_string(part.denominator);
}

/// A part in percent with at most two decimals, in units of 10^-4.
Result<std::int64_t> parse_e4(std::string_view text) {
  const auto rate = money::Rate::parse(text);
  if (!rate) return rate.error();
  if (rate->e12() % e4_in_e12 == 0) return rate->e12() / e4_in_e12;
  return Error{.id = "product.bad_value",
               .message = quoted(text) + " has more than two decimals of a percent; write '50%'"};
}

/// The steps of one word of an order: `past-due fee` is one; `fee` stands for all three timings.
Result<std::vector<AllocationStep>> parse_step(std::string_view text) {
  const std::size_t space = text.find(' ');
  if (space == std::string_view::npos) {
    const auto component = schedule::parse_component(text);
    if (!component) return component.error();
    std::vector<AllocationStep> steps;
    for (const auto& timing : timings) steps.push_back({timing.value, *component});
    return steps;
  }
  const auto timing = parser_of(timings)(text.substr(0, space));
  if (!timing) return timing.error();
  const auto component = schedule::parse_component(text.substr(space + 1));
  if (!component) return component.error();
  return std::vector<AllocationStep>{{*timing, *component}};
}

class OrderReader {
 public:
  explicit OrderReader(Keys& keys) : keys_(keys) {}

  void read(TimedOrder& order) {
    keys_.text("mode", order.mode, parser_of(modes));
    keys_.text("advance", order.advance, parser_of(advances));
    const toml::array* list = keys_.list("order");
    if (list == nullptr) return;
    order.steps.clear();
    for (const toml::node& node : *list) {
      if (!add(node, order)) return;
    }
    // A word without a timing means all three: past due first, whatever the place of the word.
    std::stable_sort(order.steps.begin(), order.steps.end(), [this](const auto& a, const auto& b) {
      return plain_.value_or(false) && a.timing < b.timing;
    });
  }

 private:
  bool add(const toml::node& node, TimedOrder& order) {
    const auto text = node.value_exact<std::string>();
    if (!text) {
      keys_.wrong_type("order", node, "a list of texts in quotes");
      return false;
    }
    const auto steps = parse_step(*text);
    if (!steps) {
      Error error = steps.error();
      error.message = "order: " + error.message;
      return problem(node, std::move(error));
    }
    const bool plain = steps->size() > 1;
    if (plain_.value_or(plain) != plain) {
      return problem(node, {.id = "product.bad_value",
                            .message = "order: write all words with a timing, such as 'past-due "
                                       "fee', or none"});
    }
    plain_ = plain;
    for (const AllocationStep& step : *steps) {
      if (std::ranges::find(order.steps, step) != order.steps.end()) {
        return problem(node, {.id = "product.bad_value",
                              .message = "order: " + quoted(*text) + " stands twice; keep one"});
      }
      order.steps.push_back(step);
    }
    return true;
  }

  bool problem(const toml::node& node, Error error) {
    keys_.problems().add(std::move(error), node.source());
    return false;
  }

  Keys& keys_;
  std::optional<bool> plain_;  // words without timing; nothing: no word yet
};

void read_order(Keys& parent, std::string_view name, std::string_view place, TimedOrder& order) {
  const toml::table* table = parent.table(name);
  if (table == nullptr) return;
  Keys keys{table,
            std::string(place) + "." + std::string(name),
            parent.problems(),
            {"order", "mode", "advance"}};
  OrderReader{keys}.read(order);
}

void read_own_order(Keys& parent, std::string_view name, std::string_view place,
                    const TimedOrder& ordinary, std::optional<TimedOrder>& order) {
  if (parent.find(name) == nullptr) return;
  order = ordinary;
  read_order(parent, name, place, *order);
}

void read_down_payment(Keys& servicing, ledger::Product& product) {
  ServicingRules& rules = *product.servicing;
  const toml::node* node = servicing.find("down_payment");
  if (node == nullptr) return;
  if (!node->is_table()) return servicing.text("down_payment", rules.down_payment_part, parse_part);
  Keys keys{node->as_table(),
            "servicing.down_payment",
            servicing.problems(),
            {"part", "rounding", "multiple", "payment"}};
  keys.require({"part"});
  keys.text("part", rules.down_payment_part, parse_part);
  keys.text("rounding", rules.down_payment_rounding.mode, money::parse_rounding_mode);
  keys.text("multiple", rules.down_payment_rounding.multiple, minor_parser(product.currency));
  read_own_order(keys, "payment", "servicing.down_payment", rules.payment, rules.down_payment);
}

void read_chargeback(Keys& servicing, ServicingRules& rules) {
  const toml::array* list = servicing.list("chargeback");
  if (list == nullptr) return;
  for (const toml::node& node : *list) {
    const auto text = node.value_exact<std::string>();
    if (!text) return servicing.wrong_type("chargeback", node, "a list of texts in quotes");
    const auto component = schedule::parse_component(*text);
    if (!component) return servicing.problems().add(component.error(), node.source());
    if (std::ranges::find(rules.chargeback, *component) != rules.chargeback.end()) {
      return servicing.problems().add(
          {.id = "product.bad_value",
           .message = "chargeback: " + quoted(*text) + " stands twice; keep one"},
          node.source());
    }
    rules.chargeback.push_back(*component);
  }
}

void read_late_charge(Keys& servicing, ledger::Product& product) {
  const toml::table* table = servicing.table("late_charge");
  if (table == nullptr) return;
  LateCharge& charge = product.servicing->late_charge.emplace();
  Keys keys{table,
            "servicing.late_charge",
            servicing.problems(),
            {"code", "kind", "amount", "part", "of", "part_of_installment", "rounding", "multiple",
             "min", "max", "total_max", "grace_days", "every_days"}};
  const auto amounts = minor_parser(product.currency);
  keys.text("code", charge.code);
  keys.text("kind", charge.is_fee, parser_of(charge_kinds));
  keys.text("amount", charge.fee.amount_minor, amounts);
  keys.text("part", charge.fee.of_overdue, parse_part);
  keys.text("of", charge.base, parser_of(late_bases));
  keys.text("part_of_installment", charge.fee.of_installment, parse_part);
  keys.text("rounding", charge.fee.rounding.mode, money::parse_rounding_mode);
  keys.text("multiple", charge.fee.rounding.multiple, amounts);
  keys.text("min", charge.fee.min_minor, amounts);
  if (keys.find("max") != nullptr) keys.text("max", charge.fee.max_minor.emplace(), amounts);
  if (keys.find("total_max") != nullptr)
    keys.text("total_max", charge.fee.total_max_minor.emplace(), amounts);
  keys.integer("grace_days", charge.fee.grace_days);
  keys.integer("every_days", charge.fee.every_days);
}

std::string late_charge_text(const LateCharge& charge, money::Currency currency) {
  const schedule::LateFeeRules& fee = charge.fee;
  const auto amount = [&](std::int64_t minor) {
    return in_quotes(money::text_of_minor(minor, currency.digits));
  };
  std::string out = "{ code = " + in_quotes(charge.code) +
                    ", kind = " + in_quotes(text_of(charge_kinds, charge.is_fee)) +
                    ", amount = " + amount(fee.amount_minor) +
                    ", part = " + in_quotes(part_text(fee.of_overdue)) +
                    ", of = " + in_quotes(text_of(late_bases, charge.base)) +
                    ", part_of_installment = " + in_quotes(part_text(fee.of_installment)) +
                    ", rounding = " + in_quotes(money::to_text(fee.rounding.mode)) +
                    ", multiple = " + amount(fee.rounding.multiple) +
                    ", min = " + amount(fee.min_minor);
  if (fee.max_minor) out += ", max = " + amount(*fee.max_minor);
  if (fee.total_max_minor) out += ", total_max = " + amount(*fee.total_max_minor);
  return out + ", grace_days = " + std::to_string(fee.grace_days) +
         ", every_days = " + std::to_string(fee.every_days) + " }";
}

/// The components of an order that goes through the three timings alike; nothing for others.
std::optional<std::vector<Component>> plain_order(const TimedOrder& order) {
  constexpr std::size_t timing_count = 3;
  if (order.steps.size() % timing_count != 0) return std::nullopt;
  const std::size_t count = order.steps.size() / timing_count;
  std::vector<Component> components;
  for (std::size_t i = 0; i < order.steps.size(); ++i) {
    const AllocationStep& step = order.steps[i];
    if (i < count) components.push_back(step.component);
    if (step.timing != static_cast<Timing>(i / count) || step.component != components[i % count])
      return std::nullopt;
  }
  return components;
}

std::string order_text(const TimedOrder& order) {
  std::string words;
  const auto add = [&](const std::string& word) {
    words += (words.empty() ? "" : ", ") + in_quotes(word);
  };
  if (const auto components = plain_order(order)) {
    for (const Component component : *components) add(std::string(schedule::to_text(component)));
  } else {
    for (const AllocationStep& step : order.steps) {
      add(std::string(text_of(timings, step.timing)) + " " +
          std::string(schedule::to_text(step.component)));
    }
  }
  return "{ order = [" + words + "], mode = " + in_quotes(text_of(modes, order.mode)) +
         ", advance = " + in_quotes(text_of(advances, order.advance)) + " }";
}

}  // namespace

void read_servicing_rules(Keys& root, ledger::Product& product) {
  const toml::table* table = root.table("servicing");
  if (table == nullptr) return;
  ServicingRules& rules = product.servicing.emplace();
  Keys keys{table,
            "servicing",
            root.problems(),
            {"payment",       "merchant_refund", "payout_refund",   "goodwill",
             "down_payment",  "chargeback",      "several_payouts", "over_approved",
             "fee_income",    "charges_due",     "later_payouts",   "days_past_due",
             "income_by_run", "flat_rounding",   "solve_days",      "installment_of",
             "money_ahead",   "interest",        "due_dates",       "chargeback_late_from",
             "pauses",        "late_charge"}};
  read_order(keys, "payment", "servicing", rules.payment);
  read_own_order(keys, "merchant_refund", "servicing", rules.payment, rules.merchant_refund);
  read_own_order(keys, "payout_refund", "servicing", rules.payment, rules.payout_refund);
  read_own_order(keys, "goodwill", "servicing", rules.payment, rules.goodwill);
  read_down_payment(keys, product);
  read_chargeback(keys, rules);
  keys.boolean("several_payouts", rules.several_payouts);
  keys.text("over_approved", rules.over_approved_e4, parse_e4);
  keys.text("fee_income", rules.fee_income, parser_of(fee_incomes));
  keys.text("charges_due", rules.charges_due_by_date, parser_of(charge_dates));
  keys.text("flat_rounding", rules.round_flat_payment, parser_of(flat_roundings));
  keys.text("later_payouts", rules.raise_over_all_rows, parser_of(later_payouts));
  keys.text("days_past_due", rules.days_after_grace, parser_of(days_past_due));
  keys.boolean("income_by_run", rules.income_by_run);
  read_interest_rules(keys, rules);
  keys.text("due_dates", rules.dates_from_opening, parser_of(due_dates));
  keys.text("chargeback_late_from", rules.chargebacks_late_from_own_day,
            parser_of(chargeback_days));
  keys.text("pauses", rules.whole_pauses, parser_of(pauses));
  read_late_charge(keys, product);
}

void write_servicing_rules(std::string& out, const ledger::Product& product) {
  if (!product.servicing) return;
  const ServicingRules& rules = *product.servicing;
  const auto line = [&](std::string_view key, const std::string& value) {
    out += std::string(key) + " = " + value + "\n";
  };
  out += "\n[servicing]\n";
  line("payment", order_text(rules.payment));
  if (rules.merchant_refund) line("merchant_refund", order_text(*rules.merchant_refund));
  if (rules.payout_refund) line("payout_refund", order_text(*rules.payout_refund));
  if (rules.goodwill) line("goodwill", order_text(*rules.goodwill));
  line("down_payment",
       "{ part = " + in_quotes(part_text(rules.down_payment_part)) + ", rounding = " +
           in_quotes(money::to_text(rules.down_payment_rounding.mode)) + ", multiple = " +
           in_quotes(money::text_of_minor(rules.down_payment_rounding.multiple,
                                          product.currency.digits)) +
           (rules.down_payment ? ", payment = " + order_text(*rules.down_payment) : "") + " }");
  std::string components;
  for (const Component component : rules.chargeback)
    components +=
        (components.empty() ? "" : ", ") + in_quotes(std::string(schedule::to_text(component)));
  line("chargeback", "[" + components + "]");
  line("several_payouts", rules.several_payouts ? "true" : "false");
  line("over_approved",
       in_quotes(money::Rate::of_e12(rules.over_approved_e4 * e4_in_e12).percent_text()));
  line("fee_income", in_quotes(text_of(fee_incomes, rules.fee_income)));
  line("charges_due", in_quotes(text_of(charge_dates, rules.charges_due_by_date)));
  line("flat_rounding", in_quotes(text_of(flat_roundings, rules.round_flat_payment)));
  line("later_payouts", in_quotes(text_of(later_payouts, rules.raise_over_all_rows)));
  line("days_past_due", in_quotes(text_of(days_past_due, rules.days_after_grace)));
  line("income_by_run", rules.income_by_run ? "true" : "false");
  write_interest_rules(out, rules);
  line("due_dates", in_quotes(text_of(due_dates, rules.dates_from_opening)));
  line("chargeback_late_from",
       in_quotes(text_of(chargeback_days, rules.chargebacks_late_from_own_day)));
  line("pauses", in_quotes(text_of(pauses, rules.whole_pauses)));
  if (rules.late_charge)
    line("late_charge", late_charge_text(*rules.late_charge, product.currency));
}

}  // namespace loanbook::interchange::toml_reading
