#pragma once

// What a product says of a rate that follows a published index (浮动利率、重定价). Rules:
// specs/floating-rates.md.

#include <cstdint>
#include <optional>
#include <string>

#include "loanbook/money/rate.hpp"
#include "loanbook/money/result.hpp"
#include "loanbook/money/rounding.hpp"
#include "loanbook/schedule/rates.hpp"

namespace loanbook::ledger {

class Encoder;
class Decoder;

struct IndexRules {
  std::string index;            ///< name of the series
  std::int64_t spread_e12 = 0;  ///< added to its value (加点); may be below 0
  schedule::ResetRule reset{};
  std::uint16_t fixing_lag_days = 0;  ///< the value in force so many days before the reset
  std::optional<money::Rate> floor{};
  std::optional<money::Rate> cap{};
  std::int64_t step_e12 = 0;  ///< the rate is a multiple of it; 0: as it comes
  money::RoundingMode rounding = money::RoundingMode::half_up;
  bool operator==(const IndexRules&) const = default;
};

/// `product.index` where a rule is out of range.
[[nodiscard]] money::Status check(const IndexRules& rules);
/// The rate at a value of the index: value + spread, to the step, within floor (0 where absent) and
/// cap. Within the limits of rates.
[[nodiscard]] money::Rate rate_at(const IndexRules& rules, std::int64_t spread_e12,
                                  money::Rate value);

/// Part 4 of a product's bytes (docs/format.md).
void encode(Encoder& out, const IndexRules& rules);
[[nodiscard]] IndexRules decode_index_rules(Decoder& in);

}  // namespace loanbook::ledger
