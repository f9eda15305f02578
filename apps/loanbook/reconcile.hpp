#pragma once

// What reconciling with a bank and with a partner share.

#include <string>

#include "context.hpp"

namespace loanbook::apps {

/// Matches, records, prints the worklist; gives the exit code.
int reconcile_one(Book& book, const Context& context, const std::string& file, bool all,
                  const ledger::ReconcileInput& input);

}  // namespace loanbook::apps
