#include "loanbook/ledger/product/accounting.hpp"

#include "loanbook/ledger/codec.hpp"
#include "loanbook/ledger/loan/loan_parts.hpp"
#include "loanbook/ledger/product/charge_income.hpp"
#include "loanbook/money/assert.hpp"
#include "loanbook/money/limits.hpp"

namespace loanbook::ledger {
namespace {

using money::Error;
using money::Int128;
using schedule::Component;

constexpr std::int64_t one_e12 = 1'000'000'000'000;
constexpr std::uint8_t all_taxed = tax_on_interest | tax_on_fee | tax_on_penalty;
enum AccountingBit : std::uint8_t { bit_cash = 1, bit_tax = 2, bit_branch = 4 };

void add_to(std::int64_t& balance, std::int64_t minor) {
  if (!money::add(balance, minor, &balance))
    throw LoanFault{"an amount of the loan is beyond 64 bits"};
}

/// Income of a component, and what of it is not taxed yet, as balances.
struct Taxable {
  Component component;
  std::int64_t income = 0;   ///< credit
  std::int64_t waiting = 0;  ///< debit
};

/// Interest is taxed once it is due, penalties once they came in, fees as they are owed; what is
/// suspended once it came in.
Taxable taxable(const LoanState& state, const Product& product, Component component) {
  const bool cash = product.accounting.on_cash();
  Taxable is{.component = component};
  const auto debit = [&](std::int64_t& sum, Role role, std::int64_t sign) {
    add_to(sum, sign * balance_of(state, role));
  };
  const auto income = [&](Role role) { debit(is.income, role, -1); };
  const auto waits = [&](Role role) { debit(is.waiting, role, 1); };
  switch (component) {
    case Component::interest:
      income(Role::interest_income);
      waits(Role::interest_accrued);
      waits(Role::interest_unearned);
      if (cash || state.non_accrual) waits(Role::interest_receivable);
      return is;
    case Component::fee:
      income(Role::fee_income);
      if (cash) waits(Role::fee_receivable);
      // What the running row has earned of a fee that was kept back: taxed as the row ends.
      if (state.deferred) {
        add_to(is.waiting, state.deferred->left);
        waits(Role::fee_deferred);
      }
      break;
    case Component::penalty:
      income(Role::penalty_income);
      income(Role::late_fee_income);
      waits(Role::penalty_receivable);
      waits(Role::late_fee_receivable);
      break;
    case Component::compound:
      income(Role::compound_income);
      waits(Role::compound_receivable);
      return is;
    case Component::principal:
      return is;
  }
  if (product.charge_income.empty()) return is;
  for (std::uint8_t group = 1; group <= charge_groups; ++group) {
    if (charge_group_component(product, group) == component) income(charge_group_role(group));
  }
  return is;
}

/// What of the loan's income is taxed by now. Of a joint loan in own-share books that is the
/// lender's own: the partners tax theirs.
std::int64_t taxed_income(const LoanState& state, const Product& product) {
  const std::uint8_t of = product.accounting.tax.of;
  const bool own_only = state.joint && product.joint->books == JointBooks::own_share;
  Int128 sum = 0;
  const auto add = [&](Component component) {
    const Taxable is = taxable(state, product, component);
    sum += Int128{is.income} - is.waiting;
    if (own_only) sum -= partners_part_before(state, product, component, is.waiting);
  };
  if ((of & tax_on_interest) != 0) add(Component::interest);
  if ((of & tax_on_fee) != 0) add(Component::fee);
  if ((of & tax_on_penalty) != 0) {
    add(Component::penalty);
    add(Component::compound);
  }
  std::int64_t income = 0;
  if (!money::narrow(sum, &income)) throw LoanFault{"an amount of the loan is beyond 64 bits"};
  return income;
}

}  // namespace

money::Status check_accounting(const Product& product) {
  if (!product.branch.empty()) {
    if (money::Status s = check_short_id(product.branch); !s) return s;
  }
  const IncomeTax& tax = product.accounting.tax;
  if (tax.rate_e12 < 0 || tax.rate_e12 > one_e12)
    return Error{"product.tax", "tax: rate must be between 0% and 100%"};
  if ((tax.rate_e12 == 0) != (tax.of == 0) || (tax.of & ~all_taxed) != 0) {
    return Error{"product.tax",
                 "tax: give a rate above 0% and of = a list of \"interest\", \"fee\", "
                 "\"penalty\", or leave [tax] out where nothing is taxed"};
  }
  return money::ok();
}

std::int64_t contained_tax(std::int64_t income_minor, std::int64_t rate_e12) {
  const bool negative = income_minor < 0;
  const Int128 income = negative ? -Int128{income_minor} : Int128{income_minor};
  const Int128 whole = Int128{one_e12} + rate_e12;
  const auto [tax, rest] = money::divide(2 * income * rate_e12 + whole, 2 * whole);
  const auto minor = static_cast<std::int64_t>(tax);
  return negative ? -minor : minor;
}

bool says_accounting(const Product& product) {
  return product.accounting.on_cash() || product.accounting.taxed() || !product.branch.empty();
}

void encode_accounting(Encoder& out, const Product& product) {
  const Accounting& accounting = product.accounting;
  out.u8(static_cast<std::uint8_t>((accounting.on_cash() ? bit_cash : 0) |
                                   (accounting.taxed() ? bit_tax : 0) |
                                   (product.branch.empty() ? 0 : bit_branch)));
  if (accounting.taxed()) {
    out.varint(static_cast<std::uint64_t>(accounting.tax.rate_e12));
    out.u8(accounting.tax.of);
  }
  if (!product.branch.empty()) out.text(product.branch);
}

void decode_accounting(Decoder& in, Product& product) {
  const std::uint8_t bits = in.u8();
  if (bits == 0 || bits > (bit_cash | bit_tax | bit_branch)) in.fail();
  if ((bits & bit_cash) != 0) product.accounting.basis = AccountingBasis::cash;
  if ((bits & bit_tax) != 0) {
    product.accounting.tax.rate_e12 = static_cast<std::int64_t>(in.varint());
    product.accounting.tax.of = in.u8();
    if (product.accounting.tax.rate_e12 == 0) in.fail();
  }
  if ((bits & bit_branch) != 0) {
    product.branch = in.text(money::limits::external_id_max);
    if (product.branch.empty()) in.fail();
  }
}

void follow_tax(LoanState& state, const Product& product) {
  if (!product.accounting.taxed()) return;
  // What was given up stays as it was taxed: no income comes of it any more.
  if (state.status == LoanStatus::written_off) return;
  if (state.servicing && state.servicing->charged_off) return;
  std::int64_t taxed = taxed_income(state, product);
  add_to(taxed, -state.taxed_from);
  const std::int64_t tax = contained_tax(taxed, product.accounting.tax.rate_e12);
  const std::int64_t change = tax + balance_of(state, Role::tax_payable);
  if (change == 0) return;
  add_to(state.balance.at(Role::income_tax), change);
  add_to(state.balance.at(Role::tax_payable), -change);
}

void begin_tax(LoanState& state, const Product& product) {
  if (product.accounting.taxed()) state.taxed_from = taxed_income(state, product);
}

}  // namespace loanbook::ledger
