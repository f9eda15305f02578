#pragma once

// The rules of a reconciliation as a file: how the statement reads, which entries it is about, how
// lines and entries are brought together. Keys: docs/reconciliation.md.

#include <string>
#include <string_view>

#include "loanbook/interchange/bank_statement.hpp"
#include "loanbook/ledger/reconciliation/matching.hpp"

namespace loanbook::interchange {

struct ReconciliationRules {
  BankStatementForm form;
  ledger::MatchRules match;
};

/// The first problem with its place: `rules.malformed`, `rules.unknown_key`, `rules.missing_key`,
/// `rules.wrong_type`, `rules.bad_value`, `rules.too_large`, and those of the parsers.
[[nodiscard]] Result<ReconciliationRules> read_reconciliation_rules(std::string_view text,
                                                                    std::string_view file_name);

}  // namespace loanbook::interchange
