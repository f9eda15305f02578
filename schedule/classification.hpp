#pragma once

// The category of a loan from more than its days past due (五级分类). Rule: Measures for Risk
// Classification of Financial Assets of Commercial Banks (2023 no. 1).

#include <cstdint>

#include "loanbook/schedule/arrears.hpp"

namespace loanbook::schedule {

/// Why a payment is late.
enum class Lateness : std::uint8_t {
  ordinary = 1,
  technical = 2,  ///< an operational cause on the lender's or the channel's side
};

struct CategoryRules {
  Thresholds thresholds = standard_categories();
  std::uint16_t technical_days = 7;  ///< technical lateness of up to so many days is none
};

/// The worse of the category by days past due and `not_better_than` (an override by a person, the
/// floor of a restructured loan: 1 special mention, 2 substandard where it was non-performing).
/// Categories count from 0, normal. Total.
[[nodiscard]] std::uint8_t category(const CategoryRules& rules, std::int32_t dpd, Lateness lateness,
                                    std::uint8_t not_better_than = 0);

}  // namespace loanbook::schedule
