// Clearing accounts by age: what is on its way, oldest first. Amounts of the other side settle the
// oldest ones (first in, first out by booking date).

#include <algorithm>
#include <array>
#include <deque>
#include <map>

#include "gl_reports.hpp"

namespace loanbook::apps {
namespace {

struct Open {
  Day day;
  money::Int128 minor;
};

struct Account {
  std::uint8_t digits = 2;
  ledger::GlAccount account;
  std::deque<Open> open;  // all of one sign
  std::map<Day, money::Int128> moved;
  void move(Day day, money::Int128 minor) {
    while (minor != 0 && !open.empty() && (open.front().minor < 0) != (minor < 0)) {
      const money::Int128 rest = open.front().minor + minor;
      if (rest == 0 || (rest < 0) == (minor < 0)) {
        open.pop_front();
        minor = rest;
      } else {
        open.front().minor = rest;
        minor = 0;
      }
    }
    if (minor != 0) open.push_back({day, minor});
  }
};

Status clearing(ReportRun& run) {
  const auto place = run.place();
  if (!place) return place.error();
  // By account: each channel of settlement has its own.
  std::map<std::tuple<std::string, std::string, ledger::Role, std::string>, Account> accounts;
  const Status read = run.book().gl_days(
      run.book().status().began, place->day, ledger::YearClose::counted,
      [&](const ledger::GlDay& day) {
        if (!ledger::is_clearing(day.role) || !run.wants(day.product->branch)) return;
        const auto account =
            run.book().gl_account(*day.product, day.role, place->through, day.channel);
        auto& of = accounts[{std::string(day.product->currency.text()), day.product->id, day.role,
                             account.code}];
        of.digits = day.product->currency.digits;
        of.account = account;
        // What goes over from one version of the product to another is no money that moved.
        of.moved[day.day] += day.minor;
      },
      place->through);
  if (!read) return read;
  for (auto& [key, account] : accounts) {
    for (const auto& [day, minor] : account.moved) account.move(day, minor);
  }
  constexpr std::int64_t bounds[] = {1, 7, 30};
  Report report;
  report.title = {"Clearing accounts by age " + place->words};
  report.columns = {{"account", "Account"},
                    {"name", "Name"},
                    {"product", "Product"},
                    {"currency", "Currency"},
                    {"balance", "Balance", ColumnKind::amount},
                    {"days_1", "Up to 1 day", ColumnKind::amount},
                    {"days_7", "2 to 7", ColumnKind::amount},
                    {"days_30", "8 to 30", ColumnKind::amount},
                    {"older", "Older", ColumnKind::amount},
                    {"oldest", "Oldest", ColumnKind::date}};
  struct Aged {
    std::string name;
    std::uint8_t digits = 2;
    money::Int128 balance = 0;
    std::array<money::Int128, 4> by_age{};
    Day oldest = Day::max();
    std::size_t rows = 0;
    [[nodiscard]] Row row(const std::string& code, const std::string& product,
                          const std::string& currency, RowMark mark) const {
      Row row{{code, name, product, currency, minor_text(balance, digits)}, mark};
      for (const auto minor : by_age) row.cells.push_back(minor_text(minor, digits));
      row.cells.push_back(money::to_text(oldest));
      return row;
    }
  };
  // What a statement of the account is held against: an account of several products has a total.
  std::map<std::pair<std::string, std::string>, Aged> totals;
  for (const auto& [key, of] : accounts) {
    const auto& [currency, product, role, code] = key;
    if (of.open.empty()) continue;
    Aged one{.name = of.account.name, .digits = of.digits};
    Aged& total = totals[{currency, code}];
    total.name = one.name;
    total.digits = of.digits;
    ++total.rows;
    for (Aged* to : {&one, &total}) {
      for (const Open& open : of.open) {
        std::size_t age = 0;
        while (age < 3 && (place->day - open.day).count() > bounds[age]) ++age;
        to->by_age.at(age) += open.minor;
        to->balance += open.minor;
        to->oldest = std::min(to->oldest, open.day);
      }
    }
    report.rows.push_back(one.row(code, product, currency, RowMark::plain));
  }
  for (const auto& [key, total] : totals) {
    if (total.rows > 1)
      report.rows.push_back(total.row(key.second, "all", key.first, RowMark::total));
  }
  report.notes = {"Debit positive. Amounts of the other side settle the oldest ones."};
  run.print(std::move(report), place->through);
  return money::ok();
}

}  // namespace

const ReportRule clearing_rule{.name = "clearing",
                               .help = "Clearing and suspense accounts by age",
                               .example = "loanbook clearing --as-of 2026-01-31",
                               .options = takes_as_of,
                               .without_loans = true,
                               .not_restated =
                                   "an amount is as old as the books have shown it; "
                                   "value dates are the customers'",
                               .run = clearing};

}  // namespace loanbook::apps
