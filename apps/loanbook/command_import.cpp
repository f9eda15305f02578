// record, import loans, import events.

#include <fmt/format.h>

#include <chrono>

#include "bulk.hpp"
#include "commands.hpp"
#include "interrupt.hpp"
#include "loan_files.hpp"
#include "output.hpp"

namespace loanbook::apps {
namespace {

// All rows are judged before the first is written: without a place for bad rows, one of them stops
// all.
int import_file(const Context& context, Book& book, Bulk& bulk, const ImportArguments& arguments) {
  using Clock = std::chrono::steady_clock;
  const auto began = Clock::now();
  Progress progress("rows");
  bulk.check(book, progress);
  if (bulk.bad() != 0) {
    bulk.print_problems();
    if (arguments.reject_file.empty()) {
      say(fmt::format(
          "{} of {} rows are bad: nothing was written. Correct them, or take them out with "
          "--reject-file FILE",
          bulk.bad(), bulk.rows()));
      return exit_code::bad_input;
    }
  }
  const auto shown = bulk.bad();
  if (arguments.writing.dry_run) {
    bulk.print_summary(context);
    say("dry run: nothing was written");
    return shown == 0 ? exit_code::done : exit_code::problems;
  }
  auto written = bulk.write(book, arguments.chunk, progress);
  if (bulk.bad() > shown) bulk.print_problems();
  if (!arguments.reject_file.empty() && bulk.bad() != 0) {
    auto rejects = bulk.write_rejects(arguments.reject_file);
    if (!rejects) return fail(rejects.error());
  }
  bulk.print_summary(context);
  if (!written) {
    const int code = fail(written.error());
    say("Run the same command again: rows that are there already are recognised.");
    return code;
  }
  print_completeness(book);
  if (interrupted() != 0) {
    say("interrupted; run the same command again: it goes on where it stopped");
    return interrupted_exit_code();
  }
  const double seconds = std::chrono::duration<double>(Clock::now() - began).count();
  say(fmt::format("{} rows in {:.2f} s ({:.0f}/s)", bulk.rows(), seconds,
                  static_cast<double>(bulk.rows()) / std::max(seconds, 1e-6)));
  return bulk.bad() == 0 ? exit_code::done : exit_code::problems;
}

int run_import(const Context& context, const ImportArguments& arguments, FileKind kind) {
  const BulkSource source{kind, arguments.file, arguments.product, arguments.map};
  catch_interrupts();
  return with_writer(context, [&](Book& book) {
    auto file = open_bulk(source, &book);
    if (!file) return fail(file.error());
    Bulk bulk(std::move(*file), source, arguments.writing);
    return import_file(context, book, bulk, arguments);
  });
}

int refuse_all(Bulk& bulk) {
  bulk.print_problems();
  say(fmt::format("{} of {} lines are bad: nothing was written", bulk.bad(), bulk.rows()));
  return exit_code::bad_input;
}

// The book judges the batch as a whole: a line may build on the one before it.
int record_atomic(const Context& context, Book& book, Bulk& bulk, bool dry_run) {
  const auto batch = bulk.read_all();
  if (bulk.bad() != 0) return refuse_all(bulk);
  if (dry_run) {
    say("dry run: every line can be read, nothing was written");
    return exit_code::done;
  }
  auto recorded = book.record_batch(batch.commands);
  if (!recorded) return fail(recorded.error());
  std::vector<std::string> keys;
  for (const auto& command : batch.commands) keys.push_back(command.key);
  print_receipts(context, *recorded, keys);
  return exit_code::done;
}

}  // namespace

int run_import_loans(const Context& context, const ImportArguments& arguments) {
  if (arguments.describe) return describe_loans(context, arguments);
  if (!arguments.compare.empty()) return compare_installments(context, arguments);
  return run_import(context, arguments, FileKind::loans);
}

int run_import_events(const Context& context, const ImportArguments& arguments) {
  if (arguments.describe) return describe_events(context, arguments);
  return run_import(context, arguments, FileKind::events);
}

int run_import_take_over(const Context& context, const ImportArguments& arguments) {
  if (arguments.describe) return describe_take_over(context, arguments);
  return run_import(context, arguments, FileKind::take_overs);
}

int run_record(const Context& context, const RecordArguments& arguments) {
  const BulkSource source{FileKind::commands, arguments.file, "", {}};
  catch_interrupts();
  return with_writer(context, [&](Book& book) {
    auto file = open_bulk(source, &book);
    if (!file) return fail(file.error());
    Bulk bulk(std::move(*file), source, arguments.writing);
    if (arguments.atomic) return record_atomic(context, book, bulk, arguments.writing.dry_run);
    Progress progress("lines");
    bulk.check(book, progress);
    if (bulk.bad() != 0) return refuse_all(bulk);
    if (arguments.writing.dry_run) {
      bulk.print_summary(context);
      say("dry run: nothing was written");
      return exit_code::done;
    }
    std::vector<ledger::Recorded> recorded;
    std::vector<std::string> keys;
    bulk.on_recorded([&](const ledger::Command& command, const ledger::Recorded& answer) {
      recorded.push_back(answer);
      keys.push_back(command.key);
    });
    auto written = bulk.write(book, 1024, progress);
    print_receipts(context, recorded, keys);
    bulk.print_problems();
    if (!written) return fail(written.error());
    if (interrupted() != 0) return interrupted_exit_code();
    return bulk.bad() == 0 ? exit_code::done : exit_code::problems;
  });
}

}  // namespace loanbook::apps
