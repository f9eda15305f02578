// The machine dies at every file-system call of a small history; what was acknowledged must be
// there afterwards. LOANBOOK_TEST_ALL in the environment: longer histories, more seeds.

#include <cstdlib>
#include <set>

#include "loanbook/storage/fault/fault_disk.hpp"
#include "support.hpp"

namespace loanbook::storage::test {

namespace {

using fault::Failure;
using fault::FaultDisk;
using fault::Loss;

constexpr const char* book_dir = "/book";

bool all() { return std::getenv("LOANBOOK_TEST_ALL") != nullptr; }

/// What the world outside was told, and what it had asked for.
struct Told {
  std::uint64_t acknowledged = 0;
  std::set<std::uint64_t> group_ends = {0};  ///< of every group that was tried
  std::uint64_t rows_put = 0;
  std::uint64_t rows_flushed = 0;
  std::set<std::string> segments;
  bool closed = false;
};

/// Call `call` puts one row that names it and one of four others, so that a torn call shows.
std::vector<Row> rows_of_call(std::uint64_t call) {
  const std::string value = std::to_string(call);
  return {{Space::checkpoint, "call", value},
          {Space::loan_page, "page " + std::to_string(call % 4), value}};
}

std::map<std::string, std::string> rows_after(std::uint64_t calls) {
  std::map<std::string, std::string> rows;
  for (std::uint64_t call = 1; call <= calls; ++call) {
    for (const auto& row : rows_of_call(call)) rows[row.key] = row.value;
  }
  return rows;
}

/// Commits, rows, flushes and segments until something fails.
void run_history(Store& store, Told& told, std::uint64_t steps) {
  std::uint64_t next = store.head().sequence + 1;
  for (std::uint64_t step = 1; step <= steps; ++step) {
    // Every seventh group is larger than a record.
    const Group group = group_of(next, step % 7 == 0 ? 1'500 : 1 + step % 4);
    next = group.entries.back().sequence + 1;
    told.group_ends.insert(next - 1);
    if (!store.commit(group)) return;
    told.acknowledged = next - 1;
    ++told.rows_put;
    if (!store.put_rows(rows_of_call(told.rows_put))) return;
    if (step % 5 == 0) {
      if (!store.flush_rows()) return;
      told.rows_flushed = told.rows_put;
      const std::string segment = "segment " + std::to_string(step) + std::string(3'000, 's');
      if (!store.put_segment(sha256(segment), segment)) return;
      told.segments.insert(segment);
    }
  }
  told.closed = store.close().has_value();
}

void check_rows(const View& view, const Told& told) {
  std::map<std::string, std::string> rows;
  for (const auto space : {Space::checkpoint, Space::loan_page}) {
    LOANBOOK_TEST_OK(view.rows(space, "", [&](std::string_view key, std::string_view value) {
      rows[std::string(key)] = value;
      return true;
    }));
  }
  const std::uint64_t calls = rows.contains("call") ? std::stoull(rows["call"]) : 0;
  CHECK(calls >= told.rows_flushed);
  CHECK(calls <= told.rows_put);
  CHECK(rows == rows_after(calls));
}

void check_view(const View& view, const Told& told) {
  const auto seen = check_entries(view);
  CHECK(seen >= told.acknowledged);
  CHECK(told.group_ends.contains(seen));
  for (const auto& segment : told.segments) {
    CHECK(require_value(view.segment(sha256(segment))) == segment);
  }
  check_rows(view, told);
}

/// The book opens for reading and for writing, holds what was told, and goes on.
void check_restart(const FaultDisk& disk, const Told& told) {
  check_view(*require_value(rocksdb::open_reader(book_dir, disk.options())), told);
  auto store = require_value(rocksdb::open_writer(book_dir, disk.options()));
  check_view(*require_value(store->view()), told);
  const auto next = store->head().sequence + 1;
  LOANBOOK_TEST_OK(store->commit(group_of(next, 2)));
  LOANBOOK_TEST_OK(store->close());
  store.reset();
  for (const auto& damage : require_value(rocksdb::check(book_dir, disk.options()))) {
    FAIL_CHECK(damage.file << ": " << damage.message);
  }
  CHECK(check_entries(*require_value(rocksdb::open_reader(book_dir, disk.options()))) == next + 1);
}

/// A closed book with some history.
std::unique_ptr<FaultDisk> first_disk() {
  auto disk = std::make_unique<FaultDisk>();
  LOANBOOK_TEST_OK(rocksdb::create_book(book_dir, disk->options()));
  Told told;
  auto store = require_value(rocksdb::open_writer(book_dir, disk->options()));
  run_history(*store, told, 3);
  REQUIRE(told.closed);
  store.reset();
  disk->power_loss(Loss::dropped);
  return disk;
}

Told told_at_start() {
  Told told;
  told.acknowledged = 9;  // groups of 2, 3 and 4
  told.group_ends = {9};
  told.rows_put = told.rows_flushed = 3;
  return told;
}

void open_and_run(const FaultDisk& disk, Told& told, std::uint64_t steps) {
  auto store = rocksdb::open_writer(book_dir, disk.options());
  UNSCOPED_INFO((store ? std::string("opened") : store.error().id + ": " + store.error().message));
  if (store) run_history(**store, told, steps);
}

std::uint64_t calls_of_history(const FaultDisk& first, std::uint64_t steps) {
  const auto disk = first.copy(1);
  Told told = told_at_start();
  open_and_run(*disk, told, steps);
  REQUIRE(told.closed);
  return disk->calls();
}

}  // namespace

TEST_CASE("dying at any file-system call loses nothing acknowledged", "[crash]") {
  const auto first = first_disk();
  const std::uint64_t steps = all() ? 40 : 12;
  const std::uint64_t calls = calls_of_history(*first, steps);
  const std::uint64_t seeds = all() ? 20 : 1;
  std::uint64_t points = 0;
  for (std::uint64_t seed = 1; seed <= seeds; ++seed) {
    for (const auto loss : {Loss::process, Loss::dropped, Loss::torn, Loss::garbage}) {
      for (std::uint64_t call = 1; call <= calls; ++call) {
        const auto disk = first->copy(seed * 1'000'000 + call);
        disk->die_at(call);
        Told told = told_at_start();
        open_and_run(*disk, told, steps);
        disk->power_loss(loss);
        INFO("seed " << seed << ", loss " << static_cast<int>(loss) << ", call " << call << " of "
                     << calls << ", acknowledged " << told.acknowledged);
        check_restart(*disk, told);
        ++points;
      }
    }
  }
  WARN(points << " crash points, " << calls << " calls");
}

TEST_CASE("one failed call leaves a dead store and loses nothing acknowledged", "[crash]") {
  const auto first = first_disk();
  const std::uint64_t steps = 8;
  const std::uint64_t calls = calls_of_history(*first, steps);
  for (const auto failure : {Failure::io_error, Failure::no_space}) {
    for (std::uint64_t call = 1; call <= calls; call += all() ? 1 : 2) {
      const auto disk = first->copy(call);
      disk->fail_at(call, failure);
      Told told = told_at_start();
      INFO("failure " << static_cast<int>(failure) << ", call " << call << " of " << calls);
      {
        auto store = rocksdb::open_writer(book_dir, disk->options());
        if (store) {
          run_history(**store, told, steps);
          const auto later = (*store)->commit(group_of((*store)->head().sequence + 1, 1));
          CHECK_FALSE(later.has_value());
          if (!later) CHECK(later.error().id == "store.dead");
        }
      }
      disk->power_loss(call % 2 == 0 ? Loss::process : Loss::torn);
      check_restart(*disk, told);
    }
  }
}

TEST_CASE("dying while a book is made leaves a book or none", "[crash]") {
  FaultDisk counting;
  LOANBOOK_TEST_OK(rocksdb::create_book(book_dir, counting.options()));
  for (std::uint64_t call = 1; call <= counting.calls(); ++call) {
    FaultDisk disk(call);
    disk.die_at(call);
    INFO("call " << call << " of " << counting.calls());
    CHECK_FALSE(rocksdb::create_book(book_dir, disk.options()).has_value());
    disk.power_loss(Loss::garbage);
    const auto again = rocksdb::create_book(book_dir, disk.options());
    if (!again) {
      INFO(again.error().message);
      CHECK(again.error().id == "book.exists");
    }
    Told nothing;
    check_restart(disk, nothing);
  }
}

}  // namespace loanbook::storage::test
