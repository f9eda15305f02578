#include "schedule/exact_model.hpp"

#include <algorithm>

namespace loanbook::schedule::model {
namespace {

const Integer e12("1000000000000");

bool one_row(const Terms& terms) {
  return terms.method == Method::bullet || terms.method == Method::revolving;
}

// --- the rate of a day ---------------------------------------------------------------------

/// A rate path, whole, or cut off: from `last` on the rate of that day.
struct Path {
  const Terms* terms;
  std::optional<Day> last{};
  [[nodiscard]] Rational on(Day day) const {
    if (last) day = std::min(day, *last);
    money::Rate rate = terms->rate;
    for (const RateChange& change : terms->rate_changes) {
      if (change.from <= day) rate = change.rate;
    }
    return Rational(Integer(rate.e12()), e12);
  }
};

// --- one period ----------------------------------------------------------------------------

struct Span {
  Day start;
  Day end;
  Rational time;  ///< of the whole period, by the month; not read where time goes by days
  bool free;      ///< of interest
};

Span span(const Terms& terms, std::uint32_t k, bool whole_first_step = false) {
  if (one_row(terms))
    return {terms.disbursed, interest_date(terms, terms.installments), life_time(terms), false};
  const Rational time = whole_first_step && k == 1 ? step_of_year(terms) : period_time(terms, k);
  return {interest_date(terms, k - 1), interest_date(terms, k), time,
          k <= terms.interest_free_periods};
}

Rational part_of(const Terms& terms, const Span& period, Day from, Day to) {
  if (goes_by_days(terms)) {
    const Rational upto = daily_time(terms, period.start, to);
    return from == period.start ? upto : upto - daily_time(terms, period.start, from);
  }
  if (from == period.start && to == period.end) return period.time;
  return period.time * Rational((to - from).count(), (period.end - period.start).count());
}

Integer drawn_by(const Terms& terms, const Span& period, Day day) {
  Integer sum = 0;
  for (const Drawdown& drawdown : terms.drawdowns) {
    if (drawdown.date >= period.start && drawdown.date < period.end && drawdown.date <= day)
      sum += drawdown.amount_minor;
  }
  return sum;
}

Integer drawn(const Terms& terms, const Span& period) {
  return drawn_by(terms, period, period.end);
}

/// Interest of the period as balance x `on_balance` + `on_drawn`.
struct Interest {
  Rational on_balance = 0;
  Rational on_drawn = 0;
};

Interest interest_of(const Terms& terms, const Span& period, const Path& path) {
  Interest result;
  if (period.free) return result;
  std::vector<Day> cuts{period.start, period.end};
  const auto cut = [&](Day day) {
    if (day > period.start && day < period.end) cuts.push_back(day);
  };
  for (const RateChange& change : terms.rate_changes) cut(change.from);
  for (const Drawdown& drawdown : terms.drawdowns) cut(drawdown.date);
  std::sort(cuts.begin(), cuts.end());
  for (std::size_t i = 1; i < cuts.size(); ++i) {
    if (cuts[i] == cuts[i - 1] && i > 1) continue;
    const Rational growth = path.on(cuts[i - 1]) * part_of(terms, period, cuts[i - 1], cuts[i]);
    result.on_balance += growth;
    result.on_drawn += growth * drawn_by(terms, period, cuts[i - 1]);
  }
  return result;
}

/// Each day's interest rounded to decimals of the major unit, then added up.
Rational interest_day_by_day(const Terms& terms, const Span& period, const Integer& balance) {
  if (period.free) return 0;
  const Path path{&terms};
  Integer scale = 1;  // of a minor unit
  for (unsigned i = terms.currency.digits; i < *terms.daily_interest_digits; ++i) scale *= 10;
  Integer coarse = 1;
  for (unsigned i = *terms.daily_interest_digits; i < terms.currency.digits; ++i) coarse *= 10;
  Rational sum = 0;
  for (Day day = period.start; day < period.end; day += date::days{1}) {
    const Rational exact = Rational(balance + drawn_by(terms, period, day)) * path.on(day) *
                           time_of_day(terms, period.start, day);
    sum += Rational(rounded(Rational(exact * scale / coarse), {terms.interest.mode, 1}) * coarse,
                    scale);
  }
  return sum;
}

// --- what a row asks for -------------------------------------------------------------------

enum class Asks { principal, interest, capitalises, defers, waives };

std::optional<HolidayInterest> holiday(const Terms& terms, std::uint32_t k) {
  for (const PaymentHoliday& entry : terms.holidays) {
    if (k >= entry.first_row && k <= entry.last_row) return entry.interest;
  }
  const date::year_month_day due{contract_date(terms, k)};
  const unsigned month = static_cast<unsigned>(due.month());
  if ((terms.season.months >> (month - 1U)) % 2 == 1) return terms.season.interest;
  if (k <= terms.principal_free_periods) return HolidayInterest::pay;
  return std::nullopt;
}

/// Weights of rows 1..`rows` as whole numbers over `scale`.
struct Weights {
  std::vector<Integer> of;
  Integer scale = 1;
};

Weights weights(const Terms& terms, std::uint32_t rows) {
  Weights result;
  const std::uint32_t steps = (rows - 1) / terms.step_every;
  if (terms.step_growth_e12 != 0) result.scale = pow(e12, steps);
  for (std::uint32_t k = 1; k <= rows; ++k) {
    Integer weight = 1;
    if (terms.step_growth_e12 != 0) {
      const std::uint32_t step = (k - 1) / terms.step_every;
      weight = pow(Integer(e12 + terms.step_growth_e12), step) * pow(e12, steps - step);
    }
    if (terms.method == Method::principal_shares) weight = terms.shares.at(k - 1);
    if (terms.method == Method::interest_first && k != terms.installments) weight = 0;
    if (holiday(terms, k)) weight = 0;
    result.of.push_back(weight);
  }
  return result;
}

Asks asks(const Terms& terms, std::uint32_t k) {
  const auto rule = holiday(terms, k);
  if (!rule) return Asks::principal;
  switch (*rule) {
    case HolidayInterest::pay:
      return Asks::interest;
    case HolidayInterest::capitalise:
      return Asks::capitalises;
    case HolidayInterest::defer:
      return Asks::defers;
    case HolidayInterest::waive:
      return Asks::waives;
  }
  return Asks::interest;
}

// --- the equation --------------------------------------------------------------------------

/// Balance after some rows as a line in the unknown U: (at_zero - slope x U) / denominator.
struct Balance {
  Integer at_zero;
  Integer slope = 0;
  Integer denominator = 1;

