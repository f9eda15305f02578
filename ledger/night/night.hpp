#pragma once

// One night: what `day_closed` of D books. Private to ledger/.

#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "loanbook/ledger/book.hpp"
#include "loanbook/ledger/night/columns.hpp"
#include "loanbook/ledger/night/segment.hpp"
#include "loanbook/ledger/state.hpp"

namespace loanbook::ledger {

/// What closing a day found, before it is written.
struct Night {
  Day day{};
  std::string segment;  ///< bytes; empty: nothing to keep beside the entry
  DayClosed closed;
  std::vector<MovementBlock> movements;
  NightReport report;
  std::vector<std::string> differences;  ///< general ledger against lines after the night; not
                                         ///< empty: must not be written
};

/// Keeps the columns between nights; the states of visited loans are its output too.
class NightEngine {
 public:
  explicit NightEngine(BookState& state);
  ~NightEngine();

  /// Moves every active loan from the opening of `day` to the next and says what that books.
  /// Requires: cut over, not closed.
  [[nodiscard]] Night run(Day day, const NightOptions& options);

 private:
  struct Lane;
  struct Visited;

  void add_loans();
  void rebuild_lane(Lane& lane, std::uint32_t product);
  void put_lines(Lane& lane, std::size_t slot, Day opening);
  void collect_visits(Lane& lane, Day opening, std::vector<std::uint64_t>& visits);
  void run_columns(Lane& lane, Day day, unsigned threads,
                   std::array<money::Int128, role_count>& totals);
  Visited visit(const Lane& lane, std::span<const std::uint64_t> loans, Day day) const;
  void run_lane(Lane& lane, std::uint32_t product, Day day, const NightOptions& options,
                Night& night, EncodedProduct& encoded, std::vector<Segment::Isolated>& isolated);

  void compare(const Lane& lane, std::uint32_t product, Day opening, const EncodedProduct& encoded,
               Night& night) const;

  BookState& state_;
  std::vector<std::unique_ptr<Lane>> lanes_;         ///< by product number
  std::vector<std::uint8_t> visited_;                ///< by loan number, during a night
  std::vector<std::vector<std::uint64_t>> touched_;  ///< by product number, during a night
};

}  // namespace loanbook::ledger
