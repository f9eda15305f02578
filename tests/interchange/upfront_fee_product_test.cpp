#include <algorithm>
#include <catch2/catch.hpp>

#include "interchange/small_product.hpp"
#include "loanbook/interchange/product_toml.hpp"
#include "loanbook/interchange/product_words.hpp"

namespace {

using namespace loanbook;
using namespace loanbook::interchange;

using test::smallest;

std::string with(const std::string& more) { return std::string(smallest) + more; }

TEST_CASE("a fee kept back of pay-outs is read, written, said and told apart", "[product]") {
  const auto product = read_product(with(R"([payouts]
fee = { part = "2%", amount = "10.00", rounding = "up", multiple = "0.10" }
[accounting]
upfront_fee = "effective-interest"
)"),
                                    "p.toml")
                           .value();
  CHECK(product.payouts.fee.part_e12 == 20'000'000'000);
  CHECK(product.payouts.fee.minor == 10'00);
  CHECK(product.payouts.fee.rounding == money::Rounding{money::RoundingMode::up, 10});
  CHECK(product.accounting.upfront_fee == ledger::FeeIncomeSpread::effective_interest);
  CHECK(read_product(write_product(product), "again").value() == product);
  const auto sentences = product_sentences(product);
  const auto says = [&](std::string_view text) {
    return std::ranges::any_of(sentences, [&](const std::string& sentence) {
      return sentence.find(text) != std::string::npos;
    });
  };
  CHECK(
      says("A fee of 2% of it and 10.00 CNY is kept back of each pay-out: of 2000.00 CNY the "
           "borrower receives 1950.00 CNY."));
  CHECK(says("by the effective interest method"));
  CHECK(says("article 670 of the Civil Code"));
  const auto plain = read_product(smallest, "q.toml").value();
  const auto differences = product_differences(plain, product);
  CHECK(std::ranges::any_of(differences,
                            [](const auto& each) { return each.key == "payouts.fee.part"; }));
  CHECK(std::ranges::any_of(differences,
                            [](const auto& each) { return each.key == "accounting.upfront_fee"; }));
}

TEST_CASE("what is wrong with a fee kept back has its line", "[product]") {
  const auto wrong = [](const std::string& more) {
    const auto product = read_product(with(more), "p.toml");
    REQUIRE(!product);
    return std::to_string(product.error().line) + " " + product.error().id + " " +
           product.error().message;
  };
  CHECK(wrong("[payouts]\nfee = { parts = \"2%\" }\n") ==
        "9 product.unknown_key unknown key 'parts' in [payouts.fee], did you mean 'part'?");
  CHECK(wrong("[accounting]\nupfront_fees = \"at-once\"\n") ==
        "9 product.unknown_key unknown key 'upfront_fees' in [accounting], did you mean "
        "'upfront_fee'?");
  CHECK(wrong("[accounting]\nupfront_fee = \"straight\"\n").starts_with("9 product.bad_value"));
  CHECK(wrong("[payouts]\nfee = { part = \"100%\" }\n").starts_with("8 product.payouts"));
  CHECK(wrong("[accounting]\nupfront_fee = \"straight-line\"\n")
            .starts_with("9 product.upfront_fee"));
  CHECK(wrong("[payouts]\nfee = { part = \"2%\" }\n[accounting]\nbasis = \"cash\"\nupfront_fee = "
              "\"straight-line\"\n")
            .find("upfront_fee = \"at-once\"") != std::string::npos);
}

}  // namespace
