// play: files with dates, recorded day by day with the nights between them. A book that has seen a
// part of them before goes on where it stands.

#include <fmt/format.h>

#include <algorithm>
#include <numeric>
#include <unordered_map>

#include "bulk.hpp"
#include "commands.hpp"
#include "interrupt.hpp"
#include "loanbook/interchange/file.hpp"
#include "loanbook/interchange/old_figures.hpp"
#include "nights.hpp"
#include "output.hpp"

namespace loanbook::apps {
namespace {

// A file in memory and how far it is recorded.
struct Stream {
  Bulk bulk;
  interchange::ImportBatch rows;
  std::vector<std::size_t> order;
  std::size_t next = 0;

  [[nodiscard]] Day day_of(std::size_t at, Day today) const {
    return rows.commands[order[at]].value_date.value_or(today);
  }
};

Result<Stream> open_stream(const BulkSource& source, Writing writing, const Book& book) {
  // Both files have a first row: their keys must not meet.
  if (!writing.key.empty()) writing.key += source.kind == FileKind::loans ? "-loans" : "-events";
  auto file = open_bulk(source, &book);
  if (!file) return file.error();
  Stream stream{Bulk(std::move(*file), source, writing), {}, {}, 0};
  stream.rows = stream.bulk.read_all();
  stream.order.resize(stream.rows.commands.size());
  std::iota(stream.order.begin(), stream.order.end(), std::size_t{0});
  return stream;
}

// Loans come in the order of their dates. Events stand in the order they arrived, so that one with
// an earlier date than its neighbours is heard of late.
void sort_by_date(Stream& stream) {
  std::stable_sort(stream.order.begin(), stream.order.end(), [&](std::size_t a, std::size_t b) {
    return stream.rows.commands[a].value_date < stream.rows.commands[b].value_date;
  });
}

Status record_until(Book& book, Stream& stream, Day today) {
  std::vector<ledger::Command> commands;
  const std::size_t begin = stream.next;
  while (stream.next < stream.order.size() && stream.day_of(stream.next, today) <= today) {
    commands.push_back(std::move(stream.rows.commands[stream.order[stream.next]]));
    ++stream.next;
  }
  if (commands.empty()) return money::ok();
  const auto answers = book.record_each(commands);
  for (std::size_t i = 0; i < answers.size(); ++i) {
    const auto& place = stream.rows.places[stream.order[begin + i]];
    auto taken = stream.bulk.take(commands[i], place, answers[i]);
    if (!taken) return taken;
  }
  return money::ok();
}

struct Played {
  std::vector<Stream> streams;
  std::vector<ledger::NightReport> nights;
};

Status play(Book& book, Day through, unsigned threads, Played& played) {
  Progress progress("loans");
  for (;;) {
    const Day today = book.status().business_date;
    for (auto& stream : played.streams) {
      auto recorded = record_until(book, stream, std::min(today, through));
      if (!recorded) return recorded;
    }
    if (book.status().closed_through >= through || interrupted() != 0) return money::ok();
    auto closed = close_days(book, today, threads, progress, [&](ledger::NightReport night) {
      played.nights.push_back(std::move(night));
    });
    if (!closed) return closed;
  }
}

Result<std::vector<Stream>> open_streams(const PlayArguments& arguments, const Book& book) {
  std::vector<Stream> streams;
  if (!arguments.loans.empty()) {
    auto loans = open_stream({FileKind::loans, arguments.loans, arguments.product, arguments.map},
                             arguments.writing, book);
    if (!loans) return loans.error();
    sort_by_date(*loans);
    streams.push_back(std::move(*loans));
  }
  if (!arguments.events.empty()) {
    auto events =
        open_stream({FileKind::events, arguments.events, "", {}}, arguments.writing, book);
    if (!events) return events.error();
    streams.push_back(std::move(*events));
  }
  return streams;
}

int report(const Context& context, const Book& book, Played& played, Day through) {
  std::uint64_t refused = 0;
  std::uint64_t later = 0;
  for (auto& stream : played.streams) {
    stream.bulk.print_problems();
    stream.bulk.print_summary(context);
    refused += stream.bulk.bad();
    later += stream.order.size() - stream.next;
  }
  if (!played.nights.empty()) {
    const std::vector<ledger::NightReport> last{played.nights.back()};
    print_nights(context, last);
    say(fmt::format("closed {} nights, {} to {}", played.nights.size(),
                    money::to_text(played.nights.front().day), money::to_text(last[0].day)));
  } else {
    say(fmt::format("already closed through {}", money::to_text(book.status().closed_through)));
  }
  if (later != 0) say(fmt::format("{} rows lie after {} and wait", later, money::to_text(through)));
  print_completeness(book);
  if (interrupted() != 0) {
    say("interrupted; run the same command again: it goes on where it stopped");
    return interrupted_exit_code();
  }
  const bool isolated = !played.nights.empty() && !played.nights.back().isolated.empty();
  return refused != 0 || isolated ? exit_code::problems : exit_code::done;
}

// Of each row that was left out, its fields and what was wrong: one of them names the loan.
std::unordered_map<std::string, std::string> left_out(std::vector<Stream>& streams) {
  std::unordered_map<std::string, std::string> by_field;
  for (auto& stream : streams) {
    for (const auto& problem : stream.bulk.problems()) {
      std::string_view row = stream.bulk.file().raw(problem.place);
      while (!row.empty()) {
        const std::size_t end = std::min(row.find(','), row.size());
        std::string field(row.substr(0, end));
        std::erase(field, '"');
        if (!field.empty())
          by_field.emplace(std::move(field), "an event was left out: " + text_of(problem.error));
        row.remove_prefix(std::min(end + 1, row.size()));
      }
    }
  }
  return by_field;
}

Status write_rejects(const std::string& path, const std::vector<Stream>& streams) {
  for (const auto& stream : streams) {
    if (stream.bulk.bad() == 0) continue;
    // Two files of bad rows have two headers: they are told apart by name.
    const bool one = streams.size() == 1;
    const std::string suffix = one ? "" : (&stream == streams.data() ? ".loans" : ".events");
    if (Status s = stream.bulk.write_rejects(path + suffix); !s) return s;
  }
  return money::ok();
}

int compare_with(const Context& context, const Book& book, const std::string& file,
                 std::vector<Stream>& streams) {
  auto text = interchange::read_file(file);
  if (!text) return fail(text.error());
  const auto by_field = left_out(streams);
  const auto compared = interchange::compare_figures(book, *text, file, [&](std::string_view loan) {
    const auto found = by_field.find(std::string(loan));
    return found == by_field.end() ? std::string() : found->second;
  });
  if (!compared) return fail(compared.error());
  Report report;
  report.title = {fmt::format("Figures of {} against this book, at the opening of {}", file,
                              money::to_text(book.status().business_date))};
  report.columns = {{"line", "Line", ColumnKind::integer},
                    {"loan", "Loan"},
                    {"figure", "Figure"},
                    {"here", "Here", ColumnKind::amount},
                    {"there", "There", ColumnKind::amount},
                    {"difference", "Difference", ColumnKind::amount},
                    {"cause", "Cause"}};
  for (const auto& row : compared->differences) {
    report.rows.push_back({{std::to_string(row.line), row.loan, row.figure, row.here, row.there,
                            row.difference, row.cause}});
  }
  print(report, context.format);
  say(fmt::format("{} of {} loans agree in all their figures; {} of {} figures differ",
                  compared->equal, compared->loans, compared->differences.size(),
                  compared->figures));
  return compared->equal == compared->loans ? exit_code::done : exit_code::problems;
}

}  // namespace

int run_play(const Context& context, const PlayArguments& arguments) {
  auto through = optional_day(arguments.through, "--through");
  if (!through) return fail(through.error());
  if (!*through) return fail({"cli.date_missing", "--through: give the last day to close"});
  if (arguments.loans.empty() && arguments.events.empty()) {
    return fail({"cli.file_missing", "give --loans FILE, --events FILE or both"});
  }
  // Before anything is recorded: what the figures are compared with may take hours to come.
  if (!arguments.compare.empty()) {
    auto text = interchange::read_file(arguments.compare);
    if (!text) return fail(text.error());
    if (Status s = interchange::check_figures(*text, arguments.compare); !s) return fail(s.error());
  }
  catch_interrupts();
  return with_writer(context, [&](Book& book) {
    auto streams = open_streams(arguments, book);
    if (!streams) return fail(streams.error());
    Played played{std::move(*streams), {}};
    const bool leave_out = !arguments.reject_file.empty();
    const bool bad =
        !leave_out && std::any_of(played.streams.begin(), played.streams.end(),
                                  [](const Stream& stream) { return stream.bulk.bad() != 0; });
    if (bad || arguments.writing.dry_run) {
      for (auto& stream : played.streams) stream.bulk.print_problems();
      say(bad ? "bad rows: nothing was written" : "dry run: nothing was written");
      return bad ? exit_code::bad_input : exit_code::done;
    }
    auto done = play(book, **through, threads_or_cores(arguments.threads), played);
    const int code = report(context, book, played, **through);
    if (!done) return fail(done.error());
    if (leave_out) {
      auto written = write_rejects(arguments.reject_file, played.streams);
      if (!written) return fail(written.error());
    }
    if (arguments.compare.empty() || interrupted() != 0) return code;
    const int compared = compare_with(context, book, arguments.compare, played.streams);
    return compared == exit_code::done ? code : compared;
  });
}

}  // namespace loanbook::apps
