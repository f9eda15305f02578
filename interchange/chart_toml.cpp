#include "loanbook/interchange/chart_toml.hpp"

#include <algorithm>
#include <map>

#include "loanbook/interchange/toml/keys.hpp"
#include "loanbook/money/limits.hpp"

namespace loanbook::interchange {
namespace {

using ledger::Chart;
using ledger::ChartAccount;
using ledger::ChartMapping;
using ledger::NormalSide;
using ledger::Role;
using toml_reading::Error;
using toml_reading::Keys;
using toml_reading::Problems;
using toml_reading::Result;
using toml_reading::Word;

constexpr Word<NormalSide> sides[] = {{"debit", NormalSide::debit}, {"credit", NormalSide::credit}};
constexpr std::string_view class_names[] = {"asset",  "liability", "equity",
                                            "income", "expense",   "memorandum"};

/// Accounts by their place and, on the way there, the place in the file.
class ChartReader {
 public:
  explicit ChartReader(Problems& problems) : problems_(problems) {}

  void accounts(Keys& root) {
    const toml::array* list = root.list("account");
    if (list == nullptr) return;
    for (const toml::node& node : *list) {
      const toml::table* table = node.as_table();
      if (table == nullptr) return root.wrong_type("account", node, "a table: [[account]]");
      account(*table);
    }
  }

  /// `[roles]`: one account for a role of every product.
  void roles(Keys& root) {
    const toml::table* table = root.table("roles");
    if (table == nullptr) return;
    for (const auto& [key, node] : *table) {
      const auto role = ledger::parse_role(key.str());
      if (!role) {
        std::vector<std::string_view> names;
        for (std::size_t i = 0; i < ledger::role_count; ++i)
          names.push_back(ledger::to_text(static_cast<Role>(i)));
        problems_.add({.id = problems_.id("unknown_key"),
                       .message = "unknown role " + money::quoted(key.str()) +
                                  did_you_mean(key.str(), names)},
                      key.source());
        return;
      }
      const auto code = node.value_exact<std::string>();
      if (!code) return root.wrong_type(key.str(), node, "the code of an account in quotes");
      add({.role = *role}, *code, node.source());
    }
  }

  /// `[[mapping]]`: an account for a role of one product, branch, currency or channel.
  void mappings(Keys& root) {
    const toml::array* list = root.list("mapping");
    if (list == nullptr) return;
    for (const toml::node& node : *list) {
      const toml::table* table = node.as_table();
      if (table == nullptr) return root.wrong_type("mapping", node, "a table: [[mapping]]");
      mapping(*table);
    }
  }

  Chart chart;

 private:
  void account(const toml::table& table) {
    Keys keys{&table, "account", problems_, {"code", "name", "class", "side"}};
    keys.require({"code", "name", "class"});
    ChartAccount& made = chart.accounts.emplace_back();
    keys.text("code", made.code);
    keys.text("name", made.name);
    keys.text("class", made.account_class, [](std::string_view text) {
      auto parsed = ledger::parse_account_class(text);
      if (!parsed)
        return Result<ledger::AccountClass>(
            Error{.id = parsed.error().id,
                  .message = parsed.error().message + did_you_mean(text, class_names)});
      return parsed;
    });
    made.side = ledger::normal_side(made.account_class);
    keys.text("side", made.side, toml_reading::parser_of(sides));
    places_.emplace(made.code, static_cast<std::uint32_t>(chart.accounts.size() - 1));
  }

  void mapping(const toml::table& table) {
    Keys keys{&table,
              "mapping",
              problems_,
              {"role", "product", "currency", "account", "branch", "channel"}};
    keys.require({"role", "account"});
    ChartMapping made;
    std::string code;
    keys.text("role", made.role, ledger::parse_role);
    keys.text("product", made.product);
    keys.text("branch", made.branch);
    keys.text("channel", made.channel);
    keys.text("currency", made.currency, [](std::string_view text) -> Result<std::string> {
      const auto known = money::Currency::find(text);
      if (!known) return known.error();
      return std::string(known->text());
    });
    keys.text("account", code);
    add(std::move(made), code, table.source());
  }

