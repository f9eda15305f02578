#include "loanbook/money/split.hpp"

#include <algorithm>
#include <cstddef>
#include <numeric>

#include "loanbook/money/assert.hpp"
#include "loanbook/money/wide.hpp"

namespace loanbook::money {
namespace {

// A discarded fraction, below one unit. Both terms below 2^63, so cross products stay below 2^126.
struct Fraction {
  Int128 numerator;
  Int128 denominator;
};

bool larger(const Fraction& a, const Fraction& b) {
  return a.numerator * b.denominator > b.numerator * a.denominator;
}

std::int64_t narrowed(Int128 wide) {
  std::int64_t value = 0;
  LOANBOOK_ASSERT(narrow(wide, &value));
  return value;
}

void check(std::span<const Ratio> ratios) {
  LOANBOOK_ASSERT(!ratios.empty());
  for (const Ratio& ratio : ratios) {
    LOANBOOK_ASSERT(ratio.numerator >= 0);
    LOANBOOK_ASSERT(ratio.denominator > 0);
  }
}

}  // namespace

std::vector<std::int64_t> split_largest_remainder(std::int64_t amount_minor,
                                                  std::span<const Ratio> ratios) {
  check(ratios);
  const Int128 sign = amount_minor < 0 ? -1 : 1;
  const Int128 amount = sign * amount_minor;
  std::vector<Int128> parts;
  std::vector<Fraction> discarded;
  Int128 left = amount;
  for (const Ratio& ratio : ratios) {
    const Int128 product = amount * ratio.numerator;
    parts.push_back(product / ratio.denominator);
    discarded.push_back({product % ratio.denominator, ratio.denominator});
    left -= parts.back();
  }
  // Each party discards less than one unit; anything else means the ratios do not sum to 1.
  LOANBOOK_ASSERT(left >= 0);
  LOANBOOK_ASSERT(left < static_cast<Int128>(ratios.size()));
  std::vector<std::size_t> order(ratios.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  std::ranges::stable_sort(
      order, [&](std::size_t a, std::size_t b) { return larger(discarded[a], discarded[b]); });
  for (std::size_t i = 0; i < static_cast<std::size_t>(left); ++i) parts[order[i]] += 1;
  std::vector<std::int64_t> result;
  result.reserve(parts.size());
  for (const Int128 part : parts) result.push_back(narrowed(sign * part));
  return result;
}

std::vector<std::int64_t> split_last_takes_rest(std::int64_t amount_minor,
                                                std::span<const Ratio> ratios, RoundingMode mode) {
  check(ratios);
  std::vector<std::int64_t> result;
  Int128 rest = amount_minor;
  for (const Ratio& ratio : ratios.first(ratios.size() - 1)) {
    const Int128 product = Int128{amount_minor} * ratio.numerator;
    const Int128 part = divide_rounded(product, ratio.denominator, mode);
    result.push_back(narrowed(part));
    rest -= part;
  }
  result.push_back(narrowed(rest));
  return result;
}

}  // namespace loanbook::money
