// Pay-outs in flight and intents: what waits, and what channels answer.

#include <fmt/format.h>

#include <array>

#include "channel_answers.hpp"
#include "commands.hpp"
#include "requests.hpp"

namespace loanbook::apps {

using ledger::IntentView;
using ledger::Kind;
using ledger::PayoutView;

int run_payouts(const Context& context, const InFlightArguments& arguments) {
  return with_reader(context, [&](const Book& book) {
    ReportWriter writer({"Pay-outs in flight on " + money::to_text(book.status().business_date)},
                        {{"reference", "Reference"},
                         {"loan", "Loan"},
                         {"channel", "Channel"},
                         {"status", "Status"},
                         {"age", "Age", ColumnKind::integer},
                         {"ordered", "Ordered", ColumnKind::date},
                         {"amount", "Amount", ColumnKind::amount},
                         {"currency", "Currency"},
                         {"entry", "Entry", ColumnKind::integer},
                         {"code", "Last answer"}},
                        context.format, standard_output());
    std::size_t rows = 0;
    for (const PayoutView& order : book.payouts()) {
      if (order.age < static_cast<std::int32_t>(arguments.age)) continue;
      if (!arguments.channel.empty() && order.channel != arguments.channel) continue;
      ++rows;
      writer.row({{order.reference, order.loan, order.channel,
                   order.unknown ? "unknown" : "ordered", std::to_string(order.age),
                   money::to_text(order.ordered), money::text_of_minor(order.amount, order.digits),
                   order.currency, std::to_string(order.sequence), order.code}});
    }
    if (rows == 0)
      writer.finish({"Nothing is in flight."});
    else
      writer.finish(
          {"Ask the channel by its reference; never send again. Its answer: loanbook "
           "payout-results FILE, or loan confirm-payout, loan fail-payout."});
    print_completeness(book);
    return exit_code::done;
  });
}

namespace {

struct Word {
  std::string_view status;
  Kind kind;
  std::string_view outcome;
};
constexpr std::array<Word, 8> words = {{{"confirmed", Kind::confirm_payout, "paid out"},
                                        {"ok", Kind::confirm_payout, "paid out"},
                                        {"paid", Kind::confirm_payout, "paid out"},
                                        {"failed", Kind::fail_payout, "failed"},
                                        {"rejected", Kind::fail_payout, "failed"},
                                        {"unknown", Kind::unknown_payout, "unknown"},
                                        {"pending", Kind::unknown_payout, "unknown"},
                                        {"processing", Kind::unknown_payout, "unknown"}}};

const Word* word_of(std::string_view status) {
  for (const Word& word : words) {
    if (word.status == status) return &word;
  }
  return nullptr;
}

// The final answer of a reference is recorded once, by its name; a channel that still does not know
// is recorded once for each of its reasons.
ledger::Command command_for(const interchange::ChannelResult& row, const Word& word,
                            const PayoutView& order, const Writing& writing) {
  ledger::Operation operation{.kind = word.kind, .of = order.sequence, .code = row.code};
  const bool confirms = word.kind == Kind::confirm_payout;
  if (confirms && !row.amount.empty()) operation.amount = row.amount;
  auto command = command_of(std::move(operation), order.loan, writing);
  if (confirms) command.value_date = row.day;
  command.source = "payouts";
  command.scope = "reference";
  command.key = row.reference;
  if (word.kind == Kind::unknown_payout) command.key += "/unknown/" + row.code;
  return command;
}

}  // namespace

int run_payout_results(const Context& context, const InFlightArguments& arguments) {
  const auto results = read_answers(arguments.file);
  if (!results) return fail(results.error());
  const auto run = [&](Book& book) {
    std::vector<Answer> answers;
    std::vector<ledger::Command> commands;
    std::vector<std::size_t> places;
    for (const auto& row : results->rows) {
      Answer& answer = answers.emplace_back(Answer{.row = &row});
      const Word* word = word_of(row.status);
      const auto order = book.payout_called(row.reference);
      if (order) answer.loan = order->loan;
      if (!order) {
        answer.problem = order.error().message;
      } else if (word == nullptr) {
        answer.problem = fmt::format("status '{}': write confirmed, failed or unknown", row.status);
      } else {
        answer.outcome = word->outcome;
        answer.amount = money::text_of_minor(order->amount, order->digits);
        places.push_back(answers.size() - 1);
        commands.push_back(command_for(row, *word, *order, arguments.writing));
      }
    }
    const Status recorded =
        record_answers(book, commands, places, answers, arguments.writing.dry_run,
                       [](std::size_t, const Error& error, Answer& answer) {
                         answer.outcome.clear();
                         answer.problem = error.message;
                         return true;
                       });
    if (!recorded) return fail(recorded.error(), "the references of the file");
    const int code = print_answers(context, "Answers about pay-outs", answers,
                                   results->problems.size(), arguments.writing.dry_run);
    print_completeness(book);
    return code;
  };
  return arguments.writing.dry_run ? with_reader(context, run) : with_writer(context, run);
}

int run_intents(const Context& context, const InFlightArguments& arguments) {
  auto on = optional_day(arguments.on, "--on");
  if (!on) return fail(on.error());
  return with_reader(context, [&](const Book& book) {
    ReportWriter writer({"Intents on " + money::to_text(book.status().business_date)},
                        {{"intent", "Intent", ColumnKind::integer},
                         {"loan", "Loan"},
                         {"on", "On", ColumnKind::date},
                         {"kind", "Kind"},
                         {"amount", "Amount", ColumnKind::amount},
                         {"currency", "Currency"},
                         {"expires", "Expires", ColumnKind::date},
                         {"code", "Reference"}},
                        context.format, standard_output());
    for (const IntentView& intent : book.intents()) {
      if (!arguments.loan.empty() && intent.loan != arguments.loan) continue;
      if (*on && intent.on != **on) continue;
      writer.row(
          {{std::to_string(intent.sequence), intent.loan, money::to_text(intent.on),
            intent.debit ? "debit" : "pay", money::text_of_minor(intent.amount, intent.digits),
            intent.currency, day_or_empty(intent.ends), intent.code}});
    }
    writer.finish({"The night that opens the day repays; debits join the debit list."});
    print_completeness(book);
    return exit_code::done;
  });
}

}  // namespace loanbook::apps
