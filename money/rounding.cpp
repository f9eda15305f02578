#include "loanbook/money/rounding.hpp"

#include "loanbook/money/text.hpp"

namespace loanbook::money {
namespace {

struct Named {
  std::string_view text;
  RoundingMode mode;
};

constexpr Named names[] = {
    {"half-even", RoundingMode::half_even},
    {"half-up", RoundingMode::half_up},
    {"up", RoundingMode::up},
    {"down", RoundingMode::down},
};

}  // namespace

Result<RoundingMode> parse_rounding_mode(std::string_view text) {
  for (const Named& name : names) {
    if (name.text == text) return name.mode;
  }
  return Error{
      .id = "rounding.unknown",
      .message = quoted(text) + " is not a rounding rule; use half-even, half-up, up or down"};
}

std::string_view to_text(RoundingMode mode) {
  for (const Named& name : names) {
    if (name.mode == mode) return name.text;
  }
  return "unknown";
}

}  // namespace loanbook::money
