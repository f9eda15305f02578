#include "loanbook/schedule/classification.hpp"

#include <algorithm>

namespace loanbook::schedule {

std::uint8_t category(const CategoryRules& rules, std::int32_t dpd, Lateness lateness,
                      std::uint8_t not_better_than) {
  const bool exempt = lateness == Lateness::technical && dpd <= rules.technical_days;
  const std::uint8_t by_days = classify(rules.thresholds, exempt ? 0 : dpd);
  return std::max(by_days, not_better_than);
}

}  // namespace loanbook::schedule
