// The part of the command tree that accountants use: charts, reports, close, assertions,
// reconciliation.

#include <memory>

#include "command_tree.hpp"
#include "commands.hpp"
#include "gl_reports.hpp"

namespace loanbook::apps {
namespace {

void add_report(CommandTree& tree, const ReportRule& rule) {
  const auto a = std::make_shared<ReportArguments>();
  auto* made = tree.command(&tree.app, std::string(rule.name), std::string(rule.help),
                            std::string(rule.example),
                            [a, &rule](const Context& c) { return run_report(c, rule, *a); });
  if (!rule.subject.empty()) {
    made->add_option(std::string(rule.subject), a->subject, std::string(rule.subject_help))
        ->required();
  }
  const auto takes = [&rule](ReportOption option) { return (rule.options & option) != 0; };
  if (takes(takes_as_of)) {
    made->add_option("--as-of", a->as_of,
                     "Booking date, at its close (default: everything booked)");
  }
  made->add_option("--known-at", a->known_at,
                   "Only entries booked by this day, or up to this sequence number");
  if (takes(takes_range)) {
    made->add_option("--from", a->from, "First booking date");
    made->add_option("--to", a->to, "Last booking date, at its close (default: the last closed)");
  }
  if (takes(takes_date)) made->add_option("--date", a->date, "Default: the last closed day");
  if (takes(takes_loan)) made->add_option("--loan", a->loan, "This loan only");
  if (takes(takes_by)) made->add_option("--by", a->by, std::string(rule.by_help));
  if (takes(takes_rates)) {
    made->add_option("--rate", a->rates, "NAME=PERCENT of a bucket or category, repeatable");
    made->add_option("--rates", a->rates_file, "File with such lines");
  }
  if (rule.not_restated.empty()) {
    made->add_flag("--restated", a->restated,
                   "As it would stand had everything known been booked in time");
  } else {
    made->add_flag("--restated", a->restated, "Refused: " + std::string(rule.not_restated));
  }
  made->add_option("--branch", a->branch,
                   rule.not_by_branch.empty()
                       ? std::string("Of this branch only; - is what belongs to none")
                       : "Refused: " + std::string(rule.not_by_branch));
}

void add_charts(CommandTree& tree) {
  struct Arguments {
    std::string file;
    std::vector<std::string> files;
    std::string as_of;
    Writing writing;
  };
  const auto a = std::make_shared<Arguments>();
  auto* chart = tree.noun("chart", "Charts of accounts: which account stands for which role");
  auto* add =
      tree.command(chart, "add", "Publish a chart; what stands on other accounts moves over",
                   "loanbook chart add examples/charts/default.toml",
                   [a](const Context& c) { return run_chart_add(c, a->file, a->writing); });
  add->add_option("FILE", a->file, "Chart file (TOML)")->required();
  add_writing(add, a->writing);
  auto* check = tree.command(chart, "check", "Check chart files without a book",
                             "loanbook chart check my-chart.toml",
                             [a](const Context&) { return run_chart_check(a->files); });
  check->add_option("FILE", a->files, "Chart files (TOML)")->required();
  auto* show = tree.command(chart, "show", "The chart that holds, as a file",
                            "loanbook chart show --as-of 2026-01-31",
                            [a](const Context& c) { return run_chart_show(c, a->as_of); });
  show->add_option("--as-of", a->as_of, "Booking date (default: today's chart)");
  tree.command(chart, "list", "Published charts", "loanbook chart list",
               [](const Context& c) { return run_chart_list(c); });
}

void add_sign_off(CommandTree& tree) {
  const auto a = std::make_shared<CloseArguments>();
  auto* close =
      tree.command(&tree.app, "close", "Sign a month or a year off, after a checklist",
                   "loanbook close 2026-10", [a](const Context& c) { return run_close(c, *a); });
  auto* month = close->add_option("PERIOD", a->period, "A month, such as 2026-10");
  auto* year =
      close->add_option("--year", a->year, "A year: income and expense go to retained earnings");
  close->add_flag("--strict", a->strict, "Refuse where the checklist notes anything");
  month->excludes(year);
  add_writing(close, a->writing);

  struct AssertArguments {
    std::string text;
    Writing writing;
  };
  const auto asserted = std::make_shared<AssertArguments>();
  auto* made = tree.command(
      &tree.app, "assert", "Record a figure of a closed day; every verify checks it again",
      "loanbook assert 'principal of consumer-level on 2026-01-31 is 1234.56'",
      [asserted](const Context& c) { return run_assert(c, asserted->text, asserted->writing); });
  made->add_option("SENTENCE", asserted->text, "FIGURE of PRODUCT on DATE is AMOUNT")->required();
  add_writing(made, asserted->writing);

  const auto as_of = std::make_shared<std::string>();
  auto* reconcile = tree.noun("reconcile", "Compare the book with itself and with others");
  auto* internal =
      tree.command(reconcile, "internal", "Loans against general ledger, nights against segments",
                   "loanbook reconcile internal --as-of 2026-01-31",
                   [as_of](const Context& c) { return run_reconcile_internal(c, *as_of); });
  internal->add_option("--as-of", *as_of, "Booking date, at its close (default: now)");
}

}  // namespace

void add_general_ledger(CommandTree& tree) {
  for (const ReportRule* rule : report_rules()) add_report(tree, *rule);
  add_charts(tree);
  add_sign_off(tree);
}

}  // namespace loanbook::apps
