// Auto-debit: what is to be collected, and what the channel collected.

#include <fmt/format.h>

#include <algorithm>
#include <set>

#include "channel_answers.hpp"
#include "commands.hpp"
#include "file_sink.hpp"
#include "requests.hpp"

namespace loanbook::apps {

using ledger::DebitReference;
using ledger::DebitRow;
using ledger::Kind;

namespace {

std::vector<Column> debit_columns() {
  return {{"record", "Record"},
          {"reference", "Reference"},
          {"date", "Date", ColumnKind::date},
          {"run", "Run", ColumnKind::integer},
          {"complete_to", "Complete to", ColumnKind::integer},
          {"count", "Count", ColumnKind::integer},
          {"loan", "Loan"},
          {"party", "Party"},
          {"currency", "Currency"},
          {"amount", "Amount", ColumnKind::amount},
          {"due", "Due, unpaid", ColumnKind::amount},
          {"oldest", "Oldest due", ColumnKind::date},
          {"installments", "Installments", ColumnKind::integer},
          {"days_past_due", "Days past due", ColumnKind::integer},
          {"intent", "Intent", ColumnKind::integer}};
}

struct Sum {
  std::uint8_t digits = 2;
  std::uint64_t count = 0;
  money::Int128 amount = 0, due = 0;
};

void write_list(ReportWriter& writer, const std::vector<DebitRow>& rows, const std::string& run,
                const std::string& complete_to, const DebitReference& head) {
  const std::string date = money::to_text(head.day);
  std::map<std::string, Sum> sums;
  for (const DebitRow& row : rows) {
    Sum& sum = sums[row.currency];
    sum.digits = row.digits;
    ++sum.count;
    sum.amount += row.amount;
    sum.due += row.due;
  }
  for (const auto& [currency, sum] : sums)
    writer.row({{"total", "", date, run, complete_to, std::to_string(sum.count), "", "", currency,
                 money::text_of_minor(sum.amount, sum.digits),
                 money::text_of_minor(sum.due, sum.digits), "", "", "", ""}});
  for (const DebitRow& row : rows) {
    DebitReference reference = head;
    reference.loan = row.loan;
    writer.row({{"debit", to_text(reference), date, run, complete_to, "1", row.loan, row.party,
                 row.currency, money::text_of_minor(row.amount, row.digits),
                 money::text_of_minor(row.due, row.digits), money::to_text(row.oldest),
                 std::to_string(row.installments), std::to_string(row.days_past_due),
                 row.intent == 0 ? "" : std::to_string(row.intent)}});
  }
}

}  // namespace

int run_debit_list(const Context& context, const DebitArguments& arguments) {
  auto date = optional_day(arguments.date, "--date");
  if (!date) return fail(date.error());
  return with_reader(context, [&](const Book& book) {
    const ledger::BookStatus status = book.status();
    const Day day = date->value_or(status.business_date);
    const auto rows = book.debit_list(day);
    if (!rows) return fail(rows.error());
    auto sink = FileSink::open(arguments.out);
    if (!sink) return fail(sink.error());
    const Format format =
        arguments.out.empty() || context.format != Format::table ? context.format : Format::csv;
    ReportWriter writer(
        {fmt::format("To be collected on {}, run {}", money::to_text(day), arguments.run)},
        debit_columns(), format, [&](std::string_view part) { sink->write(part); });
    write_list(writer, *rows, std::to_string(arguments.run), std::to_string(status.head.sequence),
               {.day = day, .run = arguments.run});
    writer.finish(
        {"One line a loan, the oldest first; references stay the same for a day and a "
         "run."});
    if (Status s = sink->finish(); !s) return fail(s.error());
    if (!arguments.out.empty())
      say(fmt::format("{} debits written to {}", rows->size(), arguments.out));
    print_completeness(book);
    return exit_code::done;
  });
}

namespace {

/// Lines of a result file as commands.
class Collection {
 public:
  Collection(const Book& book, const Writing& writing) : book_(book), writing_(writing) {
    for (const auto& intent : book.intents()) {
      if (intent.debit) intents_.try_emplace(intent.loan, intent);
    }
  }
  /// What could be asked for today, to know what is more.
  Status take_owed() {
    auto rows = book_.debit_list(book_.status().business_date);
    if (!rows) return rows.error();
    for (DebitRow& row : *rows) owed_[row.loan] = std::move(row);
    return money::ok();
  }

