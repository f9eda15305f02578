// Credit lines as bytes: payloads of entries, and derived rows. docs/format.md, section "Credit
// lines".

#include "loanbook/ledger/credit_line/credit_line.hpp"
#include "loanbook/money/limits.hpp"

namespace loanbook::ledger {
namespace {

constexpr std::size_t name_max = money::limits::external_id_max;

enum TermsBit : std::uint8_t {
  bit_revolving = 1,
  bit_write_off_restores = 2,
  bit_needs_decision = 4,
  bit_last_day = 8,
  bit_temporary = 16,
};

void encode_terms(Encoder& out, const LineTerms& terms) {
  std::uint8_t bits = 0;
  if (terms.revolving) bits |= bit_revolving;
  if (terms.write_off_restores) bits |= bit_write_off_restores;
  if (terms.needs_decision) bits |= bit_needs_decision;
  if (terms.last_day) bits |= bit_last_day;
  if (terms.temporary_until) bits |= bit_temporary;
  out.u8(bits);
  out.varint(static_cast<std::uint64_t>(terms.limit_minor));
  if (terms.last_day) out.day(*terms.last_day);
  if (terms.temporary_until) {
    out.varint(static_cast<std::uint64_t>(terms.temporary_minor));
    out.day(*terms.temporary_until);
  }
  out.varint(terms.sub_limits.size());
  for (const SubLimit& sub : terms.sub_limits) {
    out.text(sub.product);
    out.varint(static_cast<std::uint64_t>(sub.minor));
  }
}

LineTerms decode_terms(Decoder& in) {
  LineTerms terms;
  const std::uint8_t bits = in.u8();
  if (bits >= 32) in.fail();
  terms.revolving = (bits & bit_revolving) != 0;
  terms.write_off_restores = (bits & bit_write_off_restores) != 0;
  terms.needs_decision = (bits & bit_needs_decision) != 0;
  terms.limit_minor = static_cast<std::int64_t>(in.varint());
  if ((bits & bit_last_day) != 0) terms.last_day = in.day();
  if ((bits & bit_temporary) != 0) {
    terms.temporary_minor = static_cast<std::int64_t>(in.varint());
    terms.temporary_until = in.day();
  }
  const std::uint64_t size = in.varint();
  for (std::uint64_t i = 0; in.good() && i < size; ++i) {
    SubLimit sub;
    sub.product = in.text(name_max);
    sub.minor = static_cast<std::int64_t>(in.varint());
    // One value, one encoding: ascending, each product once.
    if (!terms.sub_limits.empty() && sub.product <= terms.sub_limits.back().product) in.fail();
    terms.sub_limits.push_back(std::move(sub));
  }
  return terms;
}

void encode_day(Encoder& out, const std::optional<Day>& day) {
  out.u8(day.has_value() ? 1 : 0);
  if (day) out.day(*day);
}

std::optional<Day> decode_day(Decoder& in) {
  const std::uint8_t has = in.u8();
  if (has > 1) in.fail();
  return has == 1 ? std::optional{in.day()} : std::nullopt;
}

void encode_decision(Encoder& out, const std::optional<Decision>& decision) {
  out.u8(decision ? static_cast<std::uint8_t>(decision->verdict) : 0);
  if (!decision) return;
  out.varint(decision->sequence);
  out.text(decision->code);
  encode_day(out, decision->last_day);
}

std::optional<Decision> decode_decision(Decoder& in) {
  const std::uint8_t verdict = in.u8();
  if (verdict == 0 || verdict > 3) {
    if (verdict != 0) in.fail();
    return {};
  }
  Decision decision;
  decision.verdict = static_cast<Verdict>(verdict);
  decision.sequence = in.varint();
  decision.code = in.text(name_max);
  decision.last_day = decode_day(in);
  return decision;
}

struct FactEncoder {
  Encoder& out;
  void operator()(const LineTermsSet& f) const {
    out.text(f.id);
    out.text(f.currency);
    encode_terms(out, f.terms);
  }
  void operator()(const LineFrozen& f) const { out.text(f.code); }
  void operator()(const LineReserved& f) const {
    out.text(f.reservation);
    out.varint(static_cast<std::uint64_t>(f.minor));
    out.day(f.last_day);
    out.text(f.product);
  }
  void operator()(const LineReleased& f) const {
    out.text(f.reservation);
    out.text(f.code);
  }
  void operator()(const LineConfirmed& f) const {
    out.text(f.reservation);
    out.varint(f.loan);
  }
  void operator()(const RiskDecided& f) const {
    out.u8(static_cast<std::uint8_t>(f.verdict));
    out.text(f.reservation);
    out.text(f.loan);
    out.varint(f.of);
    out.text(f.code);
    out.text(f.rule_set);
    out.text(f.score);
    encode_day(out, f.last_day);
  }
};

LineFact decode_risk(Decoder& in, std::uint32_t line) {
  RiskDecided f;
  f.line = line;
  f.verdict = in.enumerator(Verdict::allow, Verdict::block);
  f.reservation = in.text(name_max);
  f.loan = in.text(name_max);
  f.of = in.varint();
  f.code = in.text(name_max);
  f.rule_set = in.text(name_max);
  f.score = in.text(name_max);
  f.last_day = decode_day(in);
  return f;
}

}  // namespace

void encode(Encoder& out, const LineFact& fact) {
  out.varint(line_of(fact));
  std::visit(FactEncoder{out}, fact);
}

LineFact decode_line_fact(Decoder& in, Kind kind) {
  const std::uint64_t number = in.varint();
  if (number > UINT32_MAX) in.fail();
  const auto line = static_cast<std::uint32_t>(number);
  switch (kind) {
    case Kind::line_open:
    case Kind::line_change: {
      LineTermsSet f{.line = line};
      f.id = in.text(name_max);
      f.currency = in.text(3);
      f.terms = decode_terms(in);
      if ((kind == Kind::line_open) == f.id.empty()) in.fail();
      return f;
    }
    case Kind::line_freeze:
    case Kind::line_unfreeze: {
      LineFrozen f{.line = line};
      f.code = in.text(name_max);
      return f;
    }
    case Kind::line_reserve: {
      LineReserved f{.line = line};
      f.reservation = in.text(name_max);
      f.minor = static_cast<std::int64_t>(in.varint());
      f.last_day = in.day();
      f.product = in.text(name_max);
      return f;
    }
    case Kind::line_release: {
      LineReleased f{.line = line};
      f.reservation = in.text(name_max);
      f.code = in.text(name_max);
      return f;
    }
    case Kind::line_confirm: {
      LineConfirmed f{.line = line};
      f.reservation = in.text(name_max);
      f.loan = in.varint();
      return f;
    }
    default:
      return decode_risk(in, line);
  }
}

std::string LineBook::row_of(std::uint32_t number, Day business_date) const {
  const LineState& line = at(number);
  std::string bytes;
  Encoder out{bytes};
  out.text(line.id);
  out.text(line.currency.text());
  encode_terms(out, line.terms);
  out.u8(line.frozen ? 1 : 0);
  out.text(line.freeze_code);
  out.varint(line.last_entry);
  out.varint(line.version);
  encode_decision(out, line.decision);
  for (const Reservation& r : line.reservations) {
    if (r.last_day < business_date) continue;
    out.text(r.id);
    out.varint(static_cast<std::uint64_t>(r.minor));
    out.day(r.last_day);
    out.text(r.product);
    out.varint(r.loan);
    out.varint(r.sequence);
    encode_decision(out, r.decision);
  }
  return bytes;
}

bool LineBook::append_row(std::string_view bytes) {
  Decoder in{bytes};
  LineState line;
  line.id = in.text(name_max);
  const Result<money::Currency> currency = money::Currency::find(in.text(3));
  if (!currency) return false;
  line.currency = *currency;
  line.terms = decode_terms(in);
  line.frozen = in.u8() != 0;
  line.freeze_code = in.text(name_max);
  line.last_entry = in.varint();
  line.version = in.varint();
  line.decision = decode_decision(in);
  while (in.good() && !in.done()) {
    Reservation r;
    r.id = in.text(name_max);
    r.minor = static_cast<std::int64_t>(in.varint());
    r.last_day = in.day();
    r.product = in.text(name_max);
    r.loan = in.varint();
    r.sequence = in.varint();
    r.decision = decode_decision(in);
    line.reservations.push_back(std::move(r));
  }
  if (!in.done()) return false;
  lines_.push_back(std::move(line));
  by_id_.insert(stable_hash(lines_.back().id), size());
  return true;
}

std::string LineBook::decisions_row(Day business_date) const {
  std::string bytes;
  Encoder out{bytes};
  for (const auto& [loan, decision] : decisions_) {
    if (!decision.stands_on(business_date)) continue;
    out.text(loan);
    encode_decision(out, decision);
  }
  return bytes;
}

bool LineBook::load_decisions(std::string_view bytes) {
  Decoder in{bytes};
  while (in.good() && !in.done()) {
    const std::string loan(in.text(name_max));
    const std::optional<Decision> decision = decode_decision(in);
    if (!decision) return false;
    decisions_.emplace(loan, *decision);
  }
  return in.done();
}

}  // namespace loanbook::ledger
