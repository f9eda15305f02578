#include "loanbook/schedule/apr.hpp"

#include <algorithm>
#include <boost/multiprecision/cpp_dec_float.hpp>
#include <boost/multiprecision/cpp_int.hpp>
#include <vector>

#include "loanbook/money/assert.hpp"
#include "loanbook/money/rounding.hpp"
#include "loanbook/schedule/whole_period_rate.hpp"

namespace loanbook::schedule {
namespace {

namespace mp = boost::multiprecision;
using money::Int128;
using Decimal = mp::cpp_dec_float_100;

constexpr int rate_digits = 30;

const Decimal& unit() {
  static const Decimal value("1e-30");
  return value;
}

money::Error no_single_rate() {
  return {"apr.no_single_rate",
          "these payments have no single rate: in the order of time, money must first flow one way "
          "and then the other"};
}

/// A flow in the order of time: amount / (1 + part x i) x (1 + i)^-time.
struct Flow {
  std::int64_t amount;
  Fraction time;
  Fraction part;
};

bool earlier(Fraction a, Fraction b) {
  return Int128{a.numerator} * b.denominator < Int128{b.numerator} * a.denominator;
}

/// Far below 64 bits, because `solve` refused times with larger parts.
Fraction difference(Fraction later, Fraction sooner) {
  return reduced(later.numerator * sooner.denominator - sooner.numerator * later.denominator,
                 later.denominator * sooner.denominator);
}

bool usable(Fraction time) {
  constexpr std::int64_t part_max = 1'000'000;
  return time.numerator >= 0 && time.numerator <= part_max && time.denominator > 0 &&
         time.denominator <= part_max;
}

/// (1 + i)^-time for the few different steps between payments; each is computed once for one i.
class Discounts {
 public:
  explicit Discounts(const Decimal& i) : v_(1 / (1 + i)) {}
  const Decimal& operator()(Fraction step) {
    for (const auto& [known, value] : known_) {
      if (known == step) return value;
    }
    const Decimal value = step.denominator == 1
                              ? Decimal(mp::pow(v_, static_cast<int>(step.numerator)))
                              : Decimal(mp::pow(v_, Decimal(step.numerator) / step.denominator));
    return known_.emplace_back(step, value).second;
  }

 private:
  Decimal v_;
  std::vector<std::pair<Fraction, Decimal>> known_;
};

struct Series {
  std::vector<Flow> flows;  // by time

  [[nodiscard]] Decimal present_value(const Decimal& i) const {
    Discounts discounts(i);
    Decimal discount = 1;
    Decimal sum = 0;
    Fraction time{0, 1};
    for (const Flow& flow : flows) {
      if (!(flow.time == time)) {
        discount *= discounts(difference(flow.time, time));
        time = flow.time;
      }
      Decimal value = discount * flow.amount;
      if (flow.part.numerator != 0) value /= 1 + i * flow.part.numerator / flow.part.denominator;
      sum += value;
    }
    return sum;
  }

  [[nodiscard]] int sign_changes() const {
    int changes = 0;
    int sign = 0;
    for (const Flow& flow : flows) {
      const int now = (flow.amount > 0) - (flow.amount < 0);
      if (now == 0) continue;
      if (sign != 0 && now != sign) ++changes;
      sign = now;
    }
    return changes;
  }

