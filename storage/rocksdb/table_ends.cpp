#include "table_ends.hpp"

#include <algorithm>
#include <optional>

#include "bytes.hpp"

namespace loanbook::storage::rocksdb {

namespace {

constexpr std::size_t footer_bytes = 53;
constexpr std::size_t version_at = 41;
constexpr std::size_t magic_at = 45;
constexpr std::uint64_t magic = 0x88e241b785f4cff7U;
constexpr char crc32c_type = 1;
constexpr char uncompressed = 0;
constexpr std::size_t trailer_bytes = 5;
/// Metaindex and properties of our tables lie in the last 1.2 KiB: one read for all.
constexpr std::size_t tail_bytes = 4096;

/// Where the content of a block lies.
struct Handle {
  std::uint64_t offset = 0;
  std::uint64_t size = 0;
};

/// Takes integers from the front; nothing where the bytes end first, or are not the shortest for
/// the value, which every flip of a highest bit would read as the same.
std::optional<std::uint64_t> take_varint(std::string_view& bytes) {
  std::uint64_t value = 0;
  for (unsigned shift = 0; shift < 64 && !bytes.empty(); shift += 7) {
    const auto byte = static_cast<std::uint8_t>(bytes.front());
    bytes.remove_prefix(1);
    value |= std::uint64_t{byte & 127U} << shift;
    if (byte == 0 && shift > 0) return std::nullopt;
    if (byte < 128) return value;
  }
  return std::nullopt;
}

std::optional<Handle> take_handle(std::string_view& bytes) {
  const auto offset = take_varint(bytes);
  const auto size = take_varint(bytes);
  if (!offset || !size) return std::nullopt;
  return Handle{*offset, *size};
}

/// The value of `key` in a metaindex block: entries of shared, unshared and value length, each a
/// varint, then the bytes; behind them the positions of restarts and their count.
std::optional<std::string_view> find_value(std::string_view block, std::string_view key) {
  if (block.size() < 4) return std::nullopt;
  const std::uint64_t restarts = read_u32_little(block.data() + block.size() - 4);
  if (restarts > block.size() / 4 - 1) return std::nullopt;
  block.remove_suffix(4 * (restarts + 1));
  std::string found;
  while (!block.empty()) {
    const auto shared = take_varint(block);
    const auto unshared = take_varint(block);
    const auto value = take_varint(block);
    if (!shared || !unshared || !value || *shared > found.size()) return std::nullopt;
    if (*unshared > block.size() || *value > block.size() - *unshared) return std::nullopt;
    found.resize(*shared);
    found += block.substr(0, *unshared);
    if (found == key) return block.substr(*unshared, *value);
    block.remove_prefix(*unshared + *value);
  }
  return std::nullopt;
}

class TableEnds {
 public:
  TableEnds(const rdb::FSRandomAccessFile& file, std::uint64_t size, const std::string& path)
      : file_(file), size_(size), path_(path) {}

  rdb::IOStatus check() {
    if (size_ < footer_bytes) return wrong("it is too short for a table");
    const std::uint64_t tail = std::min<std::uint64_t>(size_, tail_bytes);
    if (auto status = read(size_ - tail, tail, tail_); !status.ok()) return status;
    const std::string_view footer = std::string_view(tail_).substr(tail_.size() - footer_bytes);
    const bool ours = footer[0] == crc32c_type &&
                      read_u32_little(&footer[version_at]) == table_format_version &&
                      read_u32_little(&footer[magic_at]) == (magic & UINT32_MAX) &&
                      read_u32_little(&footer[magic_at + 4]) == magic >> 32;
    if (!ours) return wrong("its footer is not what was written");
    std::string_view handles = footer.substr(1, version_at - 1);
    const auto metaindex = take_handle(handles);
    const auto index = take_handle(handles);
    const bool padded = handles.find_first_not_of('\0') == std::string_view::npos;
    // RocksDB looks at the sum of the index itself, but would allocate any size first.
    if (!metaindex || !index || !padded || !inside(*index)) {
      return wrong("its footer is not what was written");
    }
    std::string block;
    if (auto status = read_block(*metaindex, "metaindex", block); !status.ok()) return status;
    auto value = find_value(block, "rocksdb.properties");
    const auto properties = value ? take_handle(*value) : std::nullopt;
    if (!properties) return wrong("it has no properties");
    std::string content;
    return read_block(*properties, "properties", content);
  }

 private:
  [[nodiscard]] rdb::IOStatus wrong(const std::string& what) const {
    return rdb::IOStatus::Corruption(path_ + ": " + what);
  }

  [[nodiscard]] bool inside(const Handle& handle) const {
    const std::uint64_t room = size_ - footer_bytes;
    return handle.offset <= room && handle.size <= room - handle.offset &&
           trailer_bytes <= room - handle.offset - handle.size;
  }

  /// Exactly these bytes, which lie in the file.
  rdb::IOStatus read(std::uint64_t offset, std::uint64_t bytes, std::string& into) const {
    if (const std::uint64_t tail = size_ - tail_.size(); offset >= tail && !tail_.empty()) {
      into.assign(tail_, offset - tail, bytes);
      return rdb::IOStatus::OK();
    }
    std::string buffer(bytes, '\0');
    rdb::Slice got;
    auto status = file_.Read(offset, bytes, {}, &got, buffer.data(), nullptr);
    if (!status.ok()) return status;
    if (got.size() != bytes) return wrong("it is shorter than its size");
    into.assign(got.data(), got.size());
    return status;
  }

  rdb::IOStatus read_block(const Handle& handle, const std::string& name,
                           std::string& content) const {
    if (!inside(handle)) return wrong("its " + name + " block does not lie in it");
    auto status = read(handle.offset, handle.size + trailer_bytes, content);
    if (!status.ok()) return status;
    const std::uint32_t sum = read_u32_little(content.data() + content.size() - 4);
    content.resize(content.size() - 4);
    if (masked(crc32c(content)) != sum || content.back() != uncompressed) {
      return wrong("its " + name + " block is not what was written");
    }
    content.pop_back();
    return status;
  }

  const rdb::FSRandomAccessFile& file_;
  std::uint64_t size_;
  const std::string& path_;
  std::string tail_;
};

}  // namespace

rdb::IOStatus check_table_ends(const rdb::FSRandomAccessFile& file, std::uint64_t size,
                               const std::string& path) {
  return TableEnds(file, size, path).check();
}

}  // namespace loanbook::storage::rocksdb
