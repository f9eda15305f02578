#include "loanbook/money/split.hpp"

#include <rapidcheck.h>

#include <catch2/catch.hpp>
#include <numeric>

#include "expect.hpp"
#include "model.hpp"

namespace {

using namespace loanbook::money;

using Parts = std::vector<std::int64_t>;

const std::vector<Ratio> seventy_thirty = {{7, 10}, {3, 10}};
const std::vector<Ratio> sevenths(7, Ratio{1, 7});
const std::vector<Ratio> halves_and_third = {{1, 2}, {1, 3}, {1, 6}};

TEST_CASE("units left over go to the largest discarded fractions", "[split]") {
  struct Row {
    const char* name;
    std::int64_t amount;
    std::vector<Ratio> ratios;
    Parts parts;
  };
  // Worked by hand: floor each share, then one unit each by descending fraction.
  const Row rows[] = {
      {"even", 100'000, seventy_thirty, {70'000, 30'000}},
      {"one unit", 1, seventy_thirty, {1, 0}},
      {"two units", 2, seventy_thirty, {1, 1}},
      {"ties to the first", 10'000, sevenths, {1429, 1429, 1429, 1429, 1428, 1428, 1428}},
      {"mirror image", -10'000, sevenths, {-1429, -1429, -1429, -1429, -1428, -1428, -1428}},
      {"mixed denominators", 5, halves_and_third, {2, 2, 1}},
      {"nothing", 0, sevenths, {0, 0, 0, 0, 0, 0, 0}},
      {"alone", 7, {{1, 1}}, {7}},
      {"a zero share", 7, {{0, 1}, {1, 1}}, {0, 7}},
      {"largest",
       100'000'000'000'000'001,
       seventy_thirty,
       {70'000'000'000'000'001, 30'000'000'000'000'000}},
  };
  for (const auto& row : rows) DYNAMIC_SECTION(row.name) {
      CHECK(split_largest_remainder(row.amount, row.ratios) == row.parts);
    }
}

TEST_CASE("the last party takes the rest", "[split]") {
  CHECK(split_last_takes_rest(5, seventy_thirty, RoundingMode::half_up) == Parts{4, 1});
  CHECK(split_last_takes_rest(5, seventy_thirty, RoundingMode::half_even) == Parts{4, 1});
  CHECK(split_last_takes_rest(5, seventy_thirty, RoundingMode::down) == Parts{3, 2});
  CHECK(split_last_takes_rest(1, sevenths, RoundingMode::up) == Parts{1, 1, 1, 1, 1, 1, -5});
  CHECK(split_last_takes_rest(-5, seventy_thirty, RoundingMode::half_up) == Parts{-4, -1});
}

struct Case {
  std::int64_t amount;
  std::vector<Ratio> ratios;
};

Case arbitrary_case() {
  const auto weights = *rc::gen::suchThat(
      rc::gen::container<std::vector<int>>(rc::gen::inRange(0, 10'000)),
      [](const auto& list) { return std::accumulate(list.begin(), list.end(), 0) > 0; });
  const std::int64_t sum = std::accumulate(weights.begin(), weights.end(), std::int64_t{0});
  Case made{.amount = model::arbitrary_narrow(), .ratios = {}};
  for (const std::int64_t weight : weights) {
    // In lowest terms, so that denominators differ.
    const std::int64_t common = std::gcd(weight, sum);
    made.ratios.push_back({weight / common, sum / common});
  }
  return made;
}

TEST_CASE("parts sum exactly and stay within one unit of the exact share", "[split]") {
  CHECK(rc::check([] {
    const Case made = arbitrary_case();
    const Parts parts = split_largest_remainder(made.amount, made.ratios);
    RC_ASSERT(parts.size() == made.ratios.size());
    model::cpp_int sum = 0;
    for (std::size_t i = 0; i < parts.size(); ++i) {
      const model::cpp_rational share = model::cpp_rational{model::cpp_int{made.amount}} *
                                        made.ratios[i].numerator / made.ratios[i].denominator;
      RC_ASSERT(abs(model::cpp_rational{model::cpp_int{parts[i]}} - share) < 1);
      sum += parts[i];
    }
    RC_ASSERT(sum == made.amount);
  }));
}

TEST_CASE("every party but the last gets its rounded share", "[split]") {
  CHECK(rc::check([] {
    Case made = arbitrary_case();
    made.amount /= 1'000'000;  // so that the rest of many round-ups still fits
    for (const RoundingMode mode : model::modes) {
      const Parts parts = split_last_takes_rest(made.amount, made.ratios, mode);
      model::cpp_int sum = 0;
      for (std::size_t i = 0; i < parts.size(); ++i) {
        const model::cpp_rational share = model::cpp_rational{model::cpp_int{made.amount}} *
                                          made.ratios[i].numerator / made.ratios[i].denominator;
        if (i + 1 < parts.size())
          RC_ASSERT(model::cpp_int{parts[i]} == model::rounded(share, mode));
        sum += parts[i];
      }
      RC_ASSERT(sum == made.amount);
    }
  }));
}

TEST_CASE("ratios that do not sum to one are a broken invariant", "[split]") {
  const AssertionsThrow guard;
  const std::vector<Ratio> too_little = {{1, 2}, {1, 4}};
  const std::vector<Ratio> too_much = {{1, 2}, {3, 4}};
  CHECK_THROWS_AS(split_largest_remainder(1000, too_little), Broken);
  CHECK_THROWS_AS(split_largest_remainder(1000, too_much), Broken);
  CHECK_THROWS_AS(split_largest_remainder(1000, {}), Broken);
}

}  // namespace
