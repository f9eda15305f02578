#pragma once

// Facts of the book that sign off its figures: periods that were closed, and assertions about
// balances. Both concern closed days only, whose books never change again.

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "loanbook/ledger/role.hpp"
#include "loanbook/money/day.hpp"
#include "loanbook/money/wide.hpp"
#include "loanbook/storage/records.hpp"

namespace loanbook::ledger {

using money::Day;
using storage::Digest;

/// Values reached a disk: frozen.
enum class PeriodLength : std::uint8_t {
  month = 1,
  year = 2,  ///< income and expense go to retained earnings
};

/// Both days belong to it.
struct Period {
  PeriodLength length = PeriodLength::month;
  Day from{};
  Day through{};
  bool operator==(const Period&) const = default;
};
/// `2026-10` or `2026`; `period.malformed`.
[[nodiscard]] Result<Period> parse_period(std::string_view text);
[[nodiscard]] std::string to_text(const Period& period);

/// Sums of the trial balance at the close of the period, by currency.
struct ControlTotal {
  std::string currency;
  money::Int128 debit = 0, credit = 0;
  std::uint64_t accounts = 0;
  bool operator==(const ControlTotal&) const = default;
};

/// Payload of period_closed.
struct PeriodClosed {
  Period period;
  std::uint64_t complete_to = 0;  ///< the last entry booked in the period
  Digest head{};                  ///< its hash
  Digest trial_balance{};         ///< of its rows, canonical bytes: docs/format.md
  std::vector<ControlTotal> controls;
  std::uint64_t isolated = 0;  ///< loans that the nights left out
};

/// "principal of PRODUCT on DATE is AMOUNT", as stored.
struct Asserted {
  std::string figure;   ///< `principal`, `interest`, a role, or `account CODE`
  std::string product;  ///< empty: of the whole book, in `currency`
  std::string currency;
  Day day{};                ///< booking date, at its close
  money::Int128 minor = 0;  ///< positive on the normal side of the figure
};

/// The sentence in its parts, before the book is asked. `assertion.malformed`.
struct AssertionText {
  std::string figure;
  std::string product;
  std::string currency;  ///< empty: the product's
  Day day{};
  std::string amount;
};
[[nodiscard]] Result<AssertionText> parse_assertion(std::string_view text);
/// The roles whose balances a figure adds up; empty where it is an account or unknown.
[[nodiscard]] std::vector<Role> roles_of_figure(std::string_view figure);

void encode(const PeriodClosed& closed, std::string& out);
void encode(const Asserted& asserted, std::string& out);
[[nodiscard]] bool decode(std::string_view& bytes, PeriodClosed& closed);
[[nodiscard]] bool decode(std::string_view& bytes, Asserted& asserted);

}  // namespace loanbook::ledger
