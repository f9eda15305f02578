#include "loanbook/ledger/loan/asset_quality.hpp"

#include <algorithm>
#include <initializer_list>

#include "loanbook/ledger/codec.hpp"
#include "loanbook/ledger/loan/loan_parts.hpp"
#include "loanbook/money/limits.hpp"

namespace loanbook::ledger {
namespace {

using money::Error;
using schedule::Component;

constexpr std::int64_t one_e6 = 1'000'000;
constexpr std::uint16_t days_max = 3'660;

/// What joined the principal while it was no income: the last of it that is repaid.
std::int64_t joined_unreceived(const LoanState& state) {
  if (!state.servicing || !state.servicing->rare) return 0;
  return std::min(state.servicing->rare->joined_suspended,
                  balance_of(state, Role::principal) + balance_of(state, Role::principal_overdue));
}

/// Interest, penalty and compound interest that were booked as income and have not come in: what
/// stands in the lender's own books, so less the partners' part.
std::int64_t unreceived_income(const LoanState& state, const Product& product) {
  money::Int128 sum = 0;
  for (const Role role :
       {Role::interest_accrued, Role::interest_receivable, Role::interest_unearned,
        Role::penalty_receivable, Role::compound_receivable})
    sum += balance_of(state, role);
  sum += joined_unreceived(state);
  if (state.joint) sum -= partners_unpaid_income(state, product);
  std::int64_t minor = 0;
  if (!money::narrow(sum, &minor)) throw LoanFault{"an amount of the loan is beyond 64 bits"};
  return std::max<std::int64_t>(minor, 0);
}

/// What the borrower owes that is no income yet, and what of income that is: less than it where
/// interest was paid for days to come.
struct Unreceived {
  std::int64_t claims = 0;
  std::int64_t income = 0;
};

/// On a cash basis interest, penalties and fees alike. Sums of balances, so a night moves both by
/// what it accrues: such loans stay in its columns. Of a joint loan it is the lender's own part,
/// whoever has paid the partners theirs by now: that the lead stood in for the borrower is no
/// income of either.
Unreceived unreceived_on_cash(const LoanState& state, const Product& product) {
  money::Int128 claims = 0;
  money::Int128 income = 0;
  const auto add = [&](Component component, std::initializer_list<Role> roles, std::int64_t beside,
                       std::int64_t ahead) {
    money::Int128 sum = beside;
    for (const Role role : roles) sum += balance_of(state, role);
    const auto own = [&](money::Int128 minor) {
      std::int64_t unreceived = 0;
      if (!money::narrow(minor, &unreceived))
        throw LoanFault{"an amount of the loan is beyond 64 bits"};
      return !state.joint ? minor
                          : minor - partners_part_of_last(state, product, component, unreceived);
    };
    claims += own(sum);
    income += own(sum + ahead);
  };
  add(Component::interest, {Role::interest_accrued, Role::interest_receivable},
      joined_unreceived(state), balance_of(state, Role::interest_unearned));
  add(Component::penalty, {Role::penalty_receivable, Role::late_fee_receivable}, 0, 0);
  add(Component::compound, {Role::compound_receivable}, 0, 0);
  add(Component::fee, {Role::fee_receivable}, 0, 0);
  Unreceived is;
  if (!money::narrow(claims, &is.claims) || !money::narrow(income, &is.income))
    throw LoanFault{"an amount of the loan is beyond 64 bits"};
  return is;
}

}  // namespace

money::Status check(const AssetQuality& rules) {
  if (rules.non_accrual_days > days_max)
    return Error{"product.non_accrual", "non_accrual: days must be 1 to 3,660, or left out"};
  if (rules.non_accrual_days == 0 && rules.accrual_return != AccrualReturn::cured)
    return Error{"product.non_accrual", "non_accrual: a return needs days"};
  if (rules.materiality_minor < 0 || rules.materiality_minor > money::limits::amount_minor_max)
    return Error{"product.materiality", "materiality is an amount of 0 or more"};
  const bool part = rules.customer == CustomerRule::part;
  if (part ? rules.customer_part_e6 < 0 || rules.customer_part_e6 >= one_e6
           : rules.customer_part_e6 != 0) {
    return Error{"product.customer",
                 "customer is \"own\", \"worst\" or a part of the customer's principal of at least "
                 "0 % and below 100 %, such as \"10%\""};
  }
  return money::ok();
}

void encode(Encoder& out, const AssetQuality& rules) {
  out.varint(static_cast<std::uint64_t>(rules.materiality_minor));
  out.varint(rules.non_accrual_days);
  out.u8(static_cast<std::uint8_t>(rules.accrual_return));
  out.u8(static_cast<std::uint8_t>(rules.customer));
  out.varint(static_cast<std::uint64_t>(rules.customer_part_e6));
}

AssetQuality decode_asset_quality(Decoder& in) {
  AssetQuality rules;
  rules.materiality_minor = static_cast<std::int64_t>(in.varint());
  const std::uint64_t days = in.varint();
  if (days > days_max) in.fail();
  rules.non_accrual_days = static_cast<std::uint16_t>(days);
  rules.accrual_return = in.enumerator(AccrualReturn::cured, AccrualReturn::by_event);
  rules.customer = in.enumerator(CustomerRule::own, CustomerRule::part);
  rules.customer_part_e6 = static_cast<std::int64_t>(in.varint());
  return rules;
}

bool below_materiality(const LoanState& state, const Product& product, Day day) {
  if (product.quality.materiality_minor == 0) return false;
  money::Int128 past_due = 0;
  for (const schedule::DueInstallment& due : state.due) {
    if (due.due < day) past_due += money::Int128{due.principal} + due.interest;
  }
  return past_due < product.quality.materiality_minor;
}

namespace {

std::int32_t counted_days(const LoanState& state, const Product& product,
                          const schedule::OverdueRules& overdue, Day day) {
  if (below_materiality(state, product, day)) return 0;
  const std::int32_t days =
      schedule::reported_days_past_due(schedule::due_by(state.due, day), overdue, day);
  return state.servicing ? days_late(state, product, days, day) : days;
}

}  // namespace

std::int32_t counted_days(const LoanState& state, const Product& product, Day day) {
  return counted_days(state, product, overdue_rules(product, state.terms.rate), day);
}

std::int32_t counted_days(const LoanState& state, const Rules& rules, Day day) {
  return counted_days(state, rules.product, rules.overdue, day);
}

namespace {

void judge_accrual(LoanState& state, const Product& product, std::int32_t days) {
  // What was charged off stays as it was: its interest left the books.
  if (state.servicing && state.servicing->charged_off) return;
  switch (state.accrual) {
    case AccrualChoice::suspended:
      state.non_accrual = true;
      return;
    case AccrualChoice::income:
      state.non_accrual = false;
      return;
    case AccrualChoice::by_rule:
      break;
  }
  const AssetQuality& rules = product.quality;
  if (rules.non_accrual_days == 0) {
    state.non_accrual = false;
  } else if (days > rules.non_accrual_days) {
    state.non_accrual = true;
  } else if (rules.accrual_return == AccrualReturn::cured &&
             schedule::days_past_due(state.due, state.day) == 0) {
    state.non_accrual = false;
  }
}

}  // namespace

void follow_accrual(LoanState& state, const Product& product, std::int32_t days) {
  judge_accrual(state, product, days);
  const bool income = !state.non_accrual && !product.accounting.on_cash();
  if (income && state.servicing && state.servicing->rare)
    state.servicing->rare->joined_suspended = 0;
}

void suspend_income(LoanState& state, const Product& product, Role counter) {
  Unreceived is;
  if (product.accounting.on_cash()) {
    is = unreceived_on_cash(state, product);
  } else if (state.non_accrual) {
    is.claims = is.income = unreceived_income(state, product);
  }
  const auto shift = [&state](Role debit, Role credit, std::int64_t minor) {
    if (minor == 0) return;
    std::int64_t& to = state.balance.at(debit);
    std::int64_t& from = state.balance.at(credit);
    if (!money::add(to, minor, &to) || !money::subtract(from, minor, &from))
      throw LoanFault{"an amount of the loan is beyond 64 bits"};
  };
  shift(counter, Role::interest_suspended, is.income + balance_of(state, Role::interest_suspended));
  shift(Role::memo_interest, Role::memo_contra, is.claims - balance_of(state, Role::memo_interest));
}

void choose_accrual(LoanState& state, std::uint8_t choice) {
  state.accrual = choice == 1   ? AccrualChoice::suspended
                  : choice == 2 ? AccrualChoice::income
                                : AccrualChoice::by_rule;
  // By rule: judged anew, as if it had accrued until now.
  if (state.accrual == AccrualChoice::by_rule) state.non_accrual = false;
}

}  // namespace loanbook::ledger
