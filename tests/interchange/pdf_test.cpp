#include "loanbook/interchange/pdf.hpp"

#include <catch2/catch.hpp>

namespace {

using namespace loanbook::interchange;

Report report(std::size_t rows, std::size_t columns) {
  Report made;
  made.title = {"Statement of loan L-1", "张三的贷款, Müller (x) \\ y"};
  made.columns = {{"day", "Date", ColumnKind::date}, {"text", "What happened"}};
  for (std::size_t c = 0; c < columns; ++c)
    made.columns.push_back({"amount", "Amount", ColumnKind::amount});
  for (std::size_t r = 0; r < rows; ++r) {
    Row row{{"2026-01-01", r % 2 == 0 ? "Payment" : "还款"}};
    for (std::size_t c = 0; c < columns; ++c) row.cells.emplace_back("-1234567.89");
    made.rows.push_back(std::move(row));
  }
  made.notes = {"Complete to entry 7.", "\xF0\x9F\x98\x80 beyond both typefaces"};
  return made;
}

std::size_t pages(const std::string& pdf) {
  std::size_t count = 0;
  for (std::size_t at = pdf.find("/Type /Page\n"); at != std::string::npos;
       at = pdf.find("/Type /Page\n", at + 1))
    ++count;
  return count;
}

TEST_CASE("a report is a PDF, the same one every time", "[pdf]") {
  const auto made = render_pdf(report(3, 4));
  REQUIRE(made);
  CHECK(made->starts_with("%PDF-1."));
  CHECK(made->find("%%EOF") != std::string::npos);
  CHECK(*made == *render_pdf(report(3, 4)));
  CHECK(pages(*made) == 1);
}

TEST_CASE("long reports have pages, wide ones smaller letters, empty ones a heading", "[pdf]") {
  CHECK(pages(*render_pdf(report(500, 2))) > 5);
  CHECK(pages(*render_pdf(report(2, 40))) == 1);
  CHECK(pages(*render_pdf(report(0, 1))) == 1);
}

}  // namespace
