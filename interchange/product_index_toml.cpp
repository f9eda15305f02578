#include <fmt/format.h>

#include "loanbook/interchange/json.hpp"
#include "loanbook/interchange/product_toml.hpp"
#include "loanbook/interchange/toml/keys.hpp"
#include "loanbook/interchange/toml/product_index.hpp"
#include "loanbook/money/decimal.hpp"

namespace loanbook::interchange {
namespace {

using ledger::IndexRules;
using schedule::ResetRule;
using toml_reading::Keys;

constexpr std::string_view yearly = "yearly on ";
constexpr std::string_view every = "every ";

/// `5%`, `-0.2%`, `0.005`.
money::Result<std::int64_t> parse_spread(std::string_view text) {
  const bool below = text.starts_with('-');
  const auto rate = money::Rate::parse(below ? text.substr(1) : text);
  if (!rate) return rate.error();
  return below ? -rate->e12() : rate->e12();
}

std::optional<std::uint16_t> whole(std::string_view text) {
  const auto value = money::parse_decimal(text, 0);
  if (!value || *value < 1 || *value > 0xffff) return std::nullopt;
  return static_cast<std::uint16_t>(*value);
}

money::Result<ResetRule> parse_reset(std::string_view text) {
  const money::Error unknown{"product.bad_value",
                             money::quoted(text) +
                                 " is no rule for resets; write 'yearly on 01-01', 'anniversary' "
                                 "or 'every 3 months'"};
  if (text == "anniversary") return ResetRule{};
  if (text.starts_with(yearly)) {
    const std::string_view day = text.substr(yearly.size());
    const auto parsed = money::parse_day("2024-" + std::string(day));
    if (!parsed) return unknown;
    const date::year_month_day civil{*parsed};
    return ResetRule{.month = static_cast<std::uint8_t>(static_cast<unsigned>(civil.month())),
                     .day = static_cast<std::uint8_t>(static_cast<unsigned>(civil.day()))};
  }
  if (!text.starts_with(every)) return unknown;
  text.remove_prefix(every.size());
  if (text == "month") return ResetRule{.every_months = 1};
  const auto space = text.find(' ');
  const auto months = whole(text.substr(0, space));
  if (!months || space == std::string_view::npos) return unknown;
  const std::string_view unit = text.substr(space + 1);
  if (unit == "months" || unit == "month") return ResetRule{.every_months = *months};
  return unknown;
}

std::string in_quotes(std::string_view text) {
  std::string out;
  append_json_string(out, text);
  return out;
}

std::string signed_text(std::int64_t rate_e12) {
  return (rate_e12 < 0 ? "-" : "") + money::Rate::of_e12(std::abs(rate_e12)).percent_text();
}

}  // namespace

std::string to_text(ResetRule reset) {
  if (reset.month != 0) return fmt::format("yearly on {:02}-{:02}", reset.month, reset.day);
  if (reset.every_months == 12) return "anniversary";
  if (reset.every_months == 1) return "every month";
  return fmt::format("every {} months", reset.every_months);
}

namespace toml_reading {

void read_index_rules(Keys& root, ledger::Product& product) {
  const toml::table* table = root.table("rate");
  if (table == nullptr) return;
  Keys keys{
      table,
      "rate",
      root.problems(),
      {"index", "spread", "reset", "fixing_lag_days", "floor", "cap", "multiple", "rounding"}};
  keys.require({"index"});
  IndexRules& rules = product.index.emplace();
  keys.text("index", rules.index);
  keys.text("spread", rules.spread_e12, parse_spread);
  keys.text("reset", rules.reset, parse_reset);
  keys.integer("fixing_lag_days", rules.fixing_lag_days);
  keys.text("floor", rules.floor, money::Rate::parse);
  keys.text("cap", rules.cap, money::Rate::parse);
  keys.text("multiple", rules.step_e12, parse_spread);
  keys.text("rounding", rules.rounding, money::parse_rounding_mode);
}

void write_index_rules(std::string& out, const ledger::Product& product) {
  if (!product.index) return;
  const IndexRules& rules = *product.index;
  const auto line = [&out](std::string_view key, const std::string& value) {
    out += fmt::format("{} = {}\n", key, value);
  };
  out += "\n[rate]\n";
  line("index", in_quotes(rules.index));
  line("spread", in_quotes(signed_text(rules.spread_e12)));
  line("reset", in_quotes(to_text(rules.reset)));
  line("fixing_lag_days", std::to_string(rules.fixing_lag_days));
  if (rules.floor) line("floor", in_quotes(rules.floor->percent_text()));
  if (rules.cap) line("cap", in_quotes(rules.cap->percent_text()));
  if (rules.step_e12 != 0) line("multiple", in_quotes(signed_text(rules.step_e12)));
  line("rounding", in_quotes(money::to_text(rules.rounding)));
}

}  // namespace toml_reading
}  // namespace loanbook::interchange
