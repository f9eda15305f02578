#include "loanbook/interchange/html.hpp"

#include "loanbook/interchange/text_width.hpp"

namespace loanbook::interchange {
namespace {

constexpr std::string_view style = R"(
:root { color-scheme: light dark; }
body { font: 15px/1.5 system-ui, sans-serif; max-width: 60em; margin: 2em auto; padding: 0 1em;
  background: Canvas; color: CanvasText; }
h1 { font-size: 1.4em; margin-bottom: .2em; }
dl { display: grid; grid-template-columns: max-content 1fr; gap: .1em 1.5em; }
dt { opacity: .7; } dd { margin: 0; }
dd, td, th { font-variant-numeric: tabular-nums; }
figure { margin: 1.5em 0; } svg { width: 100%; height: auto; }
svg text { fill: CanvasText; font-size: 12px; }
table { border-collapse: collapse; width: 100%; }
th, td { text-align: left; padding: .15em .6em; border-bottom: 1px solid rgba(128, 128, 128, .35); }
.n { text-align: right; }
tr.total td { font-weight: 600; border-top: 2px solid currentColor; }
pre { white-space: pre-wrap; }
@media print { body { margin: 0; max-width: none; font-size: 11px; } thead { display: table-header-group; }
  tr, figure { break-inside: avoid; } }
)";

bool is_number(const Column& column) {
  return column.kind == ColumnKind::amount || column.kind == ColumnKind::integer;
}

std::string cell_text(const Column& column, const std::string& cell) {
  return html_escaped(is_number(column) ? with_thousands(cell) : cell);
}

void append_table(std::string& out, const HtmlPage& page) {
  out += "<table>\n<thead><tr>";
  for (const Column& column : page.columns) {
    out += is_number(column) ? "<th scope=\"col\" class=\"n\">" : "<th scope=\"col\">";
    out += html_escaped(column.heading) + "</th>";
  }
  out += "</tr></thead>\n<tbody>\n";
  for (const Row& row : page.rows) {
    out += row.mark == RowMark::plain ? "<tr>" : "<tr class=\"total\">";
    for (std::size_t i = 0; i < page.columns.size(); ++i) {
      out += is_number(page.columns[i]) ? "<td class=\"n\">" : "<td>";
      out += cell_text(page.columns[i], row.cells[i]) + "</td>";
    }
    out += "</tr>\n";
  }
  out += "</tbody>\n</table>\n";
}

}  // namespace

std::string html_escaped(std::string_view text) {
  std::string out;
  for (const char c : printable(text)) {
    switch (c) {
      case '&':
        out += "&amp;";
        break;
      case '<':
        out += "&lt;";
        break;
      case '>':
        out += "&gt;";
        break;
      case '"':
        out += "&quot;";
        break;
      case '\'':
        out += "&#39;";
        break;
      default:
        out += c;
    }
  }
  return out;
}

std::string render(const HtmlPage& page) {
  const std::string heading = html_escaped(page.title.empty() ? "loanbook" : page.title.front());
  std::string out = "<!doctype html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n";
  out += "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n";
  out += "<title>" + heading + "</title>\n<style>";
  out += style;
  out += "</style>\n</head>\n<body>\n<h1>" + heading + "</h1>\n";
  for (std::size_t i = 1; i < page.title.size(); ++i)
    out += "<p>" + html_escaped(page.title[i]) + "</p>\n";
  if (!page.facts.empty()) {
    out += "<dl>\n";
    for (const auto& [name, value] : page.facts)
      out += "<dt>" + html_escaped(name) + "</dt><dd>" + html_escaped(value) + "</dd>\n";
    out += "</dl>\n";
  }
  if (!page.figure.empty()) out += "<figure>\n" + page.figure + "</figure>\n";
  append_table(out, page);
  for (const std::string& note : page.notes) out += "<p>" + html_escaped(note) + "</p>\n";
  if (!page.details.empty()) {
    out += "<pre>";
    for (const std::string& line : page.details) out += html_escaped(line) + "\n";
    out += "</pre>\n";
  }
  return out + "</body>\n</html>\n";
}

}  // namespace loanbook::interchange
