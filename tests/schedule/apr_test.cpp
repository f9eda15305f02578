#include "loanbook/schedule/apr.hpp"

#include <boost/multiprecision/cpp_int.hpp>

#include "schedule/random_terms.hpp"

namespace loanbook::schedule {
namespace {

using Rational = boost::multiprecision::cpp_rational;
using Integer = boost::multiprecision::cpp_int;

std::int64_t random(std::int64_t least, std::int64_t most) {
  return *rc::gen::resize(100, rc::gen::inRange<std::int64_t>(least, most + 1));
}

Rational present_value(const std::vector<CashFlow>& flows, const Rational& i) {
  const Rational v = 1 / (1 + i);
  Rational sum = 0;
  for (const CashFlow& flow : flows) {
    Rational value = flow.amount_minor;
    for (std::int64_t k = 0; k < flow.time.numerator; ++k) value *= v;
    sum += value;
  }
  return sum;
}

TEST_CASE("rates that regulators print", "[apr]") {
  // PBoC announcement no. 3 of 2021, example: 100,000 less 1,000, twelve payments of
  // 8,833.30: 12.80 % simple, 13.58 % compound.
  std::vector<CashFlow> flows{{9'900'000, {0, 1}}};
  for (int k = 1; k <= 12; ++k) flows.push_back({-883'330, {k, 1}});
  const FoundRate month = internal_rate(flows).value();
  CHECK(rounded(*nominal_rate(month, 12), 4) == 1'280);
  CHECK(rounded(*effective_rate(month, 12), 4) == 1'358);
  // Directive 98/7/EC annex, example 1: 1,000 lent, 1,200 paid after 18 months: 12.9 %.
  CHECK(rounded(internal_rate(std::vector<CashFlow>{{100'000, {0, 1}}, {-120'000, {3, 2}}}).value(),
                3) == 129);
  // 12 CFR 1026 appendix J (c)(5)(i): 1,000 for 1,044 after half a year: 8.80 %.
  const UnitPeriodFlow advance{100'000, 0, {0, 1}};
  const UnitPeriodFlow payment{104'400, 1, {0, 1}};
  CHECK(rounded(*nominal_rate(us_actuarial_rate({&advance, 1}, {&payment, 1}).value(), 2), 4) ==
        880);
}

TEST_CASE("a found rate lies within a unit of the thirtieth decimal", "[apr][property]") {
  check_property("sign of the exact present value", 100, [] {
    std::vector<CashFlow> flows{{random(10'000, 1'000'000'000), {0, 1}}};
    const std::int64_t payments = random(1, 12);
    for (std::int64_t k = 1; k <= payments; ++k)
      flows.push_back({-random(1, flows[0].amount_minor), {k, 1}});
    const auto found = internal_rate(flows);
    RC_PRE(found.has_value());
    const Integer scale = boost::multiprecision::pow(Integer(10), 30);
    const Rational below(Integer(found->centre_e30) - 1, scale);
    const Rational above(Integer(found->centre_e30) + 1, scale);
    RC_ASSERT(present_value(flows, below).sign() * present_value(flows, above).sign() < 0);
  });
}

TEST_CASE("payments without one rate are refused", "[apr]") {
  const std::vector<CashFlow> one_way{{100, {0, 1}}, {50, {1, 1}}};
  CHECK(internal_rate(one_way).error().id == "apr.no_single_rate");
  const std::vector<CashFlow> there_and_back{{100, {0, 1}}, {-250, {1, 1}}, {156, {2, 1}}};
  CHECK(internal_rate(there_and_back).error().id == "apr.no_single_rate");
  CHECK(internal_rate({}).error().id == "apr.no_single_rate");
  const std::vector<CashFlow> nothing_back{{100'000'000'000, {0, 1}}, {-1, {1, 1}}};
  CHECK(internal_rate(nothing_back).error().id == "apr.rate_out_of_range");
  const std::vector<CashFlow> odd_time{{100, {0, 1}}, {-101, {1, 10'000'019}}};
  CHECK(internal_rate(odd_time).error().id == "apr.time_out_of_range");
}

TEST_CASE("money drawn between two payments leaves one rate", "[apr]") {
  // 1,000 and 500 a period later at 2 %: 100 paid in between, 1,448.40 two periods on.
  // 1000 x 1.02^2 = 1040.40; 400 x 1.02 = 408: 1448.40 exactly.
  const std::vector<CashFlow> whole{
      {100'000, {0, 1}}, {-10'000, {1, 1}}, {50'000, {1, 1}}, {-144'840, {2, 1}}};
  CHECK(internal_rate(whole).value().centre_e30 ==
        money::Int128{20'000'000'000'000'000} * 1'000'000'000'000);
  // With parts of a period too.
  const std::vector<CashFlow> half{
      {100'000, {0, 1}}, {-10'000, {1, 2}}, {-1, {1, 2}}, {50'001, {3, 4}}, {-160'000, {1, 1}}};
  const auto found = internal_rate(half);
  REQUIRE(found);
  CHECK(found->centre_e30 > 0);
}

TEST_CASE("the rate of a plan without fees is its own rate, but for the rounding", "[apr]") {
  Terms terms;
  terms.currency = money::Currency::find("CNY").value();
  terms.principal_minor = 1'000'000'000;
  terms.rate = money::Rate::parse("18%").value();
  terms.installments = 12;
  terms.disbursed = money::parse_day("2024-01-15").value();
  for (const Method method : {Method::level, Method::equal_principal, Method::interest_first}) {
    terms.method = method;
    const auto flows = flows_of(terms, make_plan(terms), 0);
    CHECK(rounded(*nominal_rate(internal_rate(flows).value(), 12), 6) == 180'000);
  }
}

}  // namespace
}  // namespace loanbook::schedule
