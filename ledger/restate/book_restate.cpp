// The facade's restate and what-if: who is concerned, what refuses, one segment, one entry.

#include <fmt/format.h>

#include <algorithm>
#include <set>
#include <thread>

#include "loanbook/ledger/book_impl.hpp"
#include "loanbook/ledger/codec.hpp"
#include "loanbook/ledger/door/door.hpp"
#include "loanbook/ledger/door/personal_data.hpp"
#include "loanbook/ledger/proof/digest.hpp"
#include "loanbook/ledger/restate/restate.hpp"

namespace loanbook::ledger {
namespace {

namespace limits = money::limits;

Error refuse(std::string id, std::string message) {
  return Error{.id = std::move(id), .message = std::move(message)};
}

Digest digest_of(const RestateRequest& request) {
  std::string bytes;
  Encoder out{bytes};
  out.u8(static_cast<std::uint8_t>(Kind::restated));
  out.text(request.product);
  out.varint(request.from);
  out.varint(request.to);
  out.varint(request.loans.size());
  for (const std::string& loan : request.loans) out.text(loan);
  out.u8(static_cast<std::uint8_t>((request.ended ? 1 : 0) | (request.skip_refused ? 2 : 0) |
                                   (request.opened_from ? 4 : 0)));
  if (request.opened_from) out.day(*request.opened_from);
  out.text(request.expect);
  out.text(request.actor);
  out.text(request.reason);
  for (const PublishSeries& series : request.series) {
    out.text(series.name);
    out.varint(series.points.size());
    for (const SeriesPoint& point : series.points) {
      out.day(point.day);
      out.text(point.value);
    }
  }
  return sha256(bytes);
}

/// One request on one state.
class RestateWork {
 public:
  RestateWork(BookState& state, EntrySource source, const RestateRequest& request)
      : state_(state), source_(std::move(source)), request_(request) {}

  Status check_request() const {
    const RestateRequest& r = request_;
    for (const auto& [text, name, most] :
         {std::tuple{&r.source, "source", limits::idempotency_key_max},
          std::tuple{&r.scope, "scope", limits::idempotency_key_max},
          std::tuple{&r.key, "idempotency key", limits::idempotency_key_max},
          std::tuple{&r.actor, "actor", limits::actor_max},
          std::tuple{&r.reason, "reason", limits::reason_max}}) {
      if (Status s = check_text(*text, name, most); !s) return s;
    }
    if (!state_.allow_personal_data) {
      if (Status s = check_personal_data(r.reason, "reason"); !s) return s;
    }
    if (!r.dry_run && r.reason.empty())
      return refuse("restate.reason_missing", "a restatement needs a reason: --reason TEXT");
    if (!r.series.empty()) return check_series();
    if (r.unpublished && !r.dry_run)
      return refuse("restate.not_published",
                    fmt::format("version {} of product '{}' is not published: `product add` it "
                                "first",
                                r.to, r.product));
    if (r.from == r.to)
      return refuse("restate.same_version",
                    fmt::format("version {} of product '{}' is the one the loans stand under",
                                r.from, r.product));
    return money::ok();
  }

