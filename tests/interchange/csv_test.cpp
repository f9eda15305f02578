#include "loanbook/interchange/csv.hpp"

#include <rapidcheck.h>

#include <catch2/catch.hpp>

#include "loanbook/money/limits.hpp"

namespace {

using namespace loanbook::interchange;
using Rows = std::vector<std::vector<std::string>>;

// What a text holds: rows that are well-formed, and `id@line:column` of each error.
struct Read {
  Rows rows;
  std::vector<std::string> errors;
};

std::string place(const Error& error) {
  return error.id + "@" + std::to_string(error.line) + ":" + std::to_string(error.column);
}

Read read(std::string_view text) {
  Read result;
  auto reader = CsvReader::open(text, "f.csv");
  if (!reader) {
    result.errors.push_back(place(reader.error()));
    return result;
  }
  result.rows.push_back(reader->header());
  while (true) {
    const auto more = reader->next();
    if (!more) {
      result.errors.push_back(place(more.error()));
      CHECK(more.error().file == "f.csv");
      continue;
    }
    if (!*more) return result;
    result.rows.emplace_back(reader->fields().begin(), reader->fields().end());
  }
}

TEST_CASE("RFC 4180 is read as it is written", "[csv]") {
  struct Row {
    const char* name;
    std::string text;
    Rows rows;
  };
  const Row rows[] = {
      {"LF", "a,b\n1,2\n", {{"a", "b"}, {"1", "2"}}},
      {"CRLF", "a,b\r\n1,2\r\n", {{"a", "b"}, {"1", "2"}}},
      {"mixed line ends", "a,b\r\n1,2\n3,4\r\n", {{"a", "b"}, {"1", "2"}, {"3", "4"}}},
      {"no line end at the end", "a,b\n1,2", {{"a", "b"}, {"1", "2"}}},
      {"byte order mark",
       "\xEF\xBB\xBF"
       "a,b\n1,2\n",
       {{"a", "b"}, {"1", "2"}}},
      {"header only", "a,b\n", {{"a", "b"}}},
      {"header only, no line end", "a,b", {{"a", "b"}}},
      {"empty fields", "a,b,c\n,,\n", {{"a", "b", "c"}, {"", "", ""}}},
      {"quotes", "a,b\n\"1\",\"2\"\n", {{"a", "b"}, {"1", "2"}}},
      {"empty quotes", "a\n\"\"\n", {{"a"}, {""}}},
      {"separator in quotes", "a,b\n\"1,5\",2\n", {{"a", "b"}, {"1,5", "2"}}},
      {"doubled quotes", "a,b\n\"x\"\"y\",\"\"\"\"\n", {{"a", "b"}, {"x\"y", "\""}}},
      {"line end in quotes", "a,b\n\"x\ny\",2\n3,4\n", {{"a", "b"}, {"x\ny", "2"}, {"3", "4"}}},
      {"CRLF in quotes", "a\r\n\"x\r\ny\"\r\n", {{"a"}, {"x\r\ny"}}},
      {"quoted header", "\"a b\",c\n1,2\n", {{"a b", "c"}, {"1", "2"}}},
      {"spaces and tabs are text", "a,b\n 1,\t2 \n", {{"a", "b"}, {" 1", "\t2 "}}},
      {"UTF-8", "名称,b\n张三,é😀\n", {{"名称", "b"}, {"张三", "é😀"}}},
      {"quotes end the file", "a,b\n1,\"2\"", {{"a", "b"}, {"1", "2"}}},
      {"empty last field ends the file", "a,b\n1,", {{"a", "b"}, {"1", ""}}},
  };
  for (const auto& row : rows) DYNAMIC_SECTION(row.name) {
      const Read result = read(row.text);
      CHECK(result.rows == row.rows);
      CHECK(result.errors.empty());
    }
}

TEST_CASE("a bad file is refused at line and column", "[csv]") {
  struct Row {
    const char* name;
    std::string text;
    const char* error;
  };
  const std::string long_line(loanbook::money::limits::csv_line_max, 'x');
  const Row rows[] = {
      {"empty file", "", "csv.empty_file@0:0"},
      {"only a byte order mark", "\xEF\xBB\xBF", "csv.empty_file@0:0"},
      {"blank header", "\n1\n", "csv.header_empty_name@1:1"},
      {"nameless column", "a,,c\n", "csv.header_empty_name@1:3"},
      {"duplicate column", "a,b,a\n", "csv.header_duplicate@1:5"},
      {"too few fields", "a,b,c\n1,2\n", "csv.field_count@2:1"},
      {"too many fields", "a,b\n1,2,3\n", "csv.field_count@2:5"},
      {"too many fields at the end", "a,b\n1,2,3", "csv.field_count@2:5"},
      {"cut in the middle of a line", "a,b,c\n1,2,3\n4,5", "csv.cut_off@3:4"},
      {"cut in quotes", "a,b\n1,\"2", "csv.unterminated_quote@2:3"},
      {"cut behind a doubled quote", "a,b\n1,\"2\"\"", "csv.unterminated_quote@2:3"},
      {"blank line", "a,b\n\n1,2\n", "csv.blank_line@2:1"},
      {"blank line at the end", "a,b\n1,2\n\n", "csv.blank_line@3:1"},
      {"blank line of one column", "a\n\n", "csv.blank_line@2:1"},
      {"quote in a field", "a,b\n1,x\"y\n", "csv.stray_quote@2:4"},
      {"text behind quotes", "a,b\n1,\"x\"y\n", "csv.text_after_quote@2:6"},
      {"space behind quotes", "a,b\n\"x\" ,1\n", "csv.text_after_quote@2:4"},
      {"old Mac line ends", "a,b\r1,2\r", "csv.stray_return@1:4"},
      {"control character", "a,b\n1,x\x01y\n", "csv.control_character@2:4"},
      {"NUL", std::string("a,b\n1,x\0y\n", 10), "csv.control_character@2:4"},
      {"control character in quotes", "a,b\n1,\"x\x1by\"\n", "csv.control_character@2:5"},
      {"broken UTF-8", "a,b\n1,x\xC3(\n", "csv.not_utf8@2:4"},
      {"Latin-1", "a,b\n1,M\xFCller\n", "csv.not_utf8@2:4"},
      {"UTF-16",
       std::string("\xFF\xFE"
                   "a\0,\0b\0",
                   8),
       "csv.not_utf8@1:1"},
      {"broken UTF-8 in the header", "a,\xFF\n", "csv.not_utf8@1:3"},
      {"long line", "a\n" + long_line + "x\n", "csv.line_too_long@2:1"},
      {"long quotes", "a\n\"" + long_line + "\"\n", "csv.line_too_long@2:1"},
      {"columns count characters", "a,b\n张三,x\"\n", "csv.stray_quote@2:5"},
      {"lines count in quotes", "a,b\n\"x\ny\",z\"\n", "csv.stray_quote@3:5"},
  };
  for (const auto& row : rows) DYNAMIC_SECTION(row.name) {
      const Read result = read(row.text);
      REQUIRE(!result.errors.empty());
      CHECK(result.errors.front() == row.error);
    }
  CHECK(read("a\n" + long_line + "\n").errors.empty());
}

TEST_CASE("reading goes on behind a bad row", "[csv]") {
  const Read result = read("a,b\n1,2\n3\n4,5\n6,\"7\n8,9\n10,\xFF\n11,12");
  const Rows rows = {{"a", "b"}, {"1", "2"}, {"4", "5"}, {"8", "9"}, {"11", "12"}};
  const std::vector<std::string> errors = {"csv.field_count@3:1", "csv.unterminated_quote@5:3",
                                           "csv.not_utf8@7:4"};
  CHECK(result.rows == rows);
  CHECK(result.errors == errors);
}

TEST_CASE("a field tells its place and a row its text", "[csv]") {
  auto reader = CsvReader::open("id,note,amount\r\nL1,\"x\ny\",abc\r\nL2,z,1\r\n", "f.csv").value();
  CHECK(reader.raw_header() == "id,note,amount");
  CHECK(reader.find("amount") == std::optional<std::size_t>{2});
  CHECK_FALSE(reader.find("Amount"));
  CHECK(reader.require("amuont").error().message ==
        "the file has no column 'amuont', did you mean 'amount'?; name it in the first line");
  REQUIRE(reader.next().value());
  CHECK(reader.row() == 1);
  CHECK(reader.line() == 2);
  CHECK(place(reader.place({.id = "e", .message = ""}, 1)) == "e@2:4");
  CHECK(place(reader.place({.id = "e", .message = ""}, 2)) == "e@3:4");
  CHECK(reader.raw() == "L1,\"x\ny\",abc");
  REQUIRE(reader.next().value());
  CHECK(reader.row() == 2);
  CHECK(place(reader.place_row({.id = "e", .message = ""})) == "e@4:1");
  CHECK_FALSE(reader.next().value());
  CHECK_FALSE(reader.next().value());
}

std::string encode(const Rows& rows) {
  std::string out;
  for (const auto& row : rows) {
    for (std::size_t i = 0; i < row.size(); ++i) {
      if (i > 0) out += ',';
      append_csv_field(out, row[i]);
    }
    if (row.size() == 1 && row[0].empty()) out += "\"\"";
    out += '\n';
  }
  return out;
}

TEST_CASE("no bytes crash the reader, and what it takes reads back", "[csv]") {
  CHECK(rc::check([] {
    const auto text = *rc::gen::container<std::string>(rc::gen::oneOf(
        rc::gen::elementOf(std::string("ab1,,,\"\"\n\n\r\t")), rc::gen::arbitrary<char>()));
    const Read first = read(text);
    if (first.rows.empty()) return;
    const Read second = read(encode(first.rows));
    RC_ASSERT(second.errors.empty());
    RC_ASSERT(second.rows == first.rows);
  }));
}

TEST_CASE("any fields that can be written read back", "[csv]") {
  CHECK(rc::check([] {
    const auto width = *rc::gen::inRange<std::size_t>(1, 6);
    const auto cell =
        rc::gen::container<std::string>(rc::gen::elementOf(std::string("ab, \"\n\r\tz")));
    Rows rows = {{}};
    for (std::size_t i = 0; i < width; ++i) rows[0].push_back("c" + std::to_string(i));
    const auto count = *rc::gen::inRange(0, 5);
    for (int i = 0; i < count; ++i) {
      rows.push_back(*rc::gen::container<std::vector<std::string>>(width, cell));
    }
    const Read result = read(encode(rows));
    RC_ASSERT(result.errors.empty());
    RC_ASSERT(result.rows == rows);
  }));
}

}  // namespace
