// Internal rates a second on one core, of plans as a lender discloses them.

#include "loanbook/schedule/apr.hpp"

#include <chrono>
#include <cstdio>
#include <vector>

namespace {

using namespace loanbook;
using Clock = std::chrono::steady_clock;

std::vector<schedule::CashFlow> loan(std::uint32_t i, std::uint32_t installments) {
  schedule::Terms terms;
  terms.currency = money::Currency{{'C', 'N', 'Y'}, 2};
  terms.principal_minor = 100'000 + std::int64_t{i} * 7'919 % 9'000'000;
  terms.rate = money::Rate::of_e12((300 + i * 31 % 2'100) * 100'000'000LL);  // 3 % to 24 %
  terms.installments = installments;
  terms.disbursed = money::day_from_number(19'000);
  // A fee of 1 % kept back, so that the rate is not the one of the contract.
  return schedule::flows_of(terms, schedule::make_plan(terms), terms.principal_minor / 100);
}

void measure(std::uint32_t installments, std::uint32_t count) {
  std::vector<std::vector<schedule::CashFlow>> loans;
  for (std::uint32_t i = 0; i < count; ++i) loans.push_back(loan(i, installments));
  money::Int128 sum = 0;
  const auto start = Clock::now();
  for (const auto& flows : loans) sum += schedule::internal_rate(flows).value().centre_e30;
  const std::chrono::duration<double> seconds = Clock::now() - start;
  std::printf("apr %4u installments  %10.0f a second  (check %016llx)\n", installments,
              count / seconds.count(), static_cast<unsigned long long>(sum));
}

}  // namespace

int main() {
  measure(12, 20'000);
  measure(36, 10'000);
  measure(360, 1'000);
}
