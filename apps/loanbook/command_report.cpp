// Reports over all loans: portfolio, overdue.

#include <fmt/format.h>

#include <algorithm>
#include <map>

#include "commands.hpp"
#include "reports.hpp"

namespace loanbook::apps {
namespace {

std::string at_opening(const Book& book, const std::optional<Day>& as_of) {
  return "at the opening of " + money::to_text(as_of.value_or(book.status().business_date));
}

struct OutsideCount {
  std::uint64_t applied = 0, approved = 0, closed = 0, cancelled = 0;
  void add(ledger::LoanStatus status) {
    approved += status == ledger::LoanStatus::approved ? 1 : 0;
    closed += status == ledger::LoanStatus::closed ? 1 : 0;
    applied += status == ledger::LoanStatus::applied ? 1 : 0;
    cancelled +=
        status == ledger::LoanStatus::cancelled || status == ledger::LoanStatus::declined ? 1 : 0;
  }
  [[nodiscard]] std::vector<std::string> notes() const {
    std::vector<std::string> lines;
    if (closed + approved + cancelled != 0) {
      lines.push_back(fmt::format("Not counted: {} closed, {} not yet disbursed, {} cancelled.",
                                  closed, approved, cancelled));
    }
    if (applied != 0) lines.push_back(fmt::format("{} applied for, not approved yet.", applied));
    return lines;
  }
};

int print_loans(const Context& context, const Book& book, const std::optional<Day>& as_of,
                const PortfolioArguments& arguments) {
  ReportWriter writer({"Loans " + at_opening(book, as_of)}, loan_columns(), context.format,
                      standard_output());
  OutsideCount outside;
  auto read = book.portfolio(as_of, [&](const ledger::PortfolioRow& row) {
    if (arguments.all || row.status == ledger::LoanStatus::active) {
      writer.row({loan_cells(row)});
    } else {
      outside.add(row.status);
    }
    return true;
  });
  if (!read) return fail(read.error());
  writer.finish(outside.notes());
  print_completeness(book);
  return exit_code::done;
}

std::vector<Column> overdue_columns() {
  return {{"bucket", "Bucket"},
          {"loan", "Loan"},
          {"product", "Product"},
          {"currency", "Currency"},
          {"dpd", "DPD", ColumnKind::integer},
          {"category", "Category"},
          {"principal_overdue", "Principal overdue", ColumnKind::amount},
          {"interest_due", "Interest due", ColumnKind::amount},
          {"penalty", "Penalty", ColumnKind::amount},
          {"overdue", "Overdue", ColumnKind::amount},
          {"principal", "Principal", ColumnKind::amount}};
}

struct OverdueSum {
  std::uint8_t digits = 2;
  std::uint64_t loans = 0;
  money::Int128 principal_overdue = 0, interest = 0, penalty = 0, overdue = 0, principal = 0;
  void add(const ledger::PortfolioRow& row) {
    digits = row.digits;
    ++loans;
    principal_overdue += row.principal_overdue;
    interest += row.interest_due;
    penalty += row.penalty;
    overdue += row.overdue();
    principal += row.principal;
  }
  /// `labels`, then the amounts.
  [[nodiscard]] std::vector<std::string> cells(std::vector<std::string> labels) const {
    for (const auto minor : {principal_overdue, interest, penalty, overdue, principal}) {
      labels.push_back(money::text_of_minor(minor, digits));
    }
    return labels;
  }
};

std::vector<std::string> overdue_cells(const ledger::PortfolioRow& row) {
  const auto amount = [&row](std::int64_t minor) {
    return money::text_of_minor(minor, row.digits);
  };
  return {row.bucket,
          row.loan,
          row.product,
          row.currency,
          std::to_string(row.dpd),
          row.category,
          amount(row.principal_overdue),
          amount(row.interest_due),
          amount(row.penalty),
          amount(row.overdue()),
          amount(row.principal)};
}

// The ageing: one row a bucket and currency, the longest overdue first.
Report ageing_report(const std::vector<ledger::PortfolioRow>& rows) {
  Report report;
  report.columns = {{"bucket", "Bucket"},
                    {"currency", "Currency"},
                    {"loans", "Loans", ColumnKind::integer},
                    {"principal_overdue", "Principal overdue", ColumnKind::amount},
                    {"interest_due", "Interest due", ColumnKind::amount},
                    {"penalty", "Penalty", ColumnKind::amount},
                    {"overdue", "Overdue", ColumnKind::amount},
                    {"principal", "Principal", ColumnKind::amount}};
  std::map<std::string, OverdueSum> sums;
  std::map<std::string, OverdueSum> totals;
  for (std::size_t i = 0; i < rows.size(); ++i) {
    sums[rows[i].currency].add(rows[i]);
    totals[rows[i].currency].add(rows[i]);
    if (i + 1 < rows.size() && rows[i + 1].bucket == rows[i].bucket) continue;
    for (const auto& [currency, sum] : sums) {
      report.rows.push_back({sum.cells({rows[i].bucket, currency, std::to_string(sum.loans)})});
    }
    sums.clear();
  }
  for (const auto& [currency, sum] : totals) {
    report.rows.push_back(
        {sum.cells({"total", currency, std::to_string(sum.loans)}), RowMark::total});
  }
  return report;
}

Report overdue_report(const std::vector<ledger::PortfolioRow>& rows) {
  Report report;
  report.columns = overdue_columns();
  std::map<std::string, OverdueSum> totals;
  std::map<std::string, OverdueSum> sums;
  for (std::size_t i = 0; i < rows.size(); ++i) {
    report.rows.push_back({overdue_cells(rows[i])});
    sums[rows[i].currency].add(rows[i]);
    totals[rows[i].currency].add(rows[i]);
    if (i + 1 < rows.size() && rows[i + 1].bucket == rows[i].bucket) continue;
    for (const auto& [currency, sum] : sums) {
      report.rows.push_back(
          {sum.cells({rows[i].bucket, fmt::format("{} loans", sum.loans), "", currency, "", ""}),
           RowMark::subtotal});
    }
    sums.clear();
  }
  for (const auto& [currency, sum] : totals) {
    report.rows.push_back(
        {sum.cells({"total", fmt::format("{} loans", sum.loans), "", currency, "", ""}),
         RowMark::total});
  }
  return report;
}

}  // namespace

int run_portfolio(const Context& context, const PortfolioArguments& arguments) {
  auto as_of = optional_day(arguments.as_of, "--as-of");
  if (!as_of) return fail(as_of.error());
  return with_reader(context, [&](const Book& book) {
    if (arguments.loans || arguments.all) return print_loans(context, book, *as_of, arguments);
    Summary summary;
    OutsideCount outside;
    auto read = book.portfolio(*as_of, [&](const ledger::PortfolioRow& row) {
      if (row.status == ledger::LoanStatus::active) {
        summary.add(row);
      } else {
        outside.add(row.status);
      }
      return true;
    });
    if (!read) return fail(read.error());
    auto report = summary.report({"Portfolio " + at_opening(book, *as_of)});
    report.notes = outside.notes();
    print(report, context.format);
    print_completeness(book);
    return exit_code::done;
  });
}

int run_overdue(const Context& context, const OverdueArguments& arguments) {
  auto as_of = optional_day(arguments.as_of, "--as-of");
  if (!as_of) return fail(as_of.error());
  return with_reader(context, [&](const Book& book) {
    std::vector<ledger::PortfolioRow> rows;
    auto read = book.portfolio(*as_of, [&](const ledger::PortfolioRow& row) {
      if (row.status == ledger::LoanStatus::active && row.dpd > 0) rows.push_back(row);
      return true;
    });
    if (!read) return fail(read.error());
    std::stable_sort(rows.begin(), rows.end(),
                     [](const auto& a, const auto& b) { return a.dpd > b.dpd; });
    // Products may cut their buckets at other days: a bucket stands where its longest overdue loan
    // stands.
    std::map<std::string, std::int32_t> dpd_max;
    for (const auto& row : rows) dpd_max[row.bucket] = std::max(dpd_max[row.bucket], row.dpd);
    std::stable_sort(rows.begin(), rows.end(), [&](const auto& a, const auto& b) {
      const auto of_a = std::pair(-dpd_max[a.bucket], std::string_view(a.bucket));
      const auto of_b = std::pair(-dpd_max[b.bucket], std::string_view(b.bucket));
      return of_a < of_b;
    });
    auto report = arguments.summary ? ageing_report(rows) : overdue_report(rows);
    report.title = {"Overdue " + at_opening(book, *as_of)};
    if (rows.empty()) report.notes = {"No loan is past due."};
    print(report, context.format);
    print_completeness(book);
    return exit_code::done;
  });
}

}  // namespace loanbook::apps
