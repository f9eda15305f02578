#include "loanbook/ledger/history.hpp"

#include <algorithm>
#include <bit>
#include <utility>

#include "loanbook/money/assert.hpp"
#include "loanbook/money/limits.hpp"

namespace loanbook::ledger {
namespace {

using Events = std::vector<LoanEvent>;
using Marks = std::vector<MarkedHistory::Mark>;
namespace limits = money::limits;

constexpr std::size_t mark_step = 128;  ///< events

/// Stretches from the end back: one step, one more, two, four, ...
unsigned stretch_of(std::size_t size, std::size_t place) {
  return static_cast<unsigned>(std::bit_width((size - place) / mark_step));
}

LoanState begin(const LoanState& now, const Events& events, Day through) {
  LoanState state;
  state.product = now.product;
  state.terms = now.terms;
  state.day = events.empty() ? through : std::min(through, events.front().value_date);
  return state;
}

Balances step(LoanState& state, const Product& product, const LoanEvent& event) {
  advance(state, product, event.value_date);
  return apply(state, product, event);
}

void finish(LoanState& state, const Product& product, Day through) {
  advance(state, product, through);
  accrue(state, product, through);
}

/// The state after `place` events is worth a mark where its stretch has none.
void mark(Marks& marks, std::size_t size, std::size_t place, const LoanState& state) {
  if (size < limits::long_history_entries || place == 0 || place % mark_step != 0) return;
  if (!marks.empty() && (marks.back().events >= place ||
                         stretch_of(size, marks.back().events) == stretch_of(size, place)))
    return;
  marks.push_back({place, state});
}

/// Of each stretch the mark farthest back is enough.
void thin_out(Marks& marks, std::size_t size) {
  const auto same = [size](const auto& a, const auto& b) {
    return stretch_of(size, a.events) == stretch_of(size, b.events);
  };
  marks.erase(std::unique(marks.begin(), marks.end(), same), marks.end());
}

/// States of the loan under another product are none of its states.
void keep_marks_of(Marks& marks, const LoanState& now) {
  if (!marks.empty() && marks.front().state.product != now.product) marks.clear();
}

std::size_t marks_through(const Marks& marks, std::size_t place) {
  const auto later = std::find_if(marks.begin(), marks.end(),
                                  [place](const auto& each) { return each.events > place; });
  return static_cast<std::size_t>(later - marks.begin());
}

/// Where the entry's event stands, or stood.
std::size_t take_entry(LoanHistory& all, const Entry& entry) {
  if (const auto* reversed = std::get_if<Reversed>(&entry.payload)) {
    const auto found =
        std::find_if(all.events.begin(), all.events.end(),
                     [&](const LoanEvent& event) { return event.sequence == reversed->sequence; });
    LOANBOOK_ASSERT(found != all.events.end());
    all.reversed_by.emplace(reversed->sequence, entry.sequence);
    return static_cast<std::size_t>(all.events.erase(found) - all.events.begin());
  }
  LoanEvent event = event_of(entry);
  const auto place = std::upper_bound(all.events.begin(), all.events.end(), event, before);
  return static_cast<std::size_t>(all.events.insert(place, std::move(event)) - all.events.begin());
}

/// Entries recorded since; false where its last entry is not among those before them.
Result<bool> catch_up(MarkedHistory& history, std::uint64_t last_entry, const EntrySource& source) {
  std::vector<Entry> newer;
  std::uint64_t sequence = last_entry;
  while (sequence > history.last_entry) {
    Result<Entry> entry = source(sequence);
    if (!entry) return entry.error();
    sequence = entry->previous;
    newer.push_back(std::move(*entry));
  }
  if (sequence != history.last_entry) return false;
  for (auto entry = newer.rbegin(); entry != newer.rend(); ++entry) {
    const std::size_t place = take_entry(history, *entry);
    history.marks.resize(marks_through(history.marks, place));
  }
  history.last_entry = last_entry;
  return true;
}

}  // namespace

LoanEvent event_of(const Entry& entry) {
  LoanEvent event{entry.kind, entry.value_date, entry.sequence, 0};
  if (const auto* paid = std::get_if<Paid>(&entry.payload)) event.amount_minor = paid->amount_minor;
  if (const auto* opened = opened_of(entry)) {
    event.amount_minor = opened->terms.principal_minor;
    event.terms = std::make_shared<const LoanTerms>(opened->terms);
  }
  if (const auto* taken = std::get_if<TakenOver>(&entry.payload))
    event.taken = std::make_shared<const TakenOver>(*taken);
  if (const auto* operated = std::get_if<Operated>(&entry.payload)) {
    event.amount_minor = operated->amount_minor;
    event.operated = std::make_shared<const Operated>(*operated);
  }
  return event;
}

Result<LoanHistory> history(std::uint64_t last, const EntrySource& source) {
  LoanHistory result;
  for (std::uint64_t sequence = last; sequence != 0;) {
    Result<Entry> entry = source(sequence);
    if (!entry) return entry.error();
    if (const auto* reversed = std::get_if<Reversed>(&entry->payload)) {
      result.reversed_by.emplace(reversed->sequence, sequence);
    } else if (!result.reversed_by.contains(sequence)) {
      result.events.push_back(event_of(*entry));
    }
    sequence = entry->previous;
  }
  std::sort(result.events.begin(), result.events.end(), before);
  return result;
}

Result<std::shared_ptr<MarkedHistory>> LongHistories::of(std::uint64_t number,
                                                         std::uint64_t last_entry,
                                                         std::uint64_t entries,
                                                         const EntrySource& source) {
  const bool many = entries >= limits::long_history_entries;
  const auto known = many ? std::find_if(kept_.begin(), kept_.end(),
                                         [&](const Kept& kept) { return kept.loan == number; })
                          : kept_.end();
  if (known != kept_.end()) {
    kept_.splice(kept_.begin(), kept_, known);
    const Result<bool> stands = catch_up(*known->history, last_entry, source);
    if (!stands) return stands.error();
    if (*stands) return known->history;
    kept_.erase(known);
  }
  Result<LoanHistory> read = history(last_entry, source);
  if (!read) return read.error();
  auto made = std::make_shared<MarkedHistory>();
  static_cast<LoanHistory&>(*made) = std::move(*read);
  made->last_entry = last_entry;
  if (!many) return made;
  kept_.push_front({number, made});
  std::size_t events = 0;
  auto kept = kept_.begin();
  while (kept != kept_.end() &&
         (events += kept->history->events.size()) <= limits::long_history_events)
    ++kept;
  // The one just read stays, whatever its size.
  if (kept == kept_.begin()) ++kept;
  kept_.erase(kept, kept_.end());
  return made;
}

void LongHistories::forget_beyond(std::uint64_t sequence) {
  kept_.remove_if([sequence](const Kept& kept) { return kept.history->last_entry > sequence; });
}

PastChange change_past(MarkedHistory& history, const Entry& entry, const LoanState& now,
                       const Product& product, Day booked, Day through) {
  keep_marks_of(history.marks, now);
  const Events& earlier = history.events;
  LoanHistory later = history;
  const std::size_t place = take_entry(later, entry);
  const std::size_t size = later.events.size();
  const bool takes_out = size < earlier.size();
  Marks marks;
  const std::size_t first_kept = marks_through(history.marks, place);
  const MarkedHistory::Mark* last = first_kept == 0 ? nullptr : &history.marks[first_kept - 1];

  LoanState old = last != nullptr ? last->state : begin(now, earlier, through);
  std::size_t at = last != nullptr ? last->events : 0;
  if (last != nullptr) marks.push_back({at, {}});
  for (; at < place; ++at) {
    mark(marks, size, at, old);
    step(old, product, earlier[at]);
  }
  PastChange result;
  LoanState& fresh = result.after;
  fresh = place == 0 ? begin(now, later.events, through) : old;
  if (takes_out) {
    step(old, product, earlier[place]);
  } else {
    mark(marks, size, place, fresh);
    result.own = step(fresh, product, later.events[place]);
  }
  std::size_t was = takes_out ? place + 1 : place;
  for (std::size_t i = takes_out ? place : place + 1; i < size; ++i, ++was) {
    mark(marks, size, i, fresh);
    if (step(old, product, earlier[was]) != step(fresh, product, later.events[i]))
      result.changed.push_back(later.events[i].sequence);
  }
  finish(old, product, booked);
  finish(fresh, product, through);
  result.all = difference(fresh.balance, old.balance);

  history.marks.resize(first_kept);
  for (std::size_t i = last != nullptr ? 1 : 0; i < marks.size(); ++i)
    history.marks.push_back(std::move(marks[i]));
  thin_out(history.marks, size);
  static_cast<LoanHistory&>(history) = std::move(later);
  history.last_entry = entry.sequence;
  return result;
}

LoanState fold(MarkedHistory& history, const LoanState& now, const Product& product, Day through) {
  const Events& events = history.events;
  Marks& marks = history.marks;
  keep_marks_of(marks, now);
  LoanState state = marks.empty() ? begin(now, events, through) : marks.back().state;
  for (std::size_t at = marks.empty() ? 0 : marks.back().events; at < events.size(); ++at) {
    mark(marks, events.size(), at, state);
    step(state, product, events[at]);
  }
  thin_out(marks, events.size());
  finish(state, product, through);
  return state;
}

}  // namespace loanbook::ledger
