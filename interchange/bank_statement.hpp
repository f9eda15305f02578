#pragma once

// Statements of banks and payment channels: lines as the ledger matches them, whatever file they
// came in. Where each figure stands in a CSV file is data (docs/reconciliation.md).

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "loanbook/ledger/reconciliation/matching.hpp"
#include "loanbook/money/currency.hpp"

namespace loanbook::interchange {

using money::Day;
using money::Error;
using money::Result;

/// One account over some days. Amounts in minor units of `currency`.
struct BankStatement {
  std::string account;  ///< as the file names it; empty where it does not
  std::string id;       ///< the bank's name of the statement, empty where it has none
  money::Currency currency{};
  Day from{}, to{};
  std::optional<std::int64_t> opening, closing;  ///< proven: opening + lines - fees = closing
  std::vector<ledger::BankLine> lines{};
  std::size_t place = 0;             ///< among those of its account in one file
  bool more_follows = false;         ///< a page, and not the last
  std::uint32_t page = 0;            ///< its number where the bank sends pages; 0: it is whole
  std::uint32_t page_last = 0;       ///< of several that were joined: the number of the last
  std::uint64_t repeated = 0;        ///< lines of a page that the page before has too, left out
  std::vector<std::string> files{};  ///< it came in, in order of its pages
  std::uint64_t left_out = 0;  ///< rows that are not booked, or not of a kind that moves money
  std::shared_ptr<const void> texts{};  ///< what the lines' texts point into
};

enum class BankStatementFormat : std::uint8_t { csv, camt053 };
enum class Encoding : std::uint8_t { utf8, gbk };

/// How a CSV statement is to be read. Columns by name, or `#3` by place from 1.
struct BankStatementForm {
  BankStatementFormat format = BankStatementFormat::csv;
  money::Currency currency{};
  std::string account{};  ///< of a CSV file that does not name it
  Encoding encoding = Encoding::utf8;
  char separator = ',';
  char decimal = '.';
  char thousands = '\0';  ///< none
  std::string date = "yyyy-mm-dd";
  bool header = true;
  std::string header_begins{};  ///< lines before the one that begins with it are left out
  std::string comment{};        ///< lines that begin with it are left out
  std::string end_begins{};     ///< the table ends before a line that begins with it
  std::string strip{};          ///< characters taken off both ends of every cell, besides spaces
  bool amount_is_net = false;   ///< the fee was taken off already

  struct Columns {
    std::string booked, valued, amount, credit, debit, direction, fee, balance, reference,
        bank_reference, text, count, status, kind;
  } columns{};
  std::vector<std::string> in{}, out{};  ///< words of `direction`
  std::vector<std::string> take{};       ///< words of `status` that count; empty: all
  std::vector<std::string> returned{};   ///< words of `kind` that say money went back
};

/// Opening + lines = closing is proven by the column `balance`, where there is one.
/// `statement.*`, and those of the parsers (`decimal.*`), with file, line and column.
[[nodiscard]] Result<BankStatement> read_bank_statement_csv(std::string text,
                                                            const std::string& file_name,
                                                            const BankStatementForm& form);

/// camt.053 of any version from 001.02 on, by local names. A batch with its payments becomes a line
/// for each of them; pages of one statement become one. `statement.not_camt`, `statement.balance`
/// (opening + lines is not closing), `statement.batch_sum`, `statement.too_large`.
[[nodiscard]] Result<std::vector<BankStatement>> read_camt053(std::string text,
                                                              const std::string& file_name);

/// Pages of one statement (its account, currency and id) that came in several files become one, in
/// order of their numbers, whatever the order of the files; a page that came twice counts once. The
/// next page begins with the balance at which the one before ended, or repeats its last lines.
/// Everything else stays as it is. `statement.page_missing`, `statement.page_twice`,
/// `statement.balance`.
[[nodiscard]] Result<std::vector<BankStatement>> join_pages(std::vector<BankStatement> statements);

/// GBK (GB 18030 included) to UTF-8; `statement.encoding`.
[[nodiscard]] Result<std::string> utf8_of_gbk(std::string_view text, const std::string& file_name);

}  // namespace loanbook::interchange
