#include "loanbook/schedule/change.hpp"

#include <boost/multiprecision/cpp_int.hpp>
#include <numeric>

#include "loanbook/money/limits.hpp"
#include "schedule/random_terms.hpp"

namespace loanbook::schedule {
namespace {

using boost::multiprecision::cpp_int;
using boost::multiprecision::cpp_rational;

std::int64_t random(std::int64_t least, std::int64_t most) {
  return *rc::gen::resize(100, rc::gen::inRange<std::int64_t>(least, most + 1));
}

Day day(const char* text) { return money::parse_day(text).value(); }

/// 12,000.00 at 15 % over 12 months from 15 January 2024: the loan of the golden early repayments.
Terms loan() {
  Terms terms;
  terms.currency = money::Currency::find("CNY").value();
  terms.principal_minor = 1'200'000;
  terms.rate = money::Rate::parse("15%").value();
  terms.installments = 12;
  terms.disbursed = day("2024-01-15");
  return terms;
}

RunningPlan after(std::uint32_t rows) { return run_plan(loan(), rows).value(); }

/// amount x rate x days / 360, half up, by exact fractions.
std::int64_t interest_of(std::int64_t amount, const cpp_rational& rate, int days) {
  const cpp_rational twice = 2 * cpp_rational(amount) * rate * days / 360 + 1;
  const cpp_int floor = numerator(twice) / (2 * denominator(twice));
  return floor.convert_to<std::int64_t>();
}

std::int64_t principal_of(const Plan& plan) {
  return std::accumulate(plan.rows.begin(), plan.rows.end(), std::int64_t{0},
                         [](std::int64_t sum, const PlanRow& row) { return sum + row.principal; });
}

void check_same_rows(const Plan& rest, const Plan& original, std::uint32_t done) {
  REQUIRE(rest.rows.size() + done == original.rows.size());
  for (std::size_t i = 0; i < rest.rows.size(); ++i) {
    const PlanRow& a = rest.rows[i];
    const PlanRow& b = original.rows[i + done];
    CHECK(a.no == b.no);
    CHECK(a.due == b.due);
    CHECK(a.principal == b.principal);
    CHECK(a.interest == b.interest);
    CHECK(a.balance == b.balance);
  }
}

TEST_CASE("changes by nothing leave the rows as they are", "[change]") {
  const Plan original = make_plan(loan());
  const Day on = day("2024-06-28");
  for (const auto& change :
       {prepay(after(5), {}, on, PrepayMode::reduce, 0), extend(after(5), 0),
        extend(after(5), day("2025-01-15")), move_due_date(after(5), on, {}, AfterChange::solve),
        add_disbursement(after(5), on, 0, AfterChange::solve),
        defer_rows(after(5), {.rows = 0}, AfterChange::solve)}) {
    REQUIRE(change);
    check_same_rows(change->plan, original, 5);
    CHECK(change->first_row == 6);
    CHECK(change->now.cash() == 0);
    CHECK(change->interest_saved() == 0);
  }
}

TEST_CASE("a settlement costs the balance on a due date, five days later their interest too",
          "[change]") {
  const Plan plan = make_plan(loan());
  const auto on_due = quote_payoff(after(4), {}, day("2024-06-15")).value();
  CHECK(on_due.rows_due == 1);
  CHECK(on_due.due_principal == plan.rows[4].principal);
  CHECK(on_due.due_interest == plan.rows[4].interest);
  CHECK(on_due.principal == plan.rows[4].balance);
  CHECK(on_due.interest == 0);
  CHECK(on_due.cash() == plan.rows[4].payment() + plan.rows[4].balance);
  // Golden: 7,216.40 x 15 % x 13 / 360 = 39.0888...
  const auto later = quote_payoff(after(5), {}, day("2024-06-28")).value();
  CHECK(later.principal == 721'640);
  CHECK(later.interest == 3'909);
  CHECK(later.interest_days == 13);
  CHECK(accrued_interest(after(5), day("2024-06-28")).value() == 3'909);
  const auto ended = quote_payoff(after(5), {}, day("2026-01-01")).value();
  CHECK(ended.rows_due == 7);
  CHECK(ended.cash() ==
        7 * plan.rows[5].payment() + plan.rows[11].payment() - plan.rows[5].payment());
  CHECK(ended.fee == 0);
  CHECK(quote_payoff(after(5), {}, day("2024-06-14")).error().id == "change.day_out_of_range");
}

TEST_CASE("fees of a settlement", "[change]") {
  const Day on = day("2024-03-20");  // two rows done, 10,122.14 outstanding, five days
  const auto fee = [&](PrepayRules rules) { return quote_payoff(after(2), rules, on).value().fee; };
  CHECK(fee({.fee_rate = {3, 100}}) == 30'366);
  CHECK(fee({.fee_rate = {3, 100}, .fee_cap_interest_days = 30}) == 12'653);
  CHECK(fee({.fee_rate = {3, 100}, .fee_free_after = 2}) == 0);
  CHECK(fee({.fee_interest_days = 30}) == interest_of(1'012'214, {15, 100}, 30));
  CHECK(fee({.fee_rate = {3, 100}, .fee_free_amount_minor = 1'012'114}) == 3);
  CHECK(fee({.fee_rate = {3, 100}, .fee_max_minor = 10'000}) == 10'000);
  CHECK(fee({.fee_rate = {1, 100'000}, .fee_min_minor = 5'000}) == 5'000);
  const PrepayRules steps{.fee_steps = {{2, {3, 100}}, {12, {2, 100}}, {24, {1, 100}}}};
  CHECK(fee(steps) == 20'244);  // two months are complete
  PrepayRules by_rows = steps;
  by_rows.fee_count = PrepayFeeCount::rows;
  by_rows.fee_steps[0].below = 3;
  CHECK(fee(by_rows) == 30'366);
  by_rows.fee_steps = {{1, {3, 100}}, {2, {2, 100}}};
  CHECK(fee(by_rows) == 0);
  CHECK(quote_payoff(after(2), {.min_interest_days = 7}, on).value().interest ==
        interest_of(1'012'214, {15, 100}, 7));
  CHECK(quote_payoff(after(2), {.min_interest_minor = 9'999}, on).value().interest == 9'999);
  CHECK(quote_payoff(after(2), {.fee_steps = {{2, {1, 1}}, {1, {1, 1}}}}, on).error().id ==
        "prepay.rules_out_of_range");
}

TEST_CASE("installment fees of later rows are charged by the contract", "[change]") {
  Terms terms = loan();
  terms.rate = money::Rate::of_e12(0);
  terms.fee.rate = {6, 1'000};  // 72.00 a row
  const auto rest = [&](RestOfFees which) {
    return quote_payoff(run_plan(terms, 5).value(), {.rest_of_fees = which}, day("2024-06-28"))
        ->rest_fees;
  };
  CHECK(rest(RestOfFees::none) == 0);
  CHECK(rest(RestOfFees::current) == 7'200);
  CHECK(rest(RestOfFees::all) == 7 * 7'200);
}

TEST_CASE("interest to the day is charged once, however it is paid", "[change]") {
  const Day on = day("2024-06-28");
  const RunningPlan running = after(5);
  const std::int64_t whole = interest_of(721'640, {15, 100}, 13);
  const std::int64_t part = interest_of(300'000, {15, 100}, 13);
  const auto of_part = prepay(running, {}, on, PrepayMode::reduce, 300'000).value();
  CHECK(of_part.now.interest == part);
  CHECK(of_part.plan.rows[0].interest == interest_of(421'640, {15, 100}, 30));
  CHECK(of_part.plan.rows[0].due == day("2024-07-15"));
  const auto all =
      prepay(running, {.interest = PrepayInterest::all}, on, PrepayMode::reduce, 300'000).value();
  CHECK(all.now.interest == whole);
  CHECK(all.plan.rows[0].interest == interest_of(421'640, {15, 100}, 17));
  CHECK(all.plan.rows[0].due == day("2024-07-15"));
  const auto next =
      prepay(running, {.interest = PrepayInterest::next_row}, on, PrepayMode::reduce, 300'000)
          .value();
  CHECK(next.now.cash() == 300'000);
  CHECK(next.plan.rows[0].interest == part + interest_of(421'640, {15, 100}, 30));
  CHECK(next.running.installment == of_part.running.installment);
}

TEST_CASE("prepayments shorten, reduce, or take the last principal", "[change]") {
  const Day on = day("2024-05-15");
  const auto shorter = prepay(after(4), {}, on, PrepayMode::shorten, 300'000).value();
  CHECK(shorter.plan.rows.size() == 5);  // golden
  CHECK(shorter.plan.rows.back().payment() == 106'058);
  CHECK(shorter.interest_saved() == 27'182);
  const auto smaller = prepay(after(4), {}, on, PrepayMode::reduce, 300'000).value();
  CHECK(smaller.running.installment == 68'670);
  CHECK(smaller.interest_saved() == 17'119);
  // A last row below the limit joins the one before: 1,082.98 of 1,083.10 are below 1,083.00.
  const auto merged =
      prepay(after(4), {.min_last_minor = 110'000}, on, PrepayMode::shorten, 300'000).value();
  CHECK(merged.plan.rows.size() == 4);
  CHECK(merged.plan.rows.back().balance == 0);

  const Plan plan = make_plan(loan());
  const auto kept = prepay(after(4), {}, on, PrepayMode::keep_principal, 300'000).value();
  std::int64_t balance = 819'704 - 300'000;
  for (std::size_t i = 0; i < kept.plan.rows.size(); ++i) {
    const PlanRow& row = kept.plan.rows[i];
    CHECK(row.interest == interest_of(balance, {15, 100}, 30));
    balance -= row.principal;
    if (i + 1 < kept.plan.rows.size()) CHECK(row.principal == plan.rows[i + 4].principal);
  }
  CHECK(balance == 0);
  CHECK(prepay(after(4), {}, on, PrepayMode::reduce, 819'704).error().id ==
        "change.amount_out_of_range");
  CHECK(prepay(after(4), {}, day("2024-06-15"), PrepayMode::reduce, 1).error().id ==
        "change.day_out_of_range");
  CHECK(prepay(after(4), {}, on, PrepayMode::pay_off, 1).error().id == "change.terms_unsupported");
}

TEST_CASE("installments paid ahead", "[change]") {
  const Plan plan = make_plan(loan());
  const Day on = day("2024-06-28");
  const auto planned = pay_ahead(after(5), {}, on, 2, AheadInterest::as_planned).value();
  CHECK(planned.now.cash() == plan.rows[5].payment() + plan.rows[6].payment());
  CHECK(planned.interest_saved() == 0);
  check_same_rows(planned.plan, plan, 7);
  const auto exact = pay_ahead(after(5), {}, on, 2, AheadInterest::to_the_day).value();
  CHECK(exact.now.interest == interest_of(721'640, {15, 100}, 13));
  CHECK(exact.now.principal == plan.rows[5].principal + plan.rows[6].principal);
  const std::int64_t left = plan.rows[6].balance;
  CHECK(exact.plan.rows[0].principal == 0);
  CHECK(exact.plan.rows[0].interest == interest_of(left, {15, 100}, 17));
  CHECK(exact.plan.rows[1].interest == interest_of(left, {15, 100}, 30));
  CHECK(exact.plan.rows[2].principal == plan.rows[7].principal);
  CHECK(exact.interest_saved() > 0);
  CHECK(pay_ahead(after(5), {}, on, 7, AheadInterest::as_planned).error().id ==
        "change.rows_out_of_range");
}

TEST_CASE("an extension has more rows, or another maturity", "[change]") {
  const auto longer = extend(after(6), 6).value();
  CHECK(longer.plan.rows.size() == 12);
  CHECK(longer.plan.rows.back().due == day("2025-07-15"));
  CHECK(longer.running.installment < 108'310);
  CHECK(extend(after(6), day("2025-07-15"))->plan.rows.size() == 12);
  const auto stub = extend(after(6), day("2025-07-01")).value();
  CHECK(stub.plan.rows.size() == 12);
  CHECK(stub.plan.rows.back().due == day("2025-07-01"));
  CHECK(extend(after(6), day("2025-01-14")).error().id == "change.maturity_out_of_range");
  CHECK(extend(after(6), 5'000).error().id == "change.rows_out_of_range");
  Terms bullet = loan();
  bullet.method = Method::bullet;
  bullet.basis = InterestBasis::daily;
  const auto later = extend(run_plan(bullet, 0).value(), day("2025-04-15")).value();
  REQUIRE(later.plan.rows.size() == 1);
  CHECK(later.plan.rows[0].due == day("2025-04-15"));
  CHECK(later.plan.rows[0].interest == interest_of(1'200'000, {15, 100}, 456));
  CHECK(latest_extension(day("2024-01-31"), day("2024-07-31")) == day("2025-01-31"));
  CHECK(latest_extension(day("2020-01-15"), day("2023-01-15")) == day("2024-07-15"));
  CHECK(latest_extension(day("2010-01-15"), day("2020-01-15")) == day("2023-01-15"));
}

TEST_CASE("a due date moves, and the odd period counts its days", "[change]") {
  const auto moved =
      move_due_date(after(5), day("2024-06-20"), {.due_day = 25}, AfterChange::keep).value();
  CHECK(moved.plan.rows[0].due == day("2024-07-25"));
  CHECK(moved.plan.rows[1].due == day("2024-08-25"));
  // One month and ten days.
  CHECK(moved.plan.rows[0].interest == interest_of(721'640, {15, 100}, 40));
  CHECK(moved.plan.rows[0].payment() == 108'310);
  const auto earlier =
      move_due_date(after(5), day("2024-06-20"), {.due_day = 5}, AfterChange::keep).value();
  CHECK(earlier.plan.rows[0].due == day("2024-07-05"));
  CHECK(earlier.plan.rows[0].interest == interest_of(721'640, {15, 100}, 20));
  const auto last = move_due_date(after(5), day("2024-07-10"), {.due_day = 5}, AfterChange::keep);
  CHECK(last->plan.rows[0].due == day("2024-08-05"));
  CHECK(move_due_date(after(5), day("2024-06-20"), {.shift_days = -10}, AfterChange::solve)
            ->plan.rows[0]
            .due == day("2024-07-05"));
  CHECK(move_due_date(after(5), day("2024-06-20"), {.shift_days = -40}, AfterChange::solve)
            .error()
            .id == "change.due_day_out_of_range");
  CHECK(
      move_due_date(after(5), day("2024-06-20"), {.due_day = 32}, AfterChange::solve).error().id ==
      "change.due_day_out_of_range");
}

TEST_CASE("a rate changes in the middle of a period, by its days", "[change]") {
  const money::Rate rate = money::Rate::parse("12%").value();
  const auto kept = change_rate(after(5), day("2024-06-30"), rate, Repricing::keep).value();
  // 15 days of 30 at each rate: 7,216.40 x 1/12 x (15 % + 12 %) / 2 = 81.1845.
  CHECK(kept.plan.rows[0].interest == 8'118);
  CHECK(kept.plan.rows[0].payment() == 108'310);
  CHECK(kept.interest_saved() > 0);
  const auto at_start = change_rate(after(5), day("2024-06-15"), rate, Repricing::ahead).value();
  Terms fresh = loan();  // by the engine's oldest path: a loan of its own
  fresh.principal_minor = 721'640;
  fresh.rate = rate;
  fresh.installments = 7;
  fresh.disbursed = day("2024-06-15");
  CHECK(at_start.running.installment == make_plan(fresh).installment);
  CHECK(change_rate(after(5), day("2024-07-15"), rate, Repricing::ahead).error().id ==
        "change.day_out_of_range");
}

TEST_CASE("arrears in the balance are spread over the rows left", "[change]") {
  RunningPlan running = after(6);
  running.balance += 200'000;  // two rows' principal is in arrears
  const auto spread = reamortize(running).value();
  CHECK(spread.plan.rows.size() == 6);
  CHECK(principal_of(spread.plan) == running.balance);
  CHECK(spread.running.installment > 108'310);

  const ReAge by{
      .day = day("2024-08-01"), .rows = 24, .interest_minor = 20'000, .charges_minor = 5'000};
  const std::int64_t accrued = interest_of(running.balance, {15, 100}, 17);  // since 15 July
  const auto aged = re_age(running, by).value();
  CHECK(principal_of(aged.plan) == running.balance + 25'000 + accrued);
  CHECK(aged.plan.rows.size() == 24);
  CHECK(aged.plan.rows[0].due == day("2024-09-01"));
  ReAge milder = by;
  milder.interest = ArrearsInterest::defer;
  milder.charges = ArrearsInterest::waive;
  const auto mild = re_age(running, milder).value();
  CHECK(mild.waived == 5'000);
  CHECK(principal_of(mild.plan) == running.balance);
  CHECK(mild.plan.rows[0].interest ==
        20'000 + accrued + interest_of(running.balance, {15, 100}, 30));
  milder.interest_minor = -1;
  CHECK(re_age(running, milder).error().id == "change.amount_out_of_range");
}

TEST_CASE("more money is paid out: more rows, or a higher installment", "[change]") {
  const Day on = day("2024-06-30");
  const auto rows = add_disbursement(after(5), on, 500'000, AfterChange::keep).value();
  CHECK(rows.plan.rows.size() > 7);
  CHECK(rows.plan.rows[1].payment() == 108'310);
  CHECK(principal_of(rows.plan) == 721'640 + 500'000);
  const auto higher = add_disbursement(after(5), on, 500'000, AfterChange::solve).value();
  CHECK(higher.plan.rows.size() == 7);
  CHECK(higher.running.installment > 108'310);
  CHECK(principal_of(higher.plan) == 721'640 + 500'000);
  CHECK(add_disbursement(after(5), on, 8'000'000, AfterChange::keep).error().id ==
        "change.installment_too_small");
}

TEST_CASE("rows are deferred with or without interest, and the maturity moves or stays",
          "[change]") {
  const std::int64_t month = interest_of(721'640, {15, 100}, 30);
  const auto deferred = [](HolidayInterest interest, bool moves) {
    return defer_rows(after(5), {.rows = 2, .interest = interest, .maturity_moves = moves},
                      AfterChange::keep)
        .value();
  };
  const auto pay = deferred(HolidayInterest::pay, true);
  CHECK(pay.plan.rows.size() == 9);
  CHECK(pay.plan.rows[1].payment() == month);
  CHECK(pay.plan.rows[2].payment() == 108'310);
  CHECK(pay.interest_saved() == -2 * month);
  const auto waive = deferred(HolidayInterest::waive, true);
  CHECK(waive.plan.rows[1].payment() == 0);
  CHECK(waive.interest_saved() == 0);
  const auto defer = deferred(HolidayInterest::defer, true);
  CHECK(defer.plan.rows[1].payment() == 0);
  CHECK(defer.interest_saved() == -2 * month);
  const auto capitalise = deferred(HolidayInterest::capitalise, true);
  CHECK(capitalise.plan.rows[0].balance == 721'640 + month);
  CHECK(capitalise.interest_saved() < -2 * month);
  const auto stays = deferred(HolidayInterest::pay, false);
  CHECK(stays.plan.rows.size() == 7);
  CHECK(stays.plan.rows.back().due == day("2025-01-15"));
  CHECK(defer_rows(after(5), {.rows = 7, .maturity_moves = false}, AfterChange::keep).error().id ==
        "change.rows_out_of_range");
}

TEST_CASE("each change starts from the one before", "[change]") {
  const auto first = prepay(after(4), {}, day("2024-05-20"), PrepayMode::shorten, 100'000).value();
  CHECK(first.first_row == 5);
  const auto running = run_plan(first.running, 2).value();
  const auto second = change_rate(running, day("2024-07-20"), money::Rate::parse("12%").value(),
                                  Repricing::at_change)
                          .value();
  CHECK(second.first_row == 7);
  CHECK(second.plan.rows[0].due == day("2024-08-15"));
  const auto third = prepay(second.running, {.interest = PrepayInterest::all}, day("2024-07-25"),
                            PrepayMode::reduce, 50'000)
                         .value();
  // Since 15 July: five days at 15 %, five at 12 %.
  const std::int64_t balance = running.balance;
  CHECK(third.now.interest == interest_of(balance, {27, 100}, 5));
  CHECK(principal_of(third.plan) == balance - 50'000);
  CHECK(third.running.opened == day("2024-01-15"));
}

/// By the month a rest that begins on a clipped day goes on with that day.
bool begins_clipped(const Terms& terms, std::uint32_t done) {
  const Day start = due_date(terms, done);
  return terms.basis == InterestBasis::monthly && money::is_last_of_month(start);
}

TEST_CASE("a rest without change is the rest of the plan", "[change][property]") {
  check_property("random cuts", 3'000, [] {
    const Terms terms = *random_terms(60);
    const auto done = static_cast<std::uint32_t>(random(0, row_count(terms) - 1));
    const Plan original = make_plan(terms);
    const RunningPlan running = run_plan(terms, done).value();
    // An installment of 0, or one that its interest eats up, cannot be given; solved anew it may
    // differ by a unit. A plan that is repaid early by its rounding ends there.
    for (const PlanRow& row : original.rows)
      RC_PRE(row.no <= done || row.principal > 0 || row.no <= terms.principal_free_periods ||
             terms.method == Method::interest_first);
    RC_PRE(running.installment <= money::limits::amount_minor_max);
    RC_PRE(done == 0 || !terms.first_due || terms.due_day == 0 || done > 1);
    const auto change = extend(running, 0);
    RC_ASSERT(change);
    RC_ASSERT(change->plan.rows.size() + done == original.rows.size());
    for (std::size_t i = 0; i < change->plan.rows.size(); ++i) {
      const PlanRow& a = change->plan.rows[i];
      const PlanRow& b = original.rows[i + done];
      RC_ASSERT(a.no == b.no);
      RC_ASSERT(a.principal == b.principal);
      RC_ASSERT(a.interest == b.interest);
      RC_ASSERT(a.balance == b.balance);
      if (!begins_clipped(terms, done)) RC_ASSERT(a.due == b.due);
    }
    RC_ASSERT(change->interest_saved() == 0);
  });
}

TEST_CASE("repaying early lowers what was asked for, and loses no principal",
          "[change][property]") {
  check_property("random prepayments of any method", 3'000, [] {
    const Terms terms = *random_terms(36);
    const auto done = static_cast<std::uint32_t>(random(0, row_count(terms) - 1));
    const RunningPlan running = run_plan(terms, done).value();
    RC_PRE(running.balance > 1);
    // An installment that does not cover its interest cannot go on.
    for (const PlanRow& row : make_plan(terms).rows) {
      RC_PRE(row.no <= done || terms.method != Method::level || terms.rate.e12() == 0 ||
             running.installment > row.interest);
    }
    const Day start = accrual_date(terms, done);
    const Day next = row_count(terms) == 1 ? maturity(terms) : due_date(terms, done + 1);
    const Day on = start + date::days{random(0, (next - start).count() - 1)};
    const std::int64_t amount = random(1, running.balance - 1);
    PrepayRules rules{.interest = static_cast<PrepayInterest>(random(1, 3))};
    const auto mode = static_cast<PrepayMode>(random(2, 4));
    const auto change = prepay(running, rules, on, mode, amount);
    if (!change) {
      RC_PRE(change.error().id == "change.terms_unsupported" ||
             change.error().id == "terms.installment_too_small");
      RC_DISCARD();
    }
    RC_ASSERT(change->now.principal == amount);
    RC_ASSERT(change->now.principal + principal_of(change->plan) == running.balance);
    RC_ASSERT(change->plan.rows.back().balance == 0);
    RC_ASSERT(change->plan.rows.size() <= row_count(terms) - done);
    if (mode == PrepayMode::reduce && running.installment > 0)
      RC_ASSERT(change->running.installment <= running.installment);
    const auto again =
        prepay(change->running, {}, change->running.terms.disbursed, PrepayMode::reduce, 0);
    RC_ASSERT(again);
    RC_ASSERT(again->plan.total_interest == change->plan.total_interest);
  });
}

}  // namespace
}  // namespace loanbook::schedule
