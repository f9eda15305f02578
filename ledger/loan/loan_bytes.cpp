// Canonical bytes of a loan's state (derived rows; layout in docs/format.md, section "Loan page").

#include <algorithm>

#include "loanbook/ledger/codec.hpp"
#include "loanbook/ledger/loan/loan.hpp"

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
  out.zigzag(row.fee);
}

schedule::PlanRow decode_row(Decoder& in) {
  schedule::PlanRow row{};
  row.no = static_cast<std::uint32_t>(in.varint());
  row.due = in.day();
  row.principal = in.zigzag();
  row.interest = in.zigzag();
  row.balance = in.zigzag();
  row.fee = in.zigzag();
  return row;
}

void encode_parts(Encoder& out, const Parts& parts) {
  for (const std::int64_t minor : parts) out.zigzag(minor);
}

Parts decode_parts(Decoder& in) {
  Parts parts{};
  for (std::int64_t& minor : parts) minor = in.zigzag();
  return parts;
}

void encode_record(Encoder& out, const InstallmentRecord& record) {
  out.varint(record.no);
  out.day(record.from);
  out.day(record.due);
  encode_parts(out, record.demanded);
  encode_parts(out, record.paid);
  encode_parts(out, record.waived);
  out.zigzag(record.owed_again);
  out.zigzag(record.in_advance);
  out.zigzag(record.late);
  out.u8(static_cast<std::uint8_t>((record.met ? 1 : 0) | (record.extra ? 2 : 0) |
                                   (record.down_payment ? 4 : 0) | (record.leads ? 8 : 0) |
                                   (record.owed_again_since ? 16 : 0)));
  if (record.met) out.day(*record.met);
  if (record.owed_again_since) out.day(*record.owed_again_since);
}

InstallmentRecord decode_record(Decoder& in) {
  InstallmentRecord record;
  record.no = static_cast<std::uint32_t>(in.varint());
  record.from = in.day();
  record.due = in.day();
  record.demanded = decode_parts(in);
  record.paid = decode_parts(in);
  record.waived = decode_parts(in);
  record.owed_again = in.zigzag();
  record.in_advance = in.zigzag();
  record.late = in.zigzag();
  const std::uint8_t flags = in.u8();
  record.extra = (flags & 2) != 0;
  record.down_payment = (flags & 4) != 0;
  record.leads = (flags & 8) != 0;
  if ((flags & 1) != 0) record.met = in.day();
  if ((flags & 16) != 0) record.owed_again_since = in.day();
  return record;
}

void encode_charge(Encoder& out, const ChargeRecord& charge) {
  out.varint(charge.sequence);
  out.u8(static_cast<std::uint8_t>(charge.component));
  out.text(charge.code);
  out.varint(charge.installment);
  out.day(charge.assessed);
  out.day(charge.due);
  out.zigzag(charge.amount);
  out.zigzag(charge.paid);
  out.zigzag(charge.waived);
  out.u8(charge.recognised ? 1 : 0);
}

ChargeRecord decode_charge(Decoder& in) {
  ChargeRecord charge;
  charge.sequence = in.varint();
  charge.component = in.enumerator(schedule::Component::fee, schedule::Component::principal);
  charge.code = in.text();
  charge.installment = static_cast<std::uint32_t>(in.varint());
  charge.assessed = in.day();
  charge.due = in.day();
  charge.amount = in.zigzag();
  charge.paid = in.zigzag();
  charge.waived = in.zigzag();
  charge.recognised = in.u8() == 1;
  return charge;
}

template <class T, class Each>
void encode_all(Encoder& out, const std::vector<T>& items, Each each) {
  out.varint(items.size());
  for (const T& item : items) each(out, item);
}

template <class T, class Each>
void decode_all(Decoder& in, std::vector<T>& items, Each each) {
  const std::uint64_t size = in.varint();
  for (std::uint64_t i = 0; in.good() && i < size; ++i) items.push_back(each(in));
}

void encode_ahead(Encoder& out, const MoneyAhead& money) {
  out.varint(money.sequence);
  out.u8(money.kind);
  out.day(money.day);
  out.varint(money.no);
  out.u8(static_cast<std::uint8_t>(money.component));
  out.zigzag(money.amount);
}

