#pragma once

// Small books with chained entries, and folders that vanish.

#include <openssl/evp.h>
#include <unistd.h>

#include <catch2/catch.hpp>
#include <filesystem>
#include <fstream>
#include <map>
#include <string>
#include <vector>

#include "loanbook/storage/rocksdb/rocks_store.hpp"
#include "loanbook/storage/store.hpp"

namespace loanbook::storage::test {

inline Digest sha256(std::string_view bytes) {
  Digest digest;
  EVP_Digest(bytes.data(), bytes.size(), digest.data(), nullptr, EVP_sha256(), nullptr);
  return digest;
}

/// The entry that stands at `sequence` in every test book: a pure function, so that what was
/// acknowledged needs no second record.
inline StoredEntry entry_at(std::uint64_t sequence, std::size_t body_bytes = 0) {
  StoredEntry entry;
  entry.sequence = sequence;
  entry.body = "entry " + std::to_string(sequence) + " ";
  std::uint64_t state = sequence;
  const auto random = [&state] { return (state = state * 6364136223846793005U + 1) >> 56; };
  const std::size_t bytes = body_bytes == 0 ? 20 + random() % 60 : body_bytes;
  while (entry.body.size() < bytes) entry.body.push_back(static_cast<char>(random()));
  // Storage does not look at hashes, so that a cheap one serves; the first bytes tell entries
  // apart.
  for (auto& byte : entry.hash) byte = static_cast<std::uint8_t>(random());
  return entry;
}

inline Group group_of(std::uint64_t first, std::uint64_t count, std::size_t body_bytes = 0) {
  Group group;
  for (std::uint64_t i = 0; i < count; ++i) {
    group.entries.push_back(entry_at(first + i, body_bytes));
  }
  group.wall_time_ms = static_cast<std::int64_t>(first);
  return group;
}

#define LOANBOOK_TEST_OK(expression)                                                               \
  do {                                                                                             \
    auto loanbook_status = (expression);                                                           \
    INFO((loanbook_status ? std::string()                                                          \
                          : loanbook_status.error().id + ": " + loanbook_status.error().message)); \
    REQUIRE(loanbook_status.has_value());                                                          \
  } while (false)

template <class T>
T require_value(Result<T> result) {
  INFO((result ? std::string() : result.error().id + ": " + result.error().message));
  REQUIRE(result.has_value());
  return std::move(result).value();
}

/// Entries 1..head are there, in order, as `entry_at` makes them; returns how many.
inline std::uint64_t check_entries(const View& view, std::size_t body_bytes = 0) {
  std::uint64_t seen = 0;
  bool right = true;
  LOANBOOK_TEST_OK(view.entries(1, UINT64_MAX, [&](const StoredEntry& entry) {
    ++seen;
    right = right && entry == entry_at(seen, body_bytes);
    return true;
  }));
  CHECK(right);
  CHECK(seen == view.head().sequence);
  return seen;
}

class TempDir {
 public:
  TempDir() {
    std::string pattern =
        (std::filesystem::temp_directory_path() / "loanbook-test-XXXXXX").string();
    REQUIRE(::mkdtemp(pattern.data()) != nullptr);
    path_ = pattern;
  }
  ~TempDir() {
    std::error_code ignored;
    std::filesystem::remove_all(path_, ignored);
  }
  TempDir(const TempDir&) = delete;
  TempDir& operator=(const TempDir&) = delete;
  [[nodiscard]] std::string book() const { return path_ + "/book"; }
  [[nodiscard]] const std::string& path() const { return path_; }

 private:
  std::string path_;
};

inline std::string read_file(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), {}};
}

inline void write_file(const std::string& path, const std::string& content) {
  std::ofstream(path, std::ios::binary | std::ios::trunc) << content;
}

/// Files below `dir` with their content, by relative path.
inline std::map<std::string, std::string> read_tree(const std::string& dir) {
  std::map<std::string, std::string> files;
  for (const auto& file : std::filesystem::recursive_directory_iterator(dir)) {
    if (!file.is_regular_file()) continue;
    files[std::filesystem::relative(file.path(), dir).string()] = read_file(file.path().string());
  }
  return files;
}

inline void write_tree(const std::string& dir, const std::map<std::string, std::string>& files) {
  std::error_code ignored;
  std::filesystem::remove_all(dir, ignored);
  std::filesystem::create_directories(dir + "/db");
  std::filesystem::create_directories(dir + "/segments");
  for (const auto& [path, content] : files) {
    std::filesystem::create_directories(std::filesystem::path(dir + "/" + path).parent_path());
    write_file(dir + "/" + path, content);
  }
}

}  // namespace loanbook::storage::test
