// What a borrower is told about a plan, caps, and the annuity functions of spreadsheets.

#include <optional>

#include "loanbook/money/decimal.hpp"
#include "loanbook/schedule/annuity.hpp"
#include "loanbook/schedule/disclosure.hpp"
#include "tables.hpp"

namespace loanbook::specs {
namespace {

using schedule::Annuity;
using schedule::AnnuityResult;
using schedule::Quantity;

std::int64_t amount_or_zero(const Bench& bench, const Table& table, const TableRow& row,
                            std::string_view column) {
  return table.text(row, column).empty() ? 0 : amount_cell(bench, table, row, column);
}

schedule::Terms terms_of(const Bench& bench, const Table& table) {
  if (!bench.terms.disbursed) throw Failure{table.line, "costs need the term `disbursed`"};
  const auto terms =
      ledger::schedule_terms(bench.terms.product, bench.terms.loan, *bench.terms.disbursed);
  if (const auto status = schedule::check(terms); !status)
    throw Failure{table.line, status.error().id + ": " + status.error().message};
  return terms;
}

/// As many decimals as the page shows.
void expect_percent(Table& table, TableRow& row, std::string_view column,
                    const std::optional<schedule::FoundRate>& rate) {
  const std::string_view shown = table.text(row, column);
  const auto point = shown.find('.');
  const auto percent = shown.find('%');
  const std::size_t end = percent == std::string_view::npos ? shown.size() : percent;
  std::size_t digits = 2;
  if (point != std::string_view::npos && point < end) {
    digits = 0;
    while (point + 1 + digits < end && shown[point + 1 + digits] != ' ') ++digits;
  }
  if (digits > 10) throw Failure{row.line, std::string(column) + ": at most 10 decimals"};
  table.expect(row, column,
               rate ? schedule::percent_text(*rate, static_cast<unsigned>(digits)) + " %" : "none");
}

/// `2/300` or a decimal; an empty cell is 0.
Quantity quantity_cell(const Table& table, const TableRow& row, std::string_view column) {
  const std::string_view text = table.text(row, column);
  if (text.empty()) return {};
  const auto part = [&](std::string_view digits, unsigned decimals) {
    const auto value = money::parse_decimal(digits, decimals);
    if (!value) throw Failure{row.line, std::string(column) + ": " + value.error().message};
    return *value;
  };
  const auto slash = text.find('/');
  if (slash != std::string_view::npos)
    return {part(text.substr(0, slash), 0), part(text.substr(slash + 1), 0)};
  const auto point = text.find('.');
  const auto decimals = point == std::string_view::npos ? 0 : text.size() - point - 1;
  Quantity quantity{part(text, static_cast<unsigned>(decimals)), 1};
  for (std::size_t i = 0; i < decimals; ++i) quantity.denominator *= 10;
  return quantity;
}

std::uint32_t whole_cell(const Table& table, const TableRow& row, std::string_view column) {
  const auto value = money::parse_decimal(table.text(row, column), 0);
  if (!value || *value < 0 || *value > 1'000'000)
    throw Failure{row.line, std::string(column) + ": a whole number"};
  return static_cast<std::uint32_t>(*value);
}

AnnuityResult annuity_of(const Table& table, const TableRow& row, unsigned places) {
  const std::string_view function = table.text(row, "function");
  const std::string_view type = table.text(row, "type");
  if (!type.empty() && type != "0" && type != "1") throw Failure{row.line, "type: 0 or 1"};
  Annuity annuity{.rate = quantity_cell(table, row, "rate"),
                  .present = quantity_cell(table, row, "pv"),
                  .future = quantity_cell(table, row, "fv"),
                  .payable = type == "1" ? schedule::Payable::at_start : schedule::Payable::at_end};
  const Quantity payment = quantity_cell(table, row, "pmt");
  if (function == "NPER") return schedule::annuity_periods(annuity, payment, places);
  annuity.periods = whole_cell(table, row, "nper");
  if (function == "PMT") return schedule::annuity_payment(annuity, places);
  if (function == "PV") return schedule::annuity_present(annuity, payment, places);
  if (function == "FV") return schedule::annuity_future(annuity, payment, places);
  const bool interest = function == "IPMT" || function == "CUMIPMT";
  if (!interest && function != "PPMT" && function != "CUMPRINC")
    throw Failure{row.line, "function: PMT, IPMT, PPMT, CUMIPMT, CUMPRINC, PV, FV or NPER"};
  const std::uint32_t first = whole_cell(table, row, "from");
  const bool range = function.starts_with("CUM");
  const schedule::PeriodRange periods{first, range ? whole_cell(table, row, "to") : first};
  return interest ? schedule::annuity_interest(annuity, periods, places)
                  : schedule::annuity_principal(annuity, periods, places);
}

}  // namespace

void check_costs(const Bench& bench, Table& table) {
  const auto terms = terms_of(bench, table);
  const auto plan = schedule::make_plan(terms);
  for (auto& row : table.rows) {
    const schedule::UpfrontFees fees{amount_cell(bench, table, row, "kept back"),
                                     amount_or_zero(bench, table, row, "fee paid")};
    const auto told = schedule::disclose(terms, plan, fees);
    table.expect(row, "received", bench.text(told.received));
    table.expect(row, "interest cost", bench.text(told.interest));
    table.expect(row, "total cost", bench.text(told.total_cost));
    table.expect(row, "to pay", bench.text(told.total_payable));
    expect_percent(table, row, "simple", told.simple);
    expect_percent(table, row, "compound", told.compound);
    expect_percent(table, row, "eu", told.eu);
    expect_percent(table, row, "us", told.us);
    expect_percent(table, row, "xirr", told.xirr);
  }
}

void check_rate_caps(const Bench& bench, Table& table) {
  const auto terms = terms_of(bench, table);
  const auto plan = schedule::make_plan(terms);
  for (auto& row : table.rows) {
    const auto rate = money::Rate::parse(table.text(row, "cap"));
    if (!rate) throw Failure{row.line, "cap: " + rate.error().message};
    schedule::RateCap cap{.limit = *rate};
    const std::string_view basis = table.text(row, "of");
    if (basis != "simple" && basis != "compound") throw Failure{row.line, "of: simple or compound"};
    if (basis == "compound") cap.basis = schedule::CapBasis::compound;
    if (!table.text(row, "times").empty())
      cap.multiplier = static_cast<std::uint16_t>(whole_cell(table, row, "times"));
    const schedule::UpfrontFees fees{amount_or_zero(bench, table, row, "kept back"), 0};
    const auto status = schedule::check_cap(schedule::disclose(terms, plan, fees), cap);
    table.expect(row, "outcome", status ? "within" : status.error().id);
  }
}

void check_annuities(Table& table) {
  for (auto& row : table.rows) {
    const std::string_view shown = table.text(row, "value");
    const auto point = shown.find('.');
    const auto places =
        static_cast<unsigned>(point == std::string_view::npos ? 0 : shown.size() - point - 1);
    const auto value = annuity_of(table, row, places);
    table.expect(row, "value", value ? money::text_of_minor(*value, places) : value.error().id);
  }
}

}  // namespace loanbook::specs
