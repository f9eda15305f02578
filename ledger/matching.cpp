#include "loanbook/ledger/matching.hpp"

#include <algorithm>
#include <array>
#include <cstdlib>
#include <map>
#include <tuple>

#include "loanbook/ledger/matching_groups.hpp"
#include "loanbook/money/assert.hpp"

namespace loanbook::ledger {
namespace {

struct OutcomeText {
  std::string_view name;
  std::string_view advice;
};
constexpr std::array<OutcomeText, 15> outcome_texts = {{
    {"", ""},
    {"matched", "nothing to do"},
    {"batch", "one line of the bank for several entries, the sums agree: nothing to do"},
    {"split", "several lines of the bank for one entry, the sums agree: nothing to do"},
    {"late",
     "the same payment, but the book counts it from another day than the bank: accept, or correct "
     "to reverse it and record it from the bank's day"},
    {"within tolerance", "the difference is booked: nothing to do"},
    {"different amount",
     "the references agree, the amounts do not: correct to record the bank's amount instead, or "
     "accept where the bank will put it right"},
    {"wrong reference",
     "amount and day fit, the reference does not: accept where it is the same payment, else "
     "correct with the loan it was meant for"},
    {"doubled",
     "the bank has this payment twice: accept where the bank takes one back, or correct to record "
     "the second one as well"},
    {"returned",
     "the bank sent the money back, the book still counts it as paid: correct to record a "
     "chargeback"},
    {"missing here",
     "money at the bank that no entry knows: correct with the loan it is for, or send it to "
     "suspense until its payer is known"},
    {"missing there",
     "an entry whose money the bank never had: correct to reverse it, or accept with the reason"},
    {"ambiguous", "several entries fit and nothing decides: accept with the entry it is"},
    {"in transit", "too young to be missing: the next statement decides"},
    {"taken back", "recorded and reversed here, never at the bank: nothing to do"},
}};

constexpr std::array<std::string_view, 8> by_texts = {"",     "reference", "part",   "group",
                                                      "loan", "day",       "amount", "sum"};

}  // namespace

std::string_view to_text(MatchBy by) { return by_texts.at(static_cast<std::size_t>(by)); }
std::string_view to_text(Outcome outcome) {
  return outcome_texts.at(static_cast<std::size_t>(outcome)).name;
}
std::string_view advice_of(Outcome outcome) {
  return outcome_texts.at(static_cast<std::size_t>(outcome)).advice;
}

bool settles(Outcome outcome) {
  return outcome <= Outcome::within_tolerance || outcome == Outcome::taken_back;
}
bool needs_decision(Outcome outcome) {
  return outcome == Outcome::late ||
         (outcome >= Outcome::different_amount && outcome <= Outcome::ambiguous);
}

namespace matching {

bool Board::fits(const BankLine& line, const SettlementMovement& movement,
                 const MatchRule& rule) const {
  const auto days = (line.valued - movement.valued).count();
  return days >= -rule.days_before && days <= rule.days_after;
}

bool Board::fits_late(const BankLine& line, const SettlementMovement& movement) const {
  return std::abs((line.valued - movement.valued).count()) <= input.rules.late_days;
}

void Board::pair(std::uint32_t line, std::uint32_t movement, const MatchRule& rule) {
  line_done[line] = true;
  movement_done[movement] = true;
  line_of[movement] = line;
  if (fits(input.lines[line], input.movements[movement], rule)) {
    result.matched.push_back({line, movement, rule.by});
  } else {
    result.findings.push_back({Outcome::late, rule.by, {line}, {movement}, 0});
  }
}

void Board::find(Outcome outcome, const MatchRule& rule, std::vector<std::uint32_t> lines,
                 std::vector<std::uint32_t> movements) {
  Finding finding{outcome, rule.by, std::move(lines), std::move(movements), 0};
  money::Int128 difference = 0;
  for (const std::uint32_t line : finding.lines) {
    line_done[line] = true;
    difference += input.lines[line].minor;
  }
  for (const std::uint32_t movement : finding.movements) {
    // A doubled or returned payment was matched with another line.
    if (!movement_done[movement] && !finding.lines.empty()) line_of[movement] = finding.lines[0];
    movement_done[movement] = true;
    difference -= input.movements[movement].minor;
  }
  if (outcome == Outcome::doubled || outcome == Outcome::returned) {
    difference = 0;
    for (const std::uint32_t line : finding.lines) difference += input.lines[line].minor;
  }
  finding.difference = static_cast<std::int64_t>(difference);
  result.findings.push_back(std::move(finding));
}

void Board::mismatch(const MatchRule& rule, std::vector<std::uint32_t> lines,
                     std::vector<std::uint32_t> movements) {
  money::Int128 difference = 0;
  for (const std::uint32_t line : lines) difference += input.lines[line].minor;
  for (const std::uint32_t movement : movements) difference -= input.movements[movement].minor;
  const money::Int128 size = difference < 0 ? -difference : difference;
  const money::Int128 total = result.tolerated < 0 ? -result.tolerated : result.tolerated;
  if (size <= rule.tolerance_minor && total + size <= input.rules.tolerance_total_minor) {
    result.tolerated += difference;
    return find(Outcome::within_tolerance, rule, std::move(lines), std::move(movements));
  }
  find(Outcome::different_amount, rule, std::move(lines), std::move(movements));
}

}  // namespace matching

namespace {

using matching::Board;

/// Entries that were recorded and reversed, neither of them at the bank.
void cancel_reversals(Board& board) {
  const auto movements = board.input.movements;
  for (std::uint32_t m = 0; m < movements.size(); ++m) {
    if (!board.open(m) || movements[m].reverses == 0) continue;
    const std::uint32_t target = board.movement_of(movements[m].reverses);
    if (target == Board::none || !board.open(target)) continue;
    if (movements[target].minor + movements[m].minor != 0) continue;
    board.find(Outcome::taken_back, {}, {}, {target, m});
  }
}

/// Payments that came and went back before anybody recorded them.
void cancel_returns(Board& board) {
  const auto lines = board.input.lines;
  std::map<std::tuple<std::string_view, std::int64_t>, std::vector<std::uint32_t>> waiting;
  for (std::uint32_t l = 0; l < lines.size(); ++l) {
    if (board.line_done[l] || lines[l].reference.empty()) continue;
    auto& opposite = waiting[{lines[l].reference, -lines[l].minor}];
    if (opposite.empty()) {
      waiting[{lines[l].reference, lines[l].minor}].push_back(l);
      continue;
    }
    const std::uint32_t first = opposite.back();
    opposite.pop_back();
    board.find(Outcome::returned, {}, {first, l}, {});
  }
}

void finish(Board& board) {
  const auto lines = board.input.lines;
  const auto movements = board.input.movements;
  // In the order of the statement: a tolerance in all is used up by the first who need it.
  std::stable_sort(board.held.begin(), board.held.end(),
                   [](const auto& a, const auto& b) { return a.lines.front() < b.lines.front(); });
  for (auto& held : board.held) {
    std::erase_if(held.lines, [&](std::uint32_t l) { return board.line_done[l]; });
    std::erase_if(held.movements, [&](std::uint32_t m) { return !board.open(m); });
    if (held.lines.empty() || held.movements.empty()) continue;
    board.mismatch(held.rule, std::move(held.lines), std::move(held.movements));
  }
  cancel_reversals(board);
  cancel_returns(board);
  for (std::uint32_t l = 0; l < lines.size(); ++l) {
    if (!board.line_done[l]) board.find(Outcome::missing_here, {}, {l}, {});
  }
  std::int32_t window = 0;
  for (const MatchRule& rule : board.input.rules.rules) window = std::max(window, rule.days_after);
  for (std::uint32_t m = 0; m < movements.size(); ++m) {
    if (!board.open(m) || !movements[m].expected) continue;
    const bool young = movements[m].valued + date::days{window} > board.input.to;
    board.find(young ? Outcome::in_transit : Outcome::missing_there, {}, {}, {m});
  }
}

}  // namespace

Matching match(const MatchInput& input) {
  for (std::size_t m = 1; m < input.movements.size(); ++m)
    LOANBOOK_ASSERT(input.movements[m - 1].sequence < input.movements[m].sequence);
  Board board{input};
  bool cancelled = false;
  for (const MatchRule& rule : input.rules.rules) {
    // What only has an amount in common comes last: reversed entries must not catch it.
    if (rule.by >= MatchBy::day && !cancelled) {
      cancel_reversals(board);
      cancelled = true;
    }
    switch (rule.by) {
      case MatchBy::reference:
        matching::by_reference(board, rule);
        break;
      case MatchBy::part:
        matching::by_part(board, rule);
        break;
      case MatchBy::group:
        matching::by_group(board, rule);
        break;
      case MatchBy::loan:
        matching::by_loan(board, rule);
        break;
      case MatchBy::day:
        matching::by_day(board, rule);
        break;
      case MatchBy::amount:
        matching::by_amount(board, rule);
        break;
      case MatchBy::sum:
        matching::by_sum(board, rule);
        break;
    }
  }
  finish(board);
  std::sort(board.result.matched.begin(), board.result.matched.end(),
            [](const auto& a, const auto& b) { return a.line < b.line; });
  std::stable_sort(board.result.findings.begin(), board.result.findings.end(),
                   [](const Finding& a, const Finding& b) {
                     const auto first = [](const Finding& f) {
                       return f.lines.empty() ? UINT32_MAX : f.lines.front();
                     };
                     return first(a) < first(b);
                   });
  return std::move(board.result);
}

}  // namespace loanbook::ledger
