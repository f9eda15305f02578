#include "loanbook/money/currency.hpp"

#include <algorithm>
#include <iterator>

#include "loanbook/money/text.hpp"

namespace loanbook::money {
namespace {

struct Row {
  std::string_view code;
  std::uint8_t digits;
};

constexpr Row rows[] = {
#include "loanbook/money/currencies.inc"
};
static_assert(std::ranges::is_sorted(rows, {}, &Row::code));
static_assert(std::ranges::adjacent_find(rows, {}, &Row::code) == std::end(rows));
static_assert(std::ranges::all_of(rows, [](const Row& row) {
  return row.code.size() == 3 && row.digits <= 4;
}));

}  // namespace

Result<Currency> Currency::find(std::string_view code) {
  const Row* row = std::ranges::lower_bound(rows, code, {}, &Row::code);
  if (row == std::end(rows) || row->code != code) {
    return Error{.id = "currency.unknown",
                 .message = quoted(code) +
                            " is not a currency of ISO 4217 with a minor unit; write three capital "
                            "letters such as CNY (the list is money/currencies.inc)"};
  }
  return Currency{.code = {code[0], code[1], code[2]}, .digits = row->digits};
}

}  // namespace loanbook::money
