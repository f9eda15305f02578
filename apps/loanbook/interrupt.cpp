#include "interrupt.hpp"

#include <csignal>

namespace loanbook::apps {
namespace {

// A signal handler can reach nothing but a global.
volatile std::sig_atomic_t signal_seen =
    0;  // NOLINT(cppcoreguidelines-avoid-non-const-global-variables)

extern "C" void remember(int signal) {
  signal_seen = signal;
  std::signal(signal, SIG_DFL);
}

}  // namespace

void catch_interrupts() {
  std::signal(SIGINT, remember);
  std::signal(SIGTERM, remember);
}

int interrupted() { return signal_seen; }

int interrupted_exit_code() { return 128 + signal_seen; }

}  // namespace loanbook::apps
