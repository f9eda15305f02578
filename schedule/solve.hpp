#pragma once

// The installment of any shape of plan, exactly. Private to schedule/.

#include <cstdint>
#include <memory>
#include <vector>

#include "loanbook/money/rounding.hpp"
#include "loanbook/money/wide.hpp"

namespace loanbook::schedule {

/// What a row does to the balance B, unrounded: B -> B + balance x interest + added - U x weight.
struct SolveRow {
  money::Int128 interest = 0;  ///< growth of the balance over `denominator`; 0 where the row's
                               ///< interest is paid beside the installment or not at all
  money::Int128 added = 0;     ///< paid out within the row, with its growth; over `denominator`
  money::Int128 denominator = 1;
  std::uint32_t exponent = 0;  ///< weight = share x growth^exponent
  std::uint32_t share = 0;     ///< 0: the row takes no part in the installment
};

struct SolveTask {
  std::int64_t balance = 0;
  std::int64_t balloon = 0;     ///< left after the last row
  std::int64_t growth_e12 = 0;  ///< of the weights: 1 + growth
  std::vector<SolveRow> rows{};
};

/// The U at which the balance ends at the balloon, as an exact fraction of any width.
class SolvedUnit {
 public:
  /// Formula: the balance after the rows is a - b U; U = (a - balloon) / b. Requires a row with a
  /// share.
  explicit SolvedUnit(SolveTask task);
  ~SolvedUnit();
  SolvedUnit(SolvedUnit&&) noexcept;
  SolvedUnit& operator=(SolvedUnit&&) noexcept;

  /// round(U x weight) to a multiple; 0 where it is negative (nothing is left to pay).
  [[nodiscard]] std::int64_t amount(std::uint32_t share, std::uint32_t exponent,
                                    money::Rounding rounding);
  /// U x weight with 12 decimals, cut off: to be shown.
  [[nodiscard]] money::Int128 amount_e12(std::uint32_t share, std::uint32_t exponent);

 private:
  struct Exact;
  std::unique_ptr<Exact> exact_;
};

}  // namespace loanbook::schedule
