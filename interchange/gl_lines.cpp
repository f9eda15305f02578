#include "loanbook/interchange/gl_lines.hpp"

#include <array>
#include <map>
#include <tuple>

namespace loanbook::interchange {

using ledger::Role;

AccountClass class_of(Role role) {
  switch (role) {
    case Role::overpayment:
    case Role::interest_unearned:
    case Role::partner_payable:
    case Role::partner_funding:
    case Role::partner_accrued:
      return AccountClass::liability;
    case Role::interest_income:
    case Role::penalty_income:
    case Role::compound_income:
    case Role::fee_income:
    case Role::late_fee_income:
    case Role::recovery_income:
    case Role::partner_income:
    case Role::service_fee_income:
      return AccountClass::income;
    case Role::goodwill_expense:
    case Role::goodwill_interest:
    case Role::goodwill_fee:
    case Role::goodwill_penalty:
    case Role::charge_off_expense:
    case Role::fraud_expense:
    case Role::charge_off_interest:
    case Role::charge_off_fee:
    case Role::charge_off_penalty:
    case Role::write_off_expense:
    case Role::partner_expense:
    case Role::partner_loss:
    case Role::reconciliation_difference:
      return AccountClass::expense;
    default:
      return AccountClass::asset;
  }
}

std::string_view to_text(AccountClass of) {
  constexpr std::array<std::string_view, 5> names = {"Assets", "Liabilities", "Equity", "Income",
                                                     "Expenses"};
  return names.at(static_cast<std::size_t>(of));
}

namespace {

/// Accounts are looked up before the walk: none is asked for while the book is being read.
std::vector<std::array<ledger::PostingAccount, ledger::role_count>> accounts_of(
    const ledger::Book& book) {
  std::vector<std::array<ledger::PostingAccount, ledger::role_count>> accounts(
      book.products().size());
  for (std::uint32_t product = 0; product < accounts.size(); ++product) {
    for (std::size_t role = 0; role < ledger::role_count; ++role)
      accounts[product][role] = book.posting_account(product, static_cast<Role>(role));
  }
  return accounts;
}

GlLine line_of(const ledger::PostingAccount& account, Role role, money::Int128 minor) {
  return {account.account.code, account.account.name, class_of(role), role == Role::settlement,
          account.currency,     account.digits,       minor};
}

}  // namespace

money::Status each_gl_entry(const ledger::Book& book,
                            const std::function<bool(const GlEntry&)>& use) {
  const auto accounts = accounts_of(book);
  return book.entries(0, [&](const ledger::EntryView& view) {
    if (view.postings.empty()) return true;
    GlEntry entry{.sequence = view.receipt.sequence,
                  .booking_date = view.receipt.booking_date,
                  .value_date = view.receipt.value_date,
                  .kind = view.receipt.kind,
                  .loan = view.receipt.loan,
                  .text = view.text,
                  .reason = view.reason,
                  .lines = {}};
    // A night posts by product: products may share an account.
    std::map<std::tuple<std::string, std::string, std::string, AccountClass>, GlLine> merged;
    for (const auto& posting : view.postings) {
      const auto& account = accounts.at(posting.product)[static_cast<std::size_t>(posting.role)];
      GlLine line = line_of(account, posting.role, posting.minor);
      if (!view.receipt.loan.empty()) {
        if (line.minor != 0) entry.lines.push_back(std::move(line));
        continue;
      }
      const std::tuple key{line.code, line.name, line.currency, line.of};
      const auto [at, added] = merged.try_emplace(key, line);
      if (!added) at->second.minor += line.minor;
    }
    for (auto& [key, line] : merged) {
      if (line.minor != 0) entry.lines.push_back(std::move(line));
    }
    return entry.lines.empty() || use(entry);
  });
}

}  // namespace loanbook::interchange
