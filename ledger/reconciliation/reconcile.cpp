// A statement against the book: gathers the settlement it may be about, matches, records.

#include "loanbook/ledger/reconciliation/reconcile.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <memory>

#include "loanbook/ledger/book_impl.hpp"
#include "loanbook/ledger/proof/digest.hpp"
#include "loanbook/money/money.hpp"

namespace loanbook::ledger {
namespace {

constexpr std::size_t text_kept = 512;
constexpr std::uint64_t breaks_max = 20'000;

/// Texts of a million entries, in blocks.
class Arena {
 public:
  std::string_view keep(std::string_view text) {
    if (text.empty()) return {};
    if (used_ + text.size() > size_) {
      size_ = std::max<std::size_t>(block, text.size());
      used_ = 0;
      blocks_.push_back(std::make_unique<char[]>(size_));
    }
    char* to = blocks_.back().get() + used_;
    std::copy(text.begin(), text.end(), to);
    used_ += text.size();
    return {to, text.size()};
  }

 private:
  static constexpr std::size_t block = std::size_t{1} << 20;
  std::vector<std::unique_ptr<char[]>> blocks_;
  std::size_t size_ = 0, used_ = 0;
};

/// Without a broken character at its end.
std::string shortened(std::string_view text) {
  if (text.size() <= text_kept) return std::string(text);
  std::size_t size = text_kept;
  while (size > 0 && (static_cast<std::uint8_t>(text[size]) & 0xc0) == 0x80) --size;
  return std::string(text.substr(0, size));
}

BreakLine kept_line(const BankLine& line) {
  return {.place = line.place,
          .booked = line.booked,
          .valued = line.valued,
          .minor = line.minor,
          .reference = shortened(line.reference),
          .bank_reference = shortened(line.bank_reference),
          .text = shortened(line.text)};
}

/// What makes a line the same line in another file of the account.
std::uint64_t fingerprint(const BankLine& line) {
  std::uint64_t hash = stable_hash(line.reference);
  hash = stable_hash(line.bank_reference, hash);
  hash = stable_hash(line.text, hash);
  const std::uint64_t numbers[] = {static_cast<std::uint64_t>(money::day_number(line.booked)),
                                   static_cast<std::uint64_t>(money::day_number(line.valued)),
                                   static_cast<std::uint64_t>(line.minor)};
  std::string bytes;
  Encoder out{bytes};
  for (const std::uint64_t number : numbers) out.varint(number);
  return stable_hash(bytes, hash);
}

/// The entry whose money goes back with this one.
std::uint64_t taken_back_by(const Entry& entry) {
  if (const auto* reversed = std::get_if<Reversed>(&entry.payload)) return reversed->sequence;
  const auto* operated = std::get_if<Operated>(&entry.payload);
  return operated != nullptr && entry.kind == Kind::chargeback ? operated->of : 0;
}

class StatementWork {
 public:
  StatementWork(const BookState& state, const storage::View& view, const ReconcileInput& input)
      : state_(state), view_(view), input_(input) {}

  Status prepare() {
    if (is_partner()) {
      expect();
    } else {
      before_ = last_of_account();
      if (Status s = leave_out_seen(); !s) return s;
      carry_over();
      if (Status s = gather(); !s) return s;
    }
    matching_ = match({.lines = lines_,
                       .movements = movements_,
                       .rules = *input_.rules,
                       .to = input_.to,
                       .loan_of = [this](std::string_view id) { return state_.loan_number(id); }});
    return build();
  }

  ReconcileReport report;
  ReconciliationSegment segment;
  std::vector<MovementBlock> movements;  ///< of differences within tolerance

 private:
  struct Held {
    bool waits = false;  ///< for its line: a later statement may have it
    BreakId id{};
  };

  [[nodiscard]] bool is_partner() const { return input_.source == StatementSource::partner; }

  /// An account may hold several currencies: each is an account of its own.
  [[nodiscard]] bool is_of_account(const StatementReconciled& fact) const {
    return fact.account == input_.account && fact.currency == input_.currency;
  }

  /// The statement of the account that ends last, or null.
  [[nodiscard]] const StatementRecord* last_of_account() const {
    const StatementRecord* last = nullptr;
    for (const auto& [sequence, statement] : state_.reconciliation.statements()) {
      if (!is_of_account(statement.fact) || statement.fact.source != input_.source) continue;
      if (last == nullptr || statement.fact.to >= last->fact.to) last = &statement;
    }
    return last;
  }

