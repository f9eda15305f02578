#include <catch2/catch.hpp>
#include <filesystem>
#include <fstream>
#include <sstream>

#include "loanbook/interchange/chart_toml.hpp"
#include "loanbook/interchange/product_toml.hpp"

using namespace loanbook;  // NOLINT

namespace {

std::string file_of(const std::filesystem::path& path) {
  std::ifstream in(path);
  std::stringstream text;
  text << in.rdbuf();
  return text.str();
}

constexpr const char* small = R"(id = "small"
[[account]]
code = "1"
name = "One"
class = "asset"
[roles]
principal = "1"
)";

}  // namespace

TEST_CASE("the sample charts have an account for every role of every sample product") {
  const std::filesystem::path examples = std::string(LOANBOOK_SOURCE_DIR) + "/examples";
  int charts = 0;
  for (const auto& each : std::filesystem::directory_iterator(examples / "charts")) {
    const auto chart = interchange::read_chart(file_of(each.path()), each.path().string());
    REQUIRE(chart);
    ++charts;
    for (const auto& file : std::filesystem::directory_iterator(examples / "products")) {
      const auto product = interchange::read_product(file_of(file.path()), file.path().string());
      REQUIRE(product);
      INFO(file.path());
      CHECK(ledger::check_covers(*chart, *product));
    }
    // Written and read again it is the same chart.
    const auto again = interchange::read_chart(interchange::write_chart(*chart), "again");
    REQUIRE(again);
    CHECK(*again == *chart);
  }
  CHECK(charts == 2);
}

TEST_CASE("the default chart is the one that a book has without a chart") {
  const std::string path = std::string(LOANBOOK_SOURCE_DIR) + "/examples/charts/default.toml";
  const auto chart = interchange::read_chart(file_of(path), path);
  REQUIRE(chart);
  for (std::size_t i = 0; i < ledger::role_count; ++i) {
    const auto role = static_cast<ledger::Role>(i);
    ledger::Product product;
    product.currency = *money::Currency::find("CNY");
    const auto account = ledger::gl_account(&*chart, product, role);
    CHECK(account.code == ledger::default_account(role).code);
    CHECK(account.name == ledger::default_account(role).name);
    CHECK(account.account_class == ledger::class_of(role));
  }
}

TEST_CASE("a wrong chart file is refused with line, column and what to write instead") {
  struct Case {
    const char* name;
    std::string text;
    const char* id;
    std::uint32_t line;
  };
  const std::string good = small;
  const Case cases[] = {
      {"no TOML", "id = ", "chart.malformed", 1},
      {"misspelt key", good + "[mapings]\n", "chart.unknown_key", 8},
      {"misspelt role", good + "principle = \"1\"\n", "chart.unknown_key", 8},
      {"unknown account", good + "principal_overdue = \"2\"\n", "chart.account_unknown", 8},
      {"code that is no text", good + "principal_overdue = 1\n", "chart.wrong_type", 8},
      {"unknown class",
       "id = \"x\"\n[[account]]\ncode = \"1\"\nname = \"n\"\nclass = \"assets\"\n"
       "[roles]\n",
       "chart.class_unknown", 5},
      {"channel of a role that has none",
       good + "[[mapping]]\nrole = \"principal\"\naccount = \"1\"\nchannel = \"w\"\n",
       "chart.channel_role", 1},
      {"no id of a branch",
       good + "[[mapping]]\nrole = \"principal\"\naccount = \"1\"\nbranch = \"a b\"\n", "id.short",
       1},
      {"income on an asset", good + "interest_income = \"1\"\n", "chart.class_mismatch", 1},
      {"account twice", good + "[[account]]\ncode = \"1\"\nname = \"Again\"\nclass = \"asset\"\n",
       "chart.account_twice", 1},
  };
  for (const Case& each : cases) {
    DYNAMIC_SECTION(each.name) {
      const auto chart = interchange::read_chart(each.text, "c.toml");
      REQUIRE_FALSE(chart);
      CHECK(chart.error().id == each.id);
      CHECK(chart.error().file == "c.toml");
      CHECK(chart.error().line == each.line);
    }
  }
  CHECK(interchange::read_chart(good, "c.toml"));
}
