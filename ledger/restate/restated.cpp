#include "loanbook/ledger/restate/restated.hpp"

#include <array>
#include <map>

#include "loanbook/ledger/codec.hpp"
#include "loanbook/ledger/night/segment.hpp"

namespace loanbook::ledger {
namespace {

/// Bits of a loan. Frozen.
enum LoanBit : std::uint8_t { bit_plan = 1, bit_stood = 2, bit_changed = 4 };

void encode_amounts(Encoder& out, const RoleAmounts& amounts) {
  out.varint(amounts.size());
  for (const auto& [role, minor] : amounts) {
    out.u8(static_cast<std::uint8_t>(role));
    out.zigzag(minor);
  }
}

RoleAmounts decode_amounts(Decoder& in) {
  RoleAmounts amounts;
  const std::uint64_t size = in.varint();
  for (std::uint64_t i = 0; in.good() && i < size; ++i) {
    const std::uint8_t role = in.u8();
    const std::int64_t minor = in.zigzag();
    // By role, and nothing of nothing: one value, one encoding.
    if (role >= role_count || minor == 0 ||
        (!amounts.empty() && static_cast<std::uint8_t>(amounts.back().first) >= role))
      in.fail();
    amounts.emplace_back(static_cast<Role>(role), minor);
  }
  return amounts;
}

RestatedLoan decode_loan(Decoder& in, bool goes_over) {
  RestatedLoan loan;
  const std::uint8_t bits = in.u8();
  if (bits > (bit_plan | bit_stood | bit_changed)) in.fail();
  loan.plan_differs = (bits & bit_plan) != 0;
  if ((bits & bit_stood) != 0) loan.stood = in.day();
  if (goes_over) loan.before = decode_amounts(in);
  loan.moved = decode_amounts(in);
  if ((bits & bit_changed) == 0) return loan;
  const std::uint64_t size = in.varint();
  if (size == 0) in.fail();
  std::uint64_t sequence = 0;
  for (std::uint64_t i = 0; in.good() && i < size; ++i) {
    const std::uint64_t step = in.varint();
    if (step == 0) in.fail();
    sequence += step;
    loan.changed.push_back(sequence);
  }
  return loan;
}

}  // namespace

void encode_restated(const RestatedPart& part, const RestatedLoan& loan, std::string& bytes) {
  Encoder out{bytes};
  out.u8(static_cast<std::uint8_t>((loan.plan_differs ? bit_plan : 0) |
                                   (loan.stood ? bit_stood : 0) |
                                   (loan.changed.empty() ? 0 : bit_changed)));
  if (loan.stood) out.day(*loan.stood);
  if (part.from != part.to) encode_amounts(out, loan.before);
  encode_amounts(out, loan.moved);
  if (loan.changed.empty()) return;
  out.varint(loan.changed.size());
  std::uint64_t previous = 0;
  for (const std::uint64_t sequence : loan.changed) {
    out.varint(sequence - previous);
    previous = sequence;
  }
}

std::string encode(const RestatedSegment& segment) {
  std::string bytes{restated_magic};
  Encoder{bytes}.varint(segment.parts.size());
  for (const RestatedPart& part : segment.parts) {
    Encoder out{bytes};
    out.varint(part.from);
    out.varint(part.to);
    out.varint(part.loans.size());
    std::uint64_t previous = 0;
    for (const RestatedLoan& loan : part.loans) {
      out.varint(loan.loan - previous);
      previous = loan.loan;
      encode_restated(part, loan, bytes);
    }
  }
  return bytes;
}

Result<RestatedSegment> decode_restated(std::string_view bytes) {
  const Error damaged{.id = "integrity.segment_damaged",
                      .message = "the bytes of restated loans are not canonical"};
  if (!bytes.starts_with(restated_magic)) return damaged;
  Decoder in{bytes.substr(restated_magic.size())};
  RestatedSegment segment;
  const std::uint64_t parts = in.varint();
  for (std::uint64_t p = 0; in.good() && p < parts; ++p) {
    RestatedPart part;
    part.from = static_cast<std::uint32_t>(in.varint());
    part.to = static_cast<std::uint32_t>(in.varint());
    const auto rises = [](const RestatedPart& a, const RestatedPart& b) {
      return std::pair(a.from, a.to) < std::pair(b.from, b.to);
    };
    if (!segment.parts.empty() && !rises(segment.parts.back(), part)) in.fail();
    const std::uint64_t loans = in.varint();
    std::uint64_t number = 0;
    for (std::uint64_t i = 0; in.good() && i < loans; ++i) {
      const std::uint64_t step = in.varint();
      if (step == 0) in.fail();
      number += step;
      part.loans.push_back(decode_loan(in, part.from != part.to));
      part.loans.back().loan = number;
    }
    segment.parts.push_back(std::move(part));
  }
  if (!in.done() || encode(segment) != bytes) return damaged;
  return segment;
}

Result<RestatedSegment> read_restated(const storage::View& view, const Digest& digest) {
  const Result<storage::Bytes> bytes = segment_bytes(view, digest);
  if (!bytes) return bytes.error();
  return decode_restated(*bytes);
}

std::vector<MovementBlock> movements_of(const RestatedSegment& segment) {
  std::map<std::uint32_t, std::array<money::Int128, role_count>> sums;
  const auto add = [&](std::uint32_t product, const RoleAmounts& amounts, int sign) {
    for (const auto& [role, minor] : amounts)
      sums[product][static_cast<std::size_t>(role)] += sign * money::Int128{minor};
  };
  for (const RestatedPart& part : segment.parts) {
    for (const RestatedLoan& loan : part.loans) {
      add(part.from, loan.before, -1);
      add(part.to, loan.before, 1);
      add(part.to, loan.moved, 1);
    }
  }
  std::vector<MovementBlock> blocks;
  for (const auto& [product, totals] : sums) {
    MovementBlock block{.product = product, .lines = {}};
    for (std::size_t i = 0; i < role_count; ++i) {
      if (totals[i] != 0) block.lines.push_back({static_cast<Role>(i), true, totals[i]});
    }
    if (!block.lines.empty()) blocks.push_back(std::move(block));
  }
  return blocks;
}

}  // namespace loanbook::ledger
