#include <algorithm>
#include <charconv>

#include "conformance/actus.hpp"
#include "loanbook/money/decimal.hpp"

namespace loanbook::conformance {
namespace {

using schedule::DayPart;
using schedule::Figure;
using schedule::Moment;
using schedule::PeriodUnit;

constexpr std::size_t digits = 18;

int integer_of(std::string_view text, const std::string& whole) {
  if (text.starts_with('+')) text.remove_prefix(1);
  int value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc{} || end != text.data() + text.size())
    throw Refused{"no number: " + whole};
  return value;
}

/// `-1.5e-3` as `-0.0015`: the point is moved in the text.
std::string without_exponent(const std::string& text) {
  const std::size_t e = text.find_first_of("eE");
  if (e == std::string::npos) return text;
  const int exponent = integer_of(std::string_view(text).substr(e + 1), text);
  if (exponent < -40 || exponent > 40) throw Refused{"no number: " + text};
  std::string mantissa = text.substr(0, e);
  const std::string sign = mantissa.starts_with('-') ? "-" : "";
  mantissa.erase(0, sign.size());
  const std::size_t point = std::min(mantissa.find('.'), mantissa.size());
  std::string all = mantissa.substr(0, point);
  if (point < mantissa.size()) all += mantissa.substr(point + 1);
  int whole = static_cast<int>(point) + exponent;
  if (whole <= 0) {
    all.insert(0, static_cast<std::size_t>(1 - whole), '0');
    whole = 1;
  }
  if (static_cast<std::size_t>(whole) > all.size())
    all.append(static_cast<std::size_t>(whole) - all.size(), '0');
  const std::string fraction = all.substr(static_cast<std::size_t>(whole));
  const std::string before = all.substr(0, static_cast<std::size_t>(whole));
  return sign + before + (fraction.empty() ? "" : "." + fraction);
}

std::string decimal_of(const Json& value, const std::string& where) {
  if (value.is_number()) return without_exponent(value.dump());
  if (value.is_string()) return without_exponent(trimmed(value.get<std::string>()));
  throw Refused{where + " is no number: " + value.dump()};
}

}  // namespace

std::string trimmed(const std::string& text) {
  const std::size_t first = text.find_first_not_of(' ');
  if (first == std::string::npos) return {};
  return text.substr(first, text.find_last_not_of(' ') - first + 1);
}

Figure figure_of(const Json& value, const std::string& where) {
  std::string text = decimal_of(value, where);
  const std::size_t point = text.find('.');
  if (point != std::string::npos) text.resize(std::min(text.size(), point + 1 + digits));
  const auto figure = money::parse_decimal(text, digits);
  if (!figure) throw Refused{where + ": " + figure.error().message};
  return *figure;
}

std::string figure_text(Figure figure) {
  std::string text;
  auto rest = static_cast<money::Uint128>(figure < 0 ? -figure : figure);
  while (rest > 0 || text.size() <= digits) {
    text += static_cast<char>('0' + static_cast<int>(rest % 10));
    rest /= 10;
  }
  std::reverse(text.begin(), text.end());
  text.insert(text.size() - digits, ".");
  return figure < 0 ? "-" + text : text;
}

Moment moment_of(const std::string& text) {
  const std::string date = text.substr(0, 10);
  const std::string time = text.size() > 10 ? text.substr(10) : "T00:00";
  const money::Day day = day_of(date);
  if (time == "T00:00" || time == "T00:00:00") return {day, DayPart::opening};
  if (time == "T23:59:59") return {day, DayPart::close};
  throw NotBuilt{"time of day " + text + " is not built"};
}

std::string moment_text(Moment moment) {
  return money::to_text(moment.day) + (moment.part == DayPart::close ? "T23:59:59" : "T00:00:00");
}

schedule::Frequency period_of(const std::string& text) {
  struct Unit {
    char letter;
    PeriodUnit unit;
    int times;
  };
  constexpr Unit units[] = {{'D', PeriodUnit::day, 1},   {'W', PeriodUnit::week, 1},
                            {'M', PeriodUnit::month, 1}, {'Q', PeriodUnit::month, 3},
                            {'H', PeriodUnit::month, 6}, {'Y', PeriodUnit::year, 1}};
  if (text.size() < 3 || text.front() != 'P') throw Refused{"no period: " + text};
  for (const Unit& unit : units) {
    if (unit.letter != text.back()) continue;
    const std::string count = text.substr(1, text.size() - 2);
    const int every = unit.times * integer_of(count, text);
    if (!std::in_range<std::uint16_t>(every)) throw Refused{"period out of range: " + text};
    return {unit.unit, static_cast<std::uint16_t>(every)};
  }
  throw NotBuilt{"period " + text + " is not built"};
}

schedule::Cycle cycle_of(Moment anchor, const std::optional<std::string>& step) {
  if (!step) return {anchor, std::nullopt, schedule::Stub::shorter};
  const std::string& text = *step;
  const std::size_t stub = text.find('L');
  const std::string mark = stub == std::string::npos ? "L1" : text.substr(stub);
  if (mark != "L0" && mark != "L1") throw Refused{"no cycle: " + text};
  return {anchor, period_of(text.substr(0, stub)),
          mark == "L0" ? schedule::Stub::longer : schedule::Stub::shorter};
}

}  // namespace loanbook::conformance
