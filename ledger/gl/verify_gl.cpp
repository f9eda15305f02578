#include "loanbook/ledger/gl/verify_gl.hpp"

#include <fmt/format.h>

#include "loanbook/ledger/proof/digest.hpp"
#include "loanbook/money/money.hpp"

namespace loanbook::ledger {
namespace {

bool same(const std::vector<MovementBlock>& a, const std::vector<MovementBlock>& b) {
  if (a.size() != b.size()) return false;
  for (std::size_t i = 0; i < a.size(); ++i)
    if (a[i].product != b[i].product || a[i].lines != b[i].lines) return false;
  return true;
}

std::string place_of(const Entry& entry) { return fmt::format("entry {}", entry.sequence); }

}  // namespace

void GlVerification::entry(const Entry& entry, const DayTotals& so_far) {
  if (const auto* product = std::get_if<Product>(&entry.payload))
    products_.push_back({*product, {}, entry.sequence});
  if (const auto* published = std::get_if<ChartPublished>(&entry.payload))
    chart(entry, *published, so_far);
  if (const auto* closed = std::get_if<PeriodClosed>(&entry.payload)) period(entry, *closed);
  facts_.apply(entry);
  if (!entry.movements.empty()) days_[entry.booking_date].add(entry.movements, entry.channel, 1);
}

void GlVerification::chart(const Entry& entry, const ChartPublished& published,
                           const DayTotals& so_far) {
  if (Status s = check(published.chart); !s) find_(place_of(entry), s.error().message);
  const auto expected =
      reclassified(so_far, products_, facts_.chart_after(entry.sequence), published.chart);
  if (expected != published.reclassified)
    find_(place_of(entry), "what it reclassifies is not what stood on the old accounts");
}

void GlVerification::period(const Entry& entry, const PeriodClosed& closed) {
  const auto booked = last_booked(view_, closed.period.through);
  if (!booked || *booked != closed.complete_to)
    find_(place_of(entry), fmt::format("entry {} is not the last one booked in {}",
                                       closed.complete_to, to_text(closed.period)));
  const auto last = view_.entry(closed.complete_to);
  if (!last || !last->has_value() || (*last)->hash != closed.head) {
    find_(place_of(entry), fmt::format("it signed {} off with another hash of entry {}",
                                       to_text(closed.period), closed.complete_to));
  }
  const DayTotals totals = totals_through(days_, closed.period.through);
  const auto rows =
      trial_balance_of(balances_of(totals, products_, facts_.chart_after(closed.complete_to)));
  if (digest_of(rows) != closed.trial_balance || controls_of(rows) != closed.controls) {
    find_(place_of(entry), fmt::format("the trial balance at the end of {} is not the one that "
                                       "was signed off",
                                       to_text(closed.period)));
  }
  if (closed.period.length == PeriodLength::year &&
      !same(to_retained(facts_, closed.period, totals), entry.movements))
    find_(place_of(entry), "what it takes to retained earnings is not the result of the year");
  years_.add(entry.movements, {}, 1);
}

void GlVerification::finish() {
  for (const GlFacts::Assertion& each : facts_.assertions) {
    const Asserted& asserted = each.asserted;
    const Chart* chart = facts_.chart_on(asserted.day);
    const money::Int128 actual =
        figure_of(asserted, balances_of(totals_through(days_, asserted.day), products_, chart));
    if (actual == asserted.minor) continue;
    const auto currency = money::Currency::find(asserted.currency);
    const unsigned digits = currency ? currency->digits : 2U;
    find_(fmt::format("assertion of entry {}", each.sequence),
          fmt::format("{}{} on {} is {}, asserted was {}", asserted.figure,
                      asserted.product.empty() ? "" : " of " + asserted.product,
                      money::to_text(asserted.day), money::text_of_minor(actual, digits),
                      money::text_of_minor(asserted.minor, digits)));
  }
  for (const auto& [day, booked] : days_) {
    const auto kept = state_.totals.find(day);
    DayTotals difference = kept == state_.totals.end() ? DayTotals{} : kept->second;
    difference.resize(std::max(difference.size(), booked.size()));
    bool differs = difference.channels() != booked.channels();
    for (std::size_t number = 0; number < difference.size(); ++number) {
      for (std::size_t role = 0; role < role_count; ++role) {
        const money::Int128 of_entries = number < booked.size() ? booked[number][role] : 0;
        differs = differs || difference[number][role] != of_entries;
      }
    }
    if (differs) {
      find_(fmt::format("booking date {}", money::to_text(day)),
            "its derived totals are not those of its entries; `rebuild` makes them again");
    }
  }
}

}  // namespace loanbook::ledger
