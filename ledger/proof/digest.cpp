#include "loanbook/ledger/proof/digest.hpp"

#include <openssl/evp.h>

#include "loanbook/money/assert.hpp"

namespace loanbook::ledger {
namespace {

struct FreeContext {
  void operator()(EVP_MD_CTX* context) const { EVP_MD_CTX_free(context); }
};

// Making a context costs more than hashing an entry, so each thread keeps one; it holds nothing
// between two calls.
EVP_MD_CTX* context() {
  thread_local const std::unique_ptr<EVP_MD_CTX, FreeContext> kept{EVP_MD_CTX_new()};
  LOANBOOK_ASSERT(kept != nullptr);
  return kept.get();
}

const EVP_MD* algorithm() {
  static const EVP_MD* const fetched = EVP_MD_fetch(nullptr, "SHA256", nullptr);
  LOANBOOK_ASSERT(fetched != nullptr);
  return fetched;
}

Digest finish(EVP_MD_CTX* hash) {
  Digest digest{};
  unsigned size = 0;
  const int finished = EVP_DigestFinal_ex(hash, digest.data(), &size);
  LOANBOOK_ASSERT(finished == 1);
  LOANBOOK_ASSERT(size == digest.size());
  return digest;
}

}  // namespace

Digest sha256(std::string_view bytes) {
  EVP_MD_CTX* hash = context();
  const int started = EVP_DigestInit_ex2(hash, algorithm(), nullptr);
  LOANBOOK_ASSERT(started == 1);
  const int updated = EVP_DigestUpdate(hash, bytes.data(), bytes.size());
  LOANBOOK_ASSERT(updated == 1);
  return finish(hash);
}

Digest chain_hash(const Digest& previous, std::string_view body) {
  EVP_MD_CTX* hash = context();
  const int started = EVP_DigestInit_ex2(hash, algorithm(), nullptr);
  LOANBOOK_ASSERT(started == 1);
  const int first = EVP_DigestUpdate(hash, previous.data(), previous.size());
  LOANBOOK_ASSERT(first == 1);
  const int second = EVP_DigestUpdate(hash, body.data(), body.size());
  LOANBOOK_ASSERT(second == 1);
  return finish(hash);
}

std::string hex(const Digest& digest) {
  constexpr std::string_view digits = "0123456789abcdef";
  std::string text;
  text.reserve(64);
  for (const std::uint8_t byte : digest) {
    text.push_back(digits[byte >> 4]);
    text.push_back(digits[byte & 15]);
  }
  return text;
}

std::string short_hex(const Digest& digest) { return hex(digest).substr(0, 12); }

}  // namespace loanbook::ledger