  /// times (1 + growth), plus `added`, minus U x weight
  void step(const Rational& growth, const Rational& added, const Integer& weight) {
    const Integer common = lcm(Integer(boost::multiprecision::denominator(growth)),
                               Integer(boost::multiprecision::denominator(added)));
    const Integer factor = numerator(Rational((1 + growth) * common));
    at_zero = at_zero * factor + numerator(Rational(added * common)) * denominator;
    slope = slope * factor + weight * common * denominator;
    denominator *= common;
  }
};

/// U, for rows of weight 1, from the balance before `from_row`.
Quotient solved(const Terms& terms, std::uint32_t from_row, const Integer& balance,
                const Path& path) {
  std::uint32_t rows = std::max(terms.installments, terms.amortization_installments);
  const Weights weight = weights(terms, rows);
  if (terms.amortization_installments == 0) {
    while (rows > from_row && weight.of[rows - 1] == 0) --rows;
  }
  const bool payments = terms.method == Method::level;
  const bool extra = terms.odd_first == OddFirst::extra && payments;
  Balance open{balance};
  for (std::uint32_t k = from_row; k <= rows; ++k) {
    const Span period = span(terms, k, extra);
    const Interest interest = interest_of(terms, period, path);
    const Integer more = drawn(terms, period);
    const Asks row = asks(terms, k);
    const bool grows = row == Asks::capitalises || (row == Asks::principal && payments);
    open.step(grows ? interest.on_balance : Rational(0),
              grows ? Rational(more + interest.on_drawn) : Rational(more), weight.of[k - 1]);
  }
  if (open.slope == 0) return {0, 1};
  // A balloon beyond what is left asks for nothing, not for money to be paid out.
  const Integer left = open.at_zero - terms.balloon_minor * open.denominator;
  return {std::max<Integer>(0, left) * weight.scale, open.slope};
}

// --- equal parts ---------------------------------------------------------------------------

/// `total` in parts by whole weights: each rounded, what is left to one of them or spread. Where
/// the first takes the rest or it is spread, the parts do not exceed the total.
std::vector<Integer> parts(const Quotient& total, const std::vector<Integer>& weight,
                           money::Rounding rounding, Remainder remainder) {
  Integer sum = 0;
  for (const Integer& one : weight) sum += one;
  const Integer whole = rounded(total, {rounding.mode, 1});
  const auto of = [&](const Integer& share) {
    return rounded(Quotient{total.numerator * share, total.denominator * sum}, rounding);
  };
  const auto upto = [&](const Integer& share) {
    return share == sum ? whole : std::min(whole, of(share));
  };
  const auto first =
      std::find_if(weight.begin(), weight.end(), [](const Integer& one) { return one != 0; }) -
      weight.begin();
  std::vector<Integer> result;
  Integer before = 0;
  Integer left = whole;
  for (const Integer& one : weight) {
    Integer part = of(one);
    if (remainder == Remainder::spread) part = upto(before + one) - upto(before);
    if (remainder == Remainder::first) part = before == 0 ? Integer(0) : std::min(part, left);
    before += one;
    left -= part;
    result.push_back(part);
  }
  if (remainder == Remainder::first) result[first] = left;
  return result;
}

/// Whole minor units over rows; no part is below zero or beyond what is left, the last takes it.
std::vector<Integer> spread_over_rows(const Integer& total, std::size_t rows,
                                      money::RoundingMode mode, Remainder remainder) {
  std::vector<Integer> result =
      parts({total, 1}, std::vector<Integer>(rows, 1), {mode, 1}, remainder);
  Integer left = total;
  for (Integer& part : result) {
    part = std::clamp<Integer>(part, 0, left);
    left -= part;
  }
  result.back() += left;
  return result;
}

std::vector<Integer> fees(const Terms& terms, std::size_t rows) {
  const InstallmentFee& fee = terms.fee;
  const Rational each = Rational(terms.principal_minor - terms.down_payment_minor) *
                            Rational(fee.rate.numerator, fee.rate.denominator) +
                        fee.amount_minor;
  std::vector<Integer> result(rows, rounded(each, fee.rounding));
  const Integer total = fee.rounded_in_total ? rounded(Rational(each * rows), fee.rounding)
                                             : Integer(result.front() * rows);
  if (fee.rounded_in_total)
    result = spread_over_rows(total, rows, terms.installment.mode, terms.remainder);
  if (fee.upfront) {
    std::fill(result.begin(), result.end(), 0);
    result.front() = total;
  }
  return result;
}

// --- the rows ------------------------------------------------------------------------------

class Walk {
 public:
  explicit Walk(const Terms& terms)
      : terms_(terms),
        rows_(one_row(terms) ? 1 : terms.installments),
        weights_(weights(terms, terms.installments)),
        all_weights_(weights(terms, std::max(terms.installments, terms.amortization_installments))),
        balance_(terms.principal_minor - terms.down_payment_minor),
        waiting_(terms.carried_interest_minor) {
    final_ = rows_;
    if (!one_row(terms)) {
      while (final_ > 1 && weights_.of[final_ - 1] == 0) --final_;
      if (weights_.of[final_ - 1] == 0) final_ = rows_;
    }
  }

