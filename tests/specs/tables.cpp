#include "tables.hpp"

#include <algorithm>
#include <array>

#include "segment_tables.hpp"

namespace loanbook::specs {
namespace {

using Names = std::vector<std::string_view>;

struct KindColumns {
  TableKind kind;
  Names required;
  Names optional;
};

const Names& roles() {
  static const std::vector<std::string> texts = [] {
    std::vector<std::string> all;
    for (std::size_t i = 0; i < ledger::role_count; ++i)
      all.push_back(column_of(static_cast<ledger::Role>(i)));
    return all;
  }();
  static const Names names(texts.begin(), texts.end());
  return names;
}

Names with_roles(Names names) {
  names.insert(names.end(), roles().begin(), roles().end());
  return names;
}

const std::vector<KindColumns>& kinds() {
  static const std::vector<KindColumns> table = {
      {TableKind::schedule,
       {"#", "due"},
       {"principal", "interest", "fee", "installment", "balance", "state"}},
      {TableKind::day_counts, {"day count", "from", "to"}, {"ends on", "days", "year fraction"}},
      {TableKind::rolls,
       {"day"},
       {"business day", "following", "modified following", "preceding", "modified preceding"}},
      {TableKind::rate_paths, {"in force from"}, {"rate"}},
      {TableKind::roundings, {"exact"}, {"to", "half-even", "half-up", "up", "down"}},
      {TableKind::amount_texts, {"amount text", "currency"}, {"minor units", "reads", "error"}},
      {TableKind::rate_texts, {"rate text"}, {"reads", "error"}},
      {TableKind::splits,
       {"amount", "shares"},
       {"largest remainder", "last takes the rest", "by quota"}},
      {TableKind::scheduled_accrual, {"period interest", "from", "due", "as of", "accrued"}, {}},
      {TableKind::daily_accrual, {"daily on", "from", "as of"}, {"exact", "accrued"}},
      {TableKind::rates,
       {"rate by", "flows"},
       {"periods a year", "period rate", "nominal", "effective"}},
      {TableKind::prepayments,
       {"rows paid", "on", "mode"},
       {"amount", "outstanding", "days", "interest", "fee", "cash", "installment", "rows left",
        "last payment", "interest left", "interest saved"}},
      {TableKind::settlements,
       {"rows paid", "settle on"},
       {"rows due", "due", "principal", "days", "interest", "fee", "cash", "interest saved"}},
      {TableKind::changes,
       {"rows paid", "on", "change"},
       {"by", "principal now", "interest now", "fee now", "cash now", "waived", "first row",
        "installment", "rows left", "next due", "next interest", "next payment", "last due",
        "last payment", "interest left", "interest saved", "error"}},
      {TableKind::rest_rows, {"row", "due"}, {"principal", "interest", "installment", "balance"}},
      {TableKind::late_fees,
       {"late since", "installment", "overdue", "on"},
       {"charged before", "times", "fee", "all fees"}},
      {TableKind::caps,
       {"cap", "principal", "days"},
       {"penalty", "compound", "fees", "most", "allowed", "waived"}},
      {TableKind::drawings,
       {"on", "move", "amount"},
       {"interest paid", "principal paid", "returned", "balance", "accrued"}},
      {TableKind::plan_moves, {"on", "plan move"}, {"amount", "row", "error"}},
      {TableKind::segments,
       {"row", "segment from", "to"},
       {"owed", "factor", "segment interest", "interest", "principal", "installment", "balance"}},
      {TableKind::payables, {"row", "payable on"}, {"outstanding", "principal", "interest"}},
      {TableKind::costs,
       {"kept back", "simple"},
       {"fee paid", "received", "interest cost", "total cost", "to pay", "compound", "eu", "us",
        "xirr"}},
      {TableKind::rate_caps, {"cap", "of", "outcome"}, {"times", "kept back"}},
      {TableKind::annuities,
       {"function", "rate", "value"},
       {"nper", "from", "to", "pv", "fv", "pmt", "type"}},
      {TableKind::matchings, {"bank", "book", "until", "becomes"}, {"tolerance", "difference"}},
      {TableKind::claims, {"due", "principal", "interest"}, {"fee", "penalty", "compound"}},
      {TableKind::payments, {"paid on", "amount"}, {"unallocated"}},
      {TableKind::allocations, {"paid on", "#", "component", "amount"}, {}},
      {TableKind::readings,
       {"as of"},
       {"known at", "loan", "status", "principal", "principal overdue", "interest accrued",
        "interest due", "penalty", "compound", "charges", "fees", "overpayment", "owed", "dpd",
        "reported dpd", "bucket", "category", "next due", "next amount"}},
      {TableKind::events,
       {"date", "event"},
       {"#", "booked", "amount", "of", "rows", "from", "until", "choice", "code", "rate", "channel",
        "payer", "loan", "key", "outcome"}},
      {TableKind::entries,
       {"entry", "step"},
       with_roles({"loan", "kind", "booked", "value date", "changed"})},
      {TableKind::nights, {"night"}, roles()},
      {TableKind::balances, {"balances on"}, with_roles({"loan"})},
      {TableKind::trial_balance, {"account"}, {"name", "debit", "credit", "as of"}},
      {TableKind::postings, {"entry", "account"}, {"loan", "kind", "debit", "credit"}},
      {TableKind::debits,
       {"debit on", "loan"},
       {"amount", "due", "oldest", "installments", "days past due"}},
      {TableKind::unpaid,
       {"unpaid on", "due"},
       {"#", "loan", "principal", "interest", "fee", "late fee", "penalty"}},
      {TableKind::states,
       {"operation", "applied", "approved", "active", "overpaid", "closed", "charged off",
        "written off", "transferred"},
       {"cancelled", "needs", "takes"}},
  };
  return table;
}

bool holds(const Names& names, std::string_view name) {
  return std::find(names.begin(), names.end(), name) != names.end();
}

bool matches(const KindColumns& kind, const Table& table) {
  const bool complete =
      std::all_of(kind.required.begin(), kind.required.end(),
                  [&](std::string_view name) { return table.column(name).has_value(); });
  return complete &&
         std::all_of(table.columns.begin(), table.columns.end(), [&](const std::string& name) {
           return holds(kind.required, name) || holds(kind.optional, name);
         });
}

/// What one table of an example leaves for the next.
struct Carried {
  std::optional<schedule::Change> change{};
  std::optional<schedule::SegmentedPlan> plan{};
};

void run_table(const Bench& bench, Table& table, TableKind kind, Carried& carried) {
  auto& change = carried.change;
  switch (kind) {
    case TableKind::plan_moves:
      return run_plan_moves(bench, table, carried.plan);
    case TableKind::segments:
      return check_segments(bench, table, carried.plan);
    case TableKind::payables:
      return check_payables(bench, table, carried.plan);
    case TableKind::schedule:
      return check_schedule(bench, table);
    case TableKind::day_counts:
      return check_day_counts(bench, table);
    case TableKind::rolls:
      return check_rolls(bench, table);
    case TableKind::rate_paths:
      return check_rate_paths(bench, table);
    case TableKind::roundings:
      return check_roundings(bench, table);
    case TableKind::amount_texts:
      return check_amount_texts(table);
    case TableKind::rate_texts:
      return check_rate_texts(table);
    case TableKind::splits:
      return check_splits(bench, table);
    case TableKind::scheduled_accrual:
      return check_scheduled_accrual(bench, table);
    case TableKind::daily_accrual:
      return check_daily_accrual(bench, table);
    case TableKind::rates:
      return check_rates(bench, table);
    case TableKind::prepayments:
      return check_prepayments(bench, table);
    case TableKind::settlements:
      return check_settlements(bench, table);
    case TableKind::changes:
      change = check_changes(bench, table);
      return;
    case TableKind::rest_rows:
      if (!change) throw Failure{table.line, "rows of a rest need a table of changes above them"};
      return check_rest_rows(bench, table, *change);
    case TableKind::late_fees:
      return check_late_fees(bench, table);
    case TableKind::caps:
      return check_caps(bench, table);
    case TableKind::drawings:
      return check_drawings(bench, table);
    case TableKind::costs:
      return check_costs(bench, table);
    case TableKind::rate_caps:
      return check_rate_caps(bench, table);
    case TableKind::annuities:
      return check_annuities(table);
    case TableKind::matchings:
      return check_matchings(bench, table);
    case TableKind::states:
      return check_states(table);
    default:
      throw Failure{table.line,
                    "this table belongs to an example with claims or events, and there are none"};
  }
}

void run_example(const std::string& file, Example& example) {
  const auto terms = read_terms(example, file);
  if (!terms) throw Failure{terms.error().line, terms.error().message};
  const Bench bench{.file = file, .example = example, .terms = *terms};
  bool story = false;
  bool arrears = false;
  for (const auto& table : example.tables) {
    const auto kind = kind_of(table);
    if (!kind) {
      std::string columns;
      for (const auto& name : table.columns)
        columns += (columns.empty() ? "'" : ", '") + name + "'";
      throw Failure{table.line, "no kind of table has exactly these columns: " + columns +
                                    "; specs/README.md lists the kinds"};
    }
    story = story || *kind == TableKind::events;
    arrears = arrears || *kind == TableKind::claims;
  }
  if (story) return check_story(bench);
  if (arrears) return check_arrears(bench);
  Carried carried;
  for (auto& table : example.tables) run_table(bench, table, *kind_of(table), carried);
}

}  // namespace

std::optional<TableKind> kind_of(const Table& table) {
  for (const auto& kind : kinds()) {
    if (matches(kind, table)) return kind.kind;
  }
  return std::nullopt;
}

std::string Bench::text(std::int64_t minor) const {
  return money::text_of_minor(minor, currency().digits);
}

money::Day day_cell(const Table& table, const TableRow& row, std::string_view column) {
  const auto day = money::parse_day(table.text(row, column));
  if (!day) throw Failure{row.line, std::string(column) + ": " + day.error().message};
  return *day;
}

std::int64_t amount_cell(const Bench& bench, const Table& table, const TableRow& row,
                         std::string_view column) {
  const auto amount = money::Money::parse(table.text(row, column), bench.currency());
  if (!amount) throw Failure{row.line, std::string(column) + ": " + amount.error().message};
  return amount->minor();
}

std::vector<Failure> run_page(Page& page) {
  std::vector<Failure> failures;
  for (auto& example : page.examples) {
    try {
      run_example(page.file, example);
    } catch (const Failure& failure) {
      failures.push_back({failure.line, example.title + ": " + failure.message});
    }
  }
  return failures;
}

}  // namespace loanbook::specs
