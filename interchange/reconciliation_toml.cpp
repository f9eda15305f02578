#include "loanbook/interchange/reconciliation_toml.hpp"

#include "loanbook/interchange/toml/keys.hpp"
#include "loanbook/ledger/gl/chart.hpp"
#include "loanbook/money/limits.hpp"

namespace loanbook::interchange {
namespace {

using ledger::MatchBy;
using toml_reading::Keys;
using toml_reading::Problems;
using toml_reading::Word;

constexpr Word<BankStatementFormat> formats[] = {{"csv", BankStatementFormat::csv},
                                                 {"camt.053", BankStatementFormat::camt053}};
constexpr Word<Encoding> encodings[] = {{"utf-8", Encoding::utf8}, {"gbk", Encoding::gbk}};
constexpr Word<MatchBy> ways[] = {{"reference", MatchBy::reference},
                                  {"part", MatchBy::part},
                                  {"group", MatchBy::group},
                                  {"loan", MatchBy::loan},
                                  {"day", MatchBy::day},
                                  {"amount", MatchBy::amount},
                                  {"sum", MatchBy::sum}};

void read_words(Keys& keys, std::string_view key, std::vector<std::string>& out) {
  const toml::array* list = keys.list(key);
  if (list == nullptr) return;
  for (const toml::node& node : *list) {
    const auto word = node.value_exact<std::string>();
    if (!word) return keys.wrong_type(key, node, "a list of texts in quotes");
    out.push_back(*word);
  }
}

/// One character, or none.
void read_character(Keys& keys, std::string_view key, char& out) {
  const toml::node* node = keys.find(key);
  std::string text(1, out);
  keys.text(key, text);
  if (node == nullptr || keys.problems().first()) return;
  if (text.size() > 1)
    return keys.problems().add(
        {.id = "rules.bad_value",
         .message = "'" + std::string(key) + "' is one character, such as \",\""},
        node->source());
  out = text.empty() ? '\0' : text.front();
}

void read_form(Keys& root, Problems& problems, BankStatementForm& form) {
  Keys keys{root.table("statement"),
            "statement",
            problems,
            {"format", "encoding", "separator", "decimal", "thousands", "date", "header",
             "header_begins", "comment", "end_begins", "strip", "amount_is_net"}};
  keys.text("format", form.format, toml_reading::parser_of(formats, "rules.bad_value"));
  keys.text("encoding", form.encoding, toml_reading::parser_of(encodings, "rules.bad_value"));
  read_character(keys, "separator", form.separator);
  read_character(keys, "decimal", form.decimal);
  read_character(keys, "thousands", form.thousands);
  keys.text("date", form.date);
  keys.boolean("header", form.header);
  keys.text("header_begins", form.header_begins);
  keys.text("comment", form.comment);
  keys.text("end_begins", form.end_begins);
  keys.text("strip", form.strip);
  keys.boolean("amount_is_net", form.amount_is_net);
}

void read_columns(Keys& root, Problems& problems, BankStatementForm& form) {
  Keys keys{root.table("columns"),
            "columns",
            problems,
            {"booked", "valued", "amount", "credit", "debit", "direction", "fee", "balance",
             "reference", "bank_reference", "text", "count", "status", "kind"}};
  auto& c = form.columns;
  const std::pair<std::string_view, std::string*> columns[] = {
      {"booked", &c.booked},
      {"valued", &c.valued},
      {"amount", &c.amount},
      {"credit", &c.credit},
      {"debit", &c.debit},
      {"direction", &c.direction},
      {"fee", &c.fee},
      {"balance", &c.balance},
      {"reference", &c.reference},
      {"bank_reference", &c.bank_reference},
      {"text", &c.text},
      {"count", &c.count},
      {"status", &c.status},
      {"kind", &c.kind}};
  for (const auto& [key, value] : columns) keys.text(key, *value);
  if (form.format != BankStatementFormat::csv) return;
  keys.require({"booked"});
  if (c.amount.empty() && c.credit.empty() && c.debit.empty())
    problems.add({.id = "rules.missing_key",
                  .message = "[columns] names no amount: give `amount`, or `credit` and `debit`"},
                 {});
}

void read_values(Keys& root, Problems& problems, BankStatementForm& form) {
  Keys keys{root.table("values"), "values", problems, {"in", "out", "take", "returned"}};
  read_words(keys, "in", form.in);
  read_words(keys, "out", form.out);
  read_words(keys, "take", form.take);
  read_words(keys, "returned", form.returned);
}

void read_rule(const toml::node& node, Problems& problems, money::Currency currency,
               ledger::MatchRules& rules) {
  if (!node.is_table())
    return problems.add({.id = "rules.wrong_type", .message = "a rule is written [[rule]]"},
                        node.source());
  Keys keys{node.as_table(), "rule", problems, {"by", "days_before", "days_after", "tolerance"}};
  keys.require({"by"});
  ledger::MatchRule rule;
  keys.text("by", rule.by, toml_reading::parser_of(ways, "rules.bad_value"));
  std::uint16_t before = 2, after = 3;
  keys.integer("days_before", before);
  keys.integer("days_after", after);
  rule.days_before = before;
  rule.days_after = after;
  keys.text("tolerance", rule.tolerance_minor, toml_reading::minor_parser(currency));
  if (rule.tolerance_minor < 0)
    problems.add({.id = "rules.bad_value", .message = "'tolerance' is 0 or more"}, node.source());
  rules.rules.push_back(rule);
}

void read_match(Keys& root, Problems& problems, money::Currency currency,
                ledger::MatchRules& rules) {
  Keys keys{root.table("match"), "match", problems, {"late_days", "tolerance_total", "separators"}};
  std::uint16_t late = 31;
  keys.integer("late_days", late);
  rules.late_days = late;
  keys.text("tolerance_total", rules.tolerance_total_minor, toml_reading::minor_parser(currency));
  keys.text("separators", rules.separators);
  Keys entries{root.table("entries"), "entries", problems, {"sources", "products", "kinds"}};
  read_words(entries, "sources", rules.sources);
  read_words(entries, "products", rules.products);
  read_words(entries, "kinds", rules.kinds);
  if (const toml::array* list = root.list("rule")) {
    for (const toml::node& node : *list) read_rule(node, problems, currency, rules);
  }
}

}  // namespace

Result<ReconciliationRules> read_reconciliation_rules(std::string_view text,
                                                      std::string_view file_name) {
  Problems problems{file_name, "rules"};
  if (text.size() > money::limits::product_file_max) {
    problems.add({.id = "rules.too_large",
                  .message = "a file of rules has at most " +
                             std::to_string(money::limits::product_file_max) + " bytes"},
                 {});
    return *problems.first();
  }
  const toml::parse_result parsed = toml::parse(text);
  if (!parsed) {
    const toml::parse_error& error = parsed.error();
    problems.add({.id = "rules.malformed",
                  .message = "this is not TOML: " + std::string(error.description())},
                 error.source());
    return *problems.first();
  }
  ReconciliationRules rules;
  Keys root{&parsed.table(),
            "",
            problems,
            {"name", "account", "currency", "channel", "statement", "columns", "values", "entries",
             "match", "rule"}};
  root.require({"name", "currency", "statement", "rule"});
  root.text("name", rules.match.name);
  root.text("account", rules.match.account);
  rules.form.account = rules.match.account;
  root.text("channel", rules.match.channel, [](std::string_view channel) -> Result<std::string> {
    if (money::Status s = ledger::check_short_id(channel); !s) return s.error();
    return std::string(channel);
  });
  root.text("currency", rules.form.currency,
            [](std::string_view code) { return money::Currency::find(code); });
  if (problems.first()) return *problems.first();
  read_form(root, problems, rules.form);
  read_columns(root, problems, rules.form);
  read_values(root, problems, rules.form);
  read_match(root, problems, rules.form.currency, rules.match);
  if (problems.first()) return *problems.first();
  return rules;
}

}  // namespace loanbook::interchange
