// What a night booked, line by line, recomputed from the segments by the frozen formula.

#include <fmt/format.h>

#include <map>

#include "gl_reports.hpp"

namespace loanbook::apps {
namespace {

std::string formula_of(const ledger::AccrualRow& row) {
  std::string text;
  for (const auto& line : row.lines) {
    if (!text.empty()) text += "; ";
    text += fmt::format("({} + {} x t) / {} from {}", minor_text(line.base, 0),
                        minor_text(line.slope, 0), line.denominator, money::to_text(line.first));
  }
  return text;
}

Status accruals(ReportRun& run) {
  const auto given = optional_day(run.arguments().date, "--date");
  if (!given) return given.error();
  const Day day = given->value_or(run.book().status().closed_through);
  const auto place = run.place_on(day);
  if (!place) return place.error();
  const auto night = run.book().known_at(day);
  if (!night) return night.error();
  if (*night > place->through) {
    return Error{.id = "accruals.not_known",
                 .message = fmt::format("the night of {} was not closed yet at entry {}: the last "
                                        "entry of that day is {}",
                                        money::to_text(day), place->through, *night)};
  }
  Report report;
  report.title = {"Accruals of the night of " + money::to_text(day)};
  report.columns = {{"loan", "Loan"},
                    {"product", "Product"},
                    {"currency", "Currency"},
                    {"role", "Role"},
                    {"before", "Before", ColumnKind::amount},
                    {"events", "Events", ColumnKind::amount},
                    {"booked", "Booked", ColumnKind::amount},
                    {"after", "After", ColumnKind::amount},
                    {"visited", "New lines"},
                    {"formula", "Line in minor units"}};
  struct Sum {
    std::uint8_t digits = 2;
    money::Int128 before = 0, events = 0, booked = 0, after = 0;
  };
  std::map<std::tuple<std::string, std::string, ledger::Role>, Sum> sums;
  const auto read =
      run.book().accruals(day, run.arguments().loan, [&](const ledger::AccrualRow& row) {
        if (!run.wants(row.branch)) return true;
        auto& sum = sums[{row.product, row.currency, row.role}];
        sum.digits = row.digits;
        sum.before += row.before;
        sum.events += row.events;
        sum.booked += row.booked;
        sum.after += row.after;
        report.rows.push_back(
            {{row.loan, row.product, row.currency, std::string(ledger::to_text(row.role)),
              minor_text(row.before, row.digits), minor_text(row.events, row.digits),
              minor_text(row.booked, row.digits), minor_text(row.after, row.digits),
              row.visited ? "yes" : "", formula_of(row)}});
        return true;
      });
  if (!read) return read;
  for (const auto& [key, sum] : sums) {
    const auto& [product, currency, role] = key;
    report.rows.push_back(
        {{"total", product, currency, std::string(ledger::to_text(role)),
          minor_text(sum.before, sum.digits), minor_text(sum.events, sum.digits),
          minor_text(sum.booked, sum.digits), minor_text(sum.after, sum.digits), "", ""},
         RowMark::total});
  }
  report.notes = {
      "After = level of the lines at the opening of the next day, of fee_deferred what its line "
      "leaves; t counts the product's day index."};
  run.print(std::move(report), place->through);
  return money::ok();
}

}  // namespace

const ReportRule accruals_rule{.name = "accruals",
                               .help = "What a night booked per loan, from its segments",
                               .example = "loanbook accruals --date 2026-01-31 --loan L-1001",
                               .options = takes_date | takes_loan,
                               .not_restated =
                                   "the lines of a night are what it booked; what later "
                                   "events changed of it stands in their consequences",
                               .run = accruals};

}  // namespace loanbook::apps
