// Derived rows: pages of loans, runs of idempotency keys, totals of booking dates, and the one row
// that says what they are complete to. Layout: docs/format.md, section "Derived rows". Losing or
// distrusting them costs time, never facts: load_state starts from entry 1 then.

#include <fmt/format.h>

#include <algorithm>

#include "loanbook/ledger/codec.hpp"
#include "loanbook/ledger/proof/digest.hpp"
#include "loanbook/ledger/state.hpp"

namespace loanbook::ledger {
namespace {

using storage::Row;
using storage::Space;

constexpr std::uint8_t layout = 6;
constexpr std::size_t rows_per_put = 64;  // about 3 MB of loan pages a call

std::string big_endian(std::uint64_t number) {
  std::string key(8, '\0');
  for (int i = 7; i >= 0; --i, number >>= 8)
    key[static_cast<std::size_t>(i)] = static_cast<char>(number & 0xff);
  return key;
}

std::string day_key(Day day) {
  return big_endian(static_cast<std::uint64_t>(money::day_number(day) + 1'000'000));
}

std::string encode_page(const LoanPage& page, std::uint64_t first, const BookState& state) {
  std::string bytes;
  Encoder out{bytes};
  out.u8(layout);
  out.varint(state.head.sequence);
  const std::uint64_t count =
      std::min<std::uint64_t>(page.loans.size(), state.loans.size() - first + 1);
  out.varint(count);
  for (std::size_t i = 0; i < count; ++i) {
    const LoanRecord& record = page.loans[i];
    out.text(record.id);
    out.varint(record.last_entry);
    out.varint(record.version);
    out.u8(record.bucket_closed);
    out.u8(static_cast<std::uint8_t>((record.touched ? 1 : 0) | (record.isolated ? 2 : 0)));
    out.varint(record.on_line ? record.on_line->line : 0);
    out.text(record.party ? *record.party : std::string{});
    out.varint(record.earlier ? record.earlier->size() : 0);
    for (std::size_t k = 0; record.earlier && k < record.earlier->size(); ++k) {
      const Earlier& earlier = (*record.earlier)[k];
      out.varint(earlier.until);
      out.varint(earlier.product);
      out.u8(earlier.stood ? 1 : 0);
      if (earlier.stood) out.day(*earlier.stood);
    }
    encode(canonical(record, state), bytes);
  }
  return bytes;
}

bool decode_page(std::string_view bytes, BookState& state) {
  Decoder in{bytes};
  if (in.u8() != layout) return false;
  const std::uint64_t sequence = in.varint();
  const std::uint64_t count = in.varint();
  if (!in.good() || count == 0 || count > money::limits::page_loans) return false;
  for (std::uint64_t i = 0; i < count; ++i) {
    LoanRecord& record = state.loans.append();
    record.id = in.text();
    record.last_entry = in.varint();
    record.version = in.varint();
    record.bucket_closed = in.u8();
    const std::uint8_t flags = in.u8();
    record.touched = (flags & 1) != 0;
    record.isolated = (flags & 2) != 0;
    if (const auto line = static_cast<std::uint32_t>(in.varint()); line != 0)
      record.on_line.emplace().line = line;
    name_party(state, state.loans.size(), in.text());
    const std::uint64_t earlier = in.varint();
    for (std::uint64_t k = 0; in.good() && k < earlier; ++k) {
      if (!record.earlier) record.earlier.emplace();
      Earlier& was = record.earlier->emplace_back();
      was.until = in.varint();
      was.product = static_cast<std::uint32_t>(in.varint());
      if (in.u8() != 0) was.stood = in.day();
    }
    if (record.isolated) ++state.isolated;
    if (record.touched) state.touched.push_back(state.loans.size());
    std::string_view rest = in.rest();
    if (!in.good() || !decode(rest, record.state)) return false;
    in = Decoder{rest};
    state.by_id.insert(stable_hash(record.id), state.loans.size());
  }
  state.loans.page_of(state.loans.size()).sequence = sequence;
  return in.done();
}

std::string encode_checkpoint(const BookState& state) {
  std::string bytes;
  Encoder out{bytes};
  out.u8(layout);
  out.varint(state.head.sequence);
  out.digest(state.head.hash);
  out.text(state.currency);
  out.day(state.began);
  out.day(state.business_date);
  out.day(state.closed_through);
  out.varint(state.loans.size());
  out.varint(state.products.size());
  for (const PublishedProduct& product : state.products) out.varint(product.sequence);
  out.varint(state.book_entries.size());
  for (const std::uint64_t sequence : state.book_entries) out.varint(sequence);
  out.varint(state.lines.size());
  return bytes;
}

std::string encode_day(const DayTotals& totals) {
  std::string bytes;
  Encoder out{bytes};
  out.varint(totals.size());
  for (const auto& product : totals) {
    std::size_t roles = product.size();
    while (roles > 0 && product[roles - 1] == 0) --roles;
    out.varint(roles);
    for (std::size_t role = 0; role < roles; ++role) out.wide(product[role]);
  }
  for (const auto& [key, minor] : totals.channels()) {
    out.varint(key.first);
    out.text(key.second);
    out.wide(minor);
  }
  return bytes;
}

DayTotals decode_day(Decoder& in) {
  DayTotals totals;
  const std::uint64_t products = in.varint();
  for (std::uint64_t p = 0; in.good() && p < products; ++p) {
    totals.resize(p + 1);
    const std::uint64_t roles = in.varint();
    if (roles > role_count) in.fail();
    for (std::uint64_t role = 0; in.good() && role < roles; ++role) totals[p][role] = in.wide();
  }
  while (in.good() && !in.rest().empty()) {
    const auto number = static_cast<std::uint32_t>(in.varint());
    const std::string channel(in.text());
    totals.add_channel(number, channel, in.wide());
  }
  return totals;
}

std::string encode_keys(const BookState& state) {
  std::string bytes;
  Encoder out{bytes};
  out.varint(state.new_keys.size());
  for (const auto& [hash, sequence] : state.new_keys) {
    out.varint(hash);
    out.varint(sequence);
  }
  return bytes;
}

Status save_pages(BookState& state, storage::Store& store) {
  std::vector<Row> rows;
  auto& pages = state.loans.pages();
  for (std::size_t p = 0; p < pages.size(); ++p) {
    if (!pages[p]->dirty) continue;
    const std::uint64_t first = p * money::limits::page_loans + 1;
    rows.push_back({Space::loan_page, big_endian(p), encode_page(*pages[p], first, state)});
    if (rows.size() == rows_per_put) {
      if (Status s = store.put_rows(rows); !s) return s;
      rows.clear();
    }
  }
  return rows.empty() ? money::ok() : store.put_rows(rows);
}

// The rows' part of loading; false: distrust them all and start from the first entry.
struct Loader {
  const storage::View& view;
  BookState& state;
  std::uint64_t loans = 0;
  std::uint64_t lines = 0;

