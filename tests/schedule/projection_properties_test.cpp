// Random contracts: what must hold of any projection, and a model in fractions that knows three of
// the ways to repay.

#include <boost/multiprecision/cpp_int.hpp>

#include "loanbook/schedule/projection.hpp"
#include "schedule/random_terms.hpp"

namespace loanbook::schedule {
namespace {

using Ratio = boost::multiprecision::cpp_rational;

std::int64_t up_to(std::int64_t least, std::int64_t most) {
  return *rc::gen::resize(100, rc::gen::inRange<std::int64_t>(least, most + 1));
}
bool one_in(int n) { return up_to(1, n) == 1; }
Figure percent(std::int64_t least, std::int64_t most) {
  return up_to(least * 10'000, most * 10'000) * (figure_one / 1'000'000);
}
Moment day(std::int64_t number) {
  return {money::day_from_number(static_cast<std::int32_t>(number)),
          one_in(20) ? DayPart::close : DayPart::opening};
}

constexpr std::int64_t start = 15'000;  // 2011

Cycle random_cycle() {
  const Frequency steps[] = {{PeriodUnit::month, 1}, {PeriodUnit::month, 3},
                             {PeriodUnit::week, 2},  {PeriodUnit::day, 20},
                             {PeriodUnit::year, 1},  {PeriodUnit::month, 1}};
  return {day(start + up_to(1, 90)), steps[up_to(0, 5)], one_in(3) ? Stub::longer : Stub::shorter};
}

struct Contract {
  ProjectionTerms terms;
  ObservedSeries series;
};

void add_repayment(ProjectionTerms& terms) {
  terms.repayment = static_cast<Repayment>(up_to(1, 6));
  if (terms.repayment == Repayment::open_ended) terms.repayment = Repayment::at_maturity;
  terms.repaid = random_cycle();
  terms.interest.dates = {one_in(2) ? *terms.repaid : random_cycle()};
  if (one_in(2) || terms.repayment == Repayment::fixed_payment)
    terms.payment = terms.principal / up_to(5, 40);
  if (terms.repayment != Repayment::listed) return;
  Cycle second = random_cycle();
  second.anchor.day += date::days{200};
  terms.parts = {{random_cycle(), one_in(3) ? Direction::raise : Direction::lower,
                  terms.principal / up_to(3, 20)},
                 {second, Direction::lower, terms.principal / up_to(3, 20)}};
}

void add_conventions(ProjectionTerms& terms) {
  const DayCount day_counts[] = {DayCount::act_360,      DayCount::act_365f,
                                 DayCount::act_act_isda, DayCount::thirty_e_360,
                                 DayCount::bus_252,      DayCount::thirty_e_360_isda,
                                 DayCount::thirty_360,   DayCount::twenty_eight_336};
  terms.interest.day_count = day_counts[up_to(0, 7)];
  terms.month_end = static_cast<MonthEnd>(up_to(1, 2));
  terms.business_days.calendar = std::make_shared<const Calendar>(Calendar::weekends());
  terms.business_days.roll = static_cast<Roll>(one_in(2) ? 0 : up_to(1, 4));
  terms.business_days.interest_follows = one_in(2);
  terms.maturity_day = static_cast<MaturityDay>(up_to(1, 2));
}

Contract random_contract() {
  Contract contract;
  ProjectionTerms& terms = contract.terms;
  terms.drawdown = {money::day_from_number(start)};
  terms.status = {money::day_from_number(start - 1)};
  terms.principal = up_to(1, 1'000'000'000) * (figure_one / 100);
  terms.premium = one_in(4) ? -terms.principal / 50 : 0;
  terms.maturity = day(start + up_to(100, 1'500));
  terms.interest.rate = percent(one_in(5) ? -2 : 0, 30);
  add_repayment(terms);
  add_conventions(terms);
  if (one_in(4)) terms.interest.capitalised_until = day(start + up_to(1, 200));
  if (one_in(5)) terms.interest.on_dates = InterestDates::compounded;
  if (one_in(5)) {
    terms.interest.base = static_cast<InterestBase>(up_to(1, 4));
    terms.interest.base_amount = terms.principal;
    terms.interest.base_dates = random_cycle();
  }
  if (one_in(2)) {
    terms.floating.resets = {{.cycle = random_cycle()}};
    terms.floating.spread = percent(-1, 3);
    if (one_in(2)) terms.floating.cap = percent(10, 20);
    if (one_in(2)) terms.floating.floor = percent(0, 2);
    if (one_in(2)) terms.floating.change_max = percent(1, 3);
    if (one_in(2)) terms.floating.change_min = -percent(1, 3);
    for (std::int64_t at = start; at < start + 1'700; at += 50)
      contract.series.rate_index.points.push_back({{day(at).day}, percent(-1, 15)});
  }
  if (one_in(4))
    terms.prepayment.payments = {{day(start + up_to(1, 800)), terms.principal / up_to(2, 10)}};
  terms.prepayment.after = static_cast<AfterPrepayment>(up_to(1, 2));
  if (one_in(5)) {
    terms.fee.basis = static_cast<FeeBasis>(up_to(1, 2));
    terms.fee.rate = percent(0, 2);
    terms.fee.dates = random_cycle();
  }
  return contract;
}

std::vector<ProjectedFlow> flows_of(const Contract& contract, std::optional<Moment> horizon = {}) {
  auto flows = project(contract.terms, contract.series, horizon);
  if (!flows) RC_LOG() << flows.error().id << "\n";
  RC_ASSERT(flows.has_value());
  return std::move(*flows);
}

bool same(const ProjectedFlow& a, const ProjectedFlow& b) {
  return a.at == b.at && a.kind == b.kind && a.amount == b.amount && a.balance == b.balance &&
         a.rate == b.rate && a.accrued == b.accrued;
}

bool is_principal(FlowKind kind) {
  return kind == FlowKind::drawdown || kind == FlowKind::principal_down ||
         kind == FlowKind::principal_up || kind == FlowKind::prepayment ||
         kind == FlowKind::maturity;
}

TEST_CASE("principal that is paid out and capitalised comes back", "[projection][property]") {
  check_property("principal sums to zero", 1'000, [] {
    const Contract contract = random_contract();
    Figure principal = contract.terms.premium;
    Figure balance = 0;
    Moment last = contract.terms.status;
    for (const ProjectedFlow& flow : flows_of(contract)) {
      if (is_principal(flow.kind)) principal += flow.amount;
      if (flow.kind == FlowKind::interest_capitalised) principal -= flow.balance - balance;
      balance = flow.balance;
      RC_ASSERT(last <= flow.at);
      last = flow.at;
    }
    RC_ASSERT(balance == 0);
    RC_ASSERT(principal == 0);
  });
}

TEST_CASE("a nearer horizon gives the first of the flows", "[projection][property]") {
  check_property("a prefix", 500, [] {
    const Contract contract = random_contract();
    const Moment horizon = day(start + up_to(0, 1'600));
    const auto all = flows_of(contract);
    const auto some = flows_of(contract, horizon);
    RC_ASSERT(some.size() <= all.size());
    for (std::size_t i = 0; i < all.size(); ++i) {
      RC_ASSERT((i < some.size()) == (all[i].at <= horizon));
      if (i < some.size()) RC_ASSERT(same(some[i], all[i]));
    }
  });
}

TEST_CASE("what the lender receives the borrower pays", "[projection][property]") {
  check_property("mirror", 500, [] {
    Contract contract = random_contract();
    if (one_in(4)) contract.terms.termination = Deal{day(start + up_to(1, 600)), figure_one};
    const auto lender = flows_of(contract);
    contract.terms.side = Side::borrower;
    const auto borrower = flows_of(contract);
    RC_ASSERT(lender.size() == borrower.size());
    for (std::size_t i = 0; i < lender.size(); ++i) {
      RC_ASSERT(lender[i].amount == -borrower[i].amount);
      RC_ASSERT(lender[i].balance == -borrower[i].balance);
      RC_ASSERT(lender[i].accrued == -borrower[i].accrued);
      RC_ASSERT(lender[i].rate == borrower[i].rate);
    }
  });
}

TEST_CASE("looking at a contract changes nothing", "[projection][property]") {
  check_property("analysis days", 500, [] {
    Contract contract = random_contract();
    const auto before = flows_of(contract);
    for (std::int64_t i = up_to(1, 5); i > 0; --i)
      contract.terms.analysis_days.push_back(day(start + up_to(-5, 1'600)));
    std::size_t i = 0;
    for (const ProjectedFlow& flow : flows_of(contract)) {
      if (flow.kind == FlowKind::analysis) continue;
      RC_ASSERT(i < before.size());
      RC_ASSERT(same(flow, before[i++]));
    }
    RC_ASSERT(i == before.size());
  });
}

TEST_CASE("a floating rate stays between its bounds", "[projection][property]") {
  check_property("caps and floors", 500, [] {
    const Contract contract = random_contract();
    const FloatingTerms& floating = contract.terms.floating;
    for (const ProjectedFlow& flow : flows_of(contract)) {
      if (flow.kind != FlowKind::rate_reset) continue;
      if (floating.cap) RC_ASSERT(flow.rate <= *floating.cap);
      if (floating.floor) RC_ASSERT(flow.rate >= *floating.floor);
    }
  });
}

TEST_CASE("an annuity leaves nothing, whatever its rates do", "[projection][property]") {
  check_property("last payment", 500, [] {
    Contract contract = random_contract();
    ProjectionTerms& terms = contract.terms;
    terms.repayment = Repayment::annuity;
    terms.payment.reset();
    // Interest below zero may leave less to repay than the equal payment.
    terms.interest.rate = percent(0, 30);
    terms.floating.floor = 0;
    terms.floating.cap.reset();
    // A fee or a reset inside of a period splits it, which the others do not do without loss.
    if (terms.interest.day_count != DayCount::act_act_isda)
      terms.interest.day_count = DayCount::thirty_e_360;
    terms.interest.capitalised_until.reset();
    terms.interest.on_dates = InterestDates::paid;
    terms.interest.base = InterestBase::balance;
    // Of two dates and an end, a long last period takes one from the annuity and none from the
    // dates.
    terms.repaid->stub = Stub::shorter;
    terms.interest.dates = {*terms.repaid};
    terms.business_days.roll = Roll::none;
    terms.prepayment.after = AfterPrepayment::solved_again;
    // Every two payments without an event between that solves again are equal, and so is the last.
    bool known = false;
    Figure payment = 0;
    Figure principal = 0;
    Moment prepaid{};
    for (const ProjectedFlow& flow : flows_of(contract)) {
      if (flow.kind == FlowKind::payment_solved || flow.kind == FlowKind::prepayment) known = false;
      if (flow.kind == FlowKind::prepayment) prepaid = flow.at;
      if (flow.kind == FlowKind::principal_down) principal = flow.amount;
      if (flow.kind == FlowKind::interest && flow.at < *terms.maturity) {
        const Figure paid = principal + flow.amount;
        const Figure apart = known ? paid - payment : 0;
        RC_ASSERT(apart < 100'000'000);
        RC_ASSERT(apart > -100'000'000);
        payment = paid;
        known = flow.at != prepaid;  // that day's payment is still the old one
      }
      if (flow.kind == FlowKind::interest && flow.at == *terms.maturity) principal = flow.amount;
      if (flow.kind == FlowKind::maturity && known) {
        const Figure apart = principal + flow.amount - payment;
        RC_ASSERT(apart < 100'000'000);
        RC_ASSERT(apart > -100'000'000);
      }
    }
  });
}

/// Principal and interest of each month, in fractions; actual days over 365, no clamps.
struct ModelRow {
  Ratio principal;
  Ratio interest;
};
std::vector<ModelRow> model(const ProjectionTerms& terms, int months) {
  std::vector<ModelRow> rows;
  Ratio balance(terms.principal);
  const Ratio rate = Ratio(*terms.interest.rate) / Ratio(figure_one);
  const date::year_month_day first{terms.drawdown.day};
  Day last = terms.drawdown.day;
  for (int k = 1; k <= months; ++k) {
    auto date = first + date::months{k};
    if (!date.ok()) date = date.year() / date.month() / date::last;
    const Day due{date};
    const Ratio interest = balance * rate * Ratio((due - last).count(), 365);
    Ratio principal = balance;
    if (k < months && terms.repayment == Repayment::at_maturity) principal = 0;
    if (k < months && terms.repayment == Repayment::fixed_principal)
      principal = Ratio(*terms.payment);
    if (k < months && terms.repayment == Repayment::fixed_payment)
      principal = Ratio(*terms.payment) - interest;
    rows.push_back({principal, interest});
    balance -= principal;
    last = due;
  }
  return rows;
}

TEST_CASE("monthly loans are those of a model in fractions", "[projection][property]") {
  check_property("model", 500, [] {
    Contract contract;
    ProjectionTerms& terms = contract.terms;
    const Repayment repayments[] = {Repayment::at_maturity, Repayment::fixed_principal,
                                    Repayment::fixed_payment};
    terms.repayment = repayments[up_to(0, 2)];
    terms.drawdown = {money::day_from_number(static_cast<std::int32_t>(start + up_to(0, 800)))};
    // From a 31st the first date would be a 30th, and with it the others.
    if (date::year_month_day{terms.drawdown.day}.day() > date::day{28})
      terms.drawdown.day -= date::days{5};
    terms.status = {terms.drawdown.day - date::days{1}};
    const auto months = static_cast<int>(up_to(2, 48));
    terms.principal = up_to(1, 1'000'000'000) * (figure_one / 100);
    terms.interest.rate = percent(0, 30);
    terms.payment = terms.principal / up_to(months, 3 * months);
    const Frequency monthly{PeriodUnit::month, 1};
    terms.repaid = Cycle{{money::add_months(terms.drawdown.day, 1)}, monthly};
    terms.maturity = Moment{money::add_months(terms.drawdown.day, months)};
    terms.interest.dates = {*terms.repaid};
    const std::vector<ModelRow> expected = model(terms, months);
    std::vector<ModelRow> got(expected.size());
    std::size_t row = 0;
    for (const ProjectedFlow& flow : flows_of(contract)) {
      if (flow.at <= terms.drawdown) continue;
      if (is_principal(flow.kind)) got.at(row).principal += Ratio(flow.amount);
      if (flow.kind != FlowKind::interest) continue;
      got.at(row).interest = Ratio(flow.amount);
      if (flow.at < *terms.maturity) ++row;
    }
    for (std::size_t i = 0; i < expected.size(); ++i) {
      RC_ASSERT(abs(got[i].principal - expected[i].principal) < 10'000);
      RC_ASSERT(abs(got[i].interest - expected[i].interest) < 10'000);
    }
  });
}

}  // namespace
}  // namespace loanbook::schedule
