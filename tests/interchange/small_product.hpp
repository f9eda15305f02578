#pragma once

#include <string_view>

namespace loanbook::test {

/// A product file that says what it must and no more.
inline constexpr std::string_view smallest = R"(id = "small"
currency = "CNY"
[terms]
method = "level"
installments = 12
amount = { min = "1.00", max = "2000.00" }
rate = "18%"
)";

}  // namespace loanbook::test
