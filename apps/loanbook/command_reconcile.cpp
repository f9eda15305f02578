// Statements of banks and channels against the book, and the breaks they leave.

#include <fmt/format.h>

#include <map>

#include "commands.hpp"
#include "loanbook/interchange/file.hpp"
#include "loanbook/interchange/reconciliation_toml.hpp"
#include "loanbook/ledger/digest.hpp"
#include "loanbook/money/money.hpp"
#include "output.hpp"
#include "reconcile.hpp"
#include "requests.hpp"

namespace loanbook::apps {
namespace {

using interchange::BankStatement;
using interchange::BankStatementFormat;
using ledger::BreakRequest;
using ledger::BreakStatus;
using ledger::BreakView;
using ledger::Outcome;
using ledger::ReconcileReport;
using ledger::ReconcileRow;

std::vector<Column> row_columns() {
  return {{"break", "Break"},
          {"kind", "Kind"},
          {"date", "Date", ColumnKind::date},
          {"bank", "Bank", ColumnKind::amount},
          {"book", "Book", ColumnKind::amount},
          {"difference", "Difference", ColumnKind::amount},
          {"currency", "Currency"},
          {"loan", "Loan"},
          {"reference", "Reference"},
          {"entries", "Entries"},
          {"lines", "Lines"},
          {"text", "Text"}};
}

/// `17 18 21`, at most as many as a table can hold.
template <class Items, class Text>
std::string listed(const Items& items, Text text, Format format) {
  constexpr std::size_t shown = 4;
  std::string out;
  for (std::size_t i = 0; i < items.size(); ++i) {
    if (format == Format::table && i == shown) return out + fmt::format(" +{}", items.size() - i);
    if (!out.empty()) out += ' ';
    out += text(items[i]);
  }
  return out;
}

std::vector<std::string> row_cells(const ReconcileRow& row, const std::string& currency,
                                   Format format) {
  const unsigned digits = digits_of(currency);
  money::Int128 bank = 0, book = 0;
  for (const auto& line : row.lines) bank += line.minor;
  for (const auto& entry : row.entries) book += entry.minor;
  const auto amount = [&](money::Int128 minor, bool any) {
    return any ? money::text_of_minor(minor, digits) : std::string{};
  };
  const Day day = row.lines.empty() ? row.entries.front().valued : row.lines.front().booked;
  std::string reference = row.lines.empty() ? std::string{} : row.lines.front().reference;
  if (reference.empty() && !row.entries.empty()) reference = row.entries.front().reference;
  std::string loan;
  for (const auto& entry : row.entries) {
    if (loan.empty()) loan = entry.loan;
    if (loan != entry.loan) loan = "several";
  }
  return {row.id,
          std::string(ledger::to_text(row.outcome)),
          money::to_text(day),
          amount(bank, !row.lines.empty()),
          amount(book, !row.entries.empty()),
          amount(row.difference, row.difference != 0),
          currency,
          loan,
          reference,
          listed(
              row.entries, [](const auto& e) { return std::to_string(e.sequence); }, format),
          listed(
              row.lines, [](const auto& l) { return std::to_string(l.place); }, format),
          row.lines.empty() ? std::string{} : row.lines.front().text};
}

/// What a reader wants first: how much is done.
std::vector<std::string> summary_of(const ReconcileReport& report) {
  const auto& statement = report.statement;
  const unsigned digits = digits_of(statement.currency);
  const auto amount = [&](money::Int128 minor) {
    return interchange::with_thousands(money::text_of_minor(minor, digits));
  };
  std::vector<std::string> lines = {fmt::format(
      "Statement {}of {}, {} to {}, {}",
      statement.statement.empty() ? "" : statement.statement + " ", statement.account,
      money::to_text(statement.from), money::to_text(statement.to), statement.currency)};
  lines.push_back(fmt::format("{} lines, in {}, out {}{}; held against {} entries", statement.lines,
                              amount(statement.in), amount(-statement.out),
                              statement.fees != 0 ? ", fees " + amount(statement.fees) : "",
                              report.entries));
  if (statement.seen != 0)
    lines.push_back(fmt::format("{} lines were reconciled with an earlier file", statement.seen));
  for (const auto& count : statement.counts) {
    lines.push_back(
        fmt::format("{:<17}{:>9}   {:>20}   {}", ledger::to_text(count.outcome), count.findings,
                    amount(count.minor),
                    count.outcome == Outcome::matched ? "" : ledger::advice_of(count.outcome)));
  }
  return lines;
}

/// `99,480 of 100,000 lines matched (99.48 %)`.
std::string matched_text(const ReconcileReport& report) {
  std::uint64_t matched = 0;
  for (const auto& count : report.statement.counts)
    if (ledger::settles(count.outcome)) matched += count.lines;
  const std::uint64_t lines = report.statement.lines;
  const std::uint64_t share = lines == 0 ? 10'000 : std::min(matched, lines) * 10'000 / lines;
  return fmt::format("{} of {} lines matched ({}.{:02} %)",
                     interchange::with_thousands(std::to_string(matched)),
                     interchange::with_thousands(std::to_string(lines)), share / 100, share % 100);
}

void print_report(const ReconcileReport& report, const Context& context, bool all) {
  ReportWriter writer(summary_of(report), row_columns(), context.format, standard_output());
  std::size_t left_out = 0;
  for (const ReconcileRow& row : report.rows) {
    // People want what is to be done; what explains itself is counted above.
    const bool quiet =
        context.format == Format::table && !all && !ledger::needs_decision(row.outcome);
    if (quiet) {
      ++left_out;
      continue;
    }
    writer.row({row_cells(row, report.statement.currency, context.format)});
  }
  std::vector<std::string> notes;
  if (left_out != 0)
    notes.push_back(
        fmt::format("{} findings that need nobody are left out; --all shows them", left_out));
  for (const std::string& id : report.healed)
    notes.push_back("closed by this statement: break " + id);
  if (report.last_closing)
    notes.push_back(fmt::format(
        "The statement before closed at {}, this one opens at another figure: one is missing.",
        amount_text(*report.last_closing, report.statement.currency)));
  if (report.statement.fees != 0)
    notes.push_back("Fees of the channel are its own and not in these books.");
  writer.finish(notes);
}

Result<std::vector<BankStatement>> read_statements(const ReconcileArguments& arguments,
                                                   const interchange::ReconciliationRules& rules,
                                                   std::string text) {
  if (rules.form.format == BankStatementFormat::camt053)
    return interchange::read_camt053(std::move(text), arguments.file);
  auto statement =
      interchange::read_bank_statement_csv(std::move(text), arguments.file, rules.form);
  if (!statement) return statement.error();
  if (statement->account.empty()) statement->account = rules.match.name;
  std::vector<BankStatement> one;
  one.push_back(std::move(*statement));
  return one;
}

/// Days as the user says, where the file does not say them.
Status set_period(const ReconcileArguments& arguments, BankStatement& statement) {
  const auto from = optional_day(arguments.from, "--from");
  if (!from) return from.error();
  const auto to = optional_day(arguments.to, "--to");
  if (!to) return to.error();
  if (*from) statement.from = **from;
  if (*to) statement.to = **to;
  return money::ok();
}

}  // namespace

int reconcile_one(Book& book, const Context& context, const std::string& file, bool all,
                  const ledger::ReconcileInput& input) {
  auto report = book.reconcile(input);
  if (!report) return fail(report.error());
  if (report->replayed) {
    std::size_t open = 0;
    const auto breaks = book.breaks();
    if (!breaks) return fail(breaks.error());
    for (const BreakView& each : *breaks)
      if (each.record.id.statement == report->sequence) ++open;
    say(fmt::format("{} was reconciled by entry {}: nothing changed; {} of its {} breaks are open",
                    file, report->sequence, open, report->statement.breaks));
    return open == 0 ? exit_code::done : exit_code::problems;
  }
  print_report(*report, context, all);
  const std::string done = matched_text(*report);
  if (input.dry_run) {
    say(done);
    say("dry run: nothing was written");
  } else {
    say(fmt::format("{}; recorded as entry {}, {} breaks to decide: loanbook reconcile breaks",
                    done, report->sequence, report->statement.breaks));
  }
  return report->statement.breaks == 0 ? exit_code::done : exit_code::problems;
}

int run_reconcile_bank(const Context& context, const ReconcileArguments& arguments) {
  auto rules_text = interchange::read_file(arguments.rules);
  if (!rules_text) return fail(rules_text.error());
  const auto rules = interchange::read_reconciliation_rules(*rules_text, arguments.rules);
  if (!rules) return fail(rules.error());
  auto text = interchange::read_file(arguments.file);
  if (!text) return fail(text.error());
  const storage::Digest digest = ledger::sha256(*text);
  auto statements = read_statements(arguments, *rules, std::move(*text));
  if (!statements) return fail(statements.error());
  for (BankStatement& statement : *statements) {
    if (Status s = set_period(arguments, statement); !s) return fail(s.error());
  }
  const auto run = [&](Book& book) {
    int code = exit_code::done;
    for (const BankStatement& statement : *statements) {
      const ledger::ReconcileInput input{.account = statement.account,
                                         .statement = statement.id,
                                         .currency = std::string(statement.currency.text()),
                                         .from = statement.from,
                                         .to = statement.to,
                                         .opening = statement.opening,
                                         .closing = statement.closing,
                                         .file = digest,
                                         .rules_digest = ledger::sha256(*rules_text),
                                         .lines = statement.lines,
                                         .rules = &rules->match,
                                         .actor = actor_or_user(arguments.writing.actor),
                                         .reason = arguments.writing.reason,
                                         .dry_run = arguments.writing.dry_run};
      const int one = reconcile_one(book, context, arguments.file, arguments.all, input);
      if (one > exit_code::problems) return one;
      code = std::max(code, one);
    }
    print_completeness(book);
    return code;
  };
  return arguments.writing.dry_run ? with_reader(context, run) : with_writer(context, run);
}

namespace {

std::string who(const BreakView& view) {
  return view.record.status == BreakStatus::open
             ? view.record.owner
             : fmt::format("{} by entry {}", ledger::to_text(view.record.status),
                           view.record.closed_by);
}

std::vector<Column> break_columns() {
  std::vector<Column> columns = row_columns();
  columns.insert(columns.begin() + 1, {{"status", "Status"},
                                       {"age", "Age", ColumnKind::integer},
                                       {"owner", "Owner"},
                                       {"account", "Account"}});
  return columns;
}

std::vector<std::string> break_cells(const BreakView& view, Format format) {
  const ReconcileRow row{.outcome = view.record.outcome,
                         .by = view.record.by,
                         .lines = view.record.lines,
                         .entries = view.entries,
                         .difference = view.record.difference,
                         .id = view.id};
  std::vector<std::string> cells = row_cells(row, view.currency, format);
  if (!view.loan.empty()) cells[7] = view.loan;
  cells.insert(cells.begin() + 1, {std::string(ledger::to_text(view.record.status)),
                                   std::to_string(view.age), who(view), view.account});
  return cells;
}

}  // namespace

int run_reconcile_breaks(const Context& context, const BreakArguments& arguments) {
  return with_reader(context, [&](const Book& book) {
    auto breaks = book.breaks(arguments.all);
    if (!breaks) return fail(breaks.error());
    ReportWriter writer({"Breaks on " + money::to_text(book.status().business_date)},
                        break_columns(), context.format, standard_output());
    std::map<Outcome, std::size_t> kinds;
    for (const BreakView& view : *breaks) {
      if (view.age < static_cast<std::int32_t>(arguments.age)) continue;
      if (!arguments.owner.empty() && view.record.owner != arguments.owner) continue;
      ++kinds[view.record.outcome];
      writer.row({break_cells(view, context.format)});
    }
    std::vector<std::string> notes;
    for (const auto& [outcome, count] : kinds)
      notes.push_back(fmt::format("{}: {}", ledger::to_text(outcome), ledger::advice_of(outcome)));
    writer.finish(notes);
    print_completeness(book);
    return exit_code::done;
  });
}

int run_reconcile_accept(const Context& context, const BreakArguments& arguments) {
  BreakRequest request{.id = arguments.id, .status = BreakStatus::accepted};
  if (arguments.entry != 0) request.entries.push_back(arguments.entry);
  return record_one(context, command_of(std::move(request), "", arguments.writing),
                    arguments.writing);
}

int run_reconcile_assign(const Context& context, const BreakArguments& arguments) {
  BreakRequest request{
      .kind = ledger::Kind::break_updated, .id = arguments.id, .owner = arguments.owner};
  return record_one(context, command_of(std::move(request), "", arguments.writing),
                    arguments.writing);
}

namespace {

/// The events that put a break right; what the book knows decides, `--as` where it could be
/// another.
Result<std::vector<ledger::Command>> corrections_of(const BreakView& view,
                                                    const BreakArguments& arguments) {
  const auto& record = view.record;
  std::string way = arguments.as;
  if (way.empty()) {
    way = record.outcome == Outcome::missing_there  ? "reverse"
          : record.outcome == Outcome::returned     ? "chargeback"
          : record.outcome == Outcome::missing_here ? "repay"
          : record.outcome == Outcome::doubled      ? "repay"
                                                    : "replace";
  }
  const bool takes_out = way == "reverse" || way == "replace";
  const bool puts_in = way == "repay" || way == "replace";
  if (!takes_out && !puts_in && way != "chargeback" && way != "suspense")
    return Error{"cli.correction",
                 fmt::format("--as {}: write repay, suspense, reverse, replace or chargeback", way)};
  money::Int128 bank = 0;
  for (const auto& line : record.lines) bank += line.minor;
  const std::string amount = money::text_of_minor(bank < 0 ? -bank : bank, view.digits);
  const std::string loan = arguments.loan.empty() ? view.loan : arguments.loan;
  std::vector<ledger::Command> commands;
  const auto add = [&](auto event, const std::string& of, std::optional<Day> day) {
    auto command = command_of(std::move(event), of, arguments.writing);
    command.source = "reconcile";
    command.scope = "break-" + view.id;
    command.key = fmt::format("{}", commands.size() + 1);
    command.value_date = day;
    commands.push_back(std::move(command));
  };
  if (takes_out) {
    for (const auto& entry : view.entries) add(ledger::Reverse{entry.sequence}, entry.loan, {});
  }
  if (way == "chargeback") {
    for (const auto& entry : view.entries)
      add(
          ledger::Operation{
              .kind = ledger::Kind::chargeback, .amount = amount, .of = entry.sequence},
          entry.loan, record.lines.front().valued);
  }
  if (way == "suspense" && !record.lines.empty()) {
    if (bank <= 0)
      return Error{"cli.correction", "the bank paid money out: there is nothing to hold"};
    // What the line says may name a person: the break keeps it, the item says which break.
    const auto& line = record.lines.front();
    add(ledger::SuspenseRequest{
            .amount = amount,
            .currency = view.currency,
            .reference = line.reference.empty() ? line.bank_reference : line.reference,
            .text = "break " + view.id},
        "", line.valued);
  }
  if (puts_in && !record.lines.empty()) {
    if (bank <= 0)
      return Error{"cli.correction", "the bank paid money out: --as says what that was"};
    if (loan.empty())
      return Error{"cli.correction_loan",
                   "nothing says whose money it is: give --loan ID, or --as suspense"};
    add(ledger::Repay{amount}, loan, record.lines.front().valued);
  }
  if (commands.empty())
    return Error{"cli.correction", fmt::format("there is nothing to {} in break {}", way, view.id)};
  return commands;
}

}  // namespace

int run_reconcile_correct(const Context& context, const BreakArguments& arguments) {
  return with_writer(context, [&](Book& book) {
    const auto view = book.break_of(arguments.id);
    if (!view) return fail(view.error());
    auto commands = corrections_of(*view, arguments);
    if (!commands) return fail(commands.error());
    if (arguments.writing.dry_run) {
      std::vector<ledger::Recorded> shown;
      for (const auto& command : *commands) {
        auto preview = book.preview(command);
        if (!preview) return fail(preview.error());
        shown.push_back(std::move(*preview));
      }
      print_receipts(context, shown, {});
      say("dry run: nothing was written; each event is shown as if it came alone");
      return exit_code::done;
    }
    commands->push_back(
        command_of(BreakRequest{.id = arguments.id,
                                .status = BreakStatus::corrected,
                                .corrections = static_cast<std::uint32_t>(commands->size())},
                   "", arguments.writing));
    auto recorded = book.record_batch(*commands);
    if (!recorded) return fail(recorded.error());
    print_receipts(context, *recorded, {});
    return exit_code::done;
  });
}

int run_reconcile_statements(const Context& context) {
  return with_reader(context, [&](const Book& book) {
    ReportWriter writer({"Statements reconciled"},
                        {{"account", "Account"},
                         {"statement", "Statement"},
                         {"from", "From", ColumnKind::date},
                         {"to", "To", ColumnKind::date},
                         {"currency", "Currency"},
                         {"lines", "Lines", ColumnKind::integer},
                         {"matched", "Matched", ColumnKind::integer},
                         {"breaks", "Breaks", ColumnKind::integer},
                         {"closing", "Closing", ColumnKind::amount},
                         {"file", "File"}},
                        context.format, standard_output());
    for (const auto& s : book.statements()) {
      std::uint64_t matched = 0;
      for (const auto& count : s.counts)
        if (ledger::settles(count.outcome)) matched += count.lines;
      writer.row({{s.account, s.statement, money::to_text(s.from), money::to_text(s.to), s.currency,
                   std::to_string(s.lines), std::to_string(matched), std::to_string(s.breaks),
                   s.closing ? amount_text(*s.closing, s.currency) : std::string{},
                   hex(s.file).substr(0, 12)}});
    }
    writer.finish({});
    print_completeness(book);
    return exit_code::done;
  });
}

}  // namespace loanbook::apps
