// Reports over all loans: portfolio, overdue.

#include <fmt/format.h>

#include <algorithm>
#include <map>

#include "commands.hpp"
#include "reports.hpp"

namespace loanbook::apps {
namespace {

/// What `portfolio` and `overdue` read.
struct LoansPlace {
  Day opening{};
  std::uint64_t known_at = 0;
  std::string branch;
  std::string words;  ///< `at the opening of 2026-11-01`
};

Result<LoansPlace> place_of(const Book& book, const std::string& as_of, const std::string& known_at,
                            const std::string& branch) {
  const auto day = optional_day(as_of, "--as-of");
  if (!day) return day.error();
  const auto known = known_at_of(book, known_at);
  if (!known) return known.error();
  if (auto taken = check_branch(book, branch); !taken) return taken.error();
  const auto status = book.status();
  LoansPlace place{.opening = day->value_or(status.business_date),
                   .known_at = sequence_of(*known).value_or(status.head.sequence),
                   .branch = branch,
                   .words = {}};
  place.words = "at the opening of " + money::to_text(place.opening);
  if (*known) place.words += fmt::format(", known at entry {}", place.known_at);
  if (!branch.empty()) place.words += branch == "-" ? ", of no branch" : ", branch " + branch;
  return place;
}

template <class Use>
Status each_loan(const Book& book, const LoansPlace& place, Use use) {
  return book.portfolio(place.opening, place.known_at, [&](const ledger::PortfolioRow& row) {
    if (is_branch(place.branch, row.branch)) use(row);
    return true;
  });
}

void say_complete(const Book& book, const LoansPlace& place) {
  const auto head = book.status().head.sequence;
  if (place.known_at >= head)
    print_completeness(book);
  else
    say(fmt::format("complete to entry {} of {}", place.known_at, head));
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

int print_loans(const Context& context, const Book& book, const LoansPlace& place,
                const PortfolioArguments& arguments) {
  ReportWriter writer({"Loans " + place.words}, loan_columns(), context.format, standard_output());
  OutsideCount outside;
  auto read = each_loan(book, place, [&](const ledger::PortfolioRow& row) {
    if (arguments.all || row.status == ledger::LoanStatus::active) {
      writer.row({loan_cells(row)});
    } else {
      outside.add(row.status);
    }
  });
  if (!read) return fail(read.error());
  writer.finish(outside.notes());
  say_complete(book, place);
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
  return with_reader(context, [&](const Book& book) {
    const auto place = place_of(book, arguments.as_of, arguments.known_at, arguments.branch);
    if (!place) return fail(place.error());
    if (arguments.loans || arguments.all) return print_loans(context, book, *place, arguments);
    Summary summary;
    OutsideCount outside;
    auto read = each_loan(book, *place, [&](const ledger::PortfolioRow& row) {
      if (row.status == ledger::LoanStatus::active) {
        summary.add(row);
      } else {
        outside.add(row.status);
      }
    });
    if (!read) return fail(read.error());
    auto report = summary.report({"Portfolio " + place->words});
    report.notes = outside.notes();
    print(report, context.format);
    say_complete(book, *place);
    return exit_code::done;
  });
}

int run_overdue(const Context& context, const OverdueArguments& arguments) {
  return with_reader(context, [&](const Book& book) {
    const auto place = place_of(book, arguments.as_of, arguments.known_at, arguments.branch);
    if (!place) return fail(place.error());
    std::vector<ledger::PortfolioRow> rows;
    auto read = each_loan(book, *place, [&](const ledger::PortfolioRow& row) {
      if (row.status == ledger::LoanStatus::active && row.dpd > 0) rows.push_back(row);
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
    report.title = {"Overdue " + place->words};
    if (rows.empty()) report.notes = {"No loan is past due."};
    print(report, context.format);
    say_complete(book, *place);
    return exit_code::done;
  });
}

}  // namespace loanbook::apps
