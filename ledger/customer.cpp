#include "loanbook/ledger/customer.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "loanbook/ledger/loan/loan_parts.hpp"

namespace loanbook::ledger {
namespace {

constexpr std::array<std::string_view, 5> names = {"normal", "special mention", "substandard",
                                                   "doubtful", "loss"};
constexpr std::uint8_t substandard = 2;
constexpr std::int64_t one_e6 = 1'000'000;

}  // namespace

std::string category_name(std::uint8_t category) {
  return category < names.size() ? std::string(names[category]) : fmt::format("class {}", category);
}

std::uint8_t category_of(const LoanState& state, const Product& product, Day opening) {
  if (state.official != 0) return static_cast<std::uint8_t>(state.official - 1);
  return schedule::classify(product.categories, counted_days(state, product, opening));
}

void CustomerStanding::add(const LoanState& state, const Product& product, Day opening) {
  if (state.status != LoanStatus::active) return;
  const std::uint8_t own = category_of(state, product, opening);
  const std::int64_t owed =
      state.balance.get(Role::principal) + state.balance.get(Role::principal_overdue);
  worst = std::max(worst, own);
  principal += owed;
  if (own >= substandard) impaired += owed;
}

std::uint8_t category_among(const CustomerStanding& customer, const Product& product,
                            std::uint8_t own) {
  switch (product.quality.customer) {
    case CustomerRule::own:
      return own;
    case CustomerRule::worst:
      return std::max(own, customer.worst);
    case CustomerRule::part:
      return customer.impaired * one_e6 > customer.principal * product.quality.customer_part_e6
                 ? std::max(own, substandard)
                 : own;
  }
  return own;
}

}  // namespace loanbook::ledger
