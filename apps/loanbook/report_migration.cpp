// How loans move between buckets, and how loans of one month of disbursement do.

#include <fmt/format.h>

#include <map>

#include "gl_reports.hpp"

namespace loanbook::apps {
namespace {

Status roll_rates(ReportRun& run) {
  const auto range = run.range();
  if (!range) return range.error();
  struct Before {
    std::string bucket;
    money::Int128 principal = 0;
  };
  std::map<std::string, Before> before;
  const Status first =
      run.portfolio(range->before, ReportRun::Loans::active, [&](const ledger::PortfolioRow& row) {
        before[row.loan] = {row.bucket, row.principal};
      });
  if (!first) return first;
  struct Cell {
    std::uint8_t digits = 2;
    std::uint64_t loans = 0;
    money::Int128 principal = 0;
  };
  std::map<std::tuple<std::string, std::string, std::string>, Cell> cells;
  std::map<std::pair<std::string, std::string>, std::uint64_t> of_bucket;
  const Status second =
      run.portfolio(range->end, ReportRun::Loans::all, [&](const ledger::PortfolioRow& row) {
        const auto known = before.find(row.loan);
        if (known == before.end() && row.status != ledger::LoanStatus::active) return;
        const std::string from = known == before.end() ? "new" : known->second.bucket;
        const std::string to = row.status == ledger::LoanStatus::active
                                   ? row.bucket
                                   : std::string(ledger::to_text(row.status));
        auto& cell = cells[{row.currency, from, to}];
        cell.digits = row.digits;
        ++cell.loans;
        cell.principal += known == before.end() ? row.principal : known->second.principal;
        ++of_bucket[{row.currency, from}];
      });
  if (!second) return second;
  Report report;
  report.title = {"Roll rates, " + range->words};
  report.columns = {{"currency", "Currency"},
                    {"from", "From"},
                    {"to", "To"},
                    {"loans", "Loans", ColumnKind::integer},
                    {"percent", "Percent of loans", ColumnKind::amount},
                    {"principal", "Principal", ColumnKind::amount}};
  for (const auto& [key, cell] : cells) {
    const auto& [currency, from, to] = key;
    const money::Int128 all = of_bucket[{currency, from}];
    report.rows.push_back({{currency, from, to, std::to_string(cell.loans),
                            minor_text((money::Int128{cell.loans} * 10'000 + all / 2) / all, 2),
                            minor_text(cell.principal, cell.digits)}});
  }
  report.notes = {"Principal is that at the beginning; of new loans that at the end."};
  run.print(std::move(report), range->end.through);
  return money::ok();
}

Status vintages(ReportRun& run) {
  const auto place = run.place();
  if (!place) return place.error();
  struct Vintage {
    std::uint8_t digits = 2;
    std::uint64_t loans = 0, active = 0, closed = 0, written_off = 0;
    money::Int128 lent = 0, principal = 0, late = 0;
  };
  std::map<std::tuple<std::string, std::string, std::string>, Vintage> groups;
  const Status read =
      run.portfolio(*place, ReportRun::Loans::all, [&](const ledger::PortfolioRow& row) {
        if (!row.disbursed) return;
        auto& group = groups[{row.currency, month_of(*row.disbursed), row.product}];
        group.digits = row.digits;
        ++group.loans;
        group.active += row.status == ledger::LoanStatus::active ? 1 : 0;
        group.closed += row.status == ledger::LoanStatus::closed ? 1 : 0;
        group.written_off += row.status == ledger::LoanStatus::written_off ? 1 : 0;
        group.lent += row.lent;
        group.principal += row.principal;
        if (row.dpd > 30) group.late += row.principal;
      });
  if (!read) return read;
  Report report;
  report.title = {"Vintages " + place->words};
  report.columns = {{"month", "Disbursed in"},
                    {"product", "Product"},
                    {"currency", "Currency"},
                    {"loans", "Loans", ColumnKind::integer},
                    {"lent", "Lent", ColumnKind::amount},
                    {"active", "Active", ColumnKind::integer},
                    {"closed", "Closed", ColumnKind::integer},
                    {"written_off", "Written off", ColumnKind::integer},
                    {"principal", "Principal", ColumnKind::amount},
                    {"par30", "PAR 30", ColumnKind::amount},
                    {"percent", "Percent of lent", ColumnKind::amount}};
  for (const auto& [key, group] : groups) {
    const auto& [currency, month, product] = key;
    report.rows.push_back(
        {{month, product, currency, std::to_string(group.loans),
          minor_text(group.lent, group.digits), std::to_string(group.active),
          std::to_string(group.closed), std::to_string(group.written_off),
          minor_text(group.principal, group.digits), minor_text(group.late, group.digits),
          group.lent == 0 ? "0.00"
                          : minor_text((group.late * 10'000 + group.lent / 2) / group.lent, 2)}});
  }
  run.print(std::move(report), place->through);
  return money::ok();
}

}  // namespace

const ReportRule roll_rates_rule{.name = "roll-rates",
                                 .help = "How many loans went from bucket to bucket",
                                 .example = "loanbook roll-rates --from 2026-01-01 --to 2026-01-31",
                                 .options = takes_range,
                                 .run = roll_rates};

const ReportRule vintages_rule{.name = "vintages",
                               .help = "Loans by month of disbursement and product",
                               .example = "loanbook vintages --as-of 2026-03-31",
                               .options = takes_as_of,
                               .run = vintages};

}  // namespace loanbook::apps
