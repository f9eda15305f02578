#pragma once

#include <array>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "loanbook/interchange/csv.hpp"
#include "loanbook/interchange/import_fields.hpp"

namespace loanbook::interchange {

/// What a user says about one field: `FIELD=COLUMN`, `FIELD=COLUMN:FORM` or `FIELD:=VALUE`.
///
/// Forms: `percent` and `fraction` for a rate, `month-year` for a date. Examples:
/// `rate=interest_rate:percent`, `date=issue_month:month-year`, `product:=lending-club`.
struct FieldMapping {
  Field field;
  std::string column;        ///< empty where `constant` is given
  std::optional<Form> form;  ///< nothing: not said
  std::optional<std::string> constant;
};

/// `import.bad_mapping`, `import.unknown_field`; the message names the pair. In a file of loans
/// `date` is another name of `value_date`.
[[nodiscard]] Result<std::vector<FieldMapping>> parse_mapping(std::span<const std::string> pairs);

/// What a column is called when nobody says so.
struct ColumnAlias {
  std::string_view column;
  Field field;
  /// Nothing: the name does not tell how the figures are written, so the user has to.
  std::optional<Form> form = Form::plain;
};

/// Where each field of a file comes from.
struct FieldSources {
  std::array<std::optional<std::size_t>, field_count> column{};
  std::array<Form, field_count> form{};
  std::array<std::optional<std::string>, field_count> constant{};
  std::vector<std::string> ignored;  ///< columns that are not used
};

/// Mappings first, then aliases in the order given. `import.unknown_column`,
/// `import.missing_column`, `import.unclear_rate` (a rate column of which nobody said whether it is
/// percent).
[[nodiscard]] Result<FieldSources> find_sources(const CsvReader& reader,
                                                std::span<const FieldMapping> mappings,
                                                std::span<const ColumnAlias> aliases,
                                                std::span<const Field> required);

}  // namespace loanbook::interchange
