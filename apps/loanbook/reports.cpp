#include "reports.hpp"

#include <algorithm>
#include <map>
#include <tuple>

namespace loanbook::apps {
namespace {

std::string reverses_text(const ledger::EntryView& entry) {
  return entry.reverses == 0 ? std::string{} : std::to_string(entry.reverses);
}

}  // namespace

std::vector<Column> loan_columns() {
  return {{"loan", "Loan"},
          {"product", "Product"},
          {"currency", "Currency"},
          {"status", "Status"},
          {"lent", "Lent", ColumnKind::amount},
          {"principal", "Principal", ColumnKind::amount},
          {"principal_overdue", "of it overdue", ColumnKind::amount},
          {"interest_accrued", "Accrued", ColumnKind::amount},
          {"interest_due", "Interest due", ColumnKind::amount},
          {"penalty", "Penalty", ColumnKind::amount},
          {"overpayment", "Overpaid", ColumnKind::amount},
          {"owed", "Owed", ColumnKind::amount},
          {"dpd", "DPD", ColumnKind::integer},
          {"reported_dpd", "Reported", ColumnKind::integer},
          {"bucket", "Bucket"},
          {"category", "Category"},
          {"next_due", "Next due", ColumnKind::date},
          {"next_amount", "Amount", ColumnKind::amount},
          {"isolated", "Isolated"},
          {"official_category", "Official"},
          {"customer_category", "Of customer"},
          {"non_accrual", "Non-accrual"},
          {"party", "Party"},
          {"branch", "Branch"}};
}

std::vector<std::string> loan_cells(const ledger::PortfolioRow& row) {
  const auto amount = [&row](std::int64_t minor) {
    return money::text_of_minor(minor, row.digits);
  };
  return {row.loan,
          row.product,
          row.currency,
          std::string(ledger::to_text(row.status)),
          amount(row.lent),
          amount(row.principal),
          amount(row.principal_overdue),
          amount(row.interest_accrued),
          amount(row.interest_due),
          amount(row.penalty),
          amount(row.overpayment),
          amount(row.owed()),
          std::to_string(row.dpd),
          std::to_string(row.reported_dpd),
          row.bucket,
          row.category,
          day_or_empty(row.next_due),
          row.next_due ? amount(row.next_amount) : std::string{},
          row.isolated ? "yes" : "",
          row.official,
          row.among,
          row.non_accrual ? "yes" : "",
          row.party,
          row.branch};
}

std::vector<Column> entry_columns(Format format) {
  if (format == Format::table) {
    return {{"sequence", "Entry", ColumnKind::integer},
            {"booking_date", "Booked", ColumnKind::date},
            {"value_date", "Value date", ColumnKind::date},
            {"loan", "Loan"},
            {"text", "What"},
            {"movements", "Movements"}};
  }
  return {{"sequence", "Entry", ColumnKind::integer},
          {"booking_date", "Booked", ColumnKind::date},
          {"value_date", "Value date", ColumnKind::date},
          {"kind", "Kind"},
          {"loan", "Loan"},
          {"version", "Version", ColumnKind::integer},
          {"currency", "Currency"},
          {"text", "What"},
          {"movements", "Movements"},
          {"changed", "Changed"},
          {"reverses", "Reverses", ColumnKind::integer},
          {"source", "Source"},
          {"scope", "Scope"},
          {"idempotency_key", "Key"},
          {"actor", "Actor"},
          {"reason", "Reason"},
          {"hash", "Hash"},
          {"payer", "Payer"},
          {"channel", "Channel"}};
}

std::vector<std::string> entry_cells(const ledger::EntryView& entry, Format format) {
  const auto& receipt = entry.receipt;
  std::string movements = movements_text(receipt, entry.digits);
  for (const auto& total : entry.totals) {
    if (!movements.empty()) movements += "; ";
    movements += total.product + " " + std::string(ledger::to_text(total.role)) + " " +
                 money::text_of_minor(total.minor, total.digits);
  }
  if (format == Format::table) {
    return {std::to_string(receipt.sequence),
            money::to_text(receipt.booking_date),
            money::to_text(receipt.value_date),
            receipt.loan,
            entry.text,
            entry.totals.empty() ? movements : std::string{}};
  }
  std::string changed;
  for (const auto sequence : receipt.changed) {
    if (!changed.empty()) changed += ' ';
    changed += std::to_string(sequence);
  }
  return {std::to_string(receipt.sequence),
          money::to_text(receipt.booking_date),
          money::to_text(receipt.value_date),
          receipt.kind,
          receipt.loan,
          receipt.loan.empty() ? std::string{} : std::to_string(receipt.version),
          receipt.currency,
          entry.text,
          movements,
          changed,
          reverses_text(entry),
          entry.source,
          entry.scope,
          entry.key,
          entry.actor,
          entry.reason,
          hex(receipt.hash),
          entry.payer,
          receipt.channel};
}

Summary::Figures& Summary::Figures::operator+=(const Figures& other) {
  loans += other.loans;
  lent += other.lent;
  principal += other.principal;
  overdue += other.overdue;
  accrued += other.accrued;
  interest_due += other.interest_due;
  penalty += other.penalty;
  owed += other.owed;
  return *this;
}

void Summary::add(const ledger::PortfolioRow& row) {
  // Few groups, and neighbouring loans mostly share one: looking from the back is enough.
  auto at = std::find_if(groups_.rbegin(), groups_.rend(), [&row](const Group& group) {
    return group.bucket == row.bucket && group.product == row.product &&
           group.currency == row.currency;
  });
  if (at == groups_.rend()) {
    groups_.push_back({row.currency, row.product, row.bucket, row.digits, row.dpd, {}});
    at = groups_.rbegin();
  }
  at->dpd_min = std::min(at->dpd_min, row.dpd);
  at->figures += {.loans = 1,
                  .lent = row.lent,
                  .principal = row.principal,
                  .overdue = row.principal_overdue,
                  .accrued = row.interest_accrued,
                  .interest_due = row.interest_due,
                  .penalty = row.penalty,
                  .owed = row.owed()};
}

std::vector<std::string> Summary::cells(const std::string& currency, const std::string& product,
                                        const std::string& bucket, std::uint8_t digits,
                                        const Figures& figures) {
  const auto amount = [digits](money::Int128 minor) { return money::text_of_minor(minor, digits); };
  return {currency,
          product,
          bucket,
          std::to_string(figures.loans),
          amount(figures.lent),
          amount(figures.principal),
          amount(figures.overdue),
          amount(figures.accrued),
          amount(figures.interest_due),
          amount(figures.penalty),
          amount(figures.owed)};
}

Report Summary::report(std::vector<std::string> title) const {
  auto groups = groups_;
  std::sort(groups.begin(), groups.end(), [](const Group& a, const Group& b) {
    return std::tie(a.currency, a.product, a.dpd_min, a.bucket) <
           std::tie(b.currency, b.product, b.dpd_min, b.bucket);
  });
  Report report;
  report.title = std::move(title);
  report.columns = {{"currency", "Currency"},
                    {"product", "Product"},
                    {"bucket", "Bucket"},
                    {"loans", "Loans", ColumnKind::integer},
                    {"lent", "Lent", ColumnKind::amount},
                    {"principal", "Principal", ColumnKind::amount},
                    {"principal_overdue", "of it overdue", ColumnKind::amount},
                    {"interest_accrued", "Accrued", ColumnKind::amount},
                    {"interest_due", "Interest due", ColumnKind::amount},
                    {"penalty", "Penalty", ColumnKind::amount},
                    {"owed", "Owed", ColumnKind::amount}};
  std::map<std::string, std::pair<std::uint8_t, Figures>> totals;
  Figures subtotal;
  for (std::size_t i = 0; i < groups.size(); ++i) {
    const auto& group = groups[i];
    report.rows.push_back(
        {cells(group.currency, group.product, group.bucket, group.digits, group.figures)});
    subtotal += group.figures;
    auto& total = totals[group.currency];
    total.first = group.digits;
    total.second += group.figures;
    const bool last = i + 1 == groups.size() || groups[i + 1].product != group.product ||
                      groups[i + 1].currency != group.currency;
    if (!last) continue;
    report.rows.push_back(
        {cells(group.currency, group.product, "all", group.digits, subtotal), RowMark::subtotal});
    subtotal = {};
  }
  for (const auto& [currency, total] : totals) {
    report.rows.push_back(
        {cells(currency, "total", "", total.first, total.second), RowMark::total});
  }
  return report;
}

}  // namespace loanbook::apps
