#pragma once

// What a product says of pay-outs: how many, how large, until when.

#include <cstdint>

#include "loanbook/money/result.hpp"
#include "loanbook/money/rounding.hpp"

namespace loanbook::ledger {

/// A fee that the lender keeps back of each pay-out (手续费, 砍头息 where it is forbidden): both 0:
/// none.
struct UpfrontFee {
  std::int64_t part_e12 = 0;  ///< of the pay-out, 10^12 = all of it
  std::int64_t minor = 0;     ///< and this
  money::Rounding rounding{};
  [[nodiscard]] bool none() const { return part_e12 == 0 && minor == 0; }
  bool operator==(const UpfrontFee&) const = default;
};

/// Which pay-outs a loan of the product takes. 0: no such rule.
struct PayoutRules {
  std::uint32_t count_max = 0;
  std::int64_t amount_min_minor = 0;  ///< of each
  std::int64_t amount_max_minor = 0;
  std::int64_t over_minor = 0;  ///< above what was approved, all together
  std::uint16_t days = 0;       ///< from the opening, the last day included (提款期)
  UpfrontFee fee{};
  bool operator==(const PayoutRules&) const = default;
};

/// `product.payouts`. `several`: loans of the product take more than one; `over_part`: they may
/// exceed what was approved by a part of it.
[[nodiscard]] money::Status check(const PayoutRules& rules, bool several, bool over_part);

class Encoder;
class Decoder;
/// Canonical bytes within those of a product (docs/format.md), and back.
void encode(Encoder& out, const PayoutRules& rules);
[[nodiscard]] PayoutRules decode_payout_rules(Decoder& in);

}  // namespace loanbook::ledger
