#include "loanbook/ledger/night/columns.hpp"

#include <algorithm>

#include "loanbook/money/assert.hpp"
#include "loanbook/money/wide.hpp"

namespace loanbook::ledger {
namespace {

using schedule::DayCount;

// Far below 2^63, so that four centuries of steps cannot overflow a column.
constexpr std::int64_t column_max = std::int64_t{1} << 60;
constexpr std::int64_t horizon_steps = 366 * 400;

std::int64_t usual_step(DayCount day_count) {
  return day_count == DayCount::act_act_isda ? 366 : 1;
}

}  // namespace

LineColumns::LineColumns(DayCount day_count, money::RoundingMode mode)
    : day_count_(day_count), mode_(mode), prepared_step_(usual_step(day_count)) {}

bool LineColumns::fits(const schedule::Line& line) const {
  if (day_count_ == DayCount::thirty_360 || day_count_ == DayCount::thirty_360_us) return false;
  if (line.base < 0 || line.slope < 0 || line.slope > column_max ||
      line.denominator > column_max / 4)
    return false;
  if (line.base > static_cast<money::Int128>(column_max) << 60) return false;
  const money::Int128 a_night = line.slope * usual_step(day_count_);
  if (a_night * 2 > column_max || a_night >= static_cast<money::Int128>(line.denominator) << 50)
    return false;
  return line.base + a_night * horizon_steps < static_cast<money::Int128>(line.denominator) << 60;
}

void LineColumns::resize(std::size_t size) {
  for (auto* column : {&level_, &carry_, &step_, &step_rest_, &slope2_}) column->resize(size, 0);
  den2_.resize(size, 1);
}

std::int64_t LineColumns::offset(std::int64_t den2) const {
  switch (mode_) {
    case money::RoundingMode::half_up:
    case money::RoundingMode::half_even:
      return den2 / 2;
    case money::RoundingMode::up:
      return den2 - 2;  // numerators are even, so this reaches the next whole unit
    case money::RoundingMode::down:
      return 0;
  }
  return 0;
}

void LineColumns::set(std::size_t slot, const schedule::Line& line, Day day) {
  const std::int64_t den2 = 2 * line.denominator;
  const money::Int128 elapsed = schedule::day_index(day_count_, line.first, day, context_);
  const money::Int128 numerator = 2 * (line.base + line.slope * elapsed) + offset(den2);
  const auto [quotient, remainder] = money::divide(numerator, den2);
  level_[slot] = static_cast<std::int64_t>(quotient);
  carry_[slot] = static_cast<std::int64_t>(remainder);
  den2_[slot] = den2;
  slope2_[slot] = static_cast<std::int64_t>(2 * line.slope);
  step_[slot] = slope2_[slot] * prepared_step_ / den2;
  step_rest_[slot] = slope2_[slot] * prepared_step_ % den2;
}

void LineColumns::clear(std::size_t slot) {
  level_[slot] = carry_[slot] = step_[slot] = step_rest_[slot] = slope2_[slot] = 0;
  den2_[slot] = 1 << 20;  // never reached by a carry of 0
}

void LineColumns::move_slot(std::size_t from, std::size_t to) {
  for (auto* column : {&level_, &carry_, &step_, &step_rest_, &den2_, &slope2_})
    (*column)[to] = (*column)[from];
}

void LineColumns::prepare(Day day) {
  // For additive day counts the step of a night does not depend on where a line began; the others
  // do not stand in columns.
  const std::int64_t step = schedule::day_index(day_count_, day, day + date::days{1}, context_);
  if (step % prepared_step_ == 0) {
    repeat_ = step / prepared_step_;
    return;
  }
  prepared_step_ = step;
  repeat_ = 1;
  for (std::size_t i = 0; i < level_.size(); ++i) {
    step_[i] = slope2_[i] * step / den2_[i];
    step_rest_[i] = slope2_[i] * step % den2_[i];
  }
}

money::Int128 LineColumns::run(std::size_t first, std::size_t last, const std::uint8_t* skip) {
  std::int64_t* const level = level_.data();
  std::int64_t* const carry = carry_.data();
  const std::int64_t* const step = step_.data();
  const std::int64_t* const rest = step_rest_.data();
  const std::int64_t* const den2 = den2_.data();
  const bool half_even = mode_ == money::RoundingMode::half_even;
  money::Int128 total = 0;
  for (std::int64_t round = 0; round < repeat_; ++round) {
    for (std::size_t block = first; block < last;) {
      const std::size_t end = std::min<std::size_t>(last, block + 1024);
      std::int64_t sum = 0;
      bool wide = false;
      if (!half_even) {
        for (std::size_t i = block; i < end; ++i) {
          std::int64_t c = carry[i] + rest[i];
          const std::int64_t over = -static_cast<std::int64_t>(c >= den2[i]);
          carry[i] = c - (den2[i] & over);
          const std::int64_t rise = step[i] - over;
          level[i] += rise;
          wide |= rise > (std::int64_t{1} << 52);
          sum += skip[i] != 0 ? 0 : rise;
        }
      } else {
        // At an exact half (carry 0) the even neighbour is the level: one less than the half-up
        // value where that is odd.
        for (std::size_t i = block; i < end; ++i) {
          const std::int64_t tie_before = static_cast<std::int64_t>(carry[i] == 0) & level[i] & 1;
          std::int64_t c = carry[i] + rest[i];
          const std::int64_t over = -static_cast<std::int64_t>(c >= den2[i]);
          c -= den2[i] & over;
          carry[i] = c;
          const std::int64_t rise = step[i] - over;
          level[i] += rise;
          const std::int64_t tie_after = static_cast<std::int64_t>(c == 0) & level[i] & 1;
          wide |= rise > (std::int64_t{1} << 52);
          sum += skip[i] != 0 ? 0 : rise - tie_after + tie_before;
        }
      }
      LOANBOOK_ASSERT(!wide);  // 1,024 rises below 2^52 cannot overflow the block's sum
      total += sum;
      block = end;
    }
  }
  return total;
}

}  // namespace loanbook::ledger