  /// A partner's file stands against what it is owed for its days. Another one for the same days
  /// takes the place of the first, and of its breaks.
  void expect() {
    lines_ = input_.lines;
    for (const BankLine& line : lines_) segment.fingerprints.push_back(fingerprint(line));
    own_lines_ = lines_.size();
    for (const ExpectedItem& item : input_.expected) {
      movements_.push_back({.sequence = movements_.size() + 1,
                            .loan = state_.loan_number(item.loan),
                            .minor = item.minor,
                            .valued = input_.to,
                            .booked = input_.to,
                            .reference = item.reference});
    }
    for (const auto& [id, record] : state_.reconciliation.breaks()) {
      const StatementReconciled& fact = state_.reconciliation.statements().at(id.statement).fact;
      if (record.status == BreakStatus::open && fact.source == input_.source &&
          is_of_account(fact) && fact.from == input_.from && fact.to == input_.to)
        healed_.insert(id);
    }
  }

  /// Lines that an earlier file of the account had too.
  Status leave_out_seen() {
    std::vector<std::uint64_t> seen;
    for (const auto& [sequence, statement] : state_.reconciliation.statements()) {
      const StatementReconciled& fact = statement.fact;
      const bool overlaps = is_of_account(fact) && fact.source == input_.source &&
                            fact.from <= input_.to && fact.to >= input_.from;
      if (!overlaps || !fact.segment) continue;
      const Result<ReconciliationSegment> earlier = read_reconciliation(view_, *fact.segment);
      if (!earlier) return earlier.error();
      seen.insert(seen.end(), earlier->fingerprints.begin(), earlier->fingerprints.end());
    }
    segment.fingerprints.reserve(input_.lines.size());
    if (seen.empty()) {
      for (const BankLine& line : input_.lines) segment.fingerprints.push_back(fingerprint(line));
      lines_ = input_.lines;
      own_lines_ = lines_.size();
      return money::ok();
    }
    std::sort(seen.begin(), seen.end());
    // The same line twice in one file is two lines: each uses up one that was seen.
    std::map<std::uint64_t, std::size_t> used;
    for (const BankLine& line : input_.lines) {
      const std::uint64_t print = fingerprint(line);
      const auto [first, last] = std::equal_range(seen.begin(), seen.end(), print);
      if (first != last && used[print] < static_cast<std::size_t>(last - first)) {
        ++used[print];
        ++report.statement.seen;
        continue;
      }
      other_lines_.push_back(line);
      segment.fingerprints.push_back(print);
    }
    lines_ = other_lines_;
    own_lines_ = lines_.size();
    return money::ok();
  }

  /// Lines that nobody knew when they came; entries of open breaks are spoken for.
  void carry_over() {
    for (const auto& [id, record] : state_.reconciliation.breaks()) {
      if (record.status != BreakStatus::open) continue;
      const bool waits = record.outcome == Outcome::missing_there;
      for (const std::uint64_t entry : record.entries) held_.emplace(entry, Held{waits, id});
      const StatementReconciled& fact = state_.reconciliation.statements().at(id.statement).fact;
      if (record.outcome != Outcome::missing_here || !is_of_account(fact) ||
          fact.source != input_.source)
        continue;
      for (std::uint32_t l = 0; l < record.lines.size(); ++l) {
        const BreakLine& line = record.lines[l];
        // The caller's lines are not copied while nothing is added to them.
        if (other_lines_.empty()) other_lines_.assign(lines_.begin(), lines_.end());
        other_lines_.push_back({.place = line.place,
                                .booked = line.booked,
                                .valued = line.valued,
                                .minor = line.minor,
                                .reference = line.reference,
                                .bank_reference = line.bank_reference,
                                .text = line.text});
        segment.carried.push_back({id, l});
      }
    }
    if (!other_lines_.empty()) lines_ = other_lines_;
  }

  Status gather() {
    const Day first = input_.from - date::days{input_.rules->late_days};
    for (const MatchRule& rule : input_.rules->rules) {
      before_days_ = std::max(before_days_, rule.days_before);
      after_days_ = std::max(after_days_, rule.days_after);
    }
    std::uint64_t low = 0;
    std::uint64_t high = state_.head.sequence;
    while (low < high) {
      const std::uint64_t middle = low + (high - low + 1) / 2;
      const Result<Entry> entry = entry_of(view_, middle);
      if (!entry) return entry.error();
      if (entry->booking_date < first)
        low = middle;
      else
        high = middle - 1;
    }
    for (const auto& [entry, held] : held_) {
      if (!held.waits || entry > low) continue;
      const Result<Entry> old = entry_of(view_, entry);
      if (!old) return old.error();
      add(*old);
    }
    // Pages that are not written to take no memory.
    movements_.reserve(state_.head.sequence - low + held_.size());
    Status outcome = money::ok();
    const Status scanned =
        view_.entries(low + 1, state_.head.sequence, [&](const storage::StoredEntry& stored) {
          const Result<Entry> entry = decode_entry(stored.body);
          if (!entry) {
            outcome = entry.error();
            return false;
          }
          add(*entry);
          return true;
        });
    return scanned ? outcome : scanned;
  }