  bool checkpoint(std::string_view bytes) {
    Decoder in{bytes};
    if (in.u8() != layout) return false;
    state.head.sequence = in.varint();
    state.head.hash = in.digest();
    state.currency = in.text();
    state.began = in.day();
    state.business_date = in.day();
    state.closed_through = in.day();
    loans = in.varint();
    std::vector<std::uint64_t> sequences;
    const std::uint64_t products = in.varint();
    for (std::uint64_t i = 0; in.good() && i < products; ++i) sequences.push_back(in.varint());
    const std::uint64_t series = in.varint();
    for (std::uint64_t i = 0; in.good() && i < series; ++i) sequences.push_back(in.varint());
    lines = in.varint();
    if (!in.done() || state.head.sequence > view.head().sequence) return false;
    const Result<std::optional<storage::StoredEntry>> last = view.entry(state.head.sequence);
    if (!last || !last->has_value() || (*last)->hash != state.head.hash) return false;
    for (const std::uint64_t sequence : sequences) {
      const Result<Entry> entry = entry_of(view, sequence);
      if (!entry) return false;
      apply_book_event(state, *entry);
    }
    return true;
  }

  bool pages() {
    bool good = true;
    std::uint64_t expected = 0;
    const Status scanned =
        view.rows(Space::loan_page, "", [&](std::string_view key, std::string_view value) {
          good = key == big_endian(expected++) && decode_page(value, state);
          return good;
        });
    return scanned.has_value() && good && state.loans.size() >= loans;
  }

