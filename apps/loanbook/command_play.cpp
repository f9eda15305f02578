// play: files with dates, recorded day by day with the nights between them. A book that has seen a
// part of them before goes on where it stands.

#include <fmt/format.h>

#include <algorithm>
#include <numeric>

#include "bulk.hpp"
#include "commands.hpp"
#include "interrupt.hpp"
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

}  // namespace

int run_play(const Context& context, const PlayArguments& arguments) {
  auto through = optional_day(arguments.through, "--through");
  if (!through) return fail(through.error());
  if (!*through) return fail({"cli.date_missing", "--through: give the last day to close"});
  if (arguments.loans.empty() && arguments.events.empty()) {
    return fail({"cli.file_missing", "give --loans FILE, --events FILE or both"});
  }
  catch_interrupts();
  return with_writer(context, [&](Book& book) {
    auto streams = open_streams(arguments, book);
    if (!streams) return fail(streams.error());
    Played played{std::move(*streams), {}};
    const bool bad = std::any_of(played.streams.begin(), played.streams.end(),
                                 [](const Stream& stream) { return stream.bulk.bad() != 0; });
    if (bad || arguments.writing.dry_run) {
      for (auto& stream : played.streams) stream.bulk.print_problems();
      say(bad ? "bad rows: nothing was written" : "dry run: nothing was written");
      return bad ? exit_code::bad_input : exit_code::done;
    }
    auto done = play(book, **through, threads_or_cores(arguments.threads), played);
    const int code = report(context, book, played, **through);
    return done ? code : fail(done.error());
  });
}

}  // namespace loanbook::apps
