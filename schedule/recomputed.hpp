#pragma once

// Interest computed again from what is really owed: stretches of a period with one balance each,
// rounded one by one, and the rows that are left once the first of them is known. Rules and worked
// tables: specs/interest-recomputed.md.

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "loanbook/schedule/rate_factor.hpp"
#include "loanbook/schedule/terms.hpp"

namespace loanbook::schedule {

/// Days from which a changed balance bears interest. Values reached a disk: frozen.
enum class RestUnit : std::uint8_t {
  day = 1,
  week = 2,
  month = 3,
  installment = 4,  ///< the due dates of the plan
};
struct Rest {
  RestUnit unit = RestUnit::day;
  std::uint16_t every = 1;  ///< of `day`, `week`, `month`
  std::uint8_t on_day = 0;  ///< of the month, 1 to 31, clipped; 0: that of the anchor
  bool operator==(const Rest&) const = default;
};
/// `day`, `7 days`, `2 weeks`, `month`, `3 months on 15`, `installment`; anything else is
/// `rest.unknown`.
[[nodiscard]] Result<Rest> parse_rest(std::string_view text);
[[nodiscard]] std::string to_text(const Rest& rest);
/// The first rest date on or after `day`, counted from `anchor`. Requires anchor <= day and a unit
/// other than `installment`, whose dates are those of the table.
[[nodiscard]] Day next_rest(const Rest& rest, Day anchor, Day day);

/// Interest of `balance` over a stretch of `period` (to its `due`, excluded), rounded.
///
/// Formula: daily basis: balance x rate x days by the day count (counted from the period's
/// beginning). Monthly basis: balance x rate x months / 12 (30 days of 360 where the period is no
/// whole number of months) x actual days of the stretch / actual days of the period.
[[nodiscard]] std::int64_t stretch_interest(const Terms& terms, GivenPeriod period,
                                            GivenPeriod stretch, std::int64_t balance);

/// How the equal installment is solved. Frozen.
enum class SolveDays : std::uint8_t {
  actual = 1,  ///< over the periods as they are
  even = 2,    ///< as if every month had 30 days of the day count's year (365 where it varies)
};
/// The equal installment (level) or part (equal principal) that repays `balance` over `periods`;
/// 0 where the method has none.
[[nodiscard]] std::int64_t solve_rest(const Terms& terms, SolveDays days,
                                      const std::vector<GivenPeriod>& periods,
                                      std::int64_t balance);

/// A row that is left.
struct RestRow {
  GivenPeriod period;
  std::int64_t paid = 0;   ///< principal paid in advance
  std::int64_t added = 0;  ///< principal beside the plan's, asked for by this row
  std::int64_t principal = 0;
  std::int64_t interest = 0;
};
struct RestOfPlan {
  std::int64_t balance = 0;            ///< principal of all rows, paid in advance or not, without
                                       ///< what was added
  std::int64_t first_interest = 0;     ///< known
  std::int64_t first_installment = 0;  ///< level: with its interest; equal principal: without
  std::int64_t later_installment = 0;  ///< of the other rows
  std::int64_t first_least = 0;        ///< principal that the first row asks for at least
  std::int64_t take_off = 0;           ///< by which the rows are smaller until it is used up
  bool solve_again = false;            ///< where the first row asks for more than its installment
  bool take_off_again = false;         ///< what it asks for more is taken off the rows after it
  SolveDays days = SolveDays::actual;
};
/// Fills in principal and interest of `rows` (at least one); the last row takes the rest; rows that
/// nothing is left for stay at 0. Returns the installment of the later rows.
std::int64_t plan_rest(const Terms& terms, const RestOfPlan& rest, std::vector<RestRow>& rows);

}  // namespace loanbook::schedule
