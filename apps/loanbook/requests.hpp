#pragma once

// Arguments as written -> requests as the ledger takes them.

#include <string>

#include "commands.hpp"

namespace loanbook::apps {

/// Source `cli`; value date and key are left to the caller.
template <class Event>
ledger::Command command_of(Event event, const std::string& loan, const Writing& writing) {
  ledger::Command command{.event = std::move(event)};
  command.loan = loan;
  command.source = "cli";
  command.actor = actor_or_user(writing.actor);
  command.reason = writing.reason;
  command.channel = writing.channel;
  return command;
}

[[nodiscard]] Result<ledger::Product> read_product_file(const std::string& file);

/// Records (or previews) one command and prints its receipt; gives the exit code.
int record_one(const Context& context, ledger::Command command, const Writing& writing);

/// Errors name the option: `--first-due`, `--due-day`.
[[nodiscard]] Result<ledger::OpenLoan> open_loan_of(const TermsArguments& arguments);

}  // namespace loanbook::apps
