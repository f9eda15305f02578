#pragma once

// Money that is on its way or nobody's yet, as it follows from the entries: items in suspense,
// pay-outs that were ordered (在途放款), payments that are intended (预约还款). Loans without any
// cost nothing: all of it stands beside them. Derived: made again from the entries. Private to
// ledger/.

#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "loanbook/ledger/entry.hpp"
#include "loanbook/storage/records.hpp"

namespace loanbook::ledger {

/// Money that came in for no loan. Kept when nothing is left of it: a reversal may put some back.
struct SuspenseItem {
  std::uint64_t sequence = 0;
  std::uint32_t product = 0;  ///< in whose books it waits
  std::int64_t received = 0;
  Day valued{}, booked{};
  std::string payer{}, reference{}, text{};
  /// What was taken out, or put back by a reversal (negative).
  struct Taken {
    std::uint64_t sequence = 0;
    std::int64_t minor = 0;
    std::uint64_t loan = 0;  ///< 0: returned to its payer
    bool operator==(const Taken&) const = default;
  };
  std::vector<Taken> taken{};
  /// What is left of it at entry `through`.
  [[nodiscard]] std::int64_t open(std::uint64_t through = UINT64_MAX) const;
  bool operator==(const SuspenseItem&) const = default;
};

/// A pay-out that a channel was told to make; it is dropped once it is known what became of it.
struct PayoutOrder {
  std::uint64_t sequence = 0;
  std::uint64_t loan = 0;
  std::int64_t minor = 0;
  Day ordered{};
  std::string channel{}, reference{};
  bool unknown = false;  ///< the channel was asked and did not know
  std::string code{};    ///< of its last answer
  bool operator==(const PayoutOrder&) const = default;
};

/// A payment that is to come; dropped once it came or is off.
struct Intent {
  std::uint64_t sequence = 0;
  std::uint64_t loan = 0;
  std::int64_t minor = 0;
  Day on{};
  std::optional<Day> last_day{};
  bool debit = false;  ///< is collected: it joins the debit list from `on` through its last day
  std::string code{};
  /// The last day on which it is worth anything; a debit without one is for its day.
  [[nodiscard]] std::optional<Day> ends() const {
    return last_day || !debit ? last_day : std::optional{on};
  }
  bool operator==(const Intent&) const = default;
};

class FlightBook {
 public:
  [[nodiscard]] const std::map<std::uint64_t, SuspenseItem>& items() const { return items_; }
  [[nodiscard]] const SuspenseItem* item(std::uint64_t sequence) const;
  /// The item that the repayment in this entry took its money from, or null.
  [[nodiscard]] const SuspenseItem* source_of(std::uint64_t repayment) const;
  /// By loan.
  [[nodiscard]] const std::map<std::uint64_t, PayoutOrder>& orders() const { return orders_; }
  [[nodiscard]] const PayoutOrder* order_of(std::uint64_t loan) const;
  [[nodiscard]] const std::map<std::uint64_t, Intent>& intents() const { return intents_; }
  [[nodiscard]] const Intent* intent(std::uint64_t sequence) const;
  /// Intents that the opening of `day` has to do with, in order of their entries: payments of that
  /// day or before, and whatever has expired.
  [[nodiscard]] std::vector<std::uint64_t> ready(Day day) const;

  /// Does what the entry refers to stand here?
  [[nodiscard]] bool fits(const Entry& entry) const;
  /// Requires fits(entry). Nothing where it is about something else.
  void apply(const Entry& entry);

  // Undo: what `entry` touches, before it.
  struct Kept {
    std::uint64_t sequence = 0;
    std::pair<std::uint64_t, std::optional<SuspenseItem>> item{};
    std::pair<std::uint64_t, std::optional<PayoutOrder>> order{};
    std::pair<std::uint64_t, std::optional<Intent>> intent{};
  };
  [[nodiscard]] Kept keep(const Entry& entry) const;
  void restore(const Kept& kept);

  // Derived rows, one each.
  [[nodiscard]] std::vector<storage::Row> take_dirty_rows();
  [[nodiscard]] bool load_row(std::string_view key, std::string_view value);
  [[nodiscard]] bool same_content(const FlightBook& other) const {
    return items_ == other.items_ && orders_ == other.orders_ && intents_ == other.intents_;
  }

 private:
  enum class What : std::uint8_t { item = 1, order = 2, intent = 3 };  // frozen

  void take(std::uint64_t item, const SuspenseItem::Taken& taken);
  void put_intent(const Intent& intent);
  void drop_intent(std::uint64_t sequence);
  void drop_order(std::uint64_t loan);

  std::map<std::uint64_t, SuspenseItem> items_;
  std::map<std::uint64_t, std::uint64_t> sources_;  ///< repayment -> item
  std::map<std::uint64_t, PayoutOrder> orders_;
  std::map<std::uint64_t, Intent> intents_;
  std::set<std::pair<Day, std::uint64_t>> days_;  ///< on which a night looks at an intent
  std::set<std::pair<What, std::uint64_t>> dirty_;
};

}  // namespace loanbook::ledger