  /// The product numbers; an unpublished version has been added to the state.
  Status find_versions() {
    for (const std::uint32_t version : {request_.from, request_.to}) {
      const auto found =
          std::find_if(state_.products.rbegin(), state_.products.rend(), [&](const auto& p) {
            return p.product.id == request_.product && p.product.version == version;
          });
      if (found == state_.products.rend())
        return refuse("product.unknown",
                      fmt::format("version {} of product '{}' is not published in this book; "
                                  "`product list` shows what is, `product add FILE` publishes",
                                  version, request_.product));
      const auto number = static_cast<std::uint32_t>(state_.products.rend() - found - 1);
      (version == request_.from ? from_ : to_) = number;
    }
    const Product& was = state_.products[from_].product;
    const Product& is = state_.products[to_].product;
    if (Status s = check_bookable(is); !s) return s;
    if (was.method != is.method || was.servicing.has_value() != is.servicing.has_value() ||
        was.joint.has_value() != is.joint.has_value() || was.currency != is.currency) {
      return refuse("restate.other_contract",
                    fmt::format("versions {} and {} of product '{}' differ in currency, method, "
                                "[servicing] or [joint]: their loans are other contracts, which "
                                "are settled and opened anew, not restated",
                                request_.from, request_.to, request_.product));
    }
    if (was.joint && !same_parties(*was.joint, *is.joint)) {
      return refuse("restate.other_parties",
                    fmt::format("versions {} and {} of product '{}' name other parties: what was "
                                "settled with the partners cannot go over",
                                request_.from, request_.to, request_.product));
    }
    return money::ok();
  }

  Result<Restatement> fold_again() {
    if (Status s = find_versions(); !s) return s.error();
    Restatement work{state_, request_.by_night};
    Result<std::vector<std::uint64_t>> numbers = wanted(work);
    if (!numbers) return numbers.error();
    const Product& was = state_.products[from_].product;
    const Product& is = state_.products[to_].product;
    const auto take = [&](Restatement& part, std::uint64_t number, const LoanHistory& known) {
      const LoanRecord& record = state_.loans.at(number);
      const Day first = record.state.lent != 0 || known.events.empty()
                            ? record.state.disbursed
                            : known.events.front().value_date;
      if (const Status s = check_terms(known.contract, is, first); !s) {
        part.refuse(number,
                    {.id = "restate.terms",
                     .message = fmt::format("the terms of loan '{}' lie outside version {}: {}",
                                            record.id, request_.to, s.error().message)});
      } else {
        part.take(number, to_, known, was);
      }
    };
    if (Status s = in_parts(work, *numbers, take); !s) return s.error();
    return work;
  }

  /// The series are published on the state, by entries of the recorder; the loans whose booked days
  /// they change are folded again.
  Result<Restatement> publish_late(Recorder& recorder) {
    Restatement work{state_, request_.by_night};
    const std::uint64_t before = state_.head.sequence;
    published_ = before + 1;
    recorder.keep_undo(true);
    recorder.take_late_series();
    for (const PublishSeries& series : request_.series) {
      const Result<Recorded> recorded = recorder.record({.event = series,
                                                         .source = request_.source,
                                                         .actor = request_.actor,
                                                         .reason = request_.reason});
      if (!recorded) return recorded.error();
    }
    const std::vector<std::uint64_t> numbers(recorder.late_loans().begin(),
                                             recorder.late_loans().end());
    const auto take = [&](Restatement& part, std::uint64_t number, const LoanHistory& known) {
      const LoanRecord& record = state_.loans.at(number);
      const ProductKnownAt was{state_, state_.product_of(record), before};
      part.take(number, record.state.product, known, *was);
    };
    if (Status s = in_parts(work, numbers, take); !s) return s.error();
    return work;
  }

  Status check_outcome(const Restatement& work, const Digest& digest) const {
    if (!work.refused().empty() && !request_.skip_refused) {
      const RefusedLoan& first = work.refused().front();
      return refuse("restate.refused",
                    fmt::format("{} loans cannot be restated, nothing was: {}. A dry run lists "
                                "them; {}",
                                work.refused().size(), first.why.message,
                                request_.series.empty()
                                    ? "--reject-file restates the others"
                                    : "reverse first what makes them so: none stays behind"));
    }
    if (work.loans() == 0 && !request_.series.empty())
      return refuse("restate.nothing",
                    "no booked day of a loan changes by it: `series add` publishes it");
    if (work.loans() == 0)
      return refuse("restate.nothing",
                    fmt::format("no {}loan stands under version {} of product '{}'{}",
                                request_.ended ? "" : "running ", request_.from, request_.product,
                                request_.ended ? "" : "; --ended takes those that ended too"));
    if (!request_.expect.empty() && !hex(digest).starts_with(request_.expect)) {
      return refuse("restate.expected",
                    fmt::format("the effect is {} now, expected was {}: look at a dry run again",
                                hex(digest).substr(0, 16), request_.expect));
    }
    return money::ok();
  }

