#pragma once

// Where a rate comes from: as it was entered, or from a published index.

#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include "loanbook/money/rate.hpp"
#include "loanbook/money/result.hpp"
#include "loanbook/money/split.hpp"
#include "loanbook/schedule/terms.hpp"

namespace loanbook::schedule {

enum class RatePer : std::uint8_t { year = 1, month = 2, day = 3 };

/// A rate as the contract words it (日利率 0.05 %, 月利率 1.5 %), kept exactly.
struct EnteredRate {
  money::Rate rate = money::Rate::of_e12(0);  ///< for one unit of `per`
  RatePer per = RatePer::year;
  std::uint16_t days_a_year = 360;  ///< with `day`: 360 or 365, the product says which
};
/// Per year: x 12, x 360 or x 365, exactly. `rate.out_of_range` above the limit.
[[nodiscard]] Result<money::Rate> yearly(const EnteredRate& entered);

/// One published value of an index (LPR, policy rate), in force from its day on.
struct IndexPoint {
  Day day{};
  money::Rate value = money::Rate::of_e12(0);
};

/// A rate that follows an index. All fields per year.
struct FloatingRate {
  std::int64_t spread_e12 = 0;            ///< added to the index; LPR + 1.35 % is 13'500'000'000
  money::Ratio multiplier{1, 1};          ///< of the index, before the spread
  std::optional<money::Rate> cap{};       ///< over the life
  std::optional<money::Rate> floor{};     ///< 0 where absent: a rate is never negative
  std::optional<money::Rate> rise_max{};  ///< at one reset
  std::optional<money::Rate> fall_max{};  ///< at one reset
  std::vector<Day> resets{};              ///< ascending
};
/// Every 1 January after `start` and before `end`, or every anniversary of `start` (重定价日).
[[nodiscard]] std::vector<Day> january_resets(Day start, Day end);
[[nodiscard]] std::vector<Day> anniversary_resets(Day start, Day end, std::uint16_t every_months);

/// When the rate of a running loan is fixed again.
struct ResetRule {
  std::uint8_t month = 0, day = 0;  ///< every year on that day; 0: counted from the pay-out
  std::uint16_t every_months = 12;  ///< from the pay-out
  bool operator==(const ResetRule&) const = default;
};
/// The first reset after `after` of a loan that was paid out on `start`.
[[nodiscard]] Day next_reset(const ResetRule& rule, Day start, Day after);

/// The rate at `start` and its changes at the resets, from the last index value on or before each
/// day. Points ascending. `rate.index_missing` where there is none; `rate.out_of_range`.
struct RatePath {
  money::Rate first = money::Rate::of_e12(0);
  std::vector<RateChange> changes;
};
[[nodiscard]] Result<RatePath> rate_path(const FloatingRate& floating,
                                         std::span<const IndexPoint> index, Day start);

}  // namespace loanbook::schedule
