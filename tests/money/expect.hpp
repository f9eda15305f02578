#pragma once

#include <stdexcept>

#include "loanbook/money/assert.hpp"
#include "loanbook/money/currency.hpp"

/// Broken invariants become exceptions while one of these lives.
struct Broken : std::runtime_error {
  using std::runtime_error::runtime_error;
};

class AssertionsThrow {
 public:
  AssertionsThrow()
      : previous_(loanbook::money::set_assert_handler(
            [](const char* condition, const char*, int) { throw Broken(condition); })) {}
  ~AssertionsThrow() { loanbook::money::set_assert_handler(previous_); }
  AssertionsThrow(const AssertionsThrow&) = delete;
  AssertionsThrow& operator=(const AssertionsThrow&) = delete;

 private:
  loanbook::money::AssertHandler previous_;
};

inline loanbook::money::Currency currency(std::string_view code) {
  return loanbook::money::Currency::find(code).value();
}
