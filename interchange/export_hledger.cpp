#include "loanbook/interchange/export_hledger.hpp"

#include <optional>
#include <string>
#include <unordered_map>

#include "loanbook/interchange/hledger_journal.hpp"

namespace loanbook::interchange {

using money::Error;
using money::Result;
using money::Status;

Status export_hledger(const ledger::Book& book, const std::function<void(std::string_view)>& sink) {
  std::unordered_map<std::string, std::string> product_of_loan;
  const Status loans = book.portfolio({}, [&](const ledger::PortfolioRow& row) {
    product_of_loan.emplace(row.loan, row.product);
    return true;
  });
  if (!loans) return loans;
  std::unordered_map<std::string, ledger::Product> products;
  std::optional<Error> failure;
  const auto account_of = [&](const std::string& id, ledger::Role role) {
    if (id.empty()) return ledger::account_of(ledger::Product{}, role);
    const auto known = products.find(id);
    if (known != products.end()) return ledger::account_of(known->second, role);
    const Result<ledger::Product> product = book.product(id);
    if (!product && !failure) failure = product.error();
    return ledger::account_of(
        products.emplace(id, product ? *product : ledger::Product{}).first->second, role);
  };
  const auto product_of = [&](const std::string& loan) { return product_of_loan[loan]; };
  HledgerJournal journal{sink, account_of, product_of};
  const Status read = book.entries(0, [&](const ledger::EntryView& entry) {
    journal.entry(entry);
    return !failure.has_value();
  });
  if (failure) return *failure;
  return read;
}

}  // namespace loanbook::interchange
