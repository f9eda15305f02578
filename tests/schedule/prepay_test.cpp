#include "loanbook/schedule/prepay.hpp"

#include <numeric>

#include "schedule/random_terms.hpp"

namespace loanbook::schedule {
namespace {

std::int64_t random(std::int64_t least, std::int64_t most) {
  return *rc::gen::resize(100, rc::gen::inRange<std::int64_t>(least, most + 1));
}

Terms loan() {
  Terms terms;
  terms.currency = money::Currency::find("CNY").value();
  terms.principal_minor = 1'200'000;
  terms.rate = money::Rate::parse("15%").value();
  terms.installments = 12;
  terms.disbursed = money::parse_day("2024-01-15").value();
  return terms;
}

Day day(const char* text) { return money::parse_day(text).value(); }

TEST_CASE("paying off on a due date costs the balance alone, five days later their interest too",
          "[prepay]") {
  const auto on_due =
      quote_prepayment(loan(), {},
                       {.paid_rows = 5, .date = day("2024-06-15"), .mode = PrepayMode::pay_off})
          .value();
  CHECK(on_due.outstanding == make_plan(loan()).rows[4].balance);
  CHECK(on_due.cash == on_due.outstanding);
  CHECK_FALSE(on_due.rest);
  // 12,000.00 x 15 % x 5 / 360 = 25.00.
  CHECK(quote_prepayment(loan(), {},
                         {.paid_rows = 0, .date = day("2024-01-20"), .mode = PrepayMode::pay_off})
            ->accrued_interest == 2'500);
}

TEST_CASE("what cannot be prepaid is refused by name", "[prepay]") {
  const Prepayment good{.paid_rows = 4,
                        .date = day("2024-05-15"),
                        .mode = PrepayMode::reduce,
                        .amount_minor = 100'000};
  REQUIRE(quote_prepayment(loan(), {}, good));
  Terms bullet = loan();
  bullet.method = Method::bullet;
  CHECK(quote_prepayment(bullet, {}, good).error().id == "prepay.terms_unsupported");
  Prepayment bad = good;
  bad.paid_rows = 12;
  CHECK(quote_prepayment(loan(), {}, bad).error().id == "prepay.rows_out_of_range");
  bad = good;
  bad.date = day("2024-05-14");
  CHECK(quote_prepayment(loan(), {}, bad).error().id == "prepay.date_out_of_range");
  bad = good;
  bad.amount_minor = 1'200'000;
  CHECK(quote_prepayment(loan(), {}, bad).error().id == "prepay.amount_out_of_range");
  CHECK(quote_prepayment(loan(), {.fee_rate = {2, 1}}, good).error().id ==
        "prepay.rules_out_of_range");
}

TEST_CASE("repaying early never costs more interest, and shortens or reduces",
          "[prepay][property]") {
  check_property("random prepayments", 2'000, [] {
    Terms terms = loan();
    terms.method = static_cast<Method>(random(1, 2));
    terms.principal_minor = random(100'000, 100'000'000);
    terms.rate = money::Rate::of_e12(random(0, 360) * 1'000'000'000);
    terms.installments = static_cast<std::uint32_t>(random(2, 48));
    const auto paid = static_cast<std::uint32_t>(random(0, terms.installments - 1));
    const std::int64_t outstanding =
        paid == 0 ? terms.principal_minor : make_plan(terms).rows[paid - 1].balance;
    RC_PRE(outstanding > 1);
    Prepayment prepayment{.paid_rows = paid,
                          .date = due_date(terms, paid),
                          .mode = static_cast<PrepayMode>(random(2, 3)),
                          .amount_minor = random(1, outstanding - 1)};
    const PrepaymentQuote quote = quote_prepayment(terms, {}, prepayment).value();
    RC_ASSERT(quote.outstanding == outstanding);
    RC_ASSERT(quote.cash == prepayment.amount_minor);
    // Each row rounds its interest once, by at most half a unit on either side.
    RC_ASSERT(quote.rest->interest_saved >= -static_cast<std::int64_t>(terms.installments));
    RC_ASSERT(quote.rest->rows <= terms.installments - paid);
    if (prepayment.mode == PrepayMode::reduce)
      RC_ASSERT(quote.rest->rows == terms.installments - paid);
  });
}

}  // namespace
}  // namespace loanbook::schedule