  /// Norstrom (1972): where the running sums change their sign exactly once, there is one root
  /// above zero. Money drawn between two payments leaves it so.
  [[nodiscard]] bool one_root_above_zero() const {
    Int128 sum = 0;
    int changes = 0;
    int sign = 0;
    for (const Flow& flow : flows) {
      sum += flow.amount;
      const int now = (sum > 0) - (sum < 0);
      if (now != 0 && sign != 0 && now != sign) ++changes;
      if (now != 0) sign = now;
    }
    return changes == 1 && sum != 0;
  }
};

struct Interval {
  Decimal low;
  Decimal high;
  Decimal low_value;
  Decimal high_value;
};

bool opposite(const Decimal& a, const Decimal& b) { return a.sign() * b.sign() < 0; }

/// Steps outwards from zero until the present value changes its sign.
std::optional<Interval> enclose(const Series& series, bool above_zero_only) {
  Interval interval{0, 0, series.present_value(0), 0};
  interval.high_value = interval.low_value;
  Decimal above = Decimal("0.0625");
  Decimal below = Decimal("0.5");
  for (int i = 0; i < 25; ++i) {
    const Interval up{interval.high, above, interval.high_value, series.present_value(above)};
    if (up.high_value.is_zero() || up.low_value.is_zero() || opposite(up.low_value, up.high_value))
      return up;
    const Decimal down = below - 1;
    const Interval under{down, interval.low, series.present_value(down), interval.low_value};
    const bool found = under.low_value.is_zero() || opposite(under.low_value, under.high_value);
    if (found && !above_zero_only) return under;
    interval = {under.low, up.high, under.low_value, up.high_value};
    above *= 2;
    if (i < 14) below /= 2;
  }
  return std::nullopt;
}

/// False position with halved weights (Illinois): the interval always holds the root.
Decimal narrow_down(const Series& series, Interval interval) {
  const Decimal enough = unit() / 1'000;
  int kept = 0;  // the end that stayed: -1 low, 1 high
  for (int i = 0; i < 400 && interval.high - interval.low > enough; ++i) {
    if (interval.low_value.is_zero()) return interval.low;
    if (interval.high_value.is_zero()) return interval.high;
    Decimal middle = (interval.low * interval.high_value - interval.high * interval.low_value) /
                     (interval.high_value - interval.low_value);
    if (i % 16 == 15) middle = (interval.low + interval.high) / 2;
    const Decimal value = series.present_value(middle);
    if (mp::abs(value) < Decimal("1e-60")) return middle;
    if (opposite(interval.low_value, value)) {
      interval.high = middle;
      interval.high_value = value;
      if (kept == -1) interval.low_value /= 2;
      kept = -1;
    } else {
      interval.low = middle;
      interval.low_value = value;
      if (kept == 1) interval.high_value /= 2;
      kept = 1;
    }
  }
  return interval.low;
}

std::optional<Int128> to_e30(const Decimal& value) {
  if (mp::abs(value) > Decimal("1e8")) return std::nullopt;
  const Decimal scaled = value / unit();
  const Decimal nearest = floor(scaled + Decimal("0.5"));
  return nearest.convert_to<mp::cpp_int>().convert_to<Int128>();
}

Decimal from_e30(Int128 e30) { return Decimal(mp::cpp_int(e30)) * unit(); }

Result<FoundRate> solve(Series series) {
  for (const Flow& flow : series.flows) {
    if (!usable(flow.time) || !usable(flow.part)) {
      return money::Error{
          "apr.time_out_of_range",
          "the time of a payment must be a fraction of numbers up to 1,000,000, not negative"};
    }
  }
  std::stable_sort(series.flows.begin(), series.flows.end(),
                   [](const Flow& a, const Flow& b) { return earlier(a.time, b.time); });
  const bool one_root = series.sign_changes() == 1;
  const bool simple_interest = std::any_of(series.flows.begin(), series.flows.end(),
                                           [](const Flow& f) { return f.part.numerator != 0; });
  if (!one_root && (simple_interest || !series.one_root_above_zero())) return no_single_rate();
  const money::Error out_of_range{
      "apr.rate_out_of_range",
      "the rate of these payments lies beyond -99.99 % or 100,000,000 % a period"};
  const auto interval = enclose(series, !one_root);
  if (!interval) return out_of_range;
  const auto centre = to_e30(narrow_down(series, *interval));
  if (!centre) return out_of_range;
  // The proof: the present value has opposite signs a unit below and a unit above; its own error is
  // some 60 digits smaller.
  const Decimal below = series.present_value(from_e30(*centre - 1));
  const Decimal above = series.present_value(from_e30(*centre + 1));
  LOANBOOK_ASSERT(opposite(below, above));
  return FoundRate{*centre};
}

}  // namespace

Result<FoundRate> internal_rate(std::span<const CashFlow> flows) {
  const bool whole = std::all_of(flows.begin(), flows.end(), [](const CashFlow& flow) {
    return flow.time.denominator == 1 && flow.time.numerator >= 0;
  });
  const bool in_order =
      std::is_sorted(flows.begin(), flows.end(),
                     [](const CashFlow& a, const CashFlow& b) { return earlier(a.time, b.time); });
  if (whole && in_order) {
    if (const auto rate = whole_period_rate(flows)) return *rate;
  }
  Series series;
  for (const CashFlow& flow : flows) series.flows.push_back({flow.amount_minor, flow.time, {0, 1}});
  return solve(std::move(series));
}

Result<FoundRate> us_actuarial_rate(std::span<const UnitPeriodFlow> advances,
                                    std::span<const UnitPeriodFlow> payments) {
  Series series;
  for (const UnitPeriodFlow& flow : advances)
    series.flows.push_back({flow.amount_minor, {flow.periods, 1}, flow.part});
  for (const UnitPeriodFlow& flow : payments)
    series.flows.push_back({-flow.amount_minor, {flow.periods, 1}, flow.part});
  return solve(std::move(series));
}

std::optional<FoundRate> nominal_rate(FoundRate period, std::uint32_t periods_per_year) {
  Int128 product = 0;
  if (!money::multiply(period.centre_e30, Int128{periods_per_year}, &product)) return std::nullopt;
  return FoundRate{product};
}

std::optional<FoundRate> effective_rate(FoundRate period, std::uint32_t periods_per_year) {
  const auto centre =
      to_e30(mp::pow(1 + from_e30(period.centre_e30), static_cast<int>(periods_per_year)) - 1);
  if (!centre) return std::nullopt;
  return FoundRate{*centre};
}

std::optional<FoundRate> nominal_rate(FoundRate period, Fraction periods_per_year) {
  Int128 product = 0;
  if (!money::multiply(period.centre_e30, Int128{periods_per_year.numerator}, &product))
    return std::nullopt;
  return FoundRate{
      money::divide_rounded(product, periods_per_year.denominator, money::RoundingMode::half_up)};
}

std::optional<FoundRate> effective_rate(FoundRate period, Fraction periods_per_year) {
  if (periods_per_year.denominator == 1)
    return effective_rate(period, static_cast<std::uint32_t>(periods_per_year.numerator));
  const Decimal exponent = Decimal(periods_per_year.numerator) / periods_per_year.denominator;
  const auto centre = to_e30(mp::pow(Decimal(1 + from_e30(period.centre_e30)), exponent) - 1);
  if (!centre) return std::nullopt;
  return FoundRate{*centre};
}

Int128 rounded(FoundRate rate, unsigned digits) {
  LOANBOOK_ASSERT(digits <= 18);
  Int128 step = 1;
  for (unsigned i = digits; i < rate_digits; ++i) step *= 10;
  return money::divide_rounded(rate.centre_e30, step, money::RoundingMode::half_up);
}

std::vector<CashFlow> flows_of(const Terms& terms, const Plan& plan,
                               std::int64_t fee_upfront_minor) {
  std::vector<CashFlow> flows{{terms.principal_minor - fee_upfront_minor, {0, 1}}};
  const bool whole_life = plan.rows.size() == 1;
  for (const PlanRow& row : plan.rows) {
    const std::int64_t period = whole_life ? terms.installments : row.no;
    flows.push_back({-row.payment(), {period, 1}});
  }
  return flows;
}

}  // namespace loanbook::schedule
