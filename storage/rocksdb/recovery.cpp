#include "recovery.hpp"

#include "bytes.hpp"
#include "database.hpp"

namespace loanbook::storage::rocksdb {

namespace {

constexpr std::size_t block_bytes = 32 * 1024;
constexpr std::size_t fragment_header = 7;
constexpr std::uint8_t full_type = 1;
constexpr std::uint8_t last_type = 4;

std::uint32_t little_endian(std::string_view bytes) {
  std::uint32_t value = 0;
  for (std::size_t i = bytes.size(); i-- > 0;) {
    value = value << 8 | static_cast<std::uint8_t>(bytes[i]);
  }
  return value;
}

/// RocksDB stores rotated sums, so that a sum over bytes that contain sums stays a good one.
std::uint32_t masked(std::uint32_t sum) { return (sum >> 15 | sum << 17) + 0xa282ead8U; }

bool is_log(std::string_view name) {
  return name.ends_with(".log") || name.starts_with("MANIFEST-");
}

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
    const std::size_t length = little_endian(file.substr(at + 4, 2));
    const auto type = static_cast<std::uint8_t>(file[at + 6]);
    const std::size_t end = at + fragment_header + length;
    if (type < full_type || type > last_type) return whole;
    if (fragment_header + length > left_in_block || end > file.size()) return whole;
    const auto sum = crc32c(file.substr(at + 6, length + 1));
    if (masked(sum) != little_endian(file.substr(at, 4))) return whole;
    at = end;
    if (type == full_type || type == last_type) whole = end;
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
