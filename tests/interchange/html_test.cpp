#include "loanbook/interchange/html.hpp"

#include <catch2/catch.hpp>

#include "loanbook/interchange/plan_chart.hpp"

namespace {

using namespace loanbook;
using namespace loanbook::interchange;

TEST_CASE("a page escapes everything that it is given", "[html]") {
  CHECK(html_escaped("<b a=\"x\">&'\x01") == "&lt;b a=&quot;x&quot;&gt;&amp;&#39;\xEF\xBF\xBD");
  const std::string evil = "<script>alert(1)</script>";
  const std::string page = render(HtmlPage{.title = {evil, evil},
                                           .facts = {{evil, evil}},
                                           .columns = {{"x", evil}},
                                           .rows = {{{evil}}},
                                           .notes = {evil},
                                           .details = {evil}});
  CHECK(page.find("<script") == std::string::npos);
  CHECK(page.find("http") == std::string::npos);
}

TEST_CASE("bars of a plan add up to what is paid, and fit", "[html]") {
  schedule::Plan plan{};
  std::int64_t paid = 0;
  for (std::uint32_t no = 1; no <= 50; ++no) {
    plan.rows.push_back({no, {}, no == 3 ? -20 : 1'000 + no, 20, 0, 5});
    paid += plan.rows.back().payment();
  }
  const auto bars = bars_of(plan, 24);
  CHECK(bars.size() == 17);
  CHECK(bars.back().first == 49);
  std::int64_t shown = 0;
  for (const auto& bar : bars) shown += bar.principal + bar.cost;
  CHECK(shown == paid);
  const money::Currency currency{{'C', 'N', 'Y'}, 2};
  for (const auto& line : bars_text(bars, currency, 80)) {
    std::size_t columns = 0;
    for (const char c : line) columns += (static_cast<unsigned char>(c) & 0xC0U) != 0x80U ? 1 : 0;
    CHECK(columns <= 80);
  }
  CHECK(bars_text({}, currency, 80).empty());
  CHECK(bars_svg(bars, currency).find("installment</text>") != std::string::npos);
}

}  // namespace
