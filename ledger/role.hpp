#pragma once

#include <array>
#include <cstdint>
#include <string_view>

#include "loanbook/money/result.hpp"

namespace loanbook::ledger {

using money::Error;
using money::Result;
using money::Status;

/// Account roles: what an amount is, whatever general-ledger code a product maps it to. Debits are
/// positive, credits negative, so balanced movements sum to zero. Values reached a disk: frozen.
enum class Role : std::uint8_t {
  principal = 0,            ///< lent, not overdue (asset)
  principal_overdue = 1,    ///< due and unpaid at the end of its due date (asset)
  interest_accrued = 2,     ///< earned, not yet due (asset; 应计)
  interest_receivable = 3,  ///< due, unpaid (asset; 应收)
  penalty_receivable = 4,   ///< penalty interest (asset; 罚息)
  compound_receivable = 5,  ///< interest on overdue interest (asset; 复利)
  interest_income = 6,
  penalty_income = 7,
  compound_income = 8,
  settlement = 9,       ///< cash or channel clearing: what came in (debit) or went out (credit)
  overpayment = 10,     ///< held for the borrower (liability; 溢缴款)
  fee_receivable = 11,  ///< fees owed (asset)
  fee_income = 12,
  late_fee_receivable = 13,  ///< penalties of a fixed amount (asset; 违约金)
  late_fee_income = 14,
  goodwill_expense = 15,     ///< paid by the lender for the borrower
  charge_off_expense = 16,   ///< principal given to expense
  fraud_expense = 17,        ///< the same in a case of fraud
  charge_off_interest = 18,  ///< interest given to expense or taken out of income
  charge_off_fee = 19,       ///< fees the same way
  charge_off_penalty = 20,   ///< penalties the same way
  write_off_expense = 21,    ///< or the provision for it
  recovery_income = 22,      ///< money on claims that were charged off or written off
  interest_unearned = 23,    ///< paid for days to come (liability; 预收利息)
  // Joint loans (ledger/joint.hpp). Own share only: what stands above is the borrower's whole debt,
  // the agency accounts take the partners' part out of it.
  partner_payable = 24,    ///< owed to the partners (credit) or by them for what was lent (debit)
  agency_principal = 25,   ///< principal that the partners lent (contra to principal; 代理贷款)
  agency_receivable = 26,  ///< unpaid interest, penalties and fees of the partners (contra)
  partner_income = 27,     ///< income that is the partners' (contra to income)
  partner_funding = 28,    ///< full books: lent by the partners (liability)
  partner_accrued = 29,    ///< full books: earned by the partners, not received yet (liability)
  partner_expense = 30,    ///< full books: income passed on to the partners
  partner_loss = 31,       ///< losses that the partners bear, less their recoveries (contra)
  service_fee_income = 32,  ///< taken by the lead out of interest (服务费)
  goodwill_interest = 33,   ///< interest paid by the lender for the borrower
  goodwill_fee = 34,        ///< fees the same way
  goodwill_penalty = 35,    ///< penalties the same way
  // Non-accrual (ledger/asset_quality.hpp): what the borrower owes stands above in full.
  interest_suspended = 36,  ///< takes it out of the receivables (contra to assets; 停息)
  income_suspended = 37,    ///< takes it out of income (contra to income)
  memo_interest = 38,       ///< memorandum: owed, no income yet (表外应收未收利息)
  memo_contra = 39,         ///< its other side
  opening_balance = 40,     ///< where loans came from that were taken over in mid-life (clearing)
  retained_earnings = 41,   ///< of the book: results of closed years (equity; 未分配利润)
  reconciliation_difference = 42,  ///< of the book: small differences between the bank's amount and
                                   ///< ours
  suspense = 43,  ///< of the book: money that came in for no loan yet (liability; 暂收款)
  coupon_receivable = 44,  ///< owed by the payer of an interest-free coupon (asset; 免息券)
  fee_deferred = 45,       ///< fees received, not earned yet (liability; 递延手续费)
  tax_payable = 46,        ///< tax contained in income (liability; 应交增值税)
  income_tax = 47,         ///< takes it out of income (contra to income)
  // Income of charges whose code the product gives an account of its own (Product::charge_income).
  charge_income_1 = 48,
  charge_income_2 = 49,
  charge_income_3 = 50,
  charge_income_4 = 51,
};
inline constexpr std::size_t role_count = 52;
/// Roles of format 1: what older bytes hold.
inline constexpr std::size_t role_count_1 = 11;

/// Amounts by role, minor units of one currency, debit positive.
using Balances = std::array<std::int64_t, role_count>;

[[nodiscard]] std::string_view to_text(Role role);
[[nodiscard]] Result<Role> parse_role(std::string_view text);

/// The default chart of accounts: code and name of each role; a product may give others.
struct Account {
  std::string_view code;
  std::string_view name;
};
[[nodiscard]] Account default_account(Role role);

}  // namespace loanbook::ledger
