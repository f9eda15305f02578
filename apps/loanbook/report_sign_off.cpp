// Closed periods and assertions.

#include <fmt/format.h>

#include "gl_reports.hpp"
#include "loanbook/money/currency.hpp"

namespace loanbook::apps {
namespace {

Status periods(ReportRun& run) {
  Report report;
  report.title = {"Closed periods"};
  report.columns = {{"period", "Period"},
                    {"entry", "Entry", ColumnKind::integer},
                    {"booked", "Booked", ColumnKind::date},
                    {"complete_to", "Complete to", ColumnKind::integer},
                    {"currency", "Currency"},
                    {"debit", "Debit", ColumnKind::amount},
                    {"credit", "Credit", ColumnKind::amount},
                    {"accounts", "Accounts", ColumnKind::integer},
                    {"isolated", "Isolated", ColumnKind::integer},
                    {"trial_balance", "Digest of the trial balance"},
                    {"head", "Head"}};
  const auto known = run.known();
  if (!known) return known.error();
  for (const auto& period : run.book().closed_periods()) {
    if (period.sequence > *known) continue;
    for (const auto& total : period.closed.controls) {
      const unsigned digits = digits_of(total.currency);
      report.rows.push_back(
          {{to_text(period.closed.period), std::to_string(period.sequence),
            money::to_text(period.booked), std::to_string(period.closed.complete_to),
            total.currency, minor_text(total.debit, digits), minor_text(total.credit, digits),
            std::to_string(total.accounts), std::to_string(period.closed.isolated),
            hex(period.closed.trial_balance), hex(period.closed.head)}});
    }
  }
  if (report.rows.empty()) report.notes = {"No period is closed yet."};
  run.print(std::move(report), *known);
  return money::ok();
}

Status assertions(ReportRun& run) {
  Report report;
  report.title = {"Assertions"};
  report.columns = {{"entry", "Entry", ColumnKind::integer},
                    {"figure", "Figure"},
                    {"product", "Product"},
                    {"day", "Day", ColumnKind::date},
                    {"currency", "Currency"},
                    {"asserted", "Asserted", ColumnKind::amount},
                    {"actual", "Actual", ColumnKind::amount},
                    {"holds", "Holds"}};
  const auto known = run.known();
  if (!known) return known.error();
  for (const auto& each : run.book().assertions()) {
    if (each.sequence > *known) continue;
    const bool holds = each.actual == each.asserted.minor;
    if (!holds) run.fail_with(exit_code::damaged);
    report.rows.push_back({{std::to_string(each.sequence), each.asserted.figure,
                            each.asserted.product, money::to_text(each.asserted.day),
                            each.asserted.currency, minor_text(each.asserted.minor, each.digits),
                            minor_text(each.actual, each.digits), holds ? "yes" : "NO"}});
  }
  if (report.rows.empty()) report.notes = {"There are no assertions yet."};
  run.print(std::move(report), *known);
  return money::ok();
}

}  // namespace

const ReportRule periods_rule{.name = "periods",
                              .help = "Closed periods with their control totals",
                              .example = "loanbook periods",
                              .without_loans = true,
                              .not_restated = "what was signed off stays as it was",
                              .not_by_branch = "a period is closed for the whole book",
                              .run = periods};

const ReportRule assertions_rule{.name = "assertions",
                                 .help = "Assertions and whether they hold",
                                 .example = "loanbook assertions",
                                 .without_loans = true,
                                 .not_restated = "they are about closed days, which stay as booked",
                                 .not_by_branch = "they name products or the whole book",
                                 .run = assertions};

}  // namespace loanbook::apps