  void add(const interchange::ChannelResult& row) {
    Answer& answer = answers.emplace_back(Answer{.row = &row});
    const auto reference = ledger::parse_debit_reference(row.reference);
    if (!reference) {
      answer.problem = reference.error().message + "; nothing was booked";
      return;
    }
    answer.loan = reference->loan;
    const bool ok = row.status == "ok";
    const bool partial = row.status == "partial";
    if (!ok && !partial && row.status != "failed") {
      answer.problem = fmt::format("status '{}': write ok, failed or partial", row.status);
      return;
    }
    if ((ok || partial) && row.amount.empty()) {
      answer.problem = "the line says that money came, and not how much";
      return;
    }
    if (ok || partial) repaid(row, *reference, answer);
    if (partial || row.status == "failed") failed(row, partial, answer);
  }

  /// Money for a loan that takes none any more: it waits in suspense, and somebody is told.
  bool refused(std::size_t command, const Error& error, Answer& answer) {
    const bool over = error.id == "loan.closed" || error.id == "loan.not_disbursed";
    if (!std::holds_alternative<ledger::Repay>(commands[command].event)) return false;
    answer.outcome.clear();
    if (!over) return false;
    answer.outcome = "suspense";
    answer.problem = error.message + ": the money waits in suspense";
    const auto loan = book_.loan(answer.loan);
    if (!loan) return false;
    later_places.push_back(places[command]);
    auto request = command_of(ledger::SuspenseRequest{.amount = answer.row->amount,
                                                      .currency = loan->row.currency,
                                                      .reference = answer.row->reference,
                                                      .text = "debit of loan " + answer.loan},
                              "", writing_);
    request.value_date = answer.row->day;
    name(request, answer.row->reference + "/suspense");
    later.push_back(std::move(request));
    return true;
  }

  /// A dry run writes nothing that could answer: which lines the book has already.
  void find_recorded() {
    for (Answer& answer : answers) {
      if (answer.outcome.empty()) continue;
      const auto entries = book_.loan_entries(answer.loan);
      if (!entries) continue;
      const auto found = std::ranges::find_if(*entries, [&](const ledger::EntryView& entry) {
        return entry.source == "debit" && entry.scope == "reference" &&
               entry.key == answer.row->reference;
      });
      if (found == entries->end()) continue;
      if (is_same(*found, answer)) {
        answer.already = true;
        continue;
      }
      answer.outcome.clear();
      answer.problem = fmt::format("entry {} has this reference with another answer or amount",
                                   found->receipt.sequence);
    }
  }

  /// What came beyond what was asked for, where it was recorded only now, or would be.
  void name_surplus(bool dry_run) {
    for (Answer& answer : answers) {
      if (answer.already || answer.outcome != "repaid") continue;
      if (answer.entry == 0 && (!dry_run || !answer.problem.empty())) continue;
      const auto owed = owed_.find(answer.loan);
      if (owed == owed_.end()) {
        answer.problem = "nothing was asked for: see what the loan made of it";
        continue;
      }
      DebitRow& row = owed->second;
      const auto currency = money::Currency::find(row.currency);
      const auto paid = money::Money::parse(answer.row->amount, *currency);
      if (!paid) continue;
      const std::int64_t more = paid->minor() - row.amount;
      row.amount = std::max<std::int64_t>(0, -more);
      if (more > 0)
        answer.problem = fmt::format("{} more than was asked for: see what the loan made of it",
                                     money::text_of_minor(more, row.digits));
    }
  }

