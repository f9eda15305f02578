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

}  // namespace

Result<Int128> parse_decimal(std::string_view text, unsigned digits) {
  if (text.size() > limits::decimal_text_max) {
    return error_at("decimal.out_of_range",
                    quoted(text) + " has " + std::to_string(text.size()) +
                        " characters; a number has at most " +
                        std::to_string(limits::decimal_text_max),
                    limits::decimal_text_max);
  }
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
