#include "loanbook/ledger/product/joint_rules.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <numeric>
#include <tuple>

#include "loanbook/ledger/codec.hpp"
#include "loanbook/money/assert.hpp"
#include "loanbook/money/limits.hpp"
#include "loanbook/money/money.hpp"

namespace loanbook::ledger {
namespace {

using money::Error;
using money::Status;
using schedule::Component;
using schedule::QuotaTable;

constexpr std::uint16_t compensation_days_max = 3'650;

Error bad(std::string message) {
  return Error{.id = "product.joint", .message = std::move(message)};
}
Error bad_party(std::string message) {
  return Error{.id = "product.parties", .message = std::move(message)};
}

bool id_is_valid(std::string_view id) {
  return !id.empty() && id.size() <= money::limits::external_id_max &&
         std::ranges::all_of(id, [](char c) {
           return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-';
         });
}

std::string percent(std::int64_t e6) { return money::text_of_minor(e6, 4) + " %"; }

std::vector<std::int64_t> weights_of(const JointRules& rules) {
  std::vector<std::int64_t> weights;
  for (const Party& party : rules.parties) weights.push_back(party.weight);
  return weights;
}

/// Weight x rate of each partner in lowest terms; empty where a number is beyond 64 bits.
std::vector<std::int64_t> funded_weights(const JointRules& rules) {
  std::vector<std::int64_t> rates;
  std::int64_t divisor = 0;
  for (const Party& party : rules.parties) {
    if (party.id == rules.lead) continue;
    rates.push_back(party.funding_rate->e12());
    divisor = std::gcd(divisor, party.funding_rate->e12());
  }
  std::vector<std::int64_t> weights;
  for (const Party& party : rules.parties) {
    if (party.id == rules.lead) continue;
    std::int64_t weight = 0;
    if (!money::multiply(party.weight,
                         party.funding_rate->e12() / std::max<std::int64_t>(divisor, 1), &weight))
      return {};
    weights.push_back(weight);
  }
  return weights;
}

Status check_party(const JointRules& rules, std::size_t i) {
  const Party& party = rules.parties[i];
  if (!id_is_valid(party.id)) {
    return bad_party(fmt::format("party '{}' must be 1 to {} of a-z, 0-9 and '-'",
                                 party.id.substr(0, 80), money::limits::external_id_max));
  }
  if (rules.find(party.id) != i)
    return bad_party(fmt::format("party '{}' stands twice in the list", party.id));
  if (party.weight < 1)
    return bad_party(fmt::format("party '{}' needs a weight of 1 or more", party.id));
  const bool partner = party.id != rules.lead;
  const bool by_rate = rules.interest == InterestShare::funding_rate;
  if (party.funding_rate && !(partner && by_rate)) {
    return bad_party(
        fmt::format("party '{}' has a funding rate, which only partners have, and only "
                    "with interest = \"funding-rate\"",
                    party.id));
  }
  if (partner && by_rate && (!party.funding_rate || party.funding_rate->e12() < 1)) {
    return bad_party(fmt::format("partner '{}' needs a funding_rate above 0", party.id));
  }
  return money::ok();
}

Status check_shares(const JointRules& rules) {
  money::Int128 sum = 0;
  for (const Party& party : rules.parties) sum += party.weight;
  for (const Party& party : rules.parties) {
    if (party.id == rules.lead) continue;
    const money::Int128 scaled = money::Int128{party.weight} * joint_part_scale;
    if (scaled < sum * rules.partner_min_e6 || scaled > sum * rules.partner_max_e6) {
      return bad_party(fmt::format(
          "partner '{}' funds {} of {} parts; this product allows a partner {} to {}", party.id,
          party.weight, money::text_of_minor(static_cast<std::int64_t>(sum), 0),
          percent(rules.partner_min_e6), percent(rules.partner_max_e6)));
    }
  }
  return money::ok();
}

Status check_funding(const JointRules& rules, money::Rate rate_min) {
  if (rules.interest != InterestShare::funding_rate) return money::ok();
  for (const Party& party : rules.parties) {
    if (party.funding_rate && *party.funding_rate > rate_min) {
      return bad_party(fmt::format(
          "partner '{}' earns {} a year, more than the lowest contract rate {}: the lead would pay "
          "for the loan; raise terms.rate.min or lower funding_rate",
          party.id, party.funding_rate->percent_text(), rate_min.percent_text()));
    }
  }
  if (!QuotaTable::make(funded_weights(rules))) {
    return bad_party(
        fmt::format("the products of weight and funding_rate of the partners, in lowest "
                    "terms, sum to more than {}; use rounder ones",
                    QuotaTable::weights_sum_max));
  }
  return money::ok();
}

}  // namespace

bool JointRules::operator==(const JointRules& other) const {
  const auto value = [](const JointRules& r) {
    return std::tie(r.parties, r.lead, r.interest, r.service_fee_e6, r.penalty, r.fees, r.books,
                    r.compensation_days, r.partner_min_e6, r.partner_max_e6);
  };
  return value(*this) == value(other);
}

std::size_t JointRules::find(std::string_view party) const {
  return static_cast<std::size_t>(std::ranges::find(parties, party, &Party::id) - parties.begin());
}

std::size_t JointRules::lead_index() const { return find(lead); }

Status check(const JointRules& rules, money::Rate rate_min) {
  if (rules.parties.size() < 2 || rules.parties.size() > QuotaTable::parties_max) {
    return bad_party(fmt::format("a joint loan has 2 to {} parties, the lead among them",
                                 QuotaTable::parties_max));
  }
  if (rules.lead_index() == rules.parties.size())
    return bad(fmt::format("lead '{}' is none of the parties", rules.lead.substr(0, 80)));
  for (std::size_t i = 0; i < rules.parties.size(); ++i) {
    if (Status s = check_party(rules, i); !s) return s;
  }
  if (!QuotaTable::make(weights_of(rules))) {
    return bad_party(fmt::format(
        "the weights, divided by their greatest common divisor, sum to more than {}; use rounder "
        "ones, such as 30 and 70",
        QuotaTable::weights_sum_max));
  }
  const bool with_fee = rules.interest == InterestShare::service_fee;
  if (with_fee ? rules.service_fee_e6 < 1 || rules.service_fee_e6 >= joint_part_scale
               : rules.service_fee_e6 != 0) {
    return bad(
        "service_fee is above 0 % and below 100 % with interest = \"service-fee\", and left "
        "out otherwise");
  }
  if (rules.compensation_days > compensation_days_max)
    return bad(fmt::format("compensation_days is at most {}", compensation_days_max));
  if (rules.partner_min_e6 < 0 || rules.partner_max_e6 > joint_part_scale ||
      rules.partner_min_e6 > rules.partner_max_e6) {
    return bad("partner_share must hold 0 % <= min <= max <= 100 %");
  }
  if (Status s = check_shares(rules); !s) return s;
  return check_funding(rules, rate_min);
}

void prepare(JointRules& rules) {
  auto parties = QuotaTable::make(weights_of(rules));
  LOANBOOK_ASSERT(parties.has_value());
  auto tables = std::make_shared<JointTables>(JointTables{.parties = *std::move(parties)});
  if (rules.interest == InterestShare::funding_rate) {
    tables->funded = QuotaTable::make(funded_weights(rules));
    LOANBOOK_ASSERT(tables->funded.has_value());
    const std::size_t lead = rules.lead_index();
    for (std::size_t i = 0; i < rules.parties.size(); ++i) {
      if (i == lead) continue;
      tables->funded_sum +=
          money::Int128{tables->parties.weight(i)} * rules.parties[i].funding_rate->e12();
    }
  }
  rules.tables = std::move(tables);
}

namespace {

std::int64_t funded_share(const JointRules& rules, money::Rate rate, std::size_t party,
                          std::int64_t total) {
  const std::size_t lead = rules.lead_index();
  // weight sum <= 10^4 and rate <= 10^13: the denominator is below 2^57, the product below 2^121.
  const money::Int128 denominator = money::Int128{rules.tables->parties.period()} * rate.e12();
  if (denominator == 0) return party == lead ? total : 0;
  const money::Int128 part = std::min(rules.tables->funded_sum, denominator);
  const auto partners = static_cast<std::int64_t>(money::Int128{total} * part / denominator);
  if (party == lead) return total - partners;
  return rules.tables->funded->share(party < lead ? party : party - 1, partners);
}

}  // namespace

std::int64_t service_fee_of(const JointRules& rules, std::int64_t interest) {
  if (rules.service_fee_e6 == 0) return 0;
  return static_cast<std::int64_t>(
      money::divide_rounded(money::Int128{interest} * rules.service_fee_e6, joint_part_scale,
                            money::RoundingMode::half_up));
}

std::int64_t share_of(const JointRules& rules, money::Rate rate, Component component,
                      std::size_t party, std::int64_t total) {
  LOANBOOK_ASSERT(rules.tables != nullptr);
  LOANBOOK_ASSERT(party < rules.parties.size());
  const schedule::QuotaTable& table = rules.tables->parties;
  const auto to_lead = [&] { return party == rules.lead_index() ? total : 0; };
  switch (component) {
    case Component::principal:
      break;
    case Component::fee:
      if (rules.fees == Bearer::lead) return to_lead();
      break;
    case Component::penalty:
    case Component::compound:
      if (rules.penalty == Bearer::lead) return to_lead();
      break;
    case Component::interest:
      if (rules.interest == InterestShare::funding_rate)
        return funded_share(rules, rate, party, total);
      if (rules.interest == InterestShare::service_fee) {
        const std::int64_t fee = service_fee_of(rules, total);
        return table.share(party, total - fee) + (party == rules.lead_index() ? fee : 0);
      }
  }
  return table.share(party, total);
}

void encode(Encoder& out, const JointRules& rules) {
  out.varint(rules.parties.size());
  for (const Party& party : rules.parties) {
    out.text(party.id);
    out.varint(static_cast<std::uint64_t>(party.weight));
    out.u8(party.funding_rate.has_value() ? 1 : 0);
    if (party.funding_rate) out.zigzag(party.funding_rate->e12());
  }
  out.varint(rules.lead_index());
  out.u8(static_cast<std::uint8_t>(rules.interest));
  out.varint(static_cast<std::uint64_t>(rules.service_fee_e6));
  out.u8(static_cast<std::uint8_t>(rules.penalty));
  out.u8(static_cast<std::uint8_t>(rules.fees));
  out.u8(static_cast<std::uint8_t>(rules.books));
  out.varint(rules.compensation_days);
  out.varint(static_cast<std::uint64_t>(rules.partner_min_e6));
  out.varint(static_cast<std::uint64_t>(rules.partner_max_e6));
}

JointRules decode_joint_rules(Decoder& in) {
  JointRules rules;
  const std::uint64_t size = in.varint();
  if (size > QuotaTable::parties_max) in.fail();
  for (std::uint64_t i = 0; in.good() && i < size; ++i) {
    Party party{.id = std::string(in.text(money::limits::external_id_max))};
    party.weight = static_cast<std::int64_t>(in.varint());
    const std::uint8_t given = in.u8();
    if (given > 1) in.fail();
    if (given == 1) party.funding_rate = money::Rate::of_e12(in.zigzag());
    rules.parties.push_back(std::move(party));
  }
  const std::uint64_t lead = in.varint();
  if (lead >= rules.parties.size()) {
    in.fail();
    return rules;
  }
  rules.lead = rules.parties[lead].id;
  rules.interest = in.enumerator(InterestShare::pro_rata, InterestShare::service_fee);
  rules.service_fee_e6 = static_cast<std::int64_t>(in.varint());
  rules.penalty = in.enumerator(Bearer::shared, Bearer::lead);
  rules.fees = in.enumerator(Bearer::shared, Bearer::lead);
  rules.books = in.enumerator(JointBooks::own_share, JointBooks::full);
  const std::uint64_t days = in.varint();
  if (days > compensation_days_max) in.fail();
  rules.compensation_days = static_cast<std::uint16_t>(days);
  rules.partner_min_e6 = static_cast<std::int64_t>(in.varint());
  rules.partner_max_e6 = static_cast<std::int64_t>(in.varint());
  return rules;
}

}  // namespace loanbook::ledger
