// Lines and entries of equal amounts: who can only be with whom.

#include <algorithm>

#include "loanbook/ledger/reconciliation/matching_groups.hpp"

namespace loanbook::ledger::matching {
namespace {

using Places = std::vector<std::uint32_t>;

/// Beyond so many on one side only sets are told apart from doubts.
constexpr std::size_t looked_at_max = 64;

/// Who may be with whom, as few as fit on a page. Lines and entries by their place in it.
class Page {
 public:
  Page(const Board& board, const MatchRule& rule, Stage stage, Places lines, Places movements)
      : lines_(std::move(lines)), movements_(std::move(movements)), fits_(lines_.size()) {
    for (std::size_t l = 0; l < lines_.size(); ++l) {
      const BankLine& line = board.input.lines[lines_[l]];
      for (std::uint32_t m = 0; m < movements_.size(); ++m) {
        const SettlementMovement& movement = board.input.movements[movements_[m]];
        if (board.fits(line, movement, rule) &&
            (stage != Stage::agree || !board.contradict(line, movement)))
          fits_[l].push_back(m);
      }
    }
  }

  struct Certain {
    std::uint32_t line = Board::none, movement = Board::none;
  };
  /// What every way has that brings home as many lines as can be.
  [[nodiscard]] std::vector<Certain> certain() {
    const std::size_t best = bring_home({});
    std::vector<Certain> found;
    const std::vector<std::uint32_t> with = with_;
    for (std::uint32_t m = 0; m < with.size(); ++m) {
      if (with[m] == Board::none) continue;
      const Certain pair{with[m], m};
      if (bring_home(pair) < best) found.push_back({lines_[pair.line], movements_[pair.movement]});
    }
    return found;
  }

  /// Parts that hang together, all lines and entries of each.
  struct Part {
    Places lines, movements;
    bool whole = false;  ///< as many lines as entries, and each finds its own
  };
  [[nodiscard]] std::vector<Part> parts() {
    std::vector<Part> all;
    const std::size_t home = bring_home({});
    std::vector<std::uint32_t> part_of(lines_.size(), Board::none);
    for (std::uint32_t l = 0; l < lines_.size(); ++l) {
      if (part_of[l] != Board::none || fits_[l].empty()) continue;
      all.push_back(part_from(l, static_cast<std::uint32_t>(all.size()), part_of));
    }
    std::size_t lines = 0;
    for (const Part& part : all) lines += part.lines.size();
    // Nobody is left over in the whole: nobody is in a part of it.
    for (Part& part : all)
      part.whole = part.lines.size() == part.movements.size() &&
                   (home == lines || home_in(part) == part.lines.size());
    return all;
  }

 private:
  [[nodiscard]] std::size_t home_in(const Part& part) const {
    return static_cast<std::size_t>(std::count_if(with_.begin(), with_.end(), [&](std::uint32_t l) {
      return l != Board::none &&
             std::find(part.lines.begin(), part.lines.end(), lines_[l]) != part.lines.end();
    }));
  }

  Part part_from(std::uint32_t first, std::uint32_t number, std::vector<std::uint32_t>& part_of) {
    Part part;
    std::vector<bool> taken(movements_.size(), false);
    std::vector<std::uint32_t> waiting{first};
    part_of[first] = number;
    while (!waiting.empty()) {
      const std::uint32_t l = waiting.back();
      waiting.pop_back();
      part.lines.push_back(lines_[l]);
      for (const std::uint32_t m : fits_[l]) {
        if (taken[m]) continue;
        taken[m] = true;
        part.movements.push_back(movements_[m]);
        for (std::uint32_t other = 0; other < lines_.size(); ++other) {
          const auto& fits = fits_[other];
          if (part_of[other] != Board::none || std::find(fits.begin(), fits.end(), m) == fits.end())
            continue;
          part_of[other] = number;
          waiting.push_back(other);
        }
      }
    }
    std::sort(part.lines.begin(), part.lines.end());
    std::sort(part.movements.begin(), part.movements.end());
    return part;
  }

  /// Augmenting paths (Kuhn): how many lines find an entry of their own, without one pair.
  std::size_t bring_home(Certain without) {
    without_ = without;
    with_.assign(movements_.size(), Board::none);
    std::size_t home = 0;
    for (std::uint32_t l = 0; l < lines_.size(); ++l) {
      seen_.assign(movements_.size(), false);
      home += place(l) ? 1 : 0;
    }
    return home;
  }
  bool place(std::uint32_t l) {
    for (const std::uint32_t m : fits_[l]) {
      if (seen_[m] || (l == without_.line && m == without_.movement)) continue;
      seen_[m] = true;
      if (with_[m] != Board::none && !place(with_[m])) continue;
      with_[m] = l;
      return true;
    }
    return false;
  }

