#include "loanbook/interchange/toml/keys.hpp"
#include "loanbook/interchange/toml/product_accounting.hpp"
#include "loanbook/money/rate.hpp"

namespace loanbook::interchange::toml_reading {
namespace {

using ledger::AccountingBasis;
using ledger::TaxedIncome;

constexpr Word<AccountingBasis> bases[] = {{"accrual", AccountingBasis::accrual},
                                           {"cash", AccountingBasis::cash}};
constexpr Word<TaxedIncome> taxed[] = {{"interest", ledger::tax_on_interest},
                                       {"fee", ledger::tax_on_fee},
                                       {"penalty", ledger::tax_on_penalty}};

std::string words_of(std::uint8_t of, std::string_view quote) {
  std::string out;
  for (const auto& [text, bit] : taxed) {
    if ((of & bit) == 0) continue;
    out += (out.empty() ? "" : ", ") + std::string(quote) + std::string(text) + std::string(quote);
  }
  return out;
}

void read_tax(Keys& root, ledger::Product& product) {
  const toml::table* table = root.table("tax");
  if (table == nullptr) return;
  ledger::IncomeTax& tax = product.accounting.tax;
  Keys keys{table, "tax", root.problems(), {"rate", "of"}};
  keys.require({"rate", "of"});
  money::Rate rate = money::Rate::of_e12(0);
  keys.text("rate", rate, money::Rate::parse);
  tax.rate_e12 = rate.e12();
  const toml::array* of = keys.list("of");
  if (of == nullptr) return;
  for (const toml::node& node : *of) {
    const auto word = node.value_exact<std::string>();
    if (!word) return keys.wrong_type("of", node, "a list of words in quotes");
    const auto bit = parser_of(taxed)(*word);
    if (!bit) return root.problems().add(bit.error(), node.source());
    tax.of |= *bit;
  }
}

}  // namespace

void read_accounting(Keys& root, ledger::Product& product) {
  root.text("branch", product.branch);
  Keys accounting{root.table("accounting"), "accounting", root.problems(), {"basis"}};
  accounting.text("basis", product.accounting.basis, parser_of(bases));
  read_tax(root, product);
}

void write_accounting(std::string& out, const ledger::Product& product) {
  const ledger::Accounting& accounting = product.accounting;
  if (accounting.on_cash()) out += "\n[accounting]\nbasis = \"cash\"\n";
  if (!accounting.taxed()) return;
  out += "\n[tax]\nrate = \"" + money::Rate::of_e12(accounting.tax.rate_e12).percent_text() +
         "\"\nof = [" + words_of(accounting.tax.of, "\"") + "]\n";
}

void say_accounting(const ledger::Product& product, std::vector<std::string>& out) {
  const ledger::Accounting& accounting = product.accounting;
  if (!product.branch.empty()) out.push_back("The variant of branch " + product.branch + ".");
  if (accounting.on_cash()) {
    out.emplace_back(
        "Interest, fees and penalties are income as they come in (cash basis); until then "
        "memorandum accounts show them.");
  }
  if (accounting.taxed()) {
    out.push_back("Income holds " + money::Rate::of_e12(accounting.tax.rate_e12).percent_text() +
                  " tax (of " + words_of(accounting.tax.of, "") +
                  "): on interest once it is due, on fees as they are owed, on penalties as they "
                  "come in.");
  }
}

}  // namespace loanbook::interchange::toml_reading
