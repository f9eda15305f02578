#pragma once

// What a `restated` entry names by digest: for each loan that was folded again what it had, what
// that changed, and which of its entries have another outcome now. Immutable. Layout:
// docs/format.md, section "Restated loans".

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "loanbook/ledger/entry.hpp"
#include "loanbook/ledger/role.hpp"
#include "loanbook/storage/store.hpp"

namespace loanbook::ledger {

using RoleAmounts = std::vector<std::pair<Role, std::int64_t>>;  ///< by role, none of them 0

struct RestatedLoan {
  std::uint64_t loan = 0;
  bool plan_differs = false;   ///< the plan of its contract is another one now
  std::optional<Day> stood{};  ///< it was isolated, booked through the day before
  RoleAmounts before{};        ///< its balances; only where it goes over to another product
  RoleAmounts moved{};         ///< difference of its balances
  std::vector<std::uint64_t> changed{};  ///< its entries with another outcome, rising
};
/// Loans that go over from one product version to another; equal where the product stays and its
/// rules changed.
struct RestatedPart {
  std::uint32_t from = 0, to = 0;   ///< product numbers
  std::vector<RestatedLoan> loans;  ///< by number
};
struct RestatedSegment {
  std::vector<RestatedPart> parts;  ///< by (from, to)
};

inline constexpr std::string_view restated_magic = "LBRST001";
[[nodiscard]] std::string encode(const RestatedSegment& segment);
/// One loan but its number.
void encode_restated(const RestatedPart& part, const RestatedLoan& loan, std::string& out);
/// `integrity.segment_damaged`.
[[nodiscard]] Result<RestatedSegment> decode_restated(std::string_view bytes);
/// `integrity.segment_missing`, `integrity.segment_damaged`.
[[nodiscard]] Result<RestatedSegment> read_restated(const storage::View& view,
                                                    const Digest& digest);
/// What the entry books, by product: whole balances leave one product for the other.
[[nodiscard]] std::vector<MovementBlock> movements_of(const RestatedSegment& segment);

}  // namespace loanbook::ledger