  void add(const Entry& entry) {
    if (entry.loan == 0 && !is_suspense_event(entry.kind)) return;
    // A statement of a channel's account is about what went by that channel, and nothing else.
    const std::string& channel = input_.rules->channel;
    if (!channel.empty() && entry.channel != channel) return;
    const std::int64_t minor = settled_by(entry);
    if (minor == 0 || entry.value_date > input_.to + date::days{before_days_}) return;
    const MatchRules& rules = *input_.rules;
    const Product& product = state_.products.at(entry.movements.front().product).product;
    const auto named = [](const std::vector<std::string>& names, const std::string& name) {
      return names.empty() || std::find(names.begin(), names.end(), name) != names.end();
    };
    if (product.currency.text() != input_.currency || !named(rules.sources, entry.source) ||
        !named(rules.products, product.id) || !named(rules.kinds, std::string(to_text(entry.kind))))
      return;
    SettlementMovement movement{.sequence = entry.sequence,
                                .loan = entry.loan,
                                .minor = minor,
                                .valued = entry.value_date,
                                .booked = entry.booking_date,
                                .reverses = taken_back_by(entry)};
    movement.reference = texts_.keep(reference_of(entry));
    if (entry.scope != "reference") movement.group = texts_.keep(entry.scope);
    const auto held = held_.find(entry.sequence);
    movement.matched = state_.reconciliation.matched(entry.sequence) ||
                       (held != held_.end() && !held->second.waits);
    movement.expected = held == held_.end() && is_expected(entry);
    pair_refinancing(entry, movement);
    movements_.push_back(movement);
  }

  /// The bank moves the net of a refinancing, once: whichever of its two steps has a reference,
  /// both have it, so that a line finds their sum.
  void pair_refinancing(const Entry& entry, SettlementMovement& movement) {
    const Opened* opened = opened_of(entry);
    if (opened == nullptr || opened->refinances == 0 || movements_.empty()) return;
    SettlementMovement& settled = movements_.back();
    if (settled.sequence + 1 != entry.sequence || settled.loan != opened->refinances) return;
    if (movement.reference.empty()) movement.reference = settled.reference;
    if (settled.reference.empty()) settled.reference = movement.reference;
  }

  /// Would the bank have it by the end of this statement? What was young at the end of the one
  /// before, and what was recorded since, is asked for now.
  [[nodiscard]] bool is_expected(const Entry& entry) const {
    if (entry.value_date > input_.to) return false;
    if (entry.value_date >= input_.from) return true;
    if (before_ == nullptr) return false;
    return entry.value_date > before_->fact.to - date::days{after_days_} ||
           entry.sequence > before_->sequence;
  }

  Status build() {
    StatementReconciled& fact = report.statement;
    fact.source = input_.source;
    fact.account = input_.account;
    fact.statement = input_.statement;
    fact.currency = input_.currency;
    fact.from = input_.from;
    fact.to = input_.to;
    fact.opening = input_.opening;
    fact.closing = input_.closing;
    fact.file = input_.file;
    fact.rules = input_.rules_digest;
    fact.lines = input_.lines.size();
    for (const BankLine& line : input_.lines) {
      (line.minor > 0 ? fact.in : fact.out) += line.minor;
      fact.fees += line.fee_minor;
    }
    report.entries = movements_.size();
    // The next page of a statement goes on from the one before, whatever days it holds.
    const bool next_page = before_ != nullptr && !input_.statement.empty() &&
                           before_->fact.statement == input_.statement &&
                           before_->fact.opening != input_.opening;
    if (before_ != nullptr && before_->fact.closing && input_.opening &&
        before_->fact.closing != input_.opening && (before_->fact.to < input_.from || next_page))
      report.last_closing = before_->fact.closing;
    for (const Matching::Pair& pair : matching_.matched) {
      if (!is_partner()) segment.pairs.push_back({pair.line, movements_[pair.movement].sequence});
      heal(pair.line, pair.movement);
      count(Outcome::matched, {&pair.line, 1}, {&pair.movement, 1});
    }
    for (const Finding& finding : matching_.findings) add_finding(finding);
    for (const auto& [outcome, one] : counts_) fact.counts.push_back(one);
    fact.breaks = breaks_;
    segment.healed.assign(healed_.begin(), healed_.end());
    for (const BreakId& id : healed_) report.healed.push_back(to_text(id));
    if (breaks_ > breaks_max)
      return Error{.id = "reconcile.too_many_breaks",
                   .message = fmt::format(
                       "{} of {} lines fit nothing: these are hardly a statement and rules of this "
                       "book; look at the account, the currency and the references with --dry-run",
                       breaks_, input_.lines.size())};
    return money::ok();
  }

