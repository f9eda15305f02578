#include "conformance/adapter.hpp"

namespace loanbook::conformance {
namespace {

struct Shares {
  std::vector<std::string> parties;
  std::vector<money::Ratio> ratios;
};

Shares shares_of(const Json& list) {
  Shares shares;
  for (const Json& element : list) {
    Fields fields(element);
    shares.parties.push_back(fields.text("party"));
    shares.ratios.push_back(fields.ratio("ratio"));
    fields.done();
  }
  return shares;
}

Json parts_json(const Shares& shares, const std::vector<std::int64_t>& parts,
                money::Currency currency) {
  Json object = Json::object();
  for (std::size_t i = 0; i < parts.size(); ++i)
    object[shares.parties[i]] = amount_text(parts[i], currency);
  return object;
}

}  // namespace

Outcome golden_split(const Json& input, const Json& expect) {
  Fields fields(input);
  const money::Currency currency = fields.currency();
  const std::string mode = fields.text("mode");
  if (mode != "largest_remainder" && mode != "last_takes_rest")
    throw NotBuilt{"split " + mode + " is not built"};
  const Shares shares = shares_of(fields.at("shares"));
  const std::int64_t amount = fields.minor("amount", currency);
  std::vector<std::int64_t> parts;
  if (mode == "largest_remainder") {
    parts = money::split_largest_remainder(amount, shares.ratios);
  } else {
    parts =
        money::split_last_takes_rest(amount, shares.ratios, rounding_of(fields.text("rounding")));
  }
  fields.done();
  Comparison comparison;
  comparison.object("", expect, {{"parts", parts_json(shares, parts, currency)}});
  return comparison.outcome();
}

}  // namespace loanbook::conformance
