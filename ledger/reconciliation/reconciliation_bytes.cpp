// Reconciliation facts and segments as bytes: docs/format.md, section "Reconciliation".
//
//   segment := "LBREC001", list<fingerprint: 8 bytes, least first>,
//              list<(varint statement, varint break, varint line)> carried,
//              list<(varint line less that of the pair before, zigzag entry less that before)>,
//              list<found>, list<(varint statement, varint break)> healed
//   found   := u8 outcome, u8 rule, list<varint line>, list<varint entry>, zigzag difference,
//              for each line, where the outcome has to be decided: line

#include <fmt/format.h>

#include "loanbook/ledger/night/segment.hpp"
#include "loanbook/ledger/proof/digest.hpp"
#include "loanbook/ledger/reconciliation/reconciliation_book.hpp"
#include "loanbook/money/money.hpp"

namespace loanbook::ledger {
namespace {

constexpr std::string_view magic = "LBREC001";
constexpr std::size_t text_max = 2'048;

void encode_id(Encoder& out, const BreakId& id) {
  out.varint(id.statement);
  out.varint(id.number);
}
BreakId decode_id(Decoder& in) {
  BreakId id;
  id.statement = in.varint();
  id.number = static_cast<std::uint32_t>(in.varint());
  return id;
}

void encode_numbers(Encoder& out, const std::vector<std::uint64_t>& numbers) {
  out.varint(numbers.size());
  for (const std::uint64_t number : numbers) out.varint(number);
}
std::vector<std::uint64_t> decode_numbers(Decoder& in) {
  std::vector<std::uint64_t> numbers;
  const std::uint64_t size = in.varint();
  for (std::uint64_t i = 0; in.good() && i < size; ++i) numbers.push_back(in.varint());
  return numbers;
}

void encode_line(Encoder& out, const BreakLine& line) {
  out.varint(line.place);
  out.day(line.booked);
  out.day(line.valued);
  out.zigzag(line.minor);
  out.text(line.reference);
  out.text(line.bank_reference);
  out.text(line.text);
}
BreakLine decode_line(Decoder& in) {
  BreakLine line;
  line.place = in.varint();
  line.booked = in.day();
  line.valued = in.day();
  line.minor = in.zigzag();
  line.reference = in.text(text_max);
  line.bank_reference = in.text(text_max);
  line.text = in.text(text_max);
  return line;
}

void encode_minor(Encoder& out, const std::optional<std::int64_t>& minor) {
  out.u8(minor ? 1 : 0);
  if (minor) out.zigzag(*minor);
}
std::optional<std::int64_t> decode_minor(Decoder& in) {
  const std::uint8_t has = in.u8();
  if (has > 1) in.fail();
  return has == 1 ? std::optional{in.zigzag()} : std::nullopt;
}

struct FactEncoder {
  Encoder& out;
  void operator()(const StatementReconciled& f) const {
    out.u8(static_cast<std::uint8_t>(f.source));
    out.text(f.account);
    out.text(f.statement);
    out.text(f.currency);
    out.day(f.from);
    out.day(f.to);
    encode_minor(out, f.opening);
    encode_minor(out, f.closing);
    out.digest(f.file);
    out.digest(f.rules);
    out.u8(f.segment ? 1 : 0);
    if (f.segment) out.digest(*f.segment);
    out.varint(f.lines);
    out.varint(f.seen);
    out.wide(f.in);
    out.wide(f.out);
    out.wide(f.fees);
    out.varint(f.counts.size());
    for (const auto& count : f.counts) {
      out.u8(static_cast<std::uint8_t>(count.outcome));
      out.varint(count.findings);
      out.varint(count.lines);
      out.varint(count.entries);
      out.wide(count.minor);
    }
    out.varint(f.breaks);
  }
  void operator()(const BreakChanged& f) const {
    encode_id(out, f.id);
    out.u8(static_cast<std::uint8_t>(f.status));
    out.text(f.owner);
    encode_numbers(out, f.entries);
  }
};

StatementReconciled decode_statement(Decoder& in) {
  StatementReconciled f;
  f.source = in.enumerator(StatementSource::bank, StatementSource::partner);
  f.account = in.text(text_max);
  f.statement = in.text(text_max);
  f.currency = in.text(8);
  f.from = in.day();
  f.to = in.day();
  f.opening = decode_minor(in);
  f.closing = decode_minor(in);
  f.file = in.digest();
  f.rules = in.digest();
  const std::uint8_t has = in.u8();
  if (has > 1) in.fail();
  if (has == 1) f.segment = in.digest();
  f.lines = in.varint();
  f.seen = in.varint();
  f.in = in.wide();
  f.out = in.wide();
  f.fees = in.wide();
  const std::uint64_t counts = in.varint();
  for (std::uint64_t i = 0; in.good() && i < counts; ++i) {
    StatementReconciled::Count count;
    count.outcome = in.enumerator(Outcome::matched, Outcome::taken_back);
    count.findings = in.varint();
    count.lines = in.varint();
    count.entries = in.varint();
    count.minor = in.wide();
    // One value, one encoding: ascending, each outcome once.
    if (!f.counts.empty() && f.counts.back().outcome >= count.outcome) in.fail();
    f.counts.push_back(count);
  }
  f.breaks = in.varint();
  return f;
}

}  // namespace

void encode(Encoder& out, const ReconciliationFact& fact) { std::visit(FactEncoder{out}, fact); }

ReconciliationFact decode_reconciliation_fact(Decoder& in, Kind kind) {
  if (kind == Kind::statement_reconciled) return decode_statement(in);
  BreakChanged f;
  f.id = decode_id(in);
  f.status = in.enumerator(BreakStatus::open, BreakStatus::matched);
  f.owner = in.text(text_max);
  f.entries = decode_numbers(in);
  return f;
}

std::string encode(const ReconciliationSegment& segment) {
  std::string bytes{magic};
  bytes.reserve(64 + segment.fingerprints.size() * 11);
  Encoder out{bytes};
  out.varint(segment.fingerprints.size());
  for (std::uint64_t print : segment.fingerprints) {
    for (int i = 0; i < 8; ++i, print >>= 8) out.u8(static_cast<std::uint8_t>(print & 0xff));
  }
  out.varint(segment.carried.size());
  for (const auto& carried : segment.carried) {
    encode_id(out, carried.id);
    out.varint(carried.line);
  }
  out.varint(segment.pairs.size());
  std::uint64_t line = 0;
  std::uint64_t entry = 0;
  for (const auto& pair : segment.pairs) {
    out.varint(pair.line - line);
    out.zigzag(static_cast<std::int64_t>(pair.entry - entry));
    line = pair.line;
    entry = pair.entry;
  }
  out.varint(segment.found.size());
  for (const auto& found : segment.found) {
    out.u8(static_cast<std::uint8_t>(found.outcome));
    out.u8(static_cast<std::uint8_t>(found.by));
    encode_numbers(out, found.lines);
    encode_numbers(out, found.entries);
    out.zigzag(found.difference);
    for (const BreakLine& text : found.texts) encode_line(out, text);
  }
  out.varint(segment.healed.size());
  for (const BreakId& id : segment.healed) encode_id(out, id);
  return bytes;
}

Result<ReconciliationSegment> decode_reconciliation(std::string_view bytes) {
  const Error damaged{.id = "integrity.segment_damaged",
                      .message = "the bytes of a reconciliation are not canonical"};
  if (!bytes.starts_with(magic)) return damaged;
  Decoder in{bytes.substr(magic.size())};
  ReconciliationSegment segment;
  const std::uint64_t prints = in.varint();
  if (prints <= bytes.size() / 8) segment.fingerprints.reserve(prints);
  for (std::uint64_t i = 0; in.good() && i < prints; ++i) {
    std::uint64_t print = 0;
    for (unsigned shift = 0; shift < 64; shift += 8) print |= std::uint64_t{in.u8()} << shift;
    segment.fingerprints.push_back(print);
  }
  const std::uint64_t carried = in.varint();
  for (std::uint64_t i = 0; in.good() && i < carried; ++i) {
    ReconciliationSegment::Carried one;
    one.id = decode_id(in);
    one.line = static_cast<std::uint32_t>(in.varint());
    segment.carried.push_back(one);
  }
  const std::uint64_t pairs = in.varint();
  if (pairs <= bytes.size() / 2) segment.pairs.reserve(pairs);
  std::uint64_t line = 0;
  std::uint64_t entry = 0;
  for (std::uint64_t i = 0; in.good() && i < pairs; ++i) {
    line += in.varint();
    entry += static_cast<std::uint64_t>(in.zigzag());
    segment.pairs.push_back({line, entry});
  }
  const std::uint64_t found = in.varint();
  for (std::uint64_t i = 0; in.good() && i < found; ++i) {
    ReconciliationSegment::Found one;
    one.outcome = in.enumerator(Outcome::matched, Outcome::taken_back);
    one.by = in.enumerator(MatchBy::reference, MatchBy::sum);
    one.lines = decode_numbers(in);
    one.entries = decode_numbers(in);
    one.difference = in.zigzag();
    for (std::size_t l = 0; in.good() && needs_decision(one.outcome) && l < one.lines.size(); ++l)
      one.texts.push_back(decode_line(in));
    segment.found.push_back(std::move(one));
  }
  const std::uint64_t healed = in.varint();
  for (std::uint64_t i = 0; in.good() && i < healed; ++i) segment.healed.push_back(decode_id(in));
  if (!in.done()) return damaged;
  return segment;
}

Result<ReconciliationSegment> read_reconciliation(const storage::View& view,
                                                  const storage::Digest& digest) {
  const Result<storage::Bytes> bytes = segment_bytes(view, digest);
  if (!bytes) return bytes.error();
  return decode_reconciliation(*bytes);
}

std::string text_of(const ReconciliationFact& fact) {
  if (const auto* changed = std::get_if<BreakChanged>(&fact)) {
    if (changed->status == BreakStatus::open)
      return fmt::format("break {} is with {}", to_text(changed->id),
                         changed->owner.empty() ? "nobody" : changed->owner);
    return fmt::format("break {} {}", to_text(changed->id), to_text(changed->status));
  }
  const auto& s = std::get<StatementReconciled>(fact);
  return fmt::format("statement {} of {}, {} to {}: {} lines, {} breaks",
                     s.statement.empty() ? hex(s.file).substr(0, 12) : s.statement, s.account,
                     money::to_text(s.from), money::to_text(s.to), s.lines, s.breaks);
}

std::vector<storage::Row> ReconciliationBook::take_dirty_rows() {
  std::vector<storage::Row> rows;
  const auto key = [](std::uint64_t number, std::uint8_t what) {
    std::string bytes(1, static_cast<char>(what));
    for (int shift = 56; shift >= 0; shift -= 8) bytes += static_cast<char>(number >> shift & 0xff);
    return bytes;
  };
  for (const std::uint64_t sequence : dirty_) {
    const StatementRecord& statement = statements_.at(sequence);
    std::string value;
    Encoder out{value};
    out.day(statement.booked);
    FactEncoder{out}(statement.fact);
    const auto first = breaks_.lower_bound({sequence, 0});
    const auto last = breaks_.lower_bound({sequence + 1, 0});
    out.varint(static_cast<std::uint64_t>(std::distance(first, last)));
    for (auto at = first; at != last; ++at) {
      const Break& b = at->second;
      out.varint(b.id.number);
      out.u8(static_cast<std::uint8_t>(b.outcome));
      out.u8(static_cast<std::uint8_t>(b.by));
      out.varint(b.lines.size());
      for (const BreakLine& line : b.lines) encode_line(out, line);
      encode_numbers(out, b.entries);
      out.zigzag(b.difference);
      out.day(b.opened);
      out.u8(static_cast<std::uint8_t>(b.status));
      out.text(b.owner);
      out.varint(b.closed_by);
    }
    rows.push_back({storage::Space::reconciliation, key(sequence, 1), std::move(value)});
  }
  dirty_.clear();
  for (const std::uint64_t row : matched_.take_dirty())
    rows.push_back({storage::Space::reconciliation, key(row, 2), matched_.row_of(row)});
  return rows;
}

bool ReconciliationBook::load_row(std::string_view key, std::string_view value) {
  if (key.size() != 9) return false;
  std::uint64_t number = 0;
  for (const char c : key.substr(1)) number = number << 8 | static_cast<std::uint8_t>(c);
  if (key[0] == 2) return matched_.load_row(number, value);
  Decoder in{value};
  StatementRecord& statement = statements_[number];
  statement.sequence = number;
  statement.booked = in.day();
  statement.fact = decode_statement(in);
  const std::uint64_t size = in.varint();
  for (std::uint64_t i = 0; in.good() && i < size; ++i) {
    Break b;
    b.id = {number, static_cast<std::uint32_t>(in.varint())};
    b.outcome = in.enumerator(Outcome::matched, Outcome::taken_back);
    b.by = in.enumerator(MatchBy::reference, MatchBy::sum);
    const std::uint64_t lines = in.varint();
    for (std::uint64_t l = 0; in.good() && l < lines; ++l) b.lines.push_back(decode_line(in));
    b.entries = decode_numbers(in);
    b.difference = in.zigzag();
    b.opened = in.day();
    b.status = in.enumerator(BreakStatus::open, BreakStatus::matched);
    b.owner = in.text(text_max);
    b.closed_by = in.varint();
    breaks_.insert_or_assign(b.id, std::move(b));
  }
  return in.done();
}

}  // namespace loanbook::ledger
