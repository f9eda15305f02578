#pragma once

// A signed head of a book (Ed25519, RFC 8032), and the file that proves one loan against it. Forms:
// docs/format.md, section "Proof". The private key never lies in a book.

#include <optional>
#include <string>
#include <string_view>

#include "loanbook/ledger/proof/proof.hpp"
#include "loanbook/money/result.hpp"

namespace loanbook::interchange {

struct KeyPair {
  std::string private_pem;  ///< PKCS #8
  std::string public_hex;   ///< 64 hexadecimal digits
};
/// From the system's source of randomness.
[[nodiscard]] money::Result<KeyPair> make_key();

/// Lines `name value` without key and signature.
[[nodiscard]] std::string text_of(const ledger::ProofHead& head);
/// The same with the public key and the signature over everything before it. `key.unreadable` where
/// `private_pem` is no Ed25519 key.
[[nodiscard]] money::Result<std::string> sign(const ledger::ProofHead& head,
                                              const std::string& private_pem);

struct SignedHead {
  ledger::ProofHead head;
  std::optional<std::string> key;  ///< public, in hexadecimal digits; none: not signed
};
/// `head.malformed`; `head.signature` where it is not that of the key in the text.
[[nodiscard]] money::Result<SignedHead> parse_head(std::string_view text);

/// `head` is the text that the verifier checks. Canonical: equal proofs give equal bytes.
[[nodiscard]] std::string proof_text(const ledger::LoanProof& proof, std::string_view head);

}  // namespace loanbook::interchange
