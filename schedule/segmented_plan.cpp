#include "loanbook/schedule/segmented_plan.hpp"

#include <algorithm>
#include <numeric>
#include <string>

#include "loanbook/money/assert.hpp"
#include "loanbook/money/limits.hpp"

namespace loanbook::schedule {
namespace {

namespace limits = money::limits;
using money::Error;
using money::Int128;
using money::Rate;
using money::Status;

constexpr Int128 interest_max = 1'000'000'000'000'000'000;
constexpr std::uint8_t digits_max = 18;

Error error(const char* id, std::string message) {
  return Error{.id = id, .message = std::move(message)};
}

Status check_periods(const std::vector<GivenPeriod>& periods) {
  if (periods.empty() || periods.size() > limits::installments_max)
    return error("terms.installments_out_of_range", std::to_string(periods.size()) +
                                                        " periods: give 1 to " +
                                                        std::to_string(limits::installments_max));
  for (std::size_t k = 0; k < periods.size(); ++k) {
    if (periods[k].from < periods[k].due && (k == 0 || periods[k - 1].due <= periods[k].from))
      continue;
    return error("terms.periods_out_of_order",
                 "period " + std::to_string(k + 1) + " from " + money::to_text(periods[k].from) +
                     " to " + money::to_text(periods[k].due) +
                     " ends before it begins, or begins before the one before it ends");
  }
  return money::ok();
}

Status check_rate(Rate rate) {
  if (rate.e12() >= 0 && rate.e12() <= limits::rate_e12_max) return money::ok();
  return error("terms.rate_out_of_range", "the rate is above 1,000 % a year");
}

Status check_terms(const SegmentedTerms& terms) {
  if (Status status = check_periods(terms.periods); !status) return status;
  if (Status status = check_rate(terms.rate); !status) return status;
  if (terms.factors.every.every == 0)
    return error("terms.frequency_out_of_range", "a step of 0: give the step of the rate factors");
  for (const money::Rounding& rounding : {terms.interest, terms.installment}) {
    if (rounding.multiple < 1 || rounding.multiple > limits::rounding_multiple_max)
      return error("terms.rounding_out_of_range",
                   "the multiple is " + std::to_string(rounding.multiple) + ", not 1 to " +
                       std::to_string(limits::rounding_multiple_max));
  }
  if (terms.factors.intermediate_digits > digits_max)
    return error("terms.digits_out_of_range",
                 std::to_string(terms.factors.intermediate_digits) +
                     " significant digits: give 1 to 18, or 0 for exact arithmetic");
  return money::ok();
}

/// Nights that the rate factor of a period counts, at most.
std::int64_t nights_at_most(const SegmentedTerms& terms) {
  std::int64_t nights = 0;
  for (const GivenPeriod& period : terms.periods)
    nights += (period.due - period.from).count() + std::int64_t{366} * terms.factors.every.every;
  return nights;
}

std::int64_t to_multiple(std::int64_t amount, money::Rounding rounding) {
  return static_cast<std::int64_t>(money::divide_rounded(amount, rounding.multiple, rounding.mode) *
                                   rounding.multiple);
}

std::int64_t magnitude(std::int64_t value) { return value < 0 ? -value : value; }

}  // namespace

money::Result<SegmentedPlan> SegmentedPlan::make(SegmentedTerms terms) {
  if (Status status = check_terms(terms); !status) return status.error();
  return SegmentedPlan(std::move(terms));
}

SegmentedPlan::SegmentedPlan(SegmentedTerms terms)
    : terms_(std::move(terms)),
      promised_(terms_.periods.size()),
      rows_(terms_.periods.size()),
      highest_rate_(terms_.rate) {
  for (std::size_t k = 0; k < rows_.size(); ++k) rows_[k].period = terms_.periods[k];
  fold();
}

bool SegmentedPlan::covers(Day day) const {
  return day >= terms_.periods.front().from && day < terms_.periods.back().due;
}

Status SegmentedPlan::within_limits(std::int64_t more_minor, Rate rate) const {
  if (more_minor > limits::principal_minor_max - raised_minor_)
    return error("terms.principal_out_of_range", "the balance would be above 10^17 minor units");
  const Rate highest = std::max(rate, highest_rate_);
  Int128 interest = Int128{raised_minor_ + std::max<std::int64_t>(more_minor, 0)} * highest.e12();
  if (!money::multiply(interest, nights_at_most(terms_), &interest) ||
      interest / 1'000'000'000'000 / 336 > interest_max)
    return error("terms.interest_out_of_range",
                 "the interest of the periods is beyond 10^18 minor units");
  return money::ok();
}

Status SegmentedPlan::lend(Day on, std::int64_t amount_minor) {
  if (!covers(on))
    return error("terms.day_outside_periods",
                 money::to_text(on) +
                     " is not before the last due date, or before the first "
                     "period; give a day within the periods");
  if (amount_minor <= 0) return error("terms.principal_out_of_range", "what is lent is above 0");
  if (Status status = within_limits(amount_minor, terms_.rate); !status) return status;
  record({.on = on, .kind = ActKind::lend, .amount_minor = amount_minor});
  return money::ok();
}

Status SegmentedPlan::change_rate(Day from, Rate rate) {
  if (Status status = check_rate(rate); !status) return status;
  // A segment begins with the night before the first day that counts at the new rate.
  const Day boundary = from - date::days{terms_.factors.counted == CountedDay::last ? 1 : 0};
  if (!covers(boundary))
    return error("terms.day_outside_periods",
                 money::to_text(from) + " lies outside the periods; give a day within them");
  if (Status status = within_limits(0, rate); !status) return status;
  record({.on = boundary, .kind = ActKind::rate, .rate = rate});
  return money::ok();
}

Status SegmentedPlan::correct_balance(Day on, std::int64_t amount_minor) {
  if (on < terms_.periods.front().from || on > terms_.periods.back().due)
    return error("terms.day_outside_periods",
                 money::to_text(on) + " lies outside the periods; give a day within them");
  if (magnitude(amount_minor) > limits::principal_minor_max)
    return error("terms.principal_out_of_range", "the amount is above 10^17 minor units");
  if (Status status = within_limits(amount_minor, terms_.rate); !status) return status;
  record({.on = on, .kind = ActKind::correct, .amount_minor = amount_minor});
  return money::ok();
}

Status SegmentedPlan::may_pay(std::size_t row, Day on, std::int64_t amount_minor) const {
  if (row >= rows_.size())
    return error("terms.row_unknown", "there is no row " + std::to_string(row + 1));
  if (on < terms_.periods.front().from)
    return error("terms.day_outside_periods",
                 money::to_text(on) + " is before the first period; give a day from it on");
  if (amount_minor < 0 || amount_minor > limits::principal_minor_max - paid(row))
    return error("terms.principal_out_of_range", "what is paid is 0 to 10^17 minor units");
  return money::ok();
}

Status SegmentedPlan::pay_principal(std::size_t row, Day on, std::int64_t amount_minor) {
  if (Status status = may_pay(row, on, amount_minor); !status) return status;
  record({.on = on, .kind = ActKind::pay_principal, .amount_minor = amount_minor, .row = row});
  return money::ok();
}

Status SegmentedPlan::pay_interest(std::size_t row, Day on, std::int64_t amount_minor) {
  if (Status status = may_pay(row, on, amount_minor); !status) return status;
  record({.on = on, .kind = ActKind::pay_interest, .amount_minor = amount_minor, .row = row});
  return money::ok();
}

/// Acts count in the order of their days; one of the past does everything after it again.
void SegmentedPlan::record(const Act& act) {
  const auto after = std::upper_bound(acts_.begin(), acts_.end(), act.on,
                                      [](Day day, const Act& a) { return day < a.on; });
  const bool newest = after == acts_.end();
  acts_.insert(after, act);
  highest_rate_ = std::max(highest_rate_, act.rate);
  if (act.kind == ActKind::lend || act.kind == ActKind::correct)
    raised_minor_ += std::max<std::int64_t>(act.amount_minor, 0);
  if (newest) return perform(act);
  moves_.clear();
  rates_.clear();
  lent_minor_ = 0;
  std::fill(promised_.begin(), promised_.end(), 0);
  for (SegmentedRow& row : rows_) row.principal_paid = row.interest_paid = 0;
  for (const Act& each : acts_) perform(each);
}

void SegmentedPlan::perform(const Act& act) {
  switch (act.kind) {
    case ActKind::lend:
      lent_minor_ += act.amount_minor;
      moves_.push_back({act.on, act.amount_minor, true});
      return solve(act.on);
    case ActKind::rate:
      rates_.push_back({act.on, act.rate});
      return solve(act.on);
    case ActKind::correct:
      moves_.push_back({act.on, act.amount_minor, false});
      return fit_last();
    case ActKind::pay_principal:
      rows_[act.row].principal_paid += act.amount_minor;
      moves_.push_back({std::min(act.on, rows_[act.row].period.due), -act.amount_minor, false});
      break;
    case ActKind::pay_interest:
      rows_[act.row].interest_paid += act.amount_minor;
      break;
  }
  promised_[act.row] = std::max(promised_[act.row], paid(act.row));
  fit_last();
}

/// The first row that is due after the day.
std::size_t SegmentedPlan::row_on(Day day) const {
  const auto row = std::upper_bound(rows_.begin(), rows_.end(), day,
                                    [](Day d, const SegmentedRow& r) { return d < r.period.due; });
  return static_cast<std::size_t>(row - rows_.begin());
}

std::optional<std::size_t> SegmentedPlan::row_due(Day due) const {
  for (std::size_t k = 0; k < rows_.size(); ++k) {
    if (rows_[k].period.due == due) return k;
  }
  return std::nullopt;
}

Rate SegmentedPlan::rate_on(Day day) const {
  Rate rate = terms_.rate;
  for (const Rated& rated : rates_) {
    if (rated.from <= day) rate = rated.rate;
  }
  return rate;
}

std::int64_t SegmentedPlan::paid(std::size_t row) const {
  return rows_[row].principal_paid + rows_[row].interest_paid;
}

/// What moved the balance after one day and until another, both within the row's time; the first
/// row and those after a gap also take what moved before they began.
std::int64_t SegmentedPlan::moved(std::size_t row, Day after, Day until) const {
  std::int64_t sum = 0;
  for (const Move& move : moves_) {
    const bool before = move.on <= after;
    if (before || move.on > until) continue;
    if (row > 0 && move.on <= rows_[row - 1].period.due) continue;
    sum += move.amount_minor;
  }
  return sum;
}

/// The period cut where the balance or the rate moves; factors of stretches that stayed the same
/// are kept.
std::vector<PlanSegment> SegmentedPlan::segments_of(std::size_t row) const {
  const SegmentedRow& now = rows_[row];
  const GivenPeriod& period = now.period;
  std::vector<Day> days{period.from, period.due};
  const auto add = [&](Day day) {
    if (day > period.from && day < period.due) days.push_back(day);
  };
  for (const Move& move : moves_) add(move.on);
  for (const Rated& rated : rates_) add(rated.from);
  if (interest_until_) add(*interest_until_);
  std::sort(days.begin(), days.end());
  days.erase(std::unique(days.begin(), days.end()), days.end());
  std::vector<PlanSegment> segments;
  for (std::size_t i = 0; i + 1 < days.size(); ++i) {
    PlanSegment segment{.from = days[i], .to = days[i + 1], .rate = rate_on(days[i])};
    const auto kept =
        std::find_if(now.segments.begin(), now.segments.end(), [&](const PlanSegment& s) {
          return s.from == segment.from && s.to == segment.to && s.rate == segment.rate;
        });
    segment.factor = kept != now.segments.end() ? kept->factor
                                                : rate_factor(terms_.factors, segment.rate, period,
                                                              {segment.from, segment.to});
    segments.push_back(segment);
  }
  return segments;
}

/// Balances, interest and principal of every row from the installments as they are.
void SegmentedPlan::fold() {
  std::int64_t balance = 0;
  std::int64_t waiting = 0;  // interest beyond the installments so far
  for (std::size_t k = 0; k < rows_.size(); ++k) {
    SegmentedRow& row = rows_[k];
    row.segments = segments_of(k);
    Day since = Day::min();
    std::int64_t interest = waiting;
    for (PlanSegment& segment : row.segments) {
      balance += moved(k, since, segment.from);
      since = segment.from;
      segment.balance = balance;
      const bool counts = !interest_until_ || segment.from < *interest_until_;
      segment.interest = counts ? interest_of(std::max<std::int64_t>(balance, 0), segment.factor,
                                              terms_.factors.intermediate_digits, terms_.interest)
                                : 0;
      interest += segment.interest;
    }
    balance += moved(k, since, row.period.due);
    const bool last = k + 1 == rows_.size();
    row.interest = last ? interest : std::min(interest, promised_[k]);
    waiting = interest - row.interest;
    row.principal = std::max({promised_[k] - row.interest, row.principal_paid, std::int64_t{0}});
    balance += row.principal_paid - row.principal;
    row.balance = balance;
  }
}

/// The installment of the rows from that of `day` on.
void SegmentedPlan::solve(Day day) {
  const std::size_t first = row_on(day);
  fold();
  const GivenPeriod& period = rows_[first].period;
  std::int64_t balance = first == 0 ? 0 : rows_[first - 1].balance;
  for (const Move& move : moves_) {
    if (move.lent && move.on < period.due && (first == 0 || move.on > rows_[first - 1].period.due))
      balance += move.amount_minor;
  }
  std::vector<RateFactor> factors;
  for (std::size_t k = first; k < rows_.size(); ++k) {
    RateFactor whole;
    for (const PlanSegment& segment : rows_[k].segments) whole = whole + segment.factor;
    factors.push_back(whole);
  }
  const auto installment =
      equal_installment(std::max<std::int64_t>(balance, 0), factors,
                        terms_.factors.intermediate_digits, terms_.installment);
  LOANBOOK_ASSERT(installment.has_value());
  for (std::size_t k = first; k < rows_.size(); ++k) {
    if (*installment >= paid(k)) promised_[k] = *installment;
  }
  fit_last();
  if (terms_.level_last) level(first);
}

/// Spreads what the last installment differs from the one before it over all rows from `first` on,
/// once, where that brings the two closer.
void SegmentedPlan::level(std::size_t first) {
  const std::size_t last = rows_.size() - 1;
  const auto count = static_cast<std::int64_t>(rows_.size() - first);
  if (count < 2 || promised_[last] == paid(last) || promised_[last - 1] == paid(last - 1)) return;
  const std::int64_t difference = promised_[last] - promised_[last - 1];
  if (magnitude(difference) <= count / 2) return;
  const std::int64_t share =
      static_cast<std::int64_t>(money::divide_rounded(difference, count, terms_.installment.mode));
  const std::int64_t tried = to_multiple(promised_[last - 1] + share, terms_.installment);
  if (tried == promised_[last - 1]) return;
  SegmentedPlan other = *this;
  for (std::size_t k = first; k <= last; ++k) {
    if (tried >= paid(k)) other.promised_[k] = tried;
  }
  other.fit_last();
  if (magnitude(other.promised_[last] - other.promised_[last - 1]) < magnitude(difference))
    *this = std::move(other);
}

/// The last row that is not paid takes what the others leave of all that was lent and its interest.
void SegmentedPlan::fit_last() {
  fold();
  for (std::size_t row = rows_.size(); row-- > 0;) {
    if (paid(row) > 0 && promised_[row] == paid(row)) continue;
    std::int64_t difference = lent_minor_;
    for (const SegmentedRow& each : rows_) difference += each.interest;
    difference -= std::accumulate(promised_.begin(), promised_.end(), std::int64_t{0});
    if (difference == 0) return;
    const std::int64_t wanted = promised_[row] + difference;
    promised_[row] = std::max(wanted, paid(row));
    fold();
    if (wanted >= paid(row)) return;
  }
}

RowPayable SegmentedPlan::payable(std::size_t row, Day on) const {
  LOANBOOK_ASSERT(row < rows_.size());
  const GivenPeriod& period = rows_[row].period;
  const Day until = std::clamp(on, period.from, period.due);
  SegmentedPlan then = *this;
  then.interest_until_ = until;
  then.fit_last();
  const SegmentedRow& answer = then.rows_[row];
  return {.outstanding = answer.segments.front().balance + then.moved(row, period.from, until),
          .principal = answer.principal,
          .interest = answer.interest};
}

}  // namespace loanbook::schedule
