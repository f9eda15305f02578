// The digest of a request as sent, and what differs when a key comes again with other content.

#include <fmt/format.h>

#include <algorithm>

#include "loanbook/ledger/codec.hpp"
#include "loanbook/ledger/entry.hpp"
#include "loanbook/ledger/proof/digest.hpp"

namespace loanbook::ledger {
namespace {

void encode_open(Encoder& out, const OpenLoan& open) {
  out.text(open.product);
  out.varint(open.product_version.value_or(0));
  out.text(open.amount);
  out.text(open.rate.value_or(""));
  out.varint(open.installments.value_or(0));
  out.u8(static_cast<std::uint8_t>(
      (open.first_due ? 1 : 0) | (open.line.empty() ? 0 : 2) | (open.reservation.empty() ? 0 : 4) |
      (open.party.empty() ? 0 : 8) | (open.refinances.empty() ? 0 : 16) |
      (open.branch.empty() ? 0 : 32)));
  if (open.first_due) out.day(*open.first_due);
  out.u8(open.due_day);
  if (!open.line.empty()) out.text(open.line);
  if (!open.reservation.empty()) out.text(open.reservation);
  if (!open.party.empty()) out.text(open.party);
  if (!open.refinances.empty()) out.text(open.refinances);
  if (!open.branch.empty()) out.text(open.branch);
}

/// In place of the kind, where a repayment says more than its amount.
constexpr std::uint8_t repay_in_detail = 61;

struct EventEncoder {
  Encoder& out;
  void operator()(const OpenLoan& e) const {
    out.u8(static_cast<std::uint8_t>(Kind::open));
    encode_open(out, e);
  }
  void operator()(const Disburse& e) const {
    out.u8(static_cast<std::uint8_t>(Kind::disburse));
    out.text(e.amount);
  }
  void operator()(const OpenAndDisburse& e) const {
    out.u8(static_cast<std::uint8_t>(Kind::open_disburse));
    encode_open(out, e.terms);
  }
  void operator()(const Repay& e) const {
    const bool in_detail = !e.payer.empty() || e.suspense != 0 || e.intent != 0;
    out.u8(in_detail ? repay_in_detail : static_cast<std::uint8_t>(Kind::repay));
    out.text(e.amount);
    if (!in_detail) return;
    out.text(e.payer);
    out.varint(e.suspense);
    out.varint(e.intent);
  }
  void operator()(const SuspenseRequest& e) const {
    out.u8(static_cast<std::uint8_t>(e.kind));
    for (const std::string* each : {&e.amount, &e.currency, &e.payer, &e.reference, &e.text})
      out.text(*each);
    out.varint(e.item);
  }
  void operator()(const Reverse& e) const {
    out.u8(static_cast<std::uint8_t>(Kind::reverse));
    out.varint(e.sequence);
  }
  void operator()(const Operation& e) const {
    out.u8(static_cast<std::uint8_t>(e.kind));
    out.text(e.amount.value_or(""));
    out.varint(e.of.value_or(0));
    out.varint(e.rows.value_or(0));
    for (const std::optional<Day>& day : {e.from, e.until}) {
      out.u8(day.has_value() ? 1 : 0);
      if (day) out.day(*day);
    }
    out.text(e.choice);
    out.text(e.code);
    out.text(e.rate.value_or(""));
    if (((operation_rule(e.kind).required | operation_rule(e.kind).optional) & field_channel) != 0)
      out.text(e.channel);
  }
  void operator()(const PublishProduct& e) const {
    out.u8(static_cast<std::uint8_t>(Kind::product_published));
    out.text(encode(e.product));
  }
  void operator()(const PublishSeries& e) const {
    out.u8(static_cast<std::uint8_t>(Kind::series_published));
    out.text(e.name);
    out.varint(e.points.size());
    for (const SeriesPoint& point : e.points) {
      out.day(point.day);
      out.text(point.value);
    }
  }
  void text(const std::optional<std::string>& value) const {
    out.u8(value.has_value() ? 1 : 0);
    if (value) out.text(*value);
  }
  void operator()(const TakeOver& e) const {
    out.u8(static_cast<std::uint8_t>(Kind::take_over));
    encode_open(out, e.terms);
    out.day(e.disbursed);
    out.text(e.principal);
    text(e.interest_accrued);
    day(e.interest_from);
    out.text(e.overpayment);
    out.varint(e.rows.size());
    for (const TakeOverRow& row : e.rows) {
      out.varint(row.no);
      day(row.due);
      for (const std::string* amount :
           {&row.principal, &row.interest, &row.fee, &row.late_fee, &row.principal_paid,
            &row.interest_paid, &row.fee_paid, &row.late_fee_paid})
        out.text(*amount);
      text(row.penalty);
      text(row.compound);
    }
    out.varint(e.next_installment.value_or(0));
    day(e.next_due);
    for (const std::optional<std::string>* figure :
         {&e.principal_overdue, &e.interest_due, &e.penalty, &e.compound, &e.fees, &e.late_fees})
      text(*figure);
    standing(e);
  }
  /// Fields that came later: nothing where none is used.
  void standing(const TakeOver& e) const {
    const bool dated = std::ranges::any_of(
        e.rows, [](const TakeOverRow& row) { return row.penalty_from || row.compound_from; });
    const bool later = e.written_off || std::ranges::any_of(e.rows, [](const TakeOverRow& row) {
                         return row.maximum_left.has_value();
                       });
    if (!dated && !e.charged_off && !e.fraud && e.non_accrual.empty() && e.category.empty() &&
        !e.shared && !later)
      return;
    for (const TakeOverRow& row : e.rows) {
      day(row.penalty_from);
      day(row.compound_from);
    }
    day(e.charged_off);
    out.u8(e.fraud ? 1 : 0);
    out.text(e.non_accrual);
    out.text(e.category);
    out.u8(e.shared ? 1 : 0);
    if (e.shared) shares(*e.shared);
    if (!later) return;
    day(e.written_off);
    for (const TakeOverRow& row : e.rows) text(row.maximum_left);
  }
  void shares(const TakeOverShared& shared) const {
    for (const auto* parts : {&shared.earned, &shared.compensated, &shared.of_lead, &shared.lost}) {
      for (const std::string& part : *parts) out.text(part);
    }
    out.text(shared.lost_of_lead);
    out.text(shared.recovered);
  }
  void operator()(const PublishChart& e) const {
    out.u8(static_cast<std::uint8_t>(Kind::chart_published));
    std::string bytes;
    encode(ChartPublished{e.chart, {}}, bytes);
    out.text(bytes);
  }
  void operator()(const ClosePeriod& e) const {
    out.u8(static_cast<std::uint8_t>(Kind::period_closed));
    out.u8(static_cast<std::uint8_t>(e.period.length));
    out.day(e.period.from);
    out.day(e.period.through);
  }
  void operator()(const Assert& e) const {
    out.u8(static_cast<std::uint8_t>(Kind::asserted));
    out.text(e.text);
  }
  void day(const std::optional<Day>& value) const {
    out.u8(value.has_value() ? 1 : 0);
    if (value) out.day(*value);
  }
  void operator()(const LineRequest& e) const {
    out.u8(static_cast<std::uint8_t>(e.kind));
    out.text(e.line);
    out.text(e.currency);
    out.text(e.limit.value_or(""));
    day(e.last_day);
    out.u8(e.no_last_day ? 1 : 0);
    for (const std::optional<bool>& flag : {e.revolving, e.write_off_restores, e.needs_decision})
      out.u8(!flag ? 0 : *flag ? 2 : 1);
    out.text(e.temporary.value_or(""));
    day(e.temporary_until);
    out.varint(e.sub_limits.size());
    for (const SubLimitRequest& sub : e.sub_limits) {
      out.text(sub.product);
      out.text(sub.amount);
    }
    out.text(e.reservation);
    out.text(e.amount.value_or(""));
    day(e.until);
    out.text(e.product);
    out.text(e.code);
  }
  void operator()(const RiskDecision& e) const {
    out.u8(static_cast<std::uint8_t>(Kind::risk_decision));
    out.u8(static_cast<std::uint8_t>(e.verdict));
    out.text(e.line);
    out.text(e.reservation);
    out.varint(e.of.value_or(0));
    out.text(e.code);
    out.text(e.rule_set);
    out.text(e.score);
    day(e.last_day);
  }
  void operator()(const Apply& e) const {
    out.u8(static_cast<std::uint8_t>(Kind::apply));
    encode_open(out, e.terms);
    day(e.valid_until);
  }
  // A repayment has an amount: no other request has these bytes.
  void operator()(const Settle&) const {
    out.u8(static_cast<std::uint8_t>(Kind::repay));
    out.text("payoff");
  }
  void operator()(const LimitPartner& e) const {
    out.u8(static_cast<std::uint8_t>(e.amount ? Kind::partner_limit : Kind::partner_limit_ended));
    out.text(e.partner);
    out.text(e.currency);
    out.text(e.amount.value_or(""));
    day(e.until);
  }
  void operator()(const BreakRequest& e) const {
    out.u8(static_cast<std::uint8_t>(e.kind));
    out.text(e.id);
    out.text(e.owner);
    out.u8(static_cast<std::uint8_t>(e.status));
    out.varint(e.entries.size());
    for (const std::uint64_t entry : e.entries) out.varint(entry);
    out.varint(e.corrections);
  }
};

struct KindOf {
  Kind operator()(const BreakRequest& e) const { return e.kind; }
  Kind operator()(const OpenLoan&) const { return Kind::open; }
  Kind operator()(const Disburse&) const { return Kind::disburse; }
  Kind operator()(const OpenAndDisburse&) const { return Kind::open_disburse; }
  Kind operator()(const Repay&) const { return Kind::repay; }
  Kind operator()(const Reverse&) const { return Kind::reverse; }
  Kind operator()(const Operation& e) const {
    return e.kind == Kind::confirm_payout ? Kind::disburse : e.kind;
  }
  Kind operator()(const SuspenseRequest& e) const { return e.kind; }
  Kind operator()(const PublishProduct&) const { return Kind::product_published; }
  Kind operator()(const PublishSeries&) const { return Kind::series_published; }
  Kind operator()(const LineRequest& e) const { return e.kind; }
  Kind operator()(const RiskDecision&) const { return Kind::risk_decision; }
  Kind operator()(const TakeOver&) const { return Kind::take_over; }
  Kind operator()(const PublishChart&) const { return Kind::chart_published; }
  Kind operator()(const ClosePeriod&) const { return Kind::period_closed; }
  Kind operator()(const Assert&) const { return Kind::asserted; }
  Kind operator()(const Apply&) const { return Kind::apply; }
  Kind operator()(const Settle&) const { return Kind::repay; }
  Kind operator()(const LimitPartner& e) const {
    return e.amount ? Kind::partner_limit : Kind::partner_limit_ended;
  }
};

/// Money out of suspense has the channel by which it came, unless another is given.
bool takes_item(const Command& command) {
  if (const auto* repay = std::get_if<Repay>(&command.event)) return repay->suspense != 0;
  const auto* request = std::get_if<SuspenseRequest>(&command.event);
  return request != nullptr && request->kind == Kind::suspense_return;
}

}  // namespace

Digest request_digest(const Command& command) {
  std::string bytes;
  bytes.reserve(128);
  Encoder out{bytes};
  std::visit(EventEncoder{out}, command.event);
  out.text(command.loan);
  out.u8(command.value_date.has_value() ? 1 : 0);
  if (command.value_date) out.day(*command.value_date);
  out.u8(command.expect_version.has_value() ? 1 : 0);
  if (command.expect_version) out.varint(*command.expect_version);
  out.text(command.actor);
  out.text(command.reason);
  if (!command.channel.empty()) out.text(command.channel);
  return sha256(bytes);
}

std::string first_difference(const Entry& entry, const Command& command,
                             const std::string& loan_of_entry) {
  Kind kind = std::visit(KindOf{}, command.event);
  if (std::holds_alternative<Settle>(command.event) && entry.kind == Kind::prepay)
    kind = Kind::prepay;
  if (kind != entry.kind)
    return fmt::format("event is {}, recorded was {}", to_text(kind), to_text(entry.kind));
  if (concerns_loan(kind) && command.loan != loan_of_entry)
    return fmt::format("loan is '{}', recorded was '{}'", command.loan, loan_of_entry);
  if (command.value_date && *command.value_date != entry.value_date) {
    return fmt::format("value date is {}, recorded was {}", money::to_text(*command.value_date),
                       money::to_text(entry.value_date));
  }
  if (command.actor != entry.actor)
    return fmt::format("actor is '{}', recorded was '{}'", command.actor, entry.actor);
  // A reversal, and money out of suspense, take the channel from elsewhere.
  const bool from_elsewhere =
      kind == Kind::reverse || (command.channel.empty() && takes_item(command));
  if (command.channel != entry.channel && !from_elsewhere)
    return fmt::format("channel is '{}', recorded was '{}'", command.channel, entry.channel);
  if (command.reason != entry.reason)
    return fmt::format("reason is '{}', recorded was '{}'", command.reason, entry.reason);
  if (const auto* reverse = std::get_if<Reverse>(&command.event)) {
    return fmt::format("reversed entry is {}, recorded was {}", reverse->sequence,
                       std::get<Reversed>(entry.payload).sequence);
  }
  return "amount or terms differ from what was recorded";
}

}  // namespace loanbook::ledger
