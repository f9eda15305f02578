#include "loanbook/money/text.hpp"

#include <catch2/catch.hpp>

namespace {

using namespace loanbook::money;

TEST_CASE("broken UTF-8 is found at its first byte", "[text]") {
  struct Row {
    std::string text;
    std::size_t at;
  };
  constexpr std::size_t none = std::string_view::npos;
  // Unicode 15, table 3-7, row by row.
  const Row rows[] = {
      {"", none},
      {"plain", none},
      {"贷款 é 😀", none},
      {"\xED\x9F\xBF", none},
      {"\xEE\x80\x80", none},
      {"\xF4\x8F\xBF\xBF", none},
      {"a\x80", 1},
      {"\xC0\xAF", 0},
      {"\xC1\xBF", 0},
      {"\xC3", 0},
      {"ab\xC3(", 2},
      {"\xE0\x9F\xBF", 0},
      {"\xED\xA0\x80", 0},
      {"\xE4\xB8", 0},
      {"\xF0\x8F\xBF\xBF", 0},
      {"\xF4\x90\x80\x80", 0},
      {"\xF5\x80\x80\x80", 0},
      {"x\xFF", 1},
  };
  for (const auto& row : rows) DYNAMIC_SECTION(quoted(row.text)) {
      CHECK(utf8_invalid_at(row.text) == row.at);
    }
}

TEST_CASE("foreign text in a message is short and printable", "[text]") {
  CHECK(quoted("") == "''");
  CHECK(quoted("abc") == "'abc'");
  CHECK(quoted("张三") == "'张三'");
  CHECK(quoted("a\nb\x7f") == "'a\\x0ab\\x7f'");
  CHECK(quoted("\xff") == "'\\xff'");
  CHECK(quoted(std::string(40, 'x')) == "'" + std::string(40, 'x') + "'");
  CHECK(quoted(std::string(41, 'x')) == "'" + std::string(40, 'x') + "...'");
  // A character is shown whole or not at all.
  CHECK(quoted(std::string(39, 'x') + "张") == "'" + std::string(39, 'x') + "...'");
  CHECK(utf8_length("张三 a") == 4);
}

}  // namespace
