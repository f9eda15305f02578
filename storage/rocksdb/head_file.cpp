#include "head_file.hpp"

#include <algorithm>
#include <tuple>

#include "bytes.hpp"

namespace loanbook::storage::rocksdb {

namespace {

constexpr std::string_view magic = "LBHEAD1\n";
constexpr std::size_t slot_bytes = 64;
constexpr std::size_t slot_distance = 4096;

std::string path_of(const std::string& dir) { return dir + "/HEAD"; }

std::string encode(const HeadSlot& slot) {
  std::string bytes(magic);
  append_u64(bytes, slot.head.sequence);
  bytes.append(view_of(slot.head.hash));
  append_u64(bytes, slot.epoch);
  append_u32(bytes, 0);
  append_u32(bytes, crc32c(bytes));
  LOANBOOK_ASSERT(bytes.size() == slot_bytes);
  return bytes;
}

std::optional<HeadSlot> decode(std::string_view bytes) {
  if (bytes.size() < slot_bytes) return std::nullopt;
  HeadSlot slot;
  slot.head.sequence = read_u64(bytes.data() + 8);
  std::copy_n(bytes.data() + 16, slot.head.hash.size(),
              reinterpret_cast<char*>(slot.head.hash.data()));
  slot.epoch = read_u64(bytes.data() + 48);
  if (encode(slot) != bytes.substr(0, slot_bytes)) return std::nullopt;
  return slot;
}

}  // namespace

std::optional<std::size_t> HeadSlots::newest() const {
  if (!slots[0] && !slots[1]) return std::nullopt;
  if (!slots[0]) return 1;
  if (!slots[1]) return 0;
  const auto order = [](const HeadSlot& slot) {
    return std::tuple(slot.epoch, slot.head.sequence);
  };
  return order(*slots[1]) > order(*slots[0]) ? 1 : 0;
}

HeadSlots read_head(const Disk& disk, const std::string& dir) {
  HeadSlots result;
  const auto content = disk.read(path_of(dir));
  if (!content) return result;
  const std::string_view bytes(*content);
  result.slots[0] = decode(bytes);
  if (bytes.size() > slot_distance) result.slots[1] = decode(bytes.substr(slot_distance));
  result.whole = bytes.size() == slot_distance + slot_bytes &&
                 std::all_of(bytes.begin() + slot_bytes, bytes.begin() + slot_distance,
                             [](char c) { return c == 0; });
  return result;
}

Status create_head(const Disk& disk, const std::string& dir, const HeadSlot& slot) {
  std::string content = encode(slot);
  content.resize(slot_distance, '\0');
  content += encode(slot);
  return disk.replace(path_of(dir), content);
}

Result<std::unique_ptr<HeadWriter>> HeadWriter::open(const Disk& disk, const std::string& dir,
                                                     std::size_t next) {
  auto writer = std::make_unique<HeadWriter>();
  writer->next_ = next;
  const auto status = disk.files().NewRandomRWFile(path_of(dir), {}, &writer->file_, nullptr);
  if (!status.ok()) return to_error(status, "open " + path_of(dir));
  return writer;
}

Status HeadWriter::write(const HeadSlot& slot) {
  const std::string bytes = encode(slot);
  auto status = file_->Write(next_ * slot_distance, bytes, {}, nullptr);
  if (status.ok()) status = file_->Sync({}, nullptr);
  if (!status.ok()) return to_error(status, "write HEAD");
  next_ = 1 - next_;
  return money::ok();
}

Status HeadWriter::close() {
  const auto status = file_->Close({}, nullptr);
  if (!status.ok()) return to_error(status, "close HEAD");
  return money::ok();
}

}  // namespace loanbook::storage::rocksdb
