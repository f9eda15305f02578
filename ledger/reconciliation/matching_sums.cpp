// Lines that say of how many payments they are: which entries add up to them.

#include <algorithm>

#include "loanbook/ledger/reconciliation/matching_groups.hpp"

namespace loanbook::ledger::matching {
namespace {

using Places = std::vector<std::uint32_t>;

/// Steps for one line. With four members or more among many entries several sets nearly always add
/// up, and two are found soon.
constexpr std::uint64_t looks_max = 2'000'000;
constexpr std::size_t shown_max = 8;

struct Piece {
  std::int64_t size;  ///< without its sign
  std::uint32_t movement;
};

/// Sets of so many pieces whose sizes add up, as many as are asked for.
class Search {
 public:
  Search(const std::vector<Piece>& pieces, std::size_t wanted, money::Int128 sum,
         std::size_t enough, std::uint64_t looks)
      : pieces_(pieces), enough_(enough), looks_(looks), before_(pieces.size() + 1, 0) {
    for (std::size_t i = 0; i < pieces.size(); ++i) before_[i + 1] = before_[i] + pieces[i].size;
    // Nearly all of them: whom to leave out is the smaller question.
    without_ = wanted > pieces.size() / 2;
    look(0, without_ ? pieces.size() - wanted : wanted, without_ ? before_.back() - sum : sum);
  }
  [[nodiscard]] bool exhausted() const { return looks_ > 0; }
  [[nodiscard]] std::uint64_t looks_left() const { return looks_; }
  [[nodiscard]] const std::vector<Places>& sets() const { return sets_; }

 private:
  [[nodiscard]] bool stops() const { return sets_.size() >= enough_ || looks_ == 0; }

  void look(std::size_t from, std::size_t wanted, money::Int128 rest) {
    if (stops()) return;
    if (wanted == 0) {
      if (rest == 0) take();
      return;
    }
    if (wanted == 2) return look_for_two(from, rest);
    const std::size_t n = pieces_.size();
    for (std::size_t i = from; i + wanted <= n && !stops(); ++i) {
      --looks_;
      // The smallest that may follow are too much already; the largest are not enough.
      if (before_[i + wanted] - before_[i] > rest) return;
      if (pieces_[i].size + before_[n] - before_[n - wanted + 1] < rest) continue;
      chosen_.push_back(i);
      look(i + 1, wanted - 1, rest - pieces_[i].size);
      chosen_.pop_back();
    }
  }

  void look_for_two(std::size_t low, money::Int128 rest) {
    std::size_t end = pieces_.size();
    while (low + 1 < end && !stops()) {
      --looks_;
      const money::Int128 sum = money::Int128{pieces_[low].size} + pieces_[end - 1].size;
      if (sum < rest) {
        ++low;
      } else if (sum > rest) {
        --end;
      } else {
        low = take_equal(low, end);
        while (end > low && pieces_[end - 1].size + pieces_[low - 1].size == rest) --end;
      }
    }
  }
  /// Every pair of the sizes of these two; the place behind the last of the smaller size.
  std::size_t take_equal(std::size_t low, std::size_t end) {
    const std::int64_t small = pieces_[low].size;
    const std::int64_t large = pieces_[end - 1].size;
    for (; low < end && pieces_[low].size == small; ++low) {
      for (std::size_t j = end; j-- > low + 1 && pieces_[j].size == large && !stops();) {
        chosen_.push_back(low);
        chosen_.push_back(j);
        take();
        chosen_.resize(chosen_.size() - 2);
      }
    }
    return low;
  }

  void take() {
    Places set;
    std::size_t next = 0;
    for (std::size_t i = 0; i < pieces_.size(); ++i) {
      const bool chosen = next < chosen_.size() && chosen_[next] == i;
      next += chosen ? 1 : 0;
      if (chosen != without_) set.push_back(pieces_[i].movement);
    }
    std::sort(set.begin(), set.end());
    sets_.push_back(std::move(set));
  }

