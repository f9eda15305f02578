#include "loanbook/ledger/product/accounting.hpp"

#include "loanbook/ledger/codec.hpp"
#include "loanbook/ledger/loan/loan_parts.hpp"
#include "loanbook/money/assert.hpp"
#include "loanbook/money/limits.hpp"

namespace loanbook::ledger {
namespace {

using money::Error;
using money::Int128;

constexpr std::int64_t one_e12 = 1'000'000'000'000;
constexpr std::uint8_t all_taxed = tax_on_interest | tax_on_fee | tax_on_penalty;
enum AccountingBit : std::uint8_t { bit_cash = 1, bit_tax = 2, bit_branch = 4 };

void add_to(std::int64_t& balance, std::int64_t minor) {
  if (!money::add(balance, minor, &balance))
    throw LoanFault{"an amount of the loan is beyond 64 bits"};
}

/// What of the loan's income is taxed by now: interest once it is due, penalties once they came in,
/// fees as they are owed; what is suspended once it came in.
std::int64_t taxed_income(const LoanState& state, const Product& product) {
  const std::uint8_t of = product.accounting.tax.of;
  const bool cash = product.accounting.on_cash();
  Int128 debit = 0;
  const auto add = [&](Role role) { debit += balance_of(state, role); };
  if ((of & tax_on_interest) != 0) {
    add(Role::interest_income);
    add(Role::interest_accrued);
    add(Role::interest_unearned);
    if (cash || state.non_accrual) add(Role::interest_receivable);
  }
  if ((of & tax_on_fee) != 0) {
    add(Role::fee_income);
    if (cash) add(Role::fee_receivable);
    // What the running row has earned of a fee that was kept back: taxed as the row ends.
    if (state.deferred)
      debit += money::Int128{state.deferred->left} + balance_of(state, Role::fee_deferred);
  }
  if ((of & tax_on_penalty) != 0) {
    for (const Role role :
         {Role::penalty_income, Role::penalty_receivable, Role::compound_income,
          Role::compound_receivable, Role::late_fee_income, Role::late_fee_receivable})
      add(role);
  }
  std::int64_t income = 0;
  if (!money::narrow(-debit, &income)) throw LoanFault{"an amount of the loan is beyond 64 bits"};
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
  if (product.joint && !(product.accounting == Accounting{})) {
    return Error{"product.accounting",
                 "a joint loan accrues and names no tax yet: each party books its own share; leave "
                 "[accounting] and [tax] out"};
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
  const std::int64_t tax =
      contained_tax(taxed_income(state, product), product.accounting.tax.rate_e12);
  const std::int64_t change = tax + balance_of(state, Role::tax_payable);
  if (change == 0) return;
  add_to(state.balance.at(Role::income_tax), change);
  add_to(state.balance.at(Role::tax_payable), -change);
}

}  // namespace loanbook::ledger
