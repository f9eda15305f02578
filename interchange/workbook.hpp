#pragma once

// The books as a spreadsheet for an auditor.

#include <string>

#include "loanbook/ledger/book.hpp"

namespace loanbook::interchange {

/// Writes an XLSX file (ECMA-376) with the sheets `Trial balance`, `Portfolio` (one row a loan) and
/// `Journal` (one row a line; a further sheet where 1,048,000 rows are full). An amount is a number
/// with the currency's digits where that number is exact, else text. `store.file_write` where the
/// file cannot be written, and what reading the book gives.
[[nodiscard]] money::Status export_workbook(const ledger::Book& book, const std::string& path);

}  // namespace loanbook::interchange
