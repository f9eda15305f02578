#include "loanbook/schedule/quota.hpp"

#include <numeric>

#include "loanbook/money/assert.hpp"

namespace loanbook::schedule {
namespace {

/// The party that gets unit `h` + 1, given what each has of `h`.
std::size_t next_party(std::span<const std::int64_t> weights, std::int64_t sum,
                       std::span<const std::int64_t> has, std::int64_t h) {
  std::size_t best = weights.size();
  for (std::size_t i = 0; i < weights.size(); ++i) {
    // Upper quota: nobody gets more than its exact share of h + 1 units, rounded up.
    if (has[i] * sum >= (h + 1) * weights[i]) continue;
    if (best == weights.size() || weights[i] * (has[best] + 1) > weights[best] * (has[i] + 1))
      best = i;
  }
  // Shares of h + 1 units sum to h + 1, so somebody has less than its own.
  LOANBOOK_ASSERT(best < weights.size());
  return best;
}

}  // namespace

std::optional<QuotaTable> QuotaTable::make(std::span<const std::int64_t> weights) {
  if (weights.empty() || weights.size() > parties_max) return std::nullopt;
  std::int64_t divisor = 0;
  for (const std::int64_t weight : weights) {
    if (weight < 1) return std::nullopt;
    divisor = std::gcd(divisor, weight);
  }
  QuotaTable table;
  std::int64_t sum = 0;
  for (const std::int64_t weight : weights) {
    const std::int64_t reduced = weight / divisor;
    if (reduced > weights_sum_max - sum) return std::nullopt;
    sum += reduced;
    table.weights_.push_back(reduced);
  }
  std::vector<std::int64_t> has(weights.size(), 0);
  table.order_.reserve(static_cast<std::size_t>(sum));
  table.prefix_.reserve(static_cast<std::size_t>(sum) * weights.size());
  for (std::int64_t h = 0; h < sum; ++h) {
    for (const std::int64_t units : has) table.prefix_.push_back(static_cast<std::uint16_t>(units));
    const std::size_t party = next_party(table.weights_, sum, has, h);
    table.order_.push_back(static_cast<std::uint8_t>(party));
    ++has[party];
  }
  LOANBOOK_ASSERT(has == table.weights_);
  return table;
}

std::int64_t QuotaTable::share(std::size_t party, std::int64_t total) const {
  LOANBOOK_ASSERT(party < parties());
  // Division towards zero: a negative total has a negative rest, and gets the mirror image.
  const std::int64_t periods = total / period();
  const std::int64_t rest = total % period();
  const auto at = static_cast<std::size_t>(rest < 0 ? -rest : rest) * parties() + party;
  const std::int64_t units = prefix_[at];
  return periods * weights_[party] + (rest < 0 ? -units : units);
}

}  // namespace loanbook::schedule
