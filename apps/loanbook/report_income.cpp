// Income and expense by product and month (or day), from the totals of booking dates. The entry
// that closes a year is left out: it is no income.

#include <map>

#include "gl_reports.hpp"

namespace loanbook::apps {
namespace {

struct Line {
  std::uint8_t digits = 2;
  money::Int128 minor = 0;  // debit positive
};

Status income(ReportRun& run) {
  const std::string& by = run.arguments().by;
  if (!by.empty() && by != "month" && by != "day" && by != "year")
    return Error{.id = "cli.by_unknown", .message = "--by: month, day or year, not '" + by + "'"};
  const auto range = run.range();
  if (!range) return range.error();
  const Day from = run.arguments().from.empty() ? run.book().status().began : range->from;
  const std::size_t length = by == "day" ? 10 : by == "year" ? 4 : 7;
  std::map<std::tuple<std::string, std::string, std::string, ledger::Role>, Line> lines;
  std::map<std::pair<std::string, std::string>, Line> results;
  run.book().gl_days(from, range->to, ledger::YearClose::left_out, [&](const ledger::GlDay& day) {
    if (!ledger::in_income_statement(day.role)) return;
    const std::string period = money::to_text(day.day).substr(0, length);
    const std::string currency(day.product->currency.text());
    for (Line* line :
         {&lines[{period, day.product->id, currency, day.role}], &results[{currency, period}]}) {
      line->digits = day.product->currency.digits;
      line->minor += day.minor;
    }
  });
  Report report;
  report.title = {"Income and expense, " + money::to_text(from) + " to " +
                  money::to_text(range->to)};
  report.columns = {{"period", "Period"},     {"product", "Product"},
                    {"currency", "Currency"}, {"role", "Role"},
                    {"class", "Class"},       {"amount", "Amount", ColumnKind::amount}};
  for (auto at = lines.begin(); at != lines.end(); ++at) {
    const auto& [period, product, currency, role] = at->first;
    const bool expense = ledger::class_of(role) == ledger::AccountClass::expense;
    const money::Int128 minor = expense ? at->second.minor : -at->second.minor;
    report.rows.push_back({{period, product, currency, std::string(ledger::to_text(role)),
                            std::string(ledger::to_text(ledger::class_of(role))),
                            minor_text(minor, at->second.digits)}});
  }
  for (const auto& [key, line] : results) {
    report.rows.push_back(
        {{key.second, "result", key.first, "", "", minor_text(-line.minor, line.digits)},
         RowMark::total});
  }
  report.notes = {"Amounts are positive on the normal side; the result is income less expense."};
  run.print(std::move(report), range->end.through);
  return money::ok();
}

}  // namespace

const ReportRule income_rule{.name = "income",
                             .help = "Income and expense by product and month",
                             .example = "loanbook income --by month",
                             .options = takes_range | takes_by,
                             .by_help = "month (default), day or year",
                             .without_loans = true,
                             .run = income};

}  // namespace loanbook::apps
