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
#include "loanbook/money/decimal.hpp"
#include "loanbook/money/limits.hpp"
#include "loanbook/money/text.hpp"

// toml++ 3.3 asserts, or with NDEBUG assumes, that a header begins with a key before it checks it,
// so that `[=]` would end the process. Without the assertion its own error path reports it.
#undef NDEBUG
#define TOML_ASSERT(expression) static_cast<void>(0)
#define TOML_EXCEPTIONS 0
#include <toml++/toml.h>

namespace loanbook::interchange {
namespace {

using ledger::Product;
using money::Error;
using money::quoted;
using money::Result;

template <class T>
struct Word {
  std::string_view text;
  T value;
};

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

template <class T, std::size_t count>
std::string_view text_of(const Word<T> (&words)[count], T value) {
  const Word<T>* word = std::ranges::find(words, value, &Word<T>::value);
  return word == std::end(words) ? std::string_view{"unknown"} : word->text;
}

template <class T, std::size_t count>
auto parser_of(const Word<T> (&words)[count]) {
  return [&words](std::string_view text) -> Result<T> {
    const Word<T>* word = std::ranges::find(words, text, &Word<T>::text);
    if (word != std::end(words)) return word->value;
    std::string known;
    std::vector<std::string_view> names;
    for (const Word<T>& each : words) {
      if (!known.empty()) known += &each == std::end(words) - 1 ? " or " : ", ";
      known += each.text;
      names.push_back(each.text);
    }
    return Error{.id = "product.bad_value",
                 .message = quoted(text) + " is not known here" + did_you_mean(text, names) +
                            "; use " + known};
  };
}

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

// The first problem found; reading goes on with defaults and the result is thrown away.
class Problems {
 public:
  explicit Problems(std::string_view file_name) : file_name_(file_name) {}

  void add(Error error, const toml::source_region& where) {
    if (first_) return;
    error.file = file_name_;
    error.line = std::max<std::uint32_t>(where.begin.line, 1);
    error.column = std::max<std::uint32_t>(where.begin.column, 1);
    first_ = std::move(error);
  }
  [[nodiscard]] const std::optional<Error>& first() const { return first_; }

 private:
  std::string file_name_;
  std::optional<Error> first_;
};

// One table of the file. Its keys are named at once, so that a misspelt one is reported as such and
// not as another that is missing.
class Keys {
 public:
  Keys(const toml::table* table, std::string name, Problems& problems,
       std::span<const std::string_view> allowed)
      : table_(table), name_(std::move(name)), problems_(problems) {
    if (table != nullptr) check_unknown(allowed);
  }
  Keys(const toml::table* table, std::string name, Problems& problems,
       std::initializer_list<std::string_view> allowed)
      : Keys(table, std::move(name), problems, std::span{allowed.begin(), allowed.size()}) {}

  [[nodiscard]] const toml::node* find(std::string_view key) const {
    return table_ == nullptr ? nullptr : table_->get(key);
  }

  void require(std::initializer_list<std::string_view> keys) {
    for (const std::string_view key : keys) {
      if (find(key) != nullptr) continue;
      problems_.add({.id = "product.missing_key",
                     .message = "the key '" + std::string(key) + "' is missing" + place() +
                                "; every product needs it (docs/products.md)"},
                    table_ == nullptr ? toml::source_region{} : table_->source());
    }
  }

  // `out` stays as it is where the key is absent.
  template <class T, class Parse>
  void text(std::string_view key, T& out, const Parse& parse) {
    const toml::node* node = find(key);
    if (node == nullptr) return;
    const std::optional<std::string> value = node->value_exact<std::string>();
    if (!value) return wrong_type(key, *node, "text in quotes");
    auto result = parse(std::string_view{*value});
    if (!result) return problems_.add(within(key, result.error()), node->source());
    out = *std::move(result);
  }

  void text(std::string_view key, std::string& out) {
    text(key, out, [](std::string_view value) { return Result<std::string>{std::string(value)}; });
  }

  template <class T>
  void integer(std::string_view key, T& out) {
    const toml::node* node = find(key);
    if (node != nullptr) read_integer(key, *node, out);
  }

