#pragma once

// Stateless ways to share amounts between the partners of a joint loan (联合贷), by the names that
// contracts use. All amounts in minor units; ratios sum to 1; parts stand in the order of the
// ratios.

#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include "loanbook/money/rate.hpp"
#include "loanbook/money/rounding.hpp"
#include "loanbook/money/split.hpp"

namespace loanbook::schedule {

/// A service fee taken out first, the rest by largest remainder.
struct CarvedOut {
  std::int64_t service_fee;
  std::vector<std::int64_t> parts;
};
[[nodiscard]] CarvedOut carve_out(std::int64_t amount_minor, money::Ratio service_rate,
                                  std::span<const money::Ratio> ratios, money::RoundingMode mode);

/// The parts of every amount of a sequence, and those of its sum (what each partner paid out at the
/// drawdown).
struct SplitSequence {
  std::vector<std::int64_t> drawdown;
  std::vector<std::vector<std::int64_t>> parts;
};
/// Part k of a party = its part of the sum of the first k amounts less that of the first k - 1.
/// Nothing where the sum overflows.
[[nodiscard]] std::optional<SplitSequence> split_cumulative(std::span<const std::int64_t> amounts,
                                                            std::span<const money::Ratio> ratios);
/// Every amount by itself; the last one so that each party ends at its part of the sum (a part may
/// be negative). Requires an amount.
[[nodiscard]] std::optional<SplitSequence> split_independent(std::span<const std::int64_t> amounts,
                                                             std::span<const money::Ratio> ratios);

/// A partner with a funding rate earns that on its principal; the one without takes the rest of the
/// customer's interest.
struct FundingPartner {
  money::Ratio ratio;
  std::optional<money::Rate> funding_rate;
};
struct FundedSplit {
  std::vector<std::int64_t> principal;
  std::vector<std::int64_t> interest;
  std::int64_t interest_total;
};
/// Interest of `days` of 360. Nothing unless exactly one partner has no funding rate, or on
/// overflow.
[[nodiscard]] std::optional<FundedSplit> split_by_funding_rate(
    std::int64_t principal_minor, money::Rate customer_rate, std::uint32_t days,
    std::span<const FundingPartner> partners, money::RoundingMode mode);

}  // namespace loanbook::schedule
