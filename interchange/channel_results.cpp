#include "loanbook/interchange/channel_results.hpp"

#include <array>

#include "loanbook/interchange/csv.hpp"
#include "loanbook/interchange/ndjson.hpp"

namespace loanbook::interchange {
namespace {

constexpr std::array<std::string_view, 5> columns = {"reference", "status", "amount", "code",
                                                     "day"};

/// The cells by column; gives the column that is wrong beside the error.
std::optional<std::pair<Error, std::size_t>> take(const std::array<std::string_view, 5>& cells,
                                                  ChannelResult& row) {
  row.reference = cells[0];
  row.status = cells[1];
  for (char& c : row.status) c = c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
  row.amount = cells[2];
  row.code = cells[3];
  if (row.reference.empty())
    return std::pair{Error{"results.reference_missing",
                           "the line names no reference: nobody knows what it answers"},
                     std::size_t{0}};
  if (row.status.empty())
    return std::pair{Error{"results.status_missing", "the line has no status"}, std::size_t{1}};
  if (cells[4].empty()) return {};
  const auto day = money::parse_day(cells[4]);
  if (!day) return std::pair{day.error(), std::size_t{4}};
  row.day = *day;
  return {};
}

Result<ChannelResults> read_csv(std::string_view text, const std::string& file_name) {
  auto csv = CsvReader::open(text, file_name);
  if (!csv) return csv.error();
  std::array<std::optional<std::size_t>, columns.size()> places;
  for (std::size_t i = 0; i < columns.size(); ++i) {
    places[i] = csv->find(columns[i]);
    if (places[i] || i > 1) continue;
    return csv->require(columns[i]).error();
  }
  ChannelResults results;
  for (;;) {
    const auto more = csv->next();
    if (more && !*more) return results;
    if (!more) {
      results.problems.push_back(more.error());
      continue;
    }
    std::array<std::string_view, columns.size()> cells;
    for (std::size_t i = 0; i < columns.size(); ++i) {
      if (places[i]) cells[i] = csv->field(*places[i]);
    }
    ChannelResult row{.line = csv->line()};
    if (auto wrong = take(cells, row))
      results.problems.push_back(csv->place(std::move(wrong->first), *places[wrong->second]));
    else
      results.rows.push_back(std::move(row));
  }
}

Result<ChannelResults> read_ndjson(std::string_view text, const std::string& file_name) {
  NdjsonReader reader(text, file_name);
  ChannelResults results;
  for (;;) {
    const auto more = reader.next();
    if (more && !*more) return results;
    if (!more) {
      results.problems.push_back(more.error());
      continue;
    }
    std::array<std::string_view, columns.size()> cells;
    for (std::size_t i = 0; i < columns.size(); ++i) {
      const JsonMember* member = reader.find(columns[i]);
      if (member != nullptr && member->kind != JsonKind::null) cells[i] = member->text;
    }
    ChannelResult row{.line = reader.line()};
    if (auto wrong = take(cells, row))
      results.problems.push_back(
          reader.place(std::move(wrong->first), reader.find(columns.at(wrong->second))));
    else
      results.rows.push_back(std::move(row));
  }
}

}  // namespace

Result<ChannelResults> read_channel_results(std::string_view text, const std::string& file_name) {
  const std::size_t first = text.find_first_not_of(" \t\r\n\xef\xbb\xbf");
  const bool json = first != std::string_view::npos && text[first] == '{';
  return json ? read_ndjson(text, file_name) : read_csv(text, file_name);
}

}  // namespace loanbook::interchange
