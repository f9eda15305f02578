#pragma once

// What a product says of the quality of its loans (资产质量): which days past due count, when
// interest stops being income, how the loans of one customer share a category.

#include <cstdint>

#include "loanbook/money/result.hpp"

namespace loanbook::ledger {

/// When a loan on non-accrual accrues again. Frozen.
enum class AccrualReturn : std::uint8_t {
  cured = 1,     ///< as soon as nothing is past due
  by_event = 2,  ///< by the operation `non-accrual` only
};

/// What the other loans of a customer do to the category of a loan. Frozen.
enum class CustomerRule : std::uint8_t {
  own = 0,    ///< nothing
  worst = 1,  ///< all have the category of the worst
  part = 2,   ///< substandard at least, once a part of the customer's principal is (China: 10 %)
};

struct AssetQuality {
  /// Principal and interest past due of less than this do not count as days past due; 0: all do.
  std::int64_t materiality_minor = 0;
  /// Interest is no income any more once more days past due count than this; 0: it always is.
  std::uint16_t non_accrual_days = 0;
  AccrualReturn accrual_return = AccrualReturn::cured;
  CustomerRule customer = CustomerRule::own;
  std::int64_t customer_part_e6 = 0;  ///< of `part`: more than this of the principal, 6 decimals
  bool operator==(const AssetQuality&) const = default;
};

/// `product.non_accrual`, `product.materiality`, `product.customer` where a rule is out of range.
[[nodiscard]] money::Status check(const AssetQuality& rules);

class Encoder;
class Decoder;
/// Canonical bytes within those of a product (docs/format.md), and back.
void encode(Encoder& out, const AssetQuality& rules);
[[nodiscard]] AssetQuality decode_asset_quality(Decoder& in);

}  // namespace loanbook::ledger
