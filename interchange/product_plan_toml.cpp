#include "loanbook/interchange/json.hpp"
#include "loanbook/interchange/toml/keys.hpp"
#include "loanbook/interchange/toml/product_plan.hpp"
#include "loanbook/money/decimal.hpp"
#include "loanbook/money/money.hpp"

namespace loanbook::interchange::toml_reading {
namespace {

using ledger::PlanRules;
using schedule::CapBasis;
using schedule::HolidayInterest;
using schedule::Remainder;
using schedule::Repricing;

constexpr Word<HolidayInterest> holiday_interests[] = {{"pay", HolidayInterest::pay},
                                                       {"capitalise", HolidayInterest::capitalise},
                                                       {"defer", HolidayInterest::defer},
                                                       {"waive", HolidayInterest::waive}};
constexpr Word<Remainder> remainders[] = {
    {"last", Remainder::last}, {"first", Remainder::first}, {"spread", Remainder::spread}};
constexpr Word<Repricing> repricings[] = {
    {"ahead", Repricing::ahead}, {"at-change", Repricing::at_change}, {"keep", Repricing::keep}};
constexpr Word<CapBasis> cap_bases[] = {{"simple", CapBasis::simple},
                                        {"compound", CapBasis::compound}};
constexpr Word<bool> fee_roundings[] = {{"each", false}, {"total", true}};
constexpr Word<bool> fee_timings[] = {{"each", false}, {"first", true}};
constexpr Word<bool> interest_dates[] = {{"stays", false}, {"follows", true}};

constexpr std::int64_t months_a_year = 12;

/// `5%`, `-5%`, `0.05`: a rate with a sign.
Result<std::int64_t> parse_growth(std::string_view text) {
  const bool below = text.starts_with('-');
  const auto rate = money::Rate::parse(below ? text.substr(1) : text);
  if (!rate) return rate.error();
  return below ? -rate->e12() : rate->e12();
}

std::string in_quotes(std::string_view text) {
  std::string out;
  append_json_string(out, text);
  return out;
}

void read_fee(Keys& plan, ledger::Product& product) {
  PlanRules& rules = product.plan;
  Keys fee{plan.table("fee"),
           "plan.fee",
           plan.problems(),
           {"rate", "amount", "rounding", "rounded", "timing"}};
  fee.text("rate", rules.fee_rate, money::Rate::parse);
  fee.text("amount", rules.fee_minor, minor_parser(product.currency));
  fee.text("rounding", rules.fee_rounding.mode, money::parse_rounding_mode);
  fee.text("rounded", rules.fee_rounded_in_total, parser_of(fee_roundings));
  fee.text("timing", rules.fee_upfront, parser_of(fee_timings));
}

void read_balloon(Keys& plan, ledger::Product& product) {
  const toml::node* node = plan.find("balloon");
  const auto text = node == nullptr ? std::nullopt : node->value_exact<std::string>();
  if (text && text->find('%') != std::string::npos)
    return plan.text("balloon", product.plan.balloon_part, money::Rate::parse);
  plan.text("balloon", product.plan.balloon_minor, minor_parser(product.currency));
}

void read_season(Keys& plan, PlanRules& rules) {
  Keys season{
      plan.table("skip_months"), "plan.skip_months", plan.problems(), {"months", "interest"}};
  if (plan.find("skip_months") != nullptr) season.require({"months"});
  season.text("interest", rules.season.interest, parser_of(holiday_interests));
  const toml::array* months = season.list("months");
  if (months == nullptr) return;
  for (const toml::node& node : *months) {
    const auto month = node.value_exact<std::int64_t>();
    if (!month || *month < 1 || *month > months_a_year) {
      return plan.problems().add({.id = "product.bad_value",
                                  .message = "months are whole numbers from 1 to 12, such as "
                                             "months = [1, 2]"},
                                 node.source());
    }
    rules.season.months = static_cast<std::uint16_t>(rules.season.months | (1U << (*month - 1)));
  }
}

void read_holidays(Keys& plan, PlanRules& rules) {
  const toml::array* list = plan.list("holidays");
  if (list == nullptr) return;
  for (const toml::node& node : *list) {
    if (!node.is_table()) {
      return plan.wrong_type(
          "holidays", node, "a list of tables such as { first = 1, last = 6, interest = \"pay\" }");
    }
    Keys keys{node.as_table(), "plan.holidays", plan.problems(), {"first", "last", "interest"}};
    keys.require({"first", "last"});
    schedule::PaymentHoliday& holiday = rules.holidays.emplace_back();
    keys.integer("first", holiday.first_row);
    keys.integer("last", holiday.last_row);
    keys.text("interest", holiday.interest, parser_of(holiday_interests));
  }
}

void read_plan(Keys& root, ledger::Product& product) {
  PlanRules& rules = product.plan;
  Keys plan{
      root.table("plan"),
      "plan",
      root.problems(),
      {"fee", "principal_free", "interest_free", "balloon", "amortize_over", "step", "skip_months",
       "holidays", "remainder", "repricing", "negative_amortization", "daily_interest_digits"}};
  read_fee(plan, product);
  plan.integer("principal_free", rules.principal_free_rows);
  plan.integer("interest_free", rules.interest_free_rows);
  read_balloon(plan, product);
  plan.integer("amortize_over", rules.amortization_installments);
  Keys step{plan.table("step"), "plan.step", root.problems(), {"growth", "every"}};
  if (plan.find("step") != nullptr) step.require({"growth"});
  step.text("growth", rules.step_growth_e12, parse_growth);
  step.integer("every", rules.step_every);
  read_season(plan, rules);
  read_holidays(plan, rules);
  plan.text("remainder", rules.remainder, parser_of(remainders));
  plan.text("repricing", rules.repricing, parser_of(repricings));
  plan.boolean("negative_amortization", rules.negative_amortization);
  if (plan.find("daily_interest_digits") != nullptr)
    plan.integer("daily_interest_digits", rules.daily_interest_digits.emplace());
}

void read_business_days(Keys& root, PlanRules& rules) {
  Keys days{root.table("business_days"),
            "business_days",
            root.problems(),
            {"calendar", "move", "interest"}};
  if (root.find("business_days") != nullptr) days.require({"calendar"});
  days.text("calendar", rules.calendar);
  days.text("move", rules.roll, schedule::parse_roll);
  days.text("interest", rules.interest_follows, parser_of(interest_dates));
}

void read_cap(Keys& root, PlanRules& rules) {
  const toml::table* table = root.table("cap");
  if (table == nullptr) return;
  Keys keys{table, "cap", root.problems(), {"rate", "multiplier", "of"}};
  keys.require({"rate"});
  auto& cap = rules.cap.emplace();
  keys.text("rate", cap.limit, money::Rate::parse);
  keys.integer("multiplier", cap.multiplier);
  keys.text("of", cap.basis, parser_of(cap_bases));
}

void line(std::string& out, std::string_view key, const std::string& value) {
  out += key;
  out += " = " + value + "\n";
}

void write_fee(std::string& out, const PlanRules& rules, unsigned digits) {
  out += "fee = { rate = " + in_quotes(rules.fee_rate.percent_text()) +
         ", amount = " + in_quotes(money::text_of_minor(rules.fee_minor, digits)) +
         ", rounding = " + in_quotes(money::to_text(rules.fee_rounding.mode)) +
         ", rounded = " + in_quotes(text_of(fee_roundings, rules.fee_rounded_in_total)) +
         ", timing = " + in_quotes(text_of(fee_timings, rules.fee_upfront)) + " }\n";
}

std::string months_text(std::uint16_t months) {
  std::string out;
  for (int month = 1; month <= months_a_year; ++month) {
    if (((months >> (month - 1)) & 1) != 0)
      out += (out.empty() ? "" : ", ") + std::to_string(month);
  }
  return "[" + out + "]";
}

void write_shape(std::string& out, const PlanRules& rules) {
  const std::int64_t growth = rules.step_growth_e12;
  const money::Rate size = money::Rate::of_e12(growth < 0 ? -growth : growth);
  out += "step = { growth = " + in_quotes((growth < 0 ? "-" : "") + size.percent_text()) +
         ", every = " + std::to_string(rules.step_every) + " }\n";
  out += "skip_months = { months = " + months_text(rules.season.months) +
         ", interest = " + in_quotes(text_of(holiday_interests, rules.season.interest)) + " }\n";
  std::string holidays;
  for (const auto& holiday : rules.holidays) {
    holidays += (holidays.empty() ? "" : ", ") + std::string("{ first = ") +
                std::to_string(holiday.first_row) + ", last = " + std::to_string(holiday.last_row) +
                ", interest = " + in_quotes(text_of(holiday_interests, holiday.interest)) + " }";
  }
  line(out, "holidays", "[" + holidays + "]");
}

}  // namespace

void read_plan_rules(Keys& root, ledger::Product& product) {
  read_plan(root, product);
  read_business_days(root, product.plan);
  read_cap(root, product.plan);
}

void write_plan_rules(std::string& out, const ledger::Product& product) {
  const PlanRules& rules = product.plan;
  out += "\n[plan]\n";
  write_fee(out, rules, product.currency.digits);
  line(out, "principal_free", std::to_string(rules.principal_free_rows));
  line(out, "interest_free", std::to_string(rules.interest_free_rows));
  line(out, "balloon",
       in_quotes(rules.balloon_part.e12() != 0
                     ? rules.balloon_part.percent_text()
                     : money::text_of_minor(rules.balloon_minor, product.currency.digits)));
  line(out, "amortize_over", std::to_string(rules.amortization_installments));
  write_shape(out, rules);
  line(out, "remainder", in_quotes(text_of(remainders, rules.remainder)));
  line(out, "repricing", in_quotes(text_of(repricings, rules.repricing)));
  line(out, "negative_amortization", rules.negative_amortization ? "true" : "false");
  if (rules.daily_interest_digits)
    line(out, "daily_interest_digits", std::to_string(*rules.daily_interest_digits));
  if (!rules.calendar.empty()) {
    out += "\n[business_days]\n";
    line(out, "calendar", in_quotes(rules.calendar));
    line(out, "move", in_quotes(schedule::to_text(rules.roll)));
    line(out, "interest", in_quotes(text_of(interest_dates, rules.interest_follows)));
  }
  if (!rules.cap) return;
  out += "\n[cap]\n";
  line(out, "rate", in_quotes(rules.cap->limit.percent_text()));
  line(out, "multiplier", std::to_string(rules.cap->multiplier));
  line(out, "of", in_quotes(text_of(cap_bases, rules.cap->basis)));
}

}  // namespace loanbook::interchange::toml_reading
