#pragma once

// What one loan has on each account role.

#include <algorithm>
#include <array>
#include <cstdint>

#include "loanbook/ledger/boxed.hpp"
#include "loanbook/ledger/role.hpp"

namespace loanbook::ledger {

/// Balances of a loan by role, minor units, debit positive. The roles that every loan has stand in
/// place; the others share a box that a plain loan goes without, so a new role costs it no memory.
class LoanBalances {
 public:
  [[nodiscard]] std::int64_t get(Role role) const {
    const auto i = static_cast<std::size_t>(role);
    if (i < common_.size()) return common_[i];
    return rare_ ? (*rare_)[i - common_.size()] : 0;
  }
  /// To be changed.
  [[nodiscard]] std::int64_t& at(Role role) {
    const auto i = static_cast<std::size_t>(role);
    if (i < common_.size()) return common_[i];
    if (!rare_) rare_.emplace();
    return (*rare_)[i - common_.size()];
  }
  [[nodiscard]] Balances all() const {
    Balances result{};
    std::copy(common_.begin(), common_.end(), result.begin());
    if (rare_) std::copy(rare_->begin(), rare_->end(), result.begin() + common_.size());
    return result;
  }
  /// Calls `use(role, after - before)` for every role on which they differ.
  template <class Use>
  static void each_difference(const LoanBalances& after, const LoanBalances& before, Use use) {
    const std::size_t end = after.rare_ || before.rare_ ? role_count : role_count_1;
    for (std::size_t i = 0; i < end; ++i) {
      const auto role = static_cast<Role>(i);
      const std::int64_t minor = after.get(role) - before.get(role);
      if (minor != 0) use(role, minor);
    }
  }

 private:
  std::array<std::int64_t, role_count_1> common_{};
  Boxed<std::array<std::int64_t, role_count - role_count_1>> rare_{};
};

}  // namespace loanbook::ledger
