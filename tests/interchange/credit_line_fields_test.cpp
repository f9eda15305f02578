// Events of credit lines as rows of files.

#include <catch2/catch.hpp>

#include "loanbook/interchange/import_fields.hpp"

using namespace loanbook;               // NOLINT
using namespace loanbook::interchange;  // NOLINT

namespace {

FieldRow row(std::initializer_list<std::pair<Field, std::string_view>> texts) {
  FieldRow made;
  for (const auto& [field, text] : texts) made.text[static_cast<std::size_t>(field)] = text;
  return made;
}

std::string error_of(const FieldRow& fields) {
  ledger::Command command;
  const auto wrong = build_command(fields, {}, &command);
  return wrong ? wrong->error.id : "none";
}

}  // namespace

TEST_CASE("rows of files become events of credit lines") {
  ledger::Command command;
  CHECK_FALSE(build_command(row({{Field::event, "line-open"},
                                 {Field::line, "C1"},
                                 {Field::line_currency, "CNY"},
                                 {Field::amount, "10000.00"},
                                 {Field::until, "2026-12-31"},
                                 {Field::revolving, "no"},
                                 {Field::sub_limits, "a=5.00 b="}}),
                            {}, &command));
  const auto& open = std::get<ledger::LineRequest>(command.event);
  CHECK(open.kind == ledger::Kind::line_open);
  CHECK(open.limit == "10000.00");
  CHECK_FALSE(open.amount);
  CHECK(open.last_day == money::parse_day("2026-12-31").value());
  CHECK(open.revolving == false);
  REQUIRE(open.sub_limits.size() == 2);
  CHECK(open.sub_limits[0].product == "a");
  CHECK(open.sub_limits[1].amount.empty());

  ledger::Command reserving;
  CHECK_FALSE(build_command(row({{Field::event, "line-reserve"},
                                 {Field::line, "C1"},
                                 {Field::reservation, "R1"},
                                 {Field::amount, "500.00"},
                                 {Field::until, "2026-01-31"}}),
                            {}, &reserving));
  const auto& reserve = std::get<ledger::LineRequest>(reserving.event);
  CHECK(reserve.amount == "500.00");
  CHECK(reserve.until == money::parse_day("2026-01-31").value());
  CHECK_FALSE(reserve.last_day);

  ledger::Command deciding;
  CHECK_FALSE(build_command(row({{Field::event, "risk-decision"},
                                 {Field::choice, "hold"},
                                 {Field::loan_id, "L1"},
                                 {Field::score_id, "S1"}}),
                            {}, &deciding));
  CHECK(std::get<ledger::RiskDecision>(deciding.event).verdict == ledger::Verdict::hold);
  CHECK(deciding.loan == "L1");

  ledger::Command drawing;
  CHECK_FALSE(build_command(row({{Field::event, "open_disburse"},
                                 {Field::loan_id, "L1"},
                                 {Field::product, "level"},
                                 {Field::amount, "100.00"},
                                 {Field::line, "C1"},
                                 {Field::reservation, "R1"}}),
                            {}, &drawing));
  const auto& terms = std::get<ledger::OpenAndDisburse>(drawing.event).terms;
  CHECK(terms.line == "C1");
  CHECK(terms.reservation == "R1");

  CHECK(error_of(row({{Field::event, "line-open"}, {Field::line, "C1"}})) ==
        "import.missing_field");
  CHECK(error_of(row({{Field::event, "risk-decision"}, {Field::choice, "maybe"}})) ==
        "risk.verdict");
  CHECK(error_of(row(
            {{Field::event, "line-change"}, {Field::line, "C1"}, {Field::revolving, "perhaps"}})) ==
        "import.yes_or_no");
  CHECK(error_of(
            row({{Field::event, "line-change"}, {Field::line, "C1"}, {Field::sub_limits, "=5"}})) ==
        "import.sub_limits");
  CHECK(error_of(row({{Field::event, "repay"},
                      {Field::loan_id, "L1"},
                      {Field::amount, "5.00"},
                      {Field::line, "C1"}})) == "import.unexpected_field");
}
