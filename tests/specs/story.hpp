#pragma once

// The life of a loan as a table of events, played through a book in memory: nights are closed
// between the dates, and every question is asked of the book at the end.

#include <array>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "loanbook/ledger/book.hpp"
#include "tables.hpp"

namespace loanbook::specs {

class Story {
 public:
  explicit Story(const Bench& bench);

  /// Records the events of a table in its order and notes their outcomes.
  void play(Table& events);
  /// Closes nights until `day` is the business date, if it is not beyond it already.
  void advance(money::Day day);

  [[nodiscard]] const ledger::Book& book() const { return *book_; }
  [[nodiscard]] const std::vector<ledger::NightReport>& nights() const { return nights_; }

 private:
  /// The loans go over to a version of the product with the term in `code`.
  void restate(const Table& table, TableRow& row);
  [[nodiscard]] ledger::Command command(const Table& table, const TableRow& row) const;
  /// Index values and the calendar that the terms name, published before the product.
  void publish_series();
  /// The entry of the event in the row that `of` names.
  [[nodiscard]] std::uint64_t entry_of(const Table& table, const TableRow& row) const;
  [[nodiscard]] ledger::Operation operation(const Table& table, const TableRow& row,
                                            ledger::Kind kind) const;
  [[nodiscard]] ledger::SuspenseRequest suspense(const Table& table, const TableRow& row,
                                                 ledger::Kind kind) const;

  const Bench& bench_;
  ledger::Product product_;
  std::unique_ptr<ledger::Book> book_;
  std::vector<ledger::NightReport> nights_;
  std::vector<std::uint64_t> sequences_;  ///< of the event in row n of the events, 0: refused
};

/// Amounts by role beside the columns of a table: every role is either a column or has no amount.
void expect_roles(const Bench& bench, Table& table, TableRow& row,
                  const std::array<money::Int128, ledger::role_count>& amounts);

/// Of the row's loan; of `book`: what went into suspense and back.
[[nodiscard]] std::vector<ledger::EntryView> entries_of(const Story& story, const Table& table,
                                                        const TableRow& row);

// Tables of loans that keep a table of installments: servicing_tables.cpp
void check_unpaid(const Bench& bench, const Story& story, Table& table);
void check_debits(const Bench& bench, const Story& story, Table& table);
void check_balances(const Bench& bench, const Story& story, Table& table);
void check_postings(const Bench& bench, const Story& story, Table& table);

/// The value, or a Failure at `line` with the error's id and sentence.
template <class T>
T must(Result<T> result, std::size_t line) {
  if (!result) throw Failure{line, result.error().id + ": " + result.error().message};
  return std::move(result).value();
}

}  // namespace loanbook::specs
