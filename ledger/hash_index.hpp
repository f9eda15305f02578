#pragma once

// A flat table from 64-bit hashes to numbers, 16 bytes a key: idempotency keys and external ids by
// the ten million. Two keys may share a hash, so the caller compares the key itself.

#include <cstdint>
#include <string_view>
#include <vector>

namespace loanbook::ledger {

/// FNV-1a with a final mix; its values reach a disk (idempotency rows), so it never changes.
[[nodiscard]] constexpr std::uint64_t stable_hash(std::string_view text, std::uint64_t seed = 0) {
  std::uint64_t hash = 0xcbf29ce484222325u ^ seed;
  for (const char c : text) hash = (hash ^ static_cast<std::uint8_t>(c)) * 0x100000001b3u;
  hash ^= hash >> 32;
  hash *= 0xd6e8feb86659fd93u;
  return hash ^ (hash >> 32);
}

class HashIndex {
 public:
  /// `value` must not be 0.
  void insert(std::uint64_t hash, std::uint64_t value) {
    if ((size_ + 1) * 3 > slots_.size() * 2) grow();
    put({hash, value});
    ++size_;
  }
  /// The first value under `hash` that `matches`, or 0.
  template <class Matches>
  [[nodiscard]] std::uint64_t find(std::uint64_t hash, Matches matches) const {
    if (slots_.empty()) return 0;
    for (std::size_t i = hash & mask(); slots_[i].value != 0; i = (i + 1) & mask()) {
      if (slots_[i].hash == hash && matches(slots_[i].value)) return slots_[i].value;
    }
    return 0;
  }
  void erase(std::uint64_t hash, std::uint64_t value) {
    std::size_t hole = hash & mask();
    while (slots_[hole].hash != hash || slots_[hole].value != value) hole = (hole + 1) & mask();
    slots_[hole].value = 0;
    --size_;
    // Whatever follows without a gap may have been pushed over the hole: put it anew.
    for (std::size_t i = (hole + 1) & mask(); slots_[i].value != 0; i = (i + 1) & mask()) {
      const Slot moved = slots_[i];
      slots_[i].value = 0;
      put(moved);
    }
  }
  [[nodiscard]] std::size_t size() const { return size_; }
  void reserve(std::size_t keys) {
    while (keys * 3 > slots_.size() * 2) grow();
  }

 private:
  struct Slot {
    std::uint64_t hash;
    std::uint64_t value;
  };
  [[nodiscard]] std::size_t mask() const { return slots_.size() - 1; }
  void put(Slot slot) {
    std::size_t i = slot.hash & mask();
    while (slots_[i].value != 0) i = (i + 1) & mask();
    slots_[i] = slot;
  }
  void grow() {
    std::vector<Slot> old(slots_.empty() ? 1024 : slots_.size() * 2);
    old.swap(slots_);
    for (const Slot& slot : old) {
      if (slot.value != 0) put(slot);
    }
  }
  std::vector<Slot> slots_;
  std::size_t size_ = 0;
};

}  // namespace loanbook::ledger
