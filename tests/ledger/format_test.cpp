// Stored bytes are for ever: these were written down once, by hand from docs/format.md, and must
// never change.

#include "ledger/support.hpp"
#include "loanbook/ledger/codec.hpp"
#include "loanbook/ledger/entry.hpp"
#include "loanbook/ledger/night/segment.hpp"
#include "loanbook/ledger/proof/digest.hpp"

using namespace loanbook;        // NOLINT
using namespace loanbook::test;  // NOLINT

namespace {

std::string from_hex(std::string_view text) {
  std::string bytes;
  for (std::size_t i = 0; i + 1 < text.size(); i += 2) {
    bytes.push_back(static_cast<char>(std::stoi(std::string(text.substr(i, 2)), nullptr, 16)));
  }
  return bytes;
}

std::string to_hex(std::string_view bytes) {
  std::string text;
  for (const char c : bytes) {
    constexpr std::string_view digits = "0123456789abcdef";
    text.push_back(digits[static_cast<std::uint8_t>(c) >> 4]);
    text.push_back(digits[static_cast<std::uint8_t>(c) & 15]);
  }
  return text;
}

Entry repayment() {
  Entry entry;
  entry.sequence = 300;
  entry.booking_date = day("2026-02-03");
  entry.value_date = day("2026-02-01");
  entry.loan = 7;
  entry.version = 2;
  entry.previous = 9;
  entry.kind = Kind::repay;
  entry.payload = Paid{10'000};
  entry.movements = {{.product = 1,
                      .lines = {{Role::settlement, false, 10'000},
                                {Role::interest_receivable, false, -10'000},
                                {Role::penalty_receivable, true, -3},
                                {Role::penalty_income, true, 3}}}};
  entry.source = "cli";
  entry.key = "k";
  entry.actor = "wu";
  return entry;
}

}  // namespace

TEST_CASE("the bytes of an entry are those of docs/format.md") {
  // layout 1; sequence 300 = ac02; days 20487, 20485 zigzag 40974 = 8ec002, 40970 = 8ac002; loan 7,
  // version 2, previous 9; kind 13; amount 10000 = 904e; one block of product 1 with four lines;
  // texts "cli", "", "k"; digest of zeros; batch 0 of 1; nothing changed; "wu", "".
  const std::string expected =
      "01"
      "ac02"
      "8ec002"
      "8ac002"
      "07"
      "02"
      "09"
      "0d"
      "904e"
      "01"
      "01"
      "04"
      "09"
      "a09c01"
      "03"
      "9f9c01"
      "84"
      "05"
      "87"
      "06"
      "03636c69"
      "00"
      "016b"
      "0000000000000000000000000000000000000000000000000000000000000000"
      "00"
      "01"
      "00"
      "027775"
      "00";
  CHECK(to_hex(encode(repayment())) == expected);
  const Result<Entry> decoded = decode_entry(from_hex(expected));
  REQUIRE(decoded);
  CHECK(encode(*decoded) == from_hex(expected));
  // SHA-256(32 zeros || body), by sha256sum.
  CHECK(hex(sha256("abc")) == "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
}

TEST_CASE("an entry with a channel is one of layout 2, and nothing else changes") {
  Entry entry = repayment();
  const std::string plain = encode(entry);
  entry.channel = "alipay";
  const std::string bytes = encode(entry);
  CHECK(bytes == '\x02' + plain.substr(1) + from_hex("0106") + "alipay");
  CHECK(encode(must(decode_entry(bytes))) == bytes);
  CHECK(must(decode_entry(bytes)).channel == "alipay");
  // What is named is not empty, and layout 1 does not say it.
  CHECK(error_id(decode_entry('\x02' + plain.substr(1) + from_hex("0100"))) ==
        "integrity.entry_bytes");
  CHECK(error_id(decode_entry('\x02' + plain.substr(1) + from_hex("00"))) ==
        "integrity.entry_bytes");
  CHECK(error_id(decode_entry('\x02' + plain.substr(1))) == "integrity.entry_bytes");
  CHECK(error_id(decode_entry('\x01' + bytes.substr(1))) == "integrity.entry_bytes");
}

TEST_CASE("only canonical bytes are an entry") {
  const std::string good = encode(repayment());
  CHECK(error_id(decode_entry(good + '\0')) == "integrity.entry_bytes");
  CHECK(error_id(decode_entry(good.substr(0, good.size() - 1))) == "integrity.entry_bytes");
  std::string longer = good;
  longer.replace(1, 2, from_hex("ac8200"));  // 300 in three bytes
  CHECK(error_id(decode_entry(longer)) == "integrity.entry_bytes");
  for (std::size_t i = 0; i < good.size(); ++i) {
    for (int bit = 0; bit < 8; ++bit) {
      std::string flipped = good;
      flipped[i] = static_cast<char>(flipped[i] ^ (1 << bit));
      const Result<Entry> decoded = decode_entry(flipped);
      if (decoded) CHECK(encode(*decoded) == flipped);
    }
  }
}

TEST_CASE("integers of every width come back, and only in their shortest form") {
  for (const std::int64_t value : {std::int64_t{0}, std::int64_t{-1}, std::int64_t{63},
                                   std::int64_t{-64}, std::int64_t{64}, INT64_MAX, INT64_MIN}) {
    std::string bytes;
    Encoder{bytes}.zigzag(value);
    CHECK(Decoder{bytes}.zigzag() == value);
    bytes.clear();
    Encoder{bytes}.wide(static_cast<Int128>(value) * value - 1);
    CHECK(Decoder{bytes}.wide() == static_cast<Int128>(value) * value - 1);
  }
  Decoder padded{from_hex("8000")};
  (void)padded.varint();
  CHECK_FALSE(padded.good());
}

TEST_CASE("a segment comes back from its bytes, and a flipped bit never passes its digest") {
  const EncodedProduct part{.product = 2, .loans = 5, .totals = {}, .visits = 0, .visit_bytes = {}};
  const std::string bytes = encode_segment(day("2026-02-03"), {part}, {{9, "beyond 64 bits"}});
  // "LBSEG001", day 8ec002, one part: product 2, 5 loans, 11 zero totals, no visits; one isolated
  // loan.
  CHECK(to_hex(bytes) ==
        "4c42534547303031"
        "8ec002"
        "01"
        "0205" +
            std::string(22, '0') +
            "00"
            "01"
            "09"
            "0e6265796f6e642036342062697473");
  const Result<Segment> segment = decode_segment(bytes);
  REQUIRE(segment);
  CHECK(segment->isolated.front().reason == "beyond 64 bits");
}
