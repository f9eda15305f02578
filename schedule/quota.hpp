#pragma once

// Who gets which unit of a shared amount: the table behind every partner's share of a joint loan.
//
// With whole weights w_1..w_m and their sum W, unit after unit is handed out over one period of W
// units; after the period each party has exactly its weight, and the table begins again. So a share
// is a function of the total alone: it never falls while the total rises, lies within one unit of
// the exact share, and the shares sum to the total. Cumulative largest remainder has the first flaw
// that this removes: with weights 6, 6 and 2 it gives 1, 1, 1 of 3 units and 2, 2, 0 of 4.

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <vector>

namespace loanbook::schedule {

class QuotaTable {
 public:
  static constexpr std::int64_t weights_sum_max = 10'000;
  static constexpr std::size_t parties_max = 16;

  /// The table of these weights, divided by their greatest common divisor. Nothing unless there are
  /// 1 to `parties_max` of them, each 1 or more, with a sum of at most `weights_sum_max` after the
  /// division.
  ///
  /// The quota method (M. L. Balinski and H. P. Young, "The quota method of apportionment",
  /// American Mathematical Monthly 82, 1975): unit h + 1 goes to the party with the largest
  /// w_i / (a_i + 1) among those with a_i < (h + 1) w_i / W, where a_i is what it has; ties to the
  /// party listed first.
  [[nodiscard]] static std::optional<QuotaTable> make(std::span<const std::int64_t> weights);

  [[nodiscard]] std::size_t parties() const { return weights_.size(); }
  /// Units of a period (W).
  [[nodiscard]] std::int64_t period() const { return static_cast<std::int64_t>(order_.size()); }
  [[nodiscard]] std::int64_t weight(std::size_t party) const { return weights_[party]; }
  /// By unit of the period: the party that gets it.
  [[nodiscard]] std::span<const std::uint8_t> order() const { return order_; }

  /// What `party` has of `total` units: (total div W) w_i + prefix_i(total mod W); a negative total
  /// is the mirror image. Requires party < parties().
  [[nodiscard]] std::int64_t share(std::size_t party, std::int64_t total) const;

 private:
  QuotaTable() = default;

  std::vector<std::int64_t> weights_;
  std::vector<std::uint8_t> order_;
  std::vector<std::uint16_t> prefix_;  ///< (h, party) -> what it has after h units, h < W
};

}  // namespace loanbook::schedule
