// Trial balance: debits and credits by account, or by account, product and role.

#include <map>

#include "gl_reports.hpp"

namespace loanbook::apps {
namespace {

struct Sides {
  std::uint8_t digits = 2;
  money::Int128 debit = 0, credit = 0;
};

// One side for each account and currency, of each branch where they are told apart.
Report by_account(const std::vector<ledger::GlBalance>& balances, bool by_branch,
                  std::map<std::string, Sides>& totals) {
  Report report;
  report.columns = {{"account", "Account"},
                    {"name", "Name"},
                    {"currency", "Currency"},
                    {"debit", "Debit", ColumnKind::amount},
                    {"credit", "Credit", ColumnKind::amount}};
  if (by_branch) report.columns.insert(report.columns.begin(), {"branch", "Branch"});
  std::map<std::tuple<std::string, std::string, std::string>, ledger::GlBalance> rows;
  for (const auto& balance : balances) {
    const std::tuple key{by_branch ? balance.branch : std::string{}, balance.currency,
                         balance.account.code};
    const auto [at, added] = rows.try_emplace(key, balance);
    if (!added) at->second.minor += balance.minor;
  }
  for (const auto& [key, row] : rows) {
    auto& total = totals[row.currency];
    total.digits = row.digits;
    (row.minor < 0 ? total.credit : total.debit) += row.minor < 0 ? -row.minor : row.minor;
    const auto [debit, credit] = two_sides(row.minor, row.digits);
    std::vector<std::string> cells = {row.account.code, row.account.name, row.currency, debit,
                                      credit};
    if (by_branch) cells.insert(cells.begin(), row.branch);
    report.rows.push_back({std::move(cells)});
  }
  return report;
}

Report by_product(const std::vector<ledger::GlBalance>& balances,
                  std::map<std::string, Sides>& totals) {
  Report report;
  report.columns = {{"account", "Account"},
                    {"name", "Name"},
                    {"class", "Class"},
                    {"product", "Product"},
                    {"role", "Role"},
                    {"currency", "Currency"},
                    {"debit", "Debit", ColumnKind::amount},
                    {"credit", "Credit", ColumnKind::amount}};
  // Versions of a product stand together.
  std::map<std::tuple<std::string, std::string, std::string, ledger::Role>, ledger::GlBalance> rows;
  for (const auto& balance : balances) {
    auto& row =
        rows.try_emplace({balance.currency, balance.account.code, balance.product, balance.role},
                         balance)
            .first->second;
    if (&balance != &row && row.number != balance.number) row.minor += balance.minor;
  }
  for (const auto& [key, row] : rows) {
    auto& total = totals[row.currency];
    total.digits = row.digits;
    (row.minor < 0 ? total.credit : total.debit) += row.minor < 0 ? -row.minor : row.minor;
    const auto [debit, credit] = two_sides(row.minor, row.digits);
    report.rows.push_back({{row.account.code, row.account.name,
                            std::string(ledger::to_text(row.account.account_class)), row.product,
                            std::string(ledger::to_text(row.role)), row.currency, debit, credit}});
  }
  return report;
}

Status trial_balance(ReportRun& run) {
  const auto place = run.place();
  if (!place) return place.error();
  const std::string& by = run.arguments().by;
  if (!by.empty() && by != "product" && by != "account" && by != "branch") {
    return Error{.id = "cli.by_unknown",
                 .message = "--by: account, product or branch, not '" + by + "'"};
  }
  const auto balances = run.balances(*place);
  if (!balances) return balances.error();
  std::map<std::string, Sides> totals;
  Report report = by == "product" ? by_product(*balances, totals)
                                  : by_account(*balances, by == "branch", totals);
  report.title = {"Trial balance " + place->words};
  bool balanced = true;
  for (const auto& [currency, total] : totals) {
    std::vector<std::string> cells(report.columns.size());
    cells.front() = "total";
    cells.at(cells.size() - 3) = currency;
    cells.at(cells.size() - 2) = minor_text(total.debit, total.digits);
    cells.back() = minor_text(total.credit, total.digits);
    report.rows.push_back({cells, RowMark::total});
    balanced = balanced && total.debit == total.credit;
  }
  report.notes = {balanced ? "Debits equal credits."
                           : "DEBITS AND CREDITS DIFFER: run loanbook verify."};
  if (!balanced) run.fail_with(exit_code::damaged);
  run.print(std::move(report), place->through);
  return money::ok();
}

}  // namespace

const ReportRule trial_balance_rule{
    .name = "trial-balance",
    .help = "Debits and credits by account",
    .example = "loanbook trial-balance --as-of 2026-01-31",
    .options = takes_as_of | takes_by,
    .by_help = "account (default), product: a row for each product and role, or branch",
    .without_loans = true,
    .run = trial_balance};

}  // namespace loanbook::apps
