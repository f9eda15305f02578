// Copies of a book: backup, restore, import of its journal.

#include <fcntl.h>
#include <fmt/format.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <functional>

#include "commands.hpp"
#include "loanbook/interchange/journal_ndjson.hpp"

namespace loanbook::apps {
namespace {

namespace fs = std::filesystem;

Error store_error(const std::string& what, const std::string& path, const std::string& why) {
  return {"store.copy", fmt::format("cannot {} {}: {}", what, path, why), path};
}

Status sync_path(const fs::path& path) {
  const int file = ::open(path.c_str(), O_RDONLY | O_CLOEXEC);
  if (file < 0) return store_error("open", path.string(), std::strerror(errno));
  const bool synced = ::fsync(file) == 0;
  const std::string why = std::strerror(errno);
  ::close(file);
  if (!synced) return store_error("sync", path.string(), why);
  return money::ok();
}

Status copy_synced(const fs::path& source, const fs::path& target) {
  std::error_code error;
  fs::create_directories(target, error);
  if (error) return store_error("make", target.string(), error.message());
  for (fs::directory_iterator at(source, error), end; !error && at != end; at.increment(error)) {
    const auto to = target / at->path().filename();
    if (at->is_directory()) {
      auto copied = copy_synced(at->path(), to);
      if (!copied) return copied;
      continue;
    }
    fs::copy_file(at->path(), to, error);
    if (error) return store_error("copy", at->path().string(), error.message());
    auto synced = sync_path(to);
    if (!synced) return synced;
  }
  if (error) return store_error("read", source.string(), error.message());
  return sync_path(target);
}

// Nothing is wrong with the files, the chain, the folds and the totals of the book in `folder`.
Status prove(const std::string& folder) {
  auto damages = storage::rocksdb::check(folder, store_options());
  if (!damages) return damages.error();
  if (!damages->empty()) {
    const auto& first = damages->front();
    return Error{"integrity.backup_damaged",
                 fmt::format("{}: {} ({} findings)", first.file, first.message, damages->size()),
                 folder};
  }
  auto book = open_reader({.book = folder});
  if (!book) return book.error();
  auto verified = (*book)->verify(false);
  if (!verified) return verified.error();
  if (verified->findings.empty()) return money::ok();
  const auto& first = verified->findings.front();
  return Error{
      "integrity.backup_damaged",
      fmt::format("{}: {} ({} findings)", first.where, first.message, verified->findings.size()),
      folder};
}

Status wants_empty(const std::string& book) {
  std::error_code error;
  if (!fs::exists(book, error) || (fs::is_directory(book, error) && fs::is_empty(book, error)))
    return money::ok();
  return Error{"book.folder_not_empty",
               fmt::format("{} is not empty: name a new folder (--book DIR)", book), book};
}

// Under another name until it is proved: a half-made book must never look like one.
Status make_whole(const std::string& target,
                  const std::function<Status(const std::string&)>& fill) {
  std::error_code error;
  fs::path part = fs::absolute(target).lexically_normal();
  if (!part.has_filename()) part = part.parent_path();
  const fs::path whole = part;
  part += ".part";
  fs::remove_all(part, error);
  auto made = fill(part.string());
  if (made) made = prove(part.string());
  if (!made) {
    fs::remove_all(part, error);
    return made;
  }
  fs::remove(whole, error);
  error.clear();
  fs::rename(part, whole, error);
  if (error) return store_error("make", whole.string(), error.message());
  return sync_path(whole.parent_path());
}

// Lines of a file of any length, one at a time.
class LineReader {
 public:
  explicit LineReader(std::string path) : path_(std::move(path)) {
    file_ = path_ == "-" ? stdin : std::fopen(path_.c_str(), "rb");
  }
  ~LineReader() {
    std::free(buffer_);
    if (file_ != nullptr && file_ != stdin) std::fclose(file_);
  }
  LineReader(const LineReader&) = delete;
  LineReader& operator=(const LineReader&) = delete;
  [[nodiscard]] bool opened() const { return file_ != nullptr; }
  Result<bool> next(std::string& line) {
    const ssize_t size = getline(&buffer_, &room_, file_);
    if (size < 0 && std::ferror(file_) != 0)
      return Error{"file.unreadable", path_ + ": " + std::strerror(errno), path_};
    if (size < 0) return false;
    line.assign(buffer_, static_cast<std::size_t>(size));
    if (line.ends_with('\n')) line.pop_back();
    return true;
  }

 private:
  std::string path_;
  std::FILE* file_ = nullptr;
  char* buffer_ = nullptr;
  std::size_t room_ = 0;
};

Status fill_from_journal(const std::string& folder, const std::string& file, LineReader& lines) {
  const auto options = store_options();
  auto made = storage::rocksdb::create_book(folder, options);
  if (!made) return made;
  auto store = storage::rocksdb::open_writer(folder, options);
  if (!store) return store.error();
  auto head = interchange::import_ndjson(
      **store, [&](std::string& line) { return lines.next(line); }, file);
  if (!head) return head.error();
  // Derived rows are made once from the entries, so that the first reader need not.
  auto book = Book::open(std::move(*store));
  if (!book) return book.error();
  return (*book)->close();
}

}  // namespace

int run_backup(const Context& context, const std::string& target) {
  return with_writer(context, [&](Book& book) {
    auto copied = book.backup(target);
    if (!copied) return fail(copied.error());
    auto proved = prove(target);
    if (!proved) return fail(proved.error());
    const auto head = book.status().head;
    say(fmt::format("backed up to {}, complete to entry {}, head {}; verified", target,
                    head.sequence, hex(head.hash).substr(0, 12)));
    return exit_code::done;
  });
}

int run_restore(const Context& context, const std::string& source) {
  std::error_code error;
  if (!fs::is_directory(source, error)) {
    return fail({"book.not_found", "there is no folder " + source, source});
  }
  if (auto empty = wants_empty(context.book); !empty) return fail(empty.error());
  auto proved = prove(source);
  if (!proved) return fail(proved.error());
  auto made =
      make_whole(context.book, [&](const std::string& part) { return copy_synced(source, part); });
  if (!made) return fail(made.error());
  say(fmt::format("restored {} from {}; verified", context.book, source));
  return exit_code::done;
}

int run_import_journal(const Context& context, const std::string& file) {
  if (auto empty = wants_empty(context.book); !empty) return fail(empty.error());
  LineReader lines{file};
  if (!lines.opened()) {
    return fail(
        {"file.not_found", fmt::format("cannot read {}: {}", file, std::strerror(errno)), file});
  }
  auto made = make_whole(
      context.book, [&](const std::string& part) { return fill_from_journal(part, file, lines); });
  if (!made) return fail(made.error());
  return with_reader(context, [&](const Book& book) {
    say(fmt::format("made the book {} from {}; verified", context.book, file));
    print_completeness(book);
    return exit_code::done;
  });
}

}  // namespace loanbook::apps
