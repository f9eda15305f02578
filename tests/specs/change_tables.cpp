// What happens to a plan along the way: settlements, changes and the plan they leave, late fees and
// caps.

#include <map>

#include "loanbook/money/decimal.hpp"
#include "loanbook/schedule/change.hpp"
#include "loanbook/schedule/late_fee.hpp"
#include "tables.hpp"

namespace loanbook::specs {
namespace {

using schedule::AfterChange;
using schedule::AheadInterest;
using schedule::ArrearsInterest;
using schedule::Change;
using schedule::HolidayInterest;
using schedule::PrepayMode;
using schedule::Repricing;

std::uint32_t whole_cell(const Table& table, const TableRow& row, std::string_view column) {
  const auto value = money::parse_decimal(table.text(row, column), 0);
  if (!value) throw Failure{row.line, std::string(column) + ": " + value.error().message};
  return static_cast<std::uint32_t>(*value);
}

/// 0 where the cell is empty or the table has no such column.
std::int64_t amount_or_none(const Bench& bench, const Table& table, const TableRow& row,
                            std::string_view column) {
  return table.text(row, column).empty() ? 0 : amount_cell(bench, table, row, column);
}

money::Rate rate_cell(const Table& table, const TableRow& row, std::string_view column) {
  const auto rate = money::Rate::parse(table.text(row, column));
  if (!rate) throw Failure{row.line, std::string(column) + ": " + rate.error().message};
  return *rate;
}

schedule::RunningPlan running_plan(const Bench& bench, const Table& table, const TableRow& row) {
  if (!bench.terms.disbursed) throw Failure{table.line, "a change needs the term `disbursed`"};
  const auto running = schedule::run_plan(
      ledger::schedule_terms(bench.terms.product, bench.terms.loan, *bench.terms.disbursed),
      whole_cell(table, row, "rows paid"));
  if (!running) throw Failure{row.line, running.error().id + ": " + running.error().message};
  return *running;
}

/// One row of a table of changes.
struct Request {
  const Bench& bench;
  const Table& table;
  const TableRow& row;
  schedule::RunningPlan running;
  money::Day day;

  [[nodiscard]] std::uint32_t number() const { return whole_cell(table, row, "by"); }
  [[nodiscard]] std::int64_t amount() const { return amount_cell(bench, table, row, "by"); }
  [[nodiscard]] money::Rate rate() const { return rate_cell(table, row, "by"); }
  [[nodiscard]] money::Day date() const { return day_cell(table, row, "by"); }

