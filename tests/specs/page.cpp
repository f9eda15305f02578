#include "page.hpp"

#include <algorithm>

namespace loanbook::specs {
namespace {

std::string trimmed(std::string_view text) {
  const auto first = text.find_first_not_of(" \t\r");
  if (first == std::string_view::npos) return {};
  return std::string(text.substr(first, text.find_last_not_of(" \t\r") - first + 1));
}

std::vector<std::string> split_lines(std::string_view text) {
  std::vector<std::string> lines;
  while (!text.empty()) {
    const auto end = text.find('\n');
    lines.emplace_back(text.substr(0, end));
    if (end == std::string_view::npos) break;
    text.remove_prefix(end + 1);
  }
  return lines;
}

bool is_table_line(std::string_view line) { return !line.empty() && line.front() == '|'; }

std::vector<std::string> cells_of(std::string_view line) {
  std::vector<std::string> cells;
  line.remove_prefix(1);
  while (!line.empty()) {
    const auto bar = line.find('|');
    if (bar == std::string_view::npos) break;
    cells.push_back(trimmed(line.substr(0, bar)));
    line.remove_prefix(bar + 1);
  }
  return cells;
}

/// `Principal 本金` and `` `principal` `` name the same column as `principal`.
std::string column_name(std::string_view heading) {
  std::string name;
  for (const char c : heading) {
    if (static_cast<unsigned char>(c) >= 0x80 || c == '`') continue;
    name.push_back(c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c);
  }
  return trimmed(name);
}

bool is_rule(const std::vector<std::string>& cells) {
  return std::all_of(cells.begin(), cells.end(), [](const std::string& cell) {
    return !cell.empty() && cell.find_first_not_of("-:") == std::string::npos;
  });
}

/// Columns a text takes on a terminal: East Asian wide characters take two.
std::size_t display_width(std::string_view text) {
  std::size_t width = 0;
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    if (byte < 0x80) width += 1;
    if (byte >= 0xe3) width += 2;  // lead byte of U+3000 and above
    if (byte >= 0xc0 && byte < 0xe3) width += 1;
  }
  return width;
}

class Parser {
 public:
  Parser(std::string file, std::string_view text)
      : page_{.file = std::move(file), .lines = split_lines(text), .examples = {}} {}

  Result<Page> run() {
    while (at_ < page_.lines.size()) {
      const std::string& line = page_.lines[at_];
      if (line.rfind("```", 0) == 0) {
        skip_code();
      } else if (line.rfind('#', 0) == 0) {
        title_ = trimmed(line.substr(line.find_first_not_of('#')));
        in_example_ = false;
        ++at_;
      } else if (line.rfind("Terms:", 0) == 0) {
        if (Status s = read_terms(); !s) return s.error();
      } else if (is_table_line(line)) {
        if (Status s = read_table(); !s) return s.error();
      } else {
        ++at_;
      }
    }
    return std::move(page_);
  }

 private:
  Error error(std::size_t index, std::string message) const {
    return Error{.id = "spec.malformed",
                 .message = std::move(message),
                 .file = page_.file,
                 .line = static_cast<std::uint32_t>(index + 1)};
  }

  void skip_code() {
    ++at_;
    while (at_ < page_.lines.size() && page_.lines[at_].rfind("```", 0) != 0) ++at_;
    ++at_;
  }

  Example& example() {
    if (!in_example_) {
      page_.examples.push_back({.line = at_ + 1, .title = title_, .terms = {}, .tables = {}});
      in_example_ = true;
    }
    return page_.examples.back();
  }

  Status read_terms() {
    in_example_ = false;
    Example& here = example();
    for (; at_ < page_.lines.size() && !trimmed(page_.lines[at_]).empty(); ++at_) {
      std::string_view rest = page_.lines[at_];
      for (auto open = rest.find('`'); open != std::string_view::npos; open = rest.find('`')) {
        rest.remove_prefix(open + 1);
        const auto close = rest.find('`');
        if (close == std::string_view::npos)
          return error(at_, "an inline code is not closed on its line");
        const std::string_view pair = rest.substr(0, close);
        const auto equals = pair.find('=');
        if (equals == std::string_view::npos)
          return error(at_, "`" + std::string(pair) + "` is not of the form `key = value`");
        here.terms.push_back(
            {trimmed(pair.substr(0, equals)), trimmed(pair.substr(equals + 1)), at_ + 1});
        rest.remove_prefix(close + 1);
      }
    }
    if (here.terms.empty())
      return error(at_ - 1, "a Terms: paragraph holds `key = value` pairs in inline code");
    return money::ok();
  }