MoneyAhead decode_ahead(Decoder& in) {
  MoneyAhead money{.sequence = in.varint()};
  money.kind = in.u8();
  money.day = in.day();
  money.no = static_cast<std::uint32_t>(in.varint());
  money.component = in.enumerator(schedule::Component::fee, schedule::Component::principal);
  money.amount = in.zigzag();
  return money;
}

void encode_running(Encoder& out, const RunningInterest& running) {
  out.day(running.since);
  out.zigzag(running.earned);
  out.zigzag(running.ahead);
  out.zigzag(running.overdue);
  out.day(running.overdue_until);
  out.u8(running.changes.has_value() ? 1 : 0);
  if (running.changes) out.day(*running.changes);
  out.zigzag(running.installment);
  out.zigzag(running.later_installment);
  out.zigzag(running.take_off);
}

RunningInterest decode_running(Decoder& in) {
  RunningInterest running;
  running.since = in.day();
  running.earned = in.zigzag();
  running.ahead = in.zigzag();
  running.overdue = in.zigzag();
  running.overdue_until = in.day();
  if (in.u8() == 1) running.changes = in.day();
  running.installment = in.zigzag();
  running.later_installment = in.zigzag();
  running.take_off = in.zigzag();
  return running;
}

void encode_indexed(Encoder& out, const IndexedRate& indexed) {
  out.zigzag(indexed.spread_e12);
  out.day(indexed.next_reset);
  encode_all(out, indexed.rates, [](Encoder& o, const schedule::RateChange& change) {
    o.day(change.from);
    o.zigzag(change.rate.e12());
  });
}

void decode_indexed(Decoder& in, IndexedRate& indexed) {
  indexed.spread_e12 = in.zigzag();
  indexed.next_reset = in.day();
  decode_all(in, indexed.rates, [](Decoder& i) {
    const Day from = i.day();
    return schedule::RateChange{.from = from, .rate = money::Rate::of_e12(i.zigzag())};
  });
}

void encode_joint(Encoder& out, const JointTotals& totals) {
  for (const Parts* parts :
       {&totals.earned, &totals.received, &totals.compensated, &totals.subrogated, &totals.lost}) {
    encode_parts(out, *parts);
  }
  out.zigzag(totals.lost_subrogated);
  out.zigzag(totals.recovered);
}

void decode_joint(Decoder& in, JointTotals& totals) {
  for (Parts* parts :
       {&totals.earned, &totals.received, &totals.compensated, &totals.subrogated, &totals.lost}) {
    *parts = decode_parts(in);
  }
  totals.lost_subrogated = in.zigzag();
  totals.recovered = in.zigzag();
}

void encode_rare(Encoder& out, const RareRecords& rare) {
  encode_all(out, rare.coupons, [](Encoder& o, const CouponRecord& coupon) {
    o.varint(coupon.sequence);
    o.text(coupon.payer);
    o.zigzag(coupon.part_e12);
    o.u8(static_cast<std::uint8_t>((coupon.rows_left ? 1 : 0) | (coupon.amount_left ? 2 : 0)));
    if (coupon.rows_left) o.varint(*coupon.rows_left);
    if (coupon.amount_left) o.zigzag(*coupon.amount_left);
    o.zigzag(coupon.used);
    o.zigzag(coupon.settled);
  });
  encode_all(out, rare.joined, [](Encoder& o, const JoinedPrincipal& joined) {
    o.day(joined.day);
    o.zigzag(joined.amount);
  });
  out.zigzag(rare.joined_suspended);
  out.u8(rare.transferred ? 1 : 0);
  if (rare.transferred) out.text(rare.buyer);
}

