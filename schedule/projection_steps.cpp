#include "loanbook/schedule/projection_steps.hpp"

#include <algorithm>
#include <array>
#include <tuple>

namespace loanbook::schedule {
namespace {

constexpr std::size_t steps_max = 20'000;

/// Kinds of one rank happen in the order of their scheduled dates.
int rank(FlowKind kind) {
  if (kind == FlowKind::principal_up) return static_cast<int>(FlowKind::principal_down);
  if (kind == FlowKind::interest_capitalised) return static_cast<int>(FlowKind::interest);
  if (kind == FlowKind::rate_reset) return static_cast<int>(FlowKind::rate_fixed);
  return static_cast<int>(kind);
}

class Steps {
 public:
  Steps(const ProjectionTerms& terms, const ProjectionDays& days) : terms_(terms), days_(days) {}

  void principal();
  void interest();
  void resets();
  void solved_payments();
  void other_cycles();
  void payments_by_choice();
  void stop();
  void single_events();
  [[nodiscard]] std::vector<Step>& list() { return list_; }

 private:
  void cyclic(Moment scheduled, FlowKind kind, std::optional<Figure> value = {}) {
    list_.push_back({scheduled, days_.moved(scheduled), kind, value});
  }
  void on_its_day(Moment at, FlowKind kind, std::optional<Figure> value = {}) {
    list_.push_back({at, at, kind, value});
  }
  /// The dates of `cycle` up to the anchor of the next one, else to the end.
  std::vector<Moment> before_next(const Cycle& cycle, const Cycle* next) const {
    const Moment end = next ? next->anchor : days_.end().at;
    return cycle_dates(cycle, {end, CycleEnd::excluded, terms_.month_end});
  }
  void capitalise_until(Moment until, std::size_t first);

