// What few loans with a table have: where it lies, and principal that joined a running period.

#include <algorithm>

#include "loanbook/ledger/loan/loan_changes.hpp"
#include "loanbook/ledger/loan/servicing_steps.hpp"

namespace loanbook::ledger {

RareRecords& rare_of(Servicing& table) { return table.rare ? *table.rare : table.rare.emplace(); }

void begin_with_joined(const Servicing& table, schedule::Terms& terms) {
  terms.drawdowns.clear();
  if (!table.rare) return;
  for (const JoinedPrincipal& joined : table.rare->joined) {
    const std::int64_t amount = std::min(joined.amount, terms.principal_minor - 1);
    if (amount <= 0 || joined.day <= terms.disbursed) continue;
    terms.principal_minor -= amount;
    terms.drawdowns.push_back({joined.day, amount});
  }
}

}  // namespace loanbook::ledger
