// The book as a whole: init, status, stats, verify, rebuild.

#include <fmt/format.h>

#include <filesystem>

#include "commands.hpp"
#include "loanbook/money/currency.hpp"
#include "output.hpp"
#include "receipts.hpp"

namespace loanbook::apps {
namespace {

namespace fs = std::filesystem;

Row fact(std::string name, std::string value) { return {{std::move(name), std::move(value)}}; }

// One row with a column a fact for programs, one line a fact for people.
void print_facts(const Context& context, const std::vector<Column>& columns,
                 const std::vector<std::string>& values, std::vector<std::string> title) {
  Report report;
  if (context.format != Format::table) {
    report.columns = columns;
    report.rows.push_back({values});
    print(report, context.format);
    return;
  }
  report.title = std::move(title);
  report.columns = {{"fact", "Fact"}, {"value", "Value"}};
  for (std::size_t i = 0; i < columns.size(); ++i) {
    const bool number = columns[i].kind == ColumnKind::integer;
    report.rows.push_back(
        fact(columns[i].heading, number ? interchange::with_thousands(values[i]) : values[i]));
  }
  print(report, context.format);
}

struct Sizes {
  std::uint64_t files = 0;
  std::uint64_t bytes = 0;
  std::uint64_t segments = 0;
  std::uint64_t segment_bytes = 0;
};

Sizes sizes_of(const std::string& folder) {
  Sizes sizes;
  std::error_code error;
  for (fs::recursive_directory_iterator at(folder, error), end; !error && at != end;
       at.increment(error)) {
    if (!at->is_regular_file(error)) continue;
    const auto size = at->file_size(error);
    if (error) break;  // A live book drops files; what is left is a figure, not a fact.
    ++sizes.files;
    sizes.bytes += size;
    if (at->path().parent_path().filename() != "segments") continue;
    ++sizes.segments;
    sizes.segment_bytes += size;
  }
  return sizes;
}

std::string per_loan(std::uint64_t bytes, std::uint64_t loans) {
  return loans == 0 ? std::string{} : std::to_string(bytes / loans);
}

}  // namespace

int run_init(const Context& context, const InitArguments& arguments) {
  auto currency = money::Currency::find(arguments.currency);
  if (!currency) return fail(currency.error());
  auto day = optional_day(arguments.date, "--date");
  if (!day) return fail(day.error());
  if (!*day) return fail({"cli.date_missing", "--date: give the first business date"});
  if (arguments.dry_run) {
    std::error_code error;
    if (fs::exists(context.book, error) && !fs::is_empty(context.book, error)) {
      return fail({"book.folder_not_empty", context.book + " is not an empty folder"});
    }
    say(fmt::format("would make the book {} in {}, first business date {}", context.book,
                    currency->text(), money::to_text(**day)));
    return exit_code::done;
  }
  const auto options = store_options();
  auto made = storage::rocksdb::create_book(context.book, options);
  if (!made) return fail(made.error());
  auto store = storage::rocksdb::open_writer(context.book, options);
  if (!store) return fail(store.error());
  auto begun = Book::init(**store, std::string(currency->text()), **day);
  if (!begun) return fail(begun.error());
  auto closed = (*store)->close();
  if (!closed) return fail(closed.error());
  say(fmt::format("made the book {} in {}; the first business date is {}", context.book,
                  currency->text(), money::to_text(**day)));
  return exit_code::done;
}

int run_status(const Context& context, const StatusArguments& arguments) {
  auto expected = optional_day(arguments.expect_closed, "--expect-closed");
  if (!expected) return fail(expected.error());
  return with_reader(context, [&](const Book& book) {
    const auto status = book.status();
    print_facts(context,
                {{"book", "Book"},
                 {"currency", "Reporting currency"},
                 {"began", "First business date", ColumnKind::date},
                 {"business_date", "Business date", ColumnKind::date},
                 {"closed_through", "Closed through", ColumnKind::date},
                 {"loans", "Loans", ColumnKind::integer},
                 {"active", "Active loans", ColumnKind::integer},
                 {"isolated", "Isolated loans", ColumnKind::integer},
                 {"entries", "Entries", ColumnKind::integer},
                 {"tail_entries", "Entries after the last checkpoint", ColumnKind::integer},
                 {"head", "Head"}},
                {context.book, status.currency, money::to_text(status.began),
                 money::to_text(status.business_date), money::to_text(status.closed_through),
                 std::to_string(status.loans), std::to_string(status.active),
                 std::to_string(status.isolated), std::to_string(status.head.sequence),
                 std::to_string(status.tail_entries), hex(status.head.hash)},
                {});
    print_completeness(book);
    int code = exit_code::done;
    if (status.isolated != 0) {
      say(fmt::format(
          "{} isolated loans, named by loanbook portfolio --loans: an event that undoes "
          "what made them so (loanbook loan reverse ID --entry N) or loanbook restate "
          "lets them go on",
          status.isolated));
      code = exit_code::problems;
    }
    if (*expected && status.closed_through < **expected) {
      say(fmt::format("not closed through {}: run loanbook night --through {}",
                      money::to_text(**expected), money::to_text(**expected)));
      code = exit_code::problems;
    }
    return code;
  });
}

int run_stats(const Context& context) {
  return with_reader(context, [&](const Book& book) {
    const auto status = book.status();
    const auto sizes = sizes_of(context.book);
    const auto nights = (status.closed_through - status.began).count() + 1;
    print_facts(context,
                {{"files", "Files", ColumnKind::integer},
                 {"bytes", "Bytes", ColumnKind::integer},
                 {"segments", "Segments of nights", ColumnKind::integer},
                 {"segment_bytes", "Bytes of segments", ColumnKind::integer},
                 {"nights", "Nights", ColumnKind::integer},
                 {"entries", "Entries", ColumnKind::integer},
                 {"loans", "Loans", ColumnKind::integer},
                 {"active", "Active loans", ColumnKind::integer},
                 {"bytes_per_loan", "Bytes a loan", ColumnKind::integer},
                 {"segment_bytes_per_loan", "Bytes of segments a loan", ColumnKind::integer}},
                {std::to_string(sizes.files), std::to_string(sizes.bytes),
                 std::to_string(sizes.segments), std::to_string(sizes.segment_bytes),
                 std::to_string(nights), std::to_string(status.head.sequence),
                 std::to_string(status.loans), std::to_string(status.active),
                 per_loan(sizes.bytes, status.loans), per_loan(sizes.segment_bytes, status.loans)},
                {});
    print_completeness(book);
    return exit_code::done;
  });
}

int run_verify(const Context& context, const VerifyArguments& arguments) {
  auto access = ledger::parse_access(context.role);
  if (!access) return fail(access.error());
  auto allowed = ledger::check_access(*access, ledger::Doing::prove);
  if (!allowed) return fail(allowed.error());
  auto damages = storage::rocksdb::check(context.book, store_options());
  if (!damages) return fail(damages.error());
  Report report;
  report.columns = {{"where", "Where"}, {"message", "What is wrong"}};
  for (const auto& damage : *damages) report.rows.push_back({{damage.file, damage.message}});
  std::string proved;
  auto book = open_reader(context);
  if (book) {
    auto verified = (*book)->verify(arguments.deep);
    if (!verified) {
      report.rows.push_back({{"book", text_of(verified.error())}});
    } else {
      for (const auto& finding : verified->findings) {
        report.rows.push_back({{finding.where, finding.message}});
      }
      for (const std::string& receipt : arguments.receipts) {
        auto kept = check_receipt(**book, receipt, arguments.key);
        if (!kept) return fail(kept.error());
        for (const auto& finding : *kept) report.rows.push_back({{finding.where, finding.message}});
      }
      proved =
          fmt::format("{} entries, {} loans, {} nights and {} segments agree", verified->entries,
                      verified->loans, verified->nights, verified->segments);
    }
  } else if (code_of(book.error()) == exit_code::damaged) {
    report.rows.push_back({{"book", text_of(book.error())}});
  } else if (report.rows.empty()) {
    return fail(book.error());
  }
  if (!report.rows.empty() || context.format != Format::table) print(report, context.format);
  if (book) print_completeness(**book);
  if (report.rows.empty()) {
    say("verified: " + proved);
    return exit_code::done;
  }
  say(fmt::format("{} findings: the book is damaged; restore a backup beside it and compare",
                  report.rows.size()));
  return exit_code::damaged;
}

int run_rebuild(const Context& context) {
  return with_writer(context, [](Book& book) {
    auto rebuilt = book.rebuild();
    if (!rebuilt) return fail(rebuilt.error());
    const auto status = book.status();
    say(fmt::format("rebuilt {} loans from {} entries", status.loans, status.head.sequence));
    return exit_code::done;
  });
}

}  // namespace loanbook::apps
