#pragma once

#include <functional>
#include <map>
#include <string>
#include <string_view>
#include <utility>

#include "loanbook/ledger/product.hpp"
#include "loanbook/ledger/report.hpp"

namespace loanbook::interchange {

/// Writes entries as a journal for hledger (1.19 and later; hledger.org/hledger.html#journal).
///
/// One transaction an entry: date = booking date, code = sequence, description = kind and loan; one
/// posting a movement, account `CODE NAME`, amount `CNY -12.34`, debits positive. Directives for
/// accounts (with their type) and commodities stand before their first use.
class HledgerJournal {
 public:
  using Sink = std::function<void(std::string_view)>;
  /// The account of a role under a product; an empty product asks for the standard chart.
  using AccountOf = std::function<ledger::AccountCode(const std::string& product, ledger::Role)>;
  /// The product of a loan.
  using ProductOf = std::function<std::string(const std::string& loan)>;

  HledgerJournal(Sink sink, AccountOf account_of, ProductOf product_of);

  /// Entries that move nothing leave no trace in the journal.
  void entry(const ledger::EntryView& entry);

 private:
  void posting(const std::string& product, ledger::Role role, const std::string& currency,
               unsigned digits, money::Int128 minor);
  const std::string& account(const std::string& product, ledger::Role role);
  void declare_currency(const std::string& currency, unsigned digits);

  Sink sink_;
  AccountOf account_of_;
  ProductOf product_of_;
  std::map<std::pair<std::string, ledger::Role>, std::string> accounts_;
  std::map<std::string, unsigned> declared_;  // accounts and currencies that stand in the journal
  std::string directives_;
  std::string postings_;
};

}  // namespace loanbook::interchange
