#pragma once

// From the columns of a file of running loans to take-overs (docs/import.md, section "Take-over").

#include <functional>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "loanbook/ledger/command.hpp"

namespace loanbook::interchange {

struct TakeOverColumn {
  std::string_view name;
  bool required;
  std::string_view meaning;
};
[[nodiscard]] std::span<const TakeOverColumn> take_over_columns();

/// A refusal, and the column it is about.
struct ColumnError {
  money::Error error;
  std::string_view column;
};

/// The text of a column; nothing where it is absent or empty.
using ColumnText = std::function<std::optional<std::string_view>(std::string_view name)>;

/// Checks what can be said without a book; a `reference` becomes key and scope `reference`.
/// `import.missing_field`, `import.bad_number`, `import.bad_installment`, `date.*`.
[[nodiscard]] std::optional<ColumnError> build_take_over(const ColumnText& text,
                                                         ledger::Command* command);

}  // namespace loanbook::interchange