  Worked run() {
    if (terms_.down_payment_minor != 0) {
      out_.rows.push_back({.no = 0,
                           .due = terms_.disbursed,
                           .principal = terms_.down_payment_minor,
                           .interest = 0,
                           .balance = static_cast<std::int64_t>(balance_)});
    }
    if (terms_.method == Method::flat) prepare_flat();
    for (std::uint32_t k = 1; k <= rows_ && !done_; ++k) {
      row(k);
      if (terms_.installment_minor != 0 && k == final_) break;
    }
    const std::size_t before = terms_.down_payment_minor != 0 ? 1 : 0;
    const std::vector<Integer> fee = fees(terms_, out_.rows.size() - before);
    for (std::size_t i = 0; i < fee.size(); ++i)
      out_.rows[before + i].fee = static_cast<std::int64_t>(fee[i]);
    return std::move(out_);
  }

  std::optional<Quotient> first_exact;

 private:
  void prepare_flat() {
    Integer lent = terms_.principal_minor - terms_.down_payment_minor;
    for (const Drawdown& drawdown : terms_.drawdowns) lent += drawdown.amount_minor;
    const Integer total =
        rounded(Rational(lent) * Rational(Integer(terms_.rate.e12()), e12) * life_time(terms_),
                terms_.interest);
    flat_ = spread_over_rows(total, rows_, terms_.installment.mode, terms_.remainder);
  }

