#pragma once

#include <array>
#include <compare>
#include <cstdint>
#include <string>
#include <string_view>

#include "loanbook/money/result.hpp"

namespace loanbook::money {

/// An ISO 4217 currency: its three letters and how many digits its minor unit has (0 to 4, from
/// currencies.inc).
struct Currency {
  std::array<char, 3> code;
  std::uint8_t digits;

  /// `currency.unknown` names the text and where the table lies.
  [[nodiscard]] static Result<Currency> find(std::string_view code);
  [[nodiscard]] std::string_view text() const { return {code.data(), code.size()}; }
  auto operator<=>(const Currency&) const = default;
};
static_assert(sizeof(Currency) == 4);

}  // namespace loanbook::money
