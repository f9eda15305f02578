#pragma once

// The file HEAD: what was acknowledged, outside RocksDB's trust. Reached a disk: frozen. Integers
// big-endian.
//
//   file = slot  zero bytes up to offset 4096  slot      (4160 bytes)
//   slot = "LBHEAD1\n"  sequence : u64  hash : 32 bytes  epoch : u64  zero : u32  checksum : u32
//   (CRC-32C over the 60 bytes before)
//
// The slots lie 4 KiB apart, so that a torn sector takes one of them at most, and are written in
// turn.

#include <array>
#include <memory>
#include <optional>
#include <string>

#include "disk.hpp"
#include "loanbook/storage/records.hpp"

namespace loanbook::storage::rocksdb {

struct HeadSlot {
  Head head;
  std::uint64_t epoch = 0;
};

struct HeadSlots {
  std::array<std::optional<HeadSlot>, 2> slots;  ///< nothing: damaged, or torn by a crash
  bool whole = false;  ///< size and the bytes between the slots are as written
  /// The slot written last: highest epoch, then highest sequence.
  [[nodiscard]] std::optional<std::size_t> newest() const;
};

/// What is in the file; a missing or unreadable file has no valid slot.
HeadSlots read_head(const Disk& disk, const std::string& dir);
/// Both slots, synced; the folder is not synced.
Status create_head(const Disk& disk, const std::string& dir, const HeadSlot& slot);

/// Keeps the file open for the commits of one writer.
class HeadWriter {
 public:
  /// `next`: the slot to write first, i.e. not the newest one.
  static Result<std::unique_ptr<HeadWriter>> open(const Disk& disk, const std::string& dir,
                                                  std::size_t next);
  /// Durable on return.
  Status write(const HeadSlot& slot);
  Status close();

 private:
  std::unique_ptr<rdb::FSRandomRWFile> file_;
  std::size_t next_ = 0;
};

}  // namespace loanbook::storage::rocksdb
