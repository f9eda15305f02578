#pragma once

// The file CLEAN: everything a cleanly closed book consists of. Written last by close, removed
// first by the next writer. Reached a disk: frozen. Text, sealed as in bytes.hpp:
//
//   loanbook clean 1
//   head <sequence> <hash, hexadecimal>
//   epoch <epoch>
//   file <size> <CRC-32C, hexadecimal> <path>                      HEAD, FORMAT and files of db/
//   table <size> <CRC-32C> <path> <first entry> <last entry>       tables of the log
//   segment <size> <path>                                          the name is the SHA-256 of the
//   content checksum <CRC-32C of all lines before>

#include <optional>
#include <string>
#include <vector>

#include "database.hpp"

namespace loanbook::storage::rocksdb {

struct CleanFile {
  std::string path;  ///< relative to the book
  std::uint64_t size = 0;
  std::optional<std::uint32_t> checksum;  ///< none: a segment
  std::uint64_t first = 0;                ///< entries in a table of the log; 0: not one
  std::uint64_t last = 0;
};

struct CleanMark {
  Head head;
  std::uint64_t epoch = 0;
  std::vector<CleanFile> files;
};

/// What RocksDB knows of its tables while it is open, so that close need not read them again. Paths
/// are relative to the book.
std::vector<CleanFile> describe_tables(const Database& database, const Head& head);

/// Lists all files of the closed database, HEAD, FORMAT and the segments; writes CLEAN and syncs
/// the folder.
Status write_clean_mark(const Disk& disk, const std::string& dir, const Head& head,
                        std::uint64_t epoch, const std::vector<CleanFile>& tables);

/// Nothing where there is no mark, or it is not what was written: `exists` tells the two apart.
std::optional<CleanMark> read_clean_mark(const Disk& disk, const std::string& dir);

}  // namespace loanbook::storage::rocksdb
