#include "loanbook/schedule/fixed_solve.hpp"

namespace loanbook::schedule {
namespace {

using money::Int128;
using money::Uint128;

struct Fixed {
  FixedLimbs limbs{};

  static Fixed whole(std::uint64_t value) { return {{0, 0, value}}; }
  [[nodiscard]] bool is_zero() const { return (limbs[0] | limbs[1] | limbs[2]) == 0; }

  /// One unit of the last place more; false on overflow.
  bool up() { return ++limbs[0] != 0 || ++limbs[1] != 0 || ++limbs[2] != 0; }
  bool add(std::uint64_t value) { return !__builtin_add_overflow(limbs[2], value, &limbs[2]); }

  /// floor((this x times + added) / by); false where it does not fit. Requires by > 0.
  bool scale(std::uint64_t times, Uint128 added, std::uint64_t by) {
    std::array<std::uint64_t, 4> product{};
    Uint128 carry = 0;
    for (std::size_t i = 0; i < 3; ++i) {
      carry += Uint128{limbs[i]} * times;
      if (i == 2) {
        if (carry + added < carry) return false;
        carry += added;
      }
      product[i] = static_cast<std::uint64_t>(carry);
      carry >>= 64U;
    }
    product[3] = static_cast<std::uint64_t>(carry);
    if (product[3] >= by) return false;
    Uint128 rest = product[3];
    for (std::size_t i = 3; i-- > 0;) {
      rest = rest << 64U | product[i];
      limbs[i] = static_cast<std::uint64_t>(rest / by);
      rest %= by;
    }
    return true;
  }
};

/// A row as factors of 64 bits; nothing where they do not fit.
struct Factors {
  std::uint64_t times;  ///< denominator
  std::uint64_t by;     ///< denominator + interest
};
std::optional<Factors> factors_of(const SolveRow& row) {
  const auto by = static_cast<Uint128>(row.denominator + row.interest);
  if (by >> 63U != 0) return std::nullopt;
  return Factors{static_cast<std::uint64_t>(row.denominator), static_cast<std::uint64_t>(by)};
}

}  // namespace

std::optional<PresentValues> present_values(const SolveTask& task, std::uint64_t growth_numerator,
                                            std::uint64_t growth_denominator) {
  Fixed low;  // of S
  Fixed high;
  Fixed added;
  Fixed balloon = Fixed::whole(static_cast<std::uint64_t>(task.balloon));
  std::uint32_t exponent = task.rows.back().exponent;
  for (std::size_t i = task.rows.size(); i-- > 0;) {
    const SolveRow& row = task.rows[i];
    for (; exponent > row.exponent; --exponent) {
      if (!low.scale(growth_numerator, 0, growth_denominator) ||
          !high.scale(growth_numerator, 0, growth_denominator) || !high.up())
        return std::nullopt;
    }
    if (!low.add(row.share) || !high.add(row.share)) return std::nullopt;
    if (row.interest == 0 && row.added == 0) continue;
    const auto factors = factors_of(row);
    if (!factors) return std::nullopt;
    const auto [times, by] = *factors;
    if (!low.scale(times, 0, by) || !high.scale(times, 0, by) || !high.up()) return std::nullopt;
    const bool draws = row.added != 0 || !added.is_zero();
    if (draws && !added.scale(times, static_cast<Uint128>(row.added), by)) return std::nullopt;
    if (!balloon.is_zero() && !balloon.scale(times, 0, by)) return std::nullopt;
  }
  if (low.is_zero()) return std::nullopt;
  // What A and F lost by being cut off: less than one unit a row, as no step enlarges an error.
  return PresentValues{.shares_low = low.limbs,
                       .shares_high = high.limbs,
                       .added = added.limbs,
                       .balloon = balloon.limbs,
                       .lost = task.rows.size()};
}

}  // namespace loanbook::schedule
