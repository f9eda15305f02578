#pragma once

// Tools of the golden adapters. An adapter maps keys to terms and events, and results to text; it
// does no arithmetic on amounts.

#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <utility>

#include "conformance/suite.hpp"
#include "loanbook/money/currency.hpp"
#include "loanbook/money/day.hpp"
#include "loanbook/money/rate.hpp"
#include "loanbook/money/rounding.hpp"
#include "loanbook/money/split.hpp"
#include "loanbook/schedule/day_count.hpp"

namespace loanbook::conformance {

/// A case that asks for something that is not built; the runner prints SKIP with the reason.
struct NotBuilt {
  std::string reason;
};
/// A case that cannot be read or is refused by the library; the runner prints FAIL with the reason.
struct Refused {
  std::string reason;
};

/// The keys of one JSON object. Every key must be read, or the case is not understood.
class Fields {
 public:
  explicit Fields(const Json& object) : object_(object) {}
  [[nodiscard]] bool has(const char* key) const { return object_.contains(key); }
  const Json& at(const char* key);
  std::string text(const char* key);
  std::string text_or(const char* key, const char* otherwise);
  std::int64_t integer(const char* key);
  std::int64_t integer_or(const char* key, std::int64_t otherwise);
  /// An integer that fits the type of the terms; anything else is Refused, not cut.
  template <class T>
  T count(const char* key) {
    const std::int64_t value = integer(key);
    if (!std::in_range<T>(value))
      throw Refused{std::string(key) + " is out of range: " + std::to_string(value)};
    return static_cast<T>(value);
  }
  template <class T>
  T count_or(const char* key, T otherwise) {
    return has(key) ? count<T>(key) : otherwise;
  }
  money::Day day(const char* key);
  money::Rate rate(const char* key);
  /// A fraction of one with up to 12 decimals, of any sign.
  std::int64_t signed_e12(const char* key);
  /// Decimal text of an amount as minor units with the digits of `currency`.
  std::int64_t minor(const char* key, money::Currency currency);
  /// `0.7` or `1/7`.
  money::Ratio ratio(const char* key);
  /// `currency` and `minor`, which must agree with our table.
  money::Currency currency();
  /// Throws NotBuilt with the first key that nobody read.
  void done() const;

 private:
  const Json& object_;
  std::set<std::string> read_;
};

money::Day day_of(const std::string& text);
std::int64_t minor_of(const std::string& text, money::Currency currency);
money::RoundingMode rounding_of(const std::string& text);
schedule::DayCount day_count_of(const std::string& text);

/// The value, or Refused with its error.
template <class T>
T value_of(money::Result<T> result) {
  if (!result) throw Refused{result.error().id + ": " + result.error().message};
  return std::move(*result);
}
/// The value, or Refused because it overflowed.
template <class T>
T value_of(const std::optional<T>& result) {
  if (!result) throw Refused{"overflow"};
  return *result;
}

std::string amount_text(std::int64_t minor, money::Currency currency);

/// Collects the first difference between what a case expects and what came out.
class Comparison {
 public:
  /// Compares the keys that `expected` has; `actual` must have each of them.
  void object(const std::string& where, const Json& expected, const Json& actual);
  void same(const std::string& where, const Json& expected, const Json& actual);
  [[nodiscard]] Outcome outcome() const {
    return difference_.empty() ? passed() : failed(difference_);
  }

 private:
  std::string difference_;
};

Outcome golden_plan(const Json& input, const Json& expect);
Outcome golden_annuity(const Json& input, const Json& expect);  // plan, method tvm
Outcome golden_daycount(const Json& input, const Json& expect);
Outcome golden_accrual(const Json& input, const Json& expect);
Outcome golden_overdue(const Json& input, const Json& expect);
Outcome golden_allocate(const Json& input, const Json& expect);
Outcome golden_split(const Json& input, const Json& expect);
Outcome golden_apr(const Json& input, const Json& expect);
Outcome golden_prepay(const Json& input, const Json& expect);

}  // namespace loanbook::conformance
