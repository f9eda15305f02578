// What is asked before anything is recorded: rates to disclose, early repayment of a plan, drawings
// of a revolving balance.

#include <optional>

#include "loanbook/money/decimal.hpp"
#include "loanbook/schedule/accrual.hpp"
#include "loanbook/schedule/apr.hpp"
#include "loanbook/schedule/prepay.hpp"
#include "tables.hpp"

namespace loanbook::specs {
namespace {

using money::Int128;
using schedule::FoundRate;
using schedule::Fraction;
using schedule::UnitPeriodFlow;

std::string_view trimmed(std::string_view text) {
  while (!text.empty() && text.front() == ' ') text.remove_prefix(1);
  while (!text.empty() && text.back() == ' ') text.remove_suffix(1);
  return text;
}

std::int64_t whole_text(const TableRow& row, std::string_view text) {
  const auto value = money::parse_decimal(trimmed(text), 0);
  if (!value) throw Failure{row.line, value.error().message};
  return static_cast<std::int64_t>(*value);
}

std::uint32_t whole_cell(const Table& table, const TableRow& row, std::string_view column) {
  return static_cast<std::uint32_t>(whole_text(row, table.text(row, column)));
}

struct Time {
  std::int64_t whole;
  Fraction part{0, 1};
};

/// `3`, `18/12`, `4+4/7`; a date counts in 365ths of a year from `first`.
Time time_of(const TableRow& row, std::string_view text, std::optional<money::Day>& first) {
  text = trimmed(text);
  if (const auto day = money::parse_day(text)) {
    if (!first) first = *day;
    return {0, {(*day - *first).count(), 365}};
  }
  const auto plus = text.find('+');
  const auto slash = text.find('/');
  if (slash == std::string_view::npos) return {whole_text(row, text), {0, 1}};
  const std::size_t begin = plus == std::string_view::npos ? 0 : plus + 1;
  const std::int64_t whole = begin == 0 ? 0 : whole_text(row, text.substr(0, plus));
  return {whole,
          {whole_text(row, text.substr(begin, slash - begin)),
           whole_text(row, text.substr(slash + 1))}};
}

/// `0: 99000.00; 1..12: -8833.30`: a time or a range of times one period apart, and the amount at
/// each.
std::vector<UnitPeriodFlow> flows_cell(const Bench& bench, const Table& table,
                                       const TableRow& row) {
  std::vector<UnitPeriodFlow> flows;
  std::optional<money::Day> first_day;
  std::string_view rest = table.text(row, "flows");
  while (!rest.empty()) {
    const auto end = rest.find(';');
    const std::string_view item = rest.substr(0, end);
    rest.remove_prefix(end == std::string_view::npos ? rest.size() : end + 1);
    const auto colon = item.find(':');
    if (colon == std::string_view::npos)
      throw Failure{row.line, "flows: `time: amount; time: amount`"};
    const auto amount = money::Money::parse(trimmed(item.substr(colon + 1)), bench.currency());
    if (!amount) throw Failure{row.line, "flows: " + amount.error().message};
    const std::string_view times = item.substr(0, colon);
    const auto dots = times.find("..");
    const Time first = time_of(row, times.substr(0, dots), first_day);
    const Time last =
        dots == std::string_view::npos ? first : time_of(row, times.substr(dots + 2), first_day);
    for (std::int64_t t = first.whole; t <= last.whole; ++t)
      flows.push_back({amount->minor(), t, first.part});
  }
  return flows;
}

Result<FoundRate> rate_of(const TableRow& row, std::string_view method,
                          const std::vector<UnitPeriodFlow>& flows) {
  if (method == "us-actuarial") {
    std::vector<UnitPeriodFlow> advances, payments;
    for (auto flow : flows) {
      auto& side = flow.amount_minor > 0 ? advances : payments;
      flow.amount_minor = flow.amount_minor > 0 ? flow.amount_minor : -flow.amount_minor;
      side.push_back(flow);
    }
    return schedule::us_actuarial_rate(advances, payments);
  }
  if (method != "irr" && method != "eu" && method != "xirr")
    throw Failure{row.line, "rate by: irr, eu, xirr or us-actuarial"};
  std::vector<schedule::CashFlow> timed;
  for (const auto& flow : flows) {
    timed.push_back(
        {flow.amount_minor,
         {flow.periods * flow.part.denominator + flow.part.numerator, flow.part.denominator}});
  }
  return schedule::internal_rate(timed);
}

/// As many decimals as the page shows.
void expect_rate(Table& table, TableRow& row, std::string_view column,
                 std::optional<FoundRate> rate) {
  const std::string_view shown = table.text(row, column);
  const auto point = shown.find('.');
  const auto digits =
      static_cast<unsigned>(point == std::string_view::npos ? 6 : shown.size() - point - 1);
  if (digits > 12) throw Failure{row.line, std::string(column) + ": at most 12 decimals"};
  table.expect(row, column,
               rate ? money::text_of_minor(schedule::rounded(*rate, digits), digits) : "overflow");
}

}  // namespace

void check_rates(const Bench& bench, Table& table) {
  for (auto& row : table.rows) {
    const auto rate = rate_of(row, table.text(row, "rate by"), flows_cell(bench, table, row));
    if (!rate) throw Failure{row.line, rate.error().id + ": " + rate.error().message};
    expect_rate(table, row, "period rate", *rate);
    if (table.text(row, "periods a year").empty()) {
      expect_rate(table, row, "effective", *rate);
      continue;
    }
    const auto periods = whole_cell(table, row, "periods a year");
    expect_rate(table, row, "nominal", schedule::nominal_rate(*rate, periods));
    expect_rate(table, row, "effective", schedule::effective_rate(*rate, periods));
  }
}

void check_prepayments(const Bench& bench, Table& table) {
  if (!bench.terms.disbursed)
    throw Failure{table.line, "an early repayment needs the term `disbursed`"};
  const auto terms =
      ledger::schedule_terms(bench.terms.product, bench.terms.loan, *bench.terms.disbursed);
  for (auto& row : table.rows) {
    const std::string_view mode = table.text(row, "mode");
    schedule::Prepayment prepayment{.paid_rows = whole_cell(table, row, "rows paid"),
                                    .date = day_cell(table, row, "on"),
                                    .mode = mode == "pay off"  ? schedule::PrepayMode::pay_off
                                            : mode == "reduce" ? schedule::PrepayMode::reduce
                                                               : schedule::PrepayMode::shorten};
    if (mode != "pay off" && mode != "reduce" && mode != "shorten")
      throw Failure{row.line, "mode: pay off, reduce or shorten"};
    if (mode != "pay off") prepayment.amount_minor = amount_cell(bench, table, row, "amount");
    const auto quote = schedule::quote_prepayment(terms, bench.terms.prepay, prepayment);
    if (!quote) throw Failure{row.line, quote.error().id + ": " + quote.error().message};
    table.expect(row, "outstanding", bench.text(quote->outstanding));
    table.expect(row, "days", std::to_string(quote->interest_days));
    table.expect(row, "interest", bench.text(quote->accrued_interest));
    table.expect(row, "fee", bench.text(quote->fee));
    table.expect(row, "cash", bench.text(quote->cash));
    const auto& rest = quote->rest;
    table.expect(row, "installment", rest ? bench.text(rest->installment) : "none");
    table.expect(row, "rows left", std::to_string(rest ? rest->rows : 0));
    table.expect(row, "last payment", rest ? bench.text(rest->last_payment) : "none");
    table.expect(row, "interest left", rest ? bench.text(rest->interest) : "none");
    table.expect(row, "interest saved", rest ? bench.text(rest->interest_saved) : "none");
  }
}

void check_drawings(const Bench& bench, Table& table) {
  const auto& product = bench.terms.product;
  schedule::AccrualRules rules{.day_count = product.day_count,
                               .mode = product.accrual_rounding,
                               .daily_digits = bench.terms.daily_digits};
  if (const auto status = schedule::check(rules); !status)
    throw Failure{table.line, status.error().message};
  if (table.rows.empty()) return;
  auto state = schedule::begin_accrual(rules, bench.terms.loan.rate,
                                       day_cell(table, table.rows.front(), "on"));
  for (auto& row : table.rows) {
    const auto day = day_cell(table, row, "on");
    const std::string_view move = table.text(row, "move");
    std::optional<schedule::AccrualState> next;
    std::optional<schedule::Repayment> paid;
    if (move == "draw")
      next = schedule::draw(state, rules, day, amount_cell(bench, table, row, "amount"));
    if (move == "repay")
      paid = schedule::repay(state, rules, day, amount_cell(bench, table, row, "amount"));
    if (move == "repay principal")
      paid = schedule::repay_principal(state, rules, day, amount_cell(bench, table, row, "amount"));
    if (move == "pay off") paid = schedule::pay_off(state, rules, day);
    if (move == "read") next = state;
    if (move == "rate") {
      const auto rate = money::Rate::parse(table.text(row, "amount"));
      if (!rate) throw Failure{row.line, rate.error().message};
      next = schedule::change_rate(state, rules, day, *rate);
    }
    if (paid) next = paid->state;
    if (!next)
      throw Failure{row.line,
                    "move: draw, repay, repay principal, pay off, rate or read (or an amount "
                    "beyond 64 bits)"};
    state = *next;
    table.expect(row, "interest paid", paid ? bench.text(paid->interest) : "none");
    table.expect(row, "principal paid", paid ? bench.text(paid->principal) : "none");
    table.expect(row, "returned", paid ? bench.text(paid->returned) : "none");
    table.expect(row, "balance", bench.text(state.balance));
    const auto accrued = schedule::accrued_at(state, rules, day);
    table.expect(row, "accrued", accrued ? bench.text(*accrued) : "overflow");
  }
}

}  // namespace loanbook::specs
