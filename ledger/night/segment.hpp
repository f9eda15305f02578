#pragma once

// What a night leaves behind beside its entry: for each product the totals and the loans it
// visited, with all their lines from this night on. Immutable; named by the SHA-256 of its bytes in
// one day_closed entry. Layout: docs/format.md, section "Segment".

#include <array>
#include <cstdint>
#include <string>
#include <vector>

#include "loanbook/ledger/loan/loan.hpp"
#include "loanbook/money/wide.hpp"
#include "loanbook/storage/store.hpp"

namespace loanbook::ledger {

/// The roles that follow lines: the balance is the level, that of fee_deferred has the level above
/// what it was when the line began.
inline constexpr std::array<Role, 4> accruing_roles = {
    Role::interest_accrued, Role::penalty_receivable, Role::compound_receivable,
    Role::fee_deferred};

/// A line of a visited loan: its level at the opening of a day is round((base + slope x t) /
/// denominator).
struct SegmentLine {
  Role role;  ///< interest_accrued, penalty_receivable or compound_receivable; fee_deferred: what
              ///< of the fee has become income, so its balance rises by it
  std::uint32_t installment;  ///< number of the due installment; 0: interest, deferred fee
  Day visible_from;           ///< booked as 0 before this day (grace)
  schedule::Line line;
};

/// From this night on the loan has these lines and no others.
struct Visit {
  std::uint64_t loan = 0;
  LoanStatus status = LoanStatus::active;
  std::uint8_t bucket = 0;
  std::int64_t interest_booked = 0;  ///< balance of interest_accrued after the night
  std::int64_t penalty_booked = 0;
  std::int64_t compound_booked = 0;
  std::int64_t fee_booked = 0;  ///< balance of fee_deferred after the night, times -1
  std::vector<SegmentLine> lines;
};

struct SegmentProduct {
  std::uint32_t product = 0;
  std::uint64_t loans = 0;  ///< active
  std::array<money::Int128, role_count> totals{};
  std::vector<Visit> visits;  ///< by loan number
};

struct Segment {
  Day day{};
  std::vector<SegmentProduct> products;  ///< by number
  struct Isolated {
    std::uint64_t loan;
    std::string reason;
  };
  std::vector<Isolated> isolated;
};

/// The lines of a state, as a visit records them.
void add_lines(const LoanState& state, const Product& product, Visit& visit);
/// Has its loan a deferred fee?
[[nodiscard]] bool has_fee(const Visit& visit);
/// What the visit wrote on the accruing roles.
[[nodiscard]] std::array<std::int64_t, accruing_roles.size()> booked_of(const Visit& visit);
/// The bytes of one visit but its loan number, which stands before it as the distance to that of
/// the visit before.
void encode_visit(const Visit& visit, std::string& out);

/// A product's part with its visits already encoded.
struct EncodedProduct {
  std::uint32_t product = 0;
  std::uint64_t loans = 0;
  std::array<money::Int128, role_count> totals{};
  std::uint64_t visits = 0;
  bool fees = false;  ///< a visit has a deferred fee
  std::string visit_bytes;
};
[[nodiscard]] std::string encode_segment(Day day, const std::vector<EncodedProduct>& products,
                                         const std::vector<Segment::Isolated>& isolated);
[[nodiscard]] Result<Segment> decode_segment(std::string_view bytes);
/// Those that an entry names, in its order: nights, statements, restatements.
[[nodiscard]] std::vector<Digest> segments_named_by(const Entry& entry);
/// `integrity.segment_missing`, `integrity.segment_damaged` (its bytes do not have its digest).
[[nodiscard]] Result<storage::Bytes> segment_bytes(const storage::View& view, const Digest& digest);
/// The same, read.
[[nodiscard]] Result<Segment> read_segment(const storage::View& view, const Digest& digest);

}  // namespace loanbook::ledger
