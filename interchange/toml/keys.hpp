#pragma once

// Reading a TOML file key by key: the first problem with its place, misspelt keys, words for
// alternatives. Only sources of this folder include it.

#include <algorithm>
#include <initializer_list>
#include <limits>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "loanbook/interchange/suggest.hpp"
#include "loanbook/money/assert.hpp"
#include "loanbook/money/money.hpp"
#include "loanbook/money/result.hpp"
#include "loanbook/money/text.hpp"

// toml++ 3.3 asserts, or with NDEBUG assumes, that a header begins with a key before it checks it,
// so that `[=]` would end the process. Without the assertion its own error path reports it.
#undef NDEBUG
#define TOML_ASSERT(expression) static_cast<void>(0)
#define TOML_EXCEPTIONS 0
#include <toml++/toml.h>

namespace loanbook::interchange::toml_reading {

using money::Error;
using money::quoted;
using money::Result;

template <class T>
struct Word {
  std::string_view text;
  T value;
};

template <class T, std::size_t count>
std::string_view text_of(const Word<T> (&words)[count], T value) {
  const Word<T>* word = std::ranges::find(words, value, &Word<T>::value);
  return word == std::end(words) ? std::string_view{"unknown"} : word->text;
}

template <class T, std::size_t count>
auto parser_of(const Word<T> (&words)[count], const char* error_id = "product.bad_value") {
  return [&words, error_id](std::string_view text) -> Result<T> {
    const Word<T>* word = std::ranges::find(words, text, &Word<T>::text);
    if (word != std::end(words)) return word->value;
    std::string known;
    std::vector<std::string_view> names;
    for (const Word<T>& each : words) {
      if (!known.empty()) known += &each == std::end(words) - 1 ? " or " : ", ";
      known += each.text;
      names.push_back(each.text);
    }
    return Error{.id = error_id,
                 .message = quoted(text) + " is not known here" + did_you_mean(text, names) +
                            "; use " + known};
  };
}

/// An amount in minor units of `currency`.
inline auto minor_parser(money::Currency currency) {
  return [currency](std::string_view text) -> Result<std::int64_t> {
    const Result<money::Money> amount = money::Money::parse(text, currency);
    if (!amount) return amount.error();
    return amount->minor();
  };
}

// The first problem found; reading goes on with defaults and the result is thrown away.
class Problems {
 public:
  /// `kind` is the first part of the ids: `product`, `calendar`, `rules`, `chart`.
  Problems(std::string_view file_name, std::string_view kind)
      : file_name_(file_name), kind_(kind) {}

  /// The id of a problem that all kinds of files can have.
  [[nodiscard]] std::string id(std::string_view name) const {
    constexpr std::string_view of_others[] = {
        "calendar.unknown_key", "calendar.missing_key", "calendar.wrong_type", "calendar.bad_value",
        "rules.unknown_key",    "rules.missing_key",    "rules.wrong_type",    "rules.bad_value",
        "chart.unknown_key",    "chart.missing_key",    "chart.wrong_type",    "chart.bad_value"};
    const std::string wanted = std::string(kind_) + "." + std::string(name);
    LOANBOOK_ASSERT(kind_ == "product" ||
                    std::ranges::find(of_others, wanted) != std::end(of_others));
    return wanted;
  }

  [[nodiscard]] std::string kind() const {
    return kind_ == "rules" ? "file of rules" : std::string(kind_);
  }
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
  std::string_view kind_;
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
      problems_.add({.id = problems_.id("missing_key"),
                     .message = "the key '" + std::string(key) + "' is missing" + place() +
                                "; every " + problems_.kind() + " needs it"},
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
      return problems_.add({.id = problems_.id("bad_value"),
                            .message = "'" + std::string(key) + "' is " + std::to_string(*value) +
                                       "; it must lie between 0 and " +
                                       std::to_string(std::numeric_limits<T>::max())},
                           node.source());
    }
    out = static_cast<T>(*value);
  }

  void boolean(std::string_view key, bool& out) {
    const toml::node* node = find(key);
    if (node == nullptr) return;
    const std::optional<bool> value = node->value_exact<bool>();
    if (!value) return wrong_type(key, *node, "true or false");
    out = *value;
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
        {.id = problems_.id("wrong_type"),
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
    problems_.add({.id = problems_.id("unknown_key"),
                   .message = "unknown key " + quoted(unknown->str()) + place() +
                              did_you_mean(unknown->str(), allowed)},
                  unknown->source());
  }

  const toml::table* table_;
  std::string name_;
  Problems& problems_;
};

}  // namespace loanbook::interchange::toml_reading
