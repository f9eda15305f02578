// Steps that bring lines and entries together by a text they share.

#include "loanbook/ledger/reconciliation/matching_groups.hpp"

#include <algorithm>

#include "loanbook/ledger/hash_index.hpp"

namespace loanbook::ledger::matching {
namespace {

using Places = std::vector<std::uint32_t>;

/// A text by its hash, and who carries it.
struct Key {
  std::uint64_t hash;
  std::uint32_t place;
  bool operator<(const Key& other) const {
    return hash != other.hash ? hash < other.hash : place < other.place;
  }
};

/// Calls `use` for every key that both sides have, with the places of each, ascending.
template <class Use>
void join(std::vector<Key>& lines, std::vector<Key>& movements, Use use) {
  std::sort(lines.begin(), lines.end());
  std::sort(movements.begin(), movements.end());
  Places of_lines;
  Places of_movements;
  auto m = movements.begin();
  for (auto l = lines.begin(); l != lines.end();) {
    const std::uint64_t hash = l->hash;
    of_lines.clear();
    for (; l != lines.end() && l->hash == hash; ++l) of_lines.push_back(l->place);
    while (m != movements.end() && m->hash < hash) ++m;
    of_movements.clear();
    for (auto at = m; at != movements.end() && at->hash == hash; ++at)
      of_movements.push_back(at->place);
    if (!of_movements.empty()) use(of_lines, of_movements);
  }
}

money::Int128 sum_of_lines(const Board& board, const Places& lines) {
  money::Int128 sum = 0;
  for (const std::uint32_t l : lines) sum += board.input.lines[l].minor;
  return sum;
}
money::Int128 sum_of_movements(const Board& board, const Places& movements) {
  money::Int128 sum = 0;
  for (const std::uint32_t m : movements) sum += board.input.movements[m].minor;
  return sum;
}

/// Pairs of equal amounts, the earliest with the earliest; they leave both lists.
void pair_equal(Board& board, const MatchRule& rule, Places& lines, Places& movements) {
  for (std::uint32_t& l : lines) {
    const BankLine& line = board.input.lines[l];
    const auto same = std::find_if(movements.begin(), movements.end(), [&](std::uint32_t m) {
      return m != Board::none && board.input.movements[m].minor == line.minor &&
             board.fits_late(line, board.input.movements[m]);
    });
    if (same == movements.end()) continue;
    board.pair(l, *same, rule);
    *same = Board::none;
    l = Board::none;
  }
  std::erase(lines, Board::none);
  std::erase(movements, Board::none);
}

/// One of the entries with this amount (or its opposite) that a line was matched with.
std::uint32_t matched_with(const Board& board, const Places& all, std::int64_t minor) {
  for (const std::uint32_t m : all) {
    if (board.input.movements[m].minor == minor && !board.open(m)) return m;
  }
  return Board::none;
}

/// Lines and entries with one reference.
void settle_group(Board& board, const MatchRule& rule, const Places& all_lines, const Places& all) {
  Places lines;
  Places movements;
  for (const std::uint32_t l : all_lines)
    if (!board.line_done[l]) lines.push_back(l);
  for (const std::uint32_t m : all)
    if (board.open(m)) movements.push_back(m);
  pair_equal(board, rule, lines, movements);
  if (lines.empty()) return;
  if (movements.size() == 1 && lines.size() > 1 &&
      sum_of_lines(board, lines) == sum_of_movements(board, movements))
    return board.find(Outcome::split, rule, lines, movements);
  if (lines.size() == 1 && movements.size() > 1 &&
      sum_of_lines(board, lines) == sum_of_movements(board, movements))
    return board.find(Outcome::batch, rule, lines, movements);
  for (std::uint32_t& l : lines) {
    const std::int64_t minor = board.input.lines[l].minor;
    std::uint32_t twin = matched_with(board, all, minor);
    Outcome outcome = Outcome::doubled;
    if (twin == Board::none || board.input.lines[l].returned) {
      twin = matched_with(board, all, -minor);
      outcome = Outcome::returned;
    }
    if (twin == Board::none) {
      // Sent back, and its coming was never seen.
      const auto sent_back = std::find_if(movements.begin(), movements.end(), [&](std::uint32_t m) {
        return board.input.movements[m].minor == -minor;
      });
      if (sent_back == movements.end()) continue;
      twin = *sent_back;
      movements.erase(sent_back);
    }
    board.find(outcome, rule, {l}, {twin});
    l = Board::none;
  }
  std::erase(lines, Board::none);
  if (!lines.empty() && !movements.empty()) board.held.push_back({rule, lines, movements});
}

/// `reference` without its last part; empty where it has one part only.
std::string_view without_part(std::string_view reference, std::string_view separators) {
  const std::size_t at = reference.find_last_of(separators);
  return at == std::string_view::npos ? std::string_view{} : reference.substr(0, at);
}

/// Of the lines that are open.
std::vector<Key> line_keys(const Board& board, std::string_view separators = {}) {
  std::vector<Key> keys;
  const auto lines = board.input.lines;
  keys.reserve(separators.empty() ? lines.size() : 0);
  for (std::uint32_t l = 0; l < lines.size(); ++l) {
    std::string_view reference = lines[l].reference;
    if (!separators.empty()) reference = without_part(reference, separators);
    if (!board.line_done[l] && !reference.empty()) keys.push_back({stable_hash(reference), l});
  }
  return keys;
}

/// One line over entries whose sums agree; otherwise it is left for later rules.
void settle_batches(Board& board, const MatchRule& rule, const Places& all_lines,
                    const Places& all) {
  for (const std::uint32_t l : all_lines) {
    if (board.line_done[l]) continue;
    const BankLine& line = board.input.lines[l];
    Places members;
    for (const std::uint32_t m : all) {
      if (board.open(m) && board.fits_late(line, board.input.movements[m])) members.push_back(m);
    }
    if (members.empty()) continue;
    if (sum_of_movements(board, members) == line.minor) {
      if (members.size() == 1) {
        board.pair(l, members.front(), rule);
      } else {
        board.find(Outcome::batch, rule, {l}, members);
      }
    } else if (members.size() > 1) {
      board.held.push_back({rule, {l}, members});
    }
  }
}

/// Words of a text that may be the id of a loan.
template <class Use>
void each_word(std::string_view text, Use use) {
  constexpr std::string_view between = " \t,;:()[]\"'|";
  for (std::size_t at = 0; at < text.size();) {
    const std::size_t begin = text.find_first_not_of(between, at);
    if (begin == std::string_view::npos) return;
    const std::size_t end = std::min(text.find_first_of(between, begin), text.size());
    use(text.substr(begin, end - begin));
    at = end;
  }
}

/// Calls `use` for every loan that open lines name, with those lines and the loan's open entries.
template <class Use>
void each_loan(Board& board, Use use) {
  if (!board.input.loan_of) return;
  board.sweep();
  std::vector<Key> lines;
  for (const std::uint32_t l : board.left_lines) {
    const std::uint64_t named = board.loan_named_by(board.input.lines[l]);
    if (named != 0) lines.push_back({named, l});
  }
  if (lines.empty()) return;
  std::vector<Key> movements;
  for (const std::uint32_t m : board.left_movements) {
    const std::uint64_t loan = board.input.movements[m].loan;
    if (loan != 0) movements.push_back({loan, m});
  }
  join(lines, movements, use);
}

/// Places by amount, then day; `use` is called for each amount that both have.
template <class Use>
void each_amount(const Board& board, Places lines, Places movements, Use use) {
  const auto by_amount = [](const auto& all) {
    return [&all](std::uint32_t a, std::uint32_t b) {
      if (all[a].minor != all[b].minor) return all[a].minor < all[b].minor;
      return all[a].valued != all[b].valued ? all[a].valued < all[b].valued : a < b;
    };
  };
  std::sort(lines.begin(), lines.end(), by_amount(board.input.lines));
  std::sort(movements.begin(), movements.end(), by_amount(board.input.movements));
  auto m = movements.begin();
  for (auto l = lines.begin(); l != lines.end();) {
    const std::int64_t minor = board.input.lines[*l].minor;
    const auto first = l;
    while (l != lines.end() && board.input.lines[*l].minor == minor) ++l;
    while (m != movements.end() && board.input.movements[*m].minor < minor) ++m;
    const auto begin = m;
    while (m != movements.end() && board.input.movements[*m].minor == minor) ++m;
    if (begin != m) use(Places(first, l), Places(begin, m));
  }
}

}  // namespace

std::uint32_t Board::movement_of(std::uint64_t sequence) const {
  const auto at = std::lower_bound(
      input.movements.begin(), input.movements.end(), sequence,
      [](const SettlementMovement& m, std::uint64_t wanted) { return m.sequence < wanted; });
  if (at == input.movements.end() || at->sequence != sequence) return none;
  return static_cast<std::uint32_t>(at - input.movements.begin());
}

void by_reference(Board& board, const MatchRule& rule) {
  const auto movements = board.input.movements;
  std::vector<Key> keys;
  keys.reserve(movements.size());
  for (std::uint32_t m = 0; m < movements.size(); ++m) {
    if (!movements[m].reference.empty()) keys.push_back({stable_hash(movements[m].reference), m});
    if (movements[m].reverses == 0) continue;
    // Money that goes back carries the reference under which it came.
    const std::uint32_t target = board.movement_of(movements[m].reverses);
    if (target == Board::none || movements[target].reference.empty()) continue;
    keys.push_back({stable_hash(movements[target].reference), m});
  }
  std::vector<Key> lines = line_keys(board);
  join(lines, keys, [&](const Places& of_lines, const Places& all) {
    if (of_lines.size() == 1 && all.size() == 1 && board.open(all[0]) &&
        board.input.lines[of_lines[0]].minor == movements[all[0]].minor &&
        board.fits_late(board.input.lines[of_lines[0]], movements[all[0]]))
      return board.pair(of_lines[0], all[0], rule);
    settle_group(board, rule, of_lines, all);
  });
}

void by_part(Board& board, const MatchRule& rule) {
  const std::string_view separators = board.input.rules.separators;
  if (separators.empty()) return;
  const auto movements = board.input.movements;
  std::vector<Key> whole;
  std::vector<Key> parts;
  for (std::uint32_t m = 0; m < movements.size(); ++m) {
    if (!board.open(m) || movements[m].reference.empty()) continue;
    whole.push_back({stable_hash(movements[m].reference), m});
    const std::string_view beginning = without_part(movements[m].reference, separators);
    if (!beginning.empty()) parts.push_back({stable_hash(beginning), m});
  }
  std::vector<Key> lines = line_keys(board);
  join(lines, parts, [&](const Places& of_lines, const Places& all) {
    settle_batches(board, rule, of_lines, all);
  });
  std::vector<Key> line_parts = line_keys(board, separators);
  join(line_parts, whole, [&](const Places& of_lines, const Places& all) {
    Places open;
    for (const std::uint32_t m : all)
      if (board.open(m)) open.push_back(m);
    if (open.size() == 1) settle_group(board, rule, of_lines, open);
  });
}

void by_group(Board& board, const MatchRule& rule) {
  const auto movements = board.input.movements;
  std::vector<Key> groups;
  for (std::uint32_t m = 0; m < movements.size(); ++m) {
    if (board.open(m) && !movements[m].group.empty())
      groups.push_back({stable_hash(movements[m].group), m});
  }
  std::vector<Key> lines = line_keys(board);
  join(lines, groups, [&](const Places& of_lines, const Places& all) {
    settle_batches(board, rule, of_lines, all);
  });
}

std::uint64_t Board::loan_named_by(const BankLine& line) const {
  if (!input.loan_of) return 0;
  std::uint64_t named = 0;
  bool several = false;
  const auto look = [&](std::string_view word) {
    const std::uint64_t loan = input.loan_of(word);
    several = several || (loan != 0 && named != 0 && loan != named);
    if (loan != 0) named = loan;
  };
  if (!line.reference.empty()) look(line.reference);
  each_word(line.text, look);
  return several ? 0 : named;
}

bool Board::contradict(const BankLine& line, const SettlementMovement& movement) const {
  const std::uint64_t named = loan_named_by(line);
  if (named != 0 && movement.loan != 0 && named != movement.loan) return true;
  if (line.reference.empty() || movement.reference.empty()) return false;
  if (line.reference == movement.reference) return false;
  // A payer who gives the loan as reference has given a right one.
  return !(input.loan_of && movement.loan != 0 && input.loan_of(line.reference) == movement.loan);
}

void by_loan(Board& board, const MatchRule& rule, Stage stage) {
  each_loan(board, [&](const Places& lines, const Places& movements) {
    each_amount(board, lines, movements, [&](const Places& of_lines, const Places& of_movements) {
      settle_equal(board, rule, stage, of_lines, of_movements);
    });
  });
}

void by_amount(Board& board, const MatchRule& rule, Stage stage) {
  board.sweep();
  // A line over several payments is none of them.
  Places lines = board.left_lines;
  std::erase_if(lines, [&](std::uint32_t l) { return board.input.lines[l].count > 1; });
  each_amount(board, std::move(lines), board.left_movements,
              [&](const Places& of_lines, const Places& of_movements) {
                settle_equal(board, rule, stage, of_lines, of_movements);
              });
}

void by_loan_sums(Board& board, const MatchRule& rule) {
  each_loan(board, [&](const Places& lines, const Places& all) {
    Places movements;
    for (const std::uint32_t m : all) {
      const bool near = std::any_of(lines.begin(), lines.end(), [&](std::uint32_t l) {
        return board.fits(board.input.lines[l], board.input.movements[m], rule);
      });
      if (near) movements.push_back(m);
    }
    if (movements.empty()) return;
    const bool equal = sum_of_lines(board, lines) == sum_of_movements(board, movements);
    const BankLine& line = board.input.lines[lines[0]];
    const SettlementMovement& movement = board.input.movements[movements[0]];
    if (equal && lines.size() == 1 && movements.size() > 1)
      board.find(Outcome::batch, rule, lines, movements);
    else if (equal && movements.size() == 1 && lines.size() > 1)
      board.find(Outcome::split, rule, lines, movements);
    else if (lines.size() == 1 && movements.size() == 1 && !board.contradict(line, movement) &&
             line.minor != movement.minor && (line.minor > 0) == (movement.minor > 0))
      board.held.push_back({rule, lines, movements});
  });
}

}  // namespace loanbook::ledger::matching
