#pragma once

// The books as a text file for a plain-text accounting program.

#include <functional>
#include <map>
#include <set>
#include <string>
#include <string_view>

#include "loanbook/interchange/gl_lines.hpp"

namespace loanbook::interchange {

enum class JournalForm : std::uint8_t {
  hledger,    ///< 1.19 and later; hledger.org/hledger.html#journal
  ledger,     ///< Ledger 3; ledger-cli.org/doc/ledger3.html
  beancount,  ///< Beancount 2; beancount.github.io/docs/beancount_language_syntax.html
};

/// Writes entries in the order they come.
///
/// One transaction an entry: date = booking date; sequence as code (beancount: metadata `entry`),
/// kind and loan as description, value date as comment or metadata where it is another day. One
/// posting a line, debits positive. Accounts are `CODE NAME`, for beancount `CLASS:CODE-NAME`.
/// Directives for accounts and currencies stand before their first use; beancount's accounts are
/// opened at the end, each with its currencies, and its balances asserted without tolerance.
class TextJournal {
 public:
  using Sink = std::function<void(std::string_view)>;
  TextJournal(JournalForm form, Sink sink);
  void entry(const GlEntry& entry);
  /// To be called once, at the end.
  void finish();

 private:
  struct Account {
    std::string first;  ///< booking date of its first posting
    std::map<std::string, std::pair<unsigned, money::Int128>> balances;  ///< by currency
  };
  const std::string& account(const GlLine& line);
  void declare(const GlLine& line);
  void beancount_entry(const GlEntry& entry);

  JournalForm form_;
  Sink sink_;
  std::map<std::string, std::string> names_;  // of accounts, by class, code and name
  std::set<std::string> declared_;
  std::map<std::string, Account> accounts_;  // of beancount
  std::string directives_;
  money::Day last_{};
};

/// The whole book. Balances of its accounts equal `Book::trial_balance`. Fails where the book
/// cannot be read.
[[nodiscard]] money::Status export_journal(const ledger::Book& book, JournalForm form,
                                           const TextJournal::Sink& sink);

/// Lines for the import of another general ledger, CSV: `date`, `account`, `debit`, `credit`,
/// `currency`, `reference` (sequence of the entry), `text`, `account_name`, `value_date`, `loan`.
[[nodiscard]] money::Status export_gl_csv(const ledger::Book& book, const TextJournal::Sink& sink);

}  // namespace loanbook::interchange
