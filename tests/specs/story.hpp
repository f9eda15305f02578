#pragma once

// The life of a loan as a table of events, played through a book in memory: nights are closed
// between the dates, and every question is asked of the book at the end.

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
  [[nodiscard]] ledger::Command command(const Table& table, const TableRow& row) const;

  const Bench& bench_;
  std::unique_ptr<ledger::Book> book_;
  std::vector<ledger::NightReport> nights_;
  std::vector<std::uint64_t> sequences_;  ///< of the event in row n of the events, 0: refused
};

/// The value, or a Failure at `line` with the error's id and sentence.
template <class T>
T must(Result<T> result, std::size_t line) {
  if (!result) throw Failure{line, result.error().id + ": " + result.error().message};
  return std::move(result).value();
}

}  // namespace loanbook::specs