  Status read_table() {
    Table table{.line = at_ + 1,
                .headings = cells_of(page_.lines[at_]),
                .columns = {},
                .rule = {},
                .rows = {}};
    for (const auto& heading : table.headings) table.columns.push_back(column_name(heading));
    const std::size_t header = at_++;
    if (at_ < page_.lines.size() && is_table_line(page_.lines[at_]))
      table.rule = cells_of(page_.lines[at_]);
    if (table.rule.size() != table.columns.size() || !is_rule(table.rule)) {
      return error(header, "the line below a table's header must be its rule, with as many cells");
    }
    for (++at_; at_ < page_.lines.size() && is_table_line(page_.lines[at_]); ++at_) {
      TableRow row{.line = at_ + 1, .cells = {}};
      for (auto& text : cells_of(page_.lines[at_])) row.cells.push_back({std::move(text)});
      if (row.cells.size() != table.columns.size()) {
        return error(at_, "this row has " + std::to_string(row.cells.size()) +
                              " cells, the header " + std::to_string(table.columns.size()));
      }
      table.rows.push_back(std::move(row));
    }
    example().tables.push_back(std::move(table));
    return money::ok();
  }

  Page page_;
  std::size_t at_ = 0;
  std::string title_;
  bool in_example_ = false;
};

/// Cell texts of a table's lines, header and rule included, as they shall read.
std::vector<std::vector<std::string>> grid_of(const Table& table) {
  std::vector<std::vector<std::string>> grid = {table.headings, {}};
  for (const auto& row : table.rows) {
    auto& line = grid.emplace_back();
    for (const auto& cell : row.cells) line.push_back(cell.actual.value_or(cell.text));
  }
  return grid;
}

std::string line_of(const std::vector<std::string>& cells, const Table& table,
                    const std::vector<std::size_t>& widths) {
  std::string line = "|";
  for (std::size_t i = 0; i < cells.size(); ++i) {
    const std::string fill(widths[i] - display_width(cells[i]), ' ');
    const bool right = table.rule[i].back() == ':';
    line += " " + (right ? fill + cells[i] : cells[i] + fill) + " |";
  }
  return line;
}

std::string rule_of(const Table& table, const std::vector<std::size_t>& widths) {
  std::string line = "|";
  for (std::size_t i = 0; i < widths.size(); ++i) {
    const bool left = table.rule[i].front() == ':';
    const bool right = table.rule[i].back() == ':';
    line += (left ? ":" : "-") + std::string(widths[i], '-') + (right ? ":" : "-") + "|";
  }
  return line;
}

void write_table(const Table& table, std::vector<std::string>& lines) {
  const auto grid = grid_of(table);
  std::vector<std::size_t> widths(table.columns.size(), 1);
  for (const auto& cells : grid) {
    for (std::size_t i = 0; i < cells.size(); ++i)
      widths[i] = std::max(widths[i], display_width(cells[i]));
  }
  for (std::size_t i = 0; i < grid.size(); ++i) {
    lines[table.line - 1 + i] = i == 1 ? rule_of(table, widths) : line_of(grid[i], table, widths);
  }
}

}  // namespace

std::optional<std::size_t> Table::column(std::string_view name) const {
  const auto found = std::find(columns.begin(), columns.end(), name);
  if (found == columns.end()) return std::nullopt;
  return static_cast<std::size_t>(found - columns.begin());
}

std::string_view Table::text(const TableRow& row, std::string_view name) const {
  const auto index = column(name);
  return index ? std::string_view(row.cells[*index].text) : std::string_view();
}

void Table::expect(TableRow& row, std::string_view name, std::string actual) {
  const auto index = column(name);
  if (index && !row.cells[*index].text.empty()) row.cells[*index].actual = std::move(actual);
}

Result<Page> parse_page(std::string file, std::string_view text) {
  return Parser(std::move(file), text).run();
}

std::vector<Failure> differences(const Page& page) {
  std::vector<Failure> failures;
  for (const auto& example : page.examples) {
    for (const auto& table : example.tables) {
      for (const auto& row : table.rows) {
        for (std::size_t i = 0; i < row.cells.size(); ++i) {
          const Cell& cell = row.cells[i];
          if (!cell.actual || *cell.actual == cell.text) continue;
          failures.push_back({row.line, example.title + ": " + table.columns[i] + ": expected " +
                                            cell.text + ", got " +
                                            (cell.actual->empty() ? "nothing" : *cell.actual)});
        }
      }
    }
  }
  return failures;
}

std::string updated(const Page& page) {
  auto lines = page.lines;
  for (const auto& example : page.examples) {
    for (const auto& table : example.tables) write_table(table, lines);
  }
  std::string text;
  for (const auto& line : lines) text += line + "\n";
  return text;
}

}  // namespace loanbook::specs