  const ProjectionTerms& terms_;
  const ProjectionDays& days_;
  std::vector<Step> list_;
};

void Steps::principal() {
  const bool solved_or_fixed = terms_.repayment == Repayment::fixed_principal ||
                               terms_.repayment == Repayment::fixed_payment ||
                               terms_.repayment == Repayment::annuity;
  if (solved_or_fixed) {
    for (const Moment date : days_.dates(*terms_.repaid, CycleEnd::excluded))
      cyclic(date, FlowKind::principal_down);
  }
  if (terms_.repayment != Repayment::listed) return;
  for (std::size_t i = 0; i < terms_.parts.size(); ++i) {
    const PrincipalPart& part = terms_.parts[i];
    const Cycle* next = i + 1 < terms_.parts.size() ? &terms_.parts[i + 1].cycle : nullptr;
    const FlowKind kind =
        part.direction == Direction::raise ? FlowKind::principal_up : FlowKind::principal_down;
    for (const Moment date : before_next(part.cycle, next)) cyclic(date, kind, part.amount);
  }
}

void Steps::interest() {
  const InterestTerms& interest = terms_.interest;
  if (!interest.rate) return;
  const ContractEnd& end = days_.end();
  const std::size_t first = list_.size();
  const bool paid = interest.on_dates == InterestDates::paid;
  const CycleEnd at_end = paid && end.principal_due ? CycleEnd::included : CycleEnd::excluded;
  const FlowKind kind = paid ? FlowKind::interest : FlowKind::interest_capitalised;
  const CycleSpan span{end.at, at_end, terms_.month_end};
  for (const Moment date : cycle_dates(interest.dates, span)) {
    // The last interest falls due with the principal, wherever that moves.
    if (date == end.at && end.principal_due)
      list_.push_back({date, days_.maturity_day(), kind, {}});
    else
      cyclic(date, kind);
  }
  if (!paid && end.principal_due)
    list_.push_back({end.at, days_.maturity_day(), FlowKind::interest, {}});
  if (interest.capitalised_until) capitalise_until(*interest.capitalised_until, first);
}

/// Interest dates before `until` become capitalisations, and `until` is one whatever the cycle.
void Steps::capitalise_until(Moment until, std::size_t first) {
  const Moment at = days_.moved(until);
  const auto from = list_.begin() + static_cast<std::ptrdiff_t>(first);
  list_.erase(std::remove_if(from, list_.end(), [&](const Step& step) { return step.at == at; }),
              list_.end());
  for (std::size_t i = first; i < list_.size(); ++i) {
    if (list_[i].at < at) list_[i].kind = FlowKind::interest_capitalised;
  }
  cyclic(until, FlowKind::interest_capitalised);
}

void Steps::resets() {
  const FloatingTerms& floating = terms_.floating;
  const std::size_t first = list_.size();
  for (std::size_t i = 0; i < floating.resets.size(); ++i) {
    const RateReset& reset = floating.resets[i];
    const Cycle* next = i + 1 < floating.resets.size() ? &floating.resets[i + 1].cycle : nullptr;
    for (const Moment date : before_next(reset.cycle, next)) {
      if (reset.rate)
        cyclic(date, FlowKind::rate_fixed, *reset.rate);
      else
        cyclic(date, FlowKind::rate_reset, reset.spread);
    }
  }
  if (!floating.next_rate) return;
  for (std::size_t i = first; i < list_.size(); ++i) {
    if (list_[i].at <= terms_.status) continue;
    list_[i].kind = FlowKind::rate_fixed;
    list_[i].value = *floating.next_rate;
    return;
  }
}

void Steps::solved_payments() {
  if (terms_.repayment != Repayment::annuity) return;
  if (terms_.after_reset == PaymentAfterReset::solved_again) {
    const std::size_t count = list_.size();
    for (std::size_t i = 0; i < count; ++i) {
      const Step step = list_[i];
      if (rank(step.kind) == rank(FlowKind::rate_fixed))
        cyclic(step.scheduled, FlowKind::payment_solved);
    }
  }
  if (terms_.payment) return;
  const Moment first = first_solved(terms_);
  if (first < terms_.repaid->anchor && first >= terms_.drawdown)
    cyclic(first, FlowKind::payment_solved);
}

void Steps::other_cycles() {
  const bool scaled = terms_.scaling.interest || terms_.scaling.principal;
  if (scaled && terms_.scaling.dates) {
    for (const Moment date : days_.dates(*terms_.scaling.dates, CycleEnd::excluded))
      cyclic(date, FlowKind::scaling);
  }
  if (terms_.interest.base == InterestBase::own_cycle && terms_.interest.base_dates) {
    for (const Moment date : days_.dates(*terms_.interest.base_dates, CycleEnd::excluded))
      cyclic(date, FlowKind::interest_base);
  }
  if (terms_.fee.rate && terms_.fee.dates) {
    const bool at_end =
        days_.end().principal_due && terms_.interest.on_dates == InterestDates::paid;
    for (const Moment date :
         days_.dates(*terms_.fee.dates, at_end ? CycleEnd::included : CycleEnd::excluded))
      cyclic(date, FlowKind::fee);
  }
}

void Steps::payments_by_choice() {
  for (const Movement& movement : terms_.movements) {
    const FlowKind kind =
        movement.direction == Direction::raise ? FlowKind::principal_up : FlowKind::principal_down;
    on_its_day(movement.at, kind, movement.amount);
  }
  for (const Prepayment& payment : terms_.prepayment.payments) {
    if (terms_.prepayment.penalty != Penalty::none)
      on_its_day(payment.at, FlowKind::prepayment_penalty);
    on_its_day(payment.at, FlowKind::prepayment, payment.amount);
  }
}

/// A call stops all that was to come. No other contract outlives its maturity: what would move
/// beyond it is settled by it, but a fee, which is owed besides.
void Steps::stop() {
  const ContractEnd& end = days_.end();
  if (!end.principal_due) {
    if (terms_.call)
      std::erase_if(list_, [&](const Step& step) { return step.at >= terms_.call->at; });
    return;
  }
  const Moment last = days_.maturity_day();
  for (Step& step : list_) {
    if (step.kind == FlowKind::fee) step.at = std::min(step.at, last);
  }
  std::erase_if(list_, [&](const Step& step) { return step.scheduled > end.at || step.at > last; });
}

void Steps::single_events() {
  on_its_day(terms_.drawdown, FlowKind::drawdown);
  for (const Moment day : terms_.analysis_days) on_its_day(day, FlowKind::analysis);
  if (terms_.purchase) on_its_day(terms_.purchase->at, FlowKind::purchase);
  const ContractEnd& end = days_.end();
  if (end.principal_due) list_.push_back({end.at, days_.maturity_day(), FlowKind::maturity, {}});
  if (terms_.call && !end.principal_due) {
    on_its_day(terms_.call->at, FlowKind::call);
    on_its_day(end.at, FlowKind::interest_claimed);
    on_its_day(end.at, FlowKind::settlement);
  }
}

}  // namespace

bool happens_before(const Step& left, const Step& right) {
  return std::tuple(left.at, rank(left.kind), left.scheduled) <
         std::tuple(right.at, rank(right.kind), right.scheduled);
}

Moment first_solved(const ProjectionTerms& terms) {
  const Moment first = terms.repaid->anchor;
  const Moment eve{first.day - date::days{1}, first.part};
  return eve >= terms.drawdown ? eve : terms.drawdown;
}

money::Result<std::vector<Step>> projection_steps(const ProjectionTerms& terms,
                                                  const ProjectionDays& days,
                                                  std::optional<Moment> horizon) {
  Steps steps(terms, days);
  steps.principal();
  steps.interest();
  steps.resets();
  steps.solved_payments();
  steps.other_cycles();
  steps.payments_by_choice();
  steps.stop();
  steps.single_events();
  std::vector<Step>& list = steps.list();
  if (terms.termination) {
    const Moment at = terms.termination->at;
    const Step termination{at, at, FlowKind::termination, {}};
    std::erase_if(list, [&](const Step& step) { return happens_before(termination, step); });
    list.push_back(termination);
  }
  std::erase_if(list, [&](const Step& step) {
    return step.at <= terms.status || (horizon && step.at > *horizon);
  });
  if (list.size() > steps_max)
    return money::Error{"projection.too_many_dates",
                        "the terms have " + std::to_string(list.size()) +
                            " dates; at most 20000 are projected, use a nearer horizon"};
  std::stable_sort(list.begin(), list.end(), happens_before);
  return std::move(list);
}

}  // namespace loanbook::schedule
