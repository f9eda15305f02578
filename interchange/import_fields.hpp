#pragma once

// From named fields of a row to a command, for every kind of file alike.

#include <array>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "loanbook/ledger/command.hpp"

namespace loanbook::interchange {

using money::Error;
using money::Result;

enum class Field : std::uint8_t {
  loan_id,
  event,
  product,
  product_version,
  amount,
  rate,
  installments,
  first_due,
  due_day,
  value_date,
  sequence,
  expect_version,
  reference,
  reason,
  actor,
  // Of operations (ledger/operation.hpp)
  of,
  rows,
  from,
  until,
  choice,
  code,
  // Of credit lines (ledger/line_command.hpp)
  line,
  reservation,
  line_currency,
  revolving,
  needs_decision,
  write_off_restores,
  temporary,
  temporary_until,
  sub_limits,
  rule_set,
  score_id,
  party,       ///< of a loan that is opened
  refinances,  ///< the loan that it settled
  partner,     ///< of a limit
  branch,      ///< of a loan that is opened
  channel,     ///< by which money comes or goes
  // Of money on its way
  payer,
  suspense,  ///< item that a repayment takes its money out of
  currency,
  text,
};
inline constexpr std::size_t field_count = 41;

/// The name of the field in files (docs/import.md); `value_date` is called `date` in a file of
/// loans.
[[nodiscard]] std::string_view to_text(Field field);
[[nodiscard]] std::optional<Field> field_named(std::string_view name);

/// What an event of a loan takes in files, and what it means.
struct EventFields {
  std::string_view event;
  std::vector<Field> required;
  std::vector<Field> optional;  ///< beside those that every event takes
  std::string_view choices;     ///< words of the field `choice`, the first is the default
  std::string_view meaning;
};
/// Every event of a loan that `build_command` knows; operations as in ledger::operation_rules().
[[nodiscard]] std::vector<EventFields> event_fields();

/// How the text of a rate or date is to be read.
enum class Form : std::uint8_t {
  plain,       ///< a rate as `18%` or `0.18`, a date as `2026-02-28`
  percent,     ///< a rate in percent without a sign: `14.07`
  month_year,  ///< `Jan-18` or `Jan-2018`: the first of that month
};

/// The texts of one row; what the file does not give, or leaves empty, is absent.
struct FieldRow {
  std::array<std::optional<std::string_view>, field_count> text{};
  std::array<Form, field_count> form{};
  [[nodiscard]] std::optional<std::string_view> get(Field field) const {
    return text[static_cast<std::size_t>(field)];
  }
};

/// The currency of the newest version of a product; nothing where there is no such product.
using ProductCurrency = std::function<std::optional<money::Currency>(const std::string& product)>;

/// A refusal, and the field it is about.
struct FieldError {
  Error error;
  std::optional<Field> field;
};

/// Checks what can be said without a book. Keys are set by the caller, but for `reference`, which
/// becomes key and scope `reference`.
///
/// `import.missing_field`, `import.unexpected_field`, `import.bad_loan_id`, `import.unknown_event`,
/// `import.unknown_product`, `import.bad_amount` (not above zero), `import.bad_number`,
/// `import.too_long`, `operation.choice_unknown`, and those of the parsers (`decimal.*`, `rate.*`,
/// `date.*`).
[[nodiscard]] std::optional<FieldError> build_command(const FieldRow& row,
                                                      const ProductCurrency& currency_of,
                                                      ledger::Command* command);

/// The field that an error of the ledger speaks about, judged by its id.
[[nodiscard]] std::optional<Field> field_of(std::string_view error_id);

}  // namespace loanbook::interchange
