#pragma once

// Broken invariants of our own code stop the process, in every build: a ledger that stops is
// repaired by a restart.

namespace loanbook::money {

/// Called with the condition and its place; must not return. The default prints one line and
/// aborts; apps/ installs one that exits with 5.
using AssertHandler = void (*)(const char* condition, const char* file, int line);

/// Installs `handler` and returns the one before it. Call it before any thread starts.
AssertHandler set_assert_handler(AssertHandler handler);

[[noreturn]] void assertion_failed(const char* condition, const char* file, int line);

}  // namespace loanbook::money

#define LOANBOOK_ASSERT(condition)    \
  ((condition) ? static_cast<void>(0) \
               : ::loanbook::money::assertion_failed(#condition, __FILE__, __LINE__))
