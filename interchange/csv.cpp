#include "loanbook/interchange/csv.hpp"

#include <algorithm>
#include <array>
#include <cstring>

#include "loanbook/interchange/suggest.hpp"
#include "loanbook/money/limits.hpp"
#include "loanbook/money/text.hpp"

namespace loanbook::interchange {
namespace {

using money::quoted;

constexpr std::string_view byte_order_mark = "\xEF\xBB\xBF";

// Bytes at which the scan of an unquoted field stops.
constexpr std::array<bool, 256> stops_plain = [] {
  std::array<bool, 256> stops{};
  for (unsigned byte = 0; byte < 0x20; ++byte) stops[byte] = byte != '\t';
  stops[','] = stops['"'] = stops[0x7F] = true;
  return stops;
}();

bool is_ascii(std::string_view text) {
  constexpr std::uint64_t high_bits = 0x8080808080808080U;
  std::size_t at = 0;
  for (; at + sizeof(std::uint64_t) <= text.size(); at += sizeof(std::uint64_t)) {
    std::uint64_t word = 0;
    std::memcpy(&word, text.data() + at, sizeof word);
    if ((word & high_bits) != 0) return false;
  }
  return std::all_of(text.begin() + static_cast<std::ptrdiff_t>(at), text.end(),
                     [](char c) { return static_cast<unsigned char>(c) < 0x80; });
}

// Inside quotes line ends and tabs are text.
std::size_t control_at(std::string_view inside) {
  const auto found = std::ranges::find_if(inside, [](char c) {
    const bool is_text = static_cast<unsigned char>(c) >= 0x20 && c != 0x7F;
    return !is_text && c != '\t' && c != '\n' && c != '\r';
  });
  return found == inside.end() ? std::string_view::npos
                               : static_cast<std::size_t>(found - inside.begin());
}

std::string unescape(std::string_view inside) {
  std::string out;
  out.reserve(inside.size());
  for (std::size_t at = 0; at < inside.size(); ++at) {
    out += inside[at];
    if (inside[at] == '"') ++at;  // the second of a pair
  }
  return out;
}

}  // namespace

Result<CsvReader> CsvReader::open(std::string_view text, std::string file_name) {
  CsvReader reader{text, std::move(file_name)};
  if (text.starts_with(byte_order_mark)) reader.at_ = byte_order_mark.size();
  if (reader.at_ == text.size()) {
    return Error{.id = "csv.empty_file",
                 .message = "the file is empty; its first line must name the columns",
                 .file = reader.file_name_};
  }
  if (text.starts_with("\xFF\xFE") || text.starts_with("\xFE\xFF")) {
    return reader.error_at("csv.not_utf8", "the file is UTF-16; save it as UTF-8", 0);
  }
  if (std::optional<Error> error = reader.read_row()) return *error;
  if (std::optional<Error> error = reader.check_header()) return *error;
  for (const std::string_view name : reader.fields_) reader.header_.emplace_back(name);
  reader.raw_header_ = reader.raw();
  return reader;
}

std::optional<std::size_t> CsvReader::find(std::string_view name) const {
  const auto found = std::ranges::find(header_, name);
  if (found == header_.end()) return std::nullopt;
  return static_cast<std::size_t>(found - header_.begin());
}

Result<std::size_t> CsvReader::require(std::string_view name) const {
  if (const std::optional<std::size_t> index = find(name)) return *index;
  const std::vector<std::string_view> names(header_.begin(), header_.end());
  return Error{.id = "csv.missing_column",
               .message = "the file has no column " + quoted(name) + did_you_mean(name, names) +
                          "; name it in the first line",
               .file = file_name_,
               .line = 1,
               .column = 1};
}

Result<bool> CsvReader::next() {
  if (at_ >= text_.size()) return false;
  ++row_;
  if (std::optional<Error> error = read_row()) return *error;
  if (std::optional<Error> error = check_count()) return *error;
  return true;
}

std::string_view CsvReader::raw() const { return text_.substr(row_begin_, row_end_ - row_begin_); }

Error CsvReader::place(Error error, std::size_t index) const {
  Error placed = error_at("", std::move(error.message), starts_[index]);
  placed.id = std::move(error.id);
  return placed;
}

Error CsvReader::place_row(Error error) const {
  Error placed = error_at("", std::move(error.message), row_begin_);
  placed.id = std::move(error.id);
  return placed;
}

// Reads the fields between at_ and the end of the row. On an error at_ stands behind the broken
// row.
std::optional<Error> CsvReader::read_row() {
  row_begin_ = at_;
  row_line_ = next_line_;
  fields_.clear();
  starts_.clear();
  if (!unescaped_.empty()) unescaped_.clear();
  has_quotes_ = false;
  std::size_t at = at_;
  while (true) {
    starts_.push_back(at);
    std::optional<Error> error;
    if (at < text_.size() && text_[at] == '"') {
      error = read_quoted(&at);
    } else {
      const std::size_t begin = at;
      while (at < text_.size() && !stops_plain[static_cast<unsigned char>(text_[at])]) ++at;
      fields_.push_back(text_.substr(begin, at - begin));
    }
    if (!error && at < text_.size() && text_[at] == ',') {
      ++at;
      if (fields_.size() < money::limits::csv_columns_max) continue;
      error = error_at("csv.line_too_long",
                       "the row has more than " + std::to_string(money::limits::csv_columns_max) +
                           " fields; check for a stray separator",
                       at);
    }
    if (!error) error = end_row(&at);
    if (!error) return check_characters();
    skip_line();
    return error;
  }
}

// *at stands on an opening quote and ends behind the closing one.
std::optional<Error> CsvReader::read_quoted(std::size_t* at) {
  const std::size_t opening = *at;
  const std::size_t limit = std::min(text_.size(), row_begin_ + money::limits::csv_line_max);
  bool doubled = false;
  std::size_t closing = opening + 1;
  for (;; closing += 2, doubled = true) {
    closing = text_.find('"', closing);
    if (closing == std::string_view::npos || closing >= limit) {
      const bool at_end = closing == std::string_view::npos && limit == text_.size();
      return error_at(at_end ? "csv.unterminated_quote" : "csv.line_too_long",
                      at_end ? "the file ends inside the quotes that open here; it was cut, or a "
                               "quote is missing"
                             : "the quotes that open here are not closed within " +
                                   std::to_string(money::limits::csv_line_max) +
                                   " bytes; a quote is missing",
                      opening);
    }
    if (closing + 1 >= text_.size() || text_[closing + 1] != '"') break;
  }
  const std::string_view inside = text_.substr(opening + 1, closing - opening - 1);
  if (const std::size_t control = control_at(inside); control != std::string_view::npos) {
    return control_character(opening + 1 + control);
  }
  has_quotes_ = true;
  fields_.push_back(doubled ? std::string_view{unescaped_.emplace_back(unescape(inside))} : inside);
  *at = closing + 1;
  return std::nullopt;
}

// *at stands behind the last field; moves at_ to the next row.
std::optional<Error> CsvReader::end_row(std::size_t* at) {
  row_end_ = *at;
  if (*at < text_.size()) {
    const char c = text_[*at];
    const bool crlf = text_.substr(*at, 2) == "\r\n";
    if (c != '\n' && !crlf) {
      const bool after_quote = text_[starts_.back()] == '"';
      if (after_quote) {
        return error_at("csv.text_after_quote",
                        "there is text behind closing quotes; write a quote inside quotes twice",
                        *at);
      }
      if (c == '"') {
        return error_at("csv.stray_quote",
                        "there is a quote inside a field without quotes; put the whole field in "
                        "quotes and write the quote twice",
                        *at);
      }
      if (c == '\r') {
        return error_at("csv.stray_return",
                        "there is a carriage return without a line feed; save the file with LF or "
                        "CRLF line ends",
                        *at);
      }
      return control_character(*at);
    }
    *at += crlf ? 2 : 1;
    ended_by_line_ = true;
  } else {
    ended_by_line_ = false;
  }
  if (row_end_ - row_begin_ > money::limits::csv_line_max) {
    return error_at("csv.line_too_long",
                    "the row is longer than " + std::to_string(money::limits::csv_line_max) +
                        " bytes; check for missing line ends",
                    row_begin_);
  }
  at_ = *at;
  const std::string_view row = text_.substr(row_begin_, at_ - row_begin_);
  next_line_ = row_line_ + (has_quotes_ ? static_cast<std::uint64_t>(std::ranges::count(row, '\n'))
                                        : std::uint64_t{1});
  return std::nullopt;
}

Error CsvReader::control_character(std::size_t offset) const {
  return error_at("csv.control_character",
                  "there is a control character " + quoted(text_.substr(offset, 1)) + "; remove it",
                  offset);
}

std::optional<Error> CsvReader::check_characters() const {
  const std::string_view row = raw();
  if (is_ascii(row)) return std::nullopt;
  const std::size_t invalid = money::utf8_invalid_at(row);
  if (invalid == std::string_view::npos) return std::nullopt;
  return error_at(
      "csv.not_utf8",
      "the byte " + quoted(row.substr(invalid, 1)) + " is not UTF-8; save the file as UTF-8",
      row_begin_ + invalid);
}

std::optional<Error> CsvReader::check_header() const {
  for (std::size_t i = 0; i < fields_.size(); ++i) {
    if (fields_[i].empty()) {
      return place({.id = "csv.header_empty_name",
                    .message = "column " + std::to_string(i + 1) +
                               " has no name; the first line must name every column"},
                   i);
    }
    if (std::find(fields_.begin(), fields_.begin() + static_cast<std::ptrdiff_t>(i), fields_[i]) !=
        fields_.begin() + static_cast<std::ptrdiff_t>(i)) {
      return place(
          {.id = "csv.header_duplicate",
           .message = "the column " + quoted(fields_[i]) + " is named twice; rename or remove one"},
          i);
    }
  }
  return std::nullopt;
}

std::optional<Error> CsvReader::check_count() {
  if (fields_.size() == header_.size() && row_end_ > row_begin_) return std::nullopt;
  const std::string counts =
      std::to_string(fields_.size()) + " of " + std::to_string(header_.size()) + " fields";
  if (row_end_ == row_begin_) {
    return error_at("csv.blank_line", "the line is blank; remove it", row_begin_);
  }
  if (!ended_by_line_ && fields_.size() < header_.size()) {
    return error_at(
        "csv.cut_off",
        "the file ends in the middle of this row (" + counts + "); it was cut, get it again",
        row_end_);
  }
  return error_at("csv.field_count",
                  "the row has " + counts +
                      "; check for missing separators, or for separators inside a field without "
                      "quotes",
                  fields_.size() > header_.size() ? starts_[header_.size()] : row_begin_);
}

Error CsvReader::error_at(const char* id, std::string message, std::size_t offset) const {
  const std::string_view before = text_.substr(row_begin_, offset - row_begin_);
  const std::size_t feed = before.rfind('\n');
  const std::string_view same_line =
      feed == std::string_view::npos ? before : before.substr(feed + 1);
  const auto feeds = static_cast<std::uint64_t>(std::ranges::count(before, '\n'));
  return Error{.id = id,
               .message = std::move(message),
               .file = file_name_,
               .line = static_cast<std::uint32_t>(row_line_ + feeds),
               .column = static_cast<std::uint32_t>(money::utf8_length(same_line) + 1)};
}

// After an error: the next row begins behind the first line end of the broken one.
void CsvReader::skip_line() {
  const std::size_t feed = text_.find('\n', row_begin_);
  const bool last = feed == std::string_view::npos;
  row_end_ = last ? text_.size() : feed;
  if (!last && row_end_ > row_begin_ && text_[row_end_ - 1] == '\r') --row_end_;
  at_ = last ? text_.size() : feed + 1;
  next_line_ = row_line_ + 1;
}

void append_csv_field(std::string& out, std::string_view field) {
  if (field.find_first_of(",\"\r\n") == std::string_view::npos) {
    out += field;
    return;
  }
  out += '"';
  for (const char c : field) {
    out += c;
    if (c == '"') out += c;
  }
  out += '"';
}

}  // namespace loanbook::interchange
