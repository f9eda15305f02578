#pragma once

// The book as columns for analysts: Parquet files, written through DuckDB's library where there is
// one. Nothing else needs it.

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "loanbook/ledger/book.hpp"

namespace loanbook::interchange {

/// `loans`: one row a loan with its balances and days past due. `entries`: one row a line of the
/// general ledger; the sums by account are the trial balance. `days`: what each night booked of
/// each loan.
enum class TapeTable : std::uint8_t { loans, entries, days };
/// `loans`, `entries`, `days`; else `parquet.table`.
[[nodiscard]] money::Result<TapeTable> parse_tape_table(std::string_view text);
[[nodiscard]] std::string_view to_text(TapeTable table);

struct TapeRequest {
  TapeTable table = TapeTable::loans;
  /// Loans at the opening of this day (default: the business date); entries and nights up to it.
  std::optional<money::Day> as_of{};
  std::optional<std::uint64_t> known_at{};  ///< from the entries up to this one alone
  std::string library{};  ///< where libduckdb.so lies; empty: where the system looks
};

/// Writes the file; it stands under its name only once it is whole. Amounts are DECIMAL(38, d) with
/// d the digits of the currency that has most of them, dates DATE. Rows written.
/// `parquet.no_duckdb` says how to get the library; `parquet.failed` what it said;
/// `parquet.known_at` where nights were to be known otherwise than they were booked.
[[nodiscard]] money::Result<std::uint64_t> export_parquet(const ledger::Book& book,
                                                          const TapeRequest& request,
                                                          const std::string& path);

}  // namespace loanbook::interchange
