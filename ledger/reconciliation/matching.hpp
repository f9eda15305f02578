#pragma once

// Lines of a statement against the settlement of the book: who belongs to whom, and what does not
// fit. Pure: a sort and a merge over integers and texts that the caller keeps; no clock, no store.
// The rules are data (docs/reconciliation.md).

#include <cstdint>
#include <functional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "loanbook/money/day.hpp"
#include "loanbook/money/result.hpp"
#include "loanbook/money/wide.hpp"

namespace loanbook::ledger {

using money::Day;
using money::Result;

/// One line of a statement. Texts belong to the caller. Minor units, money that came in positive.
struct BankLine {
  std::uint64_t place = 0;  ///< line of the file on which it begins
  Day booked{};
  Day valued{};
  std::int64_t minor = 0;             ///< before the fee
  std::int64_t fee_minor = 0;         ///< kept by the channel; what reached the account is less
  std::string_view reference{};       ///< end-to-end reference of the payment; empty: none
  std::string_view bank_reference{};  ///< the bank's own
  std::string_view text{};            ///< remittance information
  std::uint32_t count = 0;            ///< payments booked in it, 0: the bank does not say
  bool returned = false;              ///< the bank calls it a return or reversal
};

/// What an event moved over the settlement account.
struct SettlementMovement {
  std::uint64_t sequence = 0;
  std::uint64_t loan = 0;  ///< dense number; 0: of no loan
  std::int64_t minor = 0;  ///< debit positive: money in
  Day valued{};
  Day booked{};
  std::string_view reference{};  ///< idempotency key, where a caller gave it; empty: none
  std::string_view group{};      ///< scope of that key: a batch, a file
  std::uint64_t reverses = 0;    ///< the entry whose money goes back; 0: none
  bool matched = false;          ///< by an earlier statement
  bool expected = true;          ///< missing where no line fits it
};

/// How lines and entries are brought together.
enum class MatchBy : std::uint8_t {
  reference = 1,  ///< the same reference; sums within it, returns and doubles
  part = 2,       ///< a reference that is the beginning of others: batches and split payments
  group = 3,      ///< a reference that is the scope of entries: a batch
  loan = 4,       ///< the line names the loan
  day = 5,        ///< a line over all that is left of a day
  amount = 6,     ///< the same amount on about the same day
  sum = 7,        ///< so many payments as the bank says, whose amounts add up
};
[[nodiscard]] std::string_view to_text(MatchBy by);

struct MatchRule {
  MatchBy by = MatchBy::reference;
  std::int32_t days_before = 2;  ///< the bank's value date may be so many days before the book's
  std::int32_t days_after = 3;
  std::int64_t tolerance_minor = 0;  ///< difference that is booked and not asked about
};

struct MatchRules {
  std::string name{};
  std::string account{};                ///< of the statements it is for; empty: any
  std::vector<std::string> sources{};   ///< of entries (`import`, `cli`, ...); empty: all
  std::vector<std::string> products{};  ///< of their loans; empty: all
  std::vector<std::string> kinds{};     ///< of entries (`repay`, ...); empty: all
  std::string channel{};                ///< of entries; empty: of any channel or none
  std::int32_t late_days = 31;          ///< beyond a rule's window, and still the same payment
  std::int64_t tolerance_total_minor = 0;
  std::string separators = "-/";  ///< between a reference and the number of a part
  std::vector<MatchRule> rules{};
};

/// What became of a line or an entry. Values reached a disk: frozen.
enum class Outcome : std::uint8_t {
  matched = 1,
  batch = 2,             ///< one line for several entries
  split = 3,             ///< several lines for one entry
  late = 4,              ///< the same payment, too many days apart
  within_tolerance = 5,  ///< a small difference, booked
  different_amount = 6,
  wrong_reference = 7,  ///< amount and days fit, the references do not
  doubled = 8,          ///< the bank has it twice
  returned = 9,         ///< the bank sent the money back
  missing_here = 10,    ///< the bank has it, the book does not (长款)
  missing_there = 11,   ///< the book has it, the bank does not (短款)
  ambiguous = 12,       ///< several fit and nothing decides
  in_transit = 13,      ///< too young to be missing
  taken_back = 14,      ///< recorded and reversed here, never at the bank
};
[[nodiscard]] std::string_view to_text(Outcome outcome);
/// In words, with what to do.
[[nodiscard]] std::string_view advice_of(Outcome outcome);
/// Somebody has to decide.
[[nodiscard]] bool needs_decision(Outcome outcome);
/// Lines and entries of it are done with: nothing matches them again.
[[nodiscard]] bool settles(Outcome outcome);

/// Lines and movements by their place in the spans.
struct Finding {
  Outcome outcome = Outcome::matched;
  MatchBy by = MatchBy::reference;
  std::vector<std::uint32_t> lines{};
  std::vector<std::uint32_t> movements{};
  std::int64_t difference = 0;  ///< the bank's amount less the book's
};

struct Matching {
  struct Pair {
    std::uint32_t line = 0;
    std::uint32_t movement = 0;
    MatchBy by = MatchBy::reference;
  };
  std::vector<Pair> matched;      ///< in order of lines
  std::vector<Finding> findings;  ///< in order of the first line, those without lines last
  money::Int128 tolerated = 0;    ///< sum of differences within tolerance
};

struct MatchInput {
  std::span<const BankLine> lines;
  std::span<const SettlementMovement> movements;  ///< ascending by sequence
  const MatchRules& rules;
  Day to{};  ///< last day of the statement
  /// Number of the loan with this id, 0: none.
  std::function<std::uint64_t(std::string_view id)> loan_of{};
};
/// Every line and every movement that is expected ends up in one pair or finding. The result
/// depends on the input alone.
[[nodiscard]] Matching match(const MatchInput& input);

}  // namespace loanbook::ledger
