#pragma once

// Entries as an accountant's books take them: dated lines on accounts. What all exports share.

#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "loanbook/ledger/book.hpp"

namespace loanbook::interchange {

enum class AccountClass : std::uint8_t { asset, liability, equity, income, expense };
/// The class of a role in the default chart; contra accounts stand with what they are contra to.
[[nodiscard]] AccountClass class_of(ledger::Role role);
/// `Assets`, `Liabilities`, `Equity`, `Income`, `Expenses`.
[[nodiscard]] std::string_view to_text(AccountClass of);

struct GlLine {
  std::string code;
  std::string name;
  AccountClass of = AccountClass::asset;
  bool cash = false;
  std::string currency;
  unsigned digits = 2;
  money::Int128 minor = 0;  ///< debit positive, never 0
};

/// One entry that moves something. Lines sum to zero in each currency.
struct GlEntry {
  std::uint64_t sequence = 0;
  money::Day booking_date{};
  money::Day value_date{};
  std::string kind;
  std::string loan;
  std::string text;  ///< for people
  std::string reason;
  std::vector<GlLine> lines;  ///< of a night one an account and currency, else one a movement
};

/// Every entry that moves something, in the order of the chain, until `use` returns false. Streams.
[[nodiscard]] money::Status each_gl_entry(const ledger::Book& book,
                                          const std::function<bool(const GlEntry&)>& use);

}  // namespace loanbook::interchange
