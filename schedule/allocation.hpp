#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <span>
#include <string_view>
#include <vector>

#include "loanbook/money/day.hpp"
#include "loanbook/money/result.hpp"

namespace loanbook::schedule {

using money::Day;
using money::Result;

/// Parts of a claim. Values reached a disk: frozen.
enum class Component : std::uint8_t {
  fee = 0,
  penalty = 1,
  compound = 2,
  interest = 3,
  principal = 4
};
inline constexpr std::size_t component_count = 5;
[[nodiscard]] std::string_view to_text(Component component);
[[nodiscard]] Result<Component> parse_component(std::string_view text);

/// What one installment still demands.
struct Claim {
  std::uint32_t no;
  Day due;
  std::array<std::int64_t, component_count> amount{};  ///< by Component, each >= 0
};

/// Vertical: installment by installment, inside each by component; horizontal: component by
/// component. Frozen.
enum class AllocationMode : std::uint8_t { vertical = 1, horizontal = 2 };

struct AllocationOrder {
  std::array<Component, component_count> order{Component::fee, Component::penalty,
                                               Component::compound, Component::interest,
                                               Component::principal};
  std::uint8_t count = component_count;  ///< components left out are never paid by this order
  AllocationMode mode = AllocationMode::vertical;
  bool operator==(const AllocationOrder&) const = default;
};

struct AllocationRule {
  AllocationOrder ordinary{};
  bool include_future = false;  ///< claims due after the date are payable too
  /// Replaces the ordinary order where days past due are more than `dpd_over` (old practice:
  /// principal first after 90 days).
  struct Switch {
    std::uint32_t dpd_over;
    AllocationOrder order;
    bool operator==(const Switch&) const = default;
  };
  std::optional<Switch> when_late{};
  bool operator==(const AllocationRule&) const = default;
};

struct AllocatedLine {
  std::uint32_t no;
  Component component;
  std::int64_t amount;
};
struct Allocation {
  std::int32_t dpd = 0;
  bool switched = false;
  std::vector<AllocatedLine> lines;  ///< what got money, in the order it got it
  std::int64_t unallocated = 0;
};

/// Splits `amount_minor` (>= 0) over `claims` (sorted by due date here, stable). Pure; the parts
/// and the rest sum to the amount.
[[nodiscard]] Allocation allocate(std::int64_t amount_minor, std::span<const Claim> claims,
                                  const AllocationRule& rule, Day date);

/// Where a claim stands on the day of a payment. Frozen.
enum class Timing : std::uint8_t { past_due = 0, due = 1, in_advance = 2 };
[[nodiscard]] std::string_view to_text(Timing timing);

struct AllocationStep {
  Timing timing;
  Component component;
  bool operator==(const AllocationStep&) const = default;
};

/// Which of the installments that are not yet due take money first. Frozen.
enum class Advance : std::uint8_t {
  next = 1,    ///< the next one
  last = 2,    ///< the last one
  spread = 3,  ///< all in equal parts, rounded to the minor unit, the rest to the last; again until
               ///< nothing is left or owed
};

/// An order of payment by timing and component: past due / due / in advance x fee, penalty, ...
/// What is left out is never paid by it.
struct TimedOrder {
  std::vector<AllocationStep> steps{};
  /// Vertical: steps of one timing that follow each other are taken installment by installment;
  /// horizontal: each step over all installments.
  AllocationMode mode = AllocationMode::vertical;
  Advance advance = Advance::next;
  bool operator==(const TimedOrder&) const = default;
};
/// Does money pay all of one installment before it comes to the next? Then the claims (by due date)
/// may be given one at a time, each with what the one before it left.
[[nodiscard]] bool goes_row_by_row(const TimedOrder& order);
/// The same as `allocate` above for an order by timing; `dpd` and `switched` are not decided here.
[[nodiscard]] Allocation allocate(std::int64_t amount_minor, std::vector<Claim> claims,
                                  const TimedOrder& order, Day date);

}  // namespace loanbook::schedule
