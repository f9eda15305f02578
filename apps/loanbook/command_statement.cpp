// The borrower's statement of a period: what was owed, what came, what is owed.

#include <fmt/format.h>

#include <map>

#include "commands.hpp"
#include "output.hpp"

namespace loanbook::apps {
namespace {

using ledger::Kind;
using ledger::OwedParts;
using ledger::Statement;
using ledger::StatementLine;

/// What a borrower calls it.
std::string plain_words(Kind kind) {
  static const std::map<Kind, std::string> words = {
      {Kind::open, "Contract agreed"},
      {Kind::disburse, "Paid out"},
      {Kind::open_disburse, "Paid out"},
      {Kind::repay, "Payment received"},
      {Kind::down_payment, "Down payment received"},
      {Kind::merchant_refund, "Refund by the merchant"},
      {Kind::payout_refund, "Pay-out came back"},
      {Kind::goodwill, "Credited by us"},
      {Kind::refund_overpayment, "Money held paid back to you"},
      {Kind::refund, "Payment paid back to you"},
      {Kind::charge, "Charge"},
      {Kind::waive_charge, "Charge waived"},
      {Kind::adjust_charge, "Charge given back"},
      {Kind::chargeback, "Payment taken back by its payer"},
      {Kind::waive_interest, "Interest waived"},
      {Kind::re_age, "Installments spread anew"},
      {Kind::reamortize, "Installments spread anew"},
      {Kind::reschedule, "Installments moved"},
      {Kind::prepay, "Early repayment received"},
      {Kind::change_rate, "Interest rate changed"},
      {Kind::extend, "Term extended"},
      {Kind::move_due_date, "Due day moved"},
      {Kind::defer, "Installments deferred"},
      {Kind::apply, "Application"},
      {Kind::approve, "Application approved"},
      {Kind::convert, "Way of repayment changed"},
      {Kind::capitalise, "Interest and charges joined the principal"},
      {Kind::coupon, "Interest coupon given"},
      {Kind::transfer, "Loan passed on to another creditor"},
  };
  const auto found = words.find(kind);
  if (found != words.end()) return found->second;
  std::string name{ledger::to_text(kind)};
  for (char& c : name) c = c == '-' || c == '_' ? ' ' : c;
  return name;
}

std::string text_of(const StatementLine& line, const Statement& statement, bool people) {
  const auto amount = [&](std::int64_t minor) {
    const std::string plain = money::text_of_minor(minor, statement.digits);
    return people ? interchange::with_thousands(plain) : plain;
  };
  switch (line.what) {
    case StatementLine::What::due:
      return fmt::format("Installment {} falls due: {}", line.no, amount(line.amount));
    case StatementLine::What::accrued: {
      const auto days = (line.day - line.from).count();
      const std::string what = line.change.penalty != 0 ? "Interest and penalty"
                               : line.change.fees != 0  ? "Interest and fees"
                                                        : "Interest";
      return fmt::format("{} for {} day{} from {}", what, days, days == 1 ? "" : "s",
                         money::to_text(line.from));
    }
    case StatementLine::What::held:
      return "Money held for you used";
    case StatementLine::What::coupon:
      return "Interest paid by a coupon";
    case StatementLine::What::event:
      break;
  }
  std::string text = plain_words(line.kind);
  if (!line.payer.empty()) text += ", paid by " + line.payer;
  if (line.kept_back != 0)
    text += fmt::format(", a fee of {} kept back of it", amount(line.kept_back));
  if (line.booked) text += fmt::format(" (booked {})", money::to_text(*line.booked));
  return text;
}

/// Machines read the kind as the ledger names it.
std::string kind_of(const StatementLine& line) {
  if (line.what == StatementLine::What::due) return "due";
  if (line.what == StatementLine::What::accrued) return "accrued";
  if (line.what == StatementLine::What::held) return "held_used";
  if (line.what == StatementLine::What::coupon) return "coupon_used";
  return std::string(ledger::to_text(line.kind));
}

Report report_of(const Statement& statement, Format format) {
  const auto plain = [&](std::int64_t minor) {
    return money::text_of_minor(minor, statement.digits);
  };
  const auto if_any = [&](std::int64_t minor) { return minor == 0 ? std::string() : plain(minor); };
  const bool people = interchange::is_for_people(format);
  const auto& cell = people ? std::function<std::string(std::int64_t)>(if_any)
                            : std::function<std::string(std::int64_t)>(plain);
  Report report;
  report.title = {
      fmt::format("Statement of loan {}", statement.loan),
      fmt::format("{} to {}, {}, amounts in {}", money::to_text(statement.from),
                  money::to_text(statement.until), statement.product, statement.currency)};
  report.columns = {{"day", "Date", ColumnKind::date},
                    {"text", "What happened"},
                    {"principal", "Principal", ColumnKind::amount},
                    {"interest", "Interest", ColumnKind::amount},
                    {"fees", "Fees", ColumnKind::amount},
                    {"penalty", "Penalty", ColumnKind::amount},
                    {"held", "Held for you", ColumnKind::amount},
                    {"balance", "You owe", ColumnKind::amount}};
  if (!people) {
    report.columns.push_back({"kind", "Kind"});
    report.columns.push_back({"sequence", "Entry", ColumnKind::integer});
    report.columns.push_back({"booked", "Booked", ColumnKind::date});
  }
  const auto row = [&](const std::string& day, const std::string& text, const OwedParts& parts,
                       std::int64_t balance, const StatementLine* line, RowMark mark) {
    Row made{{day, text, cell(parts.principal), cell(parts.interest), cell(parts.fees),
              cell(parts.penalty), cell(parts.held), plain(balance)},
             mark};
    if (!people) {
      made.cells.push_back(line != nullptr ? kind_of(*line) : "balance");
      made.cells.push_back(line != nullptr && line->sequence != 0 ? std::to_string(line->sequence)
                                                                  : "");
      made.cells.push_back(line != nullptr ? day_or_empty(line->booked) : "");
    }
    report.rows.push_back(std::move(made));
  };
  row(money::to_text(statement.from), "Owed before", statement.opening, statement.opening.owed(),
      nullptr, RowMark::plain);
  for (const StatementLine& line : statement.lines) {
    row(money::to_text(line.day), text_of(line, statement, people), line.change, line.balance,
        &line, RowMark::plain);
  }
  row(money::to_text(statement.until), "Owed at the end", statement.closing,
      statement.closing.owed(), nullptr, people ? RowMark::total : RowMark::plain);
  return report;
}

std::vector<std::string> notes_of(const Statement& statement) {
  const auto amount = [&](std::int64_t minor) {
    return interchange::with_thousands(money::text_of_minor(minor, statement.digits)) + " " +
           statement.currency;
  };
  std::vector<std::string> notes;
  notes.push_back(fmt::format("Received from you in this period: {}", amount(statement.paid)));
  for (const Statement::Reversed& one : statement.reversed) {
    notes.push_back(
        fmt::format("Taken out on {}: {} of {} over {} (entry {}, reversed by entry {})",
                    money::to_text(one.booked), plain_words(one.kind),
                    money::to_text(one.value_date), amount(one.amount), one.sequence, one.by));
  }
  if (statement.days_past_due > 0)
    notes.push_back(fmt::format("Overdue for {} days.", statement.days_past_due));
  if (statement.next_due)
    notes.push_back(fmt::format("Next installment: {} on {}", amount(statement.next_amount),
                                money::to_text(*statement.next_due)));
  if (statement.closing.owed() <= 0 && statement.status == ledger::LoanStatus::closed)
    notes.push_back("Everything is paid.");
  notes.push_back(fmt::format("Complete to entry {} of the ledger.", statement.known_at));
  return notes;
}

}  // namespace

int run_loan_statement(const Context& context, const StatementArguments& arguments) {
  auto from = optional_day(arguments.from, "--from");
  if (!from) return fail(from.error());
  auto until = optional_day(arguments.until, "--to");
  if (!until) return fail(until.error());
  return with_reader(context, [&](const Book& book) {
    auto known = known_at_of(book, arguments.known_at);
    if (!known) return fail(known.error());
    auto statement = book.statement(arguments.loan, *from, *until, sequence_of(*known));
    if (!statement) return fail(statement.error());
    Report report = report_of(*statement, context.format);
    report.notes = notes_of(*statement);
    if (!arguments.out.empty()) {
      auto written = write_file(arguments.out, interchange::render(report, context.format));
      return written ? exit_code::done : fail(written.error());
    }
    print(report, context.format);
    say(fmt::format("complete to entry {}", statement->known_at));
    return exit_code::done;
  });
}

}  // namespace loanbook::apps
