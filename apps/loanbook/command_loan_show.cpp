// One loan, read: its page, plan, entries, and how its figures came about.

#include <fmt/format.h>

#include <charconv>

#include "commands.hpp"
#include "output.hpp"
#include "reports.hpp"

namespace loanbook::apps {
namespace {

class Page {
 public:
  explicit Page(const ledger::PortfolioRow& row) : row_(row) {
    report_.columns = {{"figure", "Figure"}, {"value", "Value", ColumnKind::amount}};
  }
  void amount(const char* name, std::int64_t minor) {
    report_.rows.push_back({{name, money::text_of_minor(minor, row_.digits)}});
  }
  void amount_if(const char* name, std::int64_t minor) {
    if (minor != 0) amount(name, minor);
  }
  void total(const char* name, std::int64_t minor) {
    report_.rows.push_back({{name, money::text_of_minor(minor, row_.digits)}, RowMark::total});
  }
  Report& report() { return report_; }

 private:
  const ledger::PortfolioRow& row_;
  Report report_;
};

/// `due 2026-02-15: principal 985.15, interest 45.00`; parts that are zero are left out.
std::string due_text(const ledger::DueView& due, unsigned digits) {
  std::string text = fmt::format("due {}: principal {}, interest {}", money::to_text(due.due),
                                 money::text_of_minor(due.principal, digits),
                                 money::text_of_minor(due.interest, digits));
  const auto add = [&](const char* name, std::int64_t minor) {
    if (minor != 0) text += fmt::format(", {} {}", name, money::text_of_minor(minor, digits));
  };
  add("fee", due.fee);
  add("late fee", due.late_fee);
  add("penalty", due.penalty);
  add("compound", due.compound);
  return text;
}

void print_loan_page(const Context& context, const ledger::LoanView& view) {
  const auto& row = view.row;
  const auto rate = money::Rate::parse(view.rate);
  Page page(row);
  page.report().title = {
      fmt::format("Loan {}, at the opening of {}", row.loan, money::to_text(view.as_of)),
      fmt::format("{} {}, {}, {} installments at {} a year, {}", row.product, view.product_version,
                  view.method, view.installments, rate ? rate->percent_text() : view.rate,
                  row.currency),
      view.disbursed ? "disbursed " + money::to_text(*view.disbursed) : "not yet disbursed",
      fmt::format("{}{}", ledger::to_text(row.status),
                  row.isolated ? ", isolated: its nights stand still" : "")};
  page.amount("Lent", row.lent);
  page.amount("Principal not overdue", row.principal - row.principal_overdue);
  page.amount_if("Principal overdue", row.principal_overdue);
  page.amount("Interest accrued, not yet due", row.interest_accrued);
  page.amount_if("Interest due", row.interest_due);
  page.amount_if("Penalty and compound interest", row.penalty);
  page.amount_if("Fees and late fees due", row.fees);
  page.amount_if("Overpayment held", row.overpayment);
  page.total("Everything owed on that day", view.payoff);
  auto& notes = page.report().notes;
  if (row.dpd > 0) {
    notes.push_back(fmt::format("{} days past due, {} reported; bucket {}, category {}", row.dpd,
                                row.reported_dpd, row.bucket, row.category));
  }
  if (!row.official.empty())
    notes.push_back(fmt::format("official category {}, computed {}", row.official, row.category));
  if (row.among != (row.official.empty() ? row.category : row.official))
    notes.push_back(fmt::format("with the other loans of its customer: {}", row.among));
  if (row.non_accrual) notes.push_back("non-accrual: its interest is no income until it comes in");
  if (!row.party.empty()) notes.push_back("customer " + row.party);
  for (const auto& due : view.due) notes.push_back(due_text(due, row.digits));
  if (row.next_due) {
    notes.push_back(fmt::format("next due {}: {}", money::to_text(*row.next_due),
                                money::text_of_minor(row.next_amount, row.digits)));
  }
  notes.push_back(
      fmt::format("version {}, plan {}", view.version, hex(view.plan_digest).substr(0, 12)));
  print(page.report(), context.format);
}

// The columns of the portfolio, and what only a loan's page knows.
void print_loan_row(const Context& context, const ledger::LoanView& view) {
  Report report;
  report.columns = loan_columns();
  auto cells = loan_cells(view.row);
  const auto add = [&](Column column, std::string cell) {
    report.columns.push_back(std::move(column));
    cells.push_back(std::move(cell));
  };
  add({"as_of", "As of", ColumnKind::date}, money::to_text(view.as_of));
  add({"known_at", "Known at", ColumnKind::integer}, std::to_string(view.known_at));
  add({"version", "Version", ColumnKind::integer}, std::to_string(view.version));
  add({"product_version", "Product version", ColumnKind::integer},
      std::to_string(view.product_version));
  add({"method", "Method"}, view.method);
  add({"rate", "Rate"}, view.rate);
  add({"installments", "Installments", ColumnKind::integer}, std::to_string(view.installments));
  add({"disbursed", "Disbursed", ColumnKind::date}, day_or_empty(view.disbursed));
  add({"fees", "Fees", ColumnKind::amount}, money::text_of_minor(view.row.fees, view.row.digits));
  add({"payoff", "Payoff", ColumnKind::amount}, money::text_of_minor(view.payoff, view.row.digits));
  add({"plan_digest", "Plan"}, hex(view.plan_digest));
  report.rows.push_back({std::move(cells)});
  print(report, context.format);
}

std::string state_of(const ledger::InstallmentView& row, Day today) {
  if (row.unpaid.total() == 0) return row.paid.total() == 0 ? "settled" : "paid";
  if (row.due == today) return "due";
  return row.due < today ? "overdue" : "planned";
}

// The installments of a loan that keeps a table, as they stand: demanded, paid, unpaid.
void print_installments(const Context& context, const ledger::InstallmentTable& table,
                        const ledger::LoanView& view) {
  const auto amount = [&](std::int64_t minor) {
    return money::text_of_minor(minor, view.row.digits);
  };
  Report report;
  report.title = {fmt::format("Loan {}, {}: installments as they stand at the opening of {}",
                              view.row.loan, view.row.currency, money::to_text(view.as_of))};
  report.columns = {{"no", "#", ColumnKind::integer},
                    {"due", "Due", ColumnKind::date},
                    {"principal", "Principal", ColumnKind::amount},
                    {"interest", "Interest", ColumnKind::amount},
                    {"fee", "Fee", ColumnKind::amount},
                    {"penalty", "Penalty", ColumnKind::amount},
                    {"payment", "Payment", ColumnKind::amount},
                    {"paid", "Paid", ColumnKind::amount},
                    {"waived", "Waived", ColumnKind::amount},
                    {"unpaid", "Unpaid", ColumnKind::amount},
                    {"balance", "Balance", ColumnKind::amount},
                    {"state", "State"}};
  ledger::PartsView sum;
  std::int64_t paid = 0;
  std::int64_t waived = 0;
  for (const auto& row : table.rows) {
    sum.principal += row.demanded.principal;
    sum.interest += row.demanded.interest;
    sum.fee += row.demanded.fee;
    sum.penalty += row.demanded.penalty;
    paid += row.paid.total();
    waived += row.waived.total();
    std::string state = state_of(row, view.as_of);
    if (row.down_payment) state += ", down payment";
    if (row.extra) state += ", after the plan";
    report.rows.push_back(
        {{std::to_string(row.no), money::to_text(row.due), amount(row.demanded.principal),
          amount(row.demanded.interest), amount(row.demanded.fee), amount(row.demanded.penalty),
          amount(row.demanded.total()), amount(row.paid.total()), amount(row.waived.total()),
          amount(row.unpaid.total()), amount(row.balance), std::move(state)}});
  }
  report.rows.push_back({{"", "total", amount(sum.principal), amount(sum.interest), amount(sum.fee),
                          amount(sum.penalty), amount(sum.total()), amount(paid), amount(waived),
                          amount(sum.total() - paid - waived), "", ""},
                         RowMark::total});
  print(report, context.format);
}

}  // namespace

int run_loan_show(const Context& context, const LoanShowArguments& arguments) {
  auto as_of = optional_day(arguments.as_of, "--as-of");
  if (!as_of) return fail(as_of.error());
  return with_reader(context, [&](const Book& book) {
    auto known = known_at_of(book, arguments.known_at);
    if (!known) return fail(known.error());
    auto view = book.loan(arguments.loan, *as_of, sequence_of(*known));
    if (!view) return fail(view.error());
    if (context.format == Format::table) {
      print_loan_page(context, *view);
    } else {
      print_loan_row(context, *view);
    }
    say(fmt::format("complete to entry {}", view->known_at));
    return exit_code::done;
  });
}

int run_loan_charges(const Context& context, const std::string& loan) {
  return with_reader(context, [&](const Book& book) {
    auto charges = book.charges(loan);
    if (!charges) return fail(charges.error());
    auto view = book.loan(loan);
    if (!view) return fail(view.error());
    const auto amount = [&](std::int64_t minor) {
      return money::text_of_minor(minor, view->row.digits);
    };
    Report report;
    report.title = {fmt::format("Loan {}, {}: charges as they stand", loan, view->row.currency)};
    report.columns = {{"entry", "Entry", ColumnKind::integer},
                      {"code", "Code"},
                      {"kind", "Kind"},
                      {"installment", "Installment", ColumnKind::integer},
                      {"due", "Due", ColumnKind::date},
                      {"amount", "Amount", ColumnKind::amount},
                      {"paid", "Paid", ColumnKind::amount},
                      {"waived", "Waived", ColumnKind::amount},
                      {"unpaid", "Unpaid", ColumnKind::amount}};
    ledger::ChargeView sum;
    for (const ledger::ChargeView& charge : *charges) {
      sum.amount += charge.amount;
      sum.paid += charge.paid;
      sum.waived += charge.waived;
      sum.unpaid += charge.unpaid;
      report.rows.push_back(
          {{charge.sequence == 0 ? "" : std::to_string(charge.sequence), charge.code,
            charge.penalty ? "penalty" : "fee", std::to_string(charge.installment),
            money::to_text(charge.due), amount(charge.amount), amount(charge.paid),
            amount(charge.waived), amount(charge.unpaid)}});
    }
    report.rows.push_back({{"", "total", "", "", "", amount(sum.amount), amount(sum.paid),
                            amount(sum.waived), amount(sum.unpaid)},
                           RowMark::total});
    print(report, context.format);
    print_completeness(book);
    return exit_code::done;
  });
}

int run_loan_schedule(const Context& context, const std::string& loan) {
  return with_reader(context, [&](const Book& book) {
    auto rows = book.schedule(loan);
    if (!rows) return fail(rows.error());
    auto view = book.loan(loan);
    if (!view) return fail(view.error());
    if (view->row.status != ledger::LoanStatus::approved) {
      auto table = book.installments(loan);
      if (!table) return fail(table.error());
      if (!table->rows.empty()) {
        print_installments(context, *table, *view);
        print_completeness(book);
        return exit_code::done;
      }
    }
    const auto amount = [&](std::int64_t minor) {
      return money::text_of_minor(minor, view->row.digits);
    };
    Report report;
    report.title = {fmt::format("Loan {}, {}: the plan as agreed", loan, view->row.currency)};
    report.columns = {{"no", "#", ColumnKind::integer},
                      {"due", "Due", ColumnKind::date},
                      {"principal", "Principal", ColumnKind::amount},
                      {"interest", "Interest", ColumnKind::amount},
                      {"payment", "Payment", ColumnKind::amount},
                      {"balance", "Balance", ColumnKind::amount},
                      {"state", "State"}};
    std::int64_t principal = 0;
    std::int64_t interest = 0;
    for (const auto& row : *rows) {
      principal += row.principal;
      interest += row.interest;
      report.rows.push_back(
          {{std::to_string(row.no), money::to_text(row.due), amount(row.principal),
            amount(row.interest), amount(row.payment), amount(row.balance), row.state}});
    }
    report.rows.push_back(
        {{"", "total", amount(principal), amount(interest), amount(principal + interest), "", ""},
         RowMark::total});
    print(report, context.format);
    print_completeness(book);
    return exit_code::done;
  });
}

int run_loan_entries(const Context& context, const std::string& loan) {
  return with_reader(context, [&](const Book& book) {
    auto entries = book.loan_entries(loan);
    if (!entries) return fail(entries.error());
    ReportWriter writer({"Loan " + loan}, entry_columns(context.format), context.format,
                        standard_output());
    for (const auto& entry : *entries) writer.row({entry_cells(entry, context.format)});
    writer.finish({});
    print_completeness(book);
    return exit_code::done;
  });
}

int run_loan_explain(const Context& context, const LoanExplainArguments& arguments) {
  auto day = optional_day(arguments.date, "--date");
  if (!day) return fail(day.error());
  return with_reader(context, [&](const Book& book) {
    const auto date = day->value_or(book.status().business_date);
    auto lines = book.explain(arguments.loan, date);
    if (!lines) return fail(lines.error());
    Report report;
    report.title = {
        fmt::format("Loan {}, at the opening of {}", arguments.loan, money::to_text(date))};
    report.columns = {
        {"figure", "Figure"}, {"amount", "Amount"}, {"formula", "Formula"}, {"dates", "Dates"}};
    for (const auto& line : *lines) {
      report.rows.push_back({{line.figure, line.amount, line.formula, line.dates}});
    }
    print(report, context.format);
    print_completeness(book);
    return exit_code::done;
  });
}

}  // namespace loanbook::apps
