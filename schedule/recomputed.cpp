#include "loanbook/schedule/recomputed.hpp"

#include <algorithm>
#include <charconv>
#include <utility>

#include "loanbook/money/assert.hpp"
#include "loanbook/schedule/due_dates.hpp"
#include "loanbook/schedule/level_installment.hpp"

namespace loanbook::schedule {
namespace {

using money::Int128;

constexpr std::int64_t e12 = 1'000'000'000'000;

std::int64_t rounded(Int128 numerator, Int128 denominator, money::Rounding rounding) {
  return static_cast<std::int64_t>(
      money::divide_rounded(numerator, denominator * rounding.multiple, rounding.mode) *
      rounding.multiple);
}

unsigned last_of_month(date::year_month_day day) {
  return static_cast<unsigned>(
      date::year_month_day_last{day.year() / day.month() / date::last}.day());
}

/// Whole months of a period whose ends stand for the same day of their months, else 0.
std::int64_t whole_months(GivenPeriod period) {
  const date::year_month_day from{period.from};
  const date::year_month_day due{period.due};
  const unsigned day =
      std::max(static_cast<unsigned>(from.day()), static_cast<unsigned>(due.day()));
  const bool same = static_cast<unsigned>(from.day()) == std::min(day, last_of_month(from)) &&
                    static_cast<unsigned>(due.day()) == std::min(day, last_of_month(due));
  if (!same) return 0;
  return (due.year() / due.month() - from.year() / from.month()).count();
}

/// Time in years.
struct Time {
  Int128 numerator;
  std::int64_t denominator;
};

Time time_of(const Terms& terms, GivenPeriod period, GivenPeriod stretch) {
  if (terms.basis == InterestBasis::daily) {
    return {day_index(terms.day_count, period.from, stretch.due) -
                day_index(terms.day_count, period.from, stretch.from),
            index_per_year(terms.day_count)};
  }
  const std::int64_t days = (stretch.due - stretch.from).count();
  const std::int64_t all = std::max<std::int64_t>(1, (period.due - period.from).count());
  if (const std::int64_t months = whole_months(period); months > 0)
    return {Int128{months} * days, 12 * all};
  return {Int128{months_and_days(period.from, period.due).days_of_360()} * days, 360 * all};
}

/// Interest of one unit over a period that counts as even: numerator over e12 x the denominator.
Time even_time(const Terms& terms) {
  const Step each = step(terms.frequency);
  if (terms.basis == InterestBasis::monthly && each.months > 0) return {each.months, 12};
  std::int64_t year = 365;
  if (terms.day_count == DayCount::act_364) year = 364;
  if (index_per_year(terms.day_count) == 360) year = 360;
  return {30 * each.months + each.days, year};
}

}  // namespace

namespace {

constexpr std::pair<std::string_view, RestUnit> rest_words[] = {
    {"day", RestUnit::day},
    {"week", RestUnit::week},
    {"month", RestUnit::month},
    {"installment", RestUnit::installment}};
constexpr unsigned every_max = 366;
constexpr unsigned day_max = 31;

/// A whole number from 1 to `most`, and nothing else.
std::optional<unsigned> number_of(std::string_view text, unsigned most) {
  unsigned number = 0;
  const auto [end, problem] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (problem != std::errc{} || end != text.data() + text.size()) return std::nullopt;
  return number >= 1 && number <= most ? std::optional(number) : std::nullopt;
}

}  // namespace

Result<Rest> parse_rest(std::string_view text) {
  const money::Error unknown{
      "rest.unknown", "'" + std::string(text) +
                          "' is no rest; write 'day', '7 days', '2 weeks', 'month', '3 months on "
                          "15' or 'installment'"};
  Rest rest;
  std::string_view words = text;
  if (const std::size_t on = words.find(" on "); on != std::string_view::npos) {
    const auto day = number_of(words.substr(on + 4), day_max);
    if (!day) return unknown;
    rest.on_day = static_cast<std::uint8_t>(*day);
    words = words.substr(0, on);
  }
  bool counted = false;
  if (const std::size_t space = words.find(' '); space != std::string_view::npos) {
    const auto every = number_of(words.substr(0, space), every_max);
    if (!every || !words.ends_with('s')) return unknown;
    rest.every = static_cast<std::uint16_t>(*every);
    words = words.substr(space + 1, words.size() - space - 2);
    counted = true;
  }
  for (const auto& [word, unit] : rest_words) {
    if (word != words) continue;
    rest.unit = unit;
    if (rest.on_day != 0 && unit != RestUnit::month) return unknown;
    if (counted && unit == RestUnit::installment) return unknown;
    return rest;
  }
  return unknown;
}

std::string to_text(const Rest& rest) {
  std::string text;
  for (const auto& [word, unit] : rest_words) {
    if (unit == rest.unit) text = word;
  }
  if (rest.every != 1) text = std::to_string(rest.every) + " " + text + "s";
  if (rest.on_day != 0) text += " on " + std::to_string(rest.on_day);
  return text;
}

Day next_rest(const Rest& rest, Day anchor, Day day) {
  LOANBOOK_ASSERT(rest.unit != RestUnit::installment);
  if (rest.unit != RestUnit::month) {
    const std::int64_t step = rest.every * (rest.unit == RestUnit::week ? 7 : 1);
    const std::int64_t passed = (day - anchor).count();
    return anchor + date::days{(passed + step - 1) / step * step};
  }
  std::int32_t months = months_and_days(anchor, day).months / rest.every * rest.every;
  months = std::max(0, months - rest.every);
  while (money::add_months(anchor, months, rest.on_day) < day) months += rest.every;
  return money::add_months(anchor, months, rest.on_day);
}

std::int64_t stretch_interest(const Terms& terms, GivenPeriod period, GivenPeriod stretch,
                              std::int64_t balance) {
  if (stretch.due <= stretch.from || balance == 0) return 0;
  const Time time = time_of(terms, period, stretch);
  return rounded(Int128{balance} * terms.rate.e12() * time.numerator,
                 Int128{e12} * time.denominator, terms.interest);
}

std::int64_t solve_rest(const Terms& terms, SolveDays days, const std::vector<GivenPeriod>& periods,
                        std::int64_t balance) {
  if (periods.empty()) return 0;
  const auto rows = static_cast<std::int64_t>(periods.size());
  if (terms.method == Method::equal_principal) return rounded(balance, rows, terms.installment);
  if (terms.method != Method::level) return 0;
  if (terms.rate.e12() == 0 || balance == 0) return rounded(balance, rows, terms.installment);
  std::vector<Int128> numerators;
  if (days == SolveDays::even) {
    const Time time = even_time(terms);
    const Fraction part = reduced(terms.rate.e12(), e12);
    numerators.assign(periods.size(), Int128{part.numerator} * time.numerator);
    return level_installment(UnequalPeriods{.principal_minor = balance,
                                            .balloon_minor = 0,
                                            .numerators = numerators,
                                            .denominator = part.denominator * time.denominator},
                             terms.installment);
  }
  // One denominator for all: that of the day count, or days of 360.
  const bool daily = terms.basis == InterestBasis::daily;
  const std::int64_t year = daily ? index_per_year(terms.day_count) : 360;
  const Fraction part = reduced(terms.rate.e12(), e12);
  for (const GivenPeriod& period : periods) {
    const std::int64_t months = whole_months(period);
    const std::int64_t time = daily        ? day_index(terms.day_count, period.from, period.due)
                              : months > 0 ? 30 * months
                                           : months_and_days(period.from, period.due).days_of_360();
    numerators.push_back(Int128{part.numerator} * time);
  }
  return level_installment(UnequalPeriods{.principal_minor = balance,
                                          .balloon_minor = 0,
                                          .numerators = numerators,
                                          .denominator = part.denominator * year},
                           terms.installment);
}

namespace {

class Walk {
 public:
  Walk(const Terms& terms, const RestOfPlan& rest, std::vector<RestRow>& rows)
      : terms_(terms), rest_(rest), rows_(rows), later_(rest.later_installment) {}

