#include <stdlib.h>  // mkdtemp

#include <filesystem>
#include <system_error>

#include "book_files.hpp"
#include "head_file.hpp"
#include "rocks_store.hpp"
#include "rocks_view.hpp"
#include "writer_lock.hpp"

namespace loanbook::storage::rocksdb {

namespace {

/// RocksDB's own files of a secondary: a folder that nobody else uses.
Result<std::string> make_private_dir(const Disk& disk, const Options& options) {
  if (!disk.real()) {
    const std::string dir = options.temp_dir.empty() ? "/reader" : options.temp_dir;
    if (auto made = disk.make_dir(dir); !made) return made.error();
    return dir;
  }
  std::error_code code;
  std::string parent = options.temp_dir;
  if (parent.empty()) parent = std::filesystem::temp_directory_path(code).string();
  std::string pattern = parent + "/loanbook-reader-XXXXXX";
  if (code || ::mkdtemp(pattern.data()) == nullptr) {
    return Error{"store.io", "cannot make a folder for temporary files in " + parent};
  }
  return pattern;
}

void remove_private_dir(const Disk& disk, const std::string& dir) {
  if (!disk.real()) {
    [[maybe_unused]] const auto removed = disk.remove_dir(dir);
    return;
  }
  std::error_code ignored;
  std::filesystem::remove_all(dir, ignored);
}

Result<std::unique_ptr<View>> try_open(const Disk& disk, const std::string& dir,
                                       const std::string& private_dir,
                                       std::shared_ptr<Database>* under) {
  // HEAD first: everything acknowledged before this call must be in the view.
  const HeadSlots slots = read_head(disk, dir);
  const auto newest = slots.newest();
  if (!newest) return Error{"integrity.head_damaged", "the head file has no readable slot", "HEAD"};
  auto database = Database::open_secondary(disk, dir + "/db", private_dir);
  if (!database) return database.error();
  const auto tail = read_tail(**database);
  if (!tail) return tail.error();
  if (auto held = check_acknowledged(**database, *tail, slots.slots[*newest]->head); !held) {
    return held.error();
  }
  if (under != nullptr) *under = *database;
  return make_view(disk, {std::move(*database), nullptr, tail->head, dir,
                          [disk, private_dir] { remove_private_dir(disk, private_dir); }});
}

}  // namespace

Result<std::unique_ptr<View>> open_reader(const std::string& dir, const Options& options) {
  return open_reader(dir, options, nullptr);
}

Result<std::unique_ptr<View>> open_reader(const std::string& dir, const Options& options,
                                          std::shared_ptr<Database>* database) {
  const Disk disk(options);
  if (auto format = check_format(disk, dir); !format) return format.error();
  Error last{"store.io", "no attempt was made"};
  bool raced = false;
  for (std::uint32_t attempt = 0; attempt < options.reader_attempts; ++attempt) {
    raced = WriterLock::held(disk, dir);
    const auto private_dir = make_private_dir(disk, options);
    if (!private_dir) return private_dir.error();
    auto view = try_open(disk, dir, *private_dir, database);
    if (view) return view;
    remove_private_dir(disk, *private_dir);
    last = view.error();
    raced = raced || WriterLock::held(disk, dir);
    // Without a writer nothing moves, so the same finding would come again.
    if (!raced && attempt > 0) break;
  }
  if (!raced) return last;
  return Error{
      "busy.reader",
      "a writer changed the book during every attempt to open it for reading; try again (" +
          last.message + ")"};
}

}  // namespace loanbook::storage::rocksdb
