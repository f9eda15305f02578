// A reader that opens in a loop beside a busy writer, each a process of its own.
//
//   proof_live OPENS      starts the writer, opens OPENS times, prints a line; exit 1 at the first
//   wrong view proof_live --writer BOOK TOLD       records and closes days until it is killed;
//   appends to TOLD what was acknowledged
//
// Chain hashes are computed here again from the stored bytes, so that a view is not judged by the
// code that made it.

#include <fcntl.h>
#include <fmt/format.h>
#include <openssl/evp.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <cstdlib>
#include <cstring>
#include <filesystem>

#include "loanbook/ledger/book.hpp"
#include "loanbook/storage/rocksdb/rocks_store.hpp"

namespace {

using namespace loanbook;  // NOLINT(google-build-using-namespace)
using ledger::Book;
using storage::Digest;
using storage::Head;

[[noreturn]] void stop(const std::string& message) {
  fmt::print(stderr, "proof_live: {}\n", message);
  std::exit(1);
}

template <class T>
T must(money::Result<T> result) {
  if (!result) stop(result.error().id + ": " + result.error().message);
  return std::move(*result);
}
void must_ok(const money::Status& status) {
  if (!status) stop(status.error().id + ": " + status.error().message);
}

money::Day first_day() { return *money::parse_day("2026-01-01"); }

ledger::Product product() {
  ledger::Product p;
  p.id = "level";
  p.name = "Level";
  p.currency = *money::Currency::find("CNY");
  p.installments_max = 60;
  p.installments_default = 12;
  p.amount_max_minor = 1'000'000'00;
  p.rate_max = money::Rate::of_e12(1'000'000'000'000);
  p.rate_default = money::Rate::of_e12(180'000'000'000);
  p.penalty_multiplier_e4 = 15'000;
  return p;
}

/// What the writer has acknowledged: appended as whole records, so a reader of the file sees whole
/// ones.
class Told {
 public:
  explicit Told(const std::string& path)
      : file_(::open(path.c_str(), O_RDWR | O_CREAT | O_APPEND | O_CLOEXEC, 0600)) {}
  void append(const Head& head) const {
    if (::write(file_, &head, sizeof head) != sizeof head) stop("cannot say what was acknowledged");
  }
  [[nodiscard]] Head last() const {
    const off_t records = ::lseek(file_, 0, SEEK_END) / static_cast<off_t>(sizeof(Head));
    Head head;
    if (records > 0 && ::pread(file_, &head, sizeof head,
                               (records - 1) * static_cast<off_t>(sizeof head)) != sizeof head) {
      stop("cannot read what was acknowledged");
    }
    return head;
  }

 private:
  int file_;
};

/// Loans and repayments in groups of changing size, a night after every forty groups.
[[noreturn]] void write_for_ever(const std::string& path, const Told& told) {
  auto book = must(Book::open(must(storage::rocksdb::open_writer(path))));
  must(book->record({.event = ledger::PublishProduct{product()}}));
  std::uint64_t loans = 0;
  for (money::Day day = first_day();; day += date::days{1}) {
    for (std::size_t group = 0; group < 40; ++group) {
      std::vector<ledger::Command> commands;
      for (std::size_t i = 0; i < 1 + group % 7; ++i) {
        if (loans < 400 || (i % 3 == 0 && loans < 2'000)) {
          commands.push_back(
              {.event = ledger::OpenAndDisburse{{.product = "level", .amount = "1200.00"}},
               .loan = std::to_string(++loans)});
        } else {
          commands.push_back({.event = ledger::Repay{"0.01"},
                              .loan = std::to_string(1 + (group * 7 + i * 13) % loans)});
        }
      }
      Head last;
      for (auto& result : book->record_each(commands)) {
        const ledger::Recorded recorded = must(std::move(result));
        last = {recorded.receipt.sequence, recorded.receipt.hash};
      }
      told.append(last);
    }
    must(book->close_through(day));
    told.append(book->status().head);
  }
}

Digest link(const Digest& previous, const std::string& body) {
  Digest hash;
  unsigned size = 0;
  EVP_MD_CTX* context = EVP_MD_CTX_new();
  EVP_DigestInit_ex(context, EVP_sha256(), nullptr);
  EVP_DigestUpdate(context, previous.data(), previous.size());
  EVP_DigestUpdate(context, body.data(), body.size());
  EVP_DigestFinal_ex(context, hash.data(), &size);
  EVP_MD_CTX_free(context);
  return hash;
}

/// Walks a view from what an earlier one showed, and finds what was acknowledged on the way.
void check_view(const storage::View& view, const Head& from, const Head& acknowledged) {
  Head at = from;
  bool met = acknowledged.sequence <= from.sequence;
  must_ok(
      view.entries(from.sequence + 1, view.head().sequence, [&](const storage::StoredEntry& entry) {
        if (entry.sequence != at.sequence + 1)
          stop(fmt::format("entry {} follows entry {}", entry.sequence, at.sequence));
        if (entry.hash != link(at.hash, entry.body))
          stop(fmt::format("entry {} does not link", entry.sequence));
        at = {entry.sequence, entry.hash};
        if (at.sequence == acknowledged.sequence) {
          met = true;
          if (at.hash != acknowledged.hash)
            stop(fmt::format("entry {} is not the acknowledged one", at.sequence));
        }
        return true;
      }));
  if (!met)
    stop(fmt::format("entry {} was acknowledged before the open, the view ends at {}",
                     acknowledged.sequence, at.sequence));
  if (!(at == view.head()))
    stop(fmt::format("the view says it ends at {}, its entries at {}", view.head().sequence,
                     at.sequence));
}

struct Counts {
  std::uint64_t opens = 0, busy = 0, advanced = 0, entries = 0;
};

Counts read_in_a_loop(const std::string& path, const Told& told, std::uint64_t opens,
                      pid_t writer) {
  Counts counts;
  Head seen;
  while (counts.opens < opens) {
    if (::waitpid(writer, nullptr, WNOHANG) != 0) stop("the writer ended");
    const Head acknowledged = told.last();
    auto view = storage::rocksdb::open_reader(path);
    if (!view) {
      // A lost race is no view at all; the caller opens again.
      if (view.error().id != "busy.reader") stop(view.error().id + ": " + view.error().message);
      if (++counts.busy > opens / 20 + 1) stop("more than one open in twenty was refused as busy");
      continue;
    }
    // Now and then all of it, else from where the view before ended.
    const bool whole = counts.opens % 50 == 0;
    check_view(**view, whole ? Head{} : seen, acknowledged);
    if ((*view)->head().sequence < seen.sequence) stop("a later view ends earlier");
    counts.advanced += (*view)->head().sequence > seen.sequence ? 1 : 0;
    seen = (*view)->head();
    const auto book = must(Book::open(std::move(*view)));
    if (!(book->status().head == seen)) stop("the book stands elsewhere than its view");
    ++counts.opens;
  }
  counts.entries = seen.sequence;
  return counts;
}

Counts read_beside_writer(std::uint64_t opens) {
  namespace fs = std::filesystem;
  std::string folder = (fs::temp_directory_path() / "loanbook-live-XXXXXX").string();
  if (::mkdtemp(folder.data()) == nullptr) stop("no folder for the test");
  const std::string path = folder + "/book";
  const std::string told_path = folder + "/told";
  must_ok(storage::rocksdb::create_book(path));
  {
    auto store = must(storage::rocksdb::open_writer(path));
    must_ok(Book::init(*store, "CNY", first_day()));
    must_ok(store->close());
  }
  const pid_t writer = ::fork();
  if (writer == 0) {
    // Started again: a forked copy would have RocksDB's threads missing.
    ::prctl(PR_SET_PDEATHSIG, SIGKILL);
    ::execl("/proc/self/exe", "proof_live", "--writer", path.c_str(), told_path.c_str(), nullptr);
    ::_exit(127);
  }
  const Counts counts = read_in_a_loop(path, Told(told_path), opens, writer);
  ::kill(writer, SIGKILL);
  ::waitpid(writer, nullptr, 0);
  // Killed in the middle: the next writer has all of it too.
  const Head acknowledged = Told(told_path).last();
  auto store = must(storage::rocksdb::open_writer(path));
  check_view(*must(store->view()), {}, acknowledged);
  must_ok(store->close());
  store.reset();
  fs::remove_all(folder);
  return counts;
}

}  // namespace

int main(int argc, char** argv) {
  if (argc == 4 && std::strcmp(argv[1], "--writer") == 0) write_for_ever(argv[2], Told(argv[3]));
  const bool all = std::getenv("LOANBOOK_TEST_ALL") != nullptr;
  const std::uint64_t opens = argc == 2 ? std::strtoull(argv[1], nullptr, 10) : (all ? 1'000 : 100);
  Counts sum;
  while (sum.opens < opens) {
    // A new book now and then: opens of an ever larger one would be fewer beside a young writer.
    const Counts counts = read_beside_writer(std::min<std::uint64_t>(100, opens - sum.opens));
    sum.opens += counts.opens;
    sum.busy += counts.busy;
    sum.advanced += counts.advanced;
    sum.entries += counts.entries;
  }
  fmt::print(
      "{} opens beside a writer of {} entries: all linked and complete; {} refused as busy, "
      "{} saw more than the one before\n",
      sum.opens, sum.entries, sum.busy, sum.advanced);
  return sum.advanced > 0 ? 0 : 1;
}
