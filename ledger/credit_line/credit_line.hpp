#pragma once

// Credit lines (授信额度): what stands in the chain about them, and what follows from it. Pure: no
// clock, no I/O. A line knows its limit, its reservations and how much of it is used; the loans
// drawn on it stay loans like others.

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

#include "loanbook/ledger/codec.hpp"
#include "loanbook/ledger/hash_index.hpp"
#include "loanbook/ledger/loan/operation.hpp"
#include "loanbook/money/currency.hpp"

namespace loanbook::ledger {

/// What a caller's risk engine answers. Values reached a disk: frozen.
enum class Verdict : std::uint8_t { allow = 1, hold = 2, block = 3 };
[[nodiscard]] std::string_view to_text(Verdict verdict);
/// `risk.verdict`.
[[nodiscard]] Result<Verdict> parse_verdict(std::string_view text);

/// The most that loans of one product may use of a line.
struct SubLimit {
  std::string product;
  std::int64_t minor = 0;
  bool operator==(const SubLimit&) const = default;
};

struct LineTerms {
  std::int64_t limit_minor = 0;
  std::optional<Day> last_day{};     ///< of drawing and reserving; none: no end
  bool revolving = true;             ///< principal repaid can be drawn again (循环)
  bool write_off_restores = false;   ///< principal written off can be drawn again
  bool needs_decision = false;       ///< a pay-out needs an `allow` that stands
  std::int64_t temporary_minor = 0;  ///< the limit through `temporary_until` (临时额度); 0: none
  std::optional<Day> temporary_until{};
  std::vector<SubLimit> sub_limits{};  ///< by product id, ascending

  /// The larger of limit and temporary limit, while the latter runs.
  [[nodiscard]] std::int64_t limit_on(Day day) const;
  bool operator==(const LineTerms&) const = default;
};

// What is stored, by kind. Lines by number from 1 in order of opening.

/// `line-open`, `line-change`: all terms as they are from now on.
struct LineTermsSet {
  std::uint32_t line = 0;
  std::string id{};        ///< of `line-open` only
  std::string currency{};  ///< of `line-open` only
  LineTerms terms{};
};
/// `line-freeze`, `line-unfreeze`.
struct LineFrozen {
  std::uint32_t line = 0;
  std::string code{};
};
struct LineReserved {
  std::uint32_t line = 0;
  std::string reservation{};
  std::int64_t minor = 0;
  Day last_day{};         ///< on which it still holds
  std::string product{};  ///< whose sub-limit it takes; empty: of no product
};
struct LineReleased {
  std::uint32_t line = 0;
  std::string reservation{};
  std::string code{};
};
/// The reservation is for this loan and no other.
struct LineConfirmed {
  std::uint32_t line = 0;
  std::string reservation{};
  std::uint64_t loan = 0;
};
/// Opaque codes only: no features, no personal data.
struct RiskDecided {
  Verdict verdict = Verdict::allow;
  std::uint32_t line = 0;     ///< 0: of no line
  std::string reservation{};  ///< of that line; empty: of the line itself, or of the loan
  std::string loan{};         ///< external id, opened or not; empty: of no loan
  std::uint64_t of = 0;       ///< the entry it concerns; 0: one that is still to come
  std::string code{}, rule_set{}, score{};
  std::optional<Day> last_day{};  ///< on which it still stands
};
using LineFact =
    std::variant<LineTermsSet, LineFrozen, LineReserved, LineReleased, LineConfirmed, RiskDecided>;

/// The payload's bytes; docs/format.md, section "Credit lines".
void encode(Encoder& out, const LineFact& fact);
/// Requires is_line_event(kind). The decoder is failed where the bytes are not canonical.
[[nodiscard]] LineFact decode_line_fact(Decoder& in, Kind kind);

// What follows from it.

struct Decision {
  Verdict verdict = Verdict::allow;
  std::uint64_t sequence = 0;  ///< of its entry
  std::string code{};
  std::optional<Day> last_day{};
  [[nodiscard]] bool stands_on(Day day) const { return !last_day || day <= *last_day; }
  bool operator==(const Decision&) const = default;
};

struct Reservation {
  std::string id;
  std::int64_t minor = 0;  ///< not drawn yet
  Day last_day{};
  std::string product{};
  std::uint64_t loan = 0;  ///< the loan it is for; 0: not known yet
  std::uint64_t sequence = 0;
  std::optional<Decision> decision{};
  bool operator==(const Reservation&) const = default;
};

/// What a loan, or all loans together, take of a line. Minor units.
struct LineUse {
  std::int64_t outstanding = 0;  ///< principal the borrower owes
  std::int64_t written_off = 0;  ///< principal of written-off loans that was never paid
  std::int64_t lent = 0;         ///< ever paid out
  LineUse& operator+=(const LineUse& other);
  LineUse& operator-=(const LineUse& other);
  bool operator==(const LineUse&) const = default;
};

/// A loan's share of its line as it was last counted.
struct LineShare {
  std::uint32_t line = 0;
  LineUse use{};
};

struct LineState {
  std::string id;
  money::Currency currency{};
  LineTerms terms{};
  bool frozen = false;
  std::string freeze_code{};
  std::uint64_t last_entry = 0;
  std::uint64_t version = 0;  ///< number of its entries
  std::optional<Decision> decision{};
  std::vector<Reservation> reservations{};  ///< in order of recording
  std::map<std::string, LineUse> uses{};    ///< by product id; derived from the loans
  /// A pay-out that was ordered holds its amount, whatever a reservation of its loan does. Derived
  /// from the orders.
  struct Flight {
    std::uint64_t loan = 0;
    std::int64_t minor = 0;
    std::string product{};
  };
  std::vector<Flight> flights{};

