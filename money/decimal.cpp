#include "loanbook/money/decimal.hpp"

#include "loanbook/money/limits.hpp"
#include "loanbook/money/text.hpp"

namespace loanbook::money {
namespace {

bool is_digit(char c) { return c >= '0' && c <= '9'; }

Error error_at(const char* id, std::string message, std::size_t offset) {
  return Error{
      .id = id, .message = std::move(message), .column = static_cast<std::uint32_t>(offset + 1)};
}

Error malformed(std::string_view text, std::size_t offset) {
  const std::string found =
      offset < text.size() ? "unexpected " + quoted(text.substr(offset, 1)) : "a digit is missing";
  return error_at("decimal.malformed",
                  quoted(text) + " is not a decimal number: " + found + " at character " +
                      std::to_string(offset + 1) +
                      "; write digits with an optional point, such as 1234.56, without grouping, "
                      "exponent, plus sign or spaces",
                  offset);
}

Error too_large(std::string_view text) {
  return error_at("decimal.out_of_range",
                  "the number " + quoted(text) + " is too large to be read; check the column or " +
                      "write fewer digits",
                  0);
}

// Moves *at over digits and appends them to *value; false where they do not fit.
bool take_digits(std::string_view text, std::size_t* at, Int128* value) {
  bool fits = true;
  for (; *at < text.size() && is_digit(text[*at]); ++*at) {
    fits = fits && multiply(*value, Int128{10}, value) &&
           subtract(*value, Int128{text[*at] - '0'}, value);
  }
  return fits;
}

// Nearly every number: valid, and at most 18 digits after scaling, so that 64 bits hold it
// unchecked. False for everything else, which the careful way then reads or refuses.
bool parse_short(std::string_view text, unsigned digits, std::int64_t* out) {
  constexpr std::size_t digits_max = 18;
  const bool negative = text.starts_with('-');
  if (negative) text.remove_prefix(1);
  if (text.size() + digits > digits_max || text.empty()) return false;
  std::int64_t value = 0;
  std::size_t point = text.size();
  for (std::size_t at = 0; at < text.size(); ++at) {
    if (is_digit(text[at])) {
      value = value * 10 + (text[at] - '0');
    } else if (text[at] == '.' && point == text.size()) {
      point = at;
    } else {
      return false;
    }
  }
  const bool has_point = point < text.size();
  const std::size_t decimals = has_point ? text.size() - point - 1 : 0;
  if (point == 0 || decimals > digits || (has_point && decimals == 0)) return false;
  for (std::size_t i = decimals; i < digits; ++i) value *= 10;
  *out = negative ? -value : value;
  return true;
}

}  // namespace

Result<Int128> parse_decimal(std::string_view text, unsigned digits) {
  if (text.size() > limits::decimal_text_max) {
    return error_at("decimal.out_of_range",
                    quoted(text) + " has " + std::to_string(text.size()) +
                        " characters; a number has at most " +
                        std::to_string(limits::decimal_text_max),
                    limits::decimal_text_max);
  }
  std::int64_t short_value = 0;
  if (parse_short(text, digits, &short_value)) return Int128{short_value};
  // Collected below zero, where two's complement reaches one further.
  Int128 negated = 0;
  const bool negative = !text.empty() && text.front() == '-';
  std::size_t at = negative ? 1 : 0;
  const std::size_t whole_begin = at;
  bool fits = take_digits(text, &at, &negated);
  if (at == whole_begin) return malformed(text, at);
  std::size_t decimals = 0;
  if (at < text.size() && text[at] == '.') {
    const std::size_t fraction_begin = ++at;
    fits = take_digits(text, &at, &negated) && fits;
    decimals = at - fraction_begin;
    if (decimals == 0) return malformed(text, at);
  }
  if (at != text.size()) return malformed(text, at);
  if (decimals > digits) {
    return error_at("decimal.too_many_digits",
                    quoted(text) + " has " + std::to_string(decimals) + " decimals where at most " +
                        std::to_string(digits) + " are allowed; round it before it comes in",
                    text.size() - decimals + digits);
  }
  for (; decimals < digits; ++decimals) fits = fits && multiply(negated, Int128{10}, &negated);
  Int128 value = negated;
  if (!negative) fits = fits && subtract(Int128{0}, negated, &value);
  if (!fits) return too_large(text);
  return value;
}

}  // namespace loanbook::money
