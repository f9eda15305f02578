#include "loanbook/schedule/projection.hpp"

#include <algorithm>
#include <string>
#include <utility>

#include "loanbook/schedule/projection_days.hpp"
#include "loanbook/schedule/projection_figures.hpp"
#include "loanbook/schedule/projection_steps.hpp"

namespace loanbook::schedule {
namespace {

using money::Error;
using money::Result;

Figure magnitude(Figure figure) { return figure < 0 ? -figure : figure; }

/// What is known after a step. Balances and accruals carry the sign of the side.
struct State {
  Figure balance = 0;
  Figure rate = 0;
  Figure accrued = 0;
  Figure base = 0;  // interest is charged on it
  Figure fee_accrued = 0;
  Figure payment = 0;  // without sign, as is a contract's text
  Figure claimed = 0;  // interest of a call, no longer accrued
  Figure interest_factor = figure_one;
  Figure principal_factor = figure_one;
  Moment since{};  // scheduled moment of the last step
  bool called = false;
};

/// One fold over the steps.
class Projector {
 public:
  Projector(const ProjectionTerms& terms, const ObservedSeries& observed,
            const ProjectionDays& days)
      : terms_(terms), observed_(observed), days_(days), amortization_(days.amortization_dates()) {}

  void start();
  ProjectedFlow flow(const Step& step);
  [[nodiscard]] std::optional<Error> error() const;

 private:
  enum class First : std::uint8_t { after, at_or_after };

  [[nodiscard]] Figure signed_figure(Figure figure) const {
    return terms_.side == Side::lender ? figure : -figure;
  }
  Figure apply(const Step& step);
  Figure draw_down(const Step& step);
  Figure move_principal(const Step& step);
  Figure prepay(const Step& step);
  Figure penalty(const Step& step);
  Figure pay_interest(const Step& step);
  Figure pay_fee(const Step& step);
  Figure mature(const Step& step);
  Figure end_by_deal(const Deal& deal);
  void capitalise();
  void reset(const Step& step);
  void rescale(const Step& step);
  void call();
  void close();
  Figure settle();

  void accrue(Moment to);
  void raise_balance(Figure amount);
  void solve_payment(Moment at, First first);
  Figure initial_base();
  Figure observed_at(const Series& series, std::string_view name, Moment at);

