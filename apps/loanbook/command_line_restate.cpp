// Corrections of many loans in the command tree.

#include <memory>

#include "command_tree.hpp"
#include "commands.hpp"

namespace loanbook::apps {
namespace {

// Callbacks outlive the function that makes them.
struct Arguments {
  RestateArguments restate;
  WhatIfArguments what_if;
};

void add_set(CLI::App* command, LoanSetArguments& set) {
  command->add_option("--loans", set.loans, "CSV file with a column 'loan' (default: every loan)");
  command->add_flag("--ended", set.ended,
                    "Loans that ended too: closed, written off, cancelled; they may open again");
  command->add_option("--opened-from", set.opened_from, "Only loans opened on this day or later");
}

void add_by(CLI::App* command, std::string& by) {
  command->add_option("--by", by, "account, loan or night (default: accounts and top loans)");
}

}  // namespace

void add_corrections(CommandTree& tree) {
  const auto made = std::make_shared<Arguments>();
  auto* restate =
      tree.command(&tree.app, "restate",
                   "Loans as if a right product version, or a late series, had been known in time",
                   "loanbook restate --product consumer-level --from 1 --to 2 --dry-run",
                   [made](const Context& c) { return run_restate(c, made->restate); });
  auto& r = made->restate;
  restate->add_option("--product", r.product, "Product id");
  restate->add_option("--from", r.from, "The wrong version");
  restate->add_option("--to", r.to, "The right version, published");
  restate->add_option("--series", r.series,
                      "Files as for series add, known too late: published, their loans restated");
  add_set(restate, r.set);
  restate->add_option("--reject-file", r.reject_file,
                      "Loans that cannot be restated go here, the others are; else none is");
  restate->add_option("--expect", r.expect,
                      "Refuse where the effect is another one than the dry run showed");
  add_by(restate, r.by);
  add_writing(restate, r.writing);

  auto* what_if = tree.command(
      &tree.app, "what-if", "What a correction would do; writes nothing",
      "loanbook what-if --product consumer-level-2.toml --of consumer-level@1 --by account",
      [made](const Context& c) { return run_what_if(c, made->what_if); });
  auto& w = made->what_if;
  auto* product = what_if->add_option("--product", w.product, "A product file, not published yet");
  what_if->add_option("--of", w.of, "Loans of this product, as ID or ID@VERSION")->needs(product);
  what_if->add_option("--events", w.events, "A file of events as for import events or record")
      ->excludes(product);
  what_if->add_option("--map", w.map, "Column of the file of events: field=column, repeatable");
  add_set(what_if, w.set);
  add_by(what_if, w.by);
}

}  // namespace loanbook::apps
