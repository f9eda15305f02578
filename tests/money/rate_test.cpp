#include "loanbook/money/rate.hpp"

#include <rapidcheck.h>

#include <catch2/catch.hpp>
#include <type_traits>

#include "loanbook/money/limits.hpp"

namespace {

using namespace loanbook::money;

static_assert(!std::is_constructible_v<Rate, std::int64_t>);
static_assert(!std::is_convertible_v<Rate, std::int64_t>);
static_assert(!std::is_invocable_v<std::plus<>, Rate, Rate>);
static_assert(!std::is_invocable_v<std::multiplies<>, Rate, Rate>);

TEST_CASE("a rate carries a percent sign or is a fraction", "[rate]") {
  struct Row {
    const char* text;
    std::int64_t e12;
    const char* fraction;
    const char* percent;
  };
  const Row rows[] = {
      {"18%", 180'000'000'000, "0.18", "18%"},
      {"18 %", 180'000'000'000, "0.18", "18%"},
      {"0.18", 180'000'000'000, "0.18", "18%"},
      {"7.25%", 72'500'000'000, "0.0725", "7.25%"},
      {"0", 0, "0", "0%"},
      {"0%", 0, "0", "0%"},
      {"100%", 1'000'000'000'000, "1", "100%"},
      {"9.999999999999", 9'999'999'999'999, "9.999999999999", "999.9999999999%"},
      {"1000%", 10'000'000'000'000, "1000%", "1000%"},
      {"0.000000000001", 1, "0.000000000001", "0.0000000001%"},
      {"0.0000000001%", 1, "0.000000000001", "0.0000000001%"},
  };
  for (const auto& row : rows) DYNAMIC_SECTION(row.text) {
      const auto rate = Rate::parse(row.text);
      REQUIRE(rate);
      CHECK(rate->e12() == row.e12);
      CHECK(rate->text() == row.fraction);
      CHECK(rate->percent_text() == row.percent);
    }
}

TEST_CASE("an unclear rate is refused", "[rate]") {
  struct Row {
    const char* text;
    const char* id;
  };
  const Row rows[] = {
      {"12", "rate.ambiguous"},
      {"10", "rate.ambiguous"},
      {"18.5", "rate.ambiguous"},
      {"1000.1%", "rate.out_of_range"},
      {"-1%", "rate.negative"},
      {"-0.05", "rate.negative"},
      {"", "decimal.malformed"},
      {"%", "decimal.malformed"},
      {"18  %", "decimal.malformed"},
      {"18%%", "decimal.malformed"},
      {" 18%", "decimal.malformed"},
      {"1e1%", "decimal.malformed"},
      {"abc", "decimal.malformed"},
      {"0.0000000000001", "decimal.too_many_digits"},
      {"0.00000000001%", "decimal.too_many_digits"},
      {"99999999999999999999999999999999%", "decimal.out_of_range"},
  };
  for (const auto& row : rows) DYNAMIC_SECTION("'" << row.text << "'") {
      const auto rate = Rate::parse(row.text);
      REQUIRE_FALSE(rate);
      CHECK(rate.error().id == row.id);
      CHECK(rate.error().column > 0);
    }
  CHECK(Rate::parse("12").error().message ==
        "the rate '12' has no % sign; write 12% for twelve percent a year, or 0.12 as a fraction");
}

TEST_CASE("a column of percents is read as such", "[rate]") {
  CHECK(Rate::from_percent("14.07").value().e12() == 140'700'000'000);
  CHECK(Rate::from_percent("12").value() == Rate::parse("12%").value());
  CHECK(Rate::from_percent("0.5").value() == Rate::parse("0.005").value());
  CHECK(Rate::from_percent("14.07%").error().id == "decimal.malformed");
  CHECK(Rate::from_percent("-1").error().id == "rate.negative");
  CHECK(Rate::from_percent("1001").error().id == "rate.out_of_range");
}

TEST_CASE("a rate reads back from both texts", "[rate]") {
  CHECK(rc::check([] {
    const auto e12 = *rc::gen::inRange<std::int64_t>(0, limits::rate_e12_max + 1);
    const Rate rate = Rate::of_e12(e12);
    RC_ASSERT(Rate::parse(rate.text()).value() == rate);
    RC_ASSERT(Rate::parse(rate.percent_text()).value() == rate);
  }));
}

}  // namespace