  bool credit_lines() {
    bool good = true;
    std::uint64_t expected = 1;
    const Status scanned =
        view.rows(Space::credit_line, "", [&](std::string_view key, std::string_view value) {
          good = key == big_endian(0)
                     ? state.lines.load_decisions(value)
                     : key == big_endian(expected++) && state.lines.append_row(value);
          return good;
        });
    return scanned.has_value() && good && state.lines.size() == lines;
  }

  bool reconciliation() {
    bool good = true;
    const Status scanned =
        view.rows(Space::reconciliation, "", [&](std::string_view key, std::string_view value) {
          good = state.reconciliation.load_row(key, value);
          return good;
        });
    return scanned.has_value() && good;
  }

  bool in_flight() {
    bool good = true;
    const Status scanned =
        view.rows(Space::in_flight, "", [&](std::string_view key, std::string_view value) {
          good = state.flights.load_row(key, value);
          return good;
        });
    return scanned.has_value() && good;
  }

  bool keys() {
    bool good = true;
    const Status scanned =
        view.rows(Space::idempotency, "", [&](std::string_view, std::string_view value) {
          Decoder in{value};
          const std::uint64_t size = in.varint();
          state.by_key.reserve(state.by_key.size() +
                               (in.good() ? std::min<std::uint64_t>(size, value.size()) : 0));
          for (std::uint64_t i = 0; in.good() && i < size; ++i) {
            const std::uint64_t hash = in.varint();
            const std::uint64_t sequence = in.varint();
            if (in.good() && sequence > 0 && sequence <= state.head.sequence)
              state.by_key.insert(hash, sequence);
          }
          good = in.done();
          return good;
        });
    return scanned.has_value() && good;
  }

