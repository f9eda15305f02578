#include "loanbook/schedule/rates.hpp"

#include <algorithm>
#include <string>

#include "loanbook/money/limits.hpp"
#include "loanbook/money/text.hpp"

namespace loanbook::schedule {
namespace {

using money::Int128;
using money::Rate;

constexpr Int128 e12 = 1'000'000'000'000;

money::Error out_of_range(const std::string& what) {
  return money::Error{"rate.out_of_range", what + " is not 0 to 1,000 % a year"};
}

Result<Rate> checked(Int128 rate_e12, const std::string& what) {
  if (rate_e12 < 0 || rate_e12 > money::limits::rate_e12_max) return out_of_range(what);
  return Rate::of_e12(static_cast<std::int64_t>(rate_e12));
}

/// The last value published on or before `day`.
Result<Rate> index_at(std::span<const IndexPoint> index, Day day) {
  const auto after =
      std::upper_bound(index.begin(), index.end(), day,
                       [](Day wanted, const IndexPoint& point) { return wanted < point.day; });
  if (after == index.begin()) {
    return money::Error{"rate.index_missing", "the index has no value on or before " +
                                                  money::to_text(day) +
                                                  "; publish the one in force then"};
  }
  return std::prev(after)->value;
}

/// What a reset at this index value leads to from the rate before it; the caps of one reset come
/// before those of the life.
Result<Rate> reset(const FloatingRate& floating, Rate index, std::optional<Rate> before) {
  // Rounded half up to 12 decimals where the multiplier needs more: a rate has no more.
  Int128 rate =
      money::divide_rounded(Int128{index.e12()} * floating.multiplier.numerator,
                            floating.multiplier.denominator, money::RoundingMode::half_up) +
      floating.spread_e12;
  if (before && floating.rise_max)
    rate = std::min(rate, Int128{before->e12()} + floating.rise_max->e12());
  if (before && floating.fall_max)
    rate = std::max(rate, Int128{before->e12()} - floating.fall_max->e12());
  if (floating.cap) rate = std::min(rate, Int128{floating.cap->e12()});
  rate = std::max(rate, Int128{floating.floor ? floating.floor->e12() : 0});
  return checked(rate, "the floating rate");
}

}  // namespace

Result<Rate> yearly(const EnteredRate& entered) {
  std::int64_t times = 1;
  if (entered.per == RatePer::month) times = 12;
  if (entered.per == RatePer::day) {
    if (entered.days_a_year != 360 && entered.days_a_year != 365) {
      return money::Error{
          "rate.days_a_year_unknown",
          "a daily rate counts 360 or 365 days a year, not " + std::to_string(entered.days_a_year)};
    }
    times = entered.days_a_year;
  }
  return checked(Int128{entered.rate.e12()} * times, "the rate");
}

std::vector<Day> january_resets(Day start, Day end) {
  std::vector<Day> resets;
  date::year year = date::year_month_day{start}.year() + date::years{1};
  for (; Day{year / date::January / 1} < end; year += date::years{1})
    resets.push_back(Day{year / date::January / 1});
  return resets;
}

std::vector<Day> anniversary_resets(Day start, Day end, std::uint16_t every_months) {
  std::vector<Day> resets;
  if (every_months == 0) return resets;
  for (std::int32_t k = 1;; ++k) {
    const Day day = money::add_months(start, k * every_months);
    if (day >= end) return resets;
    resets.push_back(day);
  }
}

Day next_reset(const ResetRule& rule, Day start, Day after) {
  if (rule.month != 0) {
    const date::year_month_day civil{after};
    const date::year_month first = civil.year() / static_cast<unsigned>(rule.month);
    const Day this_year = money::add_months(Day{first / 1}, 0, rule.day);
    return this_year > after ? this_year : money::add_months(Day{first / 1}, 12, rule.day);
  }
  const std::int32_t step = std::max<std::int32_t>(rule.every_months, 1);
  const std::int32_t months = after < start ? 0 : months_and_days(start, after).months;
  const Day next = money::add_months(start, (months / step + 1) * step);
  // A clipped end of month may come before the day that the step from it gives.
  return next > after ? next : money::add_months(start, (months / step + 2) * step);
}

Result<RatePath> rate_path(const FloatingRate& floating, std::span<const IndexPoint> index,
                           Day start) {
  if (floating.multiplier.denominator < 1)
    return money::Error{"rate.multiplier_out_of_range", "the multiplier needs a denominator >= 1"};
  const auto first_index = index_at(index, start);
  if (!first_index) return first_index.error();
  const auto first = reset(floating, *first_index, std::nullopt);
  if (!first) return first.error();
  RatePath path{.first = *first, .changes = {}};
  Rate rate = *first;
  for (const Day day : floating.resets) {
    const auto value = index_at(index, day);
    if (!value) return value.error();
    const auto next = reset(floating, *value, rate);
    if (!next) return next.error();
    if (*next != rate) path.changes.push_back({.from = day, .rate = *next});
    rate = *next;
  }
  return path;
}

}  // namespace loanbook::schedule
