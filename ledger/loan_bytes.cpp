// Canonical bytes of a loan's state (derived rows; layout in docs/format.md, section "Loan page").

#include "loanbook/ledger/codec.hpp"
#include "loanbook/ledger/loan.hpp"

namespace loanbook::ledger {
namespace {

void encode_line(Encoder& out, const schedule::Line& line) {
  out.wide(line.base);
  out.wide(line.slope);
  out.varint(static_cast<std::uint64_t>(line.denominator));
  out.day(line.first);
}

schedule::Line decode_line(Decoder& in) {
  schedule::Line line;
  line.base = in.wide();
  line.slope = in.wide();
  line.denominator = static_cast<std::int64_t>(in.varint());
  line.first = in.day();
  if (line.denominator < 1) in.fail();
  return line;
}

void encode_row(Encoder& out, const schedule::PlanRow& row) {
  out.varint(row.no);
  out.day(row.due);
  out.zigzag(row.principal);
  out.zigzag(row.interest);
  out.zigzag(row.balance);
}

schedule::PlanRow decode_row(Decoder& in) {
  schedule::PlanRow row{};
  row.no = static_cast<std::uint32_t>(in.varint());
  row.due = in.day();
  row.principal = in.zigzag();
  row.interest = in.zigzag();
  row.balance = in.zigzag();
  return row;
}

}  // namespace

bool LoanState::operator==(const LoanState& other) const {
  std::string mine;
  std::string theirs;
  encode(*this, mine);
  encode(other, theirs);
  return mine == theirs;
}

void encode(const LoanState& state, std::string& bytes) {
  Encoder out{bytes};
  out.varint(state.product);
  out.varint(static_cast<std::uint64_t>(state.terms.principal_minor));
  out.zigzag(state.terms.rate.e12());
  out.varint(state.terms.installments);
  out.u8(state.terms.first_due.has_value() ? 1 : 0);
  if (state.terms.first_due) out.day(*state.terms.first_due);
  out.u8(state.terms.due_day);
  out.u8(static_cast<std::uint8_t>(state.status));
  out.u8(state.bucket);
  out.day(state.day);
  out.u8(state.next_change == never ? 0 : 1);
  if (state.next_change != never) out.day(state.next_change);
  out.day(state.disbursed);
  out.zigzag(state.lent);
  out.u8(state.row_coming ? 1 : 0);
  if (state.row_coming) {
    out.varint(state.cursor.rows_done);
    out.zigzag(state.cursor.balance);
    out.zigzag(state.cursor.installment);
    encode_row(out, state.next);
  }
  encode_line(out, state.interest);
  out.varint(state.due.size());
  for (const schedule::DueInstallment& due : state.due) {
    out.varint(due.no);
    out.day(due.due);
    out.zigzag(due.principal);
    out.zigzag(due.interest);
    out.zigzag(due.fee);
    encode_line(out, due.penalty);
    encode_line(out, due.compound);
  }
  for (const std::int64_t minor : state.balance) out.zigzag(minor);
}

bool decode(std::string_view& bytes, LoanState& state) {
  Decoder in{bytes};
  state = LoanState{};
  state.product = static_cast<std::uint32_t>(in.varint());
  state.terms.principal_minor = static_cast<std::int64_t>(in.varint());
  state.terms.rate = money::Rate::of_e12(in.zigzag());
  state.terms.installments = static_cast<std::uint32_t>(in.varint());
  if (in.u8() == 1) state.terms.first_due = in.day();
  state.terms.due_day = in.u8();
  state.status = in.enumerator(LoanStatus::approved, LoanStatus::cancelled);
  state.bucket = in.u8();
  state.day = in.day();
  if (in.u8() == 1) state.next_change = in.day();
  state.disbursed = in.day();
  state.lent = in.zigzag();
  state.row_coming = in.u8() == 1;
  if (state.row_coming) {
    state.cursor.rows_done = static_cast<std::uint32_t>(in.varint());
    state.cursor.balance = in.zigzag();
    state.cursor.installment = in.zigzag();
    state.next = decode_row(in);
  }
  state.interest = decode_line(in);
  const std::uint64_t size = in.varint();
  for (std::uint64_t i = 0; in.good() && i < size; ++i) {
    schedule::DueInstallment due{};
    due.no = static_cast<std::uint32_t>(in.varint());
    due.due = in.day();
    due.principal = in.zigzag();
    due.interest = in.zigzag();
    due.fee = in.zigzag();
    due.penalty = decode_line(in);
    due.compound = decode_line(in);
    state.due.push_back(due);
  }
  for (std::int64_t& minor : state.balance) minor = in.zigzag();
  bytes = in.rest();
  return in.good();
}

}  // namespace loanbook::ledger
