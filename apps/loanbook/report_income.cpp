// Income and expense by product and month (or day), from the totals of booking dates. The entry
// that closes a year is left out: it is no income.

#include <algorithm>
#include <map>

#include "gl_reports.hpp"

namespace loanbook::apps {
namespace {

struct Line {
  std::uint8_t digits = 2;
  money::Int128 minor = 0;  // debit positive
  ledger::GlAccount account{};
};

struct Income {
  std::map<std::tuple<std::string, std::string, std::string, ledger::Role>, Line> lines;
  std::map<std::pair<std::string, std::string>, Line> results;
  void add(const std::string& period, const std::string& product, const std::string& currency,
           std::uint8_t digits, ledger::Role role, money::Int128 minor,
           const ledger::GlAccount& account) {
    if (!ledger::in_income_statement(role)) return;
    lines[{period, product, currency, role}].account = account;
    for (Line* line : {&lines[{period, product, currency, role}], &results[{currency, period}]}) {
      line->digits = digits;
      line->minor += minor;
    }
  }
};

// The last day of the period that `day` stands in.
Day end_of(Day day, std::size_t length) {
  const date::year_month_day ymd{day};
  if (length == 10) return day;
  if (length == 4) return Day{ymd.year() / date::December / 31};
  return Day{ymd.year() / ymd.month() / date::last};
}

// By value date: balances at the end of each period less those at the end of the one before.
Status restated_income(ReportRun& run, Day from, Day to, std::size_t length, Income& income) {
  const auto take = [&](const ReportPlace& place, const std::string& period, int sign) -> Status {
    const auto balances = run.balances(place);
    if (!balances) return balances.error();
    for (const auto& row : *balances)
      income.add(period, row.product, row.currency, row.digits, row.role, sign * row.minor,
                 row.account);
    // What years took to retained earnings is no income.
    for (const auto& closed : run.book().closed_periods()) {
      if (closed.booked > place.day || closed.sequence > place.through) continue;
      for (const auto& row : closed.to_retained) {
        if (run.wants(row.branch))
          income.add(period, row.product, row.currency, row.digits, row.role, -sign * row.minor,
                     row.account);
      }
    }
    return money::ok();
  };
  constexpr date::days one_day{1};
  for (Day first = from; first <= to;) {
    const Day last = std::min(end_of(first, length), to);
    const std::string period = money::to_text(first).substr(0, length);
    for (const auto& [day, sign] : {std::pair{first - one_day, -1}, std::pair{last, 1}}) {
      const auto place = run.place_on(day);
      if (!place) return place.error();
      if (Status s = take(*place, period, sign); !s) return s;
    }
    first = last + one_day;
  }
  return money::ok();
}

Status income(ReportRun& run) {
  const std::string& by = run.arguments().by;
  if (!by.empty() && by != "month" && by != "day" && by != "year")
    return Error{.id = "cli.by_unknown", .message = "--by: month, day or year, not '" + by + "'"};
  const auto range = run.range();
  if (!range) return range.error();
  const Day from = run.arguments().from.empty() ? run.book().status().began : range->from;
  const std::size_t length = by == "day" ? 10 : by == "year" ? 4 : 7;
  Income figures;
  const Status read =
      range->end.valued
          ? restated_income(run, from, range->to, length, figures)
          : run.book().gl_days(
                from, range->to, ledger::YearClose::left_out,
                [&](const ledger::GlDay& day) {
                  const ledger::Product& product = *day.product;
                  if (run.wants(product.branch))
                    figures.add(money::to_text(day.day).substr(0, length), product.id,
                                std::string(product.currency.text()), product.currency.digits,
                                day.role, day.minor,
                                run.book().gl_account(product, day.role, range->end.through));
                },
                range->end.through);
  if (!read) return read;
  Report report;
  report.title = {"Income and expense, " + money::to_text(from) + " to " +
                  money::to_text(range->to) + run.suffix()};
  report.columns = {{"period", "Period"},     {"product", "Product"},
                    {"currency", "Currency"}, {"role", "Role"},
                    {"class", "Class"},       {"amount", "Amount", ColumnKind::amount},
                    {"account", "Account"},   {"name", "Name"}};
  for (const auto& [key, line] : figures.lines) {
    const auto& [period, product, currency, role] = key;
    if (line.minor == 0 && range->end.valued) continue;
    const bool expense = ledger::class_of(role) == ledger::AccountClass::expense;
    const money::Int128 minor = expense ? line.minor : -line.minor;
    report.rows.push_back({{period, product, currency, std::string(ledger::to_text(role)),
                            std::string(ledger::to_text(ledger::class_of(role))),
                            minor_text(minor, line.digits), line.account.code, line.account.name}});
  }
  for (const auto& [key, line] : figures.results) {
    report.rows.push_back(
        {{key.second, "result", key.first, "", "", minor_text(-line.minor, line.digits), "", ""},
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
