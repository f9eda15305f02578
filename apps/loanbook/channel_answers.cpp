#include "channel_answers.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "loanbook/interchange/file.hpp"

namespace loanbook::apps {
namespace {

constexpr std::size_t commands_per_group = 4'096;
constexpr std::size_t problems_shown = 50;

}  // namespace

Result<interchange::ChannelResults> read_answers(const std::string& path) {
  const auto text = interchange::read_file(path);
  if (!text) return text.error();
  auto results = interchange::read_channel_results(*text, path);
  if (!results) return results.error();
  for (std::size_t i = 0; i < std::min(problems_shown, results->problems.size()); ++i)
    say(text_of(results->problems[i]));
  if (results->problems.size() > problems_shown)
    say(fmt::format("and {} more such lines", results->problems.size() - problems_shown));
  return results;
}

Status record_answers(Book& book, std::vector<ledger::Command>& commands,
                      const std::vector<std::size_t>& places, std::vector<Answer>& answers,
                      bool dry_run, const Refused& refused) {
  const auto refuse = [&](std::size_t i, const Error& error) {
    Answer& answer = answers[places[i]];
    if (!refused || !refused(i, error, answer)) answer.problem = error.message;
  };
  for (std::size_t first = 0; first < commands.size(); first += commands_per_group) {
    const std::size_t size = std::min(commands_per_group, commands.size() - first);
    if (dry_run) {
      for (std::size_t i = first; i < first + size; ++i) {
        if (answers[places[i]].already || answers[places[i]].outcome.empty()) continue;
        if (const Status checked = book.check(commands[i]); !checked) refuse(i, checked.error());
      }
      continue;
    }
    const auto recorded = book.record_each(std::span(commands).subspan(first, size));
    for (std::size_t k = 0; k < size; ++k) {
      const auto& one = recorded[k];
      Answer& answer = answers[places[first + k]];
      if (!one) {
        if (code_of(one.error()) >= exit_code::unavailable) return one.error();
        refuse(first + k, one.error());
        continue;
      }
      if (answer.entry != 0) continue;  // what follows from the first
      answer.entry = one->receipt.sequence;
      answer.already = one->replayed;
    }
  }
  return money::ok();
}

int print_answers(const Context& context, const std::string& title,
                  const std::vector<Answer>& answers, std::size_t unreadable, bool dry_run) {
  const bool people = interchange::is_for_people(context.format);
  ReportWriter writer({title},
                      {{"line", "Line", ColumnKind::integer},
                       {"reference", "Reference"},
                       {"loan", "Loan"},
                       {"status", "Status"},
                       {"amount", "Amount", ColumnKind::amount},
                       {"code", "Code"},
                       {"outcome", "Outcome"},
                       {"entry", "Entry", ColumnKind::integer},
                       {"recorded", "Recorded"},
                       {"problem", "What to look at"}},
                      context.format, standard_output());
  std::map<std::string, std::size_t> counts;
  std::size_t problems = unreadable;
  std::size_t already = 0;
  std::size_t shown = 0;
  for (const Answer& answer : answers) {
    const bool wrong = !answer.problem.empty();
    ++counts[answer.outcome.empty() ? "not booked" : answer.outcome];
    problems += wrong ? 1 : 0;
    already += answer.already ? 1 : 0;
    if (people && (!wrong || ++shown > problems_shown)) continue;
    writer.row({{std::to_string(answer.row->line), answer.row->reference, answer.loan,
                 answer.row->status, answer.amount, answer.row->code, answer.outcome,
                 answer.entry == 0 ? "" : std::to_string(answer.entry),
                 answer.already      ? "before"
                 : answer.entry == 0 ? ""
                                     : "now",
                 answer.problem}});
  }
  std::string note = fmt::format("{} lines", answers.size() + unreadable);
  for (const auto& [outcome, count] : counts) note += fmt::format(", {} {}", count, outcome);
  if (already != 0) note += fmt::format("; {} of them were recorded before", already);
  writer.finish({note});
  if (shown > problems_shown)
    say(fmt::format("and {} more to look at: --format csv lists all", shown - problems_shown));
  if (dry_run) say("dry run: nothing was written");
  return problems == 0 ? exit_code::done : exit_code::problems;
}

}  // namespace loanbook::apps
