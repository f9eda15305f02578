#pragma once

// Readers of the Fineract suite: terms become a product, steps become commands on a book in memory,
// expectations are compared with what the book answers. Nothing is computed here and nothing is
// kept but the book and names of entries.

#include <memory>
#include <string>
#include <vector>

#include "conformance/adapter.hpp"
#include "loanbook/ledger/book.hpp"

namespace loanbook::conformance {

/// What a case does: the same words in every case.
struct Replay {
  Json terms;
  std::unique_ptr<ledger::Book> book;
  bool submitted = false;
  bool charges_by_assessment = false;  ///< a setting of the case, given before the product
  std::string same_key;                ///< of the transaction before, for repeats
  std::uint64_t keys = 0;
  std::optional<money::Day> closed;       ///< the last business date that was closed for the loan
  std::vector<std::uint64_t> taken_back;  ///< entries that went with their pay-out
  std::optional<money::Day> last_run{};
  std::string expected;                             ///< day of the pay-out, as approved
  std::vector<Json> waiting;                        ///< asked for before the loan was opened

  [[nodiscard]] money::Currency currency() const;
};

inline constexpr const char* replay_loan = "L";
inline constexpr const char* replay_product = "terms";

/// The terms of a case as a product.
ledger::Product fineract_product(const Json& terms, bool charges_by_assessment);
ledger::OpenLoan fineract_opening(const Json& terms);
/// The name of a bucket: `M0` has none, `M1` the first.
std::string fineract_range(const Json& terms, std::int32_t days);

/// Performs a step that changes something. Throws NotBuilt for a step it does not know, Refused
/// where the book refuses.
void fineract_step(Replay& replay, const Json& step);
/// Compares what a step expects. Throws NotBuilt for an expectation it does not know.
void fineract_expect(Replay& replay, const Json& step, const std::string& where,
                     Comparison& comparison);
/// Runs a case whose terms give the periods: a calculation without a loan.
Outcome fineract_periods(const Json& content);
/// What Fineract calls a kind of event; empty: it lists none.
std::string fineract_type(ledger::Kind kind);

}  // namespace loanbook::conformance
