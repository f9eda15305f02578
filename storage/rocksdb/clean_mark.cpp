#include "clean_mark.hpp"

#include <algorithm>
#include <charconv>
#include <map>

#include "bytes.hpp"

namespace loanbook::storage::rocksdb {

namespace {

std::string path_of(const std::string& dir) { return dir + "/CLEAN"; }

std::string encode(const CleanMark& mark) {
  std::string text = "loanbook clean 1\nhead " + std::to_string(mark.head.sequence) + " " +
                     hex(view_of(mark.head.hash)) + "\nepoch " + std::to_string(mark.epoch) + "\n";
  for (const auto& file : mark.files) {
    const std::string size = std::to_string(file.size);
    if (!file.checksum) {
      text += "segment " + size + " " + file.path + "\n";
    } else if (file.first == 0) {
      text += "file " + size + " " + hex_u32(*file.checksum) + " " + file.path + "\n";
    } else {
      text += "table " + size + " " + hex_u32(*file.checksum) + " " + file.path + " " +
              std::to_string(file.first) + " " + std::to_string(file.last) + "\n";
    }
  }
  return sealed(std::move(text));
}

std::vector<std::string_view> words_of(std::string_view line) {
  std::vector<std::string_view> words;
  while (!line.empty()) {
    const auto end = std::min(line.find(' '), line.size());
    words.push_back(line.substr(0, end));
    line.remove_prefix(std::min(end + 1, line.size()));
  }
  return words;
}

std::uint64_t number(std::string_view word, int base) {
  std::uint64_t value = 0;
  std::from_chars(word.data(), word.data() + word.size(), value, base);
  return value;
}

void decode_line(const std::vector<std::string_view>& words, CleanMark& mark) {
  if (words.size() == 3 && words[0] == "head") {
    mark.head.sequence = number(words[1], 10);
    mark.head.hash = digest_from_hex(words[2]).value_or(Digest{});
  } else if (words.size() == 2 && words[0] == "epoch") {
    mark.epoch = number(words[1], 10);
  } else if (words.size() == 3 && words[0] == "segment") {
    mark.files.push_back({std::string(words[2]), number(words[1], 10), std::nullopt, 0, 0});
  } else if (words.size() >= 4 && (words[0] == "file" || words[0] == "table")) {
    CleanFile file{std::string(words[3]), number(words[1], 10),
                   static_cast<std::uint32_t>(number(words[2], 16)), 0, 0};
    if (words.size() == 6) {
      file.first = number(words[4], 10);
      file.last = number(words[5], 10);
    }
    mark.files.push_back(std::move(file));
  }
}

Status list_database(const Disk& disk, const std::string& dir, const std::vector<CleanFile>& tables,
                     CleanMark& mark) {
  std::map<std::string, const CleanFile*> known;
  for (const auto& table : tables) known[table.path] = &table;
  const auto names = disk.list(dir + "/db");
  if (!names) return names.error();
  for (const auto& name : *names) {
    if (!name.ends_with(".dbtmp")) continue;
    if (auto removed = disk.remove(dir + "/db/" + name); !removed) return removed;
  }
  // The list must stay true after a power loss: names that came or went are synced before it is.
  if (auto synced = disk.sync_dir(dir + "/db"); !synced) return synced;
  std::vector<std::string> paths = {"FORMAT", "HEAD"};
  for (const auto& name : *names) {
    // Opening RocksDB's LOCK and closing it again would drop the lock that it holds in this
    // process.
    if (name != "LOCK" && !name.ends_with(".dbtmp")) paths.push_back("db/" + name);
  }
  for (const auto& path : paths) {
    const auto size = disk.size(dir + "/" + path);
    if (!size) return size.error();
    const auto found = known.find(path);
    if (found != known.end()) {
      mark.files.push_back(*found->second);
      mark.files.back().size = *size;
      continue;
    }
    const auto sum = disk.checksum(dir + "/" + path);
    if (!sum) return sum.error();
    mark.files.push_back({path, *size, *sum, 0, 0});
  }
  return money::ok();
}

}  // namespace

std::vector<CleanFile> describe_tables(const Database& database, const Head& head) {
  std::vector<rdb::LiveFileMetaData> tables;
  database.db().GetLiveFilesMetaData(&tables);
  std::vector<CleanFile> files;
  for (const auto& table : tables) {
    if (table.file_checksum.size() != 4) continue;
    CleanFile file;
    file.path = "db/" + table.relative_filename;
    file.checksum = read_u32(table.file_checksum.data());
    if (table.column_family_name == log_family && table.smallestkey.size() == 8) {
      file.first = read_u64(table.smallestkey.data());
    }
    files.push_back(std::move(file));
  }
  // Tables of the log never overlap, so each ends where the next one begins.
  std::sort(files.begin(), files.end(),
            [](const CleanFile& a, const CleanFile& b) { return a.first < b.first; });
  for (std::size_t i = 0; i < files.size(); ++i) {
    if (files[i].first == 0) continue;
    files[i].last = i + 1 < files.size() ? files[i + 1].first - 1 : head.sequence;
  }
  return files;
}

Status write_clean_mark(const Disk& disk, const std::string& dir, const Head& head,
                        std::uint64_t epoch, const std::vector<CleanFile>& tables) {
  CleanMark mark{head, epoch, {}};
  if (auto listed = list_database(disk, dir, tables, mark); !listed) return listed;
  const auto names = disk.list(dir + "/segments");
  if (!names) return names.error();
  for (const auto& name : *names) {
    if (!digest_from_hex(name)) continue;
    const auto size = disk.size(dir + "/segments/" + name);
    if (!size) return size.error();
    mark.files.push_back({"segments/" + name, *size, std::nullopt, 0, 0});
  }
  if (auto written = disk.replace(path_of(dir), encode(mark)); !written) return written;
  return disk.sync_dir(dir);
}

std::optional<CleanMark> read_clean_mark(const Disk& disk, const std::string& dir) {
  const auto content = disk.read(path_of(dir));
  if (!content) return std::nullopt;
  const auto text = unsealed(*content);
  if (!text) return std::nullopt;
  CleanMark mark;
  std::string_view rest(*text);
  while (!rest.empty()) {
    const auto end = std::min(rest.find('\n'), rest.size());
    decode_line(words_of(rest.substr(0, end)), mark);
    rest.remove_prefix(std::min(end + 1, rest.size()));
  }
  // Writing it again must give the same bytes: a mark of a later version is no mark for this
  // program.
  if (encode(mark) != *content) return std::nullopt;
  return mark;
}

}  // namespace loanbook::storage::rocksdb
