#include "loanbook/money/assert.hpp"

#include <cstdio>
#include <cstdlib>

namespace loanbook::money {
namespace {

void print_and_abort(const char* condition, const char* file, int line) {
  std::fprintf(stderr, "loanbook: broken invariant: %s at %s:%d\n", condition, file, line);
  std::abort();
}

// The one piece of process state in the core: what to do when our own code is wrong cannot be
// passed down to every expression.
// NOLINTNEXTLINE(cppcoreguidelines-avoid-non-const-global-variables)
AssertHandler current_handler = print_and_abort;

}  // namespace

AssertHandler set_assert_handler(AssertHandler handler) {
  AssertHandler previous = current_handler;
  current_handler = handler;
  return previous;
}

void assertion_failed(const char* condition, const char* file, int line) {
  current_handler(condition, file, line);
  std::abort();
}

}  // namespace loanbook::money
