#include "loanbook/ledger/role.hpp"

#include <string>

namespace loanbook::ledger {
namespace {

struct Row {
  std::string_view text;
  Account account;
};

constexpr std::array<Row, role_count> rows = {{
    {"principal", {"1310", "Loans, principal"}},
    {"principal_overdue", {"1320", "Loans, overdue principal"}},
    {"interest_accrued", {"1410", "Interest accrued, not due"}},
    {"interest_receivable", {"1420", "Interest receivable, due"}},
    {"penalty_receivable", {"1430", "Penalty interest receivable"}},
    {"compound_receivable", {"1440", "Compound interest receivable"}},
    {"interest_income", {"6010", "Interest income"}},
    {"penalty_income", {"6020", "Penalty interest income"}},
    {"compound_income", {"6030", "Compound interest income"}},
    {"settlement", {"1010", "Settlement"}},
    {"overpayment", {"2240", "Overpayments of borrowers"}},
    {"fee_receivable", {"1450", "Fees receivable"}},
    {"fee_income", {"6040", "Fee income"}},
    {"late_fee_receivable", {"1460", "Late fees receivable"}},
    {"late_fee_income", {"6050", "Late fee income"}},
    {"goodwill_expense", {"6710", "Goodwill expense"}},
    {"charge_off_expense", {"6720", "Charge-off expense"}},
    {"fraud_expense", {"6725", "Charge-off expense, fraud"}},
    {"charge_off_interest", {"6730", "Charged-off interest"}},
    {"charge_off_fee", {"6735", "Charged-off fees"}},
    {"charge_off_penalty", {"6736", "Charged-off penalties"}},
    {"write_off_expense", {"6740", "Write-off expense"}},
    {"recovery_income", {"6750", "Recoveries"}},
    {"interest_unearned", {"2250", "Interest paid in advance"}},
    {"partner_payable", {"2260", "Settlement with partners"}},
    {"agency_principal", {"1390", "Agency: principal of partners"}},
    {"agency_receivable", {"1490", "Agency: interest and fees of partners"}},
    {"partner_income", {"6080", "Income of partners"}},
    {"partner_funding", {"2310", "Funding by partners"}},
    {"partner_accrued", {"2320", "Accrued to partners"}},
    {"partner_expense", {"6410", "Income passed on to partners"}},
    {"partner_loss", {"6745", "Losses borne by partners"}},
    {"service_fee_income", {"6060", "Service fees"}},
    {"goodwill_interest", {"6711", "Goodwill, interest"}},
    {"goodwill_fee", {"6712", "Goodwill, fees"}},
    {"goodwill_penalty", {"6713", "Goodwill, penalties"}},
    {"interest_suspended", {"1495", "Interest suspended"}},
    {"income_suspended", {"6090", "Income suspended"}},
    {"memo_interest", {"7110", "Memorandum: interest not yet income"}},
    {"memo_contra", {"7190", "Memorandum: contra"}},
    {"opening_balance", {"3990", "Take-over clearing"}},
    {"retained_earnings", {"3310", "Retained earnings"}},
    {"reconciliation_difference", {"6790", "Reconciliation differences"}},
    {"suspense", {"2270", "Suspense, money not assigned"}},
    {"coupon_receivable", {"1470", "Coupons receivable"}},
    {"fee_deferred", {"2280", "Fees deferred"}},
    {"tax_payable", {"2290", "Tax payable on income"}},
    {"income_tax", {"6095", "Tax contained in income"}},
    {"charge_income_1", {"6041", "Income of charges, group 1"}},
    {"charge_income_2", {"6042", "Income of charges, group 2"}},
    {"charge_income_3", {"6043", "Income of charges, group 3"}},
    {"charge_income_4", {"6044", "Income of charges, group 4"}},
}};

}  // namespace

std::string_view to_text(Role role) { return rows.at(static_cast<std::size_t>(role)).text; }

Result<Role> parse_role(std::string_view text) {
  for (std::size_t i = 0; i < rows.size(); ++i) {
    if (rows[i].text == text) return static_cast<Role>(i);
  }
  return Error{.id = "role.unknown",
               .message = "'" + std::string(text) +
                          "' is no account role; see `loanbook product check --help` for the list"};
}

Account default_account(Role role) { return rows.at(static_cast<std::size_t>(role)).account; }

}  // namespace loanbook::ledger
