#pragma once

// What may be done to a loan beyond opening, paying out, repaying and reversing. One table says for
// each operation which fields it takes, in which states of the loan it is taken and what it means;
// the door, the digests, the command line, NDJSON and the documents are driven by it.

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "loanbook/money/day.hpp"
#include "loanbook/money/result.hpp"

namespace loanbook::ledger {

using money::Day;
using money::Result;

/// Kinds of events. Values reached a disk: frozen.
enum class Kind : std::uint8_t {
  book_opened = 1,
  product_published = 2,
  series_published = 3,
  cut_over = 4,
  day_closed = 5,
  chart_published = 6,
  period_closed = 7,
  asserted = 8,
  restated = 9,  ///< payload `Restated`
  open = 10,
  disburse = 11,
  open_disburse = 12,
  repay = 13,
  reverse = 14,
  // Operations: payload `Operated`
  down_payment = 15,
  merchant_refund = 16,
  payout_refund = 17,
  goodwill = 18,
  refund_overpayment = 19,
  refund = 20,
  charge = 21,
  waive_charge = 22,
  adjust_charge = 23,
  chargeback = 24,
  charge_off = 25,
  write_off = 26,
  recover = 27,
  mark_fraud = 28,
  waive_interest = 29,
  re_age = 30,
  reamortize = 31,
  reschedule = 32,
  pause_overdue = 33,
  resume_overdue = 34,
  cancel = 35,
  prepay = 36,
  change_rate = 37,
  extend = 38,
  move_due_date = 39,
  defer = 40,
  classify = 41,
  non_accrual = 42,
  convert = 43,
  capitalise = 44,
  apply = 45,      ///< payload `Opened`: an application
  take_over = 46,  ///< payload `TakenOver`
  approve = 47,
  decline = 48,
  coupon = 49,
  // Credit lines: payload `LineFact`
  line_open = 50,
  line_change = 51,
  line_freeze = 52,
  line_unfreeze = 53,
  line_reserve = 54,
  line_release = 55,
  line_confirm = 56,
  risk_decision = 57,
  coupon_settle = 58,
  transfer = 59,
  accrue = 60,
  // Money on its way (in_flight.hpp). 61 and 69 are taken: bytes of a repay and a disburse that say
  // more than an amount (entry.cpp).
  order_payout = 62,
  confirm_payout = 63,  ///< of requests: its entry is a disburse
  fail_payout = 64,
  unknown_payout = 65,
  intend = 66,
  cancel_intent = 67,
  debit_failed = 68,
  // Partners: payload `PartnerLimitSet`
  partner_limit = 71,
  partner_limit_ended = 72,
  // Reconciliation: payload `ReconciliationFact`
  statement_reconciled = 75,
  break_updated = 77,
  break_closed = 78,
  // Suspense: payload `SuspenseFact`
  suspense_receive = 80,
  suspense_return = 81,
};
[[nodiscard]] std::string_view to_text(Kind kind);
[[nodiscard]] Result<Kind> parse_kind(std::string_view text);
[[nodiscard]] constexpr bool is_line_event(Kind kind) {
  return kind >= Kind::line_open && kind <= Kind::risk_decision;
}
[[nodiscard]] constexpr bool is_reconciliation_event(Kind kind) {
  return kind >= Kind::statement_reconciled && kind <= Kind::break_closed;
}
[[nodiscard]] constexpr bool is_partner_event(Kind kind) {
  return kind == Kind::partner_limit || kind == Kind::partner_limit_ended;
}
[[nodiscard]] constexpr bool is_suspense_event(Kind kind) {
  return kind == Kind::suspense_receive || kind == Kind::suspense_return;
}
[[nodiscard]] constexpr bool concerns_loan(Kind kind) {
  return kind >= Kind::open && !is_line_event(kind) && !is_reconciliation_event(kind) &&
         !is_partner_event(kind) && !is_suspense_event(kind);
}
/// What a loan's entry tells without moving anything: the fold does not see it.
[[nodiscard]] constexpr bool is_told_only(Kind kind) {
  return kind >= Kind::order_payout && kind <= Kind::debit_failed && kind != Kind::confirm_payout;
}
/// Charts, closed periods, assertions.
[[nodiscard]] constexpr bool is_gl_fact(Kind kind) {
  return kind >= Kind::chart_published && kind <= Kind::asserted;
}
[[nodiscard]] constexpr bool is_operation(Kind kind) {
  return kind >= Kind::down_payment && kind != Kind::take_over && kind != Kind::apply &&
         !is_line_event(kind) && !is_reconciliation_event(kind) && !is_partner_event(kind) &&
         !is_suspense_event(kind);
}

/// Money comes or goes with it, so it may name the channel.
[[nodiscard]] bool moves_money(Kind kind);

/// A request for an operation, amounts as decimal text. Which fields an operation takes:
/// `operation_rules`.
struct Operation {
  Kind kind = Kind::charge;
  std::optional<std::string> amount{};
  std::optional<std::uint64_t> of{};    ///< sequence number of an earlier entry of the loan
  std::optional<std::uint32_t> rows{};  ///< number of installments
  std::optional<Day> from{};
  std::optional<Day> until{};
  std::string choice{};               ///< one of the words that the table lists
  std::string code{};                 ///< of a charge, of a reason
  std::optional<std::string> rate{};  ///< per year, as money::Rate::parse
  std::string channel{};              ///< through which money moves
};

/// The same as stored. Fields an operation does not take are empty.
struct Operated {
  std::int64_t amount_minor = 0;
  std::uint64_t of = 0;
  std::uint32_t rows = 0;
  std::optional<Day> from{};
  std::optional<Day> until{};
  std::uint8_t choice = 0;  ///< place of the word in the table, from 1; 0: none
  std::string code{};
  std::int64_t rate_e12 = 0;
  std::string channel{};
};

/// Fields of an operation as bits.
enum OperationField : std::uint16_t {
  field_amount = 1,
  field_of = 2,
  field_rows = 4,
  field_from = 8,
  field_until = 16,
  field_choice = 32,
  field_code = 64,
  field_rate = 128,
  field_channel = 256,
};

/// States of a loan as bits.
enum OperationState : std::uint16_t {
  in_approved = 1,
  in_active = 2,
  in_overpaid = 4,  ///< closed with money held for the borrower
  in_closed = 8,
  in_charged_off = 16,  ///< active and charged off
  in_written_off = 32,
  in_applied = 64,       ///< asked for, not approved yet
  in_transferred = 128,  ///< closed: the claim was sold
  in_cancelled = 256,    ///< or declined
};

struct OperationRule {
  Kind kind;
  std::string_view name;     ///< in commands, files and receipts
  std::uint16_t required;    ///< fields
  std::uint16_t optional;    ///< fields
  std::uint16_t states;      ///< in which it is taken
  std::string_view choices;  ///< words, separated by spaces; the first is the default
  std::string_view meaning;  ///< one sentence for people
};
[[nodiscard]] std::span<const OperationRule> operation_rules();
/// Requires is_operation(kind).
[[nodiscard]] const OperationRule& operation_rule(Kind kind);

/// `operation.field_missing`, `operation.field_unexpected`, `operation.choice_unknown`; names the
/// operation, the field and what it takes.
[[nodiscard]] money::Status check_fields(const Operation& operation);
/// The word's place from 1; 0 where the operation has no choices. Requires check_fields passed.
[[nodiscard]] std::uint8_t choice_number(const Operation& operation);

/// What does what a word of the trade asks for that is no name of an event (`holiday`, `skip`,
/// `early-settle`), as a sentence; empty: nobody asks for it so far.
[[nodiscard]] std::string_view instead_of(std::string_view name);

}  // namespace loanbook::ledger
