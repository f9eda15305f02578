#include "conformance/adapter.hpp"
#include "loanbook/schedule/partner_split.hpp"

namespace loanbook::conformance {
namespace {

struct Shares {
  std::vector<std::string> parties;
  std::vector<money::Ratio> ratios;
  std::vector<schedule::FundingPartner> partners;
};

Shares shares_of(const Json& list) {
  Shares shares;
  for (const Json& element : list) {
    Fields fields(element);
    shares.parties.push_back(fields.text("party"));
    shares.ratios.push_back(fields.ratio("ratio"));
    shares.partners.push_back({.ratio = shares.ratios.back(), .funding_rate = std::nullopt});
    if (fields.has("funding_rate"))
      shares.partners.back().funding_rate = fields.rate("funding_rate");
    fields.done();
  }
  return shares;
}

class Splitter {
 public:
  explicit Splitter(const Json& input)
      : fields_(input), currency_(fields_.currency()), shares_(shares_of(fields_.at("shares"))) {}

  /// What the case expects, by key.
  Json run() {
    const std::string mode = fields_.text("mode");
    if (mode == "funding_rate") return funding_rate();
    for (const schedule::FundingPartner& partner : shares_.partners) {
      if (partner.funding_rate) throw NotBuilt{"funding_rate with mode " + mode + " is not built"};
    }
    if (mode == "sequence") return sequence();
    const std::int64_t amount = fields_.minor("amount", currency_);
    if (mode == "largest_remainder")
      return {{"parts", parts(money::split_largest_remainder(amount, shares_.ratios))}};
    if (mode == "last_takes_rest")
      return {{"parts", parts(money::split_last_takes_rest(amount, shares_.ratios, rounding()))}};
    if (mode != "carve_out") throw NotBuilt{"split " + mode + " is not built"};
    const auto carved =
        schedule::carve_out(amount, fields_.ratio("service_rate"), shares_.ratios, rounding());
    return {{"service_fee", amount_text(carved.service_fee, currency_)},
            {"parts", parts(carved.parts)}};
  }
  void done() const { fields_.done(); }

 private:
  money::RoundingMode rounding() { return rounding_of(fields_.text("rounding")); }

  [[nodiscard]] Json parts(const std::vector<std::int64_t>& amounts) const {
    Json object = Json::object();
    for (std::size_t i = 0; i < amounts.size(); ++i)
      object[shares_.parties[i]] = amount_text(amounts[i], currency_);
    return object;
  }

  Json sequence() {
    std::vector<std::int64_t> amounts;
    for (const Json& amount : fields_.at("amounts"))
      amounts.push_back(minor_of(amount.get<std::string>(), currency_));
    const std::string method = fields_.text("sequence_method");
    if (method != "cumulative" && method != "independent")
      throw NotBuilt{"sequence " + method + " is not built"};
    const auto split =
        value_of(method == "cumulative" ? schedule::split_cumulative(amounts, shares_.ratios)
                                        : schedule::split_independent(amounts, shares_.ratios));
    Json list = Json::array();
    for (const auto& one : split.parts) list.push_back(parts(one));
    return {{"drawdown", parts(split.drawdown)}, {"parts", list}};
  }

  Json funding_rate() {
    const std::int64_t principal = fields_.minor("principal", currency_);
    const money::Rate customer = fields_.rate("customer_rate");
    const auto days = fields_.count<std::uint32_t>("days");
    const auto split = value_of(
        schedule::split_by_funding_rate(principal, customer, days, shares_.partners, rounding()));
    return {{"principal", parts(split.principal)},
            {"interest", parts(split.interest)},
            {"interest_total", amount_text(split.interest_total, currency_)}};
  }

  Fields fields_;
  money::Currency currency_;
  Shares shares_;
};

}  // namespace

Outcome golden_split(const Json& input, const Json& expect) {
  Splitter splitter(input);
  const Json actual = splitter.run();
  splitter.done();
  Comparison comparison;
  comparison.object("", expect, actual);
  return comparison.outcome();
}

}  // namespace loanbook::conformance
