#pragma once

// What a stranger needs to check one loan against a signature of the whole book, and nothing of
// other loans. Bytes: docs/format.md, section "Proof".

#include <cstdint>
#include <vector>

#include "loanbook/money/day.hpp"
#include "loanbook/storage/records.hpp"

namespace loanbook::ledger {

/// A book up to one entry: who holds a signature of it can show that nothing before was altered.
struct ProofHead {
  storage::Digest book{};  ///< hash of the first entry
  std::uint64_t sequence = 0;
  storage::Digest hash{};      ///< of entry `sequence`
  money::Day booking_date{};   ///< of entry `sequence`
  storage::Digest entries{};   ///< root of the tree over the hashes of entries 1..sequence
  std::uint64_t loans = 0;     ///< opened so far
  storage::Digest of_loans{};  ///< root of the tree over loans 1..loans
  bool operator==(const ProofHead&) const = default;
};

struct ProvenEntry {
  std::uint64_t sequence = 0;
  storage::Digest previous{};  ///< hash of the entry before it in the book
  storage::Bytes body;
  std::vector<storage::Digest> path;  ///< to ProofHead::entries, from the leaf up
};

struct LoanProof {
  ProofHead head;
  std::uint64_t loan = 0;  ///< number
  ProvenEntry product;     ///< that published the loan's product version
  std::vector<ProvenEntry> entries;
  std::vector<storage::Bytes> nights;  ///< records of the nights that visited or isolated it
  std::vector<storage::Digest> path;   ///< to ProofHead::of_loans
};

}  // namespace loanbook::ledger
