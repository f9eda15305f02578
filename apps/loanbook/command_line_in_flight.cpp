// The part of the command tree for money on its way or nobody's yet.

#include <memory>

#include "command_tree.hpp"
#include "commands.hpp"

namespace loanbook::apps {
namespace {

void add_suspense(CommandTree& tree) {
  const auto a = std::make_shared<SuspenseArguments>();
  auto* suspense = tree.noun("suspense", "Money that came in and belongs to no loan yet");
  auto* receive =
      tree.command(suspense, "receive", "Book money that nobody can assign",
                   "loanbook suspense receive --amount 120.00 --currency CNY --reference 'TT 4711'",
                   [a](const Context& c) { return run_suspense_receive(c, *a); });
  receive->add_option("--amount", a->amount, "Such as 120.00")->required();
  receive->add_option("--currency", a->currency, "ISO 4217")->required();
  receive->add_option("--payer", a->payer, "Reference of whoever paid: opaque, no name");
  receive->add_option("--reference", a->reference, "Of the payment, as the bank has it");
  receive->add_option("--text", a->text, "What came with it; no names");
  auto* assign = tree.command(suspense, "assign", "Repay a loan with it",
                              "loanbook suspense assign 17 --loan L-1001 --reason 'payer called'",
                              [a](const Context& c) { return run_suspense_assign(c, *a); });
  assign->add_option("--loan", a->loan, "Whose money it is")->required();
  assign->add_option("--payer", a->payer, "Reference of a third party that paid");
  auto* back = tree.command(suspense, "return", "Pay it back to whoever paid it",
                            "loanbook suspense return 17 --reason 'unknown payer'",
                            [a](const Context& c) { return run_suspense_return(c, *a); });
  back->add_option("--reference", a->reference, "Of the payment back");
  for (auto* each : {assign, back}) {
    each->add_option("ITEM", a->item, "As `suspense list` names it")->required();
    each->add_option("--amount", a->amount, "A part of it (default: all that is left)");
  }
  for (auto* each : {receive, back}) add_channel(each, a->writing);
  for (auto* each : {receive, assign, back}) {
    add_writing(each, a->writing);
    each->add_option("--value-date", a->writing.value_date,
                     each == assign ? "Default: the day on which the money came"
                                    : "Day from which it counts (default: the business date)");
  }
  auto* list =
      tree.command(suspense, "list", "What waits, with its age", "loanbook suspense list --age 7",
                   [a](const Context& c) { return run_suspense_list(c, *a); });
  list->add_option("--age", a->age, "At least so many days old");
  list->add_flag("--all", a->all, "Also what was assigned or returned");
}

void add_payouts(CommandTree& tree) {
  const auto a = std::make_shared<InFlightArguments>();
  auto* payouts = tree.command(&tree.app, "payouts", "Pay-outs in flight, the oldest first",
                               "loanbook payouts --age 1 --channel bank-a",
                               [a](const Context& c) { return run_payouts(c, *a); });
  payouts->add_option("--age", a->age, "At least so many days old");
  payouts->add_option("--channel", a->channel, "Of this channel only");
  auto* results = tree.command(&tree.app, "payout-results", "Read what a channel says of pay-outs",
                               "loanbook payout-results answers.csv",
                               [a](const Context& c) { return run_payout_results(c, *a); });
  results->add_option("FILE", a->file, "CSV or NDJSON: reference, status, amount, code, day")
      ->required();
  add_writing(results, a->writing);
  auto* intents = tree.command(&tree.app, "intents", "Payments that are to come",
                               "loanbook intents --on 2026-03-01",
                               [a](const Context& c) { return run_intents(c, *a); });
  intents->add_option("--loan", a->loan, "Of this loan only");
  intents->add_option("--on", a->on, "Of this day only");
}

void add_debit(CommandTree& tree) {
  const auto a = std::make_shared<DebitArguments>();
  auto* debit = tree.noun("debit", "Auto-debit: what is to be collected, what was");
  auto* list = tree.command(debit, "list", "What is due and unpaid, a line a loan",
                            "loanbook debit list --date 2026-03-01 --out debits.csv",
                            [a](const Context& c) { return run_debit_list(c, *a); });
  list->add_option("--date", a->date, "At its opening (default: the business date)");
  list->add_option("--run", a->run, "Of that day, from 1: names the references");
  list->add_option("--out", a->out, "File to write instead of standard output");
  auto* results = tree.command(debit, "results", "Read what the channel collected",
                               "loanbook debit results answers.csv",
                               [a](const Context& c) { return run_debit_results(c, *a); });
  results->add_option("FILE", a->file, "CSV or NDJSON: reference, status, amount, code, day")
      ->required();
  add_writing(results, a->writing);
}

}  // namespace

void add_in_flight(CommandTree& tree) {
  add_suspense(tree);
  add_payouts(tree);
  add_debit(tree);
}

}  // namespace loanbook::apps