  template <class T>
  void read_integer(std::string_view key, const toml::node& node, T& out) {
    const std::optional<std::int64_t> value = node.value_exact<std::int64_t>();
    if (!value) return wrong_type(key, node, "a whole number without quotes");
    if (*value < 0 || *value > std::numeric_limits<T>::max()) {
      return problems_.add({.id = "product.bad_value",
                            .message = "'" + std::string(key) + "' is " + std::to_string(*value) +
                                       "; it must lie between 0 and " +
                                       std::to_string(std::numeric_limits<T>::max())},
                           node.source());
    }
    out = static_cast<T>(*value);
  }

  // The elements of a list, null where the key is absent or no list.
  const toml::array* list(std::string_view key) {
    const toml::node* node = find(key);
    if (node == nullptr) return nullptr;
    if (!node->is_array()) wrong_type(key, *node, "a list in brackets");
    return node->as_array();
  }

  // A table below this one, null where the key is absent or no table.
  const toml::table* table(std::string_view key) {
    const toml::node* node = find(key);
    if (node == nullptr) return nullptr;
    if (!node->is_table()) wrong_type(key, *node, "a table");
    return node->as_table();
  }

  void wrong_type(std::string_view key, const toml::node& node, std::string_view wanted) {
    problems_.add(
        {.id = "product.wrong_type",
         .message = "'" + std::string(key) + "'" + place() + " must be " + std::string(wanted) +
                    (node.is_floating_point() ? ": amounts and rates are kept exactly" : "")},
        node.source());
  }

  [[nodiscard]] Problems& problems() const { return problems_; }

 private:
  [[nodiscard]] std::string place() const { return name_.empty() ? "" : " in [" + name_ + "]"; }

  [[nodiscard]] Error within(std::string_view key, Error error) const {
    error.message = std::string(key) + ": " + error.message;
    return error;
  }

  void check_unknown(std::span<const std::string_view> allowed) {
    const toml::key* unknown = nullptr;
    for (const auto& [key, node] : *table_) {
      if (std::ranges::find(allowed, key.str()) != allowed.end()) continue;
      const bool earlier = unknown == nullptr || key.source().begin < unknown->source().begin;
      if (earlier) unknown = &key;
    }
    if (unknown == nullptr) return;
    problems_.add({.id = "product.unknown_key",
                   .message = "unknown key " + quoted(unknown->str()) + place() +
                              did_you_mean(unknown->str(), allowed)},
                  unknown->source());
  }

  const toml::table* table_;
  std::string name_;
  Problems& problems_;
};

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

auto minor_parser(money::Currency currency) {
  return [currency](std::string_view text) -> Result<std::int64_t> {
    const Result<money::Money> amount = money::Money::parse(text, currency);
    if (!amount) return amount.error();
    return amount->minor();
  };
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
               {"grace_days", "grace", "penalty", "compound", "buckets", "categories"}};
  overdue.integer("grace_days", product.grace_days);
  overdue.text("grace", product.grace_mode, parser_of(grace_modes));
  Keys penalty{
      overdue.table("penalty"), "overdue.penalty", root.problems(), {"rate", "multiplier"}};
  penalty.text("rate", product.penalty_rate, money::Rate::parse);
  penalty.text("multiplier", product.penalty_multiplier_e4, parse_multiplier);
  overdue.text("compound", product.compound, parser_of(compound_rates));
  read_thresholds(overdue, "buckets", product.buckets);
  read_thresholds(overdue, "categories", product.categories);
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
    constexpr std::string_view allowed[] = {"code", "name"};
    Keys account{given, "accounts." + std::string(roles[i]), root.problems(), allowed};
    account.require({"code"});
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
                              {"product.every", "terms", "every"},
                              {"product.due_day", "terms", "due_day"},
                              {"product.rounding", "rounding", "installment_multiple"},
                              {"product.grace_days", "overdue", "grace_days"},
                              {"product.allocation", "allocation", "order"},
                              {"product.buckets", "overdue", "buckets"},
                              {"product.categories", "overdue", "categories"}};
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
  Problems problems{file_name};
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
  Keys root{&table,
            "",
            problems,
            {"id", "version", "name", "currency", "terms", "rounding", "overdue", "allocation",
             "prepayment", "accounts"}};
  read_identity(root, product);
  read_terms(root, product);
  read_rounding(root, product);
  read_overdue(root, product);
  read_allocation(root, product);
  Keys prepayment{root.table("prepayment"), "prepayment", problems, {"rule"}};
  prepayment.text("rule", product.prepayment, parser_of(prepayments));
  read_accounts(root, product);
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
