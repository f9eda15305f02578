#include "loanbook/ledger/proof/merkle.hpp"

#include <string>

#include "loanbook/ledger/proof/digest.hpp"
#include "loanbook/money/assert.hpp"

namespace loanbook::ledger {
namespace {

constexpr unsigned levels_max = 48;

Digest node_of(const Digest& left, const Digest& right) {
  std::string bytes(1, '\1');
  bytes.append(reinterpret_cast<const char*>(left.data()), left.size());
  bytes.append(reinterpret_cast<const char*>(right.data()), right.size());
  return sha256(bytes);
}

}  // namespace

MerkleTree::MerkleTree(std::span<const std::uint64_t> wanted) {
  for (const std::uint64_t leaf : wanted) {
    for (unsigned level = 0; level < levels_max; ++level)
      wanted_.insert({level, (leaf >> level) ^ 1});
  }
}

void MerkleTree::add(std::string_view data) {
  std::string bytes(1, '\0');
  bytes += data;
  Digest node = sha256(bytes);
  unsigned level = 0;
  for (std::uint64_t place = size_++;; place >>= 1, ++level) {
    if (wanted_.contains({level, place})) kept_[{level, place}] = node;
    if ((place & 1) == 0) break;
    node = node_of(left_[level], node);
  }
  if (level == left_.size()) left_.emplace_back();
  left_[level] = node;
}

Digest MerkleTree::unfinished(unsigned level) const {
  bool begun = false;
  Digest node{};
  for (unsigned at = 0; at < level; ++at) {
    if ((size_ >> at & 1) == 0) continue;
    node = begun ? node_of(left_[at], node) : left_[at];
    begun = true;
  }
  LOANBOOK_ASSERT(begun);
  return node;
}

Digest MerkleTree::root() const {
  return size_ == 0 ? sha256({}) : unfinished(static_cast<unsigned>(left_.size()));
}

std::vector<Digest> MerkleTree::path(std::uint64_t leaf) const {
  LOANBOOK_ASSERT(leaf < size_);
  std::vector<Digest> nodes;
  for (unsigned level = 0; (size_ - 1) >> level != 0; ++level) {
    const std::uint64_t neighbour = (leaf >> level) ^ 1;
    if (neighbour > (size_ - 1) >> level) continue;
    if ((neighbour + 1) << level > size_) {
      nodes.push_back(unfinished(level));
      continue;
    }
    const auto kept = kept_.find({level, neighbour});
    LOANBOOK_ASSERT(kept != kept_.end());
    nodes.push_back(kept->second);
  }
  return nodes;
}

}  // namespace loanbook::ledger
