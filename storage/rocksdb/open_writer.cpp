#include <algorithm>

#include "book_files.hpp"
#include "bytes.hpp"
#include "clean_mark.hpp"
#include "recovery.hpp"
#include "rocks_store.hpp"
#include "writer.hpp"

namespace loanbook::storage::rocksdb {

namespace {

constexpr std::string_view format_begin = "loanbook book\nformat ";

/// Removes what a crashed create left; refuses what is not ours.
Status clear_for_create(const Disk& disk, const std::string& dir) {
  if (disk.exists(dir + "/FORMAT")) {
    return Error{"book.exists", "there is a book in " + dir + " already"};
  }
  const auto names = disk.list(dir);
  if (!names) return names.error();
  for (const auto& name : *names) {
    static constexpr std::string_view ours[] = {"CLEAN",    "CLEAN.tmp", "FORMAT.tmp", "HEAD",
                                                "HEAD.tmp", "WRITER",    "db",         "segments"};
    if (std::find(std::begin(ours), std::end(ours), name) == std::end(ours)) {
      return Error{"book.folder_not_empty",
                   dir + " holds other files (" + name + "); give an empty or missing folder"};
    }
  }
  for (const auto* name : {"/CLEAN", "/CLEAN.tmp", "/FORMAT.tmp", "/HEAD", "/HEAD.tmp"}) {
    if (auto removed = disk.remove(dir + name); !removed) return removed;
  }
  if (auto removed = disk.remove_dir(dir + "/segments"); !removed) return removed;
  return disk.remove_dir(dir + "/db");
}

/// A changed file is found here, before RocksDB's own open could act on it. Tables are only
/// measured: reading them all would make every start as slow as a full check.
Status check_clean_files(const Disk& disk, const std::string& dir, const CleanMark& mark) {
  for (const auto& file : mark.files) {
    const auto size = disk.size(dir + "/" + file.path);
    bool same = size && *size == file.size;
    const bool table = file.path.ends_with(".sst");
    if (same && file.checksum && !table) {
      const auto sum = disk.checksum(dir + "/" + file.path);
      same = sum && *sum == *file.checksum;
    }
    if (!same) {
      return Error{"integrity.file_damaged",
                   file.path +
                       " is missing or changed since the book was closed; see verify, "
                       "and restore from a backup",
                   file.path};
    }
  }
  return money::ok();
}

Status remove_leftovers(const Disk& disk, const std::string& dir) {
  for (const auto* name : {"/CLEAN.tmp", "/HEAD.tmp", "/FORMAT.tmp"}) {
    if (auto removed = disk.remove(dir + name); !removed) return removed;
  }
  const auto names = disk.list(dir + "/segments");
  if (!names) return names.error();
  for (const auto& name : *names) {
    if (!name.ends_with(".tmp")) continue;
    if (auto removed = disk.remove(dir + "/segments/" + name); !removed) return removed;
  }
  return discard_trial(disk, dir);
}

/// RocksDB open, with everything that HEAD acknowledged shown to be there.
Result<std::shared_ptr<Database>> open_accepted(const Disk& disk, const std::string& dir,
                                                bool clean, const HeadSlot& acknowledged,
                                                Tail& tail) {
  const auto mode = clean ? rdb::WALRecoveryMode::kAbsoluteConsistency
                          : rdb::WALRecoveryMode::kTolerateCorruptedTailRecords;
  auto opened = Database::open(disk, dir + "/db", mode);
  // An error that names a file is no torn tail.
  const bool torn =
      !opened && opened.error().file.empty() && opened.error().id.starts_with("integrity.");
  if (torn && !clean) {
    if (auto cut = cut_torn_tails(disk, dir, acknowledged.head, acknowledged.epoch); !cut) {
      return cut.error();
    }
    opened = Database::open(disk, dir + "/db", mode);
  }
  if (!opened) return opened;
  const auto found = read_tail(**opened);
  if (!found) return found.error();
  tail = *found;
  if (auto held = check_acknowledged(**opened, tail, acknowledged.head); !held) return held.error();
  return opened;
}

}  // namespace

std::string format_text() { return sealed(std::string(format_begin) + "1\n"); }

Status check_format(const Disk& disk, const std::string& dir) {
  if (!disk.exists(dir + "/FORMAT")) {
    return Error{"book.not_found", "there is no book in " + dir + "; make one with init"};
  }
  const auto content = disk.read(dir + "/FORMAT");
  if (!content) return content.error();
  if (*content == format_text()) return money::ok();
  const auto text = unsealed(*content);
  if (text && text->starts_with(format_begin)) {
    return Error{"book.format_unknown",
                 "this book was written by a later version of the program (" +
                     text->substr(format_begin.size() - 7, 9) +
                     "); use that version or a later one"};
  }
  return Error{"integrity.format_damaged", "FORMAT is not what was written", "FORMAT"};
}

Status create_book(const std::string& dir, const Options& options) {
  const Disk disk(options);
  if (auto made = disk.make_dir(dir); !made) return made;
  auto lock = WriterLock::acquire(disk, dir, options);
  if (!lock) return lock.error();
  if (auto cleared = clear_for_create(disk, dir); !cleared) return cleared;
  if (auto made = disk.make_dir(dir + "/segments"); !made) return made;
  auto database = Database::create(disk, dir + "/db");
  if (!database) return database.error();
  if (auto flushed = (*database)->flush_all(); !flushed) return flushed;
  if (auto closed = (*database)->close(); !closed) return closed;
  if (auto made = create_head(disk, dir, {}); !made) return made;
  // FORMAT makes it a book, so it comes after everything a book needs is on disk.
  for (const auto& folder : {dir + "/db", dir + "/segments", dir}) {
    if (auto synced = disk.sync_dir(folder); !synced) return synced;
  }
  if (auto written = disk.replace(dir + "/FORMAT", format_text()); !written) return written;
  if (auto synced = disk.sync_dir(dir); !synced) return synced;
  if (auto marked = write_clean_mark(disk, dir, {}, 0, {}); !marked) return marked;
  const auto slash = dir.find_last_of('/', dir.size() - 2);
  const std::string parent =
      slash == std::string::npos ? "." : dir.substr(0, std::max<std::size_t>(slash, 1));
  if (auto synced = disk.sync_dir(parent); !synced) return synced;
  lock->release_clean();
  return money::ok();
}

Result<std::unique_ptr<Store>> open_writer(const std::string& dir, const Options& options) {
  const Disk disk(options);
  if (auto format = check_format(disk, dir); !format) return format.error();
  auto lock = WriterLock::acquire(disk, dir, options);
  if (!lock) return lock.error();
  const HeadSlots slots = read_head(disk, dir);
  const auto newest = slots.newest();
  if (!newest) {
    return Error{"integrity.head_damaged",
                 "the head file has no readable slot, so nobody can tell what was acknowledged; "
                 "restore from a "
                 "backup",
                 "HEAD"};
  }
  const HeadSlot& acknowledged = *slots.slots[*newest];
  const auto mark = read_clean_mark(disk, dir);
  if (mark) {
    if (auto same = check_clean_files(disk, dir, *mark); !same) return same.error();
  }
  if (disk.exists(dir + "/CLEAN")) {
    if (auto removed = disk.remove(dir + "/CLEAN"); !removed) return removed.error();
    if (auto synced = disk.sync_dir(dir); !synced) return synced.error();
  }
  if (auto removed = remove_leftovers(disk, dir); !removed) return removed.error();

  Tail tail;
  auto database = open_accepted(disk, dir, mark.has_value(), acknowledged, tail);
  if (!database) return database.error();
  // Old log files with torn tails must not be read a second time: behind them newer ones begin now.
  if (!mark) {
    if (auto flushed = (*database)->flush_all(); !flushed) return flushed.error();
  }
  const std::uint64_t epoch = std::max(acknowledged.epoch, tail.epoch) + 1;
  const bool torn = !slots.whole || !slots.slots[0] || !slots.slots[1];
  if (torn) {
    if (auto made = create_head(disk, dir, {tail.head, epoch}); !made) return made.error();
    if (auto synced = disk.sync_dir(dir); !synced) return synced.error();
  }
  auto head_file = HeadWriter::open(disk, dir, 1 - *newest);
  if (!head_file) return head_file.error();
  if (auto written = (*head_file)->write({tail.head, epoch}); !written) return written.error();
  return make_writer({disk, dir, options, std::move(*lock), std::move(*head_file),
                      std::move(*database), tail.head, epoch});
}

}  // namespace loanbook::storage::rocksdb
