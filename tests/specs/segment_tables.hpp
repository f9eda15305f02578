#pragma once

// Plans over given periods: their terms, moves and tables.

#include <optional>
#include <string_view>

#include "loanbook/schedule/segmented_plan.hpp"
#include "tables.hpp"

namespace loanbook::specs {

/// Nothing where `key` is another kind of term.
[[nodiscard]] std::optional<money::Status> read_segment_term(std::string_view key,
                                                             std::string_view value,
                                                             schedule::SegmentedTerms& terms);

/// Moves the plan of the example; the first table makes it.
void run_plan_moves(const Bench& bench, Table& table, std::optional<schedule::SegmentedPlan>& plan);
void check_segments(const Bench& bench, Table& table,
                    const std::optional<schedule::SegmentedPlan>& plan);
void check_payables(const Bench& bench, Table& table,
                    const std::optional<schedule::SegmentedPlan>& plan);

}  // namespace loanbook::specs