void decode_rare(Decoder& in, RareRecords& rare) {
  decode_all(in, rare.coupons, [](Decoder& i) {
    CouponRecord coupon{.sequence = i.varint()};
    coupon.payer = i.text();
    coupon.part_e12 = i.zigzag();
    const std::uint8_t flags = i.u8();
    if ((flags & 1) != 0) coupon.rows_left = static_cast<std::uint32_t>(i.varint());
    if ((flags & 2) != 0) coupon.amount_left = i.zigzag();
    coupon.used = i.zigzag();
    coupon.settled = i.zigzag();
    return coupon;
  });
  decode_all(in, rare.joined, [](Decoder& i) {
    const Day day = i.day();
    return JoinedPrincipal{day, i.zigzag()};
  });
  rare.joined_suspended = in.zigzag();
  rare.transferred = in.u8() == 1;
  if (rare.transferred) rare.buyer = in.text();
}

// A bit that no role has: totals of a joint loan follow the balances.
constexpr std::uint64_t joint_bit = std::uint64_t{1} << 63;
// Nor this one: what penalty interest may still come to, of each installment that is due.
constexpr std::uint64_t room_bit = std::uint64_t{1} << 62;
// Nor this one: a fee that was kept back of pay-outs and is not all income.
constexpr std::uint64_t deferred_bit = std::uint64_t{1} << 61;
// And this one: from where taxed income counts on a loan that was taken over.
constexpr std::uint64_t taxed_bit = std::uint64_t{1} << 60;
static_assert(role_count <= 60);

bool has_room(const LoanState& state) {
  return std::any_of(state.due.begin(), state.due.end(),
                     [](const schedule::DueInstallment& due) { return due.room != 0; });
}

bool has_rare(const Servicing& table) { return table.rare && !table.rare->empty(); }

void encode_servicing(Encoder& out, const Boxed<Servicing>& table) {
  out.u8(table ? 1 : 0);
  if (!table) return;
  encode_all(out, table->coming, encode_row);
  encode_all(out, table->installments, encode_record);
  encode_all(out, table->charges, encode_charge);
  encode_all(out, table->payments, [](Encoder& o, const PaymentRecord& payment) {
    o.varint(payment.sequence);
    encode_parts(o, payment.parts);
    o.zigzag(payment.overpaid);
  });
  encode_all(out, table->pauses, [](Encoder& o, const OverduePause& pause) {
    o.day(pause.from);
    o.day(pause.until);
  });
  out.u8(static_cast<std::uint8_t>((table->charged_off ? 1 : 0) | (table->fraud ? 2 : 0) |
                                   (table->running ? 4 : 0) | (table->fallen ? 8 : 0) |
                                   (table->ahead.empty() ? 0 : 16) | (table->indexed ? 32 : 0) |
                                   (has_rare(*table) ? 128 : 0) | (table->opened ? 64 : 0)));
  if (table->charged_off) out.day(*table->charged_off_on);
  if (table->opened) out.day(*table->opened);
  out.zigzag(table->interest_reported);
  if (has_rare(*table)) encode_rare(out, *table->rare);
  if (!table->ahead.empty()) encode_all(out, table->ahead, encode_ahead);
  if (table->indexed) encode_indexed(out, *table->indexed);
  if (table->running) encode_running(out, *table->running);
  if (!table->fallen) return;
  out.varint(table->fallen->no);
  out.day(table->fallen->due);
  encode_running(out, table->fallen->interest);
}

