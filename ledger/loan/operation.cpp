#include "loanbook/ledger/loan/operation.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <utility>

#include "loanbook/money/assert.hpp"

namespace loanbook::ledger {
namespace {

constexpr std::uint16_t paying = in_active | in_overpaid | in_closed | in_charged_off;
constexpr std::uint16_t running = in_active | in_charged_off;
constexpr std::uint16_t all_paid_out = paying | in_written_off | in_transferred;
constexpr std::uint16_t to_pay_out = in_approved | in_active | in_overpaid | in_closed;
constexpr std::uint16_t any_state = 511;

constexpr std::array rules{
    OperationRule{Kind::down_payment, "down-payment", field_amount, 0, running, "",
                  "the borrower's own part of a purchase, paid when it is disbursed (首付)"},
    OperationRule{Kind::merchant_refund, "merchant-refund", field_amount, 0, paying, "",
                  "the merchant gives money back for goods returned (商户退款)"},
    OperationRule{Kind::payout_refund, "payout-refund", field_amount, 0, paying, "",
                  "a pay-out came back, in whole or in part"},
    OperationRule{Kind::goodwill, "goodwill", field_amount, 0, paying, "",
                  "the lender pays for the borrower, at its own expense"},
    OperationRule{Kind::refund_overpayment, "refund-overpayment", field_amount, 0,
                  in_active | in_overpaid | in_transferred, "",
                  "money held is paid back to the borrower, or on to whom the claim was sold "
                  "(溢缴款退回)"},
    OperationRule{
        Kind::refund, "refund", field_amount, 0, running, "",
        "money paid on the loan is paid back; what it had settled is owed again, the last "
        "settled first"},
    OperationRule{Kind::charge, "charge", 0,
                  field_amount | field_rate | field_from | field_choice | field_code,
                  running | in_approved | in_overpaid | in_closed,
                  "fee penalty fee-of-each penalty-of-each",
                  "a fee or a fixed penalty, owed from the date `from` on, or in each installment "
                  "due from then on (费用、违约金)"},
    OperationRule{Kind::waive_charge, "waive-charge", 0, field_of | field_rows | field_amount,
                  running, "",
                  "what is unpaid of the charge in entry `of`, or of those that installment `rows` "
                  "made as it became late, is no longer owed (减免)"},
    OperationRule{Kind::adjust_charge, "adjust-charge", field_of | field_amount, 0, paying, "",
                  "gives back up to the amount of the charge in entry `of`, as a payment"},
    OperationRule{Kind::chargeback, "chargeback", field_of | field_amount, 0, paying, "",
                  "the payment in entry `of` was taken back by its payer; it is owed again"},
    OperationRule{Kind::charge_off, "charge-off", 0, field_choice | field_code, in_active,
                  "ordinary fraud",
                  "the claim goes to expense; the borrower owes it as before (呆账转出)"},
    OperationRule{Kind::write_off, "write-off", 0, field_code, running, "",
                  "the lender gives the claim up in its books (核销)"},
    OperationRule{Kind::recover, "recover", field_amount, 0, in_written_off, "",
                  "money on a loan that was written off (已核销收回)"},
    OperationRule{Kind::mark_fraud, "mark-fraud", 0, field_choice, paying | in_approved, "yes no",
                  "the loan is, or is not, a case of fraud"},
    OperationRule{Kind::waive_interest, "waive-interest", field_amount, 0, in_active, "",
                  "interest due and unpaid that is no longer owed, the oldest first (利息减免)"},
    OperationRule{Kind::re_age, "re-age", field_rows | field_from, field_choice, in_active,
                  "month week day two-weeks two-months quarter half-year year",
                  "all principal owed is spread over new installments, the first one on `from`"},
    OperationRule{Kind::reamortize, "reamortize", 0, 0, in_active, "",
                  "principal past due is spread over the installments to come (重新摊还)"},
    OperationRule{
        Kind::reschedule, "reschedule", field_from, field_until | field_rows | field_rate,
        in_active, "",
        "the installment due on `from` and those after it move to `until`, bear `rate`, and "
        "`rows` more follow (展期、还款日变更)"},
    OperationRule{Kind::pause_overdue, "pause-overdue", field_from | field_until, field_code,
                  in_active, "", "days from `from` to `until` do not count as past due"},
    OperationRule{Kind::resume_overdue, "resume-overdue", 0, 0, in_active, "",
                  "ends a pause today"},
    OperationRule{Kind::cancel, "cancel", 0, field_code, in_approved | in_applied, "",
                  "a loan that will not be paid out, or an application that is withdrawn"},
    OperationRule{Kind::prepay, "prepay", field_amount, field_choice, in_active,
                  "reduce shorten keep",
                  "repays early: what is due, interest to the day, then principal; the rest is "
                  "planned with smaller installments, fewer, or the same (减额、缩期)"},
    OperationRule{Kind::change_rate, "change-rate", field_rate, field_choice, in_active,
                  "solve keep", "another rate from this day on (利率调整、重定价)"},
    OperationRule{Kind::extend, "extend", field_rows, 0, in_active, "",
                  "`rows` more installments (展期)"},
    OperationRule{Kind::move_due_date, "move-due-date", field_rows, 0, in_active, "",
                  "installments fall due on day `rows` of the month from now on (还款日变更)"},
    OperationRule{
        Kind::defer, "defer", field_rows, field_choice, in_active, "pay capitalise defer waive",
        "the next `rows` installments ask for no principal; their interest is paid, joins "
        "the balance, waits, or is waived (延期还款)"},
    OperationRule{
        Kind::classify, "classify", 0, field_choice | field_code,
        running | in_approved | in_overpaid | in_closed,
        "normal special-mention substandard doubtful loss none",
        "the official category (五级分类), which only this changes; none: the computed one"},
    OperationRule{
        Kind::non_accrual, "non-accrual", 0, field_choice | field_code, in_active, "yes no rule",
        "interest is no income until it comes in (非应计); no: it is; rule: as the product "
        "says, judged anew"},
    OperationRule{Kind::convert, "convert", field_choice, field_rows | field_code, in_active,
                  "level equal-principal interest-first",
                  "the rest of the plan is repaid by another method, in `rows` installments where "
                  "that is given (还款方式变更)"},
    OperationRule{Kind::capitalise, "capitalise", 0, field_amount | field_choice | field_code,
                  in_active, "due accrued fees",
                  "interest that is due and unpaid joins the principal; accrued: what has accrued "
                  "since, too; fees: charges instead (计入本金)"},
    OperationRule{Kind::approve, "approve", 0, field_amount | field_code, in_applied, "",
                  "an application becomes a loan that may be paid out, as offered or for less "
                  "(审批通过)"},
    OperationRule{Kind::decline, "decline", field_code, 0, in_applied, "",
                  "an application that the lender refuses (审批拒绝)"},
    OperationRule{Kind::coupon, "coupon", field_code, field_amount | field_rows | field_rate,
                  in_active, "",
                  "the payer `code` bears the interest of the next `rows` installments, or up to "
                  "`amount` of interest, or the part `rate` of it (免息券)"},
    OperationRule{Kind::coupon_settle, "coupon-settle", field_amount, field_code, all_paid_out, "",
                  "the payer of coupons pays what they have borne"},
    OperationRule{Kind::transfer, "transfer", field_amount | field_code, 0,
                  running | in_written_off, "",
                  "the claim is sold to `code` for `amount` and leaves the books (债权转让)"},
    OperationRule{Kind::accrue, "accrue", 0, field_choice, in_active | in_overpaid | in_closed,
                  "due all",
                  "income of charges through its day is booked, where the product books it by run; "
                  "`all`: of every charge there is by then, due or not"},
    OperationRule{Kind::order_payout, "order-payout", field_amount | field_channel, field_code,
                  to_pay_out, "",
                  "the channel is told to pay out; `code` is the reference it is asked by; nothing "
                  "moves before it confirms (放款指令)"},
    OperationRule{Kind::confirm_payout, "confirm-payout", 0, field_of | field_code | field_amount,
                  to_pay_out, "",
                  "the channel has paid: the order becomes the disbursement, dated the day on "
                  "which the money moved"},
    OperationRule{Kind::fail_payout, "fail-payout", 0, field_of | field_code, to_pay_out, "",
                  "nothing was paid; it may be ordered again"},
    OperationRule{Kind::unknown_payout, "unknown-payout", 0, field_of | field_code, to_pay_out, "",
                  "nobody knows yet whether it was paid: ask again, never send again"},
    OperationRule{
        Kind::intend, "intend", field_amount | field_from, field_until | field_choice | field_code,
        in_approved | running, "pay debit",
        "a payment to come on `from`; the night that opens the day repays it; `debit`: it "
        "joins the debit list, through `until`"},
    OperationRule{Kind::cancel_intent, "cancel-intent", field_of, field_choice | field_code,
                  any_state, "cancelled lapsed expired collected",
                  "the intent in entry `of` is off, or done"},
    OperationRule{Kind::debit_failed, "debit-failed", 0, field_amount | field_code | field_channel,
                  any_state, "", "the channel could not collect what was asked for (扣款失败)"},
};

struct FieldName {
  OperationField bit;
  std::string_view name;
};
constexpr std::array<FieldName, 9> field_names{{{field_amount, "amount"},
                                                {field_of, "of"},
                                                {field_rows, "rows"},
                                                {field_from, "from"},
                                                {field_until, "until"},
                                                {field_choice, "choice"},
                                                {field_code, "code"},
                                                {field_rate, "rate"},
                                                {field_channel, "channel"}}};

std::uint16_t given(const Operation& operation) {
  std::uint16_t fields = 0;
  if (operation.amount) fields |= field_amount;
  if (operation.of) fields |= field_of;
  if (operation.rows) fields |= field_rows;
  if (operation.from) fields |= field_from;
  if (operation.until) fields |= field_until;
  if (!operation.choice.empty()) fields |= field_choice;
  if (!operation.code.empty()) fields |= field_code;
  if (operation.rate) fields |= field_rate;
  if (!operation.channel.empty()) fields |= field_channel;
  return fields;
}

/// Place of `word` in `words` from 1; 0: not there.
std::uint8_t place_of(std::string_view word, std::string_view words) {
  std::uint8_t place = 1;
  while (!words.empty()) {
    const std::size_t space = std::min(words.find(' '), words.size());
    if (words.substr(0, space) == word) return place;
    words.remove_prefix(std::min(space + 1, words.size()));
    ++place;
  }
  return 0;
}

constexpr auto plain_kinds = std::to_array<std::pair<Kind, std::string_view>>(
    {{Kind::book_opened, "book_opened"},
     {Kind::product_published, "product_published"},
     {Kind::series_published, "series_published"},
     {Kind::cut_over, "cut_over"},
     {Kind::day_closed, "day_closed"},
     {Kind::chart_published, "chart_published"},
     {Kind::period_closed, "period_closed"},
     {Kind::asserted, "asserted"},
     {Kind::restated, "restated"},
     {Kind::open, "open"},
     {Kind::disburse, "disburse"},
     {Kind::open_disburse, "open_disburse"},
     {Kind::repay, "repay"},
     {Kind::reverse, "reverse"},
     {Kind::apply, "apply"},
     {Kind::take_over, "take-over"},
     {Kind::partner_limit, "partner-limit"},
     {Kind::partner_limit_ended, "partner-limit-ended"},
     {Kind::line_open, "line-open"},
     {Kind::line_change, "line-change"},
     {Kind::line_freeze, "line-freeze"},
     {Kind::line_unfreeze, "line-unfreeze"},
     {Kind::line_reserve, "line-reserve"},
     {Kind::line_release, "line-release"},
     {Kind::line_confirm, "line-confirm"},
     {Kind::risk_decision, "risk-decision"},
     {Kind::statement_reconciled, "statement_reconciled"},
     {Kind::break_updated, "break-updated"},
     {Kind::break_closed, "break-closed"},
     {Kind::suspense_receive, "suspense-receive"},
     {Kind::suspense_return, "suspense-return"}});

}  // namespace

std::string_view to_text(Kind kind) {
  for (const auto& [known, name] : plain_kinds) {
    if (known == kind) return name;
  }
  return operation_rule(kind).name;
}

Result<Kind> parse_kind(std::string_view text) {
  for (const auto& [kind, name] : plain_kinds) {
    if (name == text) return kind;
  }
  for (const OperationRule& rule : rules) {
    if (rule.name == text) return rule.kind;
  }
  const std::string_view instead = instead_of(text);
  return money::Error{
      "event.unknown",
      instead.empty()
          ? fmt::format("'{}' is no kind of event; docs/events.md lists them", text.substr(0, 40))
          : fmt::format("'{}' is no kind of event: {}", text, instead)};
}

bool moves_money(Kind kind) {
  switch (kind) {
    case Kind::disburse:
    case Kind::open_disburse:
    case Kind::repay:
    case Kind::down_payment:
    case Kind::merchant_refund:
    case Kind::payout_refund:
    case Kind::refund_overpayment:
    case Kind::refund:
    case Kind::chargeback:
    case Kind::recover:
    case Kind::prepay:
    case Kind::coupon_settle:
    case Kind::transfer:
    case Kind::suspense_receive:
    case Kind::suspense_return:
      return true;
    default:
      return false;
  }
}

std::span<const OperationRule> operation_rules() { return rules; }

const OperationRule& operation_rule(Kind kind) {
  const auto* found = std::find_if(rules.begin(), rules.end(),
                                   [&](const OperationRule& r) { return r.kind == kind; });
  LOANBOOK_ASSERT(found != rules.end());
  return *found;
}

money::Status check_fields(const Operation& operation) {
  const OperationRule& rule = operation_rule(operation.kind);
  const std::uint16_t fields = given(operation);
  for (const auto& [bit, name] : field_names) {
    if ((rule.required & bit) != 0 && (fields & bit) == 0) {
      return money::Error{"operation.field_missing", fmt::format("{} needs the field '{}': {}",
                                                                 rule.name, name, rule.meaning)};
    }
    if ((fields & bit) != 0 && ((rule.required | rule.optional) & bit) == 0) {
      return money::Error{
          "operation.field_unexpected",
          fmt::format("{} does not take the field '{}'; leave it out", rule.name, name)};
    }
  }
  if (!operation.choice.empty() && place_of(operation.choice, rule.choices) == 0) {
    return money::Error{"operation.choice_unknown",
                        fmt::format("{} knows the choices {}, not '{}'", rule.name, rule.choices,
                                    operation.choice.substr(0, 40))};
  }
  return money::ok();
}

std::string_view instead_of(std::string_view name) {
  struct Word {
    std::string_view name;
    std::string_view instead;
  };
  static constexpr Word words[] = {
      {"holiday", "use `defer`, whose choice says what becomes of the interest"},
      {"payment-holiday", "use `defer`, whose choice says what becomes of the interest"},
      {"skip", "use `defer --rows 1`"},
      {"skip-payment", "use `defer --rows 1`"},
      {"grace", "use `defer`, or `pause-overdue` for days that do not count as past due"},
      {"interest-only", "use `defer --choice pay`, or `convert --choice interest-first`"},
      {"early-settle", "use `settle`"},
      {"pay-off", "use `settle`"},
      {"payoff", "use `settle`; `loan show` says the amount"},
      {"foreclose", "use `settle`"},
      {"early-repay", "use `prepay`"},
      {"partial-prepay", "use `prepay`"},
      {"waive", "use `waive-interest` or `waive-charge`"},
      {"waive-fee", "use `waive-charge --of ENTRY`"},
      {"waive-penalty",
       "use `waive-charge` for a fixed penalty; penalty interest is paid for the borrower with "
       "`goodwill`"},
      {"discount", "use `coupon` where a third party pays, `goodwill` where the lender does"},
      {"interest-free", "use `coupon`"},
      {"restructure", "use `re-age`, `reschedule`, `convert` or `loan refinance`"},
      {"refinance",
       "use `loan refinance NEW --of OLD`, or `settle` and `open_disburse` in one "
       "atomic batch"},
      {"renew", "use `loan refinance NEW --of OLD`"},
      {"rollover", "use `loan refinance NEW --of OLD`, or `extend`"},
      {"sell", "use `transfer`"},
      {"assign", "use `transfer`"},
      {"reject", "use `decline`"},
      {"withdraw", "use `cancel`"},
      {"reprice", "use `change-rate`"},
      {"repay-early", "use `prepay`"},
      {"undo", "use `reverse`"},
      {"close",
       "a loan closes by itself once nothing is owed; use `settle`, `write-off` or "
       "`transfer`"},
      {"chargeoff", "use `charge-off`"},
      {"writeoff", "use `write-off`"},
      {"capitalize", "use `capitalise`"},
      {"minimum-payment",
       "revolving loans here have one due date and no statement cycle, so there is no minimum "
       "payment: give such a loan installments, or ask for the figure outside"},
      {"temporary-limit", "use `line change --temporary`"},
      {"third-party-payment",
       "use `repay`, with the payer in its reason; `coupon` where somebody "
       "bears interest"},
  };
  for (const Word& word : words) {
    if (word.name == name) return word.instead;
  }
  return {};
}

std::uint8_t choice_number(const Operation& operation) {
  const std::string_view words = operation_rule(operation.kind).choices;
  if (words.empty()) return 0;
  return operation.choice.empty() ? std::uint8_t{1} : place_of(operation.choice, words);
}

}  // namespace loanbook::ledger
