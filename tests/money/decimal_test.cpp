#include "loanbook/money/decimal.hpp"

#include <rapidcheck.h>

#include <catch2/catch.hpp>

#include "loanbook/money/money.hpp"
#include "model.hpp"

namespace {

using namespace loanbook::money;

TEST_CASE("decimal text is read exactly", "[decimal]") {
  struct Row {
    const char* text;
    unsigned digits;
    const char* scaled;
  };
  const Row rows[] = {
      {"0", 0, "0"},
      {"0", 2, "0"},
      {"-0", 2, "0"},
      {"-0.00", 2, "0"},
      {"007", 2, "700"},
      {"1234.56", 2, "123456"},
      {"1234.5", 2, "123450"},
      {"-0.05", 2, "-5"},
      {"0.000000000001", 12, "1"},
      {"170141183460469231731687303715884105727", 0, "170141183460469231731687303715884105727"},
      {"-170141183460469231731687303715884105728", 0, "-170141183460469231731687303715884105728"},
      {"1.70141183460469231731687303715884105727", 38, "170141183460469231731687303715884105727"},
  };
  for (const auto& row : rows) DYNAMIC_SECTION(row.text << " with " << row.digits) {
      const auto value = parse_decimal(row.text, row.digits);
      REQUIRE(value);
      CHECK(model::big(*value).str() == row.scaled);
    }
}

TEST_CASE("what is not a decimal number is refused at its character", "[decimal]") {
  struct Row {
    std::string text;
    unsigned digits;
    const char* id;
    unsigned column;
  };
  const Row rows[] = {
      {"", 2, "decimal.malformed", 1},
      {"-", 2, "decimal.malformed", 2},
      {"+1", 2, "decimal.malformed", 1},
      {"--1", 2, "decimal.malformed", 2},
      {"1-", 2, "decimal.malformed", 2},
      {".5", 2, "decimal.malformed", 1},
      {"5.", 2, "decimal.malformed", 3},
      {"1.2.3", 2, "decimal.malformed", 4},
      {"1,000", 2, "decimal.malformed", 2},
      {"1 000", 2, "decimal.malformed", 2},
      {" 1", 2, "decimal.malformed", 1},
      {"1 ", 2, "decimal.malformed", 2},
      {"1e3", 2, "decimal.malformed", 2},
      {"0x10", 2, "decimal.malformed", 2},
      {"NaN", 2, "decimal.malformed", 1},
      {"inf", 2, "decimal.malformed", 1},
      {"12.34元", 2, "decimal.malformed", 6},
      {"\xff", 2, "decimal.malformed", 1},
      {std::string("1\0002", 3), 2, "decimal.malformed", 2},
      {"1.234", 2, "decimal.too_many_digits", 5},
      {"1.000", 2, "decimal.too_many_digits", 5},
      {"1.5", 0, "decimal.too_many_digits", 3},
      {std::string(200, '9'), 2, "decimal.out_of_range", 41},
      {std::string(41, '0'), 2, "decimal.out_of_range", 41},
      {"170141183460469231731687303715884105728", 0, "decimal.out_of_range", 1},
      {"-170141183460469231731687303715884105729", 0, "decimal.out_of_range", 1},
      {"170141183460469231731687303715884105727", 1, "decimal.out_of_range", 1},
      {"9999999999999999999999999999999999999999", 0, "decimal.out_of_range", 1},
  };
  for (const auto& row : rows) DYNAMIC_SECTION(row.id << " '" << row.text << "'") {
      const auto value = parse_decimal(row.text, row.digits);
      REQUIRE_FALSE(value);
      CHECK(value.error().id == row.id);
      CHECK(value.error().column == row.column);
      CHECK(value.error().message.size() < 250);
      CHECK(value.error().message.find(';') != std::string::npos);  // what to do
    }
}

TEST_CASE("whole minor units are printed with all decimals", "[decimal]") {
  CHECK(text_of_minor(0, 0) == "0");
  CHECK(text_of_minor(0, 2) == "0.00");
  CHECK(text_of_minor(-5, 2) == "-0.05");
  CHECK(text_of_minor(123456, 2) == "1234.56");
  CHECK(text_of_minor(-100, 2) == "-1.00");
  CHECK(text_of_minor(1, 12) == "0.000000000001");
  const Int128 least = static_cast<Int128>(Uint128{1} << 127U);
  CHECK(text_of_minor(least, 2) == "-1701411834604692317316873037158841057.28");
}

TEST_CASE("printed decimals read back, and mean what the rational model says", "[decimal]") {
  CHECK(rc::check([] {
    const Int128 minor = model::arbitrary_wide();
    const auto digits = static_cast<unsigned>(*rc::gen::inRange(0, 13));
    const std::string text = text_of_minor(minor, digits);
    const auto back = parse_decimal(text, digits);
    // A sign, a point and 39 digits are one character too many.
    if (text.size() > 40) {
      RC_ASSERT(!back);
      return;
    }
    RC_ASSERT(*back == minor);
    std::string plain = text;
    const auto point = plain.find('.');
    const unsigned decimals = point == std::string::npos ? 0 : plain.size() - point - 1;
    RC_ASSERT(decimals == digits);
    if (point != std::string::npos) plain.erase(point, 1);
    const bool negative = plain.front() == '-';
    if (negative) plain.erase(0, 1);
    plain.erase(0, std::min(plain.find_first_not_of('0'), plain.size() - 1));
    model::cpp_int read{plain};
    RC_ASSERT((negative ? model::cpp_int{-read} : read) == model::big(minor));
  }));
}

TEST_CASE("overflow of a decimal is an error, never a wrong number", "[decimal]") {
  CHECK(rc::check([] {
    const auto length = *rc::gen::inRange(30, 40);
    std::string text;
    for (int i = 0; i < length; ++i) text += static_cast<char>('0' + *rc::gen::inRange(1, 10));
    const auto digits = static_cast<unsigned>(*rc::gen::inRange(0, 13));
    const model::cpp_int exact = model::cpp_int{text} * model::power_of_ten(digits);
    const bool fits = exact <= model::big(static_cast<Int128>(~Uint128{0} >> 1U));
    const auto value = parse_decimal(text, digits);
    RC_ASSERT(value.has_value() == fits);
    if (fits) RC_ASSERT(model::big(*value) == exact);
  }));
}

TEST_CASE("no text crashes the decimal reader", "[decimal]") {
  CHECK(rc::check([] {
    const auto text = *rc::gen::container<std::string>(rc::gen::oneOf(
        rc::gen::elementOf(std::string("0123456789.-")), rc::gen::arbitrary<char>()));
    const auto value = parse_decimal(text, 4);
    if (!value) RC_ASSERT(value.error().column <= text.size() + 1);
  }));
}

}  // namespace
