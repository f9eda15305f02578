// Trial balance: debits and credits by account, or by account, product and role.

#include <map>

#include "gl_reports.hpp"

namespace loanbook::apps {
namespace {

struct Sides {
  std::uint8_t digits = 2;
  money::Int128 debit = 0, credit = 0;
};

Report by_account(const std::vector<ledger::TrialBalanceRow>& rows,
                  std::map<std::string, Sides>& totals) {
  Report report;
  report.columns = {{"account", "Account"},
                    {"name", "Name"},
                    {"currency", "Currency"},
                    {"debit", "Debit", ColumnKind::amount},
                    {"credit", "Credit", ColumnKind::amount}};
  for (const auto& row : rows) {
    auto& total = totals[row.currency];
    total.digits = row.digits;
    total.debit += row.debit;
    total.credit += row.credit;
    report.rows.push_back({{row.account, row.name, row.currency, minor_text(row.debit, row.digits),
                            minor_text(row.credit, row.digits)}});
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

// Rows as of a place, or as they would stand had everything been booked in time.
Result<std::vector<ledger::GlBalance>> balances_of(ReportRun& run, const ReportPlace& place) {
  if (run.arguments().restated) return run.book().restated_balances(place.day);
  return run.book().gl_balances(place.through);
}

// The same rows that Book::trial_balance gives: by currency and account code, one side each.
std::vector<ledger::TrialBalanceRow> net(const std::vector<ledger::GlBalance>& balances) {
  std::map<std::pair<std::string, std::string>, ledger::TrialBalanceRow> rows;
  std::map<std::pair<std::string, std::string>, money::Int128> sums;
  for (const auto& balance : balances) {
    const std::pair key{balance.currency, balance.account.code};
    rows.try_emplace(key, ledger::TrialBalanceRow{balance.account.code, balance.account.name,
                                                  balance.currency, balance.digits, 0, 0});
    sums[key] += balance.minor;
  }
  std::vector<ledger::TrialBalanceRow> out;
  for (auto& [key, row] : rows) {
    const money::Int128 sum = sums[key];
    (sum < 0 ? row.credit : row.debit) = sum < 0 ? -sum : sum;
    out.push_back(std::move(row));
  }
  return out;
}

Status trial_balance(ReportRun& run) {
  const auto place = run.place();
  if (!place) return place.error();
  const std::string& by = run.arguments().by;
  if (!by.empty() && by != "product" && by != "account") {
    return Error{.id = "cli.by_unknown", .message = "--by: account or product, not '" + by + "'"};
  }
  const auto balances = balances_of(run, *place);
  if (!balances) return balances.error();
  std::map<std::string, Sides> totals;
  Report report =
      by == "product" ? by_product(*balances, totals) : by_account(net(*balances), totals);
  report.title = {"Trial balance " + place->words +
                  (run.arguments().restated ? ", restated by value date" : "")};
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
  run.print(std::move(report),
            run.arguments().restated ? run.book().status().head.sequence : place->through);
  return money::ok();
}

}  // namespace

const ReportRule trial_balance_rule{
    .name = "trial-balance",
    .help = "Debits and credits by account",
    .example = "loanbook trial-balance --as-of 2026-01-31",
    .options = takes_as_of | takes_known_at | takes_by | takes_restated,
    .by_help = "account (default), or product: a row for each product and role",
    .without_loans = true,
    .run = trial_balance};

}  // namespace loanbook::apps
