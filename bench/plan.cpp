// Plans a second on one core of CPU time, side by side in one run: ours (make_plan: installment,
// dates, rows, totals), the least work of an exact plan (fixed point, bare rows), a textbook in
// 50-digit decimals, and Python's decimal.
//
// Loans differ in amount and rate, so that nothing is computed once for all; all sides see the same
// loans and must agree on the interest. Besides: internal rates a second, and the slowest of the
// terms at their limits.

#include "loanbook/schedule/plan.hpp"

#include <array>
#include <cstdio>
#include <cstdlib>
#include <ctime>
#include <memory>
#include <string>
#include <vector>

#include "loanbook/schedule/apr.hpp"
#include "plan_rivals.hpp"

namespace {

using namespace loanbook;

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

double cpu_seconds() { return static_cast<double>(std::clock()) / CLOCKS_PER_SEC; }

struct Measured {
  double per_second;
  std::int64_t total;
};

template <class Work>
Measured measure(std::uint32_t times, Work&& work) {
  std::int64_t total = 0;
  const double start = cpu_seconds();
  for (std::uint32_t i = 0; i < times; ++i) total += work(i);
  return {times / (cpu_seconds() - start), total};
}

/// Nothing where there is no Python.
Measured measure_python(std::uint32_t installments, std::uint32_t plans) {
  const std::string command = "python3 -B " LOANBOOK_SOURCE_DIR "/bench/plan_decimal.py " +
                              std::to_string(installments) + " " + std::to_string(plans);
  const std::unique_ptr<FILE, int (*)(FILE*)> pipe(popen(command.c_str(), "r"), pclose);
  Measured measured{0, 0};
  long long total = 0;
  if (pipe && std::fscanf(pipe.get(), "%lf %lld", &measured.per_second, &total) == 2)
    measured.total = total;
  return measured;
}

bool agree(const char* side, const Measured& other, std::int64_t ours) {
  if (other.total == ours) return true;
  std::printf("DIFFERENT INTEREST: %s\n", side);
  return false;
}

void print(const char* side, double per_second, double ours) {
  std::printf("  %-46s %10.0f plans/s", side, per_second);
  if (ours > 0) std::printf("   ours is %.2f x", ours / per_second);
  std::printf("\n");
}

bool compare_monthly(std::uint32_t installments) {
  constexpr auto basis = schedule::InterestBasis::monthly;
  const std::uint32_t plans = 6'000'000 / installments;
  const std::uint32_t few = plans / 25;
  std::vector<bench::BareRow> rows(installments);
  const auto ours_of = [&](std::uint32_t i) {
    return schedule::make_plan(loan(i, installments, basis)).total_interest;
  };
  const auto ceiling_of = [&](std::uint32_t i) {
    return bench::ceiling_interest(loan(i, installments, basis), rows);
  };
  (void)measure(few, ours_of);  // warm
  const Measured ours = measure(plans, ours_of);
  const Measured ceiling = measure(plans, ceiling_of);
  const Measured naive = measure(
      few, [&](std::uint32_t i) { return bench::naive_interest(loan(i, installments, basis)); });
  const Measured python = measure_python(installments, few);
  std::printf("level, months, %u rows\n", installments);
  print("make_plan: dates, rows, totals", ours.per_second, 0);
  print("ceiling: Q32.96 factor, bare integer rows", ceiling.per_second, ours.per_second);
  print("50-digit decimals", naive.per_second, ours.per_second);
  if (python.per_second > 0) print("Python decimal", python.per_second, ours.per_second);
  const std::int64_t same_few = measure(few, ours_of).total;
  return agree("ceiling", ceiling, ours.total) && agree("50-digit decimals", naive, same_few) &&
         (python.per_second == 0 || agree("Python decimal", python, same_few));
}

bool compare_daily(std::uint32_t installments) {
  constexpr auto basis = schedule::InterestBasis::daily;
  const std::uint32_t plans = 2'000'000 / installments;
  const std::uint32_t few = plans / 25;
  const auto ours_of = [&](std::uint32_t i) {
    return schedule::make_plan(loan(i, installments, basis)).total_interest;
  };
  const Measured ours = measure(plans, ours_of);
  const Measured naive = measure(
      few, [&](std::uint32_t i) { return bench::naive_interest(loan(i, installments, basis)); });
  std::printf("level, actual days/360, %u rows\n", installments);
  print("make_plan: dates, rows, totals", ours.per_second, 0);
  print("50-digit decimals", naive.per_second, ours.per_second);
  return agree("50-digit decimals", naive, measure(few, ours_of).total);
}

void rates() {
  for (const std::uint32_t installments : {12U, 36U, 360U}) {
    const auto rate_of = [&](std::uint32_t i) {
      const schedule::Terms terms = loan(i, installments, schedule::InterestBasis::monthly);
      const auto flows = schedule::flows_of(terms, schedule::make_plan(terms), 0);
      return static_cast<std::int64_t>(schedule::internal_rate(flows)->centre_e30 >> 64U);
    };
    const Measured ours = measure(360'000 / installments, rate_of);
    std::printf("internal rate of a plan of %3u rows, with the plan %10.0f/s\n", installments,
                ours.per_second);
  }
}

struct Named {
  const char* name;
  schedule::Terms terms;
};

std::vector<Named> limits() {
  schedule::Terms terms = loan(1, 1'200, schedule::InterestBasis::daily);
  terms.principal_minor = 100'000'000'000'000'000;
  terms.rate = money::Rate::of_e12(40'000'000'001);
  std::vector<Named> named{{"1,200 rows by days", terms}};
  schedule::Terms steps = terms;
  steps.step_growth_e12 = 1'000'000'007;
  steps.principal_minor /= 1'000'000;
  named.push_back({"1,200 rows by days, each another step", steps});
  schedule::Terms changes = terms;
  for (std::uint32_t k = 1; k < 1'200; k += 6)
    changes.rate_changes.push_back({schedule::due_date(terms, k) + date::days{3},
                                    money::Rate::of_e12(30'000'000'000 + k * 1'000'003LL)});
  named.push_back({"the same with 200 changes of the rate, solved ahead", changes});
  changes.repricing = schedule::Repricing::at_change;
  named.push_back({"the same, solved at each change", changes});
  schedule::Terms draws = changes;
  for (std::uint32_t k = 1; k < 1'100; k += 6)
    draws.drawdowns.push_back({schedule::due_date(terms, k) + date::days{5}, 1'000'000});
  draws.principal_minor /= 10;
  draws.step_growth_e12 = 1'000'000'007;
  named.push_back({"steps, changes and 180 drawdowns", draws});
  schedule::Terms daily = terms;
  daily.daily_interest_digits = 6;
  daily.principal_minor /= 1'000;
  named.push_back({"1,200 rows, interest rounded each day", daily});
  return named;
}

void slowest() {
  for (const Named& limit : limits()) {
    if (const auto status = schedule::check(limit.terms); !status) {
      std::printf("limits: %-52s refused: %s\n", limit.name, status.error().message.c_str());
      continue;
    }
    const Measured measured =
        measure(3, [&](std::uint32_t) { return schedule::make_plan(limit.terms).total_interest; });
    std::printf("limits: %-52s %9.3f ms\n", limit.name, 1'000 / measured.per_second);
  }
}

}  // namespace

int main() {
  bool same = true;
  for (const std::uint32_t installments : {12U, 36U, 360U}) same &= compare_monthly(installments);
  for (const std::uint32_t installments : {12U, 36U, 360U}) same &= compare_daily(installments);
  rates();
  slowest();
  return same ? EXIT_SUCCESS : EXIT_FAILURE;
}