  /// Revolving: principal outstanding, and what was written off unless that restores. Otherwise all
  /// that was ever paid out.
  [[nodiscard]] std::int64_t used() const;
  [[nodiscard]] std::int64_t used_by(const std::string& product) const;
  [[nodiscard]] std::int64_t used_of(const LineUse& use) const;
  /// By reservations that hold on `day` and pay-outs in flight, those for `but_loan` or called
  /// `but` left out.
  [[nodiscard]] std::int64_t reserved(Day day, std::uint64_t but_loan = 0,
                                      std::string_view but = {}) const;
  [[nodiscard]] std::int64_t reserved_for(const std::string& product, Day day,
                                          std::uint64_t but_loan = 0,
                                          std::string_view but = {}) const;
  /// max(0, limit - used - reserved).
  [[nodiscard]] std::int64_t available(Day day) const;
  /// Nothing where there is none that holds on `day`.
  [[nodiscard]] const Reservation* reservation(std::string_view name, Day day) const;
  [[nodiscard]] std::optional<std::int64_t> sub_limit(const std::string& product) const;

 private:
  [[nodiscard]] std::int64_t reserved_where(Day day, std::uint64_t but_loan, std::string_view but,
                                            const std::string* product) const;
};

/// All lines of a book, and the decisions about loans that were not used yet.
class LineBook {
 public:
  [[nodiscard]] std::uint32_t size() const { return static_cast<std::uint32_t>(lines_.size()); }
  [[nodiscard]] const LineState& at(std::uint32_t number) const { return lines_[number - 1]; }
  [[nodiscard]] std::uint32_t number_of(std::string_view id) const;  ///< 0: unknown
  /// About a loan that was not paid out since.
  [[nodiscard]] const Decision* decision_about(const std::string& loan) const;

  /// False where the fact names a line that is not there, or opens one out of order.
  [[nodiscard]] bool apply(Kind kind, const LineFact& fact, std::uint64_t sequence, Day booked);
  /// Money is paid out on a loan: its reservation (first bound to it where it has a name) becomes
  /// use, a decision about the loan is spent. What is left of the reservation stays only where
  /// `more_to_come`.
  void paid_out(std::uint32_t line, std::uint64_t loan, const std::string& loan_id,
                std::int64_t minor, bool more_to_come, Day booked);
  /// A pay-out is ordered: it holds its amount until it has landed, paid or not. A decision about
  /// the loan is spent.
  void order(std::uint32_t line, std::uint64_t loan, const std::string& loan_id,
             const std::string& product, std::int64_t minor);
  void land(std::uint32_t line, std::uint64_t loan);
  /// The reservation is for this loan.
  void bind(std::uint32_t line, std::string_view reservation, std::uint64_t loan);
  /// A loan that will not be paid out: what was reserved for it is free.
  void cancelled(std::uint32_t line, std::uint64_t loan);

  /// Replaces a loan's share `before` by `after`.
  void count(std::uint32_t line, const std::string& product, const LineUse& before,
             const LineUse& after);
  void clear_uses();

  // Undo: what a change may touch, before it.
  struct Kept {
    std::uint32_t line = 0;
    std::uint32_t size = 0;
    std::optional<LineState> state{};
    std::string loan{};
    std::optional<Decision> decision{};
  };
  [[nodiscard]] Kept keep(std::uint32_t line, const std::string& loan) const;
  void restore(Kept kept);

  // Derived rows. Uses are not in them: they follow from the loans.
  [[nodiscard]] std::string row_of(std::uint32_t number, Day business_date) const;
  [[nodiscard]] bool append_row(std::string_view bytes);
  [[nodiscard]] std::string decisions_row(Day business_date) const;
  [[nodiscard]] bool load_decisions(std::string_view bytes);
  /// Lines changed since it was called last; `decisions` also where a decision about a loan did.
  struct Dirty {
    std::vector<std::uint32_t> lines;
    bool decisions = false;
  };
  [[nodiscard]] Dirty take_dirty();

 private:
  LineState& change(std::uint32_t number, Day booked);

  std::vector<LineState> lines_;
  HashIndex by_id_;
  std::map<std::string, Decision> decisions_;
  Dirty dirty_;
};

/// Of the fact's line and loan, 0 and empty where it has none.
[[nodiscard]] std::uint32_t line_of(const LineFact& fact);
[[nodiscard]] std::string loan_of(const LineFact& fact);
/// One line for people: `20,000.00 CNY, revolving`.
[[nodiscard]] std::string text_of(const LineFact& fact, Kind kind, const LineBook& lines);

}  // namespace loanbook::ledger
