// Plans a second on one core, beside a naive implementation (50-digit decimals for factor and rows)
// in the same run.
//
// Loans differ in amount and rate, so that nothing is computed once for all; both sides see the
// same loans and must agree on every row.

#include <boost/multiprecision/cpp_dec_float.hpp>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <string>
#include <vector>

#include "loanbook/schedule/plan.hpp"

namespace {

using namespace loanbook;
using Decimal = boost::multiprecision::cpp_dec_float_50;
using Clock = std::chrono::steady_clock;

schedule::Terms loan(std::uint32_t i, std::uint32_t installments, schedule::InterestBasis basis) {
  schedule::Terms terms;
  terms.method = schedule::Method::level;
  terms.currency = money::Currency{{'C', 'N', 'Y'}, 2};
  terms.principal_minor = 100'000 + std::int64_t{i} * 7'919 % 9'000'000;
  terms.rate = money::Rate::of_e12((300 + i * 31 % 2'100) * 100'000'000LL);  // 3 % to 24 %
  terms.installments = installments;
  terms.disbursed = money::day_from_number(19'000 + static_cast<std::int32_t>(i % 1'000));
  terms.basis = basis;
  terms.interest.mode = money::RoundingMode::half_even;
  terms.installment.mode = money::RoundingMode::half_even;
  return terms;
}

/// A quotient of decimals may lie beside a tie or an integer, so the remainder decides, which is
/// exact.
std::int64_t half_even(const Decimal& numerator, const Decimal& denominator) {
  auto whole = Decimal(floor(numerator / denominator)).convert_to<std::int64_t>();
  Decimal rest = numerator - denominator * whole;
  if (rest >= denominator) {
    ++whole;
    rest -= denominator;
  }
  const Decimal doubled = rest * 2;
  return doubled > denominator || (doubled == denominator && whole % 2 != 0) ? whole + 1 : whole;
}

/// The textbook: every factor and every row in decimals; multiplied before divided, as a tie of an
/// interest wants it.
std::int64_t naive_interest(const schedule::Terms& terms) {
  const bool monthly = terms.basis == schedule::InterestBasis::monthly;
  const Decimal denominator = (monthly ? 12 : 360) * Decimal(1'000'000'000'000);
  std::vector<Decimal> times;
  Decimal discount = 1;
  Decimal annuity = 0;
  for (std::uint32_t k = 1; k <= terms.installments; ++k) {
    const auto days = (schedule::due_date(terms, k) - schedule::due_date(terms, k - 1)).count();
    times.push_back(Decimal(terms.rate.e12()) * (monthly ? 1 : days));
    if (monthly) continue;
    discount /= 1 + times.back() / denominator;
    annuity += discount;
  }
  if (monthly) {
    const Decimal period = times[0] / denominator;
    annuity = (1 - pow(1 + period, -static_cast<int>(terms.installments))) / period;
  }
  const std::int64_t payment = half_even(terms.principal_minor, annuity);
  std::int64_t balance = terms.principal_minor;
  std::int64_t total = 0;
  for (const Decimal& time : times) {
    const std::int64_t interest = half_even(balance * time, denominator);
    balance -= std::min(balance, std::max<std::int64_t>(0, payment - interest));
    total += interest;
  }
  return total;
}

struct Measured {
  double plans_per_second;
  std::int64_t total;
};

template <class Work>
Measured measure(std::uint32_t plans, Work&& work) {
  std::int64_t total = 0;
  const auto start = Clock::now();
  for (std::uint32_t i = 0; i < plans; ++i) total += work(i);
  const std::chrono::duration<double> seconds = Clock::now() - start;
  return {plans / seconds.count(), total};
}

bool compare(const char* name, std::uint32_t installments, schedule::InterestBasis basis,
             std::uint32_t plans) {
  const std::uint32_t naive_plans = plans / 20;
  const auto ours_of = [&](std::uint32_t i) {
    return schedule::make_plan(loan(i, installments, basis)).total_interest;
  };
  const auto naive_of = [&](std::uint32_t i) {
    return naive_interest(loan(i, installments, basis));
  };
  const Measured naive = measure(naive_plans, naive_of);
  const Measured ours = measure(plans, ours_of);
  const bool same = measure(naive_plans, ours_of).total == naive.total;
  std::printf("%-8s %4u rows: %10.0f plans/s, naive 50-digit decimals %8.0f plans/s: %6.1f x%s\n",
              name, installments, ours.plans_per_second, naive.plans_per_second,
              ours.plans_per_second / naive.plans_per_second, same ? "" : "  DIFFERENT INTEREST");
  return same;
}

}  // namespace

int main() {
  bool same = true;
  for (const std::uint32_t installments : {12U, 36U, 360U}) {
    same &= compare("monthly", installments, schedule::InterestBasis::monthly,
                    3'600'000 / installments);
    same &=
        compare("daily", installments, schedule::InterestBasis::daily, 1'800'000 / installments);
  }
  return same ? EXIT_SUCCESS : EXIT_FAILURE;
}