  [[nodiscard]] Restated restated(const RestateReport& report) const {
    return {.cause = published_ != 0 ? RestateCause::series : RestateCause::product_version,
            .from = from_,
            .to = to_,
            .loans = report.loans,
            .segment = report.digest,
            .series = published_};
  }

 private:
  /// Reads and takes the loans, in contiguous parts, one a thread. Joined in their order, so that
  /// the number of threads never shows.
  template <class Take>
  Status in_parts(Restatement& work, const std::vector<std::uint64_t>& numbers,
                  const Take& take) const {
    const std::size_t size = numbers.size();
    const std::size_t parts = std::clamp<std::size_t>(request_.threads, 1, size / 64 + 1);
    std::vector<Restatement> folded(parts, Restatement{state_, request_.by_night});
    std::vector<Status> outcome(parts, money::ok());
    const auto fold_part = [&](std::size_t part) {
      for (std::size_t i = size * part / parts; i < size * (part + 1) / parts; ++i) {
        const Result<LoanHistory> known = history(state_.loans.at(numbers[i]).last_entry, source_);
        if (!known) {
          outcome[part] = known.error();
          return;
        }
        take(folded[part], numbers[i], *known);
      }
    };
    {
      std::vector<std::jthread> others;
      for (std::size_t part = 1; part < parts; ++part) others.emplace_back(fold_part, part);
      fold_part(0);
    }
    for (std::size_t part = 0; part < parts; ++part) {
      if (!outcome[part]) return outcome[part];
      work.join(std::move(folded[part]));
    }
    return money::ok();
  }

  Status check_series() const {
    const RestateRequest& r = request_;
    if (r.product.empty() && r.from == 0 && r.to == 0 && !r.unpublished && r.loans.empty() &&
        !r.ended && !r.opened_from && !r.skip_refused)
      return money::ok();
    return refuse("restate.series",
                  "what a series says holds for every loan that follows it: products, versions and "
                  "loans cannot be chosen, and none stays behind");
  }

  static bool same_parties(const JointRules& a, const JointRules& b) {
    return std::ranges::equal(a.parties, b.parties,
                              [](const auto& x, const auto& y) { return x.id == y.id; }) &&
           a.lead_index() == b.lead_index();
  }

  static Status check_terms(const LoanTerms& terms, const Product& product, Day first) {
    if (Status s = ledger::check(terms, product, first); !s) return s;
    return check_cap(product, schedule_terms(product, terms, first));
  }

  static bool has_ended(const LoanRecord& record) {
    const LoanStatus status = record.state.status;
    return !record.isolated && status != LoanStatus::active && status != LoanStatus::approved &&
           status != LoanStatus::applied;
  }

  Result<Day> opened_on(const LoanRecord& record) const {
    const Result<LoanHistory> all = history(record.last_entry, source_);
    if (!all) return all.error();
    return all->events.empty() ? record.state.day : all->events.front().value_date;
  }

