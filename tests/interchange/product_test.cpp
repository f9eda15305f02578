#include <rapidcheck.h>

#include <catch2/catch.hpp>
#include <filesystem>
#include <set>

#include "interchange/small_product.hpp"
#include "loanbook/interchange/file.hpp"
#include "loanbook/interchange/product_toml.hpp"

namespace {

using namespace loanbook;
using namespace loanbook::interchange;

using test::smallest;

TEST_CASE("a product file names what differs from the defaults", "[product]") {
  const auto product = read_product(smallest, "p.toml").value();
  CHECK(product.id == "small");
  CHECK(product.name == "small");
  CHECK(product.version == 1);
  CHECK(product.installments_min == 12);
  CHECK(product.installments_max == 12);
  CHECK(product.amount_max_minor == 200'000);
  CHECK(product.rate_min == money::Rate::parse("18%").value());
  CHECK(product.rate_max == product.rate_default);
  CHECK(product.buckets == schedule::standard_buckets());
  CHECK_FALSE(product.penalty_rate);
}

TEST_CASE("every key of a product file reaches its field", "[product]") {
  const auto product = read_product(R"(
id = "p-1"
version = 7
name = "名"
currency = "KWD"
[terms]
method = "interest-first"
every = "2 weeks"
installments = { min = 2, max = 10, default = 4 }
amount = { min = "0.500", max = "100.000" }
rate = { min = "1%", max = "0.2", default = "7.25 %" }
basis = "daily"
day_count = "30E/360"
first_period = "extra"
due_day = 31
[rounding]
interest = "half-even"
installment = "up"
installment_multiple = "0.100"
accrual = "down"
[overdue]
grace_days = 5
grace = "shift"
penalty = { multiplier = "1.25" }
compound = "contract"
buckets = [0, 10, 20]
categories = [0, 90]
[allocation]
mode = "horizontal"
order = ["principal", "interest"]
after = { dpd_over = 90, order = ["fee"], mode = "vertical" }
[prepayment]
rule = "hold"
[accounts]
settlement = { code = "1", name = "Cash" }
principal = { code = "2" }
)",
                                    "p.toml")
                           .value();
  CHECK(product.version == 7);
  CHECK(product.name == "名");
  CHECK(product.currency.text() == "KWD");
  CHECK(product.method == schedule::Method::interest_first);
  CHECK(product.frequency == schedule::Frequency{schedule::PeriodUnit::week, 2});
  CHECK(product.installments_default == 4);
  CHECK(product.amount_min_minor == 500);
  CHECK(product.rate_max.e12() == 200'000'000'000);
  CHECK(product.rate_default.e12() == 72'500'000'000);
  CHECK(product.basis == schedule::InterestBasis::daily);
  CHECK(product.day_count == schedule::DayCount::thirty_e_360);
  CHECK(product.odd_first == schedule::OddFirst::extra);
  CHECK(product.due_day == 31);
  CHECK(product.interest_rounding.mode == money::RoundingMode::half_even);
  CHECK(product.installment_rounding == money::Rounding{money::RoundingMode::up, 100});
  CHECK(product.accrual_rounding == money::RoundingMode::down);
  CHECK(product.grace_days == 5);
  CHECK(product.grace_mode == schedule::GraceMode::shift);
  CHECK(product.penalty_multiplier_e4 == 12'500);
  CHECK(product.compound == ledger::CompoundRate::contract);
  CHECK(product.buckets.upper == std::vector<std::uint16_t>{0, 10, 20});
  CHECK(product.categories.upper == std::vector<std::uint16_t>{0, 90});
  CHECK(product.allocation.ordinary.count == 2);
  CHECK(product.allocation.ordinary.mode == schedule::AllocationMode::horizontal);
  CHECK(product.allocation.ordinary.order[0] == schedule::Component::principal);
  REQUIRE(product.allocation.when_late);
  CHECK(product.allocation.when_late->dpd_over == 90);
  CHECK(product.allocation.when_late->order.order[0] == schedule::Component::fee);
  CHECK(product.allocation.when_late->order.mode == schedule::AllocationMode::vertical);
  CHECK(product.prepayment == ledger::Prepayment::hold);
  CHECK(account_of(product, ledger::Role::settlement) == ledger::AccountCode{"1", "Cash"});
  CHECK(account_of(product, ledger::Role::principal).code == "2");
  CHECK(account_of(product, ledger::Role::principal).name ==
        ledger::default_account(ledger::Role::principal).name);
  CHECK(read_product(write_product(product), "again").value() == product);
}

TEST_CASE("the plan rules of a product file reach their fields", "[product]") {
  const std::string text = std::string(smallest) + R"(day_count = "ACT/364"
[plan]
fee = { rate = "0.6%", amount = "1.50", rounding = "up", rounded = "total", timing = "first" }
principal_free = 2
interest_free = 1
balloon = "12.5%"
step = { growth = "-5%", every = 6 }
skip_months = { months = [1, 12], interest = "waive" }
holidays = [{ first = 4, last = 5, interest = "defer" }, { first = 7, last = 7 }]
repricing = "at-change"
negative_amortization = true
[business_days]
calendar = "cn"
move = "modified-following"
interest = "follows"
[cap]
rate = "3.1%"
multiplier = 40
of = "compound"
)";
  const auto read = read_product(text, "p.toml");
  if (!read) FAIL(to_text(read.error()));
  const auto& plan = read->plan;
  CHECK(read->day_count == schedule::DayCount::act_364);
  CHECK(plan.fee_rate == money::Rate::parse("0.6%").value());
  CHECK(plan.fee_minor == 150);
  CHECK(plan.fee_rounding.mode == money::RoundingMode::up);
  CHECK(plan.fee_rounded_in_total);
  CHECK(plan.fee_upfront);
  CHECK(plan.principal_free_rows == 2);
  CHECK(plan.interest_free_rows == 1);
  CHECK(plan.balloon_part == money::Rate::parse("12.5%").value());
  CHECK(plan.step_growth_e12 == -50'000'000'000);
  CHECK(plan.step_every == 6);
  CHECK(plan.season == schedule::Season{0x801, schedule::HolidayInterest::waive});
  CHECK(plan.holidays ==
        std::vector<schedule::PaymentHoliday>{{4, 5, schedule::HolidayInterest::defer},
                                              {7, 7, schedule::HolidayInterest::pay}});
  CHECK(plan.repricing == schedule::Repricing::at_change);
  CHECK(plan.negative_amortization);
  CHECK(plan.calendar == "cn");
  CHECK(plan.roll == schedule::Roll::modified_following);
  CHECK(plan.interest_follows);
  CHECK(plan.cap == schedule::RateCap{.limit = money::Rate::parse("3.1%").value(),
                                      .multiplier = 40,
                                      .basis = schedule::CapBasis::compound});
  CHECK(read_product(write_product(*read), "again").value() == *read);
  const std::string bytes = ledger::encode(*read);
  CHECK(bytes.front() == 2);
  CHECK(ledger::decode_product(bytes).value() == *read);
  // Bookable once its calendar is published.
  CHECK(ledger::check_bookable(*read).error().id == "product.calendar_missing");
}

TEST_CASE("a rate that follows an index reaches its fields", "[product]") {
  const std::string text = std::string(smallest) + R"([rate]
index = "LPR-1Y"
spread = "-0.2%"
reset = "yearly on 02-29"
fixing_lag_days = 5
floor = "3%"
cap = "6%"
multiple = "0.05%"
rounding = "up"
)";
  const auto read = read_product(text, "p.toml");
  if (!read) FAIL(to_text(read.error()));
  const ledger::IndexRules& rules = *read->index;
  CHECK(rules.index == "LPR-1Y");
  CHECK(rules.spread_e12 == -2'000'000'000);
  CHECK(rules.reset == schedule::ResetRule{.month = 2, .day = 29, .every_months = 12});
  CHECK(rules.fixing_lag_days == 5);
  CHECK(rules.floor == money::Rate::parse("3%").value());
  CHECK(rules.cap == money::Rate::parse("6%").value());
  CHECK(rules.step_e12 == 500'000'000);
  CHECK(rules.rounding == money::RoundingMode::up);
  CHECK(read_product(write_product(*read), "again").value() == *read);
  CHECK(ledger::decode_product(ledger::encode(*read)).value() == *read);
  CHECK(ledger::check_bookable(*read).error().id == "product.index_missing");
  // 3.1 % - 0.2 % = 2.9 %, to a multiple of 0.05 %, at least 3 %; 3.53 % - 0.2 % = 3.33 %, up
  // to 3.35 %.
  const auto rate = [&](const char* value) {
    return ledger::rate_at(rules, rules.spread_e12, money::Rate::parse(value).value())
        .percent_text();
  };
  CHECK(rate("3.1%") == "3%");
  CHECK(rate("3.53%") == "3.35%");
  CHECK(rate("9%") == "6%");
  for (const char* wrong : {"reset = \"weekly\"", "reset = \"every 0 months\"",
                            "reset = \"yearly on 13-01\"", "spread = \"much\""}) {
    const auto bad =
        read_product(std::string(smallest) + "[rate]\nindex = \"I\"\n" + wrong + "\n", "p.toml");
    REQUIRE_FALSE(bad);
    CHECK(bad.error().line > 0);
  }
}

TEST_CASE("a product without plan rules keeps its bytes", "[product]") {
  const auto product = read_product(smallest, "p.toml").value();
  CHECK(ledger::encode(product).front() == 1);
  CHECK(write_product(product).find("[plan]") == std::string::npos);
  CHECK(ledger::check_bookable(product));
  // What layout 1 can say is refused in layout 2.
  std::string bytes = ledger::encode(product);
  bytes.front() = 2;
  CHECK_FALSE(ledger::decode_product(bytes));
}

TEST_CASE("what the ledger cannot book is refused at its door", "[product]") {
  struct Row {
    const char* what;
    const char* keys;
    bool bookable;
  };
  const Row rows[] = {
      {"a fee", "[plan]\nfee = { amount = \"1.00\" }", true},
      {"interest that joins the balance",
       "[plan]\nskip_months = { months = [2], interest = \"capitalise\" }", true},
      {"30E/360 ISDA", "basis = \"daily\"\nday_count = \"30E/360-ISDA\"", true},
      {"a calendar that no book knows", "[business_days]\ncalendar = \"cn\"\nmove = \"following\"",
       false},
      {"ACT/364", "basis = \"daily\"\nday_count = \"ACT/364\"", true},
      {"an interest-only phase", "[plan]\nprincipal_free = 3", true},
      {"a balloon", "[plan]\nballoon = \"30%\"", true},
      {"a cap", "[cap]\nrate = \"36%\"", true},
  };
  for (const auto& row : rows) DYNAMIC_SECTION(row.what) {
      const auto product = read_product(std::string(smallest) + row.keys + "\n", "p.toml");
      if (!product) FAIL(to_text(product.error()));
      CHECK(ledger::check_bookable(*product).has_value() == row.bookable);
    }
}

struct Change {
  const char* name;
  std::string from;
  std::string to;
  const char* id;
  unsigned line;
  unsigned column;  // 0: the parser's own, not checked
};

TEST_CASE("a maximum of penalty interest reads back equal", "[product]") {
  const auto product =
      read_product(std::string(smallest) + "[overdue]\npenalty = { rate = \"24%\" }\n" +
                       "maximum = \"62.5%\"\n",
                   "p.toml")
          .value();
  CHECK(product.penalty_maximum_e4 == 6'250);
  CHECK(read_product(write_product(product), "p.toml").value() == product);
  CHECK(ledger::decode_product(ledger::encode(product)).value() == product);
  const auto both =
      read_product(std::string(smallest) + "[overdue]\npenalty = { rate = \"24%\" }\n" +
                       "maximum = \"62.5%\"\nmaximum_of = \"penalty-and-compound\"\n" +
                       "compound = \"penalty\"\n",
                   "p.toml")
          .value();
  CHECK(both.maximum_of == schedule::MaximumOf::penalty_and_compound);
  CHECK(read_product(write_product(both), "p.toml").value() == both);
  CHECK(ledger::decode_product(ledger::encode(both)).value() == both);
}

TEST_CASE("a bad product file is refused at line and column", "[product]") {
  const std::string text{smallest};
  const Change rows[] = {
      {"not TOML", "id = ", "id ", "product.malformed", 1, 0},
      {"a header without a name", "[terms]", "[=]", "product.malformed", 3, 0},
      {"unknown key", "rate =", "rates =", "product.unknown_key", 7, 1},
      {"unknown table", "[terms]", "[term]", "product.unknown_key", 3, 2},
      {"missing key", "currency = \"CNY\"\n", "", "product.missing_key", 1, 1},
      {"a number with a point", "rate = \"18%\"", "rate = 0.18", "product.wrong_type", 7, 8},
      {"a rate without %", "\"18%\"", "\"18\"", "rate.ambiguous", 7, 8},
      {"a number in quotes", "= 12", "= \"12\"", "product.wrong_type", 5, 16},
      {"too many decimals", "2000.00", "2000.001", "decimal.too_many_digits", 6, 32},
      {"unknown currency", "CNY", "RMB", "currency.unknown", 2, 12},
      {"negative", "= 12", "= -12", "product.bad_value", 5, 16},
      {"huge", "= 12", "= 99999999999", "product.bad_value", 5, 16},
      {"no installments", "= 12", "= 0", "product.installments", 5, 16},
      {"too many installments", "= 12", "= 1201", "product.installments", 5, 16},
      {"amounts swapped", "1.00", "3000.00", "product.amount", 6, 10},
      {"bad id", "small", "Small", "product.id", 1, 6},
      {"bad step", "rate =", "every = \"1 fortnight\"\nrate =", "product.bad_value", 7, 9},
      {"a table is text", "{ min = \"1.00\", max = \"2000.00\" }", "\"5\"", "product.wrong_type", 6,
       10},
      {"half a range", ", max = \"2000.00\"", "", "product.missing_key", 6, 10},
      {"duplicate key", "rate =", "method = \"level\"\nrate =", "product.malformed", 7, 0},
      {"unknown word", "rate =", "basis = \"month\"\nrate =", "product.bad_value", 7, 9},
      {"bad bucket", "rate = \"18%\"", "rate = \"18%\"\n[overdue]\nbuckets = [0, 30, 20]",
       "product.buckets", 9, 11},
      {"bucket is text", "rate = \"18%\"", "rate = \"18%\"\n[overdue]\nbuckets = [0, \"x\"]",
       "product.wrong_type", 9, 15},
      {"component twice", "rate = \"18%\"",
       "rate = \"18%\"\n[allocation]\norder = [\"fee\", \"fee\"]", "product.allocation", 9, 9},
      {"both penalties", "rate = \"18%\"",
       "rate = \"18%\"\n[overdue]\npenalty = { rate = \"1%\", multiplier = \"2\" }",
       "product.penalty", 9, 11},
      {"a maximum of nothing", "rate = \"18%\"", "rate = \"18%\"\n[overdue]\nmaximum = \"100%\"",
       "product.maximum", 9, 11},
      {"a maximum of 0", "rate = \"18%\"", "rate = \"18%\"\n[overdue]\nmaximum = \"0%\"",
       "product.bad_value", 9, 11},
      {"what counts under no maximum", "rate = \"18%\"",
       "rate = \"18%\"\n[overdue]\nmaximum_of = \"penalty-and-compound\"", "product.maximum_of", 9,
       14},
      {"unknown role", "rate = \"18%\"", "rate = \"18%\"\n[accounts]\ncash = { code = \"1\" }",
       "product.unknown_key", 9, 1},
      {"growth in a number", "rate = \"18%\"", "rate = \"18%\"\n[plan]\nstep = { growth = 5 }",
       "product.wrong_type", 9, 19},
      {"month 13", "rate = \"18%\"", "rate = \"18%\"\n[plan]\nskip_months = { months = [13] }",
       "product.bad_value", 9, 27},
      {"a move without a calendar", "rate = \"18%\"",
       "rate = \"18%\"\n[business_days]\nmove = \"following\"", "product.missing_key", 8, 1},
      {"rules that contradict each other", "rate = \"18%\"",
       "rate = \"18%\"\n[plan]\nholidays = [{ first = 1, last = 12 }]", "product.plan", 8, 1},
      {"a cap of nothing", "rate = \"18%\"", "rate = \"18%\"\n[cap]\nrate = \"0%\"", "product.cap",
       8, 1},
      {"shares", "\"level\"", "\"principal-shares\"", "product.method", 4, 10},
      {"broken UTF-8", "small", "sm\xFFll", "product.malformed", 1, 0},
  };
  for (const auto& row : rows) DYNAMIC_SECTION(row.name) {
      std::string changed = text;
      REQUIRE(changed.find(row.from) != std::string::npos);
      changed.replace(changed.find(row.from), row.from.size(), row.to);
      const auto product = read_product(changed, "p.toml");
      REQUIRE_FALSE(product);
      CAPTURE(product.error().message);
      CHECK(product.error().id == row.id);
      CHECK(product.error().file == "p.toml");
      CHECK(product.error().line == row.line);
      if (row.column != 0) CHECK(product.error().column == row.column);
    }
  CHECK(read_product(std::string(70'000, '#'), "p").error().id == "product.too_large");
  CHECK(read_product(text + "[overdue]\ngracee = 3\n", "p").error().message ==
        "unknown key 'gracee' in [overdue], did you mean 'grace'?");
}

TEST_CASE("the sample products are sound, differ, and read back equal", "[product]") {
  std::set<schedule::Method> methods;
  std::set<std::string> ids;
  for (const auto& each :
       std::filesystem::directory_iterator(LOANBOOK_SOURCE_DIR "/examples/products")) {
    CAPTURE(each.path().string());
    const auto text = read_file(each.path().string()).value();
    const auto product = read_product(text, each.path().filename().string());
    if (!product) FAIL(to_text(product.error()));
    CHECK(read_product(write_product(*product), "again").value() == *product);
    CHECK(product->id + ".toml" == each.path().filename().string());
    methods.insert(product->method);
    ids.insert(product->id);
  }
  CHECK(methods.size() == 6);
  CHECK(ids.size() >= 12);
}

TEST_CASE("no bytes crash the product reader", "[product]") {
  CHECK(rc::check([] {
    std::string text{smallest};
    const auto changes = *rc::gen::inRange(1, 6);
    for (int i = 0; i < changes; ++i) {
      const auto at = *rc::gen::inRange<std::size_t>(0, text.size());
      text[at] = *rc::gen::oneOf(rc::gen::elementOf(std::string("\"={}[].,0\n")),
                                 rc::gen::arbitrary<char>());
    }
    const auto product = read_product(text, "p");
    if (product) RC_ASSERT(read_product(write_product(*product), "q").value() == *product);
    if (!product) RC_ASSERT(product.error().line > 0);
  }));
}

}  // namespace
