// Files for the partners of joint loans.

#include <fmt/format.h>

#include <map>

#include "commands.hpp"
#include "output.hpp"

namespace loanbook::apps {
namespace {

using ledger::PartnerSettlement;
using ledger::PartnerSettlementRow;

/// A file is read by another company's program: its totals stand in it, before the loans, as rows
/// of their own kind, one a currency.
std::vector<Column> settlement_columns() {
  return {{"record", "Record"},
          {"partner", "Partner"},
          {"date", "Date", ColumnKind::date},
          {"complete_to", "Entry", ColumnKind::integer},
          {"loans", "Loans", ColumnKind::integer},
          {"loan", "Loan"},
          {"product", "Product"},
          {"currency", "Currency"},
          {"disbursed", "Disbursed", ColumnKind::amount},
          {"principal", "Principal", ColumnKind::amount},
          {"interest", "Interest", ColumnKind::amount},
          {"penalty", "Penalty", ColumnKind::amount},
          {"fee", "Fee", ColumnKind::amount},
          {"service_fee", "Service fee", ColumnKind::amount},
          {"compensation", "Compensation", ColumnKind::amount},
          {"recovered", "Recovered", ColumnKind::amount},
          {"net", "Net", ColumnKind::amount}};
}

struct Sums {
  std::uint64_t loans = 0;
  std::uint8_t digits = 2;
  std::array<money::Int128, 9> minor{};

  void add(const PartnerSettlementRow& row) {
    const std::int64_t amounts[] = {row.disbursed,    row.principal, row.interest,
                                    row.penalty,      row.fee,       row.service_fee,
                                    row.compensation, row.recovered, row.net()};
    for (std::size_t i = 0; i < minor.size(); ++i) minor[i] += amounts[i];
    digits = row.digits;
    ++loans;
  }
  void append(std::vector<std::string>& cells) const {
    for (const money::Int128 amount : minor) cells.push_back(money::text_of_minor(amount, digits));
  }
};

Report settlement_report(const PartnerSettlement& settlement, const std::string& book_currency) {
  Report report;
  const std::string date = money::to_text(settlement.day);
  report.title = {
      fmt::format("Settlement with {} for {}, what it is owed", settlement.partner, date)};
  report.columns = settlement_columns();
  std::map<std::string, Sums> totals;
  for (const PartnerSettlementRow& row : settlement.rows) totals[row.currency].add(row);
  if (totals.empty())
    totals[book_currency].digits = static_cast<std::uint8_t>(digits_of(book_currency));
  const std::string entry = std::to_string(settlement.complete_to);
  for (const auto& [currency, sums] : totals) {
    std::vector<std::string> cells{
        "total", settlement.partner, date, entry, std::to_string(sums.loans), "", "", currency};
    sums.append(cells);
    report.rows.push_back({std::move(cells)});
  }
  for (const PartnerSettlementRow& row : settlement.rows) {
    std::vector<std::string> cells{"loan", settlement.partner, date,        entry,
                                   "1",    row.loan,           row.product, row.currency};
    Sums one;
    one.add(row);
    one.append(cells);
    report.rows.push_back({std::move(cells)});
  }
  report.notes = {
      "Net = principal + interest + penalty + fee + compensation + recovered - disbursed "
      "- service fee; below zero the partner owes it."};
  return report;
}

}  // namespace

int run_partners_settle(const Context& context, const PartnerArguments& arguments) {
  auto date = optional_day(arguments.date, "--date");
  if (!date) return fail(date.error());
  return with_reader(context, [&](const Book& book) {
    const ledger::BookStatus status = book.status();
    auto settlement =
        book.partner_settlement(arguments.partner, date->value_or(status.closed_through));
    if (!settlement) return fail(settlement.error());
    print(settlement_report(*settlement, status.currency), context.format);
    print_completeness(book);
    return exit_code::done;
  });
}

}  // namespace loanbook::apps
