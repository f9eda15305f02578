#include "checklist.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <set>

#include "gl_reports.hpp"

namespace loanbook::apps {
namespace {

constexpr date::days one_day{1};

Check days_check(const ledger::BookStatus& status, const ledger::Period& period) {
  const bool closed = status.closed_through >= period.through;
  return {"days closed",
          fmt::format("through {} of {}", money::to_text(status.closed_through),
                      money::to_text(period.through)),
          closed ? Check::Outcome::good : Check::Outcome::blocks};
}

// Money that nobody has assigned is no reason not to close; who closes has seen it.
Check suspense_check(const Book& book, std::uint64_t through) {
  std::map<std::string, std::pair<std::size_t, money::Int128>> open;
  std::optional<Day> oldest;
  for (const auto& item : book.suspense(true)) {
    if (item.item > through) continue;
    money::Int128 left = item.received;
    for (const auto& taken : item.taken) left -= taken.sequence <= through ? taken.minor : 0;
    if (left == 0) continue;
    auto& [count, minor] = open[item.currency];
    ++count;
    minor += left;
    oldest = std::min(oldest.value_or(item.booked), item.booked);
  }
  std::string found;
  for (const auto& [currency, each] : open)
    found += fmt::format("{}{} items, {} {}", found.empty() ? "" : "; ", each.first,
                         amount_text(each.second, currency), currency);
  if (oldest) found += fmt::format(", the oldest of {}", money::to_text(*oldest));
  return {"money in suspense", found.empty() ? "none" : found,
          found.empty() ? Check::Outcome::good : Check::Outcome::noted};
}

Check isolated_check(const ledger::BookStatus& status) {
  return {"isolated loans", std::to_string(status.isolated),
          status.isolated == 0 ? Check::Outcome::good : Check::Outcome::noted};
}

Check balance_check(const std::vector<ledger::TrialBalanceRow>& rows) {
  std::map<std::string, money::Int128> sums;
  for (const auto& row : rows) sums[row.currency] += row.debit - row.credit;
  const bool balanced =
      std::all_of(sums.begin(), sums.end(), [](const auto& sum) { return sum.second == 0; });
  return {"debits = credits", fmt::format("{} accounts", rows.size()),
          balanced ? Check::Outcome::good : Check::Outcome::blocks};
}

std::string text_of(const ledger::Reconciliation::Difference& difference) {
  return fmt::format("{} of {}: general ledger {}, loans {}; {}", ledger::to_text(difference.role),
                     difference.product, minor_text(difference.general_ledger, difference.digits),
                     minor_text(difference.sub_ledger, difference.digits), difference.first);
}

Check reconciliation_check(const ledger::Reconciliation& result) {
  if (result.differences.empty()) {
    return {"sub-ledger = general ledger",
            fmt::format("{} loans, {} balances, {} nights", result.loans, result.balances,
                        result.nights),
            Check::Outcome::good};
  }
  return {"sub-ledger = general ledger", text_of(result.differences.front()),
          Check::Outcome::blocks};
}

Check assertions_check(const Book& book) {
  std::size_t wrong = 0;
  const auto all = book.assertions();
  for (const auto& each : all) wrong += each.actual == each.asserted.minor ? 0 : 1;
  return {"assertions", fmt::format("{} of {} hold", all.size() - wrong, all.size()),
          wrong == 0 ? Check::Outcome::good : Check::Outcome::blocks};
}

// A chart that an older program published knows nothing of later roles: they stand on the default
// accounts.
Result<Check> roles_check(const Book& book, std::uint64_t through) {
  Check check{"every role has an account", "the default accounts", Check::Outcome::good};
  const ledger::Chart* chart = nullptr;
  const auto charts = book.charts();
  for (const auto& each : charts)
    if (each.sequence <= through) chart = &each.chart;
  if (chart == nullptr) return check;
  std::set<std::string> missing;
  std::set<std::string> standing;
  for (const auto& each : book.products()) {
    const auto product = book.product(each.id, each.version, each.branch);
    if (!product) return product.error();
    for (std::size_t i = 0; i < ledger::role_count; ++i) {
      const auto role = static_cast<ledger::Role>(i);
      if (ledger::can_move(*product, role) && !product->accounts.at(i) &&
          ledger::find_mapping(*chart, *product, role) == nullptr)
        missing.insert(std::string(ledger::to_text(role)));
    }
  }
  const auto balances = book.gl_balances(through);
  if (!balances) return balances.error();
  for (const auto& balance : *balances) {
    const std::string role(ledger::to_text(balance.role));
    if (missing.contains(role)) standing.insert(role);
  }
  const auto& named = standing.empty() ? missing : standing;
  std::string names;
  for (const auto& name : named) names += (names.empty() ? "" : ", ") + name;
  check.found = fmt::format("chart {}", chart->id);
  if (missing.empty()) return check;
  check.outcome = standing.empty() ? Check::Outcome::noted : Check::Outcome::blocks;
  check.found =
      standing.empty()
          ? fmt::format("chart {} has no account for {}; nothing stands there", chart->id, names)
          : fmt::format(
                "{} has a balance and no account in chart {}: add one with "
                "`chart add`",
                names, chart->id);
  return check;
}

// Every account that was ever reconciled: through the last day, without a gap or a jump.
Check statements_check(const Book& book, const ledger::Period& period) {
  std::map<std::string, std::vector<ledger::StatementReconciled>> accounts;
  for (auto& statement : book.statements()) accounts[statement.account].push_back(statement);
  Check check{"statements reconciled", "", Check::Outcome::good};
  if (accounts.empty()) return {check.name, "none was ever reconciled", Check::Outcome::noted};
  std::string wrong;
  const auto note = [&](const std::string& account, const std::string& what) {
    wrong += (wrong.empty() ? "" : "; ") + account + ": " + what;
  };
  for (auto& [account, statements] : accounts) {
    std::stable_sort(statements.begin(), statements.end(), [](const auto& a, const auto& b) {
      return std::pair(a.from, a.to) < std::pair(b.from, b.to);
    });
    const ledger::StatementReconciled* before = nullptr;
    Day through = period.from - one_day;
    for (const auto& statement : statements) {
      if (statement.from > period.through) break;
      if (before != nullptr && statement.from > before->to + one_day &&
          statement.from > period.from) {
        note(account, fmt::format("nothing between {} and {}", money::to_text(before->to),
                                  money::to_text(statement.from)));
      }
      if (before != nullptr && statement.from == before->to + one_day && before->closing &&
          statement.opening && *before->closing != *statement.opening &&
          statement.from >= period.from) {
        note(account, fmt::format("{} opens with another balance than the one before closed with",
                                  money::to_text(statement.from)));
      }
      through = std::max(through, statement.to);
      before = &statement;
    }
    if (through < period.through) {
      note(account, before == nullptr ? std::string("nothing in this period")
                                      : fmt::format("through {} of {}", money::to_text(through),
                                                    money::to_text(period.through)));
    }
  }
  check.found = wrong.empty() ? fmt::format("{} accounts through {}", accounts.size(),
                                            money::to_text(period.through))
                              : wrong;
  if (!wrong.empty()) check.outcome = Check::Outcome::noted;
  return check;
}

Result<Check> breaks_check(const Book& book, const ledger::Period& period) {
  const auto open = book.breaks();
  if (!open) return open.error();
  std::size_t count = 0;
  std::size_t unowned = 0;
  std::int32_t oldest = 0;
  for (const auto& each : *open) {
    if (each.record.opened > period.through) continue;
    ++count;
    unowned += each.record.owner.empty() ? 1 : 0;
    oldest = std::max(oldest, each.age);
  }
  if (count == 0) return Check{"reconciliation breaks", "none open", Check::Outcome::good};
  return Check{"reconciliation breaks",
               fmt::format("{} open, {} of them nobody's, the oldest {} days: `reconcile breaks`",
                           count, unowned, oldest),
               Check::Outcome::noted};
}

}  // namespace

Result<std::vector<Check>> closing_checklist(const Book& book, const ledger::Period& period) {
  const auto status = book.status();
  std::vector<Check> checks = {days_check(status, period)};
  if (checks.front().outcome == Check::Outcome::blocks) return checks;
  const auto through = book.known_at(period.through);
  if (!through) return through.error();
  const auto rows = book.trial_balance(period.through);
  if (!rows) return rows.error();
  checks.push_back(balance_check(*rows));
  const auto reconciled = book.reconcile_internal(*through);
  if (!reconciled) return reconciled.error();
  checks.push_back(reconciliation_check(*reconciled));
  checks.push_back(assertions_check(book));
  const auto roles = roles_check(book, *through);
  if (!roles) return roles.error();
  checks.push_back(*roles);
  checks.push_back(isolated_check(status));
  checks.push_back(suspense_check(book, *through));
  checks.push_back(statements_check(book, period));
  const auto breaks = breaks_check(book, period);
  if (!breaks) return breaks.error();
  checks.push_back(*breaks);
  return checks;
}

}  // namespace loanbook::apps
