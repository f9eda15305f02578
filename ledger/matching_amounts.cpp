// Steps that have nothing but amounts and days to go by.

#include <algorithm>
#include <map>

#include "loanbook/ledger/matching_groups.hpp"

namespace loanbook::ledger::matching {
namespace {

using Places = std::vector<std::uint32_t>;

constexpr std::size_t pool_max = 48;
constexpr std::uint32_t members_max = 8;
constexpr std::uint32_t looks_max = 400'000;

/// Lines and entries of one amount, both by day.
struct Bucket {
  Places lines, movements;
};

void settle_bucket(Board& board, const MatchRule& rule, const Bucket& bucket) {
  // Who can only be with one another is done first; the rest may become clear by it.
  Places lines = bucket.lines;
  for (bool again = true; again;) {
    again = false;
    for (std::uint32_t& l : lines) {
      if (l == Board::none) continue;
      const BankLine& line = board.input.lines[l];
      std::uint32_t only = Board::none;
      int candidates = 0;
      for (const std::uint32_t m : bucket.movements) {
        if (!board.open(m) || !board.fits(line, board.input.movements[m], rule)) continue;
        ++candidates;
        only = m;
      }
      if (candidates == 0) l = Board::none;
      if (candidates != 1) continue;
      const auto rivals = std::count_if(lines.begin(), lines.end(), [&](std::uint32_t other) {
        return other != Board::none &&
               board.fits(board.input.lines[other], board.input.movements[only], rule);
      });
      if (rivals != 1) continue;
      const bool named = !line.reference.empty() && !board.input.movements[only].reference.empty();
      if (named) {
        board.find(Outcome::wrong_reference, rule, {l}, {only});
      } else {
        board.pair(l, only, rule);
      }
      l = Board::none;
      again = true;
    }
  }
  std::erase(lines, Board::none);
  if (lines.empty()) return;
  Places candidates;
  for (const std::uint32_t m : bucket.movements) {
    const bool near = std::any_of(lines.begin(), lines.end(), [&](std::uint32_t l) {
      return board.fits(board.input.lines[l], board.input.movements[m], rule);
    });
    if (board.open(m) && near) candidates.push_back(m);
  }
  const bool nameless = std::none_of(lines.begin(), lines.end(), [&](std::uint32_t l) {
    return !board.input.lines[l].reference.empty();
  });
  // As many lines as entries, and nothing tells them apart: any order leaves the same balances.
  if (nameless && lines.size() == candidates.size()) {
    bool fits = true;
    for (std::size_t i = 0; i < lines.size(); ++i)
      fits = fits &&
             board.fits(board.input.lines[lines[i]], board.input.movements[candidates[i]], rule);
    for (std::size_t i = 0; fits && i < lines.size(); ++i)
      board.pair(lines[i], candidates[i], rule);
    if (fits) return;
  }
  board.find(Outcome::ambiguous, rule, lines, candidates);
}

/// A set of `wanted` entries whose amounts add up, and whether there is a second one.
class Search {
 public:
  Search(const Board& board, Places pool, std::int64_t minor, std::uint32_t wanted)
      : board_(board), pool_(std::move(pool)), wanted_(wanted) {
    look(0, minor);
  }
  [[nodiscard]] bool found() const { return solutions_ > 0; }
  [[nodiscard]] bool unique() const { return solutions_ == 1 && looks_ < looks_max; }
  [[nodiscard]] const Places& members() const { return members_; }

 private:
  void look(std::size_t from, std::int64_t rest) {
    if (solutions_ > 1 || ++looks_ >= looks_max) return;
    if (chosen_.size() == wanted_) {
      if (rest == 0 && ++solutions_ == 1) members_ = chosen_;
      return;
    }
    for (std::size_t i = from; i + (wanted_ - chosen_.size()) <= pool_.size(); ++i) {
      chosen_.push_back(pool_[i]);
      look(i + 1, rest - board_.input.movements[pool_[i]].minor);
      chosen_.pop_back();
    }
  }
  const Board& board_;
  Places pool_;
  std::uint32_t wanted_;
  Places chosen_, members_;
  int solutions_ = 0;
  std::uint32_t looks_ = 0;
};

}  // namespace

void by_amount(Board& board, const MatchRule& rule) {
  std::map<std::int64_t, Bucket> buckets;
  const auto by_day = [](const auto& span) {
    return [span](std::uint32_t a, std::uint32_t b) {
      return span[a].valued != span[b].valued ? span[a].valued < span[b].valued : a < b;
    };
  };
  for (std::uint32_t l = 0; l < board.input.lines.size(); ++l)
    if (!board.line_done[l]) buckets[board.input.lines[l].minor].lines.push_back(l);
  for (std::uint32_t m = 0; m < board.input.movements.size(); ++m) {
    if (!board.open(m)) continue;
    const auto bucket = buckets.find(board.input.movements[m].minor);
    if (bucket != buckets.end()) bucket->second.movements.push_back(m);
  }
  for (auto& [minor, bucket] : buckets) {
    if (bucket.movements.empty()) continue;
    std::sort(bucket.lines.begin(), bucket.lines.end(), by_day(board.input.lines));
    std::sort(bucket.movements.begin(), bucket.movements.end(), by_day(board.input.movements));
    settle_bucket(board, rule, bucket);
  }
}

void by_day(Board& board, const MatchRule& rule) {
  std::map<Day, Places> days;
  for (std::uint32_t m = 0; m < board.input.movements.size(); ++m)
    if (board.open(m)) days[board.input.movements[m].valued].push_back(m);
  for (std::uint32_t l = 0; l < board.input.lines.size(); ++l) {
    if (board.line_done[l]) continue;
    const BankLine& line = board.input.lines[l];
    const auto first = days.lower_bound(line.valued - date::days{rule.days_after});
    const auto last = days.upper_bound(line.valued + date::days{rule.days_before});
    for (auto day = first; day != last; ++day) {
      std::erase_if(day->second, [&](std::uint32_t m) { return !board.open(m); });
      money::Int128 sum = 0;
      for (const std::uint32_t m : day->second) sum += board.input.movements[m].minor;
      if (day->second.size() < 2 || sum != line.minor) continue;
      board.find(Outcome::batch, rule, {l}, day->second);
      break;
    }
  }
}

void by_sum(Board& board, const MatchRule& rule) {
  Places left;
  for (std::uint32_t m = 0; m < board.input.movements.size(); ++m)
    if (board.open(m)) left.push_back(m);
  for (std::uint32_t l = 0; l < board.input.lines.size(); ++l) {
    const BankLine& line = board.input.lines[l];
    if (board.line_done[l] || line.count < 2 || line.count > members_max) continue;
    Places pool;
    for (const std::uint32_t m : left) {
      const SettlementMovement& movement = board.input.movements[m];
      const bool smaller = line.minor > 0 ? movement.minor > 0 && movement.minor < line.minor
                                          : movement.minor < 0 && movement.minor > line.minor;
      if (board.open(m) && smaller && board.fits(line, movement, rule)) pool.push_back(m);
    }
    if (pool.size() < line.count || pool.size() > pool_max) continue;
    const Search search{board, std::move(pool), line.minor, line.count};
    if (search.unique())
      board.find(Outcome::batch, rule, {l}, search.members());
    else if (search.found())
      board.find(Outcome::ambiguous, rule, {l}, search.members());
  }
}

}  // namespace loanbook::ledger::matching
