#pragma once

// What the sources of the command tree share. Includes CLI11, the slowest header of the program:
// only they include it.

#include <CLI/App.hpp>
#include <CLI/Config.hpp>
#include <CLI/Formatter.hpp>
#include <functional>
#include <string>

#include "context.hpp"

namespace loanbook::apps {

using Action = std::function<int(const Context&)>;

struct CommandTree {
  CLI::App app{"An append-only loan ledger: loans in, nights closed, books that balance."};
  Context context;
  Action action;

  CLI::App* command(CLI::App* parent, const std::string& name, const std::string& help,
                    const std::string& example, Action run) {
    auto* made = parent->add_subcommand(name, help);
    made->footer("Example:\n  " + example);
    made->callback([this, run = std::move(run)] { action = run; });
    return made;
  }
  /// The noun of that name, made where it is not there yet.
  CLI::App* noun(const std::string& name, const std::string& help) {
    for (auto* known : app.get_subcommands([](CLI::App*) { return true; })) {
      if (known->get_name() == name) return known;
    }
    auto* made = app.add_subcommand(name, help);
    made->require_subcommand(1);
    return made;
  }
};

void add_writing(CLI::App* command, Writing& writing);
CLI::Option* add_channel(CLI::App* command, Writing& writing);

/// Around a loan's contract: command_line_terms.cpp.
void add_terms_commands(CommandTree& tree);
/// Suspense, pay-outs in flight, intents, debit lists: command_line_in_flight.cpp.
void add_in_flight(CommandTree& tree);

/// Charts, reports of the general ledger, closing of periods: command_line_gl.cpp.
void add_general_ledger(CommandTree& tree);
/// restate, what-if: command_line_restate.cpp.
void add_corrections(CommandTree& tree);

}  // namespace loanbook::apps
