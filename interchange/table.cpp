#include "loanbook/interchange/table.hpp"

#include <algorithm>
#include <utility>

#include "loanbook/interchange/csv.hpp"
#include "loanbook/interchange/html.hpp"
#include "loanbook/interchange/json.hpp"
#include "loanbook/interchange/pdf.hpp"
#include "loanbook/interchange/text_width.hpp"
#include "loanbook/money/assert.hpp"
#include "loanbook/money/text.hpp"

namespace loanbook::interchange {
namespace {

constexpr std::string_view rule = "─";
constexpr std::string_view gap = "  ";
constexpr std::size_t sink_bytes = std::size_t{64} * 1024;

struct Named {
  std::string_view text;
  Format format;
};
constexpr Named formats[] = {{"table", Format::table}, {"csv", Format::csv},
                             {"json", Format::json},   {"ndjson", Format::ndjson},
                             {"html", Format::html},   {"pdf", Format::pdf}};

bool is_number(const Column& column) {
  return column.kind == ColumnKind::amount || column.kind == ColumnKind::integer;
}

void trim_right(std::string& line) { line.erase(line.find_last_not_of(' ') + 1); }

std::string shown(const Column& column, std::string_view cell) {
  return is_number(column) ? with_thousands(cell) : printable(cell);
}

// Renders a table: two passes, widths and lines.
class Table {
 public:
  explicit Table(const std::vector<Column>& columns) : columns_(columns) {
    for (const Column& column : columns) widths_.push_back(display_width(column.heading));
  }

  void measure(const Row& row) {
    for (std::size_t i = 0; i < columns_.size(); ++i) {
      widths_[i] = std::max(widths_[i], display_width(shown(columns_[i], row.cells[i])));
    }
  }

  [[nodiscard]] std::string heading() const {
    std::string line;
    for (std::size_t i = 0; i < columns_.size(); ++i) append(line, i, columns_[i].heading);
    trim_right(line);
    return line + "\n";
  }

  [[nodiscard]] std::string line(const Row& row) const {
    std::string line;
    for (std::size_t i = 0; i < columns_.size(); ++i) {
      append(line, i, shown(columns_[i], row.cells[i]));
    }
    trim_right(line);
    return line + "\n";
  }

  [[nodiscard]] std::string full_rule() const {
    std::string line;
    for (std::size_t i = 0; i < columns_.size(); ++i) {
      for (std::size_t k = 0; k < widths_[i] + (i > 0 ? gap.size() : 0); ++k) line += rule;
    }
    return line + "\n";
  }

  // Under the figures of `row` only.
  [[nodiscard]] std::string figure_rule(const Row& row) const {
    std::string line;
    for (std::size_t i = 0; i < columns_.size(); ++i) {
      if (i > 0) line += gap;
      const bool figure = is_number(columns_[i]) && !row.cells[i].empty();
      for (std::size_t k = 0; k < widths_[i]; ++k) line += figure ? rule : " ";
    }
    trim_right(line);
    return line + "\n";
  }

 private:
  void append(std::string& line, std::size_t index, const std::string& cell) const {
    if (index > 0) line += gap;
    const std::string padding(widths_[index] - display_width(cell), ' ');
    line += is_number(columns_[index]) ? padding + cell : cell + padding;
  }

  const std::vector<Column>& columns_;
  std::vector<std::size_t> widths_;
};

void append_csv_row(std::string& out, std::span<const std::string> cells) {
  for (std::size_t i = 0; i < cells.size(); ++i) {
    if (i > 0) out += ',';
    append_csv_field(out, cells[i]);
  }
  // A single empty field would be a blank line, which no reader takes for a row.
  if (cells.size() == 1 && cells[0].empty()) out += "\"\"";
  out += '\n';
}

void append_json_row(std::string& out, const std::vector<Column>& columns, const Row& row) {
  JsonWriter writer;
  writer.begin_object();
  for (std::size_t i = 0; i < columns.size(); ++i) {
    const std::string& cell = row.cells[i];
    writer.key(columns[i].key);
    if (cell.empty() && columns[i].kind != ColumnKind::text) {
      writer.null();
    } else if (columns[i].kind == ColumnKind::integer) {
      writer.number(cell);
    } else {
      writer.string(cell);
    }
  }
  out += writer.end_object().text();
}

}  // namespace

Result<Format> parse_format(std::string_view text) {
  for (const Named& name : formats) {
    if (name.text == text) return name.format;
  }
  return Error{.id = "format.unknown",
               .message = money::quoted(text) +
                          " is not a format; use table, csv, json, ndjson, html or pdf"};
}

bool is_for_people(Format format) {
  return format == Format::table || format == Format::html || format == Format::pdf;
}

std::string with_thousands(std::string_view number) {
  const std::size_t begin = number.starts_with('-') ? 1 : 0;
  const std::size_t point = std::min(number.find('.'), number.size());
  std::string out{number.substr(0, begin)};
  for (std::size_t i = begin; i < point; ++i) {
    if (i > begin && (point - i) % 3 == 0) out += ',';
    out += number[i];
  }
  out += number.substr(point);
  return out;
}

struct ReportWriter::Impl {
  std::vector<std::string> title;
  std::vector<Column> columns;
  Format format;
  Sink sink;
  std::vector<Row> kept;  // of a table
  std::string buffer;
  bool first = true;

