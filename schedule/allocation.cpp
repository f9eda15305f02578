#include "loanbook/schedule/allocation.hpp"

#include <algorithm>
#include <string>

#include "loanbook/money/assert.hpp"

namespace loanbook::schedule {
namespace {

constexpr std::array<std::string_view, component_count> names{"fee", "penalty", "compound",
                                                              "interest", "principal"};

constexpr std::size_t index(Component component) { return static_cast<std::size_t>(component); }

std::int32_t oldest_days(std::span<const Claim> by_due, Day date) {
  for (const Claim& claim : by_due) {
    if (claim.due >= date) break;
    if (claim.amount[index(Component::interest)] > 0 ||
        claim.amount[index(Component::principal)] > 0) {
      return static_cast<std::int32_t>((date - claim.due).count());
    }
  }
  return 0;
}

struct Pot {
  Allocation& result;

  void give(const Claim& claim, Component component) {
    const std::int64_t part = std::min(result.unallocated, claim.amount[index(component)]);
    if (part <= 0) return;
    result.lines.push_back({claim.no, component, part});
    result.unallocated -= part;
  }
};

}  // namespace

std::string_view to_text(Component component) {
  LOANBOOK_ASSERT(index(component) < names.size());
  return names[index(component)];
}

Result<Component> parse_component(std::string_view text) {
  for (std::size_t i = 0; i < names.size(); ++i) {
    if (names[i] == text) return static_cast<Component>(i);
  }
  return money::Error{"component.unknown",
                      "unknown component '" + std::string(text.substr(0, 40)) +
                          "'; use fee, penalty, compound, interest or principal"};
}

Allocation allocate(std::int64_t amount_minor, std::span<const Claim> claims,
                    const AllocationRule& rule, Day date) {
  LOANBOOK_ASSERT(amount_minor >= 0);
  std::vector<Claim> by_due(claims.begin(), claims.end());
  std::stable_sort(by_due.begin(), by_due.end(),
                   [](const Claim& a, const Claim& b) { return a.due < b.due; });

  Allocation result;
  result.unallocated = amount_minor;
  result.dpd = oldest_days(by_due, date);
  result.switched =
      rule.when_late && result.dpd > static_cast<std::int64_t>(rule.when_late->dpd_over);
  if (!rule.include_future) {
    std::erase_if(by_due, [date](const Claim& claim) { return claim.due > date; });
  }

  const AllocationOrder& order = result.switched ? rule.when_late->order : rule.ordinary;
  LOANBOOK_ASSERT(order.count <= component_count);
  const std::span components(order.order.data(), order.count);
  Pot pot{result};
  if (order.mode == AllocationMode::vertical) {
    for (const Claim& claim : by_due) {
      for (const Component component : components) pot.give(claim, component);
    }
  } else {
    for (const Component component : components) {
      for (const Claim& claim : by_due) pot.give(claim, component);
    }
  }
  return result;
}

}  // namespace loanbook::schedule
