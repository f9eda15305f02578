// The table [servicing.interest] of a product file: interest that is computed again, and how the
// installment is solved.

#include "loanbook/interchange/json.hpp"
#include "loanbook/interchange/toml/keys.hpp"
#include "loanbook/interchange/toml/product_servicing.hpp"

namespace loanbook::interchange::toml_reading {
namespace {

using ledger::Compounding;
using ledger::EarlyMoney;
using ledger::InterestRules;
using ledger::OverdueInterest;
using ledger::ServicingRules;
using ledger::SettlementInterest;
using schedule::SolveDays;

constexpr Word<OverdueInterest> overdue_words[] = {{"daily", OverdueInterest::daily},
                                                   {"at-payment", OverdueInterest::at_payment},
                                                   {"none", OverdueInterest::none}};
constexpr Word<EarlyMoney> early_words[] = {{"smaller", EarlyMoney::smaller},
                                            {"fewer", EarlyMoney::fewer},
                                            {"next-smaller", EarlyMoney::next_smaller},
                                            {"last-smaller", EarlyMoney::last_smaller}};
constexpr Word<Compounding> compounding_words[] = {
    {"none", Compounding::none},
    {"interest", Compounding::interest},
    {"fees", Compounding::fees},
    {"interest-and-fees", Compounding::interest_and_fees}};
constexpr Word<SettlementInterest> settlement_words[] = {
    {"to-the-day", SettlementInterest::to_the_day},
    {"to-the-rest", SettlementInterest::to_the_rest}};
constexpr Word<SolveDays> solve_words[] = {{"actual", SolveDays::actual},
                                           {"even-months", SolveDays::even}};
constexpr Word<bool> installment_words[] = {{"paid-out", false}, {"approved", true}};

constexpr Word<bool> ahead_words[] = {{"stays", false}, {"allocated-again", true}};

std::string in_quotes(std::string_view text) {
  std::string out;
  append_json_string(out, text);
  return out;
}

}  // namespace

void read_interest_rules(Keys& servicing, ServicingRules& rules) {
  servicing.text("solve_days", rules.solve_days, parser_of(solve_words));
  servicing.text("installment_of", rules.installment_of_approved, parser_of(installment_words));
  servicing.text("money_ahead", rules.ahead_again, parser_of(ahead_words));
  const toml::table* table = servicing.table("interest");
  if (table == nullptr) return;
  InterestRules& interest = rules.interest.emplace();
  Keys keys{table,
            "servicing.interest",
            servicing.problems(),
            {"overdue", "early", "rest", "compounding", "compounding_rest", "settlement"}};
  keys.text("overdue", interest.overdue, parser_of(overdue_words));
  keys.text("early", interest.early, parser_of(early_words));
  keys.text("rest", interest.rest, schedule::parse_rest);
  keys.text("compounding", interest.compounding, parser_of(compounding_words));
  keys.text("compounding_rest", interest.compounding_on, schedule::parse_rest);
  keys.text("settlement", interest.settlement, parser_of(settlement_words));
}

void write_interest_rules(std::string& out, const ServicingRules& rules) {
  const auto line = [&](std::string_view key, std::string_view value) {
    out += std::string(key) + " = " + in_quotes(value) + "\n";
  };
  if (has_later_rules(rules)) {
    line("solve_days", text_of(solve_words, rules.solve_days));
    line("installment_of", text_of(installment_words, rules.installment_of_approved));
    line("money_ahead", text_of(ahead_words, rules.ahead_again));
  }
  if (!rules.interest) return;
  const InterestRules& interest = *rules.interest;
  out += "\n[servicing.interest]\n";
  line("overdue", text_of(overdue_words, interest.overdue));
  line("early", text_of(early_words, interest.early));
  line("rest", schedule::to_text(interest.rest));
  line("compounding", text_of(compounding_words, interest.compounding));
  line("compounding_rest", schedule::to_text(interest.compounding_on));
  line("settlement", text_of(settlement_words, interest.settlement));
}

}  // namespace loanbook::interchange::toml_reading
