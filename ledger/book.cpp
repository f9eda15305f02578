#include "loanbook/ledger/book.hpp"

#include <fmt/format.h>

#include <set>

#include "loanbook/ledger/book_impl.hpp"
#include "loanbook/ledger/night/segment.hpp"
#include "loanbook/ledger/proof/digest.hpp"
#include "loanbook/money/assert.hpp"

namespace loanbook::ledger {
namespace {

constexpr date::days one_day{1};
constexpr std::uint64_t small_book_loans = 100'000;
constexpr std::uint64_t nights_to_replay = 7;
constexpr int gather_turns = 16;

Error read_only() {
  return Error{.id = "book.read_only",
               .message = "this book is open for reading; open it with a store to write"};
}

/// A checkpoint costs about 150 bytes a loan, a replayed night a few nanoseconds a loan: a big book
/// waits for a tail worth it.
bool worth_a_checkpoint(const BookState& state) {
  return state.loans.size() < small_book_loans ||
         state.nights_since_checkpoint >= nights_to_replay ||
         state.head.sequence - state.checkpoint_sequence > money::limits::tail_entries_max / 4;
}

/// Written by a process that was killed before the entry that would name it.
Result<std::vector<Digest>> unnamed_segments(const storage::View& view) {
  std::set<Digest> named;
  Status outcome = money::ok();
  const Status scanned =
      view.entries(1, view.head().sequence, [&](const storage::StoredEntry& stored) {
        const Result<Entry> entry = decode_entry(stored.body);
        if (!entry) {
          outcome = entry.error();
          return false;
        }
        for (const Digest& digest : segments_named_by(*entry)) named.insert(digest);
        return true;
      });
  if (!scanned) return scanned.error();
  if (!outcome) return outcome.error();
  Result<std::vector<Digest>> all = view.segments();
  if (!all) return all;
  std::erase_if(*all, [&](const Digest& digest) { return named.contains(digest); });
  return all;
}

}  // namespace

Book::Book(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
Book::~Book() = default;

Book::Impl::~Impl() { stop(); }

Status Book::init(storage::Store& store, const std::string& currency, Day first_business_date) {
  if (store.head().sequence != 0)
    return Error{.id = "book.exists", .message = "this book was already begun"};
  const Result<money::Currency> known = money::Currency::find(currency);
  if (!known) return known.error();
  BookState state;
  Recorder recorder{state, [](std::uint64_t) -> Result<storage::StoredEntry> {
                      return Error{.id = "entry.unknown", .message = "the book is empty"};
                    }};
  Entry entry;
  entry.booking_date = first_business_date;
  entry.value_date = first_business_date;
  entry.kind = Kind::book_opened;
  entry.payload = BookOpened{currency, first_business_date};
  recorder.append(std::move(entry));
  return store.commit({.entries = recorder.pending(), .wall_time_ms = 0});
}

Result<std::unique_ptr<Book>> Book::open(std::unique_ptr<storage::Store> store,
                                         BookOptions options) {
  auto impl = std::make_unique<Impl>();
  impl->options = std::move(options);
  impl->store = std::move(store);
  Result<std::unique_ptr<storage::View>> view = impl->store->view();
  if (!view) return view.error();
  if ((*view)->head().sequence == 0) {
    return Error{.id = "book.empty",
                 .message = "this book was not begun: run `loanbook init` first"};
  }
  Result<std::unique_ptr<BookState>> state = load_state(**view);
  if (!state) return state.error();
  impl->state = std::move(*state);
  impl->state->needs_decision = impl->options.needs_decision;
  impl->state->allow_personal_data = impl->options.allow_personal_data;
  impl->night = std::make_unique<NightEngine>(*impl->state);
  auto book = std::unique_ptr<Book>(new Book(std::move(impl)));
  // A night that was killed after its cut-over is closed now, from the same cut-over, before
  // anything is recorded.
  const BookState& loaded = *book->impl_->state;
  if (loaded.business_date > loaded.closed_through + one_day) {
    NightReport report;
    if (Status s = book->impl_->close_day(loaded.closed_through + one_day, {}, report); !s)
      return s.error();
  } else {
    // The same where it was killed before all was written that the new day begins with.
    const Result<Entry> last = entry_of(**view, loaded.head.sequence);
    if (!last) return last.error();
    if (last->kind == Kind::day_closed || last->source == night_source) {
      if (Status s = book->impl_->carry_out_intents(nullptr); !s) return s.error();
    }
  }
  book->impl_->start();
  return book;
}

Result<std::unique_ptr<Book>> Book::open(std::unique_ptr<storage::View> view, BookOptions options) {
  auto impl = std::make_unique<Impl>();
  impl->options = options;
  if (view->head().sequence == 0) {
    return Error{.id = "book.empty",
                 .message = "this book was not begun: run `loanbook init` first"};
  }
  Result<std::unique_ptr<BookState>> state =
      options.without_loans ? load_general_ledger(*view) : load_state(*view);
  if (!state) return state.error();
  impl->state = std::move(*state);
  impl->fixed_view = std::move(view);
  return std::unique_ptr<Book>(new Book(std::move(impl)));
}

void Book::Impl::start() {
  committer = std::jthread([this] { commit_loop(); });
}

void Book::Impl::stop() {
  {
    const std::lock_guard lock(queue_mutex);
    stopping = true;
  }
  work_waiting.notify_all();
  if (committer.joinable()) committer.join();
}

void Book::Impl::commit_loop() {
  std::vector<std::shared_ptr<Request>> group;
  std::size_t last = 0;
  for (;;) {
    {
      std::unique_lock lock(queue_mutex);
      work_waiting.wait(lock, [&] { return stopping || !queue.empty(); });
      if (queue.empty()) return;
      // The clients answered a moment ago are about to ask again: a few turns for them save a sync.
      for (int turn = 0; turn < gather_turns && queue.size() < last; ++turn) {
        lock.unlock();
        std::this_thread::yield();
        lock.lock();
      }
      group.swap(queue);
    }
    last = group.size();
    {
      const std::unique_lock lock(state_mutex);
      commit_group(group);
    }
    for (const auto& request : group) {
      request->done.store(1, std::memory_order_release);
      request->done.notify_one();
    }
    group.clear();
  }
}

Recorder Book::Impl::recorder_on(std::shared_ptr<std::unique_ptr<storage::View>> view) {
  Recorder recorder{*state, [this, view](std::uint64_t sequence) -> Result<storage::StoredEntry> {
                      if (*view == nullptr) {
                        Result<std::unique_ptr<storage::View>> fresh = store->view();
                        if (!fresh) return fresh.error();
                        *view = std::move(*fresh);
                      }
                      Result<std::optional<storage::StoredEntry>> stored = (*view)->entry(sequence);
                      if (!stored) return stored.error();
                      if (!stored->has_value()) {
                        return Error{.id = "entry.unknown",
                                     .message = fmt::format("there is no entry {}", sequence)};
                      }
                      return std::move(**stored);
                    }};
  recorder.keep_histories();
  return recorder;
}

void Book::Impl::commit_group(std::vector<std::shared_ptr<Request>>& group) {
  if (dead) {
    for (const auto& request : group) request->results.assign(request->commands.size(), *dead);
    return;
  }
  Recorder recorder = recorder_on(std::make_shared<std::unique_ptr<storage::View>>());
  for (const auto& request : group) serve(recorder, *request);
  if (Status written = write(recorder); !written) {
    for (const auto& request : group)
      request->results.assign(request->commands.size(), written.error());
    return;
  }
  if (Status s = checkpoint_if_long(); !s) dead = s.error();
}

Status Book::Impl::write(Recorder& recorder) {
  if (recorder.pending().empty()) return money::ok();
  storage::Group group;
  group.entries = std::move(recorder.pending());
  group.wall_time_ms = options.wall_time_ms != nullptr ? options.wall_time_ms() : 0;
  Status written = store->commit(group);
  if (!written) dead = written.error();
  return written;
}

Status Book::Impl::checkpoint_if_long() {
  if (state->head.sequence - state->checkpoint_sequence < money::limits::tail_entries_max)
    return money::ok();
  return save_checkpoint(*state, *store);
}

void Book::Impl::serve(Recorder& recorder, Request& request) {
  const auto one = [&](const Command& command, std::uint32_t index,
                       std::uint32_t size) -> Result<Recorded> {
    Result<std::optional<std::vector<Recorded>>> known = recorder.replayed(command, size);
    if (!known) return known.error();
    if (known->has_value()) return std::move((**known)[index]);
    return recorder.record(command, index, size);
  };
  if (request.mode == Mode::each) {
    request.results.reserve(request.commands.size());
    for (const Command& command : request.commands) request.results.push_back(one(command, 0, 1));
    return;
  }
  const auto size = static_cast<std::uint32_t>(request.commands.size());
  Result<std::optional<std::vector<Recorded>>> known =
      recorder.replayed(request.commands.front(), size);
  if (!known || known->has_value()) {
    for (std::uint32_t i = 0; i < size; ++i) {
      request.results.push_back(known ? Result<Recorded>(std::move((**known)[i]))
                                      : Result<Recorded>(known.error()));
    }
    return;
  }
  recorder.keep_undo(true);
  std::optional<Error> failed;
  const auto asked = static_cast<std::uint32_t>(request.decisions.size());
  for (std::uint32_t i = 0; i < asked && !failed; ++i) {
    const Result<Recorded> decided =
        recorder.record(request.decisions[i], i, asked + size, &request.commands.front());
    if (!decided) failed = decided.error();
  }
  for (std::uint32_t i = 0; i < size && !failed; ++i) {
    request.results.push_back(recorder.record(request.commands[i], asked + i, asked + size));
    if (!request.results.back()) failed = request.results.back().error();
  }
  if (failed || request.mode == Mode::preview) recorder.undo();
  if (failed) request.results.assign(size, *failed);
  recorder.keep_undo(false);
}

std::vector<Result<Recorded>> Book::Impl::submit(std::span<const Command> commands, Mode mode,
                                                 std::span<const Command> decisions) {
  if (store == nullptr) return std::vector<Result<Recorded>>(commands.size(), read_only());
  if (Status s = check_access(options.access, commands); !s)
    return std::vector<Result<Recorded>>(commands.size(), s.error());
  if (commands.empty()) return {};
  const auto request = std::make_shared<Request>();
  request->commands = commands;
  request->mode = mode;
  request->decisions = decisions;
  bool first = false;
  {
    const std::lock_guard lock(queue_mutex);
    first = queue.empty();
    queue.push_back(request);
  }
  if (first) work_waiting.notify_one();
  request->done.wait(0, std::memory_order_acquire);
  return std::move(request->results);
}

Result<Recorded> Book::record(const Command& command) {
  if (impl_->must_ask({&command, 1})) {
    Result<std::vector<Recorded>> recorded = record_batch({&command, 1});
    if (!recorded) return recorded.error();
    return std::move(recorded->front());
  }
  return std::move(impl_->submit({&command, 1}, Impl::Mode::each).front());
}

Result<std::vector<Recorded>> Book::record_batch(std::span<const Command> commands) {
  if (commands.size() > money::limits::batch_events_max) {
    return Error{.id = "batch.too_long",
                 .message = fmt::format("a batch holds at most {} events, this one {}",
                                        money::limits::batch_events_max, commands.size())};
  }
  std::vector<Command> decisions;
  if (impl_->must_ask(commands)) {
    Result<std::vector<Command>> asked = impl_->ask(commands);
    if (!asked) return asked.error();
    decisions = std::move(*asked);
  }
  std::vector<Recorded> recorded;
  for (Result<Recorded>& result : impl_->submit(commands, Impl::Mode::batch, decisions)) {
    if (!result) return result.error();
    recorded.push_back(std::move(*result));
  }
  return recorded;
}

std::vector<Result<Recorded>> Book::record_each(std::span<const Command> commands) {
  if (impl_->must_ask(commands)) {
    std::vector<Result<Recorded>> results;
    results.reserve(commands.size());
    for (const Command& command : commands) results.push_back(record(command));
    return results;
  }
  return impl_->submit(commands, Impl::Mode::each);
}

Result<Recorded> Book::preview(const Command& command) {
  return std::move(impl_->submit({&command, 1}, Impl::Mode::preview).front());
}

Result<std::vector<Recorded>> Book::preview_batch(std::span<const Command> commands) {
  std::vector<Recorded> recorded;
  for (Result<Recorded>& result : impl_->submit(commands, Impl::Mode::preview)) {
    if (!result) return result.error();
    recorded.push_back(std::move(*result));
  }
  return recorded;
}

Result<storage::StoredEntry> Book::Impl::stored_for_check(std::uint64_t sequence) {
  const std::lock_guard lock(check_mutex);
  const storage::View* view = fixed_view.get();
  if (view == nullptr) {
    if (check_view == nullptr || check_view->head().sequence < sequence) {
      Result<std::unique_ptr<storage::View>> fresh = store->view();
      if (!fresh) return fresh.error();
      check_view = std::move(*fresh);
    }
    view = check_view.get();
  }
  Result<std::optional<storage::StoredEntry>> stored = view->entry(sequence);
  if (!stored) return stored.error();
  if (!stored->has_value())
    return Error{.id = "entry.unknown", .message = fmt::format("there is no entry {}", sequence)};
  return std::move(**stored);
}

Status Book::check(const Command& command) {
  if (Status s = check_access(impl_->options.access, {&command, 1}); !s) return s;
  const std::shared_lock lock(impl_->state_mutex);
  const Recorder recorder{
      *impl_->state, [this](std::uint64_t sequence) { return impl_->stored_for_check(sequence); }};
  return recorder.check(command);
}

Status Book::Impl::close_day(Day day, const NightOptions& night_options, NightReport& report) {
  if (dead) return *dead;
  const auto view = std::make_shared<std::unique_ptr<storage::View>>();
  if (state->business_date == day) {
    Recorder recorder = recorder_on(view);
    Entry cut;
    cut.booking_date = cut.value_date = day;
    cut.kind = Kind::cut_over;
    cut.payload = CutOver{day};
    recorder.append(std::move(cut));
    if (Status s = write(recorder); !s) return s;
  }
  Night closing = night->run(day, night_options);
  if (!closing.differences.empty()) {
    dead = Error{
        .id = "integrity.night",
        .message = fmt::format(
            "{} was not closed, loans and general ledger differ: {}. Run `verify`, then `rebuild`",
            money::to_text(day), closing.differences.front())};
    return *dead;
  }
  if (!closing.segment.empty()) {
    if (Status s = store->put_segment(closing.closed.segments.front(), closing.segment); !s) {
      dead = s.error();
      return s;
    }
  }
  Recorder recorder = recorder_on(view);
  Entry closed;
  closed.booking_date = closed.value_date = day;
  closed.kind = Kind::day_closed;
  closed.payload = closing.closed;
  closed.movements = std::move(closing.movements);
  for (const MovementBlock& block : closed.movements) {
    const Product& product = state->products[block.product].product;
    for (const auto& line : block.lines) {
      closing.report.totals.push_back({product.id, std::string(product.currency.text()),
                                       product.currency.digits, line.role,
                                       static_cast<std::int64_t>(line.minor)});
    }
  }
  recorder.append(std::move(closed));
  closing.report.bytes_written = closing.segment.size() + recorder.pending().front().body.size();
  if (Status s = write(recorder); !s) return s;
  closing.report.sequence = state->head.sequence;
  ++state->nights_since_checkpoint;
  report = std::move(closing.report);
  return carry_out_intents(&report);
}

Result<std::vector<NightReport>> Book::close_through(Day through, const NightOptions& options) {
  if (impl_->store == nullptr) return read_only();
  if (Status s = check_access(impl_->options.access, Doing::operate); !s) return s.error();
  const std::unique_lock lock(impl_->state_mutex);
  BookState& state = *impl_->state;
  if (through < state.began) {
    return Error{.id = "night.before_begin",
                 .message = fmt::format("{} is before the book began on {}",
                                        money::to_text(through), money::to_text(state.began))};
  }
  if ((through - state.closed_through).count() >
      static_cast<int>(money::limits::nights_at_once_max)) {
    return Error{.id = "night.too_far",
                 .message = fmt::format(
                     "{} is more than {} days after the last closed day {}: is the year right?",
                     money::to_text(through), money::limits::nights_at_once_max,
                     money::to_text(state.closed_through))};
  }
  std::vector<NightReport> reports;
  while (state.closed_through < through) {
    NightReport report;
    if (Status s = impl_->close_day(state.closed_through + one_day, options, report); !s)
      return s.error();
    reports.push_back(std::move(report));
    if (state.nights_since_checkpoint >= 30) {
      if (Status s = save_checkpoint(state, *impl_->store); !s) return s.error();
    }
  }
  return reports;
}

Status Book::checkpoint() {
  if (impl_->store == nullptr) return read_only();
  if (Status s = check_access(impl_->options.access, Doing::operate); !s) return s.error();
  const std::unique_lock lock(impl_->state_mutex);
  if (impl_->dead) return *impl_->dead;
  return save_checkpoint(*impl_->state, *impl_->store);
}

Status Book::rebuild() {
  if (impl_->store == nullptr) return read_only();
  if (Status s = check_access(impl_->options.access, Doing::operate); !s) return s.error();
  const std::unique_lock lock(impl_->state_mutex);
  if (impl_->dead) return *impl_->dead;
  Result<std::unique_ptr<storage::View>> view = impl_->store->view();
  if (!view) return view.error();
  Result<std::unique_ptr<BookState>> made = load_state(**view, false);
  if (!made) return made.error();
  const Result<std::vector<Digest>> unnamed = unnamed_segments(**view);
  if (!unnamed) return unnamed.error();
  view->reset();
  for (const Digest& digest : *unnamed) {
    if (Status s = impl_->store->drop_segment(digest); !s) return s;
  }
  if (Status s = impl_->store->drop_rows(); !s) return s;
  impl_->night.reset();
  impl_->state = std::move(*made);
  impl_->state->needs_decision = impl_->options.needs_decision;
  impl_->state->allow_personal_data = impl_->options.allow_personal_data;
  impl_->night = std::make_unique<NightEngine>(*impl_->state);
  for (auto& page : impl_->state->loans.pages()) page->dirty = true;
  return save_checkpoint(*impl_->state, *impl_->store);
}

Status Book::backup(const std::string& target) {
  if (impl_->store == nullptr) return read_only();
  if (Status s = check_access(impl_->options.access, Doing::operate); !s) return s.error();
  const std::unique_lock lock(impl_->state_mutex);
  if (impl_->dead) return *impl_->dead;
  if (Status s = save_checkpoint(*impl_->state, *impl_->store); !s) return s;
  return impl_->store->backup(target);
}

Status Book::close() {
  if (impl_->store == nullptr) return money::ok();
  impl_->stop();
  const std::unique_lock lock(impl_->state_mutex);
  impl_->check_view.reset();
  if (impl_->dead) return *impl_->dead;
  if (impl_->options.checkpoint_on_close && worth_a_checkpoint(*impl_->state)) {
    if (Status s = save_checkpoint(*impl_->state, *impl_->store); !s) return s;
  }
  return impl_->store->close();
}

}  // namespace loanbook::ledger
