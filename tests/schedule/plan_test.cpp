#include "loanbook/schedule/plan.hpp"

#include "loanbook/schedule/level_installment.hpp"
#include "schedule/exact_model.hpp"
#include "schedule/random_terms.hpp"

namespace loanbook::schedule {
namespace {

std::int64_t random(std::int64_t least, std::int64_t most) {
  return *rc::gen::resize(100, rc::gen::inRange<std::int64_t>(least, most + 1));
}

Terms loan(std::int64_t principal_minor, const char* rate, std::uint32_t installments) {
  Terms terms;
  terms.currency = money::Currency::find("CNY").value();
  terms.principal_minor = principal_minor;
  terms.rate = money::Rate::parse(rate).value();
  terms.installments = installments;
  terms.disbursed = money::parse_day("2024-01-15").value();
  return terms;
}

TEST_CASE("level installments that banks print", "[plan]") {
  struct Row {
    const char* source;
    std::int64_t principal;
    const char* rate;
    std::uint32_t installments;
    std::int64_t installment;
  };
  const Row rows[] = {
      {"1,000,000 at 4.9 % for 30 years (every Chinese mortgage calculator since 2015)",
       100'000'000, "4.9%", 360, 530'727},
      {"12,000 at 8 % for a year", 1'200'000, "8%", 12, 104'386},
      {"100,000 at 6 % for 30 years (textbooks: 599.55)", 10'000'000, "6%", 360, 59'955},
      {"no interest", 100'000, "0", 3, 33'333},
  };
  for (const Row& row : rows) {
    DYNAMIC_SECTION(row.source) {
      CHECK(make_plan(loan(row.principal, row.rate, row.installments)).installment ==
            row.installment);
    }
  }
}

TEST_CASE("the last row takes the rounding", "[plan]") {
  const Plan mortgage = make_plan(loan(100'000'000, "4.9%", 360));
  CHECK(mortgage.rows.back().payment() == 530'519);
  const Plan tiny = make_plan(loan(1, "18%", 3));
  CHECK(tiny.installment == 0);
  CHECK(tiny.rows[0].principal == 0);
  CHECK(tiny.rows[2].principal == 1);
}

TEST_CASE("an installment rounded up far repays early and leaves rows of nothing", "[plan]") {
  Terms terms = loan(100'000, "12%", 12);
  terms.installment = {money::RoundingMode::up, 50'000};
  const Plan plan = make_plan(terms);
  CHECK(plan.installment == 50'000);
  CHECK(plan.rows[2].balance == 0);
  CHECK(plan.rows[11].payment() == 0);
}

TEST_CASE("an interest that ends on half a cent is a tie, not a little beside it", "[plan]") {
  // 1,201.20 x 0.05 / 12 is 5.005 exactly.
  Terms terms = loan(120'120, "5%", 2);
  terms.method = Method::interest_first;
  terms.interest.mode = money::RoundingMode::half_even;
  CHECK(make_plan(terms).rows[0].interest == 500);
  terms.interest.mode = money::RoundingMode::half_up;
  CHECK(make_plan(terms).rows[0].interest == 501);
}

TEST_CASE("an odd first period is solved into the installment or charged beside it", "[plan]") {
  Terms terms = loan(1'000'000, "18%", 6);
  terms.disbursed = money::parse_day("2024-01-10").value();
  terms.first_due = money::parse_day("2024-02-28").value();  // a month and 18 days
  terms.odd_first = OddFirst::extra;
  const Plan extra = make_plan(terms);
  CHECK(extra.rows[0].interest == 24'000);  // 10,000 x 18 % x (1/12 + 18/360)
  CHECK(extra.rows[0].principal == extra.installment - 15'000);
  terms.first_due = money::parse_day("2024-02-10").value();
  terms.odd_first = OddFirst::solve;
  const Plan even = make_plan(terms);
  terms.first_due.reset();
  CHECK(even.installment == make_plan(terms).installment);
}

TEST_CASE("one row for bullet and revolving, by the month or by days", "[plan]") {
  Terms terms = loan(5'000'000, "12%", 6);
  terms.method = Method::bullet;
  CHECK(make_plan(terms).rows.at(0).interest == 300'000);
  terms.basis = InterestBasis::daily;
  CHECK(make_plan(terms).rows.at(0).interest == 303'333);  // 182 days of 360
  terms.basis = InterestBasis::monthly;
  terms.method = Method::revolving;
  CHECK(make_plan(terms).rows.at(0).interest == 303'333);
  CHECK(money::to_text(make_plan(terms).rows.at(0).due) == "2024-07-15");
}

TEST_CASE("the fixed-point installment is the exact one", "[plan][property]") {
  check_property("equal periods, up to the limits", 2'000, [] {
    const std::int64_t denominators[] = {12, 360, 1'200, 12'000'000'000'000};
    EqualPeriods equal{
        .principal_minor = random(1, random(0, 1) ? 100'000 : 100'000'000'000'000'000),
        .balloon_minor = 0,
        .numerator = random(0, 1'000'000'000),
        .denominator = denominators[random(0, 3)],
        .periods = static_cast<std::uint32_t>(random(1, random(0, 9) == 0 ? 1'200 : 60))};
    equal.numerator %= equal.denominator;  // at most 100 % a period
    equal.principal_minor = std::min(equal.principal_minor, std::int64_t{1} << 60);
    const std::vector<money::Int128> numerators(equal.periods, equal.numerator);
    const money::Rounding rounding{static_cast<money::RoundingMode>(random(1, 4)),
                                   random(0, 3) == 0 ? 100 : 1};
    const UnequalPeriods unequal{equal.principal_minor, 0, numerators, equal.denominator};
    const std::int64_t expected = level_installment_exact(unequal, rounding);
    RC_ASSERT(level_installment(equal, rounding) == expected);
    RC_ASSERT(level_installment(unequal, rounding) == expected);
  });
}

TEST_CASE("where fixed point cannot decide, exact integers do", "[plan]") {
  // One period: 0.10 at 5 % is 10.5 minor units, a tie; two periods at 100 %: 4 x P / 3 of P = 3 is
  // 4 exactly, and UP must not make it 5.
  const auto installment = [](std::int64_t principal, std::int64_t numerator,
                              std::int64_t denominator, std::uint32_t periods,
                              money::RoundingMode mode) {
    return level_installment(EqualPeriods{principal, 0, numerator, denominator, periods},
                             {mode, 1});
  };
  CHECK(installment(10, 5, 100, 1, money::RoundingMode::half_even) == 10);
  CHECK(installment(10, 5, 100, 1, money::RoundingMode::half_up) == 11);
  CHECK(installment(3, 1, 1, 2, money::RoundingMode::up) == 4);
  CHECK(installment(3, 1, 1, 2, money::RoundingMode::down) == 4);
  CHECK(installment(9, 1, 1, 2, money::RoundingMode::half_even) == 12);
  // A rate too small for 96 bits: 10^-12 a year by the month over 1,200 months.
  CHECK(installment(100'000'000'000'000'000, 1, 12'000'000'000'000, 1'200,
                    money::RoundingMode::half_up) ==
        level_installment_exact(
            {100'000'000'000'000'000, 0, std::vector<money::Int128>(1'200, 1), 12'000'000'000'000},
            {}));
}

}  // namespace
}  // namespace loanbook::schedule