  [[nodiscard]] bool changes_within(std::uint32_t k) const {
    const Span period = span(terms_, k);
    return std::any_of(terms_.rate_changes.begin(), terms_.rate_changes.end(),
                       [&](const RateChange& change) {
                         return change.from >= period.start && change.from < period.end;
                       });
  }

  void solve(std::uint32_t k) {
    Path path{&terms_};
    if (terms_.method == Method::level && terms_.repricing == Repricing::at_change)
      path.last = span(terms_, k).end - date::days{1};
    if (terms_.method == Method::level && terms_.repricing == Repricing::keep)
      path.last = terms_.disbursed;
    solved_ = solved(terms_, k, balance_, path);
    if (!first_exact) first_exact = solved_;
    const std::uint32_t step = (k - 1) / terms_.step_every;  // that of the row in hand
    out_.installments.push_back(
        rounded(Quotient{solved_.numerator * pow(Integer(e12 + terms_.step_growth_e12), step),
                         solved_.denominator * pow(e12, step)},
                terms_.installment));
    if (terms_.method != Method::level) prepare_parts(k);
  }

  /// Parts of principal from row k on, in proportion to the weights.
  void prepare_parts(std::uint32_t k) {
    Weights all = all_weights_;
    Integer sum = 0;
    for (std::uint32_t i = 0; i < all.of.size(); ++i) {
      if (i + 1 < k) all.of[i] = 0;
      sum += all.of[i];
    }
    parts_ = parts({solved_.numerator * sum, solved_.denominator * all.scale}, all.of,
                   terms_.installment, terms_.remainder);
  }

  void solve_where_due(std::uint32_t k) {
    if (one_row(terms_) || terms_.method == Method::interest_first || k > final_) return;
    const std::uint32_t first = terms_.principal_free_periods + 1;
    if (terms_.installment_minor != 0) {
      if (k == first) out_.installments.push_back(terms_.installment_minor);
      return;
    }
    const bool again = terms_.method == Method::level && terms_.repricing != Repricing::keep &&
                       k > first && changes_within(k);
    if (k == first || again) solve(k);
  }

  /// What the row is to pay (level) or to repay (others), rounded.
  [[nodiscard]] Integer target(std::uint32_t k) const {
    const bool equal = terms_.step_growth_e12 == 0;
    if (terms_.installment_minor != 0) {
      if (equal) return terms_.installment_minor;
      return rounded(Quotient{terms_.installment_minor * weights_.of[k - 1], weights_.scale},
                     terms_.installment);
    }
    if (terms_.method != Method::level) return parts_[k - 1];
    return rounded(Quotient{solved_.numerator * all_weights_.of[k - 1],
                            solved_.denominator * all_weights_.scale},
                   terms_.installment);
  }

  [[nodiscard]] bool drawn_later(const Span& period) const {
    return !terms_.drawdowns.empty() && terms_.drawdowns.back().date >= period.end;
  }

  [[nodiscard]] Integer rounded_interest(std::uint32_t k, const Span& period,
                                         Rational& exact) const {
    const Interest parts = interest_of(terms_, period, Path{&terms_});
    exact = Rational(balance_) * parts.on_balance + parts.on_drawn;
    if (terms_.method == Method::flat) {
      exact = flat_[k - 1];
      return flat_[k - 1];
    }
    if (terms_.daily_interest_digits) exact = interest_day_by_day(terms_, period, balance_);
    return rounded(exact, terms_.interest);
  }

