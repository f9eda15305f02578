#include "loanbook/schedule/equal_parts.hpp"

#include <algorithm>
#include <numeric>

#include "loanbook/money/assert.hpp"

namespace loanbook::schedule {
namespace {

using money::Int128;
using money::Rounding;

std::int64_t rounded(Int128 numerator, Int128 denominator, Rounding rounding) {
  return static_cast<std::int64_t>(
      money::divide_rounded(numerator, denominator * rounding.multiple, rounding.mode) *
      rounding.multiple);
}

/// What the others leave, for one part; where rounding gave them too much, it is taken back from
/// the end.
void give_rest(std::vector<std::int64_t>& parts, std::size_t taker, std::int64_t total) {
  std::int64_t others = 0;
  for (std::size_t i = 0; i < parts.size(); ++i) {
    if (i == taker) continue;
    parts[i] = std::min(parts[i], total - others);
    others += parts[i];
  }
  parts[taker] = total - others;
}

}  // namespace

std::vector<std::int64_t> weighted_parts(const WeightedParts& task) {
  const std::size_t count = task.shares.size();
  std::vector<std::int64_t> parts(count, 0);
  const std::int64_t sum = std::accumulate(task.shares.begin(), task.shares.end(), std::int64_t{0});
  LOANBOOK_ASSERT(sum > 0);
  const auto has_share = [](std::uint32_t share) { return share != 0; };
  const auto first = static_cast<std::size_t>(
      std::find_if(task.shares.begin(), task.shares.end(), has_share) - task.shares.begin());
  const auto last =
      count - 1 -
      static_cast<std::size_t>(std::find_if(task.shares.rbegin(), task.shares.rend(), has_share) -
                               task.shares.rbegin());
  if (task.remainder == Remainder::spread) {
    std::int64_t running = 0;
    std::int64_t given = 0;
    for (std::size_t i = 0; i <= last; ++i) {
      running += task.shares[i];
      const std::int64_t upto =
          i == last
              ? task.total
              : std::min(task.total, rounded(Int128{task.total} * running, sum, task.rounding));
      parts[i] = std::max<std::int64_t>(upto - given, 0);
      given += parts[i];
    }
    return parts;
  }
  for (std::size_t i = 0; i < count; ++i)
    parts[i] = rounded(Int128{task.total} * task.shares[i], sum, task.rounding);
  give_rest(parts, task.remainder == Remainder::first ? first : last, task.total);
  return parts;
}

std::vector<std::int64_t> equal_parts(const EqualParts& task) {
  return weighted_parts({.total = task.total,
                         .shares = std::vector<std::uint32_t>(task.parts, 1),
                         .rounding = task.rounding,
                         .remainder = task.remainder});
}

std::vector<std::int64_t> installment_fees(const InstallmentFee& fee,
                                           std::int64_t original_principal, std::uint32_t rows,
                                           money::RoundingMode split_mode, Remainder remainder) {
  if (fee.rate.numerator == 0 && fee.amount_minor == 0) return {};
  const Int128 exact = Int128{original_principal} * fee.rate.numerator +
                       Int128{fee.amount_minor} * fee.rate.denominator;
  std::vector<std::int64_t> fees;
  if (fee.rounded_in_total) {
    fees = equal_parts({.total = rounded(exact * rows, fee.rate.denominator, fee.rounding),
                        .parts = rows,
                        .rounding = {split_mode, 1},
                        .remainder = remainder});
  } else {
    fees.assign(rows, rounded(exact, fee.rate.denominator, fee.rounding));
  }
  if (fee.upfront) {
    fees.front() = std::accumulate(fees.begin(), fees.end(), std::int64_t{0});
    std::fill(fees.begin() + 1, fees.end(), 0);
  }
  return fees;
}

}  // namespace loanbook::schedule
