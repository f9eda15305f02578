// One loan, read: its page, plan, entries, and how its figures came about.

#include <fmt/format.h>

#include <algorithm>
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

/// The next due date, and what of it was paid in advance; the others stand in `loan schedule`.
std::string next_note(const ledger::LoanView& view) {
  const auto& row = view.row;
  const auto amount = [&](std::int64_t minor) { return money::text_of_minor(minor, row.digits); };
  if (view.method == "revolving")
    return fmt::format("next due {}: {} and the interest to that day",
                       money::to_text(*row.next_due), amount(row.principal));
  std::string text =
      fmt::format("next due {}: {}", money::to_text(*row.next_due), amount(row.next_amount));
  const ledger::DueView* first = nullptr;  // to come and not paid; without a table none is known
  for (const auto& due : view.due) {
    if (first == nullptr && due.due > view.as_of) first = &due;
  }
  if (first == nullptr) return text;
  if (first->due > *row.next_due)
    return text + fmt::format(", paid already; the first that is not: {}, {}",
                              money::to_text(first->due),
                              amount(first->principal + first->interest + first->fee));
  const std::int64_t unpaid = first->principal + first->interest + first->fee;
  if (unpaid != row.next_amount) text += fmt::format(", of which {} are unpaid", amount(unpaid));
  return text;
}

/// Rows to come go by the rate that is known.
std::string rate_note(const ledger::LoanView& view) {
  std::string text = "rate: " + view.rate_follows;
  if (view.next_reset)
    text +=
        fmt::format("; rows to come at this rate, next reset {}", money::to_text(*view.next_reset));
  return text;
}

// What is on its way for the loan now.
std::vector<std::string> in_flight_notes(const Book& book, const std::string& loan) {
  std::vector<std::string> notes;
  for (const auto& order : book.payouts()) {
    if (order.loan != loan) continue;
    notes.push_back(fmt::format("pay-out of {} in flight since {} through {} as {}{}",
                                money::text_of_minor(order.amount, order.digits),
                                money::to_text(order.ordered), order.channel, order.reference,
                                order.unknown ? ", the channel does not know of it yet" : ""));
  }
  for (const auto& intent : book.intents()) {
    if (intent.loan != loan) continue;
    notes.push_back(fmt::format("{} of {} intended for {} (entry {})",
                                intent.debit ? "a debit" : "a payment",
                                money::text_of_minor(intent.amount, intent.digits),
                                money::to_text(intent.on), intent.sequence));
  }
  return notes;
}

// What the borrower owes of a loan that the books hold nothing of.
std::vector<std::string> off_books_notes(const Book& book, const ledger::LoanView& view,
                                         std::optional<Day> as_of,
                                         std::optional<std::uint64_t> known_at) {
  if (view.row.status != ledger::LoanStatus::active) return {};
  const auto standing = book.standing(view.row.loan, as_of, known_at);
  if (!standing || !standing->charged_off) return {};
  return {fmt::format(
      "charged off{}{}: the borrower still owes {}, the books hold none of it",
      standing->charged_off_on ? " on " + money::to_text(*standing->charged_off_on) : std::string{},
      standing->fraud ? " as fraud" : "", money::text_of_minor(standing->owed, view.row.digits))};
}

void print_loan_page(const Context& context, const ledger::LoanView& view,
                     const std::vector<std::string>& in_flight) {
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
  if (!view.rate_follows.empty()) notes.push_back(rate_note(view));
  if (row.dpd > 0) {
    notes.push_back(fmt::format("{} days past due, {} reported; bucket {}, category {}", row.dpd,
                                row.reported_dpd, row.bucket, row.category));
  }
  if (!row.official.empty())
    notes.push_back(fmt::format("official category {}, computed {}", row.official, row.category));
  if (row.among != (row.official.empty() ? row.category : row.official))
    notes.push_back(fmt::format("with the other loans of its customer: {}", row.among));
  if (row.non_accrual) notes.push_back("non-accrual: its interest is no income until it comes in");
  if (const auto left = -view.balances[static_cast<std::size_t>(ledger::Role::fee_deferred)];
      left != 0)
    notes.push_back(fmt::format("{} of the fee kept back of its pay-outs is no income yet",
                                money::text_of_minor(left, row.digits)));
  if (view.annual_rate_e12 && !view.disbursed)
    notes.push_back(fmt::format(
        "offered at {}% a year, all costs included",
        money::text_of_minor(
            money::divide_rounded(*view.annual_rate_e12, 100'000'000, money::RoundingMode::half_up),
            2)));
  if (view.valid_until && row.status == ledger::LoanStatus::applied)
    notes.push_back(fmt::format("{} {}",
                                *view.valid_until < view.as_of ? "lapsed: the offer was valid until"
                                                               : "the offer is valid until",
                                money::to_text(*view.valid_until)));
  if (!view.refinances.empty())
    notes.push_back("restructured: its pay-out settled loan " + view.refinances);
  if (!view.refinanced_by.empty())
    notes.push_back("settled by the pay-out of loan " + view.refinanced_by);
  if (!view.buyer.empty())
    notes.push_back("sold to " + view.buyer + ": what comes in is the buyer's");
  if (!row.party.empty()) notes.push_back("customer " + row.party);
  for (const auto& due : view.due) {
    if (due.due <= view.as_of) notes.push_back(due_text(due, row.digits));
  }
  if (row.next_due) notes.push_back(next_note(view));
  notes.insert(notes.end(), in_flight.begin(), in_flight.end());
  notes.push_back(
      fmt::format("version {}, plan {}", view.version, hex(view.plan_digest).substr(0, 12)));
  print(page.report(), context.format);
}

/// A loan on a day as it was booked at the close of that day, and as it is known now.
struct BothViews {
  ledger::LoanView booked;
  std::vector<ledger::EntryView> made;  ///< entries booked since that count from that day or before
};

