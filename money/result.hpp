#pragma once

// One policy for errors of the caller's data and of the outside world: they are values.
// A subset of std::expected with the same member names, so moving to it later is one alias.

#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <variant>

#include "loanbook/money/assert.hpp"

namespace loanbook::money {

/// What went wrong, for a program (`id`) and for a person (`message`).
///
/// `id` is stable and documented in docs/errors.md (`import.bad_date`); its first part says what
/// kind it is: `integrity.*` damaged data, `store.*` the outside world, `busy.*` safe to retry,
/// anything else the caller's data. `file`, `line`, `column` are set where the data came from a
/// file (line and column count from 1; 0: unknown).
struct Error {
  std::string id;
  std::string message;
  std::string file = {};
  std::uint32_t line = 0;
  std::uint32_t column = 0;
};

struct Success {};

/// A value, or the reason why there is none.
template <class T>
class [[nodiscard]] Result {
 public:
  // NOLINTNEXTLINE(google-explicit-constructor)
  Result(T value) : state_(std::in_place_index<0>, std::move(value)) {}
  // NOLINTNEXTLINE(google-explicit-constructor)
  Result(Error error) : state_(std::in_place_index<1>, std::move(error)) {}

  [[nodiscard]] bool has_value() const { return state_.index() == 0; }
  explicit operator bool() const { return has_value(); }

  [[nodiscard]] T& value() & {
    LOANBOOK_ASSERT(has_value());
    return *std::get_if<0>(&state_);
  }
  [[nodiscard]] const T& value() const& {
    LOANBOOK_ASSERT(has_value());
    return *std::get_if<0>(&state_);
  }
  [[nodiscard]] T&& value() && {
    LOANBOOK_ASSERT(has_value());
    return std::move(*std::get_if<0>(&state_));
  }
  [[nodiscard]] T& operator*() & { return value(); }
  [[nodiscard]] const T& operator*() const& { return value(); }
  [[nodiscard]] T&& operator*() && { return std::move(*this).value(); }
  [[nodiscard]] T* operator->() { return &value(); }
  [[nodiscard]] const T* operator->() const { return &value(); }
  [[nodiscard]] const Error& error() const {
    LOANBOOK_ASSERT(!has_value());
    return *std::get_if<1>(&state_);
  }

 private:
  std::variant<T, Error> state_;
};

/// Success, or the reason why not.
using Status = Result<Success>;
inline Status ok() { return Success{}; }

}  // namespace loanbook::money
