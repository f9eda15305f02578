#include "loanbook/ledger/door/recorder.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "loanbook/ledger/loan/plan_digest.hpp"
#include "loanbook/ledger/proof/digest.hpp"
#include "loanbook/money/assert.hpp"

namespace loanbook::ledger {
namespace {

void add_lines(MovementBlock& block, const Balances& step, bool consequence) {
  for (std::size_t i = 0; i < step.size(); ++i) {
    if (step[i] != 0) block.lines.push_back({static_cast<Role>(i), consequence, step[i]});
  }
}

Balances own_step_of(const Entry& entry) {
  Balances step{};
  for (const MovementBlock& block : loan_blocks(entry)) {
    for (const auto& line : block.lines) {
      if (!line.consequence)
        step[static_cast<std::size_t>(line.role)] += static_cast<std::int64_t>(line.minor);
    }
  }
  return step;
}

Balances negated(const Balances& step) { return difference(Balances{}, step); }

std::string key_of(const Command& command) {
  const auto* request = std::get_if<LineRequest>(&command.event);
  return command.key.empty() && request != nullptr ? request->reservation : command.key;
}

void name_line(Receipt& receipt, const LineState& line) {
  receipt.line = line.id;
  receipt.currency = line.currency.text();
}

Error fault(const LoanRecord& record, const LoanFault& what) {
  if (record.isolated) {
    return Error{
        .id = "loan.isolated",
        .message = fmt::format("loan '{}' is isolated and this event does not let it go on: {}; "
                               "nothing was recorded. Reverse the entry that made it so, or "
                               "restate its product version",
                               record.id, what.reason)};
  }
  return Error{.id = "loan.beyond_limits",
               .message = fmt::format("loan '{}' cannot take this event: {}; nothing was recorded",
                                      record.id, what.reason)};
}

}  // namespace

Result<storage::StoredEntry> Recorder::stored(std::uint64_t sequence) const {
  if (!pending_.empty() && sequence >= pending_.front().sequence) {
    const std::uint64_t index = sequence - pending_.front().sequence;
    if (index < pending_.size()) return pending_[index];
  }
  return written_(sequence);
}

Result<Entry> Recorder::entry(std::uint64_t sequence) const {
  const Result<storage::StoredEntry> found = stored(sequence);
  if (!found) return found.error();
  return decode_entry(found->body);
}

Result<std::optional<std::vector<Recorded>>> Recorder::replayed(const Command& command,
                                                                std::uint32_t batch_size) const {
  using Found = std::optional<std::vector<Recorded>>;
  const auto* reserve = std::get_if<LineRequest>(&command.event);
  if (reserve != nullptr && (reserve->kind != Kind::line_reserve || reserve->reservation.empty()))
    reserve = nullptr;
  if (command.key.empty() && reserve == nullptr) return Found{};
  std::optional<Entry> first;
  std::optional<Error> unreadable;
  const auto same_key = [&](std::uint64_t sequence) {
    Result<Entry> candidate = entry(sequence);
    if (!candidate) {
      unreadable = candidate.error();
      return true;
    }
    if (candidate->source != command.source || candidate->scope != command.scope ||
        candidate->key != command.key)
      return false;
    first = std::move(*candidate);
    return true;
  };
  bool known = false;
  if (!command.key.empty()) {
    known = state_.find_key(command.source, command.scope, command.key, same_key) != 0;
  }
  if (!known && !unreadable && reserve != nullptr) {
    // A reservation's id is a key too: the same request under any key gets the first answer.
    Result<std::optional<Entry>> made = reserve_entry(reserve->line, reserve->reservation);
    if (!made) return made.error();
    known =
        made->has_value() && (command.key.empty() || (*made)->request == request_digest(command));
    if (known) first = std::move(*made);
  }
  if (unreadable) return *unreadable;
  if (!known) return Found{};
  // Decisions that the book itself asked for stand before what they were asked for.
  const bool asked =
      first->kind == Kind::risk_decision && !std::holds_alternative<RiskDecision>(command.event);
  std::uint32_t decisions = 0;
  for (bool more = asked; more && decisions < first->batch_size;) {
    const Result<Entry> member = entry(first->sequence + decisions);
    if (!member) return member.error();
    more = member->kind == Kind::risk_decision;
    if (more) ++decisions;
  }
  if (first->request != request_digest(command) || first->batch_index != 0 ||
      first->batch_size - decisions != batch_size) {
    const std::string loan = first->loan != 0 ? state_.loans.at(first->loan).id : std::string{};
    const std::string what = first->batch_size - decisions != batch_size || first->batch_index != 0
                                 ? fmt::format("the batch has {} events, recorded were {}",
                                               batch_size, first->batch_size - decisions)
                                 : first_difference(*first, command, loan);
    return Error{
        .id = "idempotency.conflict",
        .message = fmt::format("key '{}' was already used by entry {} for another request: {}. "
                               "Send the same request again, or use a new key",
                               key_of(command), first->sequence, what)};
  }
  std::vector<Recorded> answers;
  for (std::uint32_t i = decisions; i < first->batch_size; ++i) {
    const Result<storage::StoredEntry> bytes = stored(first->sequence + i);
    if (!bytes) return bytes.error();
    const Result<Entry> member = decode_entry(bytes->body);
    if (!member) return member.error();
    Recorded recorded{
        .receipt = receipt_of(*member, bytes->hash, state_), .replayed = true, .reversed_by = 0};
    // A reversal comes after what it takes out: what came before need not be read.
    std::uint64_t later = member->loan != 0 ? state_.loans.at(member->loan).last_entry : 0;
    while (later > member->sequence) {
      const Result<Entry> since = entry(later);
      if (!since) return since.error();
      const auto* reversed = std::get_if<Reversed>(&since->payload);
      if (reversed != nullptr && reversed->sequence == member->sequence)
        recorded.reversed_by = later;
      later = since->previous;
    }
    answers.push_back(std::move(recorded));
  }
  return Found{std::move(answers)};
}

Status Recorder::check(const Command& command) const {
  // A request that was recorded before is answered again, whatever the state is by now: a file may
  // be sent twice.
  const Result<std::optional<std::vector<Recorded>>> known = replayed(command, 1);
  if (!known) return known.error();
  if (known->has_value()) return money::ok();
  const Result<Accepted> accepted = accept(command);
  if (!accepted) return accepted.error();
  return money::ok();
}

Result<Recorded> Recorder::record(const Command& command, std::uint32_t batch_index,
                                  std::uint32_t batch_size, const Command* identity) {
  Result<Accepted> accepted = accept(command);
  if (!accepted) return accepted.error();

  Entry entry;
  entry.sequence = state_.head.sequence + 1;
  entry.booking_date = state_.business_date;
  entry.value_date = accepted->value_date;
  entry.kind = accepted->kind;
  entry.payload = std::move(accepted->payload);
  entry.movements = std::move(accepted->movements);
  const Command& known_as = identity != nullptr ? *identity : command;
  entry.source = known_as.source;
  entry.scope = known_as.scope;
  entry.key = known_as.key;
  entry.request = request_digest(known_as);
  entry.batch_index = batch_index;
  entry.batch_size = batch_size;
  entry.actor = command.actor;
  entry.reason = command.reason;
  entry.channel = accepted->channel;

  if (concerns_loan(entry.kind)) {
    const bool is_new = accepted->loan == 0;
    if (is_new) {
      const Opened& opened = *opened_of(entry);
      LoanRecord& record = state_.loans.append();
      record.id = opened.loan;
      record.state.product = opened.product;
      record.state.terms = opened.terms;
      record.state.day = entry.value_date;
      if (opened.line != 0) record.on_line.emplace().line = opened.line;
    }
    entry.loan = is_new ? state_.loans.size() : accepted->loan;
    LoanRecord& record = state_.loans.at(entry.loan);
    entry.version = record.version + 1;
    entry.previous = record.last_entry;
    std::optional<LoanRecord> kept;
    if (keep_undo_ && !is_new) kept = record;
    const std::uint32_t line = record.on_line ? record.on_line->line : 0;
    LineBook::Kept kept_line;
    if (keep_undo_) kept_line = state_.lines.keep(line, record.id);
    Status stepped = is_told_only(entry.kind) ? money::ok() : step(entry, record, is_new);
    if (stepped) stepped = move_suspense(entry);
    if (!stepped) {
      if (is_new) state_.loans.remove_last();
      return stepped.error();
    }
    settle_on_line(state_.lines, entry, line, record.id, state_.product_of(record));
    recount(state_, entry.loan);
    record.last_entry = entry.sequence;
    record.version = entry.version;
    const bool newly_touched = !record.touched && !is_told_only(entry.kind);
    if (newly_touched) {
      state_.touched.push_back(entry.loan);
      record.touched = true;
    }
    state_.loans.page_of(entry.loan).dirty = true;
    if (is_new) {
      state_.by_id.insert(stable_hash(record.id), entry.loan);
      name_party(state_, entry.loan, opened_of(entry)->party);
    }
    if (keep_undo_) {
      undo_.push_back([this, loan = entry.loan, kept = std::move(kept),
                       kept_line = std::move(kept_line), newly_touched] {
        state_.lines.restore(kept_line);
        if (newly_touched) state_.touched.pop_back();
        if (kept) {
          if (kept->isolated && !state_.loans.at(loan).isolated) ++state_.isolated;
          state_.loans.at(loan) = *kept;
          recount_partners(state_, loan);
        } else {
          const LoanRecord& gone = state_.loans.at(loan);
          state_.by_id.erase(stable_hash(gone.id), loan);
          if (gone.party) state_.by_party.erase(stable_hash(*gone.party), loan);
          state_.partners.forget(loan);
          state_.loans.remove_last();
        }
      });
    }
  }
  if (!entry.key.empty() && batch_index == 0) {
    const std::uint64_t hash = key_hash(entry.source, entry.scope, entry.key);
    state_.by_key.insert(hash, entry.sequence);
    state_.new_keys.emplace_back(hash, entry.sequence);
    if (keep_undo_) {
      undo_.push_back([this, hash, sequence = entry.sequence] {
        state_.by_key.erase(hash, sequence);
        state_.new_keys.pop_back();
      });
    }
  }
  std::uint32_t line = 0;
  if (const auto* fact = std::get_if<LineFact>(&entry.payload)) {
    line = line_of(*fact);
    begin_line_event(entry);
    if (entry.kind == Kind::line_reserve) {
      const auto& reserved = std::get<LineReserved>(*fact);
      index(reservation_hash(reserved.line, reserved.reservation), entry.sequence);
    }
  }
  if (entry.kind == Kind::order_payout) {
    if (const auto& reference = std::get<Operated>(entry.payload).code; !reference.empty())
      index(payout_hash(reference), entry.sequence);
  }
  Recorded recorded{.receipt = receipt_of(entry, Digest{}, state_)};
  append(std::move(entry));
  take_moved(std::move(accepted->moved));
  late_loans_.insert(accepted->late.begin(), accepted->late.end());
  if (line != 0) name_line(recorded.receipt, state_.lines.at(line));
  recorded.receipt.sequence = pending_.back().sequence;
  recorded.receipt.hash = pending_.back().hash;
  return recorded;
}

void Recorder::take_moved(std::vector<std::pair<std::uint64_t, LoanState>> moved) {
  for (auto& [number, next] : moved) {
    LoanRecord& record = state_.loans.at(number);
    const bool newly_touched = !record.touched && !record.isolated;
    if (keep_undo_) {
      undo_.push_back([this, number = number, kept = record, newly_touched] {
        if (newly_touched) state_.touched.pop_back();
        state_.loans.at(number) = kept;
      });
    }
    if (newly_touched) {
      state_.touched.push_back(number);
      record.touched = true;
    }
    record.state = std::move(next);
    state_.loans.page_of(number).dirty = true;
  }
}

void Recorder::begin_line_event(Entry& entry) {
  const std::uint32_t line = line_of(std::get<LineFact>(entry.payload));
  if (line == 0) return;
  const bool known = line <= state_.lines.size();
  entry.version = (known ? state_.lines.at(line).version : 0) + 1;
  entry.previous = known ? state_.lines.at(line).last_entry : 0;
}

void Recorder::index(std::uint64_t hash, std::uint64_t sequence) {
  state_.by_key.insert(hash, sequence);
  state_.new_keys.emplace_back(hash, sequence);
  if (!keep_undo_) return;
  undo_.push_back([this, hash, sequence] {
    state_.by_key.erase(hash, sequence);
    state_.new_keys.pop_back();
  });
}

void Recorder::append(Entry entry) {
  const storage::Head head_before = state_.head;
  entry.sequence = state_.head.sequence + 1;
  storage::StoredEntry stored;
  stored.sequence = entry.sequence;
  stored.body = encode(entry);
  stored.hash = chain_hash(state_.head.hash, stored.body);
  if (keep_undo_) {
    ReconciliationBook::Kept kept_break;
    const auto* reconciled = std::get_if<ReconciliationFact>(&entry.payload);
    const auto* changed = reconciled == nullptr ? nullptr : std::get_if<BreakChanged>(reconciled);
    if (changed != nullptr) kept_break = state_.reconciliation.keep(*changed);
    LineBook::Kept kept_line;
    const auto* fact = std::get_if<LineFact>(&entry.payload);
    if (fact != nullptr) kept_line = state_.lines.keep(line_of(*fact), loan_of(*fact));
    PartnerBook kept_partners;
    if (is_partner_event(entry.kind)) kept_partners = state_.partners;
    undo_.push_back([this, head_before, entry, kept_line = std::move(kept_line),
                     kept_partners = std::move(kept_partners), kept_break = std::move(kept_break),
                     kept_flights = state_.flights.keep(entry)] {
      state_.reconciliation.restore(kept_break);
      state_.flights.restore(kept_flights);
      if (std::holds_alternative<LineFact>(entry.payload)) state_.lines.restore(kept_line);
      if (entry.kind == Kind::product_published) state_.products.pop_back();
      if (const auto* series = std::get_if<SeriesPublished>(&entry.payload)) {
        auto& points = state_.series[series->name];
        points.resize(points.size() - series->points.size());
        if (points.empty()) state_.series.erase(series->name);
        follow_series(state_, series->name);
        state_.book_entries.pop_back();
      }
      if (is_partner_event(entry.kind)) {
        state_.partners = kept_partners;
        state_.book_entries.pop_back();
      }
      if (is_gl_fact(entry.kind)) {
        state_.gl.undo(entry);
        state_.book_entries.pop_back();
      }
      add_movements(state_, entry, -1);
      state_.head = head_before;
      pending_.pop_back();
    });
  }
  apply_book_event(state_, entry);
  if (is_partner_event(entry.kind)) recount_partners(state_);
  add_movements(state_, entry, 1);
  state_.head = {stored.sequence, stored.hash};
  pending_.push_back(std::move(stored));
}

void Recorder::undo() {
  for (; !undo_.empty(); undo_.pop_back()) undo_.back()();
  state_.histories.forget_beyond(state_.head.sequence);
}

Result<std::shared_ptr<MarkedHistory>> Recorder::history_of(const LoanRecord& record) const {
  const EntrySource source = [this](std::uint64_t sequence) { return entry(sequence); };
  if (keep_histories_ && record.last_entry != 0)
    return state_.histories.of(state_.loan_number(record.id), record.last_entry, record.version,
                               source);
  LongHistories none;
  return none.of(0, record.last_entry, 0, source);
}

Status Recorder::move_suspense(Entry& entry) const {
  const auto* paid = std::get_if<Paid>(&entry.payload);
  if (paid != nullptr && paid->suspense != 0) {
    // Cash came in once, with the item: what the loan takes in here goes out there.
    entry.movements.push_back({.product = state_.flights.item(paid->suspense)->product,
                               .lines = {{Role::settlement, false, -paid->amount_minor},
                                         {Role::suspense, false, paid->amount_minor}}});
  }
  const auto* reversed = std::get_if<Reversed>(&entry.payload);
  if (reversed == nullptr || state_.flights.source_of(reversed->sequence) == nullptr)
    return money::ok();
  const Result<Entry> target = this->entry(reversed->sequence);
  if (!target) return target.error();
  for (MovementBlock block : book_blocks(*target)) {
    for (auto& line : block.lines) line.minor = -line.minor;
    entry.movements.push_back(std::move(block));
  }
  return money::ok();
}

Status Recorder::step(Entry& entry, LoanRecord& record, bool is_new) {
  if (entry.kind == Kind::reverse || entry.value_date < state_.business_date ||
      (!is_new && stands_first(event_of(entry))) || record.isolated)
    return step_in_the_past(entry, record);
  const Product& product = state_.product_of(record);
  try {
    LoanState next = record.state;
    advance(next, product, entry.value_date);
    const Balances own = apply(next, product, event_of(entry));
    MovementBlock block{.product = record.state.product, .lines = {}};
    add_lines(block, own, false);
    if (!block.lines.empty()) entry.movements.push_back(std::move(block));
    record.state = std::move(next);
  } catch (const LoanFault& what) {
    return fault(record, what);
  }
  return money::ok();
}

Status Recorder::step_in_the_past(Entry& entry, LoanRecord& record) {
  const Product& product = state_.product_of(record);
  const Day through = state_.business_date;
  // An isolated loan was booked through the day before it stands at, and no further.
  const Day booked = record.isolated ? record.state.day : through;
  const auto all = history_of(record);
  if (!all) return all.error();
  Balances own{};
  const auto* reversed = std::get_if<Reversed>(&entry.payload);
  if (reversed != nullptr) {
    const Result<Entry> target = this->entry(reversed->sequence);
    if (!target) return target.error();
    own = negated(own_step_of(*target));
  }
  try {
    PastChange change = change_past(**all, entry, record.state, product, booked, through);
    if (reversed == nullptr) own = change.own;
    entry.changed = std::move(change.changed);
    const Balances consequences = difference(change.all, own);
    if (consequences[static_cast<std::size_t>(Role::settlement)] != 0) {
      throw LoanFault{"consequences of an event would move settlement"};
    }
    MovementBlock block{.product = record.state.product, .lines = {}};
    add_lines(block, own, false);
    add_lines(block, consequences, true);
    if (!block.lines.empty()) entry.movements.push_back(std::move(block));
    if (record.isolated)
      rebind(state_, entry.loan, entry.sequence, std::move(change.after));
    else
      record.state = std::move(change.after);
  } catch (const LoanFault& what) {
    state_.histories.forget_beyond(state_.head.sequence);
    return fault(record, what);
  }
  return money::ok();
}

Receipt receipt_of(const Entry& entry, const Digest& hash, const BookState& state) {
  Receipt receipt;
  receipt.sequence = entry.sequence;
  receipt.hash = hash;
  receipt.booking_date = entry.booking_date;
  receipt.value_date = entry.value_date;
  receipt.kind = to_text(entry.kind);
  receipt.version = entry.version;
  receipt.changed = entry.changed;
  receipt.channel = entry.channel;
  if (entry.loan != 0) {
    const LoanRecord& record = state.loans.at(entry.loan);
    receipt.loan = record.id;
    receipt.currency = state.product_of(record).currency.text();
    for (const MovementBlock& block : entry.movements) {
      for (const auto& line : block.lines) {
        receipt.movements.push_back(
            {line.role, line.consequence, static_cast<std::int64_t>(line.minor)});
      }
    }
  }
  if (std::holds_alternative<SuspenseFact>(entry.payload)) {
    const MovementBlock& block = entry.movements.at(0);
    receipt.currency = state.products.at(block.product).product.currency.text();
    for (const auto& line : block.lines)
      receipt.movements.push_back({line.role, false, static_cast<std::int64_t>(line.minor)});
  }
  if (const auto* fact = std::get_if<LineFact>(&entry.payload)) {
    const std::uint32_t line = line_of(*fact);
    if (line != 0 && line <= state.lines.size()) name_line(receipt, state.lines.at(line));
  }
  return receipt;
}

}  // namespace loanbook::ledger
