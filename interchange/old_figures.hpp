#pragma once

// Figures of another system, loan by loan, held against a book that played the same history: what
// differs, and why as far as it can be told. Columns: docs/import.md.

#include <cstdint>
#include <functional>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "loanbook/ledger/book.hpp"

namespace loanbook::interchange {

using money::Result;

/// One figure that differs.
struct FigureDifference {
  std::uint64_t line = 0;  ///< of the file, from 1
  std::string loan;
  std::string figure;  ///< name of the column; `loan` where it is not in the book
  std::string here;    ///< empty: none
  std::string there;
  std::string difference;  ///< here less there, of amounts and days
  std::string cause;
};

struct FigureComparison {
  std::uint64_t loans = 0;
  std::uint64_t figures = 0;  ///< compared
  std::uint64_t equal = 0;    ///< loans
  std::vector<FigureDifference> differences;
};

/// Why an event of that loan is not in the book; empty: all of them are.
using MissingEvent = std::function<std::string(std::string_view loan)>;

/// Can the file be compared at all? Its columns are read, its rows are not. `csv.*`.
[[nodiscard]] money::Status check_figures(std::string_view text, const std::string& file_name);

/// Compares on the business date. An empty cell is not compared. The file as a whole is refused
/// where it cannot be read: `csv.*`, `money.*`, `day.*`, with line and column.
///
/// Causes, the first that holds: an event that is missing; a rule of the product under which all
/// figures of the loan agree (rounding, then day count, then order of allocation); the sum agrees
/// and its parts do not (allocation); a few units (rounding); else unknown.
[[nodiscard]] Result<FigureComparison> compare_figures(const ledger::Book& book,
                                                       std::string_view text,
                                                       const std::string& file_name,
                                                       const MissingEvent& missing);

}  // namespace loanbook::interchange
