#pragma once

// The steps of matching, one for each rule. Private to ledger/.

#include <vector>

#include "loanbook/ledger/reconciliation/matching.hpp"

namespace loanbook::ledger::matching {

/// How much a step may claim: what agrees first, over the whole statement; then what agrees in
/// amount and days and contradicts itself in its references; what is left in doubt is said last.
enum class Stage : std::uint8_t { agree, contradict, declare };

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
  /// Lines and entries that several ways fit, and nothing decides.
  struct Doubt {
    MatchRule rule;
    std::vector<std::uint32_t> lines, movements;
  };
  std::vector<Doubt> doubts{};
  std::vector<std::uint32_t> left_lines, left_movements;  ///< open at the last sweep(), ascending
  std::uint64_t claims = 0;                               ///< grows with every pair and finding
  std::uint64_t looks_left;                               ///< steps of searching for sums

  explicit Board(const MatchInput& of);

  [[nodiscard]] bool open(std::uint32_t movement) const {
    return !movement_done[movement] && !input.movements[movement].matched;
  }
  /// Place of the entry, or none.
  [[nodiscard]] std::uint32_t movement_of(std::uint64_t sequence) const;
  [[nodiscard]] bool fits(const BankLine& line, const SettlementMovement& movement,
                          const MatchRule& rule) const;
  [[nodiscard]] bool fits_late(const BankLine& line, const SettlementMovement& movement) const;
  /// The one loan that the line names, 0: none or several.
  [[nodiscard]] std::uint64_t loan_named_by(const BankLine& line) const;
  /// Two references that differ, or the name of another loan.
  [[nodiscard]] bool contradict(const BankLine& line, const SettlementMovement& movement) const;
  /// Takes what is done out of the lists of what is left.
  void sweep();

  /// The bank's amounts less the book's.
  [[nodiscard]] money::Int128 difference_of(const std::vector<std::uint32_t>& lines,
                                            const std::vector<std::uint32_t>& movements) const;

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
void by_loan(Board& board, const MatchRule& rule, Stage stage);
/// Sums of lines and entries of one loan, and what has nothing but the loan in common.
void by_loan_sums(Board& board, const MatchRule& rule);
void by_day(Board& board, const MatchRule& rule);
void by_amount(Board& board, const MatchRule& rule, Stage stage);
void by_sum(Board& board, const MatchRule& rule, Stage stage);

/// Lines and entries of one amount, each by day: claims what only one way explains. A way is
/// better the more lines it brings home; what every best way has in common is certain. As many
/// lines as entries that agree in all and can change places are matched as a set.
void settle_equal(Board& board, const MatchRule& rule, Stage stage,
                  const std::vector<std::uint32_t>& lines,
                  const std::vector<std::uint32_t>& movements);

}  // namespace loanbook::ledger::matching
