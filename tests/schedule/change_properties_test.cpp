#include "loanbook/schedule/change.hpp"
#include "schedule/random_provisions.hpp"

// Any change of any plan, three in a row: refused by name, or a plan that repays what is owed.

namespace loanbook::schedule {
namespace {

std::int64_t draw(std::int64_t least, std::int64_t most) {
  return *rc::gen::resize(100, rc::gen::inRange<std::int64_t>(least, most + 1));
}

HolidayInterest any_interest() { return static_cast<HolidayInterest>(draw(1, 4)); }
AfterChange any_after() { return static_cast<AfterChange>(draw(1, 2)); }

Result<Change> any_change(const RunningPlan& running, Day on) {
  const std::int64_t amount = draw(0, running.balance + 1);
  const auto rows = static_cast<std::uint32_t>(draw(0, 5));
  const PrepayRules rules{.fee_rate = {draw(0, 5), 100},
                          .min_interest_days = static_cast<std::uint32_t>(draw(0, 30)),
                          .interest = static_cast<PrepayInterest>(draw(1, 3)),
                          .min_last_minor = draw(0, 1'000)};
  switch (draw(0, 9)) {
    case 0:
      return prepay(running, rules, on, static_cast<PrepayMode>(draw(1, 4)), amount);
    case 1:
      return pay_ahead(running, rules, on, rows, static_cast<AheadInterest>(draw(1, 2)));
    case 2:
      return extend(running, rows);
    case 3:
      return extend(running, maturity(running.terms) + date::days{draw(-3, 400)});
    case 4:
      return move_due_date(running, on,
                           {.due_day = static_cast<std::uint8_t>(draw(0, 32)),
                            .shift_days = static_cast<std::int32_t>(draw(-40, 40))},
                           any_after());
    case 5:
      return change_rate(running, on, money::Rate::of_e12(draw(0, 400) * 1'000'000'000),
                         static_cast<Repricing>(draw(1, 3)));
    case 6:
      return reamortize(running);
    case 7:
      return re_age(running, {.day = on,
                              .rows = static_cast<std::uint32_t>(draw(0, 40)),
                              .interest_minor = draw(0, 100'000),
                              .charges_minor = draw(0, 100'000),
                              .interest = static_cast<ArrearsInterest>(draw(1, 3)),
                              .charges = static_cast<ArrearsInterest>(draw(1, 3))});
    case 8:
      return add_disbursement(running, on, amount, any_after());
    default:
      return defer_rows(
          running, {.rows = rows, .interest = any_interest(), .maturity_moves = draw(0, 1) == 1},
          any_after());
  }
}

void check_plan(const Change& change) {
  const Terms& terms = change.running.terms;
  std::int64_t owed = terms.principal_minor - terms.down_payment_minor;
  for (const Drawdown& each : terms.drawdowns) owed += each.amount_minor;
  std::int64_t no = change.first_row;
  for (const PlanRow& row : change.plan.rows) {
    RC_ASSERT(row.no == no);
    ++no;
    owed -= row.principal;
  }
  RC_ASSERT(owed == 0);
  RC_ASSERT(change.plan.rows.back().balance == 0);
  RC_ASSERT(change.now.interest >= 0);
  // Rows paid ahead as planned may be rows whose interest joins the balance.
  if (!terms.negative_amortization) RC_ASSERT(change.now.cash() >= 0);
  RC_ASSERT(change.now.fee >= 0);
}

TEST_CASE("three changes in a row repay what is owed, or are refused", "[change][property]") {
  check_property("random changes of random contracts", 3'000, [] {
    const Terms terms = *random_provisions(24);
    auto running =
        run_plan(terms, static_cast<std::uint32_t>(draw(0, row_count(terms) - 1))).value();
    for (int i = 0; i < 3; ++i) {
      const Day start = accrual_date(running.terms, running.rows_done);
      const Day on = start + date::days{draw(0, 40)};
      const auto payoff = quote_payoff(running, {}, on);
      if (payoff) RC_ASSERT(payoff->interest >= 0);
      const auto change = any_change(running, on);
      if (!change) {
        RC_ASSERT(
            (change.error().id.starts_with("change.") || change.error().id.starts_with("terms.")));
        continue;
      }
      check_plan(*change);
      running = change->running;
      const std::uint32_t rows = row_count(running.terms);
      if (rows > 1) {
        const auto later = run_plan(running, static_cast<std::uint32_t>(draw(0, rows - 1)));
        RC_ASSERT(later);
        running = *later;
      }
    }
  });
}

}  // namespace
}  // namespace loanbook::schedule
