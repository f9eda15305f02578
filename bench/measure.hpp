#pragma once

// What programs that measure share.

#include <fmt/format.h>

#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <utility>

#include "loanbook/money/result.hpp"

namespace loanbook::bench {

/// Seconds since some moment that stays the same.
inline double now() {
  return std::chrono::duration<double>(std::chrono::steady_clock::now().time_since_epoch()).count();
}

/// The value, or the end of the program: a measurement of something else is none.
template <class T>
T must(money::Result<T> result) {
  if (!result) {
    fmt::print(stderr, "{}: {}\n", result.error().id, result.error().message);
    std::exit(5);
  }
  return std::move(*result);
}

}  // namespace loanbook::bench
