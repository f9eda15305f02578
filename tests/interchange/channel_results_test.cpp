#include "loanbook/interchange/channel_results.hpp"

#include <catch2/catch.hpp>

using namespace loanbook;  // NOLINT
using interchange::read_channel_results;

TEST_CASE("answers of a channel are read from CSV and from NDJSON alike", "[results]") {
  const std::string csv =
      "day,reference,fee,status,amount,code\n"
      "2026-11-05,A-1,0.10,OK,100.00,00\n"
      ",A-2,,failed,,51\n";
  const std::string ndjson =
      "{\"reference\":\"A-1\",\"status\":\"OK\",\"amount\":100.00,\"code\":\"00\",\"day\":"
      "\"2026-11-05\"}\n\n"
      "{\"reference\":\"A-2\",\"status\":\"failed\",\"amount\":null,\"code\":51}\n";
  for (const std::string& text : {csv, ndjson}) {
    const auto results = read_channel_results(text, "answers");
    REQUIRE(results);
    CHECK(results->problems.empty());
    REQUIRE(results->rows.size() == 2);
    CHECK(results->rows[0].reference == "A-1");
    CHECK(results->rows[0].status == "ok");
    CHECK(results->rows[0].amount == "100.00");
    CHECK(money::to_text(*results->rows[0].day) == "2026-11-05");
    CHECK(results->rows[1].code == "51");
    CHECK(results->rows[1].amount.empty());
    CHECK_FALSE(results->rows[1].day);
  }
}

TEST_CASE("a line that answers nothing is named by its place, the others are read", "[results]") {
  const auto results = read_channel_results(
      "reference,status,day\n,ok,\nA-2,,\nA-3,ok,2026-13-01\nA-4,ok\nA-5,ok,2026-11-05\n", "f.csv");
  REQUIRE(results);
  REQUIRE(results->problems.size() == 4);
  CHECK(results->problems[0].id == "results.reference_missing");
  CHECK(results->problems[1].id == "results.status_missing");
  CHECK(results->problems[2].id.starts_with("date."));
  CHECK(results->problems[3].id == "csv.field_count");
  CHECK(results->rows.size() == 1);
  const auto headless = read_channel_results("ref,status\nA,ok\n", "f.csv");
  REQUIRE_FALSE(headless);
  CHECK(headless.error().id == "csv.missing_column");
}
