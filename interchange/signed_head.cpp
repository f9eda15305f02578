#include "loanbook/interchange/signed_head.hpp"

#include <fmt/format.h>
#include <openssl/evp.h>
#include <openssl/pem.h>

#include <array>
#include <charconv>
#include <memory>
#include <vector>

#include "loanbook/interchange/hex.hpp"
#include "loanbook/interchange/json.hpp"
#include "loanbook/money/day.hpp"

namespace loanbook::interchange {
namespace {

using money::Error;
using money::Result;

constexpr std::string_view first_line = "loanbook head 1";
constexpr std::size_t key_bytes = 32;
constexpr std::size_t signature_bytes = 64;

struct Free {
  void operator()(EVP_PKEY* key) const { EVP_PKEY_free(key); }
  void operator()(EVP_MD_CTX* context) const { EVP_MD_CTX_free(context); }
  void operator()(BIO* bio) const { BIO_free(bio); }
};
template <class T>
using Owned = std::unique_ptr<T, Free>;

Error no_key(std::string message) {
  return Error{.id = "key.unreadable", .message = std::move(message)};
}
Error malformed(std::string message) {
  return Error{.id = "head.malformed", .message = std::move(message)};
}

const unsigned char* bytes_at(std::string_view text) {
  return reinterpret_cast<const unsigned char*>(text.data());
}

Result<std::string> public_hex(EVP_PKEY* key) {
  std::array<unsigned char, key_bytes> raw{};
  std::size_t size = raw.size();
  if (EVP_PKEY_get_raw_public_key(key, raw.data(), &size) != 1 || size != raw.size())
    return no_key("the key has no public part of Ed25519");
  return hex_of({reinterpret_cast<const char*>(raw.data()), raw.size()});
}

bool is_signature(std::string_view key, std::string_view signature, std::string_view text) {
  const Owned<EVP_PKEY> known{
      EVP_PKEY_new_raw_public_key(EVP_PKEY_ED25519, nullptr, bytes_at(key), key.size())};
  const Owned<EVP_MD_CTX> context{EVP_MD_CTX_new()};
  return known && context &&
         EVP_DigestVerifyInit(context.get(), nullptr, nullptr, nullptr, known.get()) == 1 &&
         EVP_DigestVerify(context.get(), bytes_at(signature), signature.size(), bytes_at(text),
                          text.size()) == 1;
}

/// The lines of a head in their order.
class Lines {
 public:
  explicit Lines(std::string_view text) : text_(text) {}
  [[nodiscard]] bool done() const { return text_.empty(); }
  [[nodiscard]] std::optional<std::string_view> value(std::string_view name) {
    const std::size_t end = text_.find('\n');
    if (end == std::string_view::npos || end <= name.size() || !text_.starts_with(name) ||
        text_[name.size()] != ' ')
      return std::nullopt;
    const std::string_view found = text_.substr(name.size() + 1, end - name.size() - 1);
    text_.remove_prefix(end + 1);
    return found;
  }
  [[nodiscard]] std::optional<storage::Digest> digest(std::string_view name) {
    const auto text = value(name);
    return text ? digest_of_hex(*text) : std::nullopt;
  }
  [[nodiscard]] std::optional<std::uint64_t> number(std::string_view name) {
    const auto text = value(name);
    std::uint64_t number = 0;
    if (!text) return std::nullopt;
    const auto [end, error] = std::from_chars(text->data(), text->data() + text->size(), number);
    if (error != std::errc{} || end != text->data() + text->size()) return std::nullopt;
    return number;
  }

