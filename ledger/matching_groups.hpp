#pragma once

// The steps of matching, one for each rule. Private to ledger/.

#include <vector>

#include "loanbook/ledger/matching.hpp"

namespace loanbook::ledger::matching {

/// What is matched so far.
struct Board {
  static constexpr std::uint32_t none = UINT32_MAX;

  const MatchInput& input;
  Matching result{};
  std::vector<bool> line_done;
  std::vector<bool> movement_done;
  std::vector<std::uint32_t> line_of;  ///< by movement: the line it is with, or none
  /// The same reference, other amounts: decided when nothing better was found.
  struct Held {
    MatchRule rule;
    std::vector<std::uint32_t> lines, movements;
  };
  std::vector<Held> held{};

  explicit Board(const MatchInput& of)
      : input(of),
        line_done(of.lines.size(), false),
        movement_done(of.movements.size(), false),
        line_of(of.movements.size(), none) {}

  [[nodiscard]] bool open(std::uint32_t movement) const {
    return !movement_done[movement] && !input.movements[movement].matched;
  }
  /// Place of the entry, or none.
  [[nodiscard]] std::uint32_t movement_of(std::uint64_t sequence) const;
  [[nodiscard]] bool fits(const BankLine& line, const SettlementMovement& movement,
                          const MatchRule& rule) const;
  [[nodiscard]] bool fits_late(const BankLine& line, const SettlementMovement& movement) const;

  /// Equal amounts: matched, or late.
  void pair(std::uint32_t line, std::uint32_t movement, const MatchRule& rule);
  void find(Outcome outcome, const MatchRule& rule, std::vector<std::uint32_t> lines,
            std::vector<std::uint32_t> movements);
  /// Within tolerance, or a different amount.
  void mismatch(const MatchRule& rule, std::vector<std::uint32_t> lines,
                std::vector<std::uint32_t> movements);
};

void by_reference(Board& board, const MatchRule& rule);
void by_part(Board& board, const MatchRule& rule);
void by_group(Board& board, const MatchRule& rule);
void by_loan(Board& board, const MatchRule& rule);
void by_day(Board& board, const MatchRule& rule);
void by_amount(Board& board, const MatchRule& rule);
void by_sum(Board& board, const MatchRule& rule);

}  // namespace loanbook::ledger::matching
