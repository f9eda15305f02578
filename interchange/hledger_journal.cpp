#include "loanbook/interchange/hledger_journal.hpp"

#include <algorithm>

#include "loanbook/money/day.hpp"
#include "loanbook/money/money.hpp"

namespace loanbook::interchange {
namespace {

// hledger's account types, for its balance sheet and income statement.
std::string_view type_of(ledger::Role role) {
  switch (role) {
    case ledger::Role::settlement:
      return "C";
    case ledger::Role::overpayment:
      return "L";
    case ledger::Role::interest_income:
    case ledger::Role::penalty_income:
    case ledger::Role::compound_income:
    case ledger::Role::income_suspended:
      return "R";
    default:
      return "A";
  }
}

// A name ends at two spaces, a description at a semicolon, and a bracket makes a posting virtual.
std::string journal_text(std::string_view text) {
  constexpr std::string_view special = ";|()[]\"\t\r\n";
  std::string out;
  for (const char c : text) {
    const bool taken = special.find(c) != std::string_view::npos;
    const char kept = taken ? ' ' : c;
    if (kept == ' ' && (out.empty() || out.back() == ' ')) continue;
    out += kept;
  }
  while (!out.empty() && out.back() == ' ') out.pop_back();
  return out;
}

}  // namespace

HledgerJournal::HledgerJournal(Sink sink, AccountOf account_of, ProductOf product_of)
    : sink_(std::move(sink)),
      account_of_(std::move(account_of)),
      product_of_(std::move(product_of)) {
  sink_("; Debits are positive. Codes are the sequence numbers of the entries.\n\n");
}

void HledgerJournal::entry(const ledger::EntryView& entry) {
  const ledger::Receipt& receipt = entry.receipt;
  directives_.clear();
  postings_.clear();
  if (!receipt.movements.empty()) {
    const std::string product = receipt.loan.empty() ? std::string{} : product_of_(receipt.loan);
    for (const ledger::Movement& movement : receipt.movements) {
      posting(product, movement.role, receipt.currency, entry.digits, movement.minor);
    }
  }
  // Products may share an account: one posting an account and currency.
  std::map<std::tuple<std::string, std::string>,
           std::pair<const ledger::EntryView::Amount*, money::Int128>>
      merged;
  for (const ledger::EntryView::Amount& amount : entry.totals) {
    auto& sum = merged[{account(amount.product, amount.role), amount.currency}];
    sum.first = &amount;
    sum.second += amount.minor;
  }
  for (const auto& [key, sum] : merged) {
    posting(sum.first->product, sum.first->role, sum.first->currency, sum.first->digits,
            sum.second);
  }
  if (postings_.empty()) return;
  std::string out = std::move(directives_);
  if (!out.empty()) out += "\n";
  out += money::to_text(receipt.booking_date) + " (" + std::to_string(receipt.sequence) + ") " +
         journal_text(receipt.kind);
  if (!receipt.loan.empty()) out += " " + journal_text(receipt.loan);
  if (receipt.value_date != receipt.booking_date) {
    out += "  ; value date " + money::to_text(receipt.value_date);
  }
  sink_(out + "\n" + postings_ + "\n");
}

void HledgerJournal::posting(const std::string& product, ledger::Role role,
                             const std::string& currency, unsigned digits, money::Int128 minor) {
  if (minor == 0) return;
  declare_currency(currency, digits);
  postings_ += "    " + account(product, role) + "  " + currency + " " +
               money::text_of_minor(minor, digits) + "\n";
}

const std::string& HledgerJournal::account(const std::string& product, ledger::Role role) {
  std::string& name = accounts_[{product, role}];
  if (!name.empty()) return name;
  const ledger::AccountCode code = account_of_(product, role);
  name = journal_text(code.code + " " + code.name);
  if (declared_.emplace("account " + name, 0).second) {
    directives_ += "account " + name + "  ; type:" + std::string(type_of(role)) + "\n";
  }
  return name;
}

void HledgerJournal::declare_currency(const std::string& currency, unsigned digits) {
  if (!declared_.emplace("commodity " + currency, digits).second) return;
  // The decimal mark is required even where no decimals follow.
  directives_ += "commodity " + currency + " 1000." + std::string(digits, '0') + "\n";
}

}  // namespace loanbook::interchange
