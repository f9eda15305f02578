#pragma once

// Columns that several commands print. Keys are a stable contract (docs/cli.md).

#include <string>
#include <vector>

#include "output.hpp"

namespace loanbook::apps {

[[nodiscard]] std::vector<Column> loan_columns();
[[nodiscard]] std::vector<std::string> loan_cells(const ledger::PortfolioRow& row);

/// A table shows a line of words where programs get every field.
[[nodiscard]] std::vector<Column> entry_columns(Format format);
[[nodiscard]] std::vector<std::string> entry_cells(const ledger::EntryView& entry, Format format);

/// Summary by product and bucket with sub-totals and a total a currency.
class Summary {
 public:
  void add(const ledger::PortfolioRow& row);
  [[nodiscard]] Report report(std::vector<std::string> title) const;

 private:
  struct Figures {
    std::uint64_t loans = 0;
    money::Int128 lent = 0, principal = 0, overdue = 0, accrued = 0, interest_due = 0, penalty = 0,
                  owed = 0;
    Figures& operator+=(const Figures& other);
  };
  struct Group {
    std::string currency, product, bucket;
    std::uint8_t digits;
    std::int32_t dpd_min;  // orders the buckets
    Figures figures;
  };
  static std::vector<std::string> cells(const std::string& currency, const std::string& product,
                                        const std::string& bucket, std::uint8_t digits,
                                        const Figures& figures);
  std::vector<Group> groups_;
};

}  // namespace loanbook::apps
