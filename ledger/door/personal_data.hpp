#pragma once

// Personal data that obviously is such, in text that never leaves the book again. Private to
// ledger/.

#include <string_view>

#include "loanbook/money/result.hpp"

namespace loanbook::ledger {

/// Looks for card numbers (digits of a known issuer with ISO/IEC 7812's check digit), identity
/// numbers of Chinese citizens (GB 11643-1999: region, date of birth, check character), mobile
/// phone numbers (China's eleven digits; `+` and the country code elsewhere), e-mail addresses, and
/// names after a word that announces one. What it misses is still not allowed.
///
/// `personal_data.card_number`, `personal_data.identity_number`, `personal_data.phone_number`,
/// `personal_data.mail_address`, `personal_data.name`.
[[nodiscard]] money::Status check_personal_data(std::string_view text, std::string_view field);

}  // namespace loanbook::ledger