  const ProjectionTerms& terms_;
  const ObservedSeries& observed_;
  const ProjectionDays& days_;
  const std::vector<Moment> amortization_;
  State state_;
  Figures figures_;
  std::optional<Moment> solve_later_;  // an early repayment; first the interest of its day is paid
  std::optional<Error> error_;
};

std::optional<Error> Projector::error() const {
  if (error_) return error_;
  if (!figures_.overflowed()) return std::nullopt;
  return Error{"projection.overflow",
               "a figure leaves the range of 128 bits with 18 decimals, or is divided by zero"};
}

Figure Projector::observed_at(const Series& series, std::string_view name, Moment at) {
  const auto after =
      std::upper_bound(series.points.begin(), series.points.end(), at,
                       [](Moment moment, const Observation& point) { return moment < point.at; });
  const bool found = after != series.points.begin() &&
                     (series.between == Between::last_value || std::prev(after)->at == at);
  if (found) return std::prev(after)->value;
  if (!error_)
    error_ = Error{"projection.observation_missing",
                   "the " + std::string(name) + " has no value for " + money::to_text(at.day)};
  return 0;
}

Figure Projector::initial_base() {
  if (terms_.interest.base == InterestBase::balance) return state_.balance;
  return signed_figure(terms_.interest.base_amount);
}

/// The state at the status day.
void Projector::start() {
  const InterestTerms& interest = terms_.interest;
  state_.since = terms_.status;
  state_.fee_accrued = signed_figure(terms_.fee.accrued);
  state_.interest_factor = terms_.scaling.interest_factor;
  state_.principal_factor = terms_.scaling.principal_factor;
  const bool running = terms_.drawdown <= terms_.status;
  if (running) {
    state_.balance = signed_figure(terms_.principal);
    state_.rate = interest.rate.value_or(0);
    state_.accrued = signed_figure(interest.accrued.value_or(0));
    state_.base = initial_base();
  }
  if (terms_.payment) {
    state_.payment = *terms_.payment;
    return;
  }
  if (terms_.repayment == Repayment::fixed_principal) {
    const auto first = std::upper_bound(amortization_.begin(), amortization_.end(), terms_.status);
    const auto dates = static_cast<Figure>(amortization_.end() - first);
    if (dates > 0) state_.payment = figures_.ratio(terms_.principal, dates * figure_one);
  }
  if (terms_.repayment != Repayment::annuity || !running) return;
  const Moment first = first_solved(terms_);
  const bool ahead = first < terms_.repaid->anchor && days_.moved(first) > terms_.status;
  if (!ahead) solve_payment(terms_.status, First::after);
}

/// Interest and fees up to `to`, at the rate and on the base so far. A call stops them.
void Projector::accrue(Moment to) {
  if (!state_.called) {
    const Fraction time = days_.time(state_.since, to);
    state_.accrued =
        figures_.sum(state_.accrued, figures_.interest(state_.base, state_.rate, time));
    if (terms_.fee.basis == FeeBasis::balance)
      state_.fee_accrued = figures_.sum(
          state_.fee_accrued, figures_.interest(state_.balance, terms_.fee.rate.value_or(0), time));
  }
  // Two dates may change places by moving to business days; no day counts twice for it.
  state_.since = std::max(state_.since, to);
}

/// `amount` with the sign of the side.
void Projector::raise_balance(Figure amount) {
  state_.balance = figures_.sum(state_.balance, amount);
  const InterestBase base = terms_.interest.base;
  if (base == InterestBase::balance || base == InterestBase::initial_until_repaid)
    state_.base = state_.balance;
}

void Projector::solve_payment(Moment at, First first) {
  const auto from = first == First::after
                        ? std::upper_bound(amortization_.begin(), amortization_.end(), at)
                        : std::lower_bound(amortization_.begin(), amortization_.end(), at);
  if (from == amortization_.end()) return;
  std::vector<Fraction> later;
  for (auto date = std::next(from); date != amortization_.end(); ++date)
    later.push_back(days_.time_unmoved(*std::prev(date), *date));
  const auto payment = annuity_payment({.principal = signed_figure(state_.balance),
                                        .accrued = signed_figure(state_.accrued),
                                        .rate = state_.rate,
                                        .first = days_.time_unmoved(at, *from),
                                        .later = later});
  if (!payment) figures_.overflow();
  state_.payment = payment.value_or(0);
}

Figure Projector::draw_down(const Step& step) {
  const InterestTerms& interest = terms_.interest;
  const Moment at = step.scheduled;
  state_.balance = signed_figure(terms_.principal);
  state_.rate = interest.rate.value_or(0);
  state_.base = initial_base();
  state_.accrued = signed_figure(interest.accrued.value_or(0));
  if (!interest.accrued && !interest.dates.empty() && interest.dates.front().anchor < at)
    state_.accrued =
        figures_.interest(state_.base, state_.rate, days_.time(interest.dates.front().anchor, at));
  // A first payment at drawdown leaves no day before it to solve the annuity on.
  if (terms_.repayment == Repayment::annuity && !terms_.payment && terms_.repaid->anchor <= at)
    solve_payment(at, First::at_or_after);
  return signed_figure(-figures_.sum(terms_.principal, terms_.premium));
}

Figure Projector::move_principal(const Step& step) {
  const Figure owed = magnitude(state_.balance);
  Figure part = step.value.value_or(state_.payment);
  const bool total =
      terms_.repayment == Repayment::fixed_payment || terms_.repayment == Repayment::annuity;
  // A payment below the interest has a negative part of principal: the balance grows.
  if (total && !step.value) part = figures_.difference(part, signed_figure(state_.accrued));
  part = step.kind == FlowKind::principal_up ? -part : std::min(part, owed);
  raise_balance(signed_figure(-part));
  return figures_.product(state_.principal_factor, signed_figure(part));
}

Figure Projector::prepay(const Step& step) {
  const Figure part = std::min(*step.value, magnitude(state_.balance));
  raise_balance(signed_figure(-part));
  if (terms_.prepayment.after == AfterPrepayment::solved_again) {
    const auto first = std::upper_bound(amortization_.begin(), amortization_.end(), step.scheduled);
    const auto left = static_cast<Figure>(amortization_.end() - first);
    if (terms_.repayment == Repayment::annuity) solve_later_ = step.scheduled;
    if (terms_.repayment == Repayment::fixed_principal && left > 0)
      state_.payment = figures_.ratio(magnitude(state_.balance), left * figure_one);
  }
  return signed_figure(part);
}

Figure Projector::penalty(const Step& step) {
  const Figure charged = terms_.prepayment.penalty_rate;
  const Fraction time = days_.time(state_.since, step.scheduled);
  const Figure owed = magnitude(state_.balance);
  switch (terms_.prepayment.penalty) {
    case Penalty::none:
      return 0;
    case Penalty::amount:
      return signed_figure(charged);
    case Penalty::rate:
      return signed_figure(figures_.interest(owed, charged, time));
    case Penalty::interest_forgone:
      break;
  }
  const Figure index = observed_at(observed_.rate_index, "rate index", step.scheduled);
  const Figure lost = std::max<Figure>(0, figures_.difference(state_.rate, index));
  return signed_figure(figures_.interest(owed, lost, time));
}

Figure Projector::pay_interest(const Step&) {
  return figures_.product(state_.interest_factor, std::exchange(state_.accrued, 0));
}

void Projector::capitalise() { raise_balance(std::exchange(state_.accrued, 0)); }

Figure Projector::pay_fee(const Step&) {
  if (terms_.fee.basis == FeeBasis::amount) {
    state_.fee_accrued = 0;
    return signed_figure(terms_.fee.rate.value_or(0));
  }
  return std::exchange(state_.fee_accrued, 0);
}

void Projector::reset(const Step& step) {
  const FloatingTerms& floating = terms_.floating;
  if (step.kind == FlowKind::rate_fixed) {
    state_.rate = *step.value;
    return;
  }
  const Figure index = observed_at(observed_.rate_index, "rate index", step.scheduled);
  const Figure target = figures_.sum(figures_.product(index, floating.multiplier),
                                     figures_.sum(floating.spread, *step.value));
  Figure change = figures_.difference(target, state_.rate);
  if (floating.change_max) change = std::min(change, *floating.change_max);
  if (floating.change_min) change = std::max(change, *floating.change_min);
  state_.rate = figures_.sum(state_.rate, change);
  if (floating.cap) state_.rate = std::min(state_.rate, *floating.cap);
  if (floating.floor) state_.rate = std::max(state_.rate, *floating.floor);
}

void Projector::rescale(const Step& step) {
  const Figure index = observed_at(observed_.scaling_index, "scaling index", step.scheduled);
  const Figure factor = figures_.ratio(index, terms_.scaling.index_at_signing);
  if (terms_.scaling.interest) state_.interest_factor = factor;
  if (terms_.scaling.principal) state_.principal_factor = factor;
}

/// What the side receives when it hands the contract over.
Figure Projector::end_by_deal(const Deal& deal) {
  const Figure price = signed_figure(deal.price);
  return deal.accrued == AccruedInterest::added ? figures_.sum(price, state_.accrued)
                                                : figures_.difference(price, state_.accrued);
}

/// With a notice the interest becomes a claim that waits; without one it is paid at once.
void Projector::call() {
  state_.called = true;
  if (terms_.call->notice.every > 0) state_.claimed = std::exchange(state_.accrued, 0);
}

void Projector::close() {
  state_.balance = 0;
  state_.accrued = 0;
  state_.base = 0;
  state_.fee_accrued = 0;
}

Figure Projector::settle() {
  const Figure paid = state_.balance;
  close();
  return paid;
}

Figure Projector::mature(const Step&) {
  Figure paid = figures_.product(state_.principal_factor, state_.balance);
  // With dates of their own, interest and fees have been paid by the last of them.
  if (terms_.interest.dates.empty())
    paid = figures_.sum(paid, figures_.product(state_.interest_factor, state_.accrued));
  if (!terms_.fee.dates) paid = figures_.sum(paid, state_.fee_accrued);
  close();
  return paid;
}

Figure Projector::apply(const Step& step) {
  switch (step.kind) {
    case FlowKind::drawdown:
      return draw_down(step);
    case FlowKind::principal_down:
    case FlowKind::principal_up:
      return move_principal(step);
    case FlowKind::prepayment_penalty:
      return penalty(step);
    case FlowKind::prepayment:
      return prepay(step);
    case FlowKind::interest:
      return pay_interest(step);
    case FlowKind::interest_capitalised:
      capitalise();
      return 0;
    case FlowKind::fee:
      return pay_fee(step);
    case FlowKind::rate_fixed:
    case FlowKind::rate_reset:
      reset(step);
      return 0;
    case FlowKind::payment_solved:
      solve_payment(step.scheduled, First::after);
      return 0;
    case FlowKind::scaling:
      rescale(step);
      return 0;
    case FlowKind::interest_base:
      state_.base = state_.balance;
      return 0;
    case FlowKind::purchase:
      return -end_by_deal(*terms_.purchase);
    case FlowKind::termination: {
      const Figure received = end_by_deal(*terms_.termination);
      close();
      return received;
    }
    case FlowKind::maturity:
      return mature(step);
    case FlowKind::call:
      call();
      return 0;
    case FlowKind::interest_claimed:
      state_.accrued = figures_.sum(state_.accrued, std::exchange(state_.claimed, 0));
      return pay_interest(step);
    case FlowKind::settlement:
      return settle();
    case FlowKind::analysis:
      return 0;
  }
  LOANBOOK_ASSERT(false && "a kind of flow that is not in the list");
}

ProjectedFlow Projector::flow(const Step& step) {
  if (solve_later_ && (step.at > *solve_later_ || step.kind > FlowKind::interest_capitalised))
    solve_payment(*std::exchange(solve_later_, std::nullopt), First::after);
  const State before = state_;
  // The penalty is counted since the date before, so its own step must not move that.
  const bool counts_since = step.kind == FlowKind::prepayment_penalty;
  Figure amount = 0;
  if (counts_since) amount = apply(step);
  accrue(step.scheduled);
  if (!counts_since) amount = apply(step);
  if (observed_.exchange_rate && amount != 0)
    amount = figures_.product(
        amount, observed_at(*observed_.exchange_rate, "exchange rate", step.scheduled));
  const ProjectedFlow flow{step.at, step.kind, amount, state_.balance, state_.rate, state_.accrued};
  // Looking changes nothing: not every day count splits a period without loss.
  if (step.kind == FlowKind::analysis) state_ = before;
  return flow;
}

}  // namespace

Result<std::vector<ProjectedFlow>> project(const ProjectionTerms& terms,
                                           const ObservedSeries& observed,
                                           std::optional<Moment> horizon) {
  const money::Status checked = check(terms);
  if (!checked) return checked.error();
  const money::Status ordered = check(observed);
  if (!ordered) return ordered.error();
  const auto end = contract_end(terms, horizon);
  if (!end) return end.error();
  const ProjectionDays days(terms, *end);
  const auto steps = projection_steps(terms, days, horizon);
  if (!steps) return steps.error();

  Projector projector(terms, observed, days);
  projector.start();
  std::vector<ProjectedFlow> flows;
  flows.reserve(steps->size());
  // What happens before a purchase is the seller's.
  bool owned = !terms.purchase || terms.purchase->at <= terms.status;
  for (const Step& step : *steps) {
    owned = owned || step.kind == FlowKind::purchase;
    const ProjectedFlow flow = projector.flow(step);
    if (const auto error = projector.error()) return *error;
    if (owned) flows.push_back(flow);
  }
  return flows;
}

}  // namespace loanbook::schedule
