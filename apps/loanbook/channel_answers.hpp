#pragma once

// Answers of a channel on their way into the book: one command or more a line, many to a group, and
// what became of each line.

#include <map>
#include <string>
#include <vector>

#include "loanbook/interchange/channel_results.hpp"
#include "output.hpp"

namespace loanbook::apps {

struct Answer {
  const interchange::ChannelResult* row = nullptr;
  std::string loan;
  std::string amount;       ///< as booked
  std::string outcome;      ///< `repaid`, `failed`, ...
  std::uint64_t entry = 0;  ///< that was recorded
  bool already = false;     ///< by an earlier reading of the file
  std::string problem{};    ///< empty: nobody has to look at it
};

/// Reads the file; problems of its lines are printed. `file.*`, and those of the reader.
[[nodiscard]] Result<interchange::ChannelResults> read_answers(const std::string& path);

/// `commands[i]` belongs to `answers[places[i]]`. A refusal becomes the answer's problem, unless
/// `refused` finds something else to do. Stops where the outcome is unknown. Nothing is written in
/// a dry run.
using Refused = std::function<bool(std::size_t command, const Error&, Answer&)>;
[[nodiscard]] Status record_answers(Book& book, std::vector<ledger::Command>& commands,
                                    const std::vector<std::size_t>& places,
                                    std::vector<Answer>& answers, bool dry_run,
                                    const Refused& refused);

/// For people what somebody has to look at and the counts, for programs every line; the exit code.
[[nodiscard]] int print_answers(const Context& context, const std::string& title,
                                const std::vector<Answer>& answers, std::size_t unreadable,
                                bool dry_run);

}  // namespace loanbook::apps
