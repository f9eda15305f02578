#pragma once

// A total in parts, one for each row: principal, flat interest, fees. Private to schedule/.

#include <cstdint>
#include <vector>

#include "loanbook/money/rounding.hpp"
#include "loanbook/schedule/terms.hpp"

namespace loanbook::schedule {

/// Parts in proportion to the shares (0: nothing): R(total x share / sum), and what rounding leaves
/// goes to the last part or the first (never below 0); `spread` takes differences of rounded
/// running sums. They add up to the total.
struct WeightedParts {
  std::int64_t total = 0;
  std::vector<std::uint32_t> shares{};
  money::Rounding rounding{};
  Remainder remainder = Remainder::last;
};
[[nodiscard]] std::vector<std::int64_t> weighted_parts(const WeightedParts& task);

struct EqualParts {
  std::int64_t total = 0;
  std::uint32_t parts = 1;
  money::Rounding rounding{};
  Remainder remainder = Remainder::last;
};
[[nodiscard]] std::vector<std::int64_t> equal_parts(const EqualParts& task);

/// The fee of each of `rows` rows; empty where there is none. A total is split in `split_mode`.
[[nodiscard]] std::vector<std::int64_t> installment_fees(const InstallmentFee& fee,
                                                         std::int64_t original_principal,
                                                         std::uint32_t rows,
                                                         money::RoundingMode split_mode,
                                                         Remainder remainder);

}  // namespace loanbook::schedule
