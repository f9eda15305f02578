#pragma once

// One model of a report, six forms: a table, a page or a PDF for people, csv, json and ndjson for
// programs.

#include <cstdint>
#include <functional>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "loanbook/money/result.hpp"

namespace loanbook::interchange {

using money::Error;
using money::Result;

enum class Format : std::uint8_t { table, csv, json, ndjson, html, pdf };
/// `table`, `csv`, `json`, `ndjson`, `html`, `pdf`; else `format.unknown`.
[[nodiscard]] Result<Format> parse_format(std::string_view text);

/// Kept whole until its end, with totals and notes.
[[nodiscard]] bool is_for_people(Format format);

/// What a column holds. Amounts and integers stand on the right; in JSON integers are numbers, all
/// else is text (money never is a JSON number), and an empty cell that is not text is null.
enum class ColumnKind : std::uint8_t { text, amount, integer, date };

struct Column {
  std::string key;      ///< snake_case: csv header, JSON name; a stable contract
  std::string heading;  ///< of the table
  ColumnKind kind = ColumnKind::text;
};

/// Subtotals and totals stand in tables and pages only.
enum class RowMark : std::uint8_t { plain, subtotal, total };

struct Row {
  std::vector<std::string> cells;  ///< one a column; amounts plain, such as `-1234.50`
  RowMark mark = RowMark::plain;
};

struct Report {
  std::vector<std::string> title;  ///< lines above; table and page only
  std::vector<Column> columns;
  std::vector<Row> rows;
  std::vector<std::string> notes;  ///< lines below; table and page only
};

/// The whole report; ends with a line feed.
[[nodiscard]] std::string render(const Report& report, Format format);

/// The same row by row, for reports that are longer than memory. A table or page is kept until
/// `finish`, because the widths of its columns are known only then.
class ReportWriter {
 public:
  using Sink = std::function<void(std::string_view)>;
  ReportWriter(std::vector<std::string> title, std::vector<Column> columns, Format format,
               Sink sink);
  ~ReportWriter();
  ReportWriter(const ReportWriter&) = delete;
  ReportWriter& operator=(const ReportWriter&) = delete;

  /// Asserts one cell a column.
  void row(Row row);
  /// To be called once, at the end.
  void finish(const std::vector<std::string>& notes);

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

/// `-1234567.50` -> `-1,234,567.50`.
[[nodiscard]] std::string with_thousands(std::string_view number);

}  // namespace loanbook::interchange
