#pragma once

// What stands behind Book. Private to ledger/.

#include <atomic>
#include <condition_variable>
#include <memory>
#include <mutex>
#include <shared_mutex>
#include <span>
#include <thread>
#include <vector>

#include "loanbook/ledger/book.hpp"
#include "loanbook/ledger/door/recorder.hpp"
#include "loanbook/ledger/night/night.hpp"
#include "loanbook/ledger/state.hpp"

namespace loanbook::ledger {

/// Source of what a night records by itself.
inline constexpr std::string_view night_source = "night";

struct Book::Impl {
  enum class Mode { each, batch, preview };
  struct Request {
    std::span<const Command> commands;
    Mode mode;
    std::span<const Command> decisions{};  ///< recorded before the commands of a batch
    std::vector<Result<Recorded>> results;
    // Each client waits for its own flag: one condition for all wakes every client for every group.
    std::atomic<int> done = 0;
  };

  BookOptions options;
  std::unique_ptr<storage::Store> store;      ///< null: reading only
  std::unique_ptr<storage::View> fixed_view;  ///< of a reader
  mutable std::shared_mutex state_mutex;      ///< held alone while a group is applied and written
  std::unique_ptr<BookState> state;
  std::unique_ptr<NightEngine> night;
  std::optional<Error> dead;  ///< after a failed write nothing is known any more

  // A view that checks share: rows of an import that was recorded before stand side by side in it.
  std::mutex check_mutex;
  std::unique_ptr<storage::View> check_view;

  // The queue of the committer.
  std::mutex queue_mutex;
  std::condition_variable work_waiting;
  std::vector<std::shared_ptr<Request>> queue;
  bool stopping = false;
  std::jthread committer;

  ~Impl();
  void start();
  void stop();
  void commit_loop();
  void commit_group(std::vector<std::shared_ptr<Request>>& group);
  void serve(Recorder& recorder, Request& request);
  [[nodiscard]] std::vector<Result<Recorded>> submit(std::span<const Command> commands, Mode mode,
                                                     std::span<const Command> decisions = {});
  [[nodiscard]] bool must_ask(std::span<const Command> commands) const;
  [[nodiscard]] RiskQuestion question_about(const Command& command) const;
  /// The engine's answers as commands; `risk.*` where it does not allow all of them.
  [[nodiscard]] Result<std::vector<Command>> ask(std::span<const Command> commands);
  [[nodiscard]] Status write(Recorder& recorder);
  [[nodiscard]] Status checkpoint_if_long();

  [[nodiscard]] Result<storage::StoredEntry> stored_for_check(std::uint64_t sequence);
  [[nodiscard]] Status close_day(Day day, const NightOptions& options, NightReport& report);
  /// The business date is open: payments intended for it become repayments, what has expired ends.
  [[nodiscard]] Status carry_out_intents(NightReport* report);
  [[nodiscard]] Recorder recorder_on(std::shared_ptr<std::unique_ptr<storage::View>> view);
};

/// Of a book that was opened for its general ledger only.
[[nodiscard]] Error without_loans();

/// An entry as people and machines read it.
[[nodiscard]] EntryView view_of(const Entry& entry, const Digest& hash, const BookState& state);

/// Events of a loan's chain up to entry `known_at`.
[[nodiscard]] Result<LoanHistory> history_known_at(const LoanRecord& record, std::uint64_t known_at,
                                                   const storage::View& view);

/// A view for the time of one call: the reader's own, or a fresh one of the writer's store.
class ReadView {
 public:
  static Result<ReadView> of(const storage::View* fixed, const storage::Store* store);
  [[nodiscard]] const storage::View& operator*() const {
    return fixed_ != nullptr ? *fixed_ : *own_;
  }
  [[nodiscard]] const storage::View* operator->() const { return &**this; }

 private:
  const storage::View* fixed_ = nullptr;
  std::unique_ptr<storage::View> own_;
};

}  // namespace loanbook::ledger
