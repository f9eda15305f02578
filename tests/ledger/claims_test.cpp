// Claims on loans with a table of installments: stories that once took one below zero, each named
// after what went wrong.

#include "ledger/support.hpp"

namespace loanbook::test {
namespace {

struct Event {
  int day;  ///< after the loan was paid out
  Operation operation{};
  std::string repaid{};
  int of = -1;
  std::string paid_out{};
  bool late = false;  ///< recorded after all others
};
struct Story {
  const char* name;
  schedule::Method method;
  schedule::Frequency every;
  std::uint32_t rows;
  std::int64_t rate_e12;
  std::optional<InterestRules> interest;
  schedule::AllocationMode mode;
  std::vector<Event> events;
  bool ahead_again = false;
};

void nothing_below_zero(const LoanView& view) {
  for (const Role role : {Role::principal, Role::principal_overdue, Role::interest_accrued,
                          Role::interest_receivable}) {
    INFO(to_text(role) << " on " << money::to_text(view.as_of));
    CHECK(view.balances[static_cast<std::size_t>(role)] >= 0);
  }
  CHECK(view.balances[static_cast<std::size_t>(Role::interest_unearned)] <= 0);
  CHECK(view.balances[static_cast<std::size_t>(Role::overpayment)] <= 0);
}

Operation with_amount(Kind kind, const char* amount) { return {.kind = kind, .amount = amount}; }

void play(const Story& story) {
  Product product = product_of(story.method, "p");
  product.basis = schedule::InterestBasis::daily;
  product.frequency = story.every;
  product.installments_default = story.rows;
  product.rate_default = money::Rate::of_e12(story.rate_e12);
  product.rate_min = money::Rate::of_e12(0);
  product.penalty_multiplier_e4 = 0;
  product.servicing.emplace().interest = story.interest;
  product.servicing->payment.mode = story.mode;
  product.servicing->several_payouts = true;
  product.servicing->over_approved_e4 = 10'000;
  product.servicing->ahead_again = story.ahead_again;
  const auto book = new_book();
  const Day start = day("2026-01-01");
  must(book->record(publish(product)));
  must(book->record(lend("L", "p", "1000.00")));
  std::vector<std::uint64_t> sequences;
  const auto tell = [&](const Event& event) {
    Command command{.event = Repay{event.repaid}, .loan = "L"};
    command.value_date = start + date::days{event.day};
    if (!event.paid_out.empty()) {
      command.event = Disburse{event.paid_out};
    } else if (event.repaid.empty()) {
      Operation operation = event.operation;
      if (event.of >= 0) operation.of = sequences.at(static_cast<std::size_t>(event.of));
      command.event = std::move(operation);
    }
    sequences.push_back(must(book->record(command)).receipt.sequence);
    nothing_below_zero(must(book->loan("L")));
  };
  for (const Event& event : story.events) {
    if (event.late) continue;
    must(book->close_through(start + date::days{event.day - 1}));
    tell(event);
  }
  for (const Event& event : story.events) {
    if (event.late) tell(event);
  }
  for (const int later : {90, 120, 150, 200}) {
    must(book->close_through(start + date::days{later}));
    nothing_below_zero(must(book->loan("L")));
  }
  verified(*book);
}

TEST_CASE("No claim falls below zero where interest is computed again") {
  constexpr auto horizontal = schedule::AllocationMode::horizontal;
  constexpr schedule::Frequency month{schedule::PeriodUnit::month, 1};
  const auto days = [](std::uint16_t count) {
    return schedule::Frequency{schedule::PeriodUnit::day, count};
  };
  const Story stories[] = {
      {"interest that turns out to have paid principal",
       schedule::Method::equal_principal,
       days(12),
       6,
       240'000'000'000,
       InterestRules{.overdue = OverdueInterest::none, .early = EarlyMoney::next_smaller},
       horizontal,
       {{.day = 5, .repaid = "381.29"},
        {.day = 15, .repaid = "375.99"},
        {.day = 38, .operation = with_amount(Kind::goodwill, "398.14")}}},
      {"money on the due date of a row that re-ageing took away",
       schedule::Method::level,
       days(33),
       5,
       240'000'000'000,
       InterestRules{.overdue = OverdueInterest::none, .early = EarlyMoney::smaller},
       schedule::AllocationMode::vertical,
       {{.day = 3,
         .operation =
             {.kind = Kind::re_age, .rows = 3, .from = day("2026-01-25"), .choice = "month"}},
        {.day = 20, .repaid = "384.83"},
        {.day = 29, .repaid = "304.17"},
        {.day = 33, .repaid = "379.15"}}},
      {"money on a due date after a chargeback",
       schedule::Method::level,
       days(15),
       5,
       240'000'000'000,
       InterestRules{.overdue = OverdueInterest::at_payment, .early = EarlyMoney::next_smaller},
       horizontal,
       {{.day = 19, .repaid = "251.35"},
        {.day = 20, .operation = {.kind = Kind::extend, .rows = 1}},
        {.day = 32, .repaid = "174.27"},
        {.day = 33, .repaid = "341.86"},
        {.day = 42, .operation = with_amount(Kind::chargeback, "1.11"), .of = 3},
        {.day = 51, .operation = with_amount(Kind::chargeback, "1.11"), .of = 3},
        {.day = 65, .repaid = "107.27"}}},
      {"a deferral of rows that were paid ahead",
       schedule::Method::level,
       month,
       1,
       123'456'789'012,
       InterestRules{.overdue = OverdueInterest::daily, .early = EarlyMoney::next_smaller},
       schedule::AllocationMode::vertical,
       {{.day = 8, .repaid = "156.42"},
        {.day = 21, .operation = {.kind = Kind::defer, .rows = 2, .choice = "capitalise"}}}},
  };
  for (const Story& story : stories) DYNAMIC_SECTION(story.name) {
      play(story);
    }
}

TEST_CASE("No claim falls below zero where a plan changes whose rows were paid ahead") {
  constexpr schedule::Frequency month{schedule::PeriodUnit::month, 1};
  constexpr std::int64_t rate = 120'000'000'000;
  const Event deferral{.day = 2, .operation = {.kind = Kind::defer, .rows = 1, .choice = "waive"}};
  const Story stories[] = {
      {"a pay-out after a deferral: rows become equal, the last was paid ahead",
       schedule::Method::equal_principal,
       month,
       1,
       rate,
       std::nullopt,
       schedule::AllocationMode::vertical,
       {deferral, {.day = 10, .repaid = "800.00"}, {.day = 15, .paid_out = "300.00"}}},
      {"the same after the loan was settled",
       schedule::Method::equal_principal,
       month,
       1,
       rate,
       std::nullopt,
       schedule::AllocationMode::vertical,
       {deferral, {.day = 10, .repaid = "1100.00"}, {.day = 15, .paid_out = "300.00"}}},
      {"rows whose interest was paid ahead move, and are re-aged",
       schedule::Method::interest_first,
       month,
       3,
       rate,
       std::nullopt,
       schedule::AllocationMode::horizontal,
       {{.day = 19, .repaid = "363.96"},
        {.day = 29,
         .operation = {.kind = Kind::reschedule,
                       .rows = 1,
                       .from = day("2026-01-28"),
                       .until = day("2026-04-06")}},
        {.day = 37,
         .operation =
             {.kind = Kind::re_age, .rows = 1, .from = day("2026-03-04"), .choice = "week"}}}},
      {"rows that were deferred move twice",
       schedule::Method::equal_principal,
       month,
       1,
       rate,
       std::nullopt,
       schedule::AllocationMode::horizontal,
       {{.day = 11, .operation = {.kind = Kind::defer, .rows = 2, .choice = "waive"}},
        {.day = 24,
         .operation = {.kind = Kind::reschedule,
                       .from = day("2026-01-24"),
                       .until = day("2026-03-20")}},
        {.day = 38,
         .operation = {.kind = Kind::reschedule,
                       .from = day("2026-02-11"),
                       .until = day("2026-03-28")}}}},
      {"rows that were deferred move there and back, and are deferred again",
       schedule::Method::equal_principal,
       month,
       1,
       rate,
       std::nullopt,
       schedule::AllocationMode::horizontal,
       {{.day = 3, .operation = {.kind = Kind::defer, .rows = 2, .choice = "defer"}},
        {.day = 7,
         .operation = {.kind = Kind::reschedule,
                       .from = day("2026-01-29"),
                       .until = day("2026-03-23")}},
        {.day = 18,
         .operation = {.kind = Kind::reschedule,
                       .from = day("2026-03-06"),
                       .until = day("2026-02-07")}},
        {.day = 47, .operation = {.kind = Kind::defer, .rows = 1, .choice = "pay"}},
        {.day = 66, .operation = {.kind = Kind::defer, .rows = 1, .choice = "waive"}}}},
      {"rows move of a loan that was settled and owes a fee",
       schedule::Method::equal_principal,
       month,
       2,
       rate,
       std::nullopt,
       schedule::AllocationMode::vertical,
       {{.day = 28, .repaid = "1015.00"},
        {.day = 45,
         .operation = {.kind = Kind::charge, .amount = "220.98", .choice = "fee-of-each"}},
        {.day = 50,
         .operation = {.kind = Kind::reschedule,
                       .from = day("2026-02-20"),
                       .until = day("2026-03-16")}}}},
      {"an early repayment, and an earlier charge-off that is learnt later",
       schedule::Method::equal_principal,
       month,
       3,
       rate,
       std::nullopt,
       schedule::AllocationMode::vertical,
       {{.day = 10, .operation = {.kind = Kind::charge_off}, .late = true},
        {.day = 20, .operation = {.kind = Kind::prepay, .amount = "238.60", .choice = "reduce"}}}},
      {"rows move of a loan that was settled before, as is learnt later",
       schedule::Method::equal_principal,
       month,
       4,
       rate,
       std::nullopt,
       schedule::AllocationMode::vertical,
       {{.day = 12, .repaid = "194.00", .late = true},
        {.day = 46, .repaid = "852.00"},
        {.day = 60,
         .operation = {.kind = Kind::reschedule,
                       .from = day("2026-04-13"),
                       .until = day("2026-05-17")}},
        {.day = 67, .paid_out = "137.00"}}},
      {"arrears spread over a row that was to join, as is learnt later",
       schedule::Method::equal_principal,
       month,
       2,
       rate,
       std::nullopt,
       schedule::AllocationMode::vertical,
       {{.day = 40,
         .operation = {.kind = Kind::defer, .rows = 1, .choice = "capitalise"},
         .late = true},
        {.day = 45, .operation = {.kind = Kind::reamortize}}}},
      {"a pay-out, money ahead, and an earlier charge-off that is learnt later",
       schedule::Method::equal_principal,
       month,
       2,
       rate,
       std::nullopt,
       schedule::AllocationMode::vertical,
       {{.day = 8, .operation = {.kind = Kind::charge_off}, .late = true},
        {.day = 26, .repaid = "370.00"},
        {.day = 28, .paid_out = "88.00"}},
       true},
      {"interest waived, and an earlier charge-off that is learnt later",
       schedule::Method::equal_principal,
       month,
       1,
       rate,
       std::nullopt,
       schedule::AllocationMode::vertical,
       {{.day = 33, .operation = {.kind = Kind::charge_off}, .late = true},
        {.day = 37, .operation = with_amount(Kind::waive_interest, "5.00")}}},
      {"money that left and came in, and an earlier write-off that is learnt later",
       schedule::Method::equal_principal,
       month,
       1,
       rate,
       std::nullopt,
       schedule::AllocationMode::vertical,
       {{.day = 41, .operation = {.kind = Kind::write_off}, .late = true},
        {.day = 54, .operation = with_amount(Kind::refund, "223.55")},
        {.day = 76, .repaid = "294.00"}}},
  };
  for (const Story& story : stories) DYNAMIC_SECTION(story.name) {
      play(story);
    }
}

}  // namespace
}  // namespace loanbook::test
