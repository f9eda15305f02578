// The table [servicing] of product files, and products in words.

#include <catch2/catch.hpp>
#include <filesystem>

#include "loanbook/interchange/file.hpp"
#include "loanbook/interchange/product_toml.hpp"
#include "loanbook/interchange/product_words.hpp"

namespace {

using namespace loanbook;
using namespace loanbook::interchange;
using schedule::AllocationStep;
using schedule::Component;
using schedule::Timing;

constexpr std::string_view purchase = R"(id = "purchase"
currency = "CNY"
[terms]
method = "equal-principal"
every = "1 month"
installments = 3
amount = { min = "1.00", max = "5000.00" }
rate = "0%"
[servicing]
payment = { order = ["penalty", "fee", "interest", "principal"], mode = "horizontal" }
merchant_refund = { order = ["principal"], advance = "last" }
goodwill = { order = ["past-due principal", "in-advance fee"], advance = "spread" }
down_payment = { part = "1/3", rounding = "up", multiple = "1.00", payment = { order = ["due principal"] } }
chargeback = ["fee", "interest"]
several_payouts = true
over_approved = "12.5%"
fee_income = "when-assessed"
charges_due = "own-date"
flat_rounding = "payment"
later_payouts = "all-rows"
days_past_due = "after-grace"
income_by_run = true
due_dates = "opening"
chargeback_late_from = "own-day"
pauses = "whole"
late_charge = { code = "late", kind = "fee", amount = "5.00", part = "1.5%", of = "interest", part_of_installment = "1/3", rounding = "up", multiple = "0.10", min = "1.00", max = "50.00", total_max = "90.00", grace_days = 3, every_days = 10 }
)";