  const std::vector<Piece>& pieces_;  ///< smallest first
  std::size_t enough_;
  std::uint64_t looks_;
  bool without_ = false;
  std::vector<money::Int128> before_;  ///< sums of those before
  std::vector<std::size_t> chosen_;
  std::vector<Places> sets_;
};

/// What was found for a line.
struct Sets {
  std::vector<Places> sets;
  bool all = true;  ///< there are no others, up to those that were asked for
};

class Sums {
 public:
  Sums(Board& board, const MatchRule& rule) : board_(board), rule_(rule) {
    by_day_ = board.left_movements;
    std::stable_sort(by_day_.begin(), by_day_.end(), [&](std::uint32_t a, std::uint32_t b) {
      return board.input.movements[a].valued < board.input.movements[b].valued;
    });
  }

  /// The payments of a line are of one day, mostly; of all days of the window where no day has
  /// them.
  Sets of(const BankLine& line, std::size_t enough) {
    Sets found;
    const Day from = line.valued - date::days{rule_.days_after};
    const Day to = line.valued + date::days{rule_.days_before};
    for (Day day = from; day <= to; day += date::days{1}) search(line, day, day, enough, found);
    if (found.sets.empty() && found.all && from < to) search(line, from, to, enough, found);
    return found;
  }

 private:
  void search(const BankLine& line, Day from, Day to, std::size_t enough, Sets& found) {
    if (found.sets.size() >= enough) return;
    const auto low = std::lower_bound(
        by_day_.begin(), by_day_.end(), from,
        [&](std::uint32_t m, Day day) { return board_.input.movements[m].valued < day; });
    const std::int64_t sign = line.minor < 0 ? -1 : 1;
    std::vector<Piece> pieces;
    for (auto at = low; at != by_day_.end(); ++at) {
      const SettlementMovement& movement = board_.input.movements[*at];
      if (movement.valued > to) break;
      const std::int64_t size = movement.minor * sign;
      if (size > 0 && size < line.minor * sign && board_.open(*at)) pieces.push_back({size, *at});
    }
    if (pieces.size() < line.count) return;
    std::sort(pieces.begin(), pieces.end(), [](const Piece& a, const Piece& b) {
      return a.size != b.size ? a.size < b.size : a.movement < b.movement;
    });
    const std::uint64_t looks = std::min(looks_max, board_.looks_left);
    const Search search{pieces, line.count, money::Int128{line.minor * sign},
                        enough - found.sets.size(), looks};
    board_.looks_left -= looks - search.looks_left();
    found.sets.insert(found.sets.end(), search.sets().begin(), search.sets().end());
    found.all = found.all && search.exhausted();
  }

  Board& board_;
  const MatchRule& rule_;
  Places by_day_;
};

}  // namespace

void by_sum(Board& board, const MatchRule& rule, Stage stage) {
  board.sweep();
  Places lines = board.left_lines;
  std::erase_if(lines, [&](std::uint32_t l) { return board.input.lines[l].count < 2; });
  if (lines.empty() || stage == Stage::contradict) return;
  Sums sums{board, rule};
  for (const std::uint32_t l : lines) {
    const Sets found =
        sums.of(board.input.lines[l], stage == Stage::declare ? shown_max : std::size_t{2});
    if (stage == Stage::agree) {
      if (found.sets.size() == 1 && found.all)
        board.find(Outcome::batch, rule, {l}, found.sets.front());
      continue;
    }
    if (found.sets.empty()) continue;
    Places members;
    for (const Places& set : found.sets) members.insert(members.end(), set.begin(), set.end());
    std::sort(members.begin(), members.end());
    members.erase(std::unique(members.begin(), members.end()), members.end());
    board.doubts.push_back({rule, {l}, std::move(members)});
  }
}

}  // namespace loanbook::ledger::matching
