// One event of one loan: open, disburse, repay, reverse, any operation. Each prints its receipt.

#include <fmt/format.h>

#include "commands.hpp"
#include "output.hpp"
#include "requests.hpp"

namespace loanbook::apps {

int record_one(const Context& context, ledger::Command command, const Writing& writing) {
  auto value_date = optional_day(writing.value_date, "--value-date");
  if (!value_date) return fail(value_date.error());
  command.value_date = *value_date;
  std::string key = key_or_new(writing.key);
  return with_writer(
      context,
      [&](Book& book) {
        key = command.key = key_or_place(writing.key, book);
        auto answer = writing.dry_run ? book.preview(command) : book.record(command);
        if (!answer) return fail(answer.error(), key);
        print_receipts(context, {&*answer, 1}, {&command.key, 1});
        if (writing.dry_run) say("dry run: nothing was written");
        return exit_code::done;
      },
      key);
}

namespace {

template <class Event>
int record_amount(const Context& context, const LoanAmountArguments& arguments) {
  Event event{arguments.amount};
  if constexpr (requires { event.payer; }) event.payer = arguments.payer;
  auto command = command_of(std::move(event), arguments.loan, arguments.writing);
  command.expect_version = arguments.expect_version;
  return record_one(context, std::move(command), arguments.writing);
}

}  // namespace

Result<ledger::OpenLoan> open_loan_of(const TermsArguments& arguments) {
  ledger::OpenLoan terms{.product = arguments.product, .amount = arguments.amount};
  if (arguments.product_version != 0) terms.product_version = arguments.product_version;
  if (!arguments.rate.empty()) terms.rate = arguments.rate;
  terms.line = arguments.line;
  terms.reservation = arguments.reservation;
  terms.party = arguments.party;
  terms.branch = arguments.branch;
  if (arguments.installments != 0) terms.installments = arguments.installments;
  auto first_due = optional_day(arguments.first_due, "--first-due");
  if (!first_due) return first_due.error();
  terms.first_due = *first_due;
  if (arguments.due_day > 31) {
    return Error{"cli.due_day_out_of_range",
                 fmt::format("--due-day {}: give a day of the month, 1 to 31", arguments.due_day)};
  }
  terms.due_day = static_cast<std::uint8_t>(arguments.due_day);
  return terms;
}

namespace {

/// Opened and its pay-out ordered: all or nothing.
int open_and_order(const Context& context, const ledger::OpenLoan& terms,
                   const LoanOpenArguments& arguments) {
  auto value_date = optional_day(arguments.writing.value_date, "--value-date");
  if (!value_date) return fail(value_date.error());
  std::vector<ledger::Command> commands{
      command_of(terms, arguments.loan, arguments.writing),
      command_of(ledger::Operation{.kind = ledger::Kind::order_payout,
                                   .amount = terms.amount,
                                   .code = arguments.code,
                                   .channel = arguments.writing.channel},
                 arguments.loan, arguments.writing)};
  // The channel is the order's; what opens the loan moves no money.
  for (ledger::Command& command : commands) command.channel.clear();
  commands.front().value_date = *value_date;
  std::string key = key_or_new(arguments.writing.key);
  return with_writer(
      context,
      [&](Book& book) {
        key = commands.front().key = key_or_place(arguments.writing.key, book);
        if (arguments.writing.dry_run) {
          auto preview = book.preview(commands.front());
          if (!preview) return fail(preview.error(), key);
          print_receipts(context, {&*preview, 1}, {&key, 1});
          say("dry run: nothing was written; its pay-out is ordered with it");
          return exit_code::done;
        }
        auto recorded = book.record_batch(commands);
        if (!recorded) return fail(recorded.error(), key);
        const std::vector<std::string> keys{key, ""};
        print_receipts(context, *recorded, keys);
        return exit_code::done;
      },
      key);
}

}  // namespace

int run_loan_open(const Context& context, const LoanOpenArguments& arguments) {
  auto terms = open_loan_of(arguments.terms);
  if (!terms) return fail(terms.error());
  if (arguments.order) return open_and_order(context, *terms, arguments);
  if (!arguments.disburse) {
    return record_one(context, command_of(*terms, arguments.loan, arguments.writing),
                      arguments.writing);
  }
  return record_one(
      context,
      command_of(ledger::OpenAndDisburse{std::move(*terms)}, arguments.loan, arguments.writing),
      arguments.writing);
}

int run_loan_disburse(const Context& context, const LoanAmountArguments& arguments) {
  return record_amount<ledger::Disburse>(context, arguments);
}

int run_loan_repay(const Context& context, const LoanAmountArguments& arguments) {
  return record_amount<ledger::Repay>(context, arguments);
}

int run_loan_reverse(const Context& context, const LoanReverseArguments& arguments) {
  auto command = command_of(ledger::Reverse{arguments.entry}, arguments.loan, arguments.writing);
  command.expect_version = arguments.expect_version;
  return record_one(context, std::move(command), arguments.writing);
}

int run_loan_operation(const Context& context, const ledger::OperationRule& rule,
                       const LoanOperationArguments& arguments) {
  ledger::Operation operation{.kind = rule.kind};
  if (!arguments.amount.empty()) operation.amount = arguments.amount;
  if (arguments.of != 0) operation.of = arguments.of;
  if (arguments.rows != 0) operation.rows = arguments.rows;
  auto from = optional_day(arguments.from, "--from");
  if (!from) return fail(from.error());
  operation.from = *from;
  auto until = optional_day(arguments.until, "--until");
  if (!until) return fail(until.error());
  operation.until = *until;
  operation.choice = arguments.choice;
  operation.code = arguments.code;
  operation.channel = arguments.channel;
  if (!arguments.rate.empty()) operation.rate = arguments.rate;
  auto command = command_of(std::move(operation), arguments.loan, arguments.writing);
  command.expect_version = arguments.expect_version;
  return record_one(context, std::move(command), arguments.writing);
}

}  // namespace loanbook::apps
