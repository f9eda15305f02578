// The rate of a loan that follows an index: fixed at the pay-out, and again at each reset. A reset
// is a change of rate that no event makes: the fold does it on its day.

#include <fmt/format.h>

#include <algorithm>

#include "loanbook/ledger/loan/loan_parts.hpp"

namespace loanbook::ledger {
namespace {

std::int64_t spread_of(const LoanState& state, const Product& product) {
  return state.servicing && state.servicing->indexed ? state.servicing->indexed->spread_e12
                                                     : product.index->spread_e12;
}

void start(LoanState& state, const Product& product, std::int64_t spread_e12, Day from) {
  if (!state.servicing) state.servicing.emplace();
  IndexedRate& indexed = state.servicing->indexed.emplace();
  indexed.spread_e12 = spread_e12;
  indexed.next_reset = schedule::next_reset(product.index->reset, state.disbursed, from);
  indexed.rates = {{.from = state.disbursed, .rate = state.terms.rate}};
}

/// What a reset does to the rows to come: as an event of the same day would.
void reprice(LoanState& state, const Product& product, Day day, money::Rate rate) {
  Operated change{.choice = static_cast<std::uint8_t>(
                      product.plan.repricing == schedule::Repricing::keep ? 2 : 1)};
  change.rate_e12 = rate.e12();
  take_event(state, product,
             {.kind = Kind::change_rate,
              .value_date = day,
              .sequence = 0,
              .amount_minor = 0,
              .operated = std::make_shared<const Operated>(std::move(change))});
}

}  // namespace

void begin_index(LoanState& state, const Product& product, const LoanEvent& event) {
  if (event.agreed == nullptr) return;
  const bool taken = event.kind == Kind::take_over;
  if (taken) state.disbursed = event.taken->disbursed;
  start(state, product, event.agreed->spread_e12.value_or(product.index->spread_e12),
        event.value_date);
}

void fix_rate(LoanState& state, const Product& product, Day day) {
  const std::int64_t spread = spread_of(state, product);
  if (const auto rate = fixed_rate(product, spread, day)) state.terms.rate = *rate;
  state.disbursed = day;
  start(state, product, spread, day);
}

void reset_rate(LoanState& state, const Product& product, Day day) {
  while (state.servicing && state.servicing->indexed &&
         state.servicing->indexed->next_reset <= day) {
    IndexedRate& indexed = *state.servicing->indexed;
    const Day reset = indexed.next_reset;
    indexed.next_reset = schedule::next_reset(product.index->reset, state.disbursed, reset);
    // A reset that finds no installment to come has nothing to fix.
    if (reset != day || !state.row_coming || state.status != LoanStatus::active) continue;
    const auto rate = fixed_rate(product, indexed.spread_e12, reset);
    if (!rate || *rate == state.terms.rate) continue;
    reprice(state, product, day, *rate);
    state.terms.rate = *rate;
    state.servicing->indexed->rates.push_back({.from = reset, .rate = *rate});
  }
}

Day next_rate_change(const LoanState& state) {
  if (!state.servicing->indexed || state.status != LoanStatus::active || !state.row_coming)
    return never;
  return std::max(state.servicing->indexed->next_reset, state.day + date::days{1});
}

std::string rate_words(const LoanState& state, const Product& product, Day day) {
  const IndexedRate& indexed = *state.servicing->indexed;
  const IndexRules& rules = *product.index;
  Day fixed = state.disbursed;
  for (Day reset = fixed; reset <= day && reset < indexed.next_reset;
       reset = schedule::next_reset(rules.reset, state.disbursed, reset)) {
    // Others found no installment to come.
    if (const auto rate = fixed_rate(product, indexed.spread_e12, reset); rate == state.terms.rate)
      fixed = reset;
  }
  const std::string rate = state.terms.rate.percent_text();
  const BoundSeries* series = product.bound.series.get();
  const IndexValue* value =
      series == nullptr ? nullptr : series->at(fixed - date::days{rules.fixing_lag_days});
  if (value == nullptr) return fmt::format("{} as agreed; {} has no value yet", rate, rules.index);
  const std::int64_t spread = indexed.spread_e12;
  std::string text =
      fmt::format("{} {} of {} (entry {}) {} {}", rules.index, value->value.percent_text(),
                  money::to_text(value->day), value->entry, spread < 0 ? "-" : "+",
                  money::Rate::of_e12(std::abs(spread)).percent_text());
  if (rate_at(rules, spread, value->value).e12() != value->value.e12() + spread)
    text += ", rounded and within floor and cap";
  return text + fmt::format(" = {} since {}", rate, money::to_text(fixed));
}

void begin_rates(LoanState& state, Day from) {
  if (!state.servicing->indexed) return;
  auto& rates = state.servicing->indexed->rates;
  while (rates.size() > 1 && rates[1].from <= from) rates.erase(rates.begin());
}

}  // namespace loanbook::ledger
