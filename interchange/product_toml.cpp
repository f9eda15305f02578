#include "loanbook/interchange/product_toml.hpp"

#include <algorithm>
#include <array>
#include <initializer_list>
#include <limits>
#include <optional>
#include <span>
#include <utility>
#include <vector>

#include "loanbook/interchange/suggest.hpp"
#include "loanbook/interchange/toml/keys.hpp"
#include "loanbook/interchange/toml/product_accounting.hpp"
#include "loanbook/interchange/toml/product_index.hpp"
#include "loanbook/interchange/toml/product_joint.hpp"
#include "loanbook/interchange/toml/product_plan.hpp"
#include "loanbook/interchange/toml/product_quality.hpp"
#include "loanbook/interchange/toml/product_servicing.hpp"
#include "loanbook/ledger/product/charge_income.hpp"
#include "loanbook/money/decimal.hpp"
#include "loanbook/money/limits.hpp"

namespace loanbook::interchange {
namespace {

using ledger::Product;
using money::Error;
using money::quoted;
using money::Result;
using toml_reading::Keys;
using toml_reading::minor_parser;
using toml_reading::parser_of;
using toml_reading::Problems;
using toml_reading::text_of;
using toml_reading::Word;

// Words of the file for the alternatives that other rooms do not name.
constexpr Word<schedule::InterestBasis> bases[] = {{"monthly", schedule::InterestBasis::monthly},
                                                   {"daily", schedule::InterestBasis::daily}};
constexpr Word<schedule::OddFirst> odd_firsts[] = {{"solve", schedule::OddFirst::solve},
                                                   {"extra", schedule::OddFirst::extra}};
constexpr Word<schedule::GraceMode> grace_modes[] = {
    {"waive-if-paid", schedule::GraceMode::waive_if_paid}, {"shift", schedule::GraceMode::shift}};
constexpr Word<schedule::AllocationMode> allocation_modes[] = {
    {"vertical", schedule::AllocationMode::vertical},
    {"horizontal", schedule::AllocationMode::horizontal}};
constexpr Word<schedule::MaximumOf> maximums_of[] = {
    {"penalty", schedule::MaximumOf::penalty},
    {"penalty-and-compound", schedule::MaximumOf::penalty_and_compound}};
constexpr Word<ledger::CompoundRate> compound_rates[] = {
    {"none", ledger::CompoundRate::none},
    {"contract", ledger::CompoundRate::contract},
    {"penalty", ledger::CompoundRate::penalty}};
constexpr Word<ledger::Prepayment> prepayments[] = {{"settle", ledger::Prepayment::settle},
                                                    {"hold", ledger::Prepayment::hold}};
constexpr Word<schedule::PeriodUnit> units[] = {{"day", schedule::PeriodUnit::day},
                                                {"week", schedule::PeriodUnit::week},
                                                {"month", schedule::PeriodUnit::month},
                                                {"year", schedule::PeriodUnit::year}};

Result<schedule::Frequency> parse_frequency(std::string_view text) {
  const std::size_t space = std::min(text.find(' '), text.size());
  std::string_view unit = text.substr(std::min(space + 1, text.size()));
  if (unit.ends_with('s')) unit.remove_suffix(1);
  const Result<money::Int128> every = money::parse_decimal(text.substr(0, space), 0);
  const Word<schedule::PeriodUnit>* word =
      std::ranges::find(units, unit, &Word<schedule::PeriodUnit>::text);
  const bool counted = every && *every >= 1 && *every <= std::numeric_limits<std::uint16_t>::max();
  if (!counted || word == std::end(units)) {
    return Error{.id = "product.bad_value",
                 .message = quoted(text) +
                            " is not a step between due dates; write a number and a "
                            "unit, such as '1 month', '2 weeks' or '30 days'"};
  }
  return schedule::Frequency{.unit = word->value, .every = static_cast<std::uint16_t>(*every)};
}

// The multiplier of a rate, 4 decimals.
Result<std::int64_t> parse_multiplier(std::string_view text) {
  const Result<money::Int128> value = money::parse_decimal(text, 4);
  if (!value) return value.error();
  std::int64_t e4 = 0;
  if (!money::narrow(*value, &e4) || e4 <= 0) {
    return Error{.id = "product.bad_value",
                 .message = "the multiplier " + quoted(text) + " must be above 0 and at most 100"};
  }
  return e4;
}

/// A part of the principal in percent, with at most two decimals.
Result<std::int64_t> parse_maximum(std::string_view text) {
  const auto part = money::Rate::parse(text);
  if (!part) return part.error();
  constexpr std::int64_t e4_in_e12 = 100'000'000;
  if (part->e12() > 0 && part->e12() % e4_in_e12 == 0) return part->e12() / e4_in_e12;
  return Error{.id = "product.bad_value",
               .message = "the maximum " + quoted(text) +
                          " must be above 0% with at most two decimals of a percent; write '100%'"};
}

void read_identity(Keys root, Product& product) {
  root.require({"id", "currency", "terms"});
  root.text("id", product.id);
  root.integer("version", product.version);
  product.name = product.id;
  root.text("name", product.name);
  root.text("currency", product.currency, money::Currency::find);
}

void read_installments(Keys& terms, Product& product) {
  const toml::node* node = terms.find("installments");
  if (node == nullptr) return;
  if (!node->is_table()) {
    terms.read_integer("installments", *node, product.installments_default);
    product.installments_min = product.installments_max = product.installments_default;
    return;
  }
  Keys range{node->as_table(), "terms.installments", terms.problems(), {"min", "max", "default"}};
  range.require({"min", "max", "default"});
  range.integer("min", product.installments_min);
  range.integer("max", product.installments_max);
  range.integer("default", product.installments_default);
}

void read_rate(Keys& terms, Product& product) {
  const toml::node* node = terms.find("rate");
  if (node == nullptr) return;
  if (!node->is_table()) {
    terms.text("rate", product.rate_default, money::Rate::parse);
    product.rate_min = product.rate_max = product.rate_default;
    return;
  }
  Keys range{node->as_table(), "terms.rate", terms.problems(), {"min", "max", "default"}};
  range.require({"min", "max", "default"});
  range.text("min", product.rate_min, money::Rate::parse);
  range.text("max", product.rate_max, money::Rate::parse);
  range.text("default", product.rate_default, money::Rate::parse);
}

void read_terms(Keys& root, Product& product) {
  Keys terms{root.table("terms"),
             "terms",
             root.problems(),
             {"method", "every", "installments", "amount", "rate", "basis", "day_count",
              "first_period", "due_day"}};
  terms.require({"method", "installments", "amount", "rate"});
  terms.text("method", product.method, schedule::parse_method);
  terms.text("every", product.frequency, parse_frequency);
  read_installments(terms, product);
  Keys amount{terms.table("amount"), "terms.amount", root.problems(), {"min", "max"}};
  amount.require({"min", "max"});
  amount.text("min", product.amount_min_minor, minor_parser(product.currency));
  amount.text("max", product.amount_max_minor, minor_parser(product.currency));
  read_rate(terms, product);
  terms.text("basis", product.basis, parser_of(bases));
  terms.text("day_count", product.day_count, schedule::parse_day_count);
  terms.text("first_period", product.odd_first, parser_of(odd_firsts));
  terms.integer("due_day", product.due_day);
}

void read_rounding(Keys& root, Product& product) {
  Keys rounding{root.table("rounding"),
                "rounding",
                root.problems(),
                {"interest", "installment", "installment_multiple", "accrual"}};
  rounding.text("interest", product.interest_rounding.mode, money::parse_rounding_mode);
  rounding.text("installment", product.installment_rounding.mode, money::parse_rounding_mode);
  rounding.text("installment_multiple", product.installment_rounding.multiple,
                minor_parser(product.currency));
  rounding.text("accrual", product.accrual_rounding, money::parse_rounding_mode);
}

void read_thresholds(Keys& overdue, std::string_view key, schedule::Thresholds& out) {
  const toml::array* bounds = overdue.list(key);
  if (bounds == nullptr) return;
  out.upper.clear();
  for (const toml::node& bound : *bounds) {
    overdue.read_integer(key, bound, out.upper.emplace_back());
  }
}

void read_overdue(Keys& root, Product& product) {
  Keys overdue{root.table("overdue"),
               "overdue",
               root.problems(),
               {"grace_days", "grace", "penalty", "maximum", "maximum_of", "compound", "buckets",
                "categories", "materiality", "non_accrual", "customer"}};
  overdue.integer("grace_days", product.grace_days);
  overdue.text("grace", product.grace_mode, parser_of(grace_modes));
  Keys penalty{
      overdue.table("penalty"), "overdue.penalty", root.problems(), {"rate", "multiplier"}};
  penalty.text("rate", product.penalty_rate, money::Rate::parse);
  penalty.text("multiplier", product.penalty_multiplier_e4, parse_multiplier);
  overdue.text("maximum", product.penalty_maximum_e4, parse_maximum);
  overdue.text("maximum_of", product.maximum_of, parser_of(maximums_of));
  overdue.text("compound", product.compound, parser_of(compound_rates));
  read_thresholds(overdue, "buckets", product.buckets);
  read_thresholds(overdue, "categories", product.categories);
  toml_reading::read_asset_quality(overdue, product);
}

void read_payouts(Keys& root, Product& product) {
  Keys payouts{root.table("payouts"),
               "payouts",
               root.problems(),
               {"count", "min", "max", "over", "days", "fee"}};
  ledger::PayoutRules& rules = product.payouts;
  payouts.integer("count", rules.count_max);
  payouts.text("min", rules.amount_min_minor, minor_parser(product.currency));
  payouts.text("max", rules.amount_max_minor, minor_parser(product.currency));
  payouts.text("over", rules.over_minor, minor_parser(product.currency));
  payouts.integer("days", rules.days);
  toml_reading::read_upfront_fee(payouts, product);
}

void read_order(Keys& keys, schedule::AllocationOrder& out) {
  keys.text("mode", out.mode, parser_of(allocation_modes));
  const toml::array* order = keys.list("order");
  if (order == nullptr) return;
  out.count = 0;
  for (const toml::node& node : *order) {
    const std::optional<std::string> text = node.value_exact<std::string>();
    if (!text) return keys.wrong_type("order", node, "a list of texts in quotes");
    const Result<schedule::Component> component = schedule::parse_component(*text);
    if (!component) return keys.problems().add(component.error(), node.source());
    if (out.count == schedule::component_count) {
      return keys.problems().add({.id = "product.bad_value",
                                  .message = "'order' names more components than there are; name "
                                             "each once at most"},
                                 node.source());
    }
    out.order[out.count++] = *component;
  }
}

void read_allocation(Keys& root, Product& product) {
  Keys allocation{
      root.table("allocation"), "allocation", root.problems(), {"mode", "order", "after"}};
  read_order(allocation, product.allocation.ordinary);
  const toml::table* table = allocation.table("after");
  if (table == nullptr) return;
  Keys after{table, "allocation.after", root.problems(), {"dpd_over", "mode", "order"}};
  after.require({"dpd_over", "order"});
  schedule::AllocationRule::Switch late{.dpd_over = 0, .order = product.allocation.ordinary};
  after.integer("dpd_over", late.dpd_over);
  read_order(after, late.order);
  product.allocation.when_late = late;
}

void read_accounts(Keys& root, Product& product) {
  const toml::table* table = root.table("accounts");
  if (table == nullptr) return;
  std::vector<std::string_view> roles;
  for (std::size_t i = 0; i < ledger::role_count; ++i) {
    roles.push_back(ledger::to_text(static_cast<ledger::Role>(i)));
  }
  Keys accounts{table, "accounts", root.problems(), roles};
  for (std::size_t i = 0; i < ledger::role_count; ++i) {
    const auto role = static_cast<ledger::Role>(i);
    const toml::table* given = accounts.table(roles[i]);
    if (given == nullptr) continue;
    const auto group = ledger::charge_group_of(role);
    if (!group && toml_reading::refuse_charges(*given, roles[i], root.problems())) return;
    constexpr std::string_view allowed[] = {"code", "name", "charges", "penalties"};
    Keys account{given, "accounts." + std::string(roles[i]), root.problems(),
                 std::span{allowed}.first(group ? 4 : 2)};
    account.require({"code"});
    if (group) toml_reading::read_charges(account, *given, *group, product);
    ledger::AccountCode& out = product.accounts.at(i).emplace();
    out.name = ledger::default_account(role).name;
    account.text("code", out.code);
    account.text("name", out.name);
  }
}

// Where the field of an error of `ledger::check` stands in the file.
toml::source_region region_of(const toml::table& root, std::string_view id) {
  struct Place {
    std::string_view id;
    std::string_view table;
    std::string_view key;
  };
  constexpr Place places[] = {{"product.installments", "terms", "installments"},
                              {"product.amount", "terms", "amount"},
                              {"product.rate", "terms", "rate"},
                              {"product.penalty_rate", "overdue", "penalty"},
                              {"product.penalty", "overdue", "penalty"},
                              {"product.maximum", "overdue", "maximum"},
                              {"product.maximum_of", "overdue", "maximum_of"},
                              {"product.every", "terms", "every"},
                              {"product.due_day", "terms", "due_day"},
                              {"product.rounding", "rounding", "installment_multiple"},
                              {"product.grace_days", "overdue", "grace_days"},
                              {"product.allocation", "allocation", "order"},
                              {"product.payouts", "payouts", "count"},
                              {"product.upfront_fee", "accounting", "upfront_fee"},
                              {"product.method", "terms", "method"},
                              {"product.fee", "plan", "fee"},
                              {"product.balloon", "plan", "balloon"},
                              {"product.holidays", "plan", "holidays"},
                              {"product.calendar", "business_days", "calendar"},
                              {"product.index", "rate", "index"},
                              {"product.parties", "joint", "parties"},
                              {"product.buckets", "overdue", "buckets"},
                              {"product.categories", "overdue", "categories"},
                              {"product.materiality", "overdue", "materiality"},
                              {"product.non_accrual", "overdue", "non_accrual"},
                              {"product.customer", "overdue", "customer"},
                              {"product.charge_income", "accounts", ""},
                              {"product.tax", "tax", "rate"}};
  const Place* place = std::ranges::find(places, id, &Place::id);
  if (place == std::end(places)) {
    const toml::node* node = root.get(id.substr(std::min(id.find('.') + 1, id.size())));
    return node == nullptr ? toml::source_region{} : node->source();
  }
  const toml::node* table = root.get(place->table);
  if (table == nullptr) return {};
  const toml::node* node = table->as_table()->get(place->key);
  return node == nullptr ? table->source() : node->source();
}

}  // namespace

Result<Product> read_product(std::string_view text, std::string_view file_name) {
  Problems problems{file_name, "product"};
  if (text.size() > money::limits::product_file_max) {
    problems.add({.id = "product.too_large",
                  .message = "a product file has at most " +
                             std::to_string(money::limits::product_file_max) + " bytes"},
                 {});
    return *problems.first();
  }
  const toml::parse_result parsed = toml::parse(text);
  if (!parsed) {
    const toml::parse_error& error = parsed.error();
    problems.add({.id = "product.malformed",
                  .message = "this is not TOML: " + std::string(error.description())},
                 error.source());
    return *problems.first();
  }
  const toml::table& table = parsed.table();
  Product product;
  Keys root{
      &table, "", problems, {"id",       "version", "name",          "currency",   "terms",
                             "rounding", "overdue", "payouts",       "allocation", "prepayment",
                             "accounts", "plan",    "business_days", "cap",        "servicing",
                             "joint",    "rate",    "branch",        "accounting", "tax"}};
  read_identity(root, product);
  read_terms(root, product);
  read_rounding(root, product);
  read_overdue(root, product);
  read_payouts(root, product);
  read_allocation(root, product);
  Keys prepayment{root.table("prepayment"), "prepayment", problems, {"rule"}};
  prepayment.text("rule", product.prepayment, parser_of(prepayments));
  read_accounts(root, product);
  toml_reading::read_plan_rules(root, product);
  toml_reading::read_servicing_rules(root, product);
  toml_reading::read_joint_rules(root, product);
  toml_reading::read_index_rules(root, product);
  toml_reading::read_accounting(root, product);
  if (!problems.first()) {
    if (const money::Status status = ledger::check(product); !status) {
      problems.add(status.error(), region_of(table, status.error().id));
    }
  }
  if (problems.first()) return *problems.first();
  return product;
}

std::string_view to_text(schedule::InterestBasis basis) { return text_of(bases, basis); }
std::string_view to_text(schedule::OddFirst odd_first) { return text_of(odd_firsts, odd_first); }
std::string_view to_text(schedule::GraceMode mode) { return text_of(grace_modes, mode); }
std::string_view to_text(schedule::AllocationMode mode) { return text_of(allocation_modes, mode); }
std::string_view to_text(ledger::CompoundRate rate) { return text_of(compound_rates, rate); }
std::string_view to_text(ledger::Prepayment rule) { return text_of(prepayments, rule); }

std::string to_text(schedule::Frequency frequency) {
  return std::to_string(frequency.every) + " " + std::string(text_of(units, frequency.unit)) +
         (frequency.every == 1 ? "" : "s");
}

}  // namespace loanbook::interchange
