#include "loanbook/schedule/accrual.hpp"

#include <algorithm>
#include <string>

#include "loanbook/money/assert.hpp"

namespace loanbook::schedule {
namespace {

using money::Int128;
using money::Rate;

constexpr std::uint8_t daily_digits_max = 12;

bool counts_actual_days(DayCount day_count) {
  return day_count == DayCount::act_360 || day_count == DayCount::act_365f ||
         day_count == DayCount::act_act_isda;
}

/// With rounded days the line counts plain days: the rounding has used up the day count.
DayCount index_of(const AccrualRules& rules) {
  return rules.daily_digits ? DayCount::act_360 : rules.day_count;
}

std::int64_t power_of_ten(unsigned exponent) {
  std::int64_t power = 1;
  for (unsigned i = 0; i < exponent; ++i) power *= 10;
  return power;
}

/// What one day on from `day` accrues, as a line without a level.
std::optional<Line> slope_from(std::int64_t balance, Rate rate, const AccrualRules& rules,
                               Day day) {
  Line line = simple_line(balance, rate, rules.day_count, day);
  if (!rules.daily_digits) return line;
  const std::int64_t units = power_of_ten(*rules.daily_digits);
  Int128 amount = 0;
  if (!money::multiply(line.slope, Int128{day_index(rules.day_count, day, day + date::days{1})},
                       &amount))
    return std::nullopt;
  if (!money::multiply(amount, Int128{units}, &amount)) return std::nullopt;
  line.slope = money::divide_rounded(amount, line.denominator, rules.mode);
  line.denominator = units;
  return line;
}

Day next_new_year(Day day) {
  return Day{(date::year_month_day{day}.year() + date::years{1}) / date::January / 1};
}

std::optional<Line> rebased(const Line& line, const AccrualRules& rules, Day day) {
  const auto exact = exact_level(line, index_of(rules), day);
  if (!exact) return std::nullopt;
  return Line{.base = *exact, .slope = line.slope, .denominator = line.denominator, .first = day};
}

/// The line as it runs into `day`: a rounded day under ACT/ACT is another amount in the next year.
std::optional<Line> line_into(const AccrualState& state, const AccrualRules& rules, Day day) {
  Line line = state.line;
  if (!rules.daily_digits || rules.day_count != DayCount::act_act_isda) return line;
  for (Day turn = next_new_year(line.first); turn <= day; turn = next_new_year(turn)) {
    const auto moved = rebased(line, rules, turn);
    const auto slope = slope_from(state.balance, state.rate, rules, turn);
    if (!moved || !slope) return std::nullopt;
    const auto joined = with_slope(*moved, *slope);
    if (!joined) return std::nullopt;
    line = *joined;
  }
  return line;
}

/// What an event does to the loan.
struct Change {
  std::int64_t interest_paid = 0;
  std::int64_t principal_paid = 0;
  std::int64_t drawn = 0;
};

/// The state at the opening of `day` after `change`, with the rate that runs from there.
std::optional<AccrualState> moved_to(const AccrualState& state, const AccrualRules& rules, Day day,
                                     const Change& change, Rate rate) {
  AccrualState next = state;
  next.rate = rate;
  if (!money::add(state.balance, change.drawn - change.principal_paid, &next.balance))
    return std::nullopt;
  if (!money::add(state.interest_paid, change.interest_paid, &next.interest_paid))
    return std::nullopt;
  if (!money::add(state.principal_paid, change.principal_paid, &next.principal_paid))
    return std::nullopt;

  const auto running = line_into(state, rules, day);
  if (!running) return std::nullopt;
  const auto paid = after_payment(*running, index_of(rules), rules.mode, day, change.interest_paid);
  const auto slope = slope_from(next.balance, rate, rules, day);
  if (!paid || !slope) return std::nullopt;
  const auto line = with_slope(*paid, *slope);
  if (!line) return std::nullopt;
  next.line = *line;
  return next;
}

std::optional<Repayment> repaid(const AccrualState& state, const AccrualRules& rules, Day day,
                                const Change& change, std::int64_t amount) {
  const auto next = moved_to(state, rules, day, change, state.rate);
  if (!next) return std::nullopt;
  return Repayment{.state = *next,
                   .interest = change.interest_paid,
                   .principal = change.principal_paid,
                   .returned = amount - change.interest_paid - change.principal_paid};
}

}  // namespace

money::Status check(const AccrualRules& rules) {
  if (!rules.daily_digits) return money::ok();
  if (*rules.daily_digits > daily_digits_max) {
    return money::Error{"accrual.daily_digits_out_of_range",
                        "daily rounding to " + std::to_string(*rules.daily_digits) +
                            " digits beyond the minor unit; at most 12"};
  }
  if (!counts_actual_days(rules.day_count)) {
    return money::Error{"accrual.daily_rounding_needs_actual_days",
                        "interest rounded every day needs a day count of actual days, not " +
                            std::string(to_text(rules.day_count))};
  }
  return money::ok();
}

AccrualState begin_accrual(const AccrualRules& rules, Rate rate, Day day) {
  Line line = simple_line(0, rate, rules.day_count, day);
  if (rules.daily_digits) line.denominator = power_of_ten(*rules.daily_digits);
  return {.rate = rate, .line = line};
}

std::optional<std::int64_t> accrued_at(const AccrualState& state, const AccrualRules& rules,
                                       Day day) {
  const auto line = line_into(state, rules, day);
  if (!line) return std::nullopt;
  return level(*line, index_of(rules), rules.mode, day);
}

std::optional<AccrualState> draw(const AccrualState& state, const AccrualRules& rules, Day day,
                                 std::int64_t amount_minor) {
  LOANBOOK_ASSERT(amount_minor >= 0);
  return moved_to(state, rules, day, {.drawn = amount_minor}, state.rate);
}

std::optional<Repayment> repay(const AccrualState& state, const AccrualRules& rules, Day day,
                               std::int64_t amount_minor) {
  LOANBOOK_ASSERT(amount_minor >= 0);
  const auto accrued = accrued_at(state, rules, day);
  if (!accrued) return std::nullopt;
  const std::int64_t interest = std::min(*accrued, amount_minor);
  const std::int64_t principal = std::min(state.balance, amount_minor - interest);
  return repaid(state, rules, day, {.interest_paid = interest, .principal_paid = principal},
                amount_minor);
}

std::optional<Repayment> repay_principal(const AccrualState& state, const AccrualRules& rules,
                                         Day day, std::int64_t amount_minor) {
  LOANBOOK_ASSERT(amount_minor >= 0);
  return repaid(state, rules, day, {.principal_paid = std::min(state.balance, amount_minor)},
                amount_minor);
}

std::optional<Repayment> pay_off(const AccrualState& state, const AccrualRules& rules, Day day) {
  const auto accrued = accrued_at(state, rules, day);
  std::int64_t all = 0;
  if (!accrued || !money::add(*accrued, state.balance, &all)) return std::nullopt;
  return repaid(state, rules, day, {.interest_paid = *accrued, .principal_paid = state.balance},
                all);
}

std::optional<AccrualState> change_rate(const AccrualState& state, const AccrualRules& rules,
                                        Day day, Rate rate) {
  return moved_to(state, rules, day, {}, rate);
}

}  // namespace loanbook::schedule
