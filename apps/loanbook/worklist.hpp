#pragma once

// What reconciling with a bank and with a partner shows: for people a worklist of a hundred columns
// with the command that comes next, for programs one row a finding.

#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "context.hpp"
#include "loanbook/ledger/reconciliation/reconciliation.hpp"
#include "output.hpp"

namespace loanbook::apps {

/// Matches, records, prints the worklist; gives the exit code.
int reconcile_one(Book& book, const Context& context, const std::string& file, bool all,
                  const ledger::ReconcileInput& input);

/// One line of it.
struct WorkItem {
  ledger::ReconcileRow row;
  std::string currency;
  std::string loan;  ///< of its entries, or named by its line; empty: unknown
  // Of a break:
  std::string status{}, owner{}, account{};
  std::int32_t age = 0;
};

/// Rows in the order given; by kind what to do, with the command for the first of each.
class Worklist {
 public:
  enum class Of : std::uint8_t { statement, breaks, breaks_with_closed };
  Worklist(std::vector<std::string> title, Of of, const Context& context);
  void add(const WorkItem& item);
  void finish(std::vector<std::string> notes);

 private:
  [[nodiscard]] std::vector<std::string> people_cells(const WorkItem& item) const;
  void fit();
  [[nodiscard]] std::vector<std::string> program_cells(const WorkItem& item) const;

  Of of_;
  bool people_;
  std::vector<Column> columns_;
  std::vector<std::vector<std::string>> rows_;  ///< of people: cut to fit at the end
  ReportWriter writer_;
  struct Kind {
    std::size_t count = 0;
    std::string command{};
  };
  std::map<ledger::Outcome, Kind> kinds_;
};

}  // namespace loanbook::apps
