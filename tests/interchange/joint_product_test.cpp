// The table [joint] of product files.

#include <catch2/catch.hpp>
#include <fstream>
#include <iterator>
#include <string>

#include "loanbook/interchange/product_toml.hpp"

namespace loanbook::interchange {
namespace {

std::string example() {
  std::ifstream file(LOANBOOK_SOURCE_DIR "/examples/products/joint-30-70.toml");
  return {std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>()};
}

std::string changed(const std::string& from, const std::string& to) {
  std::string text = example();
  const auto at = text.find(from);
  REQUIRE(at != std::string::npos);
  return text.replace(at, from.size(), to);
}

TEST_CASE("the joint rules of a product file reach their fields, and come back", "[product]") {
  const auto read = read_product(example(), "joint");
  REQUIRE(read);
  REQUIRE(read->joint);
  const ledger::JointRules& rules = *read->joint;
  REQUIRE(rules.parties.size() == 2);
  CHECK(rules.parties[1].id == "city-bank");
  CHECK(rules.parties[1].weight == 70);
  CHECK(rules.lead == "platform-bank");
  CHECK(rules.interest == ledger::InterestShare::service_fee);
  CHECK(rules.service_fee_e6 == 200'000);
  CHECK(rules.books == ledger::JointBooks::own_share);
  CHECK(rules.compensation_days == 80);
  CHECK(rules.partner_min_e6 == 300'000);
  CHECK(read_product(write_product(*read), "again").value() == *read);
}

TEST_CASE("a partner's funding rate comes back too", "[product]") {
  std::string text = changed("weight = 70", "weight = 70, funding_rate = \"4.35%\"");
  text = text.replace(text.find("\"service-fee\"\n"), 13, "\"funding-rate\"");
  text = text.replace(text.find("service_fee = \"20%\""), 19, "");
  const auto read = read_product(text, "joint");
  if (!read) FAIL(read.error().message);
  CHECK(read->joint->parties[1].funding_rate->percent_text() == "4.35%");
  CHECK(read_product(write_product(*read), "again").value() == *read);
}

TEST_CASE("what is wrong with the parties is said with its place", "[product]") {
  struct Row {
    const char* from;
    const char* to;
    const char* id;
    std::uint32_t line;
  };
  const Row rows[] = {
      {"weight = 70", "weight = 0", "product.parties", 32},
      {"weight = 30", "weight = 170", "product.parties", 32},
      {"\"city-bank\"", "\"platform-bank\"", "product.parties", 32},
      {"weight = 70", "wieght = 70", "product.unknown_key", 34},
      {"weight = 70", "weight = \"70\"", "product.wrong_type", 34},
      {"lead = \"platform-bank\"", "lead = \"nobody\"", "product.joint", 28},
      {"lead = \"platform-bank\"", "", "product.missing_key", 28},
      {"\"service-fee\"", "\"servicefee\"", "product.bad_value", 38},
      {"\"20%\"", "\"120%\"", "product.bad_value", 39},
      {"service_fee = \"20%\"", "", "product.joint", 28},
      {"\"own-share\"", "\"own\"", "product.bad_value", 45},
  };
  for (const Row& row : rows) {
    DYNAMIC_SECTION(row.to << " for " << row.from) {
      const auto read = read_product(changed(row.from, row.to), "joint.toml");
      REQUIRE_FALSE(read);
      CHECK(read.error().id == row.id);
      CHECK(read.error().file == "joint.toml");
      CHECK(read.error().line == row.line);
    }
  }
}

}  // namespace
}  // namespace loanbook::interchange
