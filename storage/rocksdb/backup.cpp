#include "book_files.hpp"
#include "clean_mark.hpp"
#include "rocks_view.hpp"
#include "writer.hpp"

namespace loanbook::storage::rocksdb {

namespace {

/// The files of a moment, which stay until it is destroyed.
class LiveFiles {
 public:
  explicit LiveFiles(rdb::DB& db) : db_(db), status_(db.DisableFileDeletions()) {
    rdb::LiveFilesStorageInfoOptions options;
    options.wal_size_for_flush = 0;
    if (status_.ok()) status_ = db_.GetLiveFilesStorageInfo(options, &files_);
  }
  ~LiveFiles() { db_.EnableFileDeletions(false).PermitUncheckedError(); }
  LiveFiles(const LiveFiles&) = delete;
  LiveFiles& operator=(const LiveFiles&) = delete;

  [[nodiscard]] const rdb::Status& status() const { return status_; }
  [[nodiscard]] const std::vector<rdb::LiveFileStorageInfo>& files() const { return files_; }

 private:
  rdb::DB& db_;
  rdb::Status status_;
  std::vector<rdb::LiveFileStorageInfo> files_;
};

Status copy_database_files(const Disk& disk, const LiveFiles& live, const std::string& target) {
  for (const auto& file : live.files()) {
    const std::string to = target + "/" + file.relative_filename;
    auto copied = file.replacement_contents.empty()
                      ? disk.copy(file.directory + "/" + file.relative_filename, to, file.size)
                      : disk.replace(to, file.replacement_contents);
    if (!copied) return copied;
  }
  return disk.sync_dir(target);
}

Status copy_segments(const Disk& disk, const View& view, const std::string& target) {
  const auto digests = view.segments();
  if (!digests) return digests.error();
  for (const auto& digest : *digests) {
    const auto content = view.segment(digest);
    if (!content) return content.error();
    if (!content.value()) continue;
    if (auto copied = disk.replace(segment_path(target, digest), *content.value()); !copied) {
      return copied;
    }
  }
  return disk.sync_dir(target + "/segments");
}

Status make_folders(const Disk& disk, const std::string& target) {
  const auto names = disk.list(target);
  if (!names) return names.error();
  if (!names->empty()) {
    return Error{"book.folder_not_empty",
                 target + " is not empty; give an empty or missing folder for the backup"};
  }
  for (const auto& folder : {target, target + "/db", target + "/segments"}) {
    if (auto made = disk.make_dir(folder); !made) return made;
  }
  return money::ok();
}

}  // namespace

Status copy_book(const WriterParts& book, std::mutex& hold, const std::function<Head()>& head_now,
                 const std::string& target) {
  const Disk& disk = book.disk;
  if (auto made = make_folders(disk, target); !made) return made;
  Head head;
  std::vector<CleanFile> tables;
  {
    std::unique_lock lock(hold);
    head = head_now();
    const LiveFiles live(book.database->db());
    if (!live.status().ok()) return to_error(live.status(), "capture the files of the book");
    tables = describe_tables(*book.database, head);
    lock.unlock();
    if (auto copied = copy_database_files(disk, live, target + "/db"); !copied) return copied;
  }
  const auto view = make_view(disk, {book.database, nullptr, head, book.dir});
  if (auto copied = copy_segments(disk, *view, target); !copied) return copied;
  if (auto made = create_head(disk, target, {head, book.epoch}); !made) return made;
  if (auto written = disk.replace(target + "/FORMAT", format_text()); !written) return written;
  if (auto synced = disk.sync_dir(target); !synced) return synced;
  if (auto marked = write_clean_mark(disk, target, head, book.epoch, tables); !marked) {
    return marked;
  }
  const auto damages = check(target, book.options);
  if (!damages) return damages.error();
  if (!damages->empty()) {
    return Error{"integrity.backup_damaged",
                 "the backup is not what the book holds: " + damages->front().file + ": " +
                     damages->front().message};
  }
  return money::ok();
}

}  // namespace loanbook::storage::rocksdb
