#include "loanbook/money/money.hpp"

#include <rapidcheck.h>

#include <catch2/catch.hpp>
#include <functional>
#include <type_traits>

#include "expect.hpp"
#include "loanbook/money/rate.hpp"
#include "model.hpp"

namespace {

using namespace loanbook::money;

// Illegal programs.
static_assert(!std::is_default_constructible_v<Money>);
static_assert(!std::is_constructible_v<Money, int>);
static_assert(!std::is_convertible_v<std::int64_t, Money>);
static_assert(!std::is_convertible_v<Money, std::int64_t>);
static_assert(!std::is_convertible_v<Unrounded, Money>);
static_assert(!std::is_constructible_v<Money, Unrounded>);
static_assert(!std::is_invocable_v<std::multiplies<>, Money, Rate>);
static_assert(!std::is_invocable_v<std::multiplies<>, Rate, Money>);
static_assert(!std::is_invocable_v<std::multiplies<>, Money, Money>);
static_assert(!std::is_invocable_v<std::multiplies<>, Money, int>);
static_assert(!std::is_invocable_v<std::divides<>, Money, int>);
static_assert(!std::is_invocable_v<std::plus<>, Money, int>);
static_assert(!std::is_invocable_v<std::plus<>, Money, Rate>);
static_assert(!std::is_invocable_v<std::plus<>, Money, Unrounded>);
static_assert(!std::is_invocable_v<std::less<>, Money, int>);
static_assert(std::is_invocable_v<std::plus<>, Money, Money>);

TEST_CASE("currencies know their digits", "[currency]") {
  struct Row {
    const char* code;
    unsigned digits;  // ISO 4217, list one
  };
  const Row rows[] = {{"CNY", 2}, {"USD", 2}, {"EUR", 2}, {"JPY", 0}, {"KRW", 0}, {"VND", 0},
                      {"CLP", 0}, {"KWD", 3}, {"BHD", 3}, {"TND", 3}, {"CLF", 4}, {"UYW", 4},
                      {"AED", 2}, {"ZWG", 2}, {"ZWL", 2}, {"IDR", 2}, {"HUF", 2}, {"XOF", 0}};
  for (const auto& row : rows) DYNAMIC_SECTION(row.code) {
      const auto found = Currency::find(row.code);
      REQUIRE(found);
      CHECK(found->digits == row.digits);
      CHECK(found->text() == row.code);
    }
  for (const char* code : {"", "CN", "cny", "CNYX", "RMB", "XXX", "XAU", "XTS", "AAA", "ZZZ"})
    DYNAMIC_SECTION("'" << code << "' is refused") {
      REQUIRE_FALSE(Currency::find(code));
      CHECK(Currency::find(code).error().id == "currency.unknown");
    }
}

TEST_CASE("money is read with at most the decimals of its currency", "[money]") {
  struct Row {
    const char* text;
    const char* currency;
    const char* id;  // empty: accepted
    const char* printed;
  };
  const Row rows[] = {
      {"1234.5", "CNY", "", "1234.50"},
      {"-0.05", "CNY", "", "-0.05"},
      {"0", "KWD", "", "0.000"},
      {"1500", "JPY", "", "1500"},
      {"0.0001", "CLF", "", "0.0001"},
      {"1000000000000000.00", "CNY", "", "1000000000000000.00"},
      {"-1000000000000000.00", "CNY", "", "-1000000000000000.00"},
      {"1000000000000000.01", "CNY", "decimal.out_of_range", ""},
      {"-1000000000000000.01", "CNY", "decimal.out_of_range", ""},
      {"99999999999999999999", "CNY", "decimal.out_of_range", ""},
      {"1.005", "CNY", "decimal.too_many_digits", ""},
      {"1.5", "JPY", "decimal.too_many_digits", ""},
      {".5", "CNY", "decimal.malformed", ""},
      {"1e3", "CNY", "decimal.malformed", ""},
      {"", "CNY", "decimal.malformed", ""},
  };
  for (const auto& row : rows) DYNAMIC_SECTION(row.currency << " '" << row.text << "'") {
      const auto money = Money::parse(row.text, currency(row.currency));
      CHECK(money.has_value() == (*row.id == '\0'));
      if (money) CHECK(money->text() == row.printed);
      if (!money) CHECK(money.error().id == row.id);
      if (!money) CHECK(money.error().column > 0);
    }
  CHECK(Money::parse("1.005", currency("CNY")).error().message ==
        "'1.005' has more decimals than CNY has (2); round it before it comes in");
}

TEST_CASE("amounts of one currency add; anything else is a broken invariant", "[money]") {
  const Currency cny = currency("CNY");
  const Money five = Money::of_minor(5, cny);
  CHECK((five + five).minor() == 10);
  CHECK((five - five - five).minor() == -5);
  CHECK((-five).minor() == -5);
  CHECK(five < Money::of_minor(6, cny));
  CHECK(five != Money::of_minor(5, currency("USD")));
  const AssertionsThrow guard;
  const Money largest = Money::of_minor(std::numeric_limits<std::int64_t>::max(), cny);
  CHECK_THROWS_AS(largest + five, Broken);
  CHECK_THROWS_AS(-largest - five, Broken);
  CHECK_THROWS_AS(five + Money::of_minor(5, currency("USD")), Broken);
  CHECK_THROWS_AS(five - Money::of_minor(5, currency("USD")), Broken);
  CHECK_THROWS_AS((void)(five < Money::of_minor(5, currency("USD"))), Broken);
}

TEST_CASE("a total is wider than its parts", "[money]") {
  const Currency cny = currency("CNY");
  Total total{cny};
  for (int i = 0; i < 4; ++i) {
    total += Money::of_minor(std::numeric_limits<std::int64_t>::max(), cny);
  }
  CHECK(total.text() == "368934881474191032.28");
  total += Total{-total.minor(), cny};
  CHECK(total == Total{cny});
  CHECK(total.text() == "0.00");
  const AssertionsThrow guard;
  CHECK_THROWS_AS(total += Money::of_minor(1, currency("USD")), Broken);
}

TEST_CASE("an exact amount is kept in lowest terms", "[unrounded]") {
  CHECK(rc::check([] {
    const Int128 above = model::arbitrary_wide();
    const Int128 below = model::arbitrary_wide();
    RC_PRE(below != 0);
    const model::cpp_rational exact{model::big(above), model::big(below)};
    const auto amount = Unrounded::make(above, below, currency("CNY"));
    const model::cpp_int largest = model::big(static_cast<Int128>(~Uint128{0} >> 1U));
    const bool fits = numerator(exact) <= largest && numerator(exact) >= -largest - 1 &&
                      denominator(exact) <= largest;
    RC_ASSERT(amount.has_value() == fits);
    if (!fits) return;
    RC_ASSERT(model::big(amount->numerator()) == numerator(exact));
    RC_ASSERT(model::big(amount->denominator()) == denominator(exact));
  }));
  const AssertionsThrow guard;
  CHECK_THROWS_AS(Unrounded::make(1, 0, currency("CNY")), Broken);
}

TEST_CASE("an exact amount explains itself", "[unrounded]") {
  struct Row {
    Int128 numerator;
    Int128 denominator;
    const char* currency;
    const char* text;
  };
  const Int128 e29 = Int128{1'000'000'000'000'000} * 100'000'000'000'000;
  const Row rows[] = {
      {1001, 2, "CNY", "5.005"},
      {-1001, 2, "CNY", "-5.005"},
      {500, 1, "CNY", "5.00"},
      {0, 7, "CNY", "0.00"},
      {2500, 3, "CNY", "833 1/3 minor units"},
      {-2500, 3, "CNY", "-833 1/3 minor units"},
      {1, 3, "CNY", "1/3 minor units"},
      {-1, 3, "CNY", "-1/3 minor units"},
      {1, 8, "JPY", "0.125"},
      {7, 1, "JPY", "7"},
      {1, e29, "CNY", "1/100000000000000000000000000000 minor units"},
      {1, e29 / 10, "CNY", "0.000000000000000000000000000001"},
  };
  for (const auto& row : rows) DYNAMIC_SECTION(row.text) {
      const auto amount = Unrounded::make(row.numerator, row.denominator, currency(row.currency));
      REQUIRE(amount);
      CHECK(amount->text() == (row.denominator == e29
                                   ? std::string("1/") + model::big(e29).str() + " minor units"
                                   : row.text));
    }
}

}  // namespace