 private:
  std::string_view text_;
};

void add_entry(JsonWriter& out, const ledger::ProvenEntry& entry) {
  out.begin_object();
  out.key("sequence").integer(entry.sequence);
  out.key("previous").string(hex_of(entry.previous));
  out.key("body").string(hex_of(entry.body));
  out.key("path").begin_array();
  for (const storage::Digest& node : entry.path) out.string(hex_of(node));
  out.end_array();
  out.end_object();
}

}  // namespace

Result<KeyPair> make_key() {
  const Owned<EVP_PKEY> key{EVP_PKEY_Q_keygen(nullptr, nullptr, "ED25519")};
  if (!key) return no_key("no key could be made: the system gives no randomness");
  const Owned<BIO> memory{BIO_new(BIO_s_mem())};
  if (!memory || PEM_write_bio_PKCS8PrivateKey(memory.get(), key.get(), nullptr, nullptr, 0,
                                               nullptr, nullptr) != 1)
    return no_key("the key could not be written");
  char* data = nullptr;
  const long size = BIO_get_mem_data(memory.get(), &data);
  const Result<std::string> shown = public_hex(key.get());
  if (!shown) return shown.error();
  return KeyPair{std::string(data, static_cast<std::size_t>(size)), *shown};
}

std::string text_of(const ledger::ProofHead& head) {
  return fmt::format(
      "{}\nbook {}\nsequence {}\nhash {}\nbooking-date {}\nentries {}\nloans {}\nof-loans {}\n",
      first_line, hex_of(head.book), head.sequence, hex_of(head.hash),
      money::to_text(head.booking_date), hex_of(head.entries), head.loans, hex_of(head.of_loans));
}

Result<std::string> sign(const ledger::ProofHead& head, const std::string& private_pem) {
  const Owned<BIO> memory{
      BIO_new_mem_buf(private_pem.data(), static_cast<int>(private_pem.size()))};
  // An encrypted key is refused, not asked for its password.
  const auto no_password = [](char*, int, int, void*) { return -1; };
  const Owned<EVP_PKEY> key{
      memory ? PEM_read_bio_PrivateKey(memory.get(), nullptr, no_password, nullptr) : nullptr};
  if (!key || EVP_PKEY_get_id(key.get()) != EVP_PKEY_ED25519)
    return no_key(
        "this is no private key of Ed25519 in PEM without a password: `keygen` makes one");
  const Result<std::string> shown = public_hex(key.get());
  if (!shown) return shown.error();
  std::string text = text_of(head) + "key " + *shown + "\n";
  std::array<unsigned char, signature_bytes> signature{};
  std::size_t size = signature.size();
  const Owned<EVP_MD_CTX> context{EVP_MD_CTX_new()};
  if (!context || EVP_DigestSignInit(context.get(), nullptr, nullptr, nullptr, key.get()) != 1 ||
      EVP_DigestSign(context.get(), signature.data(), &size, bytes_at(text), text.size()) != 1)
    return no_key("the key does not sign");
  text += "signature " + hex_of({reinterpret_cast<const char*>(signature.data()), size}) + "\n";
  return text;
}

Result<SignedHead> parse_head(std::string_view text) {
  if (!text.starts_with(std::string(first_line) + "\n"))
    return malformed("this is no head of a book, version 1");
  Lines lines{text.substr(first_line.size() + 1)};
  const auto book = lines.digest("book");
  const auto sequence = lines.number("sequence");
  const auto hash = lines.digest("hash");
  const auto day_text = lines.value("booking-date");
  const auto entries = lines.digest("entries");
  const auto loans = lines.number("loans");
  const auto of_loans = lines.digest("of-loans");
  if (!book || !sequence || !hash || !day_text || !entries || !loans || !of_loans)
    return malformed("a line of the head is missing or cannot be read");
  const Result<money::Day> day = money::parse_day(std::string(*day_text));
  if (!day) return malformed("the booking date cannot be read");
  SignedHead parsed{.head = {.book = *book,
                             .sequence = *sequence,
                             .hash = *hash,
                             .booking_date = *day,
                             .entries = *entries,
                             .loans = *loans,
                             .of_loans = *of_loans},
                    .key = {}};
  if (lines.done()) return parsed;
  const auto key = lines.value("key");
  const auto signature = lines.value("signature");
  const auto raw_key = key ? bytes_of_hex(*key) : std::nullopt;
  const auto raw_signature = signature ? bytes_of_hex(*signature) : std::nullopt;
  if (!raw_key || raw_key->size() != key_bytes || !raw_signature ||
      raw_signature->size() != signature_bytes || !lines.done())
    return malformed("key or signature cannot be read");
  const std::string_view covered = text.substr(0, text.rfind("signature "));
  if (!is_signature(*raw_key, *raw_signature, covered)) {
    return Error{.id = "head.signature",
                 .message = "the signature is not that of the key: the head was altered"};
  }
  parsed.key = std::string(*key);
  return parsed;
}

std::string proof_text(const ledger::LoanProof& proof, std::string_view head) {
  JsonWriter out;
  out.begin_object();
  out.key("proof").string("loanbook loan 1");
  out.key("head").string(head);
  out.key("loan").integer(proof.loan);
  out.key("product");
  add_entry(out, proof.product);
  out.key("entries").begin_array();
  for (const ledger::ProvenEntry& entry : proof.entries) add_entry(out, entry);
  out.end_array();
  out.key("nights").begin_array();
  for (const storage::Bytes& night : proof.nights) out.string(hex_of(night));
  out.end_array();
  out.key("path").begin_array();
  for (const storage::Digest& node : proof.path) out.string(hex_of(node));
  out.end_array();
  out.end_object();
  return out.take() + "\n";
}

}  // namespace loanbook::interchange
