#include <algorithm>
#include <map>

#include "loanbook/money/decimal.hpp"
#include "loanbook/schedule/arrears.hpp"
#include "tables.hpp"

namespace loanbook::specs {
namespace {

using money::Day;
using schedule::Allocation;
using schedule::DueInstallment;

struct Payment {
  Day day;
  std::int64_t amount;
  Table* table;
  TableRow* row;
};

/// The example's input: claims, then payments in order of their dates, then what is asked.
struct Arrears {
  const Bench& bench;
  schedule::OverdueRules rules;
  std::vector<schedule::Claim> claims{};
  std::vector<Payment> payments{};
  bool fixed_charges = false;  ///< penalty and compound interest are given, they do not run

  void read_claims(const Table& table);
  void read_payments(Table& table);
  [[nodiscard]] std::vector<DueInstallment> installments_at(Day day,
                                                            std::map<Day, Allocation>* seen) const;
  [[nodiscard]] std::map<Day, Allocation> allocations() const;
  void expect_readings(Table& table) const;
};

void Arrears::read_claims(const Table& table) {
  const std::pair<std::string_view, schedule::Component> columns[] = {
      {"fee", schedule::Component::fee},
      {"penalty", schedule::Component::penalty},
      {"compound", schedule::Component::compound},
      {"interest", schedule::Component::interest},
      {"principal", schedule::Component::principal}};
  fixed_charges = table.column("penalty") || table.column("compound");
  for (const auto& row : table.rows) {
    schedule::Claim claim{.no = static_cast<std::uint32_t>(claims.size() + 1),
                          .due = day_cell(table, row, "due")};
    for (const auto& [name, component] : columns) {
      if (table.column(name))
        claim.amount.at(static_cast<std::size_t>(component)) = amount_cell(bench, table, row, name);
    }
    claims.push_back(claim);
  }
}

void Arrears::read_payments(Table& table) {
  for (auto& row : table.rows) {
    payments.push_back(
        {day_cell(table, row, "paid on"), amount_cell(bench, table, row, "amount"), &table, &row});
  }
  std::stable_sort(payments.begin(), payments.end(),
                   [](const Payment& a, const Payment& b) { return a.day < b.day; });
}

/// The installments that are due on or before `day`, with every payment up to and including that
/// day.
std::vector<DueInstallment> Arrears::installments_at(Day day,
                                                     std::map<Day, Allocation>* seen) const {
  std::vector<DueInstallment> due;
  std::size_t taken = 0;
  const auto take_until = [&](Day until) {
    for (; taken < claims.size() && claims[taken].due <= until; ++taken) {
      const auto& claim = claims[taken];
      due.push_back(schedule::become_due(
          claim.no, claim.due,
          claim.amount[static_cast<std::size_t>(schedule::Component::principal)],
          claim.amount[static_cast<std::size_t>(schedule::Component::interest)],
          claim.amount[static_cast<std::size_t>(schedule::Component::fee)], rules));
    }
  };
  for (const auto& payment : payments) {
    if (payment.day > day) break;
    take_until(payment.day);
    const auto allocation =
        schedule::pay(due, payment.amount, rules, bench.terms.product.allocation, payment.day);
    if (!allocation) throw Failure{payment.row->line, "the charges do not fit 64 bits"};
    if (seen != nullptr) {
      auto& lines = (*seen)[payment.day].lines;
      lines.insert(lines.end(), allocation->lines.begin(), allocation->lines.end());
      (*seen)[payment.day].unallocated += allocation->unallocated;
    }
  }
  take_until(day);
  return due;
}

std::map<Day, Allocation> Arrears::allocations() const {
  std::map<Day, Allocation> seen;
  if (payments.empty()) return seen;
  if (!fixed_charges) {
    (void)installments_at(payments.back().day, &seen);
    return seen;
  }
  if (payments.size() != 1)
    throw Failure{payments.back().row->line, "claims with given charges take one payment"};
  seen[payments[0].day] = schedule::allocate(payments[0].amount, claims,
                                             bench.terms.product.allocation, payments[0].day);
  return seen;
}

void Arrears::expect_readings(Table& table) const {
  const auto& product = bench.terms.product;
  for (auto& row : table.rows) {
    const Day day = day_cell(table, row, "as of");
    const auto due = installments_at(day, nullptr);
    std::int64_t principal = 0, interest = 0, penalty = 0, compound = 0;
    for (const auto& installment : due) {
      penalty += schedule::penalty_at(installment, rules, day).value_or(0);
      compound += schedule::compound_at(installment, rules, day).value_or(0);
      if (installment.due >= day) continue;
      principal += installment.principal;
      interest += installment.interest;
    }
    const auto reported = schedule::reported_days_past_due(due, rules, day);
    const auto bucket = schedule::classify(product.buckets, reported);
    constexpr std::string_view categories[] = {"normal", "special mention", "substandard",
                                               "doubtful", "loss"};
    const auto category = schedule::classify(product.categories, reported);
    table.expect(row, "principal overdue", bench.text(principal));
    table.expect(row, "interest due", bench.text(interest));
    table.expect(row, "penalty", bench.text(penalty));
    table.expect(row, "compound", bench.text(compound));
    table.expect(row, "charges", bench.text(penalty + compound));
    table.expect(row, "dpd", std::to_string(schedule::days_past_due(due, day)));
    table.expect(row, "reported dpd", std::to_string(reported));
    table.expect(row, "bucket",
                 bucket < product.buckets.upper.size() ? "M" + std::to_string(bucket)
                                                       : "M" + std::to_string(bucket - 1) + "+");
    table.expect(row, "category",
                 category < std::size(categories) ? std::string(categories[category])
                                                  : std::to_string(category));
  }
}

void expect_allocations(const Bench& bench, Table& table, const std::map<Day, Allocation>& seen) {
  std::map<Day, std::size_t> next;
  for (auto& row : table.rows) {
    const Day day = day_cell(table, row, "paid on");
    const auto found = seen.find(day);
    const std::size_t index = next[day]++;
    const bool there = found != seen.end() && index < found->second.lines.size();
    table.expect(row, "#", there ? std::to_string(found->second.lines[index].no) : "none");
    table.expect(
        row, "component",
        there ? std::string(schedule::to_text(found->second.lines[index].component)) : "none");
    table.expect(row, "amount", there ? bench.text(found->second.lines[index].amount) : "none");
  }
  for (const auto& [day, count] : next) {
    const auto found = seen.find(day);
    if (found != seen.end() && found->second.lines.size() > count) {
      throw Failure{table.line, "the payment of " + money::to_text(day) + " has " +
                                    std::to_string(found->second.lines.size()) +
                                    " parts, the table lists " + std::to_string(count)};
    }
  }
}

}  // namespace

void check_arrears(const Bench& bench) {
  Arrears arrears{.bench = bench,
                  .rules = ledger::overdue_rules(bench.terms.product, bench.terms.loan.rate)};
  for (auto& table : bench.example.tables) {
    const auto kind = *kind_of(table);
    if (kind == TableKind::claims) arrears.read_claims(table);
    if (kind == TableKind::payments) arrears.read_payments(table);
  }
  const auto seen = arrears.allocations();
  for (const auto& payment : arrears.payments) {
    payment.table->expect(*payment.row, "unallocated",
                          bench.text(seen.at(payment.day).unallocated));
  }
  for (auto& table : bench.example.tables) {
    switch (*kind_of(table)) {
      case TableKind::claims:
      case TableKind::payments:
        break;
      case TableKind::allocations:
        expect_allocations(bench, table, seen);
        break;
      case TableKind::readings:
        arrears.expect_readings(table);
        break;
      default:
        throw Failure{
            table.line,
            "an example with claims holds payments, allocations and readings, no other tables"};
    }
  }
}

}  // namespace loanbook::specs
