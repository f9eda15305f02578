#include "loanbook/interchange/json.hpp"
#include "loanbook/interchange/toml/keys.hpp"
#include "loanbook/interchange/toml/product_joint.hpp"
#include "loanbook/ledger/product/joint_rules.hpp"

namespace loanbook::interchange::toml_reading {
namespace {

using ledger::Bearer;
using ledger::InterestShare;
using ledger::JointBooks;
using ledger::JointRules;
using ledger::Party;

constexpr Word<InterestShare> interest_shares[] = {{"pro-rata", InterestShare::pro_rata},
                                                   {"funding-rate", InterestShare::funding_rate},
                                                   {"service-fee", InterestShare::service_fee}};
constexpr Word<Bearer> bearers[] = {{"shared", Bearer::shared}, {"lead", Bearer::lead}};
constexpr Word<JointBooks> books[] = {{"own-share", JointBooks::own_share},
                                      {"full", JointBooks::full}};

constexpr std::int64_t e6_in_e12 = 1'000'000;

/// `30%`, `0.3`: a part of the whole with up to 4 decimals of a percent.
Result<std::int64_t> parse_part(std::string_view text) {
  const Result<money::Rate> part = money::Rate::parse(text);
  if (!part) return part.error();
  if (part->e12() % e6_in_e12 != 0 || part->e12() > ledger::joint_part_scale * e6_in_e12) {
    return Error{.id = "product.bad_value",
                 .message = quoted(text) +
                            " is no part of a loan; write 0% to 100% with at most 4 decimals"};
  }
  return part->e12() / e6_in_e12;
}

std::string part_text(std::int64_t e6) {
  return money::Rate::of_e12(e6 * e6_in_e12).percent_text();
}

std::string in_quotes(std::string_view text) {
  std::string out;
  append_json_string(out, text);
  return out;
}

void read_parties(Keys& joint, JointRules& rules) {
  const toml::array* list = joint.list("parties");
  if (list == nullptr) return;
  for (const toml::node& node : *list) {
    if (!node.is_table())
      return joint.wrong_type("parties", node, "a list of { id, weight } in braces");
    Keys party{
        node.as_table(), "joint.parties", joint.problems(), {"id", "weight", "funding_rate"}};
    party.require({"id", "weight"});
    Party& out = rules.parties.emplace_back();
    party.text("id", out.id);
    party.integer("weight", out.weight);
    party.text("funding_rate", out.funding_rate, money::Rate::parse);
  }
}

}  // namespace

void read_joint_rules(Keys& root, ledger::Product& product) {
  const toml::table* table = root.table("joint");
  if (table == nullptr) return;
  JointRules& rules = product.joint.emplace();
  Keys joint{table,
             "joint",
             root.problems(),
             {"lead", "parties", "interest", "service_fee", "penalty", "fees", "books",
              "compensation_days", "partner_share"}};
  joint.require({"lead", "parties"});
  joint.text("lead", rules.lead);
  read_parties(joint, rules);
  joint.text("interest", rules.interest, parser_of(interest_shares));
  joint.text("service_fee", rules.service_fee_e6, parse_part);
  joint.text("penalty", rules.penalty, parser_of(bearers));
  joint.text("fees", rules.fees, parser_of(bearers));
  joint.text("books", rules.books, parser_of(books));
  joint.integer("compensation_days", rules.compensation_days);
  Keys share{joint.table("partner_share"), "joint.partner_share", root.problems(), {"min", "max"}};
  share.text("min", rules.partner_min_e6, parse_part);
  share.text("max", rules.partner_max_e6, parse_part);
}

void write_joint_rules(std::string& out, const ledger::Product& product) {
  if (!product.joint) return;
  const JointRules& rules = *product.joint;
  const auto line = [&](std::string_view key, const std::string& value) {
    out += std::string(key) + " = " + value + "\n";
  };
  out += "\n[joint]\n";
  line("lead", in_quotes(rules.lead));
  std::string parties;
  for (const Party& party : rules.parties) {
    parties += "  { id = " + in_quotes(party.id) + ", weight = " + std::to_string(party.weight);
    if (party.funding_rate)
      parties += ", funding_rate = " + in_quotes(party.funding_rate->percent_text());
    parties += " },\n";
  }
  line("parties", "[\n" + parties + "]");
  line("interest", in_quotes(text_of(interest_shares, rules.interest)));
  if (rules.service_fee_e6 != 0) line("service_fee", in_quotes(part_text(rules.service_fee_e6)));
  line("penalty", in_quotes(text_of(bearers, rules.penalty)));
  line("fees", in_quotes(text_of(bearers, rules.fees)));
  line("books", in_quotes(text_of(books, rules.books)));
  line("compensation_days", std::to_string(rules.compensation_days));
  line("partner_share", "{ min = " + in_quotes(part_text(rules.partner_min_e6)) +
                            ", max = " + in_quotes(part_text(rules.partner_max_e6)) + " }");
}

}  // namespace loanbook::interchange::toml_reading