  std::int64_t run() {
    balance_ = rest_.balance;
    bears_ = balance_;
    for (const RestRow& row : rows_) {
      bears_ += row.added - row.paid;
      paid_later_ += row.paid;
    }
    take_off_ = rest_.take_off;
    for (std::size_t i = 0; i < rows_.size(); ++i) row(i);
    return later_;
  }

 private:
  void row(std::size_t i) {
    RestRow& row = rows_[i];
    paid_later_ -= row.paid;
    row.interest = i == 0 ? rest_.first_interest
                          : stretch_interest(terms_, row.period, {row.period.from, row.period.due},
                                             std::max<std::int64_t>(bears_, 0));
    std::int64_t own = balance_;
    if (i + 1 < rows_.size()) {
      own = planned(i, row);
      // Rows after it that were paid in advance keep their principal.
      own = std::min(std::max(own, row.paid - row.added), balance_ - paid_later_);
      own = std::clamp<std::int64_t>(own, 0, balance_);
    }
    row.principal = own + row.added;
    balance_ -= own;
    bears_ -= row.principal - row.paid;
    if (i == 0) after_first(own);
  }

  std::int64_t planned(std::size_t i, const RestRow& row) {
    const std::int64_t installment = i == 0 ? rest_.first_installment : later_;
    std::int64_t own = terms_.method == Method::level ? installment - row.interest : installment;
    own = std::max<std::int64_t>(own, 0);
    const std::int64_t cut = std::min(own, take_off_);
    take_off_ -= cut;
    own -= cut;
    if (i == 0) {
      more_ = std::max<std::int64_t>(0, rest_.first_least - own);
      own += more_;
    }
    return own;
  }

  /// The first row asks for more: what becomes of the others.
  void after_first(std::int64_t own) {
    if (rest_.first_least > own) more_ = 0;  // cut to what is owed: nothing is left
    if (more_ == 0) return;
    if (rest_.take_off_again) take_off_ += more_;
    if (!rest_.solve_again) return;
    std::vector<GivenPeriod> periods;
    for (std::size_t i = 1; i < rows_.size(); ++i) periods.push_back(rows_[i].period);
    later_ = solve_rest(terms_, rest_.days, periods, balance_);
  }

  const Terms& terms_;
  const RestOfPlan& rest_;
  std::vector<RestRow>& rows_;
  std::int64_t later_;
  std::int64_t balance_ = 0;
  std::int64_t bears_ = 0;       // what is unpaid of it
  std::int64_t paid_later_ = 0;  // in advance, of the rows after the one in hand
  std::int64_t take_off_ = 0;
  std::int64_t more_ = 0;
};

}  // namespace

std::int64_t plan_rest(const Terms& terms, const RestOfPlan& rest, std::vector<RestRow>& rows) {
  LOANBOOK_ASSERT(!rows.empty());
  return Walk(terms, rest, rows).run();
}

}  // namespace loanbook::schedule
