#include <string>
#include <string_view>

#include "loanbook/interchange/json.hpp"
#include "loanbook/interchange/product_toml.hpp"
#include "loanbook/interchange/toml/product_accounting.hpp"
#include "loanbook/interchange/toml/product_index.hpp"
#include "loanbook/interchange/toml/product_joint.hpp"
#include "loanbook/interchange/toml/product_plan.hpp"
#include "loanbook/interchange/toml/product_quality.hpp"
#include "loanbook/interchange/toml/product_servicing.hpp"
#include "loanbook/ledger/product/charge_income.hpp"

namespace loanbook::interchange {
namespace {

// A basic string of TOML is one of JSON, but for DEL, which TOML wants escaped.
std::string in_quotes(std::string_view text) {
  std::string plain;
  append_json_string(plain, text);
  std::string out;
  for (const char c : plain) {
    if (c == '\x7f') {
      out += "\\u007f";
    } else {
      out += c;
    }
  }
  return out;
}

void line(std::string& out, std::string_view key, const std::string& value) {
  out += key;
  out += " = " + value + "\n";
}

std::string member(std::string_view key, const std::string& value) {
  return std::string(key) + " = " + value;
}

std::string list_of(const schedule::Thresholds& thresholds) {
  std::string out;
  for (const std::uint16_t bound : thresholds.upper) {
    out += (out.empty() ? "" : ", ") + std::to_string(bound);
  }
  return "[" + out + "]";
}

std::string list_of(const schedule::AllocationOrder& order) {
  std::string out;
  for (std::size_t i = 0; i < order.count; ++i) {
    out += (i == 0 ? "" : ", ") + in_quotes(schedule::to_text(order.order[i]));
  }
  return "[" + out + "]";
}

void write_terms(std::string& out, const ledger::Product& product) {
  const auto amount = [&](std::int64_t minor) {
    return in_quotes(money::text_of_minor(minor, product.currency.digits));
  };
  const auto rate = [](money::Rate value) { return in_quotes(value.percent_text()); };
  out += "\n[terms]\n";
  line(out, "method", in_quotes(schedule::to_text(product.method)));
  line(out, "every", in_quotes(to_text(product.frequency)));
  line(out, "installments",
       "{ " + member("min", std::to_string(product.installments_min)) + ", " +
           member("max", std::to_string(product.installments_max)) + ", " +
           member("default", std::to_string(product.installments_default)) + " }");
  line(out, "amount",
       "{ " + member("min", amount(product.amount_min_minor)) + ", " +
           member("max", amount(product.amount_max_minor)) + " }");
  line(out, "rate",
       "{ " + member("min", rate(product.rate_min)) + ", " + member("max", rate(product.rate_max)) +
           ", " + member("default", rate(product.rate_default)) + " }");
  line(out, "basis", in_quotes(to_text(product.basis)));
  line(out, "day_count", in_quotes(schedule::to_text(product.day_count)));
  line(out, "first_period", in_quotes(to_text(product.odd_first)));
  line(out, "due_day", std::to_string(product.due_day));
}

void write_overdue(std::string& out, const ledger::Product& product) {
  out += "\n[overdue]\n";
  line(out, "grace_days", std::to_string(product.grace_days));
  line(out, "grace", in_quotes(to_text(product.grace_mode)));
  if (product.penalty_rate) {
    line(out, "penalty",
         "{ " + member("rate", in_quotes(product.penalty_rate->percent_text())) + " }");
  } else if (product.penalty_multiplier_e4 != 0) {
    line(out, "penalty",
         "{ " +
             member("multiplier",
                    in_quotes(money::text_of_minor(product.penalty_multiplier_e4, 4))) +
             " }");
  }
  if (product.penalty_maximum_e4 != 0) {
    constexpr std::int64_t e4_in_e12 = 100'000'000;
    line(out, "maximum",
         in_quotes(money::Rate::of_e12(product.penalty_maximum_e4 * e4_in_e12).percent_text()));
  }
  if (product.maximum_of == schedule::MaximumOf::penalty_and_compound)
    line(out, "maximum_of", in_quotes("penalty-and-compound"));
  line(out, "compound", in_quotes(to_text(product.compound)));
  line(out, "buckets", list_of(product.buckets));
  line(out, "categories", list_of(product.categories));
  toml_reading::write_asset_quality(out, product);
}

void write_payouts(std::string& out, const ledger::Product& product) {
  const ledger::PayoutRules& rules = product.payouts;
  if (rules == ledger::PayoutRules{}) return;
  out += "\n[payouts]\n";
  const auto amount = [&](std::string_view key, std::int64_t minor) {
    if (minor != 0) line(out, key, in_quotes(money::text_of_minor(minor, product.currency.digits)));
  };
  if (rules.count_max != 0) line(out, "count", std::to_string(rules.count_max));
  amount("min", rules.amount_min_minor);
  amount("max", rules.amount_max_minor);
  amount("over", rules.over_minor);
  if (rules.days != 0) line(out, "days", std::to_string(rules.days));
  toml_reading::write_upfront_fee(out, product);
}

void write_allocation(std::string& out, const ledger::Product& product) {
  const schedule::AllocationRule& rule = product.allocation;
  out += "\n[allocation]\n";
  line(out, "mode", in_quotes(to_text(rule.ordinary.mode)));
  line(out, "order", list_of(rule.ordinary));
  if (!rule.when_late) return;
  line(out, "after",
       "{ " + member("dpd_over", std::to_string(rule.when_late->dpd_over)) + ", " +
           member("mode", in_quotes(to_text(rule.when_late->order.mode))) + ", " +
           member("order", list_of(rule.when_late->order)) + " }");
}

/// `, charges = [...]` of a group of charges; nothing of any other role.
std::string charges_of(const ledger::Product& product, ledger::Role role) {
  const auto group = ledger::charge_group_of(role);
  if (!group) return {};
  std::string codes;
  for (const auto& [code, its] : product.charge_income) {
    if (its == *group) codes += (codes.empty() ? "" : ", ") + in_quotes(code);
  }
  const bool fees = ledger::charge_group_component(product, *group) == schedule::Component::fee;
  return ", " + member(fees ? "charges" : "penalties", "[" + codes + "]");
}

void write_accounts(std::string& out, const ledger::Product& product) {
  out += "\n[accounts]\n";
  for (std::size_t i = 0; i < ledger::role_count; ++i) {
    if (!product.accounts.at(i)) continue;
    const ledger::AccountCode& account = *product.accounts.at(i);
    line(out, ledger::to_text(static_cast<ledger::Role>(i)),
         "{ " + member("code", in_quotes(account.code)) + ", " +
             member("name", in_quotes(account.name)) +
             charges_of(product, static_cast<ledger::Role>(i)) + " }");
  }
}

}  // namespace

std::string write_product(const ledger::Product& product, Defaults defaults) {
  const unsigned digits = product.currency.digits;
  std::string out;
  line(out, "id", in_quotes(product.id));
  line(out, "version", std::to_string(product.version));
  line(out, "name", in_quotes(product.name));
  line(out, "currency", in_quotes(product.currency.text()));
  if (!product.branch.empty()) line(out, "branch", in_quotes(product.branch));
  write_terms(out, product);
  out += "\n[rounding]\n";
  line(out, "interest", in_quotes(money::to_text(product.interest_rounding.mode)));
  line(out, "installment", in_quotes(money::to_text(product.installment_rounding.mode)));
  line(out, "installment_multiple",
       in_quotes(money::text_of_minor(product.installment_rounding.multiple, digits)));
  line(out, "accrual", in_quotes(money::to_text(product.accrual_rounding)));
  write_overdue(out, product);
  write_allocation(out, product);
  write_payouts(out, product);
  out += "\n[prepayment]\n";
  line(out, "rule", in_quotes(to_text(product.prepayment)));
  write_accounts(out, product);
  if (defaults == Defaults::written || !(product.plan == ledger::PlanRules{}))
    toml_reading::write_plan_rules(out, product);
  toml_reading::write_servicing_rules(out, product);
  toml_reading::write_joint_rules(out, product);
  toml_reading::write_index_rules(out, product);
  toml_reading::write_accounting(out, product);
  return out;
}

}  // namespace loanbook::interchange
