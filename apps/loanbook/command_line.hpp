#pragma once

namespace loanbook::apps {

/// Parses the command line and runs the command it names; gives the exit code of the process.
int run_command_line(int argc, char** argv);

}  // namespace loanbook::apps
