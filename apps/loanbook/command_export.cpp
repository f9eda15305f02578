// The book as files that other programs read, and back from its canonical form.

#include <fmt/format.h>

#include "commands.hpp"
#include "file_sink.hpp"
#include "loanbook/interchange/journal_ndjson.hpp"
#include "loanbook/interchange/text_journal.hpp"
#include "loanbook/interchange/workbook.hpp"

namespace loanbook::apps {
namespace {

using Sink = interchange::TextJournal::Sink;

int export_through(const Context& context, const std::string& out,
                   const std::function<Status(const Book&, const Sink&)>& write) {
  return with_reader(context, [&](const Book& book) {
    auto file = FileSink::open(out);
    if (!file) return fail(file.error());
    auto exported = write(book, [&](std::string_view part) { file->write(part); });
    if (!exported) return fail(exported.error());
    auto finished = file->finish();
    if (!finished) return fail(finished.error());
    if (!out.empty()) say("wrote " + out);
    print_completeness(book);
    return exit_code::done;
  });
}

int export_workbook(const Context& context, const std::string& out) {
  if (out.empty())
    return fail({"cli.file_missing", "a workbook needs a file: --out book.xlsx", ""});
  return with_reader(context, [&](const Book& book) {
    auto written = interchange::export_workbook(book, out);
    if (!written) return fail(written.error());
    say("wrote " + out);
    print_completeness(book);
    return exit_code::done;
  });
}

}  // namespace

int run_export(const Context& context, const std::string& form, const std::string& out) {
  using interchange::JournalForm;
  if (form == "xlsx") return export_workbook(context, out);
  return export_through(context, out, [&](const Book& book, const Sink& sink) {
    if (form == "ndjson") return interchange::export_ndjson(book, sink);
    if (form == "csv") return interchange::export_gl_csv(book, sink);
    const JournalForm journal = form == "ledger"      ? JournalForm::ledger
                                : form == "beancount" ? JournalForm::beancount
                                                      : JournalForm::hledger;
    return interchange::export_journal(book, journal, sink);
  });
}

}  // namespace loanbook::apps
