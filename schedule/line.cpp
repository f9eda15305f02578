#include "loanbook/schedule/line.hpp"

#include <algorithm>
#include <numeric>

#include "loanbook/money/assert.hpp"
#include "loanbook/schedule/charges.hpp"

namespace loanbook::schedule {
namespace {

using money::Int128;

constexpr std::int64_t e12 = 1'000'000'000'000;

/// The same level and slope over the denominator x `factor`; nothing on overflow.
std::optional<Line> scaled(const Line& line, std::int64_t factor) {
  Line wider = line;
  if (!money::multiply(line.base, Int128{factor}, &wider.base)) return std::nullopt;
  if (!money::multiply(line.slope, Int128{factor}, &wider.slope)) return std::nullopt;
  if (!money::multiply(line.denominator, factor, &wider.denominator)) return std::nullopt;
  return wider;
}

bool exact_into(const Line& line, DayCount day_count, Day day, const DayCountContext& context,
                Int128* exact) {
  LOANBOOK_ASSERT(line.first <= day);
  Int128 grown = 0;
  if (line.slope != 0 &&
      !money::multiply(line.slope, Int128{day_index(day_count, line.first, day, context)}, &grown))
    return false;
  return money::add(line.base, grown, exact);
}

}  // namespace

std::optional<Int128> exact_level(const Line& line, DayCount day_count, Day day,
                                  const DayCountContext& context) {
  Int128 exact = 0;
  if (!exact_into(line, day_count, day, context, &exact)) return std::nullopt;
  return exact;
}

std::optional<std::int64_t> level(const Line& line, DayCount day_count, money::RoundingMode mode,
                                  Day day, const DayCountContext& context) {
  std::int64_t minor = 0;
  if (!level_into(line, day_count, mode, day, context, &minor)) return std::nullopt;
  return minor;
}

bool level_into(const Line& line, DayCount day_count, money::RoundingMode mode, Day day,
                const DayCountContext& context, std::int64_t* minor) {
  Int128 exact = 0;
  return exact_into(line, day_count, day, context, &exact) &&
         money::narrow(money::divide_rounded(exact, line.denominator, mode), minor);
}

Line scheduled_line(std::int64_t interest_minor, DayCount day_count, Day first, Day due,
                    const DayCountContext& context) {
  const std::int64_t length = std::max<std::int64_t>(1, day_index(day_count, first, due, context));
  return {.base = 0, .slope = interest_minor, .denominator = length, .first = first};
}

Line simple_line(std::int64_t principal_minor, money::Rate rate, DayCount day_count, Day first) {
  LOANBOOK_ASSERT(rate.e12() >= 0);
  const Fraction step = reduced(rate.e12(), e12 * index_per_year(day_count));
  return {.base = 0,
          .slope = Int128{principal_minor} * step.numerator,
          .denominator = step.denominator,
          .first = first};
}

std::optional<Line> after_payment(const Line& line, DayCount day_count, money::RoundingMode mode,
                                  Day day, std::int64_t paid_minor,
                                  const DayCountContext& context) {
  const auto exact = exact_level(line, day_count, day, context);
  const auto rounded = level(line, day_count, mode, day, context);
  if (!exact || !rounded) return std::nullopt;
  Line rest = line;
  rest.first = day;
  if (paid_minor == *rounded && *rounded > 0) {
    rest.base = 0;
  } else if (!money::subtract(*exact, Int128{paid_minor} * line.denominator, &rest.base)) {
    return std::nullopt;
  }
  return rest;
}

std::optional<Line> after_payment(const Line& line, DayCount day_count, money::RoundingMode mode,
                                  Day day, std::int64_t paid_minor,
                                  std::int64_t new_principal_minor, money::Rate rate,
                                  const DayCountContext& context) {
  const auto rest = after_payment(line, day_count, mode, day, paid_minor, context);
  if (!rest) return std::nullopt;
  return with_slope(*rest, simple_line(new_principal_minor, rate, day_count, day));
}

std::optional<Line> with_slope(const Line& line, const Line& slope) {
  const std::int64_t common = std::gcd(line.denominator, slope.denominator);
  auto result = scaled(line, slope.denominator / common);
  const auto added = scaled(slope, line.denominator / common);
  if (!result || !added) return std::nullopt;
  result->slope = added->slope;
  return result;
}

}  // namespace loanbook::schedule
