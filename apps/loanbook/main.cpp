#include <cstdio>
#include <cstdlib>
#include <exception>
#include <new>

#include "command_line.hpp"
#include "context.hpp"
#include "loanbook/money/assert.hpp"

namespace {

// Nothing may be closed or flushed by a process whose own rules are broken: what is stored is what
// was acknowledged.
void broken_invariant(const char* condition, const char* file, int line) {
  std::fprintf(stderr, "loanbook: broken invariant, please report: %s (%s:%d)\n", condition, file,
               line);
  std::_Exit(loanbook::apps::exit_code::damaged);
}

}  // namespace

int main(int argc, char** argv) {
  loanbook::money::set_assert_handler(broken_invariant);
  try {
    const int code = loanbook::apps::run_command_line(argc, argv);
    if (std::fflush(stdout) != 0 || std::ferror(stdout) != 0) {
      std::fprintf(stderr, "loanbook: the output could not be written completely\n");
      return code == 0 ? loanbook::apps::exit_code::unavailable : code;
    }
    return code;
  } catch (const std::bad_alloc&) {
    std::fprintf(stderr, "loanbook: out of memory; what was acknowledged is stored\n");
    return loanbook::apps::exit_code::unavailable;
  } catch (const std::exception& error) {
    broken_invariant(error.what(), "main", 0);
  }
}