  /// By number, each once.
  Result<std::vector<std::uint64_t>> wanted(Restatement& work) const {
    std::vector<std::uint64_t> numbers;
    if (request_.loans.empty()) {
      for (std::uint64_t number = 1; number <= state_.loans.size(); ++number) {
        const LoanRecord& record = state_.loans.at(number);
        if (record.state.product != from_ || (has_ended(record) && !request_.ended)) continue;
        if (request_.opened_from) {
          const Result<Day> opened = opened_on(record);
          if (!opened) return opened.error();
          if (*opened < *request_.opened_from) continue;
        }
        numbers.push_back(number);
      }
      return numbers;
    }
    for (const std::string& id : request_.loans) {
      const std::uint64_t number = state_.loan_number(id);
      if (number == 0)
        return refuse("loan.unknown", fmt::format("there is no loan '{}' in this book", id));
      numbers.push_back(number);
    }
    std::sort(numbers.begin(), numbers.end());
    numbers.erase(std::unique(numbers.begin(), numbers.end()), numbers.end());
    std::erase_if(numbers, [&](std::uint64_t number) {
      const LoanRecord& record = state_.loans.at(number);
      if (record.state.product == from_) return false;
      const Product& its = state_.product_of(record);
      work.refuse(number, {.id = "restate.other_version",
                           .message = fmt::format("loan '{}' stands under version {} of product "
                                                  "'{}'",
                                                  record.id, its.version, its.id)});
      return true;
    });
    return numbers;
  }

  BookState& state_;
  EntrySource source_;
  const RestateRequest& request_;
  std::uint32_t from_ = 0;
  std::uint32_t to_ = 0;
  std::uint64_t published_ = 0;  ///< the first entry of series that were late
};

/// Takes back what was recorded, unless it is kept.
class Attempt {
 public:
  explicit Attempt(Recorder& recorder) : recorder_(recorder) {}
  ~Attempt() {
    if (!kept_) recorder_.undo();
  }
  Attempt(const Attempt&) = delete;
  Attempt& operator=(const Attempt&) = delete;
  void keep() { kept_ = true; }

 private:
  Recorder& recorder_;
  bool kept_ = false;
};

StoredSource stored_in(const storage::View& view) {
  return [&view](std::uint64_t sequence) -> Result<storage::StoredEntry> {
    Result<std::optional<storage::StoredEntry>> stored = view.entry(sequence);
    if (!stored) return stored.error();
    if (!stored->has_value())
      return refuse("entry.unknown", fmt::format("there is no entry {}", sequence));
    return std::move(**stored);
  };
}

/// A product that is not published stands in the state for the time of one call.
class Overlay {
 public:
  Overlay(BookState& state, const std::optional<Product>& product)
      : state_(state), added_(product.has_value()) {
    if (!added_) return;
    state_.products.push_back({*product, {}, 0});
    Product& made = state_.products.back().product;
    if (made.joint) prepare(*made.joint);
    if (names_series(made)) ledger::bind(made, state_.series, state_.head.sequence);
  }
  ~Overlay() {
    if (added_) state_.products.pop_back();
  }
  Overlay(const Overlay&) = delete;
  Overlay& operator=(const Overlay&) = delete;

