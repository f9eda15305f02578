#include "loanbook/money/rate.hpp"

#include "loanbook/money/decimal.hpp"
#include "loanbook/money/limits.hpp"
#include "loanbook/money/money.hpp"
#include "loanbook/money/text.hpp"

namespace loanbook::money {
namespace {

constexpr unsigned fraction_digits = 12;
constexpr unsigned percent_digits = 10;  // a percent is a hundredth
constexpr std::int64_t ambiguous_from_e12 = 10'000'000'000'000;

Error error_of(const char* id, std::string_view text, const char* what) {
  return Error{.id = id, .message = "the rate " + quoted(text) + what, .column = 1};
}

Result<Rate> checked(Int128 e12, std::string_view text) {
  if (e12 < 0) {
    return error_of("rate.negative", text, " is negative; rates are zero or more");
  }
  if (e12 > limits::rate_e12_max) {
    return error_of("rate.out_of_range", text,
                    " is above 1000 % a year; check whether the column is percent or a fraction");
  }
  return Rate::of_e12(static_cast<std::int64_t>(e12));
}

std::string without_trailing_zeros(std::string text) {
  text.erase(text.find_last_not_of('0') + 1);
  if (text.back() == '.') text.pop_back();
  return text;
}

}  // namespace

Result<Rate> Rate::parse(std::string_view text) {
  if (text.ends_with('%')) {
    std::string_view number = text.substr(0, text.size() - 1);
    if (number.ends_with(' ')) number.remove_suffix(1);
    Result<Int128> percent = parse_decimal(number, percent_digits);
    return percent ? checked(*percent, text) : percent.error();
  }
  const Result<Int128> fraction = parse_decimal(text, fraction_digits);
  if (!fraction) return fraction.error();
  if (*fraction >= ambiguous_from_e12) {
    return error_of("rate.ambiguous", text,
                    " has no % sign; write 12% for twelve percent a year, or 0.12 as a fraction");
  }
  return checked(*fraction, text);
}

Result<Rate> Rate::from_percent(std::string_view text) {
  const Result<Int128> percent = parse_decimal(text, percent_digits);
  return percent ? checked(*percent, text) : percent.error();
}

std::string Rate::text() const {
  // `10` would not read back: from there on a rate needs its sign.
  if (e12_ >= ambiguous_from_e12) return percent_text();
  return without_trailing_zeros(text_of_minor(e12_, fraction_digits));
}

std::string Rate::percent_text() const {
  return without_trailing_zeros(text_of_minor(e12_, percent_digits)) + "%";
}

}  // namespace loanbook::money
