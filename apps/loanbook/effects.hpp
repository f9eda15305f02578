#pragma once

// What a correction of many loans does, on screen and for programs.

#include <string>
#include <string_view>
#include <vector>

#include "context.hpp"
#include "loanbook/ledger/restate/effect.hpp"

namespace loanbook::apps {

/// `account`, `loan`, `night`, or empty: for people accounts and the loans it changes most, for
/// programs every loan.
[[nodiscard]] bool is_by(std::string_view by);
[[nodiscard]] Error unknown_by(std::string_view by);
void print_effect(const Context& context, const ledger::Effect& effect, const std::string& by,
                  const std::string& title);
/// On stderr.
void print_refused(const std::vector<ledger::RefusedLoan>& refused);
/// A text as one word of a shell.
[[nodiscard]] std::string shell_word(const std::string& text);

}  // namespace loanbook::apps
