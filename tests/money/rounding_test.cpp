#include "loanbook/money/rounding.hpp"

#include <rapidcheck.h>

#include <catch2/catch.hpp>

#include "expect.hpp"
#include "loanbook/money/money.hpp"
#include "model.hpp"

namespace {

using namespace loanbook::money;

TEST_CASE("rounding modes treat both signs alike", "[rounding]") {
  struct Row {
    int numerator;
    int half_even;
    int half_up;
    int up;
    int down;
  };
  // Tenths of a unit. IEEE 754-2019, 4.3: roundTiesToEven, roundTiesToAway, roundTowardZero.
  const Row rows[] = {{0, 0, 0, 0, 0},       {1, 0, 0, 1, 0},       {4, 0, 0, 1, 0},
                      {5, 0, 1, 1, 0},       {6, 1, 1, 1, 0},       {10, 1, 1, 1, 1},
                      {14, 1, 1, 2, 1},      {15, 2, 2, 2, 1},      {25, 2, 3, 3, 2},
                      {-1, 0, 0, -1, 0},     {-5, 0, -1, -1, 0},    {-6, -1, -1, -1, 0},
                      {-15, -2, -2, -2, -1}, {-25, -2, -3, -3, -2}, {-26, -3, -3, -3, -2}};
  for (const auto& row : rows) DYNAMIC_SECTION(row.numerator << " tenths") {
      CHECK(static_cast<int>(divide_rounded(row.numerator, 10, RoundingMode::half_even)) ==
            row.half_even);
      CHECK(static_cast<int>(divide_rounded(row.numerator, 10, RoundingMode::half_up)) ==
            row.half_up);
      CHECK(static_cast<int>(divide_rounded(row.numerator, 10, RoundingMode::up)) == row.up);
      CHECK(static_cast<int>(divide_rounded(row.numerator, 10, RoundingMode::down)) == row.down);
    }
}

TEST_CASE("a quotient is rounded as the rational model says", "[rounding]") {
  CHECK(rc::check([] {
    const Int128 above = model::arbitrary_wide();
    const Int128 below = model::arbitrary_wide();
    RC_PRE(below > 0);
    const auto mode = *rc::gen::elementOf(
        std::vector<RoundingMode>(std::begin(model::modes), std::end(model::modes)));
    const model::cpp_rational exact{model::big(above), model::big(below)};
    RC_ASSERT(model::big(divide_rounded(above, below, mode)) == model::rounded(exact, mode));
  }));
}

TEST_CASE("ties are found in every mode and sign", "[rounding]") {
  CHECK(rc::check([] {
    const auto units = *rc::gen::inRange<std::int64_t>(-1'000'000, 1'000'000);
    const auto half = *rc::gen::inRange<std::int64_t>(1, 1'000'000'000);
    const auto nudge = *rc::gen::inRange(-1, 2);
    const Int128 above = (Int128{units} * 2 + 1) * half + nudge;
    for (const RoundingMode mode : model::modes) {
      const model::cpp_rational exact{model::big(above), model::big(Int128{half} * 2)};
      RC_ASSERT(model::big(divide_rounded(above, Int128{half} * 2, mode)) ==
                model::rounded(exact, mode));
    }
  }));
}

TEST_CASE("an exact amount becomes money by one rounding", "[rounding]") {
  struct Row {
    Int128 numerator;
    Int128 denominator;
    Rounding rounding;
    const char* text;
  };
  const Row rows[] = {
      // 1201.20 x 0.05 / 12 = 5.005, the tie that rounded intermediates destroy.
      {Int128{120120} * 5, 1200, {RoundingMode::half_up, 1}, "5.01"},
      {Int128{120120} * 5, 1200, {RoundingMode::half_even, 1}, "5.00"},
      {123456, 1, {RoundingMode::up, 100}, "1235.00"},
      {123456, 1, {RoundingMode::down, 100}, "1234.00"},
      {123456, 1, {RoundingMode::half_up, 10}, "1234.60"},
      {15, 1, {RoundingMode::half_even, 10}, "0.20"},
      {25, 1, {RoundingMode::half_even, 10}, "0.20"},
      {-25, 1, {RoundingMode::half_up, 10}, "-0.30"},
      {1, 1'000'000, {RoundingMode::up, 1}, "0.01"},
  };
  for (const auto& row : rows) DYNAMIC_SECTION(row.text) {
      const auto exact = Unrounded::make(row.numerator, row.denominator, currency("CNY"));
      REQUIRE(exact);
      CHECK(round(*exact, row.rounding).value().text() == row.text);
    }
}

TEST_CASE("rounding to a multiple agrees with the model, and overflow is an error", "[rounding]") {
  CHECK(rc::check([] {
    const Int128 above = model::arbitrary_wide();
    const Int128 below = model::arbitrary_wide();
    RC_PRE(below > 0);
    const auto amount = Unrounded::make(above, below, currency("CNY"));
    RC_PRE(amount.has_value());
    const auto multiple = *rc::gen::elementOf(
        std::vector<std::int64_t>{1, 2, 5, 10, 100, 1000, 999'999'937, 1'000'000'000});
    for (const RoundingMode mode : model::modes) {
      const model::cpp_rational exact{model::big(above), model::big(below) * multiple};
      const model::cpp_int expected = model::rounded(exact, mode) * multiple;
      const bool fits = expected <= std::numeric_limits<std::int64_t>::max() &&
                        expected >= std::numeric_limits<std::int64_t>::min();
      const auto money = round(*amount, {mode, multiple});
      RC_ASSERT(money.has_value() == fits);
      if (fits) RC_ASSERT(model::cpp_int{money->minor()} == expected);
      if (!fits) RC_ASSERT(money.error().id == "money.overflow");
    }
  }));
}

TEST_CASE("rounding rules have names", "[rounding]") {
  for (const RoundingMode mode : model::modes) {
    CHECK(parse_rounding_mode(to_text(mode)).value() == mode);
  }
  for (const char* text : {"", "half", "HALF-UP", "half_up", "nearest"})
    DYNAMIC_SECTION("'" << text << "'") {
      REQUIRE_FALSE(parse_rounding_mode(text));
      CHECK(parse_rounding_mode(text).error().id == "rounding.unknown");
      CHECK(parse_rounding_mode(text).error().message.find("half-even") != std::string::npos);
    }
}

}  // namespace