  void heal(std::uint32_t line, std::uint32_t movement) {
    if (line >= own_lines_) healed_.insert(segment.carried[line - own_lines_].id);
    const auto held = held_.find(movements_[movement].sequence);
    if (held != held_.end() && held->second.waits) healed_.insert(held->second.id);
  }

  void count(Outcome outcome, std::span<const std::uint32_t> lines,
             std::span<const std::uint32_t> entries) {
    auto& one = counts_[outcome];
    one.outcome = outcome;
    ++one.findings;
    one.lines += lines.size();
    one.entries += entries.size();
    for (const std::uint32_t l : lines) one.minor += lines_[l].minor;
    for (const std::uint32_t m : entries)
      if (lines.empty()) one.minor += movements_[m].minor;
  }

  void add_finding(const Finding& finding) {
    const bool carried = !finding.lines.empty() && finding.lines.front() >= own_lines_;
    // Nobody knows it yet: it stays with the break that it has.
    if (finding.outcome == Outcome::missing_here && carried) return;
    count(finding.outcome, finding.lines, finding.movements);
    for (const std::uint32_t l : finding.lines) {
      if (l >= own_lines_) healed_.insert(segment.carried[l - own_lines_].id);
    }
    ReconcileRow row{
        .outcome = finding.outcome, .by = finding.by, .difference = finding.difference};
    ReconciliationSegment::Found found{
        .outcome = finding.outcome, .by = finding.by, .difference = finding.difference};
    for (const std::uint32_t l : finding.lines) {
      found.lines.push_back(l);
      row.lines.push_back(kept_line(lines_[l]));
    }
    if (is_partner()) return add_partner_finding(finding, std::move(row), std::move(found));
    for (const std::uint32_t m : finding.movements) {
      const SettlementMovement& movement = movements_[m];
      found.entries.push_back(movement.sequence);
      row.entries.push_back({movement.sequence, loan_id(state_, movement.loan), movement.minor,
                             movement.valued, std::string(movement.reference)});
      const auto held = held_.find(movement.sequence);
      if (held != held_.end() && held->second.waits) healed_.insert(held->second.id);
    }
    if (needs_decision(finding.outcome)) {
      found.texts = row.lines;
      row.id = std::to_string(++breaks_);
    }
    if (finding.outcome == Outcome::within_tolerance) book_difference(finding);
    // What is in transit is asked for again by the next statement.
    if (finding.outcome != Outcome::in_transit) segment.found.push_back(std::move(found));
    report.rows.push_back(std::move(row));
  }

  /// What is expected is no entry: it is kept in words, with a line of its own where the file has
  /// none.
  void add_partner_finding(const Finding& finding, ReconcileRow row,
                           ReconciliationSegment::Found found) {
    for (const std::uint32_t m : finding.movements) {
      const ExpectedItem& item = input_.expected[m];
      row.entries.push_back({0, item.loan, item.minor, input_.to, item.reference});
    }
    if (row.lines.empty()) {
      found.lines.push_back(own_lines_ + finding.movements.front());
      row.lines.push_back({.booked = input_.to,
                           .valued = input_.to,
                           .reference = row.entries.front().reference,
                           .text = "not in the file"});
    }
    if (needs_decision(finding.outcome)) {
      found.texts = row.lines;
      row.id = std::to_string(++breaks_);
    }
    segment.found.push_back(std::move(found));
    report.rows.push_back(std::move(row));
  }

  /// Whose books a settlement stands in: its loan's, or those of its item in suspense.
  [[nodiscard]] std::uint32_t product_of(const SettlementMovement& movement) const {
    if (movement.loan != 0) return state_.loans.at(movement.loan).state.product;
    const Result<Entry> entry = entry_of(view_, movement.sequence);
    return entry && !entry->movements.empty() ? entry->movements.front().product : 0;
  }

