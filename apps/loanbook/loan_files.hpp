#pragma once

// Looking into a file of loans or events without recording it.

#include "commands.hpp"

namespace loanbook::apps {

/// How the file is read: rows, problems, first and last date, columns that are not used.
int describe_loans(const Context& context, const ImportArguments& arguments);
/// The same of a file of events on stderr; on stdout every event there is, with the rows that hold
/// it and the fields it takes.
int describe_events(const Context& context, const ImportArguments& arguments);

/// Compares the level installment of each row's plan with a column of the file, and lists the rows
/// that differ. Exit 1 where more than one row in a thousand differs.
int compare_installments(const Context& context, const ImportArguments& arguments);

/// The columns of a file of running loans, and how many rows can be read.
int describe_take_over(const Context& context, const ImportArguments& arguments);

}  // namespace loanbook::apps
