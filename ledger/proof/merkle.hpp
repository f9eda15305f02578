#pragma once

// Merkle trees as in RFC 6962, section 2.1, over leaves that come one after the other.
//
//   leaf = SHA-256(0x00 || data)      node = SHA-256(0x01 || left || right)
//
// A node without a neighbour moves up as it is. Memory: one digest a level and wanted node.

#include <cstdint>
#include <map>
#include <set>
#include <span>
#include <string_view>
#include <utility>
#include <vector>

#include "loanbook/storage/records.hpp"

namespace loanbook::ledger {

class MerkleTree {
 public:
  /// `wanted`: leaves, from 0, whose paths will be asked for.
  explicit MerkleTree(std::span<const std::uint64_t> wanted = {});
  void add(std::string_view data);
  [[nodiscard]] std::uint64_t size() const { return size_; }
  /// Of no leaves: SHA-256 of nothing.
  [[nodiscard]] storage::Digest root() const;
  /// Neighbours of a wanted leaf from the bottom up. Asserts that it was wanted and added.
  [[nodiscard]] std::vector<storage::Digest> path(std::uint64_t leaf) const;

 private:
  using Place = std::pair<unsigned, std::uint64_t>;  // level, place in it
  [[nodiscard]] storage::Digest unfinished(unsigned level) const;

  std::uint64_t size_ = 0;
  std::vector<storage::Digest> left_;  // by level: a finished node that waits for its neighbour
  std::set<Place> wanted_;
  std::map<Place, storage::Digest> kept_;
};

}  // namespace loanbook::ledger
