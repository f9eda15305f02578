#pragma once

// Files of loans and events, as commands in batches.
//
// The intended use reads a file twice: first every row is checked and all problems are listed, then
// the rows are recorded. Keys depend on content and row alone, so sending a file again repeats
// nothing.

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "loanbook/interchange/import_fields.hpp"
#include "loanbook/interchange/mapping.hpp"
#include "loanbook/ledger/command.hpp"

namespace loanbook::interchange {

/// Where a row stands.
struct RowPlace {
  std::uint64_t row = 0;   ///< from 1, the header not counted
  std::uint64_t line = 0;  ///< of the file, from 1
  std::size_t begin = 0;   ///< bytes of the text
  std::size_t end = 0;
};

struct RejectedRow {
  RowPlace place;
  Error error;  ///< with file, line and column
};

struct ImportBatch {
  std::vector<ledger::Command> commands;
  std::vector<RowPlace> places;  ///< one a command
  std::vector<RejectedRow> rejected;
};

class ImportFile {
 public:
  /// A CSV of loans, each opened and disbursed on its date (docs/import.md). `text` is kept.
  [[nodiscard]] static Result<ImportFile> open_loans(std::string text, std::string file_name,
                                                     std::span<const FieldMapping> mappings,
                                                     ProductCurrency currency_of);
  /// A CSV of events: repay, disburse, reverse, open, open_disburse, operations by name.
  [[nodiscard]] static Result<ImportFile> open_events(std::string text, std::string file_name,
                                                      std::span<const FieldMapping> mappings,
                                                      ProductCurrency currency_of);
  /// One JSON object a line, with the fields of events as names.
  [[nodiscard]] static Result<ImportFile> open_commands(std::string text, std::string file_name,
                                                        ProductCurrency currency_of);
  /// Running loans, as CSV or as NDJSON, each taken over on its value date (take_over_fields.hpp).
  [[nodiscard]] static Result<ImportFile> open_take_overs(std::string text, std::string file_name);
  ~ImportFile();
  ImportFile(ImportFile&& other) noexcept;
  ImportFile& operator=(ImportFile&& other) noexcept;

  /// Replaces the content of `batch` by at most `max` rows; false where none was left.
  [[nodiscard]] bool next(ImportBatch& batch, std::size_t max);
  /// Back to the first row.
  void rewind();

  /// `error` of the ledger about a row, with file, line and the column of the field it speaks
  /// about.
  [[nodiscard]] Error place(Error error, const RowPlace& place) const;
  /// For reject files: the row, and the header (empty for JSON), as they stand in the file.
  [[nodiscard]] std::string_view raw(const RowPlace& place) const;
  [[nodiscard]] std::string_view raw_header() const;
  /// Columns that are not used, to be shown: one of them may be a misspelt field.
  [[nodiscard]] const std::vector<std::string>& ignored_columns() const;

 private:
  struct Impl;
  explicit ImportFile(std::unique_ptr<Impl> impl);
  static Result<ImportFile> open_csv(std::unique_ptr<Impl> impl,
                                     std::span<const FieldMapping> mappings,
                                     std::span<const ColumnAlias> aliases,
                                     std::span<const Field> required);
  std::unique_ptr<Impl> impl_;
};

}  // namespace loanbook::interchange