  Places lines_, movements_;
  std::vector<std::vector<std::uint32_t>> fits_;
  std::vector<std::uint32_t> with_;
  std::vector<bool> seen_;
  Certain without_;
};

void claim(Board& board, const MatchRule& rule, std::uint32_t l, std::uint32_t m) {
  if (board.contradict(board.input.lines[l], board.input.movements[m]))
    board.find(Outcome::wrong_reference, rule, {l}, {m});
  else
    board.pair(l, m, rule);
}

void settle_page(Board& board, const MatchRule& rule, Stage stage, Places lines, Places movements) {
  for (;;) {
    Page page{board, rule, stage, lines, movements};
    const std::vector<Page::Certain> certain = page.certain();
    if (stage != Stage::declare && !certain.empty()) {
      for (const auto& [l, m] : certain) claim(board, rule, l, m);
      std::erase_if(lines, [&](std::uint32_t l) { return board.line_done[l]; });
      std::erase_if(movements, [&](std::uint32_t m) { return !board.open(m); });
      continue;
    }
    for (Page::Part& part : page.parts()) {
      if (stage == Stage::declare)
        board.doubts.push_back({rule, std::move(part.lines), std::move(part.movements)});
      else if (stage == Stage::agree && part.whole)
        board.find(Outcome::matched, rule, std::move(part.lines), std::move(part.movements));
    }
    return;
  }
}

/// Very many of one amount: lines that say nothing but it, each with the oldest entry that it may
/// have, are a set where all find one.
void settle_crowd(Board& board, const MatchRule& rule, Stage stage, Places lines,
                  Places movements) {
  if (stage == Stage::contradict) return;
  std::erase_if(lines, [&](std::uint32_t l) {
    const BankLine& line = board.input.lines[l];
    return !line.reference.empty() || board.loan_named_by(line) != 0;
  });
  if (lines.empty()) return;
  bool whole = lines.size() == movements.size();
  for (std::size_t i = 0; whole && i < lines.size(); ++i)
    whole = board.fits(board.input.lines[lines[i]], board.input.movements[movements[i]], rule);
  std::sort(lines.begin(), lines.end());
  std::sort(movements.begin(), movements.end());
  if (stage == Stage::declare)
    board.doubts.push_back({rule, std::move(lines), std::move(movements)});
  else if (whole)
    board.find(Outcome::matched, rule, std::move(lines), std::move(movements));
}

}  // namespace

void settle_equal(Board& board, const MatchRule& rule, Stage stage, const Places& lines,
                  const Places& movements) {
  const auto settle = [&](Places some_lines, Places some) {
    if (some_lines.empty() || some.empty()) return;
    if (std::max(some_lines.size(), some.size()) <= looked_at_max)
      settle_page(board, rule, stage, std::move(some_lines), std::move(some));
    else
      settle_crowd(board, rule, stage, std::move(some_lines), std::move(some));
  };
  // Lines whose days have no entry in common have nothing to do with one another.
  Places together;
  auto first = movements.begin();
  auto end = movements.begin();
  for (const std::uint32_t l : lines) {
    const Day from = board.input.lines[l].valued - date::days{rule.days_after};
    const Day to = board.input.lines[l].valued + date::days{rule.days_before};
    const auto low = std::lower_bound(first, movements.end(), from, [&](std::uint32_t m, Day day) {
      return board.input.movements[m].valued < day;
    });
    if (low >= end) {
      settle(std::move(together), Places(first, end));
      together.clear();
      first = end = low;
    }
    while (end != movements.end() && board.input.movements[*end].valued <= to) ++end;
    together.push_back(l);
  }
  settle(std::move(together), Places(first, end));
}

void by_day(Board& board, const MatchRule& rule) {
  board.sweep();
  std::vector<std::pair<Day, Places>> days;
  Places sorted = board.left_movements;
  std::stable_sort(sorted.begin(), sorted.end(), [&](std::uint32_t a, std::uint32_t b) {
    return board.input.movements[a].valued < board.input.movements[b].valued;
  });
  for (const std::uint32_t m : sorted) {
    const Day day = board.input.movements[m].valued;
    if (days.empty() || days.back().first != day) days.push_back({day, {}});
    days.back().second.push_back(m);
  }
  for (const std::uint32_t l : board.left_lines) {
    const BankLine& line = board.input.lines[l];
    for (auto& [day, members] : days) {
      if (day < line.valued - date::days{rule.days_after}) continue;
      if (day > line.valued + date::days{rule.days_before}) break;
      std::erase_if(members, [&](std::uint32_t m) { return !board.open(m); });
      money::Int128 sum = 0;
      for (const std::uint32_t m : members) sum += board.input.movements[m].minor;
      if (members.size() < 2 || sum != line.minor) continue;
      board.find(Outcome::batch, rule, {l}, members);
      break;
    }
  }
}

}  // namespace loanbook::ledger::matching