struct Figure {
  const char* key;
  const char* name;
  std::int64_t booked, restated;
};

std::vector<Figure> figures_of(const ledger::LoanView& booked, const ledger::LoanView& now) {
  const auto& was = booked.row;
  const auto& is = now.row;
  return {{"principal", "Principal", was.principal, is.principal},
          {"interest_accrued", "Interest accrued, not yet due", was.interest_accrued,
           is.interest_accrued},
          {"interest_due", "Interest due", was.interest_due, is.interest_due},
          {"penalty", "Penalty and compound interest", was.penalty, is.penalty},
          {"fees", "Fees and late fees due", was.fees, is.fees},
          {"overpayment", "Overpayment held", was.overpayment, is.overpayment},
          {"payoff", "Everything owed on that day", booked.payoff, now.payoff}};
}

bool differ(const ledger::LoanView& booked, const ledger::LoanView& now) {
  const auto figures = figures_of(booked, now);
  return booked.row.status != now.row.status || booked.row.dpd != now.row.dpd ||
         booked.product_version != now.product_version ||
         std::ranges::any_of(figures, [](const Figure& f) { return f.booked != f.restated; });
}

Result<BothViews> both_views(const Book& book, const std::string& loan, Day day) {
  auto known = book.known_at(day);
  if (!known) return known.error();
  auto booked = book.loan(loan, day, *known);
  if (!booked) return booked.error();
  auto entries = book.loan_entries(loan);
  if (!entries) return entries.error();
  BothViews both{std::move(*booked), {}};
  for (auto& entry : *entries) {
    const bool restated = entry.receipt.kind == ledger::to_text(ledger::Kind::restated);
    if (entry.receipt.sequence > *known && (restated || entry.receipt.value_date <= day))
      both.made.push_back(std::move(entry));
  }
  return both;
}

void print_both(const Context& context, const BothViews& both, const ledger::LoanView& now) {
  if (!differ(both.booked, now)) return;
  const auto text = [&](std::int64_t minor) { return money::text_of_minor(minor, now.row.digits); };
  Report report;
  report.title = {"", fmt::format("As booked at the close of {}, and as restated by what is known "
                                  "now",
                                  money::to_text(now.as_of))};
  report.columns = {{"figure", "Figure"},
                    {"booked", "As booked", ColumnKind::amount},
                    {"restated", "As restated", ColumnKind::amount},
                    {"difference", "Difference", ColumnKind::amount}};
  for (const Figure& figure : figures_of(both.booked, now)) {
    if (figure.booked == 0 && figure.restated == 0) continue;
    report.rows.push_back({{figure.name, text(figure.booked), text(figure.restated),
                            text(figure.restated - figure.booked)}});
  }
  auto& notes = report.notes;
  const auto moves = [&](const char* name, const std::string& was, const std::string& is) {
    if (was != is) notes.push_back(fmt::format("{}: booked {}, restated {}", name, was, is));
  };
  moves("status", std::string(ledger::to_text(both.booked.row.status)),
        std::string(ledger::to_text(now.row.status)));
  moves("days past due", std::to_string(both.booked.row.dpd), std::to_string(now.row.dpd));
  moves("product version", std::to_string(both.booked.product_version),
        std::to_string(now.product_version));
  for (const auto& entry : both.made) {
    notes.push_back(fmt::format("entry {}, booked {}, counts from {}: {}", entry.receipt.sequence,
                                money::to_text(entry.receipt.booking_date),
                                money::to_text(entry.receipt.value_date), entry.text));
  }
  print(report, context.format);
}

// The columns of the portfolio, and what only a loan's page knows.
void print_loan_row(const Context& context, const ledger::LoanView& view, const BothViews& both) {
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
  for (const Figure& figure : figures_of(both.booked, view))
    add({fmt::format("booked_{}", figure.key), figure.name, ColumnKind::amount},
        money::text_of_minor(figure.booked, view.row.digits));
  add({"booked_dpd", "DPD", ColumnKind::integer}, std::to_string(both.booked.row.dpd));
  add({"booked_known_at", "Booked at", ColumnKind::integer}, std::to_string(both.booked.known_at));
  std::string made;
  for (const auto& entry : both.made)
    made += (made.empty() ? "" : " ") + std::to_string(entry.receipt.sequence);
  add({"differs_by", "Differs by"}, made);
  add({"rate_follows", "Rate follows"}, view.rate_follows);
  add({"next_reset", "Next reset", ColumnKind::date}, day_or_empty(view.next_reset));
  add({"valid_until", "Valid until", ColumnKind::date}, day_or_empty(view.valid_until));
  add({"annual_rate", "Annual rate"},
      view.annual_rate_e12 ? money::Rate::of_e12(*view.annual_rate_e12).text() : "");
  add({"refinances", "Refinances"}, view.refinances);
  add({"refinanced_by", "Refinanced by"}, view.refinanced_by);
  add({"buyer", "Buyer"}, view.buyer);
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
  if (!view.rate_follows.empty()) report.notes.push_back(rate_note(view));
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
    // What one asks to know of an earlier day is as booked already.
    Result<BothViews> both = BothViews{*view, {}};
    if (*as_of && !*known) both = both_views(book, arguments.loan, **as_of);
    if (!both) return fail(both.error());
    if (context.format == Format::table) {
      const bool now = !*as_of && !*known;
      std::vector<std::string> notes = off_books_notes(book, *view, *as_of, sequence_of(*known));
      if (now) std::ranges::move(in_flight_notes(book, arguments.loan), std::back_inserter(notes));
      print_loan_page(context, *view, notes);
      print_both(context, *both, *view);
    } else {
      print_loan_row(context, *view, *both);
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
