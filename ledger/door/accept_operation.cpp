// The door for operations: fields by the table, the loan's state by the table, then what only this
// operation asks for.

#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "loanbook/ledger/door/door.hpp"
#include "loanbook/ledger/door/recorder.hpp"
#include "loanbook/ledger/loan/loan_changes.hpp"
#include "loanbook/money/limits.hpp"
#include "loanbook/money/money.hpp"

namespace loanbook::ledger {
namespace {

Error refuse(std::string id, std::string message) {
  return Error{.id = std::move(id), .message = std::move(message)};
}

std::uint16_t state_of(const LoanState& state) {
  switch (state.status) {
    case LoanStatus::approved:
      return in_approved;
    case LoanStatus::active:
      return state.servicing && state.servicing->charged_off ? in_charged_off : in_active;
    case LoanStatus::closed:
      if (state.servicing && state.servicing->transferred()) return in_transferred;
      return state.balance.get(Role::overpayment) != 0 ? in_overpaid : in_closed;
    case LoanStatus::written_off:
      return in_written_off;
    case LoanStatus::applied:
      return in_applied;
    case LoanStatus::cancelled:
    case LoanStatus::declined:
      break;
  }
  return in_cancelled;
}

std::string states_text(std::uint16_t states) {
  constexpr std::array<std::pair<OperationState, std::string_view>, 9> names{
      {{in_applied, "applied"},
       {in_approved, "approved"},
       {in_active, "active"},
       {in_overpaid, "overpaid"},
       {in_closed, "closed"},
       {in_charged_off, "charged off"},
       {in_written_off, "written off"},
       {in_transferred, "transferred"},
       {in_cancelled, "cancelled"}}};
  std::string text;
  for (const auto& [bit, name] : names) {
    if ((states & bit) == 0) continue;
    if (!text.empty()) text += ", ";
    text += name;
  }
  return text;
}

/// What a revolving loan, whose principal has one due date, cannot take.
bool needs_plan(Kind kind) {
  switch (kind) {
    case Kind::down_payment:
    case Kind::re_age:
    case Kind::reamortize:
    case Kind::reschedule:
    case Kind::prepay:
    case Kind::move_due_date:
    case Kind::defer:
    case Kind::convert:
    case Kind::coupon:
      return true;
    default:
      return false;
  }
}

bool is_payment(Kind kind) {
  return kind == Kind::repay || kind == Kind::down_payment || kind == Kind::merchant_refund ||
         kind == Kind::payout_refund || kind == Kind::goodwill || kind == Kind::adjust_charge;
}

Status check_chargeback(std::int64_t amount, const LoanEvent& payment, money::Currency currency) {
  if (amount <= payment.amount_minor) return money::ok();
  const auto text = [&](std::int64_t minor) {
    return money::text_of_minor(minor, currency.digits);
  };
  return refuse("payment.too_much",
                fmt::format("the payment in entry {} was {}, {} cannot be taken back of it",
                            payment.sequence, text(payment.amount_minor), text(amount)));
}

/// What an operation refers to must be of the right kind.
Status check_target(const Operation& operation, std::int64_t amount, const LoanHistory& history,
                    money::Currency currency) {
  if (operation.kind == Kind::waive_charge &&
      operation.of.has_value() == operation.rows.has_value())
    return refuse("charge.which",
                  "waive-charge needs `of` for the charge of an entry, or `rows` for the late "
                  "charges of an installment; give one of them");
  if (!operation.of) return money::ok();
  const auto target =
      std::find_if(history.events.begin(), history.events.end(),
                   [&](const LoanEvent& event) { return event.sequence == *operation.of; });
  const OperationRule& rule = operation_rule(operation.kind);
  if (target == history.events.end()) {
    return refuse("operation.target_unknown",
                  fmt::format("{}: entry {} is no event of this loan, or was reversed", rule.name,
                              *operation.of));
  }
  const bool fits =
      operation.kind == Kind::chargeback ? is_payment(target->kind) : target->kind == Kind::charge;
  if (fits && operation.kind == Kind::chargeback)
    return check_chargeback(amount, *target, currency);
  if (fits) return money::ok();
  return refuse("operation.target_kind",
                fmt::format("{}: entry {} is {}, it must be {}", rule.name, *operation.of,
                            to_text(target->kind),
                            operation.kind == Kind::chargeback ? "a payment" : "a charge"));
}

/// What can be waived or given back of the charges that are meant.
std::int64_t charge_left(const Operation& operation, const LoanState& state) {
  const auto& rows = state.servicing->installments;
  const std::uint32_t row = operation.rows.value_or(0);
  std::int64_t left = 0;
  for (const ChargeRecord& charge : state.servicing->charges) {
    const bool meant = operation.of
                           ? charge.sequence == *operation.of
                           : charge.sequence == 0 && !charge.code.empty() && row >= 1 &&
                                 row <= rows.size() && charge.installment == rows[row - 1].no;
    if (!meant) continue;
    left += operation.kind == Kind::waive_charge ? charge.unpaid() : charge.amount - charge.waived;
  }
  return left;
}

Status check_amount_left(const Operation& operation, std::int64_t amount, const LoanState& state,
                         money::Currency currency) {
  const auto text = [&](std::int64_t minor) {
    return money::text_of_minor(minor, currency.digits);
  };
  const std::int64_t held = -state.balance.get(Role::overpayment);
  if (operation.kind == Kind::refund_overpayment && amount > held) {
    return refuse("loan.not_held",
                  fmt::format("{} is held for the borrower, {} cannot be paid back", text(held),
                              text(amount)));
  }
  if (!state.servicing) return money::ok();
  if (operation.kind == Kind::waive_charge || operation.kind == Kind::adjust_charge) {
    const std::int64_t most = charge_left(operation, state);
    if (amount <= most && most > 0) return money::ok();
    const bool waive = operation.kind == Kind::waive_charge;
    return refuse("charge.too_much",
                  fmt::format("of {} {} can be {}",
                              operation.of ? fmt::format("the charge in entry {}", *operation.of)
                                           : fmt::format("the late charges of installment {}",
                                                         operation.rows.value_or(0)),
                              text(most), waive ? "waived" : "given back"));
  }
  return money::ok();
}

/// What an application may be approved for, and until when.
Status check_approval(const LoanHistory& history, const Product& product, std::int64_t amount,
                      Day day) {
  const Opened& offered = history.opened;
  if (offered.valid_until && day > *offered.valid_until)
    return refuse("application.lapsed",
                  fmt::format("what was offered to '{}' was valid until {}: apply again",
                              offered.loan, money::to_text(*offered.valid_until)));
  if (amount == 0) return money::ok();
  const auto text = [&](std::int64_t minor) {
    return money::text_of_minor(minor, product.currency.digits);
  };
  if (amount > offered.terms.principal_minor)
    return refuse("application.amount_above",
                  fmt::format("{} was applied for, {} cannot be approved: apply for more",
                              text(offered.terms.principal_minor), text(amount)));
  LoanTerms terms = offered.terms;
  terms.principal_minor = amount;
  const Day from = history.events.front().value_date;
  if (Status s = ledger::check(terms, product, from); !s) return s;
  return check_cap(product, schedule_terms(product, terms, from));
}

/// Coupons, and who pays them.
Status check_coupon(const Operation& operation, std::int64_t amount, const LoanState& state,
                    money::Currency currency) {
  if (operation.kind == Kind::coupon) {
    if (operation.rows || operation.amount) return money::ok();
    return refuse("coupon.how_much",
                  "a coupon bears the interest of `rows` installments, or up to `amount` of it; "
                  "give one of them or both");
  }
  std::int64_t owed = 0;
  if (state.servicing && state.servicing->rare) {
    for (const CouponRecord& coupon : state.servicing->rare->coupons) {
      if (operation.code.empty() || coupon.payer == operation.code)
        owed += coupon.used - coupon.settled;
    }
  }
  if (amount <= owed) return money::ok();
  const auto text = [&](std::int64_t minor) {
    return money::text_of_minor(minor, currency.digits);
  };
  return refuse("coupon.not_owed",
                fmt::format("{} owes {} for coupons of this loan, not {}; `coupons` lists them",
                            operation.code.empty() ? std::string("its payer")
                                                   : fmt::format("'{}'", operation.code),
                            text(owed), text(amount)));
}

/// A claim that several have a part of, or with money of the borrower in it, is not sold.
Status check_transfer(const LoanState& state, const Product& product) {
  if (product.joint)
    return refuse("operation.joint",
                  "a joint loan is not sold here: its partners own a part of it");
  const std::int64_t held = -state.balance.get(Role::overpayment);
  if (held <= 0) return money::ok();
  return refuse("loan.held", fmt::format("{} is held for the borrower: pay it back first with "
                                         "refund-overpayment",
                                         money::text_of_minor(held, product.currency.digits)));
}

Status check_dates(const Operation& operation, Day value_date, const LoanState& state) {
  if (operation.kind == Kind::pause_overdue) {
    if (*operation.until <= *operation.from)
      return refuse("operation.dates", "a pause ends after it begins");
    for (const OverduePause& pause :
         state.servicing ? state.servicing->pauses : std::vector<OverduePause>{}) {
      if (*operation.from < pause.until && pause.from < *operation.until)
        return refuse("operation.pause_overlaps",
                      fmt::format("days are paused from {} to {} already",
                                  money::to_text(pause.from), money::to_text(pause.until)));
    }
  }
  if (operation.kind == Kind::re_age && *operation.from < value_date)
    return refuse("operation.dates", "the first new installment cannot be due in the past");
  if (operation.kind == Kind::reschedule && operation.until && *operation.until <= value_date)
    return refuse("operation.dates", "an installment cannot be moved into the past");
  if (operation.rows && (*operation.rows < 1 || *operation.rows > money::limits::installments_max))
    return refuse("operation.rows",
                  fmt::format("rows must be 1 to {}", money::limits::installments_max));
  return money::ok();
}

/// A charge has an amount, or is a part of what was lent and its interest.
Result<std::int64_t> charge_amount(const Operation& operation, const LoanState& state,
                                   const Product& product) {
  if (operation.amount.has_value() == operation.rate.has_value())
    return refuse("charge.amount",
                  "a charge has an amount, or a rate of what was lent and of its "
                  "interest; give one of them");
  const bool each = operation.choice.ends_with("-of-each");
  if (each && state.lent == 0)
    return refuse("charge.no_installments",
                  "a charge of each installment needs installments: charge it after the pay-out");
  if (operation.amount) return 0;
  const Result<money::Rate> rate = money::Rate::parse(*operation.rate);
  if (!rate) return rate.error();
  if (each) return 0;
  money::Int128 base = state.lent;
  if (state.servicing) {
    for (const InstallmentRecord& record : state.servicing->installments)
      base += record.demanded[static_cast<std::size_t>(schedule::Component::interest)];
  }
  const money::Int128 amount = money::divide_rounded(
      base * rate->e12(), money::Int128{1'000'000'000'000}, product.interest_rounding.mode);
  if (amount < 1 || amount > money::limits::amount_minor_max)
    return refuse("amount.out_of_range", "the charge would be 0 or over the limit of amounts");
  return static_cast<std::int64_t>(amount);
}

}  // namespace

Result<Recorder::Accepted> Recorder::accept_operation(const Operation& operation,
                                                      const Command& command) const {
  if (!is_operation(operation.kind))
    return refuse("operation.unknown", "this is no operation on a loan");
  if (Status s = check_fields(operation); !s) return s.error();
  const OperationRule& rule = operation_rule(operation.kind);
  const Result<std::uint64_t> number = loan_number(command);
  if (!number) return number.error();
  const LoanRecord& record = state_.loans.at(*number);
  const Product& product = state_.product_of(record);
  const std::uint16_t stands = state_of(record.state);
  if ((rule.states & stands) == 0) {
    const std::string_view now =
        record.state.status == LoanStatus::active && stands == in_charged_off
            ? "charged off"
            : to_text(record.state.status);
    return refuse("operation.not_in_this_state",
                  fmt::format("loan '{}' is {}; {} is taken while a loan is {}", command.loan, now,
                              rule.name, states_text(rule.states)));
  }
  if (is_revolving(product) && needs_plan(operation.kind)) {
    return refuse("operation.needs_installments",
                  fmt::format("loan '{}' is revolving: it has no installments, {} needs them",
                              command.loan, rule.name));
  }
  const Result<Day> day = value_date(command);
  if (!day) return day.error();
  Operated operated{.of = operation.of.value_or(0),
                    .rows = operation.rows.value_or(0),
                    .from = operation.from,
                    .until = operation.until,
                    .choice = choice_number(operation),
                    .code = operation.code,
                    .channel = operation.channel};
  if (operation.amount) {
    const Result<money::Money> amount = money::Money::parse(*operation.amount, product.currency);
    if (!amount) return amount.error();
    if (amount->minor() < 1 || amount->minor() > money::limits::amount_minor_max)
      return refuse("amount.out_of_range",
                    fmt::format("amount {} must be above 0 and at most {}", *operation.amount,
                                money::text_of_minor(money::limits::amount_minor_max,
                                                     product.currency.digits)));
    operated.amount_minor = amount->minor();
  }
  if (Status s = check_text(operated.code, "code", money::limits::external_id_max); !s)
    return s.error();
  if (is_told_only(operation.kind) || operation.kind == Kind::confirm_payout)
    return accept_in_flight(operation, command, *number, std::move(operated));
  if (operation.kind == Kind::cancel) {
    if (Status s = check_not_in_flight(*number); !s) return s.error();
  }
  const auto all = history_of(record);
  if (!all) return all.error();
  if ((*all)->events.empty() || *day < (*all)->events.front().value_date)
    return refuse("date.before_opening", fmt::format("value date {} is before loan '{}' was opened",
                                                     money::to_text(*day), command.loan));
  if (operation.kind == Kind::charge) {
    const Result<std::int64_t> part = charge_amount(operation, record.state, product);
    if (!part) return part.error();
    if (*part > 0) operated.amount_minor = *part;
  }
  if (operation.kind == Kind::approve) {
    if (Status s = check_approval(**all, product, operated.amount_minor, *day); !s)
      return s.error();
  }
  if (operation.kind == Kind::coupon || operation.kind == Kind::coupon_settle) {
    if (Status s = check_coupon(operation, operated.amount_minor, record.state, product.currency);
        !s)
      return s.error();
  }
  if (operation.kind == Kind::transfer) {
    if (Status s = check_transfer(record.state, product); !s) return s.error();
  }
  if (Status s = check_target(operation, operated.amount_minor, **all, product.currency); !s)
    return s.error();
  if (Status s =
          check_amount_left(operation, operated.amount_minor, record.state, product.currency);
      !s)
    return s.error();
  if (Status s = check_dates(operation, *day, record.state); !s) return s.error();
  const bool part_of_each = operated.amount_minor == 0 && operation.kind == Kind::charge;
  if (operation.rate && (operation.kind != Kind::charge || part_of_each)) {
    const Result<money::Rate> rate = money::Rate::parse(*operation.rate);
    if (!rate) return rate.error();
    LoanTerms terms = record.state.terms;
    terms.rate = *rate;
    const bool part = operation.kind == Kind::coupon;
    if (part && (rate->e12() <= 0 || rate->e12() > 1'000'000'000'000))
      return refuse("coupon.part", "the part of the interest is above 0 % and at most 100 %");
    const bool of_loan = operation.kind != Kind::charge && !part;
    if (Status s = ledger::check(terms, product, record.state.disbursed); of_loan && !s)
      return s.error();
    operated.rate_e12 = rate->e12();
  }
  const bool moves_rows = operation.kind == Kind::re_age || operation.kind == Kind::reamortize ||
                          operation.kind == Kind::reschedule;
  const auto joins = [](const schedule::PlanRow& row) { return row.principal < 0; };
  const bool will_join =
      record.state.servicing && std::any_of(record.state.servicing->coming.begin(),
                                            record.state.servicing->coming.end(), joins);
  if (moves_rows && (capitalises(product) || will_join))
    return refuse("operation.plan_not_changeable",
                  "interest may join the balance of this loan, by the numbers of its rows; settle "
                  "it and open another");
  // In the past the fold decides: where nothing is left to change, nothing changes.
  if (changes_plan(operation.kind) && *day >= record.state.day) {
    if (Status s = check_change(record.state, product, operated, operation.kind, *day); !s)
      return s.error();
  }
  return Accepted{
      .loan = *number, .value_date = *day, .payload = std::move(operated), .kind = operation.kind};
}

}  // namespace loanbook::ledger
