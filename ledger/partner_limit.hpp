#pragma once

// The most that a partner funds of all joint loans together. Limits are facts of the book; what is
// used of them is the partner's share of the principal outstanding, counted loan by loan. Books
// without limits, and loans that one lender funds alone, pay nothing for it. Private to ledger/.

#include <cstdint>
#include <optional>
#include <string>
#include <unordered_map>
#include <vector>

#include "loanbook/ledger/entry.hpp"
#include "loanbook/money/wide.hpp"

namespace loanbook::ledger {

struct LoanState;

struct PartnerLimit {
  PartnerLimitSet terms;
  std::uint64_t sequence = 0;  ///< of its entry
  money::Int128 used = 0;
};

class PartnerBook {
 public:
  [[nodiscard]] bool empty() const { return limits_.empty(); }
  [[nodiscard]] const std::vector<PartnerLimit>& limits() const { return limits_; }
  /// Null where the partner has none in that currency.
  [[nodiscard]] const PartnerLimit* find(std::string_view partner, std::string_view currency) const;
  /// A limit begins, changes or ends. What is used of it is counted by the caller.
  void apply(Kind kind, const PartnerLimitSet& fact, std::uint64_t sequence);
  /// Counts a loan anew after its state changed; nothing where no partner of it has a limit.
  void count(std::uint64_t loan, const LoanState& state, const Product& product);
  void forget(std::uint64_t loan);
  /// Nothing is counted any more.
  void clear_uses();

 private:
  std::vector<PartnerLimit> limits_;  ///< by partner, then currency
  PartnerLimit* of(std::string_view partner, std::string_view currency);

  struct Counted {
    std::string partner, currency;
    std::int64_t minor = 0;
  };
  std::unordered_map<std::uint64_t, std::vector<Counted>> counted_;  ///< by loan; never walked
};

}  // namespace loanbook::ledger
