#pragma once

// A page of the rule book: Markdown prose with worked examples. An example begins at a `Terms:`
// paragraph and ends at the next one or at a heading; the tables between belong to it. A table
// outside an example stands alone.

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "loanbook/money/result.hpp"

namespace loanbook::specs {

using money::Error;
using money::Result;
using money::Status;

struct Term {
  std::string key;
  std::string value;
  std::size_t line;
};

struct Cell {
  std::string text;                     ///< as written, trimmed; empty: not checked
  std::optional<std::string> actual{};  ///< what the engine says, where it was asked
};

struct TableRow {
  std::size_t line;
  std::vector<Cell> cells;  ///< one a column
};

struct Table {
  std::size_t line;                   ///< of the header
  std::vector<std::string> headings;  ///< as written
  std::vector<std::string>
      columns;  ///< lower case, ASCII part only: `principal 本金` is `principal`
  std::vector<std::string> rule;  ///< `--:`, `---`
  std::vector<TableRow> rows;

  [[nodiscard]] std::optional<std::size_t> column(std::string_view name) const;
  /// Text of a cell; empty where the table has no such column.
  [[nodiscard]] std::string_view text(const TableRow& row, std::string_view name) const;
  /// Notes what the engine says for a cell that is there and not empty.
  void expect(TableRow& row, std::string_view name, std::string actual);
};

struct Example {
  std::size_t line;
  std::string title;  ///< the heading above
  std::vector<Term> terms;
  std::vector<Table> tables;
};

struct Page {
  std::string file;
  std::vector<std::string> lines;
  std::vector<Example> examples;
};

/// One place where the page and the engine differ, or where the page cannot be understood.
struct Failure {
  std::size_t line;
  std::string message;
};

/// Errors `spec.*` with file and line: a table without rule, a row with another number of cells,
/// terms that are no `key = value`.
[[nodiscard]] Result<Page> parse_page(std::string file, std::string_view text);

/// Every noted cell whose text differs from what the engine said.
[[nodiscard]] std::vector<Failure> differences(const Page& page);

/// The page with every noted cell as the engine said it, its tables aligned again.
[[nodiscard]] std::string updated(const Page& page);

}  // namespace loanbook::specs
