// Arrears against a model that walks from day to day and adds, as golden/README.md section 5
// describes it.

#include "loanbook/schedule/arrears.hpp"

#include "schedule/exact_model.hpp"
#include "schedule/random_terms.hpp"

namespace loanbook::schedule {
namespace {

using model::Rational;

std::int64_t random(std::int64_t least, std::int64_t most) {
  return *rc::gen::resize(100, rc::gen::inRange<std::int64_t>(least, most + 1));
}

struct NaiveInstallment {
  Day due;
  std::int64_t principal;
  std::int64_t interest;
  Rational penalty = 0;
  Rational compound = 0;
  std::int64_t room = 0;             ///< under a maximum: the most the penalty may still be
  std::int64_t penalty_before = 0;   ///< rounded, at the opening of the day or after its money
  std::int64_t compound_before = 0;  ///< the same
};

struct Naive {
  OverdueRules rules;
  std::vector<NaiveInstallment> installments;

  [[nodiscard]] Rational yearly(money::Rate rate) const {
    return Rational(rate.e12(), 1'000'000'000'000);
  }
  [[nodiscard]] bool visible(const NaiveInstallment& one, Day day) const {
    return rules.grace_mode == GraceMode::shift || (day - one.due).count() > rules.grace_days;
  }
  [[nodiscard]] std::int64_t shown(const NaiveInstallment& one, const Rational& exact,
                                   Day day) const {
    return visible(one, day) ? static_cast<std::int64_t>(model::rounded(exact, {rules.mode, 1}))
                             : 0;
  }
  void accrue(Day day) {
    const Rational part = model::exact_year_fraction(rules.day_count, day, day + date::days{1});
    for (NaiveInstallment& one : installments) {
      const Day start =
          rules.grace_mode == GraceMode::shift ? one.due + date::days{rules.grace_days} : one.due;
      if (day < start) continue;
      one.penalty += one.principal * yearly(rules.penalty_rate) * part;
      one.compound += one.interest * yearly(rules.compound_rate) * part;
    }
  }
  /// The opening of `day`: the principal left by the due date sets the most, which then holds.
  void cap(Day day) {
    if (rules.maximum_e4 == 0) return;
    for (NaiveInstallment& one : installments) {
      if (day <= one.due + date::days{1}) one.room = one.principal * rules.maximum_e4 / 10'000;
      if (rules.maximum_of == MaximumOf::penalty_and_compound) {
        cap_both(one, day);
        continue;
      }
      const Rational shown = model::rounded(one.penalty, {rules.mode, 1});
      if (day > one.due && shown >= one.room) one.penalty = one.room;
    }
  }
  /// Penalty interest takes first what the day before left of the room of both.
  void cap_both(NaiveInstallment& one, Day day) const {
    const auto whole = [&](const Rational& exact) {
      return static_cast<std::int64_t>(model::rounded(exact, {rules.mode, 1}));
    };
    const std::int64_t penalty = whole(one.penalty);
    const std::int64_t compound = whole(one.compound);
    if (day > one.due && penalty + compound >= one.room) {
      const std::int64_t left = one.room - one.penalty_before - one.compound_before;
      one.penalty = one.penalty_before + std::min(penalty - one.penalty_before, left);
      one.compound = one.room - whole(one.penalty);
    }
    one.penalty_before = whole(one.penalty);
    one.compound_before = whole(one.compound);
  }
  static std::int64_t take(std::int64_t& money, std::int64_t owed) {
    const std::int64_t part = std::min(money, owed);
    money -= part;
    return part;
  }
  void take_charge(std::int64_t& money, const NaiveInstallment& one, Rational& exact,
                   Day day) const {
    const std::int64_t whole = shown(one, exact, day);
    const std::int64_t part = take(money, whole);
    if (part == whole && whole > 0) {
      exact = 0;
    } else {
      exact -= part;
    }
  }
  std::int64_t pay(std::int64_t money, Day day) {
    for (NaiveInstallment& one : installments) {
      if (one.due > day) continue;
      const std::int64_t before = money;
      take_charge(money, one, one.penalty, day);
      if (day > one.due) one.room -= before - money;
      const std::int64_t then = money;
      take_charge(money, one, one.compound, day);
      if (day > one.due && rules.maximum_of == MaximumOf::penalty_and_compound)
        one.room -= then - money;
      one.interest -= take(money, one.interest);
      one.principal -= take(money, one.principal);
      if (one.interest == 0 && one.principal == 0 && !visible(one, day))
        one.penalty = one.compound = 0;
      one.penalty_before = static_cast<std::int64_t>(model::rounded(one.penalty, {rules.mode, 1}));
      one.compound_before =
          static_cast<std::int64_t>(model::rounded(one.compound, {rules.mode, 1}));
    }
    return money;
  }
};

TEST_CASE("penalty and compound interest equal those of a day-by-day model",
          "[arrears][property]") {
  check_property("random payments against a naive model", 400, [] {
    Naive naive;
    naive.rules = {.penalty_rate = money::Rate::of_e12(random(0, 400) * 1'000'000'000),
                   .compound_rate = money::Rate::of_e12(random(0, 400) * 999'999'937),
                   .day_count = static_cast<DayCount>(random(1, 3)),
                   .mode = static_cast<money::RoundingMode>(random(1, 4)),
                   .grace_days = static_cast<std::uint16_t>(random(0, 4)),
                   .grace_mode = static_cast<GraceMode>(random(1, 2)),
                   .maximum_e4 = random(0, 1) == 0 ? 0 : random(1, 600),
                   .maximum_of = static_cast<MaximumOf>(random(1, 2))};
    const bool both = naive.rules.maximum_of == MaximumOf::penalty_and_compound;
    const bool each_day = random(0, 1) == 0;  // lines are held each day, or when money comes
    const Day begin = money::day_from_number(static_cast<std::int32_t>(random(19'000, 19'800)));
    std::vector<DueInstallment> ours;
    for (std::uint32_t no = 1; no <= static_cast<std::uint32_t>(random(1, 3)); ++no) {
      const NaiveInstallment one{begin + date::days{30 * (no - 1)}, random(0, 300'000),
                                 random(0, 20'000)};
      naive.installments.push_back(one);
      ours.push_back(become_due(no, one.due, one.principal, one.interest, 0, naive.rules));
    }
    for (Day day = begin; day < begin + date::days{120}; day += date::days{1}) {
      naive.cap(day);
      if (each_day) hold_at_maximum(ours, naive.rules, day);
      if (random(0, 9) == 0) {
        const std::int64_t amount = random(0, random(0, 1) ? 500 : 200'000);
        const Allocation paid = pay(ours, amount, naive.rules, {}, day).value();
        RC_ASSERT(paid.unallocated == naive.pay(amount, day));
      }
      for (std::size_t i = 0; i < ours.size(); ++i) {
        const NaiveInstallment& one = naive.installments[i];
        RC_ASSERT(ours[i].principal == one.principal);
        RC_ASSERT(ours[i].interest == one.interest);
        RC_ASSERT(penalty_at(ours[i], naive.rules, day).value() ==
                  naive.shown(one, one.penalty, day));
        RC_ASSERT(compound_at(ours[i], naive.rules, day).value() ==
                  naive.shown(one, one.compound, day));
        if (day <= one.due) continue;
        const auto reached = maximum_reached(ours[i], naive.rules, day + date::days{1});
        if (!reached) continue;
        const auto capped = [&](Day at) {
          return penalty_at(ours[i], naive.rules, at).value() +
                 (both ? compound_at(ours[i], naive.rules, at).value() : 0);
        };
        RC_ASSERT(capped(*reached + date::days{400}) == ours[i].room);
        if (*reached > day + date::days{1} && charges_visible(ours[i], naive.rules, *reached))
          RC_ASSERT(capped(*reached - date::days{1}) < std::max<std::int64_t>(ours[i].room, 1));
      }
      naive.accrue(day);
    }
  });
}

TEST_CASE("grace hides charges, and cancels them where all is paid within it", "[arrears]") {
  const OverdueRules rules{.penalty_rate = money::Rate::of_e12(270'000'000'000),
                           .compound_rate = money::Rate::of_e12(0),
                           .grace_days = 3};
  const Day due = money::day_from_number(20'000);
  std::vector<DueInstallment> in_time{become_due(1, due, 100'000, 0, 0, rules)};
  const Day last_of_grace = due + date::days{3};
  CHECK(penalty_at(in_time[0], rules, last_of_grace) == 0);
  CHECK(penalty_at(in_time[0], rules, last_of_grace + date::days{1}) ==
        300);  // four days of 0.75 from the due date
  CHECK(days_past_due(in_time, last_of_grace) == 3);
  CHECK(reported_days_past_due(in_time, rules, last_of_grace) == 0);
  REQUIRE(pay(in_time, 100'000, rules, {}, last_of_grace));
  CHECK(settled(in_time[0], rules, last_of_grace));
  CHECK(penalty_at(in_time[0], rules, last_of_grace + date::days{100}) == 0);
}

TEST_CASE("penalty interest with what was paid of it stays within its maximum", "[arrears]") {
  // 1000.00 at 36 % of 360 days is 1.00 a day; 10 % of 1000.00 is 100.00.
  const OverdueRules rules{.penalty_rate = money::Rate::of_e12(360'000'000'000),
                           .maximum_e4 = 1'000};
  const Day due = money::day_from_number(20'000);
  const auto after = [due](int days) { return due + date::days{days}; };
  std::vector<DueInstallment> unpaid{become_due(1, due, 100'000, 0, 0, rules)};
  CHECK(maximum_reached(unpaid[0], rules, due) == after(100));
  CHECK(penalty_at(unpaid[0], rules, after(99)) == 9'900);
  CHECK(penalty_at(unpaid[0], rules, after(101)) == 10'000);
  REQUIRE(pay(unpaid, 5'000, rules, {}, after(60)));  // of 60.00 of penalty: 10.00 are left
  CHECK(maximum_reached(unpaid[0], rules, after(61)) == after(100));
  hold_at_maximum(unpaid, rules, after(100));
  CHECK_FALSE(maximum_reached(unpaid[0], rules, after(101)));
  CHECK(penalty_at(unpaid[0], rules, after(500)) == 5'000);
  REQUIRE(pay(unpaid, 25'000, rules, {}, after(500)));  // 50.00 of penalty, 200.00 of principal
  CHECK(unpaid[0].principal == 80'000);
  CHECK(penalty_at(unpaid[0], rules, after(900)) == 0);
}

TEST_CASE("penalty and compound interest under one maximum", "[arrears]") {
  // 1000.00 and 500.00 at 36 % of 360 days are 1.00 and 0.50 a day; 10 % of 1000.00 is 100.00,
  // which both reach on day 67: 66.00 + 33.00 on day 66, 1.00 left, which penalty interest takes.
  const OverdueRules rules{.penalty_rate = money::Rate::of_e12(360'000'000'000),
                           .compound_rate = money::Rate::of_e12(360'000'000'000),
                           .maximum_e4 = 1'000,
                           .maximum_of = MaximumOf::penalty_and_compound};
  const Day due = money::day_from_number(20'000);
  const auto after = [due](int days) { return due + date::days{days}; };
  std::vector<DueInstallment> unpaid{become_due(1, due, 100'000, 50'000, 0, rules)};
  CHECK(maximum_reached(unpaid[0], rules, due) == after(67));
  CHECK(penalty_at(unpaid[0], rules, after(66)) == 6'600);
  CHECK(compound_at(unpaid[0], rules, after(66)) == 3'300);
  for (const int later : {67, 68, 500}) {
    CHECK(penalty_at(unpaid[0], rules, after(later)) == 6'700);
    CHECK(compound_at(unpaid[0], rules, after(later)) == 3'300);
  }
  hold_at_maximum(unpaid, rules, after(67));
  CHECK_FALSE(maximum_reached(unpaid[0], rules, after(68)));
  CHECK(penalty_at(unpaid[0], rules, after(500)) == 6'700);
  CHECK(compound_at(unpaid[0], rules, after(500)) == 3'300);
  REQUIRE(pay(unpaid, 8'000, rules, {}, after(500)));  // 67.00 of penalty, 13.00 of compound
  CHECK(unpaid[0].room == 2'000);
  CHECK(penalty_at(unpaid[0], rules, after(900)) == 0);
  CHECK(compound_at(unpaid[0], rules, after(900)) == 2'000);
}

TEST_CASE("buckets and categories have inclusive upper bounds", "[arrears]") {
  struct Row {
    int dpd;
    int bucket;
    int category;
  };
  // Five categories: order 2023 no. 1 of CBIRC and PBoC, articles 10 to 12 (any day overdue, over
  // 90, over 270, over 360).
  const Row rows[] = {{0, 0, 0},   {1, 1, 1},   {30, 1, 1},  {31, 2, 1},  {90, 3, 1},  {91, 4, 2},
                      {180, 6, 2}, {181, 7, 2}, {270, 7, 2}, {271, 7, 3}, {360, 7, 3}, {361, 7, 4}};
  for (const Row& row : rows) {
    CHECK(classify(standard_buckets(), row.dpd) == row.bucket);
    CHECK(classify(standard_categories(), row.dpd) == row.category);
  }
}

TEST_CASE("a penalty rate is an exact product", "[arrears]") {
  const money::Rate contract = money::Rate::parse("0.146").value();
  CHECK(penalty_rate(contract, {3, 2})->text() == "0.219");
  CHECK_FALSE(penalty_rate(contract, {1, 3}));
  CHECK_FALSE(penalty_rate(contract, {1'000, 1}));
}

}  // namespace
}  // namespace loanbook::schedule
