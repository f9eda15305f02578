#include "loanbook/schedule/line.hpp"

#include "schedule/exact_model.hpp"
#include "schedule/random_terms.hpp"

namespace loanbook::schedule {
namespace {

using money::RoundingMode;

std::int64_t random(std::int64_t least, std::int64_t most) {
  return *rc::gen::resize(100, rc::gen::inRange<std::int64_t>(least, most + 1));
}

model::Rational exact(const Line& line, DayCount day_count, Day day) {
  return model::Rational(model::Integer(exact_level(line, day_count, day).value()),
                         model::Integer(line.denominator));
}

TEST_CASE("a simple line is principal x rate x time, exactly", "[line][property]") {
  check_property("simple line equals rational", 3'000, [] {
    const auto day_count = static_cast<DayCount>(random(1, 6));
    const auto mode = static_cast<RoundingMode>(random(1, 4));
    const std::int64_t principal = random(0, 100'000'000'000'000);
    const money::Rate rate =
        money::Rate::of_e12(random(0, 400) * (random(0, 1) ? 1'000'000'000 : 999'999'937));
    const Day first = money::day_from_number(static_cast<std::int32_t>(random(0, 40'000)));
    const Day last = first + date::days{random(0, 4'000)};
    const Line line = simple_line(principal, rate, day_count, first);
    const model::Rational expected = model::Rational(principal) *
                                     model::Rational(rate.e12(), 1'000'000'000'000) *
                                     model::exact_year_fraction(day_count, first, last);
    RC_ASSERT(exact(line, day_count, last) == expected);
    RC_ASSERT(level(line, day_count, mode, last).value() == model::rounded(expected, {mode, 1}));
    RC_ASSERT(line.denominator == simple_line(principal + 1, rate, day_count, last).denominator);
  });
}

TEST_CASE("a scheduled line ends at the interest of its row", "[line][property]") {
  check_property("scheduled line meets the row", 2'000, [] {
    const auto day_count = static_cast<DayCount>(random(1, 6));
    const auto mode = static_cast<RoundingMode>(random(1, 4));
    const std::int64_t interest = random(0, 10'000'000);
    const Day first = money::day_from_number(static_cast<std::int32_t>(random(0, 40'000)));
    const Day due = first + date::days{random(1, 400)};
    const Line line = scheduled_line(interest, day_count, first, due);
    RC_ASSERT(level(line, day_count, mode, first).value() == 0);
    if (day_index(day_count, first, due) > 0)
      RC_ASSERT(level(line, day_count, mode, due).value() == interest);
    std::int64_t before = 0;
    for (Day day = first; day <= due; day += date::days{1}) {
      const std::int64_t now = level(line, day_count, mode, day).value();
      RC_ASSERT(now >= before);
      before = now;
    }
  });
}

TEST_CASE("paying the whole rounded level drops the residue, paying less keeps it", "[line]") {
  // 1,000.00 at 18 % ACT/360: 0.50 a day; 0.33 of it at 12 %.
  const Day first = money::day_from_number(20'000);
  const Day later = first + date::days{1};
  const money::Rate rate = money::Rate::of_e12(120'000'000'000);
  const Line line = simple_line(100'000, rate, DayCount::act_360, first);
  REQUIRE(level(line, DayCount::act_360, RoundingMode::half_up, later) == 33);
  CHECK(after_payment(line, DayCount::act_360, RoundingMode::half_up, later, 33, 100'000, rate)
            ->base == 0);
  const Line rest =
      after_payment(line, DayCount::act_360, RoundingMode::half_up, later, 30, 100'000, rate)
          .value();
  CHECK(exact(rest, DayCount::act_360, later) == model::Rational(10, 3));
  CHECK(rest.denominator == line.denominator);
  CHECK(after_payment(line, DayCount::act_360, RoundingMode::half_up, first, 0, 100'000, rate) ==
        line);
}

TEST_CASE("a change of rate keeps the level to the last fraction", "[line]") {
  const Day first = money::day_from_number(20'000);
  const Day change = first + date::days{7};
  const Day last = change + date::days{11};
  const Line line =
      simple_line(123'457, money::Rate::of_e12(72'900'000'000), DayCount::act_365f, first);
  const Line after = after_payment(line, DayCount::act_365f, RoundingMode::half_up, change, 0,
                                   123'457, money::Rate::of_e12(131'313'131'313))
                         .value();
  const model::Rational expected = model::Rational(123'457) *
                                   (model::Rational(729, 10'000) * 7 +
                                    model::Rational(131'313'131'313, 1'000'000'000'000) * 11) /
                                   365;
  CHECK(exact(after, DayCount::act_365f, last) == expected);
}

TEST_CASE("a level beyond 128 or 64 bits is nothing, never a wrong number", "[line]") {
  const Day first = money::day_from_number(20'000);
  const Day last = first + date::days{1'000};
  const Line steep{.base = 0, .slope = money::Int128{1} << 120, .denominator = 1, .first = first};
  CHECK_FALSE(exact_level(steep, DayCount::act_360, last));
  const Line high{.base = money::Int128{1} << 100, .slope = 0, .denominator = 3, .first = first};
  CHECK(exact_level(high, DayCount::act_360, last));
  CHECK_FALSE(level(high, DayCount::act_360, RoundingMode::down, last));
}

}  // namespace
}  // namespace loanbook::schedule
