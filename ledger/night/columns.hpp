#pragma once

// The nightly carry kernel: every accrual line that runs tonight as a few integers in columns,
// moved one night at the speed of memory.
//
// A line's half-up level is floor((2 (base + slope t) + offset) / (2 denominator)). Kept per line:
// `level` (that quotient), `carry` (its remainder) and, for one night's step of the day index, the
// quotient `step` and remainder `step_rest` of 2 slope x step by 2 denominator. A night is then
// `carry += step_rest; c = carry >= den2; carry -= c ? den2 : 0; level += step + c`: the value of
// the frozen formula (docs/format.md), without division. Derived; rebuilt from loan states. Private
// to ledger/.

#include <array>
#include <cstdint>
#include <span>
#include <vector>

#include "loanbook/ledger/loan/loan.hpp"
#include "loanbook/ledger/role.hpp"

namespace loanbook::ledger {

/// Columns of lines of one product (so of one day count, rounding and currency).
class LineColumns {
 public:
  LineColumns(schedule::DayCount day_count, money::RoundingMode mode);
  /// Needed by BUS/252 before anything else, and again where it is another.
  void use(const schedule::DayCountContext& context) { context_ = context; }

  /// Can this line run in columns? Not where 30/360 tables depend on its first day, or numbers are
  /// negative or too wide.
  [[nodiscard]] bool fits(const schedule::Line& line) const;
  [[nodiscard]] std::size_t size() const { return level_.size(); }
  void resize(std::size_t size);
  /// Puts `line` into `slot` as of the opening of `day`. Requires fits(line) and line.first <= day.
  void set(std::size_t slot, const schedule::Line& line, Day day);
  /// Nothing accrues in `slot`.
  void clear(std::size_t slot);
  void move_slot(std::size_t from, std::size_t to);
  /// Makes the columns ready for the night of `day` (another length of the step: ACT/ACT at a turn
  /// of years).
  void prepare(Day day);
  /// Moves slots [first, last) from the opening of `day` to the next; returns what their rounded
  /// levels rose by together. `skip[i]` != 0: slot i is left out of the sum (its loan is visited
  /// and set anew).
  [[nodiscard]] money::Int128 run(std::size_t first, std::size_t last, const std::uint8_t* skip);
  /// The rounded level of a slot as it stands.
  [[nodiscard]] std::int64_t level(std::size_t slot) const {
    const bool tie =
        mode_ == money::RoundingMode::half_even && carry_[slot] == 0 && (level_[slot] & 1) != 0;
    return level_[slot] - (tie ? 1 : 0);
  }

 private:
  [[nodiscard]] std::int64_t offset(std::int64_t den2) const;

  schedule::DayCount day_count_;
  schedule::DayCountContext context_{};
  money::RoundingMode mode_;
  std::int64_t prepared_step_;  ///< day-index steps that `step_` stands for
  std::int64_t repeat_ = 1;     ///< how often tonight
  std::vector<std::int64_t> level_, carry_, step_, step_rest_, den2_;
  std::vector<std::int64_t>
      slope2_;  ///< 2 x slope per unit of the day index, to prepare another step
};

}  // namespace loanbook::ledger
