// The journal as a feed.

#include <fmt/format.h>

#include <chrono>
#include <cstdio>
#include <thread>

#include "commands.hpp"
#include "interrupt.hpp"
#include "reports.hpp"

namespace loanbook::apps {
namespace {

// A feed never ends, so its lines cannot wait until the widths of all columns are known.
void print_line(const ledger::EntryView& entry) {
  const auto& receipt = entry.receipt;
  fmt::print("{:>8}  {}  {}  {:<16}  {}\n", receipt.sequence, money::to_text(receipt.booking_date),
             money::to_text(receipt.value_date), receipt.loan, entry.text);
}

int follow(const Context& context, std::uint64_t after) {
  catch_interrupts();
  // A feed is a sequence of objects or rows, whatever the format: an array or a page would never be
  // closed.
  const bool whole = context.format == Format::json || (context.format != Format::table &&
                                                        interchange::is_for_people(context.format));
  const Format format = whole ? Format::ndjson : context.format;
  bool headed = false;
  while (interrupted() == 0) {
    auto book = open_reader(context);
    if (!book && code_of(book.error()) != exit_code::unavailable) return fail(book.error());
    if (book) {
      auto read = (*book)->entries(after, [&](const ledger::EntryView& entry) {
        after = entry.receipt.sequence;
        if (format == Format::table) {
          print_line(entry);
        } else {
          const Report one{{}, entry_columns(format), {{entry_cells(entry, format)}}, {}};
          auto text = interchange::render(one, format);
          if (format == Format::csv && headed) text.erase(0, text.find('\n') + 1);
          std::fwrite(text.data(), 1, text.size(), stdout);
          headed = true;
        }
        return interrupted() == 0 && std::ferror(stdout) == 0;
      });
      if (!read) return fail(read.error());
    }
    if (std::fflush(stdout) != 0) return exit_code::unavailable;
    for (int i = 0; i < 10 && interrupted() == 0; ++i) {
      std::this_thread::sleep_for(std::chrono::milliseconds(50));
    }
  }
  say(fmt::format("stopped; go on with --after {}", after));
  return interrupted_exit_code();
}

}  // namespace

int run_entries(const Context& context, const EntriesArguments& arguments) {
  if (arguments.follow) return follow(context, arguments.after);
  return with_reader(context, [&](const Book& book) {
    if (context.format == Format::table) {
      fmt::print("{:>8}  {:<10}  {:<10}  {:<16}  {}\n", "Entry", "Booked", "Value date", "Loan",
                 "What");
      auto read = book.entries(arguments.after, [](const ledger::EntryView& entry) {
        print_line(entry);
        return std::ferror(stdout) == 0;
      });
      if (!read) return fail(read.error());
    } else {
      ReportWriter writer({}, entry_columns(context.format), context.format, standard_output());
      auto read = book.entries(arguments.after, [&](const ledger::EntryView& entry) {
        writer.row({entry_cells(entry, context.format)});
        return std::ferror(stdout) == 0;
      });
      if (!read) return fail(read.error());
      writer.finish({});
    }
    print_completeness(book);
    return exit_code::done;
  });
}

}  // namespace loanbook::apps
