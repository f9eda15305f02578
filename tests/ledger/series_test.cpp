// Calendars and index rates as facts of a book: what a loan does with them, known in time or
// refused as late.

#include "ledger/dice.hpp"
#include "ledger/support.hpp"
#include "loanbook/schedule/plan.hpp"

namespace loanbook::test {
namespace {

Command index_values(std::vector<SeriesPoint> points, const std::string& name = "LPR") {
  return {.event = PublishSeries{name, std::move(points)}};
}

Product floating(schedule::Method method) {
  Product p = product_of(method, "floating");
  p.index = IndexRules{.index = "LPR", .spread_e12 = 15'000'000'000};  // 1.5 %
  p.index->reset.every_months = 3;
  p.plan.repricing = schedule::Repricing::at_change;
  return p;
}

std::int64_t role(const Book& book, Role wanted, const std::string& loan = "L") {
  return must(book.loan(loan)).balances[static_cast<std::size_t>(wanted)];
}

TEST_CASE("A rate is fixed at the pay-out and again at each reset, without an event", "[series]") {
  auto book = new_book("2026-01-15");
  must(book->record(publish(floating(schedule::Method::interest_first))));
  // Nothing is published yet: the refusal says what publishes it.
  CHECK(error_id(book->record(lend("L", "floating", "10000.00"))) == "product.index_missing");
  must(book->record(index_values({{day("2025-12-20"), "3%"}})));
  must(book->record(lend("L", "floating", "10000.00")));
  CHECK(must(book->loan("L")).rate == "0.045");
  CHECK(must(book->loan("L")).next_reset == day("2026-04-15"));
  // Known in time: it changes nothing before its day.
  must(book->close_through(day("2026-03-01")));
  must(book->record(index_values({{day("2026-03-20"), "3.6%"}})));
  CHECK(must(book->loan("L")).rate == "0.045");
  must(book->close_through(day("2026-04-14")));
  CHECK(must(book->loan("L")).rate == "0.051");
  CHECK(must(book->loan("L")).rate_follows ==
        "LPR 3.6% of 2026-03-20 (entry 97) + 1.5% = 5.1% since 2026-04-15");
  CHECK(must(book->loan("L", day("2026-04-14"))).rate == "0.045");
  // 10,000.00 x 5.1 % / 12
  CHECK(must(book->loan("L")).row.next_amount == 42'50);
  verified(*book);
}

TEST_CASE("A value that booked days should have known is late", "[series]") {
  auto book = new_book("2026-01-15");
  must(book->record(index_values({{day("2025-12-20"), "3%"}})));
  must(book->record(publish(floating(schedule::Method::level))));
  for (const char* loan : {"A", "B"}) must(book->record(lend(loan, "floating", "10000.00")));
  must(book->close_through(day("2026-04-20")));
  const auto late = book->record(index_values({{day("2026-04-01"), "3.2%"}}));
  CHECK(error_id(late) == "series.late");
  CHECK(late.error().message.find("2 loans") != std::string::npos);
  CHECK(late.error().message.find("restate --series") != std::string::npos);
  // After the last reset it is timely, though it is dated before the business date.
  must(book->record(index_values({{day("2026-04-16"), "3.2%"}})));
  must(book->close_through(day("2026-07-14")));
  CHECK(must(book->loan("A")).rate == "0.047");
  // Values of the two dates as they were known.
  const auto known = must(book->known_at(day("2026-04-10")));
  CHECK(must(book->loan("A", day("2026-04-10"), known)).rate == "0.045");
  verified(*book);
}

TEST_CASE("A holiday that moves a due date that is over is late, though no amount changes") {
  auto book = new_book("2026-01-15");
  must(book->record(
      {.event = PublishSeries{"cn", {{day("2026-01-01"), "weekend saturday sunday"}}}}));
  Product p = product_of(schedule::Method::equal_principal, "moved");
  p.rate_default = p.rate_min = money::Rate::of_e12(0);
  p.plan.calendar = "cn";
  p.plan.roll = schedule::Roll::following;
  p.installments_default = 3;
  p.servicing.emplace();
  must(book->record(publish(p)));
  must(book->record(lend("L", "moved", "300.00")));
  must(book->close_through(day("2026-02-15")));
  must(book->record(pay("L", "100.00")));
  must(book->close_through(day("2026-02-20")));
  // 16 February, a Monday, on which the first installment (of Sunday the 15th) was due and paid.
  const Command late{.event = PublishSeries{"cn", {{day("2026-02-16"), "free"}}}};
  const auto refused = book->record(late);
  CHECK(error_id(refused) == "series.late");
  const RestateReport report =
      must(book->restate({.series = {{"cn", {{day("2026-02-16"), "free"}}}},
                          .source = "test",
                          .key = "late",
                          .reason = "came late"}));
  CHECK(report.loans == 1);
  CHECK(must(book->installments("L")).rows.front().due == day("2026-02-17"));
  // What is still to come only moves.
  must(book->record({.event = PublishSeries{"cn", {{day("2026-03-16"), "free"}}}}));
  CHECK(must(book->installments("L")).rows[1].due == day("2026-03-17"));
  verified(*book);
}

TEST_CASE("Values that are neither rates nor a calendar are refused", "[series]") {
  auto book = new_book();
  CHECK(error_id(book->record(index_values({{day("2026-01-01"), "three"}}))) == "series.value");
  CHECK(error_id(book->record(index_values(
            {{day("2026-01-01"), "3%"}, {day("2026-01-02"), "free"}}))) == "series.value");
  must(book->record(index_values({{day("2026-01-01"), "3%"}})));
  CHECK(error_id(book->record(index_values({{day("2026-01-02"), "worked"}}))) == "series.value");
}

TEST_CASE("A customer's own spread is what the agreed rate has above the index", "[series]") {
  auto book = new_book("2026-01-15");
  must(book->record(index_values({{day("2025-12-20"), "3%"}, {day("2026-02-01"), "2.5%"}})));
  must(book->record(publish(floating(schedule::Method::level))));
  Command command = lend("L", "floating", "10000.00");
  std::get<OpenAndDisburse>(command.event).terms.rate = "2.8%";  // below the index
  must(book->record(command));
  must(book->close_through(day("2026-04-14")));
  CHECK(must(book->loan("L")).rate == "0.023");
  // A negotiated rate is another spread.
  must(book->record({.event = Operation{.kind = Kind::change_rate, .rate = "3.5%"}, .loan = "L"}));
  must(book->record(index_values({{day("2026-06-01"), "2.9%"}})));
  must(book->close_through(day("2026-07-14")));
  CHECK(must(book->loan("L")).rate == "0.039");
  verified(*book);
}

/// A loan with a table takes money after its end, one without does not.
void pay_while_owed(Book& book, const std::string& amount) {
  if (must(book.loan("L")).row.status == LoanStatus::active) must(book.record(pay("L", amount)));
}

/// The same loan with its resets told as events.
std::unique_ptr<Book> told(const Product& floating, const std::vector<SeriesPoint>& values,
                           const std::vector<std::pair<Day, std::string>>& payments, Day end) {
  Product p = floating;
  const IndexRules rules = *p.index;
  p.index.reset();
  auto book = new_book("2026-01-15");
  must(book->record(publish(p)));
  const auto rate_on = [&](Day day) {
    std::string value;
    for (const SeriesPoint& point : values) {
      if (point.day <= day - date::days{rules.fixing_lag_days}) value = point.value;
    }
    return rate_at(rules, rules.spread_e12, must(money::Rate::parse(value)));
  };
  const Day start = day("2026-01-15");
  Command open = lend("L", p.id, "10000.00");
  std::get<OpenAndDisburse>(open.event).terms.rate = rate_on(start).text();
  must(book->record(open));
  money::Rate rate = rate_on(start);
  Day reset = schedule::next_reset(rules.reset, start, start);
  for (Day today = start; today <= end; today += date::days{1}) {
    if (today == reset) {
      if (const money::Rate next = rate_on(reset); next != rate) {
        rate = next;
        const auto changed = book->record(
            {.event = Operation{.kind = Kind::change_rate,
                                .choice = p.plan.repricing == schedule::Repricing::keep ? "keep"
                                                                                        : "solve",
                                .rate = rate.text()},
             .loan = "L"});
        if (!changed) {
          // Late installments only, or nothing: no reset fixes a rate there.
          const bool over = must(book->loan("L")).row.status != LoanStatus::active;
          CHECK((over || changed.error().id == "operation.no_rows_to_come"));
        }
      }
      reset = schedule::next_reset(rules.reset, start, reset);
    }
    for (const auto& [day, amount] : payments) {
      if (day == today) pay_while_owed(*book, amount);
    }
    must(book->close_through(today));
  }
  return book;
}

TEST_CASE("Resets book what a change of rate on their day would have booked", "[series]") {
  const int stories = std::getenv("LOANBOOK_TEST_ALL") != nullptr ? 400 : 30;
  for (int seed = 1; seed <= stories; ++seed) {
    Dice dice(static_cast<std::uint32_t>(seed));
    using schedule::Method;
    Product p = floating(dice.pick(
        {Method::level, Method::equal_principal, Method::interest_first, Method::revolving}));
    p.index->reset.every_months = static_cast<std::uint16_t>(dice.roll(1, 4));
    if (dice.roll(0, 2) == 0) {
      p.index->reset.month = static_cast<std::uint8_t>(dice.roll(1, 9));
      p.index->reset.day = static_cast<std::uint8_t>(dice.roll(1, 31));
    }
    p.index->fixing_lag_days = static_cast<std::uint16_t>(dice.roll(0, 3));
    if (dice.roll(0, 2) == 0) p.index->floor = money::Rate::of_e12(50'000'000'000);
    if (dice.roll(0, 2) == 0) p.index->step_e12 = 1'000'000'000;
    if (dice.roll(0, 2) == 0) p.plan.repricing = schedule::Repricing::keep;
    if (dice.roll(0, 1) == 0) p.basis = schedule::InterestBasis::daily;
    p.installments_default = static_cast<std::uint32_t>(dice.roll(3, 12));
    if (p.method != Method::revolving && dice.roll(0, 1) == 0) p.servicing.emplace();
    std::vector<SeriesPoint> values{{day("2025-12-20"), "4%"}};
    const Day start = day("2026-01-15");
    for (int at = dice.roll(5, 60); at < 300; at += dice.roll(5, 60))
      values.push_back({start + date::days{at}, "0.0" + std::to_string(dice.roll(1000, 9999))});
    std::vector<std::pair<Day, std::string>> payments;
    for (int at = dice.roll(10, 40); at < 300; at += dice.roll(5, 50))
      payments.emplace_back(start + date::days{at}, std::to_string(dice.roll(10, 1500)) + ".37");
    const Day end = start + date::days{300};
    CAPTURE(seed, static_cast<int>(p.method), p.index->reset.every_months, p.servicing.has_value());
    const auto by_events = told(p, values, payments, end);

    auto book = new_book("2026-01-15");
    must(book->record(index_values({values.front()})));
    must(book->record(publish(p)));
    must(book->record(lend("L", p.id, "10000.00")));
    std::size_t published = 1;
    for (Day today = start; today <= end; today += date::days{1}) {
      // Some are known long before their day, none after it.
      while (published < values.size() &&
             (values[published].day <= today + date::days{1} || dice.roll(0, 30) == 0)) {
        must(book->record(index_values({values[published]})));
        ++published;
      }
      for (const auto& [day, amount] : payments) {
        if (day == today) pay_while_owed(*book, amount);
      }
      must(book->close_through(today));
    }
    verified(*book);
    const LoanView one = must(book->loan("L"));
    const LoanView other = must(by_events->loan("L"));
    CHECK(one.balances == other.balances);
    CHECK(one.row.status == other.row.status);
    CHECK(one.row.next_amount == other.row.next_amount);
    CHECK(one.row.next_due == other.row.next_due);
  }
}

Command weekends(const std::string& free = "") {
  std::vector<SeriesPoint> points{{day("2026-01-01"), "weekend saturday sunday"}};
  if (!free.empty()) points.push_back({day(free.c_str()), "free"});
  return {.event = PublishSeries{"cn", std::move(points)}};
}

Product on_business_days() {
  Product p = product_of(schedule::Method::interest_first, "days");
  p.basis = schedule::InterestBasis::daily;
  p.plan.calendar = "cn";
  p.plan.roll = schedule::Roll::following;
  return p;
}

TEST_CASE("Due dates move by the calendar of the book", "[series]") {
  auto book = new_book("2026-01-15");
  Product p = on_business_days();
  must(book->record(publish(p)));
  CHECK(error_id(book->record(lend("L", "days", "10000.00"))) == "product.calendar_missing");
  must(book->record(weekends()));
  must(book->record(lend("L", "days", "10000.00")));
  // 15 February 2026 is a Sunday: 10,000.00 x 18 % x 31 / 360 = 155.00 is due on Monday.
  CHECK(must(book->loan("L")).row.next_due == day("2026-02-16"));
  must(book->close_through(day("2026-02-13")));
  CHECK(role(*book, Role::interest_accrued) == 150'00);
  must(book->close_through(day("2026-02-14")));
  CHECK(role(*book, Role::interest_accrued) == 155'00);
  must(book->close_through(day("2026-02-15")));
  CHECK(role(*book, Role::interest_accrued) == 5'00);  // of the next period since the 15th
  CHECK(role(*book, Role::interest_receivable) == 155'00);
  CHECK(must(book->loan("L")).row.dpd == 0);
  must(book->close_through(day("2026-02-16")));
  CHECK(must(book->loan("L")).row.dpd == 1);
  must(book->close_through(day("2026-02-19")));
  CHECK(role(*book, Role::interest_accrued) == 25'00);  // five days, by the contract
  verified(*book);
}

TEST_CASE("A calendar that moves days to come is timely, one of a running period late",
          "[series]") {
  for (const bool table : {false, true}) DYNAMIC_SECTION("table " << table) {
      auto book = new_book("2026-01-15");
      Product p = on_business_days();
      if (table) p.servicing.emplace();
      must(book->record(publish(p)));
      must(book->record(weekends()));
      must(book->record(lend("L", "days", "10000.00")));
      must(book->close_through(day("2026-02-20")));
      // 15 April is a Wednesday; the running period ends on 16 March.
      must(book->record({.event = PublishSeries{"cn", {{day("2026-04-15"), "free"}}}}));
      must(book->close_through(day("2026-03-17")));
      CHECK(must(book->loan("L")).row.next_due == day("2026-04-16"));
      if (table) CHECK(must(book->installments("L")).rows[2].due == day("2026-04-16"));
      verified(*book);
      // Now that period runs: interest stays, its due date would move once more.
      const auto moved =
          book->record({.event = PublishSeries{"cn", {{day("2026-04-16"), "free"}}}});
      CHECK(error_id(moved) == "none");
      CHECK(must(book->loan("L")).row.next_due == day("2026-04-17"));
      must(book->close_through(day("2026-04-20")));
      CHECK(must(book->loan("L")).row.dpd == 64);
      // A day that is over.
      CHECK(error_id(book->record({.event = PublishSeries{"cn", {{day("2026-02-16"), "free"}}}})) ==
            "series.late");
      verified(*book);
    }
}

TEST_CASE("Loans count the days of their calendar", "[series]") {
  for (const auto method : {schedule::Method::level, schedule::Method::revolving})
    DYNAMIC_SECTION(static_cast<int>(method)) {
      auto book = new_book("2026-01-15");
      Product p = product_of(method, "bus");
      p.basis = schedule::InterestBasis::daily;
      p.day_count = schedule::DayCount::bus_252;
      p.rate_default = money::Rate::of_e12(252'000'000'000);  // 0.1 % a business day
      CHECK(check_bookable(p).error().id == "product.plan_not_bookable");
      p.plan.calendar = "cn";
      must(book->record(publish(p)));
      must(book->record(weekends("2026-01-21")));
      must(book->record(lend("L", "bus", "10000.00")));
      must(book->close_through(day("2026-01-24")));
      // Thursday 15, Friday 16, Monday 19, Tuesday 20, Thursday 22, Friday 23.
      CHECK(role(*book, Role::interest_accrued) ==
            (method == schedule::Method::revolving ? 60'00 : 60'00));
      must(book->close_through(day("2026-06-30")));
      verified(*book);
    }
}

TEST_CASE("30E/360-ISDA runs on lines, its plan knows the end of the contract", "[series]") {
  auto book = new_book("2025-11-30");
  Product p = product_of(schedule::Method::interest_first, "isda");
  p.basis = schedule::InterestBasis::daily;
  p.day_count = schedule::DayCount::thirty_e_360_isda;
  p.installments_default = 3;
  must(book->record(publish(p)));
  must(book->record(lend("L", "isda", "10000.00")));
  // 30 November to 30 December, 30 January, 28 February: the last one ends the contract and keeps
  // its 28 days.
  const auto rows = must(book->schedule("L"));
  CHECK(rows[0].interest == 150'00);
  CHECK(rows[1].interest == 150'00);
  CHECK(rows[2].interest == 140'00);
  must(book->close_through(day("2026-02-27")));
  CHECK(role(*book, Role::interest_receivable) == 440'00);
  must(book->close_through(day("2026-04-30")));
  verified(*book);
}

TEST_CASE("Fees of a plan need no rule: such loans keep a table", "[series]") {
  auto book = new_book("2026-01-15");
  Product p = product_of(schedule::Method::equal_principal, "fees");
  p.rate_min = p.rate_default = money::Rate::of_e12(0);
  p.plan.fee_rate = money::Rate::of_e12(6'000'000'000);
  must(book->record(publish(p)));
  must(book->record(lend("L", "fees", "12000.00")));
  must(book->close_through(day("2026-02-15")));
  CHECK(role(*book, Role::fee_income) == -72'00);
  must(book->record(pay("L", "1072.00")));
  CHECK(must(book->loan("L")).row.dpd == 0);
  verified(*book);
}

TEST_CASE("Interest of a holiday joins the balance on its due date", "[series]") {
  auto book = new_book("2026-01-15");
  Product p = product_of(schedule::Method::level, "holiday");
  p.plan.holidays = {
      {.first_row = 1, .last_row = 2, .interest = schedule::HolidayInterest::capitalise}};
  p.installments_default = 6;
  must(book->record(publish(p)));
  must(book->record(lend("L", "holiday", "10000.00")));
  must(book->close_through(day("2026-02-14")));
  CHECK(role(*book, Role::principal) == 10'150'00);  // 10,000.00 x 18 % / 12 = 150.00
  CHECK(role(*book, Role::interest_accrued) == 0);
  must(book->close_through(day("2026-03-14")));
  CHECK(role(*book, Role::principal) == 10'302'25);  // 152.25 more
  CHECK(role(*book, Role::interest_income) == -302'25);
  // Money that covers everything settles the loan; less is held.
  must(book->record(pay("L", "100.00")));
  CHECK(role(*book, Role::overpayment) == -100'00);
  must(book->record(pay("L", "10202.25")));
  CHECK(must(book->loan("L")).row.status == LoanStatus::closed);
  verified(*book);

  must(book->record(lend("M", "holiday", "10000.00")));
  for (Day today = day("2026-03-15"); today < day("2026-10-01"); today += date::days{1}) {
    for (const ScheduleRow& row : must(book->schedule("M"))) {
      if (row.due == today && row.payment > 0)
        must(book->record(pay("M", money::text_of_minor(row.payment, 2))));
    }
    must(book->close_through(today));
  }
  CHECK(must(book->loan("M")).row.dpd == 0);
  verified(*book);
}

TEST_CASE("An early settlement before interest joined owes what was lent and has accrued",
          "[series]") {
  auto book = new_book("2026-01-15");
  Product p = product_of(schedule::Method::level, "season");
  p.plan.season = {.months = 0b10, .interest = schedule::HolidayInterest::capitalise};  // February
  p.installments_default = 6;
  must(book->record(publish(p)));
  must(book->record(lend("L", "season", "10000.00")));
  must(book->close_through(day("2026-01-24")));
  const std::int64_t owed = must(book->loan("L")).payoff;
  CHECK(owed == 10'000'00 + 48'39);  // 150.00 x 10 / 31
  must(book->record(pay("L", "10048.39")));
  CHECK(must(book->loan("L")).row.status == LoanStatus::closed);
  must(book->close_through(day("2026-08-01")));
  verified(*book);
}

TEST_CASE("A repayment put in before a change of rate folds from the contract's rate", "[series]") {
  auto tell = [](bool late) {
    auto book = new_book("2026-01-15");
    must(book->record(publish(product_of(schedule::Method::interest_first, "fixed"))));
    must(book->record(lend("L", "fixed", "10000.00")));
    must(book->close_through(day("2026-02-16")));
    if (!late) must(book->record(pay("L", "150.00")));
    must(book->close_through(day("2026-03-01")));
    must(book->record({.event = Operation{.kind = Kind::change_rate, .rate = "6%"}, .loan = "L"}));
    must(book->close_through(day("2026-04-20")));
    if (late) {
      Command paid = pay("L", "150.00");
      paid.value_date = day("2026-02-17");
      must(book->record(paid));
    }
    verified(*book);
    return must(book->loan("L")).balances;
  };
  CHECK(tell(true) == tell(false));
}

}  // namespace
}  // namespace loanbook::test
