#pragma once

// What a payment channel answers to what it was asked to do: a line for each reference.

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "loanbook/money/day.hpp"
#include "loanbook/money/result.hpp"

namespace loanbook::interchange {

using money::Error;
using money::Result;

struct ChannelResult {
  std::uint64_t line = 0;  ///< of the file, from 1
  std::string reference;
  std::string status;               ///< lower case
  std::string amount;               ///< empty: not given
  std::string code;                 ///< of the channel
  std::optional<money::Day> day{};  ///< on which the money moved
};
struct ChannelResults {
  std::vector<ChannelResult> rows;
  std::vector<Error> problems;  ///< of lines that say nothing usable, with file, line and column
};

/// CSV with a header, or NDJSON where the text begins with a brace. Columns `reference` and
/// `status`; `amount`, `code`, `day` where the channel has them; others are not read. Those of
/// CsvReader and NdjsonReader; of a line: `results.reference_missing`, `results.status_missing`,
/// `date.*`.
[[nodiscard]] Result<ChannelResults> read_channel_results(std::string_view text,
                                                          const std::string& file_name);

}  // namespace loanbook::interchange
