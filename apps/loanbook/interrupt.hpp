#pragma once

// Ctrl-C and SIGTERM stop long commands between two units of work, never inside one.

namespace loanbook::apps {

/// From now on a first signal only asks; a second one ends the process at once.
void catch_interrupts();
/// The signal that asked to stop, 0: none.
[[nodiscard]] int interrupted();
/// 130 for SIGINT, 143 for SIGTERM. Requires: interrupted().
[[nodiscard]] int interrupted_exit_code();

}  // namespace loanbook::apps
