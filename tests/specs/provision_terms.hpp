#pragma once

// What a contract may add to a plan, as keys of a `Terms:` paragraph.

#include <functional>
#include <map>
#include <string_view>

#include "loanbook/money/result.hpp"
#include "loanbook/schedule/rates.hpp"
#include "loanbook/schedule/terms.hpp"

namespace loanbook::specs {

/// A floating rate and the index it follows.
struct ExampleIndex {
  schedule::FloatingRate floating{};
  std::vector<schedule::IndexPoint> points{};
  schedule::ResetRule reset{};  ///< of a life of a loan
  std::uint16_t fixing_lag_days = 0;
};

/// The second block of schedule::Terms, and the last three fields of the first.
struct ExampleProvisions {
  schedule::Terms terms{};
  ExampleIndex index{};
};

using ProvisionReader =
    std::function<money::Status(std::string_view, ExampleProvisions&, money::Currency)>;
/// By key; specs/README.md explains them.
[[nodiscard]] const std::map<std::string_view, ProvisionReader>& provision_readers();

/// `terms` with what `provisions` adds.
[[nodiscard]] schedule::Terms with_provisions(schedule::Terms terms,
                                              const ExampleProvisions& provisions);

}  // namespace loanbook::specs