  void flush() {
    if (!buffer.empty()) sink(buffer);
    buffer.clear();
  }

  void begin() {
    if (format == Format::json) buffer += "[";
    if (format != Format::csv) return;
    std::vector<std::string> keys;
    for (const Column& column : columns) keys.push_back(column.key);
    append_csv_row(buffer, keys);
  }

  void add(Row row) {
    if (is_for_people(format)) {
      kept.push_back(std::move(row));
      return;
    }
    if (row.mark != RowMark::plain) return;
    if (format == Format::csv) {
      append_csv_row(buffer, row.cells);
    } else {
      if (format == Format::json) buffer += first ? "\n" : ",\n";
      append_json_row(buffer, columns, row);
      if (format == Format::ndjson) buffer += '\n';
    }
    first = false;
    if (buffer.size() >= sink_bytes) flush();
  }

  void write_table(const std::vector<std::string>& notes) {
    Table table{columns};
    for (const Row& row : kept) table.measure(row);
    for (const std::string& line : title) buffer += printable(line) + "\n";
    if (!title.empty()) buffer += "\n";
    buffer += table.heading() + table.full_rule();
    for (std::size_t i = 0; i < kept.size(); ++i) {
      const Row& row = kept[i];
      if (row.mark == RowMark::subtotal) buffer += table.figure_rule(row);
      const bool first_total = i == 0 || kept[i - 1].mark != RowMark::total;
      if (row.mark == RowMark::total && first_total) buffer += table.full_rule();
      buffer += table.line(row);
      const bool last = i + 1 == kept.size() || kept[i + 1].mark == RowMark::total;
      if (row.mark == RowMark::subtotal && !last) buffer += "\n";
      if (buffer.size() >= sink_bytes) flush();
    }
    if (!notes.empty()) buffer += "\n";
    for (const std::string& line : notes) buffer += printable(line) + "\n";
  }
};

ReportWriter::ReportWriter(std::vector<std::string> title, std::vector<Column> columns,
                           Format format, Sink sink)
    : impl_(std::make_unique<Impl>()) {
  LOANBOOK_ASSERT(!columns.empty());
  impl_->title = std::move(title);
  impl_->columns = std::move(columns);
  impl_->format = format;
  impl_->sink = std::move(sink);
  impl_->begin();
}

ReportWriter::~ReportWriter() = default;

void ReportWriter::row(Row row) {
  LOANBOOK_ASSERT(row.cells.size() == impl_->columns.size());
  impl_->add(std::move(row));
}

void ReportWriter::finish(const std::vector<std::string>& notes) {
  if (impl_->format == Format::table) impl_->write_table(notes);
  if (impl_->format == Format::html) {
    impl_->buffer += render(HtmlPage{.title = impl_->title,
                                     .columns = impl_->columns,
                                     .rows = std::move(impl_->kept),
                                     .notes = notes});
  }
  if (impl_->format == Format::pdf) {
    const Result<std::string> made =
        render_pdf({impl_->title, impl_->columns, std::move(impl_->kept), notes});
    // A report without a page is no report: what happened stands in its place.
    impl_->buffer += made ? *made : made.error().message + "\n";
  }
  if (impl_->format == Format::json) impl_->buffer += impl_->first ? "]\n" : "\n]\n";
  impl_->flush();
}

std::string render(const Report& report, Format format) {
  std::string out;
  ReportWriter writer{report.title, report.columns, format,
                      [&](std::string_view part) { out += part; }};
  for (const Row& row : report.rows) writer.row(row);
  writer.finish(report.notes);
  return out;
}

}  // namespace loanbook::interchange