TEST_CASE("the servicing rules of a product file reach their fields", "[product]") {
  const auto read = read_product(purchase, "p.toml");
  if (!read) FAIL(to_text(read.error()));
  REQUIRE(read->servicing);
  const auto& rules = *read->servicing;
  // A word without a timing stands for all three, past due first.
  REQUIRE(rules.payment.steps.size() == 12);
  CHECK(rules.payment.steps[0] == AllocationStep{Timing::past_due, Component::penalty});
  CHECK(rules.payment.steps[3] == AllocationStep{Timing::past_due, Component::principal});
  CHECK(rules.payment.steps[4] == AllocationStep{Timing::due, Component::penalty});
  CHECK(rules.payment.steps[11] == AllocationStep{Timing::in_advance, Component::principal});
  CHECK(rules.payment.mode == schedule::AllocationMode::horizontal);
  CHECK(rules.payment.advance == schedule::Advance::next);
  REQUIRE(rules.merchant_refund);
  CHECK(rules.merchant_refund->steps.size() == 3);
  CHECK(rules.merchant_refund->advance == schedule::Advance::last);
  CHECK_FALSE(rules.payout_refund);
  REQUIRE(rules.goodwill);
  CHECK(rules.goodwill->steps ==
        std::vector<AllocationStep>{{Timing::past_due, Component::principal},
                                    {Timing::in_advance, Component::fee}});
  CHECK(rules.goodwill->advance == schedule::Advance::spread);
  REQUIRE(rules.down_payment);
  CHECK(rules.down_payment->steps ==
        std::vector<AllocationStep>{{Timing::due, Component::principal}});
  CHECK(rules.down_payment_part == money::Ratio{1, 3});
  CHECK(rules.down_payment_rounding == money::Rounding{money::RoundingMode::up, 100});
  CHECK(rules.chargeback == std::vector<Component>{Component::fee, Component::interest});
  CHECK(rules.several_payouts);
  CHECK(rules.over_approved_e4 == 1'250);
  CHECK(rules.fee_income == ledger::FeeIncome::when_assessed);
  CHECK(rules.charges_due_by_date);
  CHECK(rules.round_flat_payment);
  CHECK(rules.raise_over_all_rows);
  CHECK(rules.days_after_grace);
  CHECK(rules.income_by_run);
  CHECK(rules.dates_from_opening);
  CHECK(rules.chargebacks_late_from_own_day);
  CHECK(rules.whole_pauses);
  REQUIRE(rules.late_charge);
  const schedule::LateFeeRules& late = rules.late_charge->fee;
  CHECK(rules.late_charge->code == "late");
  CHECK(rules.late_charge->is_fee);
  CHECK(rules.late_charge->base == ledger::LateBase::interest);
  CHECK(late.amount_minor == 500);
  CHECK(late.of_overdue == money::Ratio{3, 200});
  CHECK(late.of_installment == money::Ratio{1, 3});
  CHECK(late.rounding == money::Rounding{money::RoundingMode::up, 10});
  CHECK(late.min_minor == 100);
  CHECK(late.max_minor == 5000);
  CHECK(late.total_max_minor == 9000);
  CHECK(late.grace_days == 3);
  CHECK(late.every_days == 10);
  CHECK(read_product(write_product(*read), "again").value() == *read);
  CHECK(ledger::decode_product(ledger::encode(*read)).value() == *read);
}

TEST_CASE("an empty table of servicing takes the defaults", "[product]") {
  const std::string text(purchase.substr(0, purchase.find("[servicing]")));
  CHECK_FALSE(read_product(text, "p").value().servicing);
  const auto product = read_product(text + "[servicing]\n", "p").value();
  CHECK(product.servicing == ledger::ServicingRules{});
  CHECK(read_product(write_product(product), "again").value() == product);
}

TEST_CASE("a wrong rule of servicing is refused at line and column", "[product]") {
  struct Change {
    const char* from;
    const char* to;
    const char* id;
    unsigned line, column;
  };
  const Change rows[] = {
      {"\"1/3\"", "\"1/0\"", "product.bad_value", 13, 25},
      {"\"1/3\"", "\"150%\"", "product.servicing", 9, 1},
      {"\"1/3\"", "0.33", "product.wrong_type", 13, 25},
      {"part = \"1/3\", ", "", "product.missing_key", 13, 16},
      {"\"last\"", "\"lats\"", "product.bad_value", 11, 54},
      {"[\"principal\"], advance", "[\"principle\"], advance", "component.unknown", 11, 30},
      {"[\"fee\", \"interest\"]", "[\"fee\", \"fee\"]", "product.bad_value", 14, 22},
      {"\"past-due principal\"", "\"principal\"", "product.bad_value", 12, 36},
      {"\"in-advance fee\"", "\"early fee\"", "product.bad_value", 12, 45},
      {"\"in-advance fee\"", "\"past-due principal\"", "product.bad_value", 12, 45},
      {"\"12.5%\"", "\"12.505%\"", "product.bad_value", 16, 17},
      {"chargeback", "charge_back", "product.unknown_key", 14, 1},
      {"several_payouts = true", "several_payouts = 1", "product.wrong_type", 15, 19},
      {"\"when-assessed\"", "\"now\"", "product.bad_value", 17, 14},
      {"\"equal-principal\"", "\"revolving\"", "product.servicing", 9, 1},
  };
  for (const auto& row : rows) DYNAMIC_SECTION(row.from << " becomes " << row.to) {
      std::string text{purchase};
      text.replace(text.find(row.from), std::string_view(row.from).size(), row.to);
      const auto product = read_product(text, "p.toml");
      REQUIRE_FALSE(product);
      CAPTURE(product.error().message);
      CHECK(product.error().id == row.id);
      CHECK(product.error().line == row.line);
      CHECK(product.error().column == row.column);
    }
}

TEST_CASE("products differ key by key", "[product]") {
  const auto first = read_product(purchase, "p").value();
  CHECK(product_differences(first, first).empty());
  auto second = first;
  second.version = 2;
  second.servicing->down_payment_part = {1, 4};
  second.plan.fee_minor = 150;
  second.accounts[0] = ledger::AccountCode{"1311", "Lent"};
  std::vector<std::string> keys;
  for (const auto& difference : product_differences(first, second))
    keys.push_back(difference.key + ": " + difference.first + " / " + difference.second);
  CHECK(keys == std::vector<std::string>{"version: 1 / 2", "plan.fee.amount: \"0.00\" / \"1.50\"",
                                         "servicing.down_payment.part: \"1/3\" / \"25%\"",
                                         "accounts.principal.code: none / \"1311\"",
                                         "accounts.principal.name: none / \"Lent\""});
}

TEST_CASE("every sample product can be said in plain sentences", "[product]") {
  for (const auto& each :
       std::filesystem::directory_iterator(LOANBOOK_SOURCE_DIR "/examples/products")) {
    CAPTURE(each.path().string());
    const auto product = read_product(read_file(each.path().string()).value(), "p").value();
    const auto sentences = product_sentences(product);
    CHECK(sentences.size() >= 6);
    for (const auto& sentence : sentences) {
      CAPTURE(sentence);
      CHECK(sentence.ends_with('.'));
    }
  }
}

}  // namespace
