#pragma once

// A loan that several fund (联合贷款). What each party has put in and got is no state of its own:
// it is a function of the loan's totals below, so a backdated event, a reversal and a night need
// nothing new. The accounts of the partners (roles partner_*, agency_*) follow the totals after
// every step; why and how: docs/decisions/0005-joint-lending.md.

#include <array>
#include <cstdint>
#include <string>
#include <vector>

#include "loanbook/ledger/loan/servicing.hpp"
#include "loanbook/ledger/product/joint_rules.hpp"
#include "loanbook/ledger/reading/joint_report.hpp"
#include "loanbook/ledger/role.hpp"

namespace loanbook::ledger {

/// Totals of a loan since its opening, by schedule::Component. Principal that is paid out counts as
/// received, negative.
struct JointTotals {
  Parts earned{};    ///< demanded of the borrower beside principal, less what was waived
  Parts received{};  ///< from the borrower, less what the lead keeps of claims it took over
  /// Paid by the lead for the borrower (代偿): from then on these claims are the lead's.
  Parts compensated{};
  Parts subrogated{};                ///< of `compensated`, still owed by the borrower
  Parts lost{};                      ///< charged off or written off, but claims of the lead alone
  std::int64_t lost_subrogated = 0;  ///< the same of claims of the lead alone, not recovered yet
  std::int64_t recovered = 0;        ///< after that, less what came in for claims of the lead alone

  bool operator==(const JointTotals&) const = default;
};

/// A movement of the loan changes its totals. Throws LoanFault beyond 64 bits.
void track(JointTotals& totals, Role debit, Role credit, std::int64_t minor);

struct LoanState;
/// Requires a loan of a product with these rules, party < parties.
[[nodiscard]] PartnerTotals partner_totals(const LoanState& state, const JointRules& rules,
                                           std::size_t party);

}  // namespace loanbook::ledger
