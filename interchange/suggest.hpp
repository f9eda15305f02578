#pragma once

#include <span>
#include <string>
#include <string_view>

namespace loanbook::interchange {

/// `, did you mean 'grace_days'?` for the candidate nearest to `word`, empty where none is near.
///
/// Near: at most two edits, or a third of the longer word (Damerau's distance with adjacent swaps),
/// or `word` is the beginning of the candidate. Ties go to the candidate listed first.
[[nodiscard]] std::string did_you_mean(std::string_view word,
                                       std::span<const std::string_view> candidates);

}  // namespace loanbook::interchange
