#include "loanbook/ledger/state.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "loanbook/ledger/night/segment.hpp"
#include "loanbook/ledger/proof/digest.hpp"
#include "loanbook/ledger/restate/restated.hpp"
#include "loanbook/money/assert.hpp"

namespace loanbook::ledger {

std::uint64_t BookState::loan_number(std::string_view id) const {
  return by_id.find(stable_hash(id),
                    [&](std::uint64_t number) { return loans.at(number).id == id; });
}

void name_party(BookState& state, std::uint64_t loan, std::string_view party) {
  if (party.empty()) return;
  state.loans.at(loan).party.emplace() = party;
  state.by_party.insert(stable_hash(party), loan);
}

std::uint64_t key_hash(const std::string& source, const std::string& scope,
                       const std::string& key) {
  return stable_hash(key, stable_hash(scope, stable_hash(source)));
}

std::uint64_t BookState::find_key(const std::string& source, const std::string& scope,
                                  const std::string& key,
                                  const std::function<bool(std::uint64_t)>& same_key) const {
  return by_key.find(key_hash(source, scope, key), same_key);
}

Result<Entry> entry_of(const storage::View& view, std::uint64_t sequence) {
  Result<std::optional<storage::StoredEntry>> stored = view.entry(sequence);
  if (!stored) return stored.error();
  if (!stored->has_value()) {
    return Error{.id = "entry.unknown",
                 .message = fmt::format("there is no entry {}; the last one is {}", sequence,
                                        view.head().sequence)};
  }
  return decode_entry((*stored)->body);
}

Binding binding_at(const LoanRecord& record, std::uint64_t known_at) {
  if (record.earlier) {
    for (const Earlier& earlier : *record.earlier) {
      if (known_at < earlier.until) return {earlier.product, earlier.stood};
    }
  }
  return {record.state.product,
          record.isolated ? std::optional(record.state.day) : std::optional<Day>{}};
}

void rebind(BookState& state, std::uint64_t loan, std::uint64_t sequence, LoanState next) {
  LoanRecord& record = state.loans.at(loan);
  if (!record.earlier) record.earlier.emplace();
  const Binding bound = binding_at(record, sequence);
  record.earlier->push_back({sequence, bound.product, bound.stood});
  record.state = std::move(next);
  if (record.isolated) --state.isolated;
  record.isolated = false;
}

void DayTotals::add_channel(std::uint32_t number, const std::string& channel, money::Int128 minor) {
  const auto at = channels_.try_emplace({number, channel}, 0).first;
  at->second += minor;
  if (at->second == 0) channels_.erase(at);
}

void DayTotals::add(const std::vector<MovementBlock>& movements, const std::string& channel,
                    int sign) {
  for (const MovementBlock& block : movements) {
    if (size() <= block.product) resize(block.product + 1);
    for (const auto& line : block.lines) {
      roles_[block.product][static_cast<std::size_t>(line.role)] += sign * line.minor;
      if (line.role == Role::settlement && !channel.empty())
        add_channel(block.product, channel, sign * line.minor);
    }
  }
}

void DayTotals::add(const DayTotals& part) {
  if (size() < part.size()) resize(part.size());
  for (std::size_t number = 0; number < part.size(); ++number) {
    for (std::size_t role = 0; role < role_count; ++role)
      roles_[number][role] += part.roles_[number][role];
  }
  for (const auto& [key, minor] : part.channels_) add_channel(key.first, key.second, minor);
}

void add_movements(BookState& state, const Entry& entry, int sign) {
  if (entry.movements.empty()) return;
  state.totals[entry.booking_date].add(entry.movements, entry.channel, sign);
  state.balances.add(entry.movements, entry.channel, sign);
  if (state.dirty_days.empty() || state.dirty_days.back() != entry.booking_date)
    state.dirty_days.push_back(entry.booking_date);
}

std::uint64_t payout_hash(std::string_view reference) {
  return stable_hash(reference, 0x7061796f'75740000u);
}

std::uint64_t reservation_hash(std::uint32_t line, std::string_view reservation) {
  return stable_hash(reservation, 0x6c696e65'00000000u | line);
}

void apply_book_event(BookState& state, const Entry& entry) {
  if (const auto* opened = std::get_if<BookOpened>(&entry.payload)) {
    state.currency = opened->currency;
    state.began = opened->business_date;
    state.business_date = opened->business_date;
    state.closed_through = opened->business_date - date::days{1};
  } else if (const auto* product = std::get_if<Product>(&entry.payload)) {
    state.products.push_back({*product, sha256(encode(*product)), entry.sequence});
    Product& published = state.products.back().product;
    if (published.joint) prepare(*published.joint);
    if (names_series(published)) ledger::bind(published, state.series, entry.sequence);
  } else if (const auto* series = std::get_if<SeriesPublished>(&entry.payload)) {
    state.histories.forget_all();
    auto& points = state.series[series->name];
    for (const SeriesPoint& point : series->points)
      points.push_back({point.day, point.value, entry.sequence});
    follow_series(state, series->name);
    state.book_entries.push_back(entry.sequence);
  } else if (const auto* cut = std::get_if<CutOver>(&entry.payload)) {
    state.business_date = cut->day + date::days{1};
  } else if (const auto* closed = std::get_if<DayClosed>(&entry.payload)) {
    state.closed_through = closed->day;
  } else if (state.gl.apply(entry)) {
    state.book_entries.push_back(entry.sequence);
  } else if (const auto* fact = std::get_if<LineFact>(&entry.payload)) {
    const bool applied = state.lines.apply(entry.kind, *fact, entry.sequence, entry.booking_date);
    LOANBOOK_ASSERT(applied);
  } else if (const auto* limit = std::get_if<PartnerLimitSet>(&entry.payload)) {
    state.partners.apply(entry.kind, *limit, entry.sequence);
    state.book_entries.push_back(entry.sequence);
  } else if (const auto* reconciled = std::get_if<ReconciliationFact>(&entry.payload)) {
    // A statement comes with its segment: whoever has read that applies it.
    const auto* changed = std::get_if<BreakChanged>(reconciled);
    const bool known = changed == nullptr || state.reconciliation.apply(*changed, entry.sequence);
    LOANBOOK_ASSERT(known);
  }
  state.flights.apply(entry);
}

namespace {

Error broken_link(std::uint64_t sequence) {
  return Error{
      .id = "integrity.chain",
      .message = fmt::format(
          "entry {} does not link to the one before it: the log was altered or damaged", sequence)};
}

Status replay_new_loan(BookState& state, const Entry& entry, const Opened& opened) {
  if (entry.loan != state.loans.size() + 1 || opened.product >= state.products.size()) {
    return Error{.id = "integrity.loan_number",
                 .message = fmt::format("entry {} opens loan number {} out of order",
                                        entry.sequence, entry.loan)};
  }
  LoanRecord& record = state.loans.append();
  record.id = opened.loan;
  record.state.product = opened.product;
  record.state.terms = opened.terms;
  record.state.day = entry.value_date;
  if (opened.line != 0) record.on_line.emplace().line = opened.line;
  state.by_id.insert(stable_hash(record.id), entry.loan);
  name_party(state, entry.loan, opened.party);
  return money::ok();
}

Status replay_loan_event(BookState& state, const Entry& entry, const storage::View& view) {
  if (const auto* opened = opened_of(entry); opened != nullptr && entry.loan > state.loans.size()) {
    if (Status s = replay_new_loan(state, entry, *opened); !s) return s;
  }
  LoanPage& page = state.loans.page_of(entry.loan);
  LoanRecord& record = state.loans.at(entry.loan);
  const std::uint32_t line = record.on_line ? record.on_line->line : 0;
  if (line > state.lines.size()) {
    return Error{.id = "integrity.line_number",
                 .message = fmt::format("entry {} belongs to credit line number {}, which is not "
                                        "there",
                                        entry.sequence, line)};
  }
  settle_on_line(state.lines, entry, line, record.id, state.product_of(record));
  if (page.sequence >= entry.sequence) return money::ok();  // this page was written after the entry
  record.last_entry = entry.sequence;
  record.version = entry.version;
  page.dirty = true;
  if (is_told_only(entry.kind)) return money::ok();
  if (!record.touched) state.touched.push_back(entry.loan);
  record.touched = true;
  const Product& product = state.product_of(record);
  const bool in_the_past = entry.kind == Kind::reverse || entry.value_date < state.business_date ||
                           stands_first(event_of(entry));
  try {
    if (in_the_past || record.isolated) {
      const auto all = state.histories.of(entry.loan, entry.sequence, entry.version,
                                          [&](std::uint64_t s) { return entry_of(view, s); });
      if (!all) return all.error();
      LoanState next = fold(**all, record.state, product, state.business_date);
      if (record.isolated)
        rebind(state, entry.loan, entry.sequence, std::move(next));
      else
        record.state = std::move(next);
    } else {
      advance(record.state, product, entry.value_date);
      apply(record.state, product, event_of(entry));
    }
  } catch (const LoanFault& fault) {
    return Error{.id = "integrity.fold",
                 .message = fmt::format("entry {} of loan '{}' cannot be folded: {}",
                                        entry.sequence, record.id, fault.reason)};
  }
  return money::ok();
}

Status replay_restated(BookState& state, const Entry& entry, const Restated& restated,
                       const storage::View& view) {
  const Result<RestatedSegment> segment = read_restated(view, restated.segment);
  if (!segment) return segment.error();
  for (const RestatedPart& part : segment->parts) {
    for (const RestatedLoan& loan : part.loans) {
      if (loan.loan > state.loans.size() || part.to >= state.products.size()) {
        return Error{.id = "integrity.loan_number",
                     .message = fmt::format("entry {} restates a loan or names a product that is "
                                            "not there",
                                            entry.sequence)};
      }
      LoanPage& page = state.loans.page_of(loan.loan);
      LoanRecord& record = state.loans.at(loan.loan);
      if (page.sequence >= entry.sequence) continue;
      Result<LoanHistory> all =
          history(record.last_entry, [&](std::uint64_t s) { return entry_of(view, s); });
      if (!all) return all.error();
      try {
        rebind(state, loan.loan, entry.sequence,
               fold(part.to, all->contract, state.products[part.to].product, all->events,
                    state.business_date));
      } catch (const LoanFault& fault) {
        return Error{.id = "integrity.fold",
                     .message = fmt::format("entry {}: loan '{}' cannot be folded: {}",
                                            entry.sequence, record.id, fault.reason)};
      }
      if (!record.touched) state.touched.push_back(loan.loan);
      record.touched = true;
      page.dirty = true;
    }
  }
  return money::ok();
}

Status replay_day_closed(BookState& state, const Entry& entry, const DayClosed& closed,
                         const storage::View& view) {
  std::vector<std::uint64_t> isolated;
  for (const Digest& digest : closed.segments) {
    Result<Segment> segment = read_segment(view, digest);
    if (!segment) return segment.error();
    for (const auto& loan : segment->isolated) isolated.push_back(loan.loan);
  }
  for (const std::uint64_t number : isolated) {
    LoanRecord& record = state.loans.at(number);
    if (state.loans.page_of(number).sequence >= entry.sequence || record.isolated) continue;
    advance(record.state, state.product_of(record), closed.day);
    accrue(record.state, state.product_of(record), closed.day);
    record.isolated = true;
    state.loans.page_of(number).dirty = true;
    ++state.isolated;
  }
  const Day next = closed.day + date::days{1};
  for (std::uint64_t number = 1; number <= state.loans.size(); ++number) {
    LoanPage& page = state.loans.page_of(number);
    LoanRecord& record = state.loans.at(number);
    if (page.sequence >= entry.sequence || record.isolated) continue;
    if (record.touched || record.state.next_change <= next) {
      advance(record.state, state.product_of(record), next);
      page.dirty = true;
      record.touched = false;
      record.bucket_closed = record.state.bucket;
    }
  }
  std::erase_if(state.touched,
                [&](std::uint64_t number) { return !state.loans.at(number).touched; });
  ++state.nights_since_checkpoint;
  return money::ok();
}

}  // namespace

namespace {

/// Loans whose days to come moved with it.
Status replay_series(BookState& state, const Entry& entry, const SeriesPublished& series,
                     const storage::View& view) {
  Result<SeriesEffect> effect = effect_of(state, series, entry.sequence,
                                          [&view](std::uint64_t s) { return entry_of(view, s); });
  if (!effect) return effect.error();
  for (auto& [number, next] : effect->moved) {
    LoanPage& page = state.loans.page_of(number);
    LoanRecord& record = state.loans.at(number);
    record.state = std::move(next);
    page.dirty = true;
    if (record.isolated) continue;
    if (!record.touched) state.touched.push_back(number);
    record.touched = true;
  }
  return money::ok();
}

Status replay_reconciliation(BookState& state, const Entry& entry, const ReconciliationFact& fact,
                             const storage::View& view) {
  if (const auto* changed = std::get_if<BreakChanged>(&fact)) {
    if (state.reconciliation.find(changed->id) != nullptr) return money::ok();
    return Error{.id = "integrity.break_unknown",
                 .message = fmt::format("entry {} is about break {}, which no statement opened",
                                        entry.sequence, to_text(changed->id))};
  }
  const auto& statement = std::get<StatementReconciled>(fact);
  ReconciliationSegment segment;
  if (statement.segment) {
    Result<ReconciliationSegment> read = read_reconciliation(view, *statement.segment);
    if (!read) return read.error();
    segment = std::move(*read);
  }
  state.reconciliation.apply(statement, segment, entry.sequence, entry.booking_date);
  return money::ok();
}

}  // namespace

Status replay(BookState& state, const storage::StoredEntry& stored, const storage::View& view) {
  if (stored.sequence != state.head.sequence + 1) return broken_link(stored.sequence);
  if (chain_hash(state.head.hash, stored.body) != stored.hash) return broken_link(stored.sequence);
  Result<Entry> entry = decode_entry(stored.body);
  if (!entry) return entry.error();
  if (entry->sequence != stored.sequence) return broken_link(stored.sequence);
  if (!state.flights.fits(*entry)) {
    return Error{
        .id = "integrity.in_flight",
        .message = fmt::format("entry {} is about money in suspense, an order or an intent "
                               "that is not there",
                               entry->sequence)};
  }
  if (concerns_loan(entry->kind)) {
    if (Status s = replay_loan_event(state, *entry, view); !s) return s;
  } else if (const auto* series = std::get_if<SeriesPublished>(&entry->payload)) {
    if (Status s = replay_series(state, *entry, *series, view); !s) return s;
  } else if (const auto* closed = std::get_if<DayClosed>(&entry->payload)) {
    if (Status s = replay_day_closed(state, *entry, *closed, view); !s) return s;
  } else if (const auto* restated = std::get_if<Restated>(&entry->payload)) {
    if (Status s = replay_restated(state, *entry, *restated, view); !s) return s;
  } else if (const auto* fact = std::get_if<LineFact>(&entry->payload)) {
    const std::uint32_t lines = state.lines.size() + (entry->kind == Kind::line_open ? 1 : 0);
    if (line_of(*fact) > lines || (entry->kind == Kind::line_open && line_of(*fact) != lines)) {
      return Error{.id = "integrity.line_number",
                   .message = fmt::format("entry {} belongs to credit line number {}, which is not "
                                          "there",
                                          entry->sequence, line_of(*fact))};
    }
  }
  if (const auto* fact = std::get_if<ReconciliationFact>(&entry->payload)) {
    if (Status s = replay_reconciliation(state, *entry, *fact, view); !s) return s;
  }
  apply_book_event(state, *entry);
  add_movements(state, *entry, 1);
  if (!entry->key.empty() && entry->batch_index == 0) {
    const std::uint64_t hash = key_hash(entry->source, entry->scope, entry->key);
    state.by_key.insert(hash, entry->sequence);
    state.new_keys.emplace_back(hash, entry->sequence);
  }
  if (entry->kind == Kind::line_reserve) {
    const auto& reserved = std::get<LineReserved>(std::get<LineFact>(entry->payload));
    const std::uint64_t hash = reservation_hash(reserved.line, reserved.reservation);
    state.by_key.insert(hash, entry->sequence);
    state.new_keys.emplace_back(hash, entry->sequence);
  }
  if (entry->kind == Kind::order_payout && !std::get<Operated>(entry->payload).code.empty()) {
    const std::uint64_t hash = payout_hash(std::get<Operated>(entry->payload).code);
    state.by_key.insert(hash, entry->sequence);
    state.new_keys.emplace_back(hash, entry->sequence);
  }
  state.head = {stored.sequence, stored.hash};
  return money::ok();
}

LoanState canonical(const LoanRecord& record, const BookState& state) {
  LoanState at = record.state;
  if (record.isolated) return at;
  const Product& product = state.product_of(record);
  try {
    advance(at, product, state.business_date);
    accrue(at, product, state.business_date);
  } catch (const LoanFault&) {
    // The night that comes isolates it; until then it stands as it last did.
    return record.state;
  }
  return at;
}

}  // namespace loanbook::ledger
