#include "loanbook/interchange/table.hpp"

#include <catch2/catch.hpp>

#include "loanbook/interchange/suggest.hpp"
#include "loanbook/interchange/text_width.hpp"

namespace {

using namespace loanbook::interchange;

Report sample() {
  return {.title = {"Overdue loans at 2026-03-01"},
          .columns = {{"loan", "Loan", ColumnKind::text},
                      {"due", "Due", ColumnKind::date},
                      {"dpd", "Days", ColumnKind::integer},
                      {"principal", "Principal", ColumnKind::amount}},
          .rows = {{{"A,1", "2026-02-01", "28", "1234567.50"}},
                   {{"张三", "", "", "-0.05"}},
                   {{"M1", "", "", "1234567.45"}, RowMark::subtotal},
                   {{"B \"2\"", "2026-01-31", "1029", "100.00"}},
                   {{"M6+", "", "", "100.00"}, RowMark::subtotal},
                   {{"Total", "", "", "1234667.45"}, RowMark::total}},
          .notes = {"Complete to entry 17."}};
}

TEST_CASE("a table has figures on the right, and totals under a rule", "[table]") {
  CHECK(render(sample(), Format::table) ==
        "Overdue loans at 2026-03-01\n"
        "\n"
        "Loan   Due          Days     Principal\n"
        "──────────────────────────────────────\n"
        "A,1    2026-02-01     28  1,234,567.50\n"
        "张三                             -0.05\n"
        "                          ────────────\n"
        "M1                        1,234,567.45\n"
        "\n"
        "B \"2\"  2026-01-31  1,029        100.00\n"
        "                          ────────────\n"
        "M6+                             100.00\n"
        "──────────────────────────────────────\n"
        "Total                     1,234,667.45\n"
        "\n"
        "Complete to entry 17.\n");
}

TEST_CASE("csv and JSON hold the same figures, exactly and without totals", "[table]") {
  CHECK(render(sample(), Format::csv) ==
        "loan,due,dpd,principal\n"
        "\"A,1\",2026-02-01,28,1234567.50\n"
        "张三,,,-0.05\n"
        "\"B \"\"2\"\"\",2026-01-31,1029,100.00\n");
  CHECK(render(sample(), Format::json) ==
        "[\n"
        "{\"loan\":\"A,1\",\"due\":\"2026-02-01\",\"dpd\":28,\"principal\":\"1234567.50\"},\n"
        "{\"loan\":\"张三\",\"due\":null,\"dpd\":null,\"principal\":\"-0.05\"},\n"
        "{\"loan\":\"B \\\"2\\\"\",\"due\":\"2026-01-31\",\"dpd\":1029,\"principal\":\"100.00\"}\n"
        "]\n");
  CHECK(
      render(sample(), Format::ndjson) ==
      "{\"loan\":\"A,1\",\"due\":\"2026-02-01\",\"dpd\":28,\"principal\":\"1234567.50\"}\n"
      "{\"loan\":\"张三\",\"due\":null,\"dpd\":null,\"principal\":\"-0.05\"}\n"
      "{\"loan\":\"B \\\"2\\\"\",\"due\":\"2026-01-31\",\"dpd\":1029,\"principal\":\"100.00\"}\n");
}

TEST_CASE("an empty report still has its columns", "[table]") {
  const Report report{.title = {}, .columns = {{"loan", "Loan"}}, .rows = {}, .notes = {}};
  CHECK(render(report, Format::table) == "Loan\n────\n");
  CHECK(render(report, Format::csv) == "loan\n");
  CHECK(render(report, Format::json) == "[]\n");
  CHECK(render(report, Format::ndjson).empty());
}

TEST_CASE("text from outside cannot break a table", "[table]") {
  const Report report{.title = {},
                      .columns = {{"a", "A"}, {"n", "N", ColumnKind::integer}},
                      .rows = {{{"x\n\x1b[31m", "1"}}},
                      .notes = {}};
  CHECK(render(report, Format::table) == "A        N\n──────────\nx��[31m  1\n");
  CHECK(render(report, Format::csv) == "a,n\n\"x\n\x1b[31m\",1\n");
}

TEST_CASE("thousands are marked", "[table]") {
  struct Row {
    const char* plain;
    const char* marked;
  };
  const Row rows[] = {{"", ""},
                      {"0", "0"},
                      {"999", "999"},
                      {"1000", "1,000"},
                      {"-1000.5000", "-1,000.5000"},
                      {"-100.00", "-100.00"},
                      {"123456789", "123,456,789"}};
  for (const auto& row : rows) DYNAMIC_SECTION(row.plain) {
      CHECK(with_thousands(row.plain) == row.marked);
    }
}

TEST_CASE("the width of a text is that of a terminal", "[table]") {
  CHECK(display_width("abc") == 3);
  CHECK(display_width("张三") == 4);
  CHECK(display_width("é") == 1);
  CHECK(display_width("e\xCC\x81") == 1);  // e and a combining acute
  CHECK(display_width("한국") == 4);
  CHECK(display_width("ｱ") == 1);  // half-width katakana
  CHECK(display_width("Ａ") == 2);
  CHECK(display_width("😀") == 2);
  CHECK(display_width("\xFF\xFE") == 2);
  CHECK(parse_format("ndjson").value() == Format::ndjson);
  CHECK(parse_format("xml").error().id == "format.unknown");
}

TEST_CASE("a misspelt word is recognised, another is not", "[suggest]") {
  constexpr std::string_view words[] = {"grace", "grace_days", "buckets", "order"};
  CHECK(did_you_mean("gracee", words) == ", did you mean 'grace'?");
  CHECK(did_you_mean("grace_day", words) == ", did you mean 'grace_days'?");
  CHECK(did_you_mean("bukcets", words) == ", did you mean 'buckets'?");
  CHECK(did_you_mean("ord", words) == ", did you mean 'order'?");
  CHECK(did_you_mean("colour", words).empty());
  CHECK(did_you_mean("", words).empty());
}

}  // namespace