 private:
  BookState& state_;
  bool added_;
};

/// The same request came before: what it did, by its entry.
Result<std::optional<RestateReport>> known_before(const BookState& state, const storage::View& view,
                                                  const RestateRequest& request) {
  using Found = std::optional<RestateReport>;
  if (request.key.empty() || request.dry_run) return Found{};
  std::optional<Entry> entry;
  std::optional<Error> unreadable;
  static_cast<void>(
      state.find_key(request.source, request.scope, request.key, [&](std::uint64_t sequence) {
        Result<Entry> candidate = entry_of(view, sequence);
        if (!candidate) {
          unreadable = candidate.error();
          return true;
        }
        if (candidate->source != request.source || candidate->scope != request.scope ||
            candidate->key != request.key)
          return false;
        entry = std::move(*candidate);
        return true;
      }));
  if (unreadable) return *unreadable;
  if (!entry) return Found{};
  const auto* restated = std::get_if<Restated>(&entry->payload);
  if (restated == nullptr || entry->request != digest_of(request)) {
    return Error{
        .id = "idempotency.conflict",
        .message = fmt::format("key '{}' was already used by entry {} for another request. "
                               "Send the same request again, or use a new key",
                               request.key, entry->sequence)};
  }
  RestateReport report{.digest = restated->segment,
                       .loans = restated->loans,
                       .sequence = entry->sequence,
                       .replayed = true};
  DayTotals totals;
  totals.add(entry->movements, entry->channel, 1);
  report.effect.accounts = account_effects(state, totals);
  report.effect.complete_to = entry->sequence - 1;
  report.effect.booking_date = entry->booking_date;
  return Found{std::move(report)};
}

}  // namespace

Result<RestateReport> Book::restate(const RestateRequest& request) {
  if (impl_->options.without_loans) return without_loans();
  if (impl_->store == nullptr && !request.dry_run)
    return refuse("book.read_only", "this book is open for reading; open it with a store to write");
  if (!request.dry_run) {
    if (Status s = check_access(impl_->options.access, Doing::operate); !s) return s.error();
  }
  const std::unique_lock lock(impl_->state_mutex);
  if (impl_->dead) return *impl_->dead;
  BookState& state = *impl_->state;
  const Result<ReadView> view = ReadView::of(impl_->fixed_view.get(), impl_->store.get());
  if (!view) return view.error();
  Result<std::optional<RestateReport>> before = known_before(state, **view, request);
  if (!before) return before.error();
  if (before->has_value()) return std::move(**before);

  const Overlay overlay{state, request.unpublished};
  Recorder recorder{state, stored_in(**view)};
  Attempt attempt{recorder};
  RestateWork work{state, [&](std::uint64_t s) { return entry_of(**view, s); }, request};
  if (Status s = work.check_request(); !s) return s.error();
  Result<Restatement> again =
      request.series.empty() ? work.fold_again() : work.publish_late(recorder);
  if (!again) return again.error();
  const std::string bytes = encode(again->segment());
  RestateReport report{.digest = sha256(bytes), .loans = again->loans(), .bytes = bytes.size()};
  if (request.dry_run) {
    report.effect = again->effect();
    return report;
  }
  if (Status s = work.check_outcome(*again, report.digest); !s) return s.error();
  report.effect = again->effect();
  if (Status s = impl_->store->put_segment(report.digest, bytes); !s) {
    impl_->dead = s.error();
    return s.error();
  }
  Entry entry;
  entry.booking_date = entry.value_date = state.business_date;
  entry.kind = Kind::restated;
  entry.payload = work.restated(report);
  entry.movements = movements_of(again->segment());
  entry.source = request.source;
  entry.scope = request.scope;
  entry.key = request.key;
  entry.request = digest_of(request);
  entry.actor = request.actor;
  entry.reason = request.reason;
  attempt.keep();
  recorder.append(std::move(entry));
  report.sequence = state.head.sequence;
  if (!request.key.empty()) {
    const std::uint64_t hash = key_hash(request.source, request.scope, request.key);
    state.by_key.insert(hash, report.sequence);
    state.new_keys.emplace_back(hash, report.sequence);
  }
  again->apply(state, report.sequence);
  // The loans stand in other columns now.
  impl_->night = std::make_unique<NightEngine>(state);
  if (Status s = impl_->write(recorder); !s) return s.error();
  return report;
}

namespace {

/// A loan before the first event that concerns it.
struct Kept {
  LoanState state;
  LoanRecord record;
  bool is_new = false;
  LoanHistory history;
};

LoanEffect effect_on(const Kept& kept, const LoanRecord& record, const LoanState& after,
                     const BookState& state) {
  const Product& product = state.product_of(record);
  LoanEffect row{.loan = record.id,
                 .currency = std::string(product.currency.text()),
                 .digits = product.currency.digits,
                 .before = kept.is_new ? EffectFigures{} : figures_of(kept.record, kept.state),
                 .after = figures_of(record, after),
                 .movements = {},
                 .changed = {}};
  LoanBalances::each_difference(after.balance, kept.is_new ? LoanBalances{} : kept.state.balance,
                                [&](Role role, std::int64_t minor) {
                                  row.movements.push_back({role, true, minor});
                                });
  return row;
}

}  // namespace

Result<WhatIfReport> Book::what_if(std::span<const Command> commands, bool by_night) {
  if (impl_->options.without_loans) return without_loans();
  const std::unique_lock lock(impl_->state_mutex);
  if (impl_->dead) return *impl_->dead;
  BookState& state = *impl_->state;
  const Result<ReadView> view = ReadView::of(impl_->fixed_view.get(), impl_->store.get());
  if (!view) return view.error();
  WhatIfReport report;
  report.effect.complete_to = state.head.sequence;
  report.effect.booking_date = state.business_date;
  const std::uint64_t loans_before = state.loans.size();
  Recorder recorder{state, stored_in(**view)};
  const EntrySource source = [&](std::uint64_t sequence) { return recorder.entry(sequence); };
  recorder.keep_undo(true);
  std::map<std::uint64_t, Kept> kept;
  for (std::size_t i = 0; i < commands.size(); ++i) {
    const Command& command = commands[i];
    Result<std::optional<std::vector<Recorded>>> known = recorder.replayed(command, 1);
    if (known && known->has_value()) continue;
    std::uint64_t number = state.loan_number(command.loan);
    if (const auto* reverse = std::get_if<Reverse>(&command.event); reverse && number == 0) {
      const Result<Entry> target = recorder.entry(reverse->sequence);
      if (target) number = target->loan;
    }
    std::optional<Kept> mine;
    if (number != 0 && number <= loans_before && !kept.contains(number)) {
      const LoanRecord& record = state.loans.at(number);
      mine = Kept{.state = canonical(record, state), .record = record, .history = {}};
      if (by_night) {
        Result<LoanHistory> all = history(record.last_entry, source);
        if (!all) {
          recorder.undo();
          return all.error();
        }
        mine->history = std::move(*all);
      }
    }
    const Result<Recorded> recorded =
        known ? recorder.record(command) : Result<Recorded>(known.error());
    if (!recorded) {
      report.refused.push_back({i, recorded.error()});
      continue;
    }
    ++report.events;
    if (mine) kept.emplace(number, std::move(*mine));
  }
  for (std::uint64_t number = loans_before + 1; number <= state.loans.size(); ++number) {
    kept.emplace(number, Kept{.state = {}, .record = {}, .is_new = true, .history = {}});
  }
  DayTotals totals;
  std::map<std::uint64_t, std::set<std::uint64_t>> changed;  // outcomes, by loan
  std::uint64_t last = report.effect.complete_to;
  Status read = money::ok();
  for (; last < state.head.sequence; ++last) {
    const Result<Entry> entry = recorder.entry(last + 1);
    if (!entry) {
      read = entry.error();
      break;
    }
    totals.add(entry->movements, entry->channel, 1);
    for (const std::uint64_t sequence : entry->changed) {
      if (sequence <= report.effect.complete_to) changed[entry->loan].insert(sequence);
    }
  }
  NightDifferences nights{state};
  for (auto& [number, was] : kept) {
    if (!read) break;
    const LoanRecord& record = state.loans.at(number);
    report.effect.loans.push_back(effect_on(was, record, canonical(record, state), state));
    report.effect.loans.back().changed.assign(changed[number].begin(), changed[number].end());
    const Result<LoanHistory> all = history(record.last_entry, source);
    if (!all) {
      read = all.error();
      break;
    }
    if (!by_night) continue;
    const Product& rules = state.product_of(record);
    const NightDifferences::Course before{record.state.product, &rules, was.history.contract,
                                          was.history.events};
    const NightDifferences::Course after{record.state.product, &rules, all->contract, all->events};
    nights.add(&before, &after);
  }
  report.effect.accounts = account_effects(state, totals);
  if (by_night) report.effect.nights = nights.nights();
  recorder.undo();
  if (!read) return read.error();
  return report;
}

}  // namespace loanbook::ledger
