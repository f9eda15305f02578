#pragma once

// What our plans are measured against: the textbook in wide decimals, and the least work that any
// exact plan takes.

#include <cstdint>
#include <span>

#include "loanbook/schedule/terms.hpp"

namespace loanbook::bench {

/// Total interest of a level plan, every factor and every row in 50-digit decimals.
[[nodiscard]] std::int64_t naive_interest(const schedule::Terms& terms);

/// A row without its date.
struct BareRow {
  std::int64_t principal;
  std::int64_t interest;
  std::int64_t balance;
};
/// The same for equal months by fixed point with a guard and integer rows: no dates, no options,
/// rows into memory that is there. Returns the total interest. rows.size() == installments.
[[nodiscard]] std::int64_t ceiling_interest(const schedule::Terms& terms, std::span<BareRow> rows);

}  // namespace loanbook::bench
