#pragma once

// A report as one HTML page: no script, nothing from elsewhere, readable in the dark and on paper.

#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "loanbook/interchange/table.hpp"

namespace loanbook::interchange {

/// `text` with `& < > " '` escaped and control characters replaced.
[[nodiscard]] std::string html_escaped(std::string_view text);

struct HtmlPage {
  std::vector<std::string> title;  ///< the first is the heading, the others lines below it
  std::vector<std::pair<std::string, std::string>> facts{};  ///< name and value, above the table
  std::string figure{};  ///< markup as it stands, such as an SVG; not escaped
  std::vector<Column> columns;
  std::vector<Row> rows;
  std::vector<std::string> notes{};    ///< paragraphs below the table
  std::vector<std::string> details{};  ///< lines of a preformatted block at the end
};
[[nodiscard]] std::string render(const HtmlPage& page);

}  // namespace loanbook::interchange
