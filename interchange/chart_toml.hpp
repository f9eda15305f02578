#pragma once

#include <string>
#include <string_view>

#include "loanbook/ledger/gl/chart.hpp"

namespace loanbook::interchange {

/// A chart of accounts from a TOML file (docs/charts.md). The first problem with its place:
/// `chart.*`.
[[nodiscard]] money::Result<ledger::Chart> read_chart(std::string_view text,
                                                      std::string_view file_name);
/// The same chart as a file.
[[nodiscard]] std::string write_chart(const ledger::Chart& chart);

}  // namespace loanbook::interchange
