// Long because all of CLI11 stays in this file, the slowest header of the program to compile: the
// command tree.

#include "command_line.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cstdio>
#include <initializer_list>
#include <iostream>
#include <map>
#include <string_view>

#include "command_tree.hpp"
#include "commands.hpp"
#include "completion.hpp"
#include "parquet.hpp"

#ifndef LOANBOOK_VERSION
#define LOANBOOK_VERSION "unknown"
#endif

namespace loanbook::apps {
void add_writing(CLI::App* command, Writing& writing) {
  command->add_flag("--dry-run", writing.dry_run, "Check and show the answer, write nothing");
  command->add_option("--idempotency-key", writing.key,
                      "The same key is recorded once, however often it is sent");
  command->add_option("--actor", writing.actor, "Who does it (default: your user name)");
  command->add_option("--reason", writing.reason, "Why, for the audit trail");
}

CLI::Option* add_channel(CLI::App* command, Writing& writing) {
  return command->add_option("--channel", writing.channel,
                             "By which the money comes or goes, such as alipay; charts map it");
}

namespace {

struct Arguments {
  InitArguments init;
  StatusArguments status;
  VerifyArguments verify;
  std::string folder;
  PublishArguments publish;
  std::string series_name;
  std::vector<std::string> files;
  ProductShowArguments product_show;
  ProductDiffArguments product_diff;
  QuoteArguments quote;
  LoanOpenArguments open;
  LineArguments line;
  LoanAmountArguments amount;
  LoanReverseArguments reverse;
  LoanOperationArguments operation;
  LoanShowArguments show;
  LoanExplainArguments explain;
  StatementArguments statement;
  RecordArguments record;
  ImportArguments import;
  PlayArguments play;
  NightArguments night;
  PortfolioArguments portfolio;
  OverdueArguments overdue;
  PartnerArguments partner;
  ProofArguments proof;
  AuditArguments audit;
  ReconcileArguments reconcile;
  ReconcilePartnerArguments reconcile_partner;
  BreakArguments breaks;
  ParquetArguments parquet;
  EntriesArguments entries;
  std::string out;
  std::string shell;
  std::string ignored;
};

struct Tree : CommandTree {
  Arguments arguments;
};

// Callers may send a key with everything they write; here the day is one already.
void add_day_key(CLI::App* command, Arguments& arguments) {
  command->add_option("--idempotency-key", arguments.ignored,
                      "Accepted and not needed: repeating it changes nothing");
}

void add_value_date(CLI::App* command, Writing& writing) {
  command->add_option("--value-date", writing.value_date,
                      "Day from which it counts (default: the business date)");
}

CLI::Option* add_terms(CLI::App* command, TermsArguments& terms) {
  auto* product = command->add_option("--product", terms.product, "Product id");
  command->add_option("--product-version", terms.product_version, "Default: the newest");
  command->add_option("--amount", terms.amount, "Principal, such as 12000.00")->required();
  command->add_option("--rate", terms.rate,
                      "18%, '1.5% per month', '0.05% per day' (default: the product's)");
  command->add_option("--term", terms.installments,
                      "Number of installments (default: the product's)");
  command->add_option("--first-due", terms.first_due, "First due date");
  command->add_option("--due-day", terms.due_day, "Fixed day of the month, 1 to 31");
  return product;
}

void add_quote_options(CLI::App* quote, QuoteArguments& a) {
  auto* product = add_terms(quote, a.terms);
  auto* file = quote->add_option("--file", a.file, "A product file instead; needs no book");
  file->excludes(product);
  quote->add_option("--date", a.date, "Day of disbursement (default: the business date)");
  quote->add_option("--last-due", a.last_due, "Maturity by contract");
  quote->add_option("--installment", a.installment, "Given by the contract, not solved");
  quote->add_option("--down-payment", a.down_payment, "Paid on the day of disbursement");
  quote->add_option("--drawdown", a.drawdowns, "Paid out later: 2026-03-01=5000.00, repeatable");
  quote->add_option("--rate-change", a.rate_changes, "From a day on: 2027-01-01=3.5%, repeatable");
  quote->add_option("--fee-deducted", a.fee_deducted, "Kept back from the disbursement");
  quote->add_option("--fee-paid", a.fee_paid, "Paid by the borrower on that day");
  quote->add_option("--calendar", a.calendar, "Calendar file of business days");
  quote->add_flag("--explain", a.explain, "How each figure came about");
  quote->add_flag("--no-plot", a.no_plot, "No picture on a terminal");
}

void add_book_commands(Tree& tree) {
  auto& a = tree.arguments;
  auto* init = tree.command(&tree.app, "init", "Make a new, empty book",
                            "loanbook init --currency CNY --date 2026-01-01",
                            [&a](const Context& c) { return run_init(c, a.init); });
  init->add_option("--currency", a.init.currency, "Reporting currency (ISO 4217)")->required();
  init->add_option("--date", a.init.date, "First business date")->required();
  add_day_key(init, a);
  init->add_flag("--dry-run", a.init.dry_run, "Check, make nothing");

  auto* status = tree.command(&tree.app, "status", "Where the book stands; exit code for cron",
                              "loanbook status --expect-closed 2026-01-31",
                              [&a](const Context& c) { return run_status(c, a.status); });
  status->add_option("--expect-closed", a.status.expect_closed,
                     "Exit 1 where the book is not closed through this day");
  tree.command(&tree.app, "stats", "Sizes: files, entries, bytes a loan", "loanbook stats",
               [](const Context& c) { return run_stats(c); });
  auto* verify = tree.command(
      &tree.app, "verify", "Prove that files, chain, loans and totals agree",
      "loanbook verify --deep", [&a](const Context& c) { return run_verify(c, a.verify); });
  verify->add_flag("--deep", a.verify.deep, "Also compute every booked night again from its lines");
  verify->add_option("--receipt", a.verify.receipts,
                     "Receipts (json, ndjson, csv) or a signed head kept elsewhere, repeatable");
  verify->add_option("--key", a.verify.key, "Public key that must have signed the head");
  tree.command(&tree.app, "rebuild", "Make everything derived again from the entries",
               "loanbook rebuild", [](const Context& c) { return run_rebuild(c); });
  auto* backup =
      tree.command(&tree.app, "backup", "Copy the book as of now; checked before success",
                   "loanbook backup backups/2026-01-31",
                   [&a](const Context& c) { return run_backup(c, a.folder); });
  backup->add_option("DIR", a.folder, "Empty or missing folder")->required();
  auto* restore = tree.command(&tree.app, "restore", "Make the book of --book from a backup",
                               "loanbook --book book2 restore backups/2026-01-31",
                               [&a](const Context& c) { return run_restore(c, a.folder); });
  restore->add_option("DIR", a.folder, "Folder of the backup")->required();
}

void add_product_commands(Tree& tree) {
  auto& a = tree.arguments;
  auto* product = tree.noun("product", "Publish, list and show products");
  auto* add =
      tree.command(product, "add", "Publish product files; a version never changes afterwards",
                   "loanbook product add examples/products/*.toml",
                   [&a](const Context& c) { return run_product_add(c, a.publish); });
  add->add_option("FILE", a.publish.files, "Product files (TOML)")->required();
  add->add_option("--branch", a.publish.branch, "As the variants for this branch");
  add_writing(add, a.publish.writing);
  tree.command(product, "list", "Published products", "loanbook product list",
               [](const Context& c) { return run_product_list(c); });
  auto* show = tree.command(product, "show", "A published product as a file",
                            "loanbook product show consumer-level",
                            [&a](const Context& c) { return run_product_show(c, a.product_show); });
  show->add_option("ID", a.product_show.id, "Product id")->required();
  show->add_option("--version", a.product_show.version, "Default: the newest");
  show->add_option("--branch", a.product_show.branch, "The variant for this branch");
  auto* check =
      tree.command(product, "check", "Check product files without a book, and say what they do",
                   "loanbook product check my-product.toml",
                   [&a](const Context& c) { return run_product_check(c, a.files); });
  check->add_option("FILE", a.files, "Product files (TOML)")->required();
  auto* diff = tree.command(product, "diff", "What two products do differently, key by key",
                            "loanbook product diff consumer-level@1 consumer-level.toml",
                            [&a](const Context& c) { return run_product_diff(c, a.product_diff); });
  const std::string either = "A product file, or a published product as ID or ID@VERSION";
  diff->add_option("FIRST", a.product_diff.first, either)->required();
  diff->add_option("SECOND", a.product_diff.second, either)->required();

  auto* series = tree.noun("series", "Dated values such as an index rate");
  auto* series_add = tree.command(
      series, "add", "Publish index values (CSV: name, day, value) or calendars (TOML)",
      "loanbook series add lpr.csv cn-2026.toml",
      [&a](const Context& c) { return run_series_add(c, a.publish); });
  series_add->add_option("FILE", a.publish.files, "Series files (CSV), calendar files (TOML)")
      ->required();
  add_writing(series_add, a.publish.writing);
  tree.command(series, "list", "Indexes and calendars of the book", "loanbook series list",
               [](const Context& c) { return run_series_list(c); });
  auto* series_show =
      tree.command(series, "show", "The values of one series", "loanbook series show LPR-1Y",
                   [&a](const Context& c) { return run_series_show(c, a.series_name); });
  series_show->add_option("NAME", a.series_name, "Name of the series")->required();

  auto* quote = tree.command(
      &tree.app, "quote", "Plan, costs and annual rates of a loan that is not made yet",
      "loanbook quote --product consumer-level --amount 12000 --date 2026-01-15",
      [&a](const Context& c) { return run_quote(c, a.quote); });
  add_quote_options(quote, a.quote);
}

CLI::App* add_amount_command(Tree& tree, CLI::App* loan, const std::string& name,
                             const std::string& help,
                             int (*run)(const Context&, const LoanAmountArguments&)) {
  auto& amount = tree.arguments.amount;
  auto* made = tree.command(loan, name, help, "loanbook loan " + name + " L-1001 --amount 1100.16",
                            [&amount, run](const Context& c) { return run(c, amount); });
  made->add_option("ID", amount.loan, "Loan id")->required();
  made->add_option("--amount", amount.amount, "Such as 1100.16")->required();
  made->add_option("--expect-version", amount.expect_version,
                   "Refuse where the loan has another number of entries");
  add_channel(made, amount.writing);
  add_writing(made, amount.writing);
  add_value_date(made, amount.writing);
  return made;
}

void add_loan_writing(Tree& tree, CLI::App* loan) {
  auto& a = tree.arguments;
  auto* open =
      tree.command(loan, "open", "Open a loan (with --disburse: and pay it out)",
                   "loanbook loan open L-1001 --product consumer-level --amount 12000 --disburse",
                   [&a](const Context& c) { return run_loan_open(c, a.open); });
  open->group("Life");
  open->add_option("ID", a.open.loan, "Loan id")->required();
  add_terms(open, a.open.terms)->required();
  open->add_option("--line", a.open.terms.line, "Credit line it is drawn on");
  open->add_option("--reservation", a.open.terms.reservation, "Reservation of that line to use up");
  open->add_option("--party", a.open.terms.party,
                   "Reference of the customer: opaque, no name; categories are shared by it");
  open->add_option("--branch", a.open.terms.branch, "Under the product's variant for this branch");
  auto* disburse = open->add_flag("--disburse", a.open.disburse, "Pay it out at once");
  auto* channel = add_channel(open, a.open.writing);
  open->add_option("--code", a.open.code, "Reference by which that channel is asked about it");
  open->add_flag("--order", a.open.order, "Order its pay-out, to be confirmed later")
      ->needs(channel)
      ->excludes(disburse);
  add_writing(open, a.open.writing);
  add_value_date(open, a.open.writing);
  add_amount_command(tree, loan, "disburse", "Pay an opened loan out", run_loan_disburse)
      ->group("Life");
  auto* repay = add_amount_command(tree, loan, "repay", "Record a repayment", run_loan_repay);
  repay->group("Payments");
  repay->add_option("--payer", a.amount.payer,
                    "Reference of a third party that paid: opaque, no name");
  auto* reverse = tree.command(loan, "reverse", "Take an event out: it never happened",
                               "loanbook loan reverse L-1001 --entry 17 --reason 'wrong loan'",
                               [&a](const Context& c) { return run_loan_reverse(c, a.reverse); });
  reverse->group("Life");
  reverse->add_option("ID", a.reverse.loan, "Loan id")->required();
  reverse->add_option("--entry", a.reverse.entry, "Sequence number of the entry")->required();
  reverse->add_option("--expect-version", a.reverse.expect_version,
                      "Refuse where the loan has another number of entries");
  add_writing(reverse, a.reverse.writing);
}

/// Under which heading of `loan --help` an operation stands.
std::string group_of(std::string_view operation) {
  const auto is_one_of = [operation](std::initializer_list<std::string_view> names) {
    return std::find(names.begin(), names.end(), operation) != names.end();
  };
  if (is_one_of({"order-payout", "confirm-payout", "fail-payout", "unknown-payout", "intend",
                 "cancel-intent", "debit-failed"}))
    return "On its way";
  if (is_one_of({"down-payment", "prepay", "merchant-refund", "payout-refund", "goodwill",
                 "refund-overpayment", "refund", "chargeback", "coupon-settle"}))
    return "Payments";
  if (is_one_of({"charge", "waive-charge", "adjust-charge", "waive-interest", "coupon"}))
    return "Charges";
  if (is_one_of({"approve", "decline", "cancel", "transfer"})) return "Life";
  if (is_one_of(
          {"charge-off", "write-off", "recover", "mark-fraud", "pause-overdue", "resume-overdue"}))
    return "Arrears and losses";
  return "Changes";
}

void add_operation_fields(CLI::App* command, const ledger::OperationRule& rule,
                          LoanOperationArguments& a, std::string& example) {
  const auto add = [&](ledger::OperationField field, const char* name, auto& value,
                       const std::string& help, const std::string& sample) {
    if (((rule.required | rule.optional) & field) == 0) return;
    const bool required = (rule.required & field) != 0;
    command->add_option(name, value, help)->required(required);
    const std::string_view first =
        std::string_view(name).substr(0, std::string_view(name).find(','));
    if (required) example += fmt::format(" {} {}", first, sample);
  };
  const bool sale = rule.kind == ledger::Kind::transfer;
  add(ledger::field_amount, sale ? "--amount,--price" : "--amount", a.amount, "Such as 100.00",
      "100.00");
  add(ledger::field_of, "--of", a.of, "Sequence number of an earlier entry of the loan", "17");
  add(ledger::field_rows, "--rows", a.rows, "Number of installments", "6");
  // An intent speaks of the day on which it is to happen; the names of files go too.
  const bool intent = rule.kind == ledger::Kind::intend;
  add(ledger::field_from, intent ? "--on,--from" : "--from", a.from, "A day, such as 2026-03-01",
      "2026-03-01");
  add(ledger::field_until, intent ? "--expires,--until" : "--until", a.until,
      "A day, such as 2026-03-31", "2026-03-31");
  add(ledger::field_rate, "--rate", a.rate, "Per year, such as 12%", "12%");
  std::string words(rule.choices);
  for (std::size_t at = 0; (at = words.find(' ', at)) != std::string::npos; at += 2)
    words.replace(at, 1, ", ");
  const std::string first = words.substr(0, words.find(','));
  add(ledger::field_choice, intent ? "--kind,--choice" : "--choice", a.choice,
      "One of: " + words + " (default: " + first + ")", first);
  const bool payer = rule.kind == ledger::Kind::coupon || rule.kind == ledger::Kind::coupon_settle;
  add(ledger::field_code,
      sale    ? "--code,--to"
      : payer ? "--code,--payer"
              : "--code",
      a.code,
      sale    ? "Reference of the buyer"
      : payer ? "Code of the payer"
              : "Code of the charge or of the reason, or a reference",
      sale    ? "fund-3"
      : payer ? "shop-7"
              : "late");
  add(ledger::field_channel, "--channel", a.channel, "Through which the money moves", "bank-a");
}

/// One command for each operation of the ledger's table.
void add_operations(Tree& tree, CLI::App* loan) {
  auto& a = tree.arguments.operation;
  for (const ledger::OperationRule& rule : ledger::operation_rules()) {
    const std::string name(rule.name);
    std::string meaning(rule.meaning);
    if (meaning.front() >= 'a' && meaning.front() <= 'z')
      meaning.front() = static_cast<char>(meaning.front() - 'a' + 'A');
    auto* made = tree.command(loan, name, meaning, "", [&a, &rule](const Context& c) {
      return run_loan_operation(c, rule, a);
    });
    made->group(group_of(rule.name));
    made->add_option("ID", a.loan, "Loan id")->required();
    std::string example = "loanbook loan " + name + " L-1001";
    add_operation_fields(made, rule, a, example);
    made->footer("Example:\n  " + example);
    made->add_option("--expect-version", a.expect_version,
                     "Refuse where the loan has another number of entries");
    if (ledger::moves_money(rule.kind)) add_channel(made, a.writing);
    add_writing(made, a.writing);
    add_value_date(made, a.writing);
  }
}

void add_loan_commands(Tree& tree) {
  auto& a = tree.arguments;
  auto* loan = tree.noun("loan", "One loan: record events, show it, explain its figures");
  add_loan_writing(tree, loan);
  add_operations(tree, loan);
  auto* show = tree.command(loan, "show", "A loan at the opening of a day",
                            "loanbook loan show L-1001 --as-of 2026-03-01",
                            [&a](const Context& c) { return run_loan_show(c, a.show); });
  show->group("Reading");
  show->add_option("ID", a.show.loan, "Loan id")->required();
  show->add_option("--as-of", a.show.as_of, "Value date (default: the business date)");
  show->add_option("--known-at", a.show.known_at,
                   "Only entries booked by this day, or up to this sequence number");
  auto* schedule = tree.command(loan, "schedule", "Its plan and what became of each installment",
                                "loanbook loan schedule L-1001", [&a](const Context& c) {
                                  return run_loan_schedule(c, a.show.loan);
                                });
  schedule->group("Reading");
  schedule->add_option("ID", a.show.loan, "Loan id")->required();
  auto* charges =
      tree.command(loan, "charges", "Its fees and fixed penalties, those of late installments too",
                   "loanbook loan charges L-1001",
                   [&a](const Context& c) { return run_loan_charges(c, a.show.loan); });
  charges->group("Reading");
  charges->add_option("ID", a.show.loan, "Loan id")->required();
  auto* entries =
      tree.command(loan, "entries", "Everything recorded about it", "loanbook loan entries L-1001",
                   [&a](const Context& c) { return run_loan_entries(c, a.show.loan); });
  entries->group("Reading");
  entries->add_option("ID", a.show.loan, "Loan id")->required();
  auto* explain = tree.command(loan, "explain", "How each figure came about",
                               "loanbook loan explain L-1001 --date 2026-03-01",
                               [&a](const Context& c) { return run_loan_explain(c, a.explain); });
  explain->group("Reading");
  explain->add_option("ID", a.explain.loan, "Loan id")->required();
  explain->add_option("--date", a.explain.date, "Default: the business date");
  auto* statement = tree.command(
      loan, "statement", "What the borrower owed, paid and owes, day by day",
      "loanbook --format pdf loan statement L-1001 --from 2026-01-01 --to 2026-03-31 --out l.pdf",
      [&a](const Context& c) { return run_loan_statement(c, a.statement); });
  statement->group("Reading");
  statement->add_option("ID", a.statement.loan, "Loan id")->required();
  statement->add_option("--from", a.statement.from, "First day (default: its first event)");
  statement->add_option("--to", a.statement.until, "Last day (default: before the business date)");
  statement->add_option("--known-at", a.statement.known_at,
                        "Only entries booked by this day, or up to this sequence number");
  statement->add_option("--out", a.statement.out, "File to write instead of standard output");
}

void add_line_terms(CLI::App* command, LineArguments& a) {
  command->add_option("--last-day", a.last_day, "Last day of drawing and reserving, or none");
  command->add_option("--revolving", a.revolving,
                      "yes: principal repaid can be drawn again (default); no");
  command->add_option("--needs-decision", a.needs_decision,
                      "yes: nothing is paid out without a risk decision allow; no (default)");
  command->add_option("--write-off-restores", a.write_off_restores,
                      "yes: principal written off can be drawn again; no (default)");
  command->add_option("--temporary", a.temporary, "Temporary limit; 0 ends it");
  command->add_option("--temporary-until", a.temporary_until, "Its last day");
  command->add_option("--sub-limit", a.sub_limits, "PRODUCT=AMOUNT, repeatable; PRODUCT= ends it");
}

CLI::App* add_line_event(Tree& tree, CLI::App* line, ledger::Kind kind, const std::string& help,
                         const std::string& example) {
  auto& a = tree.arguments.line;
  const std::string name(ledger::to_text(kind).substr(5));  // without `line-`
  auto* made = tree.command(line, name, help, "loanbook line " + name + " C-77 " + example,
                            [&a, kind](const Context& c) { return run_line_event(c, kind, a); });
  made->add_option("ID", a.line, "Line id")->required();
  made->add_option("--expect-version", a.expect_version,
                   "Refuse where the line has another number of entries");
  add_writing(made, a.writing);
  return made;
}

void add_line_commands(Tree& tree) {
  using ledger::Kind;
  auto& a = tree.arguments.line;
  auto* line = tree.noun("line", "Credit lines: limits, reservations, risk decisions");
  auto* open =
      add_line_event(tree, line, Kind::line_open, "Open a line", "--currency CNY --limit 20000.00");
  open->add_option("--currency", a.currency, "ISO 4217")->required();
  open->add_option("--limit", a.limit, "Such as 20000.00")->required();
  add_line_terms(open, a);
  auto* change =
      add_line_event(tree, line, Kind::line_change, "Change its terms", "--limit 30000.00");
  change->add_option("--limit", a.limit, "Below what is used: nothing is available then");
  add_line_terms(change, a);
  auto* freeze = add_line_event(tree, line, Kind::line_freeze,
                                "No drawing, no reserving; repayments pass", "--code court");
  auto* unfreeze = add_line_event(tree, line, Kind::line_unfreeze, "End a freeze", "");
  auto* reserve = add_line_event(tree, line, Kind::line_reserve, "Keep a part of it for a drawdown",
                                 "--reservation R-1 --amount 500.00 --until 2026-01-31");
  auto* release =
      add_line_event(tree, line, Kind::line_release, "Give a reservation up", "--reservation R-1");
  auto* confirm =
      add_line_event(tree, line, Kind::line_confirm, "A reservation is for this loan and no other",
                     "--reservation R-1 --loan L-1001");
  for (auto* each : {reserve, release, confirm})
    each->add_option("--reservation", a.reservation, "Reservation id")->required();
  for (auto* each : {freeze, unfreeze, release})
    each->add_option("--code", a.code, "Code of the reason");
  reserve->add_option("--amount", a.amount, "Such as 500.00")->required();
  reserve->add_option("--until", a.until, "Last day on which it holds")->required();
  reserve->add_option("--product", a.product, "Product whose sub-limit it takes");
  confirm->add_option("--loan", a.loan, "A loan that was opened on this line")->required();
  auto* decide = tree.command(line, "decide", "Record what a risk engine decided",
                              "loanbook line decide C-77 --reservation R-1 --verdict hold",
                              [&a](const Context& c) { return run_line_decide(c, a); });
  decide->add_option("ID", a.line, "Line id; none: about the loan alone");
  decide->add_option("--verdict", a.verdict, "allow, hold or block")->required();
  decide->add_option("--reservation", a.reservation, "About this reservation of the line");
  decide->add_option("--loan", a.loan, "About this loan, opened or not");
  decide->add_option("--entry", a.entry, "Sequence number of the entry it concerns");
  decide->add_option("--code", a.code, "Reason code");
  decide->add_option("--rule-set", a.rule_set, "Version of the rules");
  decide->add_option("--score", a.score, "Id of the score");
  decide->add_option("--until", a.until, "Last day on which it stands");
  add_writing(decide, a.writing);
  auto* show = tree.command(line, "show", "What stands on it today", "loanbook line show C-77",
                            [&a](const Context& c) { return run_line_show(c, a.line); });
  show->add_option("ID", a.line, "Line id")->required();
  tree.command(line, "list", "All lines", "loanbook line list",
               [](const Context& c) { return run_line_list(c); });
}

void add_import(Tree& tree, CLI::App* parent, const std::string& name, const std::string& help,
                int (*run)(const Context&, const ImportArguments&)) {
  auto& import = tree.arguments.import;
  auto* made = tree.command(parent, name, help,
                            "loanbook import " + name + " " + name + ".csv --reject-file bad.csv",
                            [&import, run](const Context& c) { return run(c, import); });
  made->add_option("FILE", import.file, "CSV file with a header")->required();
  made->add_option("--map", import.map, "NAME=COLUMN where the file names a column otherwise");
  made->add_option("--reject-file", import.reject_file,
                   "Write bad rows there and import the others (exit 1)");
  made->add_option("--chunk", import.chunk, "Rows to a group")->check(CLI::Range(1, 65536));
  made->add_flag("--dry-run", import.writing.dry_run, "Check every row, write nothing");
  made->add_option("--idempotency-key", import.writing.key,
                   "Scope of the rows' keys (default: from the file's content)");
  made->add_option("--actor", import.writing.actor, "Who does it (default: your user name)");
  made->add_option("--reason", import.writing.reason, "Why, for the audit trail");
  made->add_flag("--describe", import.describe,
                 "Only say how the file is read: rows, dates, columns");
  if (name != "loans") return;
  made->add_option("--product", import.product,
                   "Product of every row, where the file has no such column");
  made->add_option("--compare", import.compare,
                   "Only compare this column of level installments with our plans");
}

void add_play(CLI::App* play, PlayArguments& arguments) {
  play->add_option("--loans", arguments.loans, "CSV file of loans");
  play->add_option("--product", arguments.product,
                   "Product of every loan, where the file has no such column");
  play->add_option("--map", arguments.map, "NAME=COLUMN for the file of loans");
  play->add_option("--through", arguments.through, "Last day to close")->required();
  play->add_option("--reject-file", arguments.reject_file,
                   "Write rows that cannot be recorded there and play the others (exit 1)");
  play->add_option("--compare", arguments.compare,
                   "CSV file of an old system's figures: list what differs, and why");
  play->add_option("--threads", arguments.threads, "Threads of a night (default: one a core)");
  play->add_flag("--dry-run", arguments.writing.dry_run, "Check the files, write nothing");
  play->add_option("--idempotency-key", arguments.writing.key,
                   "Scope of the rows' keys (default: from the files' content)");
  play->add_option("--actor", arguments.writing.actor, "Who does it (default: your user name)");
}

void add_bulk_commands(Tree& tree) {
  auto& a = tree.arguments;
  auto* record = tree.command(
      &tree.app, "record", "Record the events of a file, one JSON object a line",
      "loanbook record events.ndjson", [&a](const Context& c) { return run_record(c, a.record); });
  record->add_option("FILE", a.record.file, "NDJSON file, or - for standard input")->required();
  record->add_flag("--atomic", a.record.atomic, "All or nothing (at most 1,000 lines)");
  record->add_flag("--dry-run", a.record.writing.dry_run, "Check every line, write nothing");
  record->add_option("--idempotency-key", a.record.writing.key,
                     "Scope of the keys of lines without a reference (default: from the content)");
  record->add_option("--actor", a.record.writing.actor, "Who does it (default: your user name)");
  record->add_option("--reason", a.record.writing.reason, "Why, where a line gives none");

  auto* import = tree.noun("import", "Bulk: all rows are checked before the first is written");
  add_import(tree, import, "loans", "Open and disburse the loans of a CSV file", run_import_loans);
  add_import(tree, import, "events", "Record the repayments and other events of a CSV file",
             run_import_events);
  add_import(tree, import, "take-over", "Running loans enter in mid-life, with their balances",
             run_import_take_over);

  auto* history = tree.command(
      import, "history", "Play the whole history of an old system and compare its figures",
      "loanbook import history events.csv --through 2026-03-31 --compare figures.csv",
      [&a](const Context& c) { return run_play(c, a.play); });
  history->add_option("FILE", a.play.events, "CSV file of events, in the order they arrived")
      ->required();
  add_play(history, a.play);

  auto* journal =
      tree.command(import, "journal", "Make the book of --book from `export ndjson`, to the byte",
                   "loanbook --book book2 import journal book.ndjson",
                   [&a](const Context& c) { return run_import_journal(c, a.folder); });
  journal->add_option("FILE", a.folder, "Journal, or - for standard input")->required();

  auto* play =
      tree.command(&tree.app, "play", "Record dated files in date order, closing each day between",
                   "loanbook play --loans loans.csv --events events.csv --through 2026-03-31",
                   [&a](const Context& c) { return run_play(c, a.play); });
  play->add_option("--events", a.play.events, "CSV file of events, in the order they arrived");
  add_play(play, a.play);

  auto* night = tree.command(&tree.app, "night", "Close every business date up to a day",
                             "loanbook night --through 2026-01-31",
                             [&a](const Context& c) { return run_night(c, a.night); });
  night->add_option("--through", a.night.through, "Last day to close")->required();
  night->add_option("--threads", a.night.threads,
                    "Threads (default: one a core); content is the same");
  add_day_key(night, a);
  night->add_flag("--dry-run", a.night.dry_run, "Only say which days would be closed");
}

void add_report_commands(Tree& tree) {
  auto& a = tree.arguments;
  auto* portfolio = tree.command(&tree.app, "portfolio", "Loans by product and bucket",
                                 "loanbook portfolio --loans --format csv",
                                 [&a](const Context& c) { return run_portfolio(c, a.portfolio); });
  portfolio->add_option("--as-of", a.portfolio.as_of, "Value date (default: the business date)");
  portfolio->add_option("--known-at", a.portfolio.known_at,
                        "Only entries booked by this day, or up to this sequence number");
  portfolio->add_option("--branch", a.portfolio.branch, "Of this branch only; - is none");
  portfolio->add_flag("--loans", a.portfolio.loans, "One row a loan");
  portfolio->add_flag("--all", a.portfolio.all, "Closed and not yet disbursed loans too");
  auto* overdue =
      tree.command(&tree.app, "overdue", "Loans past due, by bucket", "loanbook overdue",
                   [&a](const Context& c) { return run_overdue(c, a.overdue); });
  overdue->add_option("--as-of", a.overdue.as_of, "Value date (default: the business date)");
  overdue->add_option("--known-at", a.overdue.known_at,
                      "Only entries booked by this day, or up to this sequence number");
  overdue->add_option("--branch", a.overdue.branch, "Of this branch only; - is none");
  overdue->add_flag("--summary", a.overdue.summary, "One row a bucket");
  auto* entries = tree.command(&tree.app, "entries", "The journal: every entry in order, no gaps",
                               "loanbook entries --after 1000 --follow --format ndjson",
                               [&a](const Context& c) { return run_entries(c, a.entries); });
  entries->add_option("--after", a.entries.after, "Sequence number of the last one you have");
  entries->add_flag("--follow", a.entries.follow, "Wait for more until interrupted");
  auto* partners = tree.noun("partners", "Partners of joint loans");
  auto* settle =
      tree.command(partners, "settle", "What a partner is owed for a closed day, loan by loan",
                   "loanbook partners settle --partner city-bank --date 2026-01-31 --format csv",
                   [&a](const Context& c) { return run_partners_settle(c, a.partner); });
  settle->add_option("--partner", a.partner.partner, "Its id in the products")->required();
  settle->add_option("--date", a.partner.date, "Booking date (default: the last closed day)");
  auto* out = tree.noun("export", "Files that other programs read");
  const auto add = [&](const std::string& form, const std::string& help, const std::string& file) {
    auto* made = tree.command(out, form, help, "loanbook export " + form + " --out " + file,
                              [&a, form](const Context& c) { return run_export(c, form, a.out); });
    made->add_option("--out", a.out, "File (default: standard output)");
  };
  add("hledger", "The journal for hledger", "january.journal");
  add("ledger", "The journal for Ledger", "january.ledger");
  add("beancount", "The journal for Beancount", "january.beancount");
  add("csv", "Lines for the import of another general ledger", "january.csv");
  add("ndjson", "The whole book to the byte, for `import journal`", "january.ndjson");
  add("xlsx", "Trial balance, portfolio and journal as a workbook (needs --out)", "january.xlsx");
  auto& p = tree.arguments.parquet;
  auto* parquet = tree.command(out, "parquet", "Columns for analysts (needs DuckDB's library)",
                               "loanbook export parquet --out loans.parquet --as-of 2026-01-31",
                               [&p](const Context& c) { return run_export_parquet(c, p); });
  parquet->add_option("--out", p.out, "File, or a folder for one file a table")->required();
  parquet->add_option("--table", p.table, "loans (default), entries or days; a folder gets all");
  parquet->add_option("--as-of", p.as_of, "Loans at its opening; entries and nights up to it");
  parquet->add_option("--known-at", p.known_at, "Only entries up to this day or sequence number");
  parquet->add_option("--library", p.library, "libduckdb.so (LOANBOOK_DUCKDB)")
      ->envname("LOANBOOK_DUCKDB");
}

void add_proof_commands(Tree& tree) {
  auto& a = tree.arguments.proof;
  auto* keygen = tree.command(&tree.app, "keygen", "Make a key that signs heads (Ed25519)",
                              "loanbook keygen --out head-key.pem",
                              [&a](const Context&) { return run_keygen(a.out); });
  keygen->add_option("--out", a.out, "File of the private key; must not exist")->required();
  auto* sign = tree.command(&tree.app, "sign-head", "Sign where the book stands",
                            "loanbook sign-head --key head-key.pem --out head-2026-01-31.txt",
                            [&a](const Context& c) { return run_sign_head(c, a); });
  sign->add_option("--key", a.key, "File of the private key, outside the book")->required();
  sign->add_option("--out", a.out, "File (default: standard output)");
  auto* prove = tree.noun("prove", "Proofs that a stranger can check");
  auto* loan =
      tree.command(prove, "loan", "One loan's entries and nights, and nothing of others",
                   "loanbook prove loan L-1001 --head head-2026-01-31.txt --out L-1001.proof",
                   [&a](const Context& c) { return run_prove_loan(c, a); });
  loan->add_option("ID", a.loan, "Loan id")->required();
  loan->add_option("--head", a.head, "Signed head to prove it against");
  loan->add_option("--out", a.out, "File (default: standard output)");
  auto& audit = tree.arguments.audit;
  auto* list =
      tree.command(&tree.app, "audit", "What was reversed, dated back, waived or overridden",
                   "loanbook audit --from 2026-01-01 --to 2026-01-31",
                   [&audit](const Context& c) { return run_audit(c, audit); });
  list->add_option("--from", audit.from, "First booking date");
  list->add_option("--to", audit.to, "Last booking date");
}

CLI::App* add_break_command(Tree& tree, CLI::App* parent, const std::string& name,
                            const std::string& help, const std::string& example,
                            int (*run)(const Context&, const BreakArguments&)) {
  auto& a = tree.arguments.breaks;
  auto* made = tree.command(parent, name, help, "loanbook reconcile " + name + " 17-3 " + example,
                            [&a, run](const Context& c) { return run(c, a); });
  made->add_option("ID", a.id, "Break, as `reconcile breaks` names it")->required();
  add_writing(made, a.writing);
  return made;
}

void add_reconcile_commands(Tree& tree) {
  auto& a = tree.arguments;
  auto* reconcile = tree.noun("reconcile", "Statements of banks and channels against the book");
  auto* bank = tree.command(reconcile, "bank", "Match a statement and record what does not fit",
                            "loanbook reconcile bank october.xml --rules bank.toml",
                            [&a](const Context& c) { return run_reconcile_bank(c, a.reconcile); });
  bank->add_option("FILE", a.reconcile.files,
                   "Statement: camt.053 or CSV; several: pages of a statement become one")
      ->required();
  bank->add_option("--rules", a.reconcile.rules, "How it reads and matches (TOML)")->required();
  bank->add_option("--from", a.reconcile.from, "First day, where the file does not say");
  bank->add_option("--to", a.reconcile.to, "Last day, where the file does not say");
  bank->add_flag("--all", a.reconcile.all, "Also what needs nobody: batches, splits, in transit");
  add_writing(bank, a.reconcile.writing);
  auto& p = a.reconcile_partner;
  auto* partner =
      tree.command(reconcile, "partner", "Hold a partner's settlement file against what it is owed",
                   "loanbook reconcile partner theirs.csv --partner city-bank --date 2026-01-31",
                   [&p](const Context& c) { return run_reconcile_partner(c, p); });
  partner->add_option("FILE", p.file, "CSV with the columns of `partners settle`")->required();
  partner->add_option("--partner", p.partner, "Its id in the products")->required();
  partner->add_option("--date", p.date, "Booking date (default: the last closed day)");
  partner->add_option("--currency", p.currency, "Default: that of the book");
  partner->add_option("--map", p.map, "NAME=COLUMN where the file names a column otherwise");
  partner->add_option("--tolerance", p.tolerance, "Difference of one figure that is let pass");
  partner->add_option("--tolerance-total", p.tolerance_total, "Of all of them together");
  partner->add_flag("--all", p.all, "Also what needs nobody");
  add_writing(partner, p.writing);
  auto* breaks = tree.command(reconcile, "breaks", "What somebody has to decide",
                              "loanbook reconcile breaks --age 3",
                              [&a](const Context& c) { return run_reconcile_breaks(c, a.breaks); });
  breaks->add_option("--age", a.breaks.age, "At least so many days old");
  breaks->add_option("--owner", a.breaks.owner, "Of this owner");
  breaks->add_flag("--all", a.breaks.all, "Closed ones too");
  auto* accept = add_break_command(tree, reconcile, "accept", "It stays as it is, for a reason",
                                   "--reason 'the bank takes it back'", run_reconcile_accept);
  accept->add_option("--entry", a.breaks.entries, "Which entry it is, where several fit; repeated");
  auto* assign = add_break_command(tree, reconcile, "assign", "Who looks after it", "--owner ann",
                                   run_reconcile_assign);
  assign->add_option("--owner", a.breaks.owner, "Name; none: nobody");
  auto* correct =
      add_break_command(tree, reconcile, "correct", "Record the events that put it right",
                        "--loan L-1001 --reason 'payer named it'", run_reconcile_correct);
  correct->add_option("--loan", a.breaks.loan, "Whose money it is (default: as the line says)");
  correct->add_option(
      "--as", a.breaks.as,
      "repay, suspense, reverse, replace or chargeback (default: as the kind says)");
  tree.command(reconcile, "statements", "Statements reconciled so far",
               "loanbook reconcile statements",
               [](const Context& c) { return run_reconcile_statements(c); });
}

CommandNode node_of(const CLI::App* app) {
  CommandNode node{app->get_name(), app->get_description(), {}, {}};
  for (const auto* option : app->get_options()) {
    for (const auto& name : option->get_lnames()) node.options.push_back("--" + name);
  }
  for (const auto* command : app->get_subcommands({})) node.commands.push_back(node_of(command));
  return node;
}

void add_completion(Tree& tree) {
  auto* made = tree.command(&tree.app, "completion", "Completion script for a shell",
                            "source <(loanbook completion bash)", [&tree](const Context&) {
                              auto script =
                                  completion_script(node_of(&tree.app), tree.arguments.shell);
                              if (!script) return fail(script.error());
                              std::fputs(script->c_str(), stdout);
                              return exit_code::done;
                            });
  made->add_option("SHELL", tree.arguments.shell, "bash, zsh or fish")->required();
}

void add_all(Tree& tree) {
  auto& app = tree.app;
  app.fallthrough();
  app.require_subcommand(1);
  app.set_version_flag("--version", std::string("loanbook ") + LOANBOOK_VERSION);
  app.set_help_flag("-h,--help", "Show this and exit");
  app.get_formatter()->column_width(34);
  app.add_option("--book", tree.context.book, "Folder of the book (LOANBOOK_BOOK; default ./book)")
      ->envname("LOANBOOK_BOOK");
  const std::map<std::string, Format> formats{{"table", Format::table}, {"csv", Format::csv},
                                              {"json", Format::json},   {"ndjson", Format::ndjson},
                                              {"html", Format::html},   {"pdf", Format::pdf}};
  app.add_option("--format", tree.context.format, "table, csv, json, ndjson, html or pdf")
      ->transform(CLI::Transformer(formats).description(""));
  app.add_option("--role", tree.context.role, "full, read, write, operate or audit");
  app.add_flag("--allow-personal-data", tree.context.allow_personal_data,
               "Take ids and reasons that hold card or phone numbers");
  app.footer(
      "A first book:\n"
      "  loanbook init --currency CNY --date 2026-01-01\n"
      "  loanbook product add examples/products/*.toml\n"
      "  loanbook loan open L-1 --product consumer-level --amount 12000 --disburse\n"
      "  loanbook night --through 2026-01-31\n"
      "  loanbook portfolio\n"
      "Data goes to standard output, everything else to standard error.\n"
      "Exit codes: 0 done, 1 business problems, 2 usage, 3 bad input, 4 retry safely, 5 damage.");
  add_book_commands(tree);
  add_product_commands(tree);
  add_loan_commands(tree);
  add_terms_commands(tree);
  add_line_commands(tree);
  add_bulk_commands(tree);
  add_report_commands(tree);
  add_proof_commands(tree);
  add_general_ledger(tree);
  add_corrections(tree);
  add_reconcile_commands(tree);
  add_in_flight(tree);
  add_completion(tree);
}

}  // namespace

namespace {

/// What does what a word of the trade after `loan` asks for that is no command.
void say_instead(int argc, char** argv) {
  for (int i = 1; i + 1 < argc; ++i) {
    if (std::string_view(argv[i]) != "loan") continue;
    const std::string_view instead = ledger::instead_of(argv[i + 1]);
    if (!instead.empty())
      say("'" + std::string(argv[i + 1]) + "' is no command: " + std::string(instead));
    return;
  }
}

}  // namespace

int run_command_line(int argc, char** argv) {
  Tree tree;
  add_all(tree);
  try {
    tree.app.parse(argc, argv);
  } catch (const CLI::ParseError& error) {
    const int code = tree.app.exit(error, std::cout, std::cerr);
    if (code != 0) say_instead(argc, argv);
    return code == 0 ? exit_code::done : exit_code::usage;
  }
  if (!tree.action) return exit_code::usage;
  return tree.action(tree.context);
}

}  // namespace loanbook::apps
