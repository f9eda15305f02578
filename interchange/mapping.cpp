#include "loanbook/interchange/mapping.hpp"

#include <algorithm>

#include "loanbook/interchange/suggest.hpp"
#include "loanbook/money/text.hpp"

namespace loanbook::interchange {
namespace {

using money::quoted;

std::size_t index_of(Field field) { return static_cast<std::size_t>(field); }

Error bad_mapping(std::string_view pair) {
  return Error{.id = "import.bad_mapping",
               .message = quoted(pair) +
                          " is not a mapping; write FIELD=COLUMN, FIELD=COLUMN:FORM or "
                          "FIELD:=VALUE, such as rate=interest_rate:percent"};
}

std::optional<Form> form_named(Field field, std::string_view text) {
  const bool is_date = field == Field::value_date || field == Field::first_due ||
                       field == Field::from || field == Field::until;
  if (field == Field::rate && text == "percent") return Form::percent;
  if (field == Field::rate && text == "fraction") return Form::plain;
  if (is_date && text == "month-year") return Form::month_year;
  if (is_date && text == "iso") return Form::plain;
  return std::nullopt;
}

Result<Field> field_of_mapping(std::string_view name) {
  if (name == "date") return Field::value_date;
  if (const std::optional<Field> field = field_named(name)) return *field;
  std::vector<std::string_view> known = {"date"};
  for (std::size_t i = 0; i < field_count; ++i) known.push_back(to_text(static_cast<Field>(i)));
  return Error{.id = "import.unknown_field",
               .message = quoted(name) + " is not a field" + did_you_mean(name, known) +
                          "; docs/import.md lists them"};
}

Result<FieldMapping> parse_pair(std::string_view pair) {
  const std::size_t equals = pair.find('=');
  if (equals == std::string_view::npos || equals == 0) return bad_mapping(pair);
  const bool constant = pair[equals - 1] == ':';
  const Result<Field> field = field_of_mapping(pair.substr(0, constant ? equals - 1 : equals));
  if (!field) return field.error();
  std::string_view rest = pair.substr(equals + 1);
  if (rest.empty()) return bad_mapping(pair);
  FieldMapping mapping{.field = *field, .column = {}, .form = {}, .constant = {}};
  if (constant) {
    mapping.constant = rest;
    return mapping;
  }
  // A column's own name may hold a colon: only a form that is known is one.
  const std::size_t colon = rest.rfind(':');
  if (colon != std::string_view::npos && colon > 0) {
    mapping.form = form_named(*field, rest.substr(colon + 1));
    if (mapping.form) rest = rest.substr(0, colon);
  }
  mapping.column = rest;
  return mapping;
}

std::string listed(const std::vector<std::string>& columns) {
  constexpr std::size_t shown_max = 20;
  std::string out;
  for (std::size_t i = 0; i < std::min(columns.size(), shown_max); ++i) {
    out += (i == 0 ? "" : ", ") + quoted(columns[i]);
  }
  return columns.size() > shown_max ? out + ", ..." : out;
}

Error missing_column(const CsvReader& reader, Field field, std::span<const ColumnAlias> aliases) {
  std::string names;
  for (const ColumnAlias& alias : aliases) {
    if (alias.field != field) continue;
    names += (names.empty() ? "" : ", ") + quoted(alias.column);
  }
  return reader.place(
      {.id = "import.missing_column",
       .message = "no column holds the field '" + std::string(to_text(field)) + "'; name one " +
                  names + " or say which it is with --map " + std::string(to_text(field)) +
                  "=COLUMN (the file has " + listed(reader.header()) + ")"},
      0);
}

Error unclear_rate(const CsvReader& reader, std::size_t column) {
  const std::string& name = reader.header()[column];
  return reader.place({.id = "import.unclear_rate",
                       .message = "the column " + quoted(name) +
                                  " does not say whether its rates are percent; add --map rate=" +
                                  name + ":percent or --map rate=" + name + ":fraction"},
                      column);
}

}  // namespace

Result<std::vector<FieldMapping>> parse_mapping(std::span<const std::string> pairs) {
  std::vector<FieldMapping> mappings;
  for (const std::string& pair : pairs) {
    Result<FieldMapping> mapping = parse_pair(pair);
    if (!mapping) return mapping.error();
    const bool twice =
        std::ranges::find(mappings, mapping->field, &FieldMapping::field) != mappings.end();
    if (twice) {
      return Error{.id = "import.bad_mapping",
                   .message = "the field '" + std::string(to_text(mapping->field)) +
                              "' is mapped twice; give one --map for it"};
    }
    mappings.push_back(*std::move(mapping));
  }
  return mappings;
}

Result<FieldSources> find_sources(const CsvReader& reader, std::span<const FieldMapping> mappings,
                                  std::span<const ColumnAlias> aliases,
                                  std::span<const Field> required) {
  FieldSources sources;
  std::vector<bool> used(reader.header().size());
  const auto use = [&](Field field, std::size_t column, Form form) {
    sources.column[index_of(field)] = column;
    sources.form[index_of(field)] = form;
    used[column] = true;
  };
  const auto known = [&](Field field) {
    return sources.column[index_of(field)].has_value() ||
           sources.constant[index_of(field)].has_value();
  };
  for (const FieldMapping& mapping : mappings) {
    if (mapping.constant) {
      sources.constant[index_of(mapping.field)] = mapping.constant;
      continue;
    }
    const Result<std::size_t> column = reader.require(mapping.column);
    if (!column) {
      Error error = column.error();
      error.id = "import.unknown_column";
      return error;
    }
    use(mapping.field, *column, mapping.form.value_or(Form::plain));
  }
  for (const ColumnAlias& alias : aliases) {
    const std::optional<std::size_t> column = reader.find(alias.column);
    if (!column || known(alias.field) || used[*column]) continue;
    if (!alias.form) return unclear_rate(reader, *column);
    use(alias.field, *column, *alias.form);
  }
  for (const Field field : required) {
    if (!known(field)) return missing_column(reader, field, aliases);
  }
  for (std::size_t i = 0; i < used.size(); ++i) {
    if (!used[i]) sources.ignored.push_back(reader.header()[i]);
  }
  return sources;
}

}  // namespace loanbook::interchange
