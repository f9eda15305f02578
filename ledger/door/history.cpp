#include "loanbook/ledger/door/history.hpp"

#include <algorithm>
#include <bit>
#include <utility>

#include "loanbook/ledger/codec.hpp"
#include "loanbook/ledger/loan/loan_steps.hpp"
#include "loanbook/money/assert.hpp"
#include "loanbook/money/limits.hpp"

namespace loanbook::ledger {
namespace {

using Events = std::vector<LoanEvent>;
using Marks = std::vector<MarkedHistory::Mark>;
using Steps = MarkedHistory::Steps;
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

Balances step(LoanState& state, const Product& product, const Events& events, std::size_t at) {
  return step(state, product, events[at], at == 0 ? nullptr : &events[at - 1]);
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

void add(Steps& steps, const Balances& step) {
  Encoder out{steps.bytes};
  for (std::size_t i = 0; i < step.size(); ++i) {
    if (step[i] == 0) continue;
    out.u8(static_cast<std::uint8_t>(i));
    out.zigzag(step[i]);
  }
  steps.ends.push_back(static_cast<std::uint32_t>(steps.bytes.size()));
}

std::string_view bytes_of(const Steps& steps, std::size_t place) {
  const std::size_t begin = place == 0 ? 0 : steps.ends[place - 1];
  return std::string_view(steps.bytes).substr(begin, steps.ends[place] - begin);
}

/// Only the first `size` are left.
void cut(Steps& steps, std::size_t size) {
  if (steps.ends.size() <= size) return;
  steps.ends.resize(size);
  steps.bytes.resize(size == 0 ? 0 : steps.ends.back());
}

void append(Steps& steps, const Steps& more) {
  const auto begin = static_cast<std::uint32_t>(steps.bytes.size());
  steps.bytes += more.bytes;
  for (const std::uint32_t end : more.ends) steps.ends.push_back(begin + end);
}

/// States of the loan under another product are none of its states.
void keep_marks_of(MarkedHistory& history, const LoanState& now) {
  if (history.product == now.product) return;
  history.product = now.product;
  history.marks.clear();
  cut(history.steps, 0);
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
  // First inserted, then counted: what is inserted may move all of it.
  const auto inserted = all.events.insert(place, std::move(event));
  return static_cast<std::size_t>(inserted - all.events.begin());
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
    if (is_told_only(entry->kind)) continue;
    const std::size_t place = take_entry(history, *entry);
    history.marks.resize(marks_through(history.marks, place));
    cut(history.steps, place);
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
    event.agreed = std::make_shared<const Agreed>(Agreed{opened->terms, opened->spread_e12});
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
    if (const Opened* opened = opened_of(*entry)) {
      result.contract = opened->terms;
      result.opened = *opened;
    }
    if (const auto* reversed = std::get_if<Reversed>(&entry->payload)) {
      result.reversed_by.emplace(reversed->sequence, sequence);
    } else if (!is_told_only(entry->kind) && !result.reversed_by.contains(sequence)) {
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
  keep_marks_of(history, now);
  const Events& earlier = history.events;
  LoanHistory later = history;
  const std::size_t place = take_entry(later, entry);
  const std::size_t size = later.events.size();
  const bool takes_out = size < earlier.size();
  const bool known = history.steps.ends.size() == earlier.size();
  const std::size_t kept = marks_through(history.marks, place);
  const MarkedHistory::Mark* from = kept == 0 ? nullptr : &history.marks[kept - 1];
  const std::size_t first = from == nullptr ? 0 : from->events;
  Marks marks;
  if (from != nullptr) marks.push_back({first, {}});
  Steps steps;  // from `from` on

  LoanState state = from != nullptr ? from->state : begin(now, earlier, through);
  for (std::size_t at = first; at < place; ++at) {
    mark(marks, size, at, state);
    add(steps, step(state, product, earlier, at));
  }
  PastChange result;
  LoanState old = known ? LoanState{} : state;
  if (!known && takes_out) step(old, product, earlier, place);
  LoanState& fresh = result.after;
  fresh = place == 0 ? begin(now, later.events, through) : std::move(state);
  if (!takes_out) {
    mark(marks, size, place, fresh);
    result.own = step(fresh, product, later.events, place);
    add(steps, result.own);
  }
  std::size_t was = takes_out ? place + 1 : place;
  for (std::size_t i = takes_out ? place : place + 1; i < size; ++i, ++was) {
    mark(marks, size, i, fresh);
    const std::size_t begins = steps.bytes.size();
    add(steps, step(fresh, product, later.events, i));
    Steps one;
    if (!known) add(one, step(old, product, earlier, was));
    const std::string_view before = known ? bytes_of(history.steps, was) : one.bytes;
    if (std::string_view(steps.bytes).substr(begins) != before)
      result.changed.push_back(later.events[i].sequence);
  }
  finish(fresh, product, through);
  if (known && !earlier.empty()) old = now;
  finish(old, product, booked);
  result.all = difference(fresh.balance, old.balance);

  history.marks.resize(kept);
  for (MarkedHistory::Mark& made : marks) {
    if (made.events > first) history.marks.push_back(std::move(made));
  }
  thin_out(history.marks, size);
  cut(history.steps, first);
  append(history.steps, steps);
  static_cast<LoanHistory&>(history) = std::move(later);
  history.last_entry = entry.sequence;
  return result;
}

LoanState fold(MarkedHistory& history, const LoanState& now, const Product& product, Day through) {
  keep_marks_of(history, now);
  const Events& events = history.events;
  Marks& marks = history.marks;
  LoanState state = marks.empty() ? begin(now, events, through) : marks.back().state;
  const std::size_t from = marks.empty() ? 0 : marks.back().events;
  cut(history.steps, from);
  for (std::size_t at = from; at < events.size(); ++at) {
    mark(marks, events.size(), at, state);
    add(history.steps, step(state, product, events, at));
  }
  thin_out(marks, events.size());
  finish(state, product, through);
  return state;
}

}  // namespace loanbook::ledger