  bool totals() {
    bool good = true;
    const Status scanned =
        view.rows(Space::ledger_day, "", [&](std::string_view key, std::string_view value) {
          Decoder in{value};
          DayTotals totals = decode_day(in);
          good = in.done() && key.size() == 8;
          if (!good) return false;
          state.balances.add(totals);
          std::uint64_t number = 0;
          for (const char c : key) number = (number << 8) | static_cast<std::uint8_t>(c);
          state.totals[money::day_from_number(static_cast<std::int32_t>(number) - 1'000'000)] =
              std::move(totals);
          return true;
        });
    return scanned.has_value() && good;
  }
};

enum class Rows : std::uint8_t { all, general_ledger };

bool load_rows(const storage::View& view, BookState& state, Rows rows) {
  const Result<std::optional<storage::Bytes>> row = view.row(Space::checkpoint, "");
  if (!row || !row->has_value()) return false;
  Loader loader{view, state};
  if (!loader.checkpoint(**row) || !loader.totals()) return false;
  if (rows == Rows::all && (!loader.pages() || !loader.credit_lines() || !loader.reconciliation() ||
                            !loader.in_flight() || !loader.keys()))
    return false;
  state.checkpoint_sequence = state.head.sequence;
  for (auto& page : state.loans.pages())
    page->sequence = std::max(page->sequence, state.head.sequence);
  return true;
}

}  // namespace

Status save_checkpoint(BookState& state, storage::Store& store) {
  if (state.checkpoint_sequence == state.head.sequence) return store.flush_rows();
  if (Status s = save_pages(state, store); !s) return s;
  std::vector<Row> rows;
  std::sort(state.dirty_days.begin(), state.dirty_days.end());
  state.dirty_days.erase(std::unique(state.dirty_days.begin(), state.dirty_days.end()),
                         state.dirty_days.end());
  for (const Day day : state.dirty_days)
    rows.push_back({Space::ledger_day, day_key(day), encode_day(state.totals[day])});
  if (!state.new_keys.empty()) {
    rows.push_back(
        {Space::idempotency, big_endian(state.new_keys.front().second), encode_keys(state)});
  }
  const LineBook::Dirty dirty = state.lines.take_dirty();
  for (const std::uint32_t line : dirty.lines) {
    rows.push_back(
        {Space::credit_line, big_endian(line), state.lines.row_of(line, state.business_date)});
  }
  if (dirty.decisions) {
    rows.push_back(
        {Space::credit_line, big_endian(0), state.lines.decisions_row(state.business_date)});
  }
  for (Row& row : state.reconciliation.take_dirty_rows()) rows.push_back(std::move(row));
  for (Row& row : state.flights.take_dirty_rows()) rows.push_back(std::move(row));
  rows.push_back({Space::checkpoint, "", encode_checkpoint(state)});
  if (Status s = store.put_rows(rows); !s) return s;
  if (Status s = store.flush_rows(); !s) return s;
  for (auto& page : state.loans.pages()) {
    page->dirty = false;
    page->sequence = state.head.sequence;
  }
  state.dirty_days.clear();
  state.new_keys.clear();
  state.checkpoint_sequence = state.head.sequence;
  state.nights_since_checkpoint = 0;
  return money::ok();
}

Result<std::unique_ptr<BookState>> load_state(const storage::View& view, bool use_rows) {
  auto state = std::make_unique<BookState>();
  if (use_rows && !load_rows(view, *state, Rows::all)) state = std::make_unique<BookState>();
  Status outcome = money::ok();
  const Status scanned = view.entries(state->head.sequence + 1, view.head().sequence,
                                      [&](const storage::StoredEntry& stored) {
                                        outcome = replay(*state, stored, view);
                                        return outcome.has_value();
                                      });
  if (!scanned) return scanned.error();
  if (!outcome) return outcome.error();
  if (state->head != view.head()) {
    return Error{.id = "integrity.chain",
                 .message = fmt::format("the log ends at entry {}, the head says {}",
                                        state->head.sequence, view.head().sequence)};
  }
  if (!recount_all(*state))
    return Error{.id = "integrity.line_number",
                 .message = "a loan belongs to a credit line that is not there"};
  return state;
}

namespace {

/// What a book without loans, lines, statements and suspense can take up.
bool is_of_ledger(const Entry& entry) {
  return !concerns_loan(entry.kind) && !is_line_event(entry.kind) &&
         !is_reconciliation_event(entry.kind) && !is_suspense_event(entry.kind);
}

}  // namespace

Result<std::unique_ptr<BookState>> load_general_ledger(const storage::View& view) {
  auto state = std::make_unique<BookState>();
  if (!load_rows(view, *state, Rows::general_ledger)) state = std::make_unique<BookState>();
  Status outcome = money::ok();
  const Status scanned = view.entries(
      state->head.sequence + 1, view.head().sequence, [&](const storage::StoredEntry& stored) {
        const Result<Entry> entry = decode_entry(stored.body);
        if (!entry) {
          outcome = entry.error();
        } else if (chain_hash(state->head.hash, stored.body) != stored.hash ||
                   entry->sequence != state->head.sequence + 1) {
          outcome = Error{.id = "integrity.chain",
                          .message = fmt::format("entry {} does not link to the one before it: the "
                                                 "log was altered or damaged",
                                                 stored.sequence)};
        } else {
          if (is_of_ledger(*entry)) apply_book_event(*state, *entry);
          add_movements(*state, *entry, 1);
          state->head = {stored.sequence, stored.hash};
        }
        return outcome.has_value();
      });
  if (!scanned) return scanned.error();
  if (!outcome) return outcome.error();
  return state;
}

}  // namespace loanbook::ledger
