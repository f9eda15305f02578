// One flipped bit, a cut or a missing file: found, named, and never a silent loss.
// LOANBOOK_TEST_ALL in the environment: many more flips.

#include <rocksdb/env.h>
#include <rocksdb/file_system.h>

#include <cstdlib>

#include "loanbook/storage/fault/fault_disk.hpp"
#include "loanbook/storage/rocksdb/table_ends.hpp"
#include "support.hpp"

namespace loanbook::storage::test {

namespace {

using fault::FaultDisk;
using fault::Loss;

const std::string book_dir = "/book";

std::uint64_t flips(std::uint64_t usual) {
  return std::getenv("LOANBOOK_TEST_ALL") != nullptr ? usual * 40 : usual;
}

/// Tables, rows, segments and several writers' leavings; 120 entries.
void fill(const FaultDisk& disk, bool close_last) {
  LOANBOOK_TEST_OK(rocksdb::create_book(book_dir, disk.options()));
  for (std::uint64_t round = 0; round < 3; ++round) {
    auto store = require_value(rocksdb::open_writer(book_dir, disk.options()));
    for (std::uint64_t group = 0; group < 8; ++group) {
      LOANBOOK_TEST_OK(store->commit(group_of(round * 40 + group * 5 + 1, 5)));
      LOANBOOK_TEST_OK(
          store->put_rows(std::vector<Row>{{Space::loan_page, std::to_string(group),
                                            std::string(50, static_cast<char>('a' + round))}}));
    }
    const std::string segment = "night " + std::to_string(round) + std::string(400, 'n');
    LOANBOOK_TEST_OK(store->put_segment(sha256(segment), segment));
    if (round < 2 || close_last) LOANBOOK_TEST_OK(store->close());
  }
}

struct Flip {
  std::string path;
  std::size_t byte;
  int bit;
};

/// Spread evenly over the bytes of the files, and at least a few in every file.
std::vector<Flip> choose_flips(const FaultDisk& disk, std::uint64_t count) {
  std::size_t total = 0;
  for (const auto& path : disk.files()) total += disk.read(path).size();
  std::vector<Flip> chosen;
  std::uint64_t state = 7;
  for (const auto& path : disk.files()) {
    const std::size_t size = disk.read(path).size();
    if (size == 0) continue;
    const std::uint64_t share = std::max<std::uint64_t>(count * size / total, 8);
    for (std::uint64_t i = 0; i < share; ++i) {
      state = state * 6364136223846793005U + 1442695040888963407U;
      chosen.push_back({path, (state >> 33) % size, static_cast<int>(state >> 30 & 7)});
    }
  }
  return chosen;
}

std::unique_ptr<FaultDisk> flipped(const FaultDisk& disk, const Flip& flip) {
  auto damaged = disk.copy(1);
  std::string content = damaged->read(flip.path);
  content[flip.byte] = static_cast<char>(content[flip.byte] ^ (1 << flip.bit));
  damaged->write(flip.path, content);
  return damaged;
}

bool names(const std::vector<Damage>& damages, const std::string& path) {
  for (const auto& damage : damages) {
    if (book_dir + "/" + damage.file == path) return true;
  }
  return false;
}

/// Everything acknowledged is read, or somebody is told.
template <class Opened>
void check_nothing_lost_in_silence(const Opened& opened, std::uint64_t acknowledged) {
  if (!opened) {
    CHECK(opened.error().id.starts_with("integrity."));
    return;
  }
  std::uint64_t seen = 0;
  bool right = true;
  const auto read = (*opened)->entries(1, UINT64_MAX, [&](const StoredEntry& entry) {
    right = right && entry == entry_at(++seen);
    return true;
  });
  CHECK(right);
  if (read) {
    CHECK(seen >= acknowledged);
  } else {
    CHECK(read.error().id.starts_with("integrity."));
  }
}

/// Tables that the next writer keeps; a crash may leave others.
std::vector<std::string> tables_in_use(const FaultDisk& disk) {
  const auto opened = disk.copy(1);
  require_value(rocksdb::open_writer(book_dir, opened->options()));
  std::vector<std::string> tables;
  for (const auto& path : disk.files()) {
    if (path.ends_with(".sst") && !opened->read(path).empty()) tables.push_back(path);
  }
  return tables;
}

/// Properties, metaindex and footer stand last in a table.
struct TableEndsAt {
  std::size_t properties;
  std::size_t metaindex;
  std::size_t footer;
};

TableEndsAt find_table_ends(const std::string& table) {
  // Both blocks begin with an entry whose three lengths take a byte each.
  const auto property = table.rfind("rocksdb.block.based.table.index.type");
  const auto filter = table.rfind("fullfilter.rocksdb");
  REQUIRE(property != std::string::npos);
  REQUIRE(filter != std::string::npos);
  return {property - 3, filter - 3, table.size() - 53};
}

bool whole_ends(const FaultDisk& disk, const std::string& path) {
  const auto env = std::static_pointer_cast<::rocksdb::Env>(disk.options().env);
  std::unique_ptr<::rocksdb::FSRandomAccessFile> file;
  REQUIRE(env->GetFileSystem()->NewRandomAccessFile(path, {}, &file, nullptr).ok());
  return rocksdb::check_table_ends(*file, disk.read(path).size(), path).ok();
}

/// Where the types of fragments stand in a log of less than 32 KiB.
std::vector<std::size_t> types_in(const std::string& log) {
  std::vector<std::size_t> types;
  REQUIRE(log.size() < 32 * 1024);
  for (std::size_t at = 0; at + 7 <= log.size();) {
    types.push_back(at + 6);
    at += 7 + static_cast<std::uint8_t>(log[at + 4]) +
          std::size_t{256} * static_cast<std::uint8_t>(log[at + 5]);
  }
  return types;
}

Result<std::unique_ptr<View>> view_of_writer(const FaultDisk& disk, std::unique_ptr<Store>& store) {
  auto opened = rocksdb::open_writer(book_dir, disk.options());
  if (!opened) return opened.error();
  store = std::move(*opened);
  return store->view();
}

}  // namespace

TEST_CASE("every flipped bit of a closed book is found and the file is named", "[damage]") {
  FaultDisk disk;
  fill(disk, true);
  CHECK(require_value(rocksdb::check(book_dir, disk.options())).empty());
  std::uint64_t found = 0;
  const auto chosen = choose_flips(disk, flips(500));
  for (const auto& flip : chosen) {
    const auto damaged = flipped(disk, flip);
    INFO(flip.path << ", byte " << flip.byte << ", bit " << flip.bit);
    const auto before = damaged->files();
    const auto damages = require_value(rocksdb::check(book_dir, damaged->options()));
    CHECK(names(damages, flip.path));
    if (names(damages, flip.path)) ++found;
    CHECK(damaged->files() == before);
    check_nothing_lost_in_silence(rocksdb::open_reader(book_dir, damaged->options()), 120);
    std::unique_ptr<Store> store;
    check_nothing_lost_in_silence(view_of_writer(*damaged, store), 120);
  }
  CHECK(found == chosen.size());
}

TEST_CASE("a damaged table of the log is reported with its entries", "[damage]") {
  FaultDisk disk;
  fill(disk, true);
  std::string messages;
  for (const auto& path : disk.files()) {
    if (!path.ends_with(".sst")) continue;
    const auto damaged = flipped(disk, {path, 100, 3});
    for (const auto& damage : require_value(rocksdb::check(book_dir, damaged->options()))) {
      messages += damage.message + "\n";
    }
  }
  INFO(messages);
  CHECK(messages.find("entries 1 to 40") != std::string::npos);
  CHECK(messages.find("entries 41 to 80") != std::string::npos);
  CHECK(messages.find("entries 81 to 120") != std::string::npos);
}

TEST_CASE(
    "no flipped bit of a crashed book loses an acknowledged entry or stops a writer in silence",
    "[damage]") {
  FaultDisk disk;
  fill(disk, false);
  disk.power_loss(Loss::dropped);
  CHECK(require_value(rocksdb::check(book_dir, disk.options())).empty());
  for (const auto& flip : choose_flips(disk, flips(300))) {
    const auto damaged = flipped(disk, flip);
    INFO(flip.path << ", byte " << flip.byte << ", bit " << flip.bit);
    const auto damages = require_value(rocksdb::check(book_dir, damaged->options()));
    check_nothing_lost_in_silence(rocksdb::open_reader(book_dir, damaged->options()), 120);
    std::unique_ptr<Store> store;
    const auto written = view_of_writer(*damaged, store);
    check_nothing_lost_in_silence(written, 120);
    // What the next writer refuses, a check names before.
    if (damages.empty()) {
      INFO((written ? "" : written.error().message));
      CHECK(written.has_value());
    }
  }
}

TEST_CASE("every flipped bit of a table's properties, metaindex and footer is found", "[damage]") {
  FaultDisk disk;
  fill(disk, false);
  disk.power_loss(Loss::dropped);
  const std::string path = tables_in_use(disk).front();
  const std::string table = disk.read(path);
  const TableEndsAt at = find_table_ends(table);
  CHECK(whole_ends(disk, path));
  const auto damaged = disk.copy(1);
  for (std::size_t byte = at.properties; byte < table.size(); ++byte) {
    for (int bit = 0; bit < 8; ++bit) {
      std::string content = table;
      content[byte] = static_cast<char>(content[byte] ^ (1 << bit));
      damaged->write(path, content);
      if (!whole_ends(*damaged, path)) continue;
      // Only where the index lies may seem right: its own checksum tells.
      INFO("byte " << byte << ", bit " << bit);
      CHECK((byte > at.footer + 2 && byte < at.footer + 8));
    }
  }
  // Through RocksDB, which without our own look ends the process in an assertion at the first of
  // these: the top bit of the properties' last four bytes.
  std::vector<std::size_t> chosen = {(at.metaindex - 6) * 8 + 7};
  const std::size_t step = flips(1) == 1 ? 17 : 1;
  for (std::size_t i = at.properties * 8; i < table.size() * 8; i += step) chosen.push_back(i);
  for (const std::size_t i : chosen) {
    const Flip flip{path, i / 8, static_cast<int>(i % 8)};
    INFO("byte " << flip.byte << ", bit " << flip.bit);
    const auto one = flipped(disk, flip);
    CHECK(names(require_value(rocksdb::check(book_dir, one->options())), path));
    const auto opened = rocksdb::open_writer(book_dir, one->options());
    REQUIRE_FALSE(opened.has_value());
    CHECK(opened.error().id.starts_with("integrity."));
  }
}

TEST_CASE("a fragment that says it is of a recycled log is damage, not an end", "[damage]") {
  FaultDisk disk;
  fill(disk, false);
  disk.power_loss(Loss::dropped);
  const auto tables = tables_in_use(disk);
  std::uint64_t tried = 0;
  for (const auto& path : disk.files()) {
    const std::string log = disk.read(path);
    if (!path.ends_with(".log") && path.find("/MANIFEST-") == std::string::npos) continue;
    for (const std::size_t at : types_in(log)) {
      const auto damaged = flipped(disk, {path, at, 2});
      INFO(path << ", byte " << at);
      ++tried;
      CHECK_FALSE(require_value(rocksdb::check(book_dir, damaged->options())).empty());
      check_nothing_lost_in_silence(rocksdb::open_reader(book_dir, damaged->options()), 120);
      std::unique_ptr<Store> store;
      const auto written = view_of_writer(*damaged, store);
      check_nothing_lost_in_silence(written, 120);
      // A MANIFEST read short would make tables look as if nobody needed them.
      if (written) continue;
      for (const auto& table : tables) CHECK_FALSE(damaged->read(table).empty());
    }
  }
  CHECK(tried > 10);
}

TEST_CASE("a table that a crash left unfinished is no damage", "[damage]") {
  FaultDisk disk;
  fill(disk, false);
  disk.power_loss(Loss::dropped);
  std::string content = disk.read(tables_in_use(disk).front());
  content[content.size() / 2] ^= 1;
  // The footer reached the disk, other pages did not.
  content.replace(find_table_ends(content).properties, 100, 100, '\0');
  disk.write(book_dir + "/db/009999.sst", content);
  CHECK(require_value(rocksdb::check(book_dir, disk.options())).empty());
  CHECK(check_entries(*require_value(rocksdb::open_reader(book_dir, disk.options()))) == 120);
  const auto store = require_value(rocksdb::open_writer(book_dir, disk.options()));
  CHECK(check_entries(*require_value(store->view())) == 120);
}

TEST_CASE("a log cut short is refused, and a repeated open refuses again", "[damage]") {
  FaultDisk disk;
  fill(disk, false);
  disk.power_loss(Loss::dropped);
  for (const auto& path : disk.files()) {
    const std::string content = disk.read(path);
    if (!path.ends_with(".log") || content.empty()) continue;
    for (std::size_t cut = 0; cut < content.size(); cut += 97) {
      const auto damaged = disk.copy(1);
      damaged->write(path, content.substr(0, cut));
      INFO(path << " cut at " << cut << " of " << content.size());
      for (int attempt = 0; attempt < 2; ++attempt) {
        const auto opened = rocksdb::open_writer(book_dir, damaged->options());
        REQUIRE_FALSE(opened.has_value());
        CHECK(opened.error().id == "integrity.entries_missing");
      }
      const auto reader = rocksdb::open_reader(book_dir, damaged->options());
      REQUIRE_FALSE(reader.has_value());
      CHECK(reader.error().id == "integrity.entries_missing");
      CHECK_FALSE(require_value(rocksdb::check(book_dir, damaged->options())).empty());
    }
  }
}

TEST_CASE("garbage behind the last whole record is set aside and the book goes on", "[damage]") {
  FaultDisk disk;
  fill(disk, false);
  disk.power_loss(Loss::dropped);
  // A fragment of ten bytes whose checksum is wrong: what a torn, never acknowledged write may
  // leave.
  const std::string garbage(
      "\x01\x02\x03\x04\x0a\x00\x01"
      "0123456789",
      17);
  std::uint64_t files = 0;
  for (const auto& path : disk.files()) {
    const bool log = path.ends_with(".log") && !disk.read(path).empty();
    if (!log && path.find("/MANIFEST-") == std::string::npos) continue;
    ++files;
    INFO(path);
    const auto damaged = disk.copy(1);
    damaged->write(path, disk.read(path) + garbage);
    auto store = require_value(rocksdb::open_writer(book_dir, damaged->options()));
    CHECK(check_entries(*require_value(store->view())) == 120);
    CHECK(damaged->read(book_dir + "/set-aside-3" + path.substr(path.rfind('/'))) ==
          disk.read(path) + garbage);
    LOANBOOK_TEST_OK(store->commit(group_of(121, 5)));
    store.reset();
    store = require_value(rocksdb::open_writer(book_dir, damaged->options()));
    CHECK(check_entries(*require_value(store->view())) == 125);
    LOANBOOK_TEST_OK(store->close());
    store.reset();
    CHECK(require_value(rocksdb::check(book_dir, damaged->options())).empty());
  }
  CHECK(files == 2);
}

TEST_CASE("a head file without a readable slot is damage", "[damage]") {
  FaultDisk disk;
  fill(disk, true);
  disk.write(book_dir + "/HEAD", std::string(4'160, '\0'));
  CHECK(rocksdb::open_writer(book_dir, disk.options()).error().id == "integrity.head_damaged");
  CHECK(rocksdb::open_reader(book_dir, disk.options()).error().id == "integrity.head_damaged");
  CHECK(names(require_value(rocksdb::check(book_dir, disk.options())), book_dir + "/HEAD"));
}

TEST_CASE("bad places for a book are refused in words", "[damage]") {
  const TempDir dir;
  CHECK(rocksdb::open_writer(dir.book()).error().id == "book.not_found");
  CHECK(rocksdb::open_reader(dir.book()).error().id == "book.not_found");
  CHECK(rocksdb::check(dir.book()).error().id == "book.not_found");
  LOANBOOK_TEST_OK(rocksdb::create_book(dir.book()));
  CHECK(rocksdb::create_book(dir.book()).error().id == "book.exists");
  write_file(dir.path() + "/letter.txt", "dear sir");
  CHECK(rocksdb::create_book(dir.path()).error().id == "book.folder_not_empty");
  CHECK(read_file(dir.path() + "/letter.txt") == "dear sir");
  CHECK(rocksdb::create_book(dir.path() + "/a/b/c").error().id == "store.io");
}

}  // namespace loanbook::storage::test
