#include "loanbook/ledger/reconciliation/matching.hpp"

#include <algorithm>
#include <array>
#include <cstdlib>
#include <map>
#include <numeric>
#include <tuple>

#include "loanbook/ledger/reconciliation/matching_groups.hpp"
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
namespace {

/// Steps of searching for sums in one statement: some seconds.
constexpr std::uint64_t looks_in_all = 400'000'000;

std::vector<std::uint32_t> all_places(std::size_t size) {
  std::vector<std::uint32_t> places(size);
  std::iota(places.begin(), places.end(), 0u);
  return places;
}

}  // namespace

Board::Board(const MatchInput& of)
    : input(of),
      line_done(of.lines.size(), false),
      movement_done(of.movements.size(), false),
      line_of(of.movements.size(), none),
      left_lines(all_places(of.lines.size())),
      left_movements(all_places(of.movements.size())),
      looks_left(looks_in_all) {}

void Board::sweep() {
  std::erase_if(left_lines, [&](std::uint32_t l) { return line_done[l]; });
  std::erase_if(left_movements, [&](std::uint32_t m) { return !open(m); });
}

bool Board::fits(const BankLine& line, const SettlementMovement& movement,
                 const MatchRule& rule) const {
  const auto days = (line.valued - movement.valued).count();
  return days >= -rule.days_before && days <= rule.days_after;
}

bool Board::fits_late(const BankLine& line, const SettlementMovement& movement) const {
  return std::abs((line.valued - movement.valued).count()) <= input.rules.late_days;
}

void Board::pair(std::uint32_t line, std::uint32_t movement, const MatchRule& rule) {
  ++claims;
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
  ++claims;
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

money::Int128 Board::difference_of(const std::vector<std::uint32_t>& lines,
                                   const std::vector<std::uint32_t>& movements) const {
  money::Int128 difference = 0;
  for (const std::uint32_t line : lines) difference += input.lines[line].minor;
  for (const std::uint32_t movement : movements) difference -= input.movements[movement].minor;
  return difference;
}

void Board::mismatch(const MatchRule& rule, std::vector<std::uint32_t> lines,
                     std::vector<std::uint32_t> movements) {
  const money::Int128 difference = difference_of(lines, movements);
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
using matching::Stage;

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

/// What has a reference or a loan in common, and not the amount.
void settle_held(Board& board) {
  // In the order of the statement: a tolerance in all is used up by the first who need it.
  std::stable_sort(board.held.begin(), board.held.end(),
                   [](const auto& a, const auto& b) { return a.lines.front() < b.lines.front(); });
  for (auto& held : std::exchange(board.held, {})) {
    std::erase_if(held.lines, [&](std::uint32_t l) { return board.line_done[l]; });
    std::erase_if(held.movements, [&](std::uint32_t m) { return !board.open(m); });
    if (held.lines.empty() || held.movements.empty()) continue;
    // What other rules took away may have been all that disturbed the sum.
    if (board.difference_of(held.lines, held.movements) == 0 &&
        (held.lines.size() == 1) != (held.movements.size() == 1))
      board.find(held.lines.size() == 1 ? Outcome::batch : Outcome::split, held.rule,
                 std::move(held.lines), std::move(held.movements));
    else
      board.mismatch(held.rule, std::move(held.lines), std::move(held.movements));
  }
}

/// Doubts that share a line or an entry are one.
void declare_doubts(Board& board) {
  std::vector<Board::Doubt> doubts = std::exchange(board.doubts, {});
  std::vector<std::size_t> above(doubts.size());
  std::iota(above.begin(), above.end(), std::size_t{0});
  const auto root = [&](std::size_t i) {
    while (above[i] != i) i = above[i];
    return i;
  };
  std::map<std::uint32_t, std::size_t> of_line;
  std::map<std::uint32_t, std::size_t> of_movement;
  for (std::size_t i = 0; i < doubts.size(); ++i) {
    const auto join = [&](auto& known, const auto& places) {
      for (const std::uint32_t place : places) {
        const std::size_t other = root(known.try_emplace(place, i).first->second);
        above[std::max(root(i), other)] = std::min(root(i), other);
      }
    };
    join(of_line, doubts[i].lines);
    join(of_movement, doubts[i].movements);
  }
  const auto gather = [](std::vector<std::uint32_t>& to, const std::vector<std::uint32_t>& from) {
    to.insert(to.end(), from.begin(), from.end());
    std::sort(to.begin(), to.end());
    to.erase(std::unique(to.begin(), to.end()), to.end());
  };
  for (std::size_t i = doubts.size(); i-- > 0;) {
    if (root(i) == i) continue;
    gather(doubts[root(i)].lines, doubts[i].lines);
    gather(doubts[root(i)].movements, doubts[i].movements);
  }
  for (std::size_t i = 0; i < doubts.size(); ++i) {
    if (root(i) == i)
      board.find(Outcome::ambiguous, doubts[i].rule, std::move(doubts[i].lines),
                 std::move(doubts[i].movements));
  }
}

void finish(Board& board) {
  const auto lines = board.input.lines;
  const auto movements = board.input.movements;
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

namespace {

/// The rules that weigh one line against another, until none of them claims anything more: who is
/// taken no longer stands in another's way.
void weigh(Board& board, Stage stage) {
  const auto once = [&] {
    for (const MatchRule& rule : board.input.rules.rules) {
      if (rule.by == MatchBy::loan) matching::by_loan(board, rule, stage);
      if (rule.by == MatchBy::amount) matching::by_amount(board, rule, stage);
      if (rule.by == MatchBy::sum) matching::by_sum(board, rule, stage);
    }
  };
  for (std::uint64_t before = board.claims + 1; before != board.claims;) {
    before = board.claims;
    once();
  }
}

void run(Board& board, const MatchRule& rule) {
  switch (rule.by) {
    case MatchBy::reference:
      return matching::by_reference(board, rule);
    case MatchBy::part:
      return matching::by_part(board, rule);
    case MatchBy::group:
      return matching::by_group(board, rule);
    case MatchBy::loan:
      matching::by_loan(board, rule, Stage::agree);
      return matching::by_loan_sums(board, rule);
    case MatchBy::day:
      return matching::by_day(board, rule);
    case MatchBy::amount:
      return matching::by_amount(board, rule, Stage::agree);
    case MatchBy::sum:
      return matching::by_sum(board, rule, Stage::agree);
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
    run(board, rule);
  }
  weigh(board, Stage::agree);
  weigh(board, Stage::contradict);
  weigh(board, Stage::agree);
  settle_held(board);
  weigh(board, Stage::agree);
  weigh(board, Stage::declare);
  declare_doubts(board);
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