void decode_servicing(Decoder& in, Boxed<Servicing>& box) {
  if (in.u8() != 1) return;
  Servicing& table = box.emplace();
  decode_all(in, table.coming, decode_row);
  decode_all(in, table.installments, decode_record);
  decode_all(in, table.charges, decode_charge);
  decode_all(in, table.payments, [](Decoder& i) {
    PaymentRecord payment{.sequence = i.varint()};
    payment.parts = decode_parts(i);
    payment.overpaid = i.zigzag();
    return payment;
  });
  decode_all(in, table.pauses, [](Decoder& i) {
    const Day from = i.day();
    return OverduePause{.from = from, .until = i.day()};
  });
  const std::uint8_t flags = in.u8();
  table.charged_off = (flags & 1) != 0;
  table.fraud = (flags & 2) != 0;
  if (table.charged_off) table.charged_off_on = in.day();
  if ((flags & 64) != 0) table.opened = in.day();
  table.interest_reported = in.zigzag();
  if ((flags & 128) != 0) decode_rare(in, table.rare.emplace());
  if ((flags & 16) != 0) decode_all(in, table.ahead, decode_ahead);
  if ((flags & 32) != 0) decode_indexed(in, table.indexed.emplace());
  if ((flags & 4) != 0) table.running = decode_running(in);
  if ((flags & 8) == 0) return;
  FallenRow& fallen = table.fallen.emplace();
  fallen.no = static_cast<std::uint32_t>(in.varint());
  fallen.due = in.day();
  fallen.interest = decode_running(in);
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
  out.u8(state.terms.converted);
  out.u8(static_cast<std::uint8_t>(state.status));
  out.u8(state.bucket);
  out.day(state.day);
  out.u8(state.next_change == never ? 0 : 1);
  if (state.next_change != never) out.day(state.next_change);
  out.day(state.disbursed);
  out.zigzag(state.lent);
  out.u8(static_cast<std::uint8_t>((state.non_accrual ? 1 : 0) |
                                   static_cast<std::uint8_t>(state.accrual) << 1 |
                                   state.official << 3));
  out.u8(state.row_coming ? 1 : 0);
  if (state.row_coming) {
    // A loan with a table needs none, and may have one left from before.
    const schedule::PlanCursor cursor = state.servicing ? schedule::PlanCursor{} : state.cursor;
    out.varint(cursor.rows_done);
    out.zigzag(cursor.balance);
    out.zigzag(cursor.installment);
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
    out.zigzag(due.late_fee);
    encode_line(out, due.penalty);
    encode_line(out, due.compound);
  }
  encode_servicing(out, state.servicing);
  // Most roles are empty.
  const Balances balance = state.balance.all();
  std::uint64_t used = 0;
  for (std::size_t i = 0; i < role_count; ++i) used |= std::uint64_t{balance[i] != 0} << i;
  if (state.joint) used |= joint_bit;
  if (has_room(state)) used |= room_bit;
  if (state.taxed_from != 0) used |= taxed_bit;
  if (state.deferred) used |= deferred_bit;
  out.varint(used);
  for (const std::int64_t minor : balance) {
    if (minor != 0) out.zigzag(minor);
  }
  if (state.joint) encode_joint(out, *state.joint);
  if (state.deferred) {
    out.zigzag(state.deferred->left);
    encode_line(out, state.deferred->earned);
  }
  if (state.taxed_from != 0) out.zigzag(state.taxed_from);
  if (!has_room(state)) return;
  for (const schedule::DueInstallment& due : state.due) out.zigzag(due.room);
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
  state.terms.converted = in.u8();
  state.status = in.enumerator(LoanStatus::approved, LoanStatus::declined);
  state.bucket = in.u8();
  state.day = in.day();
  if (in.u8() == 1) state.next_change = in.day();
  state.disbursed = in.day();
  state.lent = in.zigzag();
  const std::uint8_t quality = in.u8();
  state.non_accrual = (quality & 1) != 0;
  if ((quality >> 1 & 3) > 2) in.fail();
  state.accrual = static_cast<AccrualChoice>(quality >> 1 & 3);
  state.official = quality >> 3;
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
    due.late_fee = in.zigzag();
    due.penalty = decode_line(in);
    due.compound = decode_line(in);
    state.due.push_back(due);
  }
  decode_servicing(in, state.servicing);
  const std::uint64_t used = in.varint();
  for (std::size_t i = 0; i < role_count; ++i) {
    if ((used >> i & 1U) != 0) state.balance.at(static_cast<Role>(i)) = in.zigzag();
  }
  if ((used & joint_bit) != 0) decode_joint(in, state.joint.emplace());
  if ((used & deferred_bit) != 0) {
    DeferredFee& fee = state.deferred.emplace();
    fee.left = in.zigzag();
    fee.earned = decode_line(in);
  }
  if ((used & taxed_bit) != 0) {
    state.taxed_from = in.zigzag();
    if (state.taxed_from == 0) in.fail();
  }
  if ((used & room_bit) != 0) {
    for (schedule::DueInstallment& due : state.due) due.room = in.zigzag();
    if (!has_room(state)) in.fail();
  }
  bytes = in.rest();
  return in.good();
}

}  // namespace loanbook::ledger
