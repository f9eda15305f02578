#pragma once

// The kinds of tables a page may hold. A kind is known by its columns: all required ones, and none
// that is neither required nor optional, so that a misspelt column is an error and never an
// unchecked one.

#include <string>
#include <string_view>
#include <vector>

#include "example_terms.hpp"
#include "loanbook/schedule/change.hpp"
#include "page.hpp"

namespace loanbook::specs {

enum class TableKind {
  schedule,      ///< a plan, row by row
  day_counts,    ///< days and year fractions
  roundings,     ///< an exact amount under every rounding rule
  amount_texts,  ///< decimal text and what it means
  rate_texts,
  splits,
  scheduled_accrual,  ///< a period's interest, spread over its days
  daily_accrual,      ///< simple interest from day to day
  rates,              ///< what a series of payments amounts to a year
  prepayments,        ///< quotes for an early repayment of a plan
  settlements,        ///< what settles a running plan on a day
  changes,            ///< changes of a running plan
  rest_rows,          ///< the plan after the last change, row by row
  late_fees,
  caps,        ///< charges to date, and what a cap leaves of them
  drawings,    ///< a balance drawn and repaid on any day
  plan_moves,  ///< what happens to a plan over given periods
  segments,    ///< its rows, segment by segment
  payables,    ///< what settles one of its rows on a day
  rolls,       ///< a day by every business-day convention
  rate_paths,  ///< a floating rate from its index
  claims,      ///< input: installments that are due
  payments,    ///< input: money received on them
  costs,       ///< what a borrower is told about a plan
  rate_caps,   ///< its annual rate against limits
  annuities,   ///< spreadsheet functions
  matchings,   ///< lines of a statement against entries
  allocations,
  readings,
  events,  ///< input: what happens to the loan
  entries,
  nights,
  trial_balance,
  states,    ///< which operation is taken in which state
  unpaid,    ///< what is unpaid of each installment
  debits,    ///< what is to be collected
  balances,  ///< of a loan, by role
  postings,  ///< an entry, account by account
};

/// Nothing where no kind has these columns.
[[nodiscard]] std::optional<TableKind> kind_of(const Table& table);

/// What a handler works on. Handlers throw a `Failure` where an input cell cannot be read;
/// `run_page` catches it.
struct Bench {
  const std::string& file;
  Example& example;
  const ExampleTerms& terms;

  [[nodiscard]] money::Currency currency() const { return terms.product.currency; }
  [[nodiscard]] std::string text(std::int64_t minor) const;
};

/// `interest accrued` for Role::interest_accrued.
[[nodiscard]] std::string column_of(ledger::Role role);
[[nodiscard]] money::Day day_cell(const Table& table, const TableRow& row, std::string_view column);
[[nodiscard]] std::int64_t amount_cell(const Bench& bench, const Table& table, const TableRow& row,
                                       std::string_view column);

// One table, pure calculation.
void check_schedule(const Bench& bench, Table& table);
void check_day_counts(const Bench& bench, Table& table);
void check_rolls(const Bench& bench, Table& table);
void check_rate_paths(const Bench& bench, Table& table);
void check_roundings(const Bench& bench, Table& table);
void check_amount_texts(Table& table);
void check_rate_texts(Table& table);
void check_splits(const Bench& bench, Table& table);
void check_scheduled_accrual(const Bench& bench, Table& table);
void check_daily_accrual(const Bench& bench, Table& table);
void check_rates(const Bench& bench, Table& table);
void check_prepayments(const Bench& bench, Table& table);
void check_drawings(const Bench& bench, Table& table);
void check_settlements(const Bench& bench, Table& table);
/// Returns the last change, for the rows that a later table shows.
schedule::Change check_changes(const Bench& bench, Table& table);
void check_rest_rows(const Bench& bench, Table& table, const schedule::Change& change);
void check_late_fees(const Bench& bench, Table& table);
void check_caps(const Bench& bench, Table& table);
void check_costs(const Bench& bench, Table& table);
void check_rate_caps(const Bench& bench, Table& table);
void check_annuities(Table& table);
void check_matchings(const Bench& bench, Table& table);

void check_states(Table& table);

/// Examples with claims: payments in order of their dates, allocations and readings.
void check_arrears(const Bench& bench);

/// Examples with events: the whole story through a book in memory.
void check_story(const Bench& bench);

/// Runs every example and notes what the engine says in its cells; returns what could not be run.
[[nodiscard]] std::vector<Failure> run_page(Page& page);

}  // namespace loanbook::specs