  std::vector<Answer> answers;
  std::vector<ledger::Command> commands;
  std::vector<std::size_t> places;
  std::vector<ledger::Command> later;  ///< once it is known what was refused
  std::vector<std::size_t> later_places;

 private:
  static bool is_same(const ledger::EntryView& entry, const Answer& answer) {
    const bool repaid = entry.receipt.kind == to_text(Kind::repay);
    if (repaid != (answer.outcome == "repaid")) return false;
    const auto currency = money::Currency::find(entry.receipt.currency);
    if (!repaid || !currency) return true;
    const auto amount = money::Money::parse(answer.row->amount, *currency);
    std::int64_t settled = 0;
    for (const ledger::Movement& movement : entry.receipt.movements) {
      if (movement.role == ledger::Role::settlement && !movement.consequence)
        settled += movement.minor;
    }
    return amount && amount->minor() == settled;
  }
  static void name(ledger::Command& command, std::string key) {
    command.source = "debit";
    command.scope = "reference";
    command.key = std::move(key);
  }
  void push(ledger::Command command) {
    places.push_back(answers.size() - 1);
    commands.push_back(std::move(command));
  }

  void repaid(const interchange::ChannelResult& row, const DebitReference& reference,
              Answer& answer) {
    auto command = command_of(ledger::Repay{row.amount}, answer.loan, writing_);
    command.value_date = row.day;
    name(command, row.reference);
    answer.outcome = "repaid";
    answer.amount = row.amount;
    push(std::move(command));
    // What was intended is done: the list will not ask for it again.
    const auto intent = intents_.find(answer.loan);
    if (intent == intents_.end() || intent->second.on > reference.day ||
        !used_.insert(answer.loan).second)
      return;
    auto done = command_of(
        ledger::Operation{
            .kind = Kind::cancel_intent, .of = intent->second.sequence, .choice = "collected"},
        answer.loan, writing_);
    name(done, row.reference + "/intent");
    push(std::move(done));
  }

  void failed(const interchange::ChannelResult& row, bool partial, Answer& answer) {
    ledger::Operation operation{.kind = Kind::debit_failed, .code = row.code};
    if (!partial && !row.amount.empty()) operation.amount = row.amount;
    auto command = command_of(std::move(operation), answer.loan, writing_);
    command.value_date = row.day;
    name(command, partial ? row.reference + "/rest" : row.reference);
    answer.outcome = partial ? "repaid" : "failed";
    push(std::move(command));
  }

  const Book& book_;
  const Writing& writing_;
  std::map<std::string, ledger::IntentView> intents_;
  std::map<std::string, DebitRow> owed_;
  std::set<std::string> used_;
};

}  // namespace

int run_debit_results(const Context& context, const DebitArguments& arguments) {
  const auto results = read_answers(arguments.file);
  if (!results) return fail(results.error());
  const bool dry_run = arguments.writing.dry_run;
  const auto run = [&](Book& book) {
    Collection collection(book, arguments.writing);
    if (Status s = collection.take_owed(); !s) return fail(s.error());
    for (const auto& row : results->rows) collection.add(row);
    if (dry_run) collection.find_recorded();
    const std::string keys = "the references of the file";
    Status recorded =
        record_answers(book, collection.commands, collection.places, collection.answers, dry_run,
                       [&](std::size_t command, const Error& error, Answer& answer) {
                         return collection.refused(command, error, answer);
                       });
    if (!recorded) return fail(recorded.error(), keys);
    recorded = record_answers(book, collection.later, collection.later_places, collection.answers,
                              dry_run, {});
    if (!recorded) return fail(recorded.error(), keys);
    collection.name_surplus(dry_run);
    const int code = print_answers(context, "Answers about debits", collection.answers,
                                   results->problems.size(), dry_run);
    print_completeness(book);
    return code;
  };
  return dry_run ? with_reader(context, run) : with_writer(context, run);
}

}  // namespace loanbook::apps
