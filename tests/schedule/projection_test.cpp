// Worked examples of projections, the figures by hand or in fractions.

#include "loanbook/schedule/projection.hpp"

#include <boost/multiprecision/cpp_int.hpp>
#include <catch2/catch.hpp>

#include "loanbook/money/decimal.hpp"

namespace loanbook::schedule {
namespace {

using Ratio = boost::multiprecision::cpp_rational;

Moment at(const char* text) { return {*money::parse_day(text)}; }
Figure figure(const char* text) { return *money::parse_decimal(text, 18); }

constexpr Frequency monthly{PeriodUnit::month, 1};

/// Within n units of 10^-18.
bool near(Figure got, const Ratio& exact, int n = 50) {
  Ratio apart = Ratio(got) - exact * Ratio(figure_one);
  if (apart < 0) apart = -apart;
  return apart <= n;
}
/// `digits` as a published figure gives them: within 10^-11.
bool published(Figure got, const char* digits) {
  const Figure apart = got - figure(digits);
  return apart < 10'000'000 && apart > -10'000'000;
}

ProjectionTerms loan(const char* drawdown, const char* principal, const char* rate) {
  ProjectionTerms terms;
  terms.drawdown = at(drawdown);
  terms.status = {terms.drawdown.day - date::days{1}};
  terms.principal = figure(principal);
  terms.interest.rate = figure(rate);
  return terms;
}

std::vector<ProjectedFlow> flows_of(const ProjectionTerms& terms, const ObservedSeries& series = {},
                                    std::optional<Moment> horizon = {}) {
  auto flows = project(terms, series, horizon);
  INFO((flows ? "" : flows.error().id));
  REQUIRE(flows.has_value());
  return std::move(*flows);
}
Figure amount_on(const std::vector<ProjectedFlow>& flows, FlowKind kind, Moment moment) {
  for (const ProjectedFlow& flow : flows) {
    if (flow.kind == kind && flow.at == moment) return flow.amount;
  }
  FAIL("no such flow");
  return 0;
}
std::string error_of(const ProjectionTerms& terms, const ObservedSeries& series = {}) {
  const auto flows = project(terms, series);
  return flows ? "none" : flows.error().id;
}

TEST_CASE("interest only to the close of the year, the last period long", "[projection]") {
  ProjectionTerms terms = loan("2013-01-01", "3000", "0.1");
  terms.maturity = Moment{at("2013-12-31").day, DayPart::close};
  terms.interest.dates = {{terms.drawdown, monthly, Stub::longer}};
  const auto flows = flows_of(terms);
  REQUIRE(flows.size() == 14);
  CHECK(flows[0].amount == figure("-3000"));
  CHECK(flows[1].amount == 0);
  CHECK(near(flows[2].amount, Ratio(3000 * 31, 3650)));
  CHECK(flows[12].at == *terms.maturity);
  CHECK(near(flows[12].amount, Ratio(3000 * 61, 3650)));
  CHECK(flows[13].kind == FlowKind::maturity);
  CHECK(flows[13].amount == figure("3000"));
}

TEST_CASE("an annuity over a longer time leaves a balloon", "[projection]") {
  ProjectionTerms terms = loan("2013-01-01", "5000", "0.08");
  terms.repayment = Repayment::annuity;
  terms.repaid = Cycle{at("2013-02-01"), monthly};
  terms.interest.dates = {*terms.repaid};
  terms.amortized_until = at("2014-01-01");
  terms.maturity = at("2013-11-15");
  const auto flows = flows_of(terms);
  const Figure principal = amount_on(flows, FlowKind::principal_down, at("2013-02-01"));
  const Figure interest = amount_on(flows, FlowKind::interest, at("2013-02-01"));
  CHECK(near(interest, Ratio(5000 * 8 * 31, 36500)));
  CHECK(published(principal + interest, "434.866594118346"));
  CHECK(published(principal, "400.89399137862"));
  CHECK(published(flows.back().amount, "861.136153461425"));
}

TEST_CASE("an annuity of equal periods is the closed form", "[projection]") {
  ProjectionTerms terms = loan("2026-01-15", "100000", "0.0365");
  terms.repayment = Repayment::annuity;
  terms.interest.day_count = DayCount::thirty_e_360;
  terms.repaid = Cycle{at("2026-02-15"), monthly};
  terms.interest.dates = {*terms.repaid};
  terms.maturity = at("2031-01-15");
  const Ratio growth = 1 + Ratio(365, 120'000);
  Ratio power = 1;
  for (int i = 0; i < 60; ++i) power *= growth;
  const Ratio payment = 100'000 * (growth - 1) * power / (power - 1);
  const auto flows = flows_of(terms);
  for (std::size_t i = 0; i + 1 < flows.size(); ++i) {
    if (flows[i].kind != FlowKind::principal_down) continue;
    CHECK(near(flows[i].amount + flows[i + 1].amount, payment));
  }
  CHECK(near(flows.back().amount + flows[flows.size() - 2].amount, payment, 5'000));
}

TEST_CASE("equal parts of principal over six dates", "[projection]") {
  ProjectionTerms terms = loan("2020-01-01", "10000", "0.05");
  terms.repayment = Repayment::fixed_principal;
  terms.repaid = Cycle{at("2021-01-01"), Frequency{PeriodUnit::year, 1}};
  terms.maturity = at("2025-06-01");
  const auto flows = flows_of(terms);
  CHECK(near(amount_on(flows, FlowKind::principal_down, at("2021-01-01")), Ratio(10000, 6)));
  CHECK(near(amount_on(flows, FlowKind::maturity, at("2025-06-01")) -
                 // Interest without dates of its own is paid at the end, on a falling balance.
                 (flows.back().amount - flows[flows.size() - 2].balance),
             Ratio(10000, 6)));
}

TEST_CASE("a payment below the interest raises the balance", "[projection]") {
  ProjectionTerms terms = loan("2026-01-01", "12000", "0.12");
  terms.repayment = Repayment::fixed_payment;
  terms.interest.day_count = DayCount::thirty_e_360;
  terms.repaid = Cycle{at("2026-02-01"), monthly};
  terms.interest.dates = {*terms.repaid};
  terms.payment = figure("100");
  terms.maturity = at("2026-04-01");
  const auto flows = flows_of(terms);
  CHECK(amount_on(flows, FlowKind::principal_down, at("2026-02-01")) == figure("-20"));
  CHECK(amount_on(flows, FlowKind::principal_down, at("2026-03-01")) == figure("-20.2"));
  CHECK(flows.back().amount == figure("12040.2"));
  terms.maturity.reset();
  CHECK(error_of(terms) == "projection.never_repaid");
}

TEST_CASE("a floating rate: spread, multiplier, caps, and a rate fixed already", "[projection]") {
  ProjectionTerms terms = loan("2026-01-01", "1000", "0.04");
  terms.maturity = at("2027-01-01");
  terms.floating.resets = {{.cycle = {at("2026-04-01"), Frequency{PeriodUnit::month, 3}}}};
  terms.floating.spread = figure("0.01");
  ObservedSeries series;
  series.rate_index.points = {{at("2026-03-20"), figure("0.05")},
                              {at("2026-07-01"), figure("0.20")},
                              {at("2026-09-30"), figure("-0.30")}};
  const auto rates = [&] {
    std::vector<Figure> found;
    for (const ProjectedFlow& flow : flows_of(terms, series)) {
      if (flow.kind == FlowKind::rate_reset || flow.kind == FlowKind::rate_fixed)
        found.push_back(flow.rate);
    }
    return found;
  };
  CHECK(rates() == std::vector{figure("0.06"), figure("0.21"), figure("-0.29")});
  terms.floating.multiplier = figure("0.5");
  CHECK(rates() == std::vector{figure("0.035"), figure("0.11"), figure("-0.14")});
  terms.floating.cap = figure("0.1");
  terms.floating.floor = figure("0.01");
  CHECK(rates() == std::vector{figure("0.035"), figure("0.1"), figure("0.01")});
  terms.floating.change_max = figure("0.02");
  terms.floating.change_min = figure("-0.03");
  CHECK(rates() == std::vector{figure("0.035"), figure("0.055"), figure("0.025")});
  terms.floating.next_rate = figure("0.09");
  CHECK(rates() == std::vector{figure("0.09"), figure("0.1"), figure("0.07")});
  series.rate_index.between = Between::nothing;
  terms.floating.next_rate.reset();
  CHECK(error_of(terms, series) == "projection.observation_missing");
}

TEST_CASE("capitalised interest joins the balance", "[projection]") {
  ProjectionTerms terms = loan("2026-01-01", "1000", "0.12");
  terms.interest.day_count = DayCount::thirty_e_360;
  terms.interest.dates = {{at("2026-02-01"), monthly}};
  terms.interest.capitalised_until = at("2026-03-01");
  terms.maturity = at("2026-04-01");
  const auto flows = flows_of(terms);
  REQUIRE(flows.size() == 5);
  CHECK(flows[1].kind == FlowKind::interest_capitalised);
  CHECK(flows[2].balance == figure("1020.1"));
  CHECK(flows[3].amount == figure("10.201"));
  CHECK(flows[4].amount == figure("1020.1"));
}

TEST_CASE("a call is settled after its notice, which bears no interest", "[projection]") {
  ProjectionTerms terms = loan("2026-01-01", "1000", "0.12");
  terms.interest.day_count = DayCount::thirty_e_360;
  terms.interest.on_dates = InterestDates::compounded;
  terms.call = Call{at("2026-02-16"), monthly};
  const auto flows = flows_of(terms);
  REQUIRE(flows.size() == 4);
  CHECK(flows[1].kind == FlowKind::call);
  CHECK(flows[2].at == at("2026-03-16"));
  CHECK(flows[2].amount == figure("15"));
  CHECK(flows[3].kind == FlowKind::settlement);
  CHECK(flows[3].amount == figure("1000"));
}

TEST_CASE("fees, on an amount and on the balance", "[projection]") {
  ProjectionTerms terms = loan("2026-01-01", "1200", "0");
  terms.interest.day_count = DayCount::thirty_e_360;
  terms.maturity = at("2026-03-01");
  terms.fee.dates = Cycle{at("2026-02-01"), monthly};
  terms.fee.rate = figure("7.5");
  CHECK(amount_on(flows_of(terms), FlowKind::fee, at("2026-02-01")) == figure("7.5"));
  terms.fee.basis = FeeBasis::balance;
  terms.fee.rate = figure("0.01");
  CHECK(amount_on(flows_of(terms), FlowKind::fee, at("2026-02-01")) == figure("1"));
  CHECK(amount_on(flows_of(terms), FlowKind::fee, at("2026-03-01")) == figure("1"));
}

TEST_CASE("an early repayment with its penalty, the annuity kept or solved again", "[projection]") {
  ProjectionTerms terms = loan("2026-01-01", "1200", "0.12");
  terms.interest.day_count = DayCount::thirty_e_360;
  terms.repayment = Repayment::fixed_principal;
  terms.repaid = Cycle{at("2026-02-01"), monthly};
  terms.interest.dates = {*terms.repaid};
  terms.maturity = at("2026-07-01");
  terms.prepayment.payments = {{at("2026-03-16"), figure("400")}};
  terms.prepayment.penalty = Penalty::rate;
  terms.prepayment.penalty_rate = figure("0.06");
  const auto kept = flows_of(terms);
  // 800 owed for half a month at 6 %.
  CHECK(amount_on(kept, FlowKind::prepayment_penalty, at("2026-03-16")) == figure("2"));
  CHECK(amount_on(kept, FlowKind::principal_down, at("2026-04-01")) == figure("200"));
  CHECK(amount_on(kept, FlowKind::principal_down, at("2026-06-01")) == 0);
  terms.prepayment.after = AfterPrepayment::solved_again;
  const auto solved = flows_of(terms);
  CHECK(amount_on(solved, FlowKind::principal_down, at("2026-04-01")) == figure("100"));
  CHECK(amount_on(solved, FlowKind::maturity, at("2026-07-01")) == figure("100"));
}

TEST_CASE("a price is clean of accrued interest, or ex interest", "[projection]") {
  ProjectionTerms terms = loan("2026-01-01", "1000", "0.12");
  terms.interest.day_count = DayCount::thirty_e_360;
  terms.interest.dates = {{at("2026-04-01"), monthly}};
  terms.maturity = at("2026-06-01");
  terms.purchase = Deal{at("2026-02-01"), figure("990")};
  terms.termination = Deal{at("2026-03-01"), figure("995"), AccruedInterest::taken_off};
  const auto flows = flows_of(terms);
  REQUIRE(flows.size() == 2);
  CHECK(flows[0].amount == figure("-1000"));  // 990 + 10
  CHECK(flows[1].amount == figure("975"));    // 995 - 20
}

TEST_CASE("interest runs to the moved date, or to the date before the move", "[projection]") {
  ProjectionTerms terms = loan("2026-01-01", "3650", "0.1");
  terms.interest.dates = {{at("2026-01-31"), monthly}};  // a Saturday
  terms.maturity = at("2026-02-27");
  terms.business_days.calendar = std::make_shared<const Calendar>(Calendar::weekends());
  terms.business_days.roll = Roll::following;
  CHECK(amount_on(flows_of(terms), FlowKind::interest, at("2026-02-02")) == figure("30"));
  terms.business_days.interest_follows = true;
  CHECK(amount_on(flows_of(terms), FlowKind::interest, at("2026-02-02")) == figure("32"));
  terms.business_days.roll = Roll::modified_following;
  CHECK(amount_on(flows_of(terms), FlowKind::interest, at("2026-01-30")) == figure("29"));
}

TEST_CASE("payments follow an index, and are settled in another currency", "[projection]") {
  ProjectionTerms terms = loan("2026-01-01", "1200", "0.12");
  terms.interest.day_count = DayCount::thirty_e_360;
  terms.interest.dates = {{at("2026-02-01"), monthly}};
  terms.maturity = at("2026-03-01");
  terms.scaling = {.dates = Cycle{at("2026-01-15"), monthly},
                   .interest = true,
                   .principal = false,
                   .index_at_signing = figure("80")};
  ObservedSeries series;
  series.scaling_index.points = {{at("2026-01-01"), figure("100")}};
  CHECK(amount_on(flows_of(terms, series), FlowKind::interest, at("2026-02-01")) == figure("15"));
  CHECK(flows_of(terms, series).back().amount == figure("1200"));
  terms.scaling.principal = true;
  CHECK(flows_of(terms, series).back().amount == figure("1500"));
  series.exchange_rate = Series{.points = {{at("2026-01-01"), figure("7")}}};
  CHECK(flows_of(terms, series).back().amount == figure("10500"));
  CHECK(flows_of(terms, series).front().amount == figure("-8400"));
}

TEST_CASE("interest on the balance of its own dates, or on the first amount", "[projection]") {
  ProjectionTerms terms = loan("2026-01-01", "1200", "0.12");
  terms.interest.day_count = DayCount::thirty_e_360;
  terms.repayment = Repayment::fixed_principal;
  terms.repaid = Cycle{at("2026-02-01"), monthly};
  terms.payment = figure("100");
  terms.interest.dates = {*terms.repaid};
  terms.maturity = at("2026-06-01");
  const auto interest = [&](InterestBase base) {
    terms.interest.base = base;
    terms.interest.base_amount = figure("1000");
    terms.interest.base_dates = Cycle{at("2026-03-01"), Frequency{PeriodUnit::month, 2}};
    std::vector<Figure> found;
    for (const ProjectedFlow& flow : flows_of(terms)) {
      if (flow.kind == FlowKind::interest) found.push_back(flow.amount / figure_one);
    }
    return found;
  };
  CHECK(interest(InterestBase::balance) == std::vector<Figure>{12, 11, 10, 9, 8});
  CHECK(interest(InterestBase::own_cycle) == std::vector<Figure>{10, 10, 10, 10, 8});
  CHECK(interest(InterestBase::initial) == std::vector<Figure>{10, 10, 10, 10, 10});
  CHECK(interest(InterestBase::initial_until_repaid) == std::vector<Figure>{10, 11, 10, 9, 8});
}

TEST_CASE("where no maturity is given it follows from the payments", "[projection]") {
  ProjectionTerms terms = loan("2026-01-31", "1000", "0");
  terms.repaid = Cycle{at("2026-02-28"), monthly};
  terms.interest.dates = {*terms.repaid};
  const auto end = [&] { return money::to_text(flows_of(terms).back().at.day); };
  terms.repayment = Repayment::fixed_principal;
  terms.payment = figure("300");
  CHECK(end() == "2026-05-28");  // 300, 300, 300, 100
  terms.month_end = MonthEnd::last_day;
  CHECK(end() == "2026-05-31");
  terms.status = at("2026-03-15");  // the 1000 are what is left then
  CHECK(end() == "2026-06-30");     // four payments after 28 February
  terms.status = at("2026-01-30");
  terms.repayment = Repayment::fixed_payment;
  terms.interest.rate = figure("0.6");
  terms.interest.day_count = DayCount::thirty_e_360;
  CHECK(end() == "2026-05-31");  // a month of interest is about 50: 1000 / 250
  terms.repayment = Repayment::listed;
  terms.parts = {{{at("2026-03-01"), monthly}, Direction::raise, figure("100")},
                 {{at("2026-05-01"), monthly}, Direction::lower, figure("600")}};
  CHECK(end() == "2026-06-01");  // 1100, 1200, 600, 0
}

TEST_CASE("interest from a first date before the drawdown counts as accrued", "[projection]") {
  ProjectionTerms terms = loan("2026-01-16", "1200", "0.12");
  terms.interest.day_count = DayCount::thirty_e_360;
  terms.interest.dates = {{at("2026-01-01"), monthly}};
  terms.maturity = at("2026-03-01");
  CHECK(amount_on(flows_of(terms), FlowKind::interest, at("2026-02-01")) == figure("12"));
  terms.interest.accrued = figure("1");
  CHECK(amount_on(flows_of(terms), FlowKind::interest, at("2026-02-01")) == figure("7"));
}

TEST_CASE("terms that are no contract are refused", "[projection]") {
  const ProjectionTerms good = [] {
    ProjectionTerms terms = loan("2026-01-01", "1000", "0.1");
    terms.maturity = at("2027-01-01");
    return terms;
  }();
  CHECK(error_of(good) == "none");
  const auto refused = [&](auto change) {
    ProjectionTerms terms = good;
    change(terms);
    return error_of(terms);
  };
  CHECK(refused([](auto& t) { t.maturity = Moment{at("2200-12-31").day + date::days{1}}; }) ==
        "projection.date_out_of_range");
  CHECK(refused([](auto& t) {
          t.interest.dates = {{t.drawdown, Frequency{PeriodUnit::day, 0}}};
        }) == "projection.cycle_out_of_range");
  CHECK(refused([](auto& t) { t.principal = -1; }) == "projection.figure_out_of_range");
  CHECK(refused([](auto& t) { t.interest.day_count = DayCount::bus_252; }) ==
        "projection.calendar_missing");
  CHECK(refused([](auto& t) { t.repayment = Repayment::annuity; }) == "projection.terms_missing");
  CHECK(refused([](auto& t) { t.maturity.reset(); }) == "projection.maturity_missing");
  CHECK(refused([](auto& t) {
          t.maturity.reset();
          t.repayment = Repayment::open_ended;
        }) == "projection.horizon_missing");
  CHECK(refused([](auto& t) {
          t.interest.dates = {{t.drawdown, Frequency{PeriodUnit::day, 1}}};
          t.maturity = at("2150-01-01");
        }) == "projection.too_many_dates");
  CHECK(refused([](auto& t) {
          t.interest.rate = figure("1000000");
          t.interest.dates = {{t.drawdown, monthly}};
          t.interest.on_dates = InterestDates::compounded;
        }) == "projection.overflow");
  ObservedSeries series;
  series.rate_index.points = {{at("2026-02-01"), 1}, {at("2026-01-01"), 1}};
  CHECK(error_of(good, series) == "projection.series_not_ascending");
}

}  // namespace
}  // namespace loanbook::schedule
