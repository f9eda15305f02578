#pragma once

// What a loan's page says of its contract. Private to ledger/.

#include "loanbook/ledger/reading/report.hpp"
#include "loanbook/ledger/state.hpp"

namespace loanbook::ledger {

/// Application, links to other loans, buyer.
[[nodiscard]] Status show_contract(LoanView& view, const LoanRecord& record, const LoanState& state,
                                   const BookState& book, const storage::View& reader);

}  // namespace loanbook::ledger
