#pragma once

// A product that several fund, and how its figures are read.

#include "ledger/support.hpp"
#include "loanbook/ledger/loan/joint.hpp"

namespace loanbook::test {

inline Product joint_product(const std::vector<std::int64_t>& weights) {
  Product p = level_product();
  p.id = "joint";
  JointRules& rules = p.joint.emplace();
  for (std::size_t i = 0; i < weights.size(); ++i)
    rules.parties.push_back({.id = "bank-" + std::to_string(i), .weight = weights[i]});
  rules.lead = "bank-0";
  return p;
}

inline std::int64_t role(const LoanView& view, Role role) {
  return view.balances[static_cast<std::size_t>(role)];
}

inline std::size_t index(schedule::Component component) {
  return static_cast<std::size_t>(component);
}

}  // namespace loanbook::test
