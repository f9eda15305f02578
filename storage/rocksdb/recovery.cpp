#include "recovery.hpp"

#include "bytes.hpp"
#include "database.hpp"

namespace loanbook::storage::rocksdb {

namespace {

constexpr std::size_t block_bytes = 32 * 1024;
constexpr std::size_t fragment_header = 7;
constexpr std::uint8_t full_type = 1;

std::string trial_dir(const std::string& dir) { return dir + "/trial"; }

/// `to/<name>` = the whole records of `from/<name>`.
Status copy_whole_records(const Disk& disk, const std::string& from, const std::string& to) {
  const auto content = disk.read(from);
  if (!content) return content.error();
  return disk.copy(from, to, whole_records(*content));
}

Status copy_database(const Disk& disk, const std::string& from, const std::string& to) {
  if (auto made = disk.make_dir(to); !made) return made;
  const auto names = disk.list(from);
  if (!names) return names.error();
  for (const auto& name : *names) {
    const std::string source = from + "/" + name;
    const std::string target = to + "/" + name;
    if (name == "LOCK") continue;
    if (is_log(name)) {
      if (auto copied = copy_whole_records(disk, source, target); !copied) return copied;
      continue;
    }
    // Tables never change, so the trial may share them.
    if (name.ends_with(".sst") && disk.files().LinkFile(source, target, {}, nullptr).ok()) continue;
    const auto size = disk.size(source);
    if (!size) return size.error();
    if (auto copied = disk.copy(source, target, *size); !copied) return copied;
  }
  return money::ok();
}

Status try_copy(const Disk& disk, const std::string& path, const Head& acknowledged) {
  const auto database =
      Database::open(disk, path, rdb::WALRecoveryMode::kTolerateCorruptedTailRecords);
  if (!database) return database.error();
  const auto tail = read_tail(**database);
  if (!tail) return tail.error();
  return check_acknowledged(**database, *tail, acknowledged);
}

Status cut_in_place(const Disk& disk, const std::string& dir, const std::string& aside) {
  if (auto made = disk.make_dir(aside); !made) return made;
  const auto names = disk.list(dir + "/db");
  if (!names) return names.error();
  for (const auto& name : *names) {
    if (!is_log(name)) continue;
    const std::string path = dir + "/db/" + name;
    const auto content = disk.read(path);
    if (!content) return content.error();
    if (auto kept = disk.replace(aside + "/" + name, *content); !kept) return kept;
  }
  for (const auto& folder : {aside, dir}) {
    if (auto synced = disk.sync_dir(folder); !synced) return synced;
  }
  for (const auto& name : *names) {
    if (!is_log(name)) continue;
    const std::string path = dir + "/db/" + name;
    const auto content = disk.read(path);
    if (!content) return content.error();
    const auto whole = whole_records(*content);
    if (whole == content->size()) continue;
    if (auto cut = disk.truncate(path, whole); !cut) return cut;
  }
  return money::ok();
}

}  // namespace

bool is_log(std::string_view name) {
  return name.ends_with(".log") || name.starts_with("MANIFEST-");
}

std::uint64_t next_log_header(std::uint64_t at, std::size_t length) {
  const std::uint64_t block_end = at - at % block_bytes + block_bytes;
  const std::uint64_t end = at + fragment_header + length;
  // RocksDB fills the rest of a block with zeros where no header fits, and goes on in the next
  // block where a fragment would reach over the end.
  return end + fragment_header > block_end ? block_end : end;
}

std::size_t whole_records(std::string_view file) {
  std::size_t at = 0;
  std::size_t whole = 0;
  while (true) {
    const std::size_t left_in_block = block_bytes - at % block_bytes;
    // RocksDB fills the rest of a block with zeros where no header fits.
    if (left_in_block < fragment_header) {
      at += left_in_block;
      continue;
    }
    if (at + fragment_header > file.size()) return whole;
    const auto byte = [&](std::size_t i) { return static_cast<std::uint8_t>(file[at + i]); };
    const std::size_t length = byte(log_length_at) | std::size_t{byte(log_length_at + 1)} << 8;
    const auto type = byte(log_type_at);
    const std::size_t end = at + fragment_header + length;
    if (type < full_type || type > log_types_last) return whole;
    if (fragment_header + length > left_in_block || end > file.size()) return whole;
    const auto sum = crc32c(file.substr(at + log_type_at, length + 1));
    if (masked(sum) != read_u32_little(&file[at])) return whole;
    at = end;
    if (type == full_type || type == log_types_last) whole = end;
  }
}

Status discard_trial(const Disk& disk, const std::string& dir) {
  return disk.remove_dir(trial_dir(dir));
}

Status cut_torn_tails(const Disk& disk, const std::string& dir, const Head& acknowledged,
                      std::uint64_t epoch) {
  if (auto removed = discard_trial(disk, dir); !removed) return removed;
  if (auto copied = copy_database(disk, dir + "/db", trial_dir(dir)); !copied) return copied;
  auto tried = try_copy(disk, trial_dir(dir), acknowledged);
  if (auto removed = discard_trial(disk, dir); !removed) return removed;
  if (!tried) return tried;
  return cut_in_place(disk, dir, dir + "/set-aside-" + std::to_string(epoch));
}

}  // namespace loanbook::storage::rocksdb
