#include "loanbook/ledger/entry.hpp"

#include <fmt/format.h>

#include "loanbook/ledger/codec.hpp"
#include "loanbook/ledger/loan/take_over.hpp"
#include "loanbook/ledger/proof/digest.hpp"
#include "loanbook/ledger/reconciliation/reconciliation_book.hpp"
#include "loanbook/money/assert.hpp"
#include "loanbook/money/limits.hpp"

namespace loanbook::ledger {
namespace {

constexpr std::uint8_t plain_layout = 1;
/// Fields that few entries have follow, after a byte that names them.
constexpr std::uint8_t rare_layout = 2;
constexpr std::uint8_t bit_channel = 1;
constexpr std::uint8_t consequence_bit = 0x80;
/// Kinds in bytes: a repay or disburse that says more than its amount.
constexpr std::uint8_t repay_in_detail = 61;
constexpr std::uint8_t disburse_in_detail = 69;

Error damaged(std::string message) {
  return Error{.id = "integrity.entry_bytes", .message = std::move(message)};
}

/// Bits of the byte before a first due date.
enum OpenedBit : std::uint8_t {
  bit_first_due = 1,
  bit_line = 2,
  bit_reservation = 4,
  bit_party = 8,
  bit_spread = 16,
  bit_refinances = 32,
  bit_valid_until = 64,
  bit_annual_rate = 128,
};

void encode_opened(Encoder& out, const Opened& opened) {
  const LoanTerms& terms = opened.terms;
  out.varint(static_cast<std::uint64_t>(terms.principal_minor));
  out.zigzag(terms.rate.e12());
  out.varint(terms.installments);
  out.u8(static_cast<std::uint8_t>(
      (terms.first_due ? bit_first_due : 0) | (opened.line != 0 ? bit_line : 0) |
      (!opened.reservation.empty() ? bit_reservation : 0) |
      (!opened.party.empty() ? bit_party : 0) | (opened.spread_e12 ? bit_spread : 0) |
      (opened.refinances != 0 ? bit_refinances : 0) | (opened.valid_until ? bit_valid_until : 0) |
      (opened.annual_rate_e12 ? bit_annual_rate : 0)));
  if (terms.first_due) out.day(*terms.first_due);
  out.u8(terms.due_day);
  out.digest(opened.plan);
  if (opened.line != 0) out.varint(opened.line);
  if (!opened.reservation.empty()) out.text(opened.reservation);
  if (!opened.party.empty()) out.text(opened.party);
  if (opened.spread_e12) out.zigzag(*opened.spread_e12);
  if (opened.refinances != 0) out.varint(opened.refinances);
  if (opened.valid_until) out.day(*opened.valid_until);
  if (opened.annual_rate_e12) out.zigzag(*opened.annual_rate_e12);
}

Opened decode_opened(Decoder& in) {
  Opened opened;
  opened.loan = in.text(money::limits::external_id_max);
  opened.product = static_cast<std::uint32_t>(in.varint());
  LoanTerms& terms = opened.terms;
  terms.principal_minor = static_cast<std::int64_t>(in.varint());
  terms.rate = money::Rate::of_e12(in.zigzag());
  terms.installments = static_cast<std::uint32_t>(in.varint());
  const std::uint8_t bits = in.u8();
  if ((bits & bit_first_due) != 0) terms.first_due = in.day();
  terms.due_day = in.u8();
  opened.plan = in.digest();
  if ((bits & bit_line) != 0) opened.line = static_cast<std::uint32_t>(in.varint());
  if ((bits & bit_reservation) != 0) opened.reservation = in.text(money::limits::external_id_max);
  if ((bits & bit_party) != 0) opened.party = in.text(money::limits::external_id_max);
  if ((bits & bit_spread) != 0) opened.spread_e12 = in.zigzag();
  if ((bits & bit_refinances) != 0) opened.refinances = in.varint();
  if ((bits & bit_valid_until) != 0) opened.valid_until = in.day();
  if ((bits & bit_annual_rate) != 0) opened.annual_rate_e12 = in.zigzag();
  // What is named is not empty: one value, one encoding.
  if (((bits & bit_refinances) != 0 && opened.refinances == 0) ||
      ((bits & bit_party) != 0 && opened.party.empty()) ||
      ((bits & bit_line) != 0 && opened.line == 0) ||
      ((bits & bit_reservation) != 0 && opened.reservation.empty()))
    in.fail();
  return opened;
}

/// The fields that are given, after a word that names them (bits of OperationField): a byte, of the
/// kinds that take more than eight fields a varint.
bool takes_more(Kind kind) { return is_told_only(kind); }

void encode_operated(Encoder& out, const Operated& p, Kind kind) {
  std::uint16_t fields = 0;
  if (p.amount_minor != 0) fields |= field_amount;
  if (p.of != 0) fields |= field_of;
  if (p.rows != 0) fields |= field_rows;
  if (p.from) fields |= field_from;
  if (p.until) fields |= field_until;
  if (p.choice != 0) fields |= field_choice;
  if (!p.code.empty()) fields |= field_code;
  if (p.rate_e12 != 0) fields |= field_rate;
  if (!p.channel.empty()) fields |= field_channel;
  if (takes_more(kind)) {
    out.varint(fields);
  } else {
    out.u8(static_cast<std::uint8_t>(fields));
  }
  if (p.amount_minor != 0) out.varint(static_cast<std::uint64_t>(p.amount_minor));
  if (p.of != 0) out.varint(p.of);
  if (p.rows != 0) out.varint(p.rows);
  if (p.from) out.day(*p.from);
  if (p.until) out.day(*p.until);
  if (p.choice != 0) out.u8(p.choice);
  if (!p.code.empty()) out.text(p.code);
  if (p.rate_e12 != 0) out.zigzag(p.rate_e12);
  if (!p.channel.empty()) out.text(p.channel);
}

Operated decode_operated(Decoder& in, Kind kind) {
  Operated p;
  const std::uint64_t fields = takes_more(kind) ? in.varint() : in.u8();
  if ((fields & field_amount) != 0) p.amount_minor = static_cast<std::int64_t>(in.varint());
  if ((fields & field_of) != 0) p.of = in.varint();
  if ((fields & field_rows) != 0) p.rows = static_cast<std::uint32_t>(in.varint());
  if ((fields & field_from) != 0) p.from = in.day();
  if ((fields & field_until) != 0) p.until = in.day();
  if ((fields & field_choice) != 0) p.choice = in.u8();
  if ((fields & field_code) != 0) p.code = in.text(money::limits::external_id_max);
  if ((fields & field_rate) != 0) p.rate_e12 = in.zigzag();
  if ((fields & field_channel) != 0) p.channel = in.text(money::limits::external_id_max);
  // A field that is named is not empty: one value, one encoding.
  if (((fields & field_amount) != 0 && p.amount_minor == 0) ||
      ((fields & field_of) != 0 && p.of == 0) || ((fields & field_rows) != 0 && p.rows == 0) ||
      ((fields & field_choice) != 0 && p.choice == 0) ||
      ((fields & field_code) != 0 && p.code.empty()) ||
      ((fields & field_rate) != 0 && p.rate_e12 == 0) ||
      ((fields & field_channel) != 0 && p.channel.empty()) || fields >= 2 * field_channel) {
    in.fail();
  }
  return p;
}

/// What a Paid says beside its amount, as bits of the byte behind it.
enum PaidBit : std::uint8_t { bit_payer = 1, bit_suspense = 2, bit_intent = 4, bit_order = 8 };

std::uint8_t paid_bits(const Paid& p) {
  return static_cast<std::uint8_t>(
      (p.payer.empty() ? 0 : bit_payer) | (p.suspense == 0 ? 0 : bit_suspense) |
      (p.intent == 0 ? 0 : bit_intent) | (p.order == 0 ? 0 : bit_order));
}

std::uint8_t kind_byte(const Entry& entry) {
  const auto* paid = std::get_if<Paid>(&entry.payload);
  if (paid == nullptr || paid_bits(*paid) == 0) return static_cast<std::uint8_t>(entry.kind);
  return entry.kind == Kind::repay ? repay_in_detail : disburse_in_detail;
}

void encode_paid(Encoder& out, const Paid& p) {
  out.varint(static_cast<std::uint64_t>(p.amount_minor));
  const std::uint8_t bits = paid_bits(p);
  if (bits == 0) return;
  out.u8(bits);
  if (!p.payer.empty()) out.text(p.payer);
  for (const std::uint64_t of : {p.suspense, p.intent, p.order})
    if (of != 0) out.varint(of);
}

Paid decode_paid(Decoder& in, std::uint8_t kind) {
  Paid p{.amount_minor = static_cast<std::int64_t>(in.varint())};
  if (kind != repay_in_detail && kind != disburse_in_detail) return p;
  const std::uint8_t bits = in.u8();
  if ((bits & bit_payer) != 0) p.payer = in.text(money::limits::external_id_max);
  if ((bits & bit_suspense) != 0) p.suspense = in.varint();
  if ((bits & bit_intent) != 0) p.intent = in.varint();
  if ((bits & bit_order) != 0) p.order = in.varint();
  const std::uint8_t allowed =
      kind == repay_in_detail ? bit_payer | bit_suspense | bit_intent : bit_order;
  // What is named is there: one value, one encoding.
  if (bits == 0 || bits != paid_bits(p) || (bits & ~allowed) != 0) in.fail();
  return p;
}

struct PayloadEncoder {
  Encoder& out;
  Kind kind;
  void operator()(const BookOpened& p) const {
    out.text(p.currency);
    out.day(p.business_date);
  }
  void operator()(const Product& p) const { out.text(encode(p)); }
  void operator()(const SeriesPublished& p) const {
    out.text(p.name);
    out.varint(p.points.size());
    for (const SeriesPoint& point : p.points) {
      out.day(point.day);
      out.text(point.value);
    }
  }
  void operator()(const CutOver& p) const { out.day(p.day); }
  void operator()(const DayClosed& p) const {
    out.day(p.day);
    out.varint(p.loans);
    out.varint(p.visited);
    out.varint(p.isolated);
    out.varint(p.segments.size());
    for (const Digest& digest : p.segments) out.digest(digest);
  }
  void operator()(const Opened& p) const {
    out.text(p.loan);
    out.varint(p.product);
    encode_opened(out, p);
  }
  void operator()(const Paid& p) const { encode_paid(out, p); }
  void operator()(const Reversed& p) const { out.varint(p.sequence); }
  void operator()(const Operated& p) const { encode_operated(out, p, kind); }
  void operator()(const LineFact& p) const { encode(out, p); }
  void operator()(const TakenOver& p) const {
    (*this)(p.opened);
    encode(out, p);
  }
  template <class Fact>
  void whole(const Fact& p) const {
    std::string bytes;
    encode(p, bytes);
    out.text(bytes);
  }
  void operator()(const ChartPublished& p) const { whole(p); }
  void operator()(const PeriodClosed& p) const { whole(p); }
  void operator()(const Asserted& p) const { whole(p); }
  void operator()(const ReconciliationFact& p) const { encode(out, p); }
  void operator()(const Restated& p) const {
    out.u8(static_cast<std::uint8_t>(p.cause));
    if (p.cause == RestateCause::series) {
      out.varint(p.series);
    } else {
      out.varint(p.from);
      out.varint(p.to);
    }
    out.varint(p.loans);
    out.digest(p.segment);
  }
  void operator()(const PartnerLimitSet& p) const {
    out.text(p.partner);
    out.text(p.currency);
    out.varint(static_cast<std::uint64_t>(p.amount_minor));
    out.u8(p.until ? 1 : 0);
    if (p.until) out.day(*p.until);
  }
  void operator()(const SuspenseFact& p) const { encode(out, p); }
};

/// A fact that was written as one text.
template <class Fact>
Payload decode_whole(Decoder& in) {
  Fact fact;
  std::string_view bytes = in.text();
  if (!decode(bytes, fact) || !bytes.empty()) in.fail();
  return fact;
}

Result<Payload> decode_payload(Decoder& in, Kind kind, std::uint8_t byte) {
  switch (kind) {
    case Kind::book_opened: {
      BookOpened p;
      p.currency = in.text();
      p.business_date = in.day();
      return Payload{p};
    }
    case Kind::product_published: {
      Result<Product> product = decode_product(in.text());
      if (!product) return product.error();
      return Payload{std::move(*product)};
    }
    case Kind::series_published: {
      SeriesPublished p;
      p.name = in.text();
      const std::uint64_t size = in.varint();
      for (std::uint64_t i = 0; in.good() && i < size; ++i) {
        const Day day = in.day();
        p.points.push_back({day, std::string(in.text())});
      }
      return Payload{std::move(p)};
    }
    case Kind::cut_over:
      return Payload{CutOver{in.day()}};
    case Kind::day_closed: {
      DayClosed p;
      p.day = in.day();
      p.loans = in.varint();
      p.visited = in.varint();
      p.isolated = in.varint();
      const std::uint64_t size = in.varint();
      for (std::uint64_t i = 0; in.good() && i < size; ++i) p.segments.push_back(in.digest());
      return Payload{std::move(p)};
    }
    case Kind::chart_published:
      return decode_whole<ChartPublished>(in);
    case Kind::period_closed:
      return decode_whole<PeriodClosed>(in);
    case Kind::asserted:
      return decode_whole<Asserted>(in);
    case Kind::restated: {
      Restated p;
      p.cause = in.enumerator(RestateCause::product_version, RestateCause::series);
      if (p.cause == RestateCause::series) {
        p.series = in.varint();
      } else {
        p.from = static_cast<std::uint32_t>(in.varint());
        p.to = static_cast<std::uint32_t>(in.varint());
      }
      p.loans = in.varint();
      p.segment = in.digest();
      return Payload{p};
    }
    case Kind::open:
    case Kind::open_disburse:
    case Kind::apply:
      return Payload{decode_opened(in)};
    case Kind::take_over: {
      TakenOver p;
      p.opened = decode_opened(in);
      decode(in, p);
      return Payload{std::move(p)};
    }
    case Kind::partner_limit:
    case Kind::partner_limit_ended: {
      PartnerLimitSet p;
      p.partner = in.text(money::limits::external_id_max);
      p.currency = in.text();
      p.amount_minor = static_cast<std::int64_t>(in.varint());
      const std::uint8_t has_day = in.u8();
      if (has_day > 1) in.fail();
      if (has_day == 1) p.until = in.day();
      return Payload{std::move(p)};
    }
    case Kind::disburse:
    case Kind::repay:
      return Payload{decode_paid(in, byte)};
    case Kind::reverse:
      return Payload{Reversed{in.varint()}};
    default:
      break;
  }
  if (is_line_event(kind)) return Payload{decode_line_fact(in, kind)};
  if (is_reconciliation_event(kind)) return Payload{decode_reconciliation_fact(in, kind)};
  if (is_suspense_event(kind)) return Payload{decode_suspense_fact(in, kind)};
  for (const OperationRule& rule : operation_rules()) {
    if (rule.kind == kind && kind != Kind::confirm_payout)
      return Payload{decode_operated(in, kind)};
  }
  return damaged(fmt::format("entry of unknown kind {}: written by a newer program, or damaged",
                             static_cast<int>(kind)));
}

bool balanced(const MovementBlock& block) {
  money::Int128 own = 0;
  money::Int128 consequence = 0;
  for (const auto& line : block.lines) (line.consequence ? consequence : own) += line.minor;
  return own == 0 && consequence == 0;
}

}  // namespace

const Opened* opened_of(const Entry& entry) {
  if (const auto* taken = std::get_if<TakenOver>(&entry.payload)) return &taken->opened;
  return std::get_if<Opened>(&entry.payload);
}

std::span<const MovementBlock> loan_blocks(const Entry& entry) {
  return std::span(entry.movements).first(entry.loan != 0 && !entry.movements.empty() ? 1 : 0);
}

std::span<const MovementBlock> book_blocks(const Entry& entry) {
  return std::span(entry.movements).subspan(loan_blocks(entry).size());
}

std::string encode(const Entry& entry) {
  std::string bytes;
  bytes.reserve(320);
  Encoder out{bytes};
  out.u8(entry.channel.empty() ? plain_layout : rare_layout);
  out.varint(entry.sequence);
  out.day(entry.booking_date);
  out.day(entry.value_date);
  out.varint(entry.loan);
  out.varint(entry.version);
  out.varint(entry.previous);
  out.u8(kind_byte(entry));
  std::visit(PayloadEncoder{out, entry.kind}, entry.payload);
  out.varint(entry.movements.size());
  for (const MovementBlock& block : entry.movements) {
    const bool block_balances = balanced(block);
    LOANBOOK_ASSERT(block_balances);
    out.varint(block.product);
    out.varint(block.lines.size());
    for (const auto& line : block.lines) {
      out.u8(static_cast<std::uint8_t>(static_cast<std::uint8_t>(line.role) |
                                       (line.consequence ? consequence_bit : 0)));
      out.wide(line.minor);
    }
  }
  out.text(entry.source);
  out.text(entry.scope);
  out.text(entry.key);
  out.digest(entry.request);
  out.varint(entry.batch_index);
  out.varint(entry.batch_size);
  out.varint(entry.changed.size());
  for (const std::uint64_t sequence : entry.changed) out.varint(sequence);
  out.text(entry.actor);
  out.text(entry.reason);
  if (!entry.channel.empty()) {
    out.u8(bit_channel);
    out.text(entry.channel);
  }
  return bytes;
}

Result<Entry> decode_entry(std::string_view body) {
  Decoder in{body};
  Entry entry;
  const std::uint8_t layout = in.u8();
  if (layout != plain_layout && layout != rare_layout)
    return damaged("entry of an unknown layout: written by a newer program, or damaged");
  entry.sequence = in.varint();
  entry.booking_date = in.day();
  entry.value_date = in.day();
  entry.loan = in.varint();
  entry.version = in.varint();
  entry.previous = in.varint();
  const std::uint8_t kind = in.u8();
  entry.kind = kind == repay_in_detail      ? Kind::repay
               : kind == disburse_in_detail ? Kind::disburse
                                            : static_cast<Kind>(kind);
  Result<Payload> payload = decode_payload(in, entry.kind, kind);
  if (!payload) return payload.error();
  entry.payload = std::move(*payload);
  const std::uint64_t blocks = in.varint();
  for (std::uint64_t b = 0; in.good() && b < blocks; ++b) {
    MovementBlock block;
    block.product = static_cast<std::uint32_t>(in.varint());
    const std::uint64_t lines = in.varint();
    for (std::uint64_t i = 0; in.good() && i < lines; ++i) {
      const std::uint8_t tag = in.u8();
      const auto role = static_cast<std::uint8_t>(tag & ~consequence_bit);
      if (role >= role_count) in.fail();
      block.lines.push_back({static_cast<Role>(role), (tag & consequence_bit) != 0, in.wide()});
    }
    if (in.good() && !balanced(block)) {
      return Error{.id = "integrity.entry_unbalanced",
                   .message = fmt::format("entry {}: debits and credits differ", entry.sequence)};
    }
    entry.movements.push_back(std::move(block));
  }
  entry.source = in.text();
  entry.scope = in.text();
  entry.key = in.text();
  entry.request = in.digest();
  entry.batch_index = static_cast<std::uint32_t>(in.varint());
  entry.batch_size = static_cast<std::uint32_t>(in.varint());
  const std::uint64_t changed = in.varint();
  for (std::uint64_t i = 0; in.good() && i < changed; ++i) entry.changed.push_back(in.varint());
  entry.actor = in.text();
  entry.reason = in.text();
  if (layout == rare_layout) {
    if (in.u8() != bit_channel) in.fail();
    entry.channel = in.text(money::limits::external_id_max);
    // What is named is not empty: one value, one encoding.
    if (entry.channel.empty()) in.fail();
  }
  if (!in.done())
    return damaged(fmt::format("entry {}: its bytes are not canonical", entry.sequence));
  return entry;
}

}  // namespace loanbook::ledger
