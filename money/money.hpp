#pragma once

#include <compare>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "loanbook/money/currency.hpp"
#include "loanbook/money/rounding.hpp"
#include "loanbook/money/wide.hpp"

namespace loanbook::money {

/// Whole minor units of one currency. No default, no conversion from numbers; different currencies
/// do not add (asserted).
class Money {
 public:
  [[nodiscard]] static constexpr Money of_minor(std::int64_t minor, Currency currency) {
    return Money{minor, currency};
  }
  /// `1234.56`, `-0.05`, `.5` is refused: digits on both sides of the point, at most as many
  /// decimals as the currency has, no exponent, no grouping. Errors `decimal.*` say at which
  /// character.
  [[nodiscard]] static Result<Money> parse(std::string_view text, Currency currency);

  [[nodiscard]] constexpr std::int64_t minor() const { return minor_; }
  [[nodiscard]] constexpr Currency currency() const { return currency_; }
  /// All decimals of the currency, no grouping: `1234.50`.
  [[nodiscard]] std::string text() const;

  /// Asserts one currency and no overflow: inputs are within limits.hpp.
  friend Money operator+(Money a, Money b);
  friend Money operator-(Money a, Money b);
  friend Money operator-(Money a) { return Money{-a.minor_, a.currency_}; }
  friend bool operator==(const Money&, const Money&) = default;
  /// Asserts one currency.
  friend std::strong_ordering operator<=>(const Money& a, const Money& b);

 private:
  constexpr Money(std::int64_t minor, Currency currency) : minor_(minor), currency_(currency) {}
  std::int64_t minor_;
  Currency currency_;
};
static_assert(sizeof(Money) == 16);

/// As Money, in 128 bits: for sums over many loans.
class Total {
 public:
  explicit constexpr Total(Currency currency) : minor_(0), currency_(currency) {}
  constexpr Total(Int128 minor, Currency currency) : minor_(minor), currency_(currency) {}
  [[nodiscard]] constexpr Int128 minor() const { return minor_; }
  [[nodiscard]] constexpr Currency currency() const { return currency_; }
  [[nodiscard]] std::string text() const;
  Total& operator+=(Money money);
  Total& operator+=(const Total& other);
  friend bool operator==(const Total&, const Total&) = default;

 private:
  Int128 minor_;
  Currency currency_;
};

/// The exact amount before rounding: numerator / denominator minor units, denominator > 0, in
/// lowest terms. It becomes Money only through `round`.
class Unrounded {
 public:
  /// Nothing where it would not fit 128 bits after reduction. Requires denominator != 0.
  [[nodiscard]] static std::optional<Unrounded> make(Int128 numerator, Int128 denominator,
                                                     Currency currency);
  [[nodiscard]] Int128 numerator() const { return numerator_; }
  [[nodiscard]] Int128 denominator() const { return denominator_; }
  [[nodiscard]] Currency currency() const { return currency_; }
  /// `5.005` where it ends within 30 digits of the major unit, else `833 1/3 minor units` style
  /// text for explanations.
  [[nodiscard]] std::string text() const;
  friend bool operator==(const Unrounded&, const Unrounded&) = default;

 private:
  Unrounded(Int128 numerator, Int128 denominator, Currency currency)
      : numerator_(numerator), denominator_(denominator), currency_(currency) {}
  Int128 numerator_;
  Int128 denominator_;
  Currency currency_;
};

/// The only way from an exact amount to money. `money.overflow` where the result is beyond 64 bits.
[[nodiscard]] Result<Money> round(const Unrounded& exact, Rounding rounding);

/// Decimal text of whole minor units: `text_of_minor(-5, 2)` = `-0.05`; `digits` 0 to 12.
[[nodiscard]] std::string text_of_minor(Int128 minor, unsigned digits);

}  // namespace loanbook::money
