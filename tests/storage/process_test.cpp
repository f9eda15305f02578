// Other processes: a second writer, readers beside a writer, backups.

#include <fcntl.h>
#include <signal.h>
#include <sys/wait.h>

#include <cstdlib>

#include "support.hpp"

namespace loanbook::storage::test {

namespace {

rocksdb::Options named() {
  rocksdb::Options options;
  options.pid = "4711";
  options.host = "ledger-1";
  options.started = "2026-11-23T18:00:00Z";
  return options;
}

/// Starts this program again with one hidden test case: a forked copy would have RocksDB's threads
/// missing.
pid_t start(const char* test_case, const std::string& book) {
  const pid_t child = ::fork();
  if (child != 0) return child;
  ::setenv("LOANBOOK_TEST_BOOK", book.c_str(), 1);
  ::dup2(::open("/dev/null", O_WRONLY), STDERR_FILENO);
  ::execl("/proc/self/exe", "test_storage", test_case, nullptr);
  ::_exit(127);
}

int run(const char* test_case, const std::string& book) {
  const pid_t child = start(test_case, book);
  int status = 0;
  ::waitpid(child, &status, 0);
  return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

std::string given_book() {
  const char* book = std::getenv("LOANBOOK_TEST_BOOK");
  return book == nullptr ? std::string() : book;
}

/// 0: refused as busy, naming the holder of `named()`.
int refused(const std::string& book) {
  const auto second = rocksdb::open_writer(book);
  if (second) return 1;
  const auto& error = second.error();
  if (error.id != "busy.writer") return 2;
  for (const auto* part : {"4711", "ledger-1", "2026-11-23T18:00:00Z"}) {
    if (error.message.find(part) == std::string::npos) return 3;
  }
  return 0;
}

/// Commits for ever and writes to standard output what was acknowledged; flushes make tables and
/// log files come and go.
void write_for_ever(const std::string& book) {
  auto store = rocksdb::open_writer(book, named());
  std::uint64_t next = 1;
  for (std::uint64_t step = 1; store; ++step) {
    const std::uint64_t count = step % 300 == 0 ? 1'500 : 1 + step % 9;
    if (!(*store)->commit(group_of(next, count))) break;
    next += count;
    const std::string value = std::to_string(next);
    if (!(*store)->put_rows(std::vector<Row>{{Space::loan_page, value, value}})) break;
    if (step % 40 == 0 && !(*store)->flush_rows()) break;
    const std::uint64_t told = next - 1;
    if (::write(STDOUT_FILENO, &told, sizeof(told)) != sizeof(told)) break;
  }
}

}  // namespace

TEST_CASE("child: a second writer", "[.child-refused]") { ::_exit(refused(given_book())); }

TEST_CASE("child: a writer after a clean close", "[.child-opens]") {
  ::_exit(rocksdb::open_writer(given_book()) ? 0 : 1);
}

TEST_CASE("child: a busy writer", "[.child-busy]") {
  write_for_ever(given_book());
  ::_exit(1);
}

TEST_CASE("a second writer is refused and told who holds the book", "[process]") {
  const TempDir dir;
  LOANBOOK_TEST_OK(rocksdb::create_book(dir.book()));
  auto store = require_value(rocksdb::open_writer(dir.book(), named()));
  CHECK(refused(dir.book()) == 0);
  CHECK(run("[.child-refused]", dir.book()) == 0);
  // A backup tool or a hasher in the writer's process reads every file: RocksDB's own lock is gone
  // after that, ours is not.
  CHECK(read_tree(dir.book()).contains("db/LOCK"));
  CHECK(run("[.child-refused]", dir.book()) == 0);
  LOANBOOK_TEST_OK(store->commit(group_of(1, 1)));
  LOANBOOK_TEST_OK(store->close());
  store.reset();
  CHECK(read_file(dir.book() + "/WRITER").empty());
  CHECK(run("[.child-opens]", dir.book()) == 0);
}

TEST_CASE("readers beside a busy writer see everything acknowledged before they opened",
          "[process]") {
  const TempDir dir;
  LOANBOOK_TEST_OK(rocksdb::create_book(dir.book()));
  int fds[2];
  REQUIRE(::pipe2(fds, O_CLOEXEC) == 0);
  const int standard_output = ::dup(STDOUT_FILENO);
  ::dup2(fds[1], STDOUT_FILENO);
  const pid_t child = start("[.child-busy]", dir.book());
  ::dup2(standard_output, STDOUT_FILENO);
  ::close(standard_output);
  ::close(fds[1]);
  const std::uint64_t opens = std::getenv("LOANBOOK_TEST_ALL") != nullptr ? 1'000 : 60;
  std::uint64_t told = 0;
  for (std::uint64_t open = 0; open < opens; ++open) {
    // The writer waits while the pipe is full, so each read both learns and makes room.
    std::uint64_t news[512];
    const auto bytes = ::read(fds[0], news, sizeof(news));
    if (bytes <= 0) FAIL("the writer stopped");
    told = news[static_cast<std::size_t>(bytes) / sizeof(told) - 1];
    const auto view = require_value(rocksdb::open_reader(dir.book()));
    CHECK(view->head().sequence >= told);
    // Reading all of it each time would take the time that opens are to have.
    if (open % 10 == 0) CHECK(check_entries(*view) >= told);
  }
  CHECK(refused(dir.book()) == 0);
  ::kill(child, SIGKILL);
  ::waitpid(child, nullptr, 0);
  ::close(fds[0]);
  WARN(opens << " opens, last with " << told << " entries");
  CHECK_FALSE(read_file(dir.book() + "/WRITER").empty());
  auto store = require_value(rocksdb::open_writer(dir.book()));
  CHECK(check_entries(*require_value(store->view())) >= told);
}

TEST_CASE("a reader leaves nothing behind and changes nothing", "[process]") {
  const TempDir dir;
  LOANBOOK_TEST_OK(rocksdb::create_book(dir.book()));
  std::filesystem::create_directory(dir.path() + "/tmp");
  rocksdb::Options options;
  options.temp_dir = dir.path() + "/tmp";
  auto store = require_value(rocksdb::open_writer(dir.book(), options));
  LOANBOOK_TEST_OK(store->commit(group_of(1, 10)));
  LOANBOOK_TEST_OK(store->put_rows(std::vector<Row>{{Space::loan_page, "a", "1"}}));
  LOANBOOK_TEST_OK(store->close());
  store.reset();
  const auto before = read_tree(dir.book());
  {
    const auto view = require_value(rocksdb::open_reader(dir.book(), options));
    CHECK(check_entries(*view) == 10);
    CHECK(require_value(view->row(Space::loan_page, "a")) == "1");
  }
  CHECK(require_value(rocksdb::check(dir.book(), options)).empty());
  CHECK(read_tree(dir.book()) == before);
  CHECK(std::filesystem::is_empty(dir.path() + "/tmp"));
  for (const auto& [path, content] : before) CHECK(path.find("LOG") == std::string::npos);
}

TEST_CASE("a backup opens by itself and holds its own bytes", "[process]") {
  const TempDir dir;
  LOANBOOK_TEST_OK(rocksdb::create_book(dir.book()));
  auto store = require_value(rocksdb::open_writer(dir.book()));
  LOANBOOK_TEST_OK(store->commit(group_of(1, 500)));
  LOANBOOK_TEST_OK(store->put_segment(sha256("night"), "night"));
  LOANBOOK_TEST_OK(store->put_rows(std::vector<Row>{{Space::loan_page, "a", "1"}}));
  const std::string target = dir.path() + "/backup";
  LOANBOOK_TEST_OK(store->backup(target));
  CHECK(store->backup(target).error().id == "book.folder_not_empty");
  LOANBOOK_TEST_OK(store->commit(group_of(501, 20)));
  LOANBOOK_TEST_OK(store->close());
  store.reset();
  // Damage to the original does not reach the copy.
  for (const auto& [path, content] : read_tree(dir.book())) {
    std::ofstream(dir.book() + "/" + path, std::ios::binary | std::ios::in)
        << std::string(200, 'x');
  }
  auto copy = require_value(rocksdb::open_writer(target));
  const auto view = require_value(copy->view());
  CHECK(check_entries(*view) == 500);
  CHECK(require_value(view->segment(sha256("night"))) == "night");
  CHECK(require_value(view->row(Space::loan_page, "a")) == "1");
  LOANBOOK_TEST_OK(copy->commit(group_of(501, 1)));
}

}  // namespace loanbook::storage::test
