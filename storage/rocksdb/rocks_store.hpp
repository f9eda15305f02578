#pragma once

// A book in a folder. Files and layouts: docs/format-storage.md.

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "loanbook/storage/store.hpp"

namespace loanbook::storage::rocksdb {

/// What the outside world gives; the core reads no clock and no host name.
struct Options {
  std::string pid = {};      ///< shown to a second writer that is refused
  std::string host = {};     ///< the same
  std::string started = {};  ///< the same: start time as text
  /// For readers' private folders; empty: the system's folder for temporary files.
  std::string temp_dir = {};
  std::uint32_t reader_attempts = 50;  ///< opens tried before a reader gives up
  /// A rocksdb::Env, for fault injection (storage/fault); empty: the real disk.
  std::shared_ptr<void> env = nullptr;
};

/// Makes an empty book in the missing or empty folder `dir`, closed cleanly.
///
/// `book.exists`, `book.folder_not_empty`, `busy.writer`, `store.*`. After a crash the call may be
/// repeated.
Status create_book(const std::string& dir, const Options& options = {});

/// The one writer of a book. Raises the epoch.
///
/// `book.not_found`, `book.format_unknown`, `busy.writer` (names the holder), `store.*`, and
/// `integrity.*`: an acknowledged entry is missing (`entries_missing`), the head file is unreadable
/// (`head_damaged`), the log does not fit the head file (`head_mismatch`), a file of a cleanly
/// closed book changed (`file_damaged`), the log is damaged (`log_damaged`). A refused book is left
/// as it was found but for RocksDB's own new files; nothing acknowledged is dropped.
Result<std::unique_ptr<Store>> open_writer(const std::string& dir, const Options& options = {});

/// A view for another process, beside a busy writer or without one: a contiguous prefix that holds
/// all that was acknowledged before the call. Unflushed derived rows of the writer are not in it.
/// It never writes into the book.
///
/// As `open_writer`, and `busy.reader` where a writer holds the book and every attempt lost the
/// race: try again.
Result<std::unique_ptr<View>> open_reader(const std::string& dir, const Options& options = {});

/// Everything storage can know without understanding entries: format, head, clean mark, sizes and
/// checksums of all files, digests of segments, checksums and contiguity of the log. Empty: no
/// damage found. Reads only; errors are for books that cannot be looked at.
Result<std::vector<Damage>> check(const std::string& dir, const Options& options = {});

}  // namespace loanbook::storage::rocksdb
