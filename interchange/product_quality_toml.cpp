#include "loanbook/interchange/json.hpp"
#include "loanbook/interchange/toml/keys.hpp"
#include "loanbook/interchange/toml/product_quality.hpp"
#include "loanbook/money/money.hpp"

namespace loanbook::interchange::toml_reading {
namespace {

using ledger::AccrualReturn;
using ledger::AssetQuality;
using ledger::CustomerRule;

constexpr Word<AccrualReturn> returns[] = {{"cured", AccrualReturn::cured},
                                           {"event", AccrualReturn::by_event}};
constexpr std::int64_t e6_in_e12 = 1'000'000;

struct Customer {
  CustomerRule rule = CustomerRule::own;
  std::int64_t part_e6 = 0;
};

/// `own`, `worst`, or a part of the principal such as `10%`.
Result<Customer> parse_customer(std::string_view text) {
  if (text == "own") return Customer{};
  if (text == "worst") return Customer{CustomerRule::worst, 0};
  const Result<money::Rate> part = money::Rate::parse(text);
  if (part && part->e12() % e6_in_e12 == 0)
    return Customer{CustomerRule::part, part->e12() / e6_in_e12};
  return Error{.id = "product.bad_value",
               .message = quoted(text) +
                          " is no rule for a customer's loans; write \"own\", \"worst\" or a part "
                          "of the principal such as \"10%\""};
}

std::string customer_text(const AssetQuality& rules) {
  if (rules.customer == CustomerRule::own) return "own";
  if (rules.customer == CustomerRule::worst) return "worst";
  return money::Rate::of_e12(rules.customer_part_e6 * e6_in_e12).percent_text();
}

}  // namespace

void read_asset_quality(Keys& overdue, ledger::Product& product) {
  AssetQuality& rules = product.quality;
  overdue.text("materiality", rules.materiality_minor, minor_parser(product.currency));
  if (const toml::table* table = overdue.table("non_accrual")) {
    Keys non_accrual{table, "overdue.non_accrual", overdue.problems(), {"days", "return"}};
    non_accrual.require({"days"});
    non_accrual.integer("days", rules.non_accrual_days);
    non_accrual.text("return", rules.accrual_return, parser_of(returns));
  }
  Customer customer;
  overdue.text("customer", customer, parse_customer);
  rules.customer = customer.rule;
  rules.customer_part_e6 = customer.part_e6;
}

void write_asset_quality(std::string& out, const ledger::Product& product) {
  const AssetQuality& rules = product.quality;
  const auto quote = [](std::string_view text) {
    std::string quoted_text;
    append_json_string(quoted_text, text);
    return quoted_text;
  };
  if (rules.materiality_minor != 0) {
    out += "materiality = " +
           quote(money::text_of_minor(rules.materiality_minor, product.currency.digits)) + "\n";
  }
  if (rules.non_accrual_days != 0) {
    out += "non_accrual = { days = " + std::to_string(rules.non_accrual_days) +
           ", return = " + quote(text_of(returns, rules.accrual_return)) + " }\n";
  }
  if (rules.customer != CustomerRule::own)
    out += "customer = " + quote(customer_text(rules)) + "\n";
}

}  // namespace loanbook::interchange::toml_reading
