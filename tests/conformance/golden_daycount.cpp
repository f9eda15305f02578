#include <charconv>

#include "conformance/adapter.hpp"
#include "loanbook/money/money.hpp"

namespace loanbook::conformance {
namespace {

struct Counted {
  std::int32_t days;
  schedule::Fraction fraction;
};

Counted count(Fields& fields) {
  const std::string convention = fields.text("convention");
  const money::Day start = fields.day("start");
  const money::Day end = fields.day("end");
  if (convention == "MONTH/12+DAY/360") {
    const std::int32_t days = schedule::months_and_days(start, end).days_of_360();
    return {days, schedule::reduced(days, 360)};
  }
  schedule::DayCountContext context;
  if (fields.has("termination")) context.termination = fields.day("termination");
  const schedule::DayCount day_count = day_count_of(convention);
  return {schedule::days_between(day_count, start, end, context),
          schedule::year_fraction(day_count, start, end, context)};
}

std::string fraction_text(schedule::Fraction fraction) {
  return std::to_string(fraction.numerator) + "/" + std::to_string(fraction.denominator);
}

std::string rounded_text(schedule::Fraction fraction, unsigned digits) {
  money::Int128 scaled = fraction.numerator;
  for (unsigned i = 0; i < digits; ++i) scaled *= 10;
  return money::text_of_minor(
      money::divide_rounded(scaled, fraction.denominator, money::RoundingMode::half_up), digits);
}

/// The cases write fractions as the convention has them (28/365) or in lowest terms.
std::string reduced_text(const std::string& text) {
  const std::size_t slash = text.find('/');
  if (slash == std::string::npos) throw Refused{"not a fraction: " + text};
  return fraction_text(
      schedule::reduced(std::stoll(text.substr(0, slash)), std::stoll(text.substr(slash + 1))));
}

}  // namespace

Outcome golden_daycount(const Json& input, const Json& expect) {
  Fields fields(input);
  const Counted counted = count(fields);
  fields.done();
  Comparison comparison;
  constexpr std::string_view year_fraction = "year_fraction_";
  for (const auto& [key, value] : expect.items()) {
    if (key == "days") {
      comparison.same(key, value, counted.days);
    } else if (key == "fraction") {
      comparison.same(key, reduced_text(value.get<std::string>()), fraction_text(counted.fraction));
    } else if (key.starts_with(year_fraction)) {
      comparison.same(
          key, value,
          rounded_text(counted.fraction,
                       static_cast<unsigned>(std::stoul(key.substr(year_fraction.size())))));
    } else {
      return skipped("expectation " + key + " is not built");
    }
  }
  return comparison.outcome();
}

}  // namespace loanbook::conformance
