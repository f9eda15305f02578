// Statements of banks and channels against the book, and the breaks they leave.

#include <fmt/format.h>

#include <algorithm>
#include <map>

#include "commands.hpp"
#include "loanbook/interchange/file.hpp"
#include "loanbook/interchange/reconciliation_toml.hpp"
#include "loanbook/ledger/proof/digest.hpp"
#include "loanbook/money/money.hpp"
#include "output.hpp"
#include "requests.hpp"
#include "worklist.hpp"

namespace loanbook::apps {
namespace {

using interchange::BankStatement;
using interchange::BankStatementFormat;
using ledger::BreakRequest;
using ledger::BreakStatus;
using ledger::BreakView;
using ledger::Outcome;

Result<std::vector<BankStatement>> read_statements(const std::string& file,
                                                   const interchange::ReconciliationRules& rules,
                                                   std::string text) {
  if (rules.form.format == BankStatementFormat::camt053)
    return interchange::read_camt053(std::move(text), file);
  auto statement = interchange::read_bank_statement_csv(std::move(text), file, rules.form);
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

/// Statements that the rules are for; what else the file holds is named.
/// `reconcile.other_currency`, `reconcile.other_account` where nothing is left.
Status leave_out_others(std::vector<BankStatement>& statements,
                        const interchange::ReconciliationRules& rules) {
  std::optional<Error> first;
  std::erase_if(statements, [&](const BankStatement& statement) {
    Error other;
    if (statement.currency != rules.form.currency)
      other = {"reconcile.other_currency",
               fmt::format("statement {} of {} is in {}, these rules are for {}: it needs rules of "
                           "its own",
                           statement.id, statement.account, statement.currency.text(),
                           rules.form.currency.text())};
    else if (!rules.match.account.empty() && !statement.account.empty() &&
             statement.account != rules.match.account)
      other = {"reconcile.other_account",
               fmt::format("statement {} is of account {}, the rules are for {}", statement.id,
                           statement.account, rules.match.account)};
    else
      return false;
    if (statements.size() > 1) say("left out: " + other.message);
    if (!first) first = std::move(other);
    return true;
  });
  return statements.empty() && first ? Status{std::move(*first)} : money::ok();
}

/// What names a statement: its file, and its place among those of one account in there.
storage::Digest digest_of(const storage::Digest& file, std::size_t place) {
  return place == 0 ? file : ledger::sha256(fmt::format("{}#{}", hex(file), place));
}

/// One of several pages: those of all of them, in their order.
using Digests = std::map<std::pair<std::string, std::size_t>, storage::Digest>;
storage::Digest digest_of(const BankStatement& statement, const Digests& digests) {
  if (statement.files.size() == 1) return digests.at({statement.files.front(), statement.place});
  std::string all;
  for (const std::string& file : statement.files) all += hex(digests.at({file, 0}));
  return ledger::sha256(all);
}

/// The statements of all files, pages joined, with what names them.
Result<std::vector<BankStatement>> read_all(const ReconcileArguments& arguments,
                                            const interchange::ReconciliationRules& rules,
                                            Digests& digests) {
  std::vector<BankStatement> all;
  for (const std::string& file : arguments.files) {
    auto text = interchange::read_file(file);
    if (!text) return text.error();
    const storage::Digest digest = ledger::sha256(*text);
    auto statements = read_statements(file, rules, std::move(*text));
    if (!statements) return statements.error();
    std::map<std::string, std::size_t> of_account;
    for (BankStatement& statement : *statements) {
      statement.place = of_account[statement.account]++;
      statement.files = {file};
      digests[{file, statement.place}] = digest_of(digest, statement.place);
      all.push_back(std::move(statement));
    }
  }
  return interchange::join_pages(std::move(all));
}

std::string names_of(const std::vector<std::string>& files) {
  std::string names;
  for (const std::string& file : files) names += (names.empty() ? "" : ", ") + file;
  return names;
}

}  // namespace

int run_reconcile_bank(const Context& context, const ReconcileArguments& arguments) {
  auto rules_text = interchange::read_file(arguments.rules);
  if (!rules_text) return fail(rules_text.error());
  const auto rules = interchange::read_reconciliation_rules(*rules_text, arguments.rules);
  if (!rules) return fail(rules.error());
  Digests digests;
  auto statements = read_all(arguments, *rules, digests);
  if (!statements) return fail(statements.error());
  for (BankStatement& statement : *statements) {
    if (Status s = set_period(arguments, statement); !s) return fail(s.error());
  }
  if (Status s = leave_out_others(*statements, *rules); !s) return fail(s.error());
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
                                         .file = digest_of(statement, digests),
                                         .rules_digest = ledger::sha256(*rules_text),
                                         .lines = statement.lines,
                                         .rules = &rules->match,
                                         .actor = actor_or_user(arguments.writing.actor),
                                         .reason = arguments.writing.reason,
                                         .dry_run = arguments.writing.dry_run};
      const std::string file = names_of(statement.files);
      if (statement.repeated != 0)
        say(fmt::format("{}: {} lines stand on two pages and count once", file,
                        statement.repeated));
      const int one = reconcile_one(book, context, file, arguments.all, input);
      if (one > exit_code::problems) return one;
      code = std::max(code, one);
      if (statement.more_follows)
        say(
            fmt::format("{} is one page of several and not the last: what is missing may stand on "
                        "the next ones",
                        file));
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

/// What is at stake.
std::int64_t size_of(const BreakView& view) {
  std::int64_t size = view.record.difference;
  if (size == 0 && !view.record.lines.empty()) size = view.record.lines.front().minor;
  return size < 0 ? -size : size;
}

WorkItem item_of(const BreakView& view) {
  return {.row = {.outcome = view.record.outcome,
                  .by = view.record.by,
                  .lines = view.record.lines,
                  .entries = view.entries,
                  .difference = view.record.difference,
                  .id = view.id},
          .currency = view.currency,
          .loan = view.loan,
          .status = std::string(ledger::to_text(view.record.status)),
          .owner = who(view),
          .account = view.account,
          .age = view.age};
}

}  // namespace

int run_reconcile_breaks(const Context& context, const BreakArguments& arguments) {
  return with_reader(context, [&](const Book& book) {
    auto breaks = book.breaks(arguments.all);
    if (!breaks) return fail(breaks.error());
    std::erase_if(*breaks, [&](const BreakView& view) {
      return view.age < static_cast<std::int32_t>(arguments.age) ||
             (!arguments.owner.empty() && view.record.owner != arguments.owner);
    });
    // The oldest first, and of them the largest.
    std::stable_sort(breaks->begin(), breaks->end(), [](const BreakView& a, const BreakView& b) {
      if (a.record.opened != b.record.opened) return a.record.opened < b.record.opened;
      return size_of(a) > size_of(b);
    });
    const std::string today = money::to_text(book.status().business_date);
    const auto of = arguments.all ? Worklist::Of::breaks_with_closed : Worklist::Of::breaks;
    if (!interchange::is_for_people(context.format)) {
      Worklist list{{}, of, context};
      for (const BreakView& view : *breaks) list.add(item_of(view));
      list.finish({});
    } else {
      // Each account is a list of its own.
      std::vector<std::pair<std::string, std::string>> accounts;
      for (const BreakView& view : *breaks) {
        if (std::find(accounts.begin(), accounts.end(), std::pair(view.account, view.currency)) ==
            accounts.end())
          accounts.emplace_back(view.account, view.currency);
      }
      for (const auto& [account, currency] : accounts) {
        Worklist list{
            {fmt::format("Breaks of {} in {} on {}", account, currency, today)}, of, context};
        for (const BreakView& view : *breaks)
          if (view.account == account && view.currency == currency) list.add(item_of(view));
        list.finish({});
      }
      if (accounts.empty()) say("no open breaks");
    }
    print_completeness(book);
    return exit_code::done;
  });
}

int run_reconcile_accept(const Context& context, const BreakArguments& arguments) {
  BreakRequest request{.id = arguments.id, .status = BreakStatus::accepted};
  request.entries = arguments.entries;
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

/// Of the account whose statement left the break.
Result<std::string> channel_of(const Book& book, std::uint64_t statement) {
  std::string channel;
  const Status read = book.entries(statement - 1, [&](const ledger::EntryView& entry) {
    channel = entry.receipt.channel;
    return false;
  });
  if (!read) return read.error();
  return channel;
}

/// The events that put a break right; what the book knows decides, `--as` where it could be
/// another.
Result<std::vector<ledger::Command>> corrections_of(const BreakView& view,
                                                    const BreakArguments& arguments,
                                                    const std::string& channel) {
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
    return Error{
        "cli.correction",
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
    // A reversal has that of what it takes out.
    if (!std::holds_alternative<ledger::Reverse>(command.event)) command.channel = channel;
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
    add(ledger::SuspenseRequest{.amount = amount,
                                .currency = view.currency,
                                .reference =
                                    line.reference.empty() ? line.bank_reference : line.reference,
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
    const auto channel = channel_of(book, view->record.id.statement);
    if (!channel) return fail(channel.error());
    auto commands = corrections_of(*view, arguments, *channel);
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
