#include <openssl/evp.h>

#include <map>

#include "book_files.hpp"
#include "bytes.hpp"
#include "clean_mark.hpp"
#include "head_file.hpp"
#include "recovery.hpp"
#include "rocks_store.hpp"
#include "rocks_view.hpp"
#include "writer_lock.hpp"

namespace loanbook::storage::rocksdb {

namespace {

/// One look at a book. Bytes first, by our own sums: RocksDB only opens what was found unchanged,
/// or what no mark describes.
class Check {
 public:
  Check(Disk disk, std::string dir, const Options& options)
      : disk_(std::move(disk)), dir_(std::move(dir)), options_(options) {}

  std::vector<Damage> run() {
    check_small_files();
    const bool held = WriterLock::held(disk_, dir_);
    if (!held) check_mark();
    if (!database_damaged_) check_database();
    check_segments();
    return std::move(damages_);
  }

 private:
  void add(const std::string& file, const std::string& message) {
    damages_.push_back({file, message});
  }

  void add(const std::string& file, const Error& error) {
    const std::string& message = error.message;
    const auto end = message.find(".sst");
    // RocksDB names a table only in its words.
    if (error.file.empty() && end != std::string::npos) {
      const auto begin = message.rfind('/', end) + 1;
      return add("db/" + message.substr(begin, end + 4 - begin), error.id + ": " + message);
    }
    add(error.file.empty() ? file : error.file, error.id + ": " + message);
  }

  void check_small_files() {
    if (auto format = check_format(disk_, dir_); !format) add("FORMAT", format.error());
    const HeadSlots slots = read_head(disk_, dir_);
    if (!slots.newest()) {
      add("HEAD", "no readable slot: nobody can tell what was acknowledged");
      database_damaged_ = true;
    }
    if (disk_.exists(dir_ + "/WRITER")) {
      const auto content = disk_.read(dir_ + "/WRITER");
      if (!content) {
        add("WRITER", content.error());
      } else if (!content->empty() && !unsealed(*content)) {
        add("WRITER", "who held the book is not readable");
      }
    }
  }

  void check_mark() {
    if (!disk_.exists(dir_ + "/CLEAN")) return;
    const auto mark = read_clean_mark(disk_, dir_);
    if (!mark) {
      add("CLEAN",
          "the clean-shutdown mark is not what was written; the next writer starts as after a "
          "crash");
      return;
    }
    clean_ = true;
    std::map<std::string, const CleanFile*> known;
    for (const auto& file : mark->files) {
      known[file.path] = &file;
      check_file(file);
    }
    const HeadSlots slots = read_head(disk_, dir_);
    if (!slots.whole || !slots.slots[0] || !slots.slots[1]) {
      add("HEAD", "a slot is damaged though the book was closed cleanly");
    } else if (slots.slots[*slots.newest()]->head != mark->head) {
      add("HEAD", "the head is not the one at which the book was closed");
    }
    const auto names = disk_.list(dir_ + "/db");
    for (const auto& name : names ? *names : std::vector<std::string>{}) {
      if (name == "LOCK" || known.contains("db/" + name)) continue;
      add("db/" + name, "this file was not there when the book was closed");
      database_damaged_ = true;
    }
  }

  void check_file(const CleanFile& file) {
    const std::string path = dir_ + "/" + file.path;
    std::string problem;
    const auto size = disk_.size(path);
    if (!size) {
      problem = "missing";
    } else if (*size != file.size) {
      problem = "has " + std::to_string(*size) + " bytes instead of " + std::to_string(file.size);
    } else if (file.checksum) {
      const auto sum = disk_.checksum(path);
      if (!sum) problem = sum.error().message;
      if (sum && *sum != *file.checksum) problem = "its bytes changed since the book was closed";
    }
    if (problem.empty()) return;
    if (file.first > 0) {
      problem +=
          "; it holds entries " + std::to_string(file.first) + " to " + std::to_string(file.last);
    }
    add(file.path, problem);
    if (file.path.starts_with("db/")) database_damaged_ = true;
  }

  void check_database() {
    auto view = open_reader(dir_, options_, &database_);
    if (!view) {
      add("db", view.error());
      // The entries that are missing may be those of a table that the reader left out.
      const bool missing = view.error().id.find("missing") != std::string::npos;
      if (missing && !clean_) check_tables_open();
      return;
    }
    // The mark compares the same bytes with the same sums already.
    if (!clean_) {
      check_tables_open();
      auto status = database_->db().VerifyFileChecksums(rdb::ReadOptions());
      if (!status.ok()) add("db", to_error(status, "checksums of files"));
      status = database_->db().VerifyChecksum();
      if (!status.ok()) add("db", to_error(status, "checksums of blocks"));
    }
    Head head;
    std::uint64_t group_last = 0;
    const auto scanned = scan_records(*database_, nullptr, 1, [&](RecordReader& record) {
      StoredEntry entry;
      record.skip(record.header().count - 1);
      if (record.next(entry)) head = {entry.sequence, entry.hash};
      group_last = record.header().group_last;
      return true;
    });
    if (!scanned) add("db", scanned.error());
    if (scanned && (head != view.value()->head() || group_last != head.sequence)) {
      add("db", "the log ends at entry " + std::to_string(head.sequence) + " within a group");
    }
    database_.reset();
  }

  /// A table with a damaged index or properties: the next writer will refuse the book, a secondary
  /// goes on without the table. Where a tail is torn a failure may be the crash's, and the next
  /// writer cuts it.
  void check_tables_open() {
    if (WriterLock::held(disk_, dir_)) return;
    const auto opened = Database::open_strictly(disk_, dir_ + "/db");
    if (opened || WriterLock::held(disk_, dir_)) return;
    const bool table = opened.error().message.find(".sst") != std::string::npos;
    if (table || !torn_tail()) add("db", opened.error());
  }

  bool torn_tail() const {
    const auto names = disk_.list(dir_ + "/db");
    for (const auto& name : names ? *names : std::vector<std::string>{}) {
      if (!name.ends_with(".log") && !name.starts_with("MANIFEST-")) continue;
      const auto content = disk_.read(dir_ + "/db/" + name);
      if (content && whole_records(*content) != content->size()) return true;
    }
    return false;
  }

  void check_segments() {
    const auto view = make_view(disk_, {nullptr, nullptr, {}, dir_});
    const auto digests = view->segments();
    if (!digests) return add("segments", digests.error());
    for (const auto& digest : *digests) {
      const std::string name = "segments/" + hex(view_of(digest));
      const auto content = view->segment(digest);
      if (!content) {
        add(name, content.error());
        continue;
      }
      if (!content.value()) continue;
      Digest found;
      EVP_Digest(content.value()->data(), content.value()->size(), found.data(), nullptr,
                 EVP_sha256(), nullptr);
      if (found != digest) add(name, "the content does not have the digest that names it");
    }
  }

  Disk disk_;
  std::string dir_;
  const Options& options_;
  std::shared_ptr<Database> database_;
  std::vector<Damage> damages_;
  bool clean_ = false;
  bool database_damaged_ = false;
};

}  // namespace

Result<std::vector<Damage>> check(const std::string& dir, const Options& options) {
  const Disk disk(options);
  if (!disk.exists(dir + "/FORMAT") && !disk.exists(dir + "/HEAD")) {
    return Error{"book.not_found", "there is no book in " + dir};
  }
  return Check(disk, dir, options).run();
}

}  // namespace loanbook::storage::rocksdb
