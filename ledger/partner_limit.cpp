#include "loanbook/ledger/partner_limit.hpp"

#include <algorithm>
#include <tuple>

#include "loanbook/ledger/state.hpp"

namespace loanbook::ledger {

PartnerLimit* PartnerBook::of(std::string_view partner, std::string_view currency) {
  const auto found = std::find_if(limits_.begin(), limits_.end(), [&](const PartnerLimit& limit) {
    return limit.terms.partner == partner && limit.terms.currency == currency;
  });
  return found == limits_.end() ? nullptr : &*found;
}

const PartnerLimit* PartnerBook::find(std::string_view partner, std::string_view currency) const {
  return const_cast<PartnerBook*>(this)->of(partner, currency);
}

void PartnerBook::apply(Kind kind, const PartnerLimitSet& fact, std::uint64_t sequence) {
  PartnerLimit* known = of(fact.partner, fact.currency);
  if (kind == Kind::partner_limit_ended) {
    if (known != nullptr) limits_.erase(limits_.begin() + (known - limits_.data()));
    return;
  }
  if (known == nullptr) {
    const auto key = [](const PartnerLimitSet& terms) {
      return std::tie(terms.partner, terms.currency);
    };
    const auto place = std::find_if(limits_.begin(), limits_.end(), [&](const PartnerLimit& limit) {
      return key(fact) < key(limit.terms);
    });
    known = &*limits_.insert(place, PartnerLimit{});
  }
  known->terms = fact;
  known->sequence = sequence;
}

void PartnerBook::forget(std::uint64_t loan) {
  const auto counted = counted_.find(loan);
  if (counted == counted_.end()) return;
  for (const Counted& each : counted->second) {
    if (PartnerLimit* limit = of(each.partner, each.currency)) limit->used -= each.minor;
  }
  counted_.erase(counted);
}

void PartnerBook::count(std::uint64_t loan, const LoanState& state, const Product& product) {
  if (limits_.empty() || !product.joint) return;
  forget(loan);
  std::vector<Counted> uses;
  const JointRules& rules = *product.joint;
  for (std::size_t party = 0; party < rules.parties.size(); ++party) {
    if (party == rules.lead_index()) continue;
    PartnerLimit* limit = of(rules.parties[party].id, product.currency.text());
    if (limit == nullptr) continue;
    const std::int64_t minor = partner_totals(state, rules, party).outstanding;
    if (minor == 0) continue;
    limit->used += minor;
    uses.push_back({limit->terms.partner, limit->terms.currency, minor});
  }
  if (!uses.empty()) counted_.emplace(loan, std::move(uses));
}

void PartnerBook::clear_uses() {
  counted_.clear();
  for (PartnerLimit& limit : limits_) limit.used = 0;
}

void recount_partners(BookState& state, std::uint64_t number) {
  if (state.partners.empty()) return;
  const LoanRecord& record = state.loans.at(number);
  state.partners.count(number, record.state, state.product_of(record));
}

void recount_partners(BookState& state) {
  state.partners.clear_uses();
  if (state.partners.empty()) return;
  for (std::uint64_t number = 1; number <= state.loans.size(); ++number)
    recount_partners(state, number);
}

}  // namespace loanbook::ledger