  void book_difference(const Finding& finding) {
    const SettlementMovement& first = movements_[finding.movements.front()];
    const std::uint32_t product = product_of(first);
    auto block = std::find_if(movements.begin(), movements.end(),
                              [&](const MovementBlock& b) { return b.product == product; });
    if (block == movements.end()) {
      movements.push_back(
          {.product = product,
           .lines = {{Role::settlement, false, 0}, {Role::reconciliation_difference, false, 0}}});
      block = std::prev(movements.end());
    }
    block->lines[0].minor += finding.difference;
    block->lines[1].minor -= finding.difference;
  }

  const BookState& state_;
  const storage::View& view_;
  const ReconcileInput& input_;
  const StatementRecord* before_ = nullptr;
  Arena texts_;
  std::span<const BankLine> lines_;    ///< the caller's, or those below
  std::vector<BankLine> other_lines_;  ///< without those seen before, with those carried over
  std::size_t own_lines_ = 0;
  std::vector<SettlementMovement> movements_;
  std::map<std::uint64_t, Held> held_;
  std::int32_t before_days_ = 0, after_days_ = 0;
  Matching matching_;
  std::map<Outcome, StatementReconciled::Count> counts_;
  std::set<BreakId> healed_;
  std::uint64_t breaks_ = 0;
};

Status check_input(const ReconcileInput& input) {
  if (input.rules == nullptr || input.rules->rules.empty())
    return Error{.id = "reconcile.no_rules",
                 .message = "the rules bring nothing together: give at least one [[rule]]"};
  if (!input.rules->account.empty() && !input.account.empty() &&
      input.rules->account != input.account)
    return Error{.id = "reconcile.other_account",
                 .message = fmt::format("the statement is of account {}, the rules are for {}",
                                        input.account, input.rules->account)};
  if (!input.rules->channel.empty()) {
    if (Status s = check_short_id(input.rules->channel); !s) return s;
  }
  if (input.from > input.to)
    return Error{.id = "reconcile.period", .message = "a statement ends after it begins"};
  return money::ok();
}

}  // namespace

Result<ReconcileReport> Book::reconcile(const ReconcileInput& input) {
  if (Status s = check_input(input); !s) return s.error();
  if (impl_->store == nullptr && !input.dry_run)
    return Error{.id = "book.read_only",
                 .message = "this book is open for reading; open it with a store to write"};
  if (!input.dry_run) {
    if (Status s = check_access(impl_->options.access, Doing::record); !s) return s.error();
  }
  const std::unique_lock lock(impl_->state_mutex);
  if (impl_->dead) return *impl_->dead;
  BookState& state = *impl_->state;
  if (const StatementRecord* known = state.reconciliation.of_file(input.file, input.account)) {
    ReconcileReport report;
    report.statement = known->fact;
    report.sequence = known->sequence;
    report.replayed = true;
    return report;
  }
  const Result<ReadView> view = ReadView::of(impl_->fixed_view.get(), impl_->store.get());
  if (!view) return view.error();
  StatementWork work{state, **view, input};
  if (Status s = work.prepare(); !s) return s.error();
  if (input.dry_run) {
    for (ReconcileRow& row : work.report.rows) row.id.clear();
    return std::move(work.report);
  }
  const std::string bytes = encode(work.segment);
  work.report.statement.segment = sha256(bytes);
  if (Status s = impl_->store->put_segment(*work.report.statement.segment, bytes); !s) {
    impl_->dead = s.error();
    return s.error();
  }
  Recorder recorder = impl_->recorder_on(std::make_shared<std::unique_ptr<storage::View>>());
  Entry entry;
  entry.booking_date = entry.value_date = state.business_date;
  entry.kind = Kind::statement_reconciled;
  entry.payload = ReconciliationFact{work.report.statement};
  entry.movements = work.movements;
  std::erase_if(entry.movements, [](const MovementBlock& b) { return b.lines[0].minor == 0; });
  entry.channel = input.rules->channel;  // also where nothing is booked: corrections go by it
  entry.source = "reconcile";
  entry.actor = input.actor;
  entry.reason = input.reason;
  recorder.append(std::move(entry));
  const std::uint64_t sequence = state.head.sequence;
  state.reconciliation.apply(work.report.statement, work.segment, sequence, state.business_date);
  if (Status s = impl_->write(recorder); !s) return s.error();
  work.report.sequence = sequence;
  for (ReconcileRow& row : work.report.rows) {
    if (!row.id.empty()) row.id = fmt::format("{}-{}", sequence, row.id);
  }
  return std::move(work.report);
}

}  // namespace loanbook::ledger
