#pragma once

// DuckDB's C API, as much of it as writes a table: https://duckdb.org/docs/stable/clients/c/api.
// Declared here by hand and found at run time, so that nothing depends on it.

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

#include "loanbook/money/result.hpp"

namespace loanbook::interchange {

/// One table, filled row by row in a database that lies beside the file it becomes.
class DuckTable {
 public:
  /// `parquet.no_duckdb`, `parquet.failed`. `columns`: as SQL declares them.
  static money::Result<DuckTable> create(const std::string& library, const std::string& path,
                                         const std::string& columns);
  DuckTable(DuckTable&&) noexcept;
  DuckTable& operator=(DuckTable&&) = delete;
  DuckTable(const DuckTable&) = delete;
  DuckTable& operator=(const DuckTable&) = delete;
  /// What was not written is gone.
  ~DuckTable();

  /// A value as text of its column's type.
  void value(std::string_view text);
  void null();
  /// False where a row was refused; `write` says why.
  bool end_row();
  /// Parquet under `path`, replaced at once. `parquet.failed`.
  [[nodiscard]] money::Status write();

 private:
  struct Impl;
  explicit DuckTable(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl_;
};

}  // namespace loanbook::interchange
