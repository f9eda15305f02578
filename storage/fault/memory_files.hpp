#pragma once

// The tree of files behind FaultDisk: what is written, what is synced, and what a power loss
// leaves.

#include <cstdint>
#include <map>
#include <memory>
#include <mutex>
#include <random>
#include <string>

#include "fault_disk.hpp"

namespace loanbook::storage::fault {

/// A file: its bytes now, and its bytes as synced. Bytes before `dirty_from` are equal in both.
struct Inode {
  std::string now;
  std::string durable;
  std::size_t dirty_from = 0;
  void dirty(std::size_t at) { dirty_from = at < dirty_from ? at : dirty_from; }
  void sync();
};

enum class Verdict { go_on, half, refuse };

struct FaultDisk::State {
  using Names = std::map<std::string, std::shared_ptr<Inode>>;  // a folder is a name without a file

  explicit State(std::uint64_t seed) : random(seed) {}

  /// Counts one changing call of the handle's generation and says what happens to it. Needs the
  /// lock.
  Verdict count(std::uint64_t handle_generation);
  void power_loss(Loss loss);
  void sync_folder(const std::string& dir);

  mutable std::mutex mutex;
  std::mt19937_64 random;
  Names names;
  Names names_durable;
  std::uint64_t generation = 1;
  std::uint64_t calls = 0;
  std::uint64_t die_at = 0;
  std::uint64_t fail_at = 0;
  Failure failure = Failure::io_error;
};

std::string folder_of(const std::string& path);

}  // namespace loanbook::storage::fault
