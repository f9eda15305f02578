#pragma once

// What is looked at before a period is closed (docs/guide/month-end.md says which findings refuse).

#include <cstdint>
#include <string>
#include <vector>

#include "context.hpp"

namespace loanbook::apps {

struct Check {
  std::string name;
  std::string found;
  enum class Outcome : std::uint8_t {
    good,
    noted,  ///< closes all the same, but for --strict
    blocks,
  } outcome = Outcome::good;
};

/// In order; ends early where days are open, as nothing else can be judged then.
[[nodiscard]] Result<std::vector<Check>> closing_checklist(const Book& book,
                                                           const ledger::Period& period);

}  // namespace loanbook::apps
