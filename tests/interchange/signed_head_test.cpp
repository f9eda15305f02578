#include "loanbook/interchange/signed_head.hpp"

#include <catch2/catch.hpp>

#include "loanbook/interchange/hex.hpp"
#include "loanbook/money/day.hpp"

namespace {

using namespace loanbook;
using namespace loanbook::interchange;

/// The secret key of RFC 8032, section 7.1, test 1, as PKCS #8 (RFC 8410).
constexpr const char* pem =
    "-----BEGIN PRIVATE KEY-----\n"
    "MC4CAQAwBQYDK2VwBCIEIJ1hsZ3v/VpguoRK9JLsLMREScVpezJpGXA7rAMcrn9g\n"
    "-----END PRIVATE KEY-----\n";
constexpr const char* public_key =
    "d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a";

ledger::ProofHead head() {
  ledger::ProofHead head{
      .sequence = 17, .booking_date = money::parse_day("2026-01-31").value(), .loans = 2};
  head.book[0] = 1;
  head.hash[31] = 2;
  head.entries[5] = 0xab;
  head.of_loans[6] = 0xcd;
  return head;
}

TEST_CASE("a signed head reads back, and no changed byte of it does", "[signed_head]") {
  const std::string text = sign(head(), pem).value();
  CHECK(text.starts_with(text_of(head())));
  const SignedHead parsed = parse_head(text).value();
  CHECK(parsed.head == head());
  CHECK(parsed.key == public_key);
  for (std::size_t at = 0; at < text.size(); ++at) {
    std::string changed = text;
    changed[at] = static_cast<char>(changed[at] ^ 1);
    CAPTURE(at);
    REQUIRE(!parse_head(changed));
    REQUIRE(!parse_head(text.substr(0, at) + text.substr(at + 1)));
  }
  CHECK(!parse_head(text + "\n"));
}

TEST_CASE("an unsigned head says so", "[signed_head]") {
  const SignedHead parsed = parse_head(text_of(head())).value();
  CHECK(parsed.head == head());
  CHECK(!parsed.key);
  CHECK(parse_head("loanbook head 2\n").error().id == "head.malformed");
}

TEST_CASE("keys are made, and what is none is refused", "[signed_head]") {
  const KeyPair one = make_key().value();
  const KeyPair other = make_key().value();
  CHECK(one.private_pem != other.private_pem);
  const std::string text = sign(head(), one.private_pem).value();
  CHECK(parse_head(text).value().key == one.public_hex);
  CHECK(sign(head(), "no key").error().id == "key.unreadable");
}

TEST_CASE("hexadecimal digits are lower case and whole bytes", "[hex]") {
  CHECK(hex_of(std::string_view("\x00\xff\x1a", 3)) == "00ff1a");
  CHECK(bytes_of_hex("00ff1a") == std::string("\x00\xff\x1a", 3));
  CHECK(!bytes_of_hex("0"));
  CHECK(!bytes_of_hex("FF"));
  CHECK(!digest_of_hex("00"));
}

}  // namespace
