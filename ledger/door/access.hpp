#pragma once

// Who may do what with a book.

#include <cstdint>
#include <span>
#include <string_view>

#include "loanbook/ledger/command.hpp"

namespace loanbook::ledger {

/// The role of a caller. Everybody reads reports.
enum class Access : std::uint8_t {
  full,     ///< everything
  read,     ///< reports
  write,    ///< records events of loans and credit lines
  operate,  ///< closes nights, publishes, checkpoints, copies, rebuilds, verifies
  audit,    ///< verifies, proves, reads entries as they are hashed
};
/// `book.role_unknown`.
[[nodiscard]] Result<Access> parse_access(std::string_view text);
[[nodiscard]] std::string_view to_text(Access access);

enum class Doing : std::uint8_t { record, publish, operate, prove };
/// `book.role` where the role does not allow it.
[[nodiscard]] Status check_access(Access access, Doing doing);
/// The same for commands: products, series and charts are published, all else is recorded.
[[nodiscard]] Status check_access(Access access, std::span<const Command> commands);

}  // namespace loanbook::ledger
