// Accounts of charges by code in product files.

#include <catch2/catch.hpp>

#include "loanbook/interchange/product_toml.hpp"
#include "loanbook/interchange/product_words.hpp"

namespace {

using namespace loanbook;
using namespace loanbook::interchange;

const std::string head = R"(id = "fees"
currency = "CNY"
[terms]
method = "level"
installments = 12
amount = { min = "1.00", max = "5000.00" }
rate = "12%"
[servicing]
[accounts]
)";

TEST_CASE("charges by code reach their groups, come back from an export and are said in words",
          "[product]") {
  const auto read =
      read_product(head +
                       "charge_income_1 = { code = \"6041\", name = \"Origination\", charges = "
                       "[\"origination\", "
                       "\"a \\\"b\\\"\"] }\n"
                       "charge_income_4 = { code = \"6044\", penalties = [\"late charge\"] }\n",
                   "p.toml");
  if (!read) FAIL(read.error().message);
  CHECK(read->charge_income == std::map<std::string, std::uint8_t>{
                                   {"a \"b\"", 1}, {"origination", 1}, {"late charge", 4}});
  CHECK(read->penalty_groups == 8);
  const auto again = read_product(write_product(*read), "export");
  if (!again) FAIL(again.error().message);
  CHECK(*again == *read);
  std::string words;
  for (const std::string& sentence : product_sentences(*read)) words += sentence + "\n";
  CHECK(words.find("Income of the penalties late charge stands on account 6044 (Income of charges, "
                   "group 4).") != std::string::npos);
  auto other = *read;
  other.charge_income["late charge"] = 1;
  other.charge_income.erase("origination");
  const auto differences = product_differences(*read, other);
  CHECK(differences.size() == 2);
}

TEST_CASE("accounts of charges that cannot be are refused with their line", "[product]") {
  struct Row {
    const char* name;
    const char* lines;
    const char* id;
    std::uint32_t line;
    const char* says;
  };
  const Row rows[] = {
      {"charges of another role", "fee_income = { code = \"6040\", charges = [\"a\"] }\n",
       "product.charge_income", 10, "move `charges` to one of them"},
      {"a group without charges", "charge_income_2 = { code = \"6042\" }\n",
       "product.charge_income", 10, "name the charges"},
      {"an empty list", "charge_income_2 = { code = \"6042\", charges = [] }\n",
       "product.charge_income", 10, "names no charge"},
      {"fees and penalties",
       "charge_income_2 = { code = \"1\", charges = [\"a\"], penalties = "
       "[\"b\"] }\n",
       "product.charge_income", 10, "another group the other"},
      {"a code in two groups",
       "charge_income_1 = { code = \"1\", charges = [\"a\"] }\n"
       "charge_income_2 = { code = \"2\", penalties = [\"b\", \"a\"] }\n",
       "product.charge_income", 11, "stands in charge_income_1 already"},
      {"a code twice", "charge_income_1 = { code = \"1\", charges = [\"a\", \"a\"] }\n",
       "product.charge_income", 10, "already"},
      {"no text", "charge_income_1 = { code = \"1\", charges = [5] }\n", "product.wrong_type", 10,
       "a list of codes in quotes"},
      {"no list", "charge_income_1 = { code = \"1\", charges = \"a\" }\n", "product.wrong_type", 10,
       "a list in brackets"},
      {"a misspelt key", "charge_income_1 = { code = \"1\", charge = [\"a\"] }\n",
       "product.unknown_key", 10, "did you mean"},
      {"no account", "charge_income_1 = { charges = [\"a\"] }\n", "product.missing_key", 10,
       "'code'"},
  };
  for (const Row& row : rows) {
    DYNAMIC_SECTION(row.name) {
      const auto read = read_product(head + row.lines, "p.toml");
      REQUIRE(!read);
      CHECK(read.error().id == row.id);
      CHECK(read.error().line == row.line);
      CHECK(read.error().file == "p.toml");
      INFO(read.error().message);
      CHECK(read.error().message.find(row.says) != std::string::npos);
    }
  }
}

TEST_CASE("the late charge of a product stands under what it is", "[product]") {
  std::string text = head;
  const std::string servicing = "[servicing]\n";
  text.replace(text.find(servicing), servicing.size(),
               servicing +
                   "late_charge = { code = \"late\", kind = \"penalty\", amount = "
                   "\"5.00\" }\n");
  const auto read =
      read_product(text + "charge_income_1 = { code = \"1\", charges = [\"late\"] }\n", "p.toml");
  REQUIRE(!read);
  CHECK(read.error().id == "product.charge_income");
  CHECK(read.error().line == 10);
  CHECK(read_product(text + "charge_income_1 = { code = \"1\", penalties = [\"late\"] }\n",
                     "p.toml"));
}

}  // namespace
