// Copies of a book: backup, restore.

#include <fcntl.h>
#include <fmt/format.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <filesystem>

#include "commands.hpp"

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
  if (fs::exists(context.book, error) &&
      !(fs::is_directory(context.book, error) && fs::is_empty(context.book, error))) {
    return fail(
        {"book.folder_not_empty",
         fmt::format("{} is not empty: restore into a new folder (--book DIR)", context.book),
         context.book});
  }
  auto proved = prove(source);
  if (!proved) return fail(proved.error());
  // Under another name until it is proved: a half-copied book must never look like one.
  const fs::path book = fs::absolute(context.book).lexically_normal();
  fs::path part = book;
  if (!part.has_filename()) part = part.parent_path();
  const fs::path whole = part;
  part += ".part";
  fs::remove_all(part, error);
  auto copied = copy_synced(source, part);
  if (copied) copied = prove(part.string());
  if (!copied) {
    fs::remove_all(part, error);
    return fail(copied.error());
  }
  fs::remove(whole, error);
  error.clear();
  fs::rename(part, whole, error);
  if (error) return fail(store_error("make", whole.string(), error.message()));
  auto synced = sync_path(whole.parent_path());
  if (!synced) return fail(synced.error());
  say(fmt::format("restored {} from {}; verified", context.book, source));
  return exit_code::done;
}

}  // namespace loanbook::apps
