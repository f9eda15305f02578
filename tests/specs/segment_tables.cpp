#include "segment_tables.hpp"

#include <string>

#include "loanbook/money/decimal.hpp"

namespace loanbook::specs {
namespace {

using money::Error;
using money::Status;
using schedule::SegmentedPlan;
using schedule::SegmentedTerms;

Status unreadable(std::string_view value, std::string_view wanted) {
  return Error{.id = "spec.terms",
               .message = "'" + std::string(value) + "' cannot be read: " + std::string(wanted)};
}

std::string_view trimmed(std::string_view text) {
  while (text.starts_with(' ')) text.remove_prefix(1);
  while (text.ends_with(' ')) text.remove_suffix(1);
  return text;
}

/// Dates that end one period and begin the next, or `from to due`.
Status read_periods(std::string_view text, SegmentedTerms& terms) {
  std::optional<money::Day> begin;
  while (!text.empty()) {
    const auto comma = text.find(',');
    const std::string_view item = trimmed(text.substr(0, comma));
    text.remove_prefix(comma == std::string_view::npos ? text.size() : comma + 1);
    const auto to = item.find(" to ");
    const auto day = money::parse_day(trimmed(item.substr(0, to)));
    if (!day) return day.error();
    if (to == std::string_view::npos) {
      if (begin) terms.periods.push_back({*begin, *day});
      begin = *day;
      continue;
    }
    const auto due = money::parse_day(trimmed(item.substr(to + 4)));
    if (!due) return due.error();
    terms.periods.push_back({*day, *due});
    begin.reset();
  }
  return money::ok();
}

template <class Number>
Status read_number(std::string_view text, Number& out) {
  const auto value = money::parse_decimal(text, 0);
  if (!value || *value < 0 || *value > 366) return unreadable(text, "a number from 0 to 366");
  out = static_cast<Number>(*value);
  return money::ok();
}

Status read_days(std::string_view text, std::uint16_t& out) {
  return text == "actual" ? money::ok() : read_number(text, out);
}

SegmentedPlan& plan_of(const Table& table, std::optional<SegmentedPlan>& plan, const Bench& bench) {
  if (plan) return *plan;
  SegmentedTerms terms = bench.terms.segmented;
  terms.rate = bench.terms.loan.rate;
  terms.factors.every = bench.terms.product.frequency;
  terms.interest = bench.terms.product.interest_rounding;
  terms.installment = bench.terms.product.installment_rounding;
  auto made = SegmentedPlan::make(std::move(terms));
  if (!made) throw Failure{table.line, made.error().id + ": " + made.error().message};
  plan = std::move(*made);
  return *plan;
}

std::size_t row_cell(const Table& table, const TableRow& row) {
  const auto value = money::parse_decimal(table.text(row, "row"), 0);
  if (!value || *value < 1) throw Failure{row.line, "row: a number from 1"};
  return static_cast<std::size_t>(*value) - 1;
}

Status moved(const Bench& bench, SegmentedPlan& plan, const Table& table, const TableRow& row) {
  const money::Day on = day_cell(table, row, "on");
  const std::string_view move = table.text(row, "plan move");
  if (move == "rate") {
    const auto rate = money::Rate::parse(table.text(row, "amount"));
    return rate ? plan.change_rate(on, *rate) : Status(rate.error());
  }
  const std::int64_t amount = amount_cell(bench, table, row, "amount");
  if (move == "lend") return plan.lend(on, amount);
  if (move == "correct") return plan.correct_balance(on, amount);
  if (move == "pay principal") return plan.pay_principal(row_cell(table, row), on, amount);
  if (move == "pay interest") return plan.pay_interest(row_cell(table, row), on, amount);
  throw Failure{row.line, "plan move: lend, rate, correct, pay principal or pay interest"};
}

}  // namespace

std::optional<Status> read_segment_term(std::string_view key, std::string_view value,
                                        SegmentedTerms& terms) {
  if (key == "periods") return read_periods(value, terms);
  if (key == "year_days") return read_days(value, terms.factors.days_in_year);
  if (key == "month_days") return read_days(value, terms.factors.days_in_month);
  if (key == "intermediate_digits") return read_number(value, terms.factors.intermediate_digits);
  if (key == "counted_day") {
    if (value != "first" && value != "last") return unreadable(value, "first or last");
    terms.factors.counted =
        value == "last" ? schedule::CountedDay::last : schedule::CountedDay::first;
    return money::ok();
  }
  if (key == "level_last") {
    terms.level_last = value == "yes";
    return money::ok();
  }
  return std::nullopt;
}

void run_plan_moves(const Bench& bench, Table& table, std::optional<SegmentedPlan>& plan) {
  SegmentedPlan& ours = plan_of(table, plan, bench);
  for (TableRow& row : table.rows) {
    const Status status = moved(bench, ours, table, row);
    const bool wanted = !table.text(row, "error").empty();
    if (!status && !wanted)
      throw Failure{row.line, status.error().id + ": " + status.error().message};
    if (wanted) table.expect(row, "error", status ? "none" : status.error().id);
  }
}

void check_segments(const Bench& bench, Table& table, const std::optional<SegmentedPlan>& plan) {
  if (!plan) throw Failure{table.line, "segments need a table of moves above them"};
  std::size_t count = 0;
  for (const auto& row : plan->rows()) count += row.segments.size();
  if (count != table.rows.size())
    throw Failure{table.line, "the plan has " + std::to_string(count) + " segments, the table " +
                                  std::to_string(table.rows.size())};
  auto row = table.rows.begin();
  for (std::size_t k = 0; k < plan->rows().size(); ++k) {
    const schedule::SegmentedRow& ours = plan->rows()[k];
    for (const schedule::PlanSegment& segment : ours.segments) {
      table.expect(*row, "row", std::to_string(k + 1));
      table.expect(*row, "segment from", money::to_text(segment.from));
      table.expect(*row, "to", money::to_text(segment.to));
      table.expect(*row, "owed", bench.text(segment.balance));
      table.expect(*row, "factor", money::text_of_minor(schedule::rounded(segment.factor, 12), 12));
      table.expect(*row, "segment interest", bench.text(segment.interest));
      table.expect(*row, "interest", bench.text(ours.interest));
      table.expect(*row, "principal", bench.text(ours.principal));
      table.expect(*row, "installment", bench.text(ours.installment()));
      table.expect(*row, "balance", bench.text(ours.balance));
      ++row;
    }
  }
}

void check_payables(const Bench& bench, Table& table, const std::optional<SegmentedPlan>& plan) {
  if (!plan) throw Failure{table.line, "rows payable need a table of moves above them"};
  for (TableRow& row : table.rows) {
    const std::size_t k = row_cell(table, row);
    if (k >= plan->rows().size()) throw Failure{row.line, "row: the plan has no such row"};
    const auto payable = plan->payable(k, day_cell(table, row, "payable on"));
    table.expect(row, "outstanding", bench.text(payable.outstanding));
    table.expect(row, "principal", bench.text(payable.principal));
    table.expect(row, "interest", bench.text(payable.interest));
  }
}

}  // namespace loanbook::specs
