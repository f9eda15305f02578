#include "conformance/adapter.hpp"

#include "loanbook/money/decimal.hpp"
#include "loanbook/money/money.hpp"

namespace loanbook::conformance {
namespace {

std::string text_of(const Json& value, const std::string& where) {
  if (!value.is_string()) throw Refused{where + " is not a text: " + value.dump()};
  return value.get<std::string>();
}

}  // namespace

const Json& Fields::at(const char* key) {
  if (!has(key)) throw Refused{std::string("input has no ") + key};
  read_.insert(key);
  return object_.at(key);
}

std::string Fields::text(const char* key) { return text_of(at(key), key); }

std::string Fields::text_or(const char* key, const char* otherwise) {
  return has(key) ? text(key) : otherwise;
}

std::int64_t Fields::integer(const char* key) {
  const Json& value = at(key);
  if (!value.is_number_integer())
    throw Refused{std::string(key) + " is not an integer: " + value.dump()};
  return value.get<std::int64_t>();
}

std::int64_t Fields::integer_or(const char* key, std::int64_t otherwise) {
  return has(key) ? integer(key) : otherwise;
}

money::Day Fields::day(const char* key) { return day_of(text(key)); }

money::Rate Fields::rate(const char* key) { return value_of(money::Rate::parse(text(key))); }

std::int64_t Fields::signed_e12(const char* key) {
  std::int64_t value = 0;
  if (!money::narrow(value_of(money::parse_decimal(text(key), 12)), &value))
    throw Refused{std::string(key) + " out of range"};
  return value;
}

std::int64_t Fields::minor(const char* key, money::Currency currency) {
  return minor_of(text(key), currency);
}

money::Ratio Fields::ratio(const char* key) {
  const std::string whole = text(key);
  const std::size_t slash = whole.find('/');
  const auto part = [](const std::string& text, unsigned digits) {
    std::int64_t value = 0;
    if (!money::narrow(value_of(money::parse_decimal(text, digits)), &value))
      throw Refused{"ratio out of range"};
    return value;
  };
  if (slash != std::string::npos)
    return {part(whole.substr(0, slash), 0), part(whole.substr(slash + 1), 0)};
  return {part(whole, 9), 1'000'000'000};
}

money::Currency Fields::currency() {
  const money::Currency currency = value_of(money::Currency::find(text("currency")));
  if (currency.digits != integer("minor"))
    throw Refused{"minor differs from the digits of " + std::string(currency.text())};
  return currency;
}

void Fields::done() const {
  for (const auto& [key, value] : object_.items()) {
    if (!read_.contains(key)) throw NotBuilt{key + " = " + value.dump() + " is not built"};
  }
}

money::Day day_of(const std::string& text) { return value_of(money::parse_day(text)); }

std::int64_t minor_of(const std::string& text, money::Currency currency) {
  std::int64_t minor = 0;
  if (!money::narrow(value_of(money::parse_decimal(text, currency.digits)), &minor))
    throw Refused{"amount out of range: " + text};
  return minor;
}

money::RoundingMode rounding_of(const std::string& text) {
  if (text == "HALF_UP") return money::RoundingMode::half_up;
  if (text == "HALF_EVEN") return money::RoundingMode::half_even;
  if (text == "UP") return money::RoundingMode::up;
  if (text == "DOWN") return money::RoundingMode::down;
  throw NotBuilt{"rounding " + text + " is not built"};
}

schedule::DayCount day_count_of(const std::string& text) {
  const auto day_count = schedule::parse_day_count(text);
  if (!day_count) throw NotBuilt{"day count " + text + " is not built"};
  return *day_count;
}

std::string amount_text(std::int64_t minor, money::Currency currency) {
  return money::text_of_minor(minor, currency.digits);
}

void Comparison::object(const std::string& where, const Json& expected, const Json& actual) {
  if (!expected.is_object()) {
    same(where, expected, actual);
    return;
  }
  for (const auto& [key, value] : expected.items()) {
    const std::string field = where.empty() ? key : where + "." + key;
    if (!actual.contains(key)) throw NotBuilt{"result has no " + field};
    same(field, value, actual.at(key));
  }
}

void Comparison::same(const std::string& where, const Json& expected, const Json& actual) {
  if (!difference_.empty()) return;
  if (expected.is_array() && actual.is_array()) {
    if (expected.size() != actual.size()) {
      difference_ = where + ": expected " + std::to_string(expected.size()) + " lines, got " +
                    std::to_string(actual.size());
      return;
    }
    for (std::size_t i = 0; i < expected.size(); ++i)
      same(where + "[" + std::to_string(i + 1) + "]", expected[i], actual[i]);
    return;
  }
  if (expected.is_object() && actual.is_object()) {
    object(where, expected, actual);
    return;
  }
  if (expected != actual)
    difference_ = where + ": expected " + expected.dump() + ", got " + actual.dump();
}

}  // namespace loanbook::conformance