  /// Interest that the installment covers; with an odd first row by the side, that of a whole step.
  [[nodiscard]] Integer usual_interest(std::uint32_t k, const Integer& interest) const {
    if (k != 1 || terms_.odd_first != OddFirst::extra || terms_.method != Method::level ||
        one_row(terms_))
      return interest;
    const Interest parts = interest_of(terms_, span(terms_, 1, true), Path{&terms_});
    return rounded(Rational(balance_) * parts.on_balance + parts.on_drawn, terms_.interest);
  }

  Integer repaid(std::uint32_t k, const Span& period, const Integer& base,
                 const Integer& interest) {
    if (k >= final_) return base;
    if (terms_.method == Method::interest_first || weights_.of[k - 1] == 0) return 0;
    const bool level = terms_.method == Method::level;
    const Integer covered = level ? usual_interest(k, interest) : Integer(0);
    const Integer asked = target(k) - covered;
    if (terms_.installment_minor != 0 && base <= asked && !drawn_later(period)) {
      done_ = true;
      return base;
    }
    const bool may_fall_below = level && terms_.negative_amortization;
    return std::min(base, may_fall_below ? asked : std::max<Integer>(0, asked));
  }

  void row(std::uint32_t k) {
    solve_where_due(k);
    const Span period = span(terms_, k);
    const Integer base = balance_ + drawn(terms_, period);
    Rational exact;
    Integer interest = rounded_interest(k, period, exact);
    out_.exact_interest.push_back(exact);
    Integer principal = 0;
    switch (one_row(terms_) ? Asks::principal : asks(terms_, k)) {
      case Asks::principal:
        principal = repaid(k, period, base, interest);
        break;
      case Asks::interest:
        break;
      case Asks::capitalises:
        principal = -interest;
        break;
      case Asks::defers:
        waiting_ += interest;
        interest = 0;
        break;
      case Asks::waives:
        interest = 0;
        break;
    }
    const bool pays =
        one_row(terms_) || asks(terms_, k) == Asks::principal || asks(terms_, k) == Asks::interest;
    if (pays) {
      interest += waiting_;
      waiting_ = 0;
    }
    balance_ = base - principal;
    out_.rows.push_back({.no = k,
                         .due = rolled_date(terms_, one_row(terms_) ? terms_.installments : k),
                         .principal = static_cast<std::int64_t>(principal),
                         .interest = static_cast<std::int64_t>(interest),
                         .balance = static_cast<std::int64_t>(balance_)});
  }

  const Terms& terms_;
  std::uint32_t rows_;
  Weights weights_;
  Weights all_weights_;  // those of the rows over which the installment is solved
  std::uint32_t final_;
  Integer balance_;
  Integer waiting_;  // interest for the next paying row
  bool done_ = false;
  Quotient solved_{0, 1};
  std::vector<Integer> parts_;
  std::vector<Integer> flat_;
  Worked out_;
};

}  // namespace

Integer rounded(const Quotient& exact, money::Rounding rounding) {
  const Integer top = abs(exact.numerator);
  const Integer step = exact.denominator * rounding.multiple;
  Integer whole = top / step;
  const Integer rest = top % step;
  switch (rounding.mode) {
    case money::RoundingMode::up:
      if (rest > 0) ++whole;
      break;
    case money::RoundingMode::down:
      break;
    case money::RoundingMode::half_up:
      if (2 * rest >= step) ++whole;
      break;
    case money::RoundingMode::half_even:
      if (2 * rest > step || (2 * rest == step && whole % 2 == 1)) ++whole;
      break;
  }
  whole *= rounding.multiple;
  return exact.numerator < 0 ? Integer(-whole) : whole;
}

Integer rounded(const Rational& exact, money::Rounding rounding) {
  return rounded(Quotient{numerator(exact), denominator(exact)}, rounding);
}

Worked work_out(const Terms& terms) { return Walk(terms).run(); }

Rational level_payment(const Terms& terms) {
  Walk walk(terms);
  (void)walk.run();
  return Rational(walk.first_exact->numerator, walk.first_exact->denominator);
}

std::vector<PlanRow> plan(const Terms& terms) { return work_out(terms).rows; }

}  // namespace loanbook::schedule::model
