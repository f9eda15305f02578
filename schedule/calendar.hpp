#pragma once

// Business days. A calendar is data: which weekdays are free, which dates are free besides, and
// which free days are worked after all (China's 调休 moves working days onto weekends).

#include <array>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "loanbook/money/day.hpp"
#include "loanbook/money/result.hpp"

namespace loanbook::schedule {

using money::Day;
using money::Result;

/// Where a date goes that is no business day. Values reached a disk: frozen.
enum class Roll : std::uint8_t {
  none = 0,
  following = 1,           ///< the next business day (顺延)
  modified_following = 2,  ///< the next, unless that is in another month: then the one before
  preceding = 3,           ///< the business day before
  modified_preceding = 4,  ///< the one before, unless that is in another month: then the next
};
/// `none`, `following`, `modified-following`, `preceding`, `modified-preceding`.
[[nodiscard]] Result<Roll> parse_roll(std::string_view text);
[[nodiscard]] std::string_view to_text(Roll roll);

class Calendar {
 public:
  struct Days {
    std::string name;                     ///< for people and messages
    std::array<bool, 7> free_weekdays{};  ///< Monday first
    std::vector<Day> holidays{};          ///< free on any weekday
    std::vector<Day> working_days{};      ///< worked on any weekday; wins over both
  };
  /// `calendar.no_business_day` where all weekdays are free; `calendar.contradiction` where a date
  /// is both a holiday and a working day.
  [[nodiscard]] static Result<Calendar> make(Days days);
  /// Saturday and Sunday free.
  [[nodiscard]] static Calendar weekends();

  [[nodiscard]] const std::string& name() const { return days_.name; }
  [[nodiscard]] const Days& days() const { return days_; }
  [[nodiscard]] bool is_business_day(Day day) const;
  /// `day`, moved by the convention (ISDA 2006 4.12). Total: a run of free days of more than a year
  /// leaves the date where it is.
  [[nodiscard]] Day rolled(Day day, Roll roll) const;
  /// Business days from `start` (included) to `end` (excluded). Requires start <= end.
  [[nodiscard]] std::int32_t business_days(Day start, Day end) const;

 private:
  explicit Calendar(Days days) : days_(std::move(days)) {}
  Days days_;  // both lists sorted
};

}  // namespace loanbook::schedule