  [[nodiscard]] Result<Change> prepay(PrepayMode mode) const {
    return schedule::prepay(running, bench.terms.prepay, day, mode, amount());
  }
  [[nodiscard]] Result<Change> ahead(AheadInterest interest) const {
    return schedule::pay_ahead(running, bench.terms.prepay, day, number(), interest);
  }
  [[nodiscard]] Result<Change> due_day(AfterChange after) const {
    return schedule::move_due_date(running, day, {.due_day = static_cast<std::uint8_t>(number())},
                                   after);
  }
  [[nodiscard]] Result<Change> rate(Repricing repricing) const {
    return schedule::change_rate(running, day, rate(), repricing);
  }
  [[nodiscard]] Result<Change> disburse(AfterChange after) const {
    return schedule::add_disbursement(running, day, amount(), after);
  }
  [[nodiscard]] Result<Change> defer(HolidayInterest interest, bool moves) const {
    return schedule::defer_rows(running,
                                {.rows = number(), .interest = interest, .maturity_moves = moves},
                                AfterChange::keep);
  }
  /// `by`: rows of the new plan and interest in arrears, `24 with 150.00`.
  [[nodiscard]] Result<Change> re_age(ArrearsInterest interest) const {
    const std::string_view by = table.text(row, "by");
    const auto with = by.find(" with ");
    if (with == std::string_view::npos)
      throw Failure{row.line, "by: rows and interest in arrears, such as `24 with 150.00`"};
    const auto rows = money::parse_decimal(by.substr(0, with), 0);
    const auto arrears = money::Money::parse(by.substr(with + 6), bench.currency());
    if (!rows || !arrears)
      throw Failure{row.line, "by: rows and interest in arrears, such as `24 with 150.00`"};
    return schedule::re_age(running, {.day = day,
                                      .rows = static_cast<std::uint32_t>(*rows),
                                      .interest_minor = arrears->minor(),
                                      .interest = interest});
  }
};

using Handler = Result<Change> (*)(const Request&);

const std::map<std::string_view, Handler>& handlers() {
  static const std::map<std::string_view, Handler> table = {
      {"reduce", [](const Request& r) { return r.prepay(PrepayMode::reduce); }},
      {"shorten", [](const Request& r) { return r.prepay(PrepayMode::shorten); }},
      {"keep principal", [](const Request& r) { return r.prepay(PrepayMode::keep_principal); }},
      {"ahead as planned", [](const Request& r) { return r.ahead(AheadInterest::as_planned); }},
      {"ahead to the day", [](const Request& r) { return r.ahead(AheadInterest::to_the_day); }},
      {"extend by rows", [](const Request& r) { return schedule::extend(r.running, r.number()); }},
      {"extend to", [](const Request& r) { return schedule::extend(r.running, r.date()); }},
      {"due day", [](const Request& r) { return r.due_day(AfterChange::keep); }},
      {"due day, solved", [](const Request& r) { return r.due_day(AfterChange::solve); }},
      {"rate, kept", [](const Request& r) { return r.rate(Repricing::keep); }},
      {"rate, at change", [](const Request& r) { return r.rate(Repricing::at_change); }},
      {"rate, ahead", [](const Request& r) { return r.rate(Repricing::ahead); }},
      {"re-amortize", [](const Request& r) { return schedule::reamortize(r.running); }},
      {"re-age, capitalised",
       [](const Request& r) { return r.re_age(ArrearsInterest::capitalise); }},
      {"re-age, deferred", [](const Request& r) { return r.re_age(ArrearsInterest::defer); }},
      {"re-age, waived", [](const Request& r) { return r.re_age(ArrearsInterest::waive); }},
      {"disburse, kept", [](const Request& r) { return r.disburse(AfterChange::keep); }},
      {"disburse, solved", [](const Request& r) { return r.disburse(AfterChange::solve); }},
      {"interest only", [](const Request& r) { return r.defer(HolidayInterest::pay, true); }},
      {"interest only, same end",
       [](const Request& r) { return r.defer(HolidayInterest::pay, false); }},
      {"defer, capitalised",
       [](const Request& r) { return r.defer(HolidayInterest::capitalise, true); }},
      {"defer, deferred", [](const Request& r) { return r.defer(HolidayInterest::defer, true); }},
      {"defer, waived", [](const Request& r) { return r.defer(HolidayInterest::waive, true); }},
  };
  return table;
}

void expect_change(const Bench& bench, Table& table, TableRow& row, const Change& change) {
  const auto& next = change.plan.rows.front();
  const auto& last = change.plan.rows.back();
  table.expect(row, "principal now", bench.text(change.now.principal));
  table.expect(row, "interest now", bench.text(change.now.interest));
  table.expect(row, "fee now", bench.text(change.now.fee));
  table.expect(row, "cash now", bench.text(change.now.cash()));
  table.expect(row, "waived", bench.text(change.waived));
  table.expect(row, "first row", std::to_string(change.first_row));
  table.expect(row, "installment", bench.text(change.running.installment));
  table.expect(row, "rows left", std::to_string(change.plan.rows.size()));
  table.expect(row, "next due", money::to_text(next.due));
  table.expect(row, "next interest", bench.text(next.interest));
  table.expect(row, "next payment", bench.text(next.payment()));
  table.expect(row, "last due", money::to_text(last.due));
  table.expect(row, "last payment", bench.text(last.payment()));
  table.expect(row, "interest left", bench.text(change.plan.total_interest));
  table.expect(row, "interest saved", bench.text(change.interest_saved()));
}

}  // namespace

void check_settlements(const Bench& bench, Table& table) {
  for (auto& row : table.rows) {
    const auto quote = schedule::quote_payoff(running_plan(bench, table, row), bench.terms.prepay,
                                              day_cell(table, row, "settle on"));
    if (!quote) throw Failure{row.line, quote.error().id + ": " + quote.error().message};
    table.expect(row, "rows due", std::to_string(quote->rows_due));
    table.expect(row, "due", bench.text(quote->due_principal + quote->due_interest));
    table.expect(row, "principal", bench.text(quote->principal));
    table.expect(row, "days", std::to_string(quote->interest_days));
    table.expect(row, "interest", bench.text(quote->interest));
    table.expect(row, "fee", bench.text(quote->fee));
    table.expect(row, "cash", bench.text(quote->cash()));
    table.expect(row, "interest saved", bench.text(quote->interest_saved));
  }
}

Change check_changes(const Bench& bench, Table& table) {
  std::optional<Change> last;
  for (auto& row : table.rows) {
    const auto handler = handlers().find(table.text(row, "change"));
    if (handler == handlers().end())
      throw Failure{row.line, "there is no such change; specs/README.md lists them"};
    const auto change = handler->second({.bench = bench,
                                         .table = table,
                                         .row = row,
                                         .running = running_plan(bench, table, row),
                                         .day = day_cell(table, row, "on")});
    table.expect(row, "error", change ? "none" : change.error().id);
    if (!change) {
      if (table.text(row, "error").empty())
        throw Failure{row.line, change.error().id + ": " + change.error().message};
      continue;
    }
    expect_change(bench, table, row, *change);
    last = *change;
  }
  if (!last) throw Failure{table.line, "a table of changes needs one that succeeds"};
  return *last;
}

void check_rest_rows(const Bench& bench, Table& table, const Change& change) {
  if (table.rows.size() != change.plan.rows.size()) {
    throw Failure{table.line, "the rest has " + std::to_string(change.plan.rows.size()) +
                                  " rows, the table " + std::to_string(table.rows.size())};
  }
  for (std::size_t i = 0; i < table.rows.size(); ++i) {
    const auto& actual = change.plan.rows[i];
    auto& row = table.rows[i];
    table.expect(row, "row", std::to_string(actual.no));
    table.expect(row, "due", money::to_text(actual.due));
    table.expect(row, "principal", bench.text(actual.principal));
    table.expect(row, "interest", bench.text(actual.interest));
    table.expect(row, "installment", bench.text(actual.payment()));
    table.expect(row, "balance", bench.text(actual.balance));
  }
}

void check_late_fees(const Bench& bench, Table& table) {
  const auto& rules = bench.terms.late_fee;
  if (const auto status = schedule::check(rules); !status)
    throw Failure{table.line, status.error().message};
  for (auto& row : table.rows) {
    const schedule::LateInstallment late{.due = day_cell(table, row, "late since"),
                                         .planned = amount_cell(bench, table, row, "installment"),
                                         .overdue = amount_cell(bench, table, row, "overdue")};
    const auto on = day_cell(table, row, "on");
    const std::int64_t before = amount_or_none(bench, table, row, "charged before");
    table.expect(row, "times", std::to_string(schedule::late_fee_count(rules, late.due, on)));
    table.expect(row, "fee", bench.text(schedule::late_fee_on(rules, late, before, on)));
    table.expect(row, "all fees", bench.text(schedule::late_fees_through(rules, late, on)));
  }
}

void check_caps(const Bench& bench, Table& table) {
  for (auto& row : table.rows) {
    const schedule::ChargeCap cap{.rate = rate_cell(table, row, "cap")};
    const std::int64_t principal = amount_cell(bench, table, row, "principal");
    const std::uint32_t days = whole_cell(table, row, "days");
    const auto capped =
        schedule::cap_charges(cap, principal, days,
                              {.penalty = amount_or_none(bench, table, row, "penalty"),
                               .compound = amount_or_none(bench, table, row, "compound"),
                               .fees = amount_or_none(bench, table, row, "fees")});
    table.expect(row, "most", bench.text(*schedule::charges_max(cap, principal, days)));
    table.expect(row, "allowed", bench.text(capped.allowed.total()));
    table.expect(row, "waived", bench.text(capped.waived.total()));
  }
}

}  // namespace loanbook::specs
