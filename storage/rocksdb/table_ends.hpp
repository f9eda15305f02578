#pragma once

// What RocksDB believes of a table before it looks at a checksum, checked before RocksDB reads it.
//
// RocksDB 7.8.3 takes the footer as it stands and reads the properties block without its checksum
// first: one flipped bit there (an index that the block never had) ends the process in an
// assertion. Layout: RocksDB, table/format.h (Footer, version 5) and block_based/block.h. All
// integers little-endian.
//
//   table  = ... block ... footer                 block  = content  type : u8  sum : u32
//   footer = checksum type : u8  metaindex, index : handle  zeros up to byte 41  version : u32
//            magic : u64                          handle = offset, size of the content : varint

#include <string>

#include "disk.hpp"

namespace loanbook::storage::rocksdb {

/// The version that our options name; others lay out the footer in another way.
inline constexpr std::uint32_t table_format_version = 5;

/// The footer is one of ours, the blocks it names lie in the file, and the metaindex and the
/// properties have their checksums. Corruption with `path` and what is wrong, or what reading gave.
rdb::IOStatus check_table_ends(const rdb::FSRandomAccessFile& file, std::uint64_t size,
                               const std::string& path);

}  // namespace loanbook::storage::rocksdb
