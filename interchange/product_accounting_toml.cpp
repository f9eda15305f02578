#include "loanbook/interchange/toml/keys.hpp"
#include "loanbook/interchange/toml/product_accounting.hpp"
#include "loanbook/ledger/product/charge_income.hpp"
#include "loanbook/money/rate.hpp"

namespace loanbook::interchange::toml_reading {
namespace {

using ledger::AccountingBasis;
using ledger::FeeIncomeSpread;
using ledger::TaxedIncome;

constexpr Word<AccountingBasis> bases[] = {{"accrual", AccountingBasis::accrual},
                                           {"cash", AccountingBasis::cash}};
constexpr Word<FeeIncomeSpread> spreads[] = {
    {"at-once", FeeIncomeSpread::at_once},
    {"straight-line", FeeIncomeSpread::straight_line},
    {"effective-interest", FeeIncomeSpread::effective_interest}};
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

/// One of the two keys: what it names stands in the group.
void read_codes(Keys& account, std::string_view key, std::uint8_t group, ledger::Product& product) {
  const toml::array* codes = account.list(key);
  if (codes == nullptr) return;
  for (const toml::node& node : *codes) {
    const auto code = node.value_exact<std::string>();
    if (!code) return account.wrong_type(key, node, "a list of codes in quotes");
    const auto [place, fresh] = product.charge_income.emplace(*code, group);
    if (fresh) continue;
    return account.problems().add(
        {.id = "product.charge_income",
         .message = "the charge " + quoted(*code) + " stands in charge_income_" +
                    std::to_string(place->second) +
                    " already: a code has one account, take it out of one of them"},
        node.source());
  }
}

std::string group_name(std::uint8_t group) { return "charge_income_" + std::to_string(group); }

}  // namespace

void read_charges(Keys& account, const toml::table& given, std::uint8_t group,
                  ledger::Product& product) {
  const bool fees = account.find("charges") != nullptr;
  const bool penalties = account.find("penalties") != nullptr;
  const auto refuse = [&](std::string message, const toml::node& at) {
    account.problems().add({.id = "product.charge_income", .message = std::move(message)},
                           at.source());
  };
  if (fees && penalties)
    return refuse(group_name(group) +
                      ": fees and penalties have accounts of their own; give `charges` (fees) or "
                      "`penalties`, and another group the other",
                  *account.find("penalties"));
  if (!fees && !penalties)
    return refuse(group_name(group) +
                      ": name the charges whose income stands there, such as charges = "
                      "[\"origination\"], or penalties = [\"late charge\"]",
                  given);
  const std::string_view key = fees ? "charges" : "penalties";
  if (penalties)
    product.penalty_groups = static_cast<std::uint8_t>(product.penalty_groups | 1U << (group - 1));
  read_codes(account, key, group, product);
  const toml::node* list = account.find(key);
  if (list->is_array() && list->as_array()->empty())
    refuse(group_name(group) + ": `" + std::string(key) + "` names no charge", *list);
}

bool refuse_charges(const toml::table& given, std::string_view role, Problems& problems) {
  for (const std::string_view key : {"charges", "penalties"}) {
    const toml::node* node = given.get(key);
    if (node == nullptr) continue;
    problems.add(
        {.id = "product.charge_income",
         .message = "only charge_income_1 to charge_income_4 name charges by code, not " +
                    std::string(role) + ": move `" + std::string(key) + "` to one of them"},
        node->source());
    return true;
  }
  return false;
}

void read_accounting(Keys& root, ledger::Product& product) {
  root.text("branch", product.branch);
  Keys accounting{
      root.table("accounting"), "accounting", root.problems(), {"basis", "upfront_fee"}};
  accounting.text("basis", product.accounting.basis, parser_of(bases));
  accounting.text("upfront_fee", product.accounting.upfront_fee, parser_of(spreads));
  read_tax(root, product);
}

void write_accounting(std::string& out, const ledger::Product& product) {
  const ledger::Accounting& accounting = product.accounting;
  const bool spread = accounting.upfront_fee != FeeIncomeSpread::at_once;
  if (accounting.on_cash() || spread) out += "\n[accounting]\n";
  if (accounting.on_cash()) out += "basis = \"cash\"\n";
  if (spread)
    out += "upfront_fee = \"" + std::string(text_of(spreads, accounting.upfront_fee)) + "\"\n";
  if (!accounting.taxed()) return;
  out += "\n[tax]\nrate = \"" + money::Rate::of_e12(accounting.tax.rate_e12).percent_text() +
         "\"\nof = [" + words_of(accounting.tax.of, "\"") + "]\n";
}

void read_upfront_fee(Keys& payouts, ledger::Product& product) {
  ledger::UpfrontFee& fee = product.payouts.fee;
  Keys keys{payouts.table("fee"),
            "payouts.fee",
            payouts.problems(),
            {"part", "amount", "rounding", "multiple"}};
  money::Rate part = money::Rate::of_e12(0);
  keys.text("part", part, money::Rate::parse);
  fee.part_e12 = part.e12();
  keys.text("amount", fee.minor, minor_parser(product.currency));
  keys.text("rounding", fee.rounding.mode, money::parse_rounding_mode);
  keys.text("multiple", fee.rounding.multiple, minor_parser(product.currency));
}

void write_upfront_fee(std::string& out, const ledger::Product& product) {
  const ledger::UpfrontFee& fee = product.payouts.fee;
  if (fee.none()) return;
  const unsigned digits = product.currency.digits;
  out += "fee = { part = \"" + money::Rate::of_e12(fee.part_e12).percent_text() +
         "\", amount = \"" + money::text_of_minor(fee.minor, digits) + "\", rounding = \"" +
         std::string(money::to_text(fee.rounding.mode)) + "\", multiple = \"" +
         money::text_of_minor(fee.rounding.multiple, digits) + "\" }\n";
}

void say_accounting(const ledger::Product& product, std::vector<std::string>& out) {
  const ledger::Accounting& accounting = product.accounting;
  if (!product.branch.empty()) out.push_back("The variant of branch " + product.branch + ".");
  if (accounting.on_cash()) {
    out.emplace_back(
        "Interest, fees and penalties are income as they come in (cash basis); until then "
        "memorandum accounts show them.");
  }
  if (accounting.upfront_fee == FeeIncomeSpread::straight_line)
    out.emplace_back(
        "The fee kept back is income in equal parts a day until the last due date; a loan that "
        "ends earlier earns the rest on that day.");
  if (accounting.upfront_fee == FeeIncomeSpread::effective_interest)
    out.emplace_back(
        "The fee kept back is income by the effective interest method, installment by installment; "
        "a loan that ends earlier earns the rest on that day.");
  if (accounting.taxed()) {
    out.push_back("Income holds " + money::Rate::of_e12(accounting.tax.rate_e12).percent_text() +
                  " tax (of " + words_of(accounting.tax.of, "") +
                  "): on interest once it is due, on fees as they are owed, on penalties as they "
                  "come in.");
  }
  for (std::uint8_t group = 1; group <= ledger::charge_groups; ++group) {
    std::string codes;
    for (const auto& [code, its] : product.charge_income) {
      if (its == group) codes += (codes.empty() ? "" : ", ") + code;
    }
    if (codes.empty()) continue;
    const ledger::AccountCode account = account_of(product, ledger::charge_group_role(group));
    const bool fees = ledger::charge_group_component(product, group) == schedule::Component::fee;
    out.push_back("Income of the " + std::string(fees ? "fees " : "penalties ") + codes +
                  " stands on account " + account.code + " (" + account.name + ").");
  }
}

}  // namespace loanbook::interchange::toml_reading