  void add(ChartMapping made, const std::string& code, const toml::source_region& where) {
    const auto account = places_.find(code);
    if (account == places_.end()) {
      std::vector<std::string_view> codes;
      for (const auto& [known, place] : places_) codes.push_back(known);
      problems_.add({.id = "chart.account_unknown",
                     .message = "role " + std::string(ledger::to_text(made.role)) +
                                " points to account " + money::quoted(code) +
                                ", which the chart does not have" + did_you_mean(code, codes)},
                    where);
      return;
    }
    made.account = account->second;
    chart.mappings.push_back(std::move(made));
  }

  Problems& problems_;
  std::map<std::string, std::uint32_t> places_;
};

std::string in_quotes(std::string_view text) {
  std::string out = "\"";
  for (const char c : text) {
    if (c == '"' || c == '\\') out += '\\';
    out += c;
  }
  return out + "\"";
}

}  // namespace

Result<Chart> read_chart(std::string_view text, std::string_view file_name) {
  Problems problems{file_name, "chart"};
  if (text.size() > money::limits::product_file_max) {
    problems.add({.id = "chart.too_large",
                  .message = "a chart file has at most " +
                             std::to_string(money::limits::product_file_max) + " bytes"},
                 {});
    return *problems.first();
  }
  const toml::parse_result parsed = toml::parse(text);
  if (!parsed) {
    const toml::parse_error& error = parsed.error();
    problems.add({.id = "chart.malformed",
                  .message = "this is not TOML: " + std::string(error.description())},
                 error.source());
    return *problems.first();
  }
  ChartReader reader(problems);
  Keys root{&parsed.table(), "", problems, {"id", "name", "account", "roles", "mapping"}};
  root.require({"id", "account", "roles"});
  root.text("id", reader.chart.id);
  reader.chart.name = reader.chart.id;
  root.text("name", reader.chart.name);
  reader.accounts(root);
  reader.roles(root);
  reader.mappings(root);
  if (problems.first()) return *problems.first();
  std::stable_sort(reader.chart.mappings.begin(), reader.chart.mappings.end(),
                   [](const ChartMapping& a, const ChartMapping& b) { return a.role < b.role; });
  if (auto checked = ledger::check(reader.chart); !checked) {
    problems.add(checked.error(), {});
    return *problems.first();
  }
  return reader.chart;
}

std::string write_chart(const Chart& chart) {
  std::string out = "id = " + in_quotes(chart.id) + "\nname = " + in_quotes(chart.name) + "\n";
  for (const ChartAccount& account : chart.accounts) {
    out += "\n[[account]]\ncode = " + in_quotes(account.code) +
           "\nname = " + in_quotes(account.name) +
           "\nclass = " + in_quotes(ledger::to_text(account.account_class)) + "\n";
    if (account.side != ledger::normal_side(account.account_class))
      out += "side = " + in_quotes(ledger::to_text(account.side)) + "\n";
  }
  const auto is_general = [](const ChartMapping& mapping) {
    return mapping.product.empty() && mapping.currency.empty() && mapping.branch.empty() &&
           mapping.channel.empty();
  };
  out += "\n[roles]\n";
  for (const ChartMapping& mapping : chart.mappings) {
    if (!is_general(mapping)) continue;
    out += std::string(ledger::to_text(mapping.role)) + " = " +
           in_quotes(chart.accounts[mapping.account].code) + "\n";
  }
  for (const ChartMapping& mapping : chart.mappings) {
    if (is_general(mapping)) continue;
    out += "\n[[mapping]]\nrole = " + in_quotes(ledger::to_text(mapping.role)) + "\n";
    if (!mapping.product.empty()) out += "product = " + in_quotes(mapping.product) + "\n";
    if (!mapping.branch.empty()) out += "branch = " + in_quotes(mapping.branch) + "\n";
    if (!mapping.currency.empty()) out += "currency = " + in_quotes(mapping.currency) + "\n";
    if (!mapping.channel.empty()) out += "channel = " + in_quotes(mapping.channel) + "\n";
    out += "account = " + in_quotes(chart.accounts[mapping.account].code) + "\n";
  }
  return out;
}

}  // namespace loanbook::interchange
