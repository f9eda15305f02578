#pragma once

#include <compare>
#include <cstdint>
#include <string>
#include <string_view>

#include "loanbook/money/result.hpp"

namespace loanbook::money {

/// A rate per year with 12 decimals, an integer inside. Not money, not a percentage: `Money * Rate`
/// does not compile.
class Rate {
 public:
  [[nodiscard]] static constexpr Rate of_e12(std::int64_t e12) { return Rate{e12}; }
  /// As a person writes it: `18%`, `18 %`, or a fraction below 10 such as `0.18`. `12` without `%`
  /// is `rate.ambiguous`. Negative rates and more than 12 decimals (10 before a `%`) are refused.
  [[nodiscard]] static Result<Rate> parse(std::string_view text);
  /// `7.25` -> 7.25 % a year; for columns whose header says percent.
  [[nodiscard]] static Result<Rate> from_percent(std::string_view text);

  [[nodiscard]] constexpr std::int64_t e12() const { return e12_; }
  /// The fraction without trailing zeros: `0.18`. Reads back with `parse`.
  [[nodiscard]] std::string text() const;
  /// `18%`.
  [[nodiscard]] std::string percent_text() const;
  auto operator<=>(const Rate&) const = default;

 private:
  explicit constexpr Rate(std::int64_t e12) : e12_(e12) {}
  std::int64_t e12_;
};

}  // namespace loanbook::money
