#include "loanbook/schedule/allocation.hpp"

#include <algorithm>
#include <string>
#include <utility>

#include "loanbook/money/assert.hpp"
#include "loanbook/money/rounding.hpp"

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

bool due_before(const Claim& a, const Claim& b) { return a.due < b.due; }

/// Most callers have them in order.
void sort_by_due(std::vector<Claim>& claims) {
  if (!std::is_sorted(claims.begin(), claims.end(), due_before))
    std::stable_sort(claims.begin(), claims.end(), due_before);
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
  sort_by_due(by_due);

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

std::string_view to_text(Timing timing) {
  switch (timing) {
    case Timing::past_due:
      return "past_due";
    case Timing::due:
      return "due";
    case Timing::in_advance:
      return "in_advance";
  }
  LOANBOOK_ASSERT(false && "a timing that is not in the enumeration");
}

namespace {

Timing timing_of(const Claim& claim, Day date) {
  if (claim.due < date) return Timing::past_due;
  return claim.due == date ? Timing::due : Timing::in_advance;
}

/// A payment on its way through an order by timing. Claims are lowered as they are paid.
class TimedPayment {
 public:
  TimedPayment(std::int64_t amount_minor, std::vector<Claim> claims, const TimedOrder& order,
               Day date)
      : order_(order), date_(date), claims_(std::move(claims)) {
    sort_by_due(claims_);
    result_.unallocated = amount_minor;
  }

  Allocation run() {
    const std::span<const AllocationStep> steps(order_.steps);
    for (std::size_t i = 0; i < steps.size();) {
      std::size_t end = i + 1;
      const bool grouped = order_.mode == AllocationMode::vertical;
      while (grouped && end < steps.size() && steps[end].timing == steps[i].timing) ++end;
      take(steps.subspan(i, end - i));
      i = end;
    }
    return std::move(result_);
  }

 private:
  void take(std::span<const AllocationStep> steps) {
    const std::span<Claim> open = of_timing(steps.front().timing);
    const bool ahead = steps.front().timing == Timing::in_advance;
    if (ahead && order_.advance == Advance::spread) return spread(open, steps);
    const bool from_last = ahead && order_.advance == Advance::last;
    for (std::size_t i = 0; i < open.size() && result_.unallocated > 0; ++i)
      pay(open[from_last ? open.size() - 1 - i : i], steps, result_.unallocated);
  }

  /// Claims stand by due date, so those of one timing stand together.
  std::span<Claim> of_timing(Timing timing) {
    const auto is = [&](const Claim& claim) { return timing_of(claim, date_) == timing; };
    const auto begin = std::find_if(claims_.begin(), claims_.end(), is);
    return {begin, std::find_if_not(begin, claims_.end(), is)};
  }

  /// At most `limit` to one claim.
  void pay(Claim& claim, std::span<const AllocationStep> steps, std::int64_t limit) {
    limit = std::min(limit, result_.unallocated);
    for (const AllocationStep& step : steps) {
      std::int64_t& owed = claim.amount[index(step.component)];
      const std::int64_t part = std::min(limit, owed);
      if (part <= 0) continue;
      add(claim.no, step.component, part);
      owed -= part;
      limit -= part;
      result_.unallocated -= part;
    }
  }

  void add(std::uint32_t no, Component component, std::int64_t part) {
    for (AllocatedLine& line : result_.lines) {
      if (line.no == no && line.component == component) {
        line.amount += part;
        return;
      }
    }
    result_.lines.push_back({no, component, part});
  }

  static std::int64_t owed(const Claim& claim, std::span<const AllocationStep> steps) {
    std::int64_t sum = 0;
    for (const AllocationStep& step : steps)
      sum += std::max<std::int64_t>(claim.amount[index(step.component)], 0);
    return sum;
  }

  // Every round pays at least one claim in full or all the money, so there are at most as many
  // rounds as claims.
  void spread(std::span<Claim> claims, std::span<const AllocationStep> steps) {
    std::vector<Claim*> open;
    for (Claim& claim : claims) open.push_back(&claim);
    while (result_.unallocated > 0) {
      std::erase_if(open, [&](const Claim* claim) { return owed(*claim, steps) == 0; });
      if (open.empty()) return;
      const auto count = static_cast<std::int64_t>(open.size());
      const auto part = static_cast<std::int64_t>(
          money::divide_rounded(result_.unallocated, count, money::RoundingMode::half_even));
      const std::int64_t before = result_.unallocated;
      for (std::int64_t i = 0; i < count; ++i) {
        const std::int64_t share = i + 1 == count ? before - part * (count - 1) : part;
        pay(*open[static_cast<std::size_t>(i)], steps, std::max<std::int64_t>(share, 0));
      }
    }
  }

  const TimedOrder& order_;
  Day date_;
  std::vector<Claim> claims_;
  Allocation result_;
};

}  // namespace

bool goes_row_by_row(const TimedOrder& order) {
  return order.mode == AllocationMode::vertical && order.advance == Advance::next &&
         std::is_sorted(
             order.steps.begin(), order.steps.end(),
             [](const AllocationStep& a, const AllocationStep& b) { return a.timing < b.timing; });
}

Allocation allocate(std::int64_t amount_minor, std::vector<Claim> claims, const TimedOrder& order,
                    Day date) {
  LOANBOOK_ASSERT(amount_minor >= 0);
  return TimedPayment(amount_minor, std::move(claims), order, date).run();
}

}  // namespace loanbook::schedule
