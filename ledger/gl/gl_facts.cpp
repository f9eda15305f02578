#include "loanbook/ledger/gl/gl_facts.hpp"

namespace loanbook::ledger {

bool GlFacts::apply(const Entry& entry) {
  if (const auto* chart = std::get_if<ChartPublished>(&entry.payload))
    charts.push_back({*chart, entry.sequence, entry.booking_date});
  else if (const auto* closed = std::get_if<PeriodClosed>(&entry.payload))
    periods.push_back({*closed, entry.sequence, entry.booking_date, entry.movements});
  else if (const auto* asserted = std::get_if<Asserted>(&entry.payload))
    assertions.push_back({*asserted, entry.sequence});
  else
    return false;
  return true;
}

void GlFacts::undo(const Entry& entry) {
  if (std::holds_alternative<ChartPublished>(entry.payload)) charts.pop_back();
  if (std::holds_alternative<PeriodClosed>(entry.payload)) periods.pop_back();
  if (std::holds_alternative<Asserted>(entry.payload)) assertions.pop_back();
}

const Chart* GlFacts::chart_after(std::uint64_t sequence) const {
  const Chart* chart = nullptr;
  for (const PublishedChart& each : charts) {
    if (each.sequence > sequence) break;
    chart = &each.published.chart;
  }
  return chart;
}

const Chart* GlFacts::chart_on(Day day) const {
  const Chart* chart = nullptr;
  for (const PublishedChart& each : charts) {
    if (each.booked <= day) chart = &each.published.chart;
  }
  return chart;
}

const GlFacts::ClosedPeriod* GlFacts::last_closed(PeriodLength length) const {
  for (std::size_t i = periods.size(); i-- > 0;) {
    if (periods[i].closed.period.length == length) return &periods[i];
  }
  return nullptr;
}

const GlAccount& AccountLookup::of(std::uint32_t number, const Product& product, Role role,
                                   std::uint64_t sequence, const std::string& channel) {
  const Chart* chart = facts_.chart_after(sequence);
  const auto [at, is_new] = known_.try_emplace({chart, number, role, channel});
  if (is_new) at->second = gl_account(chart, product, role, channel);
  return at->second;
}

}  // namespace loanbook::ledger
