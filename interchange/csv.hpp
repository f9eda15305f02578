#pragma once

// Strict RFC 4180 in, and fields out.
//
// Positions count from 1: `line` counts line feeds of the file, `column` counts characters (code
// points, not bytes) of that line up to the start of the field, its opening quote included.

#include <cstddef>
#include <cstdint>
#include <deque>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "loanbook/money/result.hpp"

namespace loanbook::interchange {

using money::Error;
using money::Result;
using money::Status;

/// Reads a text row by row without copying fields. A byte order mark is skipped; lines end with LF
/// or CRLF; the last one may lack its end. The text must outlive the reader.
class CsvReader {
 public:
  /// Reads the header. `csv.empty_file`, `csv.header_empty_name`, `csv.header_duplicate`, and what
  /// `next` reports.
  [[nodiscard]] static Result<CsvReader> open(std::string_view text, std::string file_name);

  [[nodiscard]] const std::vector<std::string>& header() const { return header_; }
  /// Index of the column with exactly that name.
  [[nodiscard]] std::optional<std::size_t> find(std::string_view name) const;
  /// The same, or `csv.missing_column` with the nearest name.
  [[nodiscard]] Result<std::size_t> require(std::string_view name) const;

  /// Moves to the next row; false at the end. After an error `next` goes on behind the line on
  /// which the broken row begins, so that a caller can list them all.
  ///
  /// `csv.field_count`, `csv.blank_line`, `csv.cut_off` (the text ends within a row),
  /// `csv.unterminated_quote`, `csv.stray_quote`, `csv.text_after_quote`, `csv.stray_return`,
  /// `csv.control_character`, `csv.not_utf8`, `csv.line_too_long` (limits.hpp).
  [[nodiscard]] Result<bool> next();

  /// Fields of the current row, as many as the header has. Valid until `next`.
  [[nodiscard]] std::span<const std::string_view> fields() const { return fields_; }
  [[nodiscard]] std::string_view field(std::size_t index) const { return fields_[index]; }
  /// Number of the current row, from 1, the header not counted.
  [[nodiscard]] std::uint64_t row() const { return row_; }
  /// The line on which the current row begins.
  [[nodiscard]] std::uint64_t line() const { return row_line_; }
  /// The current (or broken) row as it stands in the text, without its line end: for reject files.
  [[nodiscard]] std::string_view raw() const;
  /// The header as it stands in the text, without its line end.
  [[nodiscard]] std::string_view raw_header() const { return raw_header_; }

  /// `error` with file name, line and column of a field of the current row.
  [[nodiscard]] Error place(Error error, std::size_t index) const;
  /// The same at the beginning of the current row.
  [[nodiscard]] Error place_row(Error error) const;

 private:
  CsvReader(std::string_view text, std::string file_name)
      : text_(text), file_name_(std::move(file_name)) {}

  std::optional<Error> read_row();
  std::optional<Error> read_quoted(std::size_t* at);
  std::optional<Error> end_row(std::size_t* at);
  [[nodiscard]] std::optional<Error> check_characters() const;
  [[nodiscard]] std::optional<Error> check_header() const;
  std::optional<Error> check_count();
  [[nodiscard]] Error control_character(std::size_t offset) const;
  [[nodiscard]] Error error_at(const char* id, std::string message, std::size_t offset) const;
  void skip_line();

  std::string_view text_;
  std::string file_name_;
  std::string_view raw_header_;
  std::vector<std::string> header_;
  std::vector<std::string_view> fields_;
  std::vector<std::size_t> starts_;    // offset of each field in the text, opening quote included
  std::deque<std::string> unescaped_;  // fields with doubled quotes; a deque keeps their addresses
  std::size_t row_begin_ = 0;
  std::size_t row_end_ = 0;  // of the current row, before its line end
  std::size_t at_ = 0;       // where the next row begins
  std::uint64_t row_line_ = 1;
  std::uint64_t next_line_ = 1;
  std::uint64_t row_ = 0;
  bool has_quotes_ = false;
  bool ended_by_line_ = false;
};

/// Appends `field`, in quotes where it needs them.
void append_csv_field(std::string& out, std::string_view field);

}  // namespace loanbook::interchange
