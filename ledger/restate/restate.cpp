#include "loanbook/ledger/restate/restate.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <iterator>

#include "loanbook/ledger/gl/chart.hpp"
#include "loanbook/ledger/gl/gl_reading.hpp"
#include "loanbook/ledger/loan/plan_digest.hpp"
#include "loanbook/money/assert.hpp"

namespace loanbook::ledger {
namespace {

constexpr date::days one_day{1};
constexpr std::int64_t figure_max = INT64_MAX / 16;

RoleAmounts amounts_of(const LoanBalances& after, const LoanBalances& before) {
  RoleAmounts amounts;
  LoanBalances::each_difference(
      after, before, [&](Role role, std::int64_t minor) { amounts.emplace_back(role, minor); });
  return amounts;
}

/// Where the rate follows an index, the plan of the contract has the rate of the pay-out; resets
/// change what is still to come.
LoanTerms terms_of_contract(const LoanState& state, const Product& product,
                            const std::vector<LoanEvent>& events) {
  LoanTerms terms = state.terms;
  if (!product.index || events.front().agreed == nullptr) return terms;
  const std::int64_t spread = events.front().agreed->spread_e12.value_or(product.index->spread_e12);
  terms.rate =
      fixed_rate(product, spread, state.disbursed).value_or(events.front().agreed->terms.rate);
  return terms;
}

/// The plan of its contract under either product; a loan that was not paid out has none yet.
bool plan_differs(const LoanState& before, const Product& from, const LoanState& after,
                  const Product& to, const std::vector<LoanEvent>& events) {
  if (before.lent == 0 || after.lent == 0) return false;
  const schedule::Terms was =
      schedule_terms(from, terms_of_contract(before, from, events), before.disbursed);
  const schedule::Terms is =
      schedule_terms(to, terms_of_contract(after, to, events), after.disbursed);
  if (!schedule::check(was) || !schedule::check(is)) return false;
  return plan_digest(was) != plan_digest(is);
}

std::vector<std::uint64_t> changed_outcomes(const std::vector<LoanEvent>& events,
                                            const std::vector<Balances>& before,
                                            const std::vector<Balances>& after) {
  std::vector<std::uint64_t> changed;
  for (std::size_t i = 0; i < events.size(); ++i) {
    if (before[i] != after[i]) changed.push_back(events[i].sequence);
  }
  std::sort(changed.begin(), changed.end());
  return changed;
}

}  // namespace

EffectFigures figures_of(const LoanRecord& record, const LoanState& state) {
  // An isolated loan may owe more than sums of 64 bits hold: the most is shown.
  const auto owed = [&](Role role) {
    return std::clamp(state.balance.get(role), -figure_max, figure_max);
  };
  return {.status = state.status,
          .principal = owed(Role::principal) + owed(Role::principal_overdue),
          .interest = owed(Role::interest_accrued) + owed(Role::interest_receivable),
          .fees = owed(Role::fee_receivable) + owed(Role::late_fee_receivable),
          .penalty = owed(Role::penalty_receivable) + owed(Role::compound_receivable),
          .overpayment = -owed(Role::overpayment),
          .dpd = schedule::days_past_due(state.due, state.day),
          .isolated = record.isolated};
}

std::vector<AccountEffect> account_effects(const BookState& state, const DayTotals& totals) {
  const Chart* chart = state.gl.chart_after(state.head.sequence);
  std::map<std::pair<std::string, std::string>, AccountEffect> rows;
  for (const GlBalance& balance : balances_of(totals, state.products, chart)) {
    AccountEffect& row = rows[{balance.currency, balance.account.code}];
    row.account = balance.account.code;
    row.name = balance.account.name;
    row.currency = balance.currency;
    row.digits = balance.digits;
    row.minor += balance.minor;
  }
  std::vector<AccountEffect> effects;
  for (auto& [key, row] : rows) {
    if (row.minor != 0) effects.push_back(std::move(row));
  }
  return effects;
}

void NightDifferences::add(const Course& course, int sign) {
  if (course.events.empty()) return;
  const Product& product = *course.rules;
  LoanState state;
  state.product = course.product;
  state.terms = course.terms;
  state.day = course.events.front().value_date;
  std::size_t next = 0;
  try {
    for (Day day = state.day; day <= state_.closed_through; day += one_day) {
      for (; next < course.events.size() && course.events[next].value_date <= day; ++next) {
        advance(state, product, course.events[next].value_date);
        apply(state, product, course.events[next]);
      }
      advance(state, product, day + one_day);
      accrue(state, product, day + one_day);
      if (day < state_.began) continue;
      DayTotals& totals = days_[day];
      if (totals.size() <= course.product) totals.resize(course.product + 1);
      LoanBalances::each_difference(state.balance, {}, [&](Role role, std::int64_t minor) {
        totals[course.product][static_cast<std::size_t>(role)] += sign * money::Int128{minor};
      });
    }
  } catch (const LoanFault&) {
    // An isolated loan has no closes from here on.
  }
}

void NightDifferences::add(const Course* before, const Course* after) {
  if (before != nullptr) add(*before, -1);
  if (after != nullptr) add(*after, 1);
}

void NightDifferences::add(const NightDifferences& others) {
  for (const auto& [day, totals] : others.days_) days_[day].add(totals);
}

std::vector<NightEffect> NightDifferences::nights() const {
  std::vector<NightEffect> nights;
  for (const auto& [day, totals] : days_) {
    NightEffect night{day, account_effects(state_, totals)};
    if (!night.accounts.empty()) nights.push_back(std::move(night));
  }
  return nights;
}

Restatement::Restatement(const BookState& state, bool by_night)
    : state_(state), by_night_(by_night), nights_(state) {
  effect_.complete_to = state.head.sequence;
  effect_.booking_date = state.business_date;
}

void Restatement::refuse(std::uint64_t loan, Error why) {
  effect_.refused.push_back({state_.loans.at(loan).id, std::move(why)});
}

void Restatement::join(Restatement later) {
  for (RestatedPart& theirs : later.segment_.parts) {
    auto& loans = part(theirs.from, theirs.to).loans;
    std::move(theirs.loans.begin(), theirs.loans.end(), std::back_inserter(loans));
  }
  std::move(later.taken_.begin(), later.taken_.end(), std::back_inserter(taken_));
  std::move(later.effect_.loans.begin(), later.effect_.loans.end(),
            std::back_inserter(effect_.loans));
  std::move(later.effect_.refused.begin(), later.effect_.refused.end(),
            std::back_inserter(effect_.refused));
  if (by_night_) nights_.add(later.nights_);
}

RestatedPart& Restatement::part(std::uint32_t from, std::uint32_t to) {
  const auto at = std::find_if(segment_.parts.begin(), segment_.parts.end(), [&](const auto& p) {
    return std::pair(p.from, p.to) >= std::pair(from, to);
  });
  if (at != segment_.parts.end() && at->from == from && at->to == to) return *at;
  return *segment_.parts.insert(at, RestatedPart{.from = from, .to = to, .loans = {}});
}

void Restatement::take(std::uint64_t loan, std::uint32_t to, const LoanHistory& known,
                       const Product& was) {
  const LoanRecord& record = state_.loans.at(loan);
  const std::uint32_t from = record.state.product;
  const Product& new_rules = state_.products[to].product;
  const std::vector<LoanEvent>& events = known.events;
  try {
    std::vector<Balances> steps_before;
    std::vector<Balances> steps_after;
    const Day booked = record.isolated ? record.state.day : state_.business_date;
    const LoanState before = fold(from, known.contract, was, events, booked, &steps_before);
    LoanState after =
        fold(to, known.contract, new_rules, events, state_.business_date, &steps_after);
    RestatedLoan restated{.loan = loan,
                          .plan_differs = plan_differs(before, was, after, new_rules, events),
                          .stood = record.isolated ? std::optional(booked) : std::nullopt,
                          .before = from != to ? amounts_of(before.balance, {}) : RoleAmounts{},
                          .moved = amounts_of(after.balance, before.balance),
                          .changed = changed_outcomes(events, steps_before, steps_after)};
    if (after.balance.get(Role::settlement) != before.balance.get(Role::settlement))
      throw LoanFault{"folding it again would move settlement"};
    LoanEffect row{.loan = record.id,
                   .currency = std::string(new_rules.currency.text()),
                   .digits = new_rules.currency.digits,
                   .before = figures_of(record, before),
                   .after = figures_of(record, after),
                   .plan_differs = restated.plan_differs,
                   .movements = {},
                   .changed = restated.changed};
    row.after.isolated = false;
    for (const auto& [role, minor] : restated.moved) row.movements.push_back({role, true, minor});
    effect_.loans.push_back(std::move(row));
    part(from, to).loans.push_back(std::move(restated));
    taken_.push_back({loan, std::move(after)});
  } catch (const LoanFault& fault) {
    refuse(loan, {.id = "loan.beyond_limits",
                  .message = fmt::format("loan '{}' cannot be folded again: {}", record.id,
                                         fault.reason)});
    return;
  }
  if (by_night_) {
    const NightDifferences::Course before{from, &was, known.contract, events};
    const NightDifferences::Course after{to, &new_rules, known.contract, events};
    nights_.add(&before, &after);
  }
}

Effect Restatement::effect() {
  DayTotals totals;
  totals.add(movements_of(segment_), {}, 1);
  effect_.accounts = account_effects(state_, totals);
  if (by_night_) effect_.nights = nights_.nights();
  return std::move(effect_);
}

void Restatement::apply(BookState& state, std::uint64_t sequence) {
  for (Taken& taken : taken_) {
    rebind(state, taken.loan, sequence, std::move(taken.next));
    LoanRecord& record = state.loans.at(taken.loan);
    if (!record.touched) state.touched.push_back(taken.loan);
    record.touched = true;
    state.loans.page_of(taken.loan).dirty = true;
    recount(state, taken.loan);
  }
}

}  // namespace loanbook::ledger
